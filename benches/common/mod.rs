//! What the benches share: texts, word lists, policies, and the row that all others are read against.
//!
//! Texts are read from `../shared/data/text` beside the package, or from the folder that `BANISTER_TEXTS` names. Where a file is
//! absent, a short text of this file is repeated instead, and the bench says so: its numbers are then of little worth, for a
//! repeated text is kinder to caches and branches than a real one.

// Each bench uses a part of it.
#![allow(dead_code)]

use std::hint::black_box;
use std::path::PathBuf;

pub(crate) mod bodies;
pub(crate) mod patterns;
pub(crate) mod policies;
pub(crate) mod streams;

/// Bytes of a text. It fits the second-level cache, as a prompt does.
pub(crate) const TEXT_BYTES: usize = 256 << 10;

const ENGLISH: &str = "The first step is to research your options. You should look at different plans and compare them based on fees, \
    investment options, and other features. Once you have narrowed down your choices, you can ask an advisor, or read what others \
    wrote in 2019 and later. Could you explain why the sky is blue, in about 100 words? Sure: light of short waves is scattered more.\n";
const CHINESE: &str = "第一步是了解你的选择。你应该看看不同的计划，比较费用、投资选项和其他特点。缩小范围之后，可以请教顾问，或者阅读别人的评论。\n";
const RUSSIAN: &str = "Первый шаг — изучить варианты. Сравните разные планы по стоимости и условиям, а затем спросите совета или почитайте отзывы.\n";
const FRENCH: &str = "La première étape consiste à étudier les possibilités. Comparez les différents régimes d'après les frais, puis \
    demandez conseil à un spécialiste ou lisez ce que d'autres ont écrit à ce sujet l'été dernier.\n";

/// Chat messages in English.
pub(crate) fn chat() -> Vec<String> {
    let Some(lines) = file("oasst-chat.jsonl") else {
        let message = || ENGLISH.trim_end().to_owned();
        return std::iter::repeat_with(message).take(TEXT_BYTES / ENGLISH.len()).collect();
    };
    let mut size = 0;
    let mut messages = Vec::new();
    for line in lines.lines() {
        let Ok(value) = serde_json::from_str::<serde_json::Value>(line) else { continue };
        let Some(text) = value["text"].as_str() else { continue };
        size += text.len() + 1;
        messages.push(text.to_owned());
        if size >= TEXT_BYTES {
            break;
        }
    }
    messages
}

/// The chat messages as one text.
pub(crate) fn english() -> String {
    cut(&chat().join("\n"), TEXT_BYTES)
}

/// A text in Chinese.
pub(crate) fn chinese() -> String {
    long(file("opensubtitles-zh.txt"), CHINESE)
}

/// A text in Russian.
pub(crate) fn russian() -> String {
    long(file("opensubtitles-ru.txt"), RUSSIAN)
}

/// A text in French, from this file only: no set of texts at hand has one.
pub(crate) fn french() -> String {
    long(None, FRENCH)
}

fn long(text: Option<String>, instead: &str) -> String {
    match text {
        Some(text) => cut(&text, TEXT_BYTES),
        None => cut(&instead.repeat(TEXT_BYTES / instead.len() + 1), TEXT_BYTES),
    }
}

/// At most the first `size` bytes.
pub(crate) fn cut(text: &str, size: usize) -> String {
    let mut end = size.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text[..end].to_owned()
}

fn file(name: &str) -> Option<String> {
    let folder = std::env::var_os("BANISTER_TEXTS").map_or_else(
        || PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default()).join("../shared/data/text"),
        PathBuf::from,
    );
    match std::fs::read_to_string(folder.join(name)) {
        Ok(text) => Some(text),
        Err(_) => {
            eprintln!("note: no text {name} (see BANISTER_TEXTS): a short text of the bench is repeated instead");
            None
        }
    }
}

/// One table look-up for each byte: what reading a text costs if nothing else is done with it.
pub(crate) fn look_up(table: &[u8; 256], text: &[u8]) -> u64 {
    text.iter().map(|&byte| u64::from(table[usize::from(byte)])).sum()
}

/// A table whose contents the compiler does not know.
pub(crate) fn table() -> [u8; 256] {
    let mut table = [0; 256];
    for (byte, entry) in table.iter_mut().enumerate() {
        *entry = u8::from(byte % 7 == 3);
    }
    black_box(table)
}

/// A small generator (SplitMix64): the same numbers on every machine.
pub(crate) struct Rng(pub(crate) u64);

impl Rng {
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        usize::try_from((z ^ (z >> 31)) % limit as u64).unwrap_or(0)
    }
}

/// Different words of English syllables, such as a list of names of products is made of. Few of them occur in a text.
pub(crate) fn words(count: usize) -> Vec<String> {
    const SYLLABLES: [&str; 48] = [
        "ac", "al", "an", "ar", "ba", "be", "bra", "ca", "ce", "con", "cor", "da", "de", "der", "di", "el", "en", "er",
        "fa", "fi", "ga", "ge", "gran", "ha", "in", "ka", "la", "le", "lin", "lo", "ma", "mer", "mi", "na", "ne", "no",
        "or", "pa", "per", "po", "ra", "ri", "sa", "ster", "ta", "tion", "to", "ver",
    ];
    let mut rng = Rng(17);
    let mut words = std::collections::BTreeSet::new();
    while words.len() < count {
        let length = 3 + rng.below(2);
        words.insert((0..length).map(|_| SYLLABLES[rng.below(SYLLABLES.len())]).collect::<String>());
    }
    words.into_iter().collect()
}
