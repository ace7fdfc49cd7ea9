//! What the text of a value shows, without what is around it.

use super::super::keyed::is_cjk;

/// Placeholders for a value: `${DB_PASS}`, `{{ password }}`, `<your password>`, `********`.
pub(super) fn is_placeholder(value: &str) -> bool {
    // `!vault` is a tag of YAML.
    value.strip_prefix('!').is_some_and(|tag| tag.bytes().all(|b| b.is_ascii_lowercase()))
        || value.starts_with("${")
        || value.starts_with("{{")
        || value.starts_with("$(")
        || (value.starts_with('<') && value.ends_with('>'))
        || (value.starts_with('%') && value.ends_with('%'))
        || !value.chars().any(char::is_alphanumeric)
}

pub(super) fn is_word(value: &str) -> bool {
    value.bytes().all(|b| b.is_ascii_alphabetic())
}

/// Returns the value without signs around it.
pub(super) fn bare(value: &str) -> &str {
    value.trim_matches(|c: char| !c.is_alphanumeric())
}

/// Returns `true` for the call of a function, `getpass(`: signs and scattered digits are those of a password.
pub(super) fn is_call(value: &str) -> bool {
    let Some((name, _)) = value.split_once('(') else { return false };
    let is_name = name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '.' | '$' | '-' | '>' | ':' | '!'));
    is_name && digit_edges(name) < 3
}

/// Names of algorithms and encodings, which stand in brackets after the word.
const ALGORITHMS: &[&str] =
    &["aes", "argon", "base64", "crypt", "hmac", "md5", "ntlm", "oauth", "pbkdf", "rsa", "sha", "tls", "utf"];

/// Returns `true` for what no word with a number after it is, nor the name of an algorithm: `SHA256`, `utf8mb4`.
pub(super) fn is_mixed(value: &str) -> bool {
    let lower = value.to_ascii_lowercase();
    let signs = value.bytes().any(|b| b.is_ascii_punctuation() && !matches!(b, b'-' | b'.' | b'_' | b'/' | b'#'));
    (signs || digit_edges(value) > 1) && value.len() >= 8 && !ALGORITHMS.iter().any(|name| lower.contains(name))
}

/// Returns how often a digit is next to what is none.
fn digit_edges(text: &str) -> usize {
    text.as_bytes().windows(2).filter(|pair| matches!(pair, [a, b] if a.is_ascii_digit() != b.is_ascii_digit())).count()
}

/// Objects of code that have settings, a request or the one who logs in.
#[rustfmt::skip]
const OBJECTS: &[&str] = &[
    "account", "app", "args", "body", "cfg", "client", "conf", "config", "context", "credentials", "creds", "ctx", "data", "db", "env", "event",
    "form", "input", "json", "module", "options", "opts", "os", "params", "payload", "process", "props", "req", "request", "res", "response",
    "secrets", "self", "session", "settings", "state", "sys", "this", "user", "values", "var", "vars",
];

/// Returns `true` for a member of an object with settings or with a request: `process.env.DB_PASSWORD`, `form.password`.
pub(super) fn is_member_of(value: &str) -> bool {
    let object = value.split('.').next().unwrap_or_default();
    if !OBJECTS.iter().any(|known| known.eq_ignore_ascii_case(object)) {
        return false;
    }
    let is_name = |name: &str| name.bytes().all(|b| b.is_ascii_alphabetic() || b == b'_') && !name.is_empty();
    let Some((head, last)) = value.rsplit_once('.') else { return false };
    let last = last.to_ascii_lowercase();
    head.split('.').all(is_name) && is_name(&last) && ["pass", "pwd", "secret"].iter().any(|name| last.contains(name))
}

/// Returns `true` if an escape of an address in the value separates: an ampersand, a quote, white space, a comma or a bracket.
pub(super) fn holds_separator(value: &str) -> bool {
    let mut escapes = value.match_indices('%').filter_map(|(at, _)| value.get(at + 1..at + 3));
    escapes.any(|hex| {
        matches!(hex, "26" | "22" | "27" | "20" | "0A" | "0a" | "0D" | "0d" | "2C" | "2c" | "3C" | "3c" | "7D" | "7d")
    })
}

/// Signs of HTML that end a value, as their references.
const REFERENCES: &[&str] = &["&lt", "&gt", "&quot", "&apos", "&nbsp", "&#39", "&#34", "&#x27", "&#x22"];

fn begins_with_reference(text: &str) -> bool {
    REFERENCES.iter().any(|reference| text.strip_prefix(reference).is_some_and(|rest| rest.starts_with(';')))
}

