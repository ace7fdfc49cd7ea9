//! The service's own errors, on the SDK's inputs.

use aws_sdk_bedrockruntime::config::http::HttpResponse;
use aws_sdk_bedrockruntime::error::{DisplayErrorContext, ProvideErrorMetadata, SdkError};
use aws_sdk_bedrockruntime::operation::converse::{ConverseError, ConverseInput, ConverseOutput};

use aws_sdk_bedrockruntime::types::error::ModelErrorException;
use aws_smithy_types::body::SdkBody;
use banister::{GuardrailError, GuardrailLayer};
use banister_simulator::{ChunkSize, ModelResponse, Options};
use tower::{BoxError, ServiceBuilder, ServiceExt, service_fn};

use crate::support::{guardrail, service, simulator};

/// What the caller gets of a service that fails so.
async fn failure(error: ModelErrorException, body: &'static str) -> SdkError<ConverseError> {
    let service = service_fn(move |_: ConverseInput| {
        let raw = HttpResponse::new(424.try_into().unwrap(), SdkBody::from(body));
        let error = SdkError::service_error(ConverseError::ModelErrorException(error.clone()), raw);
        async move { Err::<ConverseOutput, _>(error) }
    });
    let stack = ServiceBuilder::new().layer(GuardrailLayer::new(guardrail())).service(service);
    let error = stack.oneshot(ConverseInput::builder().model_id("m").build().unwrap()).await.unwrap_err();
    let shown = format!("{error:?} {}", DisplayErrorContext(&*error));
    assert!(!shown.contains("jane.roe"), "{shown}");
    *error.downcast::<SdkError<ConverseError>>().expect("the error is of the SDK still")
}

/// Messages that quote were handed on as they came, and once more in the raw answer that the SDK keeps.
#[tokio::test]
async fn an_error_is_masked_and_stays_what_it_is() {
    let error = ModelErrorException::builder().message("Not jane.roe@example.com").original_status_code(500);
    let error = error.resource_name("jane.roe@example.com").build();
    let body = "{\"message\": \"Not jane.roe@example.com\", \"resourceName\": \"gone\", \"originalStatusCode\": 500}";
    let masked = failure(error, body).await;
    let raw = masked.raw_response().unwrap();
    assert_eq!(raw.status().as_u16(), 424);
    assert_eq!(raw.body().bytes().unwrap(), body.replace("jane.roe@example.com", "{EMAIL}").as_bytes());
    let ConverseError::ModelErrorException(masked) = masked.as_service_error().unwrap() else { panic!("{masked:?}") };
    assert_eq!((masked.message(), masked.meta().message()), (Some("Not {EMAIL}"), Some("Not {EMAIL}")));
    assert_eq!((masked.original_status_code(), masked.resource_name()), (Some(500), Some("gone")));
}

/// A fake service gives no raw answer.
#[tokio::test]
async fn an_error_without_a_body_is_masked_by_its_message() {
    let meta = aws_sdk_bedrockruntime::error::ErrorMetadata::builder().code("ModelErrorException");
    let meta = meta.message("Not jane.roe@example.com").build();
    let error = ModelErrorException::builder().message("Not jane.roe@example.com").meta(meta).build();
    let masked = failure(error, "").await;
    assert_eq!((masked.code(), masked.message()), (Some("ModelErrorException"), Some("Not {EMAIL}")));
}

/// Errors of the service that are none of the SDK's are handed on.
#[tokio::test]
async fn other_errors_are_handed_on() {
    let service = service_fn(|_: ConverseInput| async { Err::<ConverseOutput, BoxError>("out of order".into()) });
    let stack = ServiceBuilder::new().layer(GuardrailLayer::new(guardrail())).service(service);
    let error = stack.oneshot(ConverseInput::builder().model_id("m").build().unwrap()).await.unwrap_err();
    assert_eq!(error.to_string(), "out of order");
}

/// `GuardrailError::find_in` did not find the guardrail's error in that of a stream.
#[tokio::test]
async fn the_guardrails_error_is_found_in_that_of_a_stream() {
    let reply = ModelResponse::Text("It is a guaranteed return.".to_owned());
    let simulator = simulator(Options { response: reply, chunk_size: ChunkSize::Chars(4), ..Options::default() }).await;
    let layer = GuardrailLayer::new(guardrail()).error_on_block();
    let stack = ServiceBuilder::new().layer(layer).service(service(&simulator));
    let input = aws_sdk_bedrockruntime::operation::converse_stream::ConverseStreamInput::builder().model_id("m");
    let mut output = stack.oneshot(input.set_messages(Some(Vec::new())).build().unwrap()).await.unwrap();
    let error = loop {
        match output.stream().recv().await {
            Ok(event) => assert!(event.is_some(), "the stream is blocked"),
            Err(error) => break error,
        }
    };
    assert!(GuardrailError::find_in(&error).is_some_and(GuardrailError::is_blocked), "{error:?}");
}
