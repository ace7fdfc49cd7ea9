//! `banister chat`: one guarded call, and what became of it on the way.

mod converse;
mod endpoint;
mod family;
mod invoke;
mod record;
mod show;

use std::path::Path;
use std::sync::Arc;

use banister::{Guardrail, GuardrailLayer};

use self::endpoint::Endpoint;
use self::record::Record;
use self::show::Show;
use crate::args::{ChatArgs, Operation};
use crate::failure::{Exit, Failure};
use crate::input::Input;
use crate::policy;
use crate::report::Out;

/// One call: with whom, through what, and where it is written down.
struct Call<'a> {
    model: &'a str,
    prompt: &'a str,
    endpoint: &'a Endpoint,
    layer: GuardrailLayer,
    record: Arc<Record>,
}

/// Makes a guarded call.
///
/// # Errors
///
/// When the policy cannot be used, or the call fails.
pub(crate) fn run(args: &ChatArgs, out: &mut Out) -> Result<Exit, Failure> {
    let guardrail = Guardrail::new(policy::load(&policy::place(&args.policy))?);
    let prompt = match args.prompt.as_str() {
        "-" => Input::open(Path::new("-"))?.read_to_string()?,
        prompt => prompt.to_owned(),
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Failure::new(format!("the call cannot be made: {error}")))?;
    runtime.block_on(async {
        let endpoint = Endpoint::open(&args.endpoint).await?;
        let record = Arc::new(Record::default());
        let observer = Arc::clone(&record);
        let layer = GuardrailLayer::new(guardrail).on_assessment(move |call| observer.assessed(call.assessment()));
        let call =
            Call { model: &args.model, prompt: &prompt, endpoint: &endpoint, layer, record: Arc::clone(&record) };
        let mut show = Show::new(args, &prompt, &record, out);
        match (args.operation, args.stream) {
            (Operation::Converse, false) => show.whole(&converse::whole(&call).await?)?,
            (Operation::Converse, true) => converse::stream(&call, &mut show).await?,
            (Operation::Invoke, false) => show.whole(&invoke::whole(&call).await?)?,
            (Operation::Invoke, true) => invoke::stream(&call, &mut show).await?,
        }
        show.end()?;
        endpoint.close().await;
        Ok(if record.is_blocked() { Exit::Found } else { Exit::Passed })
    })
}

/// What went wrong with a call, with its causes.
fn failed(error: &(dyn std::error::Error + 'static)) -> Failure {
    let mut message = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let text = error.to_string();
        if !message.ends_with(&text) {
            message.push_str(": ");
            message.push_str(&text);
        }
        cause = error.source();
    }
    Failure::new(message)
}
