//! Passwords after a keyword.

use std::ops::Range;

use super::super::builders::{accept_if, exact};
use super::super::joint::{Link, bracket, is_quote, join, string_prefix, strip};
use super::super::keyed::{Keyed, QuoteEnd, after_purpose, begins_a_part, is_cjk, purpose, read, strip_longest};
use super::super::recognizer::{Recognizer, RecognizerInput};
use super::stop_words::is_stop_word;
use super::value_parts::{
    Signs, bare, ends_in_reference, holds_separator, is_call, is_member_of, is_mixed, is_odd, is_placeholder, is_type,
    is_type_with_parameters, is_word, runs_over,
};
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
            r"(?:\x22\n?[^\x00-\x1f\x22]+(?:\x22{1,2}[^\x00-\x1f\x22]+)*\n?\x22{0,3}|'\n?[^\x00-\x1f']+(?:'{1,2}[^\x00-\x1f']+)*\n?'{0,3}",
            r"|`\n?[^\x00-\x1f`]+\n?`?)|",
            bracket!(),
            r"[^\x00-\x20\x22'`\x7f]+)"
        )
    };
}

pub(super) static RECOGNIZERS: &[Recognizer] = &[
    exact(
        concat!(
            r"(?:(?i:pass(?:[ ]?word|wd|[ _-]?phrase|[ _-]?code|wort|ord)?|pwd)|(?:\b|_)(?i:securestring|requirepass|masterauth|kennwort|wachtwoord|adgangskode|salasana|senha|palavra[- ]passe|mdp|haslo|heslo|contrasena|clave|mot de passe|parola d'ordine|parola|kata sandi|identified by|psk|pw))(?:[_-]?(?i:confirmation|confirm|repeat|again|verify))?[0-9]*",
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
    "adgangskode", "contrasena", "clave", "haslo", "heslo", "identified by", "kata sandi", "kennwort", "mot de passe", "masterauth", "mdp",
    "parola d'ordine", "palavra-passe", "palavra passe", "pass phrase", "pass-phrase", "pass_phrase", "passphrase", "pass word",
    "pass code", "pass-code", "pass_code", "password", "passcode", "passwort", "passord", "parola", "passwd", "pass", "pwd", "psk",
    "pw", "requirepass", "securestring", "salasana", "senha", "wachtwoord",
];
/// Those that are words or ends of words of other meaning.
const SHORT: &[&str] = &["pass", "mdp", "clave", "parola", "psk", "pw"];
#[rustfmt::skip]
const ABROAD: &[&str] = &[
    "contrasen\u{303}a", "contraseN\u{303}a", "contraseña", "contraseÑa", "hasło", "hasŁo", "jelszó", "jelszÓ", "lösenord", "lÖsenord",
    "mật khẩu", "parolă", "parolĂ", "şifre", "Şifre", "κωδικός πρόσβασης", "Κωδικός πρόσβασης", "пароль", "Пароль", "ПАРОЛЬ", "סיסמה",
    "كلمة المرور", "كلمة السر", "รหัสผ่าน", "पासवर्ड", "パスワード", "密码", "密碼", "口令", "비밀번호", "암호", "패스워드",
];

/// What the name of a field may add for the second time that a password is entered.
const AGAIN: &[&str] = &["again", "confirmation", "confirm", "repeat", "verify"];

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
    let signs = match signs_unless_rejected(c, &keyed) {
        Ok(signs) => signs,
        Err(rejected) => return rejected,
    };
    let name = named(c.text).strip_suffix(rest).unwrap_or_default();
    let is_short = SHORT.iter().any(|short| name.eq_ignore_ascii_case(short));
    // `dbPass` is a field, "compass" a word.
    let begins = begins_a_part(c.before, c.text) || (!is_short && keyed.link != Link::Space) || c.text.starts_with('P');
    // `psk = ClientExtensions {` is code.
    let is_code = rest.starts_with(" = ") && strip(named(c.text), "psk") == Some(rest) && is_word(keyed.value);
    accept_if(begins && !is_code && is_password(c, &keyed, signs, is_short))
}

fn password_abroad(c: &RecognizerInput<'_>) -> Verdict {
    if continues(c) {
        return Verdict::RejectBefore(c.text.len());
    }
    let Some(keyed) = parse_abroad(c.text) else { return Verdict::Reject };
    match signs_unless_rejected(c, &keyed) {
        Ok(signs) => accept_if(is_password(c, &keyed, signs, false)),
        Err(rejected) => rejected,
    }
}

/// Returns the signs in a value, or the verdict if it is none by its quote, its length, what follows it or what it holds: what takes the least
/// work first.
fn signs_unless_rejected(c: &RecognizerInput<'_>, keyed: &Keyed<'_>) -> Result<Signs, Verdict> {
    if let Some(rejected) = rejected_by_quote(c, keyed).or_else(|| rejected_by_length(keyed)) {
        return Err(rejected);
    }
    if !keyed.is_joined(c) {
        return Err(rejected(keyed));
    }
    if is_member(c, keyed) {
        return Err(Verdict::Reject);
    }
    let signs = Signs::of(keyed.value);
    rejected_by_content(keyed, signs).map_or(Ok(signs), Err)
}

/// Returns the verdict on a value that its quote ends, and on one whose last quote does not close it.
fn rejected_by_quote(c: &RecognizerInput<'_>, keyed: &Keyed<'_>) -> Option<Verdict> {
    let end = keyed.quote_end(c);
    if end == QuoteEnd::Before {
        // What seems to be the value may yet become the name of the attribute with the value.
        let is_name = strip(keyed.value, "value").is_some();
        return Some(if is_name { Verdict::Reject } else { Verdict::RejectStarts(1) });
    }
    (keyed.closed && end == QuoteEnd::Open).then_some(Verdict::Reject)
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
        && (keyed.link != Link::Next || is_argument(value))
        // Messages and rules have such names too: `$lang['password'] = 'Passwort'`, `$rules['password'] = 'required|min:8'`.
        && (!keyed.indexed || is_odd(value) && !value.contains([' ', '|']))
        && if keyed.closed {
            is_quoted(keyed) && !is_key(c, keyed)
        } else {
            is_bare(c, keyed, signs) && is_specific(c, keyed, is_short)
        }
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

/// Returns `true` if the value may begin and end as it does, without quotes or with an opening one only.
fn is_bare(c: &RecognizerInput<'_>, keyed: &Keyed<'_>, signs: Signs) -> bool {
    let value = keyed.value;
    let quoted = keyed.quote.is_some();
    let Some(first) = value.chars().next() else { return false };
    let opens = !quoted && matches!(first, ',' | ':' | '=' | '>' | '(' | '{' | '<' | '$' | '[');
    let holds_code = || {
        signs.hold(Signs::CALL) && is_call(value)
            || signs.hold(Signs::COLON) && value.contains("::")
            || is_type_with_parameters(value, c.after)
    };
    let is_code = !quoted && (holds_code() || is_member_of(value) || is_type(value, c.after));
    let ends = !quoted || c.after.is_none_or(|a| a.is_whitespace() || a.is_control());
    let punctuated = value.ends_with("**")
        || (value.ends_with('*') && (keyed.starred || c.after == Some('*')))
        || !quoted && value.ends_with([',', '.', ';', ')', '?', ':', '}', '[', ']', '<', '|', '&', '>', '\u{2026}']);
    let refers = ends_in_reference(value, c.after);
    let in_bracket = !keyed.bracketed || c.after == Some(')') && is_mixed(value);
    let begins_well = !opens && !is_code && in_bracket;
    let is_spaced = signs.hold(Signs::SPACE) && value.contains(char::is_whitespace);
    begins_well && ends && !punctuated && !refers && !is_spaced
}

/// Returns `true` if the value is odd enough for what joins it to its keyword.
fn is_specific(c: &RecognizerInput<'_>, keyed: &Keyed<'_>, is_short: bool) -> bool {
    let value = keyed.value;
    let digit = value.bytes().any(|b| b.is_ascii_digit());
    let letter = value.chars().any(char::is_alphabetic);
    let odd = is_odd(value);
    let good = match keyed.link {
        // The line after a word begins another sentence, unless each is alone on its line, as in a form.
        Link::Space if keyed.on_next_line => {
            let is_field = !is_short && c.is_one_in_its_lines() && !value.contains(['=', ':']);
            is_field && digit && letter && is_mixed(value)
        }
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
