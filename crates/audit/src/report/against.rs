//! What another policy would have done.

use std::collections::BTreeMap;

use super::html::{Table, code, escape, number};
use crate::run::{Settings, Summary};

/// Returns the section that compares two policies, if the audit does.
pub(super) fn section(settings: &Settings, summary: &Summary) -> String {
    let Some(other) = &settings.against else { return String::new() };
    let mut out = format!(
        "<section id=\"against\"><h2>Another policy</h2>\n<p>What the policy <b>{}</b>, digest {}, would have done with the recorded bodies. \
         Requests were recorded after the policy in force had masked them, so they may hold less than it was sent.</p>\n",
        escape(&other.name),
        code(&other.digest)
    );
    let mut outcomes = Table::new(&[".Side", ".Audited policy", ".Other policy", "#Bodies", ""]);
    for (key, count) in &summary.tally.against {
        let mut parts = key.split('\t');
        let [side, audited, other] = [(); 3].map(|()| parts.next().unwrap_or_default());
        let change = if audited == other { "same" } else { "<b>different</b>" };
        outcomes.row(&[escape(side), escape(audited), escape(other), number(*count), change.to_owned()]);
    }
    out.push_str(&outcomes.finish());
    let mut rules: BTreeMap<[&str; 4], [u64; 2]> = BTreeMap::new();
    for (key, count) in &summary.tally.findings {
        let mut parts = key.rsplitn(6, '\t');
        let [_, action, side, _, kind, rule] = [(); 6].map(|()| parts.next().unwrap_or_default());
        if side != "record" {
            rules.entry([rule, kind, side, action]).or_default()[0] += count;
        }
    }
    for (key, count) in &summary.tally.against_findings {
        let mut parts = key.rsplitn(5, '\t');
        let [action, side, _, kind, rule] = [(); 5].map(|()| parts.next().unwrap_or_default());
        rules.entry([rule, kind, side, action]).or_default()[1] += count;
    }
    let mut table = Table::new(&["Rule", ".Kind", ".Side", ".Action", "#Audited policy", "#Other policy"]);
    for ([rule, kind, side, action], [audited, other]) in rules {
        let cells = [rule, kind, side, action].map(escape);
        table.row(&[cells.as_slice(), &[number(audited), number(other)]].concat());
    }
    out.push_str(&table.finish());
    out.push_str("</section>\n");
    out
}
