//! Shapes of tokens, written as data: what follows a vendor's prefix, part by part.
//!
//! A shape is a list of parts with spaces between them. A part is a class and how many characters of it, such as `a36`,
//! `w20+` (or more) and `w32-64`, or a literal after a quote, such as `'-`.

/// One part of a shape.
#[derive(Clone, Copy, Debug)]
pub(super) enum Part<'a> {
    /// A number of characters of a class.
    Run { class: char, least: usize, most: usize },
    /// This text.
    Literal(&'a str),
}

/// Returns the parts of a shape, in order.
pub(super) fn parts(shape: &str) -> impl Iterator<Item = Part<'_>> {
    shape.split(' ').filter_map(part)
}

fn part(written: &str) -> Option<Part<'_>> {
    let mut rest = written.chars();
    let class = rest.next()?;
    if class == '\'' {
        return Some(Part::Literal(rest.as_str()));
    }
    let (least, most) = match rest.as_str().split_once('-') {
        Some((least, most)) => (least.parse().ok()?, most.parse().ok()?),
        None => match rest.as_str().strip_suffix('+') {
            Some(least) => (least.parse().ok()?, usize::MAX),
            None => rest.as_str().parse().map(|n| (n, n)).ok()?,
        },
    };
    Some(Part::Run { class, least, most })
}

/// Returns `true` if the byte belongs to the class.
pub(super) fn is_in(class: char, b: u8) -> bool {
    match class {
        'd' => b.is_ascii_digit(),
        'h' => b.is_ascii_digit() || (b'a'..=b'f').contains(&b),
        'H' => b.is_ascii_hexdigit(),
        'l' => b.is_ascii_alphabetic(),
        'n' => b.is_ascii_digit() || b.is_ascii_lowercase(),
        'u' => b.is_ascii_digit() || b.is_ascii_uppercase(),
        'a' => b.is_ascii_alphanumeric(),
        'w' => b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'),
        't' => b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b'='),
        'b' => b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/'),
        '=' => b == b'=',
        _ => false,
    }
}

/// Whether some text has a shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fit {
    /// From its first byte to its last, and it does not continue after it.
    Whole,
    /// No, but longer text may.
    TooShort,
    /// No, and neither has longer text.
    Never,
}

/// Returns `true` if `text`, before the character `after`, has this shape.
pub(super) fn fits(text: &str, shape: &str, after: Option<char>) -> bool {
    fit(text, shape, after) == Fit::Whole
}

/// Returns the class of the last part of a shape if that may have any length.
pub(super) fn open_class(shape: &str) -> Option<char> {
    let last = shape.rsplit(' ').next().filter(|last| last.ends_with('+')).and_then(part);
    if let Some(Part::Run { class, .. }) = last { Some(class) } else { None }
}

/// Returns the maximum number of bytes of a shape.
pub(super) fn longest(shape: &str) -> usize {
    let most = |part| match part {
        Part::Literal(literal) => literal.len(),
        Part::Run { most, .. } => most,
    };
    parts(shape).map(most).fold(0, usize::saturating_add)
}

/// Returns `true` if a run of the class continues with the character. A dot may end the sentence, and an equals
/// sign join the next value; a longer candidate holds them if they do not.
pub(super) fn continues(class: char, after: Option<char>) -> bool {
    after.is_some_and(|c| !matches!(c, '.' | '=') && u8::try_from(c).is_ok_and(|b| is_in(class, b)))
}

/// Returns whether `text`, before the character `after`, has this shape.
pub(super) fn fit(text: &str, shape: &str, after: Option<char>) -> Fit {
    let mut rest = text;
    // The class of the last part, if it could have one more character.
    let mut open = None;
    for part in parts(shape) {
        match part {
            Part::Literal(literal) => match rest.strip_prefix(literal) {
                Some(tail) => (rest, open) = (tail, None),
                None => return if literal.starts_with(rest) { Fit::TooShort } else { Fit::Never },
            },
            Part::Run { class, least, most } => {
                let run = rest.bytes().take(most).take_while(|&b| is_in(class, b)).count();
                let tail = rest.get(run..).unwrap_or_default();
                if run < least {
                    return if tail.is_empty() { Fit::TooShort } else { Fit::Never };
                }
                (rest, open) = (tail, (run < most).then_some(class));
            }
        }
    }
    match rest {
        "" if open.is_some_and(|class| continues(class, after)) => Fit::TooShort,
        "" => Fit::Whole,
        _ => Fit::Never,
    }
}

#[cfg(test)]
mod tests {
    use super::Fit::{Never, TooShort, Whole};
    use super::fit;

    #[test]
    fn a_shape_is_matched_from_end_to_end() {
        for (text, shape, after, want) in [
            ("0123abcd", "h8", None, Whole),
            ("0123abc", "h8", None, TooShort),
            ("0123abx", "h8", None, Never),
            ("0123abcde", "h8", None, Never),
            ("0123abcd", "h4+", Some('e'), TooShort),
            ("0123abcd", "h4+", Some('.'), Whole),
            ("0123abcd", "t4-8", Some('='), Whole),
            ("ab-12", "l2 '- d2", None, Whole),
            ("ab-1", "l2 '- d2", None, TooShort),
            ("ab", "l2 '- d2", None, TooShort),
            ("ab_12", "l2 '- d2", None, Never),
            ("ab==", "b2 =0-2", None, Whole),
            ("abcd", "a2-3", None, Never),
            ("", "a2-3", None, TooShort),
        ] {
            assert_eq!(fit(text, shape, after), want, "{text} {shape}");
        }
    }
}
