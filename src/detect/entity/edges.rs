//! Signs in logs, tables and code that a number is not a value: clocks, dates, ids.
//!
//! None of it hides a value for certain, because a clock can be written before any number. It raises what the value needs: a
//! candidate that counts by itself needs a context word then, and only a candidate that needs one anyway is dropped.

use smallvec::SmallVec;

use super::builders::strip_digits_end;
use super::recognizer::{Objection, Surroundings};

/// Returns the objection for a sign against a candidate: one that needs no context word now needs one, any other does not begin here.
pub(super) fn demote(s: &Surroundings<'_>) -> Objection {
    if s.is_sure { Objection::Doubt } else { Objection::Start }
}

/// Returns `true` if the text ends with hours and minutes and a colon, `13:53:`, so that seconds follow.
pub(super) fn ends_with_minutes(before: &str) -> bool {
    let Some(rest) = before.strip_suffix(':') else { return false };
    let Some((rest, 2)) = strip_digits_end(rest) else { return false };
    rest.strip_suffix(':').and_then(strip_digits_end).is_some_and(|(_, digits)| digits <= 2)
}

/// Returns `true` if the text ends with a clock with seconds, `13:53:08` or `13:53:08.021`, and white space.
pub(super) fn ends_with_clock(before: &str) -> bool {
    let rest = before.trim_end_matches([' ', ',', ']']);
    if rest.len() == before.len() {
        return false;
    }
    let Some((head, digits)) = strip_digits_end(rest) else { return false };
    let seconds =
        |text: &str| strip_digits_end(text).is_some_and(|(head, digits)| digits == 2 && ends_with_minutes(head));
    seconds(rest) || digits >= 3 && head.strip_suffix(['.', ',']).is_some_and(seconds)
}

/// Returns `true` if the digits are a date without signs, `081109`, and a time of day follows them, `203615`.
fn is_compact_date_time(date: &str, time: &str) -> bool {
    let pair = |text: &str, at: usize| text.get(at..at + 2).and_then(|pair| pair.parse::<u8>().ok()).unwrap_or(u8::MAX);
    date.len() == 6
        && time.len() == 6
        && (1..=12).contains(&pair(date, 2))
        && (1..=31).contains(&pair(date, 4))
        && pair(time, 0) < 24
        && pair(time, 2) < 60
        && pair(time, 4) < 60
}

/// Returns `true` if the candidate is, or begins with, a date and a time in six digits each: the stamp of Hadoop's logs.
pub(super) fn is_compactly_stamped(s: &Surroundings<'_>) -> bool {
    let mut groups = s.text.split(' ');
    let (first, second) = (groups.next().unwrap_or_default(), groups.next().unwrap_or_default());
    let before = s.before.strip_suffix(' ').and_then(|rest| Some((rest, strip_digits_end(rest)?.1)));
    let date = before.and_then(|(rest, digits)| rest.get(rest.len() - digits..)).unwrap_or_default();
    is_compact_date_time(first, second) || is_compact_date_time(date, first)
}

/// Returns `true` if the digits continue an identifier, such as `blk_` or `blk_-`.
pub(super) fn continues_identifier(before: &str) -> bool {
    let head = before.strip_suffix('-').unwrap_or(before);
    head.strip_suffix('_').is_some_and(|head| head.ends_with(|c: char| c.is_ascii_alphanumeric()))
}

/// Returns `true` if a name that ends in `id` introduces the digits: `trace_id=`, `"spanId":"`.
pub(super) fn is_named_id(before: &str) -> bool {
    let quotes = ['"', '\'', '`', ' ', '\\'];
    let head = before.trim_end_matches(quotes);
    let Some(head) = head.strip_suffix([':', '=']) else { return false };
    let head = head.trim_end_matches(quotes);
    let name = head.get(head.len().saturating_sub(3)..).unwrap_or_default();
    name.ends_with("Id")
        || name.ends_with("ID")
        || name.strip_suffix("id").is_some_and(|c| !c.ends_with(char::is_alphabetic))
}

/// Returns `true` if the candidate is a part of a UUID.
pub(super) fn is_in_uuid(s: &Surroundings<'_>) -> bool {
    let is_part = |c: &char| c.is_ascii_hexdigit() || *c == '-';
    let head: usize = s.before.chars().rev().take_while(is_part).count();
    let tail: usize = s.after.chars().take_while(is_part).count();
    let head = s.before.get(s.before.len() - head..).unwrap_or_default().trim_start_matches('-');
    let tail = s.after.get(..tail).unwrap_or_default().trim_end_matches('-');
    let mut lengths = [0usize; 6];
    let mut group = 0;
    for c in head.chars().chain(s.text.chars()).chain(tail.chars()) {
        match lengths.get_mut(group) {
            Some(length) if c.is_ascii_hexdigit() => *length += 1,
            Some(_) if c == '-' => group += 1,
            _ => return false,
        }
    }
    lengths == [8, 4, 4, 4, 12, 0]
}

/// Returns `true` if the candidate is one row of a table or of an array: brackets hold it and nothing else, or its groups count up.
pub(super) fn is_in_array(s: &Surroundings<'_>) -> bool {
    let groups: SmallVec<[&str; 4]> = s.text.split([' ', '\n', '-']).collect();
    s.before.ends_with('[') && s.after.starts_with(']') || groups.len() > 1 && counts_up(&groups)
}

