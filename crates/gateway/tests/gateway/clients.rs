//! The tests with clients of other vendors, in `tests/clients`.

use std::process::Command;

use banister_simulator::Options;

use crate::support::{builder, run, simulator};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/clients");

/// Run by `crates/gateway/tests/clients/run`, which installs their dependencies.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Python and Node with packages: crates/gateway/tests/clients/run"]
async fn clients_of_other_vendors_work_unchanged() {
    let simulator = simulator(Options::default()).await;
    let gateway = run(builder(&simulator).client_key("a-client-key")).await;
    let open = run(builder(&simulator)).await;
    let python = std::env::var_os("BANISTER_PYTHON").unwrap_or_else(|| "python3".into());
    let mut pytest = Command::new(python);
    pytest.args(["-m", "pytest", "-q", "-W", "ignore", "-p", "no:cacheprovider", FOLDER]);
    let mut commands = vec![pytest];
    if let Some(folder) = std::env::var_os("BANISTER_NODE_TESTS") {
        let mut node = Command::new("node");
        node.args(["--test", "--test-reporter=spec"]).current_dir(folder);
        commands.push(node);
    }
    for mut command in commands {
        command
            .env("BANISTER_GATEWAY", format!("http://{}", gateway.address))
            .env("BANISTER_OPEN_GATEWAY", format!("http://{}", open.address))
            .env("BANISTER_KEY", "a-client-key")
            .env("BANISTER_TEXTS", concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cases/texts.json"))
            .env("PYTHONDONTWRITEBYTECODE", "1");
        let name = command.get_program().to_owned();
        let status = tokio::task::spawn_blocking(move || command.status()).await.unwrap().expect("it starts");
        assert!(status.success(), "{name:?}: {status}");
    }
}
