//! Private keys in the formats of their files: PEM, complete or truncated, and PuTTY.

use super::super::builders::{accept_if, exact};
use super::super::description::{Certainty, Comparison, Description};
use super::super::recognizer::RecognizerInput;
use crate::detect::pattern::Verdict;

/// Longest key after its first line: a 16384-bit RSA key in PEM has 12.5 KiB, a post-quantum one has more.
const PEM_MAX: usize = 32 * 1024;
/// Longest key without its first line: a 4096-bit RSA key has 3.2 KiB. Short, because other base64 is buffered for as long.
const HEADLESS_MAX: usize = 4 * 1024;
const PUTTY_MAX: usize = 16 * 1024;

// Everything after a first line is a header, a long line of base64, or one short line at the end. So prose is released two words after
// a first line, and a quote ends a key that lacks its last line.

/// The first and the last line.
macro_rules! first {
    () => {
        "-----BEGIN (?:[A-Z0-9]{1,12} ){0,3}PRIVATE KEY(?: BLOCK)?-----"
    };
}
macro_rules! last {
    () => {
        "-----END (?:[A-Z0-9]{1,12} ){0,3}PRIVATE KEY(?: BLOCK)?-----"
    };
}
/// The marks of a reply, a quotation, a comment or a table at the start of a line.
macro_rules! margin {
    () => {
        "(?:[>|#*][ ]?){0,4}"
    };
}
/// Between two strings that code puts together.
macro_rules! plus {
    () => {
        r"['\x22][ ]?[+,;.\\]?[ \n]{0,2}['\x22]"
    };
}
/// Between two lines of base64: the end of a line, or a space where the key was pasted into one line.
macro_rules! gap {
    () => {
        concat!("(?:(?:[ ]|\n{1,2}", margin!(), ")(?:", plus!(), ")?|", plus!(), ")")
    };
}
/// The headers of encrypted PEM and of PGP.
macro_rules! headers {
    () => {
        concat!(
            "(?:\n",
            margin!(),
            "(?:Proc-Type|DEK-Info|Version|Comment|Charset|Hash|MessageID): [^\n]{0,80}){0,6}(?:\n",
            margin!(),
            ")?"
        )
    };
}
/// The first line and whole lines of base64.
macro_rules! lines {
    () => {
        concat!(first!(), headers!(), "(?:", gap!(), "[A-Za-z0-9+/=]{16,})*", gap!(), "[A-Za-z0-9+/=]*")
    };
}
/// A line of a key of which the first and the last line are both present: its base64 may be that of addresses.
macro_rules! piece {
    ($count:literal) => {
        concat!("(?:-?[A-Za-z0-9+/=_])", $count)
    };
}
/// Whole lines of one length, then a last one, then the last line of a key.
macro_rules! tail {
    ($length:literal) => {
        concat!("(?m:^)(?:[A-Za-z0-9+/]{", $length, "}\n)+(?:[A-Za-z0-9+/]+={0,2}\n)?(?:=[A-Za-z0-9+/]{4}\n)?", last!())
    };
}

pub(in super::super) static PRIVATE_KEY: Description = Description {
    comparison: Comparison::Unwrapped,
    certainty: Certainty::Form,
    recognizers: &[&[
        exact(
            concat!(
                first!(),
                headers!(),
                "(?:",
                gap!(),
                "?",
                piece!("{16,}"),
                ")?(?:",
                gap!(),
                piece!("{16,}"),
                ")*(?:",
                gap!(),
                piece!("{1,15}"),
                "){0,2}",
                gap!(),
                "?",
                last!()
            ),
            PEM_MAX,
            whole,
        ),
        // A key without its last line: a truncated completion or log. Matches end where a word does, so that the
        // validator sees few ends.
        exact(concat!(lines!(), r"[A-Za-z0-9]\b|", lines!(), "[+/=]"), PEM_MAX, open),
        // A key without its first line. Any word could be the start of one, so only lines of the lengths in use are: 64 in PEM and PGP, 70
        // in OpenSSH, 76 in MIME.
        exact(concat!(tail!("64"), "|", tail!("70"), "|", tail!("76")), HEADLESS_MAX, headless).with_prefilter(*b"--"),
        exact(
            concat!(
                r"PuTTY-User-Key-File-[0-9]: [A-Za-z0-9@.-]{1,40}\n{1,2}Encryption: [a-z0-9-]{1,20}(?:\n{1,2}Comment: [^\n]{0,120})?\n{1,2}Public-Lines: [0-9]{1,4}",
                r"(?:\n{1,2}[A-Za-z0-9+/=]{16,})*(?:\n{1,2}[A-Za-z0-9+/=]{1,15})?(?:\n{1,2}(?:Key-Derivation|Argon2-[A-Z][a-z]{1,12}): [A-Za-z0-9]{1,64}){0,6}",
                r"\n{1,2}Private-Lines: [0-9]{1,4}(?:\n{1,2}[A-Za-z0-9+/=]{16,})*(?:\n{1,2}[A-Za-z0-9+/=]{1,15})?(?:\n{1,2}Private-(?:MAC|Hash): [A-Za-z0-9]{1,64})?"
            ),
            PUTTY_MAX,
            putty,
        ),
    ]],
    ..Description::DEFAULT
};

/// Shortest line that is a line of a key and no word.
const LINE: usize = 16;

fn whole(_: &RecognizerInput<'_>) -> Verdict {
    Verdict::Accept
}

fn is_base64(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '=')
}

/// Returns `true` if some text consists of lines of base64. All but the last are long; only the checksum of a PGP
/// block follows padding; a last line that reads as a word is a word.
fn is_body(body: &str) -> bool {
    let (mut lines, mut is_padded, mut is_over) = (0, false, false);
    let pieces = body.split(|c| !is_base64(c)).filter(|piece| piece.bytes().any(|b| b != b'+'));
    for piece in pieces {
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

/// Returns the text after the first line and its headers.
fn body(text: &str) -> &str {
    let (_, behind) = text.split_once("KEY").unwrap_or_default();
    let behind = behind.strip_prefix(" BLOCK").unwrap_or(behind).trim_start_matches('-');
    match behind.rfind(": ").and_then(|colon| behind.get(colon..)) {
        Some(header) => header.split_once('\n').map_or("", |(_, body)| body),
        None => behind,
    }
}

fn open(c: &RecognizerInput<'_>) -> Verdict {
    if c.after.is_some_and(is_base64) {
        return Verdict::RejectBefore(c.text.len());
    }
    // In one line, the word after the key looks like its last line; a key truncated there is masked up to the line before it.
    let body = body(c.text);
    let in_one_line = body
        .rfind([' ', '\n'])
        .and_then(|i| body.get(i..))
        .is_some_and(|last| last.starts_with(' ') && last.len() <= LINE);
    accept_if(!in_one_line && is_body(body))
}

fn headless(c: &RecognizerInput<'_>) -> Verdict {
    let (body, _) = c.text.split_once("-----END").unwrap_or_default();
    accept_if(is_body(body))
}

fn putty(c: &RecognizerInput<'_>) -> Verdict {
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