/// Returns `true` if the value ends in a reference of HTML, `x&quot;`, of which the semicolon may follow it.
pub(super) fn ends_in_reference(value: &str, after: Option<char>) -> bool {
    let name = value.strip_suffix(';').or(Some(value).filter(|_| after == Some(';')));
    name.is_some_and(|name| name.ends_with("&amp") || REFERENCES.iter().any(|reference| name.ends_with(reference)))
}

#[rustfmt::skip]
const GENERICS: &[&str] = &[
    "Arc", "Box", "Cow", "List", "Option", "Optional", "Secret", "Union", "Vec", "Zeroizing", "typing.Optional", "typing.Union",
];

/// Returns `true` for a generic type with its parameters: `Optional[str]`, `Zeroizing<String>`.
pub(super) fn is_type_with_parameters(value: &str, after: Option<char>) -> bool {
    matches!(after, Some(']' | '>' | ','))
        && value.split_once(['[', '<']).is_some_and(|(head, _)| GENERICS.contains(&head))
}

/// Returns `true` for a generic type and for a member of the object at hand: `Optional` before `[`, `self.password`.
pub(super) fn is_type(value: &str, after: Option<char>) -> bool {
    matches!(after, Some('[' | '<')) && GENERICS.contains(&value)
        || ["self.", "this."].iter().any(|head| value.starts_with(head))
}

/// Returns `true` if the value holds the start of what follows it: the next setting (`x;Encrypt=True`, `x&ssl=1`), a closing tag, or text
/// in a script that no space parts from it.
pub(super) fn runs_over(value: &str, signs: Signs) -> bool {
    let holds_tag = || ["</", "/>", "<br"].iter().any(|tag| value.contains(tag));
    signs.hold(Signs::SEPARATOR) && holds_setting(value)
        || signs.hold(Signs::ANGLE) && holds_tag()
        || signs.hold(Signs::WIDE) && value.contains(is_cjk)
}

/// Returns `true` if a setting or a reference of HTML follows a separator.
fn holds_setting(value: &str) -> bool {
    let is_in_name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
    let separators = value.bytes().enumerate().filter(|(_, byte)| matches!(byte, b';' | b'&' | b',' | b'|'));
    separators.map(|(at, sign)| (sign, value.get(at..).unwrap_or_default())).any(|(sign, rest)| {
        let setting = rest.get(1..).unwrap_or_default();
        let name = setting.trim_start_matches(is_in_name);
        name.len() < setting.len() && name.starts_with(['=', ':']) || sign == b'&' && begins_with_reference(rest)
    })
}

/// The signs that a value holds. A validator reads each value at each of its ends, so it looks closely only for those that are there.
#[derive(Clone, Copy)]
pub(super) struct Signs(u8);

impl Signs {
    /// What separates settings.
    const SEPARATOR: u8 = 1;
    /// Angle brackets.
    const ANGLE: u8 = 1 << 1;
    /// What opens the arguments of a call.
    pub(super) const CALL: u8 = 1 << 2;
    pub(super) const COLON: u8 = 1 << 3;
    /// White space, or what a character of it may begin with.
    pub(super) const SPACE: u8 = 1 << 4;
    /// What characters from U+1000 on begin with.
    const WIDE: u8 = 1 << 5;

    pub(super) fn of(value: &str) -> Self {
        Self(value.bytes().fold(0, |signs, byte| {
            signs
                | match byte {
                    b';' | b'&' | b',' | b'|' => Self::SEPARATOR,
                    b'<' | b'>' => Self::ANGLE,
                    b'(' => Self::CALL,
                    b':' => Self::COLON,
                    b'\t'..=b'\r' | b' ' | 0xC2 => Self::SPACE,
                    0xE1..=0xE3 => Self::SPACE | Self::WIDE,
                    0xE4.. => Self::WIDE,
                    _ => 0,
                }
        }))
    }

    /// Returns `true` if some of these are there.
    pub(super) fn hold(self, some: u8) -> bool {
        self.0 & some != 0
    }
}

/// Returns a digit, a sign inside, or a capital after the first letter: no plain word has those.
pub(super) fn is_odd(value: &str) -> bool {
    let inner = bare(value);
    value.bytes().any(|b| b.is_ascii_digit())
        || inner
            .bytes()
            .any(|b| b.is_ascii_punctuation() && !matches!(b, b'-' | b'\'' | b'.' | b'/' | b',' | b'(' | b')'))
        || (inner.bytes().skip(1).any(|b| b.is_ascii_uppercase()) && inner.bytes().any(|b| b.is_ascii_lowercase()))
}
