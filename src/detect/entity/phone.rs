//! Telephone numbers.
//!
//! Only the shape is judged, not whether an area code is assigned: numbers in examples and forms are often not, and a
//! number plan changes under a library that does not. What carries the decision is a `+`, brackets, a trunk zero or the
//! North American grouping; all else needs a word such as "phone" nearby.

use super::EntityType::Phone;
use super::checksum::luhn;
use super::form::{context_if, is_digit, is_word, plain};
use super::recognizer::{Candidate, Recognizer, Verdict};

const PHONE_WORDS: &[&str] = &[
    "phone",
    "phones",
    "telephone",
    "telephones",
    "tel",
    "tel.",
    "ph",
    "cell",
    "cellphone",
    "mobile",
    "mob",
    "fax",
    "call",
    "calling",
    "dial",
    "sms",
    "text me",
    "whatsapp",
    "hotline",
    "landline",
    "helpline",
    "toll-free",
    "toll free",
    "desk",
    "office",
    "reach me",
    "reached at",
    "reach",
    "ring",
    "contact",
    "contacted",
    "answering",
    "messages to",
    "telefon",
    "handy",
    "mobil",
    "tlf",
    "phone number",
    "phonenumber",
    "voicemail",
    "caller",
    "pager",
    "my number",
    "whats app",
    "telefono",
    "telefone",
];

/// Nearer and fewer words for digits without any grouping: account and order numbers look the same.
const BARE_WORDS: &[&str] = &[
    "phone",
    "phones",
    "telephone",
    "tel",
    "ph",
    "cell",
    "cellphone",
    "mobile",
    "mob",
    "fax",
    "call",
    "dial",
    "sms",
    "text me",
    "whatsapp",
    "hotline",
    "landline",
    "helpline",
    "desk",
    "reach me",
    "reached at",
    "ring",
    "telefon",
    "handy",
    "answering",
    "messages to",
    "phone number",
    "phonenumber",
    "my number",
    "office",
    "contact",
];

/// A separator: up to three characters, so that ") " and " (0)" hold together.
macro_rules! sep {
    () => {
        r"[ ()./-]?[ ()./-]?[ ()./-]?"
    };
}

/// An extension.
macro_rules! ext {
    () => {
        r"(?:[ ,;]?[ ]?(?i:x|ext\.?|extension|#)[ .:]?[ ]?\d{1,6})?"
    };
}

pub(super) static RECOGNIZERS: &[Recognizer] = &[
    plain(Phone, concat!(r"\(?\+[( ]?\d(?:", sep!(), r"\d)+", ext!()), 48, international),
    plain(
        Phone,
        concat!(r"\b\d+(?:[ ()./-][ ()./-]?[ ()./-]?\d+)+", ext!(), r"|\([ ]?\d+[ ]?\)(?:", sep!(), r"\d)+", ext!()),
        48,
        grouped,
    )
    .near(PHONE_WORDS),
    plain(Phone, concat!(r"\b\d+", ext!()), 24, bare).near(BARE_WORDS).reach(32, 9),
];

/// The number without its extension.
fn without_extension(text: &str) -> &str {
    let end = text.find(|c: char| c.is_ascii_alphabetic() || matches!(c, '#' | ',' | ';')).unwrap_or(text.len());
    text[..end].trim_end()
}

fn brackets_match(text: &str) -> bool {
    let mut open = 0i32;
    for c in text.chars() {
        match c {
            '(' => open += 1,
            ')' => open -= 1,
            _ => {}
        }
        if !(0..=1).contains(&open) {
            return false;
        }
    }
    open == 0
}

/// Country calling codes (ITU-T E.164, list of assigned codes): of one, two or three digits, by the first two.
fn country_code(digits: &[u8]) -> Option<usize> {
    match digits {
        [1 | 7, ..] => Some(1),
        [2, 0 | 7, ..] | [3, 0..=4 | 6 | 9, ..] | [4, 0 | 1 | 3..=9, ..] | [5, 1..=8, ..] | [6, 0..=6, ..] => Some(2),
        [8, 1 | 2 | 4 | 6, ..] | [9, 0..=5 | 8, ..] => Some(2),
        [2, ..]
        | [3, 5 | 7 | 8, ..]
        | [4, 2, ..]
        | [5, 0 | 9, ..]
        | [6, 7..=9, ..]
        | [8, 0 | 3 | 5 | 7..=8, ..]
        | [9, 6 | 7 | 9, ..] => Some(3),
        _ => None,
    }
}

