//! Numbers of JSON that are inspected as text.

use std::borrow::Cow;

/// The most digits of a number that is inspected. Most readers lose digits of a longer one.
const MAX_DIGITS: usize = 19;

/// A whole number with fewer digits is a count or an amount, unless its name indicates otherwise.
const MIN_DIGITS: usize = 6;

/// A whole number of JSON as text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NumberText<'a> {
    /// Its digits, whatever the spelling: `4111111111111111` of `4.111111111111111e15`.
    pub(crate) text: Cow<'a, str>,
    /// It is inspected only for what its name makes of it.
    pub(crate) is_short: bool,
}

impl<'a> NumberText<'a> {
    /// Reads a number as it is written. `None` if it is not inspected: a fraction, or one with too many digits.
    pub(crate) fn of(number: &'a str) -> Option<Self> {
        let text = if number.contains(['.', 'e', 'E']) { Cow::Owned(whole(number)?) } else { Cow::Borrowed(number) };
        let digits = text.strip_prefix('-').unwrap_or(&text);
        // The SDK has numbers that JSON lacks, such as NaN.
        let is_whole = (1..=MAX_DIGITS).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
        let is_short = digits.len() < MIN_DIGITS;
        is_whole.then_some(Self { text, is_short })
    }

    /// Returns `true` if a number that begins like this may be inspected once it is complete.
    pub(crate) fn may_begin(number: &str) -> bool {
        let mantissa = number.split(['e', 'E']).next().unwrap_or_default();
        let (mut length, mut significant) = (0, 0);
        for digit in mantissa.bytes().filter(u8::is_ascii_digit) {
            // Zeros count only between other digits.
            if length > 0 || digit != b'0' {
                length += 1;
            }
            if digit != b'0' {
                significant = length;
            }
        }
        significant <= MAX_DIGITS
    }
}

/// Returns a whole number that is written with a fraction or an exponent as digits alone.
fn whole(number: &str) -> Option<String> {
    let (sign, number) = number.strip_prefix('-').map_or(("", number), |number| ("-", number));
    let (mantissa, exponent) = number.split_once(['e', 'E']).unwrap_or((number, "0"));
    let (integer, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = [integer, fraction].concat();
    let significant = digits.trim_matches('0');
    if significant.is_empty() {
        return Some("0".to_owned());
    }
    let zeros = digits.len() - digits.trim_end_matches('0').len();
    // The number is its significant digits, times ten to this power.
    let power = exponent.parse::<i32>().ok()?.checked_add_unsigned(u32::try_from(zeros).ok()?)?;
    let power = usize::try_from(power.checked_sub_unsigned(u32::try_from(fraction.len()).ok()?)?).ok()?;
    (power < MAX_DIGITS).then(|| [sign, significant, &"0".repeat(power)].concat())
}

#[cfg(test)]
mod tests {
    use super::NumberText;

    fn read(number: &str) -> Option<(String, bool)> {
        NumberText::of(number).map(|number| (number.text.into_owned(), number.is_short))
    }

    #[test]
    fn whole_numbers_are_read_in_every_spelling() {
        let zeros = "0".repeat(70);
        for (number, text, is_short) in [
            ("0", "0", true),
            ("12345", "12345", true),
            ("123456", "123456", false),
            ("-4111111111111111", "-4111111111111111", false),
            ("9999999999999999999", "9999999999999999999", false),
            ("4111111111111111.0", "4111111111111111", false),
            ("-4111111111111111.00", "-4111111111111111", false),
            ("4.111111111111111e15", "4111111111111111", false),
            ("4.111111111111111E+15", "4111111111111111", false),
            ("4111111111111111e0", "4111111111111111", false),
            ("4111111111111111e-0000", "4111111111111111", false),
            ("41111111111111110e-1", "4111111111111111", false),
            ("411111111111111100000.000e-5", "4111111111111111", false),
            ("0.00004111111111111111e+20", "4111111111111111", false),
            (&format!("4111111111111111.{zeros}"), "4111111111111111", false),
            (&format!("4111111111111111{zeros}e-70"), "4111111111111111", false),
            (&format!("0.{zeros}4111111111111111e86"), "4111111111111111", false),
            ("0.0", "0", true),
            ("0e99999999999", "0", true),
            ("123.0", "123", true),
            ("1e5", "100000", false),
        ] {
            assert_eq!(read(number), Some((text.to_owned(), is_short)), "{number}");
            for (end, _) in number.char_indices().skip(1) {
                assert!(NumberText::may_begin(&number[..end]), "{number} at {end}");
            }
        }
    }

    #[test]
    fn fractions_and_longer_numbers_are_not_read() {
        for number in [
            "0.5",
            "3.14159",
            "4111111111111111.5",
            "4111111111111111e-1",
            "1e19",
            "1e400",
            "1e99999999999",
            "41111111111111111111",
            "1e-99999999999",
            "-",
            "NaN",
            "-inf",
        ] {
            assert_eq!(read(number), None, "{number}");
        }
        assert!(!NumberText::may_begin("41111111111111111111"));
        assert!(!NumberText::may_begin("0.41111111111111111111e5"));
    }
}
