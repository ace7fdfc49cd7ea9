//! Telephone numbers.
//!
//! Only the shape counts, not whether an area code is assigned: numbers in examples and forms are often not, and a
//! number plan changes under a library that does not. What carries the decision is a `+`, brackets, a trunk zero or the
//! North American grouping; all else needs a word such as "phone" nearby.

use smallvec::SmallVec;

use super::builders::{context_if, exact, is_word, reject_end, wraps_once};
use super::checksum::{digit_count, digits, luhn};
use super::description::{Comparison, Description};
use super::phone_groups::GroupedNumber;
use super::phone_lookalikes::{in_log, of_log, other_kind, same};
use super::phone_plan::{country_code, is_small_island, national_lengths};
use super::phone_words::{BARE_WORDS, PHONE_WORDS};
use super::recognizer::RecognizerInput;
use crate::detect::pattern::{Count, Form, Verdict};

/// A separator: up to three characters, so that ") " and " (0)" hold together.
macro_rules! sep {
    () => {
        r"[ \n()./-]?[ \n()./-]?[ \n()./-]?"
    };
}

/// An extension. Only its word can be the first of a line: "#2" there is the next item of a list.
macro_rules! ext {
    () => {
        r"(?:(?:[ ,;]?[ ]?(?i:x|#)|[ \n,;]?[ \n]?(?i:ext\.?|extension))[ .:]?[ ]?\d{1,6})"
    };
}

/// The forms of numbers without separators.
const BARE_FORMS: [Form; 9] = [
    Form::grouped(&[7]),
    Form::grouped(&[8]),
    Form::grouped(&[9]),
    Form::grouped(&[10]),
    Form::grouped(&[11]),
    Form::grouped(&[12]),
    Form::grouped(&[13]),
    Form::grouped(&[14]),
    Form::grouped(&[15]),
];

pub(super) static PHONE: Description = Description {
    comparison: Comparison::LettersAndDigits,
    is_put_together: true,
    aliases: &["PHONE_NUMBER"],
    recognizers: &[&[
        exact(concat!(r"\(?\+[( ]?\d(?:", sep!(), r"\d)+", ext!(), r"?"), 48, international)
            .ending_a_word()
            .with_count(Count::digits(7, MOST_DIGITS + 1 + MOST_EXTENDED)),
        exact(
            concat!(
                r"\b\d+(?:[ \n()./-][ \n()./-]?[ \n()./-]?\d+)+",
                ext!(),
                r"?|\([ ]?\d+[ -]?\d*[ ]?\)(?:",
                sep!(),
                r"\d)+",
                ext!(),
                r"?"
            ),
            48,
            grouped,
        )
        .ending_a_word()
        .with_count(Count::digits(7, MOST_DIGITS + MOST_EXTENDED))
        .with_context(PHONE_WORDS)
        .with_veto(in_log),
        exact(r"\b\d+", MOST_DIGITS as usize, bare)
            .ending_a_word()
            .with_count(Count::digits(7, MOST_DIGITS))
            .with_forms(&BARE_FORMS)
            .never_sure()
            .with_context(BARE_WORDS)
            .context_distance(32, 9),
        exact(concat!(r"\b\d+", ext!()), 24, bare)
            .ending_a_word()
            .with_count(Count::digits(7, MOST_DIGITS + MOST_EXTENDED))
            .with_context(BARE_WORDS)
            .context_distance(32, 9),
    ]],
    ..Description::DEFAULT
};

/// Returns the number without its extension.
fn without_extension(text: &str) -> &str {
    let end = text.bytes().position(|b| b.is_ascii_alphabetic() || matches!(b, b'#' | b',' | b';'));
    text.get(..end.unwrap_or(text.len())).unwrap_or_default().trim_end()
}

/// Returns `true` if every bracket is closed before the next one opens.
fn brackets_match(text: &str) -> bool {
    let mut brackets = text.bytes().filter(|byte| matches!(byte, b'(' | b')'));
    while let Some(opening) = brackets.next() {
        if opening != b'(' || brackets.next() != Some(b')') {
            return false;
        }
    }
    true
}

/// Signs next to a complete number.
fn complete(c: &RecognizerInput<'_>) -> bool {
    !is_word(c.before) && !ends_inside(c)
}

fn ends_inside(c: &RecognizerInput<'_>) -> bool {
    is_word(c.after) || matches!(c.after, Some('%' | '@'))
}

/// Returns `true` if the number is one side of a sum, unless it is plainly a telephone number.
fn is_operand(c: &RecognizerInput<'_>) -> bool {
    matches!(c.after, Some('=' | '*'))
}

