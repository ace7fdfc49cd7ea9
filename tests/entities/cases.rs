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

use crate::random::below;
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
pub(crate) fn unmark(marked: &str) -> (String, Vec<Range<usize>>) {
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

/// Signs that part sentences without spaces: before a value, and after one.
const PARTING: &[(&str, &str)] = &[("—", "— "), ("—", "—"), ("--", "--"), ("->", "->"), ("...", " ")];

/// `my number is 536-90-4399—keep it`, `my number is...536-90-4399`.
#[test]
fn values_are_found_beside_signs_that_part_sentences() {
    let (mut wrong, mut count) = (Vec::new(), 0);
    for &entity in EntityType::ALL {
        let matcher = Matcher::new(entity);
        let cases: Cases = read(&data().join("entities").join(format!("{entity}.yaml")));
        for (marked, &(before, after)) in
            cases.must.iter().flat_map(|case| PARTING.iter().map(move |signs| (case, signs)))
        {
            let (text, want) = unmark(marked);
            let [value] = want.as_slice() else { continue };
            // A key without its first line has no word before it.
            if entity == EntityType::PrivateKey {
                continue;
            }
            let before = if value.start == 0 { format!("so{before}") } else { String::new() };
            let after = if value.end == text.len() { format!("{after}so") } else { String::new() };
            let value = value.start + before.len()..value.end + before.len();
            let text = format!("{before}{text}{after}");
            count += 1;
            // The parts of an address, a name or a token may be joined with hyphens, so that the word beside it seems to be one. Beside an
            // em dash none is.
            let is_loose = !after.contains('—');
            let ends = |end| end == value.end || is_loose;
            let holds = |found: &Range<usize>| found.start <= value.start && value.end <= found.end && ends(found.end);
            if !matcher.find(&text).iter().any(holds) {
                wrong.push(format!("{entity}: {text:?}"));
            }
        }
    }
    assert!(wrong.is_empty() && count > 2400, "{} of {count}\n{}", wrong.len(), wrong.join("\n"));
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

/// Both lines, and each alone. Not in the data file: fillers look like its marks.
#[test]
fn machine_readable_zones_are_found_whole() {
    let first = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<";
    let second = "L898902C36UTO7408122F1204159ZE184226B<<<<<10";
    let matcher = Matcher::new(EntityType::UsPassportNumber);
    assert_eq!(matcher.find(&format!("scan: {first}\n{second}\nok")), vec![6..6 + 89; 1]);
    assert_eq!(matcher.find(&format!("scan: {first}\nand more")), [6..6 + 44; 1]);
    assert_eq!(matcher.find(&format!("{first}\n{}", second.replacen('C', "D", 1))), [0..44; 1]);
    assert!(matcher.find("P<UTOERIKSSON<<ANNA").is_empty());
    assert_eq!(matcher.find(second), [0..44; 1]);
    assert_eq!(matcher.find(&format!("zone: `{second}`.")), [7..7 + 44; 1]);
    for wrong in ["L898902C35", "L898902C36UTO7408121", "L898902C36UTO7408122A", "L898902C36UTO7408122F1204158"] {
        let line = format!("{wrong}{}", &second[wrong.len()..]);
        assert!(matcher.find(&line).is_empty(), "{line}");
    }
}

/// Zones of cards and passports, with ASCII fillers: the data file has them in full width. A wrong check digit of any field makes it none.
#[test]
fn zones_of_all_formats_are_found_whole() {
    // The specimens of ICAO 9303 parts 4, 5 and 6.
    let passport = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10";
    let card = "I<UTOD231458907<<<<<<<<<<<<<<<\n7408122F1204159UTO<<<<<<<<<<<6\nERIKSSON<<ANNA<MARIA<<<<<<<<<<";
    let small = "I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<\nD231458907UTO7408122F1204159<<<<<<<6";
    let visa = "V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL8988901C4XXX4009078F96121096ZE184226B<<<<<<";
    let matcher = Matcher::new(EntityType::PassportMrz);
    for zone in [passport, card, small, visa] {
        assert_eq!(matcher.find(&format!("scan:\n{zone}\n\nok")), [6..6 + zone.len(); 1], "{zone}");
        assert_eq!(matcher.find(&format!("zone <{zone}>")), [6..6 + zone.len(); 1], "{zone}");
        let checked = zone.rfind("7408122").or(zone.rfind("4009078")).expect("a date of birth");
        let wrong = format!("{}9{}", &zone[..checked], &zone[checked + 1..]);
        assert!(matcher.find(&wrong).is_empty(), "{wrong}");
    }
    assert!(matcher.find(card.rsplit_once('\n').expect("lines").0).is_empty());
}

/// Every value is found at once behind any run of what may separate it from a word before it.
#[test]
fn values_are_found_behind_long_runs() {
    const RUN: &[&str] =
        &["=", "/", "|", ":", ";", ",", "&", "?", "(", "[", "{", "<", "a", "Z", "7", " ", "_", "-", ".", "'"];
    let values = [
        (EntityType::Email, "jane.roe@example.com", "=/|:;,&?([{< "),
        (EntityType::CreditDebitCardNumber, "4111 1111 1111 1111", "=|:;,&?([{<aZ "),
        (EntityType::CreditDebitCardNumber, "4111111111111111", "=/|:;,&?([{<aZ "),
        (EntityType::InternationalBankAccountNumber, "DE89 3704 0044 0532 0130 00", "=/|:;,&?([{< "),
        (EntityType::UsSocialSecurityNumber, "536-90-4399", "=|:;,&?([{< "),
        (EntityType::CaSocialInsuranceNumber, "130 692 544", "=|:;,&?([{< "),
        (EntityType::UkNationalInsuranceNumber, "AB 12 34 56 C", "=|:;,&?([{< "),
        (EntityType::Phone, "+1 415 555 2671", "=|:;,&?([{< "),
        (EntityType::IpAddress, "192.168.1.7", "=|:;,&?([{< "),
        (EntityType::MacAddress, "84:c6:4a:ce:d6:5a", "=/|;,&?([{< "),
    ];
    let mut random = below(0x2545_f491_4f6c_dd1d);
    for (entity, value, edges) in values {
        let matcher = Matcher::new(entity);
        for length in (1..=40).chain([80, 200]) {
            let mut text: String = (0..length).map(|_| RUN[random(RUN.len())]).collect();
            text.push(edges.chars().nth(random(edges.len())).unwrap_or(' '));
            let start = text.len();
            text.push_str(value);
            let found = matcher.find(&text);
            assert_eq!(found.last(), Some(&(start..text.len())), "{entity} in {text:?}");
        }
    }
}

#[test]
fn key_blocks_are_found_whole_and_cut_off_anywhere() {
    let lines = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj\n".repeat(40);
    let block = format!("-----BEGIN RSA PRIVATE KEY-----\n{lines}-----END RSA PRIVATE KEY-----");
    let matcher = Matcher::new(EntityType::PrivateKey);
    assert_eq!(
        matcher.find(&format!("key:\n{block}\n{block}\n")),
        [5..5 + block.len(), 6 + block.len()..6 + 2 * block.len()]
    );
    let first_line = block.find('\n').expect("lines end") + 1;
    for cut in [40, 100, 1_000, 2_500] {
        let text = format!("key:\n{}\n(output truncated)", &block[..first_line + cut]);
        assert_eq!(matcher.find(&text), vec![5..5 + block[..first_line + cut].trim_end().len(); 1], "cut at {cut}");
    }
    assert!(matcher.find(&block[..first_line]).is_empty());
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
        "9434765919",
        "130 692 544",
        "474-49-7577",
        "jane",
        "_",
        "%20",
        "/",
        "|",
        "\u{2019}",
        "\u{fc}",
        "\u{301}",
        "\u{e01}",
        "\u{1f600}",
        "AB 12 34 56 C",
        "plate ",
        "zip ",
        "fe80::1%",
        "10.0.0.1",
        "ext ",
        "pwd",
        "pass=",
        "\u{43f}\u{430}\u{440}\u{43e}\u{43b}\u{44c}",
        "\u{5bc6}\u{7801}\u{ff1a}",
        "secret",
        "Authorization: Basic ",
        "-----BEGIN PRIVATE KEY-----\n",
        "\n-----END PRIVATE KEY-----",
        "PuTTY-User-Key-File-2: a\nPrivate-Lines: 1\n",
        "-u a:",
        "://u:",
        "&",
        ";",
        "Cookie: session=",
        "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",
    ];
    let matchers: Vec<_> = EntityType::ALL.iter().map(|&entity| Matcher::new(entity)).collect();
    let mut random = below(0x9e37_79b9_7f4a_7c15);
    for _ in 0..1_500 {
        let mut text = String::new();
        for _ in 0..12 {
            text.push_str(PIECES[random(PIECES.len())]);
        }
        for matcher in &matchers {
            for found in matcher.find(&text) {
                assert!(text.get(found.clone()).is_some_and(|v| !v.is_empty()), "{found:?} in {text:?}");
            }
        }
    }
}
