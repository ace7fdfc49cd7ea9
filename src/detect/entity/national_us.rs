//! Numbers of the United States: social security, taxpayer, passport, bank account and routing.

use super::builders::{
    NUMBER, accept_if, context_if, exact, is_word, keyword_link, last_digits, marks, opening, reject_end,
};
use super::checksum::{aba, digit_count, digits};
use super::description::{Certainty, Comparison, Description};
use super::recognizer::{Objection, RecognizerInput, Surroundings};
use crate::detect::pattern::{Count, Form, Verdict};

const SSN_WORDS: &[&str] = &[
    "ssn",
    "ssns",
    "ss#",
    "social security",
    "social",
    "socialsecurity",
    "soc sec",
    "ssid",
    "taxpayer",
    "tin",
    "social security number",
    "seguro social",
    "número de seguro social",
    "sozialversicherungsnummer",
    "numéro de sécurité sociale",
    "社会安全号码",
    "社会保障番号",
    "사회보장번호",
];
const ITIN_WORDS: &[&str] = &[
    "itin",
    "individual taxpayer",
    "taxpayer",
    "tax id",
    "tax identification",
    "tin",
    "irs",
    "tax",
    "steuernummer",
    "numéro fiscal",
    "número fiscal",
    "codice fiscale",
];
const PASSPORT_WORDS: &[&str] = &[
    "passport",
    "passports",
    "travel document",
    "passport number",
    "passport#",
    "reisepass",
    "passnummer",
    "reisepassnummer",
    "passeport",
    "numéro de passeport",
    "pasaporte",
    "número de pasaporte",
    "passaporto",
    "passaporte",
    "паспорт",
    "паспорта",
    "护照",
    "护照号",
    "护照号码",
    "パスポート",
    "旅券番号",
    "여권",
    "여권번호",
];
const ROUTING_WORDS: &[&str] = &[
    "routing",
    "aba",
    "rtn",
    "transit",
    "routing number",
    "ach",
    "wire",
    "fedwire",
    "bank",
    "routing#",
    "bankleitzahl",
    "código de ruta",
    "número de ruta",
];
const ACCOUNT_WORDS: &[&str] = &[
    "account",
    "acct",
    "account number",
    "bank",
    "checking",
    "savings",
    "a/c",
    "acc",
    "debit",
    "deposit",
    "account#",
    "acct#",
    "wire",
    "routing",
    "konto",
    "kontonummer",
    "compte",
    "numéro de compte",
    "cuenta",
    "número de cuenta",
    "conto",
    "numero di conto",
    "conta",
    "número da conta",
    "счет",
    "номер счета",
    "账号",
    "账户",
    "银行账号",
    "口座番号",
    "계좌번호",
];

/// The forms of social security numbers and ITINs.
const NINE_DIGITS: &[Form] = &[Form::grouped(&[9]).in_context(), Form::grouped(&[3, 2, 4])];

pub(super) static US_SOCIAL_SECURITY_NUMBER: Description = Description {
    comparison: Comparison::LettersAndDigits,
    certainty: Certainty::Form,
    is_put_together: true,
    aliases: &["SSN", "US_SSN"],
    recognizers: &[&[exact(NUMBER, 11, ssn)
        .with_count(Count::digits(9, 9))
        .with_forms(NINE_DIGITS)
        .with_context(SSN_WORDS)
        .with_veto(continues)]],
    ..Description::DEFAULT
};

pub(super) static US_INDIVIDUAL_TAX_IDENTIFICATION_NUMBER: Description = Description {
    comparison: Comparison::LettersAndDigits,
    certainty: Certainty::Form,
    is_put_together: true,
    recognizers: &[&[exact(NUMBER, 11, itin)
        .with_count(Count::digits(9, 9))
        .with_forms(NINE_DIGITS)
        .with_context(ITIN_WORDS)]],
    ..Description::DEFAULT
};

pub(super) static US_PASSPORT_NUMBER: Description = Description {
    comparison: Comparison::LettersAndDigits,
    is_put_together: true,
    recognizers: &[&[
        // Book numbers: nine digits, or a letter and eight (Department of State, next-generation passport).
        exact(r"\b[A-Za-z]?\d[A-Z]?\d+\b", 9, passport)
            .with_count(Count::letters_and_digits(9, 9))
            .with_forms(const { &[Form::grouped(&[9])] })
            .never_sure()
            .with_context(PASSPORT_WORDS),
        // The machine-readable zone of a passport (ICAO 9303 part 4): two lines, or the first where the second is missing.
        exact(r"\bP[A-Z<][A-Z<]{3}[A-Z<]+(?:[ \n][A-Z0-9<]+)?", 89, machine_readable).ending_a_word(),
        // Its second line alone.
        exact(r"\b[A-Z0-9][A-Z0-9<]*<[A-Z0-9<]*\d", 44, second_line).with_prefilter(*b"<<"),
    ]],
    ..Description::DEFAULT
};

