//! Finds the side objects of a plan by the URIs in records.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Read as _};

use super::plan::{Plan, PlannedObject};
use crate::core::{ReasonCode, SideError, SideObject, SideObjects};

/// The side objects of a plan.
pub(super) struct PlannedSides<'a> {
    /// By the last part of their paths.
    by_name: HashMap<&'a str, Vec<&'a PlannedObject>>,
}

impl<'a> PlannedSides<'a> {
    pub(super) fn new(plan: &'a Plan) -> Self {
        let mut by_name: HashMap<&str, Vec<&PlannedObject>> = HashMap::new();
        for object in plan.side_objects() {
            by_name.entry(name(&object.uri)).or_default().push(object);
        }
        Self { by_name }
    }

    /// Returns the object whose path has the longest end in common with the URI, if there is only one.
    fn find(&self, uri: &str) -> Option<&'a PlannedObject> {
        let candidates = self.by_name.get(name(uri))?;
        let common = |object: &PlannedObject| {
            object.uri.rsplit('/').zip(uri.rsplit('/')).take_while(|(one, other)| one == other).count()
        };
        let longest = candidates.iter().map(|object| common(object)).max()?;
        let mut best = candidates.iter().filter(|object| common(object) == longest);
        match (best.next(), best.next()) {
            (Some(object), None) => Some(object),
            _ => None,
        }
    }
}

fn name(uri: &str) -> &str {
    uri.rsplit('/').next().unwrap_or(uri)
}

impl SideObjects for PlannedSides<'_> {
    fn fetch(&self, uri: &str, max_bytes: u64) -> Result<SideObject, SideError> {
        let object = self.find(uri).ok_or(SideError(ReasonCode::BodyMissing))?;
        if object.size > max_bytes {
            return Err(SideError(ReasonCode::BodyTooLarge));
        }
        read(object).map(|bytes| SideObject { name: object.object_id.clone(), bytes }).map_err(SideError)
    }
}

fn read(object: &PlannedObject) -> Result<Vec<u8>, ReasonCode> {
    let file = File::open(&object.uri).map_err(|error| reason(&error))?;
    let mut bytes = Vec::new();
    let read = (&file).take(object.size.saturating_add(1)).read_to_end(&mut bytes);
    read.map_err(|error| reason(&error))?;
    let metadata = file.metadata().map_err(|error| reason(&error))?;
    if object.is_unchanged(&metadata) && bytes.len() as u64 == object.size {
        Ok(bytes)
    } else {
        Err(ReasonCode::Changed)
    }
}

/// Returns the reason code of an error. Its text may quote a path.
pub(super) fn reason(error: &io::Error) -> ReasonCode {
    match error.kind() {
        io::ErrorKind::PermissionDenied => ReasonCode::AccessDenied,
        io::ErrorKind::NotFound => ReasonCode::Changed,
        _ => ReasonCode::ReadError,
    }
}
