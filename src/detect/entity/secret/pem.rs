//! Private keys in their files' forms: PEM, whole or cut off, and PuTTY's.

use super::super::EntityType::PrivateKey;
use super::super::form::{accept_if, plain};
use super::super::recognizer::{Candidate, Recognizer, Verdict};

/// Longest key between its two lines, whatever stands there: a 16384-bit RSA key in PEM has 12.5 KiB.
const PEM_MAX: usize = 16 * 1024;
/// Longest run of base64 lines behind a first line or before a last one. A key of up to twice this is masked whole by the two together.
const LINES_MAX: usize = 32 * 1024;
const PUTTY_MAX: usize = 16 * 1024;

/// The first and the last line.
macro_rules! first {
    () => {
        "-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----"
    };
}
macro_rules! last {
    () => {
        "-----END (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----"
    };
}
/// Headers such as `Proc-Type: 4,ENCRYPTED`, then lines of base64, one or more. The pattern view shows the end of a line as `\n`,
/// and as a space where the key was pasted into one line.
macro_rules! lines {
    () => {
        concat!(first!(), r"(?:[ ]*\n+[A-Z][A-Za-z-]+: [^\n]*)*(?:[ \n]+[A-Za-z0-9+/=]+)*[ \n]+[A-Za-z0-9+/=]*")
    };
}

pub(in super::super) static RECOGNIZERS: &[Recognizer] = &[
    plain(PrivateKey, concat!(first!(), "(?:[^-]|-[^-])*", last!()), PEM_MAX, whole),
    // A key without its last line: an answer that came to its end, a log that was cut. Matches end where a word does, so that the
    // validator is asked about few ends.
    plain(
        PrivateKey,
        concat!(lines!(), r"[A-Za-z0-9]\b|", lines!(), "[+/=]|", lines!(), r"[\n]*", last!()),
        LINES_MAX,
        open,
    ),
    // A key without its first line.
    plain(PrivateKey, concat!(r"\b[A-Za-z0-9+/=]+(?:[ \n]+[A-Za-z0-9+/=]+)*[ ]*\n", last!()), LINES_MAX, headless)
        .around(*b"--"),
    plain(
        PrivateKey,
        r"PuTTY-User-Key-File-[0-9]: [^\n]+(?:\n+[A-Z][A-Za-z0-9-]+: [^\n]+|\n+[A-Za-z0-9+/=]+)*\nPrivate-Lines: [0-9]+(?:\n+[A-Z][A-Za-z0-9-]+: [A-Za-z0-9+/]+|\n+[A-Za-z0-9+/=]+)*(?:\n+|: )[A-Za-z0-9+/=]+",
        PUTTY_MAX,
        putty,
    ),
];

/// Shortest line that is a line of a key and no word.
const LINE: usize = 16;

fn whole(_: &Candidate<'_>) -> Verdict {
    Verdict::Accept
}

fn is_base64(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '=')
}

/// The pieces of base64 among the words of a text; `false` if a word of prose is among them. Only the last line of a key and the
/// checksum of a PGP block are short.
fn is_body(body: &str) -> bool {
    let mut words = body.split([' ', '\n']).filter(|word| !word.is_empty()).peekable();
    let mut lines = 0;
    while let Some(word) = words.next() {
        let is_last = words.peek().is_none_or(|next| next.starts_with('='));
        let is_line = word.len() >= LINE;
        if !is_line && !word.starts_with('=') && !(is_last && lines > 0) {
            return false;
        }
        lines += usize::from(is_line);
    }
    lines > 0
}

/// What stands behind the first line and its headers.
fn body(text: &str) -> &str {
    let (_, behind) = text.split_once("KEY").unwrap_or_default();
    let behind = behind.strip_prefix(" BLOCK").unwrap_or(behind).trim_start_matches('-');
    match behind.rfind(": ").and_then(|colon| behind.get(colon..)) {
        Some(header) => header.split_once('\n').map_or("", |(_, body)| body),
        None => behind,
    }
}

fn open(c: &Candidate<'_>) -> Verdict {
    if c.text.ends_with('-') {
        return Verdict::Accept;
    }
    if c.after.is_some_and(is_base64) {
        return Verdict::RejectBefore(c.text.len());
    }
    // In one line, the word behind the key looks like its last piece; a key cut off there is masked up to the piece before it.
    let body = body(c.text);
    let in_one_line = body.rfind([' ', '\n']).and_then(|i| body.get(i..)).is_some_and(|last| last.starts_with(' ') && last.len() <= LINE);
    accept_if(!in_one_line && is_body(body))
}

fn headless(c: &Candidate<'_>) -> Verdict {
    let (body, _) = c.text.split_once("-----END").unwrap_or_default();
    accept_if(!c.before.is_some_and(is_base64) && is_body(body))
}

fn putty(c: &Candidate<'_>) -> Verdict {
    if c.after.is_some_and(is_base64) {
        return Verdict::RejectBefore(c.text.len());
    }
    Verdict::Accept
}
