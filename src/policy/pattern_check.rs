//! Whether a pattern can be enforced.

use regex_syntax::hir::Hir;

use crate::detect::pattern::{PatternProblem, Syntax};

use super::limits::{MAX_MATCH_BYTES, MAX_PATTERN_BYTES};

/// What linear time rules out, and what to write instead.
const NO_LOOK_AROUND: &str = "every pattern runs in linear time, without look-around; match the \
    surroundings too, use `\\b`, or, in a topic, put what does not count under `exceptions`";

/// Likewise for backreferences.
const NO_BACKREFERENCE: &str = "every pattern runs in linear time, without backreferences; write the alternatives out";

/// Checks one pattern; `max_length` is the longest match the rule allows, in bytes.
pub(crate) fn check_pattern(pattern: &str, syntax: Syntax, max_length: Option<usize>) -> Result<(), PatternProblem> {
    let problem =
        |message: &str, help: &str| PatternProblem { message: message.to_owned(), span: None, help: help.to_owned() };
    if pattern.len() > MAX_PATTERN_BYTES {
        let message = format!("the pattern is longer than {MAX_PATTERN_BYTES} bytes");
        return Err(problem(&message, "for lists of words use a word filter: it holds 100,000"));
    }
    check_escapes(pattern)?;
    let hir = regex_syntax::Parser::new().parse(pattern).map_err(|error| syntax_problem(&error))?;
    check_last_line(pattern, &hir)?;
    let properties = hir.properties();
    match properties.minimum_len() {
        None => return Err(problem("the pattern can never match", "remove it")),
        Some(0) => {
            return Err(problem("the pattern matches the empty text", "make at least one part of it required"));
        }
        Some(shortest) if max_length.is_some_and(|longest| shortest > longest) => {
            let message = format!("the shortest match, {shortest} bytes, is longer than `max_length`");
            return Err(problem(&message, "raise `max_length`"));
        }
        Some(_) => {}
    }
    match (properties.maximum_len(), max_length) {
        (None, None) => {
            let help = "give each `+`, `*` and `{n,}` an upper bound such as `{1,40}`, or, in `regexes`, \
                add `max_length: 256`: longer matches then do not count";
            return Err(problem("the pattern has no longest match, so a stream could be held back without end", help));
        }
        (Some(longest), None) if longest > MAX_MATCH_BYTES => {
            let message = format!("a match can be {longest} bytes long; the limit is {MAX_MATCH_BYTES}");
            return Err(problem(&message, "lower the repetitions, or add `max_length`"));
        }
        _ => {}
    }
    match regex::Regex::new(pattern) {
        Ok(_) => crate::detect::pattern::check_pattern(pattern, syntax, max_length),
        Err(regex::Error::CompiledTooBig(limit)) => {
            let message = format!("the pattern is too large when compiled: more than {limit} bytes");
            Err(problem(
                &message,
                "lower the repetitions, or use ASCII classes: `[0-9]` for `\\d`, `(?-u:\\w)` for `\\w`",
            ))
        }
        Err(error) => Err(problem(&format!("the pattern is not valid: {error}"), "")),
    }
}

/// Rejects characters that YAML makes of the escapes of a pattern in double quotes: `\b` is a backspace there, and `\P` a line
/// separator. Such a pattern is valid and never matches. Escapes that YAML and patterns read alike stay.
fn check_escapes(pattern: &str) -> Result<(), PatternProblem> {
    let is_alike = |c: char| matches!(c, '\t' | '\n' | '\r' | '\u{7}' | '\u{B}' | '\u{C}');
    let is_mistaken = |c: char| (c.is_control() && !is_alike(c)) || matches!(c, '\u{2028}' | '\u{2029}');
    let Some((at, c)) = pattern.char_indices().find(|&(_, c)| is_mistaken(c)) else {
        return Ok(());
    };
    let code = u32::from(c);
    let meant = match c {
        '\u{8}' => ", which YAML makes of `\\b` in double quotes",
        '\u{85}' => ", which YAML makes of `\\N` in double quotes",
        '\u{2028}' => ", which YAML makes of `\\L` in double quotes",
        '\u{2029}' => ", which YAML makes of `\\P` in double quotes",
        _ => "",
    };
    Err(PatternProblem {
        message: format!("the pattern contains the control character U+{code:04X}{meant}"),
        span: Some((at, at + c.len_utf8())),
        help: format!("use single quotes for patterns; to match that character, write `\\x{{{code:X}}}` in them"),
    })
}

/// Rejects a line break at the end of a pattern, which `pattern: |` adds and nobody means. With `(?x)` it means nothing, and may stay.
fn check_last_line(pattern: &str, hir: &Hir) -> Result<(), PatternProblem> {
    let shorter = pattern.trim_end_matches(['\n', '\r']);
    let is_ignored = || regex_syntax::Parser::new().parse(shorter).is_ok_and(|other| other == *hir);
    if shorter.len() == pattern.len() || is_ignored() {
        return Ok(());
    }
    Err(PatternProblem {
        message: "the pattern ends with a line break, so it matches only at the end of a line".to_owned(),
        span: None,
        help: "use `|-` in place of `|`, or single quotes; to match a line break, write `\\n` in them".to_owned(),
    })
}

/// The parser's error, with its span, and a word on what the engine leaves out on purpose.
fn syntax_problem(error: &regex_syntax::Error) -> PatternProblem {
    use regex_syntax::ast::ErrorKind;
    let (what, span, help) = match error {
        regex_syntax::Error::Parse(error) => {
            let help = match error.kind() {
                ErrorKind::UnsupportedLookAround => NO_LOOK_AROUND,
                ErrorKind::UnsupportedBackreference => NO_BACKREFERENCE,
                _ => "",
            };
            (error.kind().to_string(), error.span(), help)
        }
        regex_syntax::Error::Translate(error) => (error.kind().to_string(), error.span(), ""),
        _ => {
            return PatternProblem { message: "the pattern is not valid".to_owned(), span: None, help: String::new() };
        }
    };
    PatternProblem {
        message: format!("the pattern is not valid: {what}"),
        span: Some((span.start.offset, span.end.offset)),
        help: help.to_owned(),
    }
}
