//! The names of enum values: one table for `name`, `Display`, `FromStr` and `Serialize`.

use std::error::Error;
use std::fmt;

/// The error for text that names no value of an enum.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownName {
    kind: &'static str,
    name: String,
}

impl UnknownName {
    pub(crate) fn new(kind: &'static str, name: &str) -> Self {
        Self { kind, name: name.to_owned() }
    }
}

impl fmt::Display for UnknownName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} is not a known {}", self.name, self.kind)
    }
}

impl Error for UnknownName {}

/// Implements `name`, `Display`, `FromStr` and `Serialize` for an enum with the name of each variant.
macro_rules! names {
    ($type:ident, $kind:literal, { $($variant:ident => $name:literal,)* }) => {
        impl $type {
            #[doc = concat!("Returns the name of the ", $kind, ", which `Display`, `FromStr` and `Serialize` use too.")]
            #[must_use]
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }
        }

        impl std::fmt::Display for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.name())
            }
        }

        impl std::str::FromStr for $type {
            type Err = $crate::text::UnknownName;

            fn from_str(name: &str) -> Result<Self, Self::Err> {
                match name {
                    $($name => Ok(Self::$variant),)*
                    _ => Err($crate::text::UnknownName::new($kind, name)),
                }
            }
        }

        impl serde::Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.name())
            }
        }
    };
}

pub(crate) use names;

#[cfg(test)]
mod tests {
    use crate::{Action, ActionTaken, EntityType, Outcome, RuleKind, Source};

    #[test]
    fn every_name_is_read_as_it_is_written() {
        assert_eq!("mask".parse(), Ok(Action::Mask));
        assert_eq!("pii".parse(), Ok(RuleKind::Pii));
        assert_eq!("OUTPUT".parse(), Ok(Source::Output));
        assert_eq!("REPLACED".parse(), Ok(ActionTaken::Replaced));
        assert_eq!("blocked".parse(), Ok(Outcome::Blocked));
        for entity in EntityType::ALL {
            assert_eq!(entity.to_string().parse(), Ok(*entity));
            assert_eq!(serde_json::to_value(entity).expect("a name"), entity.name());
        }
        let error = "EMIAL".parse::<EntityType>().expect_err("a slip");
        assert_eq!(error.to_string(), "\"EMIAL\" is not a known entity type");
        assert_eq!(format!("[{:>7}]", Action::Mask), "[   mask]");
    }
}
