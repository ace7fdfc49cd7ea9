//! `banister chat`: one guarded call, step by step.

mod call_record;
mod converse;
mod endpoint;
mod family;
mod invoke;
mod show;

use std::path::Path;
use std::sync::Arc;

use aws_sdk_bedrockruntime::error::BuildError;
use banister::{BedrockService, GuardedOperation, Guardrail, GuardrailLayer};
use tower::util::BoxCloneService;
use tower::{BoxError, Service, ServiceBuilder, ServiceExt as _};

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

impl GuardedCall<'_> {
    /// Sends an input, and records the input and the output of the model: what `prompt` and `output_text` read in them.
    async fn send<I, O, R>(
        &self,
        input: Result<I, BuildError>,
        prompt: impl Fn(&I) -> String + Clone + Send + 'static,
        output_text: impl Fn(&O) -> Option<String> + Clone + Send + 'static,
    ) -> Result<R, Failure>
    where
        I: GuardedOperation<BoxCloneService<I, O, BoxError>, Response = R> + 'static,
        BedrockService: Service<I, Response = O, Error: Into<BoxError>, Future: Send + 'static>,
    {
        let (of_input, of_output) = (Arc::clone(&self.recorder), Arc::clone(&self.recorder));
        let service = ServiceBuilder::new()
            .layer(self.layer.clone())
            // Inside the guardrail: this is the input of the model.
            .layer(BoxCloneService::layer())
            .map_request(move |input: I| {
                of_input.record_input(prompt(&input));
                input
            })
            .map_response(move |output: O| {
                if let Some(text) = output_text(&output) {
                    of_output.record_output(text);
                }
                output
            })
            .map_err(Into::into)
            .service(BedrockService::new(self.endpoint.client.clone()));
        service.oneshot(input.map_err(|error| failed(&error))?).await.map_err(|error| failed(&*error))
    }

    /// Returns the prompt to repeat to the simulator, which returns the same response, because an unguarded stream is not available.
    fn repeated_prompt(&self) -> Option<String> {
        self.recorder.lock().model_got.clone().filter(|_| self.endpoint.is_simulator())
    }
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
