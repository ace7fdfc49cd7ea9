//! Numbers of Canada and the United Kingdom.

use super::builders::{NUMBER, context_if, exact};
use super::checksum::{bc_phn, digits, luhn, nhs, utr};
use super::description::{Certainty, Comparison, Description};
use super::edges::{demote, is_in_array};
use super::phone_words::ends_with_phone_word;
use super::recognizer::{Objection, RecognizerInput, Surroundings};
use crate::detect::pattern::{Count, Form, Verdict};

const SIN_WORDS: &[&str] = &[
    "sin",
    "social insurance",
    "insurance number",
    "canada",
    "canadian",
    "cra",
    "sin#",
    "nas",
    "numéro d'assurance sociale",
    "assurance sociale",
];
const HEALTH_WORDS: &[&str] = &[
    "health",
    "ohip",
    "phn",
    "hcn",
    "ramq",
    "ahcip",
    "msp",
    "medicare",
    "health card",
    "health number",
    "healthcare",
    "health insurance",
    "mcp",
    "phin",
    "assurance maladie",
    "carte santé",
    "carte soleil",
];
const NHS_WORDS: &[&str] =
    &["nhs", "national health", "health service", "patient", "gp", "hospital", "surgery", "nhs#"];
const NINO_WORDS: &[&str] =
    &["nino", "national insurance", "ni number", "ni no", "insurance number", "hmrc", "ni", "nin"];
const UTR_WORDS: &[&str] = &[
    "utr",
    "unique taxpayer",
    "taxpayer reference",
    "self assessment",
    "self-assessment",
    "hmrc",
    "tax reference",
    "tax",
];

pub(super) static CA_SOCIAL_INSURANCE_NUMBER: Description = Description {
    comparison: Comparison::LettersAndDigits,
    certainty: Certainty::Checksum,
    is_put_together: true,
    recognizers: &[&[exact(NUMBER, 11, sin)
        .with_count(Count::digits(9, 9))
        .with_forms(const { &[Form::grouped(&[9]).in_context(), Form::grouped(&[3, 3, 3])] })
        .with_context(SIN_WORDS)
        .with_veto(in_row)]],
    ..Description::DEFAULT
};

/// Ten digits and a version.
const ONTARIO: &[Form] = &[
    Form::of("dddddddddd").in_context(),
    Form::of("ddddddddddA").in_context(),
    Form::of("ddddddddddAA").in_context(),
    Form::of("dddddddddd A").in_context(),
    Form::of("dddddddddd AA").in_context(),
    Form::of("dddd ddd ddd").in_context(),
    Form::of("dddd ddd dddA"),
    Form::of("dddd ddd dddAA"),
    Form::of("dddd ddd ddd A"),
    Form::of("dddd ddd ddd AA"),
];

const OTHER_PROVINCES: &[Form] = &[
    Form::grouped(&[9]),
    Form::grouped(&[10]),
    Form::grouped(&[4, 3, 3]),
    Form::grouped(&[5, 4]),
    Form::grouped(&[3, 3, 3]),
    Form::grouped(&[5, 3, 1]),
    Form::grouped(&[4, 3, 2]),
    Form::grouped(&[4, 5]),
];

/// Ten digits and maybe a K.
const REFERENCE: &[Form] =
    &[Form::of("dddddddddd"), Form::of("ddddddddddA"), Form::of("ddddd ddddd"), Form::of("ddddd dddddA")];

