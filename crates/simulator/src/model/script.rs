//! The scripted completions; the table is in the crate documentation.

const SCRIPT: [(&str, &str); 5] = [
    ("contact", "You can reach Jane Roe at jane.roe@example.com or +1 (415) 555-0132."),
    ("refund", "Sure. The card 4111 1111 1111 1111 will be refunded within five days."),
    ("competitor", "Many people compare us with Globex Corp, but Acme is cheaper."),
    ("invest", "You should buy shares now, it is a guaranteed return."),
    ("chinese", "您好，请发邮件到 wang.wei@example.com 与王伟联系。"),
];

/// Returns the completion for the first keyword in `prompt`, else the echo.
pub(super) fn completion(prompt: &str) -> String {
    let prompt_lower = prompt.to_lowercase();
    SCRIPT
        .iter()
        .find(|(keyword, _)| prompt_lower.contains(keyword))
        .map_or_else(|| echo(prompt), |(_, completion)| (*completion).to_owned())
}

pub(super) fn echo(prompt: &str) -> String {
    format!("You said: {prompt}")
}