/// What may stand next to a number that is complete.
fn complete(c: &Candidate<'_>) -> bool {
    !is_word(c.before) && !is_word(c.after) && !matches!(c.after, Some('%' | '@' | '=' | '*'))
}

fn digits_of(text: &str) -> Vec<u8> {
    super::checksum::digits(text)
}

fn international(c: &Candidate<'_>) -> Verdict {
    let number = without_extension(c.text);
    let digits = digits_of(number);
    if !complete(c) || !brackets_match(number) || matches!(c.before, Some('+' | '/' | ')' | '%')) {
        return Verdict::Reject;
    }
    let Some(code) = country_code(&digits) else {
        return Verdict::Reject;
    };
    let Some(national) = digits.len().checked_sub(code) else {
        return Verdict::Reject;
    };
    let separated = number.bytes().skip(1).any(|b| !b.is_ascii_digit());
    // E.164: fifteen digits at most. A written trunk zero, "(0)", is dialled from inside only and adds one.
    let longest = if number.contains("(0)") { 16 } else { 15 };
    let fits = match digits.first() {
        Some(1) => (7..=10).contains(&national),
        _ => national >= if separated { 5 } else { 6 } && digits.len() <= longest && digits.len() >= 8,
    };
    let repeated = digits[code..].windows(2).all(|w| w[0] == 0 && w[1] == 0);
    if fits && !repeated { Verdict::Accept } else { Verdict::Reject }
}

/// How many digits there are, and how many of them stand alone.
fn counted(number: &str) -> (usize, usize) {
    let (mut digits, mut lone, mut run) = (0, 0, 0);
    for byte in number.bytes().chain([b' ']) {
        if byte.is_ascii_digit() {
            run += 1;
        } else {
            digits += run;
            lone += usize::from(run == 1);
            run = 0;
        }
    }
    (digits, lone)
}

fn grouped(c: &Candidate<'_>) -> Verdict {
    let number = without_extension(c.text);
    let (count, lone) = counted(number);
    // Most of what comes here is told by this already.
    if !(7..=15).contains(&count) || lone > 2 {
        return Verdict::Reject;
    }
    let extended = number.len() < c.text.len();
    let digits = digits_of(number);
    let groups: Vec<&str> = number.split(|c: char| !c.is_ascii_digit()).filter(|g| !g.is_empty()).collect();
    let lens: Vec<usize> = groups.iter().map(|g| g.len()).collect();
    let n = digits.len();
    // A sign or a currency in front makes it a part of something else.
    let inside = match c.before {
        Some('-' | '#') => !number.starts_with('('),
        Some(',') => lens.first().is_some_and(|&first| first < 3),
        Some(b) => matches!(b, '.' | '/' | '+' | '$' | '*' | '\u{20ac}' | '\u{a3}'),
        None => false,
    };
    if !complete(c) || inside || !brackets_match(number) || c.after == Some('-') && lens.last() == Some(&1) {
        return Verdict::Reject;
    }
    // The head of a longer dotted number, such as an address of the internet.
    if c.after == Some('.') && number.bytes().all(|b| b.is_ascii_digit() || b == b'.') && lens.iter().all(|&l| l <= 3) {
        return Verdict::Reject;
    }
    if other_kind(number, &groups, &lens, &digits) {
        return Verdict::Reject;
    }
    let brackets = number.contains('(');
    if north_american(&digits, &lens, brackets, !number.contains(' ')) {
        return Verdict::Accept;
    }
    let slash = number.contains('/');
    let year = |g: &str| g.len() == 4 && (g.starts_with("19") || g.starts_with("20"));
    if extended && n >= 7 {
        return Verdict::Accept;
    }
    // "(37) 788-063", "(06) 12234567": an area code in brackets.
    if brackets && number.starts_with('(') && lens[0] >= 2 && lens[0] <= 5 && n >= 8 && !year(groups[0]) {
        return Verdict::Accept;
    }
    // 00 and a country code.
    if digits.starts_with(&[0, 0]) {
        let known = country_code(&digits[2..]).is_some();
        return if known && n >= 11 && !slash && lens[0] >= 2 { Verdict::Accept } else { context_if(n >= 8) };
    }
    // A trunk zero and an area code of two to five digits.
    if digits[0] == 0
        && (9..=11).contains(&n)
        && (2..=5).contains(&lens[0])
        && lens.iter().all(|&l| l >= 2)
        && !slash
        && lens.len() <= 5
    {
        return Verdict::Accept;
    }
    let single = lens.iter().filter(|&&l| l == 1).count();
    context_if(single <= 1 || brackets)
}

