//! Any bytes as a body: refused with an error, or examined. What has no finding goes on as it is, and what goes on in place of a body
//! is examined again without any finding.

#![no_main]

use std::sync::LazyLock;

use banister::{BodyGuard, Operation};
use banister::{Conversation, Guardrail, Outcome, Policy};
use libfuzzer_sys::fuzz_target;

const OPERATIONS: [Operation; 7] = [
    Operation::ApplyGuardrail,
    Operation::Converse,
    Operation::ConverseStream,
    Operation::CountTokens,
    Operation::InvokeModel,
    Operation::InvokeModelWithResponseStream,
    Operation::StartAsyncInvoke,
];

static GUARDRAIL: LazyLock<Guardrail> = LazyLock::new(|| {
    let policy = "{version: 1, name: fuzz, word_filters: [{name: W, words: [ab, text], match: {whole_word: false}, action: mask, replacement: '*'}], \
        regexes: [{name: R, pattern: '[0-7]{2}x', action: mask, replacement: '*'}, {name: B, pattern: 'block', action: block}]}";
    Guardrail::new(Policy::from_yaml(policy).expect("the policy of the target is right"))
});

fuzz_target!(|data: &[u8]| {
    let Some((&first, body)) = data.split_first() else { return };
    let operation = OPERATIONS[usize::from(first) % OPERATIONS.len()];
    let mut guard = BodyGuard::new(&GUARDRAIL, &Conversation::new());
    if first & 0x80 != 0 {
        guard = guard.dangerous_inspect_unknown_content();
    }
    let examine =
        |body: &[u8]| if first & 0x40 == 0 { guard.request(operation, body) } else { guard.response(operation, body) };
    let Ok(guarded) = examine(body) else { return };
    match guarded.assessment().outcome() {
        Outcome::Masked => {
            let masked = guarded.body().expect("a masked body differs");
            let again = examine(masked).expect("a masked body can be examined");
            assert_eq!(again.body(), None);
            assert_eq!(again.assessment().outcome(), Outcome::Passed);
        }
        // Of a blocked body nothing goes on, whatever was masked before the rule that blocks was met.
        Outcome::Blocked => {}
        _ => assert_eq!(guarded.body(), None),
    }
});
