//! Tokens: words, numbers and signs.

/// The longest token in bytes. A longer word is several tokens.
pub(crate) const MAX_TOKEN_BYTES: usize = 32;

/// Bytes after a token that decide where it ends and how it is glued to what follows.
pub(crate) const TOKEN_LOOKAHEAD_BYTES: usize = 12;

/// The kind of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Letters, with an apostrophe or a hyphen between letters.
    Word,
    /// Digits.
    Number,
    /// Any other character, or several of the same: a line of signs separates as one sign does.
    Sign,
}

/// The white space before a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Gap {
    /// None: the token touches the one before it.
    None,
    /// White space without a line end.
    Space,
    /// White space with a line end. The first token of some text counts as one after it.
    Line,
}

/// A token, by offsets in the text it was read from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Token {
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) kind: Kind,
    pub(crate) gap: Gap,
    pub(crate) next: Next,
}

/// The two characters after a token.
pub(crate) type Next = [Option<char>; 2];

/// Reads the token at or after `from`. Returns `None` if there is none, or if text that follows may change it.
pub(crate) fn next_token(text: &str, from: usize, is_last: bool) -> Option<Token> {
    let rest = text.get(from..)?;
    let (space, gap) = white_space(rest);
    let (start, body) = (from + space, rest.get(space..)?);
    let first = body.chars().next()?;
    let (kind, length) = if first.is_alphabetic() {
        (Kind::Word, word_length(body))
    } else if first.is_ascii_digit() {
        (Kind::Number, body.bytes().take(MAX_TOKEN_BYTES).take_while(u8::is_ascii_digit).count())
    } else {
        (Kind::Sign, sign_length(body, first))
    };
    let after = body.get(length..).unwrap_or_default();
    let token = |next: [Option<char>; 2]| Some(Token { start, end: start + length, kind, gap, next });
    if let Some(&[first, second, third]) = after.as_bytes().first_chunk()
        && (first | second | third).is_ascii()
    {
        return token([Some(first.into()), Some(second.into())]);
    }
    // A joint and two letters may still belong to a word, and two characters show what it is glued to.
    if after.chars().take(3).count() < 3 && !is_last {
        return None;
    }
    let mut next = after.chars();
    token([next.next(), next.next()])
}

/// Returns the length of the white space at the start of `text`, and what it is as a gap.
fn white_space(text: &str) -> (usize, Gap) {
    let mut gap = Gap::None;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'\n' => gap = Gap::Line,
            b' ' | b'\t' | b'\r' | 0x0B | 0x0C => gap = if gap == Gap::Line { gap } else { Gap::Space },
            0x80.. => {
                let rest = text.get(at..).unwrap_or_default();
                let space = rest.len() - rest.trim_start().len();
                return match gap {
                    _ if rest.get(..space).is_some_and(|space| space.contains('\n')) => (at + space, Gap::Line),
                    Gap::None if space > 0 => (at + space, Gap::Space),
                    _ => (at + space, gap),
                };
            }
            _ => return (at, gap),
        }
    }
    (text.len(), gap)
}

/// Returns the length of the signs at the start that are the same.
fn sign_length(text: &str, sign: char) -> usize {
    let size = sign.len_utf8();
    size * text.chars().take(MAX_TOKEN_BYTES / size).take_while(|&c| c == sign).count()
}

fn is_joint(c: char) -> bool {
    matches!(c, '\'' | '\u{2019}' | '-' | '\u{2010}')
}

/// Returns the length of the word at the start. An `'s` at its end is not a part of it.
fn word_length(text: &str) -> usize {
    // Most of a word is plain letters.
    let mut length = text.bytes().take(MAX_TOKEN_BYTES).take_while(u8::is_ascii_alphabetic).count();
    let next = text.as_bytes().get(length);
    if next.is_some_and(|next| next.is_ascii() && !next.is_ascii_alphabetic() && !matches!(next, b'\'' | b'-')) {
        return length;
    }
    let mut rest = text.get(length..).unwrap_or_default().chars();
    while let Some(c) = rest.next() {
        let mut ahead = rest.clone();
        let (second, third) = (ahead.next(), ahead.next());
        let is_letter = |c: Option<char>| c.is_some_and(char::is_alphabetic);
        let is_possessive = !matches!(c, '-' | '\u{2010}') && matches!(second, Some('s' | 'S')) && !is_letter(third);
        let continues = c.is_alphabetic() || is_joint(c) && is_letter(second) && !is_possessive;
        if !continues || length + c.len_utf8() > MAX_TOKEN_BYTES {
            break;
        }
        length += c.len_utf8();
    }
    length
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(text: &str) -> Vec<&str> {
        let (mut at, mut found) = (0, Vec::new());
        while let Some(token) = next_token(text, at, true) {
            found.push(text.get(token.start..token.end).unwrap_or_default());
            at = token.end;
        }
        found
    }

    #[test]
    fn text_becomes_words_numbers_and_signs() {
        for (text, expected) in [
            ("Dr. O'Brien-Smith's dog, 12a", vec!["Dr", ".", "O'Brien-Smith", "'", "s", "dog", ",", "12", "a"]),
            ("  Zoë\u{2019}s  ", vec!["Zoë", "\u{2019}", "s"]),
            ("a- 'b' -c", vec!["a", "-", "'", "b", "'", "-", "c"]),
            ("a ??? b--c ''", vec!["a", "???", "b", "--", "c", "''"]),
            ("", vec![]),
        ] {
            assert_eq!(tokens(text), expected, "{text}");
        }
        assert_eq!(tokens(&"x".repeat(70)).iter().map(|t| t.len()).collect::<Vec<_>>(), [32, 32, 6]);
    }

    /// A token that is returned does not change with the text after it.
    #[test]
    fn tokens_are_final() {
        let text = "Anna's O'Brien met Jean-Luc... ??? x'sy é-a -- 12,3 Zoë\u{2019}s \u{2022}\u{2022}!";
        for end in (0..text.len()).filter(|&at| text.is_char_boundary(at)) {
            let part = text.get(..end).unwrap_or_default();
            let mut at = 0;
            while let Some(token) = next_token(part, at, false) {
                assert_eq!(Some(token), next_token(text, at, true), "{part:?}");
                at = token.end;
            }
        }
    }
}
