//! Passwords after a keyword.

use std::ops::Range;

use super::super::builders::{accept_if, exact};
use super::super::keyed::{
    Keyed, Link, after_purpose, begins_a_part, is_cjk, is_quote, join, purpose, read, strip, strip_longest,
};
use super::super::recognizer::{Recognizer, RecognizerInput};
use super::stop_words::is_stop_word;
use crate::detect::pattern::Verdict;

const LONGEST: usize = 224;
const LONGEST_VALUE: usize = 128;

/// A value in quotes, which may hold spaces and may lack its closing quote, or one without, which ends at white space.
macro_rules! value {
    () => {
        r"(?:\x22\n?[^\x00-\x1f\x22]+\n?\x22?|'\n?[^\x00-\x1f']+\n?'?|`\n?[^\x00-\x1f`]+\n?`?|[^\x00-\x20\x22'`\x7f]+)"
    };
}

pub(super) static RECOGNIZERS: &[Recognizer] = &[
    exact(
        concat!(
            r"(?:(?i:pass(?:[ ]?word|wd|[ _-]?phrase|[ _-]?code|wort|ord)?|pwd)|(?:\b|_)(?i:securestring|kennwort|wachtwoord|adgangskode|salasana|senha|mdp|haslo|heslo|contrasena|clave|mot de passe|parola d'ordine|parola|kata sandi|identified by|psk|pw))[0-9]*",
            purpose!(),
            join!(),
            value!()
        ),
        LONGEST,
        password,
    )
    .with_value(password_value),
    // Keywords with letters beyond ASCII, some in scripts without spaces.
    exact(
        concat!(
            "(?:(?i:contrase)(?:ñ|Ñ|n\u{303}|N\u{303})(?i:a)|(?i:l)(?:ö|Ö)(?i:senord)|(?i:has)(?:ł|Ł)(?i:o)|(?i:jelsz)(?:ó|Ó)|(?:ş|Ş)(?i:ifre)|(?i:parol)(?:ă|Ă)|(?i:m)ậ(?i:t kh)ẩ(?i:u)",
            "|пароль|Пароль|ПАРОЛЬ|κωδικός πρόσβασης|Κωδικός πρόσβασης|סיסמה|كلمة المرور|كلمة السر|पासवर्ड|รหัสผ่าน",
            "|密码|密碼|口令|パスワード|비밀번호|패스워드|암호)(?:",
            join!(),
            ")?",
            value!()
        ),
        LONGEST,
        password_abroad,
    )
    .with_value(value_abroad),
];

#[rustfmt::skip]
const NAMES: &[&str] = &[
    "adgangskode", "contrasena", "clave", "haslo", "heslo", "identified by", "kennwort", "kata sandi", "mdp", "mot de passe", "pass",
    "password", "pass word", "passwd", "passphrase", "pass phrase", "pass-phrase", "pass_phrase", "passcode", "pass code", "pass-code",
    "pass_code", "passwort", "passord", "pwd", "parola d'ordine", "parola", "psk", "pw", "securestring", "salasana", "senha",
    "wachtwoord",
];
/// Those that are words or ends of words of other meaning.
const SHORT: &[&str] = &["pass", "mdp", "clave", "parola", "psk", "pw"];
#[rustfmt::skip]
const ABROAD: &[&str] = &[
    "contraseña", "contraseÑa", "contrasen\u{303}a", "contraseN\u{303}a", "hasło", "hasŁo", "jelszó", "jelszÓ", "lösenord", "lÖsenord",
    "mật khẩu", "parolă", "parolĂ", "şifre", "Şifre", "κωδικός πρόσβασης", "Κωδικός πρόσβασης", "пароль", "Пароль", "ПАРОЛЬ", "סיסמה",
    "كلمة المرور", "كلمة السر", "पासवर्ड", "รหัสผ่าน", "パスワード", "密码", "密碼", "口令", "비밀번호", "암호", "패스워드",
];

fn named(text: &str) -> &str {
    // What is before an underscore may be any other name.
    text.strip_prefix('_').unwrap_or(text)
}

fn parse(text: &str) -> Option<Keyed<'_>> {
    Some(parse_after(text, strip_longest(named(text), NAMES)?))
}

