//! Credentials of persons: user names and passwords. They have no form of their own; a keyword introduces them.

use std::ops::Range;

use super::EntityType::{Password, Username};
use super::form::{accept_if, context_if, plain, tail};
use super::recognizer::{Candidate, Recognizer, Verdict};

pub(super) static RECOGNIZERS: &[Recognizer] = &[
    plain(
        Username,
        r"(?i:user[ _-]?(?:name|id)|user|login(?:[ _-]?(?:name|id))?|screen[ _]?name|account name)['\x22`]?[ ]*(?::=|=>|[:=]|is|as)[ ]*['\x22`]?@?[A-Za-z0-9][A-Za-z0-9._@+-]*",
        128,
        username,
    )
    .value(username_value),
    // MySQL's 'user'@'host'.
    plain(Username, r"'[A-Za-z0-9_.-]+'@'[A-Za-z0-9_.%-]+'", 128, sql_user).value(sql_user_value),
    plain(Username, r"@[A-Za-z0-9_][A-Za-z0-9_.]+", 40, handle).near(&[
        "twitter", "instagram", "github", "telegram", "tiktok", "handle", "username", "follow", "user", "account", "discord", "mastodon", "dm", "profile",
    ]),
    plain(
        Password,
        r"(?i:pass(?:word|wd|phrase|code)?|pwd)['\x22`]?[ ]*(?:(?i:is now|is|was|to|[ ]set to)[ ]*:?|:=|=>|[:=])?[ ]*['\x22`]?[^\x00-\x20\x22'`\x7f]+",
        160,
        password,
    )
    .value(password_value),
    plain(Password, r"\b(?i:identified by|passwort|contrase[^\x00-\x40]{1,2}a|mot de passe|kennwort|senha)[ ]*(?:is|ist|es|est|[:=])?[ ]*['\x22`]?[^\x00-\x20\x22'`\x7f]+", 160, password)
        .value(password_value),
];

/// Words that follow the keyword in sentences about user names and passwords, sorted.
#[rustfmt::skip]
const NOT_VALUES: &[&str] = &[
    "a", "after", "again", "all", "already", "also", "always", "an", "and", "any", "are", "as", "at", "available", "based", "be", "because",
    "been", "before", "being", "below", "blank", "both", "but", "by", "can", "case", "changed", "changes", "chars", "compromised", "correct",
    "created", "does", "empty", "encrypted", "entered", "expired", "false", "field", "first", "for", "forgotten", "from", "going", "hash",
    "hashed", "have", "here", "hidden", "if", "in", "incorrect", "input", "invalid", "is", "it", "its", "known", "like", "login", "long",
    "longer", "manager", "may", "missing", "must", "my", "name", "needed", "new", "nil", "no", "none", "not", "null", "of", "ok", "on",
    "only", "optional", "or", "password", "protected", "required", "reset", "safe", "same", "secret", "secure", "sensitive", "sent", "set",
    "should", "shown", "so", "something", "still", "stored", "str", "string", "strong", "taken", "text", "that", "the", "their", "then",
    "they", "this", "to", "too", "true", "undefined", "unique", "unknown", "update", "used", "user", "username", "using", "valid", "value",
    "very", "was", "weak", "what", "when", "which", "will", "with", "wrong", "you", "your",
];

fn is_stop_word(value: &str) -> bool {
    let lower = value.to_ascii_lowercase();
    NOT_VALUES.binary_search(&lower.as_str()).is_ok()
}

fn is_quote(c: char) -> bool {
    matches!(c, '"' | '\'' | '`')
}

/// What stands between the keyword and the value, in lower case: "", "is", ":", "=" and so on, and whether a quote opens.
fn connector(text: &str, value: usize) -> (String, bool) {
    let head = &text[..value];
    let quoted = head.ends_with(is_quote);
    let head = head.trim_end_matches(is_quote).trim_end();
    let sign: String = head.chars().rev().take_while(|c| matches!(c, ':' | '=' | '>')).collect();
    if sign.is_empty() {
        (head.rsplit(' ').next().unwrap_or_default().to_ascii_lowercase(), quoted)
    } else {
        (sign, quoted)
    }
}

fn username_value(text: &str) -> Range<usize> {
    tail(text, |c| matches!(c, ' ' | ':' | '=' | '>') || is_quote(c))
}

fn username(c: &Candidate<'_>) -> Verdict {
    let range = username_value(c.text);
    let (sign, quoted) = connector(c.text, range.start);
    let value = c.text[range].trim_start_matches('@');
    let lower = c.text.to_ascii_lowercase();
    // "User: Hello" opens a line of a chat; "username: hello" does not.
    let named = !lower.starts_with("user")
        || lower.get(4..).is_some_and(|r| r.trim_start_matches([' ', '_', '-']).starts_with(['n', 'i']));
    let odd = value.bytes().any(|b| b.is_ascii_digit() || matches!(b, b'_' | b'.' | b'@'));
    let word = matches!(sign.as_str(), "is" | "as");
    let good = match (named, word) {
        (true, false) => true,
        (true, true) => odd || quoted,
        (false, false) => odd || quoted,
        (false, true) => false,
    };
    // Not the head of a call or a member: `user = request.user`, `user=User(`.
    let code = value.contains("..")
        || c.after == Some('(')
        || c.after == Some('[')
        || (!quoted && value.contains('.') && sign == "=");
    accept_if(
        good && !code
            && value.len() >= 3
            && !is_stop_word(value)
            && !value.contains('@')
            && ends_word(c)
            && c.before != Some('.'),
    )
}

