//! The scores of words. What the features of few values add is in tables; only the others are hashed.

use super::features::{Window, pair, row_of, row_of_mixed, spread, spread_mixed};
use super::lists::{CLASSES, Class};
use super::rows::{Rows, row_of as weights};
use super::word::{Look, MAX_LENGTH, Word};

/// Bits of a shape, a gap, a cue.
const SHAPE_BITS: u32 = SHAPES.ilog2();
const GAP_BITS: u32 = 2;
const CUE_BITS: u32 = 4;
const SHAPES: usize = Look::SHAPES;
const CUES: usize = 1 << CUE_BITS;
/// As many as a table has places for.
const LENGTHS: usize = 16;
const _: () = assert!(MAX_LENGTH < LENGTHS, "each length has its place");

/// What features add to both labels, in one number: `begin` + 65536 x `inside`. Sums of them wrap, and are in order as long as those of a label are
/// small.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Both(u32);

impl Both {
    fn of([begin, inside]: [i32; 2]) -> Self {
        Self((begin as u32).wrapping_add((inside as u32) << 16))
    }

    fn plus(self, other: Self) -> Self {
        Self(self.0.wrapping_add(other.0))
    }

    fn split(self) -> [i32; 2] {
        let begin = i32::from(self.0 as i16);
        [begin, i32::from((self.0.wrapping_sub(begin as u32) >> 16) as i16)]
    }
}

/// A table with as many places as are a power of two.
#[derive(Clone, Debug)]
struct Table<const PLACES: usize>(Box<[Both; PLACES]>);

impl<const PLACES: usize> Table<PLACES> {
    /// Makes a table of what the rows add that `values` returns for a place, each with its feature.
    fn of<const FEATURES: usize>(rows: &Rows, values: impl Fn(u32) -> [(usize, u32); FEATURES]) -> Self {
        let mut table = Box::new([Both::default(); PLACES]);
        for (place, sum) in (0..).zip(table.iter_mut()) {
            for (feature, value) in values(place) {
                *sum = sum.plus(Both::of(weights(rows, row_of(feature, value))));
            }
        }
        Self(table)
    }

    #[inline]
    fn at(&self, place: u32) -> Both {
        self.0.get(place as usize % PLACES).copied().unwrap_or_default()
    }
}

/// Tables of the features that have few values.
#[derive(Clone, Debug)]
pub(super) struct Tables {
    /// By [`Look`]: the word, the word before, the word after.
    word: Table<{ Look::COUNT }>,
    before: Table<{ Look::COUNT }>,
    after: Table<{ Look::COUNT }>,
    /// By how common the word is as a given name, its gap and its shape.
    gap: Table<{ SHAPES << GAP_BITS << 2 }>,
    /// By a length, or a cue, and the shape of the word.
    length: Table<{ LENGTHS * SHAPES }>,
    cue: Table<{ CUES * SHAPES }>,
    cue_before: Table<{ CUES * SHAPES }>,
    cue_after: Table<{ CUES * SHAPES }>,
    /// By the cues of the two words before.
    cues_before: Table<{ CUES * CUES }>,
}

fn shape(word: &Word) -> u32 {
    word.shape as u32
}

fn look(word: &Word) -> u32 {
    word.look.number().into()
}

/// Returns the class and shape of a place.
fn of_look(place: u32) -> (Class, u32) {
    (Class::from_number((place >> SHAPE_BITS) as u8), place % SHAPES as u32)
}