pub(super) static US_BANK_ROUTING_NUMBER: Description = Description {
    comparison: Comparison::LettersAndDigits,
    certainty: Certainty::Checksum,
    is_put_together: true,
    recognizers: &[&[exact(NUMBER, 11, routing)
        .with_count(Count::digits(9, 9))
        .with_forms(const { &[Form::grouped(&[9]), Form::grouped(&[4, 4, 1])] })
        .never_sure()
        .with_context(ROUTING_WORDS)]],
    ..Description::DEFAULT
};

pub(super) static US_BANK_ACCOUNT_NUMBER: Description = Description {
    comparison: Comparison::LettersAndDigits,
    is_put_together: true,
    recognizers: &[&[
        exact(NUMBER, 18, account).with_count(Count::digits(8, 17)).never_sure().with_context(ACCOUNT_WORDS),
        exact(
            concat!(
                r"\b(?i:(?:(?:bank|checking|savings|deposit)[ _-]?)?(?:account|acct\.?|a/c)[ _-]?(?:number|num|no\.?|#)?)",
                keyword_link!(),
                r"[Xx*]*\d{6,17}\b"
            ),
            64,
            named_account,
        )
        .with_value(last_digits),
    ]],
    ..Description::DEFAULT
};

/// Validates a social security number. Area 000, 666 and 900 to 999, group 00 and serial 0000 are never issued (SSA, "Social security
/// number randomization", POMS RM 10201.035). 078-05-1120 and 219-09-9999 were printed in advertisements and are void; masking them does no
/// harm.
fn ssn(c: &RecognizerInput<'_>) -> Verdict {
    if !c.grouped_as(&[&[9], &[3, 2, 4]], b"- .") {
        return Verdict::Reject;
    }
    let digits = digits(c.text);
    let number =
        |r: std::ops::Range<usize>| digits.get(r).unwrap_or_default().iter().fold(0u32, |n, &d| n * 10 + u32::from(d));
    let (area, group, serial) = (number(0..3), number(3..5), number(5..9));
    // "/536-90-4399/" is a part of the path of an address.
    let joined = c.is_after(&['-', '.', '+']) || c.is_after(&['/']) && !c.text.contains('-');
    if !c.is_alone() || joined {
        return Verdict::Reject;
    }
    if area == 0 || area == 666 || group == 0 || serial == 0 {
        return Verdict::Reject;
    }
    // Data made up for tests is often in the never-issued 9xx range; next to the word it is meant as one.
    match c.text.contains('-') {
        dashed if area >= 900 => context_if(dashed),
        true => Verdict::Accept,
        false => Verdict::NeedsContext,
    }
}

/// Rejects the start of a longer number. A hyphen before anything else parts a sentence or a name: `536-90-4399--keep it`, `536-90-4399-scan`.
fn continues(s: &Surroundings<'_>) -> Objection {
    let is_longer = s.after.strip_prefix('-').is_some_and(|after| after.starts_with(|c: char| c.is_ascii_digit()));
    if is_longer { Objection::End } else { Objection::None }
}

/// Returns `true` for the middle groups of the ITINs that the IRS issues: 50 to 65, 70 to 88, 90 to 92, 94 to 99 (IRM 3.21.263.8.2).
fn itin_group(group: u32) -> bool {
    matches!(group, 50..=65 | 70..=88 | 90..=92 | 94..=99)
}

fn itin(c: &RecognizerInput<'_>) -> Verdict {
    if !c.text.starts_with('9') || !c.grouped_as(&[&[9], &[3, 2, 4]], b"- ") {
        return Verdict::Reject;
    }
    let group = match digits(c.text).as_slice() {
        [_, _, _, tens, ones, ..] => u32::from(tens * 10 + ones),
        _ => 0,
    };
    if !c.is_apart() || !itin_group(group) {
        Verdict::Reject
    } else if c.text.contains('-') {
        Verdict::Accept
    } else {
        Verdict::NeedsContext
    }
}

fn passport(c: &RecognizerInput<'_>) -> Verdict {
    context_if(c.text.len() == 9 && c.is_apart())
}

