//! Markup, quotes, escapes and marks around a value are boundaries, and stay as they are.

use std::ops::Range;

use banister::{EntityType, Source};

use crate::cases::{Case, begins_a_line, found, guardrail, masking, must};
use crate::table::{Exceptions, Table};

const WRAPPERS: &[(&str, &str, &str)] = &[
    ("_", "_", "_"),
    ("__", "__", "__"),
    ("*", "*", "*"),
    ("**", "**", "**"),
    ("***", "***", "***"),
    ("~~", "~~", "~~"),
    ("`", "`", "`"),
    ("\"", "\"", "\""),
    ("'", "'", "'"),
    ("“”", "“", "”"),
    ("\\n", "\\n", "\\n"),
    ("\\t", "\\t", "\\t"),
    ("\\r\\n", "\\r\\n", "\\r\\n"),
    ("\\\\n", "\\\\n", "\\\\n"),
    ("\\\"", "\\\"", "\\\""),
    ("%20", "%20", "%20"),
    ("%0A", "%0A", "%0A"),
    ("\\u003c", "\\u003c", "\\u003e"),
    ("**`", "**`", "`**"),
];

const MARKS: &[&str] = &["²", "¹", "³", "™", "①", "⑫", "⁽¹⁾", "½", "ª", "℠"];

/// What does not hold, with the reason.
const WRAPPER_EXCEPTIONS: Exceptions = &[
    ("\\u003c", EntityType::Name, "a name in angle brackets is a place to fill in"),
    ("\\u003c", EntityType::Age, "`age <40` is a bound"),
    ("%0A", EntityType::Address, PERCENT_REASON),
    ("%20", EntityType::Address, PERCENT_REASON),
    ("%0A", EntityType::Age, PERCENT_REASON),
    ("%20", EntityType::Age, PERCENT_REASON),
    ("%0A", EntityType::Name, PERCENT_REASON),
    ("%20", EntityType::Name, PERCENT_REASON),
    ("%0A", EntityType::CreditDebitCardCvv, PERCENT_REASON),
    ("%20", EntityType::CreditDebitCardCvv, PERCENT_REASON),
    ("%0A", EntityType::CreditDebitCardExpiry, PERCENT_REASON),
    ("%20", EntityType::CreditDebitCardExpiry, PERCENT_REASON),
    ("%0A", EntityType::Pin, PERCENT_REASON),
    ("%20", EntityType::Pin, PERCENT_REASON),
    ("%0A", EntityType::SwiftCode, PERCENT_REASON),
    ("%20", EntityType::SwiftCode, PERCENT_REASON),
    ("%0A", EntityType::IpAddress, PERCENT_REASON),
    ("%20", EntityType::IpAddress, PERCENT_REASON),
    ("%0A", EntityType::Url, "an escape is a part of a URL"),
    ("%20", EntityType::Url, "an escape is a part of a URL"),
    ("~~", EntityType::ApiKey, "`~` is a character of keys, and joins two of them"),
    ("\\t", EntityType::Phone, "a line end behind white space is a space, so the number may go on"),
];

const PERCENT_REASON: &str =
    "percent escapes are boundaries of a value, not of its keyword: no URL holds `PIN: %204812`";

/// Likewise for marks.
const MARK_EXCEPTIONS: Exceptions = &[
    ("ª", EntityType::Age, AGE_REASON),
    ("²", EntityType::Age, AGE_REASON),
    ("¹", EntityType::Age, AGE_REASON),
    ("³", EntityType::Age, AGE_REASON),
    ("™", EntityType::Age, AGE_REASON),
    ("①", EntityType::Age, AGE_REASON),
    ("⑫", EntityType::Age, AGE_REASON),
    ("⁽¹⁾", EntityType::Age, AGE_REASON),
    ("½", EntityType::Age, AGE_REASON),
    ("℠", EntityType::Age, AGE_REASON),
    ("ª", EntityType::Username, "inside the quotes of SQL the mark is a part of the name"),
    ("²", EntityType::Username, "inside the quotes of SQL the mark is a part of the name"),
    ("¹", EntityType::Username, "inside the quotes of SQL the mark is a part of the name"),
    ("³", EntityType::Username, "inside the quotes of SQL the mark is a part of the name"),
    ("①", EntityType::Username, "inside the quotes of SQL the mark is a part of the name"),
    ("⁽¹⁾", EntityType::Username, "inside the quotes of SQL the mark is a part of the name"),
    ("²", EntityType::Phone, "where digits follow the mark, it may be one of them"),
    ("¹", EntityType::Phone, "where digits follow the mark, it may be one of them"),
    ("³", EntityType::Phone, "where digits follow the mark, it may be one of them"),
    ("①", EntityType::Phone, "where digits follow the mark, it may be one of them"),
    ("⁽¹⁾", EntityType::Url, "brackets may be a part of a URL"),
    ("ª", EntityType::CreditDebitCardNumber, "a letter joins the digits to the key behind them, as in encoded data"),
];

