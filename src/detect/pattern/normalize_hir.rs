//! Normalizes a parsed pattern as text is normalized.
//!
//! A literal becomes its mapping. A class becomes the mappings of its members, one by one: a range such as `[а-я]` does not become the
//! range between the mappings of its ends. The view shows `а` and `a` alike, so such a class matches a few Latin letters too; they are
//! reported, so that the policy's author gets a warning.

use std::collections::{BTreeMap, BTreeSet};

use regex_syntax::hir::{Class, ClassUnicode, ClassUnicodeRange, Hir, HirKind};

use crate::text::normalize::{Mapping, View, normalize};
use crate::text::unicode::last_unchanged;

/// A pattern as it runs, and what it matches beyond what it lists.
#[derive(Debug)]
pub(super) struct NormalizedPattern {
    pub(super) hir: Hir,
    /// ASCII letters, in lower case, and digits that a class of the pattern matches and does not list.
    pub(super) gained: BTreeSet<char>,
}

/// Normalizes a pattern for a view.
pub(super) fn normalize_pattern(hir: &Hir, view: View) -> NormalizedPattern {
    let mut normalizer = Normalizer { view, gained: BTreeSet::new() };
    let hir = normalizer.normalize(hir);
    NormalizedPattern { hir, gained: normalizer.gained }
}

/// A character as a view shows it.
struct Shown {
    c: char,
    from: char,
}

struct Normalizer {
    view: View,
    gained: BTreeSet<char>,
}

impl Normalizer {
    fn normalize(&mut self, hir: &Hir) -> Hir {
        match hir.kind() {
            HirKind::Empty | HirKind::Look(_) => hir.clone(),
            HirKind::Literal(literal) => match std::str::from_utf8(&literal.0) {
                Ok(text) => self.literal(text),
                Err(_) => hir.clone(),
            },
            HirKind::Class(Class::Unicode(class)) => self.class(class),
            HirKind::Class(Class::Bytes(class)) => match class.to_unicode_class() {
                Some(class) => self.class(&class),
                None => hir.clone(),
            },
            HirKind::Repetition(repetition) => {
                let mut repetition = repetition.clone();
                repetition.sub = Box::new(self.normalize(&repetition.sub));
                Hir::repetition(repetition)
            }
            HirKind::Capture(capture) => {
                let mut capture = capture.clone();
                capture.sub = Box::new(self.normalize(&capture.sub));
                Hir::capture(capture)
            }
            HirKind::Concat(parts) => Hir::concat(parts.iter().map(|part| self.normalize(part)).collect()),
            HirKind::Alternation(parts) => Hir::alternation(parts.iter().map(|part| self.normalize(part)).collect()),
        }
    }

    /// Returns the fold of each character. In the word view, which shows a run of white space as one space or as a blank line, such a run
    /// matches that as well as itself.
    fn literal(&self, text: &str) -> Hir {
        let shown: Vec<Shown> =
            text.chars().flat_map(|c| self.form(c).into_iter().map(move |to| Shown { c: to, from: c })).collect();
        let is_space = |shown: &Shown| self.view == View::Word && shown.c.is_whitespace();
        let runs = shown.chunk_by(|a, b| is_space(a) == is_space(b));
        let parts = runs.flat_map(|run| match run {
            [first, ..] if is_space(first) => vec![space(&run.iter().map(|shown| shown.c).collect::<Vec<_>>())],
            run => run.iter().map(|shown| self.shown(shown)).collect(),
        });
        Hir::concat(parts.collect())
    }

    /// Returns the characters that a character becomes.
    fn form(&self, c: char) -> Vec<char> {
        match normalize(c, self.view) {
            // In the word view ASCII keeps its case.
            _ if c.is_ascii() => vec![c],
            Mapping::Same => vec![c],
            Mapping::Dropped => Vec::new(),
            Mapping::To(form) => form.chars().collect(),
        }
    }

    /// Matches a character of the view. A letter that another one becomes matches in both cases: `É` is shown as `e`, `E` as `E`.
    fn shown(&self, shown: &Shown) -> Hir {
        if self.view == View::Word && shown.c != shown.from { any_of(&both_cases(shown.c)) } else { text(&[shown.c]) }
    }

    fn class(&mut self, class: &ClassUnicode) -> Hir {
        if class.ranges().last().is_some_and(|range| range.end() == char::MAX) {
            return self.all_but(class);
        }
        let mut members = Members::default();
        for range in class.iter() {
            self.add_range(&mut members, range.start(), range.end());
        }
        if members.is_dropped && members.kept.is_empty() && members.mapped.is_empty() && members.sequences.is_empty() {
            // Nothing of it is seen.
            return Hir::empty();
        }
        self.note_gains(class, &members);
        let mut ranges = members.kept;
        for &c in &members.mapped {
            let cases = if self.view == View::Word { both_cases(c) } else { vec![c] };
            ranges.extend(cases.into_iter().map(|c| ClassUnicodeRange::new(c, c)));
        }
        let mut normalized = ClassUnicode::new(ranges);
        if self.view == View::Word && normalized.iter().any(|range| range.start() <= '\r' && range.end() >= '\t') {
            // A line break or a tab is shown as a space.
            normalized.push(ClassUnicodeRange::new(' ', ' '));
        }
        one_or_sequence(normalized, members.sequences)
    }

