//! Techniques to hide a word or a value from a filter, for tests.
//!
//! [`TECHNIQUES`] is the list that the threat model, the tests and the test suites of policies share: each technique, and the policy
//! setting that detects it.

mod signs;
mod write;

use std::fmt;

/// The policy setting that detects a technique.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// None: it is always detected, unless `evasion: off` is set.
    Standard,
    /// `evasion: strict`.
    Strict,
    /// `decode`.
    Decode,
    /// No setting detects it.
    Never,
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Standard => "always",
            Self::Strict => "strict",
            Self::Decode => "`decode`",
            Self::Never => "no",
        })
    }
}

/// A technique that writes a word or value differently.
#[derive(Clone, Copy)]
pub struct Technique {
    name: &'static str,
    example: &'static str,
    words: Level,
    topics: Level,
    values: Level,
    write: fn(&str) -> Option<String>,
}

impl fmt::Debug for Technique {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Technique").field("name", &self.name).finish_non_exhaustive()
    }
}

impl Technique {
    /// Returns the technique of this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<&'static Self> {
        TECHNIQUES.iter().find(|technique| technique.name == name)
    }

    /// Returns the name, as in test suites.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Returns an example of its output.
    #[must_use]
    pub fn example(&self) -> &'static str {
        self.example
    }

    /// Returns the level that detects it in words and phrases.
    #[must_use]
    pub fn words(&self) -> Level {
        self.words
    }

    /// Returns the level that detects it in text that patterns and examples of topics match.
    #[must_use]
    pub fn topics(&self) -> Level {
        self.topics
    }

    /// Returns the level that detects it in values of entity types.
    #[must_use]
    pub fn values(&self) -> Level {
        self.values
    }

    /// Returns `true` if the technique writes the characters of a value one by one. In values, that is detected for digits only.
    #[must_use]
    pub fn separates(&self) -> bool {
        matches!(self.name, "spaced" | "dotted" | "hyphenated" | "number-words")
    }

    /// Returns a value as the technique writes it. `None` if that changes nothing, or if no level detects it in this value.
    #[must_use]
    pub fn apply_to_value(&self, value: &str) -> Option<String> {
        let is_seen = self.values != Level::Never && !(self.separates() && value.contains(char::is_alphabetic));
        if is_seen { self.apply(value) } else { None }
    }

    /// Returns `text` as the technique writes it. `None` if that changes nothing.
    #[must_use]
    pub fn apply(&self, text: &str) -> Option<String> {
        (self.write)(text).filter(|written| written != text)
    }
}

macro_rules! technique {
    ($name:literal, $example:literal, $words:ident $topics:ident $values:ident, $write:expr) => {
        Technique {
            name: $name,
            example: $example,
            words: Level::$words,
            topics: Level::$topics,
            values: Level::$values,
            write: $write,
        }
    };
}

/// All techniques.
pub const TECHNIQUES: &[Technique] = &[
    technique!("full-width", "ｍａｌｗａｒｅ", Standard Standard Standard, write::full_width),
    technique!("mathematical", "𝐦𝐚𝐥𝐰𝐚𝐫𝐞", Standard Standard Standard, write::mathematical),
    technique!("other-digits", "٤١١١", Never Never Standard, write::arabic_digits),
    technique!("zero-width", "mal\\u200bware", Standard Standard Standard, write::zero_width),
    technique!("accents", "málwáre", Standard Standard Never, write::accents),
    technique!("look-alikes", "mаlwаrе", Standard Standard Never, write::look_alikes),
    technique!("leetspeak", "m4lw4r3", Strict Strict Never, write::leet),
    technique!("leet-signs", "m@lw@re", Strict Strict Never, write::leet_signs),
    technique!("spaced", "m a l w a r e", Strict Strict Strict, |text| write::separated(text, " ")),
    technique!("dotted", "m.a.l.w.a.r.e", Strict Strict Strict, |text| write::separated(text, ".")),
    technique!("hyphenated", "m-a-l-w-a-r-e", Strict Strict Strict, |text| write::separated(text, "-")),
    technique!("repeated", "maaalwaaare", Strict Strict Never, write::repeated),
    technique!("line-end", "mal-\\nware", Strict Strict Strict, write::line_end),
    technique!("markdown", "mal**ware**", Strict Strict Strict, write::markdown),
    technique!("html-tags", "mal<b>wa</b>re", Strict Strict Strict, write::tags),
    technique!("html-entities", "&#109;alwar&#x65;", Strict Strict Strict, write::entities),
    technique!("backslashes", "jane\\@example\\.com", Strict Strict Strict, write::backslashes),
    technique!("percent", "%6Dalwar%65", Strict Strict Strict, write::percent),
    technique!("unicode-escapes", "\\u006dalware", Strict Strict Strict, write::unicode_escapes),
    technique!("hex-escapes", "\\x6dalware", Strict Strict Strict, write::hex_escapes),
    technique!("at-dot", "jane (at) example (dot) com", Never Never Strict, write::at_dot),
    technique!("controls", "mal\\u0001ware", Strict Strict Strict, |text| write::inserted(text, '\u{1}')),
    technique!("private-use", "mal\\ue000ware", Strict Strict Strict, |text| write::inserted(text, '\u{E000}')),
    technique!("replacement", "mal\\ufffdware", Strict Strict Strict, |text| write::inserted(text, '\u{FFFD}')),
    technique!("number-words", "four one one one", Never Never Strict, write::number_words),
    technique!("regional-indicators", "🇲🇦🇱🇼🇦🇷🇪", Strict Strict Never, write::regional),
    technique!("negative-squares", "🅼🅰🅻🆆🅰🆁🅴", Strict Strict Strict, write::squares),
    technique!("keycaps", "4️⃣1️⃣", Never Never Strict, write::keycaps),
    technique!("ideographs", "四一一一", Never Never Strict, write::ideographs),
    technique!("upside-down", "ɯɐlʍɐɹǝ", Strict Strict Never, write::turned),
    technique!("turned-around", "ǝɹɐʍlɐɯ", Strict Never Never, write::turned_around),
    technique!("strokes", "mⱥlwⱥrɇ", Strict Strict Never, write::strokes),
    technique!("base64", "bWFsd2FyZQ==", Decode Decode Decode, write::base64),
    technique!("hex", "6d616c77617265", Decode Decode Decode, write::hex),
    technique!("rot13", "znyjner", Never Never Never, write::rot13),
    technique!("reversed", "erawlam", Never Never Never, write::reversed),
];
