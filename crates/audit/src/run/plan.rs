//! The plan: which objects an audit covers, frozen before any is read.

use std::fs::{File, Metadata};
use std::time::UNIX_EPOCH;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::error::AuditError;
use super::store::Store;
use super::stores::{STDIN, StoredObject};
use crate::core::hex;

pub(super) const PLAN: &str = "plan.jsonl";

const FORMAT: &str = "banister-audit plan 1";

/// The role of an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum ObjectRole {
    /// A unit: an object with records.
    Unit,
    /// A side object: a body that a record refers to.
    Side,
}

/// An object of the plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlannedObject {
    /// The digest of all other fields.
    pub object_id: String,
    /// The role.
    pub role: ObjectRole,
    /// The path, the location in a store, or `-` for standard input.
    pub uri: String,
    /// The size in bytes; 0 for standard input.
    pub size: u64,
    /// What changes with the content: of a file the time of its last change, in nanoseconds since 1970; in a store the entity tag or version.
    pub modified: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    format: String,
    inputs: Vec<String>,
    objects: u64,
}

/// A plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// The inputs, as named.
    pub inputs: Vec<String>,
    /// The objects, in the order of their paths.
    pub objects: Vec<PlannedObject>,
}

impl PlannedObject {
    /// Describes a file.
    pub(super) fn file(role: ObjectRole, uri: String, metadata: &Metadata) -> Self {
        Self::new(role, uri, metadata.len(), modified(metadata))
    }

    /// Describes an object of a store.
    pub(super) fn stored(role: ObjectRole, object: StoredObject) -> Self {
        Self::new(role, object.uri, object.size, object.version)
    }

    /// Describes standard input, which can be read once.
    pub(super) fn stdin() -> Self {
        Self::new(ObjectRole::Unit, STDIN.to_owned(), 0, String::new())
    }

    fn new(role: ObjectRole, uri: String, size: u64, modified: String) -> Self {
        let mut object = Self { object_id: String::new(), role, uri, size, modified };
        object.object_id = object.id();
        object
    }

    pub(super) fn is_stdin(&self) -> bool {
        self.uri == STDIN
    }

    /// Returns `true` if the object is in a store.
    pub(super) fn is_stored(&self) -> bool {
        is_location(&self.uri)
    }

    /// Returns `true` if the open file is still the one that was planned.
    pub(super) fn is_still(&self, file: &File) -> bool {
        file.metadata().is_ok_and(|metadata| self.is_unchanged(&metadata))
    }

    fn id(&self) -> String {
        let fields = serde_json::json!([self.role, self.uri, self.size, self.modified]).to_string();
        hex(&Sha256::digest(fields))
    }

    /// Returns `true` if the ID is the digest of the other fields.
    pub(super) fn is_intact(&self) -> bool {
        self.id() == self.object_id
    }

    /// Returns `true` if the object is still the one that was planned.
    pub(super) fn is_unchanged(&self, metadata: &Metadata) -> bool {
        self.size == metadata.len() && self.modified == modified(metadata)
    }

    /// Returns the ID of the unit under a policy, an engine and its options.
    pub(super) fn unit_id(&self, policy_digest: &str, engine_digest: &str) -> String {
        let mut hash = Sha256::new();
        for part in [self.object_id.as_str(), policy_digest, engine_digest] {
            hash.update(part);
            hash.update([0]);
        }
        hex(hash.finalize().get(..16).unwrap_or_default())
    }
}

/// Returns `true` if an input is a location in a store, such as `s3://bucket/prefix`.
pub(super) fn is_location(input: &str) -> bool {
    input.split_once("://").is_some_and(|(scheme, _)| {
        !scheme.is_empty() && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
    })
}

fn modified(metadata: &Metadata) -> String {
    let since = metadata.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
    since.map_or_else(String::new, |since| since.as_nanos().to_string())
}

impl Plan {
    pub(super) fn read(store: &Store) -> Result<Self, AuditError> {
        let text = store.read_text(PLAN)?;
        let damaged = || AuditError::integrity(format!("{PLAN}: is damaged"));
        let mut lines = text.lines();
        let header: Header = lines.next().and_then(|line| serde_json::from_str(line).ok()).ok_or_else(damaged)?;
        if header.format != FORMAT {
            return Err(AuditError::usage(format!("{PLAN}: has a format that this version does not read")));
        }
        let objects: Vec<PlannedObject> =
            lines.map(serde_json::from_str).collect::<Result<_, _>>().map_err(|_| damaged())?;
        if objects.len() as u64 != header.objects || !objects.iter().all(PlannedObject::is_intact) {
            return Err(damaged());
        }
        Ok(Self { inputs: header.inputs, objects })
    }

    pub(super) fn write(&self, store: &Store) -> Result<(), AuditError> {
        let header =
            Header { format: FORMAT.to_owned(), inputs: self.inputs.clone(), objects: self.objects.len() as u64 };
        let mut text = serde_json::to_string(&header).unwrap_or_default();
        for object in &self.objects {
            text.push('\n');
            text.push_str(&serde_json::to_string(object).unwrap_or_default());
        }
        text.push('\n');
        store.write(PLAN, text.as_bytes()).map(drop)
    }

    /// Returns the units, in the order of the plan.
    pub fn units(&self) -> impl Iterator<Item = &PlannedObject> {
        self.objects.iter().filter(|object| object.role == ObjectRole::Unit)
    }

    /// Returns the side objects, in the order of the plan.
    pub fn side_objects(&self) -> impl Iterator<Item = &PlannedObject> {
        self.objects.iter().filter(|object| object.role == ObjectRole::Side)
    }
}
