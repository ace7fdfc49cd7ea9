//! Logs hold numbers of all kinds and next to no personal data.

use std::collections::BTreeMap;

use banister::{EntityType, Guardrail, Policy, Source};

use crate::logs::{FORMS, make};

const LOG_BYTES: usize = 64 << 10;

/// False findings that a megabyte of logs may have, over all types but IP addresses.
const MOST_PER_MEGABYTE: f64 = 10.0;

#[test]
fn logs_have_next_to_no_false_findings() {
    let yaml = "{version: 1, name: logs, pii: [{types: [ALL, WORLD_IDS], action: detect}]}";
    let guardrail = Guardrail::new(Policy::from_yaml(yaml).expect("valid"));
    let mut false_findings: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    let mut bytes = 0;
    for form in FORMS {
        let log = make(form, LOG_BYTES);
        bytes += log.text.len();
        let assessment = guardrail.assess(Source::Input, &log.text);
        let found =
            |entity: EntityType| assessment.findings().iter().any(|finding| finding.entity_type() == Some(entity));
        assert!(form.name != "web" || found(EntityType::IpAddress), "nothing was looked for");
        for finding in assessment.findings() {
            let (entity, span) = (finding.entity_type().expect("an entity type"), finding.span().range());
            if entity != EntityType::IpAddress && !log.is_real(entity, &span) {
                let shown = format!("{}: {} {:?}", form.name, entity, &log.text[span]);
                false_findings.entry(entity.name()).or_default().push(shown);
            }
        }
    }
    let count: usize = false_findings.values().map(Vec::len).sum();
    let rate = count as f64 / (bytes as f64 / 1e6);
    assert!(rate <= MOST_PER_MEGABYTE, "{rate:.1} false findings per MB: {false_findings:#?}");
}
