//! Payment card numbers.

use smallvec::SmallVec;

use super::builders::{after_digit, exact, is_digit, reject_end};
use super::checksum::{digits, luhn, luhn_value};
use super::description::{Certainty, Comparison, Description};
use super::edges::{continues_identifier, counts_up, demote, is_compactly_stamped, is_hexadecimal, is_named_id};
use super::phone_lookalikes::same;
use super::recognizer::{Objection, RecognizerInput, Surroundings};
use crate::detect::pattern::{Count, Form, Verdict};

const CARD_WORDS: &[&str] = &[
    "card",
    "cards",
    "credit",
    "debit",
    "visa",
    "mastercard",
    "maestro",
    "amex",
    "discover",
    "jcb",
    "diners",
    "unionpay",
    "cc",
    "pan",
    "ccn",
    "creditcard",
    "payment",
    "mir",
    "rupay",
    "tarjeta",
    "carte",
    "carte bancaire",
    "karte",
    "kreditkarte",
    "kartennummer",
    "carta",
    "cartao",
    "card number",
    "карта",
    "карты",
    "номер карты",
    "信用卡",
    "卡号",
    "银行卡",
    "カード番号",
    "クレジットカード",
    "카드번호",
    "카드 번호",
];

/// The groups of cards, other than a single one and lone digits, as [`card_groups`] reads them.
const CARD_GROUPS: [&[usize]; 21] = [
    &[4, 6, 5],
    &[4, 6, 4],
    &[4, 5, 6],
    &[6, 13],
    &[8, 8],
    &[6, 10],
    &[6, 6, 4],
    &[4, 4, 4],
    &[4, 4, 5],
    &[4, 4, 6],
    &[4, 4, 7],
    &[4, 4, 4, 1],
    &[4, 4, 4, 2],
    &[4, 4, 4, 3],
    &[4, 4, 4, 4],
    &[4, 4, 4, 5],
    &[4, 4, 4, 6],
    &[4, 4, 4, 7],
    &[4, 4, 4, 4, 1],
    &[4, 4, 4, 4, 2],
    &[4, 4, 4, 4, 3],
];

/// The fewest digits of a card, and how many more it can have.
const CARD_DIGITS: usize = 12;
const MORE_CARD_DIGITS: usize = 8;

#[expect(clippy::indexing_slicing, reason = "in a constant; below the lengths")]
const CARD_FORMS: [Form; CARD_GROUPS.len() + 2 * MORE_CARD_DIGITS] = {
    let mut forms = [Form::grouped(&[1]); CARD_GROUPS.len() + 2 * MORE_CARD_DIGITS];
    let lone: &[usize] = &[1; CARD_DIGITS + MORE_CARD_DIGITS];
    let mut at = 0;
    while at < CARD_GROUPS.len() {
        forms[at] = Form::grouped(CARD_GROUPS[at]);
        at += 1;
    }
    let mut more = 0;
    while more < MORE_CARD_DIGITS {
        forms[at] = Form::grouped(&[CARD_DIGITS + more]);
        forms[at + 1] = Form::grouped(lone.split_at(CARD_DIGITS + more).0);
        at += 2;
        more += 1;
    }
    forms
};

pub(super) static CREDIT_DEBIT_CARD_NUMBER: Description = Description {
    comparison: Comparison::LettersAndDigits,
    certainty: Certainty::Checksum,
    is_put_together: true,
    aliases: &["CARD_NUMBER", "CREDIT_CARD", "CREDIT_CARD_NUMBER"],
    recognizers: &[&[
        // No boundary at either end: a card glued to a word or a key is still a card. Neighbouring digits are the validator's.
        exact(r"\d+(?:[ \n./-]\d+)*", 37, card)
            .with_count(Count::digits(12, 19))
            .with_forms(&CARD_FORMS)
            .with_context(CARD_WORDS)
            .with_veto(encoded_or_id),
        // As some write it, with spaces around the hyphens.
        exact(r"\d+ - \d+ - \d+ - \d+", 25, spaced_card)
            .with_count(Count::digits(16, 16))
            .with_forms(const { &[Form::of("**** - **** - **** - ****")] })
            .with_context(CARD_WORDS),
        // In a form that is sent, where a plus sign and an escape are spaces.
        exact(r"\d+\+\d+\+\d+(?:\+\d+)?", 19, sent_card)
            .with_count(Count::digits(15, 16))
            .with_forms(const { &[Form::grouped(&[4, 4, 4, 4]), Form::grouped(&[4, 6, 5])] })
            .with_context(CARD_WORDS),
        exact(r"\d+%20\d+%20\d+%20\d+", 25, sent_card)
            .with_count(Count::digits(22, 22))
            .with_forms(const { &[Form::of("****%20****%20****%20****")] })
            .with_context(CARD_WORDS),
    ]],
    ..Description::DEFAULT
};

