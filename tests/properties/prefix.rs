//! No text before a value decides whether the value is found, but for what is documented as its boundary.

use std::ops::Range;

use banister::EntityType;

use crate::cases::{Case, GROUPED, begins_a_line, found, must};
use crate::generate::{Rng, run};
use crate::table::{Exceptions, Table};

/// What runs are drawn from.
const LETTERS: &[u8] = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789=/|:;,&?_.-\"'([{<";

/// Characters after which a value may begin at once, and the rows of the exceptions.
const SEPARATORS: &[(&str, char)] = &[
    ("after =", '='),
    ("after |", '|'),
    ("after :", ':'),
    ("after ;", ';'),
    ("after ,", ','),
    ("after &", '&'),
    ("after ?", '?'),
    ("after (", '('),
    ("after [", '['),
    ("after {", '{'),
    ("after <", '<'),
    ("after \"", '"'),
    ("after '", '\''),
];

/// Where the documented boundary of a type forbids a value, with the reason.
const EXCEPTIONS: Exceptions = &[
    ("after :", EntityType::MacAddress, "a colon joins the groups of a longer address"),
    ("after :", EntityType::IpAddress, "a colon joins the groups of a longer address"),
    ("after =", EntityType::Url, "a URL is part of the one before it"),
    ("after :", EntityType::Url, "a host without a scheme may be the end of an address with one"),
];

/// Where a start is itself the keyword that takes what follows as its value.
const START_EXCEPTIONS: Exceptions = &[("user: ", EntityType::Username, "the next keyword is the value of the first")];

/// A run of 1 to 40 characters. Every third one is of one kind of character alone, and every third like the value itself.
fn random_run(rng: &mut Rng) -> String {
    let length = 1 + rng.below(40);
    let kinds: &[&[u8]] = &[
        LETTERS,
        LETTERS,
        b"0123456789",
        b"abcxyz",
        b"ABCXYZ",
        b"1 ",
        b"a/",
        b"a=",
        b"1.",
        b"1-",
        b"_-.",
        b"a|",
        b"a.b@",
        b"=:",
    ];
    let kind = *rng.item(kinds);
    (0..length).map(|_| char::from(*rng.item(kind))).collect::<String>().trim().to_owned()
}

fn check(table: &mut Table, row: &str, entity: EntityType, prefix: &str, case: &Case) {
    let text = format!("{prefix}{}", case.text);
    let spans = found(entity, &text);
    let wanted: Vec<_> = case.spans.iter().map(|span| span.start + prefix.len()..span.end + prefix.len()).collect();
    // A longer finding hides the value as well.
    let hides = |span: &Range<usize>, wanted: &Range<usize>| {
        let whole = span.start <= wanted.start && span.end >= wanted.end;
        // The run ends with digits that are a number of the same form together with the first groups of the value.
        let other = GROUPED.contains(&entity) && span.start < wanted.start && span.end > wanted.start;
        whole || (other && found(entity, &text[span.clone()]) == [0..span.len(); 1])
    };
    let right = wanted.iter().all(|wanted| spans.iter().any(|span| hides(span, wanted)));
    table.add(row, entity, right, || format!("{text:?} found at {spans:?}, not {wanted:?}"));
}

#[test]
fn values_are_found_behind_every_run() {
    let mut table = Table::default();
    run(14, |seed| {
        let mut rng = Rng::new(seed ^ 0x9FE);
        for &entity in EntityType::ALL {
            for case in must(entity).iter().filter(|case| !begins_a_line(entity, case)) {
                let run = random_run(&mut rng);
                check(&mut table, "after a space", entity, &format!("{run} "), case);
                check(&mut table, "after a line break", entity, &format!("{run}\n"), case);
                let &(row, separator) = rng.item(SEPARATORS);
                check(&mut table, row, entity, &format!("{run}{separator}"), case);
            }
        }
    });
    table.check_sample("prefix", EXCEPTIONS);
}

/// Everything that looks like the start of a value, as often as may be, and then a value.
#[test]
fn values_are_found_behind_many_starts() {
    let starts = [
        "10 ",
        "4-",
        "1.2.3.",
        "a=",
        "a/b/",
        "password=",
        "http://",
        "Aa ",
        "a@",
        "--- ",
        "x|",
        "DE89 ",
        "+1 ",
        "4111 ",
        "'",
        "eyJ.",
        "user: ",
    ];
    let mut table = Table::default();
    for start in starts {
        for count in (1..=40).chain([63, 64, 65, 127, 128, 129, 300]) {
            let prefix = format!("{} ", start.repeat(count));
            for &entity in EntityType::ALL {
                let cases: Vec<&Case> = must(entity).iter().filter(|case| !begins_a_line(entity, case)).collect();
                check(&mut table, start, entity, &prefix, cases[count % cases.len()]);
            }
        }
    }
    table.check("starts", START_EXCEPTIONS);
}
