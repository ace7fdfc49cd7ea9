//! Values that a keyword introduces: `password: x`, `"apiKey": "x"`, `<password>x</password>`, `the password is x`.
//!
//! Patterns match such a candidate; [`read`] parses it from its start, so that the value is the text that
//! follows, of any length.

use std::ops::Range;

use super::joint::{Link, Opened, is_hyphen, is_joint, is_quote, link, open, strip, strip_any};
use super::recognizer::RecognizerInput;

/// Signs around a value of base64: quotes, marks of Markdown, escapes of white space and quotes, an angle bracket.
macro_rules! wrapper {
    () => {
        r"['\x22`]?(?:[ \n_~*]|%20|%0[9ADad]|%2[27]|&quot;|&#3[49];){0,6}<?['\x22`]?"
    };
}
pub(super) use wrapper;

/// Returns a value without what `wrapper` allows before it. Only an underscore may be a part of the value.
pub(super) fn unwrapped(value: &str) -> &str {
    let mut rest = value.trim_start_matches(is_wrapping);
    while let Some(tail) = ESCAPES.iter().find_map(|escape| strip(rest, escape)) {
        rest = tail.trim_start_matches(is_wrapping);
    }
    rest
}

fn is_wrapping(c: char) -> bool {
    is_quote(c) || matches!(c, ' ' | '\n' | '~' | '*' | '<')
}

const ESCAPES: &[&str] = &["%20", "%09", "%0a", "%0d", "%22", "%27", "&quot;", "&#34;", "&#39;"];

/// Quotes as text in HTML and in addresses has them.
const QUOTES: &[&str] = &["&quot;", "&#34;", "&#39;", "%22", "%27"];

/// A parsed candidate.
#[derive(Clone, Copy, Debug)]
pub(super) struct Keyed<'a> {
    pub(super) link: Link,
    /// The value begins a line.
    pub(super) on_next_line: bool,
    /// An equals sign joins the two, without a space before it.
    pub(super) assigned: bool,
    /// Asterisks of Markdown are before the value.
    pub(super) starred: bool,
    /// Escapes of addresses join the two, so those of separators end the value.
    pub(super) is_escaped: bool,
    /// The keyword is an index: `config['password'] = x`.
    pub(super) indexed: bool,
    /// The quote before the value.
    pub(super) quote: Option<char>,
    /// How many quotes open the value, and close it.
    quotes: usize,
    /// A space is between a quote and the value.
    pub(super) padded: bool,
    /// The same quote is after the value.
    pub(super) closed: bool,
    /// A bracket that nothing but a space joins to the keyword opens before the value, or before its quote.
    pub(super) bracketed: bool,
    /// Where a hyphen without a space joins the two, in the candidate. Only a dash may: other hyphens are those of a longer word.
    hyphen: Option<usize>,
    /// The value, without its quotes.
    pub(super) value: &'a str,
    /// The offset of the value in the candidate.
    start: usize,
}

/// Where the quote before a value ends it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum QuoteEnd {
    /// Before the end of the candidate.
    Before,
    /// At its end.
    Here,
    /// Nowhere yet.
    Open,
}

impl Keyed<'_> {
    /// Returns the range of the value in the candidate.
    pub(super) fn range(&self) -> Range<usize> {
        self.start..self.start + self.value.len()
    }

    /// Returns `true` if the value begins where it does however the text continues: a sign joins it. After a verb, `password to x`, another may
    /// follow, except where the value has characters of no purpose. A quote may be closed after spaces, a tag may end, and what seems to be the
    /// value may be the type of a declaration.
    pub(super) fn is_begun(&self) -> bool {
        let may_be_type = || self.value.bytes().all(|b| b.is_ascii_alphabetic() || b"&_<>[]|' =".contains(&b));
        let is_joined = match self.link {
            Link::Sign | Link::Edge => true,
            Link::Verb => self.value.contains(is_cjk),
            _ => false,
        };
        self.quote.is_none() && is_joined && !self.value.starts_with(['<', '{', '&']) && !may_be_type()
    }

    /// Returns `true` if what joins the two does not make one word of them.
    pub(super) fn is_joined(&self, c: &RecognizerInput<'_>) -> bool {
        self.hyphen.is_none_or(|at| c.written.is_sentence_dash(at))
    }

    /// Returns where the quote before the value ends it. One that is escaped or doubled does not.
    pub(super) fn quote_end(&self, c: &RecognizerInput<'_>) -> QuoteEnd {
        let Some(quote) = self.quote else { return QuoteEnd::Open };
        if self.quotes > 1 {
            return self.end_of_several(c, quote);
        }
        let opening = c.text.get(..self.start).and_then(|head| head.rfind(quote)).unwrap_or_default();
        let is_quote_at = |at: usize| c.text.get(at..).is_some_and(|rest| rest.starts_with(quote));
        let mut at = self.start;
        while let Some(next) = c.text.get(at..).and_then(|rest| rest.find(quote)) {
            at += next;
            let is_last = at + 1 == c.text.len();
            let is_escaped = c.written.is_escaped_within(at, opening);
            let is_double = !is_escaped && is_quote_at(at + 1);
            match (is_escaped, is_double) {
                (_, false) if is_last => return QuoteEnd::Here,
                (false, false) => return QuoteEnd::Before,
                _ => at += 1 + usize::from(is_double),
            }
        }
        QuoteEnd::Open
    }

    /// Returns where as many quotes as open the value end it.
    fn end_of_several(&self, c: &RecognizerInput<'_>, quote: char) -> QuoteEnd {
        let inside = c.text.get(self.start..).unwrap_or_default();
        let mut runs = inside.match_indices(quote).map(|(at, _)| at);
        let end = runs.find(|&at| count_quotes(inside.get(at..).unwrap_or_default(), quote) >= self.quotes);
        match end.map(|at| at + self.quotes) {
            None => QuoteEnd::Open,
            Some(end) if end == inside.len() => QuoteEnd::Here,
            Some(_) => QuoteEnd::Before,
        }
    }
}