/// Ten digits grouped 3-3-4, maybe after a 1 or 001 (NANP: area code and exchange begin with 2 to 9; the exchange is not
/// checked in brackets, made-up numbers break it).
fn north_american(digits: &[u8], lens: &[usize], brackets: bool, signs: bool) -> bool {
    let (digits, lens) = match (digits, lens) {
        ([1, rest @ ..], [1, lens @ ..]) | ([0, 0, 1, rest @ ..], [3, lens @ ..]) => (rest, lens),
        _ => (digits, lens),
    };
    let shape = matches!(lens, [3, 3, 4]) || (brackets && matches!(lens, [3, 7]));
    // (123) 456-7890 is everybody's example, so only groups told apart by spaces must begin as assigned ones do.
    shape && digits.len() == 10 && (brackets || (digits[3] >= 1 && (digits[0] >= 2 || (signs && digits[0] == 1))))
}

/// Shapes that belong to dates, social security numbers, addresses, cards, ranges and decimals.
fn other_kind(number: &str, groups: &[&str], lens: &[usize], digits: &[u8]) -> bool {
    let value = |i: usize| groups[i].parse::<u32>().unwrap_or(u32::MAX);
    let year = |i: usize| lens[i] == 4 && (1800..=2100).contains(&value(i));
    let date = match lens {
        [4, 1..=2, 1..=2, ..] => year(0) && value(1) <= 12 && value(2) <= 31,
        [1..=2, 1..=2, 4, ..] => year(2) && value(0) <= 31 && value(1) <= 31,
        [4, 4] => year(0) && year(1),
        _ => false,
    };
    let ssn = lens == [3, 2, 4] && !number.contains('(');
    let zip = lens == [5, 4] && digits[0] != 0;
    let ip = lens.len() == 4 && number.matches('.').count() == 3 && lens.iter().all(|&l| l <= 3);
    let decimal = lens.len() == 2 && number.contains('.') && !number.contains(['(', ' ', '-']);
    let card = digits.len() >= 13 && (lens[0] == 4 || lens.len() == 1) && luhn(digits);
    let same = digits.windows(2).all(|w| w[0] == w[1]);
    date || ssn || zip || ip || decimal || card || same
}

fn bare(c: &Candidate<'_>) -> Verdict {
    let number = without_extension(c.text);
    let n = number.len();
    let alone = !matches!(c.before, Some('-' | '.' | '/' | '+' | '$' | '*' | ',' | '#' | '_' | '\u{20ac}' | '\u{a3}'))
        && !matches!(c.after, Some('-' | '/' | ':'));
    let digits = digits_of(number);
    let same = digits.windows(2).all(|w| w[0] == w[1]);
    if !complete(c)
        || !alone
        || is_digit(c.after)
        || !(7..=if number.starts_with("00") { 15 } else { 14 }).contains(&n)
        || same
        || (n >= 13 && luhn(&digits))
    {
        return Verdict::Reject;
    }
    let extended = number.len() < c.text.len();
    // Ten digits and an extension are not met elsewhere.
    if extended && n == 10 && digits[0] >= 2 { Verdict::Accept } else { Verdict::NeedsContext }
}
