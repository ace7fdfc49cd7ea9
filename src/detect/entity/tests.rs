//! The recognizers against their cases and against labelled sets, over a small reference matcher.
//!
//! Cases are data: `tests/data/entities/<TYPE>.yaml`, one file a type, read here and by the tests of the real engine.
//!
//! ```yaml
//! must:       # texts; each value to be found is marked <<so>>, and nothing else of the type may be found
//!   - "write to <<jo@example.com>> today"
//! must_not:   # texts in which nothing of the type may be found
//!   - "jo@example is no address"
//! ```
//!
//! The marks are taken out before matching. The other types are not looked at.

mod corpus;
mod matcher;

use std::path::{Path, PathBuf};

use super::*;
use matcher::Matcher;

#[derive(serde::Deserialize)]
struct Cases {
    must: Vec<String>,
    must_not: Vec<String>,
}

fn package_root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn cases_of(entity: EntityType) -> Cases {
    let path = package_root().join("tests/data/entities").join(format!("{entity}.yaml"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    serde_yaml::from_str(&text).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// The text without its marks, and the marked ranges.
fn unmark(marked: &str) -> (String, Vec<std::ops::Range<usize>>) {
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

#[test]
fn every_type_has_recognizers() {
    for &entity in EntityType::ALL {
        assert!(recognizers_for(entity).next().is_some(), "{entity}");
    }
}

#[test]
fn context_words_are_lower_case_and_present_where_asked_for() {
    for r in all() {
        for word in r.context {
            assert_eq!(*word, word.to_lowercase(), "{}", r.entity);
            assert_eq!(*word, word.trim(), "{}", r.entity);
        }
    }
}

#[test]
fn patterns_start_alike_and_never_match_nothing() {
    for r in all() {
        let regex = regex::bytes::RegexBuilder::new(r.pattern).unicode(false).build();
        let regex = regex.unwrap_or_else(|e| panic!("{}: {e}", r.entity));
        assert!(!regex.is_match(b""), "{}: {}", r.entity, r.pattern);
        assert!(!r.pattern.contains("*?") && !r.pattern.contains("+?") && !r.pattern.contains("??"), "{}", r.pattern);
    }
}

#[test]
fn cases_hold() {
    let mut failures = Vec::new();
    for &entity in EntityType::ALL {
        let matcher = Matcher::new(recognizers_for(entity));
        let cases = cases_of(entity);
        assert!(cases.must.len() >= 8 && cases.must_not.len() >= 8, "{entity}: at least eight cases each");
        for marked in &cases.must {
            let (text, want) = unmark(marked);
            assert!(!want.is_empty(), "{entity}: nothing marked in {marked:?}");
            let found = matcher.find(&text);
            if found != want {
                let found: Vec<_> = found.into_iter().map(|r| &text[r]).collect();
                failures.push(format!("{entity}: {marked:?} gave {found:?}"));
            }
        }
        for text in &cases.must_not {
            let found: Vec<_> = matcher.find(text).into_iter().map(|r| &text[r]).collect();
            if !found.is_empty() {
                failures.push(format!("{entity}: nothing wanted in {text:?}, found {found:?}"));
            }
        }
    }
    assert!(failures.is_empty(), "{} failures\n{}", failures.len(), failures.join("\n"));
}

/// A card and a key glued together: both are found, whole.
#[test]
fn glued_values_are_both_found() {
    let text = "pay 4111 1111 1111 1111AKIAIOSFODNN7EXAMPLE now please";
    let card = Matcher::new(recognizers_for(EntityType::CreditDebitCardNumber)).find(text);
    let key = Matcher::new(recognizers_for(EntityType::AwsAccessKey)).find(text);
    assert_eq!(card, vec![4_usize..23; 1]);
    assert_eq!(key, vec![23_usize..43; 1]);
}

/// Both lines, and the first alone. Not in the data file: fillers look like its marks.
#[test]
fn machine_readable_zones_are_found_whole() {
    let first = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<";
    let second = "L898902C36UTO7408122F1204159ZE184226B<<<<<10";
    let matcher = Matcher::new(recognizers_for(EntityType::UsPassportNumber));
    assert_eq!(matcher.find(&format!("scan: {first}\n{second}\nok")), [6..6 + 89; 1]);
    assert_eq!(matcher.find(&format!("scan: {first}\nand more")), [6..6 + 44; 1]);
    assert_eq!(matcher.find(&format!("{first}\n{}", second.replacen('C', "D", 1))), [0..44; 1]);
    assert!(matcher.find("P<UTOERIKSSON<<ANNA").is_empty());
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
    let mut seed = 0x2545_f491_4f6c_dd1d_u64;
    let mut random = |n: usize| {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        usize::try_from(seed % n as u64).unwrap_or(0)
    };
    for (entity, value, edges) in values {
        let matcher = Matcher::new(recognizers_for(entity));
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

/// Texts of which every part may be a start or an end: a validator is asked a bounded number of times for each byte.
#[test]
fn no_text_makes_validators_work_hard() {
    let texts = [
        "1 ".repeat(400),
        "12 ".repeat(400),
        "1-".repeat(400),
        "1234 ".repeat(300),
        "4111 ".repeat(300),
        "1".repeat(800),
        "a=".repeat(300) + "@x.com",
        "a.".repeat(300) + "@x.com",
        "%20".repeat(200) + "a@x.com",
        "ab12 ".repeat(300),
    ];
    for entity in EntityType::ALL.iter().filter(|e| !matches!(e, EntityType::Name | EntityType::Address)) {
        let matcher = Matcher::new(recognizers_for(*entity));
        for text in &texts {
            let asked = matcher.asked(text);
            assert!(
                asked <= 8 * text.len(),
                "{entity}: {asked} questions on {} bytes of {:?}",
                text.len(),
                &text[..12]
            );
        }
    }
}

#[test]
fn long_local_parts_are_found_whole() {
    let address = format!("{}@example.com", "very.long.name.".repeat(14).trim_end_matches('.'));
    let text = format!("mail {address} ok");
    let found = Matcher::new(recognizers_for(EntityType::Email)).find(&text);
    assert_eq!(found, vec![5..5 + address.len(); 1]);
}

#[test]
fn whole_key_blocks_are_found_and_open_ones_are_not() {
    let line = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj\n".repeat(40);
    let block = format!("-----BEGIN RSA PRIVATE KEY-----\n{line}-----END RSA PRIVATE KEY-----");
    let matcher = Matcher::new(recognizers_for(EntityType::PrivateKey));
    assert_eq!(
        matcher.find(&format!("key:\n{block}\n{block}\n")),
        [5..5 + block.len(), 6 + block.len()..6 + 2 * block.len()]
    );
    assert!(matcher.find(&block[..block.len() - 20]).is_empty());
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
    ];
    let matchers: Vec<_> = EntityType::ALL.iter().map(|&e| Matcher::new(recognizers_for(e))).collect();
    let mut seed = 0x9e37_79b9_7f4a_7c15_u64;
    for _ in 0..2_000 {
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

/// Sizes of the automata, each pattern's own and the one of all together, the way the engine runs them.
#[test]
#[ignore = "prints; run by hand when patterns change"]
fn automata_sizes() {
    for (i, r) in all().enumerate() {
        let (states, bytes) = matcher::size(&[r.pattern]);
        println!(
            "{i:3} {:40} {states:6} states {bytes:9} bytes  {}",
            r.entity.name(),
            &r.pattern[..r.pattern.len().min(60)]
        );
    }
    let patterns: Vec<_> = all().map(|r| r.pattern).collect();
    let (total, bytes) = matcher::size(&patterns);
    println!("all together {total} states, {bytes} bytes");
}

fn shared_data() -> Option<PathBuf> {
    // Beside the package, or beside the project when this is a work tree of it.
    let root = package_root();
    let dir = std::env::var_os("BANISTER_SHARED_DATA").map_or_else(|| root.join("../shared/data"), PathBuf::from);
    Path::new(&dir).join("pii").is_dir().then_some(dir)
}
