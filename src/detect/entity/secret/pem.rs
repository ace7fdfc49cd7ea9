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
        r"PuTTY-User-Key-File-[0-9]: [^\n]+(?:\n+[A-Z][A-Za-z0-9-]+: [^\n]+|\n+[A-Za-z0-9+/=]+)*\nPrivate-Lines: [0-9]+(?:\n+(?:[A-Z][A-Za-z0-9-]+: )?[A-Za-z0-9+/=]+)+",
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

/// Whether a text is pieces of base64 and nothing else. All but the last are long; nothing follows padding but the checksum of a PGP
/// block, and a last piece that reads as a word is one.
fn is_body(body: &str) -> bool {
    let (mut lines, mut is_padded, mut is_over) = (0, false, false);
    for piece in body.split([' ', '\n']).filter(|piece| !piece.is_empty()) {
        let is_sum = piece.starts_with('=');
        if is_over || (is_padded && !is_sum) {
            return false;
        }
        is_over = is_sum || piece.len() < LINE;
        is_padded = piece.ends_with('=');
        if is_over && !is_sum && (lines == 0 || is_word(piece)) {
            return false;
        }
        lines += usize::from(!is_over);
    }
    lines > 0
}

fn is_word(piece: &str) -> bool {
    piece.bytes().all(|b| b.is_ascii_alphabetic()) && piece.bytes().skip(1).all(|b| b.is_ascii_lowercase())
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
    let in_one_line = body
        .rfind([' ', '\n'])
        .and_then(|i| body.get(i..))
        .is_some_and(|last| last.starts_with(' ') && last.len() <= LINE);
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
    let (_, private) = c.text.split_once("\nPrivate-Lines: ").unwrap_or_default();
    let (_, lines) = private.split_once('\n').unwrap_or_default();
    // The checksum ends the file.
    let (body, is_over) = match lines.split_once("\nPrivate-") {
        Some((body, sum)) => (body, !sum.contains('\n')),
        None => (lines, true),
    };
    accept_if(is_over && is_body(body))
}
