//! Scores: the similarity of text to a topic, in ten-thousandths.

/// A similarity, in ten-thousandths: integers are the same on every machine.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Score(i32);

impl Score {
    pub(super) const ZERO: Self = Self(0);
    pub(super) const ONE: Self = Self(10_000);

    pub(super) const fn of(ten_thousandths: i32) -> Self {
        Self(ten_thousandths)
    }

    /// Returns it in ten-thousandths.
    pub(super) const fn ten_thousandths(self) -> i32 {
        self.0
    }

    /// Returns the score that a policy writes as a number from 0 to 1.
    #[expect(clippy::cast_possible_truncation, reason = "it is checked to be from 0 to 1")]
    pub(super) fn from_number(number: f32) -> Self {
        Self((number.clamp(0.0, 1.0) * 10_000.0).round() as i32)
    }

    /// Returns the quotient of a dot product and the lengths of its vectors: a cosine.
    pub(super) fn cosine(dot: i64, lengths: u64) -> Self {
        let Ok(lengths) = i64::try_from(lengths) else { return Self::ZERO };
        let quotient = dot.saturating_mul(10_000).checked_div(lengths).unwrap_or(0);
        Self(i32::try_from(quotient.clamp(-10_000, 10_000)).unwrap_or(0))
    }

    /// Returns `percent` hundredths of it.
    pub(super) fn percent(self, percent: i32) -> Self {
        Self(self.0 * percent / 100)
    }

    /// Returns it as a number from 0 to 1.
    #[expect(clippy::cast_precision_loss, reason = "ten-thousandths fit")]
    pub(crate) fn number(self) -> f32 {
        self.0.max(0) as f32 / 10_000.0
    }
}

impl std::ops::Add for Score {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }
}

impl std::ops::Sub for Score {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self(self.0 - other.0)
    }
}
