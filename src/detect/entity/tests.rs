//! Properties of all recognizers. Their findings are tested in `tests/entities`.

use std::cell::Cell;

use super::recognizer::Recognizer;
use super::*;
use crate::detect::pattern::{
    Group, MatcherState, Offer, ParsedPattern, PatternMatcher, Syntax, Verdict, check_pattern,
};
use crate::text::normalize::View;
use crate::text::view::ViewText;

fn all() -> impl Iterator<Item = (EntityType, &'static Recognizer)> {
    EntityType::ALL.iter().flat_map(|&entity| entity.recognizers().map(move |recognizer| (entity, recognizer)))
}

#[test]
fn the_matcher_accepts_every_pattern() {
    for (entity, recognizer) in all() {
        let pattern = ParsedPattern::parse(recognizer.pattern, Syntax::Ascii).expect("a pattern");
        let checked = check_pattern(&pattern, Some(recognizer.max_bytes)).map(drop);
        assert_eq!(checked, Ok(()), "{entity}: {}", recognizer.pattern);
    }
}

#[test]
fn every_type_has_recognizers() {
    for &entity in EntityType::ALL {
        assert!(entity.recognizers().next().is_some(), "{entity}");
    }
}

#[test]
fn context_words_are_lower_case_and_present_where_asked_for() {
    for (entity, r) in all() {
        for word in r.context {
            assert_eq!(*word, word.to_lowercase(), "{entity}");
            assert_eq!(*word, word.trim(), "{entity}");
        }
    }
}

#[test]
fn patterns_start_alike_and_never_match_nothing() {
    for (entity, r) in all() {
        let regex = regex::bytes::RegexBuilder::new(r.pattern).unicode(false).build();
        let regex = regex.unwrap_or_else(|e| panic!("{entity}: {e}"));
        assert!(!regex.is_match(b""), "{entity}: {}", r.pattern);
        assert!(!r.pattern.contains("*?") && !r.pattern.contains("+?") && !r.pattern.contains("??"), "{}", r.pattern);
    }
}

/// Text that begins a value over and over asks the validators a bounded number of times a byte, however long it is.
#[test]
fn validators_run_a_bounded_number_of_times() {
    use EntityType as T;
    const UNITS: &[&str] = &[
        "1 ",
        "12 ",
        "1-",
        "1234 ",
        "4111 ",
        "1",
        "ab12 ",
        "%20",
        "a=",
        "a.",
        "Aa ",
        "1.2.3.",
        "+1 ",
        "(1) ",
        "Dear A ",
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
        "api-key-api-key-",
        "api-key--",
        "AGE-SECRET-K-",
        "_key-_key-",
        "glpat-",
        "PW-12-.",
        "密码是Zw8k.",
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
        "www.",
        "http://",
        "@www.a.b ",
        "@www.a.",
        ".http://a.b/",
        "http://a.b/(c)",
        "http://a..",
        "a-a.com/",
        "a.com",
        "1 Main St ",
        "1 A St 5 ",
        "10 Apt 2, ",
        "1-1-1-",
        "12 rue de ",
        "Via A 1 ",
        "PO Box 1 ",
        "A 1, 2 ",
        "Mr. A ",
        "My name is A ",
        "name: A ",
        "I am A ",
        "John A. ",
        "Anna van ",
        "I am 1 ",
        "415 555 2671 ",
        "(415) ",
        "0 1/",
        "12/",
        "DL-A1-",
        "A1 ",
        "AB12CD ",
        "PIN: *",
        "cvv '1",
        "4111111111111111|12|27|",
        "DE89 3704 ",
        "::",
        "1:2:",
        "fe80::%a",
        "a1:b2:c3:",
        "1.2.3.4/",
        "P<A<<A<",
        "May 1, 2001 ",
        "0x1",
        "bc1q",
    ];
    let mut wrong = Vec::new();
    for &entity in T::ALL {
        let matcher = Matcher::new(entity.recognizers());
        wrong.extend(UNITS.iter().flat_map(|unit| matcher.called_often(unit)));
    }
    assert!(wrong.is_empty(), "{} wrong\n{}", wrong.len(), wrong.join("\n"));
}

