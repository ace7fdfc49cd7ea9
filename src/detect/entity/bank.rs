//! Codes of banks and their accounts: IBANs, SWIFT codes.

use super::builders::{
    accept_if, exact, is_digit, is_word, keyword_link, marks, opening, part, reject_end, value_after_keyword,
};
use super::checksum::mod97;
use super::description::{Certainty, Comparison, Description};
use super::edges::is_in_uuid;
use super::recognizer::{Objection, RecognizerInput, Surroundings};
use crate::detect::pattern::{Count, Verdict};

const SWIFT_WORDS: &[&str] = &[
    "swift",
    "bic",
    "swift code",
    "swiftcode",
    "swift/bic",
    "bic/swift",
    "iban",
    "bank",
    "wire",
    "beneficiary",
    "remittance",
    "bankleitzahl",
    "banque",
    "banco",
    "banca",
    "код банка",
];

pub(super) static INTERNATIONAL_BANK_ACCOUNT_NUMBER: Description = Description {
    comparison: Comparison::LettersAndDigits,
    certainty: Certainty::Checksum,
    is_put_together: true,
    aliases: &["IBAN", "IBAN_CODE"],
    recognizers: &[&[exact(r"\b[A-Za-z]{2}\d\d(?:[ \n-]?[0-9A-Za-z])+\b", 41, iban_number)
        .with_count(Count::letters_and_digits(15, 34))
        .with_veto(in_uuid)]],
    ..Description::DEFAULT
};

pub(super) static SWIFT_CODE: Description = Description {
    comparison: Comparison::LettersAndDigits,
    recognizers: &[&[
        exact(r"\b[A-Z]{6}[A-Z0-9]{2}(?:[A-Z0-9]{3})?\b", 11, swift).with_context(SWIFT_WORDS),
        exact(
            concat!(
                r"\b(?i:swift|bic)(?i:/bic|/swift)?(?i:[ _-]?code)?(?i:[ _](?:number|no\.?))?",
                keyword_link!(),
                r"[A-Za-z0-9]+\b"
            ),
            60,
            swift_named,
        )
        .with_value(swift_value),
    ]],
    ..Description::DEFAULT
};

fn in_uuid(s: &Surroundings<'_>) -> Objection {
    if is_in_uuid(s) { Objection::End } else { Objection::None }
}

/// The countries with their lengths of IBANs, sorted. SWIFT IBAN registry (ISO 13616-2), release 99, with the countries it lists as
/// partly adopted that are in wide use.
#[rustfmt::skip]
const IBAN_LENGTHS: &[(&str, usize)] = &[
    ("AD", 24), ("AE", 23), ("AL", 28), ("AT", 20), ("AZ", 28), ("BA", 20), ("BE", 16), ("BG", 22), ("BH", 22),
    ("BI", 27), ("BR", 29), ("BY", 28), ("CH", 21), ("CR", 22), ("CY", 28), ("CZ", 24), ("DE", 22), ("DJ", 27),
    ("DK", 18), ("DO", 28), ("EE", 20), ("EG", 29), ("ES", 24), ("FI", 18), ("FK", 18), ("FO", 18), ("FR", 27),
    ("GB", 22), ("GE", 22), ("GI", 23), ("GL", 18), ("GR", 27), ("GT", 28), ("HN", 28), ("HR", 21), ("HU", 28),
    ("IE", 22), ("IL", 23), ("IQ", 23), ("IS", 26), ("IT", 27), ("JO", 30), ("KW", 30), ("KZ", 20), ("LB", 28),
    ("LC", 32), ("LI", 21), ("LT", 20), ("LU", 20), ("LV", 21), ("LY", 25), ("MC", 27), ("MD", 24), ("ME", 22),
    ("MK", 19), ("MN", 20), ("MR", 27), ("MT", 31), ("MU", 30), ("NI", 28), ("NL", 18), ("NO", 15), ("OM", 23),
    ("PK", 24), ("PL", 28), ("PS", 29), ("PT", 25), ("QA", 29), ("RO", 24), ("RS", 22), ("RU", 33), ("SA", 24),
    ("SC", 31), ("SD", 18), ("SE", 24), ("SI", 19), ("SK", 24), ("SM", 27), ("SO", 23), ("ST", 25), ("SV", 28),
    ("TL", 23), ("TN", 24), ("TR", 26), ("UA", 29), ("VA", 22), ("VG", 24), ("XK", 20), ("YE", 30),
];

/// Returns the length of an IBAN of this country.
fn iban_length(country: &str) -> Option<usize> {
    let index = IBAN_LENGTHS.binary_search_by_key(&country, |&(name, _)| name).ok()?;
    IBAN_LENGTHS.get(index).map(|&(_, length)| length)
}

