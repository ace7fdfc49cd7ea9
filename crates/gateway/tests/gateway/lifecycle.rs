//! Reload and shutdown.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use aws_sdk_bedrockruntime::types::{ContentBlockDelta, ConverseStreamOutput};
use banister_gateway::{Gateway, Policies, Upstream};
use banister_simulator::{ChunkSize, ModelResponse, Options};
use serde_json::{Value, json};

use crate::support::{LLAMA, Running, builder, client, fine, run, send, simulator, user};

/// Creates a folder for one test.
fn folder(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    folder
}

fn rule(word: &str) -> String {
    format!("version: 1\nname: p\nword_filters:\n  - {{name: w, words: [{word}], action: mask}}\n")
}

/// Returns the masked text under a policy.
async fn applied(gateway: &Running, policy: &str, text: &str) -> String {
    let body = json!({"source": "INPUT", "content": [{"text": {"text": text}}]}).to_string();
    let path = format!("/guardrail/{policy}/version/1/apply");
    let (_, _, answer) = send(gateway.address, "POST", &path, &[], body).await;
    let answer: Value = serde_json::from_str(&answer).unwrap();
    answer["outputs"][0]["text"].as_str().unwrap_or(text).to_owned()
}

async fn until(gateway: &Running, text: &str, expected: &str) {
    for _ in 0..100 {
        if applied(gateway, "a", text).await == expected {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("{text} never came to {expected}");
}

#[tokio::test]
async fn policies_are_reloaded_all_or_none() {
    let folder = folder("reload");
    let (a, b) = (folder.join("a.yaml"), folder.join("b.yaml"));
    fs::write(&a, rule("red")).unwrap();
    fs::write(&b, rule("blue")).unwrap();
    let simulator = simulator(Options::default()).await;
    let policies = Policies::new("a", a.clone()).with("b", b.clone());
    let gateway = run(Gateway::builder(policies, Upstream::new(&simulator.endpoint()).unwrap())).await;
    assert_eq!(applied(&gateway, "a", "red green blue").await, "{w} green blue");

    // A file changes.
    fs::write(&a, rule("green")).unwrap();
    until(&gateway, "red green blue", "red {w} blue").await;

    // One policy has a problem, so none is replaced.
    fs::write(&a, rule("red")).unwrap();
    fs::write(&b, "version: 1\nname: p\nnonsense: 1\n").unwrap();
    let error = gateway.reloader.reload().unwrap_err();
    assert_eq!(error.policy(), "b");
    assert_eq!(applied(&gateway, "a", "red green blue").await, "red {w} blue");
    assert_eq!(applied(&gateway, "b", "red green blue").await, "red green {w}");
    let (_, _, metrics) = send(gateway.address, "GET", "/metrics", &[], "").await;
    assert!(metrics.contains("banister_policy_reloads_total{result=\"refused\"}"), "{metrics}");

    // It is corrected by replacing the file, as editors and deployments do.
    let new = folder.join("new");
    fs::write(&new, rule("green")).unwrap();
    fs::rename(&new, &b).unwrap();
    until(&gateway, "red green blue", "{w} green blue").await;
    assert_eq!(applied(&gateway, "b", "red green blue").await, "red {w} blue");
    assert!(!gateway.reloader.reload().unwrap(), "nothing is new");
    hang_up(&gateway, &folder).await;
    fs::remove_dir_all(&folder).unwrap();
}

/// SIGHUP reloads the policies. The gateway listens for it by now, because it watches files.
#[cfg(unix)]
async fn hang_up(gateway: &Running, folder: &std::path::Path) {
    // Outside of the watched folder, so that only the signal triggers a reload.
    let words = folder.join("far").join("words.txt");
    fs::create_dir_all(words.parent().unwrap()).unwrap();
    fs::write(&words, "violet\n").unwrap();
    let policy = "version: 1\nname: p\nword_filters:\n  - {name: w, file: far/words.txt, action: mask}\n";
    fs::write(folder.join("a.yaml"), policy).unwrap();
    until(gateway, "violet red", "{w} red").await;
    // Wait for the last events of writing.
    tokio::time::sleep(Duration::from_millis(500)).await;
    fs::write(&words, "red\n").unwrap();
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(applied(gateway, "a", "violet red").await, "{w} red", "nothing has it read yet");
    let kill = std::process::Command::new("kill").arg("-HUP").arg(std::process::id().to_string()).status();
    assert!(kill.unwrap().success());
    until(gateway, "violet red", "violet {w}").await;
}

#[cfg(not(unix))]
async fn hang_up(_: &Running, _: &std::path::Path) {}

#[tokio::test]
async fn an_invalid_policy_is_an_error_at_startup() {
    let simulator = simulator(Options::default()).await;
    let policies = Policies::new("a", "no/such/file.yaml");
    let gateway = Gateway::builder(policies, Upstream::new(&simulator.endpoint()).unwrap());
    let error = gateway.bind("127.0.0.1:0".parse().unwrap()).await.unwrap_err();
    assert_eq!(error.to_string(), "policy `a` has problems");
}

#[tokio::test]
async fn streams_finish_before_the_gateway_stops() {
    let options = Options {
        response: ModelResponse::Text("one two three four five six".to_owned()),
        chunk_size: ChunkSize::Tokens,
        delay: Some(Duration::from_millis(60)),
        ..Options::default()
    };
    let simulator = simulator(options).await;
    let mut gateway = run(builder(&simulator)).await;
    let mut output =
        client(gateway.address).converse_stream().model_id(LLAMA).messages(user("Hello")).send().await.unwrap();
    let mut joined = String::new();
    let mut events = 0;
    while let Some(event) = output.stream.recv().await.unwrap() {
        events += 1;
        if events == 2 {
            gateway.stop();
        }
        if let ConverseStreamOutput::ContentBlockDelta(event) = event
            && let Some(ContentBlockDelta::Text(text)) = event.delta()
        {
            joined.push_str(text);
        }
    }
    assert_eq!(joined, "one two three four five six");
    tokio::time::timeout(Duration::from_secs(5), gateway.task).await.expect("it ends").unwrap();
    assert!(tokio::net::TcpStream::connect(gateway.address).await.is_err(), "the address is free");
}

/// Load balancers are informed before the address closes, and calls that they still send are served.
#[tokio::test]
async fn a_draining_gateway_is_not_ready_but_serves() {
    let simulator = simulator(fine()).await;
    let mut gateway = run(builder(&simulator).drain_period(Duration::from_secs(2))).await;
    assert_eq!(send(gateway.address, "GET", "/readyz", &[], "").await.0, 200);
    gateway.stop();
    let mut ready = 200;
    while ready == 200 {
        ready = send(gateway.address, "GET", "/readyz", &[], "").await.0.as_u16();
    }
    assert_eq!(ready, 503);
    assert_eq!(send(gateway.address, "GET", "/healthz", &[], "").await.0, 200);
    assert_eq!(applied(&gateway, "main", "Mail a.b@example.com").await, "Mail {EMAIL}");
    tokio::time::timeout(Duration::from_secs(10), gateway.task).await.expect("it ends").unwrap();
}

#[tokio::test]
async fn connections_are_closed_after_the_shutdown_timeout() {
    let fault = Some(banister_simulator::Fault::Stall { after_events: 1 });
    let simulator = simulator(Options { fault, ..Options::default() }).await;
    let mut gateway = run(builder(&simulator).shutdown_timeout(Duration::from_millis(200))).await;
    let mut output =
        client(gateway.address).converse_stream().model_id(LLAMA).messages(user("Hello")).send().await.unwrap();
    output.stream.recv().await.unwrap();
    gateway.stop();
    tokio::time::timeout(Duration::from_secs(5), gateway.task).await.expect("it ends").unwrap();
    assert!(output.stream.recv().await.is_err(), "a stream that was cut does not look whole");
}

/// A client that disconnects cancels its call.
#[tokio::test]
async fn the_upstream_is_dropped_with_the_client() {
    let fault = Some(banister_simulator::Fault::Stall { after_events: 1 });
    let simulator = simulator(Options { fault, ..Options::default() }).await;
    let mut gateway = run(builder(&simulator)).await;
    let mut output =
        client(gateway.address).converse_stream().model_id(LLAMA).messages(user("Hello")).send().await.unwrap();
    output.stream.recv().await.unwrap();
    drop(output);
    gateway.stop();
    tokio::time::timeout(Duration::from_secs(5), gateway.task).await.expect("nothing is left to wait for").unwrap();
}
