//! The words that introduce a name in a sentence.

/// The last words of the introducing patterns, the longest first.
const INTRODUCTIONS: &[&str] = &[
    "name is ",
    "name was ",
    "name's ",
    "call me ",
    "called ",
    "i am ",
    "i'm ",
    "i\u{2019}m ",
    "this is ",
    "sincerely ",
    "regards ",
    "best ",
    "thanks ",
    "thank you ",
    "cheers ",
    "yours truly ",
    "yours faithfully ",
    "signed by ",
    "signed ",
    "respectfully ",
    "dear ",
    "attn ",
    "attention ",
    "regards. ",
    "thanks! ",
    "cheers! ",
    "thanks. ",
    "regards! ",
    "mein name ist ",
    "ich heiße ",
    "ich heisse ",
    "je m'appelle ",
    "je m\u{2019}appelle ",
    "me llamo ",
    "mi nombre es ",
    "mi chiamo ",
    "il mio nome è ",
    "meu nome é ",
    "me chamo ",
    "mijn naam is ",
    "ik heet ",
    "jag heter ",
    "jeg heter ",
    "jeg hedder ",
    "nazywam się ",
];

/// The numbers of the [`INTRODUCTIONS`] by their last letter, one bit each: most words end in another one.
#[expect(clippy::indexing_slicing, reason = "in a constant; below the lengths")]
const LAST_LETTERS: [u64; 32] = {
    let (mut letters, mut at) = ([0; 32], 0);
    while at < INTRODUCTIONS.len() {
        let words = INTRODUCTIONS[at].as_bytes();
        letters[words[words.len() - 2] as usize % 32] |= 1 << at;
        at += 1;
    }
    letters
};

/// Returns where the first of [`INTRODUCTIONS`] that is in the text ends, or 0.
pub(super) fn introduction(text: &str) -> usize {
    let bytes = text.as_bytes();
    let spaces = bytes.iter().enumerate().filter(|&(_, &byte)| byte == b' ').map(|(at, _)| at + 1);
    let first = |end: usize| {
        let letter = bytes.get(end.checked_sub(2)?)?;
        let is_there = |words: &&str| {
            let read = end.checked_sub(words.len()).and_then(|from| bytes.get(from..end));
            read.is_some_and(|read| read.eq_ignore_ascii_case(words.as_bytes()))
        };
        let mut alike = LAST_LETTERS.get(usize::from(letter % 32)).copied().unwrap_or_default();
        while let Some(number) = (alike != 0).then(|| alike.trailing_zeros() as usize) {
            alike &= alike - 1;
            if INTRODUCTIONS.get(number).is_some_and(is_there) {
                return Some((number, end));
            }
        }
        None
    };
    spaces.filter_map(first).min().map_or(0, |(_, end)| end)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{INTRODUCTIONS, introduction};

    proptest! {
        #[test]
        fn the_first_introduction_of_the_list_counts(text in "(dear |Name is |sincerely |thanks |Thank you |I am |i\u{2019}m |Bob | |x){0,6}") {
            let lower = text.to_ascii_lowercase();
            let first = INTRODUCTIONS.iter().find_map(|words| lower.find(words).map(|at| at + words.len()));
            prop_assert_eq!(introduction(&text), first.unwrap_or(0));
        }
    }
}
