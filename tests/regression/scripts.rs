//! Words next to letters of other scripts, and letters that have several lower-case forms.

use banister::Guardrail;

use super::support::{every_way, guardrail, released};

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

#[test]
fn patterns_of_topics_keep_to_their_scripts() {
    for (pattern, found, passed) in [
        ("[а-я]{6}", "скажи привет", "please summarize this"),
        ("(купить|продать) акции", "KУПИTЬ aкции", "купить машину"),
        ("[α-ω]{5}ς", "τύχη, ΚΑΖΙΝΟΣ", "the casinos"),
        ("카지노.{0,2} 도박", "카지노에서 도박", "카지노 에서는 도박"),
        ("^[가-힣]{3}!", "카지노!", "카지!"),
        ("straße [0-9]", "STRASSE ٣", "strase 3"),
        (r"buy\n(stocks|crypto)", "buy stocks", "buystocks"),
        ("[^,.]{3} été", "les ete", "le, ete"),
    ] {
        let topic = format!("{{name: T, patterns: ['{pattern}'], message: no}}");
        let guardrail = guardrail(&format!("{{version: 1, name: t, denied_topics: [{topic}]}}"));
        assert!(every_way(&guardrail, found).blocked, "{pattern}: {found}");
        assert!(!every_way(&guardrail, passed).blocked, "{pattern}: {passed}");
    }
}
