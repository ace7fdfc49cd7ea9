//! Word filters.

use crate::detect::compiler::{Compiled, Compiler};
use crate::detect::spec::DetectorSpec;
use crate::detect::words::{Spelling, WordRole};
use crate::text::rewrite::{Rewriting, upside_down};

/// Adds the words of all word filters.
pub(super) fn compile(spec: &DetectorSpec, compiler: &mut Compiler) -> Compiled<()> {
    for list in &spec.words {
        let spelling = match (list.case_sensitive, list.is_normalized) {
            (false, true) => Spelling::Normalized,
            (true, true) => Spelling::NormalizedInCase,
            (false, false) => Spelling::AnyCase,
            (true, false) => Spelling::Exact,
        };
        let role = WordRole::Rule(list.rule);
        for word in &list.words {
            compiler.add_word((list.rule, "a word"), word, role, list.whole_word, spelling)?;
            if compiler.disguises {
                compiler.words.add_disguised(word, list.rule, list.whole_word, list.case_sensitive);
            } else if let Some(turned) = upside_down(word).filter(|_| list.is_strict) {
                compiler.words.add(&turned, role, list.whole_word, Spelling::AnyCase);
            }
        }
        compiler.bound_words(list.rule, &list.words);
    }
    Ok(())
}

/// Copies the strict word filters, which read decoded text.
pub(super) fn strict(spec: &DetectorSpec, rewriting: Rewriting, rules: &mut DetectorSpec) {
    if rewriting == Rewriting::Decoded {
        rules.words = spec.words.iter().filter(|list| list.is_strict).cloned().collect();
    }
}
