//! VAT identification numbers of the European Union.

use super::europe_south::{portuguese, spanish, spanish_foreigner, spanish_letter};
use super::europe_west::irish_check;
use super::form::is_day;
use crate::detect::entity::builders::{context_if, exact, reject_end, wraps_once};
use crate::detect::entity::checksum::{Digits, luhn, mod11_10, number, remainder, value, values, weighted};
use crate::detect::entity::description::{Certainty, Comparison, Description};
use crate::detect::entity::recognizer::RecognizerInput;
use crate::detect::pattern::Verdict;

/// A VAT identification number with the prefix of its state (Directive 2006/112/EC, article 215; forms and checks: European Commission, "VIES VAT number
/// validation", <https://ec.europa.eu/taxation_customs/vies>, and the tax offices' publications that python-stdnum names).
pub(crate) static EU_VAT_NUMBER: Description = Description {
    comparison: Comparison::LettersAndDigits,
    certainty: Certainty::Checksum,
    aliases: &["VAT_NUMBER", "VAT"],
    recognizers: &[&[exact(
        concat!(
            r"\b(?:AT|BE|BG|CY|CZ|DE|DK|EE|EL|ES|FI|FR|HR|HU|IE|IT|LT|LU|LV|MT|NL|PL|PT|RO|SE|SI|SK)",
            r"[ \n-]?[0-9A-Z]{0,2}\d(?:[ \n.-]?[0-9A-Z])+\b"
        ),
        20,
        vat,
    )
    .with_context(WORDS)]],
    ..Description::DEFAULT
};

const WORDS: &[&str] = &[
    "vat",
    "vat number",
    "vat no",
    "vat no.",
    "vat id",
    "vat reg",
    "vat registration",
    "vatin",
    "ust-id",
    "ust-idnr",
    "ust-idnr.",
    "ustid",
    "uid",
    "umsatzsteuer",
    "mwst",
    "mwst-nr",
    "tva",
    "n° tva",
    "numéro de tva",
    "tva intracommunautaire",
    "iva",
    "p.iva",
    "p. iva",
    "partita iva",
    "nif-iva",
    "cif",
    "nif",
    "btw",
    "btw-nummer",
    "btw-nr",
    "moms",
    "momsnr",
    "vat-nummer",
    "alv",
    "alv-numero",
    "dph",
    "dič",
    "ič dph",
    "nip",
    "ddv",
    "pdv",
    "oib",
    "pvm",
    "pvn",
    "kmkr",
    "áfa",
    "adószám",
    "ддс",
    "αφμ",
    "φπα",
    "cui",
    "cod fiscal",
];

/// The checks of a state: what its numbers look like after the prefix, and whether one is right.
type Check = fn(&[u8]) -> bool;

/// The states, with the least and the greatest number of characters after the prefix.
#[rustfmt::skip]
const STATES: &[(&str, usize, usize, Check)] = &[
    ("AT", 9, 9, austria), ("BE", 10, 10, belgium), ("BG", 9, 10, bulgaria), ("CY", 9, 9, cyprus), ("CZ", 8, 10, czechia),
    ("DE", 9, 9, germany), ("DK", 8, 8, denmark), ("EE", 9, 9, estonia), ("EL", 9, 9, greece), ("ES", 9, 9, spain),
    ("FI", 8, 8, finland), ("FR", 11, 11, france), ("HR", 11, 11, mod11_10), ("HU", 8, 8, hungary), ("IE", 8, 9, ireland),
    ("IT", 11, 11, italy), ("LT", 9, 12, lithuania), ("LU", 8, 8, luxembourg), ("LV", 11, 11, latvia), ("MT", 8, 8, malta),
    ("NL", 12, 12, netherlands), ("PL", 10, 10, poland), ("PT", 9, 9, portuguese), ("RO", 6, 10, romania), ("SE", 12, 12, sweden),
    ("SI", 8, 8, slovenia), ("SK", 10, 10, slovakia),
];

/// States in whose numbers letters are allowed.
const LETTERED: &[&str] = &["AT", "CY", "ES", "FR", "IE", "NL"];