/// The same of the starts of the values in the tests, with what introduces them: a value may contain many.
#[test]
fn validators_run_a_bounded_number_of_times_for_values_within_values() {
    const ENDS: &[&str] = &["", "-", "--", ".", " ", "/", "_", ":"];
    let mut wrong = Vec::new();
    for &entity in EntityType::ALL {
        let matcher = Matcher::new(entity.recognizers());
        let mut units = std::collections::BTreeSet::new();
        for case in cases(entity) {
            let Some((before, rest)) = case.split_once("<<") else { continue };
            let value = rest.split_once(">>").map_or(rest, |(value, _)| value);
            for bytes in [6, 12, value.len() / 2, value.len()].map(|bytes| bytes.min(value.len()).min(60)) {
                let value = value.get(..bytes).unwrap_or_default();
                let end = ENDS[units.len() % ENDS.len()];
                units.insert(format!("{before}{value}{end}"));
                units.insert(format!("{value}{end}"));
            }
        }
        wrong.extend(units.iter().filter(|unit| !unit.is_empty()).flat_map(|unit| matcher.called_often(unit)));
    }
    assert!(wrong.is_empty(), "{} wrong\n{}", wrong.len(), wrong.join("\n"));
}

/// Returns the cases of a type that have a value.
pub(super) fn cases(entity: EntityType) -> Vec<String> {
    #[derive(serde::Deserialize)]
    struct Cases {
        must: Vec<String>,
    }
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/data/entities/{entity}.yaml"));
    let cases: Cases = serde_yaml::from_str(&std::fs::read_to_string(path).expect("readable")).expect("cases");
    cases.must
}