    /// Normalizes a class that lists what it does not match, such as `.`, `[^,]` or `\W`, by what the view shows: `[^e]` matches no `é`
    /// there, because the view shows it as `e`. A Korean syllable, which the word view decomposes, is one character to it.
    fn all_but(&self, class: &ClassUnicode) -> Hir {
        let mut members = Members::default();
        if self.view == View::Word {
            let mut syllables = ClassUnicode::new([ClassUnicodeRange::new('가', '힣')]);
            syllables.intersect(class);
            syllables.iter().for_each(|range| self.add_range(&mut members, range.start(), range.end()));
        }
        one_or_sequence(class.clone(), members.sequences)
    }

    fn add_range(&self, members: &mut Members, start: char, end: char) {
        let mut next = Some(start);
        while let Some(first) = next.filter(|&first| first <= end) {
            let last = last_unchanged(first).map_or(first, |last| last.min(end));
            if last > first {
                members.kept.push(ClassUnicodeRange::new(first, last));
            } else {
                self.add(members, first);
            }
            next = (last..=char::MAX).nth(1);
        }
    }

    fn add(&self, members: &mut Members, c: char) {
        let form = self.form(c);
        match form.as_slice() {
            [] => members.is_dropped = true,
            [same] if *same == c => members.kept.push(ClassUnicodeRange::new(c, c)),
            [other] => {
                members.mapped.insert(*other);
            }
            _ => {
                members.sequences.insert(form);
            }
        }
    }

    /// Notes the letters and digits that a class matches and does not list. The cases and accents of one letter are no class to
    /// its author, and match that letter as everywhere.
    fn note_gains(&mut self, class: &ClassUnicode, members: &Members) {
        let is_one_letter = members.mapped.len() == 1 && members.sequences.is_empty() && members.kept.is_empty();
        if is_one_letter {
            return;
        }
        let lists = |c: char| class.iter().any(|range| range.start() <= c && c <= range.end());
        let gained = members.mapped.iter().filter(|c| c.is_ascii_alphanumeric());
        self.gained.extend(gained.filter(|&&c| !both_cases(c).into_iter().any(lists)));
    }
}

/// Returns what the members of a class become.
#[derive(Default)]
struct Members {
    /// Those that stay.
    kept: Vec<ClassUnicodeRange>,
    /// Single characters that others become.
    mapped: BTreeSet<char>,
    /// Several characters that one becomes, such as `ss` of `ß`.
    sequences: BTreeSet<Vec<char>>,
    /// Some are not seen.
    is_dropped: bool,
}

fn both_cases(c: char) -> Vec<char> {
    vec![c.to_ascii_lowercase(), c.to_ascii_uppercase()]
}

fn text(chars: &[char]) -> Hir {
    Hir::literal(chars.iter().collect::<String>().into_bytes())
}

fn any_of(chars: &[char]) -> Hir {
    Hir::class(Class::Unicode(ClassUnicode::new(chars.iter().map(|&c| ClassUnicodeRange::new(c, c)))))
}

/// Matches a run of white space as it is, and as the word view shows it: one space, or a space and a blank line from two line breaks on.
fn space(run: &[char]) -> Hir {
    let breaks = run.iter().enumerate().filter(|&(at, &c)| match c {
        '\n' => at.checked_sub(1).and_then(|before| run.get(before)) != Some(&'\r'),
        '\r' => true,
        _ => false,
    });
    let shown = if breaks.count() > 1 { text(&[' ', '\n', '\n']) } else { text(&[' ']) };
    Hir::alternation(vec![text(run), shown])
}

/// Matches one character of a class, or a sequence. An empty class is left out: next to it nothing would be known of lengths.
fn one_or_sequence(class: ClassUnicode, sequences: BTreeSet<Vec<char>>) -> Hir {
    let mut ways = Vec::with_capacity(2);
    if !class.ranges().is_empty() {
        ways.push(Hir::class(Class::Unicode(class)));
    }
    if !sequences.is_empty() {
        ways.push(any_sequence(&sequences.into_iter().collect::<Vec<_>>()));
    }
    Hir::alternation(ways)
}

/// Matches any of some sorted sequences. First characters that the same rests follow share a class, so that the syllables of Korean
/// need three classes and not eleven thousand literals.
fn any_sequence(sequences: &[Vec<char>]) -> Hir {
    let mut rests: BTreeMap<char, Vec<Vec<char>>> = BTreeMap::new();
    for sequence in sequences {
        if let [first, rest @ ..] = sequence.as_slice() {
            rests.entry(*first).or_default().push(rest.to_vec());
        }
    }
    let mut firsts: BTreeMap<Vec<Vec<char>>, Vec<char>> = BTreeMap::new();
    for (first, rest) in rests {
        firsts.entry(rest).or_default().push(first);
    }
    let ways = firsts.into_iter().map(|(rest, firsts)| {
        let cases: Vec<char> = firsts.into_iter().flat_map(both_cases).collect();
        Hir::concat(vec![any_of(&cases), any_rest(&rest)])
    });
    Hir::alternation(ways.collect())
}

/// Matches any of some rests, of which one may be empty.
fn any_rest(rests: &[Vec<char>]) -> Hir {
    let longer = || any_sequence(rests);
    match rests {
        [only] if only.is_empty() => Hir::empty(),
        [first, ..] if first.is_empty() => Hir::alternation(vec![longer(), Hir::empty()]),
        _ => longer(),
    }
}

#[cfg(test)]
mod tests;