/// Validates two lines of 44 characters. The second begins with the number of the book and its check digit.
fn machine_readable(c: &RecognizerInput<'_>) -> Verdict {
    let (first, second) =
        c.text.split_once([' ', '\n']).map_or((c.text, None), |(first, second)| (first, Some(second)));
    let ends = !c.after.is_some_and(|a| a.is_ascii_alphanumeric() || a == '<');
    if !ends || first.len() < 44 && second.is_none() {
        return reject_end(c);
    }
    if first.len() != 44 {
        return Verdict::RejectBefore(first.len().checked_sub(44).unwrap_or(first.len()));
    }
    // Surname and given names are two fields with two fillers between them.
    let named = first.contains("<<");
    let checked = second.is_none_or(|second| second.len() == 44 && mrz_number(second));
    accept_if(named && checked)
}

/// Validates number, nationality, date of birth, sex and date of expiry, with the check digits of number and dates.
fn second_line(c: &RecognizerInput<'_>) -> Verdict {
    if c.after.is_some_and(|a| a.is_ascii_alphanumeric() || a == '<') || c.text.len() != 44 {
        return reject_end(c);
    }
    let field = |range: std::ops::Range<usize>| c.text.get(range).unwrap_or_default();
    let nation = field(10..13).bytes().all(|b| b.is_ascii_uppercase() || b == b'<');
    let dates = [13..20, 21..28].into_iter().all(|range| is_checked(field(range)));
    let alone = !c.before.is_some_and(|b| b.is_ascii_alphanumeric() || b == '<');
    let good = alone && nation && dates && matches!(field(20..21), "M" | "F" | "X" | "<") && is_checked(field(0..10));
    // A later start is shorter.
    if good { Verdict::Accept } else { reject_end(c) }
}

/// Returns `true` if the second line of a zone begins with the number of a book and its check digit.
fn mrz_number(line: &str) -> bool {
    is_checked(line.get(..10).unwrap_or_default())
}

/// Returns `true` if the last character checks those before it: weights 7, 3, 1, letters from 10, fillers 0, mod 10 (ICAO 9303 part 3,
/// 4.9).
fn is_checked(field: &str) -> bool {
    let Some((last, line)) =
        field.len().checked_sub(1).and_then(|at| Some((field.as_bytes().get(at)?, field.get(..at)?)))
    else {
        return false;
    };
    let value = |b: u8| match b {
        b'0'..=b'9' => u32::from(b - b'0'),
        b'A'..=b'Z' => u32::from(b - b'A') + 10,
        _ => 0,
    };
    let sum: u32 = line.bytes().zip([7, 3, 1].into_iter().cycle()).map(|(b, weight)| value(b) * weight).sum();
    last.is_ascii_digit() && value(*last) == sum % 10
}

/// Returns the first two digits of routing numbers: 00 to 12, 21 to 32, 61 to 72, 80 (ABA routing number policy).
fn routing(c: &RecognizerInput<'_>) -> Verdict {
    if !c.grouped_as(&[&[9], &[4, 4, 1]], b"- ") {
        return Verdict::Reject;
    }
    let digits = digits(c.text);
    let [tens, ones, ..] = digits.as_slice() else { return Verdict::Reject };
    let issued = matches!(tens * 10 + ones, 0..=12 | 21..=32 | 61..=72 | 80);
    let zero = digits.iter().all(|&d| d == 0);
    context_if(c.is_apart() && issued && !zero && aba(&digits))
}

fn account(c: &RecognizerInput<'_>) -> Verdict {
    let n = digit_count(c.text);
    // Groups are a sign of another kind of number (card, phone, date) unless they are few and long.
    let groups = c.groups_by(&[' ', '\n', '-']);
    let few = groups.iter().all(|&g| g >= 4) && !c.text.contains('.') && groups.len() <= 2;
    let few = few && (n > 8 || c.text.len() == n);
    let first = c.text.bytes().next();
    let repeated = c.text.bytes().all(|b| Some(b) == first);
    // A line end between two accounts does not make them one.
    let two = c.text.contains('\n') && groups.iter().any(|&g| g >= 8);
    context_if(
        c.is_apart()
            && c.before != Some('#')
            && few
            && !repeated
            && !two
            && !date(c.text)
            && !c.after.is_some_and(|a| matches!(a, '%' | '/' | ':')),
    )
}

/// Returns `true` for eight digits that are a date, year first.
fn date(text: &str) -> bool {
    let within = |range: std::ops::Range<usize>, last: u8| {
        text.get(range).and_then(|part| part.parse().ok()).is_some_and(|n: u8| (1..=last).contains(&n))
    };
    text.len() == 8
        && text.bytes().all(|b| b.is_ascii_digit())
        && (text.starts_with("19") || text.starts_with("20"))
        && within(4..6, 12)
        && within(6..8, 31)
}

fn named_account(c: &RecognizerInput<'_>) -> Verdict {
    if is_word(c.after) || matches!(c.after, Some('-' | '%' | '/')) {
        return reject_end(c);
    }
    Verdict::Accept
}
