//! Patterns, parsed once for every use of them.

use std::collections::BTreeSet;
use std::sync::Arc;

use regex_syntax::hir::{Hir, Properties};

use super::normalize_hir::{NormalizedPattern, normalize_pattern};
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
    /// ASCII classes over bytes, for our own recognizers.
    Ascii,
    /// As the `regex` crate reads it, over the pattern view.
    Text,
    /// The same without regard to case, over the word view.
    TopicText,
}

/// A pattern, parsed once.
#[derive(Clone, Debug)]
pub(crate) struct ParsedPattern {
    source: Arc<str>,
    pub(super) syntax: Syntax,
    hir: Arc<Hir>,
}

impl ParsedPattern {
    /// Parses a pattern.
    pub(crate) fn parse(source: &str, syntax: Syntax) -> Result<Self, PatternProblem> {
        let mut parser = regex_syntax::ParserBuilder::new();
        parser.unicode(syntax != Syntax::Ascii).utf8(syntax != Syntax::Ascii);
        parser.case_insensitive(syntax == Syntax::TopicText);
        let hir = parser.build().parse(source).map_err(|error| syntax_problem(&error))?;
        Ok(Self { source: source.into(), syntax, hir: Arc::new(hir) })
    }

    /// Returns the pattern as written.
    pub(crate) fn source(&self) -> &str {
        &self.source
    }

    /// Returns what is known of every match, of the pattern as written.
    pub(crate) fn properties(&self) -> &Properties {
        self.hir.properties()
    }

    /// Returns true if the pattern means the same without what follows this part of it.
    pub(crate) fn is_same_as(&self, source: &str) -> bool {
        Self::parse(source, self.syntax).is_ok_and(|other| other.hir == self.hir)
    }

    /// Returns the ASCII letters and digits that classes of the pattern match and do not list, because the view shows what they list
    /// as those.
    pub(crate) fn gained_by_normalization(&self) -> Vec<char> {
        self.normalized().gained.into_iter().collect()
    }

    /// Returns the pattern as it runs: on the view of its syntax.
    pub(super) fn normalized(&self) -> NormalizedPattern {
        match self.syntax {
            Syntax::Ascii => NormalizedPattern { hir: (*self.hir).clone(), gained: BTreeSet::new() },
            Syntax::Text => normalize_pattern(&self.hir, View::Pattern),
            Syntax::TopicText => normalize_pattern(&self.hir, View::Word),
        }
    }
}

/// The help if a pattern uses look-around.
const NO_LOOK_AROUND: &str = "patterns run in linear time, without look-around; match the \
    surroundings too, use `\\b`, or list what must not match under `exceptions` of a topic";

/// The help if a pattern uses backreferences.
const NO_BACKREFERENCE: &str = "patterns run in linear time, without backreferences; write out the alternatives";

/// Returns the parser's error with its span, and a help for what is left out on purpose.
fn syntax_problem(error: &regex_syntax::Error) -> PatternProblem {
    use regex_syntax::ast::ErrorKind;
    let (what, span, help) = match error {
        regex_syntax::Error::Parse(error) => {
            let help = match error.kind() {
                ErrorKind::UnsupportedLookAround => NO_LOOK_AROUND,
                ErrorKind::UnsupportedBackreference => NO_BACKREFERENCE,
                _ => "",
            };
            (error.kind().to_string(), error.span(), help)
        }
        regex_syntax::Error::Translate(error) => (error.kind().to_string(), error.span(), ""),
        _ => {
            return PatternProblem { message: "the pattern is not valid".to_owned(), span: None, help: String::new() };
        }
    };
    PatternProblem {
        message: format!("the pattern is not valid: {what}"),
        span: Some((span.start.offset, span.end.offset)),
        help: help.to_owned(),
    }
}
