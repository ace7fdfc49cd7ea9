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
pub(super) mod matcher;

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

#[test]
fn long_local_parts_are_found_whole() {
    let address = format!("{}@example.com", "very.long.name.".repeat(14).trim_end_matches('.'));
    let text = format!("mail {address} ok");
    let found = Matcher::new(recognizers_for(EntityType::Email)).find(&text);
    assert_eq!(found, vec![5..5 + address.len(); 1]);
}

#[test]
fn key_blocks_are_found_whole_and_cut_off_anywhere() {
    let lines = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj\n".repeat(40);
    let block = format!("-----BEGIN RSA PRIVATE KEY-----\n{lines}-----END RSA PRIVATE KEY-----");
    let matcher = Matcher::new(recognizers_for(EntityType::PrivateKey));
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
    let matchers: Vec<_> = EntityType::ALL.iter().map(|&e| Matcher::new(recognizers_for(e))).collect();
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

/// Text that begins a credential over and over asks the validators a bounded number of times a byte, however long it is.
#[test]
fn validators_of_credentials_are_asked_little() {
    use EntityType as T;
    const TYPES: &[T] = &[T::ApiKey, T::AwsSecretKey, T::AwsAccessKey, T::PrivateKey, T::Password, T::Username, T::Jwt];
    const UNITS: &[&str] = &[
        "passpasspass",
        "password=",
        "pass=pass:",
        "pass 'pass \"",
        "password: 'a ",
        "pwd is ",
        "pwd=a;b=",
        "token=token=",
        "token token ",
        "secret-secret_",
        "api_key=a1b2c3d4-",
        "bearer bearer=",
        "sk-",
        "sk-a1B2-",
        "sk_live_",
        "ghp_",
        "xoxb-1-",
        "hvs.hvs.",
        "dp.pt.a1B2c3D4e5.",
        "s.s.",
        "eyJ.eyJ.",
        "eyJaaaa-",
        "-----BEGIN PRIVATE KEY-----",
        "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkq\n",
        "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSj\n",
        "\n-----END PRIVATE KEY-----",
        "PuTTY-User-Key-File-2: a\nPrivate-Lines: 1\nAAAA\n",
        "://a:b@",
        "://a:",
        "-u a:b",
        "basic YTph",
        "Cookie: session=a1",
        "&sig=a1",
        "12345678:A",
        "0123456789abcdef0123456789abcdef-us",
        "MTk4.Cl2FMQ.",
        "aaa8Q~",
        "user=user:",
        "密码密码",
        "密码=密码：",
        "a1B2c3D4e5F6g7H8",
    ];
    let mut wrong = Vec::new();
    for &entity in TYPES {
        let matcher = Matcher::new(recognizers_for(entity));
        for unit in UNITS {
            let text = unit.repeat(900 / unit.len());
            for (pattern, calls) in matcher.calls(&text) {
                if calls > 4 * text.len() {
                    let pattern: String = pattern.chars().take(60).collect();
                    wrong.push(format!("{entity} {unit:?}: {calls} calls for {} bytes, {pattern}", text.len()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} wrong\n{}", wrong.len(), wrong.join("\n"));
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
            r.pattern.chars().take(60).collect::<String>()
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
