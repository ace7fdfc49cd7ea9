//! Finds patterns in the notation of another language, and patterns that are tied to the edges of the text.

use regex_syntax::hir::Look;

use super::document::RuleEntry;
use super::warning::Warning;

/// What is around a pattern in another notation: its beginning, its end, and the letters that may follow.
const DELIMITERS: [(&str, &str, &str); 8] = [
    ("/", "/", "gimsuyx"),
    ("m/", "/", "gimsx"),
    ("qr/", "/", "imsx"),
    ("r'", "'", ""),
    ("r\"", "\"", ""),
    ("'", "'", ""),
    ("\"", "\"", ""),
    ("`", "`", ""),
];

/// Finds patterns that mean something else than they seem to.
pub(super) fn check(entries: &[RuleEntry], warnings: &mut Vec<Warning>) {
    for entry in entries {
        for pattern in &entry.patterns {
            let found = delimited(pattern).or_else(|| doubled(pattern)).or_else(|| anchored(pattern));
            warnings.extend(found.map(|(code, message, help)| {
                let message = format!("`{}`: the pattern `{pattern}` {message}", entry.rule);
                Warning::of_entry(code, entry, message).help(help)
            }));
        }
    }
}

type Found = (&'static str, String, String);

/// Finds a pattern with the delimiters of another notation, which are characters like any other here.
fn delimited(pattern: &str) -> Option<Found> {
    for (start, end, flags) in DELIMITERS {
        let Some(rest) = pattern.strip_prefix(start) else { continue };
        let body = rest.trim_end_matches(|c| flags.contains(c));
        let (inner, flags) = (body.strip_suffix(end).unwrap_or_default(), &rest[body.len()..]);
        // In that notation, a delimiter inside would need a backslash.
        let is_free = |inner: &str| inner.replace("\\\\", "").replace(&format!("\\{end}"), "").contains(end);
        if inner.is_empty() || is_free(inner) {
            continue;
        }
        let inner = inner.replace(&format!("\\{end}"), end);
        let flags: String = flags.chars().filter(|flag| "imsx".contains(*flag)).collect();
        let flags = if flags.is_empty() { flags } else { format!("(?{flags})") };
        let message = format!("matches the `{start}` before it and the `{end}` after it literally");
        let help = format!(
            "write `{flags}{inner}`; for the literal characters, put the first one in brackets: `[{}]`",
            &start[..1]
        );
        return Some(("delimited-pattern", message, help));
    }
    None
}

/// Finds backslashes that were doubled for a string of another language.
fn doubled(pattern: &str) -> Option<Found> {
    let classes = |c: char| "bdwsBDWS".contains(c);
    let mut parts = pattern.match_indices("\\\\").filter_map(|(at, _)| {
        let mut rest = pattern[at + 2..].chars();
        let class = rest.next().filter(|&c| classes(c))?;
        // `C:\\data` is a path: there, the letter begins a word.
        let is_word = rest.next().is_some_and(|next| next.is_ascii_alphanumeric());
        (!is_word || (class == 'b' && at == 0)).then_some(class)
    });
    let class = parts.next()?;
    let message = format!("has `\\\\{class}`, which matches a backslash and the letter `{class}`");
    let help = format!("write one backslash: `{}`, in single quotes", pattern.replace("\\\\", "\\"));
    Some(("doubled-backslash", message, help))
}

/// Finds patterns that match at the start or the end of the text only.
fn anchored(pattern: &str) -> Option<Found> {
    let hir = regex_syntax::parse(pattern).ok()?;
    let properties = hir.properties();
    let start = properties.look_set_prefix().contains(Look::Start);
    let end = properties.look_set_suffix().contains(Look::End);
    let message = match (start, end) {
        (true, true) => "matches only if it is the whole text: `^` is the start of the text, `$` its end",
        (true, false) => "matches only at the start of the text: `^` is not the start of a word or a line",
        (false, true) => "matches only at the end of the text: `$` is not the end of a word or a line",
        (false, false) => return None,
    };
    let help = "to match anywhere, write `\\b` in place of each; to match in every line, begin the pattern with `(?m)`";
    Some(("anchored-pattern", message.to_owned(), help.to_owned()))
}