pub(super) static CA_HEALTH_NUMBER: Description = Description {
    comparison: Comparison::LettersAndDigits,
    is_put_together: true,
    recognizers: &[&[
        // Ontario: ten digits and a version of one or two letters; British Columbia: ten digits from 9.
        exact(r"\b\d+(?:[ \n.-]\d+)*(?:[ \n-]?[A-Z][A-Z]?)?\b", 15, ontario_or_bc)
            .with_count(Count::digits(10, 10))
            .with_forms(ONTARIO)
            .with_context(HEALTH_WORDS),
        // Quebec: three letters of the surname, one of the given name, date of birth (month + 50 for women), two digits.
        exact(r"\b[A-Z]{4}[ \n-]?\d{4}[ \n-]?\d{4}\b", 14, quebec).with_context(HEALTH_WORDS),
        // Alberta, Manitoba, Saskatchewan, Nova Scotia, New Brunswick: nine or ten digits without a published check.
        exact(NUMBER, 12, other_province)
            .with_count(Count::digits(9, 10))
            .with_forms(OTHER_PROVINCES)
            .never_sure()
            .with_context(&[
                "health card",
                "health number",
                "phn",
                "ahcip",
                "health insurance number",
                "personal health number",
                "phin",
                "hcn",
            ]),
    ]],
    ..Description::DEFAULT
};

pub(super) static UK_NATIONAL_HEALTH_SERVICE_NUMBER: Description = Description {
    comparison: Comparison::LettersAndDigits,
    certainty: Certainty::Checksum,
    is_put_together: true,
    aliases: &["UK_NHS"],
    recognizers: &[&[exact(NUMBER, 12, nhs_number)
        .with_count(Count::digits(10, 10))
        .with_forms(const { &[Form::grouped(&[10]), Form::grouped(&[3, 3, 4])] })
        .never_sure()
        .with_context(NHS_WORDS)]],
    ..Description::DEFAULT
};

pub(super) static UK_NATIONAL_INSURANCE_NUMBER: Description = Description {
    comparison: Comparison::LettersAndDigits,
    certainty: Certainty::Form,
    is_put_together: true,
    recognizers: &[&[exact(r"\b[A-Za-z]{2}[ \n-]?\d(?:[ \n-]?\d)*[ \n-]?[A-Da-d]\b", 13, nino)
        .with_count(Count::digits(6, 6))
        .with_context(NINO_WORDS)]],
    ..Description::DEFAULT
};

pub(super) static UK_UNIQUE_TAXPAYER_REFERENCE_NUMBER: Description = Description {
    comparison: Comparison::LettersAndDigits,
    certainty: Certainty::Checksum,
    is_put_together: true,
    recognizers: &[&[exact(r"\b\d+(?:[ \n]\d+)?[Kk]?\b", 12, taxpayer_reference)
        .with_count(Count::digits(10, 10))
        .with_forms(REFERENCE)
        .never_sure()
        .with_context(UTR_WORDS)]],
    ..Description::DEFAULT
};

/// Checks Luhn's mod-10. The first digit is the province of registration, 0 and 8 are not assigned to persons (Service Canada; 9 is for
/// temporary residents).
fn sin(c: &RecognizerInput<'_>) -> Verdict {
    let shape = c.grouped_as(&[&[9], &[3, 3, 3]], b"- ");
    if !shape || c.text.starts_with(['0', '8']) || !c.is_apart() || !luhn(&digits(c.text)) {
        return Verdict::Reject;
    }
    // Three groups of three with a sum that fits are hardly anything else; bare digits need the word.
    if c.text.len() == 11 { Verdict::Accept } else { Verdict::NeedsContext }
}

/// Rejects three numbers of a row, and to a telephone number.
fn in_row(s: &Surroundings<'_>) -> Objection {
    if is_in_array(s) || ends_with_phone_word(s.before) { demote(s) } else { Objection::None }
}

