//! `banister chat`: one guarded call, step by step.

mod call_record;
mod converse;
mod endpoint;
mod family;
mod invoke;
mod show;

use std::path::Path;
use std::sync::Arc;

use banister::{Guardrail, GuardrailLayer};

use self::call_record::Recorder;
use self::endpoint::Endpoint;
use self::show::Show;
use crate::args::{ChatArgs, ChatOperation};
use crate::failure::{Exit, Failure};
use crate::input::Input;
use crate::policy;
use crate::report::Out;

/// A guarded call: its model, endpoint, guardrail and recorder.
struct GuardedCall<'a> {
    model: &'a str,
    prompt: &'a str,
    endpoint: &'a Endpoint,
    layer: GuardrailLayer,
    recorder: Arc<Recorder>,
}

/// Makes a guarded call.
///
/// # Errors
///
/// If the policy has errors, or the call fails.
pub(crate) fn run(args: &ChatArgs, out: &mut Out) -> Result<Exit, Failure> {
    let guardrail = Guardrail::new(policy::load(&policy::resolve(&args.policy))?);
    let prompt = match args.prompt.as_str() {
        "-" => Input::open(Path::new("-"))?.read_to_string()?,
        prompt => prompt.to_owned(),
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Failure::new(format!("cannot start a runtime: {error}")))?;
    runtime.block_on(async {
        let endpoint = Endpoint::open(&args.endpoint, args.answer.as_deref()).await?;
        let recorder = Arc::new(Recorder::default());
        let observer = Arc::clone(&recorder);
        let layer =
            GuardrailLayer::new(guardrail).on_assessment(move |call| observer.record_assessment(call.assessment()));
        let call = GuardedCall {
            model: &args.model,
            prompt: &prompt,
            endpoint: &endpoint,
            layer,
            recorder: Arc::clone(&recorder),
        };
        let mut show = Show::new(args, &prompt, &recorder, out);
        match (args.operation, args.stream) {
            (ChatOperation::Converse, false) => show.whole(&converse::whole(&call).await?)?,
            (ChatOperation::Converse, true) => converse::stream(&call, &mut show).await?,
            (ChatOperation::Invoke, false) => show.whole(&invoke::whole(&call).await?)?,
            (ChatOperation::Invoke, true) => invoke::stream(&call, &mut show).await?,
        }
        show.end()?;
        endpoint.close().await;
        Ok(if recorder.is_blocked() { Exit::Found } else { Exit::Passed })
    })
}

/// Returns the error of a call, with its causes.
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
