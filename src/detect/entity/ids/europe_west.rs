//! Numbers of France, Belgium, the Netherlands and Ireland.

use super::form::ids;
use crate::detect::entity::builders::NUMBER;
use crate::detect::entity::checksum::{number, value, weighted};

ids! {
    /// The *numéro d'inscription au répertoire*: sex, year and month of birth, department (2A and 2B in Corsica), commune, serial, key
    /// mod 97 (INSEE, <https://www.insee.fr/fr/metadonnees/definition/c1409>).
    FR_SOCIAL_SECURITY_NUMBER {
        aliases: ["FR_NIR", "FR_INSEE"],
        pattern: r"\b[1-478](?:[ \n.-]?\d\d){2}[ \n.-]?\d[0-9ABab](?:[ \n.-]?\d\d\d){2}[ \n.-]?\d\d\b",
        digits: 14..=15,
        printed: ["d dd dd d* ddd ddd dd", "d.dd.dd.d*.ddd.ddd.dd", "d-dd-dd-d*-ddd-ddd-dd"],
        plain: ["dddddd*dddddddd", "dddddd*dddddd dd"],
        check: french,
        words: [
            "nir", "sécurité sociale", "numéro de sécurité sociale", "sécu", "numéro de sécu", "insee", "numéro insee", "carte vitale",
            "social security", "assuré",
        ],
    }

    /// The *rijksregisternummer*: date of birth, serial, 97 less the rest mod 97, with a 2 in front for those born since 2000 (IBZ,
    /// <https://www.ibz.rrn.fgov.be>). In BIS numbers the month is greater by 20 or 40.
    BE_NATIONAL_REGISTER_NUMBER {
        aliases: ["BE_NN"],
        pattern: NUMBER,
        digits: 11..=11,
        printed: ["dd.dd.dd-ddd.dd"],
        plain: ["ddddddddddd", "dd.dd.dd ddd.dd", "dd dd dd ddd dd", "dddddd-ddd-dd", "dddddd ddd dd"],
        check: belgian,
        words: [
            "rijksregisternummer", "rijksregister", "rrn", "insz", "niss", "registre national", "numéro national", "numéro de registre national",
            "national register number", "national number", "nationaal nummer", "bis-nummer",
        ],
    }

    /// The *burgerservicenummer*: nine digits, the test of eleven (Rijksdienst voor Identiteitsgegevens, <https://www.rvig.nl>; "Logisch
    /// ontwerp BSN").
    NL_CITIZEN_SERVICE_NUMBER {
        aliases: ["NL_BSN"],
        pattern: NUMBER,
        digits: 9..=9,
        printed: [],
        plain: ["ddddddddd", "dddd dd ddd", "dddd.dd.ddd", "ddd ddd ddd", "ddd-ddd-ddd"],
        check: dutch,
        words: ["bsn", "burgerservicenummer", "sofinummer", "sofi-nummer", "citizen service number", "bsn-nummer", "bsn nummer"],
    }

    /// The PPS number: seven digits, a check letter mod 23, and a second letter that counts where it is A, B or H (Department of Social
    /// Protection, <https://www.gov.ie/en/department-of-social-protection>).
    IE_PPS_NUMBER {
        aliases: ["IE_PPSN"],
        pattern: r"\b\d{7}[ \n]?[A-Wa-w][ABHTWXabhtwx]?\b",
        digits: 7..=7,
        printed: [],
        plain: ["dddddddA", "dddddddAA", "ddddddd A", "ddddddd AA"],
        check: irish,
        words: ["pps", "ppsn", "pps number", "pps no", "pps no.", "personal public service", "rsi"],
    }
}

fn french(v: &[u8]) -> bool {
    // Corsica's departments count as 19 and 18.
    let mut digits: [u8; 15] = [0; 15];
    if v.len() != digits.len() {
        return false;
    }
    digits.copy_from_slice(v);
    match digits.get_mut(5..7) {
        Some([a @ 2, b @ 10]) => (*a, *b) = (1, 9),
        Some([a @ 2, b @ 11]) => (*a, *b) = (1, 8),
        _ => {}
    }
    let month = number(v, 3..5);
    digits.iter().all(|&d| d < 10)
        && matches!(month, 1..=12 | 20..=42 | 50..=99)
        && 97 - number(&digits, 0..13) % 97 == number(&digits, 13..15)
}

fn belgian(v: &[u8]) -> bool {
    let (head, check) = (number(v, 0..9), number(v, 9..11));
    let is_key = |number: u64| 97 - number % 97 == check;
    let (month, day) = (number(v, 2..4) % 20, number(v, 4..6));
    // Unknown days and months are 00.
    month <= 12 && day <= 31 && (is_key(head) || is_key(2_000_000_000 + head))
}

fn dutch(v: &[u8]) -> bool {
    const WEIGHTS: [u32; 8] = [9, 8, 7, 6, 5, 4, 3, 2];
    v.len() == 9 && v.last().is_some_and(|&last| weighted(v, &WEIGHTS) % 11 == u32::from(last))
}

fn irish(v: &[u8]) -> bool {
    let Some((digits, [check, second @ ..])) = v.split_at_checked(7) else { return false };
    let second = match second {
        [letter @ (10 | 11 | 17)] => *letter,
        _ => 0,
    };
    Some(*check) == irish_check(digits, second)
}

/// Returns the check letter of seven digits and the value of a second letter, or 0: weights 8 to 2, and 9 for the letter's place in the alphabet.
pub(super) fn irish_check(digits: &[u8], second: u8) -> Option<u8> {
    const WEIGHTS: [u32; 7] = [8, 7, 6, 5, 4, 3, 2];
    const LETTERS: &[u8; 23] = b"WABCDEFGHIJKLMNOPQRSTUV";
    // W counts as 0.
    let place = if second == 32 { 0 } else { u32::from(second.saturating_sub(9)) };
    let rest = (weighted(digits, &WEIGHTS) + 9 * place) % 23;
    LETTERS.get(rest as usize).copied().and_then(value)
}
