//! Runs of text that are their own view: most text.

#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Plain,
    Space,
    Special,
}

/// The treatment of each byte.
static CLASSES: [Class; 256] = {
    let mut classes = [Class::Plain; 256];
    let mut byte = 0;
    while byte < 256 {
        classes[byte] = match byte as u8 {
            b' ' | b'\t' | b'\n' | b'\r' | 0x0B | 0x0C => Class::Space,
            b'\\' | b'%' | b'_' | b'*' | b'~' | 0x1B | 0x80.. => Class::Special,
            _ => Class::Plain,
        };
        byte += 1;
    }
    classes
};

/// Bytes whose treatment is found together.
const BLOCK: usize = 32;

/// Returns how many bytes at the start of `bytes` are their own view. Where the view joins spaces these are single spaces only, and none at
/// the start if a run of spaces is open.
pub(super) fn plain_run(bytes: &[u8], joins_spaces: bool, is_space_open: bool) -> usize {
    match bytes.first().map(|&first| class(first)) {
        Some(Class::Plain) => {}
        Some(Class::Space) if !(joins_spaces && is_space_open) => {}
        _ => return 0,
    }
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let is_plain = |at: usize| bytes.get(at).is_some_and(|&byte| class(byte) == Class::Plain);
        match class(byte) {
            // A rest that is shorter than a block is read byte by byte.
            Class::Plain if bytes.len() - at > BLOCK => at += plain_blocks(bytes.get(at..).unwrap_or_default()).max(1),
            Class::Plain => at += 1,
            Class::Space if !joins_spaces || (byte == b' ' && is_plain(at + 1)) => at += 1,
            _ => break,
        }
    }
    at
}

fn class(byte: u8) -> Class {
    CLASSES[usize::from(byte)]
}

/// Returns a number of bytes at the start of `bytes` that are plain or single spaces, of which the first is plain: all up to the first
/// other byte, but those of a rest that is shorter than a block.
fn plain_blocks(bytes: &[u8]) -> usize {
    let mut length = 0;
    while let Some(block) = bytes.get(length..).and_then(<[u8]>::first_chunk) {
        let plain = plain_after(block);
        length += plain;
        if plain < BLOCK {
            // A space before another byte may be the first of several.
            return if bytes.get(length) == Some(&b' ') { length } else { length + 1 };
        }
    }
    length
}

/// Returns how many bytes after the first are plain or single spaces. The last one is the first of the next block: a space before it is
/// single, too. Written without branches, for the compiler to compare many bytes at once.
#[inline]
fn plain_after(block: &[u8; BLOCK + 1]) -> usize {
    let (Some((firsts, _)), Some((_, seconds))) =
        (block.split_first_chunk::<BLOCK>(), block.split_last_chunk::<BLOCK>())
    else {
        return 0;
    };
    let is = |byte: u8, what: u8| u8::from(byte == what);
    let mut other = [0; BLOCK];
    for ((other, &first), &second) in other.iter_mut().zip(firsts).zip(seconds) {
        let beyond = u8::from(second < b' ') | u8::from(second >= 0x80);
        let signs = is(second, b'\\') | is(second, b'%') | is(second, b'_') | is(second, b'*') | is(second, b'~');
        *other = beyond | signs | (is(first, b' ') & is(second, b' '));
    }
    if other == [0; BLOCK] {
        return BLOCK;
    }
    let words = other.as_chunks::<8>().0.iter().map(|word| u64::from_le_bytes(*word).trailing_zeros() as usize / 8);
    words.enumerate().find(|&(_, byte)| byte < 8).map_or(BLOCK, |(word, byte)| word * 8 + byte)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Class, class, plain_run};

    /// The run, one byte after another.
    fn expected(bytes: &[u8], joins_spaces: bool, is_space_open: bool) -> usize {
        let is_plain = |at: usize| bytes.get(at).is_some_and(|&byte| class(byte) == Class::Plain);
        let is_single = |at: usize| bytes[at] == b' ' && is_plain(at + 1) && (at > 0 || !is_space_open);
        let is_kept = |&at: &usize| match class(bytes[at]) {
            Class::Plain => true,
            Class::Space => !joins_spaces || is_single(at),
            Class::Special => false,
        };
        (0..bytes.len()).take_while(is_kept).count()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(3000))]

        #[test]
        fn runs_are_those_of_single_bytes(
            text in "([a-z]{1,40}|[a-z.]{1,9} |  |\n|\t|_|\\*|é|%|\\\\|[a-z ]{1,80}){0,12}",
            joins_spaces: bool,
            is_space_open: bool,
        ) {
            let run = plain_run(text.as_bytes(), joins_spaces, is_space_open);
            prop_assert_eq!(run, expected(text.as_bytes(), joins_spaces, is_space_open), "{:?}", text);
        }
    }
}
