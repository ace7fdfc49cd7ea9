//! What an evaluation promises, on policies small enough to see why.

#![allow(clippy::indexing_slicing, clippy::string_slice, reason = "a wrong range of a case is to fail its test")]

mod content;
mod context;
mod exceptions;
mod findings;
mod labels;
mod limit;
mod modes;
mod strict;
mod topics;
mod values;
mod work;

use std::fs;
use std::path::Path;

use crate::detect::EntityType;
use crate::guardrail::StreamGuard;
use crate::guardrail::{Guardrail, Source};
use crate::policy::Policy;

/// Key of `replacement: hash`.
const KEY: &[u8] = b"0123456789abcdef";

fn guardrail(yaml: &str) -> Guardrail {
    let policy =
        Policy::loader().hash_key(Some(KEY.to_vec())).from_yaml(yaml).unwrap_or_else(|error| panic!("{error}\n{yaml}"));
    Guardrail::new(policy)
}

/// What a stream of these chunks comes to: the text released, and the findings.
fn streamed<'t>(guardrail: &Guardrail, chunks: impl Iterator<Item = &'t str>) -> (String, Vec<String>) {
    let mut guard = StreamGuard::new(guardrail, Source::Input);
    let mut released = String::new();
    for chunk in chunks {
        released.push_str(guard.push(chunk));
    }
    released.push_str(guard.finish());
    let assessment = guard.assessment();
    (released, assessment.findings().iter().map(|finding| format!("{finding:?}")).collect())
}

/// The characters of a text, as chunks.
fn characters(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let (first, behind) = rest.split_at_checked(rest.chars().next()?.len_utf8())?;
        rest = behind;
        Some(first)
    })
}

/// The texts of `tests/data/entities` that hold a value of a type, and the value's range.
fn values(entity: EntityType) -> Vec<(String, std::ops::Range<usize>)> {
    #[derive(serde::Deserialize)]
    struct Cases {
        must: Vec<String>,
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/data/entities/{}.yaml", entity.name()));
    let cases: Cases = serde_yaml::from_str(&fs::read_to_string(path).expect("cases")).expect("YAML");
    let value = |case: String| {
        let (before, rest) = case.split_once("<<")?;
        let (value, behind) = rest.split_once(">>")?;
        Some((format!("{before}{value}{behind}"), before.len()..before.len() + value.len()))
    };
    cases.must.into_iter().filter_map(value).collect()
}

/// A small generator (SplitMix64), so that a case is known by its seed alone.
struct Rng(u64);

impl Rng {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        usize::try_from((z ^ (z >> 31)) % limit as u64).unwrap_or(0)
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from.get(self.below(from.len())).copied().unwrap_or_default()
    }
}
