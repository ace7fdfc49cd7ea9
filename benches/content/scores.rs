//! Quality of a ranking.

/// Returns the numbers of positives and of all pairs down to each score, the highest score first.
fn cuts(pairs: &[(f32, bool)]) -> Vec<(usize, usize)> {
    let mut pairs = pairs.to_vec();
    pairs.sort_by(|a, b| b.0.total_cmp(&a.0));
    let mut cuts = Vec::new();
    let mut positives = 0;
    for (number, &(score, is_positive)) in pairs.iter().enumerate() {
        positives += usize::from(is_positive);
        // Equal scores are cut together.
        if pairs.get(number + 1).is_none_or(|next| next.0 < score) {
            cuts.push((positives, number + 1));
        }
    }
    cuts
}

/// Returns the area under the curve of precision and recall, by steps.
pub(crate) fn average_precision(pairs: &[(f32, bool)]) -> f64 {
    let cuts = cuts(pairs);
    let all = cuts.last().map_or(0, |last| last.0).max(1) as f64;
    let mut before = 0;
    let mut sum = 0.0;
    for (positives, count) in cuts {
        sum += (positives - before) as f64 / all * positives as f64 / count as f64;
        before = positives;
    }
    sum
}

/// Returns the best harmonic mean of precision and recall over all thresholds.
pub(crate) fn best_f1(pairs: &[(f32, bool)]) -> f64 {
    let cuts = cuts(pairs);
    let all = cuts.last().map_or(0, |last| last.0);
    cuts.iter().map(|&(positives, count)| 2.0 * positives as f64 / (count + all) as f64).fold(0.0, f64::max)
}
