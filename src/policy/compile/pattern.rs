//! Parses the patterns of a policy and checks that they can be enforced.

use crate::detect::pattern::{NFA_SIZE_LIMIT, ParsedPattern, PatternProblem, Syntax, check_can_match, check_pattern};
use crate::policy::limits::{MAX_MATCH_BYTES, MAX_PATTERN_BYTES};

/// Parses one pattern and checks that it can be enforced; `max_length` is the longest match the rule allows, in bytes. Adds the size of the
/// pattern to `compiled_bytes`.
pub(super) fn parse_pattern(
    pattern: &str,
    syntax: Syntax,
    max_length: Option<usize>,
    compiled_bytes: &mut usize,
) -> Result<ParsedPattern, PatternProblem> {
    let problem =
        |message: &str, help: &str| PatternProblem { message: message.to_owned(), span: None, help: help.to_owned() };
    if pattern.len() > MAX_PATTERN_BYTES {
        let message = format!("the pattern is longer than {MAX_PATTERN_BYTES} bytes");
        return Err(problem(&message, "use a word filter for lists of words; it holds up to 100,000"));
    }
    check_escapes(pattern)?;
    let parsed = ParsedPattern::parse(pattern, syntax)?;
    check_last_line(pattern, &parsed)?;
    let properties = parsed.properties();
    match properties.minimum_len() {
        None => return Err(problem("the pattern can never match", "remove it")),
        Some(0) => {
            return Err(problem("the pattern matches empty text", "make at least one part of it required"));
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
                add `max_length: 256`; longer matches are then ignored";
            return Err(problem(
                "the pattern has no maximum match length, so a stream might be buffered forever",
                help,
            ));
        }
        (Some(longest), None) if longest > MAX_MATCH_BYTES => {
            let message = format!("a match can be {longest} bytes long; the limit is {MAX_MATCH_BYTES}");
            return Err(problem(&message, "lower the repetitions, or add `max_length`"));
        }
        _ => {}
    }
    check_can_match(&parsed)?;
    let checked = check_pattern(&parsed, max_length).and_then(|bytes| check_size(pattern).map(|()| bytes));
    // One that is too large took as long as the largest.
    *compiled_bytes = compiled_bytes.saturating_add(*checked.as_ref().unwrap_or(&NFA_SIZE_LIMIT));
    checked?;
    Ok(parsed)
}

/// Rejects a pattern that the `regex` crate rejects, which is mostly one that is too large for it: a pattern of a policy must be one that other
/// tools accept too.
fn check_size(pattern: &str) -> Result<(), PatternProblem> {
    let problem = |message: String, help: &str| PatternProblem { message, span: None, help: help.to_owned() };
    match regex::Regex::new(pattern) {
        Ok(_) => Ok(()),
        Err(regex::Error::CompiledTooBig(limit)) => Err(problem(
            format!("the pattern is too large when compiled: more than {limit} bytes"),
            "lower the repetitions, or use ASCII classes: `[0-9]` for `\\d`, `(?-u:\\w)` for `\\w`",
        )),
        Err(error) => Err(problem(format!("the pattern is not valid: {error}"), "")),
    }
}

/// Rejects characters that result from escapes in double quotes: YAML reads `\b` as a backspace and `\P` as a line separator. Such a
/// pattern is valid but never matches. Escapes with the same meaning in YAML and patterns are allowed.
fn check_escapes(pattern: &str) -> Result<(), PatternProblem> {
    let is_alike = |c: char| matches!(c, '\t' | '\n' | '\r' | '\u{7}' | '\u{B}' | '\u{C}');
    let is_mistaken = |c: char| (c.is_control() && !is_alike(c)) || matches!(c, '\u{2028}' | '\u{2029}');
    let Some((at, c)) = pattern.char_indices().find(|&(_, c)| is_mistaken(c)) else {
        return Ok(());
    };
    let code = u32::from(c);
    let meant = match c {
        '\u{8}' => ", which is how YAML reads `\\b` in double quotes",
        '\u{85}' => ", which is how YAML reads `\\N` in double quotes",
        '\u{2028}' => ", which is how YAML reads `\\L` in double quotes",
        '\u{2029}' => ", which is how YAML reads `\\P` in double quotes",
        _ => "",
    };
    Err(PatternProblem {
        message: format!("the pattern contains the control character U+{code:04X}{meant}"),
        span: Some((at, at + c.len_utf8())),
        help: format!("use single quotes for patterns; to match that character, write `\\x{{{code:X}}}` in them"),
    })
}

/// Rejects a line break at the end of a pattern, which `pattern: |` adds by accident. With `(?x)` it has no meaning and is allowed.
fn check_last_line(pattern: &str, parsed: &ParsedPattern) -> Result<(), PatternProblem> {
    let shorter = pattern.trim_end_matches(['\n', '\r']);
    if shorter.len() == pattern.len() || parsed.is_same_as(shorter) {
        return Ok(());
    }
    Err(PatternProblem {
        message: "the pattern ends with a line break, so it matches only at the end of a line".to_owned(),
        span: None,
        help: "use `|-` instead of `|`, or single quotes; to match a line break, write `\\n` in single quotes"
            .to_owned(),
    })
}
