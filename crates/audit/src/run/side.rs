//! Finds the side objects of a plan by the URIs in records.

use std::collections::HashMap;

use super::objects::Objects;
use super::plan::{Plan, PlannedObject};
use crate::core::{ReasonCode, SideError, SideObject, SideObjects};

/// The side objects of a plan.
pub(super) struct PlannedSides<'a> {
    objects: Objects<'a>,
    /// By the last part of their paths.
    by_name: HashMap<&'a str, Vec<&'a PlannedObject>>,
}

impl<'a> PlannedSides<'a> {
    pub(super) fn new(plan: &'a Plan, objects: Objects<'a>) -> Self {
        let mut by_name: HashMap<&str, Vec<&PlannedObject>> = HashMap::new();
        for object in plan.side_objects() {
            by_name.entry(name(&object.uri)).or_default().push(object);
        }
        Self { objects, by_name }
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
        self.objects.read(object).map(|bytes| SideObject { name: object.object_id.clone(), bytes }).map_err(SideError)
    }
}
