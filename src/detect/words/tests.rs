//! Words found by their keys against the same words found by the automaton.

use proptest::prelude::*;

use super::gap::single_gaps;
use super::{Spelling, WordHit, WordRole, Words, WordsBuilder, WordsState};
use crate::text::buffer::TextBuffer;
use crate::text::normalize::View;
use crate::text::view::{ViewText, normalize_text};

/// What words and text are made of.
const PARTS: &[&str] = &[
    "card",
    "Card",
    "CARD",
    "number",
    "Number",
    "acme",
    "a",
    "x",
    "is",
    "2",
    "42",
    "cvv2",
    "résumé",
    "re\u{301}sume\u{301}",
    "ﬁne",
    "Аcmé",
    "асме",
    "Жук",
    "жук",
    "中国",
    "中",
    "경쟁사",
    "가",
    "ไทย",
    "²",
    "½",
    "Ｎ",
    "ｃａｒｄ",
    "investmentadvisors",
    "investment",
];

const WORD_JOINTS: &[&str] = &["", "", " ", " ", "-", "_", "'", ".", "@", "  "];

/// Joints of a text: with what a view drops, joins or decodes, and with boundaries that are not seen.
const TEXT_JOINTS: &[&str] = &[
    "",
    "",
    "",
    " ",
    " ",
    " ",
    "-",
    "_",
    "__",
    "*",
    "'",
    "’",
    ".",
    ", ",
    "\n",
    "\n\n",
    "  ",
    "\u{200b}",
    "\u{ad}",
    "%20",
    "%2",
    "\\n",
    "\\u0041",
    "\\x4",
    "\u{1b}[31m",
    "\u{301}",
    "¹",
    "～",
    "＿",
    "(",
    "@",
];

fn joined(joints: &'static [&'static str], parts: std::ops::Range<usize>) -> impl Strategy<Value = String> {
    let part = (prop::sample::select(PARTS), prop::sample::select(joints));
    prop::collection::vec(part, parts).prop_map(|parts| {
        let text: String = parts.into_iter().flat_map(|(part, joint)| [part, joint]).collect();
        text
    })
}

#[derive(Clone, Debug)]
struct Word {
    written: String,
    role: WordRole,
    whole_word: bool,
    spelling: Spelling,
}

fn word() -> impl Strategy<Value = Word> {
    let spelling = prop::sample::select(vec![
        Spelling::Normalized,
        Spelling::Normalized,
        Spelling::NormalizedInCase,
        Spelling::AnyCase,
        Spelling::Exact,
    ]);
    let role =
        prop::sample::select(vec![WordRole::Rule(0), WordRole::Rule(1), WordRole::Exception(2), WordRole::Context(3)]);
    (joined(WORD_JOINTS, 1..4), role, prop::bool::weighted(0.8), spelling)
        .prop_map(|(written, role, whole_word, spelling)| Word { written, role, whole_word, spelling })
}

fn compile(words: &[Word], only_automaton: bool) -> Option<Words> {
    let mut builder = if only_automaton { WordsBuilder::only_automaton() } else { WordsBuilder::default() };
    for word in words {
        builder.add(&word.written, word.role, word.whole_word, word.spelling);
    }
    builder.build()
}

/// The matches in order. None begins before what was open when its chunk arrived.
fn matches<'t>(words: &Words, chunks: impl IntoIterator<Item = &'t str>) -> Vec<(usize, usize, String)> {
    let (mut text, mut view, mut state) = (TextBuffer::default(), ViewText::new(View::Word), WordsState::default());
    let mut all = Vec::new();
    let mut read = |state: &mut WordsState, text: &TextBuffer, view: &ViewText, open: usize| {
        let mut hits: Vec<WordHit> = Vec::new();
        words.scan(state, view, text, &mut hits);
        for hit in hits {
            assert!(hit.start >= open, "a match at {} although none before {open} was open", hit.start);
            all.push((hit.start, hit.end, format!("{:?}", hit.role)));
        }
        let unread = view.unread().unwrap_or(text.end());
        words.earliest(state, view, text).map_or(unread, |open| open.min(unread))
    };
    let mut open = 0;
    for chunk in chunks {
        let offset = text.end();
        text.push(chunk);
        view.push(chunk, offset);
        open = read(&mut state, &text, &view, open);
    }
    text.finish();
    view.finish();
    read(&mut state, &text, &view, open);
    all.sort();
    all
}

