//! Text that keeps as many starts alive as it can: what is held stays small, and what is behind it is still found.

use banister::{Guardrail, Policy, Source, StreamGuard};

#[path = "../../benches/common/hostile.rs"]
mod units;

use crate::cases::guardrail;
use units::{LONG, UNITS};

/// The longest hold of a text in chunks of 64 bytes, and how much is released by the end of the last push.
fn progress(guardrail: &Guardrail, text: &str) -> (usize, usize) {
    let mut guard = StreamGuard::new(guardrail, Source::Output);
    let (mut read, mut held, mut at) = (0, 0, 0);
    while at < text.len() {
        let end = (at + 64..)
            .find(|&end| end >= text.len() || text.is_char_boundary(end))
            .map_or(text.len(), |end| end.min(text.len()));
        let _ = guard.push(&text[at..end]);
        read += end - at;
        at = end;
        held = held.max(guard.buffered_bytes());
    }
    (held, read - guard.buffered_bytes())
}

/// What is held of any other text: an address of 320 bytes, or an API key, and what may be around it.
const SHORT: usize = 600;

/// Units of which one byte in so many is left when they are folded. Limits count what is left.
const FOLDED: &[(&str, usize)] = &[("1\u{200b}", 4), ("４", 3), ("1²", 2)];

fn short(unit: &str) -> usize {
    SHORT * FOLDED.iter().find(|folded| folded.0 == unit).map_or(1, |folded| folded.1)
}

/// Returns what is wrong with a text of one unit of which at most `most` bytes may be held.
fn slow(guardrail: &Guardrail, unit: &str, most: usize) -> Option<String> {
    let text = unit.repeat((most + 100) / unit.len());
    let (held, released) = progress(guardrail, &text);
    let wrong = held > most || released + most < text.len();
    wrong.then(|| format!("{unit:?}: {held} bytes held, {released} of {} released, at most {most} wanted", text.len()))
}

/// The work for a byte is bounded by what is held before it, so this is what makes the work linear.
#[test]
fn hostile_text_is_released_as_it_comes() {
    let all = guardrail("{version: 1, name: all, pii: [{types: [ALL], action: detect}]}");
    let wrong: Vec<_> =
        UNITS.iter().filter(|unit| !LONG.contains(unit)).filter_map(|unit| slow(&all, unit, short(unit))).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn starts_of_long_values_are_released_at_their_bound() {
    for types in ["URL", "PRIVATE_KEY", "JWT", "API_KEY"] {
        let guardrail = guardrail(&format!("{{version: 1, name: long, pii: [{{types: [{types}], action: detect}}]}}"));
        let bound = guardrail.buffer_limit().bytes();
        let wrong: Vec<_> = LONG.iter().filter_map(|unit| slow(&guardrail, unit, bound)).collect();
        assert!(wrong.is_empty(), "{types}\n{}", wrong.join("\n"));
    }
}

/// A value after hundreds of starts is found in every pack, where it is found without them.
#[test]
fn values_are_found_after_hostile_text() {
    let guardrail = Guardrail::new(Policy::from_pack("default").expect("a pack"));
    let values =
        ["4111 1111 1111 1111", "jane.roe@example.com", "AKIAIOSFODNN7EXAMPLE", "536-90-4399", "+1 415 555 2671"];
    let mut wrong = Vec::new();
    for unit in UNITS.iter() {
        for value in values {
            for count in [30, 100] {
                let text = format!("{}\n\n{value}\n", unit.repeat(count));
                let assessment = guardrail.assess(Source::Output, &text);
                let alone = guardrail.assess(Source::Output, value);
                let start = text.len() - value.len() - 1;
                let found =
                    assessment.findings().iter().any(|finding| finding.span().range() == (start..start + value.len()));
                if !alone.findings().is_empty() && !found {
                    wrong.push(format!("{value:?} after {count} times {unit:?}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} values are hidden:\n{}", wrong.len(), wrong.join("\n"));
}
