//! Runs of marks: characters such as `²`, which are boundaries as well as what they are normalized to.

use std::ops::Range;

use super::reset::Reset;

/// The runs of marks in a view, ascending.
#[derive(Debug, Default)]
pub(super) struct Marks(Vec<Range<usize>>);

impl Reset for Marks {
    fn reset(&mut self) {
        self.0.reset();
    }
}

impl Marks {
    /// Adds a mark after all others. Returns `true` if it continues the last run.
    pub(super) fn add(&mut self, mark: Range<usize>) -> bool {
        match self.0.last_mut() {
            Some(run) if run.end == mark.start => {
                run.end = mark.end;
                true
            }
            _ => {
                self.0.push(mark);
                false
            }
        }
    }

    /// Returns the run that `at` is in.
    pub(super) fn at(&self, at: usize) -> Option<&Range<usize>> {
        self.0.get(self.0.partition_point(|run| run.end <= at)).filter(|run| run.start <= at)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Forgets the runs before `at`.
    pub(super) fn forget_before(&mut self, at: usize) {
        self.0.retain(|run| run.end > at);
    }
}

#[cfg(test)]
mod tests {
    use super::Marks;

    #[test]
    fn marks_side_by_side_are_a_run() {
        let mut marks = Marks::default();
        assert!(!marks.add(2..3) && marks.add(3..5) && !marks.add(7..8));
        let runs: Vec<_> = (0..9).map(|at| marks.at(at).cloned()).collect();
        let (first, second) = (Some(2..5), Some(7..8));
        assert_eq!(runs, [None, None, first.clone(), first.clone(), first, None, None, second, None]);
        marks.forget_before(5);
        assert!(marks.at(2).is_none() && marks.at(7).is_some());
    }
}
