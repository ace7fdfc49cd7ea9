//! The forms of a number, and the verdict on a candidate.

use std::ops::RangeInclusive;

use crate::detect::entity::builders::wraps_once;
use crate::detect::entity::checksum::values;
use crate::detect::entity::recognizer::RecognizerInput;
use crate::detect::pattern::{Count, Verdict};

/// Defines entity types, one row each.
///
/// In a form, `d` is a digit, `A` a letter, `*` either, and a space a space or a line end; every other character is itself. A `printed` form
/// counts by itself, a `plain` one needs one of the `words` near it. `check` gets the values of the letters and digits.
macro_rules! ids {
    ($(
        $(#[doc = $doc:literal])+
        $name:ident {
            aliases: $aliases:expr,
            pattern: $pattern:expr,
            digits: $digits:expr,
            printed: $printed:expr,
            plain: $plain:expr,
            check: $check:expr,
            words: $words:expr,
        }
    )+) => {$(
        $(#[doc = $doc])+
        pub(crate) static $name: $crate::detect::entity::description::Description = {
            use $crate::detect::entity::builders::exact;
            use $crate::detect::entity::description::{Certainty, Comparison, Description};
            use $crate::detect::entity::ids::form::{digits, longest, verdict};
            use $crate::detect::entity::recognizer::Recognizer;
            use $crate::detect::pattern::Form;

            const PRINTED: &[&str] = &$printed;
            const PLAIN: &[&str] = &$plain;
            const FORMS: [Form; PRINTED.len() + PLAIN.len()] = Form::all(PRINTED, PLAIN);
            const ROW: Recognizer = {
                let number = exact($pattern, longest(PRINTED, PLAIN), |c| verdict(c, (PRINTED, PLAIN), $check))
                    .with_count(digits($digits))
                    .with_forms(&FORMS)
                    .with_context(&$words);
                if PRINTED.is_empty() { number.never_sure() } else { number }
            };
            Description {
                comparison: Comparison::LettersAndDigits,
                certainty: Certainty::Checksum,
                aliases: &$aliases,
                recognizers: &[&[ROW]],
                ..Description::DEFAULT
            }
        };
    )+};
}
pub(super) use ids;

/// Returns the length of the longest form.
#[expect(clippy::indexing_slicing, reason = "in a constant; below the length")]
pub(super) const fn longest(printed: &[&str], plain: &[&str]) -> usize {
    let (mut longest, mut at) = (0, 0);
    while at < printed.len() + plain.len() {
        let form = if at < printed.len() { printed[at] } else { plain[at - printed.len()] };
        if form.len() > longest {
            longest = form.len();
        }
        at += 1;
    }
    longest
}

/// Returns the count of so many digits.
#[expect(clippy::cast_possible_truncation, reason = "in a constant; numbers have fewer digits")]
pub(super) const fn digits(digits: RangeInclusive<usize>) -> Count {
    Count::digits(*digits.start() as u8, *digits.end() as u8)
}

/// Returns the verdict on a candidate.
pub(super) fn verdict(
    c: &RecognizerInput<'_>,
    (printed, plain): (&[&str], &[&str]),
    check: fn(&[u8]) -> bool,
) -> Verdict {
    let is_in = |forms: &[&str]| forms.iter().any(|form| is_written(c.text, form));
    let is_printed = is_in(printed);
    if !(is_printed || is_in(plain)) || !c.is_apart() || !wraps_once(c.text) {
        return Verdict::Reject;
    }
    let values = values(c.text);
    let is_repeated = values.windows(2).all(|pair| matches!(pair, [a, b] if a == b));
    if is_repeated || !check(&values) {
        return Verdict::Reject;
    }
    // Lower case letters are met in hexadecimal numbers and in names of files.
    let is_sure = is_printed && !c.text.bytes().any(|b| b.is_ascii_lowercase());
    if is_sure { Verdict::Accept } else { Verdict::NeedsContext }
}

/// Returns `true` if the text has this form.
fn is_written(text: &str, form: &str) -> bool {
    text.len() == form.len()
        && text.bytes().zip(form.bytes()).all(|(b, sign)| match sign {
            b'd' => b.is_ascii_digit(),
            b'A' => b.is_ascii_alphabetic(),
            b'*' => b.is_ascii_alphanumeric(),
            b' ' => matches!(b, b' ' | b'\n'),
            sign => b == sign,
        })
}

/// Returns `true` for a day of a month, both from 1. The 29th of February counts in every year.
pub(super) fn is_day(month: u64, day: u64) -> bool {
    let days = match month {
        2 => 29,
        4 | 6 | 9 | 11 => 30,
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        _ => 0,
    };
    (1..=days).contains(&day)
}

#[cfg(test)]
mod tests {
    use super::{is_day, is_written, longest};

    #[test]
    fn forms_are_read_character_by_character() {
        for (text, form, is_one) in [
            ("123.456-7", "ddd.ddd-d", true),
            ("123 456", "ddd ddd", true),
            ("123\n456", "ddd ddd", true),
            ("12a", "ddA", true),
            ("12A", "dd*", true),
            ("127", "dd*", true),
            ("127", "ddA", false),
            ("12", "ddd", false),
            ("123-456", "ddd ddd", false),
            ("", "d", false),
        ] {
            assert_eq!(is_written(text, form), is_one, "{text} {form}");
        }
        assert_eq!(longest(&["ddd"], &["d", "dd-dd"]), 5);
    }

    #[test]
    fn months_have_days() {
        assert!(is_day(2, 29) && is_day(12, 31) && is_day(4, 30));
        assert!(!is_day(2, 30) && !is_day(4, 31) && !is_day(13, 1) && !is_day(0, 1) && !is_day(1, 0));
    }
}