/// Recognizers on the matcher, each by itself, without context words.
pub(super) struct Matcher(Vec<(&'static Recognizer, PatternMatcher)>);

impl Matcher {
    pub(super) fn new(recognizers: impl Iterator<Item = &'static Recognizer>) -> Self {
        let matcher = |recognizer: &Recognizer| {
            let mut group = Group::default();
            let pattern = ParsedPattern::parse(recognizer.pattern, Syntax::Ascii).expect("a pattern");
            group.add(0, &pattern, Some(recognizer.max_bytes)).expect("a valid pattern");
            group.build_validated().expect("a small pattern").expect("a pattern")
        };
        Self(recognizers.map(|recognizer| (recognizer, matcher(recognizer))).collect())
    }

    /// Returns for each recognizer how often its validator is asked.
    pub(super) fn calls(&self, text: &str) -> impl Iterator<Item = (&'static str, usize)> {
        let view = ViewText::of(text, View::Entity);
        self.0.iter().map(move |(recognizer, matcher)| {
            let calls = Cell::new(0);
            let mut validate = |Offer { start, end, .. }| {
                calls.set(calls.get() + 1);
                recognizer.verdict(&view, start, end)
            };
            matcher.read(&mut MatcherState::default(), &view, false, &mut validate, &mut Vec::new());
            (recognizer.pattern, calls.get())
        })
    }

    /// Returns which validators are called too often in a unit, repeated.
    fn called_often(&self, unit: &str) -> Vec<String> {
        const MOST_CALLS_PER_BYTE: usize = 8;
        let text = unit.repeat(1200_usize.div_ceil(unit.len())) + "a@x.com";
        let often = self.calls(&text).filter(|&(_, calls)| calls > MOST_CALLS_PER_BYTE * text.len());
        let pattern = |pattern: &str| pattern.chars().take(60).collect::<String>();
        often.map(|(of, calls)| format!("{unit:?}: {calls} calls for {} bytes, {}", text.len(), pattern(of))).collect()
    }

    /// Returns the findings in order, of overlapping ones the longest.
    pub(super) fn find(&self, text: &str) -> Vec<std::ops::Range<usize>> {
        let view = ViewText::of(text, View::Entity);
        let mut found: Vec<std::ops::Range<usize>> = Vec::new();
        for (recognizer, matcher) in &self.0 {
            let mut validate = |Offer { start, end, .. }| recognizer.verdict(&view, start, end);
            let (mut state, mut matches) = (MatcherState::default(), Vec::new());
            matcher.read(&mut state, &view, true, &mut validate, &mut matches);
            for accepted in matches.iter().filter(|found| found.verdict == Verdict::Accept) {
                let start = accepted.starts.first().expect("a match has a start");
                let value = recognizer.value.map(|value| value(view.slice(start..accepted.end)));
                found.push(value.map_or(start..accepted.end, |value| start + value.start..start + value.end));
            }
        }
        found.sort_by_key(|span| (std::cmp::Reverse(span.len()), span.start));
        let mut kept: Vec<std::ops::Range<usize>> = Vec::new();
        for span in found {
            if kept.iter().all(|other| span.end <= other.start || other.end <= span.start) {
                kept.push(span);
            }
        }
        kept.sort_by_key(|span| span.start);
        kept
    }
}

impl Matcher {
    /// Returns the starts that a validator takes back for a later one and accepts all the same: pattern, start and end.
    fn taken_back(&self, text: &str) -> Vec<(&'static str, usize, usize)> {
        let view = ViewText::of(text, View::Entity);
        let mut wrong = Vec::new();
        for (recognizer, matcher) in &self.0 {
            let asked = std::cell::RefCell::new(Vec::new());
            let mut validate = |Offer { start, end, .. }| {
                // The matcher validates no start inside `%20`.
                if view.splits_percent(start) {
                    return Verdict::Reject;
                }
                let verdict = recognizer.verdict(&view, start, end);
                asked.borrow_mut().push((start, end, verdict));
                // Asked about every start, whatever it says.
                Verdict::Reject
            };
            matcher.read(&mut MatcherState::default(), &view, false, &mut validate, &mut Vec::new());
            let asked = asked.into_inner();
            for &(start, end, verdict) in &asked {
                let (bytes, is_of_later_ends) = match verdict {
                    Verdict::RejectBefore(bytes) => (bytes, false),
                    Verdict::RejectStarts(bytes) => (bytes.max(1), true),
                    _ => continue,
                };
                let is_taken_back = |&&(other, other_end, other_verdict): &&(usize, usize, Verdict)| {
                    let is_accepted = matches!(other_verdict, Verdict::Accept | Verdict::NeedsContext);
                    let is_of_end = other_end == end || is_of_later_ends && other_end > end;
                    is_accepted && is_of_end && (start..start + bytes).contains(&other)
                };
                wrong.extend(asked.iter().find(is_taken_back).map(|&(other, ..)| (recognizer.pattern, other, end)));
            }
        }
        wrong
    }
}

/// What a validator says of the starts after a candidate's is true: no start that it would accept is passed over.
#[test]
fn no_start_is_passed_over_that_would_be_accepted() {
    const PREFIXES: &[&str] = &[
        "8 ",
        "8\n",
        "10 ",
        "1 2 3 ",
        "1-",
        "12.",
        "+1 ",
        "(1) ",
        "a=",
        "a.",
        "x|",
        "user/",
        "4111 ",
        "DE89 ",
        "Dear ",
        "Mr. ",
        "Aa ",
        "name: ",
        "password=",
        "token: ",
        "http://",
        "www.",
        "12/",
        "pin ",
        "%20",
        "1:",
        "é",
        "中",
        "\"",
        "'",
        "=",
        "_",
        "**",
        "2024-01-02 ",
        "Main ",
    ];
    let mut wrong = std::collections::BTreeMap::new();
    for &entity in EntityType::ALL {
        let matcher = Matcher::new(entity.recognizers());
        for case in cases(entity).iter().filter(|case| case.len() < 300) {
            for prefix in PREFIXES {
                let text = case.replace("<<", prefix).replace(">>", "");
                for (pattern, start, end) in matcher.taken_back(&text) {
                    wrong.entry((entity, pattern)).or_insert((text.clone(), start, end));
                }
            }
        }
    }
    let show = |((entity, pattern), example): (&(EntityType, &str), &(String, usize, usize))| {
        format!("{entity}: {example:?}, {}", pattern.chars().take(60).collect::<String>())
    };
    assert!(wrong.is_empty(), "{} wrong\n{}", wrong.len(), wrong.iter().map(show).collect::<Vec<_>>().join("\n"));
}