/// Returns `true` if the candidate has the prefix of hexadecimal numbers, `0x`, or its groups continue a table of them,
/// `52FD 52FE 52FF `. Entries of a table differ.
pub(super) fn is_hexadecimal(s: &Surroundings<'_>) -> bool {
    if s.before.ends_with("0x") {
        return true;
    }
    let Some(row) = s.before.strip_suffix([' ', '\n']).filter(|_| s.text.contains([' ', '\n'])) else { return false };
    let last: SmallVec<[&str; 3]> = row.rsplit([' ', '\n']).take(3).collect();
    let is_code =
        |token: &&str| matches!(token.len(), 4 | 5) && token.bytes().all(|b| matches!(b, b'0'..=b'9' | b'A'..=b'F'));
    let is_mixed = |token: &str| {
        token.bytes().any(|b| b.is_ascii_uppercase()) && token.bytes().any(|b| b.is_ascii_digit()) && is_code(&token)
    };
    let differ = matches!(last.as_slice(), [a, b, c] if a != b && b != c && a != c);
    differ && last.iter().all(is_code) && row.split([' ', '\n']).any(is_mixed)
}

/// Returns `true` if the numbers count up, as code points in a table do.
pub(super) fn counts_up(groups: &[&str]) -> bool {
    let number = |group: &&str| group.parse::<u64>().ok();
    groups.windows(2).all(|pair| match pair {
        [a, b] => number(a).zip(number(b)).is_some_and(|(a, b)| a < b && b - a <= 16),
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn around<'a>(before: &'a str, text: &'a str, after: &'a str) -> Surroundings<'a> {
        Surroundings { before, text, after, is_sure: true }
    }

    #[test]
    fn clocks_differ_from_labels() {
        for (before, minutes, clock) in [
            ("at 13:53:", true, false),
            ("3:05:", true, false),
            ("phone:", false, false),
            ("1:", false, false),
            ("12:", false, false),
            ("ratio 100:200:", false, false),
            ("13:53:08 ", false, true),
            ("13:53:08.021 ", false, true),
            ("13:53:08,021] ", false, true),
            ("13:53:08", false, false),
            ("12:30 ", false, false),
            ("call 13:53 08 ", false, false),
            ("", false, false),
        ] {
            assert_eq!((ends_with_minutes(before), ends_with_clock(before)), (minutes, clock), "{before:?}");
        }
    }

    #[test]
    fn compact_stamps_are_valid_dates_and_times() {
        assert!(is_compactly_stamped(&around("x\n221010 ", "004736 89992", " ")));
        assert!(is_compactly_stamped(&around("x\n", "241009 185223 5901", " ")));
        assert!(!is_compactly_stamped(&around("x\n", "378282 246310 0059", " ")));
        assert!(!is_compactly_stamped(&around("call ", "004736 89992", " ")));
    }

    #[test]
    fn ids_are_recognized_by_their_names() {
        for before in ["trace_id=", "\"dd.span_id\":\"", "spanId: ", "{\\\"id\\\":\\\"", "userID='"] {
            assert!(is_named_id(before), "{before:?}");
        }
        for before in ["card=", "paid: ", "id ", "grid=", "", "\"number\":\""] {
            assert!(!is_named_id(before), "{before:?}");
        }
        assert!(continues_identifier("block blk_"));
        assert!(continues_identifier("block blk_-"));
        assert!(!continues_identifier("block -"));
        assert!(!continues_identifier(" _"));
    }

    #[test]
    fn a_uuid_has_all_its_groups() {
        assert!(is_in_uuid(&around("req-7a630605-", "bf88-ee35-24e7-0502d3c9d23e", " ")));
        assert!(is_in_uuid(&around("[7a630605-bf88-", "ee35-24e7-0502d3c9d23e", "-x")));
        assert!(!is_in_uuid(&around("7a630605-", "ee35-24e7-0502d3c9d23e", " ")));
        assert!(!is_in_uuid(&around("x ", "de89-3704-0044-0532-0130-00", " ")));
    }

    #[test]
    fn arrays_and_counts() {
        assert!(is_hexadecimal(&around("52FE 52FF 5300 5301 ", "5302 5303 5304 5306", " ")));
        assert!(is_hexadecimal(&around("= 0x", "4000000000000002", ")")));
        assert!(!is_hexadecimal(&around("4110 4111 1111 ", "4111 1111 1111 1111", " ")));
        assert!(!is_hexadecimal(&around("DE89 DE89 DE89 ", "4111 1111 1111 1111", " ")));
        assert!(!is_hexadecimal(&around("52FD 52FE 52FF ", "4111111111111111", " ")));
        assert!(is_in_array(&around("[", "120 124 128", "]")));
        assert!(is_in_array(&around("505 ", "506 507 508", " ")));
        assert!(!is_in_array(&around("(", "193 456 787", ")")));
        assert!(!is_in_array(&around("1 111 ", "130 692 544", "")));
        assert!(counts_up(&["5443", "5444", "5445", "5446"]));
        assert!(!counts_up(&["4111", "1111", "1111", "1111"]));
    }
}
