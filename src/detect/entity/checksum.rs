//! Check digits and structure rules, as pure functions. Each names the document it comes from.

use smallvec::SmallVec;

/// The digits of a number. Few are so long that they need an allocation.
pub(super) type Digits = SmallVec<[u8; 24]>;

/// Returns the ASCII digits of some text, everything else skipped.
pub(super) fn digits(text: &str) -> Digits {
    all_digits(text).unwrap_or_else(|| text.bytes().filter(u8::is_ascii_digit).map(|b| b - b'0').collect())
}

/// Returns the digits of text that has nothing else.
fn all_digits(text: &str) -> Option<Digits> {
    let mut digits = text.bytes().all(|b| b.is_ascii_digit()).then(|| Digits::from_slice(text.as_bytes()))?;
    digits.iter_mut().for_each(|digit| *digit -= b'0');
    Some(digits)
}

/// Returns the number of ASCII digits in some text.
pub(super) fn digit_count(text: &str) -> usize {
    text.bytes().filter(u8::is_ascii_digit).count()
}

/// Checks Luhn's mod-10 (ISO/IEC 7812-1 annex B).
pub(super) fn luhn(digits: &[u8]) -> bool {
    let sum: u32 = digits.iter().rev().enumerate().map(|(i, &d)| luhn_value(d, i % 2 == 1)).sum();
    !digits.is_empty() && sum.is_multiple_of(10)
}

/// Returns what a digit adds to the sum of [`luhn`]: every second one from the last on is doubled.
pub(super) fn luhn_value(digit: u8, is_doubled: bool) -> u32 {
    let digit = u32::from(digit);
    let doubled = 2 * digit - if digit > 4 { 9 } else { 0 };
    if is_doubled { doubled } else { digit }
}

/// Checks an ABA routing number: weights 3, 7, 1 (American Bankers Association, routing number policy).
pub(super) fn aba(digits: &[u8]) -> bool {
    const WEIGHTS: [u32; 9] = [3, 7, 1, 3, 7, 1, 3, 7, 1];
    digits.len() == 9 && weighted(digits, &WEIGHTS).is_multiple_of(10)
}

/// Checks an NHS number: weights 10 to 2, mod 11, 10 never issued (NHS Data Dictionary, "NHS NUMBER").
pub(super) fn nhs(digits: &[u8]) -> bool {
    const WEIGHTS: [u32; 9] = [10, 9, 8, 7, 6, 5, 4, 3, 2];
    let [.., last] = digits else { return false };
    digits.len() == 10 && (11 - weighted(digits, &WEIGHTS) % 11) % 11 == u32::from(*last)
}

/// Checks a UK unique taxpayer reference: the first digit checks the nine others, weights 6 7 8 9 10 5 4 3 2
/// (HMRC, "Modulus 11 check digit specification" as implemented by python-stdnum `gb.utr`).
pub(super) fn utr(digits: &[u8]) -> bool {
    const WEIGHTS: [u32; 9] = [6, 7, 8, 9, 10, 5, 4, 3, 2];
    const CHECK: [u8; 11] = [2, 1, 9, 8, 7, 6, 5, 4, 3, 2, 1];
    let [first, others @ ..] = digits else { return false };
    let rest = weighted(others, &WEIGHTS) % 11;
    others.len() == 9 && CHECK.get(rest as usize) == Some(first)
}

/// Checks a British Columbia personal health number: ten digits, the first 9, weights 2 4 8 5 10 9 7 3, mod 11
/// (BC Ministry of Health, "Conformance standards volume 3"; python-stdnum `ca.bc_phn`).
pub(super) fn bc_phn(digits: &[u8]) -> bool {
    const WEIGHTS: [u32; 8] = [2, 4, 8, 5, 10, 9, 7, 3];
    let [9, others @ .., last] = digits else { return false };
    // The standard reduces each product before adding; the sum is the same mod 11.
    let check = (11 - weighted(others, &WEIGHTS) % 11) % 11;
    others.len() == 8 && check < 10 && check == u32::from(*last)
}

/// Checks the check digit of a vehicle identification number, in position 9 (49 CFR 565.15, ISO 3779 letters without I, O, Q).
pub(super) fn vin(vin: &str) -> bool {
    const WEIGHTS: [u32; 17] = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2];
    let mut sum = 0;
    if vin.len() != 17 {
        return false;
    }
    for (b, weight) in vin.bytes().zip(WEIGHTS) {
        let value = match b.to_ascii_uppercase() {
            d @ b'0'..=b'9' => d - b'0',
            c @ b'A'..=b'H' => c - b'A' + 1,
            c @ b'J'..=b'N' => c - b'J' + 1,
            b'P' => 7,
            b'R' => 9,
            c @ b'S'..=b'Z' => c - b'S' + 2,
            _ => return false,
        };
        sum += u32::from(value) * weight;
    }
    let Some(check) = vin.as_bytes().get(8).copied() else { return false };
    match sum % 11 {
        10 => check.eq_ignore_ascii_case(&b'X'),
        n => u32::from(check.wrapping_sub(b'0')) == n,
    }
}

