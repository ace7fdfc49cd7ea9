//! The work that text takes: linear in its length, and bounded by a multiple of that of ordinary text, whatever the text.

#[path = "../../../benches/common/hostile.rs"]
mod hostile;

use super::guardrail;
use crate::guardrail::{Guardrail, Source, StreamGuard};
use crate::text::work::counted;

/// Ordinary text: sentences with some names, numbers, addresses and code.
const ORDINARY: &str = "Thanks for the quick reply! I tried both versions you sent on 12 March, and the second one works. The report is at \
    https://example.com/reports/2024 if you want to look, or write to Jane Roe (jane.roe@example.com). What I do not understand is why the total \
    in row 14 is 1,204.50 and not 1,190: did the rates change? Here is how I call it: `let total = rows.iter().map(|row| row.price).sum();`. \
    My phone is 415-555-2671, I am in the office until 17:30. Could you explain in three steps how the discount is computed, and what \
    happens with orders from before May? The old policy said that the customer pays for shipping. ";

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
