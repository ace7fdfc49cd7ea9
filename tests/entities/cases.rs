//! Cases are data: `tests/data/entities/<TYPE>.yaml`, one file a type.
//!
//! ```yaml
//! must:       # each value to be found is marked <<so>>, and nothing else of the type may be found
//!   - "write to <<jo@example.com>> today"
//! must_not:   # nothing of the type may be found
//!   - "jo@example is no address"
//! ```
//!
//! The marks are taken out before matching. The other types are not looked at. `tests/data/entities/views/*.yaml` hold lists of the same
//! cases with a `type`, about how a value may be written whatever its type.

use std::ops::Range;

use banister::EntityType;

use crate::{Matcher, data};

#[derive(serde::Deserialize)]
struct Cases {
    #[serde(default)]
    must: Vec<String>,
    #[serde(default)]
    must_not: Vec<String>,
}

#[derive(serde::Deserialize)]
struct TypedCases {
    r#type: String,
    #[serde(flatten)]
    cases: Cases,
}

fn read<T: serde::de::DeserializeOwned>(path: &std::path::Path) -> T {
    let text = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_yaml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The text without its marks, and the marked ranges.
fn unmark(marked: &str) -> (String, Vec<Range<usize>>) {
    let (mut text, mut spans, mut rest) = (String::new(), Vec::new(), marked);
    while let Some((head, tail)) = rest.split_once("<<") {
        let (value, tail) = tail.split_once(">>").unwrap_or_else(|| panic!("mark not closed: {marked}"));
        text.push_str(head);
        let start = text.len();
        text.push_str(value);
        spans.push(start..text.len());
        rest = tail;
    }
    text.push_str(rest);
    (text, spans)
}

/// What the engine does otherwise than the cases say.
fn failures(entity: EntityType, cases: &Cases) -> Vec<String> {
    let matcher = Matcher::new(entity);
    let mut failures = Vec::new();
    for marked in &cases.must {
        let (text, want) = unmark(marked);
        assert!(!want.is_empty(), "{entity}: nothing marked in {marked:?}");
        let found = matcher.find(&text);
        if found != want {
            let found: Vec<_> = found.into_iter().map(|span| &text[span]).collect();
            failures.push(format!("{entity}: {marked:?} gave {found:?}"));
        }
    }
    for text in &cases.must_not {
        let found: Vec<_> = matcher.find(text).into_iter().map(|span| &text[span]).collect();
        if !found.is_empty() {
            failures.push(format!("{entity}: nothing wanted in {text:?}, found {found:?}"));
        }
    }
    failures
}

#[test]
fn cases_hold() {
    let mut all = Vec::new();
    for &entity in EntityType::ALL {
        let cases: Cases = read(&data().join("entities").join(format!("{entity}.yaml")));
        assert!(cases.must.len() >= 8 && cases.must_not.len() >= 8, "{entity}: at least eight cases each");
        all.extend(failures(entity, &cases));
    }
    assert!(all.is_empty(), "{} failures\n{}", all.len(), all.join("\n"));
}

#[test]
fn cases_of_writing_hold() {
    let mut all = Vec::new();
    let files = std::fs::read_dir(data().join("entities/views")).expect("the folder is there");
    for file in files {
        for typed in read::<Vec<TypedCases>>(&file.expect("readable").path()) {
            let entity = EntityType::from_name(&typed.r#type).unwrap_or_else(|| panic!("no type {}", typed.r#type));
            all.extend(failures(entity, &typed.cases));
        }
    }
    assert!(all.is_empty(), "{} failures\n{}", all.len(), all.join("\n"));
}

/// A card and a key glued together: both are found, whole.
#[test]
fn glued_values_are_both_found() {
    let text = "pay 4111 1111 1111 1111AKIAIOSFODNN7EXAMPLE now please";
    assert_eq!(Matcher::new(EntityType::CreditDebitCardNumber).find(text), vec![4_usize..23; 1]);
    assert_eq!(Matcher::new(EntityType::AwsAccessKey).find(text), vec![23_usize..43; 1]);
}

#[test]
fn long_local_parts_are_found_whole() {
    let address = format!("{}@example.com", "very.long.name.".repeat(14).trim_end_matches('.'));
    let text = format!("mail {address} ok");
    assert_eq!(Matcher::new(EntityType::Email).find(&text), vec![5..5 + address.len(); 1]);
}

/// Pieces of values glued together at random: no validator may panic, and every finding must lie on characters.
#[test]
fn no_text_makes_a_validator_panic() {
    const PIECES: &[&str] = &[
        "4111",
        " ",
        "-",
        "1111 1111 1111",
        "AKIAIOSFODNN7EXAMPLE",
        "@",
        "a",
        "Z",
        "\u{e9}",
        "\u{4e2d}",
        ".",
        "com",
        "+1",
        "(",
        ")",
        "555",
        "0",
        "password is ",
        "name: ",
        "Mr. ",
        "Anna ",
        "DOB ",
        "://",
        "http",
        "sk-",
        ":",
        "::",
        "\n",
        "'",
        "\"",
        "=",
        "12/05/1999",
        "years old",
        "Street",
        "x1",
        "GB29NWBK60161331926819",
        "driver's license ",
        "account ",
        "passport",
        "%40",
        "contrase\u{f1}a ",
        "I\u{2019}m ",
        "#",
        ",",
        "token",
        "NHS ",
    ];
    let matchers: Vec<_> = EntityType::ALL.iter().map(|&entity| Matcher::new(entity)).collect();
    let mut seed = 0x9e37_79b9_7f4a_7c15_u64;
    for _ in 0..1_500 {
        let mut text = String::new();
        for _ in 0..12 {
            seed ^= seed << 13;
            seed ^= seed >> 7;
            seed ^= seed << 17;
            text.push_str(PIECES[(seed % PIECES.len() as u64) as usize]);
        }
        for matcher in &matchers {
            for found in matcher.find(&text) {
                assert!(text.get(found.clone()).is_some_and(|v| !v.is_empty()), "{found:?} in {text:?}");
            }
        }
    }
}
