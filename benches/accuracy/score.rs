//! Findings against labels.

use std::collections::BTreeMap;
use std::ops::Range;

use banister::EntityType;

use crate::sets::Set;

/// Findings of one document.
pub(crate) type Found = Vec<(EntityType, Range<usize>)>;

/// What a system found of one type in one set.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Score {
    pub(crate) labels: usize,
    found: usize,
    exact: usize,
    overlap: usize,
    /// Bytes of labels, and those of them that findings cover.
    bytes: usize,
    covered: usize,
}

impl Score {
    /// Returns the share of findings that overlap a label.
    pub(crate) fn precision(&self) -> f64 {
        ratio(self.overlap, self.found)
    }

    /// Returns the share of labels that a finding overlaps.
    pub(crate) fn recall(&self) -> f64 {
        ratio(self.overlap, self.labels)
    }

    /// Returns F1 by overlap.
    pub(crate) fn f1(&self) -> f64 {
        ratio(2 * self.overlap, self.labels + self.found)
    }

    /// Returns F1 by equal spans.
    pub(crate) fn exact_f1(&self) -> f64 {
        ratio(2 * self.exact, self.labels + self.found)
    }

    /// Returns the share of labelled bytes that findings cover.
    pub(crate) fn cover(&self) -> f64 {
        ratio(self.covered, self.bytes)
    }

    fn add(&mut self, labels: &[&Range<usize>], found: &[&Range<usize>]) {
        self.labels += labels.len();
        self.found += found.len();
        self.exact += found.iter().filter(|span| labels.contains(span)).count();
        let mut used = vec![false; labels.len()];
        for span in found {
            let hit = labels.iter().zip(&mut used).find(|(label, used)| !**used && overlaps(span, label));
            if let Some((_, used)) = hit {
                *used = true;
                self.overlap += 1;
            }
        }
        for label in labels {
            self.bytes += label.len();
            let common = |span: &&&Range<usize>| label.end.min(span.end).saturating_sub(label.start.max(span.start));
            self.covered += found.iter().map(|span| common(&span)).sum::<usize>().min(label.len());
        }
    }
}

fn ratio(part: usize, all: usize) -> f64 {
    part as f64 / all.max(1) as f64
}

/// Returns `true` if the intersection is at least half of the union.
fn overlaps(a: &Range<usize>, b: &Range<usize>) -> bool {
    let common = a.end.min(b.end).saturating_sub(a.start.max(b.start));
    2 * common >= a.end.max(b.end) - a.start.min(b.start)
}

/// Scores the findings of a system in each document, by type.
pub(crate) fn score(set: &Set, found: &[Found]) -> BTreeMap<EntityType, Score> {
    let mut scores = BTreeMap::new();
    for &entity in &set.types {
        let score: &mut Score = scores.entry(entity).or_default();
        let of_type =
            |spans: &'_ Found| spans.iter().filter(|(of, _)| *of == entity).map(|(_, span)| span.clone()).collect();
        for (document, found) in set.documents.iter().zip(found) {
            let (labels, found): (Vec<_>, Vec<_>) = (of_type(&document.labels), of_type(found));
            score.add(&labels.iter().collect::<Vec<_>>(), &found.iter().collect::<Vec<_>>());
        }
    }
    scores
}

/// Returns the findings per megabyte of the types that `counts` accepts.
pub(crate) fn per_megabyte(set: &Set, found: &[Found], counts: impl Fn(EntityType) -> bool) -> f64 {
    let count = found.iter().flatten().filter(|&&(entity, _)| counts(entity)).count();
    let bytes: usize = set.documents.iter().map(|document| document.text.len()).sum();
    count as f64 / (bytes as f64 / 1e6).max(1e-6)
}