const AGE_REASON: &str = "the mark is between the number and `years old`, which are read together";

/// A password may hold any of these, a user name and base64url underscores: a mask may take them too.
fn may_take(entity: EntityType, row: &str) -> bool {
    match entity {
        EntityType::Password => !row.contains(['\\', '"', '\'', '`', '“']),
        EntityType::Username | EntityType::ApiKey | EntityType::Jwt => row.contains('_'),
        _ => false,
    }
}

/// Whether the wrapper changes what the text says, so that nothing need be found.
fn changes_meaning(entity: EntityType, row: &str, case: &Case) -> bool {
    let is_white = row.starts_with("\\") && row.ends_with(['n', 't']);
    let in_place = |heads: &[char], tail: Option<char>| {
        case.spans.iter().any(|span| {
            case.text[..span.start].ends_with(heads) && tail.is_none_or(|tail| case.text[span.end..].starts_with(tail))
        })
    };
    match entity {
        // `<password>` stands for a value.
        EntityType::Password | EntityType::Username if row == "\\u003c" => true,
        // The line after a keyword begins with any word; and `'@` is what is between the user and the host of MySQL, which are
        // never encoded.
        EntityType::Username if is_white => case.values().all(|value| value.bytes().all(|b| b.is_ascii_alphabetic())),
        EntityType::Username if row.starts_with('%') => case.text.contains("'@'"),
        EntityType::Username if row == "'" => case.values().any(|value| value.starts_with('@')),
        // White space ends an address and an option, and no address holds Markdown.
        EntityType::Password if is_white || row == "**`" => {
            in_place(&[':', '/'], Some('@')) || case.text.starts_with("curl ") || (is_white && beside(case))
        }
        // A key without its first line begins where a line does.
        EntityType::PrivateKey => begins_a_line(entity, case),
        _ => false,
    }
}

/// Whether a keyword and its value are side by side: the line after a word begins another sentence.
fn beside(case: &Case) -> bool {
    case.spans.iter().any(|span| {
        let head = &case.text[..span.start];
        head.ends_with(' ') && !head.trim_end_matches([' ', '*']).ends_with([':', '='])
    })
}

fn is_quote(c: char) -> bool {
    matches!(c, '"' | '\'' | '`' | '“' | '”')
}

/// The text with each span written as the label of its type.
fn masked(text: &str, entity: EntityType, spans: &[Range<usize>]) -> String {
    let (mut out, mut at) = (String::new(), 0);
    for span in spans {
        out.push_str(&text[at..span.start]);
        out.push_str(&format!("{{{entity}}}"));
        at = span.end;
    }
    out + &text[at..]
}

fn check(table: &mut Table, row: &str, entity: EntityType, case: &Case, around: (&str, &str)) {
    // A quote inside of quotes ends them.
    let quoted = case
        .spans
        .iter()
        .any(|span| case.text[..span.start].ends_with(is_quote) || case.text[span.end..].starts_with(is_quote));
    if (quoted && row.contains(is_quote)) || changes_meaning(entity, row, case) {
        return;
    }
    // Two line ends are a blank line.
    let beside_line_end =
        |span: &Range<usize>| case.text[..span.start].ends_with('\n') || case.text[span.end..].starts_with('\n');
    if row.contains(['n', 'A']) && case.spans.iter().any(beside_line_end) {
        return;
    }
    let wrapped = case.rewritten(around, str::to_owned);
    let assessment = masking(entity).assess(Source::Input, &wrapped.text);
    let found = assessment.apply_to(&wrapped.text);
    let with_wrapper: Vec<_> =
        wrapped.spans.iter().map(|span| span.start - around.0.len()..span.end + around.1.len()).collect();
    let with_end: Vec<_> = wrapped.spans.iter().map(|span| span.start..span.end + around.1.len()).collect();
    let with_start: Vec<_> = wrapped.spans.iter().map(|span| span.start - around.0.len()..span.end).collect();
    let right = found == masked(&wrapped.text, entity, &wrapped.spans)
        || (may_take(entity, row)
            && [&with_wrapper, &with_start, &with_end]
                .iter()
                .any(|spans| found == masked(&wrapped.text, entity, spans)));
    table.add(row, entity, right, || format!("{:?} became {found:?}", wrapped.text));
}

