//! Vehicles and their drivers: VIN, license plate, driver's license.

use smallvec::SmallVec;

use super::builders::{context_if, exact, marks, opening, part, reject_end, value_after_keyword};
use super::checksum;
use super::description::{Certainty, Comparison, Description};
use super::recognizer::RecognizerInput;
use crate::detect::pattern::{Count, Verdict};

const VIN_WORDS: &[&str] = &[
    "vin",
    "vehicle",
    "chassis",
    "car",
    "vehicle identification",
    "frame number",
    "fahrgestellnummer",
    "fin",
    "truck",
    "registration",
    "fahrgestell",
    "châssis",
    "numéro de série",
    "bastidor",
    "número de bastidor",
    "telaio",
    "chassi",
    "вин",
    "车架号",
    "车辆识别代号",
    "車台番号",
    "차대번호",
];
const PLATE_WORDS: &[&str] = &[
    "plate",
    "plates",
    "license plate",
    "licence plate",
    "number plate",
    "registration",
    "reg",
    "license-plate",
    "tag",
    "kennzeichen",
    "numberplate",
    "licenseplate",
    "vrm",
    "vehicle registration",
    "nummernschild",
    "plaque",
    "immatriculation",
    "plaque d'immatriculation",
    "matrícula",
    "placa",
    "targa",
    "номерной знак",
    "госномер",
    "车牌",
    "车牌号",
    "ナンバープレート",
    "번호판",
];
const DRIVER_WORDS: &[&str] = &[
    "driver id",
    "driver number",
    "driver's",
    "drivers",
    "driving",
    "dl",
    "licence",
    "license",
    "driver's license",
    "driving licence",
    "permit",
    "dmv",
    "dl#",
    "dvla",
    "driver license",
    "führerschein",
    "führerscheinnummer",
    "permis",
    "permis de conduire",
    "licencia de conducir",
    "permiso de conducir",
    "patente",
    "patente di guida",
    "carteira de motorista",
    "водительское удостоверение",
    "водительские права",
    "驾驶证",
    "驾照",
    "運転免許証",
    "免許証番号",
    "운전면허",
];

pub(super) static VEHICLE_IDENTIFICATION_NUMBER: Description = Description {
    comparison: Comparison::LettersAndDigits,
    certainty: Certainty::Form,
    recognizers: &[&[exact(r"\b[A-HJ-NPR-Za-hj-npr-z0-9]{17}\b", 17, vin).with_context(VIN_WORDS)]],
    ..Description::DEFAULT
};

pub(super) static LICENSE_PLATE: Description = Description {
    comparison: Comparison::LettersAndDigits,
    recognizers: &[&[exact(r"\b[A-Z0-9]+(?:[ \n-][A-Z0-9]+)?(?:[ \n-][A-Z0-9]+)?\b", 10, plate)
        .with_count(Count::letters_and_digits(5, 8))
        .never_sure()
        .with_context(PLATE_WORDS)]],
    ..Description::DEFAULT
};

pub(super) static DRIVER_ID: Description = Description {
    comparison: Comparison::LettersAndDigits,
    recognizers: &[&[
        exact(r"\b(?:DL-)?(?:[A-Z]{1,3}[ -]?)?\d+(?:-\d+)*(?:[A-Z][A-Z0-9]*)?\b", 20, driver).with_count(Count::digits(5, 14)).never_sure().with_context(DRIVER_WORDS).context_distance(36, 6),
        // The UK form: five letters of the surname (padded with 9), decade, month (+50 for women), day, year, initials, two
        // or three computed characters (DVLA).
        exact(r"\b[A-Z9]{5}\d[0156]\d[0-3]\d\d[A-Z9]{2}[A-Z0-9]{3}\b", 16, uk_driver).with_context(DRIVER_WORDS),
        exact(
            concat!(
                r"\b(?i:driv(?:er(?:'|\xe2\x80\x99)?s?|ing)[ \n_-]?licen[sc]e|licen[sc]e[ \n_](?:number|no\.?|#)|dl(?:[ _]?(?:number|no\.?|#))?)(?i:[ \n_]?(?:number|no\.?|id|#))?",
                marks!(),
                r"(?i:[ \n]?(?:is|[:=#]))",
                marks!(),
                opening!(),
                r"[A-Z0-9][A-Z0-9-]+\b"
            ),
            64,
            named_driver,
        )
        .with_value(last_word),
    ]],
    ..Description::DEFAULT
};

