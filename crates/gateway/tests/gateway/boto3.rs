//! The tests with boto3, in `tests/boto3`.

use std::process::Command;

use banister_simulator::Options;

use crate::support::{builder, run, simulator};

/// Run by `crates/gateway/tests/boto3/run`, which installs its dependencies.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Python with boto3 and pytest: crates/gateway/tests/boto3/run"]
async fn boto3_receives_what_the_sdk_receives() {
    let simulator = simulator(Options::default()).await;
    let gateway = run(builder(&simulator).client_key("a-client-key")).await;
    let python = std::env::var_os("BANISTER_PYTHON").unwrap_or_else(|| "python3".into());
    let mut pytest = Command::new(python);
    pytest
        .args(["-m", "pytest", "-q", "-p", "no:cacheprovider", concat!(env!("CARGO_MANIFEST_DIR"), "/tests/boto3")])
        .env("BANISTER_GATEWAY", format!("http://{}", gateway.address))
        .env("BANISTER_SIMULATOR", simulator.endpoint())
        .env("BANISTER_KEY", "a-client-key")
        .env("PYTHONDONTWRITEBYTECODE", "1");
    if let Some(arguments) = std::env::var_os("BANISTER_PYTEST") {
        pytest.args(arguments.to_string_lossy().split_whitespace());
    }
    let status = tokio::task::spawn_blocking(move || pytest.status()).await.unwrap().expect("python runs");
    assert!(status.success(), "pytest: {status}");
}
