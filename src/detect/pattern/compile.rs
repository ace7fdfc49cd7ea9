//! From the text of patterns to the automaton of a group.

use std::collections::BTreeSet;

use regex_automata::nfa::thompson::{Compiler, Config, WhichCaptures};
use regex_syntax::hir::Hir;

use super::assertions::EdgeSet;
use super::dfa::{Dfa, MAX_STATES};
use super::expand::{ExpandError, expand};
use super::matcher::PatternMatcher;
use super::normalize_hir::{NormalizedPattern, normalize_pattern};
use super::thread::CompiledAlternative;
use crate::text::normalize::View;

/// The reason why a pattern cannot be enforced, and a remedy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PatternProblem {
    pub(crate) message: String,
    /// Byte range within the pattern, where it is known.
    pub(crate) span: Option<(usize, usize)>,
    pub(crate) help: String,
}

/// The syntax of a pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Syntax {
    /// ASCII classes over bytes, for recognizers.
    Ascii,
    /// As the `regex` crate reads it, over the pattern view.
    Text,
    /// As [`Self::Text`], without regard to case, over the word view.
    TopicText,
}

/// The maximum size of the NFA of a group, in bytes. Ten counted Unicode classes fit; a repetition of a thousand of them does not.
const NFA_SIZE_LIMIT: usize = 8 << 20;

/// Patterns that run as one automaton.
#[derive(Debug, Default)]
pub(crate) struct Group {
    bodies: Vec<Hir>,
    starts: Vec<EdgeSet>,
    alternatives: Vec<CompiledAlternative>,
}

impl Group {
    /// Adds a pattern. Its matches are reported under `tag`. A match has at most `max_length` bytes of the view, or as many as
    /// the pattern itself allows: that limit is returned.
    pub(crate) fn add(
        &mut self,
        tag: u32,
        pattern: &str,
        syntax: Syntax,
        max_length: Option<usize>,
    ) -> Result<usize, PatternProblem> {
        let hir = parse(pattern, syntax)?.hir;
        let cap = cap(&hir, max_length)?;
        let alternatives = expand(&hir).map_err(expand_problem)?;
        if alternatives.iter().any(|alternative| alternative.body.properties().minimum_len() == Some(0)) {
            return Err(empty_match());
        }
        for alternative in alternatives {
            self.bodies.push(alternative.body);
            let (start, end) = (EdgeSet::of(&alternative.start), EdgeSet::of(&alternative.end));
            self.starts.push(start);
            self.alternatives.push(CompiledAlternative { tag, start, end, pairs_markup: syntax != Syntax::Ascii, cap });
        }
        Ok(cap)
    }

    /// Returns the automaton of all patterns; `None` when there are none.
    pub(crate) fn build(self) -> Result<Option<PatternMatcher>, PatternProblem> {
        self.build_with(MAX_STATES)
    }

    pub(super) fn build_with(self, states: usize) -> Result<Option<PatternMatcher>, PatternProblem> {
        if self.bodies.is_empty() {
            return Ok(None);
        }
        let config = Config::new().utf8(false).nfa_size_limit(Some(NFA_SIZE_LIMIT)).which_captures(WhichCaptures::None);
        let nfa =
            Compiler::new().configure(config).build_many_from_hir(&self.bodies).map_err(|error| PatternProblem {
                message: format!("the pattern is too large: {error}"),
                span: None,
                help: "use shorter repetitions, or ASCII classes such as `[0-9]` in place of `\\d`".to_owned(),
            })?;
        let caps: Vec<usize> = self.alternatives.iter().map(|alternative| alternative.cap).collect();
        let ends = self.alternatives.iter().map(|alternative| alternative.end).collect();
        Ok(Some(PatternMatcher::new(Dfa::new(nfa, &caps, ends, states), self.alternatives, &self.starts)))
    }
}

/// Returns `true` if a pattern can be enforced, and if not, why and what to do.
pub(crate) fn check_pattern(pattern: &str, syntax: Syntax, max_length: Option<usize>) -> Result<(), PatternProblem> {
    let mut group = Group::default();
    group.add(0, pattern, syntax, max_length)?;
    group.build_with(2).map(drop)
}

/// Returns the ASCII letters and digits that classes of a pattern match and do not list, because the view shows what they list as
/// those. Empty for a pattern that is not valid.
pub(crate) fn gained_by_normalization(pattern: &str, syntax: Syntax) -> Vec<char> {
    match parse(pattern, syntax) {
        Ok(normalized) => normalized.gained.into_iter().collect(),
        Err(_) => Vec::new(),
    }
}

fn parse(pattern: &str, syntax: Syntax) -> Result<NormalizedPattern, PatternProblem> {
    let hir = regex_syntax::ParserBuilder::new()
        .unicode(syntax != Syntax::Ascii)
        .utf8(syntax != Syntax::Ascii)
        .case_insensitive(syntax == Syntax::TopicText)
        .build()
        .parse(pattern)
        .map_err(|error| syntax_problem(&error))?;
    Ok(match syntax {
        Syntax::Ascii => NormalizedPattern { hir, gained: BTreeSet::new() },
        Syntax::Text => normalize_pattern(&hir, View::Pattern),
        Syntax::TopicText => normalize_pattern(&hir, View::Word),
    })
}

/// Returns the maximum length of a match, in bytes of the view.
fn cap(hir: &Hir, max_length: Option<usize>) -> Result<usize, PatternProblem> {
    match (max_length, hir.properties().maximum_len()) {
        (Some(given), _) => Ok(given),
        (None, Some(longest)) => Ok(longest),
        (None, None) => Err(PatternProblem {
            message: "the pattern has no limit on the length of a match".to_owned(),
            span: None,
            help: "add `max_length: BYTES`, or bound its repetitions: `{1,20}` in place of `+`".to_owned(),
        }),
    }
}

fn empty_match() -> PatternProblem {
    PatternProblem {
        message: "the pattern matches the empty text".to_owned(),
        span: None,
        help: "make at least one character of it necessary".to_owned(),
    }
}

fn expand_problem(error: ExpandError) -> PatternProblem {
    match error {
        ExpandError::InnerAssertion => PatternProblem {
            message: "an assertion such as `\\b`, `^` or `$` stands inside the pattern".to_owned(),
            span: None,
            help: "put assertions at the start or the end of an alternative, where they can be judged in a stream"
                .to_owned(),
        },
        ExpandError::TooMany => PatternProblem {
            message: "the pattern has too many alternatives with assertions".to_owned(),
            span: None,
            help: "split it into several rules".to_owned(),
        },
    }
}

fn syntax_problem(error: &regex_syntax::Error) -> PatternProblem {
    use regex_syntax::ast::ErrorKind;
    let (message, span, look_around) = match error {
        regex_syntax::Error::Parse(error) => {
            let span = error.span();
            let look_around = matches!(error.kind(), ErrorKind::UnsupportedLookAround);
            (error.kind().to_string(), Some((span.start.offset, span.end.offset)), look_around)
        }
        regex_syntax::Error::Translate(error) => {
            let span = error.span();
            (error.kind().to_string(), Some((span.start.offset, span.end.offset)), false)
        }
        error => (error.to_string(), None, false),
    };
    let help = if look_around {
        "look-around cannot be matched in linear time: list what must not match under `exceptions` or `allow`, or use `\\b`"
    } else {
        "the syntax is that of Rust's `regex` crate"
    };
    PatternProblem { message, span, help: help.to_owned() }
}
