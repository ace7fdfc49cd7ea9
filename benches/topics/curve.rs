//! What a set of scores is worth.

use std::fmt;

/// What one topic brings: shares from 0 to 1.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Row {
    /// Of the topic's other sentences, found at the default threshold.
    pub(crate) recall: f64,
    /// Of the sentences of other intents, found at the default threshold.
    pub(crate) others: f64,
    pub(crate) out_of_scope: f64,
    pub(crate) chat: f64,
    /// Recall where one in a hundred sentences of other intents is found.
    pub(crate) recall_at_percent: f64,
    pub(crate) auprc: f64,
}

impl Row {
    pub(crate) const HEAD: &'static str = " recall  others    oos   chat   R@1%  AUPRC";
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let percent = |share: f64| 100.0 * share;
        write!(
            f,
            "{:>7.1} {:>7.2} {:>6.2} {:>6.2} {:>6.1} {:>6.3}",
            percent(self.recall),
            percent(self.others),
            percent(self.out_of_scope),
            percent(self.chat),
            percent(self.recall_at_percent),
            self.auprc
        )
    }
}

/// Sums of rows.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Means {
    sum: Row,
    count: f64,
}

impl Means {
    pub(crate) fn add(&mut self, rows: &[Row]) {
        for row in rows {
            self.sum.recall += row.recall;
            self.sum.others += row.others;
            self.sum.out_of_scope += row.out_of_scope;
            self.sum.chat += row.chat;
            self.sum.recall_at_percent += row.recall_at_percent;
            self.sum.auprc += row.auprc;
            self.count += 1.0;
        }
    }

    pub(crate) fn row(self) -> Row {
        let mean = |sum: f64| sum / self.count.max(1.0);
        Row {
            recall: mean(self.sum.recall),
            others: mean(self.sum.others),
            out_of_scope: mean(self.sum.out_of_scope),
            chat: mean(self.sum.chat),
            recall_at_percent: mean(self.sum.recall_at_percent),
            auprc: mean(self.sum.auprc),
        }
    }
}

/// The share of scores above a bar.
pub(crate) fn share(scores: &[f64], is_over: impl Fn(f64) -> bool) -> f64 {
    scores.iter().filter(|&&score| is_over(score)).count() as f64 / scores.len().max(1) as f64
}

/// Recall at the bar that one in a hundred of the negatives is above.
pub(crate) fn recall_at_percent(positives: &[f64], negatives: &[f64]) -> f64 {
    let mut sorted = negatives.to_vec();
    sorted.sort_by(|a, b| b.total_cmp(a));
    let bar = sorted.get(sorted.len() / 100).copied().unwrap_or(0.0);
    share(positives, |score| score > bar)
}

/// Area under the curve of precision over recall, as the mean precision at each positive. Of equal scores the negatives come first.
pub(crate) fn auprc(positives: &[f64], negatives: &[f64]) -> f64 {
    let mut all: Vec<(f64, bool)> = negatives.iter().map(|&score| (score, false)).collect();
    all.extend(positives.iter().map(|&score| (score, true)));
    all.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    let (mut found, mut sum) = (0.0, 0.0);
    for (rank, (_, is_positive)) in all.into_iter().enumerate() {
        if is_positive {
            found += 1.0;
            sum += found / (rank + 1) as f64;
        }
    }
    sum / positives.len().max(1) as f64
}