/// Returns how certain it is that a number of this prefix and length is issued by a card network.
///
/// ISO/IEC 7812-1 issuer identification numbers as the networks publish them: Visa 4; Mastercard 51 to 55 and 2221 to
/// 2720; American Express 34, 37; Discover 6011, 644 to 649, 65, 622126 to 622925; Diners 300 to 305, 3095, 36, 38, 39;
/// JCB 3528 to 3589 (older: 2131, 1800); UnionPay 62, 81; Mir 2200 to 2204; RuPay 508, 60, 82; Maestro 50, 56 to 58, 6 and
/// 0604; Troy 9792; UATP 1; InstaPayment 637 to 639.
fn issuer(digits: &[u8]) -> Verdict {
    issuer_of(prefixes(digits.iter().copied()), digits.len())
}

/// Returns how certain the issuer is, from the numbers that the first digits make and the number of digits.
fn issuer_of([p1, p2, p3, p4]: [u32; 4], len: usize) -> Verdict {
    let sure = match len {
        16 => {
            p1 == 4
                || (51..=55).contains(&p2)
                || (2221..=2720).contains(&p4)
                || (2200..=2204).contains(&p4)
                || (3528..=3589).contains(&p4)
                || p2 == 36
                || p2 == 38
                || p2 == 39
                || (300..=305).contains(&p3)
                || p2 == 50
                || (56..=58).contains(&p2)
                || p1 == 6
                || matches!(p2, 81 | 82)
                || p4 == 9792
        }
        15 => matches!(p2, 34 | 37) || matches!(p4, 2131 | 1800),
        14 => (300..=305).contains(&p3) || p4 == 3095 || matches!(p2, 36 | 38 | 39),
        13 => p1 == 4 || matches!(p4, 5018 | 5020 | 5038 | 5893 | 6304 | 6759 | 6761 | 6762 | 6763),
        12 => matches!(p4, 5018 | 5020 | 5038 | 5612 | 5893 | 6304 | 6390 | 6759 | 6761 | 6762 | 6763 | 604),
        19 => p1 == 4 || p1 == 6 || (3528..=3589).contains(&p4) || p2 == 50 || (56..=58).contains(&p2),
        17 | 18 => p1 == 6 || (3528..=3589).contains(&p4),
        _ => false,
    };
    let possible = len >= 12
        && (matches!(p1, 5 | 6)
            || p4 == 604
            || (len == 15 && p1 == 1)
            || (len == 19 && matches!(p1, 2 | 3))
            || (len == 16 && p2 == 35));
    match (sure, possible) {
        (true, _) => Verdict::Accept,
        (_, true) => Verdict::NeedsContext,
        _ => Verdict::Reject,
    }
}

/// Returns the numbers that the first one to four digits make, as far as they are there.
fn prefixes(mut digits: impl Iterator<Item = u8>) -> [u32; 4] {
    let mut prefix = 0;
    std::array::from_fn(|_| {
        prefix = digits.next().map_or(prefix, |digit| prefix * 10 + u32::from(digit));
        prefix
    })
}

/// Returns `true` if the groups between separators are ones cards are written in: all together, digit by digit, or in the
/// printed forms 4-4-4-4(-3), 4-6-5 and 4-6-4.
///
/// A line end may replace one separator, if there is another: two numbers below each other are no card. Slashes
/// separate all groups or none.
fn card_groups(c: &RecognizerInput<'_>) -> bool {
    let groups = c.groups_by([' ', '\n', '-', '.', '/'].as_slice());
    let signs = |sign: u8| c.text.bytes().filter(|&b| b == sign).count();
    let (lines, slashes) = (signs(b'\n'), signs(b'/'));
    if lines > 1 || lines == 1 && groups.len() < 3 || slashes > 0 && (slashes + 1 < groups.len() || slashes < 3) {
        return false;
    }
    match groups.as_slice() {
        [_] | [4, 6, 5] | [4, 6, 4] | [4, 5, 6] | [6, 13] | [8, 8] | [6, 10] | [6, 6, 4] => true,
        [4, 4, middle @ .., last] => middle.iter().all(|&n| n == 4) && *last <= 7,
        groups => groups.iter().all(|&n| n == 1),
    }
}

