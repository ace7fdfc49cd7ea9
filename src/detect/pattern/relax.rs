//! Simplified patterns, which match all that the patterns do, and maybe more.

use regex_syntax::hir::{Hir, HirKind, Repetition};

/// Repetitions that are more often than this have no limit.
const MOST_REPEATED: u32 = 8;

/// Returns a pattern without limits on long repetitions. It needs far fewer states.
pub(super) fn relax(hir: &Hir) -> Hir {
    match hir.kind() {
        HirKind::Repetition(repetition) => {
            let max = repetition.max.filter(|&max| max <= MOST_REPEATED);
            Hir::repetition(Repetition { max, sub: Box::new(relax(&repetition.sub)), ..repetition.clone() })
        }
        HirKind::Capture(capture) => relax(&capture.sub),
        HirKind::Concat(parts) => Hir::concat(parts.iter().map(relax).collect()),
        HirKind::Alternation(parts) => Hir::alternation(parts.iter().map(relax).collect()),
        _ => hir.clone(),
    }
}
