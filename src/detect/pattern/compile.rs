//! From the text of patterns to the automaton of a group.

use regex_automata::nfa::thompson::{Compiler, Config, NFA, WhichCaptures};
use regex_syntax::hir::{Hir, Look};

use super::assertions::EdgeSet;
use super::count::Needs;
use super::dfa::{Dfa, MAX_STATES};
use super::expand::{Alternative, ExpandError, expand};
use super::gate::Gate;
use super::gate_nfa::{GatePattern, LONG_BYTES};
use super::gate_table::MAX_GATE_STATES;
use super::matcher::PatternMatcher;
use super::parse::{ParsedPattern, PatternProblem, Syntax};
use super::relax::relax;
use super::thread::CompiledAlternative;

/// The maximum size of the NFA of a group, in bytes. Ten counted Unicode classes fit; a repetition of a thousand of them does not.
pub(crate) const NFA_SIZE_LIMIT: usize = 8 << 20;

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
        pattern: &ParsedPattern,
        max_length: Option<usize>,
    ) -> Result<usize, PatternProblem> {
        self.add_needing(tag, pattern, max_length, Needs::NONE)
    }

    /// Adds a pattern of which the validator rejects all other matches.
    pub(crate) fn add_needing(
        &mut self,
        tag: u32,
        pattern: &ParsedPattern,
        max_length: Option<usize>,
        needs: Needs,
    ) -> Result<usize, PatternProblem> {
        let hir = pattern.normalized().hir;
        let cap = cap(&hir, max_length)?;
        let alternatives = expand(&hir).map_err(expand_problem)?;
        if alternatives.iter().any(|alternative| alternative.body.properties().minimum_len() == Some(0)) {
            return Err(empty_match());
        }
        let word_end = EdgeSet::of(if needs.word_end { &[Look::WordEndHalfAscii] } else { &[] });
        for alternative in alternatives {
            self.bodies.push(alternative.body);
            let (start, end) = (EdgeSet::of(&alternative.start), EdgeSet::of(&alternative.end).and(word_end));
            self.starts.push(start);
            self.alternatives.push(CompiledAlternative {
                tag,
                start,
                end,
                pairs_markup: pattern.syntax != Syntax::Ascii,
                cap,
                needs,
            });
        }
        Ok(cap)
    }

    /// Returns the automaton of all patterns; `None` when there are none.
    pub(crate) fn build(self) -> Result<Option<PatternMatcher>, PatternProblem> {
        // Without the reversed automaton, starts are found by threads.
        let reversed = Compiler::new().configure(config().reverse(true)).build_many_from_hir(&self.bodies).ok();
        Ok(self.build_with((MAX_STATES, MAX_GATE_STATES))?.map(|matcher| matcher.with_reverse(reversed)))
    }

    /// Returns the automaton of patterns whose matches are validated, which needs the character after each; `None` when there are none.
    pub(crate) fn build_validated(self) -> Result<Option<PatternMatcher>, PatternProblem> {
        Ok(self.build()?.map(PatternMatcher::validated_with_next_char))
    }

    /// Returns the same with room for so many states of the automaton and of its gate.
    pub(super) fn build_with(
        self,
        (states, of_gate): (usize, usize),
    ) -> Result<Option<PatternMatcher>, PatternProblem> {
        if self.bodies.is_empty() {
            return Ok(None);
        }
        let gate = self.gate(of_gate);
        let nfa = self.nfa()?;
        let caps: Vec<usize> = self.alternatives.iter().map(|alternative| alternative.cap).collect();
        let ends = self.alternatives.iter().map(|alternative| alternative.end).collect();
        Ok(Some(PatternMatcher::new(Dfa::new(nfa, &caps, ends, states), self.alternatives, &self.starts, gate)))
    }

    fn nfa(&self) -> Result<NFA, PatternProblem> {
        Compiler::new().configure(config()).build_many_from_hir(&self.bodies).map_err(|error| PatternProblem {
            message: format!("the pattern is too large: {error}"),
            span: None,
            help: "use shorter repetitions, or ASCII classes such as `[0-9]` in place of `\\d`".to_owned(),
        })
    }

    /// Returns the gate of all patterns, or `None` if it would be too large.
    fn gate(&self, states: usize) -> Option<Gate> {
        let bodies: Vec<Hir> = self.bodies.iter().map(relax).collect();
        let nfa = Compiler::new().configure(config()).build_many_from_hir(&bodies).ok()?;
        let patterns = self.starts.iter().zip(&self.alternatives).map(|(&start, alternative)| GatePattern {
            start,
            end: alternative.end,
            count: alternative.needs.count,
            is_long: alternative.cap > LONG_BYTES,
        });
        Gate::new(nfa, patterns.collect(), states)
    }
}

fn config() -> Config {
    Config::new().utf8(false).nfa_size_limit(Some(NFA_SIZE_LIMIT)).which_captures(WhichCaptures::None)
}

/// Checks that the assertions of a pattern do not contradict each other.
pub(crate) fn check_can_match(pattern: &ParsedPattern) -> Result<(), PatternProblem> {
    let hir = pattern.normalized().hir;
    // Errors of the expansion are those of `add`.
    if expand(&hir).is_ok_and(|alternatives| !alternatives.iter().any(Alternative::can_match)) {
        return Err(PatternProblem {
            message: "the pattern can never match".to_owned(),
            span: None,
            help: "no text satisfies its assertions: `\\b` needs a letter or digit on one side only, `^` is the start of the text \
                   and `$` its end"
                .to_owned(),
        });
    }
    Ok(())
}

/// Checks that a pattern can be enforced by itself. Returns the size of its NFA, in bytes, to which the time that it took is proportional.
pub(crate) fn check_pattern(pattern: &ParsedPattern, max_length: Option<usize>) -> Result<usize, PatternProblem> {
    let mut group = Group::default();
    group.add(0, pattern, max_length)?;
    Ok(group.nfa()?.memory_usage())
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
        message: "the pattern matches empty text".to_owned(),
        span: None,
        help: "make at least one part of it required".to_owned(),
    }
}

fn expand_problem(error: ExpandError) -> PatternProblem {
    match error {
        ExpandError::InnerAssertion => PatternProblem {
            message: "the pattern has an assertion such as `\\b`, `^` or `$` in the middle".to_owned(),
            span: None,
            help: "move assertions to the start or the end of an alternative".to_owned(),
        },
        ExpandError::TooMany => PatternProblem {
            message: "the pattern has too many alternatives with assertions".to_owned(),
            span: None,
            help: "split it into several rules".to_owned(),
        },
    }
}