/// Returns the number of quotes that begin the text.
fn count_quotes(text: &str, quote: char) -> usize {
    text.chars().take_while(|&c| c == quote).count()
}

/// Returns the number of quotes that open a value: three in some languages, two in the cells of CSV, where those of its name are doubled too.
/// Two are an empty value otherwise.
fn quotes(rest: &str, opened: &str) -> usize {
    let Some(quote) = opened.chars().next().filter(|&c| is_quote(c)) else { return 0 };
    match count_quotes(opened, quote) {
        3 => 3,
        2 if rest.starts_with("\"\"") => 2,
        _ => 1,
    }
}

/// Returns the text after what closes the name of a field: `"password"`, `['password']`, in a cell of CSV `""password""`.
fn after_name(rest: &str) -> &str {
    let quoted = rest.strip_prefix("\"\"").or_else(|| rest.strip_prefix(is_quote));
    let bare = quoted.or_else(|| strip_any(rest, QUOTES)).unwrap_or(rest);
    let index = bare.strip_prefix(']').or_else(|| strip(bare, "%5d"));
    // What is assigned to an index. `arr[password] x` has no value, and `[password]: x` is a link of Markdown.
    let is_set = |tail: &&str| {
        let sign = tail.trim_start_matches(' ');
        tail.starts_with('%') || sign.starts_with('=') || bare.len() < rest.len() && sign.starts_with(':')
    };
    index.filter(is_set).unwrap_or(bare)
}

/// Returns the text after the longest of `words` that begins it. They are sorted by their first byte, without regard to ASCII case, and of those
/// that begin alike, the longer ones come first.
pub(super) fn strip_longest<'a>(text: &'a str, words: &[&str]) -> Option<&'a str> {
    let first_of = |word: &str| word.as_bytes().first().map(u8::to_ascii_lowercase);
    debug_assert!(words.is_sorted_by_key(|word| (first_of(word), usize::MAX - word.len())), "{words:?}");
    let first = first_of(text)?;
    let from = words.partition_point(|word| first_of(word) < Some(first));
    let mut alike = words.iter().skip(from).take_while(|word| first_of(word) == Some(first));
    alike.find_map(|word| strip(text, word))
}

/// The pattern of what a value is for, between its keyword and a sign or a verb: `password for the new server is`.
macro_rules! purpose {
    () => {
        r"(?:[ ](?i:for|to|of|on)(?:[ ][A-Za-z0-9_.'@-]+){1,4})?"
    };
}
pub(super) use purpose;

/// The words of a purpose.
const MOST_PURPOSE_WORDS: usize = 4;

/// Returns the text after a purpose, from the sign or the verb on, or all of it if there is none.
pub(super) fn after_purpose(rest: &str) -> &str {
    let head =
        rest.strip_prefix(' ').and_then(|head| ["for", "to", "of", "on"].iter().find_map(|word| strip(head, word)));
    let Some(mut tail) = head else { return rest };
    for _ in 0..MOST_PURPOSE_WORDS {
        let Some(word) = tail.strip_prefix(' ') else { return rest };
        tail =
            word.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '\'' | '@' | '-'));
        if tail.len() == word.len() {
            return rest;
        }
        // "the password for connecting to NetBeans"
        let is_joined = is_joint(tail) && strip(tail, " to").is_none();
        if is_joined {
            return tail;
        }
    }
    rest
}

