//! Passwords after a keyword.

use std::ops::Range;

use super::super::builders::{accept_if, exact};
use super::super::joint::{Link, bracket, is_quote, join, string_prefix, strip};
use super::super::keyed::{Keyed, QuoteEnd, after_purpose, begins_a_part, is_cjk, purpose, read, strip_longest};
use super::super::recognizer::{Recognizer, RecognizerInput};
use super::stop_words::is_stop_word;
use crate::detect::pattern::Verdict;

const LONGEST: usize = 224;
const LONGEST_VALUE: usize = 128;

/// A value in quotes, which may hold spaces and escaped quotes and may lack its closing quote, or one without, which ends at white space.
macro_rules! value {
    () => {
        concat!(
            "(?:",
            bracket!(),
            string_prefix!(),
            r"(?:\x22\n?[^\x00-\x1f\x22]+(?:\x22{1,2}[^\x00-\x1f\x22]+)*\n?\x22{0,2}|'\n?[^\x00-\x1f']+(?:'{1,2}[^\x00-\x1f']+)*\n?'{0,2}",
            r"|`\n?[^\x00-\x1f`]+\n?`?)|",
            bracket!(),
            r"[^\x00-\x20\x22'`\x7f]+)"
        )
    };
}

pub(super) static RECOGNIZERS: &[Recognizer] = &[
    exact(
        concat!(
            r"(?:(?i:pass(?:[ ]?word|wd|[ _-]?phrase|[ _-]?code|wort|ord)?|pwd)|(?:\b|_)(?i:securestring|kennwort|wachtwoord|adgangskode|salasana|senha|palavra[- ]passe|mdp|haslo|heslo|contrasena|clave|mot de passe|parola d'ordine|parola|kata sandi|identified by|psk|pw))(?:[_-]?(?i:confirmation|confirm|repeat|again|verify))?[0-9]*",
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
    "pass", "password", "pass word", "passwd", "passphrase", "pass phrase", "pass-phrase", "pass_phrase", "passcode", "pass code", "pass-code",
    "pass_code", "securestring", "passwort", "passord", "pwd", "kennwort", "wachtwoord", "adgangskode",
    "salasana", "senha", "palavra-passe", "palavra passe", "mdp", "haslo", "heslo", "contrasena", "clave", "mot de passe", "parola d'ordine", "parola", "kata sandi",
    "identified by", "psk", "pw",
];
/// Those that are words or ends of words of other meaning.
const SHORT: &[&str] = &["pass", "mdp", "clave", "parola", "psk", "pw"];
#[rustfmt::skip]
const ABROAD: &[&str] = &[
    "contraseña", "contraseÑa", "contrasen\u{303}a", "contraseN\u{303}a", "lösenord", "lÖsenord", "hasło", "hasŁo", "jelszó", "jelszÓ",
    "şifre", "Şifre", "parolă", "parolĂ", "mật khẩu", "пароль", "Пароль", "ПАРОЛЬ", "κωδικός πρόσβασης", "Κωδικός πρόσβασης", "סיסמה",
    "كلمة المرور", "كلمة السر", "पासवर्ड", "รหัสผ่าน", "密码", "密碼", "口令", "パスワード", "비밀번호", "패스워드", "암호",
];

/// What the name of a field may add for the second time that a password is entered.
const AGAIN: &[&str] = &["confirmation", "confirm", "repeat", "again", "verify"];

fn named(text: &str) -> &str {
    // What is before an underscore may be any other name.
    text.strip_prefix('_').unwrap_or(text)
}

fn parse(text: &str) -> Option<Keyed<'_>> {
    Some(parse_after(text, strip_longest(named(text), NAMES)?))
}

/// Parses the text after the name: `rest` is the end of `text`.
fn parse_after<'a>(text: &'a str, rest: &'a str) -> Keyed<'a> {
    let rest = strip_longest(rest.trim_start_matches(['_', '-']), AGAIN).unwrap_or(rest);
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
    if let Some(rejected) = rejected_by_content(c, &keyed) {
        return rejected;
    }
    let is_short = strip_longest(named(c.text), SHORT) == Some(rest);
    // `dbPass` is a field, "compass" a word.
    let begins = begins_a_part(c.before, c.text) || (!is_short && keyed.link != Link::Space) || c.text.starts_with('P');
    // `psk = ClientExtensions {` is code.
    let is_code = rest.starts_with(" = ") && strip(named(c.text), "psk") == Some(rest) && is_word(keyed.value);
    accept_if(begins && !is_code && is_password(c, &keyed, is_short))
}

fn is_word(value: &str) -> bool {
    value.bytes().all(|b| b.is_ascii_alphabetic())
}

fn password_abroad(c: &RecognizerInput<'_>) -> Verdict {
    if continues(c) {
        return Verdict::RejectBefore(c.text.len());
    }
    let Some(keyed) = parse_abroad(c.text) else { return Verdict::Reject };
    rejected_by_content(c, &keyed).unwrap_or_else(|| accept_if(is_password(c, &keyed, false)))
}

/// Returns the verdict on a value that its quote ends, and on one that no quote closes and that holds what no value does, whatever follows
/// it.
fn rejected_by_content(c: &RecognizerInput<'_>, keyed: &Keyed<'_>) -> Option<Verdict> {
    let value = keyed.value;
    let end = keyed.quote_end(c);
    if end == QuoteEnd::Before {
        // What seems to be the value may yet become the name of the attribute with the value.
        let is_name = strip(value, "value").is_some();
        return Some(if is_name { Verdict::Reject } else { Verdict::RejectStarts(1) });
    }
    if keyed.closed && end == QuoteEnd::Open {
        return Some(Verdict::Reject);
    }
    let separates = || keyed.is_escaped && holds_separator(value);
    let holds = !keyed.closed && (value.len() > LONGEST_VALUE || runs_over(value) || separates());
    // A quote may yet close it after spaces, and a sign may yet join another value.
    // So may a tag yet end, or the string after the type of a declaration begin.
    let is_final = keyed.quote.is_none() && keyed.link != Link::Space && !value.starts_with(['<', '{']);
    holds.then_some(if is_final { Verdict::RejectStarts(1) } else { Verdict::Reject })
}

/// Returns `true` if this is no end, wherever the candidate begins: no quote closes it, and what follows ends no value, or it ends in a
/// script that values without quotes do not hold.
fn continues(c: &RecognizerInput<'_>) -> bool {
    let ends = |a: char| {
        a.is_whitespace() || a.is_control() || is_quote(a) || is_cjk(a) || ",.;)!?<&}]|>*\u{2026}".contains(a)
    };
    !c.text.ends_with(is_quote) && (c.after.is_some_and(|a| !ends(a)) || c.text.ends_with(is_cjk))
}

fn is_password(c: &RecognizerInput<'_>, keyed: &Keyed<'_>, is_short: bool) -> bool {
    let value = keyed.value;
    (4..=LONGEST_VALUE).contains(&value.len())
        && !is_placeholder(value)
        && keyed.is_joined(c)
        && (keyed.link != Link::Next || is_argument(value))
        && if keyed.closed {
            is_quoted(keyed) && !is_key(c, keyed)
        } else {
            is_bare(c, keyed) && is_specific(keyed, is_short)
        }
}

/// Placeholders for a value: `${DB_PASS}`, `{{ password }}`, `<your password>`, `********`.
fn is_placeholder(value: &str) -> bool {
    // `!vault` is a tag of YAML.
    value.strip_prefix('!').is_some_and(is_word)
        || value.starts_with("${")
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

/// Returns `true` for a string after the name of a password that is no other name: `env("DB_PASSWORD", "x")`.
fn is_argument(value: &str) -> bool {
    let lower = value.to_ascii_lowercase();
    is_mixed(value) && !value.contains(['_', '-', ' ', ':']) && !["pass", "pw"].iter().any(|name| lower.contains(name))
}

/// Returns `true` if what seems to be a value in quotes is the key of one: `Pwd "userPassword": "x"`.
fn is_key(c: &RecognizerInput<'_>, keyed: &Keyed<'_>) -> bool {
    let is_name = keyed.value.bytes().all(|b| b.is_ascii_alphabetic() || matches!(b, b'_' | b'-'));
    keyed.link == Link::Space && is_name && matches!(c.after, Some(':' | '='))
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
fn is_bare(c: &RecognizerInput<'_>, keyed: &Keyed<'_>) -> bool {
    let value = keyed.value;
    let quoted = keyed.quote.is_some();
    let Some(first) = value.chars().next() else { return false };
    let opens = !quoted && matches!(first, ',' | ':' | '=' | '>' | '(' | '{' | '<' | '$' | '[');
    // `getpass.getpass()` is an expression: the word ends where the password would.
    let is_member = c.after == Some('.') && !quoted && keyed.link == Link::Sign;
    let is_code = !quoted && (is_call(value) || is_member_of(value) || value.contains("::") || is_type(value, c.after));
    let ends = !quoted || c.after.is_none_or(|a| a.is_whitespace() || a.is_control());
    let punctuated = value.ends_with("**")
        || (value.ends_with('*') && (keyed.starred || c.after == Some('*')))
        || !quoted && value.ends_with([',', '.', ';', ')', '?', ':', '}', ']', '<', '|', '&', '>', '\u{2026}']);
    let refers = ends_in_reference(value, c.after);
    let in_bracket = !keyed.bracketed || c.after == Some(')') && is_mixed(value);
    let begins_well = !opens && !is_member && !is_code && in_bracket;
    begins_well && ends && !punctuated && !refers && !value.contains(char::is_whitespace)
}

/// Returns `true` for the call of a function, `getpass(`: signs and scattered digits are those of a password.
fn is_call(value: &str) -> bool {
    let Some((name, _)) = value.split_once('(') else { return false };
    let is_name = name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '.' | '$' | '-' | '>' | ':' | '!'));
    is_name && digit_edges(name) < 3
}

/// Names of algorithms and encodings, which stand in brackets after the word.
const ALGORITHMS: &[&str] =
    &["aes", "argon", "base64", "crypt", "hmac", "md5", "ntlm", "oauth", "pbkdf", "rsa", "sha", "tls", "utf"];

/// Returns `true` for what no word with a number after it is, nor the name of an algorithm: `SHA256`, `utf8mb4`.
fn is_mixed(value: &str) -> bool {
    let lower = value.to_ascii_lowercase();
    let signs = value.bytes().any(|b| b.is_ascii_punctuation() && !matches!(b, b'-' | b'.' | b'_' | b'/' | b'#'));
    (signs || digit_edges(value) > 1) && value.len() >= 8 && !ALGORITHMS.iter().any(|name| lower.contains(name))
}

/// Returns how often a digit is next to what is none.
fn digit_edges(text: &str) -> usize {
    text.as_bytes().windows(2).filter(|pair| matches!(pair, [a, b] if a.is_ascii_digit() != b.is_ascii_digit())).count()
}

/// Returns `true` for a member of an object with settings or with a request: `process.env.DB_PASSWORD`, `form.password`.
fn is_member_of(value: &str) -> bool {
    let is_name = |name: &str| name.bytes().all(|b| b.is_ascii_alphabetic() || b == b'_') && !name.is_empty();
    let Some((head, last)) = value.rsplit_once('.') else { return false };
    let last = last.to_ascii_lowercase();
    head.split('.').all(is_name) && is_name(&last) && ["pass", "pwd", "secret"].iter().any(|name| last.contains(name))
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

/// Returns `true` for a generic type and for a member of the object at hand: `Optional[str]`, `Zeroizing<String>`, `self.password`.
fn is_type(value: &str, after: Option<char>) -> bool {
    const GENERICS: &[&str] = &[
        "Arc",
        "Box",
        "Cow",
        "List",
        "Option",
        "Optional",
        "Secret",
        "Union",
        "Vec",
        "Zeroizing",
        "typing.Optional",
        "typing.Union",
    ];
    let generic = value.split_once(['[', '<']).is_some_and(|(head, _)| GENERICS.contains(&head));
    generic && matches!(after, Some(']' | '>' | ','))
        || GENERICS.contains(&value) && matches!(after, Some('[' | '<'))
        || ["self.", "this."].iter().any(|head| value.starts_with(head))
}

/// Returns `true` if the value holds the start of what follows it: the next setting (`x;Encrypt=True`, `x&ssl=1`), a closing tag, or text
/// in a script that no space parts from it.
fn runs_over(value: &str) -> bool {
    let mut settings = value.split([';', '&', ',', '|']);
    settings.next();
    settings.any(|setting| {
        let name = setting.trim_start_matches(|c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.'));
        name.len() < setting.len() && name.starts_with(['=', ':'])
    }) || value.contains("</")
        || value.contains("/>")
        || value.contains("<br")
        || value.match_indices('&').any(|(at, _)| begins_with_reference(value.get(at..).unwrap_or_default()))
        || !value.is_ascii() && value.contains(is_cjk)
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
        Link::Edge | Link::Next => digit && letter,
        Link::Verb => odd || keyed.quote.is_some(),
        // Keyword and value side by side: "password hunter2".
        Link::Space => odd && (keyed.quote.is_some() || (!is_short && digit && letter)),
    };
    good && !is_stop_word(bare(value))
}
