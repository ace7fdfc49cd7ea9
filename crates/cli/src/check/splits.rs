//! Evaluates text as a stream, split at many positions, and compares the results.

use banister::{Assessment, Guardrail, Source, StreamGuard};
use fastrand::Rng;
use serde::Serialize;

/// Text up to this size is split in two at every position; the work is quadratic.
const EVERY_POSITION_BYTES: usize = 4096;

/// Text up to this size is evaluated character by character.
const EVERY_CHARACTER_BYTES: usize = 1 << 20;

/// The number of random splits.
const RANDOM_SPLITS: usize = 50;

/// The longest chunk of a random split, in bytes.
const LONGEST_CHUNK: usize = 64;

/// Compares the results of streams with the result for the whole text.
#[derive(Debug)]
pub(crate) struct SplitTester {
    seed: u64,
}

/// The result of a comparison without a difference.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SplitReport {
    /// The seed of the random splits.
    pub(crate) seed: u64,
    /// The number of splits.
    #[serde(rename = "ways")]
    pub(crate) splits: usize,
    /// The maximum number of bytes a stream can buffer.
    pub(crate) buffer_limit: usize,
    /// The rule that determines it.
    pub(crate) buffer_limit_rule: Option<String>,
    /// The largest number of bytes that were buffered after a chunk.
    pub(crate) max_buffered: usize,
    /// The number of bytes read before the first byte was released, character by character. Absent if the text was not read so, or
    /// nothing was released before its end.
    pub(crate) first_release_after: Option<usize>,
}

/// The result of one split.
struct SplitRun {
    released: String,
    assessment: Assessment,
    max_buffered: usize,
    first_release_after: Option<usize>,
}

impl SplitTester {
    /// SplitTester from a seed, or from one at random.
    pub(crate) fn new(seed: Option<u64>) -> Self {
        // JSON readers represent integers up to 2^53 exactly.
        Self { seed: seed.unwrap_or_else(|| fastrand::u64(..1 << 53)) }
    }

    pub(crate) fn seed(&self) -> u64 {
        self.seed
    }

    /// Evaluates the text with every split.
    ///
    /// # Errors
    ///
    /// If the result of a split differs from that of the whole text.
    pub(crate) fn compare(&self, guardrail: &Guardrail, source: Source, text: &str) -> Result<SplitReport, String> {
        let bound = guardrail.buffer_limit();
        let mut report = SplitReport {
            seed: self.seed,
            splits: 0,
            buffer_limit: bound.bytes(),
            buffer_limit_rule: bound.rule().map(str::to_owned),
            max_buffered: 0,
            first_release_after: None,
        };
        let whole = split_run(guardrail, source, std::iter::once(text));
        let check = |report: &mut SplitReport, split: &str, split_run: SplitRun| {
            report.splits += 1;
            report.max_buffered = report.max_buffered.max(split_run.max_buffered);
            if split_run.released == whole.released && split_run.assessment == whole.assessment {
                return Ok(split_run.first_release_after);
            }
            let what =
                if split_run.released == whole.released { "the findings differ" } else { "the released text differs" };
            Err(format!("internal error, please report it: split {split}, {what} from the whole text"))
        };
        let unstreamed = guardrail.assess(source, text);
        let released = if unstreamed.is_blocked() { None } else { Some(unstreamed.apply_to(text)) };
        if released.is_some_and(|released| released != whole.released) {
            return Err(
                "internal error, please report it: the results for the whole text and the stream differ".to_owned()
            );
        }
        if text.len() <= EVERY_CHARACTER_BYTES {
            let characters = chunks(text, || 1);
            let first = check(&mut report, "into characters", split_run(guardrail, source, characters))?;
            report.first_release_after = first;
        }
        if text.len() <= EVERY_POSITION_BYTES {
            for at in (1..text.len()).filter(|&at| text.is_char_boundary(at)) {
                let (left, right) = text.split_at(at);
                check(
                    &mut report,
                    &format!("in two at {at}"),
                    split_run(guardrail, source, [left, right].into_iter()),
                )?;
            }
        }
        let mut rng = Rng::with_seed(self.seed);
        let seed = self.seed;
        for split in 1..=RANDOM_SPLITS {
            let longest = rng.usize(1..=LONGEST_CHUNK);
            let run = split_run(guardrail, source, chunks(text, || rng.usize(1..=longest)));
            check(&mut report, &format!("at random (seed {seed}, split {split})"), run)?;
        }
        Ok(report)
    }
}

/// Returns the text in chunks of at least this many bytes, up to the next character boundary.
fn chunks(text: &str, mut length: impl FnMut() -> usize) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let at = (length()..rest.len()).find(|&at| rest.is_char_boundary(at)).unwrap_or(rest.len());
        let (chunk, after) = rest.split_at(at);
        rest = after;
        Some(chunk)
    })
}

fn split_run<'t>(guardrail: &Guardrail, source: Source, chunks: impl Iterator<Item = &'t str>) -> SplitRun {
    let mut guard = StreamGuard::new(guardrail, source);
    let (mut released, mut read, mut max_buffered, mut first_release_after) = (String::new(), 0, 0, None);
    for chunk in chunks {
        read += chunk.len();
        released.push_str(guard.push(chunk));
        max_buffered = max_buffered.max(guard.buffered_bytes());
        if first_release_after.is_none() && !released.is_empty() {
            first_release_after = Some(read);
        }
    }
    released.push_str(guard.finish());
    SplitRun { released, assessment: guard.assessment(), max_buffered, first_release_after }
}
