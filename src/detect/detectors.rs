//! The detectors of a policy: those of the text as given, and those of rewritten text, for rules with `evasion: strict` and for decoded
//! runs.

use std::sync::Arc;

use super::compiler::{Compiled, Compiler, RuleBound};
use super::context::ContextWords;
use super::detector::AnyDetector;
use super::kinds::KINDS;
use super::recognizers::Recognizers;
use super::spec::DetectorSpec;
use super::topic::Similarity;
use crate::text::rewrite::{Encoding, OPEN_BYTES, One, Rewriting, rewritten_bytes};

/// All detectors of a policy.
#[derive(Debug)]
pub(crate) struct Detectors {
    /// All but the comparison with topics, which an embedder may replace.
    all: Vec<Arc<dyn AnyDetector>>,
    similarity: Option<Arc<Similarity>>,
    recognizers: Arc<Recognizers>,
    bounds: Vec<RuleBound>,
    context_words: Option<Arc<ContextWords>>,
    max_context_bytes: usize,
    /// The detectors of the rules with `evasion: strict`, by the text that they read.
    strict: Vec<(Rewriting, Self)>,
    /// The encodings of which runs are decoded, for all rules.
    decode: Vec<Encoding>,
}

impl Detectors {
    /// Compiles the rules of a policy. Each pattern was checked by itself; a problem of all patterns together names no rule.
    pub(crate) fn compile(spec: &DetectorSpec) -> Compiled<Self> {
        let mut detectors = Self::compile_one(spec, false)?;
        let all = [Rewriting::Decoded, Rewriting::Values, Rewriting::Letters(One::I), Rewriting::Letters(One::L)];
        for rewriting in all {
            let mut rules = DetectorSpec::default();
            KINDS.iter().for_each(|kind| (kind.strict)(spec, rewriting, &mut rules));
            if !rules.is_empty() {
                detectors.strict.push((rewriting, Self::compile_one(&rules, rewriting == Rewriting::Decoded)?));
            }
        }
        let decoding = if spec.decode.is_empty() { None } else { Some(&detectors) };
        let rewriting = detectors.strict.iter().map(|(_, detectors)| detectors).chain(decoding);
        let bounds: Vec<RuleBound> = rewriting.flat_map(|detectors| &detectors.bounds).map(bound).collect();
        detectors.bounds.extend(bounds);
        Ok(detectors)
    }

    /// Compiles the detectors of one text. They recognize words in disguise too if `disguises`.
    pub(super) fn compile_one(spec: &DetectorSpec, disguises: bool) -> Compiled<Self> {
        let mut compiler = Compiler::new(disguises);
        for kind in &KINDS {
            (kind.compile)(spec, &mut compiler)?;
        }
        Ok(Self {
            all: compiler.detectors,
            similarity: compiler.similarity,
            context_words: compiler.context_words,
            max_context_bytes: compiler.recognizers.max_context_bytes(),
            recognizers: compiler.recognizers,
            bounds: compiler.bounds,
            strict: Vec::new(),
            decode: spec.decode.clone(),
        })
    }

    /// Returns all detectors but the comparison with topics.
    pub(super) fn all(&self) -> impl Iterator<Item = Arc<dyn AnyDetector>> {
        self.all.iter().cloned()
    }

    /// Returns the rewritings that are read besides the text.
    pub(crate) fn rewritings(&self) -> impl Iterator<Item = Rewriting> {
        let strict = self.strict.iter().map(|&(rewriting, _)| rewriting);
        strict.chain(self.decode.iter().map(|&encoding| Rewriting::Encoded(encoding)))
    }

    /// Returns the detectors that read a rewriting. All rules read decoded text.
    pub(crate) fn of_rewriting(&self, rewriting: Rewriting) -> &Self {
        let strict = self.strict.iter().find(|&&(strict, _)| strict == rewriting);
        strict.map_or(self, |(_, detectors)| detectors)
    }

    /// Returns the recognizers of the policy's entity types.
    pub(crate) fn recognizers(&self) -> &Recognizers {
        &self.recognizers
    }

    /// Returns the maximum number of bytes that each rule can make a stream buffer. A rule may have several bounds.
    pub(crate) fn bounds(&self) -> &[RuleBound] {
        &self.bounds
    }

    /// Returns the context words of the recognizers.
    pub(crate) fn context_words(&self) -> Option<&ContextWords> {
        self.context_words.as_deref()
    }

    /// Returns the largest distance between a span and a context word of it.
    pub(crate) fn max_context_bytes(&self) -> usize {
        self.max_context_bytes
    }

    /// Returns the topics that have examples, compared with the built-in table of vectors.
    pub(crate) fn similarity(&self) -> Option<&Arc<Similarity>> {
        self.similarity.as_ref()
    }
}

/// Returns the bound of a rule that reads rewritten text.
fn bound(of: &RuleBound) -> RuleBound {
    RuleBound { rule: of.rule, span: rewritten_bytes(of.span), wait: rewritten_bytes(of.wait) + OPEN_BYTES }
}
