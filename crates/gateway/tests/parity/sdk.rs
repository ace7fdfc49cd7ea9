//! Calls by the SDK, and their responses.

use std::error::Error;
use std::fmt;

use aws_sdk_bedrockruntime::Client;
use aws_sdk_bedrockruntime::config::interceptors::BeforeDeserializationInterceptorContextMut;
use aws_sdk_bedrockruntime::config::retry::RetryConfig;
use aws_sdk_bedrockruntime::config::{
    BehaviorVersion, Builder, ConfigBag, Credentials, Intercept, Region, RuntimeComponents,
};
use aws_sdk_bedrockruntime::error::{DisplayErrorContext, ProvideErrorMetadata, SdkError};
use aws_sdk_bedrockruntime::operation::apply_guardrail::{
    ApplyGuardrailError, ApplyGuardrailInput, ApplyGuardrailOutput,
};
use aws_sdk_bedrockruntime::operation::converse::{ConverseError, ConverseInput, ConverseOutput};
use aws_sdk_bedrockruntime::operation::converse_stream::{
    ConverseStreamError, ConverseStreamInput, ConverseStreamOutput,
};
use aws_sdk_bedrockruntime::operation::count_tokens::{CountTokensError, CountTokensInput, CountTokensOutput};
use aws_sdk_bedrockruntime::operation::invoke_model::{InvokeModelError, InvokeModelInput, InvokeModelOutput};
use aws_sdk_bedrockruntime::operation::invoke_model_with_response_stream::{
    InvokeModelWithResponseStreamError, InvokeModelWithResponseStreamInput, InvokeModelWithResponseStreamOutput,
};
use aws_sdk_bedrockruntime::operation::start_async_invoke::{
    StartAsyncInvokeError, StartAsyncInvokeInput, StartAsyncInvokeOutput,
};
use aws_sdk_bedrockruntime::types::error::{ConverseStreamOutputError, ResponseStreamError};
use aws_sdk_bedrockruntime::types::{ConverseStreamOutput as ConverseEvent, ResponseStream};
use aws_smithy_types::event_stream::RawMessage;
use banister::GuardrailError;
use banister::{GuardedConverseStream, GuardedInvokeModelStream, GuardedStreamError};
use tower::{BoxError, Service, ServiceExt};

use crate::input::Input;

/// The output or error that a caller receives.
#[derive(Debug, PartialEq)]
pub(crate) enum Received {
    /// Content type and body.
    Invoked(String, String),
    Conversed(Box<ConverseOutput>),
    Counted(i32),
    Started(String),
    Applied(Box<ApplyGuardrailOutput>),
    Chunks(Vec<String>, End),
    Events(Vec<ConverseEvent>, End),
    Failed(Failure),
}

/// How a stream ends.
#[derive(Debug, PartialEq)]
pub(crate) enum End {
    Done,
    Failed(Failure),
}

/// An error, as far as a caller can distinguish it from others.
#[derive(Debug, PartialEq)]
pub(crate) enum Failure {
    /// Code and message. A rejection by the guardrail has the code of its HTTP response.
    Told(String, Option<String>),
    /// No complete response.
    Broken,
}

/// A response, and its debug output.
pub(crate) struct SdkResponse {
    pub(crate) received: Received,
    pub(crate) shown: String,
}

impl SdkResponse {
    fn of(received: Received) -> Self {
        let shown = format!("{received:?}");
        Self { received, shown }
    }

    fn failed(error: &BoxError) -> Self {
        Self { received: Received::Failed(failure(error)), shown: show(error) }
    }
}

fn show(error: &BoxError) -> String {
    format!("{error:?} {}", DisplayErrorContext(&**error))
}

fn failure(error: &BoxError) -> Failure {
    if let Some(refused) = GuardrailError::find_in(&**error) {
        let reason = refused.source().map(|reason| format!(": {reason}")).unwrap_or_default();
        return Failure::Told("ValidationException".to_owned(), Some(format!("{refused}{reason}")));
    }
    macro_rules! of_service {
        ($($error:ty),+) => {
            $(if let Some(error) = error.downcast_ref::<$error>().and_then(|error| error.as_service_error()) {
                return told(error);
            })+
        };
    }
    of_service!(
        SdkError<ApplyGuardrailError>,
        SdkError<ConverseError>,
        SdkError<ConverseStreamError>,
        SdkError<CountTokensError>,
        SdkError<InvokeModelError>,
        SdkError<InvokeModelWithResponseStreamError>,
        SdkError<StartAsyncInvokeError>,
        SdkError<ConverseStreamOutputError, RawMessage>,
        SdkError<ResponseStreamError, RawMessage>
    );
    if let Some(GuardedStreamError::Upstream(SdkError::ServiceError(error))) =
        error.downcast_ref::<GuardedStreamError<ConverseStreamOutputError>>()
    {
        return told(error.err());
    }
    if let Some(GuardedStreamError::Upstream(SdkError::ServiceError(error))) =
        error.downcast_ref::<GuardedStreamError<ResponseStreamError>>()
    {
        return told(error.err());
    }
    Failure::Broken
}