fn vat(c: &RecognizerInput<'_>) -> Verdict {
    let Some((prefix, rest)) = c.text.split_at_checked(2) else { return Verdict::Reject };
    let Some(&(_, least, most, check)) = STATES.iter().find(|(state, ..)| *state == prefix) else {
        return Verdict::Reject;
    };
    let length = rest.bytes().filter(u8::is_ascii_alphanumeric).count();
    if length < least {
        return reject_end(c);
    }
    let digits = rest.bytes().filter(u8::is_ascii_digit).count();
    let is_lettered = digits == length || LETTERED.contains(&prefix);
    // A separator for each group of three at most.
    let is_grouped = rest.len() - length <= 1 + length / 2;
    let good = length <= most && is_lettered && is_grouped && c.is_apart() && wraps_once(c.text);
    context_if(good && check(&values(rest)))
}

/// Returns `true` if the last digit is this one.
fn ends_with(v: &[u8], check: u32) -> bool {
    v.last().is_some_and(|&last| u32::from(last) == check)
}

fn austria(v: &[u8]) -> bool {
    const U: u8 = 30;
    let Some((&first, digits)) = v.split_first() else { return false };
    let Some((_, head)) = digits.split_last() else { return false };
    // The check digit is 4 less than Luhn's: with the digits doubled, 10 - (sum + 4) mod 10.
    let sum: u32 = head
        .iter()
        .enumerate()
        .map(|(i, &d)| if i % 2 == 0 { u32::from(d) } else { u32::from(2 * d / 10 + 2 * d % 10) })
        .sum();
    first == U && digits.iter().all(|&d| d < 10) && ends_with(v, (10 - (sum + 4) % 10) % 10)
}

fn belgium(v: &[u8]) -> bool {
    (number(v, 0..8) + number(v, 8..10)).is_multiple_of(97) && number(v, 0..10) > 0
}

