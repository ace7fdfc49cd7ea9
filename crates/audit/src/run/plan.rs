//! The plan: which objects an audit covers, frozen before any is read.

use std::collections::BTreeMap;
use std::fs::{self, Metadata};
use std::path::{Component, Path, PathBuf};
use std::time::UNIX_EPOCH;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::error::AuditError;
use super::store::Store;
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
    /// The path.
    pub uri: String,
    /// The size in bytes.
    pub size: u64,
    /// The time of the last change, in nanoseconds since 1970.
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
    fn new(role: ObjectRole, uri: String, metadata: &Metadata) -> Self {
        let mut object =
            Self { object_id: String::new(), role, uri, size: metadata.len(), modified: modified(metadata) };
        object.object_id = object.id();
        object
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

fn modified(metadata: &Metadata) -> String {
    let since = metadata.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
    since.map_or_else(String::new, |since| since.as_nanos().to_string())
}

impl Plan {
    /// Reads the plan of an audit.
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

    fn write(&self, store: &Store) -> Result<(), AuditError> {
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

/// Lists the objects of `inputs` and freezes them in the directory `out`.
///
/// An input is a file, a directory, or a pattern with `*`, `?` or `[…]`. An object that several inputs name appears once.
///
/// # Errors
///
/// If an input matches nothing or cannot be listed, or if `out` holds another plan.
pub fn plan(inputs: &[String], out: &Path) -> Result<Plan, AuditError> {
    let plan = list(inputs, out)?;
    let store = Store::lock(out, None)?;
    if store.exists(PLAN) {
        return Err(AuditError::usage(format!(
            "{}: holds a plan already; scan it, or name another directory",
            out.display()
        )));
    }
    plan.write(&store)?;
    Ok(plan)
}

/// Lists the inputs of a directory that has no plan yet, before anything is written.
pub(super) fn list_if_new(inputs: &[String], out: &Path) -> Result<Option<Plan>, AuditError> {
    if out.join(PLAN).exists() {
        return Ok(None);
    }
    if inputs.is_empty() {
        return Err(AuditError::usage("there is no plan; run `banister audit plan` first, or name the inputs"));
    }
    list(inputs, out).map(Some)
}

/// Returns the plan of the directory, which is `listed` if it has none.
pub(super) fn plan_in(store: &Store, inputs: &[String], listed: Option<Plan>) -> Result<Plan, AuditError> {
    match listed {
        Some(plan) if !store.exists(PLAN) => {
            plan.write(store)?;
            Ok(plan)
        }
        _ => {
            let plan = Plan::read(store)?;
            if !inputs.is_empty() && plan.inputs != inputs {
                return Err(AuditError::usage("the directory holds a plan of other inputs; name another directory"));
            }
            Ok(plan)
        }
    }
}

pub(super) fn list(inputs: &[String], out: &Path) -> Result<Plan, AuditError> {
    let out = canonical(out)?;
    let mut found = BTreeMap::new();
    for input in inputs {
        let before = found.len();
        let mut listing = Listing { out: &out, input, found: &mut found };
        let is_known = listing.input()?;
        if found.len() == before && !is_known {
            return Err(AuditError::usage(format!("{input}: matches no file")));
        }
    }
    let mut objects: Vec<PlannedObject> = found.into_values().collect();
    objects.sort_by(|one, other| one.uri.cmp(&other.uri));
    Ok(Plan { inputs: inputs.to_vec(), objects })
}

/// Returns the canonical path of a directory that need not exist.
fn canonical(path: &Path) -> Result<PathBuf, AuditError> {
    let absolute = std::path::absolute(path).map_err(AuditError::io(path))?;
    let existing = absolute.ancestors().find(|ancestor| ancestor.exists()).unwrap_or(&absolute);
    let rest = absolute.strip_prefix(existing).unwrap_or(Path::new(""));
    Ok(fs::canonicalize(existing).map_err(AuditError::io(existing))?.join(rest))
}

/// Lists one input.
struct Listing<'a> {
    out: &'a Path,
    input: &'a str,
    /// By canonical path, so that no object is read twice.
    found: &'a mut BTreeMap<PathBuf, PlannedObject>,
}

impl Listing<'_> {
    /// Returns `true` if the input has files, even if all of them are listed already.
    fn input(&mut self) -> Result<bool, AuditError> {
        if self.input == "-" {
            return Err(AuditError::usage("standard input cannot be frozen in a plan; save it to a file"));
        }
        if let Some((scheme, _)) = self.input.split_once("://") {
            return Err(AuditError::usage(format!(
                "{}: `{scheme}` locations are not supported; copy the objects to a directory, such as with `aws s3 sync`",
                self.input
            )));
        }
        let path = Path::new(self.input);
        if path.exists() {
            return self.path(path, &mut Vec::new());
        }
        if !self.input.contains(['*', '?', '[']) {
            return Err(AuditError::usage(format!("{}: does not exist", self.input)));
        }
        let matches = glob::glob(self.input)
            .map_err(|error| AuditError::usage(format!("{}: is not a pattern: {}", self.input, error.msg)))?;
        let mut is_known = false;
        for path in matches {
            let path = path.map_err(|error| AuditError::Io { path: error.path().to_owned(), error: error.into() })?;
            is_known |= self.path(&path, &mut Vec::new())?;
        }
        Ok(is_known)
    }

    fn path(&mut self, path: &Path, parents: &mut Vec<PathBuf>) -> Result<bool, AuditError> {
        let canonical = fs::canonicalize(path).map_err(AuditError::io(path))?;
        let metadata = fs::metadata(path).map_err(AuditError::io(path))?;
        if metadata.is_dir() && self.out.starts_with(&canonical) {
            return Err(AuditError::usage(format!(
                "{}: contains the directory of the audit; write that elsewhere",
                self.input
            )));
        }
        if !metadata.is_dir() {
            return self.file(path, canonical, &metadata);
        }
        if parents.contains(&canonical) {
            return Err(AuditError::usage(format!("{}: a link leads back to its own directory", path.display())));
        }
        parents.push(canonical);
        let mut is_known = false;
        for entry in fs::read_dir(path).map_err(AuditError::io(path))? {
            let entry = entry.map_err(AuditError::io(path))?;
            is_known |= self.path(&entry.path(), parents)?;
        }
        parents.pop();
        Ok(is_known)
    }

    fn file(&mut self, path: &Path, canonical: PathBuf, metadata: &Metadata) -> Result<bool, AuditError> {
        if !metadata.is_file() {
            return Err(AuditError::usage(format!("{}: is not a file", path.display())));
        }
        let uri = path
            .to_str()
            .ok_or_else(|| AuditError::usage(format!("{}: the name is not UTF-8; rename the file", path.display())))?;
        let object = PlannedObject::new(role(path), uri.to_owned(), metadata);
        self.found.entry(canonical).or_insert(object);
        Ok(true)
    }
}

/// Bedrock stores large bodies in a directory `data` beside the records that refer to them.
fn role(path: &Path) -> ObjectRole {
    let is_in_data = path.parent().and_then(Path::file_name).is_some_and(|name| name == "data");
    let is_in_log = path.components().any(|part| part == Component::Normal("BedrockModelInvocationLogs".as_ref()));
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let is_body =
        ["_input.json.gz", "_output.json.gz", "_input.json", "_output.json"].iter().any(|end| name.ends_with(end));
    if is_in_data && (is_in_log || is_body) { ObjectRole::Side } else { ObjectRole::Unit }
}