/// Checks ISO 7064 mod 97-10 over an IBAN without separators (ISO 13616-1): four characters moved to the end, letters as 10 to 35.
pub(super) fn mod97(iban: &str) -> bool {
    if iban.len() < 5 || !iban.is_ascii() {
        return false;
    }
    let mut rest = 0u32;
    for b in iban.bytes().skip(4).chain(iban.bytes().take(4)) {
        rest = match b.to_ascii_uppercase() {
            d @ b'0'..=b'9' => rest * 10 + u32::from(d - b'0'),
            c @ b'A'..=b'Z' => rest * 100 + u32::from(c - b'A') + 10,
            _ => return false,
        } % 97;
    }
    rest == 1
}

/// Returns the values of the letters and digits of some text: digits as they are, letters from 10 without regard to case, as ISO 7064 and
/// ICAO 9303 count them. Everything else is skipped.
pub(super) fn values(text: &str) -> Digits {
    all_digits(text).unwrap_or_else(|| text.bytes().filter_map(value).collect())
}

/// Returns the value of a letter or a digit.
pub(super) fn value(b: u8) -> Option<u8> {
    match b {
        b'0'..=b'9' => Some(b - b'0'),
        b'A'..=b'Z' => Some(b - b'A' + 10),
        b'a'..=b'z' => Some(b - b'a' + 10),
        _ => None,
    }
}

/// Returns the digits of a range as a number, as far as they are there. At most 19 of them.
pub(super) fn number(digits: &[u8], range: std::ops::Range<usize>) -> u64 {
    digits.get(range).unwrap_or_default().iter().fold(0, |number, &d| number * 10 + u64::from(d))
}

/// Returns the remainder of the number that the digits are, of any length.
pub(super) fn remainder(digits: &[u8], modulus: u32) -> u32 {
    digits.iter().fold(0, |rest, &d| (rest * 10 + u32::from(d)) % modulus)
}

/// Checks ISO 7064 mod 11,10, whose last digit is the check digit.
pub(super) fn mod11_10(digits: &[u8]) -> bool {
    let check = digits.iter().fold(5, |check, &d| {
        let double = if check == 0 { 20 } else { 2 * check };
        (double % 11 + u32::from(d)) % 10
    });
    !digits.is_empty() && check == 1
}

/// Checks ISO 7064 mod 11-2, whose last character may be an `X` for 10.
pub(super) fn mod11_2(values: &[u8]) -> bool {
    let Some((&last, digits)) = values.split_last() else { return false };
    let check = match last {
        0..=9 => u32::from(last),
        X => 10,
        _ => return false,
    };
    let rest = digits.iter().fold(0, |rest, &d| (rest + u32::from(d)) * 2 % 11);
    (rest + check) % 11 == 1
}

/// The value of the letter X.
const X: u8 = b'X' - b'A' + 10;

/// Checks Verhoeff's dihedral check digit (J. Verhoeff, "Error Detecting Decimal Codes", 1969). The products of the dihedral group of order ten are
/// computed: 0 to 4 are rotations, 5 to 9 reflections.
pub(super) fn verhoeff(digits: &[u8]) -> bool {
    const PERMUTATION: [u8; 10] = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4];
    let permuted = |times: usize, d: u8| {
        (0..times % 8).fold(d, |d, _| PERMUTATION.get(usize::from(d)).copied().unwrap_or_default())
    };
    let product = |a: u8, b: u8| match (a < 5, b < 5) {
        (true, true) => (a + b) % 5,
        (true, false) => 5 + (a + b) % 5,
        (false, true) => 5 + (a - b) % 5,
        (false, false) => (5 + a - b) % 5,
    };
    let check = digits.iter().rev().enumerate().fold(0, |check, (i, &d)| product(check, permuted(i, d)));
    !digits.is_empty() && check == 0
}

/// Checks a field of a machine-readable document: weights 7, 3, 1, mod 10, and the last is the check digit (ICAO 9303 part 3, 4.9).
pub(super) fn icao(values: &[u8]) -> bool {
    let Some((&last, field)) = values.split_last() else { return false };
    let sum: u32 = field.iter().zip([7, 3, 1].into_iter().cycle()).map(|(&v, weight)| u32::from(v) * weight).sum();
    last < 10 && sum % 10 == u32::from(last)
}