fn told<E: ProvideErrorMetadata + fmt::Display>(error: &E) -> Failure {
    let code = error.code().map(str::to_owned);
    // In a stream the SDK keeps no code: the variant's name opens the text.
    let code = code.unwrap_or_else(|| error.to_string().split(':').next().unwrap_or_default().to_owned());
    Failure::Told(code, error.message().map(str::to_owned))
}

/// A stream of events, guarded or not.
trait Stream<T> {
    async fn next(&mut self) -> Result<Option<T>, BoxError>;
}

macro_rules! stream {
    ($stream:ty, $event:ty, $($receiver:tt)+) => {
        impl Stream<$event> for $stream {
            async fn next(&mut self) -> Result<Option<$event>, BoxError> {
                self.$($receiver)+.recv().await.map_err(Into::into)
            }
        }
    };
}

stream!(ConverseStreamOutput, ConverseEvent, stream);
stream!(GuardedConverseStream, ConverseEvent, stream());
stream!(InvokeModelWithResponseStreamOutput, ResponseStream, body);
stream!(GuardedInvokeModelStream, ResponseStream, body());

async fn drain<T: fmt::Debug>(mut stream: impl Stream<T>) -> (Vec<T>, End, String) {
    let mut events = Vec::new();
    let (end, shown) = loop {
        match stream.next().await {
            Ok(Some(event)) => events.push(event),
            Ok(None) => break (End::Done, String::new()),
            Err(error) => {
                assert!(matches!(stream.next().await, Ok(None)), "an error is the last");
                break (End::Failed(failure(&error)), show(&error));
            }
        }
    };
    let shown = format!("{events:?} {shown}");
    (events, end, shown)
}

fn chunk(event: ResponseStream) -> String {
    match event {
        ResponseStream::Chunk(part) => text(part.bytes.map(|bytes| bytes.into_inner()).unwrap_or_default()),
        other => format!("{other:?}"),
    }
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap_or_else(|error| format!("{:?}", error.as_bytes()))
}

/// Sends an input through a service, and reads the response to its end.
#[allow(private_bounds, reason = "the streams are of this file")]
pub(crate) async fn call<S, C, I>(input: Input, service: S) -> SdkResponse
where
    S: Service<ApplyGuardrailInput, Response = ApplyGuardrailOutput, Error: Into<BoxError>>
        + Service<ConverseInput, Response = ConverseOutput, Error: Into<BoxError>>
        + Service<ConverseStreamInput, Response = C, Error: Into<BoxError>>
        + Service<CountTokensInput, Response = CountTokensOutput, Error: Into<BoxError>>
        + Service<InvokeModelInput, Response = InvokeModelOutput, Error: Into<BoxError>>
        + Service<InvokeModelWithResponseStreamInput, Response = I, Error: Into<BoxError>>
        + Service<StartAsyncInvokeInput, Response = StartAsyncInvokeOutput, Error: Into<BoxError>>,
    C: Stream<ConverseEvent>,
    I: Stream<ResponseStream>,
{
    macro_rules! answer {
        ($input:expr) => {
            match service.oneshot($input).await.map_err(Into::<BoxError>::into) {
                Ok(output) => output,
                Err(error) => return SdkResponse::failed(&error),
            }
        };
    }
    match input {
        Input::Apply(input) => SdkResponse::of(Received::Applied(Box::new(answer!(*input)))),
        Input::Converse(input) => SdkResponse::of(Received::Conversed(Box::new(answer!(*input)))),
        Input::Count(input) => SdkResponse::of(Received::Counted(answer!(*input).input_tokens())),
        Input::Start(input) => SdkResponse::of(Received::Started(answer!(*input).invocation_arn().to_owned())),
        Input::Invoke(input) => {
            let output: InvokeModelOutput = answer!(*input);
            let body = text(output.body.into_inner());
            let shown = body.clone();
            SdkResponse { received: Received::Invoked(output.content_type, body), shown }
        }
        Input::ConverseStream(input) => {
            let (events, end, shown) = drain(answer!(*input)).await;
            SdkResponse { received: Received::Events(events, end), shown }
        }
        Input::InvokeStream(input) => {
            let (events, end, shown) = drain(answer!(*input)).await;
            let chunks: Vec<String> = events.into_iter().map(chunk).collect();
            let shown = format!("{chunks:?} {shown}");
            SdkResponse { received: Received::Chunks(chunks, end), shown }
        }
    }
}

/// Returns the configuration of a client.
pub(crate) fn config() -> Builder {
    aws_sdk_bedrockruntime::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .credentials_provider(Credentials::new("AKIDPARITY", "secret", None, None, "parity"))
        .retry_config(RetryConfig::disabled())
        .interceptor(WithoutId)
}

pub(crate) fn client(config: Builder, endpoint: String) -> Client {
    let http = aws_smithy_http_client::Builder::new().build_http();
    Client::from_conf(config.endpoint_url(endpoint).http_client(http).build())
}

/// Removes the request id from a response, which would make outputs unequal.
#[derive(Debug)]
struct WithoutId;

impl Intercept for WithoutId {
    fn name(&self) -> &'static str {
        "WithoutId"
    }

    fn modify_before_deserialization(
        &self,
        context: &mut BeforeDeserializationInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        context.response_mut().headers_mut().remove("x-amzn-requestid");
        Ok(())
    }
}
