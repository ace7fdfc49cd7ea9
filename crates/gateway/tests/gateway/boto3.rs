//! The gateway by boto3.

use std::process::Command;

use banister_simulator::{Chunk, Options};

use crate::support::{builder, run, simulator};

/// Run by `cargo test -p banister-gateway -- --ignored`.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "wants python3 with boto3"]
async fn boto3_gets_what_the_sdk_gets() {
    let simulator = simulator(Options { chunk: Chunk::Chars(3), ..Options::default() }).await;
    let gateway = run(builder(&simulator).client_key("a-client-key")).await;
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/boto3_calls.py");
    let endpoint = format!("http://{}", gateway.address);
    let called =
        tokio::task::spawn_blocking(move || Command::new("python3").args([script, &endpoint, "a-client-key"]).output());
    let output = called.await.unwrap().expect("python3 runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(simulator.requests().iter().all(|request| request.header("authorization").is_none()));
}