/// Returns the numbers of digits up to the end of each group but the last. A written trunk zero, "(0)", does not count.
fn inner_ends(number: &str) -> impl Iterator<Item = usize> {
    let (head, tail) = number.split_once("(0)").unwrap_or((number, ""));
    let mut count = 0;
    let mut in_group = false;
    head.bytes().chain(tail.bytes()).filter_map(move |byte| {
        let ended = in_group && !byte.is_ascii_digit();
        in_group = byte.is_ascii_digit();
        count += usize::from(in_group);
        ended.then_some(count)
    })
}

/// Returns `true` if the number is on one line, or continues after a line end as a wrapped one would: it has other groups, or only the
/// calling code (of `code` digits) is before the line end; it is not yet complete there; and more than one digit follows. A
/// lone group before the line end is an area code, not the postal code at the end of an address.
fn wraps_well(number: &str, code: usize, complete_with: usize) -> bool {
    let Some((head, tail)) = number.split_once('\n') else { return true };
    let groups = number.split(|c: char| !c.is_ascii_digit()).filter(|g| !g.is_empty()).count();
    let before = digit_count(head);
    let grouped = groups > 2 || number.contains('(') || before <= code;
    let lone = head.bytes().all(|b| b.is_ascii_digit());
    let area_code = !lone || before <= 3 || (before <= 5 && head.starts_with('0'));
    grouped && area_code && before < complete_with && digit_count(tail) > 1
}

/// Returns a number with a `+`.
///
/// Returns the end: that of the last group with which the number has at most the fifteen digits of E.164, unless an earlier group
/// completes it: `+1 415 555 2671` has the ten digits of its country, so what follows is not a part of it. A number that no
/// group completes takes all its groups, so that no mask leaves the rest of the digits.
fn international(c: &RecognizerInput<'_>) -> Verdict {
    if ends_inside(c) || !wraps_once(c.text) {
        return reject_end(c);
    }
    let number = without_extension(c.text);
    if !complete(c) || !brackets_match(number) || matches!(c.before, Some('+' | ')' | '%')) {
        return Verdict::Reject;
    }
    let digits = digits(number);
    let Some((code, national)) = country_code(&digits).and_then(|code| digits.split_at_checked(code)) else {
        return Verdict::Reject;
    };
    let (fewest, most) = national_lengths(code);
    let separated = number.bytes().skip(1).any(|b| !b.is_ascii_digit());
    // A written trunk zero is dialled from inside only and adds one.
    let longest = if number.contains("(0)") { 16 } else { 15 };
    let fits = digits.len() <= longest
        && match code {
            [1] if separated => national.len() >= 7,
            [1] => (7..=10).contains(&national.len()),
            _ if is_small_island(code) => national.len() >= 4,
            _ => national.len() >= if separated || code.len() == 3 { 5 } else { 6 } && digits.len() >= 8,
        };
    let completed = inner_ends(number).any(|count| count == code.len() + most);
    let repeated = national.windows(2).all(|w| w == [0, 0]);
    let good = fits
        && !completed
        && !repeated
        && !joins_two(number, code.len())
        && wraps_well(number, code.len(), code.len() + fewest);
    if good { Verdict::Accept } else { Verdict::Reject }
}

/// Returns `true` if a slash stands between two numbers, `030 1234567/030 1234568`, and not after an area code: the calling code has `code`
/// digits. Two digits after it are another extension.
fn joins_two(number: &str, code: usize) -> bool {
    number.rsplit_once('/').is_some_and(|(first, second)| digit_count(first) >= code + 7 && digit_count(second) > 2)
}

/// The most digits of a number, of its extension, and the most groups of one digit. A written trunk zero is one more digit.
const MOST_DIGITS: u8 = 15;
const MOST_EXTENDED: u8 = 6;
const MOST_LONE: usize = 2;

/// Returns the part of a number at its end that is no longer than numbers are, and its digits. Reads no more than that: most candidates
/// are lists of numbers, and end here.
fn possible_tail(number: &str) -> (usize, usize) {
    let bytes = number.as_bytes();
    let (mut digits, mut lone, mut run) = (0, 0, 0);
    for (at, byte) in bytes.iter().enumerate().rev() {
        if !byte.is_ascii_digit() {
            run = 0;
            continue;
        }
        let is_lone =
            run == 0 && !at.checked_sub(1).and_then(|before| bytes.get(before)).is_some_and(u8::is_ascii_digit);
        if digits == usize::from(MOST_DIGITS) || is_lone && lone == MOST_LONE {
            return (at + 1, digits);
        }
        (digits, run) = (digits + 1, run + 1);
        lone += usize::from(is_lone);
    }
    (0, digits)
}

