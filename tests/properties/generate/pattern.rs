//! Random regexes, and strings that match them.

use super::Rng;

/// A class as it is written, and some of its members.
const CLASSES: &[(&str, &str)] = &[
    (r"[a-c]", "abc"),
    (r"[0-9]", "079"),
    (r"\d", "05٣４𝟗"),
    (r"\w", "aZ_9é中ж"),
    (r"\s", " \t\n\u{a0}\u{3000}"),
    (r"\S", "a9-é\u{200b}中"),
    (r"\D", "a ,é"),
    (r"\W", " -,\u{200b}"),
    (r".", "x1 中é"),
    (r"[^ ]", "a1\n-中"),
    (r"[^ab]", "c 1中"),
    (r"[а-я]", "жая"),
    (r"[A-ZÀ-Þ]", "QÉÞ"),
    (r"[é-ü]", "éïü"),
    (r"\p{L}", "aßя中"),
    (r"\p{Lu}", "AÉЖ"),
    (r"\p{Greek}", "αΩς"),
    (r"\p{Han}", "中文"),
    (r"\pN", "4²①Ⅷ"),
    (r"[[:alpha:]]", "aZ"),
    (r"[[:^alnum:]]", " -é"),
    (r"[\w.-]", "a.-_"),
    (r"[a-z&&[^x]]", "ay"),
    (r"(?s:.)", "a\n"),
];

const LITERALS: &[&str] = &[
    "a", "b", "ab", "foo", "Acme", "EMP-", "x", "12", "1", " ", "-", ",", "@", "é", "12aé", "中", "я", "ß", "ſ",
    "\u{212a}", "\u{130}", "_", "\"", "/", "start", "end", "buy", "stock",
];

const ASSERTIONS: &[&str] =
    &[r"\b", r"\b", r"\B", "^", "$", "(?m:^)", "(?m:$)", r"\A", r"\z", r"\b{start}", r"\b{end}", "(?-u:\\b)"];
const FLAGS: &[&str] = &["(?:", "(?:", "(", "(?i:", "(?s:", "(?m:", "(?U:"];

/// A random regex as a tree, so that strings can be drawn from it.
#[derive(Clone, Debug)]
pub(crate) enum Pattern {
    Literal(&'static str),
    Class(&'static str, &'static str),
    Assertion(&'static str),
    Sequence(Vec<Self>),
    Choice(Vec<Self>),
    Repeat(Box<Self>, String, usize, usize),
    Group(&'static str, Box<Self>),
}

impl Pattern {
    /// Returns a random pattern. A policy rejects some of them.
    pub(crate) fn random(rng: &mut Rng) -> Self {
        let depth = 1 + rng.below(3);
        let body = Self::sequence(rng, depth);
        if rng.chance(15) { Self::Group("(?i:", Box::new(body)) } else { body }
    }

    fn sequence(rng: &mut Rng, depth: usize) -> Self {
        Self::Sequence((0..=rng.below(4)).map(|_| Self::part(rng, depth)).collect())
    }

    fn part(rng: &mut Rng, depth: usize) -> Self {
        match rng.below(if depth == 0 { 10 } else { 16 }) {
            0..5 => Self::Literal(rng.pick(LITERALS)),
            5..8 => {
                let &(class, members) = rng.item(CLASSES);
                Self::Class(class, members)
            }
            8..10 => Self::Assertion(rng.pick(ASSERTIONS)),
            10..12 => Self::Choice((0..2 + rng.below(3)).map(|_| Self::sequence(rng, depth - 1)).collect()),
            12..15 => Self::repeat(rng, depth),
            _ => Self::Group(rng.pick(FLAGS), Box::new(Self::sequence(rng, depth - 1))),
        }
    }

    fn repeat(rng: &mut Rng, depth: usize) -> Self {
        let least = rng.below(4);
        let most = least + rng.below(12).max(1);
        let (range, least, most) = match rng.below(6) {
            0 => ("*".to_owned(), 0, 6),
            1 => ("+".to_owned(), 1, 7),
            2 => ("?".to_owned(), 0, 1),
            3 => (format!("{{{most}}}"), most, most),
            4 => (format!("{{{least},}}"), least, least + 6),
            _ => (format!("{{{least},{most}}}"), least, most),
        };
        let lazy = if rng.chance(25) { "?" } else { "" };
        let inner = if rng.chance(60) { Self::part(rng, 0) } else { Self::sequence(rng, depth - 1) };
        Self::Repeat(Box::new(inner), range + lazy, least, most)
    }

    /// Returns the pattern as a policy writes it.
    pub(crate) fn source(&self) -> String {
        match self {
            Self::Literal(text) => regex::escape(text),
            Self::Class(text, _) | Self::Assertion(text) => (*text).to_owned(),
            Self::Sequence(parts) => parts.iter().map(Self::source).collect(),
            Self::Choice(parts) => {
                format!("(?:{})", parts.iter().map(Self::source).collect::<Vec<_>>().join("|"))
            }
            Self::Repeat(part, range, ..) => format!("(?:{}){range}", part.source()),
            Self::Group(open, part) => format!("{open}{})", part.source()),
        }
    }

    /// Returns a string that matches, unless an assertion forbids it.
    pub(crate) fn sample(&self, rng: &mut Rng) -> String {
        match self {
            Self::Literal(text) => (*text).to_owned(),
            Self::Class(_, members) => {
                let members: Vec<char> = members.chars().collect();
                rng.item(&members).to_string()
            }
            Self::Assertion(_) => String::new(),
            Self::Sequence(parts) => parts.iter().map(|part| part.sample(rng)).collect(),
            Self::Choice(parts) => rng.item(parts).sample(rng),
            Self::Repeat(part, _, least, most) => {
                let count = least + rng.below(most - least + 1);
                (0..count).map(|_| part.sample(rng)).collect()
            }
            Self::Group(_, part) => part.sample(rng),
        }
    }
}
