//! Character references of HTML.

/// The result of decoding at a position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum DecodeStep {
    /// The first character is itself.
    Plain,
    /// A number of bytes represents this character.
    Char(char, usize),
    /// A number of bytes represents nothing.
    Nothing(usize),
    /// The meaning depends on what follows.
    Open,
}

/// Longest reference, `&` and `;` included.
const MAX_BYTES: usize = 32;

/// Named references of ASCII punctuation and of spaces and dashes. Source: "Named character references" of the HTML standard.
const NAMED: &[(&str, char)] = &[
    ("AMP", '&'),
    ("GT", '>'),
    ("Hat", '^'),
    ("LT", '<'),
    ("NewLine", '\n'),
    ("QUOT", '"'),
    ("Tab", '\t'),
    ("amp", '&'),
    ("apos", '\''),
    ("ast", '*'),
    ("bsol", '\\'),
    ("colon", ':'),
    ("comma", ','),
    ("commat", '@'),
    ("dash", '-'),
    ("dollar", '$'),
    ("emsp", ' '),
    ("ensp", ' '),
    ("equals", '='),
    ("excl", '!'),
    ("grave", '`'),
    ("gt", '>'),
    ("hyphen", '-'),
    ("lbrace", '{'),
    ("lbrack", '['),
    ("lcub", '{'),
    ("lowbar", '_'),
    ("lpar", '('),
    ("lsqb", '['),
    ("lt", '<'),
    ("mdash", '-'),
    ("nbsp", ' '),
    ("ndash", '-'),
    ("num", '#'),
    ("percnt", '%'),
    ("period", '.'),
    ("plus", '+'),
    ("quest", '?'),
    ("quot", '"'),
    ("rbrace", '}'),
    ("rbrack", ']'),
    ("rcub", '}'),
    ("rpar", ')'),
    ("rsqb", ']'),
    ("semi", ';'),
    ("shy", '\u{AD}'),
    ("sol", '/'),
    ("thinsp", ' '),
    ("verbar", '|'),
    ("zwj", '\u{200D}'),
    ("zwnj", '\u{200C}'),
];

/// Reads the reference at the start of `rest`, which begins with `&`. One that represents the `&` of another is decoded too:
/// `&amp;#64;` is `@`.
pub(super) fn reference(rest: &str, is_last: bool) -> DecodeStep {
    let mut at = 1;
    while let Some(more) = rest.get(at..).and_then(|inner| inner.strip_prefix("amp;")) {
        // Only if a reference follows; `&amp;` alone is an `&`.
        match one(more, is_last) {
            Some(DecodeStep::Char(c, bytes)) if c != '&' => return DecodeStep::Char(c, at + 4 + bytes),
            Some(DecodeStep::Open) => return DecodeStep::Open,
            _ if more.starts_with("amp;") && at < MAX_BYTES => at += 4,
            _ => break,
        }
    }
    match rest.get(at..).and_then(|name| one(name, is_last)) {
        Some(DecodeStep::Char(c, bytes)) => DecodeStep::Char(c, at + bytes),
        Some(open) => open,
        None => DecodeStep::Plain,
    }
}

/// Reads what follows an `&`; `None` if that is no reference.
fn one(name: &str, is_last: bool) -> Option<DecodeStep> {
    if let Some(number) = name.strip_prefix('#') {
        return numbered(number, is_last);
    }
    let end = name.bytes().take(MAX_BYTES).take_while(u8::is_ascii_alphanumeric).count();
    match name.as_bytes().get(end) {
        None if !is_last && end < MAX_BYTES => return Some(DecodeStep::Open),
        Some(b';') => {}
        _ => return None,
    }
    let body = name.get(..end)?;
    let at = NAMED.binary_search_by_key(&body, |&(name, _)| name).ok()?;
    NAMED.get(at).map(|&(_, c)| DecodeStep::Char(c, end + 1))
}

/// Reads the number of a reference, after its `#`. As in browsers, a number without its semicolon is one too.
fn numbered(number: &str, is_last: bool) -> Option<DecodeStep> {
    if number.is_empty() && !is_last {
        return Some(DecodeStep::Open);
    }
    let (digits, radix, before) = match number.strip_prefix(['x', 'X']) {
        Some(digits) => (digits, 16, 2),
        None => (number, 10, 1),
    };
    let end = digits.chars().take(MAX_BYTES).take_while(|c| c.is_digit(radix)).count();
    let closed = match digits.as_bytes().get(end) {
        None if !is_last && end < MAX_BYTES => return Some(DecodeStep::Open),
        last => last == Some(&b';'),
    };
    let code = u32::from_str_radix(digits.get(..end)?, radix).ok()?;
    char::from_u32(code).map(|c| DecodeStep::Char(c, before + end + usize::from(closed)))
}

#[cfg(test)]
mod tests {
    use super::NAMED;

    #[test]
    fn the_names_are_sorted() {
        assert!(NAMED.is_sorted_by_key(|&(name, _)| name));
    }
}