fn iban_number(c: &RecognizerInput<'_>) -> Verdict {
    if is_word(c.after) {
        return reject_end(c);
    }
    let count = c.text.bytes().filter(u8::is_ascii_alphanumeric).count();
    let length = c.text.get(..2).map(str::to_ascii_uppercase).and_then(|country| iban_length(&country));
    if is_word(c.before) || length != Some(count) || !c.wraps_once() {
        return Verdict::Reject;
    }
    let plain: String = c.text.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).collect();
    let separated = count != c.text.len();
    accept_if(
        mod97(&plain)
                // Printed IBANs are in groups of four; anything else with spaces is running text.
                && (!separated || c.text.split([' ', '\n', '-']).rev().skip(1).all(|g| g.len() == 4)),
    )
}

/// ISO 3166-1 alpha-2 codes and Kosovo's XK, two letters each, sorted.
const COUNTRIES: &str = "ADAEAFAGAIALAMAOAQARASATAUAWAXAZBABBBDBEBFBGBHBIBJBLBMBNBOBQBRBSBTBVBWBYBZCACCCDCFCGCHCICKCLCMCNCOCRCUCVCWCXCYCZ\
    DEDJDKDMDODZECEEEGEHERESETFIFJFKFMFOFRGAGBGDGEGFGGGHGIGLGMGNGPGQGRGSGTGUGWGYHKHMHNHRHTHUIDIEILIMINIOIQIRISITJEJMJOJPKEKGKHKIKMKNKPKRKWKYKZ\
    LALBLCLILKLRLSLTLULVLYMAMCMDMEMFMGMHMKMLMMMNMOMPMQMRMSMTMUMVMWMXMYMZNANCNENFNGNINLNONPNRNUNZOMPAPEPFPGPHPKPLPMPNPRPSPTPWPYQARERORSRURW\
    SASBSCSDSESGSHSISJSKSLSMSNSOSRSSSTSVSXSYSZTCTDTFTGTHTJTKTLTMTNTOTRTTTVTWTZUAUGUMUSUYUZVAVCVEVGVIVNVUWFWSXKYEYTZAZMZW";

fn is_country(code: &str) -> bool {
    COUNTRIES.as_bytes().chunks(2).any(|c| c.eq_ignore_ascii_case(code.as_bytes()))
}

/// Institution codes of large banks (the first four letters of their published BICs).
const BANKS: &[&str] = &[
    "ABNA", "BARC", "BBVA", "BCIT", "BKTR", "BNPA", "BOFA", "BOFM", "BSCH", "CHAS", "CITI", "COBA", "CRES", "CRLY",
    "DBSS", "DEUT", "DNBA", "GENO", "HSBC", "HYVE", "ICBK", "INGB", "LOYD", "MIDL", "NDEA", "NWBK", "PNCC", "RABO",
    "RBOS", "REVO", "ROYC", "SBIN", "SCBL", "SOGE", "TDOM", "TRWI", "UBSW", "UNCR", "USBK", "WFBI", "WPAC",
];

fn swift(c: &RecognizerInput<'_>) -> Verdict {
    let (bank, country) = (part(c.text, 0..4), part(c.text, 4..6));
    if !is_country(country) || matches!(c.before, Some('-' | '_')) || matches!(c.after, Some('_')) {
        return Verdict::Reject;
    }
    // A listed bank, with a location that no English word ends in: DEUTDEFF yes, but a location of two letters alone is weak.
    if BANKS.contains(&bank) { Verdict::Accept } else { Verdict::NeedsContext }
}

fn swift_named(c: &RecognizerInput<'_>) -> Verdict {
    let value = part(c.text, swift_value(c.text));
    let cased = value.bytes().all(|b| !b.is_ascii_lowercase()) || value.bytes().all(|b| !b.is_ascii_uppercase());
    // Lower case letters need a digit to differ from a word ("swift transfer").
    let differs = value.bytes().any(|b| b.is_ascii_uppercase()) || value.bytes().any(|b| b.is_ascii_digit());
    accept_if(
        matches!(value.len(), 8 | 11)
            && value.bytes().take(6).all(|b| b.is_ascii_alphabetic())
            && cased
            && differs
            && is_country(part(value, 4..6))
            && !is_digit(c.after),
    )
}

fn swift_value(text: &str) -> std::ops::Range<usize> {
    value_after_keyword(text, |c| !c.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::{IBAN_LENGTHS, iban_length};

    #[test]
    fn countries_are_sorted() {
        assert!(IBAN_LENGTHS.is_sorted_by_key(|&(name, _)| name));
        assert_eq!((iban_length("GB"), iban_length("ZZ")), (Some(22), None));
    }
}