fn grouped(c: &RecognizerInput<'_>) -> Verdict {
    if ends_inside(c) {
        return reject_end(c);
    }
    let text = without_extension(c.text);
    let extended = text.len() < c.text.len();
    match possible_tail(text) {
        (_, ..7) => return reject_end(c),
        (0, digits) if c.lacks_context && !extended && !may_be_sure(text, digits) => return Verdict::Reject,
        (0, _) => {}
        (start, _) => return Verdict::RejectBefore(start),
    }
    // The head of a longer dotted number, such as an address of the internet.
    if is_word(c.before) || c.after == Some('.') && is_of_short_groups(text) {
        return Verdict::Reject;
    }
    let number = GroupedNumber::new(text);
    let wraps = extended || number.has(b"\n");
    if number.has(b"()") && !brackets_match(text) || wraps && !wraps_once(c.text) || is_inside(c, &number) {
        return Verdict::Reject;
    }
    let complete_with = match number.digits.first() {
        Some(0) => 9,
        Some(1) => 8,
        _ => 7,
    };
    if joins_two(text, 0) || wraps && !wraps_well(text, 0, complete_with) || other_kind(&number) || of_log(c, &number) {
        return Verdict::Reject;
    }
    match verdict_of_groups(&number, extended) {
        Verdict::NeedsContext if is_operand(c) => Verdict::Reject,
        verdict => verdict,
    }
}

/// Returns `true` if a sign or a currency next to it makes the number a part of something else.
fn is_inside(c: &RecognizerInput<'_>, number: &GroupedNumber<'_>) -> bool {
    let (Some(&first), Some(&last)) = (number.lens.first(), number.lens.last()) else { return true };
    let before = match c.before {
        Some('-' | '#') => !number.text.starts_with('('),
        Some(',') => first < 3 && !number.text.starts_with('('),
        Some('.') => !c.follows_abbreviation(),
        // "030 1234567/030 1234568" are two numbers.
        Some('/') => !number.text.starts_with(['0', '(']) || number.digits.len() < 9,
        Some(b) => matches!(b, '+' | '$' | '*' | '\u{20ac}' | '\u{a3}'),
        None => false,
    };
    before || c.after == Some('-') && last == 1
}

/// Returns `true` if the number has dots between its groups, of at most three digits each.
fn is_of_short_groups(number: &str) -> bool {
    let mut run = 0;
    number.bytes().all(|byte| {
        run = if byte.is_ascii_digit() { run + 1 } else { 0 };
        run <= 3 && (run > 0 || byte == b'.')
    })
}

/// Returns `true` if [`verdict_of_groups`] may accept a number of so many digits without an extension: it begins with a bracket or a zero, or has the
/// digits of North America, maybe after a prefix.
fn may_be_sure(text: &str, digits: usize) -> bool {
    text.starts_with(['(', '0']) || matches!(digits, 10 | 11 | 13)
}

/// Returns the verdict on the groups of a number without a `+`.
fn verdict_of_groups(number: &GroupedNumber<'_>, extended: bool) -> Verdict {
    let (text, digits, lens) = (number.text, number.digits.as_slice(), number.lens.as_slice());
    let (n, brackets, is_spaced) = (digits.len(), number.has(b"("), number.has(b" \n"));
    if north_american(digits, lens, brackets, !is_spaced) {
        return Verdict::Accept;
    }
    if !extended && begins_with_north_american(digits, lens, brackets) {
        return Verdict::Reject;
    }
    // "10 20 415-555-2671": the numbers before it are no part of it, but for a trunk prefix.
    if is_spaced && !matches!(digits, [0 | 8, ..]) && ends_with_north_american(digits, text) {
        return Verdict::Reject;
    }
    // "5403926876 1": the number is complete, and the next column of a table follows it.
    if first_group(lens) >= 10 && !extended && lens.len() > 1 {
        return Verdict::Reject;
    }
    let slash = number.has(b"/");
    let year = |g: &str| g.len() == 4 && (g.starts_with("19") || g.starts_with("20"));
    let first = first_group(lens);
    if extended && n >= 7 {
        return Verdict::Accept;
    }
    // "(37) 788-063", "(06) 12234567": an area code in brackets.
    if text.starts_with('(') && (2..=5).contains(&first) && n >= 8 && !number.groups.first().is_some_and(|g| year(g)) {
        return Verdict::Accept;
    }
    // "8 (495) 123-45-67": the trunk prefix of Russia and Kazakhstan.
    if brackets && n == 11 && digits.starts_with(&[8]) && lens.starts_with(&[1, 3]) {
        return Verdict::Accept;
    }
    // 00 and a country code.
    if digits.starts_with(&[0, 0]) {
        let known = digits.get(2..).and_then(country_code).is_some();
        return if known && n >= 11 && !slash && first >= 2 { Verdict::Accept } else { context_if(n >= 8) };
    }
    // A trunk zero and an area code of two to five digits, but for "02110-1301", a postal code.
    if digits.starts_with(&[0])
        && !(lens == [5, 4] && number.has(b"-"))
        && (9..=11).contains(&n)
        && (2..=5).contains(&first)
        && lens.iter().all(|&l| l >= 2)
        && !slash
        && lens.len() <= 5
    {
        return Verdict::Accept;
    }
    let single = lens.iter().filter(|&&l| l == 1).count();
    context_if(single <= 1 || brackets)
}

