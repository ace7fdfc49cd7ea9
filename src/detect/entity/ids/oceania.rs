//! Numbers of Australia and New Zealand.

use super::form::ids;
use crate::detect::entity::builders::NUMBER;
use crate::detect::entity::checksum::{number, weighted};

ids! {
    /// The tax file number: eight or nine digits, mod 11 (Australian Taxation Office, <https://www.ato.gov.au>).
    AU_TAX_FILE_NUMBER {
        aliases: ["AU_TFN"],
        pattern: NUMBER,
        digits: 8..=9,
        printed: [],
        plain: ["ddd ddd ddd", "ddd-ddd-ddd", "ddddddddd", "dddddddd", "dd ddd ddd"],
        check: tax_file,
        words: ["tfn", "tax file", "tax file number", "tax file no"],
    }

    /// The Medicare card number: ten digits, the first from 2 to 6, the ninth a check digit mod 10, the last the issue of the card; the number of
    /// the person may follow (Services Australia, <https://www.servicesaustralia.gov.au>).
    AU_MEDICARE_NUMBER {
        aliases: ["AU_MEDICARE"],
        pattern: NUMBER,
        digits: 10..=11,
        printed: [],
        plain: ["dddd ddddd d", "dddd-ddddd-d", "dddddddddd", "dddd ddddd d d", "dddd-ddddd-d-d", "ddddddddddd"],
        check: medicare,
        words: ["medicare", "medicare number", "medicare card", "medicare no"],
    }

    /// The IRD number: eight or nine digits, mod 11 with a second row of weights (Inland Revenue, "Resident withholding tax file upload
    /// specification", <https://www.ird.govt.nz>).
    NZ_IRD_NUMBER {
        aliases: ["NZ_IRD"],
        pattern: NUMBER,
        digits: 8..=9,
        printed: [],
        plain: ["ddd-ddd-ddd", "dd-ddd-ddd", "ddd ddd ddd", "dd ddd ddd", "ddddddddd", "dddddddd"],
        check: inland_revenue,
        words: ["ird", "ird number", "ird no", "inland revenue", "ird#"],
    }
}

fn tax_file(v: &[u8]) -> bool {
    const WEIGHTS: [u32; 9] = [1, 4, 3, 7, 5, 8, 6, 9, 10];
    weighted(v, &WEIGHTS).is_multiple_of(11)
}

fn medicare(v: &[u8]) -> bool {
    const WEIGHTS: [u32; 8] = [1, 3, 7, 9, 1, 3, 7, 9];
    v.first().is_some_and(|first| (2..=6).contains(first))
        && v.get(8).is_some_and(|&check| weighted(v, &WEIGHTS) % 10 == u32::from(check))
        && v.get(9).is_some_and(|&issue| issue > 0)
}

fn inland_revenue(v: &[u8]) -> bool {
    const FIRST: [u32; 8] = [3, 2, 7, 6, 5, 4, 3, 2];
    const SECOND: [u32; 8] = [7, 4, 3, 2, 5, 2, 7, 6];
    let Some((&last, digits)) = v.split_last() else { return false };
    // A number of eight digits has a 0 in front.
    let check = |weights: &[u32; 8]| {
        let weights = weights.get(8 - digits.len().min(8)..).unwrap_or_default();
        (11 - weighted(digits, weights) % 11) % 11
    };
    let check = match check(&FIRST) {
        10 => check(&SECOND),
        check => check,
    };
    (10_000_001..150_000_000).contains(&number(v, 0..v.len())) && check == u32::from(last)
}
