//! One value, one finding: a finding that lies in a stronger one is marked, and left out of what people read.

use banister::ApplyGuardrailResponse;
use banister::EntityType::{self, CreditDebitCardNumber, Phone, UsBankAccountNumber, UsBankRoutingNumber};
use banister::{Assessment, Container, Finding, Guardrail, Policy, Source, StreamGuard};

fn guardrail(rules: &str) -> Guardrail {
    Guardrail::new(Policy::from_yaml(&format!("{{version: 1, name: within, pii: [{rules}]}}")).expect("valid"))
}

/// Type, and the type that holds it.
fn marks(assessment: &Assessment) -> Vec<(EntityType, Option<EntityType>)> {
    let mark = |finding: &Finding| Some((finding.entity_type()?, finding.within().map(Container::entity_type)));
    assessment.findings().iter().filter_map(mark).collect()
}

const ALL: &str = "{types: [ALL], action: mask}";

#[test]
fn weaker_findings_are_marked_with_what_holds_them() {
    let guardrail = guardrail(ALL);
    for (text, weak, strong) in [
        ("My card is 4111 1111 1111 1111, contact me", Phone, CreditDebitCardNumber),
        ("bank routing number 021000021", UsBankAccountNumber, UsBankRoutingNumber),
    ] {
        let assessment = guardrail.assess(Source::Input, text);
        let marks = marks(&assessment);
        assert!(marks.contains(&(weak, Some(strong))), "{text:?} gave {marks:?}");
        assert!(marks.contains(&(strong, None)), "{text:?} gave {marks:?}");
        for finding in assessment.findings() {
            assert!(finding.within().is_none_or(|within| within.span().contains(finding.span())), "{text:?}");
        }
    }
}

/// What is only beside it, or overlaps it, is a value of its own.
#[test]
fn neighbours_are_not_marked() {
    let guardrail = guardrail(ALL);
    for text in ["4111 1111 1111 1111, phone 415-555-2671", "jane@example.com, 415-555-2671", "415-555-2671, 10.1.2.3"]
    {
        let marks = marks(&guardrail.assess(Source::Input, text));
        assert!(marks.contains(&(Phone, None)), "{text:?} gave {marks:?}");
    }
}

/// A finding that blocks is never left out in favor of one that only masks.
#[test]
fn a_stronger_action_is_not_left_out() {
    let guardrail = guardrail("{types: [PHONE], action: block}, {types: [CREDIT_DEBIT_CARD_NUMBER], action: mask}");
    let assessment = guardrail.assess(Source::Input, "My card is 4111 1111 1111 1111, contact me");
    assert!(assessment.is_blocked());
    assert_eq!(marks(&assessment), [(Phone, None), (CreditDebitCardNumber, None)]);
}

#[test]
fn assessments_of_apply_guardrail_leave_them_out() {
    let guardrail = guardrail(ALL);
    let text = "My card is 4111 1111 1111 1111, contact me";
    let assessment = guardrail.assess(Source::Input, text);
    assert_eq!(assessment.findings().len(), 2);
    let mut report = ApplyGuardrailResponse::new(guardrail.policy(), Source::Input, assessment.outcome(), text.len());
    for finding in assessment.findings() {
        report.add_finding(guardrail.policy(), finding, None);
    }
    let json = serde_json::to_string(&report).expect("JSON");
    assert!(json.contains("CREDIT_DEBIT_CARD_NUMBER") && !json.contains("PHONE"), "{json}");
}

#[test]
fn marks_do_not_depend_on_chunks() {
    let guardrail = guardrail(ALL);
    let text = "website jane@roe.example.com; bank routing number 021000021, call: card 4111 1111 1111 1111.";
    let whole = marks(&guardrail.assess(Source::Output, text));
    assert!(whole.iter().any(|(_, within)| within.is_some()), "{whole:?}");
    for size in [1, 3, 7, 20] {
        let mut guard = StreamGuard::new(&guardrail, Source::Output);
        for chunk in text.as_bytes().chunks(size) {
            guard.push(std::str::from_utf8(chunk).expect("ASCII"));
        }
        guard.finish();
        assert_eq!(marks(&guard.assessment()), whole, "chunks of {size}");
    }
}