/// Parses the text after the name: `rest` is the end of `text`.
fn parse_after<'a>(text: &'a str, rest: &'a str) -> Keyed<'a> {
    let mut keyed = read(text, after_purpose(rest.trim_start_matches(|c: char| c.is_ascii_digit())));
    keyed.value = without_full_stop(&keyed);
    keyed
}

/// Returns the value without the dots that end a sentence: `password: Zw8kQ1x2.` A word without a digit or a sign is part of the sentence.
fn without_full_stop<'a>(keyed: &Keyed<'a>) -> &'a str {
    let bare = keyed.value.trim_end_matches('.');
    if keyed.quote.is_none() && is_odd(bare) { bare } else { keyed.value }
}

fn parse_abroad(text: &str) -> Option<Keyed<'_>> {
    Some(parse_after(text, strip_longest(text, ABROAD)?))
}

fn password_value(text: &str) -> Range<usize> {
    parse(text).map_or(text.len()..text.len(), |keyed| keyed.range())
}

fn value_abroad(text: &str) -> Range<usize> {
    parse_abroad(text).map_or(text.len()..text.len(), |keyed| keyed.range())
}

fn password(c: &RecognizerInput<'_>) -> Verdict {
    if continues(c) {
        return Verdict::RejectBefore(c.text.len());
    }
    let Some(rest) = strip_longest(named(c.text), NAMES) else { return Verdict::Reject };
    let keyed = parse_after(c.text, rest);
    if let Some(rejected) = rejected_by_length(&keyed) {
        return rejected;
    }
    if is_member(c, &keyed) {
        return Verdict::Reject;
    }
    let signs = Signs::of(keyed.value);
    if let Some(rejected) = rejected_by_content(&keyed, signs) {
        return rejected;
    }
    let name = named(c.text).strip_suffix(rest).unwrap_or_default();
    let is_short = SHORT.iter().any(|short| name.eq_ignore_ascii_case(short));
    // `dbPass` is a field, "compass" a word.
    let begins = begins_a_part(c.before, c.text) || (!is_short && keyed.link != Link::Space) || c.text.starts_with('P');
    // `psk = ClientExtensions {` is code.
    let is_code = rest.starts_with(" = ") && strip(named(c.text), "psk") == Some(rest) && is_word(keyed.value);
    accept_if(begins && !is_code && is_password(c, &keyed, signs, is_short))
}

fn is_word(value: &str) -> bool {
    value.bytes().all(|b| b.is_ascii_alphabetic())
}

fn password_abroad(c: &RecognizerInput<'_>) -> Verdict {
    if continues(c) {
        return Verdict::RejectBefore(c.text.len());
    }
    let Some(keyed) = parse_abroad(c.text) else { return Verdict::Reject };
    if let Some(rejected) = rejected_by_length(&keyed) {
        return rejected;
    }
    if is_member(c, &keyed) {
        return Verdict::Reject;
    }
    let signs = Signs::of(keyed.value);
    rejected_by_content(&keyed, signs).unwrap_or_else(|| accept_if(is_password(c, &keyed, signs, false)))
}

/// Returns the verdict on a value that no quote closes and that is too long, whatever follows it.
fn rejected_by_length(keyed: &Keyed<'_>) -> Option<Verdict> {
    (!keyed.closed && keyed.value.len() > LONGEST_VALUE).then(|| rejected(keyed))
}

/// Returns the verdict on a value that no quote closes and that holds what no value does, whatever follows it.
fn rejected_by_content(keyed: &Keyed<'_>, signs: Signs) -> Option<Verdict> {
    let separates = || keyed.is_escaped && holds_separator(keyed.value);
    (!keyed.closed && (runs_over(keyed.value, signs) || separates())).then(|| rejected(keyed))
}

/// Returns the verdict on a value that more text does not make one.
fn rejected(keyed: &Keyed<'_>) -> Verdict {
    if keyed.is_begun() { Verdict::RejectStarts(1) } else { Verdict::Reject }
}

/// Returns `true` for an expression, `getpass.getpass()`: the word ends where the password would.
fn is_member(c: &RecognizerInput<'_>, keyed: &Keyed<'_>) -> bool {
    c.after == Some('.') && keyed.quote.is_none() && keyed.link == Link::Sign
}

