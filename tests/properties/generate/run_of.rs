//! Runs of one character, of the lengths at which something may change.

use super::Rng;

/// Characters that one rule or another treats in its own way.
const SPECIAL: &[&str] = &[
    " ", "\t", "\n", "\r\n", "\u{a0}", "\u{3000}", "\u{200b}", "\u{ad}", "\u{feff}", "\u{202e}", "\u{301}", "\u{20dd}",
    "\u{fe0f}", "_", "*", "~", "1", "٣", "４", "𝟗", "中", "가", "\\", "\\\\n", "\"", "'", "`", "-", "—", ".", ",", "/",
    "=", ":", "@", "%20", "a", "ﬁ", "²", "™", "{", "<", "\0",
];

/// Lengths that are limits somewhere; runs are a little shorter and longer too.
const LIMITS: &[usize] = &[16, 32, 64, 96, 128, 256, 300, 512];

/// Returns a length: most are up to 40, some at a limit, very few at 4,096.
fn length(rng: &mut Rng) -> usize {
    match rng.below(200) {
        0 => 4094 + rng.below(5),
        1..40 => *rng.item(LIMITS) - 2 + rng.below(5),
        _ => rng.below(41),
    }
}

/// Returns a run of one special character. Lengths are bytes in half the runs, characters in the others.
pub(crate) fn run_of(rng: &mut Rng) -> String {
    let unit = rng.pick(SPECIAL);
    let length = length(rng);
    unit.repeat(if rng.chance(50) { length / unit.len() } else { length.min(600) })
}
