//! Findings inside findings of a more certain entity type.
//!
//! Rules are independent, so a card number may also be a finding of type PHONE. Both are reported, and the less certain one names the
//! finding that contains it, so that human-readable output can omit it.

use std::sync::Arc;

use super::finding::{ActionTaken, Container, Finding};
use crate::detect::entity::Certainty;

fn strength(action: ActionTaken) -> u8 {
    match action {
        ActionTaken::Blocked => 3,
        ActionTaken::Replaced => 2,
        ActionTaken::Anonymized => 1,
        ActionTaken::None => 0,
    }
}

/// Sets `within` of findings inside a more certain one whose action is at least as strong. `findings` are in text order.
pub(super) fn mark(findings: &mut [Finding]) {
    let containers: Vec<(Container, Certainty, u8)> = findings
        .iter()
        .filter_map(|finding| {
            let entity = finding.entity.filter(|&entity| entity.certainty() > Certainty::Context)?;
            let container = Container { rule: Arc::clone(&finding.rule), entity, span: finding.span };
            Some((container, entity.certainty(), strength(finding.action)))
        })
        .collect();
    let mut later = containers.iter().peekable();
    // Findings of one type do not overlap, so these are few.
    let mut open: Vec<&(Container, Certainty, u8)> = Vec::new();
    for finding in findings {
        let start = finding.span.start();
        while let Some(container) = later.next_if(|(container, ..)| container.span.start() <= start) {
            open.push(container);
        }
        open.retain(|(container, ..)| container.span.end() > start);
        let Some(entity) = finding.entity else { continue };
        let holds = |(container, certain, action): &&&(Container, Certainty, u8)| {
            container.span.contains(finding.span)
                && *certain > entity.certainty()
                && *action >= strength(finding.action)
        };
        let strongest =
            open.iter().filter(holds).max_by_key(|(container, certain, _)| (*certain, container.span.len()));
        finding.within = strongest.map(|(container, ..)| container.clone());
    }
}