/// Returns `true` if this is no end, wherever the candidate begins: no quote closes it, and what follows ends no value, or it ends in a
/// script that values without quotes do not hold.
fn continues(c: &RecognizerInput<'_>) -> bool {
    let ends = |a: char| {
        a.is_whitespace() || a.is_control() || is_quote(a) || is_cjk(a) || ",.;)!?<&}]|>*\u{2026}".contains(a)
    };
    !c.text.ends_with(is_quote) && (c.after.is_some_and(|a| !ends(a)) || c.text.ends_with(is_cjk))
}

fn is_password(c: &RecognizerInput<'_>, keyed: &Keyed<'_>, signs: Signs, is_short: bool) -> bool {
    let value = keyed.value;
    (4..=LONGEST_VALUE).contains(&value.len())
        && !is_placeholder(value)
        && if keyed.closed { is_quoted(keyed) } else { is_bare(c, keyed, signs) && is_specific(keyed, is_short) }
}

/// Placeholders for a value: `${DB_PASS}`, `{{ password }}`, `<your password>`, `********`.
fn is_placeholder(value: &str) -> bool {
    value.starts_with("${")
        || value.starts_with("{{")
        || value.starts_with("$(")
        || (value.starts_with('<') && value.ends_with('>'))
        || (value.starts_with('%') && value.ends_with('%'))
        || !value.chars().any(char::is_alphanumeric)
}

/// The maximum number of words of a passphrase.
const MOST_WORDS: usize = 8;

fn is_quoted(keyed: &Keyed<'_>) -> bool {
    let value = keyed.value;
    let words = || value.split_whitespace();
    let is_phrase =
        words().count() <= MOST_WORDS && (!keyed.padded || keyed.assigned || (words().count() == 1 && is_odd(value)));
    let sign = matches!(keyed.link, Link::Sign | Link::Verb) || is_odd(value);
    let is_sentence = words().count() > 1 && value.ends_with(['.', ':', '?', ',']);
    let is_set = keyed.assigned && is_odd(value);
    is_phrase && sign && !is_sentence && !is_stated(value, is_set)
}

/// Returns `true` if the words are those of a sentence about passwords: every second of them is, or a short one where nothing shows that
/// the value is set.
fn is_stated(value: &str, is_set: bool) -> bool {
    let words = || value.split_whitespace().map(bare);
    let stops = || words().filter(|word| is_stop_word(word));
    2 * stops().count() >= words().count() || (!is_set && stops().any(|word| word.len() <= 4))
}

/// Returns the value without signs around it.
fn bare(value: &str) -> &str {
    value.trim_matches(|c: char| !c.is_alphanumeric())
}

/// Returns `true` if the value may begin and end as it does, without quotes or with an opening one only.
fn is_bare(c: &RecognizerInput<'_>, keyed: &Keyed<'_>, signs: Signs) -> bool {
    let value = keyed.value;
    let quoted = keyed.quote.is_some();
    let Some(first) = value.chars().next() else { return false };
    let opens = !quoted && matches!(first, ':' | '=' | '>' | '(' | '{' | '<' | '$' | '[');
    let holds_code = || {
        signs.hold(Signs::CALL) && is_call(value)
            || signs.hold(Signs::COLON) && value.contains("::")
            || is_type_with_parameters(value, c.after)
    };
    let is_code = !quoted && (holds_code() || is_type(value, c.after));
    let ends = !quoted || c.after.is_none_or(|a| a.is_whitespace() || a.is_control());
    let punctuated = value.ends_with("**")
        || (value.ends_with('*') && (keyed.starred || c.after == Some('*')))
        || !quoted && value.ends_with([',', '.', ';', ')', '?', ':', '}', ']', '<', '|', '&', '>', '\u{2026}']);
    let refers = ends_in_reference(value, c.after);
    let begins_well = !opens && !is_code;
    let is_spaced = signs.hold(Signs::SPACE) && value.contains(char::is_whitespace);
    begins_well && ends && !punctuated && !refers && !is_spaced
}

/// Returns `true` for the call of a function, `getpass(`: signs and scattered digits are those of a password.
fn is_call(value: &str) -> bool {
    let Some((name, _)) = value.split_once('(') else { return false };
    let is_name = name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '.' | '$' | '-' | '>' | ':' | '!'));
    is_name && digit_edges(name) < 3
}

