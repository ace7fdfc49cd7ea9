//! User names: after a keyword, in SQL, and as handles.

use std::ops::Range;

use super::super::builders::{accept_if, context_if, exact, value_after_keyword};
use super::super::description::Description;
use super::super::joint::is_quote;
use super::super::recognizer::{Objection, RecognizerInput, Surroundings};
use super::stop_words::is_stop_word;
use crate::detect::pattern::Verdict;

/// A character that may stand around the name in quotes: none of a word of ASCII, no quote and no `@`.
macro_rules! around {
    () => {
        r"[^\x00-\x1f0-9A-Z_a-z'@]"
    };
}

pub(in super::super) static USERNAME: Description = Description {
    ends_at_dashes: true,
    recognizers: &[&[
        exact(
            r"(?:(?i:user[ _-]?(?:name|id)|user|login(?:[ _-]?(?:name|id))?|screen[ _]?name|account name|benutzer(?:name|kennung)|nutzername|nom d'utilisateur|identifiant|nombre de usuario|usuario|nome utente|nome de usu(?:a|á)rio|gebruikersnaam|brukernavn|brugernavn|nazwa u(?:z|ż)ytkownika)|用户名|ユーザー名|ユーザーID|логин|Логин|имя пользователя|Имя пользователя)['\x22`*]{0,3}[ ]*(?:(?::=|=>|[:=>|]|--?>?[ \n])[ \n]*|(?:is|as)[ ]*)['\x22`]?[ \n]?(?:[*~]|%20|%0[9ADad]){0,8}[ \n]?_{0,3}['\x22`]?@?[A-Za-z0-9][A-Za-z0-9._@+-]*",
            128,
            username,
        )
        .ending_a_word()
        .with_value(username_value),
        // MySQL's 'user'@'host'. One word with signs around it: otherwise text after every apostrophe would be the start of one.
        exact(
            concat!(r"'\n?", around!(), r"{0,63}[^\x00-\x2c\x2f\x3a-\x40\x5b-\x5e\x60\x7b-\x7f]{1,64}", around!(), r"{0,63}\n?'@'[A-Za-z0-9_.%-]+'"),
            128,
            sql_user,
        )
        .with_value(sql_user_value),
        exact(
            r"@[A-Za-z0-9_][A-Za-z0-9_.]+", 40, handle).ending_a_word().with_value(handle_value).with_context(&[
            "twitter", "instagram", "github", "telegram", "tiktok", "handle", "username", "follow", "user", "account", "discord", "mastodon", "dm", "profile",
        ])
        .with_veto(in_code),
    ]],
    ..Description::DEFAULT
};

/// Returns the text between the keyword and the value, in lower case ("", "is", ":", "=" and so on), and whether a quote opens.
fn connector(text: &str, value: usize) -> (String, bool) {
    let head = text.get(..value).unwrap_or_default();
    let head = head.trim_end().trim_end_matches(is_wrapper).trim_end();
    let quoted = head.ends_with(is_quote);
    let head = head.trim_end_matches(is_quote).trim_end_matches(is_wrapper).trim_end();
    let sign: String = head.chars().rev().take_while(|c| matches!(c, ':' | '=' | '>' | '|' | '-')).collect();
    if sign.is_empty() {
        (head.rsplit(' ').next().unwrap_or_default().to_ascii_lowercase(), quoted)
    } else {
        (sign, quoted)
    }
}

/// Signs of Markdown, and escapes of white space, between the sign and the value.
fn is_wrapper(c: char) -> bool {
    c.is_ascii_digit() || matches!(c, '%' | '*' | '~' | 'A' | 'a' | 'D' | 'd')
}

fn username_value(text: &str) -> Range<usize> {
    let value =
        value_after_keyword(text, |c| matches!(c, ' ' | '\n' | ':' | '=' | '>' | '|' | '*' | '~' | '%') || is_quote(c));
    // The digits of an escape of white space.
    let escape = text.get(..value.start).is_some_and(|head| head.ends_with('%'));
    if escape { (value.start + 2).min(value.end)..value.end } else { value }
}

fn username(c: &RecognizerInput<'_>) -> Verdict {
    if !ends_word(c) {
        return Verdict::RejectBefore(c.text.len());
    }
    let range = username_value(c.text);
    let (sign, quoted) = connector(c.text, range.start);
    let on_next_line = !quoted && c.text.contains('\n');
    let value = c.text.get(range).unwrap_or_default().trim_start_matches('@');
    let lower = c.text.to_ascii_lowercase();
    // "User: Hello" opens a line of a chat; "username: hello" does not.
    let named = !["user", "usuario", "identifiant"].iter().any(|word| lower.starts_with(word))
        || lower.get(4..).is_some_and(|r| r.trim_start_matches([' ', '_', '-']).starts_with(['n', 'i']));
    let odd = value.bytes().any(|b| b.is_ascii_digit() || matches!(b, b'_' | b'.' | b'@'));
    let word = matches!(sign.as_str(), "is" | "as");
    // The edge of a cell, a dash or an arrow (backwards, as the sign is read) may be next to any word.
    let loose = sign == "|" || sign.ends_with('-');
    // A name in a tag ends at the next one: "Users > Username > Edit" is a path in a menu.
    let path = sign == ">" && c.after != Some('<');
    let good = match (named, word) {
        // Any word may begin the next line, and so may the next field.
        _ if path || loose && !(named && odd) => false,
        _ if on_next_line && (!odd || matches!(c.after, Some(':' | '='))) => false,
        (true, false) => true,
        (true, true) => odd || quoted,
        (false, false) => odd || quoted,
        (false, true) => false,
    };
    // Not the head of a call or a member: `user = request.user`, `user=User(`.
    let code = value.contains("..")
        || c.after == Some('(')
        || c.after == Some('[')
        || (!quoted && (value.contains('.') && sign == "=" || is_c_type(value)));
    accept_if(
        good && !code && value.len() >= 3 && !is_stop_word(value) && !value.contains('@') && c.before != Some('.'),
    )
}

