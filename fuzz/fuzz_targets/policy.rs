//! Any bytes as a policy: an error that shows its place, or a guardrail that can be used.

#![no_main]

use banister::{Guardrail, Policy, Source};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    match Policy::from_yaml(text) {
        Ok(policy) => {
            assert_eq!(policy.digest().len(), 64);
            let guardrail = Guardrail::new(policy);
            // The text of the policy is as good as any, and likely to hold the words it asks for.
            let assessment = guardrail.assess(Source::Input, text);
            assert_eq!(assessment.inspected_bytes(), text.len());
        }
        Err(error) => {
            assert!(error.problems().next().is_some());
            assert!(!error.to_string().is_empty());
        }
    }
});
