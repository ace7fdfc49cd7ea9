//! Why something was found, in words: the kinds of features that spoke for it most.

use super::cues::Cue;
use super::features::{FEATURES, Window, rows};
use super::labels::INSIDE;
use super::model::Weigh;
use super::word::Shape;

/// The most signs of a finding.
pub(crate) const MOST_SIGNS: usize = 3;

/// A kind of features.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
enum Sign {
    GivenName,
    Surname,
    Street,
    Number,
    Unusual,
    Written,
    Word,
    TitleBefore,
    NamedBefore,
    GreetingBefore,
    SayingBefore,
    PersonBefore,
    LabelBefore,
    StreetBefore,
    Before,
    SayingAfter,
    StreetAfter,
    After,
}

/// All signs in their order, and what they are called. None contains text of the finding.
const SIGNS: [(Sign, &str); 18] = [
    (Sign::GivenName, "a given name"),
    (Sign::Surname, "a surname"),
    (Sign::Street, "a word such as \"street\""),
    (Sign::Number, "a number"),
    (Sign::Unusual, "not an ordinary word"),
    (Sign::Written, "its capital letters and signs"),
    (Sign::Word, "the words themselves"),
    (Sign::TitleBefore, "a title before it"),
    (Sign::NamedBefore, "words such as \"name is\" before it"),
    (Sign::GreetingBefore, "a greeting before it"),
    (Sign::SayingBefore, "a verb such as \"told\" before it"),
    (Sign::PersonBefore, "a job or a relation before it"),
    (Sign::LabelBefore, "the label of a field before it"),
    (Sign::StreetBefore, "a word such as \"street\" before it"),
    (Sign::Before, "the words before it"),
    (Sign::SayingAfter, "a verb such as \"said\" after it"),
    (Sign::StreetAfter, "a word such as \"street\" after it"),
    (Sign::After, "the words after it"),
];

/// The strongest signs of a finding, the strongest first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Signs([Option<Sign>; MOST_SIGNS]);

impl Signs {
    /// Returns the signs of a span of tokens, by what their features add to its labels.
    pub(crate) fn of<'a>(windows: impl Iterator<Item = Window<'a>>, weights: &impl Weigh) -> Self {
        let mut sums = [0; SIGNS.len()];
        let mut windows = windows.peekable();
        let mut label = INSIDE - 1;
        while let Some(window) = windows.next() {
            let (is_first, is_last) = (label != INSIDE, windows.peek().is_none());
            for (feature, row) in rows(window).into_iter().enumerate() {
                let sign = sign(feature, window, is_first, is_last);
                if let Some(sum) = sign.and_then(|sign| sums.get_mut(sign as usize)) {
                    *sum += weights.weight(row, label);
                }
            }
            label = INSIDE;
        }
        let mut order: [usize; SIGNS.len()] = std::array::from_fn(|number| number);
        // The order is stable: of equal sums the earlier sign comes first.
        order.sort_by_key(|&number| std::cmp::Reverse(sums.get(number).copied().unwrap_or_default()));
        let mut best = order.into_iter().filter(|&number| sums.get(number).is_some_and(|&sum| sum > 0));
        Self(std::array::from_fn(|_| best.next().and_then(|number| SIGNS.get(number)).map(|&(sign, _)| sign)))
    }

    /// Returns what the signs are called.
    pub(crate) fn names(self) -> impl Iterator<Item = &'static str> {
        self.0.into_iter().flatten().filter_map(|sign| SIGNS.get(sign as usize)).map(|&(_, name)| name)
    }
}

/// Returns the sign that a feature of a token stands for. Tokens of the span are not before or after it.
fn sign(feature: usize, window: Window<'_>, is_first: bool, is_last: bool) -> Option<Sign> {
    let [second_before, before, word, after, _] = window;
    const _: () = assert!(FEATURES == 32, "each feature has its place below");
    match feature {
        9 | 10 | 13 | 15 | 19 | 24 | 27 | 29 => is_first.then(|| {
            let cue =
                if before.cue == Cue::None || before.shape == Shape::Dot { second_before.cue } else { before.cue };
            match cue {
                Cue::Title => Sign::TitleBefore,
                Cue::Named => Sign::NamedBefore,
                Cue::Greeting => Sign::GreetingBefore,
                Cue::Saying => Sign::SayingBefore,
                Cue::Person => Sign::PersonBefore,
                Cue::Label => Sign::LabelBefore,
                Cue::Street => Sign::StreetBefore,
                _ => Sign::Before,
            }
        }),
        11 | 12 | 14 | 16 | 20 | 25 | 28 => is_last.then_some(match after.cue {
            Cue::Saying => Sign::SayingAfter,
            Cue::Street => Sign::StreetAfter,
            _ => Sign::After,
        }),
        // The bias speaks for nothing.
        21 => None,
        _ if word.cue == Cue::Street => Some(Sign::Street),
        _ if matches!(word.shape, Shape::Digit | Shape::Digits | Shape::Year) => Some(Sign::Number),
        4..=8 | 17 | 18 | 31 if word.class.given() > 0 => Some(Sign::GivenName),
        4..=8 | 17 | 18 | 31 if word.class.surname() > 0 => Some(Sign::Surname),
        4..=8 | 17 | 18 | 31 => Some(Sign::Unusual),
        0 | 2 | 3 => Some(Sign::Word),
        _ => Some(Sign::Written),
    }
}

#[cfg(test)]
mod tests {
    use super::SIGNS;

    #[test]
    fn each_sign_is_at_its_number() {
        assert!(SIGNS.iter().enumerate().all(|(number, &(sign, _))| sign as usize == number));
    }
}
