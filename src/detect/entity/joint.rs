//! What joins a value to its keyword: a sign, a verb, tags, the declaration of a type, white space.

/// The pattern of the text between a keyword and its value. A macro, because patterns are concatenated at compile time.
macro_rules! join {
    () => {
        concat!(
            r"(?:\x22{1,2}|['`]|&quot;|%22|&#3[49];)?(?:\]|%5[Dd])?(?:[ ]*\*{0,3}[ ]*(?:(?:[:=]|%3[ADad])=?(?:>|&gt;)?|>|&gt;|\|)[ \n]*(?:\*{0,3}[ \n]?){0,2}",
            r"|\*{0,3}[ ]+(?i:is now|is set to|set to|will be|is|was|to|by|lautet|ist|es|est|jest)[ ]*:?(?:[ \n]?\*{0,3}){0,3}",
            r"|[ ]*(?:是|为|為|は|는|은|è|é)[ ]*:?[ \n]*\*{0,3}",
            r"|,?[ \n]*['\x22]?(?i:value)['\x22]?[ ]*[:=][ \n]*\*{0,3}",
            r"|[ ]*(?:--?>?[ ]|→|⇒)[ ]*\*{0,3}|-|,[ \n]?",
            // A declaration, a block of YAML, tags, attributes of a tag.
            r"|[ ]?:[ ]?[&A-Za-z][&A-Za-z_<>\[\]|' ]*=[ ]?|:[ ][|>][+-]?\n",
            r"|(?:[ ](?i:is|was|lautet|ist|est|es))?[ ]?:?[ \n]?(?:</?[A-Za-z][^<>\x00-\x1f]*>[ \n]?[:=]?[ \n]?)+",
            r"|(?:[ ][A-Za-z:]+=\x22[^\x22<>\x00-\x1f]*\x22)+>",
            r"|[ \n]+\*{0,3})"
        )
    };
}
pub(super) use join;

/// The pattern of what may open a value, before its quote: a bracket, an object or a block with the value, a section of XML, an anchor of YAML.
macro_rules! bracket {
    () => {
        concat!(
            r"(?:<!\[CDATA\[|\{[ \n]?(?:['\x22]?type['\x22]?[ ]?[:=][ ]?['\x22]?[Ss]tring['\x22]?,?[ \n]?)?['\x22]?(?i:value|default)['\x22]?[ ]?[:=][ \n]?",
            r"|&[A-Za-z0-9_-]+[ \n]|[\[(][ \n]?)?"
        )
    };
}
pub(super) use bracket;

/// The pattern of the prefix of a string in source code, or of the first of several quotes.
macro_rules! string_prefix {
    () => {
        r"(?:[bruBRUfFL@$]|br|rb|r#|\x22{1,2}|'')?"
    };
}
pub(super) use string_prefix;

/// Signs that join a value to its keyword, as they are there.
const SIGNS: &[&str] = &["%3d", "%3a"];

/// Verbs between a keyword and its value, longer ones first.
const VERBS: &[&str] = &[
    "is now",
    "is set to",
    "set to",
    "will be",
    "lautet",
    "jest",
    "was",
    "ist",
    "est",
    "is",
    "to",
    "by",
    "es",
    "是",
    "为",
    "為",
    "は",
    "는",
    "은",
    "è",
    "é",
];

/// Tags whose text is the value of what the tag before them names.
const CELLS: &[&str] = &["td", "dd", "value", "string"];

/// What is between a keyword and its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Link {
    /// A colon or an equals sign, or an attribute named `value`.
    Sign,
    /// The end of a tag, the edge of a table's cell, a dash or an arrow.
    Edge,
    /// A comma: the value is the next argument, or the next element of a list.
    Next,
    /// A verb.
    Verb,
    /// White space, or nothing.
    Space,
}

/// What opens a value.
#[derive(Clone, Copy, Debug)]
pub(super) struct Opened<'a> {
    pub(super) link: Link,
    /// The text from the quote or the value on.
    pub(super) tail: &'a str,
    /// A bracket opens that nothing but a space joins to the keyword.
    pub(super) bracketed: bool,
}

/// Returns what joins the text after a keyword, and its closing quote, to it, and the text after that.
pub(super) fn link(bare: &str, is_quoted: bool) -> (Link, &str) {
    attribute(bare)
        .or_else(|| next(bare, is_quoted))
        .or_else(|| declared(bare))
        .or_else(|| tagged(bare))
        .or_else(|| sign(bare))
        .or_else(|| verb(bare))
        .unwrap_or((Link::Space, bare))
}

/// Returns `true` if a sign or a verb begins the text.
pub(super) fn is_joint(text: &str) -> bool {
    sign(text).is_some() || verb(text).is_some()
}

