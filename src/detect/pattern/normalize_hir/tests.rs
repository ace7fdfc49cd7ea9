use std::collections::BTreeSet;

use proptest::prelude::*;
use regex_automata::meta;

use super::normalize_pattern;
use crate::detect::pattern::{ParsedPattern, Syntax};
use crate::text::normalize::View;
use crate::text::view::normalize_text;

/// A random pattern, simple enough to be matched by a few lines that know nothing of automata.
#[derive(Clone, Debug)]
enum Pattern {
    Literal(char),
    /// Ranges of characters.
    Class(Vec<(char, char)>),
    Concat(Vec<Self>),
    Either(Vec<Self>),
    Repeat(Box<Self>, u32, u32),
}

const LETTERS: &str = "aeopxstzkАВЕОРаверстухйёяжіΑΒΟαβοσςωάώéàçñßæøÉÀÇłı中国一了가각나힣ﬁＡａ１9½²¼٣";

const RANGES: [(char, char); 12] = [
    ('a', 'z'),
    ('A', 'F'),
    ('а', 'я'),
    ('А', 'Я'),
    ('α', 'ω'),
    ('Α', 'Ω'),
    ('à', 'ÿ'),
    ('À', 'ž'),
    ('一', '丏'),
    ('가', '깋'),
    ('０', '９'),
    ('0', '9'),
];

impl Pattern {
    fn source(&self) -> String {
        let join = |parts: &[Self], by| parts.iter().map(Self::source).collect::<Vec<_>>().join(by);
        match self {
            Self::Literal(c) => c.to_string(),
            Self::Class(ranges) => {
                let ranges: String = ranges.iter().map(|(a, b)| format!("{a}-{b}")).collect();
                format!("[{ranges}]")
            }
            Self::Concat(parts) => join(parts, ""),
            Self::Either(parts) => format!("(?:{})", join(parts, "|")),
            Self::Repeat(part, least, most) => format!("(?:{}){{{least},{most}}}", part.source()),
        }
    }

    /// A string of the pattern, by these choices.
    fn sample(&self, choices: &mut impl Iterator<Item = usize>, out: &mut String) {
        let mut choose = |from: usize| choices.next().unwrap_or(0) % from;
        match self {
            Self::Literal(c) => out.push(*c),
            Self::Class(ranges) => {
                let (first, last) = ranges[choose(ranges.len())];
                let members: Vec<char> = (first..=last).collect();
                out.push(members[choose(members.len())]);
            }
            Self::Concat(parts) => parts.iter().for_each(|part| part.sample(choices, out)),
            Self::Either(parts) => parts[choose(parts.len())].sample(choices, out),
            Self::Repeat(part, least, most) => {
                let times = *least as usize + choose((most - least) as usize + 1);
                (0..times).for_each(|_| part.sample(choices, out));
            }
        }
    }

    /// Where matches of the normalized pattern that begin at `at` end in a view.
    fn ends(&self, view: View, text: &[char], at: usize) -> BTreeSet<usize> {
        match self {
            Self::Literal(c) => starts_with(*c, view, text, at).into_iter().collect(),
            Self::Class(ranges) => {
                ranges.iter().flat_map(|&(a, b)| a..=b).filter_map(|c| starts_with(c, view, text, at)).collect()
            }
            Self::Concat(parts) => parts.iter().fold(BTreeSet::from([at]), |ends, part| {
                ends.into_iter().flat_map(|end| part.ends(view, text, end)).collect()
            }),
            Self::Either(parts) => parts.iter().flat_map(|part| part.ends(view, text, at)).collect(),
            Self::Repeat(part, least, most) => {
                let mut ends = BTreeSet::from([at]);
                let mut all = BTreeSet::new();
                for times in 0..=*most {
                    if times >= *least {
                        all.extend(&ends);
                    }
                    ends = ends.into_iter().flat_map(|end| part.ends(view, text, end)).collect();
                }
                all
            }
        }
    }
}

/// Returns the end of the fold of `c` in a view, if the view continues with it.
fn starts_with(c: char, view: View, text: &[char], at: usize) -> Option<usize> {
    let fold = shown(&c.to_string(), view);
    text.get(at..)?.starts_with(&fold).then_some(at + fold.len())
}

