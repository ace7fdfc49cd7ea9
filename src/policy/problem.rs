//! Problems in policy files: all at once, each with its location and what to do about it.

use std::cell::RefCell;
use std::error::Error;
use std::fmt;

use super::excerpt::{Excerpt, printable};
use super::limits::MAX_PROBLEMS;
use super::yaml::located::Located;
use super::yaml::source::{SourceFile, SourceLocation};

/// A problem in a policy file.
#[derive(Clone, Debug)]
pub struct Problem {
    pub(super) file: String,
    pub(super) location: Option<SourceLocation>,
    /// The line, in a policy file only: word lists are never quoted.
    pub(super) excerpt: Option<Excerpt>,
    pub(super) path: String,
    pub(super) message: String,
    pub(super) help: Option<String>,
}

impl Problem {
    /// Returns the path of the file, or a name in angle brackets if the policy was not loaded from a file.
    #[must_use]
    pub fn file(&self) -> &str {
        &self.file
    }

    /// Returns the line, counted from 1, or `None` if the problem concerns the whole file.
    #[must_use]
    pub fn line(&self) -> Option<usize> {
        self.location.map(|at| at.line)
    }

    /// Returns the column in characters, counted from 1, or `None` if the problem concerns the whole file.
    #[must_use]
    pub fn column(&self) -> Option<usize> {
        self.location.map(|at| at.column)
    }

    /// Returns the path of the value, such as `pii[0].types[1]`; empty for the document itself.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Returns what is wrong.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// Returns what to do about it.
    #[must_use]
    pub fn help(&self) -> Option<&str> {
        self.help.as_deref()
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "error: {}", self.message)?;
        let number = self.location.map_or(String::new(), |at| at.line.to_string());
        let margin = " ".repeat(number.len());
        write!(f, "\n{margin}--> {}", self.file)?;
        if let Some(at) = self.location {
            write!(f, ":{}:{}", at.line, at.column)?;
            if let Some(excerpt) = &self.excerpt {
                let Excerpt { line, carets } = excerpt;
                let bar = format!("\n{margin} |");
                write!(f, "{bar}\n{number} |")?;
                if !line.is_empty() {
                    write!(f, " {line}")?;
                }
                write!(f, "{bar} {carets}")?;
                if !self.path.is_empty() || self.help.is_some() {
                    f.write_str(&bar)?;
                }
            }
        }
        // Without an excerpt there is no bar to line up with, but the notes keep their column.
        let pad = if self.location.is_some() { margin } else { String::new() };
        if !self.path.is_empty() {
            write!(f, "\n{pad} = at: {}", self.path)?;
        }
        for (number, help) in self.help.iter().flat_map(|help| help.lines()).enumerate() {
            let lead = if number == 0 { " = help: " } else { "         " };
            write!(f, "\n{pad}{lead}{help}")?;
        }
        Ok(())
    }
}

/// The error for a policy with problems, all of which it lists.
///
/// `Display` shows each problem as compilers do, with file, line, column and the line itself. It quotes policy files but never word
/// lists.
#[derive(Clone, Debug)]
pub struct PolicyError {
    inner: Box<PolicyErrorInner>,
}

#[derive(Clone, Debug)]
struct PolicyErrorInner {
    problems: Vec<Problem>,
    /// The number of problems beyond the limit.
    more: usize,
}

impl PolicyError {
    /// Returns the problems, file by file, in the order of lines.
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

/// The problems noted so far.
#[derive(Debug, Default)]
pub(super) struct Problems {
    noted: RefCell<Noted>,
}

#[derive(Debug, Default)]
struct Noted {
    /// Each with the number of its file.
    problems: Vec<(usize, Problem)>,
    files: Vec<String>,
    more: usize,
}

impl Problems {
    pub(super) fn count(&self) -> usize {
        let noted = self.noted.borrow();
        noted.problems.len() + noted.more
    }

    /// Returns true if further problems are only counted, so they need no help.
    pub(super) fn is_full(&self) -> bool {
        self.noted.borrow().problems.len() >= MAX_PROBLEMS
    }

    /// Notes a problem in a line of a file that is not quoted, or in a file as a whole.
    pub(super) fn in_file(&self, file: &str, line: Option<usize>, message: String, help: Option<String>) {
        let location = line.map(|line| SourceLocation { line, column: 1, width: 1 });
        self.push(Problem { file: file.to_owned(), location, excerpt: None, path: String::new(), message, help });
    }

    fn push(&self, problem: Problem) {
        let is_full = self.is_full();
        let noted = &mut *self.noted.borrow_mut();
        if is_full {
            noted.more += 1;
            return;
        }
        let file = noted.files.iter().position(|file| *file == problem.file).unwrap_or_else(|| {
            noted.files.push(problem.file.clone());
            noted.files.len() - 1
        });
        noted.problems.push((file, problem));
    }

    /// Returns the error, in the order a reader goes through the files.
    pub(super) fn into_error(self) -> PolicyError {
        let Noted { mut problems, more, .. } = self.noted.into_inner();
        problems.sort_by_key(|(file, problem)| (*file, problem.location.map(|at| (at.line, at.column))));
        let problems = problems.into_iter().map(|(_, problem)| problem).collect();
        PolicyError { inner: Box::new(PolicyErrorInner { problems, more }) }
    }
}

/// Notes problems of one policy file.
#[derive(Clone, Copy, Debug)]
pub(super) struct Notes<'a> {
    pub(super) file: &'a SourceFile,
    problems: &'a Problems,
}

impl<'a> Notes<'a> {
    pub(super) fn new(file: &'a SourceFile, problems: &'a Problems) -> Self {
        Self { file, problems }
    }

    /// Notes a problem with a value; an empty help is none.
    pub(super) fn problem(self, at: Located<'_>, message: impl Into<String>, help: impl Into<String>) {
        self.at(at.location, printable(&at.path.to_string()), message.into(), Some(help.into()));
    }

    /// Notes a problem at a location and a path.
    pub(super) fn at(self, location: SourceLocation, path: String, message: String, help: Option<String>) {
        let excerpt = self.file.line(location.line).filter(|_| !self.is_full());
        self.problems.push(Problem {
            file: self.file.name().to_owned(),
            location: Some(location),
            excerpt: excerpt.map(|line| Excerpt::new(line, location)),
            path,
            message,
            help: help.filter(|help| !help.is_empty()),
        });
    }

    /// Returns true if a problem was noted with this value or in it.
    pub(super) fn has_problem(self, at: Located<'_>) -> bool {
        let path = printable(&at.path.to_string());
        self.problems.noted.borrow().problems.iter().any(|(_, problem)| {
            let rest = problem.path.strip_prefix(&path).filter(|_| problem.file == self.file.name());
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
        })
    }

    /// Returns true if further problems are only counted, so they need no help.
    pub(super) fn is_full(self) -> bool {
        self.problems.is_full()
    }
}
