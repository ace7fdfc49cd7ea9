//! Errors of the model as the SDK's own errors, and rejections by the gateway.

use aws_sdk_bedrockruntime::config::Token;
use aws_sdk_bedrockruntime::error::ProvideErrorMetadata;
use aws_sdk_bedrockruntime::primitives::Blob;
use aws_sdk_bedrockruntime::types::{
    AsyncInvokeOutputDataConfig, AsyncInvokeS3OutputDataConfig, ContentBlockDelta, ConverseStreamOutput,
    ConverseTokensRequest, CountTokensInput, ResponseStream,
};
use aws_sdk_bedrockruntime::{Client, Error};
use aws_smithy_types::Document;
use banister_simulator::{ChunkSize, Fault, ModelResponse, Options};
use serde_json::Value;

use crate::cases::ERRORS;
use crate::support::{LLAMA, builder, client, run, simulator, user};

const OPERATIONS: [&str; 6] =
    ["InvokeModel", "Converse", "CountTokens", "StartAsyncInvoke", INVOKE_STREAM, CONVERSE_STREAM];
const INVOKE_STREAM: &str = "InvokeModelWithResponseStream";
const CONVERSE_STREAM: &str = "ConverseStream";

fn body() -> Blob {
    Blob::new(r#"{"prompt":"Hello","max_gen_len":64}"#)
}

/// Calls an operation. The text of a stream is added to `seen`.
async fn call(client: &Client, operation: &str, seen: &mut String) -> Result<(), Error> {
    match operation {
        "InvokeModel" => drop(client.invoke_model().model_id(LLAMA).body(body()).send().await?),
        "Converse" => drop(client.converse().model_id(LLAMA).messages(user("Hello")).send().await?),
        "CountTokens" => {
            let input = CountTokensInput::Converse(ConverseTokensRequest::builder().messages(user("Hello")).build());
            client.count_tokens().model_id(LLAMA).input(input).send().await?;
        }
        "StartAsyncInvoke" => {
            let place = AsyncInvokeS3OutputDataConfig::builder().s3_uri("s3://bucket/answers").build()?;
            let input = Document::Object([("prompt".to_owned(), "Hello".into())].into());
            let call = client.start_async_invoke().model_id("luma.ray-v2:0").model_input(input);
            call.output_data_config(AsyncInvokeOutputDataConfig::S3OutputDataConfig(place)).send().await?;
        }
        INVOKE_STREAM => {
            let mut output = client.invoke_model_with_response_stream().model_id(LLAMA).body(body()).send().await?;
            while let Some(ResponseStream::Chunk(part)) = output.body.recv().await? {
                let chunk: Value = serde_json::from_slice(part.bytes().expect("bytes").as_ref()).expect("JSON");
                seen.push_str(chunk["generation"].as_str().expect("text"));
                assert!(chunk["stop_reason"].is_null() || seen == LONG.repeat(20).as_str(), "it has an end: {seen}");
            }
        }
        _ => {
            let mut output = client.converse_stream().model_id(LLAMA).messages(user("Hello")).send().await?;
            while let Some(event) = output.stream.recv().await? {
                if let ConverseStreamOutput::ContentBlockDelta(event) = &event
                    && let Some(ContentBlockDelta::Text(text)) = event.delta()
                {
                    seen.push_str(text);
                }
                assert!(!event.is_message_stop() || seen == LONG.repeat(20).as_str(), "it has an end: {seen}");
            }
        }
    }
    Ok(())
}

/// Returns the name of the SDK's error type.
fn name(error: &Error) -> String {
    format!("{error:?}").split('(').next().unwrap_or_default().to_owned()
}

/// Repeated, it is long enough for some text to be released before a fault.
const LONG: &str = "One, two, three and four. ";

fn long(fault: Option<Fault>, write_size: usize) -> Options {
    let response = ModelResponse::Text(LONG.repeat(20));
    Options { response, chunk_size: ChunkSize::Bytes(7), write_size: Some(write_size), fault, ..Options::default() }
}

#[tokio::test]
async fn errors_are_the_sdks_own() {
    let simulator = simulator(Options::default()).await;
    let gateway = run(builder(&simulator)).await;
    let client = client(gateway.address);
    for error in &ERRORS.answers {
        let fault = Fault::Status {
            status: error.status,
            exception: error.exception.clone(),
            message: "Ask jane.roe@example.com: later".to_owned(),
        };
        simulator.set_options(Options { fault: Some(fault), ..Options::default() });
        for operation in OPERATIONS {
            let case = format!("{} of {operation}", error.exception);
            let found = call(&client, operation, &mut String::new()).await.expect_err(&case);
            assert_eq!((found.code(), found.message()), (Some(error.exception.as_str()), Some("Ask {EMAIL}: later")));
            // Other operations do not have all of them.
            if ["InvokeModel", INVOKE_STREAM].contains(&operation) {
                assert_eq!(name(&found), error.exception, "{case}");
            }
        }
    }
    simulator.set_options(Options { fault: Some(Fault::Throttle), ..Options::default() });
    for operation in OPERATIONS {
        let found = call(&client, operation, &mut String::new()).await.expect_err(operation);
        assert!(matches!(found, Error::ThrottlingException(_)), "{operation}: {found:?}");
    }
    let error = client.invoke_model().model_id(LLAMA).body(body()).send().await.expect_err("throttled");
    assert_eq!(error.raw_response().map(|response| response.status().as_u16()), Some(429));
}

#[tokio::test]
async fn exceptions_within_a_stream_are_the_sdks_own() {
    let simulator = simulator(Options::default()).await;
    let gateway = run(builder(&simulator)).await;
    let client = client(gateway.address);
    for frame in &ERRORS.frames {
        for (write_size, after_events) in [(1, 60), (7, 60), (4000, 60), (7, 0)] {
            let (exception_type, message) = (frame.clone(), "Ask jane.roe@example.com".to_owned());
            let fault = Fault::ExceptionFrame { after_events, exception_type, message };
            simulator.set_options(long(Some(fault), write_size));
            for operation in [INVOKE_STREAM, CONVERSE_STREAM] {
                let case = format!("{frame} after {after_events} in {operation}, writes of {write_size}");
                let mut seen = String::new();
                let found = call(&client, operation, &mut seen).await.expect_err(&case);
                assert!(name(&found).eq_ignore_ascii_case(frame), "{case}: {found:?}");
                assert_eq!(found.message(), Some("Ask {EMAIL}"), "{case}");
                // ConverseStream has an event before the first text.
                let before = after_events.saturating_sub(usize::from(operation == CONVERSE_STREAM)) * 7;
                // All except the incomplete word, which could be the start of a match.
                let before = LONG.repeat(20)[..before].trim_end_matches(char::is_alphabetic).to_owned();
                assert_eq!(seen, before, "{case}");
            }
        }
    }
}

#[tokio::test]
async fn an_interrupted_stream_is_an_error() {
    let simulator = simulator(Options::default()).await;
    let gateway = run(builder(&simulator)).await;
    let client = client(gateway.address);
    for write_size in [1, 7, 4000] {
        for fault in [
            Some(Fault::CutConnection { after_bytes: 3000 }),
            Some(Fault::CutConnection { after_bytes: 5 }),
            Some(Fault::CutConnection { after_bytes: 0 }),
            Some(Fault::CorruptFrame { after_events: 20 }),
            Some(Fault::CorruptFrame { after_events: 0 }),
            None,
        ] {
            let is_whole = fault.is_none();
            simulator.set_options(long(fault.clone(), write_size));
            for operation in [INVOKE_STREAM, CONVERSE_STREAM] {
                let mut seen = String::new();
                let answered = call(&client, operation, &mut seen).await;
                assert_eq!(answered.is_ok(), is_whole, "{fault:?} in {operation}, writes of {write_size}");
                assert!(LONG.repeat(20).starts_with(&seen), "{seen}");
                assert_eq!(seen.len() == LONG.len() * 20, is_whole);
            }
        }
    }
    simulator.set_options(long(Some(Fault::CutConnection { after_bytes: 40 }), 7));
    for operation in ["InvokeModel", "Converse"] {
        let found = call(&client, operation, &mut String::new()).await.expect_err("it was cut");
        assert!(found.code().is_some(), "{operation}: {found:?}");
    }
}

#[tokio::test]
async fn unsupported_operations_are_rejected() {
    let simulator = simulator(Options::default()).await;
    let gateway = run(builder(&simulator)).await;
    let client = client(gateway.address);
    let error: Error = client.list_async_invokes().send().await.expect_err("it is refused").into();
    assert!(matches!(error, Error::AccessDeniedException(_)), "{error:?}");
    let arn = "arn:aws:bedrock:us-east-1:123456789012:async-invoke/a1b2c3d4e5f6";
    let error: Error = client.get_async_invoke().invocation_arn(arn).send().await.expect_err("it is refused").into();
    assert!(matches!(error, Error::AccessDeniedException(_)), "{error:?}");
    assert!(simulator.requests().is_empty());
}

/// An SDK sends a client key as Bedrock API key, `AWS_BEARER_TOKEN_BEDROCK`.
#[tokio::test]
async fn a_client_key_can_be_an_api_key() {
    let simulator = simulator(long(None, 4000)).await;
    let gateway = run(builder(&simulator).client_key("a-client-key")).await;
    for (key, is_right) in [("a-client-key", true), ("a-wrong-key", false), ("a-client-ke", false)] {
        let config = client(gateway.address).config().to_builder();
        let config = config.bearer_token(Token::new(key, None)).auth_scheme_preference(["httpBearerAuth".into()]);
        let client = Client::from_conf(config.build());
        simulator.clear_requests();
        for operation in OPERATIONS {
            match call(&client, operation, &mut String::new()).await {
                Ok(()) => assert!(is_right, "{operation} with {key}"),
                Err(error) => {
                    assert!(!is_right && matches!(error, Error::AccessDeniedException(_)), "{operation}: {error:?}");
                }
            }
        }
        let requests = simulator.requests();
        assert_eq!(requests.len(), if is_right { OPERATIONS.len() } else { 0 });
        assert!(requests.iter().all(|request| request.header("authorization").is_none()), "it goes no further");
    }
}
