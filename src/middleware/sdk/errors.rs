//! Errors of the service, as the SDK's types. A message may quote what was masked, so it is inspected as over HTTP, and so is the raw response that the
//! SDK keeps in the error.

use aws_sdk_bedrockruntime::config::http::HttpResponse;
use aws_sdk_bedrockruntime::error::{ErrorMetadata, ProvideErrorMetadata, SdkError};
use aws_sdk_bedrockruntime::operation::RequestId;
use aws_sdk_bedrockruntime::operation::apply_guardrail::ApplyGuardrailError;
use aws_sdk_bedrockruntime::operation::converse::ConverseError;
use aws_sdk_bedrockruntime::operation::converse_stream::ConverseStreamError;
use aws_sdk_bedrockruntime::operation::count_tokens::CountTokensError;
use aws_sdk_bedrockruntime::operation::invoke_model::InvokeModelError;
use aws_sdk_bedrockruntime::operation::invoke_model_with_response_stream::InvokeModelWithResponseStreamError;
use aws_sdk_bedrockruntime::operation::start_async_invoke::StartAsyncInvokeError;
use aws_sdk_bedrockruntime::types::error::{
    AccessDeniedException, ConflictException, ConverseStreamOutputError, InternalServerException, ModelErrorException,
    ModelNotReadyException, ModelStreamErrorException, ModelTimeoutException, ResourceNotFoundException,
    ResponseStreamError, ServiceQuotaExceededException, ServiceUnavailableException, ThrottlingException,
    ValidationException,
};
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::event_stream::{Message, RawMessage};
use serde_json::{Value, json};
use tower::{BoxError, Service};

use crate::audit::RejectionCode;
use crate::exchange::{Exchange, GuardrailError, Inspected};
use crate::middleware::http::BODY_DEPENDENT_HEADERS;

/// Calls the inner service, and inspects its error. An error that is not the SDK's is returned unchanged.
pub(super) async fn call<S, I, E>(exchange: &mut Exchange, mut inner: S, input: I) -> Result<S::Response, BoxError>
where
    S: Service<I>,
    S::Response: RequestId,
    S::Error: Into<BoxError>,
    E: InspectableError,
{
    match inner.call(input).await {
        Ok(response) => {
            exchange.note_request_id(response.request_id());
            Ok(response)
        }
        Err(error) => Err(match error.into().downcast::<SdkError<E>>() {
            Ok(error) => {
                exchange.note_request_id(error.meta().request_id());
                of_call(exchange, *error).unwrap_or_else(Into::into)
            }
            Err(error) => error,
        }),
    }
}

fn of_call<E: InspectableError>(exchange: &Exchange, error: SdkError<E>) -> Result<BoxError, GuardrailError> {
    let error = match error {
        SdkError::ServiceError(error) => error,
        SdkError::ResponseError(error) if error.raw().body().bytes().is_some_and(|body| !body.is_empty()) => {
            // The reason may quote the response.
            let raw = with_body(error.into_raw(), exchange.withheld_error(RejectionCode::Unreadable));
            return Ok(SdkError::<E>::response_error("the response could not be read", raw).into());
        }
        other => return Ok(other.into()),
    };
    let body = error.raw().body().bytes().unwrap_or_default();
    let inspected = if error.raw().status().is_success() && !exchange.operation().is_stream() {
        // A response that the SDK cannot read is inspected as if it could.
        match exchange.response(body)? {
            Inspected::Unchanged => None,
            Inspected::Rewritten(body) => Some(body),
            Inspected::Blocked(_, assessment) => {
                return Err(GuardrailError::blocked(exchange.operation(), *assessment));
            }
        }
    } else if body.is_empty() {
        exchange.error(&of_message(error.err()))
    } else {
        exchange.error(body)
    };
    // A header repeats the message, and was not inspected.
    let is_repeated = error.raw().headers().get("x-amzn-error-message").is_some();
    let Some(body) = inspected.or_else(|| is_repeated.then(|| body.to_vec())) else {
        return Ok(SdkError::ServiceError(error).into());
    };
    let rebuilt = error.err().with_message(&ErrorBody::read(&body));
    Ok(SdkError::service_error(rebuilt, with_body(error.into_raw(), body)).into())
}

/// Inspects an exception event.
pub(super) fn inspect_stream_error<E: InspectableError>(
    exchange: &Exchange,
    error: SdkError<E, RawMessage>,
) -> SdkError<E, RawMessage> {
    let SdkError::ServiceError(error) = error else { return error };
    let body = match error.raw() {
        RawMessage::Decoded(message) => message.payload().to_vec(),
        _ => of_message(error.err()),
    };
    let Some(body) = exchange.error(&body) else { return SdkError::ServiceError(error) };
    let rebuilt = error.err().with_message(&ErrorBody::read(&body));
    let headers = match error.into_raw() {
        RawMessage::Decoded(message) => message.headers().to_vec(),
        _ => Vec::new(),
    };
    SdkError::service_error(rebuilt, RawMessage::Decoded(Message::new_from_parts(headers, body)))
}

