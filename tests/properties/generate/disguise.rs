//! The same text in other characters.

use super::Rng;

/// Invisible characters of several kinds: zero width, soft hyphen, bidirectional, tag, variation selector.
pub(crate) const INVISIBLE: &[&str] =
    &["\u{200b}", "\u{ad}", "\u{200d}", "\u{2060}", "\u{feff}", "\u{202a}", "\u{200e}", "\u{fe0f}"];

/// Zeros of scripts with decimal digits, the mathematical ones among them.
const ZEROS: &[u32] =
    &[0x0660, 0x06F0, 0x0966, 0x0E50, 0x1040, 0xFF10, 0x1D7CE, 0x1D7D8, 0x1D7F6, 0x11066, 0x1E950, 0x1FBF0];
/// Hyphens, dashes and the minus sign.
pub(crate) const DASHES: &[char] =
    &['\u{2010}', '\u{2011}', '\u{2012}', '\u{2013}', '\u{2014}', '\u{2015}', '\u{2212}', '\u{fe63}', '\u{ff0d}'];
/// Kinds of spaces.
pub(crate) const SPACES: &[char] =
    &['\u{a0}', '\u{2000}', '\u{2002}', '\u{2007}', '\u{2009}', '\u{200a}', '\u{202f}', '\u{205f}', '\u{3000}'];
const LOOKALIKES: &[(char, char)] = &[
    ('a', 'а'),
    ('c', 'с'),
    ('e', 'е'),
    ('o', 'ο'),
    ('p', 'р'),
    ('x', 'х'),
    ('y', 'у'),
    ('A', 'Α'),
    ('B', 'В'),
    ('E', 'Ε'),
    ('K', 'К'),
    ('M', 'М'),
    ('O', 'О'),
    ('T', 'Т'),
    ('i', 'і'),
    ('s', 'ѕ'),
];

fn shifted(c: char, to: u32, from: char) -> char {
    char::from_u32(to + (c as u32 - from as u32)).unwrap_or(c)
}

/// Returns the text with some or all of its characters disguised in one way.
pub(super) fn disguised(rng: &mut Rng, text: &str) -> String {
    let way = rng.below(8);
    let share = *rng.item(&[10, 50, 100]);
    let zero = *rng.item(ZEROS);
    let (dash, space, invisible) = (*rng.item(DASHES), *rng.item(SPACES), rng.pick(INVISIBLE));
    let mut out = String::new();
    for c in text.chars() {
        if !rng.chance(share) {
            out.push(c);
            continue;
        }
        match (way, c) {
            (0, '!'..='~') => out.push(shifted(c, 0xFF01, '!')),
            (1, '0'..='9') => out.push(shifted(c, zero, '0')),
            (2, 'A'..='Z') => out.push(shifted(c, 0x1D400, 'A')),
            (2, 'a'..='z') => out.push(shifted(c, 0x1D41A, 'a')),
            (3, '-') => out.push(dash),
            (3, ' ') => out.push(space),
            (4, _) => out.extend([c.to_string().as_str(), invisible]),
            (5, _) if c.is_alphabetic() => out.extend([c, '\u{301}']),
            (6, _) => out.push(LOOKALIKES.iter().find(|pair| pair.0 == c).map_or(c, |pair| pair.1)),
            (7, _) if c.is_lowercase() => out.extend(c.to_uppercase()),
            (7, _) => out.extend(c.to_lowercase()),
            _ => out.push(c),
        }
    }
    out
}
