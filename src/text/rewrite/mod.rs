//! Text as `evasion: strict` reads it: encodings are decoded, and separators inside values are left out.
//!
//! A [`Rewritten`] text grows like the text it is made from, and does not depend on the chunks of that text. It is read like any other
//! text; spans in it map back to whole characters of the text as given.
//!
//! Two stages work on *units*, characters with the bytes they represent: [`decode`] reads encodings, then [`values`] or [`letters`]
//! undoes what hides a value or a word. [`budget`] limits how many bytes of text a part of the result can represent.

mod budget;
mod decode;
mod encoded;
mod glyphs;
mod joints;
mod letters;
mod queue;
mod references;
#[cfg(test)]
mod tests;
mod values;

use self::budget::Budget;
use self::decode::Decoder;
use self::encoded::Encoded;
use self::joints::Step;
use self::letters::Letters;
use self::queue::{Queue, Unit};
use self::values::Values;
use super::offsets::OffsetMap;

pub(crate) use self::budget::{OPEN_BYTES, rewritten_bytes};
pub(crate) use self::encoded::Encoding;
pub(crate) use self::glyphs::upside_down;
pub(crate) use self::letters::One;

/// The changes that a rewriting undoes after it decodes encodings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rewriting {
    /// Markdown's signs and hyphenation inside words.
    Decoded,
    /// Separators and spelled-out digits of a value, `(at)` and `(dot)`.
    Values,
    /// Separators and replacements of the letters of words, with `1` read as this letter.
    Letters(One),
    /// Runs of an encoding, as the text they encode.
    Encoded(Encoding),
}

/// The first stage.
#[derive(Debug)]
enum Source {
    Decoder(Decoder),
    Encoded(Encoded),
}

#[derive(Debug)]
enum Stage {
    None,
    Joints,
    Values(Values),
    Letters(Letters),
}

impl Stage {
    /// Decides on the first units of the queue, which is not empty; `last` is the last character written.
    fn step(&mut self, queue: &Queue, last: Option<char>, is_last: bool) -> Step {
        match self {
            Self::None => Step::Same,
            Self::Joints => joints::step(queue, last, is_last),
            Self::Values(values) => values.step(queue, last, is_last),
            Self::Letters(letters) => letters.step(queue, last, is_last),
        }
    }
}

/// Some text that grows, rewritten.
#[derive(Debug)]
pub(crate) struct Rewritten {
    source: Source,
    decoded: Vec<Unit>,
    /// Limits what the units of the queue represent.
    queued: Budget,
    queue: Queue,
    stage: Stage,
    /// The last character that the stage wrote.
    last: Option<char>,
    budget: Budget,
    /// The result since the last call of [`Self::take`].
    fresh: String,
    end: usize,
    map: OffsetMap,
}

impl Rewritten {
    pub(crate) fn new(rewriting: Rewriting) -> Self {
        let stage = match rewriting {
            Rewriting::Encoded(_) => Stage::None,
            Rewriting::Decoded => Stage::Joints,
            Rewriting::Values => Stage::Values(Values::default()),
            Rewriting::Letters(one) => Stage::Letters(Letters::new(one)),
        };
        let source = match rewriting {
            Rewriting::Encoded(encoding) => Source::Encoded(Encoded::new(encoding)),
            _ => Source::Decoder(Decoder::default()),
        };
        Self {
            source,
            decoded: Vec::new(),
            queued: Budget::default(),
            queue: Queue::default(),
            stage,
            last: None,
            budget: Budget::default(),
            fresh: String::new(),
            end: 0,
            map: OffsetMap::default(),
        }
    }

    /// Reads `chunk`, which begins at `offset` of the text.
    pub(crate) fn push(&mut self, chunk: &str, offset: usize) {
        match &mut self.source {
            Source::Decoder(decoder) => decoder.push(chunk, offset, &mut self.decoded),
            Source::Encoded(encoded) => encoded.push(chunk, offset, &mut self.decoded),
        }
        self.run(false);
    }

    /// Signals the end of the text.
    pub(crate) fn finish(&mut self) {
        match &mut self.source {
            Source::Decoder(decoder) => decoder.finish(&mut self.decoded),
            Source::Encoded(encoded) => encoded.finish(&mut self.decoded),
        }
        self.run(true);
    }

    fn run(&mut self, is_last: bool) {
        let Self { decoded, queued, queue, stage, last, budget, fresh, end, map, .. } = self;
        for unit in decoded.drain(..) {
            queued.spend(unit, &mut |unit| queue.add(unit));
        }
        while let Some(c) = queue.char(0) {
            let step = stage.step(queue, *last, is_last);
            let Some((unit, count)) = step.taken(queue, c) else { break };
            queue.skip(count);
            if let Some(unit) = unit {
                *last = Some(unit.c);
                budget.spend(unit, &mut |unit| keep(unit, fresh, end, map));
            }
        }
    }

    /// Returns what came of the text since the last call.
    pub(crate) fn take(&mut self) -> String {
        std::mem::take(&mut self.fresh)
    }

    /// Returns the offset of the text that the result does not show yet.
    pub(crate) fn unread(&self) -> Option<usize> {
        self.queue.first_start().or(match &self.source {
            Source::Decoder(decoder) => decoder.unread(),
            Source::Encoded(encoded) => encoded.unread(),
        })
    }

    /// Returns the offset in the text at which the character of byte `at` begins. At the end of the result there is none: `None`.
    pub(crate) fn text_start(&self, at: usize) -> Option<usize> {
        (at < self.end).then(|| self.map.text_start(at))
    }

    /// Returns the offset in the text at which the character before `at` ends.
    pub(crate) fn text_end(&self, at: usize) -> usize {
        self.map.text_end(at)
    }

    /// Forgets what came from the text before byte `at` of the result.
    pub(crate) fn forget_before(&mut self, at: usize) {
        self.map.forget_before(at);
    }
}

/// Rewrites text that is complete, such as the example of a topic.
pub(crate) fn rewrite(text: &str, rewriting: Rewriting) -> String {
    let mut rewritten = Rewritten::new(rewriting);
    rewritten.push(text, 0);
    rewritten.finish();
    rewritten.take()
}

fn keep(unit: Unit, fresh: &mut String, end: &mut usize, map: &mut OffsetMap) {
    let bytes = unit.c.len_utf8();
    // The map treats a unit as long as its character as the character itself, and joins it with its neighbors.
    if unit.end - unit.start == bytes {
        map.push_same(*end, unit.start);
    } else {
        map.push_unit(*end, unit.start, unit.end);
    }
    fresh.push(unit.c);
    *end += bytes;
}
