//! Runs of marks: characters such as `²`, which are boundaries as well as what they are normalized to.

use std::ops::Range;

use super::positions::Positions;
use super::reset::Reset;

/// The runs of marks in a view. Takes memory once there is one: a new stream stays small.
#[derive(Debug, Default)]
pub(super) struct Marks(Option<Box<Runs>>);

/// Runs, ascending.
#[derive(Debug, Default)]
struct Runs {
    runs: Vec<Range<usize>>,
    /// The positions of their bytes.
    bytes: Positions,
    /// Where they begin.
    begins: Positions,
}

impl Reset for Marks {
    fn reset(&mut self) {
        let Self(Some(all)) = self else { return };
        let Runs { runs, bytes, begins } = &mut **all;
        runs.reset();
        bytes.reset();
        begins.reset();
    }
}

impl Marks {
    /// Adds a mark after all others. Returns `true` if it continues the last run.
    pub(super) fn add(&mut self, mark: Range<usize>) -> bool {
        let Runs { runs, bytes, begins } = &mut **self.0.get_or_insert_default();
        mark.clone().for_each(|at| bytes.push(at));
        match runs.last_mut() {
            Some(run) if run.end == mark.start => {
                run.end = mark.end;
                true
            }
            _ => {
                begins.push(mark.start);
                runs.push(mark);
                false
            }
        }
    }

    /// Returns the run that `at` is in.
    pub(super) fn at(&self, at: usize) -> Option<&Range<usize>> {
        let Runs { runs, .. } = self.0.as_deref().filter(|all| all.bytes.contains(at))?;
        runs.get(runs.partition_point(|run| run.end <= at))
    }

    /// Returns `true` if a run begins at `at`.
    pub(super) fn begins(&self, at: usize) -> bool {
        self.0.as_ref().is_some_and(|all| all.begins.contains(at))
    }

    /// Forgets the runs before `at`.
    pub(super) fn forget_before(&mut self, at: usize) {
        let Some(all) = &mut self.0 else { return };
        all.runs.retain(|run| run.end > at);
        all.bytes.forget_before(at);
        all.begins.forget_before(at);
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
        assert_eq!((0..9).filter(|&at| marks.begins(at)).collect::<Vec<_>>(), [2, 7]);
        marks.forget_before(5);
        assert!(marks.at(2).is_none() && marks.at(7).is_some());
    }
}
