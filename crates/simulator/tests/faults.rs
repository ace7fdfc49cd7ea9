//! Faults as the SDK sees them, and steering by headers.

mod support;

use std::time::Duration;

use aws_sdk_bedrockruntime::config::retry::RetryConfig;
use aws_sdk_bedrockruntime::config::timeout::TimeoutConfig;
use aws_sdk_bedrockruntime::error::SdkError;
use aws_sdk_bedrockruntime::operation::RequestId;
use aws_sdk_bedrockruntime::primitives::Blob;
use aws_sdk_bedrockruntime::types::error::{ConverseStreamOutputError, ResponseStreamError};
use aws_sdk_bedrockruntime::{Client, types::ResponseStream};
use banister_simulator::{Fault, Options, Simulator};
use support::{chunk_json, client, config, start, user};

const LLAMA: &str = "meta.llama3-8b-instruct-v1:0";

fn failing(fault: Fault) -> Options {
    Options { fault: Some(fault), ..Options::default() }
}

fn prompt() -> Blob {
    Blob::new(r#"{"prompt":"one two three four"}"#)
}

/// The events before the stream's end or error.
async fn read(client: &Client) -> (Vec<ResponseStream>, Result<(), String>) {
    let mut output =
        client.invoke_model_with_response_stream().model_id(LLAMA).body(prompt()).send().await.expect("a stream");
    let mut events = Vec::new();
    loop {
        match output.body.recv().await {
            Ok(Some(event)) => events.push(event),
            Ok(None) => return (events, Ok(())),
            Err(error) => return (events, Err(format!("{error:?}"))),
        }
    }
}

#[tokio::test]
async fn throttling_is_the_sdks_own_exception() {
    let (simulator, client) = start(failing(Fault::Throttle)).await;
    let error = client.invoke_model().model_id(LLAMA).body(prompt()).send().await.expect_err("throttled");
    assert_eq!(error.raw_response().map(|response| response.status().as_u16()), Some(429));
    assert!(error.request_id().is_some());
    assert!(error.into_service_error().is_throttling_exception());
    let error = client.converse().model_id(LLAMA).messages(user("hi")).send().await.expect_err("throttled");
    assert!(error.into_service_error().is_throttling_exception());
    assert_eq!(simulator.requests().len(), 2);
}

#[tokio::test]
async fn a_retry_succeeds_after_the_first_calls() {
    let simulator =
        Simulator::start(Options { fault_calls: Some(2), ..failing(Fault::Throttle) }).await.expect("loopback binds");
    let retry = RetryConfig::standard().with_max_attempts(3).with_initial_backoff(Duration::from_millis(1));
    let client = Client::from_conf(config(&simulator).retry_config(retry).build());
    client.converse().model_id(LLAMA).messages(user("hi")).send().await.expect("the third attempt");
    assert_eq!(simulator.requests().len(), 3);
}

#[tokio::test]
async fn any_exception_can_be_named() {
    let (_simulator, client) =
        start(failing(Fault::Status { status: 403, exception: "AccessDeniedException".into(), message: "no".into() }))
            .await;
    let error = client.converse_stream().model_id(LLAMA).messages(user("hi")).send().await.expect_err("denied");
    let error = error.into_service_error();
    assert!(error.is_access_denied_exception());
    assert_eq!(error.meta().message(), Some("no"));
}

#[tokio::test]
async fn an_exception_frame_ends_the_stream() {
    let fault = |exception_type: &str| {
        failing(Fault::ExceptionFrame {
            after_events: 2,
            exception_type: exception_type.into(),
            message: "slow down".into(),
        })
    };
    let (simulator, client) = start(fault("throttlingException")).await;
    let mut output =
        client.invoke_model_with_response_stream().model_id(LLAMA).body(prompt()).send().await.expect("a stream");
    for _ in 0..2 {
        assert!(output.body.recv().await.expect("an event").is_some());
    }
    match output.body.recv().await {
        Err(SdkError::ServiceError(error)) => {
            assert!(
                matches!(error.err(), ResponseStreamError::ThrottlingException(e) if e.message() == Some("slow down"))
            );
        }
        other => panic!("no exception: {other:?}"),
    }
    assert!(output.body.recv().await.expect("the end").is_none());

    simulator.set_options(fault("modelStreamErrorException"));
    let mut output = client.converse_stream().model_id(LLAMA).messages(user("hi")).send().await.expect("a stream");
    let error = loop {
        match output.stream.recv().await {
            Ok(Some(_)) => {}
            Ok(None) => panic!("no exception"),
            Err(error) => break error,
        }
    };
    assert!(matches!(error.into_service_error(), ConverseStreamOutputError::ModelStreamErrorException(_)));
    // A plain answer is not touched by it.
    client.converse().model_id(LLAMA).messages(user("hi")).send().await.expect("an answer");
}

#[tokio::test]
async fn cuts_and_corrupt_frames_are_errors_after_what_came_before() {
    let (simulator, client) = start(Options::default()).await;
    let (whole, end) = read(&client).await;
    assert_eq!(end, Ok(()));

    simulator.set_options(failing(Fault::CorruptFrame { after_events: 3 }));
    let (events, end) = read(&client).await;
    assert_eq!(events, whole[..3]);
    assert!(end.is_err());

    simulator.set_options(failing(Fault::CutConnection { after_bytes: 500 }));
    let (events, end) = read(&client).await;
    assert!(!events.is_empty() && events.len() < whole.len(), "{events:?}");
    assert!(end.is_err());

    simulator.set_options(failing(Fault::CutConnection { after_bytes: 5 }));
    let error = client.invoke_model().model_id(LLAMA).body(prompt()).send().await.expect_err("a cut");
    assert!(error.as_service_error().is_none_or(|error| error.meta().code().is_none()), "{error:?}");
}

#[tokio::test]
async fn silence_is_left_to_the_clients_timeout() {
    let (simulator, _) = start(failing(Fault::Hang)).await;
    let timeouts = TimeoutConfig::builder().operation_timeout(Duration::from_millis(500)).build();
    let hasty = config(&simulator).timeout_config(timeouts).retry_config(RetryConfig::disabled()).build();
    let error =
        Client::from_conf(hasty).converse().model_id(LLAMA).messages(user("hi")).send().await.expect_err("a timeout");
    assert!(matches!(error, SdkError::TimeoutError(_)), "{error:?}");
    assert_eq!(simulator.requests().len(), 1);

    simulator.set_options(failing(Fault::Stall { after_events: 2 }));
    let client = client(&simulator);
    let mut output =
        client.invoke_model_with_response_stream().model_id(LLAMA).body(prompt()).send().await.expect("a stream");
    for _ in 0..2 {
        assert!(output.body.recv().await.expect("an event").is_some());
    }
    let silence = tokio::time::timeout(Duration::from_millis(50), output.body.recv()).await;
    assert!(silence.is_err());
    // A stalled answer does not hold up the stop.
    simulator.shutdown().await;
}

#[tokio::test]
async fn headers_steer_one_request() {
    let (simulator, client) = start(Options::default()).await;
    let steered = |name: &'static str, value: &'static str| {
        client.invoke_model_with_response_stream().model_id(LLAMA).body(prompt()).customize().mutate_request(
            move |request| {
                request.headers_mut().insert("x-simulator-chunk", "chars:1");
                request.headers_mut().insert(name, value);
            },
        )
    };
    let mut output = steered("x-simulator-reply", "text:abc").send().await.expect("a stream");
    let mut pieces = Vec::new();
    while let Some(event) = output.body.recv().await.expect("an event") {
        pieces.push(chunk_json(&event)["generation"].clone());
    }
    assert_eq!(pieces, ["a", "b", "c", ""]);

    let throttled = steered("x-simulator-fault", "throttle").send().await.expect_err("throttled");
    assert!(throttled.into_service_error().is_throttling_exception());

    let refused = steered("x-simulator-fault", "earthquake").send().await.expect_err("refused");
    let refused = refused.into_service_error();
    assert!(refused.is_validation_exception());
    assert!(refused.meta().message().is_some_and(|message| message.contains("earthquake")));

    let (_, end) = read(&client).await;
    assert_eq!(end, Ok(()));
    assert_eq!(simulator.requests()[0].header("x-simulator-reply"), Some("text:abc"));
}

#[tokio::test]
async fn only_loopback_is_served_and_a_stop_frees_the_port() {
    let refused = Simulator::start(Options { listen: ([0, 0, 0, 0], 0).into(), ..Options::default() }).await;
    assert_eq!(refused.map(|_| ()).map_err(|error| error.kind()), Err(std::io::ErrorKind::InvalidInput));

    let (simulator, client) = start(Options::default()).await;
    let address = simulator.address();
    client.converse().model_id(LLAMA).messages(user("hi")).send().await.expect("an answer");
    simulator.shutdown().await;
    assert!(tokio::net::TcpStream::connect(address).await.is_err());

    let simulator = Simulator::start(Options::default()).await.expect("loopback binds");
    let address = simulator.address();
    drop(simulator);
    let refused = async {
        while tokio::net::TcpStream::connect(address).await.is_ok() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(5), refused).await.expect("the port closes");
}
