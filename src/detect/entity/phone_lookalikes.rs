//! Numbers that are grouped as telephone numbers are, and are something else.

use super::checksum::luhn;
use super::edges::{demote, ends_with_clock, ends_with_minutes, is_compactly_stamped};
use super::phone_groups::GroupedNumber;
use super::recognizer::{Objection, RecognizerInput, Surroundings};

/// Shapes that belong to dates, social security numbers, addresses, cards, ranges and decimals.
pub(super) fn other_kind(number: &GroupedNumber<'_>) -> bool {
    let (groups, lens, digits) = (&number.groups, number.lens.as_slice(), number.digits.as_slice());
    let value = |i: usize| groups.get(i).and_then(|g| g.parse::<u32>().ok()).unwrap_or(u32::MAX);
    let year = |i: usize| (1800..=2100).contains(&value(i)) && lens.get(i) == Some(&4);
    let date = match lens {
        [4, 1..=2, 1..=2, ..] => year(0) && value(1) <= 12 && value(2) <= 31,
        [1..=2, 1..=2, 4, ..] => year(2) && value(0) <= 31 && value(1) <= 31,
        [4, 4] => year(0) && year(1),
        _ => false,
    };
    let ssn = lens == [3, 2, 4] && !number.has(b"(");
    let zip = lens == [5, 4] && digits.first() != Some(&0);
    let ip = lens.len() == 4 && number.text.matches('.').count() == 3 && lens.iter().all(|&l| l <= 3);
    let decimal = lens.len() == 2 && number.has(b".") && !number.has(b"( \n-");
    let card = digits.len() >= 13
        && digits.first() != Some(&0)
        && (lens.first() == Some(&4) || lens.len() == 1)
        && luhn(digits);
    date || ssn || zip || ip || decimal || card || same(digits)
}

/// Shapes that logs and tables are full of: the date and the hour of a clock, parts of an address of the internet, code points, and
/// three groups of which the last is a lone digit.
pub(super) fn of_log(c: &RecognizerInput<'_>, number: &GroupedNumber<'_>) -> bool {
    let (groups, lens) = (&number.groups, number.lens.as_slice());
    let hour = c.after == Some(':')
        && match lens {
            [.., 2, 2, 2] | [8, 2] => groups.last().is_some_and(|hour| *hour < "24"),
            _ => false,
        };
    let small =
        |groups: &[&str]| groups.iter().all(|group| group.len() <= 3 && group.parse::<u16>().is_ok_and(|n| n < 256));
    let dotted = |count: usize| {
        let tail = number.text.rsplit([' ', '\n', '-', '/', '(', ')']).next().unwrap_or_default();
        let last = groups.len().checked_sub(count).filter(|&at| at > 0).and_then(|at| groups.get(at..));
        tail.split('.').count() == count && last.is_some_and(small)
    };
    let address = number.has(b".") && (dotted(4) || c.after == Some('.') && (dotted(3) || dotted(2)));
    let code_points = lens.len() >= 2 && groups.iter().all(|group| group.len() == 4 && group.starts_with('0'));
    let lone_last = lens.len() == 3 && lens.last() == Some(&1) && lens.iter().sum::<usize>() == 7;
    hour || address || code_points || lone_last
}

/// Rejects numbers that begin inside a clock, or follow one and need a context word anyway.
pub(super) fn in_log(s: &Surroundings<'_>) -> Objection {
    // "13:53:08.021 25746" and "13:53:08 2017-05-16": the milliseconds of a clock or a date, and another number.
    let (_, fraction) = s.text.split_at_checked(3).unwrap_or_default();
    let millis = fraction.bytes().take_while(u8::is_ascii_digit).count();
    let begins_inside = ends_with_minutes(s.before);
    let dated = [" 19", " 20"].iter().any(|year| s.text.get(2..5) == Some(year)) && s.text.get(7..8) == Some("-");
    if begins_inside && (dated || s.text.get(2..3) == Some(".") && matches!(millis, 3 | 6 | 9)) {
        return Objection::Start;
    }
    let seconds = s.text.bytes().take_while(u8::is_ascii_digit).count() == 2 && begins_inside;
    if seconds || is_compactly_stamped(s) || !s.is_sure && ends_with_clock(s.before) {
        demote(s)
    } else {
        Objection::None
    }
}

/// Returns `true` if all digits are the same.
pub(super) fn same(digits: &[u8]) -> bool {
    digits.windows(2).all(|w| matches!(w, [a, b] if a == b))
}