impl Tables {
    pub(super) fn of(rows: &Rows) -> Self {
        let beside = |class: usize, as_shape: usize| {
            Table::of(rows, move |place| {
                let (of, shape) = of_look(place);
                [(class, of.number().into()), (as_shape, shape)]
            })
        };
        let with_shape = |feature: usize| {
            Table::of(rows, move |place| [(feature, pair(place >> SHAPE_BITS, place % SHAPES as u32))])
        };
        Self {
            word: Table::of(rows, |place| {
                let (class, shape) = of_look(place);
                let number = u32::from(class.number());
                let (surname, habit) = (class.surname().into(), class.habit().into());
                [(1, shape), (5, surname), (6, habit), (7, number), (8, pair(number, shape)), (21, 0)]
            }),
            before: beside(15, 13),
            after: beside(16, 14),
            gap: Table::of(rows, |place| {
                let (given, gap) = (place >> SHAPE_BITS >> GAP_BITS, place >> SHAPE_BITS & ((1 << GAP_BITS) - 1));
                [(4, given << 8 | gap), (23, pair(gap, place % SHAPES as u32))]
            }),
            length: Table::of(rows, |place| [(30, pair(place >> SHAPE_BITS, place % SHAPES as u32))]),
            cue: with_shape(26),
            cue_before: with_shape(27),
            cue_after: with_shape(28),
            cues_before: Table::of(rows, |place| [(29, pair(place >> CUE_BITS, place % CUES as u32))]),
        }
    }

    /// Returns what all features of the word in a window add to both labels.
    pub(super) fn scores(&self, rows: &Rows, window: Window<'_>) -> [i32; 2] {
        let [known_begin, known_inside] = self.known(window).split();
        let hashed = hashed_rows(window).into_iter().map(|row| weights(rows, row));
        hashed.fold([known_begin, known_inside], |sum, row| [sum[0] + row[0], sum[1] + row[1]])
    }

    /// Returns what the features of few values add.
    fn known(&self, [b2, b1, w, a1, _]: Window<'_>) -> Both {
        let with_shape = |number: u32| number << SHAPE_BITS | shape(w);
        [
            self.before.at(look(b1)),
            self.after.at(look(a1)),
            self.gap.at(with_shape(u32::from(w.class.given()) << GAP_BITS | w.gap as u32)),
            self.length.at(with_shape(w.length.into())),
            self.cue.at(with_shape(w.cue as u32)),
            self.cue_before.at(with_shape(b1.cue as u32)),
            self.cue_after.at(with_shape(a1.cue as u32)),
            self.cues_before.at((b2.cue as u32) << CUE_BITS | b1.cue as u32),
        ]
        .into_iter()
        .fold(self.word.at(look(w)), Both::plus)
    }
}

/// The features of many values.
const HASHED: usize = 15;

/// Returns the rows of the features of many values.
fn hashed_rows([b2, b1, w, a1, a2]: Window<'_>) -> [u16; HASHED] {
    let class = |w: &Word| u32::from(w.class.number());
    let pair = |a: &Word, b: u32| spread_mixed(a.hash).wrapping_add(b);
    [
        row_of_mixed(0, w.hash),
        row_of_mixed(2, w.prefix.finish()),
        row_of_mixed(3, w.suffix3.finish()),
        row_of_mixed(9, b2.hash),
        row_of_mixed(10, b1.hash),
        row_of_mixed(11, a1.hash),
        row_of_mixed(12, a2.hash),
        row_of(17, spread_class(b1.class).wrapping_add(class(w))),
        row_of(18, spread_class(w.class).wrapping_add(class(a1))),
        row_of(19, pair(b2, b1.hash.number())),
        row_of(20, pair(a1, a2.hash.number())),
        row_of(22, spread_shapes(b1, w).wrapping_add(shape(a1))),
        row_of_mixed(24, b1.suffix2.finish()),
        row_of_mixed(25, a1.suffix2.finish()),
        row_of(31, pair(b1, class(w))),
    ]
}

/// Returns what [`spread`] does for a class.
fn spread_class(class: Class) -> u32 {
    const SPREAD: [u32; CLASSES] = spread_all(1);
    SPREAD.get(usize::from(class.number()) % CLASSES).copied().unwrap_or_default()
}

