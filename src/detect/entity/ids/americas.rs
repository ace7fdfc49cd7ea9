//! Numbers of Brazil, Mexico, Argentina and Chile.

use super::form::{ids, is_day};
use crate::detect::entity::builders::NUMBER;
use crate::detect::entity::checksum::{number, value, weighted};

ids! {
    /// The *cadastro de pessoas físicas*: two check digits mod 11 (Receita Federal, <https://www.gov.br/receitafederal>).
    BR_CPF {
        aliases: [],
        pattern: NUMBER,
        digits: 11..=11,
        printed: ["ddd.ddd.ddd-dd"],
        plain: ["ddddddddddd", "ddddddddd-dd", "ddd ddd ddd dd"],
        check: person,
        words: ["cpf", "cadastro de pessoas físicas", "cpf nº", "cpf/mf", "contribuinte"],
    }

    /// The *cadastro nacional da pessoa jurídica*: two check digits mod 11 (Receita Federal).
    BR_CNPJ {
        aliases: [],
        pattern: r"\b\d+(?:[ \n./-]\d+)*\b",
        digits: 14..=14,
        printed: ["dd.ddd.ddd/dddd-dd"],
        plain: ["dddddddddddddd", "dddddddd/dddd-dd"],
        check: company,
        words: ["cnpj", "cadastro nacional", "cnpj nº", "cnpj/mf", "pessoa jurídica"],
    }

    /// The *clave única de registro de población*: letters of the names, date of birth, sex, state, a check digit mod 10 (RENAPO, "Instructivo
    /// normativo para la asignación de la CURP", DOF 18 October 2021).
    MX_CURP {
        aliases: [],
        pattern: r"\b(?i:[A-Z]{4}\d{6}[HM][A-Z]{5}[0-9A-Z]\d)\b",
        digits: 7..=8,
        printed: ["AAAAddddddAAAAAA*d"],
        plain: [],
        check: mexican,
        words: ["curp", "clave única", "registro de población"],
    }

    /// The *clave única de identificación tributaria*: kind, number, check digit mod 11 (AFIP, Resolución General 10/97).
    AR_CUIT {
        aliases: ["AR_CUIL"],
        pattern: NUMBER,
        digits: 11..=11,
        printed: ["dd-dddddddd-d"],
        plain: ["ddddddddddd", "dd dddddddd d"],
        check: argentine,
        words: ["cuit", "cuil", "cdi", "clave única", "c.u.i.t.", "c.u.i.l."],
    }

    /// The *rol único tributario*: seven or eight digits and a check character mod 11, which may be K (Servicio de Impuestos Internos,
    /// <https://www.sii.cl>).
    CL_RUT {
        aliases: ["CL_RUN"],
        pattern: r"\b\d+(?:\.\d+)*(?:-?[0-9Kk])?\b",
        digits: 7..=9,
        printed: ["dd.ddd.ddd-*", "d.ddd.ddd-*"],
        plain: ["dddddddd-*", "ddddddd-*", "dddddddd*", "ddddddd*"],
        check: chilean,
        words: ["rut", "r.u.t.", "run", "rol único", "rut:", "cédula", "cédula de identidad"],
    }
}

/// Checks the last two digits, each of which makes the sum of those up to it a multiple of 11, or is 0 where ten would.
fn two_checks(v: &[u8], weights: &[u32]) -> bool {
    let Some(skipped) = weights.len().checked_sub(v.len().saturating_sub(1)) else { return false };
    let is_check = |at: usize| {
        let weights = weights.get(weights.len() - at..).unwrap_or_default();
        let check = (11 - weighted(v, weights) % 11) % 11 % 10;
        v.get(at).is_some_and(|&digit| check == u32::from(digit))
    };
    skipped == 0 && is_check(v.len() - 2) && is_check(v.len() - 1)
}

fn person(v: &[u8]) -> bool {
    two_checks(v, &[11, 10, 9, 8, 7, 6, 5, 4, 3, 2])
}

fn company(v: &[u8]) -> bool {
    two_checks(v, &[6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2])
}

fn mexican(v: &[u8]) -> bool {
    const STATES: &[u8] = b"ASBCBSCCCHCLCMCSDFDGGRGTHGJCMCMNMSNENLNTOCPLQRQTSLSPSRTCTLTSVZYNZS";
    let [.., a, b, _, _, _, _, check] = v else { return false };
    let is_state = |pair: &[u8]| matches!(pair, [x, y] if value(*x) == Some(*a) && value(*y) == Some(*b));
    // Ñ is a letter of its own, after N.
    let place = |v: u8| u32::from(v) + u32::from(v >= 24);
    let sum: u32 = v.iter().take(17).zip((2..=18).rev()).map(|(&v, weight)| place(v) * weight).sum();
    is_day(number(v, 6..8), number(v, 8..10))
        && STATES.chunks(2).any(is_state)
        && (10 - sum % 10) % 10 == u32::from(*check)
}

fn argentine(v: &[u8]) -> bool {
    const WEIGHTS: [u32; 10] = [5, 4, 3, 2, 7, 6, 5, 4, 3, 2];
    let check = match 11 - weighted(v, &WEIGHTS) % 11 {
        11 => 0,
        10 => 9,
        check => check,
    };
    matches!(number(v, 0..2), 20 | 23 | 24 | 27 | 30 | 33 | 34 | 50 | 51 | 55)
        && v.last().is_some_and(|&last| check == u32::from(last))
}

fn chilean(v: &[u8]) -> bool {
    const K: u8 = 20;
    let Some((&check, digits)) = v.split_last() else { return false };
    let sum: u32 = digits.iter().rev().zip((2..=7).cycle()).map(|(&d, weight)| u32::from(d) * weight).sum();
    let expected = match 11 - sum % 11 {
        11 => 0,
        10 => u32::from(K),
        check => check,
    };
    matches!(v.len(), 8 | 9) && expected == u32::from(check)
}
