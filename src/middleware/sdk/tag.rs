//! What Converse and ConverseStream have in common: the guardrail that the caller names, and the tag in the metadata.

use std::collections::HashMap;

use crate::exchange::Exchange;

/// Records the guardrail in a `guardrail_config`, which is not forwarded if it names this one. Both operations have a type for it.
macro_rules! note_requested {
    ($exchange:expr, $config:expr) => {
        if let Some(config) = &$config {
            let (identifier, trace) = (config.guardrail_identifier.as_str(), config.trace.as_str());
            let requested = crate::bedrock::RequestedGuardrail::new(Some(identifier), Some(trace));
            if $exchange.note_requested(&requested) {
                $config = None;
            }
        }
    };
}
pub(super) use note_requested;

/// Decides if the request is tagged. This comes before its inspection, whose record contains it.
pub(super) fn plan_tag(exchange: &mut Exchange, metadata: Option<&HashMap<String, String>>) {
    exchange.plan_tag_in_value(metadata.into_iter().flat_map(HashMap::keys).map(String::as_str));
}

/// Adds the tag after the inspection.
pub(super) fn add_tag(exchange: &Exchange, metadata: &mut Option<HashMap<String, String>>) {
    if let Some(tag) = exchange.tag() {
        let entries = tag.entries().map(|(key, value)| (key.to_owned(), value));
        metadata.get_or_insert_default().extend(entries);
    }
}
