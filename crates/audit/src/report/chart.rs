//! Charts as inline SVG.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::html::{escape, number};

/// Counts of one label: gap, unverifiable, ok.
pub(super) type Parts = [u64; 3];

const CLASSES: [&str; 3] = ["gap", "unverifiable", "okay"];

/// The maximum number of bars. The rest becomes one.
const MAX_BARS: usize = 12;

/// Returns counts by label, from keys of a verdict and a label with a tab between them.
pub(super) fn by_label(counts: &BTreeMap<String, u64>) -> BTreeMap<String, Parts> {
    let mut labels: BTreeMap<String, Parts> = BTreeMap::new();
    for (key, count) in counts {
        let (verdict, label) = key.split_once('\t').unwrap_or((key, ""));
        add(&mut labels, label, verdict, *count);
    }
    labels
}

pub(super) fn add(labels: &mut BTreeMap<String, Parts>, label: &str, verdict: &str, count: u64) {
    let label = if label.is_empty() { "(not recorded)" } else { label };
    let [gap, unverifiable, ok] = labels.entry(label.to_owned()).or_default();
    match verdict {
        "gap" => *gap += count,
        "unverifiable" => *unverifiable += count,
        _ => *ok += count,
    }
}

fn total(parts: &Parts) -> u64 {
    parts.iter().sum()
}

/// Returns a width of at most `full` for a part of a whole, so that no count is invisible.
fn width(part: u64, whole: u64, full: u64) -> u64 {
    if part == 0 { 0 } else { (part.saturating_mul(full) / whole.max(1)).max(1) }
}

/// Returns a bar for each label, the longest first.
pub(super) fn bars(title: &str, labels: &BTreeMap<String, Parts>) -> String {
    let mut sorted: Vec<(&str, Parts)> = labels.iter().map(|(label, parts)| (label.as_str(), *parts)).collect();
    sorted.sort_by(|(one, a), (other, b)| total(b).cmp(&total(a)).then(one.cmp(other)));
    if sorted.len() > MAX_BARS {
        let rest = sorted.split_off(MAX_BARS - 1);
        let sum = rest.iter().fold([0; 3], |sum: Parts, (_, parts)| {
            let [a, b, c] = sum;
            let [x, y, z] = *parts;
            [a + x, b + y, c + z]
        });
        sorted.push(("(others)", sum));
    }
    let most = sorted.iter().map(|(_, parts)| total(parts)).max().unwrap_or(0);
    let height = 22 * sorted.len();
    let mut out = format!(
        "<div class=\"chart\"><h3>{}</h3><svg viewBox=\"0 0 520 {height}\" role=\"img\" aria-label=\"{}\">\n",
        escape(title),
        escape(title)
    );
    for (position, (label, parts)) in sorted.iter().enumerate() {
        let y = 22 * position;
        let short: String = if label.chars().count() > 28 {
            label.chars().take(27).chain(['…']).collect()
        } else {
            (*label).to_owned()
        };
        let _ =
            write!(out, "<g><title>{}</title><text x=\"0\" y=\"{}\">{}</text>", escape(label), y + 15, escape(&short));
        let mut x = 215;
        for (part, class) in parts.iter().zip(CLASSES) {
            let width = width(*part, most, 240);
            if width > 0 {
                let _ =
                    write!(out, "<rect class=\"{class}\" x=\"{x}\" y=\"{}\" width=\"{width}\" height=\"14\"/>", y + 4);
            }
            x += width;
        }
        let _ =
            writeln!(out, "<text class=\"count\" x=\"{}\" y=\"{}\">{}</text></g>", x + 6, y + 15, number(total(parts)));
    }
    out.push_str("</svg></div>\n");
    out
}

/// Returns a column for each day.
pub(super) fn days(title: &str, labels: &BTreeMap<String, Parts>) -> String {
    let most = labels.values().map(total).max().unwrap_or(0);
    let count = labels.len().max(1) as u64;
    let step = (1000 / count).clamp(1, 120);
    let full = 110;
    let mut out = format!(
        "<div class=\"chart\"><h3>{}</h3><svg viewBox=\"0 0 1040 150\" role=\"img\" aria-label=\"{}\">\n<line class=\"axis\" x1=\"0\" y1=\"124\" x2=\"1040\" y2=\"124\"/>\n",
        escape(title),
        escape(title)
    );
    // A label is about 80 wide.
    let every = usize::try_from(80_u64.div_ceil(step)).unwrap_or(1);
    for (position, (day, parts)) in labels.iter().enumerate() {
        let x = step * position as u64;
        let mut y = 124;
        let _ = write!(out, "<g><title>{}: {}</title>", escape(day), number(total(parts)));
        for (part, class) in parts.iter().zip(CLASSES).rev() {
            let height = width(*part, most, full);
            y -= height;
            if height > 0 {
                let wide = step.saturating_sub(2).max(1);
                let _ =
                    write!(out, "<rect class=\"{class}\" x=\"{x}\" y=\"{y}\" width=\"{wide}\" height=\"{height}\"/>");
            }
        }
        if position.is_multiple_of(every) {
            let _ = write!(out, "<text class=\"count\" x=\"{x}\" y=\"142\">{}</text>", escape(day));
        }
        out.push_str("</g>\n");
    }
    out.push_str("</svg></div>\n");
    out
}