fn bulgaria(v: &[u8]) -> bool {
    let ascending = |from: u32| {
        let weights = [from, from + 1, from + 2, from + 3, from + 4, from + 5, from + 6, from + 7];
        weighted(v, &weights) % 11
    };
    if v.len() == 9 {
        let check = match ascending(1) {
            10 => ascending(3) % 10,
            check => check,
        };
        return ends_with(v, check);
    }
    let month = number(v, 2..4);
    let is_date = is_day(if month > 40 { month - 40 } else { month % 20 }, number(v, 4..6)) && month <= 52;
    let citizen = is_date && ends_with(v, weighted(v, &[2, 4, 8, 5, 10, 9, 7, 3, 6]) % 11 % 10);
    let foreigner = ends_with(v, weighted(v, &[21, 19, 17, 13, 11, 9, 7, 3, 1]) % 10);
    citizen || foreigner || ends_with(v, (11 - weighted(v, &[4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11) % 11)
}

fn cyprus(v: &[u8]) -> bool {
    const ODD: [u32; 10] = [1, 0, 5, 7, 9, 13, 15, 17, 19, 21];
    let Some((&check, digits)) = v.split_last() else { return false };
    let count = |(i, &d): (usize, &u8)| {
        if i % 2 == 0 { ODD.get(usize::from(d)).copied().unwrap_or_default() } else { u32::from(d) }
    };
    let sum: u32 = digits.iter().enumerate().map(count).sum();
    digits.iter().all(|&d| d < 10) && number(v, 0..2) != 12 && u32::from(check) == sum % 26 + 10
}

fn czechia(v: &[u8]) -> bool {
    const WEIGHTS: [u32; 7] = [8, 7, 6, 5, 4, 3, 2];
    match v {
        [first, ..] if v.len() == 8 => {
            let check = match (11 - weighted(v, &WEIGHTS) % 11) % 11 {
                0 => 1,
                check => check % 10,
            };
            *first != 9 && ends_with(v, check)
        }
        [6, rest @ ..] if v.len() == 9 => {
            let check = weighted(rest, &WEIGHTS) % 11;
            // 8 less what the sum lacks to 10, mod 11.
            ends_with(v, (8 + 10 - (21 - check) % 11) % 10)
        }
        _ => birth_number(v),
    }
}

/// Checks a Czech or Slovak birth number: date, with women's months greater by 50 and overflow by 20; ten digits mod 11 since 1954.
fn birth_number(v: &[u8]) -> bool {
    let year = number(v, 0..2);
    let is_date = is_day(number(v, 2..4) % 50 % 20, number(v, 4..6));
    match v.len() {
        9 => is_date && (year <= 53 || year >= 80),
        10 => is_date && ends_with(v, (number(v, 0..9) % 11 % 10) as u32),
        _ => false,
    }
}

fn germany(v: &[u8]) -> bool {
    v.first() != Some(&0) && mod11_10(v)
}

fn denmark(v: &[u8]) -> bool {
    v.first() != Some(&0) && weighted(v, &[2, 7, 6, 5, 4, 3, 2, 1]).is_multiple_of(11)
}

fn estonia(v: &[u8]) -> bool {
    weighted(v, &[3, 7, 1, 3, 7, 1, 3, 7, 1]).is_multiple_of(10)
}

fn greece(v: &[u8]) -> bool {
    ends_with(v, weighted(v, &[256, 128, 64, 32, 16, 8, 4, 2]) % 11 % 10)
}

fn spain(v: &[u8]) -> bool {
    let [first, digits @ .., last] = v else { return false };
    if !digits.iter().all(|&d| d < 10) {
        return false;
    }
    match first {
        0..=9 => spanish(v),
        // X, Y, Z.
        33..=35 => spanish_foreigner(v),
        // K, L, M: persons without a DNI.
        20..=22 => Some(*last) == spanish_letter(number(digits, 0..7)),
        first => b"ABCDEFGHJNPQRSUVW".iter().any(|&kind| value(kind) == Some(*first)) && spanish_firm(digits, *last),
    }
}

/// Checks the last digit or letter of a firm's number: Luhn's check digit, or the letter of its order.
fn spanish_firm(digits: &[u8], last: u8) -> bool {
    const LETTERS: &[u8; 10] = b"JABCDEFGHI";
    let mut all = Digits::from_slice(digits);
    let check = (0..10).find(|&check| {
        all.push(check);
        let is_right = luhn(&all);
        all.pop();
        is_right
    });
    check.is_some_and(|check| check == last || LETTERS.get(usize::from(check)).copied().and_then(value) == Some(last))
}

fn finland(v: &[u8]) -> bool {
    weighted(v, &[7, 9, 10, 5, 8, 4, 2, 1]).is_multiple_of(11)
}

fn france(v: &[u8]) -> bool {
    let Some((key, siren)) = v.split_at_checked(2) else { return false };
    let [first, second] = *key else { return false };
    if !siren.iter().all(|&d| d < 10) || !(siren.starts_with(&[0, 0, 0]) || luhn(siren)) {
        return false;
    }
    if first < 10 && second < 10 {
        return number(key, 0..2) == (number(siren, 0..9) * 100 + 12) % 97;
    }
    // The letters without I and O. <https://bofip.impots.gouv.fr>
    let place = |v: u8| match v {
        18 | 24 => None,
        v => Some(u64::from(v) - u64::from(v > 18) - u64::from(v > 24)),
    };
    let (Some(a), Some(b)) = (place(first), place(second)) else { return false };
    let check = if first < 10 { (a * 24 + b).checked_sub(10) } else { (a * 34 + b).checked_sub(100) };
    check.is_some_and(|check| (number(siren, 0..9) + 1 + check / 11) % 11 == check % 11)
}

fn hungary(v: &[u8]) -> bool {
    weighted(v, &[9, 7, 3, 1, 9, 7, 3, 1]).is_multiple_of(10)
}

fn ireland(v: &[u8]) -> bool {
    let Some((head, tail)) = v.split_at_checked(7) else { return false };
    let [check, second @ ..] = tail else { return false };
    match head {
        _ if head.iter().all(|&d| d < 10) => {
            Some(*check) == irish_check(head, second.first().copied().unwrap_or(0)) && second.iter().all(|&s| s >= 10)
        }
        // The old form: a letter at the second place, whose digit comes last.
        [first, 10..=35, rest @ ..] if *first < 10 && rest.iter().all(|&d| d < 10) && second.is_empty() => {
            let mut digits = Digits::from_slice(&[0]);
            digits.extend_from_slice(rest);
            digits.push(*first);
            Some(*check) == irish_check(&digits, 0)
        }
        _ => false,
    }
}

fn italy(v: &[u8]) -> bool {
    let office = number(v, 7..10);
    number(v, 0..7) > 0 && matches!(office, 1..=100 | 120 | 121 | 888 | 999) && luhn(v)
}

fn lithuania(v: &[u8]) -> bool {
    let weights = |from: u32| (0..11).map(move |i| 1 + (i + from) % 9);
    let sum = |from: u32| {
        let Some((_, digits)) = v.split_last() else { return 0 };
        digits.iter().zip(weights(from)).map(|(&d, weight)| u32::from(d) * weight).sum::<u32>() % 11
    };
    let check = match sum(0) {
        10 => sum(2) % 10,
        check => check,
    };
    matches!(v, [.., 1, _]) && matches!(v.len(), 9 | 12) && ends_with(v, check)
}

fn luxembourg(v: &[u8]) -> bool {
    number(v, 0..6) % 89 == number(v, 6..8)
}

fn latvia(v: &[u8]) -> bool {
    if v.first().is_some_and(|&first| first > 3) {
        return weighted(v, &[9, 1, 4, 8, 3, 10, 2, 5, 7, 6, 1]) % 11 == 3;
    }
    let check = (1 + weighted(v, &[10, 5, 8, 4, 2, 1, 6, 3, 7, 9])) % 11 % 10;
    is_day(number(v, 2..4), number(v, 0..2)) && ends_with(v, check)
}

fn malta(v: &[u8]) -> bool {
    v.first() != Some(&0) && weighted(v, &[3, 4, 6, 7, 8, 9, 10, 1]).is_multiple_of(37)
}

fn netherlands(v: &[u8]) -> bool {
    const B: u8 = 11;
    let Some((digits, [B, suffix @ ..])) = v.split_at_checked(9) else { return false };
    let is_number =
        digits.iter().chain(suffix).all(|&d| d < 10) && number(digits, 0..9) > 0 && number(suffix, 0..2) > 0;
    let eleven = weighted(digits, &[9, 8, 7, 6, 5, 4, 3, 2]) % 11;
    // Since 2020: ISO 7064 mod 97-10 of "NL" and the rest, letters as two digits.
    let rest = remainder(&[2, 3, 2, 1], 97);
    let rest = digits.iter().fold(rest, |rest, &d| (rest * 10 + u32::from(d)) % 97);
    let rest = suffix.iter().fold((rest * 100 + u32::from(B)) % 97, |rest, &d| (rest * 10 + u32::from(d)) % 97);
    is_number && (ends_with(digits, eleven) || rest == 1)
}

fn poland(v: &[u8]) -> bool {
    ends_with(v, weighted(v, &[6, 5, 7, 2, 3, 4, 5, 6, 7]) % 11)
}

fn romania(v: &[u8]) -> bool {
    const WEIGHTS: [u32; 9] = [7, 5, 3, 2, 1, 7, 5, 3, 2];
    let Some(weights) = 10_usize.checked_sub(v.len()).and_then(|skipped| WEIGHTS.get(skipped..)) else { return false };
    v.first() != Some(&0) && ends_with(v, 10 * weighted(v, weights) % 11 % 10)
}

fn sweden(v: &[u8]) -> bool {
    v.ends_with(&[0, 1]) && v.get(..10).is_some_and(luhn)
}

fn slovenia(v: &[u8]) -> bool {
    let check = match 11 - weighted(v, &[8, 7, 6, 5, 4, 3, 2]) % 11 {
        10 => 0,
        check => check,
    };
    v.first() != Some(&0) && ends_with(v, check)
}

fn slovakia(v: &[u8]) -> bool {
    let kind = matches!(v.get(2), Some(2..=4 | 7..=9)) && v.first() != Some(&0);
    birth_number(v) || kind && remainder(v, 11) == 0
}
