use proptest::prelude::*;

use super::{ShortWord, TakeTokens, Tokenizer, Word};
use crate::text::normalize::View;
use crate::text::view::ViewText;

/// What the tokenizer reports.
#[derive(Debug, Default, PartialEq)]
struct Tokens(Vec<String>);

impl TakeTokens for Tokens {
    fn take_short(&mut self, word: ShortWord) {
        word.with_text(|word| self.take_word(word));
    }

    fn take_word(&mut self, word: &Word<'_>) {
        self.0.push(format!("{word:?}"));
    }

    fn end_window(&mut self) {
        self.0.push("end".to_owned());
    }
}

/// Reads the text, cut into chunks, with `scan`.
fn tokens(text: &str, cuts: &[usize], scan: impl Fn(&mut Tokenizer, &ViewText, &mut Tokens)) -> Tokens {
    let (mut view, mut tokenizer, mut tokens) = (ViewText::new(View::Word), Tokenizer::default(), Tokens::default());
    let mut from = 0;
    for &cut in cuts {
        let to = text.floor_char_boundary(from.max(cut.min(text.len())));
        view.push(text.get(from..to).unwrap_or_default(), from);
        scan(&mut tokenizer, &view, &mut tokens);
        from = to;
    }
    view.push(text.get(from..).unwrap_or_default(), from);
    view.finish();
    scan(&mut tokenizer, &view, &mut tokens);
    tokenizer.finish(&mut tokens);
    tokens
}

fn by_words(tokenizer: &mut Tokenizer, view: &ViewText, tokens: &mut Tokens) {
    tokenizer.scan(view, tokens);
}

fn by_characters(tokenizer: &mut Tokenizer, view: &ViewText, tokens: &mut Tokens) {
    let first = std::mem::replace(&mut tokenizer.at, view.end());
    for (at, c) in view.slice(first..view.end()).char_indices() {
        if tokenizer.next_unseen(view, first + at) == Some(first + at) {
            tokenizer.separate_unseen(view, first + at, tokens);
        }
        let (start, end) = (view.text_start(first + at), view.text_end(first + at + c.len_utf8()));
        tokenizer.read(c, start, end, tokens);
    }
    if let Some(end) = tokenizer.next_unseen(view, view.end()) {
        tokenizer.separate_unseen(view, end, tokens);
    }
}

/// The words of the text, and a bar where a window ends.
fn words(text: &str) -> String {
    struct Words(String);
    impl TakeTokens for Words {
        fn take_short(&mut self, word: ShortWord) {
            word.with_text(|word| self.take_word(word));
        }
        fn take_word(&mut self, word: &Word<'_>) {
            self.0.extend([word.text, " "]);
        }
        fn end_window(&mut self) {
            self.0.push_str("| ");
        }
    }
    let (view, mut words, mut tokenizer) = (ViewText::of(text, View::Word), Words(String::new()), Tokenizer::default());
    tokenizer.scan(&view, &mut words);
    tokenizer.finish(&mut words);
    words.0
}

/// Text in JSON, in addresses, in colors and with footnotes has the words that a reader sees.
#[test]
fn escapes_and_marks_are_no_part_of_words() {
    for (text, expected) in [
        (r#"{"q":"Hello\nWhich stocks\tnow"}"#, "q hello | which stocks now | "),
        (r"Hello\\\nWhich stocks", "hello | which stocks | "),
        (r#"{\"q\":\"buy \u0041\"}"#, "q buy | "),
        ("q=Which%20stocks%0Anow", "q which stocks | now | "),
        ("the stocks² fell, stocks¹².", "the stocks fell stocks | "),
        ("stocks™", "stocks | "),
        ("50%2 of", "50 2 of | "),
        (r"C++ \ n", "c n | "),
    ] {
        assert_eq!(words(text), expected, "{text}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn words_at_a_time_are_as_characters_are(
        text in prop_oneof![
            "([a-zA-Z]{1,9}|[0-9]{1,4}|[a-z0-9]{50,140}|é|ﬁ|中|가|²|™|\\\\n|\\\\u00e9|%20|%0A|\u{1b}\\[31m|\u{200b}|[.!?'\"\\)_ \n，。-]|  ){0,80}",
            "([a-z]{1,12}[ ,]){0,60}",
        ],
        cuts in prop::collection::vec(0usize..400, 0..6),
    ) {
        let mut cuts = cuts;
        cuts.sort_unstable();
        let expected = tokens(&text, &[], by_characters);
        prop_assert_eq!(&tokens(&text, &[], by_words), &expected);
        prop_assert_eq!(tokens(&text, &cuts, by_words), expected);
    }
}
