//! Lists the objects of inputs.

use std::collections::BTreeMap;
use std::fs::{self, Metadata};
use std::path::{Component, Path, PathBuf};

use super::error::AuditError;
use super::objects::Objects;
use super::plan::{ObjectRole, PLAN, Plan, PlannedObject, is_location};
use super::store::Store;
use super::stores::{ObjectStores, STDIN};

/// Lists the objects of `inputs` and freezes them in the directory `out`.
///
/// An input is a file, a directory, or a pattern with `*`, `?` or `[…]`. An object that several inputs name appears once.
///
/// # Errors
///
/// If an input matches nothing or cannot be listed, or if `out` holds another plan.
pub fn plan(inputs: &[String], out: &Path) -> Result<Plan, AuditError> {
    plan_in_stores(inputs, out, None)
}

/// As [`plan`], with inputs that may be locations in stores, such as `s3://bucket/prefix`.
///
/// # Errors
///
/// As [`plan`].
pub fn plan_in_stores(inputs: &[String], out: &Path, stores: Option<&dyn ObjectStores>) -> Result<Plan, AuditError> {
    if inputs.iter().any(|input| input == STDIN) {
        return Err(AuditError::usage("standard input cannot be frozen in a plan; scan it, or save it to a file"));
    }
    let plan = list(inputs, out, Objects(stores))?;
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

/// Returns the inputs of the plan in a directory.
///
/// # Errors
///
/// If there is no plan, or it is damaged.
pub fn planned_inputs(out: &Path) -> Result<Vec<String>, AuditError> {
    Ok(Plan::read(&Store::open(out)?)?.inputs)
}

/// Lists the inputs of a directory that has no plan yet, before anything is written.
pub(super) fn list_if_new(inputs: &[String], out: &Path, objects: Objects<'_>) -> Result<Option<Plan>, AuditError> {
    if out.join(PLAN).exists() {
        return Ok(None);
    }
    if inputs.is_empty() {
        return Err(AuditError::usage("there is no plan; run `banister audit plan` first, or name the inputs"));
    }
    list(inputs, out, objects).map(Some)
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

pub(super) fn list(inputs: &[String], out: &Path, objects: Objects<'_>) -> Result<Plan, AuditError> {
    if inputs.iter().any(|input| input == STDIN) {
        return match inputs {
            [_] => Ok(Plan { inputs: inputs.to_vec(), objects: vec![PlannedObject::stdin()] }),
            _ => Err(AuditError::usage("standard input cannot be scanned together with other inputs; scan it alone")),
        };
    }
    let out = canonical(out)?;
    let mut found = BTreeMap::new();
    for input in inputs {
        let before = found.len();
        let mut listing = Listing { out: &out, input, objects, found: &mut found };
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
    objects: Objects<'a>,
    /// By canonical path, so that no object is read twice.
    found: &'a mut BTreeMap<PathBuf, PlannedObject>,
}

impl Listing<'_> {
    /// Returns `true` if the input has files, even if all of them are listed already.
    fn input(&mut self) -> Result<bool, AuditError> {
        if is_location(self.input) {
            return self.location();
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

    fn location(&mut self) -> Result<bool, AuditError> {
        let input = self.input;
        let stores = self.objects.0.ok_or_else(|| {
            AuditError::usage(format!(
                "{input}: this build reads no stores; copy the objects to a directory, such as with `aws s3 sync`"
            ))
        })?;
        let stored = stores.list(input).map_err(|error| AuditError::usage(format!("{input}: {error}")))?;
        let is_known = !stored.is_empty();
        for object in stored {
            let key = PathBuf::from(&object.uri);
            let role = role(&key);
            self.found.entry(key).or_insert_with(|| PlannedObject::stored(role, object));
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
        let object = PlannedObject::file(role(path), uri.to_owned(), metadata);
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
