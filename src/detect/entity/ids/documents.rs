//! Numbers of documents and devices: machine-readable zones and IMEI.

use super::form::ids;
use crate::detect::entity::builders::{NUMBER, exact, reject_end};
use crate::detect::entity::checksum::{icao, luhn, value};
use crate::detect::entity::description::{Certainty, Comparison, Description};
use crate::detect::entity::recognizer::RecognizerInput;
use crate::detect::pattern::Verdict;

ids! {
    /// The international mobile equipment identity: fifteen digits, Luhn (3GPP TS 23.003, 6.2; GSMA TS.06).
    IMEI {
        aliases: ["IMEI_NUMBER"],
        pattern: NUMBER,
        digits: 15..=15,
        printed: ["dd-dddddd-dddddd-d"],
        plain: ["ddddddddddddddd", "dd dddddd dddddd d"],
        check: luhn,
        words: ["imei", "imei number", "imei no", "imei1", "imei2", "handset", "device id", "equipment identity"],
    }
}

/// A machine-readable zone of a passport, an identity card or a visa, with all its lines.
pub(crate) static PASSPORT_MRZ: Description = Description {
    comparison: Comparison::LettersAndDigits,
    certainty: Certainty::Checksum,
    aliases: &["MRZ"],
    recognizers: &[&[exact(r"\b[ACIPV][A-Z<][A-Z<]{3}[A-Z0-9<]+(?:[ \n][A-Z0-9<]+){1,2}", 92, zone).ending_a_word()]],
    ..Description::DEFAULT
};

/// A field of a zone, as line and columns from 0. The last column is its check digit.
type Field = (usize, std::ops::Range<usize>);

/// Returns the fields of a zone with lines of this length, and the parts of its composite check digit in order. ICAO 9303 parts 4 to 7: passports
/// (TD3), cards (TD1, TD2); visas have no composite digit.
fn fields(lines: usize, length: usize, is_visa: bool) -> Option<([Field; 3], &'static [Field])> {
    const TD1: &[Field] = &[(0, 5..30), (1, 0..7), (1, 8..15), (1, 18..30)];
    const TD2: &[Field] = &[(1, 0..10), (1, 13..20), (1, 21..36)];
    const TD3: &[Field] = &[(1, 0..10), (1, 13..20), (1, 21..44)];
    let below = [(1, 0..10), (1, 13..20), (1, 21..28)];
    match (lines, length) {
        (3, 30) => Some(([(0, 5..15), (1, 0..7), (1, 8..15)], TD1)),
        (2, 36) => Some((below, if is_visa { &[] } else { TD2 })),
        (2, 44) => Some((below, if is_visa { &[] } else { TD3 })),
        _ => None,
    }
}

/// Validates the check digits of number, date of birth and date of expiry, and the composite one.
fn zone(c: &RecognizerInput<'_>) -> Verdict {
    let is_part = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric() || c == '<');
    if is_part(c.after) {
        return reject_end(c);
    }
    let length = c.text.find([' ', '\n']).unwrap_or_default();
    let lines = c.text.split([' ', '\n']).count();
    let Some((single, composite)) = fields(lines, length, c.text.starts_with('V')) else { return Verdict::Reject };
    // A filler before the zone would be of a longer line, and may be the sign of a tag: the lengths of the lines tell.
    if c.before.is_some_and(|b| b.is_ascii_alphanumeric())
        || !c.text.split([' ', '\n']).all(|line| line.len() == length)
    {
        return Verdict::Reject;
    }
    let field = |(line, columns): &Field| {
        let line = c.text.split([' ', '\n']).nth(*line).unwrap_or_default();
        line.get(columns.clone()).unwrap_or_default()
    };
    // Fillers count 0.
    let is_checked = |fields: &[Field]| {
        let text = fields.iter().flat_map(|f| field(f).bytes());
        icao(&text.map(|b| value(b).unwrap_or_default()).collect::<smallvec::SmallVec<[u8; 64]>>())
    };
    let good = single.iter().all(|field| is_checked(std::slice::from_ref(field)))
        && (composite.is_empty() || is_checked(composite));
    if good { Verdict::Accept } else { Verdict::Reject }
}
