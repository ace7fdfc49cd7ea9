//! What finds: Banister with several settings, and Presidio from the files that `presidio.py` wrote.

use std::ops::Range;
use std::path::Path;
use std::{fs, io};

use banister::{EntityType, Guardrail, Policy, Source};

use crate::score::Found;
use crate::sets::Set;

/// Settings of Banister, the first being that without models.
pub(crate) const STRICTNESS: [&str; 4] = ["not set", "low", "normal", "high"];
/// The setting that is compared with Presidio.
pub(crate) const COMPARED: usize = 2;

/// Returns Banister with a setting.
pub(crate) fn banister(strictness: &str) -> io::Result<Guardrail> {
    let key = if strictness == STRICTNESS[0] { String::new() } else { format!(", strictness: {strictness}") };
    let yaml = format!("{{version: 1, name: accuracy, pii: [{{types: [ALL]{key}, action: detect}}]}}");
    Ok(Guardrail::new(Policy::from_yaml(&yaml).map_err(io::Error::other)?))
}

/// Returns the findings in each document, without those that a more certain finding contains.
pub(crate) fn find(guardrail: &Guardrail, set: &Set) -> Vec<Found> {
    let of = |text: &str| {
        let assessment = guardrail.assess(Source::Input, text);
        let shown = assessment.findings().iter().filter(|finding| finding.within().is_none());
        shown.filter_map(|finding| Some((finding.entity_type()?, finding.span().range()))).collect()
    };
    set.documents.iter().map(|document| of(&document.text)).collect()
}

/// Returns the findings of Presidio in each document, or `None` if it has not read the set.
pub(crate) fn presidio(folder: &Path, set: &Set) -> io::Result<Option<Vec<Found>>> {
    let Ok(content) = fs::read_to_string(folder.join(&set.name).with_extension("jsonl")) else { return Ok(None) };
    let mut found = Vec::new();
    for (line, document) in content.lines().zip(&set.documents) {
        let spans: Vec<(String, usize, usize)> = serde_json::from_str(line)?;
        let offsets: Vec<usize> = document.text.char_indices().map(|(at, _)| at).chain([document.text.len()]).collect();
        let span =
            |start: usize, end: usize| -> Option<Range<usize>> { Some(*offsets.get(start)?..*offsets.get(end)?) };
        found.push(
            spans
                .iter()
                .filter_map(|(name, start, end)| Some((EntityType::from_name(name)?, span(*start, *end)?)))
                .collect(),
        );
    }
    if found.len() != set.documents.len() {
        return Err(io::Error::other(format!("Presidio read another {}: remove {}", set.name, folder.display())));
    }
    Ok(Some(found))
}