/// Returns what [`spread`] does for the shapes of two words.
fn spread_shapes(first: &Word, second: &Word) -> u32 {
    const SPREAD: [u32; SHAPES * SHAPES] = spread_all(SHAPES);
    let place = (shape(first) << SHAPE_BITS | shape(second)) as usize;
    SPREAD.get(place % (SHAPES * SHAPES)).copied().unwrap_or_default()
}

/// Returns what [`spread`] does for each number, or for two numbers below `second` as a pair.
#[allow(clippy::indexing_slicing, reason = "below the length; a constant has no iterators")]
const fn spread_all<const PLACES: usize>(second: usize) -> [u32; PLACES] {
    let (mut all, mut place) = ([0; PLACES], 0);
    while place < PLACES {
        let number = place as u32;
        all[place] = match second as u32 {
            1 => spread(number),
            second => spread(pair(number / second, number % second)),
        };
        place += 1;
    }
    all
}

#[cfg(test)]
mod tests {
    use super::super::cues::Cue;
    use super::super::features::rows;
    use super::super::lists::Lists;
    use super::super::model::Weights;
    use super::super::random::below;
    use super::super::token::{Gap, Kind, next_token};
    use super::*;

    /// Words of all kinds. Their classes are any, as if the lists held them.
    fn words(below: &mut impl FnMut(usize) -> usize) -> Vec<Word> {
        let lists = Lists::read(&[0; super::super::lists::BUCKETS]).expect("empty lists");
        let text = "Anna's mr van O'Brien street KELLER Zoë, 12 2024 5 ... 'x' - : (B) @ 中文 the May said iPhone Ltd is \n# Patient 90210 \
            averyveryverylongword e";
        let (mut at, mut words) = (0, vec![Word::EDGE]);
        while let Some(token) = next_token(text, at, true) {
            let mut word = Word::of(&text[token.start..token.end], &token, &lists);
            if token.kind == Kind::Word {
                word.class = Class::from_number(below(CLASSES) as u8);
                word.look = Look::of(word.class, word.shape);
            }
            word.gap = [Gap::None, Gap::Space, Gap::Line][below(3)];
            words.push(word);
            at = token.end;
        }
        words
    }

    /// The scores are the sums of the rows of all features.
    #[test]
    fn scores_are_those_of_all_rows() {
        let mut below = below(0x9E37_79B9_7F4A_7C15);
        let files: [&[u8]; 2] = [include_bytes!("names.bin"), include_bytes!("addresses.bin")];
        for file in files {
            let (weights, _) = Weights::read(file).expect("a model");
            for _ in 0..300 {
                let words = words(&mut below);
                let window = &[0; 5].map(|_| words[below(words.len())]);
                let plain = rows(window).map(|row| row_of_weights(&weights, row));
                let plain = plain.iter().fold([0, 0, 0], |sum, row| [0, sum[1] + row[0], sum[2] + row[1]]);
                assert_eq!(weights.scores(window), plain, "{window:?}");
            }
        }
    }

    fn row_of_weights(of: &Weights<'_>, row: u16) -> [i32; 2] {
        use super::super::labels::INSIDE;
        use super::super::model::{Biased, Weigh};
        let weights = Biased { weights: of, bias: 0 };
        [weights.weight(row, INSIDE - 1), weights.weight(row, INSIDE)]
    }

    #[test]
    fn sums_of_both_labels_stay_apart() {
        for [a, b] in [[0, 0], [-127 * 32, 127 * 32], [127 * 32, -127 * 32], [-1, 1], [-1, -1], [1, -1]] {
            let half = |n: i32| [n / 2, n - n / 2];
            let sum = Both::of([half(a)[0], half(b)[0]]).plus(Both::of([half(a)[1], half(b)[1]]));
            assert_eq!(sum.split(), [a, b]);
        }
    }

    #[test]
    fn each_value_has_its_place() {
        assert!((super::super::word::Shape::Other as usize) < SHAPES);
        assert!((Cue::Label as usize) < CUES);
        assert!((Gap::Line as usize) < 1 << GAP_BITS);
    }
}
