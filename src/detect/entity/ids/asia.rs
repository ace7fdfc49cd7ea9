//! Numbers of India, Japan, Korea, China and Singapore.

use super::form::{ids, is_day};
use crate::detect::entity::builders::NUMBER;
use crate::detect::entity::checksum::{mod11_2, number, value, verhoeff, weighted};

ids! {
    /// The Aadhaar number: twelve digits, the first from 2, no palindrome, Verhoeff's check digit (UIDAI, "A UID numbering scheme",
    /// <https://uidai.gov.in>).
    IN_AADHAAR {
        aliases: [],
        pattern: NUMBER,
        digits: 12..=12,
        printed: [],
        plain: ["dddd dddd dddd", "dddd-dddd-dddd", "dddddddddddd"],
        check: aadhaar,
        words: ["aadhaar", "aadhar", "adhaar", "uidai", "uid", "aadhaar number", "आधार"],
    }

    /// The permanent account number: five letters, of which the fourth is the kind of holder, four digits, a letter (Income Tax Department,
    /// <https://www.incometaxindia.gov.in>).
    IN_PAN {
        aliases: [],
        pattern: r"\b(?i:[A-Z]{3}[ABCFGHJKLPT][A-Z]\d{4}[A-Z])\b",
        digits: 4..=4,
        printed: ["AAAAAddddA"],
        plain: [],
        check: |v| number(v, 5..9) > 0,
        words: ["pan", "permanent account", "pan card", "pan no", "pan number", "income tax"],
    }

    /// The *kojin bangō* ("My Number"): twelve digits, the last a check digit mod 11 (Ministry of Internal Affairs, ordinance 85 of 2014,
    /// article 5).
    JP_MY_NUMBER {
        aliases: ["JP_INDIVIDUAL_NUMBER"],
        pattern: NUMBER,
        digits: 12..=12,
        printed: [],
        plain: ["dddddddddddd", "dddd dddd dddd", "dddd-dddd-dddd"],
        check: japanese,
        words: ["my number", "mynumber", "マイナンバー", "個人番号", "individual number", "kojin bango"],
    }

    /// The resident registration number: date of birth, a digit for sex and century, a check digit mod 11 in those given until October 2020
    /// (Resident Registration Act, <https://www.mois.go.kr>).
    KR_RESIDENT_REGISTRATION_NUMBER {
        aliases: ["KR_RRN"],
        pattern: NUMBER,
        digits: 13..=13,
        printed: ["dddddd-ddddddd"],
        plain: ["ddddddddddddd", "dddddd ddddddd"],
        check: korean,
        words: ["주민등록번호", "주민번호", "외국인등록번호", "rrn", "resident registration", "jumin"],
    }

    /// The citizen identity number: place, date of birth, serial, ISO 7064 mod 11-2 (GB 11643-1999; places of GB/T 2260).
    CN_RESIDENT_ID_NUMBER {
        aliases: ["CN_RIC"],
        pattern: r"\b\d+[Xx]?\b",
        digits: 17..=18,
        printed: ["ddddddddddddddddd*"],
        plain: [],
        check: chinese,
        words: ["身份证", "身份证号", "身份证号码", "公民身份号码", "居民身份证", "resident id", "identity card", "id card", "chinese id"],
    }

    /// The NRIC and FIN: a letter for the kind, seven digits, a check letter mod 11 (Immigration and Checkpoints Authority,
    /// <https://www.ica.gov.sg>; the letters as published for series S, T, F, G and M).
    SG_NRIC {
        aliases: ["SG_NRIC_FIN", "SG_FIN"],
        pattern: r"\b[STFGMstfgm]\d{7}[A-Za-z]\b",
        digits: 7..=7,
        printed: ["AdddddddA"],
        plain: [],
        check: singaporean,
        words: ["nric", "fin", "nric no", "nric number", "identity card", "ic number", "ic no", "singapore"],
    }
}

fn aadhaar(v: &[u8]) -> bool {
    v.first().is_some_and(|&first| first >= 2) && !v.iter().eq(v.iter().rev()) && verhoeff(v)
}

fn japanese(v: &[u8]) -> bool {
    const WEIGHTS: [u32; 11] = [6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2];
    let check = (11 - weighted(v, &WEIGHTS) % 11) % 11 % 10;
    v.last().is_some_and(|&last| check == u32::from(last))
}

fn korean(v: &[u8]) -> bool {
    const WEIGHTS: [u32; 12] = [2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5];
    let is_checked = v.last().is_some_and(|&last| (11 - weighted(v, &WEIGHTS) % 11) % 10 == u32::from(last));
    // Since October 2020 the digits after that of the sex are random.
    let is_random = matches!(v.get(6), Some(3 | 4 | 7 | 8)) && (2010..4000).contains(&number(v, 0..4));
    is_day(number(v, 2..4), number(v, 4..6)) && (is_random || is_checked && number(v, 7..9) <= 96)
}

fn chinese(v: &[u8]) -> bool {
    // The provinces.
    let place = number(v, 0..2);
    let is_place = matches!(place, 11..=15 | 21..=23 | 31..=37 | 41..=46 | 50..=54 | 61..=65 | 71 | 81..=83 | 91);
    let year = number(v, 6..10);
    is_place && (1850..=2099).contains(&year) && is_day(number(v, 10..12), number(v, 12..14)) && mod11_2(v)
}

fn singaporean(v: &[u8]) -> bool {
    const WEIGHTS: [u32; 7] = [2, 7, 6, 5, 4, 3, 2];
    let Some((&kind, digits)) = v.split_first() else { return false };
    let sum = weighted(digits, &WEIGHTS);
    let is_of = |letter: u8| value(letter) == Some(kind);
    let (offset, letters): (u32, &[u8; 11]) = match () {
        () if is_of(b'S') => (0, b"JZIHGFEDCBA"),
        () if is_of(b'T') => (4, b"JZIHGFEDCBA"),
        () if is_of(b'F') => (0, b"XWUTRQPNMLK"),
        () if is_of(b'G') => (4, b"XWUTRQPNMLK"),
        () => (3, b"XWUTRQPNJLK"),
    };
    let check = letters.get(((sum + offset) % 11) as usize).copied().and_then(value);
    check.is_some() && check == v.last().copied()
}
