//! Simplified patterns, which match all that the patterns do, and maybe more.

use regex_syntax::hir::{Class, ClassBytes, ClassBytesRange, ClassUnicode, Hir, HirKind, Repetition};
use regex_syntax::utf8::{Utf8Range, Utf8Sequences};

/// Repetitions that are more often than this have no limit.
const MOST_REPEATED: u32 = 8;

/// Returns a pattern without limits on long repetitions, in which a class has all characters with the same first byte. It needs far fewer
/// states, and fewer classes of bytes.
pub(super) fn relax(hir: &Hir) -> Hir {
    match hir.kind() {
        HirKind::Repetition(repetition) => {
            // As many states lead to the end of a fixed length as to the least, and each longer text would be an end.
            let max = repetition.max.filter(|&max| max <= MOST_REPEATED || max == repetition.min);
            Hir::repetition(Repetition { max, sub: Box::new(relax(&repetition.sub)), ..repetition.clone() })
        }
        HirKind::Capture(capture) => relax(&capture.sub),
        HirKind::Concat(parts) => Hir::concat(parts.iter().map(relax).collect()),
        HirKind::Alternation(parts) => Hir::alternation(parts.iter().map(relax).collect()),
        HirKind::Class(Class::Unicode(class)) if !class.is_ascii() => first_bytes(class),
        _ => hir.clone(),
    }
}

/// Returns the same class by the first bytes of its characters.
fn first_bytes(class: &ClassUnicode) -> Hir {
    let mut firsts: [Vec<ClassBytesRange>; 4] = Default::default();
    for sequence in class.iter().flat_map(|range| Utf8Sequences::new(range.start(), range.end())) {
        if let [Utf8Range { start, end }, rest @ ..] = sequence.as_slice() {
            firsts[rest.len()].push(ClassBytesRange::new(*start, *end));
        }
    }
    let of_length = |(rest, firsts): (usize, Vec<ClassBytesRange>)| {
        let first = Hir::class(Class::Bytes(ClassBytes::new(firsts)));
        Hir::concat(std::iter::once(first).chain(std::iter::repeat_n(continuation(), rest)).collect())
    };
    let lengths = firsts.into_iter().enumerate().filter(|(_, firsts)| !firsts.is_empty());
    Hir::alternation(lengths.map(of_length).collect())
}

/// Returns the class of the bytes that continue a character.
fn continuation() -> Hir {
    Hir::class(Class::Bytes(ClassBytes::new([ClassBytesRange::new(0x80, 0xBF)])))
}