fn first_group(lens: &[usize]) -> usize {
    lens.first().copied().unwrap_or_default()
}

/// Returns `true` if the first groups are a whole North American number: what follows is not a part of it.
fn begins_with_north_american(digits: &[u8], lens: &[usize], brackets: bool) -> bool {
    (3..=4).any(|groups| {
        let Some((head, rest)) = lens.split_at_checked(groups) else { return false };
        let count: usize = head.iter().sum();
        !rest.is_empty()
            && digits.get(..count).is_some_and(|head_digits| north_american(head_digits, head, brackets, false))
    })
}

/// Returns `true` if it ends in a whole North American number that hyphens or dots hold together, after other numbers and a space.
fn ends_with_north_american(digits: &[u8], number: &str) -> bool {
    let Some((_, tail)) = number.rsplit_once([' ', '\n']) else { return false };
    let lens: SmallVec<[usize; 8]> = tail.split(['-', '.']).map(str::len).collect();
    let tail_digits = digits.len().checked_sub(10).and_then(|at| digits.get(at..)).unwrap_or_default();
    lens.as_slice() == [3, 3, 4] && north_american(tail_digits, &lens, false, true)
}

/// Returns `true` for ten digits grouped 3-3-4, maybe after a 1 or 001 (NANP: area code and exchange begin with 2 to 9; the exchange is not
/// checked in brackets, made-up numbers break it).
fn north_american(digits: &[u8], lens: &[usize], brackets: bool, signs: bool) -> bool {
    let (digits, lens) = match (digits, lens) {
        ([1, rest @ ..], [1, lens @ ..]) | ([0, 0, 1, rest @ ..], [3, lens @ ..]) => (rest, lens),
        _ => (digits, lens),
    };
    let shape = matches!(lens, [3, 3, 4]) || (brackets && matches!(lens, [3, 7]));
    // (123) 456-7890 is a common example, so only groups separated by spaces must begin as assigned ones do.
    match digits {
        [area, _, _, exchange, rest @ ..] if shape && rest.len() == 6 => {
            brackets || (*exchange >= 1 && (*area >= 2 || (signs && *area == 1)))
        }
        _ => false,
    }
}

fn bare(c: &RecognizerInput<'_>) -> Verdict {
    let number = without_extension(c.text);
    let n = number.len();
    let longest = if number.starts_with("00") { 15 } else { 14 };
    // "9876543210/9876543211" are two numbers, shorter ones parts of a date or a path.
    let joined = n < 9 && (c.is_after(&['/']) || c.after == Some('/'));
    let alone = !c.is_after(&['-', '.', '+', '$', '*', ',', '#', '_', '\u{20ac}', '\u{a3}'])
        && !matches!(c.after, Some('-' | ':' | '=' | '*'))
        && !joined;
    if !(7..=longest).contains(&n) || !complete(c) || !alone || !wraps_once(c.text) {
        return Verdict::Reject;
    }
    // "1844429467.164" at the start of a line: no number of ten digits begins with 1 in North America.
    let stamp = n == 10 && number.starts_with('1') && c.after == Some('.') && matches!(c.before, None | Some('\n'));
    let digits = digits(number);
    if stamp || same(&digits) || (n >= 13 && luhn(&digits)) {
        return Verdict::Reject;
    }
    let extended = number.len() < c.text.len();
    // Ten digits and an extension are not met elsewhere.
    if extended && n == 10 && digits.first() >= Some(&2) { Verdict::Accept } else { Verdict::NeedsContext }
}
