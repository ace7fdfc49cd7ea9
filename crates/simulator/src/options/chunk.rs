//! How streamed text is cut into events.

use std::str::FromStr;

use super::ParseError;

/// How streamed text is cut into events.
///
/// A cut never falls inside a character, since every event's text is a JSON
/// string; a position inside one moves to the character's end.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Chunk {
    /// About a word each, with the space before it; addresses, card numbers and
    /// the like come apart as they do from a real tokenizer.
    #[default]
    Tokens,
    /// So many characters each.
    Chars(usize),
    /// At least so many bytes each.
    Bytes(usize),
    /// Cut at these byte positions.
    At(Vec<usize>),
}

/// The longest run of one kind that is still one token, by kind.
const LETTERS: usize = 8;
const DIGITS: usize = 3;
const WIDE: usize = 2;

impl Chunk {
    /// The pieces of `text`, none of them empty.
    pub(crate) fn cut<'t>(&self, text: &'t str) -> Vec<&'t str> {
        let ends = match self {
            Self::Tokens => token_ends(text),
            Self::Chars(size) => {
                let size = (*size).max(1);
                text.char_indices().map(|(at, _)| at).step_by(size).collect()
            }
            Self::Bytes(size) => byte_ends(text, (*size).max(1)),
            Self::At(positions) => {
                let mut ends = positions.clone();
                ends.sort_unstable();
                ends
            }
        };
        let mut pieces = Vec::with_capacity(ends.len() + 1);
        let mut start = 0;
        for end in ends.into_iter().chain([text.len()]) {
            let end = next_boundary(text, end);
            if end > start {
                pieces.push(&text[start..end]);
                start = end;
            }
        }
        pieces
    }
}

fn next_boundary(text: &str, at: usize) -> usize {
    (at.min(text.len())..text.len()).find(|&at| text.is_char_boundary(at)).unwrap_or(text.len())
}

fn byte_ends(text: &str, size: usize) -> Vec<usize> {
    let mut ends = Vec::new();
    let mut end = 0;
    while end < text.len() {
        end = next_boundary(text, end + size);
        ends.push(end);
    }
    ends
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Space,
    Letter,
    Digit,
    Wide,
    Mark,
}

fn kind(character: char) -> Kind {
    match character {
        c if c.is_whitespace() => Kind::Space,
        c if c.is_ascii_digit() => Kind::Digit,
        c if c.is_ascii_alphabetic() => Kind::Letter,
        c if c.is_alphanumeric() => Kind::Wide,
        _ => Kind::Mark,
    }
}

fn token_ends(text: &str) -> Vec<usize> {
    let mut ends = Vec::new();
    let mut before = Kind::Space;
    let mut run = 0;
    for (at, character) in text.char_indices() {
        let now = kind(character);
        let longest = match now {
            Kind::Letter => LETTERS,
            Kind::Digit => DIGITS,
            Kind::Wide => WIDE,
            Kind::Space | Kind::Mark => usize::MAX,
        };
        // A space opens a token and stays with what follows it.
        let joins = (now == before && run < longest) || (before == Kind::Space && now != Kind::Space);
        if !joins {
            ends.push(at);
            run = 0;
        }
        run += usize::from(now != Kind::Space);
        before = now;
    }
    ends
}

impl FromStr for Chunk {
    type Err = ParseError;

    /// Reads the forms of the `x-simulator-chunk` header.
    fn from_str(directive: &str) -> Result<Self, ParseError> {
        let (kind, rest) = directive.split_once(':').unwrap_or((directive, ""));
        let number =
            |text: &str| text.trim().parse::<usize>().map_err(|_| ParseError::new(format!("{text:?} is not a size")));
        match kind {
            "tokens" => Ok(Self::Tokens),
            "chars" => number(rest).map(Self::Chars),
            "bytes" => number(rest).map(Self::Bytes),
            "at" => rest.split(',').map(number).collect::<Result<_, _>>().map(Self::At),
            other => Err(ParseError::new(format!("unknown chunk {other:?}"))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Chunk;

    #[test]
    fn every_cut_gives_the_text_back() {
        let text = "Mail 王伟@例子.cn or jane.roe@example.com,  card 4111111111111111 — é";
        let cuts = [
            Chunk::Tokens,
            Chunk::Chars(1),
            Chunk::Chars(0),
            Chunk::Bytes(1),
            Chunk::Bytes(7),
            Chunk::At(vec![500, 6, 7, 7, 0]),
            Chunk::At(Vec::new()),
        ];
        for cut in cuts {
            let pieces = cut.cut(text);
            assert_eq!(pieces.concat(), text, "{cut:?}");
            assert!(pieces.iter().all(|piece| !piece.is_empty()), "{cut:?}");
        }
        assert!(Chunk::Tokens.cut("").is_empty());
    }

    #[test]
    fn tokens_take_addresses_and_numbers_apart() {
        assert_eq!(
            Chunk::Tokens.cut("Ask jane@example.com, 4111111"),
            ["Ask", " jane", "@", "example", ".", "com", ",", " 411", "111", "1"]
        );
    }

    #[test]
    fn positions_inside_a_character_move_to_its_end() {
        assert_eq!(Chunk::At(vec![2, 3]).cut("aéb"), ["aé", "b"]);
        assert_eq!(Chunk::Bytes(2).cut("aéb"), ["aé", "b"]);
    }
}