fn ontario_or_bc(c: &RecognizerInput<'_>) -> Verdict {
    let number =
        c.text.trim_end_matches(|c: char| c.is_ascii_uppercase()).trim_end_matches([' ', '\n', '-'].as_slice());
    let bare = RecognizerInput { text: number, ..*c };
    if !c.wraps_once() || !bare.grouped_as(&[&[10], &[4, 3, 3]], b"- ") {
        return Verdict::Reject;
    }
    let digits = digits(c.text);
    let version = c.text.bytes().any(|b| b.is_ascii_alphabetic());
    // Ontario: Luhn, never 0 in front (Ministry of Health, "Health number validation").
    let ontario = digits.first() != Some(&0) && luhn(&digits);
    if !c.is_apart() || !(ontario || (!version && bc_phn(&digits))) {
        return Verdict::Reject;
    }
    // The printed Ontario form with its version code is unlike anything else.
    if ontario && version && c.text.len() > 12 && c.text.as_bytes().get(4) == Some(&b'-') {
        Verdict::Accept
    } else {
        Verdict::NeedsContext
    }
}

fn quebec(c: &RecognizerInput<'_>) -> Verdict {
    let digits = digits(c.text);
    let [_, _, m, mm, d, dd, ..] = digits.as_slice() else { return Verdict::Reject };
    let (month, day) = (m * 10 + mm, d * 10 + dd);
    let good = c.is_apart() && c.wraps_once() && matches!(month, 1..=12 | 51..=62) && matches!(day, 1..=31);
    match good {
        true if c.text.len() == 14 => Verdict::Accept,
        good => context_if(good),
    }
}

fn other_province(c: &RecognizerInput<'_>) -> Verdict {
    // "12345-6789" is a postal code.
    let shape = c.grouped_as(&[&[9], &[10], &[4, 3, 3], &[5, 4], &[3, 3, 3], &[5, 3, 1], &[4, 3, 2], &[4, 5]], b"- ");
    context_if(c.is_apart() && shape)
}

fn nhs_number(c: &RecognizerInput<'_>) -> Verdict {
    let digits = digits(c.text);
    let repeated = digits.windows(2).all(|w| matches!(w, [a, b] if a == b));
    context_if(c.grouped_as(&[&[10], &[3, 3, 4]], b"- ") && c.is_apart() && !repeated && nhs(&digits))
}

/// Checks the prefix letters as HMRC's National Insurance Manual (NIM39110) lists them: D, F, I, Q, U, V not first; those and O not
/// second; BG, GB, KN, NK, NT, TN, ZZ not used. Suffix A to D.
fn nino(c: &RecognizerInput<'_>) -> Verdict {
    // Two letters, six digits in pairs or all together, one letter.
    let compact = c.text.bytes().filter(u8::is_ascii_alphanumeric).count();
    let groups = c.groups_by(&[' ', '\n', '-']);
    let paired = matches!(
        groups.as_slice(),
        [9] | [2, 6, 1] | [2, 7] | [8, 1] | [2, 2, 2, 2, 1] | [4, 2, 2, 1] | [4, 2, 3] | [2, 2, 2, 3]
    );
    if compact != 9 || !paired || !c.wraps_once() {
        return Verdict::Reject;
    }
    let prefix = c.text.get(..2).unwrap_or_default().to_ascii_uppercase();
    let [first, second] = prefix.as_bytes() else { return Verdict::Reject };
    let used = !b"DFIQUV".contains(first) && !b"DFIQUVO".contains(second);
    let allocated = !["BG", "GB", "KN", "NK", "NT", "TN", "ZZ"].contains(&prefix.as_str());
    if !c.is_apart() || !used || !allocated {
        return Verdict::Reject;
    }
    // Lower case is met in hexadecimal numbers ("ce123456a"), and a line end alone between two values.
    let columns = groups.len() < 3 && c.text.contains('\n');
    if columns || c.text.bytes().any(|b| b.is_ascii_lowercase()) { Verdict::NeedsContext } else { Verdict::Accept }
}

fn taxpayer_reference(c: &RecognizerInput<'_>) -> Verdict {
    let number = RecognizerInput { text: c.text.trim_end_matches(['K', 'k']), ..*c };
    if !number.grouped_as(&[&[10], &[5, 5]], b" ") {
        return Verdict::Reject;
    }
    let digits = digits(c.text);
    context_if(c.is_apart() && utr(&digits))
}
