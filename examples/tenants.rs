//! One service for several tenants, each with its policy, and a conversation for each of their chats.

mod common;

use std::collections::HashMap;

use banister::{BedrockService, Conversation, Guardrail, GuardrailLayer, GuardrailService, Policy};
use tower::{BoxError, Layer, ServiceExt};

/// The guardrails of the tenants, and a service that all of them share.
struct Chats {
    bedrock: GuardrailService<BedrockService>,
    tenants: HashMap<&'static str, Guardrail>,
    conversations: HashMap<(String, String), Conversation>,
}

impl Chats {
    async fn send(&mut self, tenant: &str, chat: &str, prompt: &str) -> Result<String, BoxError> {
        // An unknown tenant gets no call, rather than the default policy.
        let guardrail = self.tenants.get(tenant).ok_or_else(|| format!("unknown tenant {tenant}"))?;
        let conversation = self.conversations.entry((tenant.to_owned(), chat.to_owned())).or_default();
        let bedrock = self.bedrock.clone().with_guardrail(guardrail.clone()).with_conversation(conversation);
        Ok(common::text(&bedrock.oneshot(common::input(prompt)?).await?))
    }
}

fn guardrail(rule: &str) -> Result<Guardrail, BoxError> {
    Ok(Guardrail::new(Policy::from_yaml(&format!("{{version: 1, name: tenant, pii: [{rule}]}}"))?))
}

#[tokio::main]
async fn main() -> Result<(), BoxError> {
    let simulator = common::simulator().await?;
    let layer = GuardrailLayer::new(Guardrail::new(Policy::from_pack("default")?));
    let mut chats = Chats {
        bedrock: layer.layer(BedrockService::new(common::client(&simulator))),
        tenants: HashMap::from([
            ("shop", guardrail("{types: [EMAIL], replacement: numbered}")?),
            ("bank", guardrail("{types: [EMAIL], action: block}")?),
        ]),
        conversations: HashMap::new(),
    };
    for (tenant, chat, prompt, expected) in [
        ("shop", "1", "I am a@example.com", "You said: I am {EMAIL_1}"),
        ("shop", "1", "My friend is b@example.com", "You said: My friend is {EMAIL_2}"),
        ("shop", "2", "I am b@example.com", "You said: I am {EMAIL_1}"),
        ("bank", "1", "I am a@example.com", "Sorry, I can't help with that request."),
    ] {
        let response = chats.send(tenant, chat, prompt).await?;
        println!("{tenant} {chat}: {response}");
        assert_eq!(response, expected);
    }
    assert!(chats.send("other", "1", "Hello").await.is_err());
    Ok(())
}
