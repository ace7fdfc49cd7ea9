//! Words next to letters of other scripts, and letters that have several lower-case forms.

use banister::Guardrail;

use super::support::{guardrail, released};

fn masking_words(words: &str) -> Guardrail {
    guardrail(&format!("{{version: 1, name: t, word_filters: [{{name: W, action: mask, words: [{words}]}}]}}"))
}

#[test]
fn korean_particles_do_not_hide_a_word() {
    let guardrail = masking_words("Zorblax, 경쟁사, 도박 사이트, COVID-19");
    for (text, masked) in [
        ("Zorblax가 이겼다", "{W}가 이겼다"),
        ("우리는 Zorblax를 이겼다", "우리는 {W}를 이겼다"),
        ("우리Zorblax는", "우리{W}는"),
        ("경쟁사의 제품", "{W}의 제품"),
        ("경쟁사에서는", "{W}에서는"),
        ("경쟁사", "{W}"),
        ("A경쟁사B", "A{W}B"),
        ("도박 사이트입니다", "{W}입니다"),
        ("COVID-19는", "{W}는"),
        ("ＺorblаX와", "{W}와"),
    ] {
        assert_eq!(released(&guardrail, text), masked);
    }
    for text in ["비경쟁사", "xZorblax가", "온라인도박 사이트", "Zorblaxed가", "COVID-191는"] {
        assert_eq!(released(&guardrail, text), text);
    }
}

#[test]
fn all_cases_of_a_letter_are_one() {
    for (word, texts) in [
        ("ΚΑΖΙΝΟΣ", ["καζινος", "Καζινός", "ΚΑΖΙΝΟΣ"]),
        ("λόγος", ["ΛΌΓΟΣ", "λογοσ", "Λόγος"]),
        ("Straße", ["STRASSE", "STRAẞE", "strasse"]),
        ("вода", ["ВОДА", "ᲀода", "Вᲂда"]),
    ] {
        for text in texts {
            let text = format!("a {text} b");
            assert_eq!(released(&masking_words(word), &text), "a {W} b", "{word}: {text}");
        }
    }
}
