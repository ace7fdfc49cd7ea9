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
    let inspect = |body: &[u8]| {
        if first & 0x40 == 0 { guard.inspect_request(operation, body) } else { guard.inspect_response(operation, body) }
    };
    let Ok(guarded) = inspect(body) else { return };
    match guarded.assessment().outcome() {
        Outcome::Masked => {
            let masked = guarded.masked_body().expect("a masked body differs");
            let again = inspect(masked).expect("a masked body can be inspected");
            assert_eq!(again.masked_body(), None);
            assert_eq!(again.assessment().outcome(), Outcome::Passed);
        }
        // A blocked body is never forwarded.
        Outcome::Blocked => {}
        _ => assert_eq!(guarded.masked_body(), None),
    }
});
