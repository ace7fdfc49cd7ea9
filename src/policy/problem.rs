//! What is wrong with a policy: every problem at once, each with its place and what to do.

use std::error::Error;
use std::fmt;

use super::limits::MAX_PROBLEMS;
use super::render::{self, Excerpt, shown};
use super::yaml::{Path, Place, Source};

/// One thing that is wrong with a policy.
#[derive(Clone, Debug)]
pub struct Problem {
    pub(super) file: String,
    pub(super) place: Option<Place>,
    /// The line as written, for the policy file only: word lists are never quoted.
    pub(super) excerpt: Option<Excerpt>,
    pub(super) path: String,
    pub(super) message: String,
    pub(super) help: Option<String>,
}

impl Problem {
    /// The file it is in: its path, or a name in angle brackets for a text without one.
    #[must_use]
    pub fn file(&self) -> &str {
        &self.file
    }

    /// The line, counted from 1; `None` when it concerns the file as a whole.
    #[must_use]
    pub fn line(&self) -> Option<usize> {
        self.place.map(|place| place.line)
    }

    /// The column, counted from 1 in characters; `None` when it concerns the file as a whole.
    #[must_use]
    pub fn column(&self) -> Option<usize> {
        self.place.map(|place| place.column)
    }

    /// The path in the document, such as `pii[0].types[1]`; empty for the document itself.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// What is wrong.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// What to do about it.
    #[must_use]
    pub fn help(&self) -> Option<&str> {
        self.help.as_deref()
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        render::problem(self, f)
    }
}

/// A policy that cannot be used, with all the reasons.
///
/// `Display` writes every problem with file, line, column and the line it is on, the way compilers do. It
/// quotes the policy file only, never a word list.
#[derive(Clone, Debug)]
pub struct PolicyError {
    inner: Box<Found>,
}

#[derive(Clone, Debug)]
struct Found {
    problems: Vec<Problem>,
    /// Problems left out beyond the limit.
    more: usize,
}

impl PolicyError {
    /// The problems, file by file, in the order of their lines.
    pub fn problems(&self) -> impl Iterator<Item = &Problem> {
        self.inner.problems.iter()
    }
}

impl fmt::Display for PolicyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, problem) in self.problems().enumerate() {
            if number > 0 {
                f.write_str("\n\n")?;
            }
            problem.fmt(f)?;
        }
        if self.inner.more > 0 {
            write!(f, "\n\nerror: {} more problems are not shown", self.inner.more)?;
        }
        Ok(())
    }
}

impl Error for PolicyError {}

/// Problems as they are found.
#[derive(Debug, Default)]
pub(super) struct Problems {
    found: Vec<(usize, Problem)>,
    files: Vec<String>,
    more: usize,
}

impl Problems {
    pub(super) fn count(&self) -> usize {
        self.found.len() + self.more
    }

    /// Notes a problem at a place of a policy file.
    pub(super) fn at(&mut self, source: &Source, place: Place, path: Path<'_>, message: String, help: Option<String>) {
        self.at_path(source, place, shown(&path.to_string()), message, help);
    }

    /// Likewise, with the path as text.
    pub(super) fn at_path(
        &mut self,
        source: &Source,
        place: Place,
        path: String,
        message: String,
        help: Option<String>,
    ) {
        if self.is_full() {
            self.more += 1;
            return;
        }
        self.push(Problem {
            file: source.name().to_owned(),
            place: Some(place),
            excerpt: source.line(place.line).map(|line| render::excerpt(line, place)),
            path,
            message,
            help,
        });
    }

    /// Notes a problem of a file that is not quoted, or of a file as a whole.
    pub(super) fn in_file(&mut self, file: &str, line: Option<usize>, message: String, help: Option<String>) {
        if self.is_full() {
            self.more += 1;
            return;
        }
        let place = line.map(|line| Place { line, column: 1, width: 1 });
        self.push(Problem { file: file.to_owned(), place, excerpt: None, path: String::new(), message, help });
    }

    /// Whether further problems are only counted, so that nobody need think up a help for them.
    pub(super) fn is_full(&self) -> bool {
        self.found.len() >= MAX_PROBLEMS
    }

    fn push(&mut self, problem: Problem) {
        let file = match self.files.iter().position(|file| *file == problem.file) {
            Some(file) => file,
            None => {
                self.files.push(problem.file.clone());
                self.files.len() - 1
            }
        };
        self.found.push((file, problem));
    }

    /// The error, in the order a reader goes through the files.
    pub(super) fn into_error(mut self) -> PolicyError {
        self.found.sort_by_key(|(file, problem)| (*file, problem.place.map(|place| (place.line, place.column))));
        let problems = self.found.into_iter().map(|(_, problem)| problem).collect();
        PolicyError { inner: Box::new(Found { problems, more: self.more }) }
    }
}
