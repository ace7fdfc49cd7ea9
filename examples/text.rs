//! Text without Bedrock: whole, and in chunks. Runs with `--no-default-features`.

use banister::{Guardrail, Outcome, Policy, PolicyError, Source, StreamGuard};

fn main() -> Result<(), PolicyError> {
    let policy = Policy::from_yaml(
        "
version: 1
name: text
denied_topics:
  - name: investment-advice
    phrases: [stock tip]
pii:
  - types: [EMAIL]
",
    )?;
    let guardrail = Guardrail::new(policy);

    let text = "Write to jane.roe@example.com";
    let assessment = guardrail.assess(Source::Input, text);
    println!("{}: {}", assessment.outcome(), assessment.apply_to(text));
    assert_eq!(assessment.masked_text(), Some("Write to {EMAIL}"));

    // In chunks, with the same result. What `push` returns is safe to show.
    let mut guard = StreamGuard::new(&guardrail, Source::Output);
    let mut shown = String::new();
    for chunk in ["Write to jane.r", "oe@exam", "ple.com, or ask for a stock", " tip."] {
        shown.push_str(guard.push(chunk));
    }
    shown.push_str(guard.finish());
    println!("{}: {shown}", guard.assessment().outcome());
    assert_eq!(shown, "Write to {EMAIL}, or ask for a ");
    assert_eq!(guard.assessment().outcome(), Outcome::Blocked);
    Ok(())
}
