//! A finding covers whole characters of the text as it was given, not parts of what they are folded to.

use banister::{Guardrail, Source};

use crate::cases::guardrail;

/// A filter of whole words, and one of parts of words.
fn filters(word: &str) -> [Guardrail; 2] {
    [true, false].map(|whole| {
        guardrail(&format!(
            "{{version: 1, name: w, word_filters: [{{name: w, words: [\"{word}\"], action: mask, match: {{whole_word: {whole}}}}}]}}"
        ))
    })
}

/// The cases that were reported, and their kind: a word, and characters of which it is a part.
#[test]
fn part_of_a_character_is_no_word() {
    let cases = [
        ("a", "æ"),
        ("e", "æ"),
        ("o", "œ"),
        ("ss", "ßS"),
        ("ss", "Sß"),
        ("s", "ß"),
        ("f", "ﬁ"),
        ("i", "ﬁ"),
        ("fi", "ﬃ"),
        ("f", "ﬀ"),
        ("n", "№"),
        ("t", "™"),
        ("m", "™"),
        ("d", "ǆ"),
        ("z", "ǆ"),
        ("i", "ĳ"),
        ("k", "㎏"),
        ("g", "㎏"),
        ("1", "½"),
        ("2", "½"),
        ("1", "⑫"),
        ("2", "⑫"),
        ("1", "⒈"),
        ("10", "⑽0"),
        ("t", "℡"),
        ("l", "℡"),
        ("株", "㍿"),
        ("s", "ﬆ"),
        ("x", "Ⅸ"),
        ("i", "Ⅸ"),
        ("ii", "Ⅲ"),
        ("ss", "ẞs"),
    ];
    let mut wrong = Vec::new();
    for (word, text) in cases {
        // `ß` is `ss`: a part of the word `ßS`, and no part of a character.
        let is_whole_character = word == "ss";
        for guardrail in filters(word).into_iter().take(if is_whole_character { 1 } else { 2 }) {
            for text in [text.to_owned(), format!("- {text} -"), format!("{text}."), format!("({text})")] {
                let assessment = guardrail.assess(Source::Input, &text);
                wrong.extend(
                    assessment.findings().iter().map(|finding| format!("{word:?} in {text:?} at {:?}", finding.span())),
                );
            }
        }
    }
    assert!(wrong.is_empty(), "{} findings of parts of characters: {wrong:?}", wrong.len());
}

/// A word that is all a character is folded to is found, with the character.
#[test]
fn whole_character_is_a_word() {
    for (word, text) in
        [("ae", "æ"), ("oe", "œ"), ("ss", "ß"), ("fi", "ﬁ"), ("ffi", "ﬃ"), ("a", "ａ"), ("e", "é"), ("k", "\u{212a}")]
    {
        let [whole, part] = filters(word);
        for guardrail in [whole, part] {
            let around = format!("- {text} -");
            let assessment = guardrail.assess(Source::Input, &around);
            let spans: Vec<_> = assessment.findings().iter().map(|finding| finding.span().range()).collect();
            assert_eq!(spans, [2..2 + text.len(); 1], "{word:?} in {text:?}");
        }
    }
}

/// Over all of Unicode: a word of one letter is found in no character that stands for several.
#[test]
fn no_character_of_several_letters_is_a_word_of_one() {
    // `regex-syntax` and the library have the data; the standard library tells the letters that lower case makes of one.
    let several = |c: char| {
        use unicode_normalization::UnicodeNormalization;
        let letters = c.to_string().nfkd().flat_map(char::to_lowercase).filter(|c| c.is_alphanumeric()).count();
        // The iota subscript of Greek is a mark below one letter.
        let has_subscript = matches!(c, '\u{1F80}'..='\u{1FFC}');
        letters > 1 && !has_subscript && !unicode_normalization::char::is_combining_mark(c)
    };
    let yaml = ('a'..='z').chain('0'..='9').map(|c| format!("'{c}'")).collect::<Vec<_>>().join(", ");
    let guardrail =
        guardrail(&format!("{{version: 1, name: w, word_filters: [{{name: w, words: [{yaml}], action: detect}}]}}"));
    let chars: Vec<char> = ('\u{80}'..=char::MAX).filter(|&c| several(c)).collect();
    assert!(chars.len() > 500, "only {}", chars.len());
    let mut wrong = String::new();
    for &c in &chars {
        if !guardrail.assess(Source::Input, &format!("- {c} -")).findings().is_empty() {
            wrong.push(c);
        }
    }
    assert!(wrong.is_empty(), "found in {wrong}");
}
