//! Texts that are hard on a stream.

use banister::{Guardrail, Source, StreamGuard};

use super::{Rng, chinese, cut, english};

/// Bytes of a text that is streamed.
pub(crate) const STREAM_BYTES: usize = 64 << 10;

/// Kinds of text, by name.
pub(crate) fn kinds() -> [(&'static str, String); 6] {
    [
        ("english", cut(&english(), STREAM_BYTES)),
        ("chinese", cut(&chinese(), STREAM_BYTES)),
        ("base64", run_of(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")),
        ("digits", run_of(b"0123456789")),
        ("json", json()),
        ("candidates", candidates()),
    ]
}

fn run_of(alphabet: &[u8]) -> String {
    let mut rng = Rng(3);
    (0..STREAM_BYTES).map(|_| char::from(alphabet[rng.below(alphabet.len())])).collect()
}

/// Minified JSON, without any white space.
fn json() -> String {
    let mut rng = Rng(5);
    let mut text = String::from("[");
    while text.len() < STREAM_BYTES {
        let (id, x, y) = (rng.below(1 << 30), rng.below(2_000), rng.below(1_000_000));
        text.push_str(&format!(
            r#"{{"id":{id},"name":"item{x}","ok":true,"size":{x}.{y},"tags":["a{x}","b-{y}"],"none":null}},"#
        ));
    }
    cut(&text, STREAM_BYTES)
}

/// Text in which something is always about to be found and never is.
fn candidates() -> String {
    const ALMOST: [&str; 8] = [
        "4111 1111 1111 111x ",
        "jane.roe.of.the.accounts@host ",
        "DE89 3704 0044 0532 ",
        "-----BEGIN RSA PRIVATE KEY----- ",
        "192.168.1. ",
        "+1 (415) 555-01x ",
        "https//example.com/a?b= ",
        "GB29 NWBK 6016 1331 92x ",
    ];
    let mut rng = Rng(7);
    let mut text = String::new();
    while text.len() < STREAM_BYTES {
        text.push_str(ALMOST[rng.below(ALMOST.len())]);
    }
    cut(&text, STREAM_BYTES)
}

/// Streams a text in chunks of about `size` bytes, and returns how many bytes came out.
pub(crate) fn stream(guardrail: &Guardrail, text: &str, size: usize) -> usize {
    let mut guard = StreamGuard::new(guardrail, Source::Output);
    let mut released = 0;
    for chunk in chunks(text, size) {
        released += guard.push(chunk).len();
    }
    released + guard.finish().len()
}

/// The text in chunks of `size` bytes, each of at least one character.
pub(crate) fn chunks(text: &str, size: usize) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let mut end = size.min(rest.len());
        while !rest.is_char_boundary(end) {
            end += 1;
        }
        let (chunk, tail) = rest.split_at(end);
        rest = tail;
        Some(chunk)
    })
}