fn last_word(text: &str) -> std::ops::Range<usize> {
    value_after_keyword(text, |c| !c.is_ascii_alphanumeric() && c != '-')
}

fn vin(c: &RecognizerInput<'_>) -> Verdict {
    let bytes = c.text.as_bytes();
    let digits = bytes.iter().filter(|b| b.is_ascii_digit()).count();
    let upper = bytes.iter().filter(|b| b.is_ascii_uppercase()).count();
    // Seventeen digits alone are a time stamp or an id; lower and upper case mixed are a hash.
    let mixed = upper > 0 && bytes.iter().any(u8::is_ascii_lowercase);
    if !c.is_alone() || mixed || digits == 17 || digits < 3 || matches!(c.before, Some('-' | '/')) {
        return Verdict::Reject;
    }
    // European manufacturers need not compute the check digit (ISO 3779 leaves it open).
    if checksum::vin(c.text) && upper > 0 { Verdict::Accept } else { Verdict::NeedsContext }
}

fn plate(c: &RecognizerInput<'_>) -> Verdict {
    let letters = c.text.bytes().filter(u8::is_ascii_uppercase).count();
    let digits = c.text.bytes().filter(u8::is_ascii_digit).count();
    let alone = !c.is_after(&['-', '.', '$', '/', '+', ',', '@']) && c.after != Some('-');
    // A line end between two plates does not make them one.
    let two = c.text.split_once('\n').is_some_and(|(a, b)| is_plate(a) || is_plate(b)) || !c.wraps_once();
    // "01 INFO", "2024 MODEL": a number beside a word in capitals.
    let is_worded =
        c.text.split([' ', '\n', '-']).any(|group| group.len() >= 4 && group.bytes().all(|b| b.is_ascii_uppercase()));
    // Shorter ones exist but are words and sizes ("A4", "5G") nearly always.
    context_if(alone && !two && !is_worded && letters >= 1 && digits >= 1 && (5..=8).contains(&(letters + digits)))
}

/// Returns `true` if it could be a plate by itself.
fn is_plate(text: &str) -> bool {
    let count = text.bytes().filter(u8::is_ascii_alphanumeric).count();
    count >= 5 && text.bytes().any(|b| b.is_ascii_digit()) && text.bytes().any(|b| b.is_ascii_uppercase())
}

fn driver(c: &RecognizerInput<'_>) -> Verdict {
    if matches!(c.after, Some('-' | '/')) {
        return reject_end(c);
    }
    let digits = c.text.bytes().filter(u8::is_ascii_digit).count();
    let letters = c.text.bytes().filter(u8::is_ascii_alphabetic).count();
    let alone = !c.is_after(&['.', '$', '/', '+', '-']);
    // The states' formats (AAMVA) run from one letter and six digits to sixteen characters; bare digits from seven.
    let shape = if letters == 0 { (7..=14).contains(&digits) } else { (5..=14).contains(&digits) };
    context_if(alone && shape && !looks_like_date(c.text) && !looks_like_phone(c.text))
}

/// Returns `true` if it is digits in groups of these lengths.
fn digits_in(text: &str, shapes: &[&[usize]]) -> bool {
    let groups: SmallVec<[usize; 8]> = text.split('-').map(str::len).collect();
    text.bytes().all(|b| b.is_ascii_digit() || b == b'-') && shapes.contains(&groups.as_slice())
}

fn looks_like_date(text: &str) -> bool {
    digits_in(text, &[&[4, 2, 2], &[2, 2, 4], &[4, 4]])
}

fn looks_like_phone(text: &str) -> bool {
    digits_in(text, &[&[3, 4], &[3, 3, 4], &[1, 3, 3, 4]])
}

fn uk_driver(c: &RecognizerInput<'_>) -> Verdict {
    let letters = part(c.text, 0..5).trim_end_matches('9');
    if letters.is_empty() || letters.contains('9') {
        return Verdict::Reject;
    }
    Verdict::Accept
}

fn named_driver(c: &RecognizerInput<'_>) -> Verdict {
    let value = part(c.text, last_word(c.text));
    let digits = value.bytes().filter(u8::is_ascii_digit).count();
    if (5..=20).contains(&value.len())
        && digits >= 4
        && !looks_like_date(value)
        && !value.ends_with('-')
        && c.after != Some('-')
    {
        Verdict::Accept
    } else {
        Verdict::Reject
    }
}
