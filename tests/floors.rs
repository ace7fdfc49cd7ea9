//! The floors of the house: a module imports from lower floors only, never upward, never from its neighbour.
//!
//! Reads every source file, drops comments and strings, and collects what stands behind `crate::` in imports and in paths alike.
//! What a floor is, and which module lies on which, is in `FLOORS`.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// The modules at the root, with their floors. A module that is not listed here is an error. The guide imports nothing, but its
/// examples may, so it lies above all.
const FLOORS: &[(&str, u8)] = &[
    ("text", 0),
    ("json", 0),
    ("detect", 1),
    ("policy", 2),
    ("guardrail", 3),
    ("audit", 4),
    ("bedrock", 5),
    ("middleware", 6),
    ("guide", u8::MAX),
];

#[test]
fn imports_go_down_only() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    collect(&source, &mut files);
    assert!(files.len() > 50, "only {} files were found in {}", files.len(), source.display());
    let mut violations = Vec::new();
    for path in files {
        let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let inside = path.strip_prefix(&source).unwrap_or(&path);
        violations.extend(check(inside, &text));
    }
    assert!(violations.is_empty(), "{} violations:\n{}", violations.len(), violations.join("\n"));
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    for entry in entries {
        let path = entry.expect("the folder can be listed").path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files.sort();
}

/// The violations of one file, by its path inside `src`.
fn check(path: &Path, text: &str) -> Vec<String> {
    let parts: Vec<_> = path.iter().map(|part| part.to_string_lossy().into_owned()).collect();
    let file = path.display();
    // The root may name all of them: it is where they are declared.
    if parts.len() == 1 && parts[0] == "lib.rs" {
        return Vec::new();
    }
    let module = parts[0].trim_end_matches(".rs");
    let Some(floor) = floor_of(module) else {
        return vec![format!("{file}: the module `{module}` has no floor; give it one in tests/floors.rs")];
    };
    let tokens = tokens(text);
    let mut violations = Vec::new();
    for name in named(&tokens) {
        // What the root re-exports comes from some floor, and says not from which.
        let Some(other) = floor_of(&name) else {
            violations.push(format!("{file}: `crate::{name}` is not a module of a floor; name the module it is in"));
            continue;
        };
        if name != module && other >= floor {
            violations.push(format!("{file}: `crate::{name}` (floor {other}) from `{module}` (floor {floor})"));
        }
    }
    // `mod.rs` of a floor stands one level below the root, every other file and folder one more. Inline modules add levels that are
    // not counted, which can only hide a climb within the floor.
    let depth = parts.len() - usize::from(parts.last().is_some_and(|last| last == "mod.rs"));
    let inline = tokens.windows(3).filter(|w| w[0] == "mod" && w[2] == "{").count();
    let climb = highest_climb(&tokens);
    if climb >= depth + inline {
        violations.push(format!("{file}: `super` {climb} times in a row leaves `{module}`"));
    }
    violations
}

fn floor_of(module: &str) -> Option<u8> {
    FLOORS.iter().find(|(name, _)| *name == module).map(|&(_, floor)| floor)
}

/// The first name behind each `crate::`, those of groups included. `$crate` of macros is the same crate.
fn named(tokens: &[String]) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for (at, token) in tokens.iter().enumerate() {
        let follows_path = at > 0 && tokens[at - 1] == "::";
        if token != "crate" || follows_path || tokens.get(at + 1).is_none_or(|next| next != "::") {
            continue;
        }
        match tokens.get(at + 2).map(String::as_str) {
            Some("{") => names.extend(group(&tokens[at + 3..])),
            Some(name) => {
                names.insert(name.to_owned());
            }
            None => {}
        }
    }
    names
}

/// The first name of each member of a group whose brace is open.
fn group(tokens: &[String]) -> Vec<String> {
    let mut names = Vec::new();
    let mut depth = 0;
    let mut first = true;
    for token in tokens {
        match token.as_str() {
            "{" => depth += 1,
            "}" if depth == 0 => break,
            "}" => depth -= 1,
            "," if depth == 0 => {
                first = true;
                continue;
            }
            name if first && depth == 0 => names.push(name.to_owned()),
            _ => {}
        }
        first = false;
    }
    names
}

/// The longest run of `super::super::…` in a file.
fn highest_climb(tokens: &[String]) -> usize {
    let (mut highest, mut run) = (0, 0);
    for token in tokens {
        match token.as_str() {
            "super" => run += 1,
            "::" => continue,
            _ => run = 0,
        }
        highest = highest.max(run);
    }
    highest
}

/// Names, `::` and every other character that is code: no comments, no strings, no white space.
fn tokens(text: &str) -> Vec<String> {
    let code: Vec<char> = without_comments_and_strings(text).chars().collect();
    let mut tokens = Vec::new();
    let mut at = 0;
    while at < code.len() {
        let c = code[at];
        let start = at;
        at += 1;
        if c.is_alphanumeric() || c == '_' {
            while at < code.len() && (code[at].is_alphanumeric() || code[at] == '_') {
                at += 1;
            }
        } else if c == ':' && code.get(at) == Some(&':') {
            at += 1;
        } else if c.is_whitespace() {
            continue;
        }
        tokens.push(code[start..at].iter().collect());
    }
    tokens
}