fn with_body(mut raw: HttpResponse, body: Vec<u8>) -> HttpResponse {
    for name in BODY_DEPENDENT_HEADERS {
        raw.headers_mut().remove(name);
    }
    *raw.body_mut() = SdkBody::from(body);
    raw
}

/// The body that an error would have had.
fn of_message(error: &impl ProvideErrorMetadata) -> Vec<u8> {
    error.message().map(|message| json!({"message": message}).to_string().into_bytes()).unwrap_or_default()
}

/// The text fields in the body of an error.
pub(super) struct ErrorBody {
    message: Option<String>,
    original_message: Option<String>,
    resource_name: Option<String>,
}

impl ErrorBody {
    fn read(body: &[u8]) -> Self {
        let body: Value = serde_json::from_slice(body).unwrap_or_default();
        let text = |names: &[&str]| names.iter().find_map(|name| body.get(name)?.as_str()).map(str::to_owned);
        Self {
            message: text(&["message", "Message", "errorMessage"]),
            original_message: text(&["originalMessage"]),
            resource_name: text(&["resourceName"]),
        }
    }

    fn meta(&self, of: &impl ProvideErrorMetadata) -> ErrorMetadata {
        match (&self.message, of.code()) {
            (Some(message), _) => of.meta().clone().into_builder().message(message).build(),
            (None, Some(code)) => ErrorMetadata::builder().code(code).build(),
            (None, None) => ErrorMetadata::builder().build(),
        }
    }
}

/// An error that may quote text.
pub(super) trait InspectableError: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static {
    /// Returns the error with other text.
    fn with_message(&self, body: &ErrorBody) -> Self;
}

macro_rules! exceptions {
    ($($exception:ident),+ $(,)?) => {
        $(impl InspectableError for $exception {
            fn with_message(&self, body: &ErrorBody) -> Self {
                Self::builder().set_message(body.message.clone()).meta(body.meta(self)).build()
            }
        })+
    };
}

exceptions!(
    AccessDeniedException,
    ConflictException,
    InternalServerException,
    ModelNotReadyException,
    ModelTimeoutException,
    ResourceNotFoundException,
    ServiceQuotaExceededException,
    ServiceUnavailableException,
    ThrottlingException,
    ValidationException,
);

impl InspectableError for ModelErrorException {
    fn with_message(&self, body: &ErrorBody) -> Self {
        Self::builder()
            .set_message(body.message.clone())
            .set_original_status_code(self.original_status_code)
            .set_resource_name(body.resource_name.clone())
            .meta(body.meta(self))
            .build()
    }
}

impl InspectableError for ModelStreamErrorException {
    fn with_message(&self, body: &ErrorBody) -> Self {
        Self::builder()
            .set_message(body.message.clone())
            .set_original_status_code(self.original_status_code)
            .set_original_message(body.original_message.clone())
            .meta(body.meta(self))
            .build()
    }
}

macro_rules! errors {
    ($($error:ident: $($variant:ident)+;)+) => {
        $(impl InspectableError for $error {
            fn with_message(&self, body: &ErrorBody) -> Self {
                match self {
                    $(Self::$variant(exception) => Self::$variant(exception.with_message(body)),)+
                    // An unknown error keeps its code.
                    unknown => Self::generic(body.meta(unknown)),
                }
            }
        })+
    };
}

errors! {
    ApplyGuardrailError: AccessDeniedException InternalServerException ResourceNotFoundException ServiceQuotaExceededException
        ServiceUnavailableException ThrottlingException ValidationException;
    ConverseError: AccessDeniedException InternalServerException ModelErrorException ModelNotReadyException
        ModelTimeoutException ResourceNotFoundException ServiceUnavailableException ThrottlingException ValidationException;
    ConverseStreamError: AccessDeniedException InternalServerException ModelErrorException ModelNotReadyException
        ModelStreamErrorException ModelTimeoutException ResourceNotFoundException ServiceUnavailableException
        ThrottlingException ValidationException;
    CountTokensError: AccessDeniedException InternalServerException ResourceNotFoundException ServiceUnavailableException
        ThrottlingException ValidationException;
    InvokeModelError: AccessDeniedException InternalServerException ModelErrorException ModelNotReadyException
        ModelTimeoutException ResourceNotFoundException ServiceQuotaExceededException ServiceUnavailableException
        ThrottlingException ValidationException;
    InvokeModelWithResponseStreamError: AccessDeniedException InternalServerException ModelErrorException
        ModelNotReadyException ModelStreamErrorException ModelTimeoutException ResourceNotFoundException
        ServiceQuotaExceededException ServiceUnavailableException ThrottlingException ValidationException;
    StartAsyncInvokeError: AccessDeniedException ConflictException InternalServerException ResourceNotFoundException
        ServiceQuotaExceededException ServiceUnavailableException ThrottlingException ValidationException;
    ConverseStreamOutputError: InternalServerException ModelStreamErrorException ServiceUnavailableException
        ThrottlingException ValidationException;
    ResponseStreamError: InternalServerException ModelStreamErrorException ModelTimeoutException
        ServiceUnavailableException ThrottlingException ValidationException;
}