/// Returns `true` for the type of a constant, `CTL_USER: c_int`.
fn is_c_type(value: &str) -> bool {
    let type_of_c = value.strip_prefix("c_").unwrap_or_default();
    value.ends_with("_t")
        || ["char", "schar", "uchar", "short", "ushort", "int", "uint", "long", "ulong", "longlong", "void"]
            .contains(&type_of_c)
}

/// Returns the end of the word is reached, and it does not end in sentence punctuation.
fn ends_word(c: &RecognizerInput<'_>) -> bool {
    !c.after.is_some_and(|a| a.is_ascii_alphanumeric() || matches!(a, '_' | '@'))
        && !c.text.ends_with(['.', '-', '+'].as_slice())
}

/// Returns `true` for quotes, white space, signs of Markdown and marks around a name.
fn is_around(c: char) -> bool {
    !(c.is_alphabetic() || c.is_ascii_digit() || c == '_')
}

fn sql_user_value(text: &str) -> Range<usize> {
    let quoted = text.split("'@").next().unwrap_or_default();
    let value = quoted.trim_end_matches(is_around);
    let start = quoted.len() - quoted.trim_start_matches(is_around).len();
    start.min(value.len())..value.len()
}

fn sql_user(c: &RecognizerInput<'_>) -> Verdict {
    let value = c.text.get(sql_user_value(c.text)).unwrap_or_default();
    let is_name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '-');
    accept_if(!value.is_empty() && value.chars().all(is_name))
}

/// Tags of documentation and decorators, sorted.
const TAGS: &[&str] = &[
    "abstractmethod",
    "author",
    "brief",
    "cached_property",
    "classmethod",
    "component",
    "contextmanager",
    "copyright",
    "dataclass",
    "deprecated",
    "example",
    "exception",
    "file",
    "fixture",
    "group",
    "ingroup",
    "internal",
    "isa",
    "license",
    "link",
    "name",
    "note",
    "overload",
    "override",
    "param",
    "private",
    "property",
    "protected",
    "public",
    "readonly",
    "return",
    "returns",
    "see",
    "setter",
    "since",
    "staticmethod",
    "summary",
    "template",
    "test",
    "throws",
    "todo",
    "type",
    "typedef",
    "var",
    "version",
    "wraps",
];

/// Rejects arrays of Perl, which look as handles do: `my @list = …`, `\@list`, `push @list`.
fn in_code(s: &Surroundings<'_>) -> Objection {
    // The parameters that the kernel's comments list: ` * @argsz: size of the data`.
    let listed = s.before.ends_with("* ") && s.after.starts_with(':');
    let declared = ["my ", "our ", "local ", "push ", "= ", "\\"].iter().any(|head| s.before.ends_with(head));
    if declared || listed || s.after.starts_with('=') { Objection::Start } else { Objection::None }
}

/// Returns the handle without the dots that end a sentence.
fn handle_value(text: &str) -> Range<usize> {
    0..text.trim_end_matches('.').len()
}

fn handle(c: &RecognizerInput<'_>) -> Verdict {
    let text = c.text.get(handle_value(c.text)).unwrap_or_default();
    if text.len() < c.text.len() && !c.after.is_none_or(char::is_whitespace) {
        return Verdict::Reject;
    }
    let name = text.trim_start_matches('@').to_ascii_lowercase();
    if TAGS.binary_search(&name.as_str()).is_ok() {
        return Verdict::Reject;
    }
    let letters = c.text.bytes().any(|b| b.is_ascii_alphabetic());
    // `name@host` is no handle, nor is a decorator in code ("@Override" in front of a line break).
    let alone = !c.before.is_some_and(|b| b.is_alphanumeric() || matches!(b, '.' | '_' | '-' | '/' | '%' | '\'' | '@'));
    context_if(
        alone
            && letters
            && text.len() >= 4
            && ends_word(&RecognizerInput { text, ..*c })
            && !matches!(c.after, Some('(' | '.' | '/' | '\'')),
    )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{USERNAME, is_around, sql_user_value};

    #[test]
    fn tags_are_sorted() {
        assert!(super::TAGS.is_sorted_by(|a, b| a < b));
    }

    proptest! {
        /// The pattern of a user at a host leaves out nothing that the validator would accept.
        #[test]
        fn a_user_at_a_host_is_one_word_with_signs_around(quoted in "\n?[a1 _.*é“-]{1,6}\n?") {
            let text = format!("'{quoted}'@'host'");
            let recognizer = USERNAME.recognizers.iter().copied().flatten().find(|recognizer| recognizer.pattern.contains("'@'"));
            let pattern = recognizer.map(|recognizer| format!("^(?:{})$", recognizer.pattern)).unwrap_or_default();
            let value = &text[sql_user_value(&text)];
            prop_assert_eq!(value, quoted.trim_matches(is_around));
            let is_name = !value.is_empty() && value.chars().all(|c| c.is_alphanumeric() || "_.-".contains(c));
            let is_match = regex::Regex::new(&pattern).is_ok_and(|pattern| pattern.is_match(&text));
            prop_assert!(is_match || !is_name, "{}", text);
        }
    }
}