fn card(c: &RecognizerInput<'_>) -> Verdict {
    if is_digit(c.after) {
        return reject_end(c);
    }
    // A fraction such as 0.4111111111111111 is not a card.
    let begins = !is_digit(c.before) && !c.is_after(&['.']);
    if c.text.bytes().all(|b| b.is_ascii_digit()) && !(begins && is_issued_together(c.text)) {
        return Verdict::RejectBefore(c.text.len());
    }
    let digits = digits(c.text);
    let is_one = |verdict: &Verdict| *verdict != Verdict::Reject && card_groups(c) && !same(&digits) && !counts(c.text);
    let verdict = if begins && luhn(&digits) { Some(issuer(&digits)) } else { None };
    verdict.filter(is_one).unwrap_or_else(|| Verdict::RejectBefore(next_card(c.text, &digits)))
}

/// Returns `true` if a number without separators may be a card by its issuer. Its ends are many, and this takes less than its check digit.
fn is_issued_together(text: &str) -> bool {
    let digits = text.bytes().map(|b| b.wrapping_sub(b'0'));
    issuer_of(prefixes(digits), text.len()) != Verdict::Reject
}

fn spaced_card(c: &RecognizerInput<'_>) -> Verdict {
    let digits = digits(c.text);
    let alone = !is_digit(c.before) && !is_digit(c.after) && !c.is_after(&['.']);
    if alone && luhn(&digits) && !same(&digits) { issuer(&digits) } else { Verdict::Reject }
}

fn sent_card(c: &RecognizerInput<'_>) -> Verdict {
    spaced_card(&RecognizerInput { text: &c.text.replace("%20", " "), ..*c })
}

/// Returns the offset of the next digit with which a card may begin by its check digit and its issuer, or the length of the text. No start inside
/// the first run of digits is right.
fn next_card(text: &str, digits: &[u8]) -> usize {
    let run = text.bytes().take_while(u8::is_ascii_digit).count();
    // The check sums of all digits from each one on, the last first.
    let (mut sum, mut next) = (0, None);
    for (from, &digit) in digits.iter().enumerate().skip(run.max(1)).rev() {
        let is_doubled = (digits.len() - from).is_multiple_of(2);
        sum += luhn_value(digit, is_doubled);
        if sum.is_multiple_of(10) && digits.get(from..).is_some_and(|digits| issuer(digits) != Verdict::Reject) {
            next = Some(from);
        }
    }
    next.map_or(text.len(), |from| after_digit(text, from + 1).saturating_sub(1))
}

/// Returns `true` if the digits are part of a digest or of encoded data: an unbroken run of at least 32 hexadecimal digits of one case,
/// or of the characters of base64 in which digits and letters of both cases are mixed. A letter touches the candidate: between
/// slashes it is a segment of a path.
fn in_digest(before: &str, text: &str, after: &str) -> bool {
    let touched =
        before.ends_with(|c: char| c.is_ascii_alphabetic()) || after.starts_with(|c: char| c.is_ascii_alphabetic());
    if !touched || !text.bytes().all(|b| b.is_ascii_digit()) {
        return false;
    }
    let run = |is_part: fn(&u8) -> bool| {
        let head = before.bytes().rev().take_while(is_part);
        head.chain(after.bytes().take_while(is_part)).collect::<SmallVec<[u8; 96]>>()
    };
    let long = |run: &[u8]| run.len() + text.len() >= 32;
    let has = |run: &[u8], is_kind: fn(&u8) -> bool| run.iter().any(is_kind);
    let lower = run(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    let upper = run(|b| matches!(b, b'0'..=b'9' | b'A'..=b'F'));
    let encoded = run(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/'));
    let mixed = has(&encoded, u8::is_ascii_lowercase)
        && has(&encoded, u8::is_ascii_uppercase)
        && has(&encoded, u8::is_ascii_digit);
    [&lower, &upper].into_iter().any(|hex| long(hex) && has(hex, u8::is_ascii_alphabetic)) || (long(&encoded) && mixed)
}

/// Returns `true` if it is four groups that count up.
fn counts(text: &str) -> bool {
    let groups: SmallVec<[&str; 20]> = text.split([' ', '\n', '-', '.', '/']).collect();
    groups.len() == 4 && counts_up(&groups)
}

/// Rejects digests, and to what logs number things with: ids of 17 to 19 digits, a date and a time in six digits each.
fn encoded_or_id(s: &Surroundings<'_>) -> Objection {
    let long = s.text.len() >= 17 && s.text.bytes().all(|b| b.is_ascii_digit());
    if in_digest(s.before, s.text, s.after) {
        Objection::End
    } else if is_compactly_stamped(s)
        || is_hexadecimal(s)
        || long && (continues_identifier(s.before) || is_named_id(s.before))
    {
        demote(s)
    } else {
        Objection::None
    }
}