/// The end of the word is reached, and it does not end in sentence punctuation.
fn ends_word(c: &Candidate<'_>) -> bool {
    !c.after.is_some_and(|a| a.is_ascii_alphanumeric() || matches!(a, '_' | '@'))
        && !c.text.ends_with(['.', '-', '+'].as_slice())
}

fn sql_user_value(text: &str) -> Range<usize> {
    1..text.find("'@").unwrap_or(1)
}

fn sql_user(_: &Candidate<'_>) -> Verdict {
    Verdict::Accept
}

fn handle(c: &Candidate<'_>) -> Verdict {
    let letters = c.text.bytes().any(|b| b.is_ascii_alphabetic());
    // `name@host` is no handle, nor is a decorator in code ("@Override" in front of a line break).
    let alone = !c.before.is_some_and(|b| b.is_alphanumeric() || matches!(b, '.' | '_' | '-' | '/' | '%' | '\'' | '@'));
    context_if(
        alone && letters && c.text.len() >= 4 && ends_word(c) && !matches!(c.after, Some('(' | '.' | '/' | '\'')),
    )
}

fn password_value(text: &str) -> Range<usize> {
    let quote = text.rfind(is_quote);
    if let Some(start) = quote.max(text.rfind(' ')) {
        // `password: "x`, `password = x`, `password =x`.
        let rest = &text[start + 1..];
        let signs = rest.len() - rest.trim_start_matches([':', '=', '>']).len();
        return start + 1 + if quote.is_some() { 0 } else { signs }..text.len();
    }
    // `password=x`: the sign is the first one behind the keyword.
    text.find([':', '=']).map_or(text.len()..text.len(), |i| {
        let skip = text[i..].len() - text[i..].trim_start_matches([':', '=', '>']).len();
        i + skip..text.len()
    })
}

fn password(c: &Candidate<'_>) -> Verdict {
    let range = password_value(c.text);
    let (sign, quoted) = connector(c.text, range.start);
    let value = &c.text[range];
    if value.len() < 4 || value.len() > 128 || value.starts_with([':', '=', '>', '(', '{', '<', '$', '[']) && !quoted {
        return Verdict::Reject;
    }
    let closed = match c.after {
        None => true,
        Some(a) => {
            a.is_whitespace()
                || is_quote(a)
                || (!quoted && matches!(a, ',' | '.' | ';' | ')' | '!' | '?' | '<' | '&' | '}' | ']'))
        }
    };
    // `getpass.getpass()` is an expression: the word ends where the password would.
    let member = c.after == Some('.') && !quoted && sign.contains('=');
    if !closed || member || (!quoted && value.ends_with([',', '.', ';', ')', '?', ':', '}', ']'].as_slice())) {
        return Verdict::Reject;
    }
    let bare = value.trim_matches(|c: char| !c.is_ascii_alphanumeric());
    let odd = value.bytes().any(|b| b.is_ascii_digit())
        || bare
            .bytes()
            .any(|b| b.is_ascii_punctuation() && !matches!(b, b'-' | b'\'' | b'.' | b'/' | b',' | b'(' | b')'))
        || (bare.bytes().skip(1).any(|b| b.is_ascii_uppercase()) && bare.bytes().any(|b| b.is_ascii_lowercase()));
    let short =
        c.text.len() > 4 && c.text[..4].eq_ignore_ascii_case("pass") && !c.text.as_bytes()[4].is_ascii_alphabetic();
    // Code: `password = getpass.getpass()`, `pass: string`.
    let code = !quoted && (value.contains("()") || value.contains('(') || value.contains("::"));
    let good = match sign.as_str() {
        "is" | "was" | "to" | "now" | "ist" | "es" | "est" | "by" => odd || quoted,
        s if s.contains([':', '=']) => odd || quoted || (!short && value.len() >= 6),
        // Keyword and value side by side: "password hunter2".
        _ => {
            quoted && odd
                || (odd
                    && !short
                    && value.bytes().any(|b| b.is_ascii_digit())
                    && value.bytes().any(|b| b.is_ascii_alphabetic()))
        }
    };
    // `dbPass` is a field, "compass" a word.
    let start_ok = !c.before.is_some_and(|b| b.is_ascii_lowercase()) || c.text.starts_with('P') || !short;
    accept_if(good && !code && start_ok && !is_stop_word(bare))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stop_words_are_sorted() {
        assert!(NOT_VALUES.is_sorted());
    }
}
