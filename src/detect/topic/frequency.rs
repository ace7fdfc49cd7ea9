//! The rarity of words.

use once_cell::sync::Lazy;
use rustc_hash::FxHashMap;

use super::stem::stem;

static TABLE: &str = include_str!("frequencies.txt");

/// Rarities are counted in 64ths, so that sums of them are sums of integers.
const UNIT: f64 = 64.0;

/// The rarity of a word that is in no list: what a word in one of three thousand sentences would have.
pub(super) const RAREST: u16 = 8 * 64;

/// Words more common than this do not make a topic.
pub(super) const COMMON: u16 = 3 * 64 + 32;

/// Words more common than this have no weight.
const WEIGHTLESS: u16 = 2 * 64;

static RARITIES: Lazy<FxHashMap<&'static [u8], u16>> = Lazy::new(|| {
    let mut rarities = FxHashMap::default();
    for (rarity, words) in lines() {
        let Ok(rarity) = rarity.parse::<f64>() else { continue };
        // Quarters: a whole number of 64ths.
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "the table has rarities from 1 to 10"
        )]
        let rarity = (rarity * UNIT) as u16;
        for word in words.split(' ') {
            let entry = rarities.entry(stem(word).as_bytes()).or_insert(rarity);
            *entry = rarity.min(*entry);
        }
    }
    rarities
});

/// Returns the lines of the table: how rare some words are, and the words.
fn lines() -> impl Iterator<Item = (&'static str, &'static str)> {
    TABLE.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split_once(": "))
}

/// Returns the common words of English.
pub(super) fn common_words() -> impl Iterator<Item = &'static str> {
    lines().flat_map(|(_, words)| words.split(' '))
}

/// Returns `true` if a word, in lower case, is one of the common words of English.
pub(crate) fn is_common_word(word: &str) -> bool {
    RARITIES.contains_key(stem(word).as_bytes())
}

/// Returns how rare a stem is.
pub(super) fn rarity(stem: &str) -> u16 {
    rarity_of_bytes(stem.as_bytes())
}

/// Returns how rare a stem with these bytes is.
pub(super) fn rarity_of_bytes(stem: &[u8]) -> u16 {
    if !stem.is_empty() && stem.iter().all(u8::is_ascii_digit) {
        // Numbers are in no list, and are not distinctive.
        return COMMON;
    }
    RARITIES.get(stem).copied().unwrap_or(RAREST).min(RAREST)
}

/// Returns how much a word of this rarity weighs. Words such as `the`, `is` and `you` weigh nothing.
pub(super) fn weight(rarity: u16) -> i64 {
    rarity.saturating_sub(WEIGHTLESS).into()
}

/// Returns `true` if a word of this rarity may carry a topic.
pub(super) fn is_distinctive(rarity: u16) -> bool {
    rarity >= COMMON
}

#[cfg(test)]
mod tests {
    use super::{RAREST, is_distinctive, rarity};

    #[test]
    fn common_words_carry_nothing() {
        assert!(!is_distinctive(rarity("the")));
        assert!(is_distinctive(rarity("stock")));
        assert_eq!(rarity("qzxv"), RAREST);
    }
}
