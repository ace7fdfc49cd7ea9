//! The tag in the metadata of Converse and ConverseStream.

use std::collections::HashMap;

use crate::exchange::Exchange;

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