/// Returns the text of a value without what opens it.
pub(super) fn open(link: Link, tail: &str) -> Opened<'_> {
    let tail = tail.strip_prefix("<![CDATA[").unwrap_or(tail);
    let value = tail.strip_prefix('{').and_then(block_value).map(|value| value.trim_start_matches([' ', '\n']));
    let (link, tail) = value.map_or((link, tail), |value| (Link::Sign, value));
    let tail = if link == Link::Sign { anchored(tail).unwrap_or(tail) } else { tail };
    let inside = tail.strip_prefix(['(', '[']).map(|inside| inside.trim_start_matches([' ', '\n']));
    let string = inside.and_then(|inside| string(inside).filter(|_| link != Link::Space));
    let bracketed = link == Link::Space && tail.starts_with('(');
    match (string, inside) {
        // One of several values, as of a list of rules.
        (Some(tail), _) => Opened { link: Link::Next, tail, bracketed },
        (None, Some(tail)) if bracketed => Opened { link, tail, bracketed },
        _ => Opened { link, tail: string_or(tail, link), bracketed },
    }
}

/// Returns the value of an object or of a block, after its type: `"type": "string", "default": "x"`.
fn block_value(block: &str) -> Option<&str> {
    let kind = field(block, "type").map(|kind| kind.trim_start_matches(' ').trim_start_matches(is_quote));
    let after_type = kind.and_then(|kind| strip(kind, "string")).map(|tail| tail.trim_start_matches(is_quote));
    let block = after_type.unwrap_or(block);
    field(block, "value").or_else(|| field(block, "default"))
}

/// Returns the text after an anchor of YAML, `&name `. What follows a reference of code, `&mut String`, shows no value.
fn anchored(text: &str) -> Option<&str> {
    let name = text.strip_prefix('&')?;
    let tail = name.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'));
    let value = tail.strip_prefix([' ', '\n']).filter(|_| tail.len() < name.len())?;
    let first = value.split([' ', '\n']).next().unwrap_or_default();
    (first.starts_with(is_quote) || first.bytes().any(|b| b.is_ascii_digit())).then_some(value)
}

/// Returns the text from the quote of a string on, if its prefix and a quote begin it.
fn string(text: &str) -> Option<&str> {
    let tail = text.trim_start_matches(['b', 'r', 'u', 'B', 'R', 'U', 'f', 'F', 'L', '@', '$', '#']);
    (tail.starts_with(is_quote) && text.len() - tail.len() <= 2).then_some(tail)
}

fn string_or(text: &str, link: Link) -> &str {
    string(text).filter(|_| link != Link::Space).unwrap_or(text)
}

/// Reads `"DB_PASSWORD", "x"`: both are strings.
fn next(rest: &str, is_quoted: bool) -> Option<(Link, &str)> {
    let tail = rest.strip_prefix(',').filter(|_| is_quoted)?.trim_start_matches([' ', '\n']);
    string(tail).map(|tail| (Link::Next, tail))
}

/// Reads `: str = "x"`: the type, and a string.
fn declared(rest: &str) -> Option<(Link, &str)> {
    let kind = rest.trim_start_matches(' ').strip_prefix(':')?.trim_start_matches(' ');
    let tail = kind.trim_start_matches(|c: char| c.is_ascii_alphabetic() || "&_<>[]|' ".contains(c));
    let value = tail.strip_prefix('=').filter(|_| kind.starts_with(|c: char| c.is_ascii_alphabetic() || c == '&'))?;
    string(value.trim_start_matches(' ')).map(|value| (Link::Sign, value))
}

/// Reads tags between the two: `</td><td>`, `:</b> `, ` is <code>`, ` type="plain">`. A sign or a verb is among them, or the last is that of a
/// value.
fn tagged(rest: &str) -> Option<(Link, &str)> {
    if let Some(tail) = attributes(rest) {
        return Some((Link::Edge, tail));
    }
    let (mut tail, mut is_named) = match rest.starts_with(' ').then(|| verb(rest)).flatten() {
        Some((_, tail)) => (tail, true),
        None => (rest, false),
    };
    let mut has_tag = false;
    loop {
        tail = tail.trim_start_matches([' ', '\n']);
        if let Some((name, after)) = tag(tail) {
            is_named |= CELLS.contains(&name);
            (has_tag, tail) = (true, after);
        } else if let Some(after) = tail.strip_prefix([':', '=']) {
            (is_named, tail) = (true, after);
        } else {
            return (has_tag && is_named).then_some((Link::Edge, tail));
        }
    }
}

/// Returns the name of the tag at the start of the text, which is empty for the end of an element, and the text after it.
fn tag(text: &str) -> Option<(&str, &str)> {
    let inside = text.strip_prefix('<')?;
    let (inside, after) = inside.split_once('>')?;
    let name = inside.split(' ').next().unwrap_or_default();
    let is_tag = inside.trim_start_matches('/').starts_with(|c: char| c.is_ascii_alphabetic()) && !inside.contains('<');
    is_tag.then_some((name, after))
}

