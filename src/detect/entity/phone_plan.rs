//! Numbering plans: country calling codes, and how long numbers within a country are.

/// Returns the length of the country calling code (ITU-T E.164, list of assigned codes): of one, two or three digits, by the first two.
pub(super) fn country_code(digits: &[u8]) -> Option<usize> {
    match digits {
        [1 | 7, ..] => Some(1),
        [2, 0 | 7, ..] | [3, 0..=4 | 6 | 9, ..] | [4, 0 | 1 | 3..=9, ..] | [5, 1..=8, ..] | [6, 0..=6, ..] => Some(2),
        [8, 1 | 2 | 4 | 6, ..] | [9, 0..=5 | 8, ..] => Some(2),
        [2, ..]
        | [3, 5 | 7 | 8, ..]
        | [4, 2, ..]
        | [5, 0 | 9, ..]
        | [6, 7..=9, ..]
        | [8, 0 | 3 | 5 | 7..=8, ..]
        | [9, 6 | 7 | 9, ..] => Some(3),
        _ => None,
    }
}

/// Returns `true` for St Helena, Niue and Tokelau, whose numbers have four digits.
pub(super) fn is_small_island(code: &[u8]) -> bool {
    matches!(code, [2, 9, 0] | [6, 8, 3] | [6, 9, 0])
}

/// The fewest and the most digits of numbers within a country, by its calling code, after the national numbering plans that
/// ITU-T E.164 lists. Where the two are the same, the end of a number is certain.
const NATIONAL_LENGTHS: &[(&[u8], usize, usize)] = &[
    (&[1], 10, 10),
    (&[7], 10, 10),
    (&[2, 0], 9, 10),
    (&[2, 7], 9, 9),
    (&[3, 0], 10, 10),
    (&[3, 1], 9, 9),
    (&[3, 2], 8, 9),
    (&[3, 3], 9, 9),
    (&[3, 4], 9, 9),
    (&[3, 6], 8, 9),
    (&[3, 9], 8, 11),
    (&[4, 0], 9, 9),
    (&[4, 1], 9, 9),
    (&[4, 4], 9, 10),
    (&[4, 5], 8, 8),
    (&[4, 6], 7, 10),
    (&[4, 7], 8, 8),
    (&[4, 8], 9, 9),
    (&[5, 2], 10, 11),
    (&[5, 5], 10, 11),
    (&[5, 6], 9, 9),
    (&[6, 1], 9, 9),
    (&[6, 5], 8, 8),
    (&[6, 6], 8, 9),
    (&[8, 1], 9, 10),
    (&[8, 2], 8, 10),
    (&[8, 6], 9, 11),
    (&[9, 0], 10, 10),
    (&[9, 1], 10, 10),
    (&[9, 2], 9, 10),
    (&[3, 5, 1], 9, 9),
    (&[3, 8, 0], 9, 9),
    (&[4, 2, 0], 9, 9),
    (&[8, 5, 2], 8, 8),
    (&[8, 8, 6], 8, 9),
    (&[9, 7, 1], 8, 9),
    (&[9, 7, 2], 8, 9),
];

/// Returns the fewest and the most digits of a number of this country; where the plan is not listed, what E.164 leaves.
pub(super) fn national_lengths(code: &[u8]) -> (usize, usize) {
    let listed = NATIONAL_LENGTHS.iter().find(|&&(listed, ..)| listed == code);
    listed.map_or((7, 15 - code.len()), |&(_, fewest, most)| (fewest, most))
}