#[test]
fn what_is_around_a_value_stays() {
    let mut table = Table::default();
    for &entity in EntityType::ALL {
        for case in must(entity) {
            for &(row, open, close) in WRAPPERS {
                check(&mut table, row, entity, case, (open, close));
            }
        }
    }
    table.check("wrappers", WRAPPER_EXCEPTIONS);
}

/// The whole text in an escaped string: the keyword is wrapped too, and quotes inside are escaped.
#[test]
fn values_are_found_in_escaped_strings() {
    let mut table = Table::default();
    for &entity in EntityType::ALL {
        for case in must(entity).iter().filter(|case| !begins_a_line(entity, case)) {
            let json = serde_json::to_string(&case.text).expect("a string");
            for (row, text) in
                [("JSON string", json.clone()), ("JSON in JSON", serde_json::to_string(&json).expect("a string"))]
            {
                let assessment = masking(entity).assess(Source::Input, &text);
                let masked = assessment.apply_to(&text);
                let values: Vec<&str> =
                    case.values().filter(|value| value.len() > 3 && !value.contains('\n')).collect();
                let leaks = values.iter().any(|value| masked.contains(*value))
                    || assessment.findings().len() < case.spans.len();
                table.add(row, entity, !leaks, || format!("{text:?} became {masked:?}"));
                let valid = serde_json::from_str::<serde_json::Value>(masked).is_ok();
                table.add("still JSON", entity, valid, || format!("{text:?} became {masked:?}"));
            }
        }
    }
    table.check("escaped", &[]);
}

#[test]
fn marks_behind_a_value_do_not_hide_it() {
    let mut table = Table::default();
    for &entity in EntityType::ALL {
        for case in must(entity) {
            for mark in MARKS {
                let marked = case.rewritten(("", mark), str::to_owned);
                let assessment = masking(entity).assess(Source::Input, &marked.text);
                let may_take_it = entity == EntityType::Password;
                let right = marked.spans.iter().all(|span| {
                    let found = |end: usize| {
                        assessment.findings().iter().any(|finding| finding.span().range() == (span.start..end))
                    };
                    let parts = mark.char_indices().map(|(at, c)| at + c.len_utf8());
                    found(span.end) || (may_take_it && parts.into_iter().any(|part| found(span.end + part)))
                });
                table.add(mark, entity, right, || {
                    format!("{:?} became {:?}", marked.text, assessment.apply_to(&marked.text))
                });
            }
        }
    }
    table.check("marks", MARK_EXCEPTIONS);
}

/// A mark after a digit, and a value right after the mark: the digit before it is no part of the value. Alone and among all types, since
/// starts are followed together.
#[test]
fn values_after_a_marked_digit_are_found() {
    let all = guardrail("{version: 1, name: all, pii: [{types: [ALL], action: detect}]}");
    for entity in crate::cases::GROUPED {
        for case in must(*entity).iter().filter(|case| case.spans.len() == 1) {
            let value = case.values().next().unwrap_or_default();
            // Only values that need no word near them.
            if value.len() > 40 || found(*entity, value).first() != Some(&(0..value.len())) {
                continue;
            }
            for before in ["1²", "²²", "4¹", "12³"] {
                let text = format!("{before}{value}");
                let span = before.len()..text.len();
                let covers = |found: &Range<usize>| found.start <= span.start && span.end <= found.end;
                assert!(found(*entity, &text).iter().any(covers), "{entity} {text}");
                let assessment = all.assess(banister::Source::Input, &text);
                let is_found = |finding: &banister::Finding| {
                    finding.entity_type() == Some(*entity) && covers(&finding.span().range())
                };
                assert!(assessment.findings().iter().any(is_found), "{entity} {text} among all");
            }
        }
    }
}