/// Returns the text after the attributes of a tag whose name is the keyword.
fn attributes(rest: &str) -> Option<&str> {
    let mut tail = rest;
    while let Some(attribute) = tail.strip_prefix(' ') {
        let value = attribute.trim_start_matches(|c: char| c.is_ascii_alphabetic() || c == ':').strip_prefix("=\"")?;
        (_, tail) = value.split_once('"').filter(|(value, _)| !value.contains(['<', '>']))?;
    }
    tail.strip_prefix('>').filter(|_| tail.len() < rest.len())
}

/// Returns the text after `prefix`, which is matched without regard to ASCII case.
pub(super) fn strip<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    // The last byte tells most words apart that begin alike.
    let at = prefix.len().checked_sub(1)?;
    if !text.as_bytes().get(at)?.eq_ignore_ascii_case(prefix.as_bytes().get(at)?) {
        return None;
    }
    let (head, tail) = text.split_at_checked(prefix.len())?;
    head.eq_ignore_ascii_case(prefix).then_some(tail)
}

/// Returns the text after one of `words`.
pub(super) fn strip_any<'a>(text: &'a str, words: &[&str]) -> Option<&'a str> {
    text.starts_with(['&', '%']).then(|| words.iter().find_map(|word| strip(text, word)))?
}

pub(super) fn is_quote(c: char) -> bool {
    matches!(c, '"' | '\'' | '`')
}

/// Reads `key="Password" value="x"`, `{"key": "password", "value": "x"}`, or `value: x` on the next line.
fn attribute(rest: &str) -> Option<(Link, &str)> {
    field(rest, "value").map(|tail| (Link::Sign, tail))
}

/// Returns the text after the name of a field and its sign.
fn field<'a>(rest: &'a str, name: &str) -> Option<&'a str> {
    let rest = rest.trim_start_matches([',', ' ', '\n']).trim_start_matches(is_quote);
    let rest = strip(rest, name)?.trim_start_matches(is_quote).trim_start_matches(' ');
    rest.strip_prefix([':', '='])
}

/// Returns `true` for a hyphen that no space follows.
pub(super) fn is_hyphen(rest: &str) -> bool {
    rest.strip_prefix('-').is_some_and(|tail| !tail.starts_with([' ', '-', '>']))
}

fn sign(rest: &str) -> Option<(Link, &str)> {
    if is_hyphen(rest) {
        return rest.get(1..).map(|tail| (Link::Edge, tail));
    }
    let rest = rest.trim_start_matches([' ', '*']);
    if let Some(tail) = dash(rest) {
        return Some((Link::Edge, tail));
    }
    let tail = rest.trim_start_matches([':', '=', '>', '|']);
    let tail = rest.strip_prefix(": ").and_then(block).unwrap_or(tail);
    let tail = strip_any(tail, SIGNS).unwrap_or(tail);
    if let Some(tail) = strip_any(tail, &["&gt;"]) {
        return Some((if tail.len() + "&gt;".len() < rest.len() { Link::Sign } else { Link::Edge }, tail));
    }
    let (first, is_sign) = (rest.chars().next()?, tail.len() < rest.len());
    let link = if matches!(first, '>' | '|') { Link::Edge } else { Link::Sign };
    is_sign.then_some((link, tail))
}

/// Returns the text after the sign that begins a block of YAML, from its line end on.
fn block(text: &str) -> Option<&str> {
    let tail = text.strip_prefix(['|', '>'])?;
    let tail = tail.strip_prefix(['+', '-']).unwrap_or(tail);
    tail.starts_with('\n').then_some(tail)
}

/// Returns the text after a dash or an arrow, and a space: `- x`, `-> x`.
fn dash(rest: &str) -> Option<&str> {
    if let Some(tail) = rest.strip_prefix(['→', '⇒']) {
        return Some(tail);
    }
    let dash = rest.strip_prefix('-')?;
    let tail = dash.strip_prefix('-').unwrap_or(dash);
    let tail = tail.strip_prefix('>').unwrap_or(tail);
    tail.starts_with(' ').then_some(tail)
}

fn verb(rest: &str) -> Option<(Link, &str)> {
    let rest = rest.trim_start_matches([' ', '*']);
    VERBS.iter().find_map(|verb| {
        let tail = strip(rest, verb)?;
        // "IDENTIFIED WITH mysql_native_password BY 'x'", and no "password by 2030".
        if *verb == "by" && !tail.trim_start_matches(' ').starts_with(is_quote) {
            return None;
        }
        let whole = !verb.is_ascii() || tail.starts_with([' ', ':', '\n']) || tail.starts_with(is_quote);
        whole.then(|| (Link::Verb, tail.trim_start_matches([' ', ':'])))
    })
}
