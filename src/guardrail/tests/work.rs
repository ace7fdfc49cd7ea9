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

fn per_byte(text: &str, steps: usize) -> usize {
    steps * 1_000 / text.len()
}

#[test]
fn the_work_of_hostile_text_is_linear_and_bounded() {
    // The largest multiple of the work of ordinary text.
    const MOST: usize = 20;
    let guardrail = guardrail("{version: 1, name: all, pii: [{types: [ALL, WORLD_IDS], action: detect}]}");
    let text = filled(ORDINARY, 2_000);
    let (ordinary, chunked) = (per_byte(&text, work(&guardrail, &text)), per_byte(&text, streamed(&guardrail, &text)));
    println!("steps per 1,000 bytes of ordinary text: {ordinary}, in chunks {chunked}");
    let mut wrong = Vec::new();
    for unit in hostile::UNITS.iter() {
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

/// Keys that contain the prefixes of others: each may begin a key of hundreds of bytes, and nothing shows that it does not.
#[test]
fn the_work_of_keys_within_keys_is_linear_and_bounded() {
    const MOST: usize = 100;
    let guardrail = guardrail("{version: 1, name: all, pii: [{types: [ALL, WORLD_IDS], action: detect}]}");
    let text = filled(ORDINARY, 2_000);
    let ordinary = per_byte(&text, work(&guardrail, &text));
    // The longest have 4,096 bytes, so the first of them are not yet the whole cost.
    for unit in [
        "cnvca-abcde-",
        "sk-ant-a1b2c-",
        "sk-ant--",
        "y0_abcde-",
        "pypi-AgEIcHlwaS5vcmca1b2c-",
        "glpat-",
        "bedrock-api-key-a1b2c3d4-",
        "AGE-SECRET-K-",
        "api-key-api-key-",
        "api-key--api-key--",
        "_key-_key-",
        "GITHUB_TOKEN=295d06910bf3/",
    ] {
        let (text, longer) = (filled(unit, 8_000), filled(unit, 16_000));
        let (short, long) = (per_byte(&text, work(&guardrail, &text)), per_byte(&longer, work(&guardrail, &longer)));
        println!("{unit:?}: {short}, twice as long {long}");
        assert!(
            short <= MOST * ordinary && long <= short + short / 2,
            "{unit:?}: {short}, {long}, ordinary {ordinary}"
        );
    }
}

/// What is done for every policy: text is normalized, and split into words.
#[test]
fn the_work_of_hostile_text_is_bounded_where_hardly_anything_is_looked_for() {
    const MOST: usize = 20;
    let guardrail = guardrail(
        "{version: 1, name: one, word_filters: [{name: W, words: [xylophone], action: mask}], pii: [{types: [IMEI], action: mask}]}",
    );
    let text = filled(ORDINARY, 2_000);
    let (ordinary, chunked) = (per_byte(&text, work(&guardrail, &text)), per_byte(&text, streamed(&guardrail, &text)));
    println!("steps per 1,000 bytes of ordinary text: {ordinary}, in chunks {chunked}");
    let signs = ["_", "~", "*", "\u{ff3f}", "\\u005f", "\u{200b}"];
    let pairs = signs.iter().flat_map(|one| signs.map(|other| format!("{one}{other}")));
    let mut wrong = Vec::new();
    for unit in hostile::UNITS.iter().map(|&unit| unit.to_owned()).chain(pairs) {
        let text = filled(&unit, 2_000);
        let (whole, stream) = (per_byte(&text, work(&guardrail, &text)), per_byte(&text, streamed(&guardrail, &text)));
        println!("{unit:?}: {whole}, in chunks {stream}");
        if whole > MOST * ordinary || stream > MOST * chunked {
            wrong.push(unit);
        }
    }
    assert!(wrong.is_empty(), "the work of {wrong:?} is not bounded; `--nocapture` shows the steps");
}

/// The automata are shared by all text, and have room for a number of states.
#[test]
fn ordinary_text_takes_no_more_work_after_other_text() {
    let all = "{version: 1, name: all, pii: [{types: [ALL, WORLD_IDS], action: detect}]}";
    let (new, worn) = (guardrail(all), guardrail(all));
    let mut random = 1_u32;
    let mut unit = || {
        random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        hostile::UNITS[(random >> 16) as usize % hostile::UNITS.len()]
    };
    for _ in 0..300 {
        let other: String = std::iter::repeat_with(&mut unit).take(150).collect();
        let _ = worn.assess(Source::Output, &other);
    }
    let log = "2026-03-07T11:02:33.007Z INFO [worker-12] request_id=48219375 GET /v1/users/3312/orders status=200 took 91 ms, 30112 bytes from 10.7.3.40\n\
        48219375,8211.07,2210,2026-04-19,771204,19.4471\n";
    for text in [filled(ORDINARY, 4_000), filled(log, 4_000)] {
        let (before, after) = (work(&new, &text), work(&worn, &text));
        assert!(after <= before + before / 10, "{before} steps, and {after} after other text: {:?}", &text[..40]);
    }
}
