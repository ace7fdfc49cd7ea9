//! Logs of our own making, in the forms that common systems write. They hold no personal data but what the generator notes.

mod forms;

use std::ops::Range;

use banister::EntityType;

pub(crate) use forms::FORMS;

/// One system's log: its name and the lines it writes, with placeholders such as `«d6»`.
pub(crate) struct Form {
    pub(crate) name: &'static str,
    lines: &'static [&'static str],
}

/// A log, and the values in it that are what a type looks for.
#[derive(Default)]
pub(crate) struct Log {
    pub(crate) text: String,
    pub(crate) real: Vec<(EntityType, Range<usize>)>,
}

impl Log {
    /// Returns `true` if a finding of this type shares bytes with a value of the type.
    pub(crate) fn is_real(&self, entity: EntityType, span: &Range<usize>) -> bool {
        let next = self.real.partition_point(|(_, real)| real.end <= span.start);
        let touching = self.real.iter().skip(next).take_while(|(_, real)| real.start < span.end);
        touching.into_iter().any(|&(of, _)| of == entity)
    }
}

/// SplitMix64.
struct Rng(u64);

impl Rng {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit as u64) as usize
    }

    fn item<'a>(&mut self, items: &[&'a str]) -> &'a str {
        items[self.below(items.len())]
    }

    fn of(&mut self, alphabet: &[u8], length: usize) -> String {
        (0..length).map(|_| char::from(alphabet[self.below(alphabet.len())])).collect()
    }

    /// A number of so many digits that does not begin with 0.
    fn number(&mut self, digits: usize) -> String {
        let first = self.of(b"123456789", 1);
        first + &self.of(b"0123456789", digits.saturating_sub(1))
    }

    /// A number below `limit`, with leading zeros.
    fn padded(&mut self, from: usize, limit: usize, width: usize) -> String {
        format!("{:0width$}", from + self.below(limit - from))
    }
}

const HEX: &[u8] = b"0123456789abcdef";
const UPPER_HEX: &[u8] = b"0123456789ABCDEF";
const BASE64: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const MONTHS: &[&str] = &["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const DAYS: &[&str] = &["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
const LEVELS: &[&str] = &["INFO", "WARN", "ERROR", "DEBUG"];
const WORDS: &[&str] =
    &["cache", "session", "worker", "index", "volume", "queue", "lease", "block", "commit", "replica", "shard", "task"];
const USERS: &[&str] = &["root", "deploy", "hadoop", "www-data", "backup01", "svc_build"];

/// Writes what a placeholder stands for, and returns the type of which it is a value.
fn expand(name: &str, rng: &mut Rng, out: &mut String) -> Option<EntityType> {
    let (kind, count) = name.split_at(name.find(|c: char| c.is_ascii_digit()).unwrap_or(name.len()));
    let count = count.parse().unwrap_or(1);
    let value = match kind {
        "d" => rng.of(b"0123456789", count),
        "n" => rng.number(count),
        // Up to so many digits.
        "u" => {
            let digits = 1 + rng.below(count);
            rng.number(digits)
        }
        "s" => format!("{}{}", rng.item(&["", "-"]), rng.number(count)),
        "h" => rng.of(HEX, count),
        "H" => rng.of(UPPER_HEX, count),
        "b" => rng.of(BASE64, count),
        "w" => rng.item(WORDS).to_owned(),
        "level" => rng.item(LEVELS).to_owned(),
        "uuid" => [8, 4, 4, 4, 12].map(|length| rng.of(HEX, length)).join("-"),
        "ip" => [0; 4].map(|_: u8| (1 + rng.below(254)).to_string()).join("."),
        "YY" => rng.padded(5, 26, 2),
        "YYYY" => rng.padded(2005, 2026, 4),
        "MM" => rng.padded(1, 13, 2),
        "DD" => rng.padded(1, 29, 2),
        "Mon" => rng.item(MONTHS).to_owned(),
        "Day" => rng.item(DAYS).to_owned(),
        "hh" => rng.padded(0, 24, 2),
        "mm" | "ss" => rng.padded(0, 60, 2),
        "epoch" => format!("1{}", rng.of(b"0123456789", 9)),
        "mac" => [0; 6].map(|_: u8| rng.of(HEX, 2)).join(":"),
        "url" => {
            let (scheme, host, path) = (
                rng.item(&["http", "https", "hdfs"]),
                rng.item(&["mesos-master-1", "cdn.example.com"]),
                rng.item(WORDS),
            );
            format!("{scheme}://{host}:{}/{path}/{}", rng.number(4), rng.number(5))
        }
        "user" => rng.item(USERS).to_owned(),
        other => panic!("unknown placeholder {other:?}"),
    };
    out.push_str(&value);
    match kind {
        "mac" => Some(EntityType::MacAddress),
        "url" => Some(EntityType::Url),
        "user" => Some(EntityType::Username),
        _ => None,
    }
}

/// Makes a log of about this many bytes; the same one at each call.
pub(crate) fn make(form: &Form, bytes: usize) -> Log {
    let mut rng = Rng(form.name.bytes().fold(17, |seed, byte| seed * 31 + u64::from(byte)));
    let mut log = Log::default();
    while log.text.len() < bytes {
        // Most systems write one kind of line again and again.
        let line = rng.item(form.lines);
        for _ in 0..=rng.below(4) {
            let mut parts = line.split(['«', '»']);
            while let Some(literal) = parts.next() {
                log.text.push_str(literal);
                let Some(name) = parts.next() else { break };
                let start = log.text.len();
                if let Some(entity) = expand(name, &mut rng, &mut log.text) {
                    log.real.push((entity, start..log.text.len()));
                }
            }
            log.text.push('\n');
        }
    }
    log
}