/// Returns how often a digit is next to what is none.
fn digit_edges(text: &str) -> usize {
    text.as_bytes().windows(2).filter(|pair| matches!(pair, [a, b] if a.is_ascii_digit() != b.is_ascii_digit())).count()
}

/// Returns `true` if an escape of an address in the value separates: an ampersand, a quote, white space, a comma or a bracket.
fn holds_separator(value: &str) -> bool {
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
fn ends_in_reference(value: &str, after: Option<char>) -> bool {
    let name = value.strip_suffix(';').or(Some(value).filter(|_| after == Some(';')));
    name.is_some_and(|name| name.ends_with("&amp") || REFERENCES.iter().any(|reference| name.ends_with(reference)))
}

#[rustfmt::skip]
const GENERICS: &[&str] = &[
    "Arc", "Box", "Cow", "List", "Option", "Optional", "Secret", "Union", "Vec", "Zeroizing", "typing.Optional", "typing.Union",
];

/// Returns `true` for a generic type with its parameters: `Optional[str]`, `Zeroizing<String>`.
fn is_type_with_parameters(value: &str, after: Option<char>) -> bool {
    matches!(after, Some(']' | '>' | ','))
        && value.split_once(['[', '<']).is_some_and(|(head, _)| GENERICS.contains(&head))
}

/// Returns `true` for a generic type and for a member of the object at hand: `Optional` before `[`, `self.password`.
fn is_type(value: &str, after: Option<char>) -> bool {
    matches!(after, Some('[' | '<')) && GENERICS.contains(&value)
        || ["self.", "this."].iter().any(|head| value.starts_with(head))
}

/// Returns `true` if the value holds the start of what follows it: the next setting (`x;Encrypt=True`, `x&ssl=1`), a closing tag, or text
/// in a script that no space parts from it.
fn runs_over(value: &str, signs: Signs) -> bool {
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
struct Signs(u8);

impl Signs {
    /// What separates settings.
    const SEPARATOR: u8 = 1;
    /// Angle brackets.
    const ANGLE: u8 = 1 << 1;
    /// What opens the arguments of a call.
    const CALL: u8 = 1 << 2;
    const COLON: u8 = 1 << 3;
    /// White space, or what a character of it may begin with.
    const SPACE: u8 = 1 << 4;
    /// What characters from U+1000 on begin with.
    const WIDE: u8 = 1 << 5;

    fn of(value: &str) -> Self {
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
    fn hold(self, some: u8) -> bool {
        self.0 & some != 0
    }
}

/// Returns a digit, a sign inside, or a capital after the first letter: no plain word has those.
fn is_odd(value: &str) -> bool {
    let inner = bare(value);
    value.bytes().any(|b| b.is_ascii_digit())
        || inner
            .bytes()
            .any(|b| b.is_ascii_punctuation() && !matches!(b, b'-' | b'\'' | b'.' | b'/' | b',' | b'(' | b')'))
        || (inner.bytes().skip(1).any(|b| b.is_ascii_uppercase()) && inner.bytes().any(|b| b.is_ascii_lowercase()))
}

/// Returns `true` if the value is odd enough for what joins it to its keyword.
fn is_specific(keyed: &Keyed<'_>, is_short: bool) -> bool {
    let value = keyed.value;
    let digit = value.bytes().any(|b| b.is_ascii_digit());
    let letter = value.chars().any(char::is_alphabetic);
    let odd = is_odd(value);
    let good = match keyed.link {
        // The line after a word begins another sentence.
        Link::Space if keyed.on_next_line => false,
        Link::Verb if keyed.on_next_line => digit && letter,
        Link::Sign if keyed.on_next_line => digit && letter,
        Link::Sign => odd || keyed.quote.is_some() || (!is_short && value.len() >= 6),
        Link::Edge => digit && letter,
        Link::Verb => odd || keyed.quote.is_some(),
        // Keyword and value side by side: "password hunter2".
        Link::Space => odd && (keyed.quote.is_some() || (!is_short && digit && letter)),
    };
    good && !is_stop_word(bare(value))
}