fn shown(text: &str, view: View) -> Vec<char> {
    let normalized = normalize_text(text, view);
    if view == View::Word { normalized.to_lowercase().chars().collect() } else { normalized.chars().collect() }
}

/// What the regex crate finds in the text as written.
fn is_written(source: &str, view: View, text: &str) -> bool {
    let regex = regex::RegexBuilder::new(source).case_insensitive(view == View::Word).build().expect("a pattern");
    regex.is_match(text)
}

/// What the normalized pattern finds in the view.
fn is_found(source: &str, view: View, text: &str) -> bool {
    let hir = regex_syntax::ParserBuilder::new()
        .case_insensitive(view == View::Word)
        .build()
        .parse(source)
        .unwrap_or_else(|error| panic!("{source}: {error}"));
    let regex = meta::Builder::new().build_from_hir(&normalize_pattern(&hir, view).hir).expect("a pattern");
    regex.is_match(normalize_text(text, view).as_bytes())
}

fn pattern() -> impl Strategy<Value = Pattern> {
    let letters: Vec<char> = LETTERS.chars().collect();
    let letter = prop::sample::select(letters.clone()).prop_map(Pattern::Literal);
    let one = prop::sample::select(letters).prop_map(|c| (c, c));
    let class = prop::collection::vec(prop_oneof![prop::sample::select(RANGES.to_vec()), one], 1..4);
    prop_oneof![3 => letter, 2 => class.prop_map(Pattern::Class)].prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            3 => prop::collection::vec(inner.clone(), 1..4).prop_map(Pattern::Concat),
            1 => prop::collection::vec(inner.clone(), 1..3).prop_map(Pattern::Either),
            1 => (inner, 0u32..3, 0u32..3).prop_map(|(part, least, more)| Pattern::Repeat(Box::new(part), least, least + more)),
        ]
    })
}

/// Another way to write some letters, so that text meet the patterns halfway.
fn disguise(c: char, choice: usize) -> char {
    const WAYS: [&str; 10] = ["aаαàＡ", "eеéЕ", "oоοО", "pрρ", "xхχ", "cсç", "sßѕ", "tтτ", "1１²١", "9９٩"];
    let way = WAYS.iter().find(|way| way.contains(c)).filter(|_| choice.is_multiple_of(3));
    way.and_then(|way| way.chars().nth(choice / 3 % way.chars().count())).unwrap_or(c)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn a_folded_pattern_finds_what_is_written_and_what_folds_to_it(
        pattern in pattern(),
        choices in prop::collection::vec(0usize..1_000, 40),
        noise in prop::collection::vec(prop::sample::select(LETTERS.chars().collect::<Vec<_>>()), 0..3),
    ) {
        let source = pattern.source();
        let mut text = String::new();
        let mut next = choices.iter().copied();
        pattern.sample(&mut next, &mut text);
        let disguised: String = text.chars().zip(choices.iter().rev()).map(|(c, &choice)| disguise(c, choice)).collect();
        let noise: String = noise.into_iter().collect();
        for text in [format!("{noise}{text}"), format!("{disguised}{noise}"), noise, "please summarize".to_owned()] {
            for view in [View::Pattern, View::Word] {
                let view_text = shown(&text, view);
                let expected = (0..=view_text.len()).any(|at| !pattern.ends(view, &view_text, at).is_empty());
                let found = is_found(&source, view, &text);
                prop_assert_eq!(found, expected, "{} {:?} {:?}", source, view, text);
                prop_assert!(found || !is_written(&source, view, &text), "{source} {view:?} {text:?} is written so");
            }
        }
    }
}

