//! The lines of the values in a YAML file.

use std::collections::HashMap;

use saphyr_parser::{Event, Parser};

/// Deeper values have no lines of their own.
const MAX_DEPTH: usize = 6;

/// The lines of the values of a file, by path, such as `cases[0].blocked_by`.
#[derive(Debug, Default)]
pub(super) struct Lines(HashMap<String, usize>);

/// An open list or mapping.
struct Open {
    path: String,
    /// The number of elements, or of keys and values.
    count: usize,
    is_mapping: bool,
    key: String,
}

impl Lines {
    /// Reads the lines. Where the file is not YAML, they end.
    pub(super) fn of(text: &str) -> Self {
        let mut lines = HashMap::new();
        let mut open: Vec<Open> = Vec::new();
        for event in Parser::new_from_str(text) {
            let Ok((event, span)) = event else { break };
            let is_mapping = match &event {
                Event::SequenceStart(..) => Some(false),
                Event::MappingStart(..) => Some(true),
                Event::SequenceEnd | Event::MappingEnd => {
                    open.pop();
                    continue;
                }
                Event::Scalar(..) | Event::Alias(_) => None,
                _ => continue,
            };
            let key = if let Event::Scalar(text, ..) = &event { text.as_ref() } else { "" };
            let path = open.last_mut().map_or(String::new(), |parent| parent.next(key));
            if open.len() < MAX_DEPTH {
                // A key comes before its value.
                lines.entry(path.clone()).or_insert(span.start.line());
            }
            if let Some(is_mapping) = is_mapping {
                open.push(Open { path, count: 0, is_mapping, key: String::new() });
            }
        }
        Self(lines)
    }

    /// Returns the line of a value, counted from 1, or of what contains it.
    pub(super) fn get(&self, path: &str) -> Option<usize> {
        let mut path = path;
        loop {
            if let Some(line) = self.0.get(path) {
                return Some(*line);
            }
            path = path.get(..path.rfind(['.', '['])?)?;
        }
    }
}

impl Open {
    /// Returns the path of the next key or value in it.
    fn next(&mut self, text: &str) -> String {
        let number = self.count;
        self.count += 1;
        if !self.is_mapping {
            return format!("{}[{number}]", self.path);
        }
        if number.is_multiple_of(2) {
            text.clone_into(&mut self.key);
        }
        match self.path.as_str() {
            "" => self.key.clone(),
            path => format!("{path}.{}", self.key),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Lines;

    #[test]
    fn values_have_the_lines_of_their_keys() {
        let lines = Lines::of(
            "policy: p\ncases:\n  - name: a\n    text: >\n      b\n      c\n    not:\n      - x\n      - y\n  - {name: d}\n",
        );
        for (path, line) in [
            ("policy", Some(1)),
            ("cases", Some(2)),
            ("cases[0]", Some(3)),
            ("cases[0].text", Some(4)),
            ("cases[0].not[1]", Some(9)),
            ("cases[1].name", Some(10)),
            ("cases[1].text", Some(10)),
            ("samples", None),
        ] {
            assert_eq!(lines.get(path), line, "{path}");
        }
        assert_eq!(Lines::of("a: [").get("a"), Some(1));
    }
}
