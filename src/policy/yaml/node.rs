//! A YAML value that knows where it was written.

use std::rc::Rc;

use super::Place;

/// One value.
#[derive(Debug)]
pub(crate) struct Node {
    pub(crate) place: Place,
    pub(crate) kind: Kind,
    /// Values in it, itself included, aliases counted as what they stand for.
    pub(crate) size: usize,
}

/// The three shapes of YAML. Aliases share what they stand for.
#[derive(Debug)]
pub(crate) enum Kind {
    Scalar { text: String, plain: bool },
    Sequence(Vec<Rc<Node>>),
    Mapping(Vec<Entry>),
}

/// One key and its value.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) key: Rc<Node>,
    pub(crate) value: Rc<Node>,
}

/// A scalar, told apart as `serde_yaml` tells them apart.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Scalar<'n> {
    Null,
    Bool(bool),
    Number(f64),
    Text(&'n str),
}

impl Node {
    /// The scalar, unless the node is a list or a mapping.
    pub(crate) fn scalar(&self) -> Option<Scalar<'_>> {
        let Kind::Scalar { text, plain } = &self.kind else {
            return None;
        };
        Some(if *plain { resolve(text) } else { Scalar::Text(text) })
    }

    /// What to call it in a message.
    pub(crate) fn describe(&self) -> &'static str {
        match (&self.kind, self.scalar()) {
            (Kind::Sequence(_), _) => "a list",
            (Kind::Mapping(_), _) => "a mapping",
            (_, Some(Scalar::Null)) => "nothing",
            (_, Some(Scalar::Bool(_))) => "true or false",
            (_, Some(Scalar::Number(_))) => "a number",
            _ => "text",
        }
    }
}

/// The core schema of YAML 1.2, for scalars without quotes.
fn resolve(text: &str) -> Scalar<'_> {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Scalar::Null,
        "true" | "True" | "TRUE" => return Scalar::Bool(true),
        "false" | "False" | "FALSE" => return Scalar::Bool(false),
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => {
            return Scalar::Number(f64::INFINITY);
        }
        "-.inf" | "-.Inf" | "-.INF" => return Scalar::Number(f64::NEG_INFINITY),
        ".nan" | ".NaN" | ".NAN" => return Scalar::Number(f64::NAN),
        _ => {}
    }
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    if !unsigned.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
        return Scalar::Text(text);
    }
    for (prefix, radix) in [("0x", 16), ("0o", 8), ("0b", 2)] {
        if let Some(digits) = unsigned.strip_prefix(prefix) {
            return match u64::from_str_radix(digits, radix) {
                Ok(number) => Scalar::Number(number as f64),
                Err(_) => Scalar::Text(text),
            };
        }
    }
    // A leading zero makes it text: 007 is a name, not seven.
    let leading_zero = unsigned.len() > 1 && unsigned.starts_with('0') && unsigned.bytes().all(|b| b.is_ascii_digit());
    match text.parse::<f64>() {
        Ok(number) if !leading_zero => Scalar::Number(number),
        _ => Scalar::Text(text),
    }
}
