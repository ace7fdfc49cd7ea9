//! Numbers of Sweden, Finland, Denmark and Norway.

use super::form::{ids, is_day};
use crate::detect::entity::builders::NUMBER;
use crate::detect::entity::checksum::{luhn, number, value, weighted};

ids! {
    /// The *personnummer*: date of birth, serial, Luhn (Skatteverket, SKV 704, <https://www.skatteverket.se>). In coordination numbers
    /// (SKV 707) the day is greater by 60. A plus sign replaces the hyphen from the age of 100 on.
    SE_PERSONAL_IDENTITY_NUMBER {
        aliases: ["SE_PERSONNUMMER"],
        pattern: r"\b\d+(?:[ \n+-]\d+)?\b",
        digits: 10..=12,
        printed: ["dddddddd-dddd"],
        plain: ["dddddd-dddd", "dddddd+dddd", "dddddd dddd", "dddddddddd", "dddddddd+dddd", "dddddddd dddd", "dddddddddddd"],
        check: swedish,
        words: ["personnummer", "personnr", "pers.nr", "personal identity number", "samordningsnummer", "födelsenummer", "swedish", "sweden"],
    }

    /// The *henkilötunnus*: date of birth, a sign for the century, serial, a check character mod 31 (Digital and Population Data Services
    /// Agency, <https://dvv.fi/en/personal-identity-code>; signs since 2023: decree 690/2022).
    FI_PERSONAL_IDENTITY_CODE {
        aliases: ["FI_HETU"],
        pattern: r"\b\d{6}[-+A-FU-Ya-fu-y]\d{3}[0-9A-Ya-y]\b",
        digits: 9..=10,
        printed: ["dddddd-ddd*", "dddddd+ddd*", "ddddddAddd*"],
        plain: [],
        check: finnish,
        words: ["henkilötunnus", "hetu", "personal identity code", "personbeteckning", "sotu", "finnish", "finland"],
    }

    /// The *CPR-nummer*: date of birth and four digits, of which the first tells the century (CPR-kontoret, "Personnummeret i CPR",
    /// <https://cpr.dk>). Numbers given since 2007 may have no check digit.
    DK_CPR_NUMBER {
        aliases: ["DK_CPR"],
        pattern: NUMBER,
        digits: 10..=10,
        printed: [],
        plain: ["dddddd-dddd", "dddddd dddd", "dddddddddd"],
        check: danish,
        words: ["cpr", "cpr-nummer", "cpr nummer", "cprnr", "cpr-nr", "cpr-nr.", "personnummer", "cpr number", "sundhedskort"],
    }

    /// The *fødselsnummer* and the *D-nummer*, whose day is greater by 40: two check digits mod 11 (Skatteetaten,
    /// <https://skatteetaten.github.io/folkeregisteret-api-dokumentasjon/fodselsnummer-format/>).
    NO_NATIONAL_IDENTITY_NUMBER {
        aliases: ["NO_FODSELSNUMMER"],
        pattern: NUMBER,
        digits: 11..=11,
        printed: [],
        plain: ["ddddddddddd", "dddddd ddddd"],
        check: norwegian,
        words: ["fødselsnummer", "fodselsnummer", "fødselsnr", "fnr", "personnummer", "d-nummer", "national identity number", "norwegian"],
    }
}

fn swedish(v: &[u8]) -> bool {
    let short = v.get(v.len().saturating_sub(10)..).unwrap_or_default();
    let century = v.len() == 10 || matches!(number(v, 0..2), 18..=20);
    let day = number(short, 4..6);
    v.len() != 11 && century && is_day(number(short, 2..4), if day > 60 { day - 60 } else { day }) && luhn(short)
}

fn finnish(v: &[u8]) -> bool {
    const CHECK: &[u8; 31] = b"0123456789ABCDEFHJKLMNPRSTUVWXY";
    // The sign may be a letter, which is then one of eleven.
    let Some((&check, digits)) = v.split_last() else { return false };
    let serial = number(digits, digits.len().saturating_sub(3)..digits.len());
    let all = number(digits, 0..6) * 1000 + serial;
    let expected = CHECK.get(usize::try_from(all % 31).unwrap_or(31)).copied().and_then(value);
    is_day(number(v, 2..4), number(v, 0..2)) && (2..900).contains(&serial) && expected == Some(check)
}

fn danish(v: &[u8]) -> bool {
    v.len() == 10 && is_day(number(v, 2..4), number(v, 0..2))
}

fn norwegian(v: &[u8]) -> bool {
    const FIRST: [u32; 10] = [3, 7, 6, 1, 8, 9, 4, 5, 2, 1];
    const SECOND: [u32; 11] = [5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1];
    let (day, month) = (number(v, 0..2), number(v, 2..4));
    let without = |number: u64| if number > 40 { number - 40 } else { number };
    is_day(without(month), without(day))
        && weighted(v, &FIRST).is_multiple_of(11)
        && weighted(v, &SECOND).is_multiple_of(11)
}