/// Parses the text after a keyword; `rest` is the end of `text`.
pub(super) fn read<'a>(text: &'a str, rest: &'a str) -> Keyed<'a> {
    let bare = after_name(rest);
    let closing = rest.get(..rest.len() - bare.len()).unwrap_or_default();
    let (link, tail) = link(bare, !closing.is_empty());
    let opened = tail.trim_start_matches([' ', '\n', '*']);
    let opened = strip_any(opened, QUOTES).unwrap_or(opened);
    let Opened { link, tail: opened, bracketed } = open(link, opened);
    let gap = tail.len() - opened.len();
    let gap = tail.get(..gap).unwrap_or_default();
    let (on_next_line, starred) = (gap.contains('\n'), gap.contains('*'));
    let assigned = bare.starts_with('=');
    let quote = opened.chars().next().filter(|&c| is_quote(c));
    let quotes = quotes(rest, opened);
    let (opening, value) = opened.split_at_checked(quotes).unwrap_or(("", opened));
    let inner = quote.and_then(|_| value.strip_suffix(opening));
    let padded = quote.is_some() && (value.starts_with(' ') || inner.is_some_and(|inner| inner.ends_with(' ')));
    let value = value.trim_start_matches([' ', '\n']);
    let inner = inner.map(|inner| inner.trim_matches([' ', '\n']));
    let start = text.len() - value.len();
    let joined = text.get(text.len() - rest.len()..start).unwrap_or_default();
    Keyed {
        link,
        indexed: ["]", "%5d", "%5D"].iter().any(|end| closing.ends_with(end)),
        on_next_line,
        assigned,
        starred,
        is_escaped: joined.contains('%'),
        padded,
        quote,
        quotes,
        closed: inner.is_some(),
        bracketed,
        hyphen: (link == Link::Edge && is_hyphen(bare)).then(|| text.len() - bare.len()),
        value: inner.unwrap_or(value),
        start,
    }
}

/// Returns `true` if a keyword that begins with `first` and follows `before` is a part of an identifier, not the end of a word:
/// `db_pass`, `dbPass`, `DB_PASS`, but not `compass`.
pub(super) fn begins_a_part(before: Option<char>, text: &str) -> bool {
    let is_upper = text.starts_with(|c: char| c.is_ascii_uppercase());
    let is_lower_second = text.chars().nth(1).is_some_and(|c| c.is_ascii_lowercase());
    match before {
        Some(b) if b.is_ascii_lowercase() || b.is_ascii_digit() => is_upper,
        Some(b) if b.is_ascii_uppercase() => is_upper && is_lower_second,
        _ => true,
    }
}

/// Returns `true` for Han, Kana and Hangul and their punctuation: no space parts them from a value in ASCII.
pub(super) fn is_cjk(c: char) -> bool {
    matches!(c, '\u{1100}'..='\u{11ff}' | '\u{2e80}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}' | '\u{f900}'..='\u{faff}' | '\u{ff00}'..='\u{ffef}' | '\u{20000}'..='\u{3ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn candidates_are_parsed_from_the_start() {
        for (rest, link, value, closed) in [
            (": hunter2", Link::Sign, "hunter2", false),
            ("\": \"hunter2\"", Link::Sign, "hunter2", true),
            ("=>'a b'", Link::Sign, "a b", true),
            (" is now hunter2", Link::Verb, "hunter2", false),
            (" is: hunter2", Link::Verb, "hunter2", false),
            (" issue7", Link::Space, "issue7", false),
            (">hunter2", Link::Edge, "hunter2", false),
            (" - hunter2", Link::Edge, "hunter2", false),
            (" -> hunter2", Link::Edge, "hunter2", false),
            (" -p", Link::Space, "-p", false),
            ("\" value=\"x=1\"", Link::Sign, "x=1", true),
            ("\", \"value\": \"x\"", Link::Sign, "x", true),
            ("\n  value: x", Link::Sign, "x", false),
            (":** `x`", Link::Sign, "x", true),
            ("是hunter2", Link::Verb, "hunter2", false),
            (" \"hunter2", Link::Space, "hunter2", false),
            ("&quot;:&quot;hunter2", Link::Sign, "hunter2", false),
            ("&gt;hunter2", Link::Edge, "hunter2", false),
            ("=&gt; 'hunter2'", Link::Sign, "hunter2", true),
            ("%22%3A%22hunter2", Link::Sign, "hunter2", false),
            ("=", Link::Sign, "", false),
            ("", Link::Space, "", false),
        ] {
            let text = format!("pwd{rest}");
            let keyed = read(&text, text.strip_prefix("pwd").unwrap_or_default());
            assert_eq!((keyed.link, keyed.value, keyed.closed), (link, value, closed), "{text:?}");
            assert_eq!(text.get(keyed.range()), Some(value), "{text:?}");
        }
    }
}
