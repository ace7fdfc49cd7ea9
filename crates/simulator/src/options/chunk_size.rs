//! How streamed text is split into events.

use std::str::FromStr;

use super::parse::ParseError;

/// How streamed text is split into events.
///
/// Text is never split inside a character, because the text of an event is a JSON string: a position inside a character moves to its end.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum ChunkSize {
    /// About one word each, with the space before it. Addresses, card numbers and the like are split as a real tokenizer splits them.
    #[default]
    Tokens,
    /// This many characters each.
    Chars(usize),
    /// At least this many bytes each.
    Bytes(usize),
    /// Split at these byte positions.
    At(Vec<usize>),
}

/// The longest run of one character class that is still one token, by class.
const LETTERS: usize = 8;
const DIGITS: usize = 3;
const WIDE: usize = 2;

impl ChunkSize {
    /// Returns the chunks of `text`, none of them empty.
    pub(crate) fn split<'t>(&self, text: &'t str) -> Vec<&'t str> {
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
        let mut chunks = Vec::with_capacity(ends.len() + 1);
        let mut start = 0;
        for end in ends.into_iter().chain([text.len()]) {
            let end = next_boundary(text, end);
            if end > start {
                chunks.push(&text[start..end]);
                start = end;
            }
        }
        chunks
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
enum CharClass {
    Space,
    Letter,
    Digit,
    Wide,
    Mark,
}

fn char_class(character: char) -> CharClass {
    match character {
        c if c.is_whitespace() => CharClass::Space,
        c if c.is_ascii_digit() => CharClass::Digit,
        c if c.is_ascii_alphabetic() => CharClass::Letter,
        c if c.is_alphanumeric() => CharClass::Wide,
        _ => CharClass::Mark,
    }
}

fn token_ends(text: &str) -> Vec<usize> {
    let mut ends = Vec::new();
    let mut before = CharClass::Space;
    let mut run = 0;
    for (at, character) in text.char_indices() {
        let now = char_class(character);
        let longest = match now {
            CharClass::Letter => LETTERS,
            CharClass::Digit => DIGITS,
            CharClass::Wide => WIDE,
            CharClass::Space | CharClass::Mark => usize::MAX,
        };
        // A space starts a token.
        let joins = (now == before && run < longest) || (before == CharClass::Space && now != CharClass::Space);
        if !joins {
            ends.push(at);
            run = 0;
        }
        run += usize::from(now != CharClass::Space);
        before = now;
    }
    ends
}

impl FromStr for ChunkSize {
    type Err = ParseError;

    /// Parses a value of the `x-simulator-chunk` header.
    fn from_str(directive: &str) -> Result<Self, ParseError> {
        let (kind, rest) = directive.split_once(':').unwrap_or((directive, ""));
        let number =
            |text: &str| text.trim().parse::<usize>().map_err(|_| ParseError::new(format!("{text:?} is not a size")));
        match kind {
            "tokens" => Ok(Self::Tokens),
            "chars" => number(rest).map(Self::Chars),
            "bytes" => number(rest).map(Self::Bytes),
            "at" => rest.split(',').map(number).collect::<Result<_, _>>().map(Self::At),
            other => Err(ParseError::new(format!("`{other}` is not a chunk size"))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::ChunkSize;

    #[test]
    fn chunks_concatenate_to_the_text() {
        let text = "Mail 王伟@例子.cn or jane.roe@example.com,  card 4111111111111111 — é";
        let sizes = [
            ChunkSize::Tokens,
            ChunkSize::Chars(1),
            ChunkSize::Chars(0),
            ChunkSize::Bytes(1),
            ChunkSize::Bytes(7),
            ChunkSize::At(vec![500, 6, 7, 7, 0]),
            ChunkSize::At(Vec::new()),
        ];
        for size in sizes {
            let chunks = size.split(text);
            assert_eq!(chunks.concat(), text, "{size:?}");
            assert!(chunks.iter().all(|chunk| !chunk.is_empty()), "{size:?}");
        }
        assert!(ChunkSize::Tokens.split("").is_empty());
    }

    #[test]
    fn tokens_split_addresses_and_numbers() {
        assert_eq!(
            ChunkSize::Tokens.split("Ask jane@example.com, 4111111"),
            ["Ask", " jane", "@", "example", ".", "com", ",", " 411", "111", "1"]
        );
    }

    #[test]
    fn positions_inside_a_character_move_to_its_end() {
        assert_eq!(ChunkSize::At(vec![2, 3]).split("aéb"), ["aé", "b"]);
        assert_eq!(ChunkSize::Bytes(2).split("aéb"), ["aé", "b"]);
    }
}
