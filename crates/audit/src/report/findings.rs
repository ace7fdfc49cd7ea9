//! The findings as charts.

use std::collections::BTreeMap;

use super::chart::{add, bars, by_label, days};
use crate::run::Summary;

/// Returns the section with charts.
pub(super) fn charts(summary: &Summary) -> String {
    let tally = &summary.tally;
    let mut out = String::from("<section id=\"findings\"><h2>Findings</h2>\n");
    if tally.findings() == 0 {
        out.push_str("<p>No rule of the policy found anything in the text that was evaluated.</p></section>\n");
        return out;
    }
    out.push_str(
        "<p class=\"key\"><span class=\"gap\">gap: masked or blocked by the policy, and it reached the model</span>\
         <span class=\"unverifiable\">not verifiable: in output, before the guardrail</span><span>reported only</span></p>\n",
    );
    out.push_str(&days("By day", &by_label(&tally.findings_by_day)));
    let (mut types, mut rules) = (BTreeMap::new(), BTreeMap::new());
    for (key, count) in &tally.findings {
        let mut parts = key.rsplitn(6, '\t');
        let verdict = parts.next().unwrap_or_default();
        let (_, _) = (parts.next(), parts.next());
        let (entity_type, kind, rule) =
            (parts.next().unwrap_or_default(), parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
        add(&mut types, if entity_type.is_empty() { kind } else { entity_type }, verdict, *count);
        add(&mut rules, rule, verdict, *count);
    }
    out.push_str("<div class=\"charts\">\n");
    out.push_str(&bars("By type", &types));
    out.push_str(&bars("By rule", &rules));
    out.push_str(&bars("By model", &by_label(&tally.findings_by_model)));
    out.push_str(&bars("By caller", &by_label(&tally.findings_by_caller)));
    out.push_str("</div></section>\n");
    out
}
