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

/// Returns `true` if `text` has this shape from its first byte to its last and does not continue after it.
pub(super) fn fits(text: &str, shape: &str, after: Option<char>) -> bool {
    let mut rest = text;
    // `true` if the last part could have one more character.
    let mut open = None;
    for part in parts(shape) {
        match part {
            Part::Literal(literal) => {
                let Some(tail) = rest.strip_prefix(literal) else { return false };
                (rest, open) = (tail, None);
            }
            Part::Run { class, least, most } => {
                let run = rest.bytes().take(most).take_while(|&b| is_in(class, b)).count();
                let Some((_, tail)) = rest.split_at_checked(run).filter(|_| run >= least) else { return false };
                (rest, open) = (tail, (run < most).then_some(class));
            }
        }
    }
    // A dot after it may end the sentence, and an equals sign join the next value; a longer candidate holds them if they do not.
    let goes_on =
        |c: char| !matches!(c, '.' | '=') && u8::try_from(c).is_ok_and(|b| open.is_some_and(|class| is_in(class, b)));
    rest.is_empty() && !after.is_some_and(goes_on)
}

#[cfg(test)]
mod tests {
    use super::fits;

    #[test]
    fn a_shape_is_matched_from_end_to_end() {
        for (text, shape, after, want) in [
            ("0123abcd", "h8", None, true),
            ("0123abc", "h8", None, false),
            ("0123abcde", "h8", None, false),
            ("0123abcd", "h4+", Some('e'), false),
            ("0123abcd", "h4+", Some('.'), true),
            ("0123abcd", "t4-8", Some('='), true),
            ("ab-12", "l2 '- d2", None, true),
            ("ab_12", "l2 '- d2", None, false),
            ("ab==", "b2 =0-2", None, true),
            ("abcd", "a2-3", None, false),
        ] {
            assert_eq!(fits(text, shape, after), want, "{text} {shape}");
        }
    }
}
