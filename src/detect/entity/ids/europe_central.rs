//! Numbers of Germany, Austria, Switzerland and Poland.

use super::form::{ids, is_day};
use crate::detect::entity::builders::NUMBER;
use crate::detect::entity::checksum::{icao, mod11_10, number, weighted};

ids! {
    /// The *steuerliche Identifikationsnummer*: of its first ten digits exactly one occurs twice or three times; ISO 7064 mod 11,10
    /// (Bundeszentralamt für Steuern, <https://www.bzst.de>; § 139b AO).
    DE_TAX_ID {
        aliases: ["DE_STEUER_ID"],
        pattern: NUMBER,
        digits: 11..=11,
        printed: [],
        plain: ["ddddddddddd", "dd ddd ddd ddd"],
        check: german_tax_id,
        words: [
            "steuer-id", "steuerid", "steuer id", "steuer-identifikationsnummer", "steueridentifikationsnummer", "steuerliche identifikationsnummer",
            "identifikationsnummer", "idnr", "id-nr", "tin", "tax id", "tax identification", "steuernummer",
        ],
    }

    /// The serial number of an identity card or passport with its check digit: the letters and digits that are easy to tell apart, ICAO 9303
    /// (Bundesministerium des Innern, <https://www.personalausweisportal.de>).
    DE_ID_CARD_NUMBER {
        aliases: ["DE_PERSONALAUSWEIS", "DE_ID_CARD"],
        pattern: r"\b[CFGHJ-NPRTV-Zcfghj-nprtv-z][0-9CFGHJ-NPRTV-Zcfghj-nprtv-z]{8}\d\b",
        digits: 1..=9,
        printed: [],
        plain: ["A********d"],
        check: icao,
        words: [
            "personalausweis", "personalausweisnummer", "ausweisnummer", "ausweis", "ausweis-nr", "perso", "seriennummer", "reisepass", "passnummer",
            "reisepassnummer", "identity card", "id card",
        ],
    }

    /// The *Sozialversicherungsnummer*: serial, check digit mod 11 at the fourth place, date of birth, whose month may be 13 to 15
    /// (Dachverband der Sozialversicherungsträger, <https://www.sozialversicherung.at>).
    AT_SOCIAL_SECURITY_NUMBER {
        aliases: ["AT_SVNR"],
        pattern: NUMBER,
        digits: 10..=10,
        printed: [],
        plain: ["dddd dddddd", "dddd-dddddd", "dddddddddd"],
        check: austrian,
        words: [
            "sozialversicherungsnummer", "svnr", "sv-nr", "sv-nummer", "sv nummer", "versicherungsnummer", "vsnr", "e-card", "ecard",
            "sozialversicherung",
        ],
    }

    /// The *AHV-Nummer*: 756, which is Switzerland's code in ISO 3166-1, and the check digit of EAN-13 (Zentrale Ausgleichsstelle,
    /// <https://www.zas.admin.ch>).
    CH_SOCIAL_SECURITY_NUMBER {
        aliases: ["CH_AHV"],
        pattern: NUMBER,
        digits: 13..=13,
        printed: ["ddd.dddd.dddd.dd"],
        plain: ["ddddddddddddd", "ddd dddd dddd dd"],
        check: swiss,
        words: ["ahv", "ahv-nr", "ahv-nummer", "ahvn13", "avs", "numéro avs", "no avs", "sozialversicherungsnummer", "navs13", "oasi"],
    }

    /// The PESEL: date of birth, whose month tells the century, and a check digit mod 10 (Ministry of Digital Affairs,
    /// <https://www.gov.pl/web/gov/czym-jest-numer-pesel>).
    PL_PESEL {
        aliases: [],
        pattern: NUMBER,
        digits: 11..=11,
        printed: [],
        plain: ["ddddddddddd"],
        check: polish,
        words: ["pesel", "numer pesel", "nr pesel", "pesel:"],
    }
}

fn german_tax_id(v: &[u8]) -> bool {
    let mut counts = [0u8; 10];
    for &d in v.iter().take(10) {
        if let Some(count) = counts.get_mut(usize::from(d)) {
            *count += 1;
        }
    }
    let mut repeated = counts.iter().filter(|&&count| count > 1);
    let one_is = matches!((repeated.next(), repeated.next()), (Some(2 | 3), None));
    v.first() != Some(&0) && one_is && mod11_10(v)
}

fn austrian(v: &[u8]) -> bool {
    const WEIGHTS: [u32; 10] = [3, 7, 9, 0, 5, 8, 4, 2, 1, 6];
    let check = v.get(3).map(|&check| u32::from(check));
    let (day, month) = (number(v, 4..6), number(v, 6..8));
    v.first() != Some(&0)
        && (is_day(month, day) || (13..=15).contains(&month))
        && check == Some(weighted(v, &WEIGHTS) % 11)
}

fn swiss(v: &[u8]) -> bool {
    const EAN: [u32; 13] = [1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1];
    v.starts_with(&[7, 5, 6]) && weighted(v, &EAN).is_multiple_of(10)
}

fn polish(v: &[u8]) -> bool {
    const WEIGHTS: [u32; 11] = [1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1];
    is_day(number(v, 2..4) % 20, number(v, 4..6)) && weighted(v, &WEIGHTS).is_multiple_of(10)
}
