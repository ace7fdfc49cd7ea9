//! Numbers of Turkey, Israel and South Africa.

use super::form::{ids, is_day};
use crate::detect::entity::builders::NUMBER;
use crate::detect::entity::checksum::{luhn, number, weighted};

ids! {
    /// The *T.C. kimlik numarası*: two check digits (Nüfus ve Vatandaşlık İşleri, <https://www.nvi.gov.tr>).
    TR_ID_NUMBER {
        aliases: ["TR_TCKN", "TR_NATIONAL_ID"],
        pattern: NUMBER,
        digits: 11..=11,
        printed: [],
        plain: ["ddddddddddd"],
        check: turkish,
        words: ["tckn", "tc kimlik", "t.c. kimlik", "kimlik no", "kimlik numarası", "tc kimlik no", "tc no", "vatandaşlık numarası"],
    }

    /// The *mispar zehut*: nine digits, Luhn (Population and Immigration Authority, <https://www.gov.il>).
    IL_ID_NUMBER {
        aliases: ["IL_TZ"],
        pattern: NUMBER,
        digits: 9..=9,
        printed: [],
        plain: ["ddddddddd", "dddddddd-d", "d-ddddddd-d"],
        check: luhn,
        words: ["teudat zehut", "mispar zehut", "israeli id", "israel id", "תעודת זהות", "ת.ז.", "ת\"ז", "מספר זהות", "t.z."],
    }

    /// The identity number: date of birth, serial, citizenship, Luhn (Department of Home Affairs, Identification Act 68 of 1997,
    /// <https://www.dha.gov.za>).
    ZA_ID_NUMBER {
        aliases: ["ZA_IDNR"],
        pattern: NUMBER,
        digits: 13..=13,
        printed: [],
        plain: ["ddddddddddddd", "dddddd dddd ddd", "dddddd dddd dd d"],
        check: south_african,
        words: ["id number", "identity number", "id no", "id no.", "south african id", "rsa id", "sa id", "id nommer", "identiteitsnommer"],
    }
}

fn turkish(v: &[u8]) -> bool {
    const FIRST: [u32; 10] = [3, 1, 3, 1, 3, 1, 3, 1, 3, 1];
    const SECOND: [u32; 10] = [1; 10];
    v.first() != Some(&0)
        && weighted(v, &FIRST).is_multiple_of(10)
        && v.last().is_some_and(|&last| weighted(v, &SECOND) % 10 == u32::from(last))
}

fn south_african(v: &[u8]) -> bool {
    is_day(number(v, 2..4), number(v, 4..6)) && v.get(10).is_some_and(|&citizenship| citizenship <= 1) && luhn(v)
}
