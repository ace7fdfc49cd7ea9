//! Characters that replace others.

/// Returns the replacement of `c` in `pairs`.
pub(crate) fn of(pairs: &[(char, char)], c: char) -> Option<char> {
    pairs.iter().find(|&&(plain, _)| plain == c).map(|&(_, sign)| sign)
}

pub(crate) const LEET: &[(char, char)] =
    &[('a', '4'), ('e', '3'), ('i', '1'), ('o', '0'), ('s', '5'), ('t', '7'), ('l', '1'), ('b', '8')];

pub(crate) const LEET_SIGNS: &[(char, char)] = &[('a', '@'), ('i', '!'), ('s', '$')];

pub(crate) const CYRILLIC: &[(char, char)] =
    &[('a', 'а'), ('c', 'с'), ('e', 'е'), ('o', 'о'), ('p', 'р'), ('x', 'х'), ('y', 'у')];

pub(crate) const TURNED: &[(char, char)] = &[
    ('a', 'ɐ'),
    ('c', 'ɔ'),
    ('e', 'ǝ'),
    ('f', 'ɟ'),
    ('h', 'ɥ'),
    ('i', 'ᴉ'),
    ('j', 'ɾ'),
    ('k', 'ʞ'),
    ('m', 'ɯ'),
    ('r', 'ɹ'),
    ('t', 'ʇ'),
    ('v', 'ʌ'),
    ('w', 'ʍ'),
    ('y', 'ʎ'),
];

/// Letters that become another letter when the word is turned around as a whole.
pub(crate) const ROTATED: &[(char, char)] =
    &[('b', 'q'), ('d', 'p'), ('n', 'u'), ('p', 'd'), ('q', 'b'), ('u', 'n'), ('g', 'ƃ')];

pub(crate) const STROKES: &[(char, char)] = &[
    ('a', 'ⱥ'),
    ('b', 'ƀ'),
    ('c', 'ȼ'),
    ('d', 'đ'),
    ('e', 'ɇ'),
    ('g', 'ǥ'),
    ('h', 'ħ'),
    ('i', 'ɨ'),
    ('j', 'ɉ'),
    ('l', 'ł'),
    ('o', 'ø'),
    ('r', 'ɍ'),
    ('t', 'ŧ'),
    ('u', 'ʉ'),
    ('y', 'ɏ'),
    ('z', 'ƶ'),
];

pub(crate) const IDEOGRAPHS: &[(char, char)] = &[
    ('0', '〇'),
    ('1', '一'),
    ('2', '二'),
    ('3', '三'),
    ('4', '四'),
    ('5', '五'),
    ('6', '六'),
    ('7', '七'),
    ('8', '八'),
    ('9', '九'),
];

pub(crate) const WORDS: [&str; 10] = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"];