/// Returns the Shannon entropy of the bytes, in bits per byte.
pub(super) fn entropy(text: &str) -> f64 {
    let mut counts = [0u32; 256];
    for b in text.bytes() {
        if let Some(count) = counts.get_mut(usize::from(b)) {
            *count += 1;
        }
    }
    let len = text.len() as f64;
    counts
        .iter()
        .filter(|&&n| n > 0)
        .map(|&n| {
            let p = f64::from(n) / len;
            -p * p.log2()
        })
        .sum()
}

/// Returns the sum of the digits, each times its weight.
pub(super) fn weighted(digits: &[u8], weights: &[u32]) -> u32 {
    digits.iter().zip(weights).map(|(&d, w)| u32::from(d) * w).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn luhn_vectors() {
        // ISO/IEC 7812-1 annex B's example and the networks' published test numbers.
        for good in ["79927398713", "4111111111111111", "378282246310005", "6011111111111117", "30569309025904"] {
            assert!(luhn(&digits(good)), "{good}");
        }
        for bad in ["79927398710", "4111111111111112", ""] {
            assert!(!luhn(&digits(bad)), "{bad}");
        }
    }

    #[test]
    fn aba_vectors() {
        // Federal Reserve Bank of Boston; JPMorgan Chase; the ABA policy's own example 111000025.
        for good in ["011000015", "021000021", "111000025"] {
            assert!(aba(&digits(good)), "{good}");
        }
        assert!(!aba(&digits("021000022")));
        assert!(!aba(&digits("02100002")));
    }

    #[test]
    fn nhs_vectors() {
        // 943 476 5919 is the data dictionary's example; 401 023 2137 is Presidio's.
        assert!(nhs(&digits("9434765919")));
        assert!(nhs(&digits("4010232137")));
        assert!(!nhs(&digits("9434765918")));
    }

    #[test]
    fn utr_vectors() {
        // python-stdnum's documented example, and it with one digit changed.
        assert!(utr(&digits("1955839661")));
        assert!(!utr(&digits("2955839661")));
    }

    #[test]
    fn bc_phn_vectors() {
        // python-stdnum's documented examples.
        assert!(bc_phn(&digits("9698658215")));
        assert!(!bc_phn(&digits("9698648215")));
        assert!(!bc_phn(&digits("5736504210")));
    }

    #[test]
    fn vin_vectors() {
        // The worked example of the US standard, and all ones.
        assert!(vin("1M8GDM9AXKP042788"));
        assert!(vin("11111111111111111"));
        assert!(vin("1HGBH41JXMN109186"));
        assert!(!vin("1M8GDM9A1KP042788"));
        assert!(!vin("1M8GDM9AXKP04278O"));
    }

    #[test]
    fn mod97_vectors() {
        // The SWIFT IBAN registry's examples.
        for good in
            ["GB29NWBK60161331926819", "DE89370400440532013000", "FR1420041010050500013M02606", "NO9386011117947"]
        {
            assert!(mod97(good), "{good}");
        }
        assert!(!mod97("GB29NWBK60161331926818"));
    }

    #[test]
    fn iso_7064_vectors() {
        // The standard's own examples, and those of python-stdnum.
        assert!(mod11_10(&digits("07945")) && mod11_10(&digits("36574261809")));
        assert!(!mod11_10(&digits("07940")) && !mod11_10(&[]));
        assert!(mod11_2(&values("079X")) && mod11_2(&values("11010519491231002X")));
        assert!(!mod11_2(&values("0790")) && !mod11_2(&values("079A")) && !mod11_2(&[]));
        assert_eq!(remainder(&digits("23481"), 97), 23481 % 97);
    }

    #[test]
    fn verhoeff_vectors() {
        // Verhoeff's example, and all changes of one digit and of two neighbours of it.
        let good = digits("2363");
        assert!(verhoeff(&good) && verhoeff(&digits("1234567890120")) && !verhoeff(&[]));
        for at in 0..good.len() {
            for d in (0..10).filter(|d| good.get(at) != Some(d)) {
                let mut wrong = good.clone();
                if let Some(digit) = wrong.get_mut(at) {
                    *digit = d;
                }
                assert!(!verhoeff(&wrong), "{wrong:?}");
            }
        }
        assert!(!verhoeff(&digits("3263")));
    }

    #[test]
    fn icao_vectors() {
        // The specimen of ICAO 9303.
        for good in ["L898902C36", "7408122", "1204159"] {
            assert!(icao(&values(good)), "{good}");
        }
        assert!(!icao(&values("L898902C35")) && !icao(&values("740812A")) && !icao(&[]));
    }

    #[test]
    fn entropy_vectors() {
        assert!(entropy("aaaa") < 0.01);
        assert!((entropy("abcd") - 2.0).abs() < 0.01);
        assert!(entropy("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY") > 4.0);
    }
}
