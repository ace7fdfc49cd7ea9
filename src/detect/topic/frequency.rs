//! How rare a word is.

use once_cell::sync::Lazy;
use rustc_hash::FxHashMap;

use super::stem::stem;

static TABLE: &str = include_str!("frequencies.txt");

/// The weight of a word that is in no list: what a word in one of three thousand sentences would have.
pub(super) const RAREST: f32 = 8.0;

/// Words more common than this carry no topic by themselves.
pub(super) const COMMON: f32 = 3.5;

static WEIGHTS: Lazy<FxHashMap<&'static str, f32>> = Lazy::new(|| {
    let mut weights = FxHashMap::default();
    for line in TABLE.lines().filter(|line| !line.starts_with('#')) {
        let Some((weight, words)) = line.split_once(": ") else { continue };
        let Ok(weight) = weight.parse::<f32>() else { continue };
        for word in words.split(' ') {
            let entry = weights.entry(stem(word)).or_insert(weight);
            *entry = weight.min(*entry);
        }
    }
    weights
});

/// Returns `true` if a word, in lower case, is one of the common words of English.
pub(crate) fn is_common_word(word: &str) -> bool {
    WEIGHTS.contains_key(stem(word))
}

/// The weight of a stem.
pub(super) fn weight(stem: &str) -> f32 {
    if !stem.is_empty() && stem.bytes().all(|byte| byte.is_ascii_digit()) {
        // Numbers are in no list, but say little.
        return COMMON;
    }
    WEIGHTS.get(stem).copied().unwrap_or(RAREST).min(RAREST)
}

#[cfg(test)]
mod tests {
    use super::{COMMON, RAREST, weight};

    #[test]
    fn common_words_weigh_less() {
        assert!(weight("the") < COMMON);
        assert!(weight("stock") > COMMON);
        assert!((weight("qzxv") - RAREST).abs() < f32::EPSILON);
    }
}