fn without_comments_and_strings(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut code = String::new();
    let mut at = 0;
    while at < chars.len() {
        let rest = &chars[at..];
        let in_name = at > 0 && (chars[at - 1].is_alphanumeric() || chars[at - 1] == '_');
        let skip = match rest {
            ['/', '/', ..] => rest.iter().position(|&c| c == '\n').unwrap_or(rest.len()),
            ['/', '*', ..] => block_comment(rest),
            ['"', ..] => quoted(rest, 0),
            ['r' | 'b' | 'c', ..] if !in_name => raw_string(rest),
            ['\'', ..] => character(rest),
            _ => 0,
        };
        if skip == 0 {
            code.push(chars[at]);
            at += 1;
        } else {
            code.push(' ');
            at += skip;
        }
    }
    code
}

/// Length of a block comment; they nest.
fn block_comment(rest: &[char]) -> usize {
    let (mut depth, mut at) = (0, 0);
    while at < rest.len() {
        match rest[at..] {
            ['/', '*', ..] => (depth, at) = (depth + 1, at + 2),
            ['*', '/', ..] => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
        if depth == 0 {
            return at;
        }
    }
    rest.len()
}

/// Length of a string with escapes whose opening quote is at `open`.
fn quoted(rest: &[char], open: usize) -> usize {
    let mut at = open + 1;
    while at < rest.len() {
        match rest[at] {
            '\\' => at += 2,
            '"' => return at + 1,
            _ => at += 1,
        }
    }
    rest.len()
}

/// Length of a string with a prefix, such as `r#"…"#` or `b"…"`; zero if it is none.
fn raw_string(rest: &[char]) -> usize {
    let letters = rest.iter().take(2).take_while(|c| matches!(c, 'r' | 'b' | 'c')).count();
    let hashes = rest[letters..].iter().take_while(|&&c| c == '#').count();
    let open = letters + hashes;
    if rest.get(open) != Some(&'"') {
        return 0;
    }
    if !rest[..letters].contains(&'r') {
        return if hashes == 0 { quoted(rest, open) } else { 0 };
    }
    let closes =
        |at: usize| rest[at] == '"' && rest[at + 1..].iter().take(hashes).filter(|&&c| c == '#').count() == hashes;
    (open + 1..rest.len()).find(|&at| closes(at)).map_or(rest.len(), |at| at + 1 + hashes)
}

/// Length of a character literal; zero for a lifetime.
fn character(rest: &[char]) -> usize {
    match rest {
        ['\'', '\\', _, tail @ ..] => tail.iter().position(|&c| c == '\'').map_or(0, |end| end + 4),
        ['\'', _, '\'', ..] => 3,
        _ => 0,
    }
}

/// What the test would have to find.
mod planted {
    use super::{check, named, tokens};
    use std::path::Path;

    fn violations(path: &str, text: &str) -> Vec<String> {
        check(Path::new(path), text)
    }

    #[test]
    fn violations_are_found() {
        for (path, text) in [
            ("text/span.rs", "use crate::detect::EntityType;"),
            ("detect/words/matcher.rs", "fn f() { let p: crate::policy::Policy = p; }"),
            ("policy/rule.rs", "use crate::{text::Span, guardrail::Guardrail};"),
            ("policy/rule.rs", "use crate::{text::{Span, Utf8Error}, stream};"),
            ("guardrail/guard.rs", "pub(in crate::bedrock) struct S;"),
            ("stream/guard.rs", "use crate::audit::Record;"),
            ("audit/mod.rs", "use crate::guardrail::StreamGuard;"),
            ("bedrock/json/scan.rs", "use crate :: middleware as m;"),
            ("text/span.rs", "use crate::EntityType;"),
            ("policy/macros.rs", "macro_rules! m { () => { $crate::guardrail::StreamGuard } }"),
            ("elsewhere/mod.rs", ""),
            ("elsewhere.rs", ""),
            ("text/mod.rs", "use super::detect;"),
            ("text/span.rs", "use super::super::detect;"),
            ("bedrock/json/mod.rs", "use super :: super :: guardrail::Guardrail;"),
            ("bedrock/json/tests/a.rs", "use super::super::super::super::guardrail;"),
            ("text/span.rs", "const A: char = '\"'; use crate::policy; const B: char = '\"';"),
            ("text/span.rs", "fn f<'a>(a: &'a str) { crate::stream::f(a) }"),
            ("text/span.rs", "const A: &str = r#\"\"\"#; use crate::stream;"),
        ] {
            assert_eq!(violations(path, text).len(), 1, "{path}: {text}");
        }
    }

    #[test]
    fn nothing_else_is() {
        for (path, text) in [
            ("lib.rs", "pub use crate::guardrail::StreamGuard;"),
            ("stream/guard.rs", "use crate::guardrail::{Evaluator, Guardrail}; use crate::text::Span;"),
            ("bedrock/shape.rs", "pub(in crate::bedrock) fn f() { crate::bedrock::g() }"),
            ("bedrock/json/scan.rs", "use super::super::error::BodyError;"),
            ("bedrock/mod.rs", "mod tests { use super::Shape; }"),
            (
                "text/span.rs",
                "// use crate::stream\n/* crate::policy /* nested */ crate::stream */ /// [`crate::detect`]",
            ),
            ("text/span.rs", "const A: &str = \"crate::policy \\\" crate::stream\";"),
            (
                "text/span.rs",
                "const A: &str = r##\"crate::policy \"# crate::stream\"##; const B: &[u8] = b\"crate::policy\";",
            ),
            ("text/span.rs", "use other::crate_::policy; pub(crate) fn f() {}"),
        ] {
            assert_eq!(violations(path, text), Vec::<String>::new(), "{path}: {text}");
        }
    }

    #[test]
    fn groups_are_opened() {
        let names = named(&tokens("use crate::{a::{b, c::{d}}, e as f, g::*, h,}; crate::i::j();"));
        assert_eq!(names.into_iter().collect::<Vec<_>>(), ["a", "e", "g", "h", "i"]);
    }
}
