//! What a call costs besides its bytes: instructions of a text field, a chunk, a body.

use std::hint::black_box;

use banister::{BodyGuard, Conversation, Guardrail, Operation, Source, StreamGuard};

use crate::common::bodies::{claude_request, clean_prose};
use crate::policies::policy;

/// Runs a workload twice. Callgrind counts the second time: the first one fills automata and scratch.
pub fn fixed(kind: &str, name: &str, number: usize) {
    let guardrail = policy(name);
    let prose = clean_prose(number.max(4000));
    match kind {
        // A text field of so many bytes.
        "text" => {
            let text = prose.get(..number).expect("ASCII");
            twice(&mut || guardrail.assess(Source::Input, black_box(text)).findings().len());
        }
        // A stream of so many chunks of four bytes.
        "stream" => twice(&mut || stream(&guardrail, prose.as_bytes().chunks(4).cycle().take(number))),
        // A Claude request, so often.
        "body" => {
            let body = claude_request();
            let bodies = BodyGuard::new(&guardrail, &Conversation::new());
            twice(&mut || {
                let inspect = || bodies.inspect_request(Operation::InvokeModel, black_box(body.as_bytes()));
                (0..number).map(|_| inspect().expect("a request").assessment().inspected_bytes()).sum()
            });
        }
        // The same request as a `serde_json::Value`.
        "value" => {
            let body = claude_request();
            twice(&mut || {
                let parse = || serde_json::from_slice::<serde_json::Value>(black_box(body.as_bytes()));
                (0..number).map(|_| usize::from(parse().expect("JSON").is_object())).sum()
            });
        }
        _ => eprintln!("kinds: text, stream, body, value"),
    }
}

fn twice(run: &mut dyn FnMut() -> usize) {
    black_box(run());
    println!("{}", measured(run));
}

/// The part that callgrind counts.
#[inline(never)]
fn measured(run: &mut dyn FnMut() -> usize) -> usize {
    run()
}

fn stream<'a>(guardrail: &Guardrail, chunks: impl Iterator<Item = &'a [u8]>) -> usize {
    let mut guard = StreamGuard::new(guardrail, Source::Output);
    let released: usize =
        chunks.map(|chunk| guard.push(std::str::from_utf8(chunk).expect("ASCII")).len()).sum();
    released + guard.finish().len()
}
