//! A text of which more is held than the bound allows is refused.

use super::guardrail;
use crate::guardrail::StreamGuard;
use crate::guardrail::{Outcome, Source};

const POLICY: &str = "{version: 1, name: t, messages: {blocked_input: No., blocked_output: Not that.},
    pii: [{types: [EMAIL], action: mask}]}";

#[test]
fn a_stream_that_holds_too_much_is_blocked_for_good() {
    let guardrail = guardrail(POLICY).with_enforced_limit(20);
    let mut guard = StreamGuard::new(&guardrail, Source::Output);
    assert_eq!(guard.push("a@example.com, jane.roe.of."), "{EMAIL}, ");
    assert!(!guard.is_blocked());
    assert_eq!(guard.push("the.shire.and"), "");
    assert!(guard.is_blocked());
    assert_eq!(guard.push("@example.com said"), "");
    assert_eq!(guard.buffered_bytes(), 0);
    assert_eq!(guard.finish(), "");
    let assessment = guard.assessment();
    assert!(assessment.is_over_limit());
    assert_eq!((assessment.outcome(), assessment.message()), (Outcome::Blocked, Some("Not that.")));
    assert_eq!(assessment.findings().len(), 1);
}

#[test]
fn a_whole_text_is_refused_likewise() {
    let guardrail = guardrail(POLICY).with_enforced_limit(20);
    let text = "a@example.com, jane.roe.of.the.shire.and.more@example.com";
    let assessment = guardrail.assess(Source::Input, text);
    assert!(assessment.is_over_limit() && assessment.is_blocked());
    assert_eq!((assessment.apply_to(text), assessment.masked_text()), ("No.", None));
}

#[test]
fn the_bound_itself_is_no_fault() {
    let guardrail = guardrail(POLICY);
    let assessment = guardrail.assess(Source::Input, &"a.b".repeat(10_000));
    assert!(!assessment.is_over_limit() && !assessment.is_blocked());
}