/// Returns `true` if a gap in a match is not one space: the automaton finds none of those.
fn has_other_gap(text: &str, &(start, end, _): &(usize, usize, String)) -> bool {
    let found = normalize_text(text.get(start..end).unwrap_or_default(), View::Word);
    single_gaps(&found) != found
}

fn characters(text: &str) -> impl Iterator<Item = &str> {
    text.char_indices().filter_map(|(at, c)| text.get(at..at + c.len_utf8()))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn keys_find_what_the_automaton_finds(
        words in prop::collection::vec(word(), 1..12),
        text in joined(TEXT_JOINTS, 1..14),
        own in prop::collection::vec((0usize..12, prop::sample::select(TEXT_JOINTS)), 0..6),
    ) {
        // Some of the words themselves are in the text.
        let own = own.iter().filter_map(|&(number, joint)| Some([words.get(number)?.written.as_str(), joint])).flatten();
        let text: String = [text.as_str()].into_iter().chain(own).collect();
        let (Some(keyed), Some(oracle)) = (compile(&words, false), compile(&words, true)) else { return Ok(()) };
        let all = matches(&keyed, [text.as_str()]);
        let with_one_space: Vec<_> = all.iter().filter(|found| !has_other_gap(&text, found)).cloned().collect();
        prop_assert_eq!(with_one_space, matches(&oracle, [text.as_str()]), "{:?}", text);
        let expected = all;
        prop_assert_eq!(matches(&keyed, characters(&text)), expected.clone(), "{:?} in characters", text);
        for (cut, _) in text.char_indices() {
            let (first, second) = text.split_at(cut);
            prop_assert_eq!(matches(&keyed, [first, second]), expected.clone(), "{:?} cut at {}", text, cut);
        }
    }
}

/// Words of a list, each next to others, in texts longer than a block of the masks and than a slice of the text.
#[test]
fn long_lists_and_texts_are_as_short_ones() {
    let syllables = ["ba", "con", "der", "fin", "ka", "lo", "mer", "sta", "tion", "ver"];
    let seed = &mut 7u64;
    let next = |seed: &mut u64, limit: usize| {
        *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(*seed >> 33).unwrap_or(0) % limit
    };
    let spell = |seed: &mut u64, most: usize| -> String {
        (0..1 + next(seed, most)).map(|_| syllables[next(seed, syllables.len())]).collect()
    };
    let word =
        |written: String| Word { written, role: WordRole::Rule(0), whole_word: true, spelling: Spelling::Normalized };
    let mut words: Vec<Word> = (0..2_000).map(|_| word(spell(seed, 4))).collect();
    words.extend((0..500).map(|_| word(format!("{} {}", spell(seed, 3), spell(seed, 2)))));
    let joints = [" ", " ", ", ", ".\n", "-", "_", "  "];
    let text: String = (0..8_000).map(|_| spell(seed, 5) + joints[next(seed, joints.len())]).collect();
    let (keyed, oracle) = (compile(&words, false).expect("words"), compile(&words, true).expect("words"));
    let expected = matches(&oracle, [text.as_str()]);
    assert!(expected.len() > 1_000, "{}", expected.len());
    assert_eq!(matches(&keyed, [text.as_str()]), expected);
    for size in [1, 4, 61, 1000] {
        let chunks = (0..text.len()).step_by(size).filter_map(|at| text.get(at..(at + size).min(text.len())));
        assert_eq!(matches(&keyed, chunks), expected, "in chunks of {size}");
    }
}
