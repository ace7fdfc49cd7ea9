//! A policy file that is read again while the server runs. A file with errors changes nothing.

mod common;

use std::fs;
use std::path::{Path, PathBuf};

use banister::{BedrockService, Guardrail, GuardrailHandle, GuardrailLayer, Policy};
use tower::{BoxError, ServiceBuilder, ServiceExt};

/// Reads the policy again. Call it on SIGHUP, on a timer, or when the `notify` crate reports a change.
fn reload(handle: &GuardrailHandle, path: &Path) {
    match Policy::from_file(path) {
        Ok(policy) if policy.digest() == handle.current().policy().digest() => {}
        Ok(policy) => {
            println!("the policy {} is active", policy.digest());
            handle.replace(Guardrail::new(policy));
        }
        Err(error) => eprintln!("the policy has errors, the old one stays active\n{error}"),
    }
}

#[tokio::main]
async fn main() -> Result<(), BoxError> {
    let simulator = common::simulator().await?;
    let path: PathBuf = std::env::temp_dir().join(format!("banister-hot-reload-{}.yaml", std::process::id()));
    let write = |types: &str| fs::write(&path, format!("{{version: 1, name: reload, pii: [{{types: [{types}]}}]}}"));

    write("EMAIL")?;
    let handle = GuardrailHandle::new(Guardrail::new(Policy::from_file(&path)?));
    let bedrock = ServiceBuilder::new()
        .layer(GuardrailLayer::new(handle.clone()))
        .service(BedrockService::new(common::client(&simulator)));
    for (types, expected) in [
        ("EMAIL", "You said: {EMAIL} from 127.0.0.1"),
        ("EMAIL, IP_ADDRESS", "You said: {EMAIL} from {IP_ADDRESS}"),
        ("EMIAL", "You said: {EMAIL} from {IP_ADDRESS}"),
    ] {
        write(types)?;
        reload(&handle, &path);
        let output = bedrock.clone().oneshot(common::input("jane.roe@example.com from 127.0.0.1")?).await?;
        println!("{types}: {}", common::text(&output));
        assert_eq!(common::text(&output), expected);
    }
    fs::remove_file(path)?;
    Ok(())
}