#[test]
fn classes_do_not_become_ranges_of_other_scripts() {
    for (pattern, found, passed) in [
        ("[а-я]{6}", "привет", "please"),
        ("[а-яё]{6}", "ПЁСИКИ", "summar"),
        ("[α-ω]{5}", "λόγος", "signs"),
        ("[א-ת]{3}", "שלום", "abc"),
        ("[ぁ-ん]{2}", "ひと", "カナ"),
        ("[가-힣]{2}!", "한국!", "국!"),
        ("^[가-힣]{2}$", "한국", "한"),
        ("^.{2}$", "한국", "한국인"),
        ("^[^a]{2}$", "한국", "한국인"),
        ("[一-龥]{2}", "中国", "ab"),
        ("^straße$", "STRASSE", "strase"),
        ("^[ß]x$", "ssx", "sx"),
        ("^[éè]t$", "et", "at"),
        ("[^e]", "a", "é"),
        ("[^.,]{3}x", "abcx", "ab․x"),
        ("^[\u{301}\u{302}]?e$", "e", "\u{301}"),
        ("(?-i)É", "e", "a"),
    ] {
        assert!(is_found(pattern, View::Word, found), "{pattern}: {found}");
        assert!(!is_found(pattern, View::Word, passed), "{pattern}: {passed}");
    }
    for (pattern, found, passed) in [
        ("[а-я]{6}", "привет", "please"),
        (r"^\d$", "٣", "x"),
        ("^[０-９]$", "5", "x"),
        (r"^\D$", "x", "²"),
        ("^é$", "é", "e"),
    ] {
        assert!(is_found(pattern, View::Pattern, found), "{pattern}: {found}");
        assert!(!is_found(pattern, View::Pattern, passed), "{pattern}: {passed}");
    }
}

#[test]
fn a_run_of_white_space_matches_as_the_view_shows_it() {
    for (pattern, found) in [
        ("buy\nstocks", "buy stocks"),
        ("buy\nstocks", "buy\nstocks"),
        ("buy\tstocks", "buy stocks"),
        (r"buy\r\n stocks", "buy stocks"),
        (r"buy\n\nstocks", "buy\n\nstocks"),
        (r"buy\n \r\n\nstocks", "buy\n\nstocks"),
        (r"buy\n\nstocks", "buy \n\t\nstocks"),
        (r"buy[\n,]stocks", "buy stocks"),
        (r"buy[\t\r]+stocks", "buy stocks"),
        (r"(?-u)buy[\n\t]stocks", "buy stocks"),
        ("buy\u{2028}stocks", "buy stocks"),
    ] {
        assert!(is_found(pattern, View::Word, found), "{pattern:?}");
    }
    assert!(!is_found(r"buy\n\nstocks", View::Word, "buy stocks"));
    assert!(!is_found(r"buy[^ ]stocks", View::Word, "buy stocks"));
    assert!(!is_found("a\tb", View::Pattern, "a b"));
}

#[test]
fn what_a_class_gains_is_reported() {
    let gained = |pattern, syntax| ParsedPattern::parse(pattern, syntax).expect("a pattern").gained_by_normalization();
    for (pattern, expected) in [
        ("[а-я]{6}", "abcehkmoptxy"),
        ("[α-ω]", "abeikmnoptuvxz"),
        ("[éàü]", "aeu"),
        ("[a-zа-я]", ""),
        ("[aа]", ""),
        ("привет|été|[à]", ""),
        (r"\d\w\p{L}.[^x]", ""),
        ("[²³]", "23"),
    ] {
        assert_eq!(gained(pattern, Syntax::TopicText).iter().collect::<String>(), expected, "{pattern}");
    }
    assert_eq!(gained("[а-яé]", Syntax::Text), Vec::<char>::new());
    assert_eq!(gained("[０-３]", Syntax::Text), ['0', '1', '2', '3']);
}

#[test]
fn the_length_of_a_folded_class_is_known() {
    for (pattern, shortest, longest) in
        [("[ß]", 2, 2), ("[ßé]", 1, 2), ("[가-힣]", 6, 9), ("[ßa]?x", 1, 3), ("[а-я]{3}", 3, 6)]
    {
        let hir = regex_syntax::ParserBuilder::new().case_insensitive(true).build().parse(pattern).expect("a pattern");
        let normalized = normalize_pattern(&hir, View::Word).hir;
        let lengths = (normalized.properties().minimum_len(), normalized.properties().maximum_len());
        assert_eq!(lengths, (Some(shortest), Some(longest)), "{pattern}");
    }
}
