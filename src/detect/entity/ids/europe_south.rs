//! Numbers of Spain, Italy and Portugal.

use super::form::{ids, is_day};
use crate::detect::entity::builders::NUMBER;
use crate::detect::entity::checksum::{number, value, weighted};

ids! {
    /// The *documento nacional de identidad*: eight digits and a letter mod 23 (Ministerio del Interior,
    /// <https://www.interior.gob.es>, "Cálculo del dígito de control del NIF/NIE").
    ES_DNI {
        aliases: ["ES_NIF"],
        pattern: r"\b\d+(?:\.\d+)*[ -]?[A-Za-z]\b",
        digits: 8..=8,
        printed: ["dd.ddd.ddd-A"],
        plain: ["ddddddddA", "dddddddd-A", "dddddddd A", "dd.ddd.dddA", "dd.ddd.ddd A"],
        check: spanish,
        words: ["dni", "nif", "d.n.i.", "n.i.f.", "documento nacional", "documento de identidad", "identidad", "número de identificación fiscal"],
    }

    /// The *número de identidad de extranjero*: X, Y or Z, which count as 0, 1 and 2, seven digits, the same letter.
    ES_NIE {
        aliases: [],
        pattern: r"\b[XYZxyz]-?\d{7}-?[A-Za-z]\b",
        digits: 7..=7,
        printed: ["AdddddddA", "A-ddddddd-A", "Addddddd-A", "A-dddddddA"],
        plain: [],
        check: spanish_foreigner,
        words: ["nie", "nif", "n.i.e.", "extranjero", "extranjería", "tarjeta de residencia"],
    }

    /// The *codice fiscale*: letters of the names, date and place of birth, a check letter; letters replace digits where two persons would have
    /// the same (Agenzia delle Entrate, D.M. 23 dicembre 1976, <https://www.agenziaentrate.gov.it>).
    IT_FISCAL_CODE {
        aliases: ["IT_CODICE_FISCALE"],
        pattern: r"\b(?i:[A-Z]{6}[0-9L-NP-V]{2}[A-EHLMPR-T][0-9L-NP-V]{2}[A-Z][0-9L-NP-V]{3}[A-Z])\b",
        digits: 0..=7,
        printed: ["AAAAAA**A**A***A"],
        plain: [],
        check: italian,
        words: ["codice fiscale", "cod. fisc.", "cod. fiscale", "c.f.", "cf", "fiscal code", "tessera sanitaria"],
    }

    /// The *número de identificação fiscal*: check digit mod 11 (Autoridade Tributária, Decreto-Lei 14/2013,
    /// <https://www.portaldasfinancas.gov.pt>).
    PT_TAX_NUMBER {
        aliases: ["PT_NIF"],
        pattern: NUMBER,
        digits: 9..=9,
        printed: [],
        plain: ["ddddddddd", "ddd ddd ddd", "ddd.ddd.ddd"],
        check: portuguese,
        words: ["nif", "n.i.f.", "contribuinte", "número de contribuinte", "número de identificação fiscal", "nipc", "tax number"],
    }
}

/// Returns the value of the letter of a number.
pub(super) fn spanish_letter(number: u64) -> Option<u8> {
    const LETTERS: &[u8; 23] = b"TRWAGMYFPDXBNJZSQVHLCKE";
    LETTERS.get(usize::try_from(number % 23).ok()?).copied().and_then(value)
}

pub(super) fn spanish(v: &[u8]) -> bool {
    v.len() == 9 && v.last().copied() == spanish_letter(number(v, 0..8))
}

pub(super) fn spanish_foreigner(v: &[u8]) -> bool {
    let Some((&first, _)) = v.split_first() else { return false };
    let Some(first) = first.checked_sub(33) else { return false };
    v.len() == 9 && first < 3 && v.last().copied() == spanish_letter(u64::from(first) * 10_000_000 + number(v, 1..8))
}

fn italian(v: &[u8]) -> bool {
    /// What letters and digits count at odd places. A digit counts as the letter with its number.
    const ODD: [u8; 26] =
        [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23];
    let order = |v: u8| v.checked_sub(10).unwrap_or(v);
    let Some((&check, code)) = v.split_last() else { return false };
    let sum: u32 = code
        .iter()
        .enumerate()
        .map(|(i, &v)| {
            let order = order(v);
            let odd = ODD.get(usize::from(order)).copied().unwrap_or_default();
            u32::from(if i % 2 == 0 { odd } else { order })
        })
        .sum();
    let digit = |at: usize| v.get(at).copied().and_then(fiscal_digit).unwrap_or(99);
    let day = (digit(9) * 10 + digit(10)) % 40;
    let month = v.get(8).copied().and_then(fiscal_month).unwrap_or(0);
    check >= 10 && is_day(month, day) && sum % 26 == u32::from(check - 10)
}

/// Returns the digit that a digit is, or a letter that replaces it.
fn fiscal_digit(v: u8) -> Option<u64> {
    const LETTERS: &[u8; 10] = b"LMNPQRSTUV";
    if v < 10 {
        return Some(u64::from(v));
    }
    LETTERS.iter().position(|&letter| value(letter) == Some(v)).map(|digit| digit as u64)
}

fn fiscal_month(v: u8) -> Option<u64> {
    const LETTERS: &[u8; 12] = b"ABCDEHLMPRST";
    LETTERS.iter().position(|&letter| value(letter) == Some(v)).map(|month| month as u64 + 1)
}

pub(super) fn portuguese(v: &[u8]) -> bool {
    const WEIGHTS: [u32; 8] = [9, 8, 7, 6, 5, 4, 3, 2];
    let check = (11 - weighted(v, &WEIGHTS) % 11) % 11 % 10;
    v.first() != Some(&0) && v.last().is_some_and(|&last| check == u32::from(last))
}
