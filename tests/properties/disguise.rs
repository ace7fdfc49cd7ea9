//! What the threat model says is seen through is seen through for every entity type.

use banister::EntityType;
use regex_syntax::hir::{Class, HirKind};

use crate::cases::{Case, found, must};
use crate::generate::{DASHES, INVISIBLE, SPACES};
use crate::table::{Exceptions, Table};

/// Pairs that are stated not to be seen through.
const NOT_SEEN_THROUGH: Exceptions = &[];

fn digits(value: &str, zero: u32) -> String {
    value.chars().map(|c| c.to_digit(10).and_then(|digit| char::from_u32(zero + digit)).unwrap_or(c)).collect()
}

/// Letters of a mathematical alphabet that has no gaps, digits too.
fn mathematical(value: &str, upper: u32, zero: u32) -> String {
    let letter = |c: char, first: char, to: u32| char::from_u32(to + (c as u32 - first as u32)).unwrap_or(c);
    digits(value, zero)
        .chars()
        .map(|c| match c {
            'A'..='Z' => letter(c, 'A', upper),
            'a'..='z' => letter(c, 'a', upper + 26),
            c => c,
        })
        .collect()
}

fn full_width(value: &str) -> String {
    value
        .chars()
        .map(|c| if c.is_ascii_graphic() { char::from_u32(c as u32 + 0xFEE0).unwrap_or(c) } else { c })
        .collect()
}

fn replaced(value: &str, from: char, to: char) -> String {
    value.chars().map(|c| if c == from { to } else { c }).collect()
}

/// The zero of every script that has decimal digits, by the Unicode data of `regex-syntax`.
fn zeros() -> Vec<u32> {
    let hir = regex_syntax::parse(r"\p{Nd}").expect("a class");
    let HirKind::Class(Class::Unicode(class)) = hir.kind() else { panic!("{hir:?}") };
    class.iter().flat_map(|range| (u32::from(range.start())..=u32::from(range.end())).step_by(10)).collect()
}

/// The value's text with invisible characters between the characters that `between` chooses.
fn invisibles(value: &str, invisible: &str, between: impl Fn(usize) -> bool) -> String {
    let last = value.chars().count() - 1;
    value.chars().enumerate().fold(String::new(), |mut out, (index, c)| {
        out.push(c);
        if index < last && between(index) {
            out.push_str(invisible);
        }
        out
    })
}

fn check(table: &mut Table, row: &str, entity: EntityType, case: &Case, value: impl Fn(&str) -> String) {
    let disguised = case.rewritten(("", ""), value);
    if disguised.text == case.text {
        return;
    }
    let spans = found(entity, &disguised.text);
    let right = disguised.spans.iter().all(|span| spans.contains(span));
    table.add(row, entity, right, || format!("{:?} found at {spans:?}, not {:?}", disguised.text, disguised.spans));
}

/// Every value of every type under every transformation: found, with its span. What is known not to hold is a list in this file.
#[test]
fn values_in_other_characters_are_found() {
    let mut table = Table::default();
    let zeros = zeros();
    assert!(zeros.len() > 60, "{} scripts with digits", zeros.len());
    for &entity in EntityType::ALL {
        // An escape is written in ASCII.
        let plain = must(entity).iter().filter(|case| !case.text.contains('\\'));
        for (number, case) in plain.enumerate() {
            check(&mut table, "full width", entity, case, full_width);
            check(&mut table, "mathematical bold", entity, case, |value| mathematical(value, 0x1D400, 0x1D7CE));
            check(&mut table, "mathematical monospace", entity, case, |value| mathematical(value, 0x1D670, 0x1D7F6));
            // Each script with a few values of each type, all scripts with some value of each.
            for &zero in zeros.iter().skip(number).step_by(4) {
                check(&mut table, "digits of other scripts", entity, case, |value| digits(value, zero));
            }
            for &dash in DASHES {
                check(&mut table, "dashes", entity, case, |value| replaced(value, '-', dash));
            }
            for &space in SPACES {
                check(&mut table, "spaces", entity, case, |value| replaced(value, ' ', space));
            }
            check_invisibles(&mut table, entity, case);
        }
    }
    table.check("disguise", NOT_SEEN_THROUGH);
}

fn check_invisibles(table: &mut Table, entity: EntityType, case: &Case) {
    let longest = case.values().map(|value| value.chars().count()).max().unwrap_or_default();
    // Long values are the same in the middle.
    let step = longest.div_ceil(24).max(1);
    for at in (0..longest - 1).step_by(step) {
        let invisible = INVISIBLE[at % INVISIBLE.len()];
        check(table, "one invisible", entity, case, |value| invisibles(value, invisible, |index| index == at));
        check(table, "eight invisible", entity, case, |value| {
            invisibles(value, &invisible.repeat(8), |index| index == at)
        });
    }
    for invisible in INVISIBLE {
        check(table, "invisible everywhere", entity, case, |value| invisibles(value, invisible, |_| true));
    }
}
