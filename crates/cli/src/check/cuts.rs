//! Evaluates a text in pieces, cut in many ways, and compares.

use banister::{Assessment, Guardrail, Source, StreamGuard};
use fastrand::Rng;
use serde::Serialize;

/// Texts up to this many bytes are cut in two at every position; the work is their square.
const EVERY_POSITION_BYTES: usize = 4096;

/// Texts up to this many bytes are evaluated character by character.
const EVERY_CHARACTER_BYTES: usize = 1 << 20;

/// How often a text is cut at random.
const RANDOM_WAYS: usize = 50;

/// Longest piece of a random cut, in bytes.
const LONGEST_PIECE: usize = 64;

/// Ways to cut a text.
#[derive(Debug)]
pub(crate) struct Cuts {
    seed: u64,
}

/// What came of the comparison, when there was no difference.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Report {
    /// Seed of the random cuts.
    pub(crate) seed: u64,
    /// In how many ways the text was cut.
    pub(crate) ways: usize,
    /// The most bytes that may be held.
    pub(crate) buffer_limit: usize,
    /// The rule that sets it.
    pub(crate) buffer_limit_rule: Option<String>,
    /// The most bytes that were held after any piece.
    pub(crate) max_buffered: usize,
    /// Bytes read before the first byte was released, character by character; absent when the text was not read so, or
    /// nothing was released before its end.
    pub(crate) first_release_after: Option<usize>,
}

/// What one way of cutting came to.
struct Passage {
    released: String,
    assessment: Assessment,
    max_buffered: usize,
    first_release_after: Option<usize>,
}

impl Cuts {
    /// Cuts from a seed, or from one at random.
    pub(crate) fn new(seed: Option<u64>) -> Self {
        // JSON readers keep whole numbers up to 2^53.
        Self { seed: seed.unwrap_or_else(|| fastrand::u64(..1 << 53)) }
    }

    /// The seed.
    pub(crate) fn seed(&self) -> u64 {
        self.seed
    }

    /// Evaluates the text in pieces in every way.
    ///
    /// # Errors
    ///
    /// When one way differs from the text at once.
    pub(crate) fn compare(&self, guardrail: &Guardrail, source: Source, text: &str) -> Result<Report, String> {
        let bound = guardrail.buffer_limit();
        let mut report = Report {
            seed: self.seed,
            ways: 0,
            buffer_limit: bound.bytes(),
            buffer_limit_rule: bound.rule().map(str::to_owned),
            max_buffered: 0,
            first_release_after: None,
        };
        let whole = passage(guardrail, source, std::iter::once(text));
        let check = |report: &mut Report, way: &str, passage: Passage| {
            report.ways += 1;
            report.max_buffered = report.max_buffered.max(passage.max_buffered);
            if passage.released == whole.released && passage.assessment == whole.assessment {
                return Ok(passage.first_release_after);
            }
            let what =
                if passage.released == whole.released { "the findings differ" } else { "the released text differs" };
            Err(format!("internal error, please report it: cut {way}, {what} from those of the whole text"))
        };
        let unstreamed = guardrail.assess(source, text);
        let released = if unstreamed.is_blocked() { None } else { Some(unstreamed.apply_to(text)) };
        if released.is_some_and(|released| released != whole.released) {
            return Err("internal error, please report it: the text at once and the stream differ".to_owned());
        }
        if text.len() <= EVERY_CHARACTER_BYTES {
            let characters = pieces(text, || 1);
            let first = check(&mut report, "into characters", passage(guardrail, source, characters))?;
            report.first_release_after = first;
        }
        if text.len() <= EVERY_POSITION_BYTES {
            for at in (1..text.len()).filter(|&at| text.is_char_boundary(at)) {
                let (left, right) = text.split_at(at);
                check(&mut report, &format!("in two at {at}"), passage(guardrail, source, [left, right].into_iter()))?;
            }
        }
        let mut rng = Rng::with_seed(self.seed);
        let seed = self.seed;
        for way in 1..=RANDOM_WAYS {
            let longest = rng.usize(1..=LONGEST_PIECE);
            let cut = passage(guardrail, source, pieces(text, || rng.usize(1..=longest)));
            check(&mut report, &format!("at random (seed {seed}, way {way})"), cut)?;
        }
        Ok(report)
    }
}

/// The text in pieces of at least these many bytes, up to the next character.
fn pieces(text: &str, mut length: impl FnMut() -> usize) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let at = (length()..rest.len()).find(|&at| rest.is_char_boundary(at)).unwrap_or(rest.len());
        let (piece, behind) = rest.split_at(at);
        rest = behind;
        Some(piece)
    })
}

fn passage<'t>(guardrail: &Guardrail, source: Source, pieces: impl Iterator<Item = &'t str>) -> Passage {
    let mut guard = StreamGuard::new(guardrail, source);
    let (mut released, mut read, mut max_buffered, mut first_release_after) = (String::new(), 0, 0, None);
    for piece in pieces {
        read += piece.len();
        released.push_str(guard.push(piece));
        max_buffered = max_buffered.max(guard.buffered_bytes());
        if first_release_after.is_none() && !released.is_empty() {
            first_release_after = Some(read);
        }
    }
    released.push_str(guard.finish());
    Passage { released, assessment: guard.assessment(), max_buffered, first_release_after }
}
