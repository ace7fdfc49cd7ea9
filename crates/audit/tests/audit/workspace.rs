//! Directories, archives in them, and audits of these.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use banister::{Guardrail, Policy};
use banister_audit::{
    AuditError, Counters, FinalizeOptions, Finalized, FindingsFormat, ScanOptions, ScanRun, VerifyOptions, finalize,
    scan, verify,
};
use serde_json::Value;

use crate::archive::{self, Size};

/// A directory that is removed when it is dropped.
pub(crate) struct Directory(PathBuf);

impl Directory {
    pub(crate) fn new() -> Self {
        static NUMBER: AtomicUsize = AtomicUsize::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("audit-{}-{number}", std::process::id()));
        fs::create_dir_all(&path).expect("a directory");
        Self(path)
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    pub(crate) fn input(&self, name: &str) -> Vec<String> {
        vec![self.path(name).display().to_string()]
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

pub(crate) fn guardrail() -> &'static Guardrail {
    static GUARDRAIL: OnceLock<Guardrail> = OnceLock::new();
    GUARDRAIL.get_or_init(|| Guardrail::new(Policy::from_yaml(archive::POLICY).expect("a policy")))
}

pub(crate) const SMALL: Size = Size { objects: 5, records: 30, words: 12 };

pub(crate) fn run<'a>(inputs: &'a [String], out: &'a Path) -> ScanRun<'a> {
    ScanRun {
        inputs,
        out,
        guardrail: guardrail(),
        policy_reference: "policy.yaml",
        policy_text: Some(archive::POLICY),
        recorded: &[],
        against: None,
        fingerprint_key: None,
        stores: None,
        options: ScanOptions::default(),
        findings: FindingsFormat::Both,
        jobs: 2,
        shard: None,
    }
}

pub(crate) fn audit(inputs: &[String], out: &Path, jobs: usize) -> Result<Finalized, AuditError> {
    scan(&ScanRun { jobs, ..run(inputs, out) }, &Counters::default())?;
    finalize(out, &FinalizeOptions::default())
}

/// All files of a directory, by their names in it.
pub(crate) fn files(root: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut open = vec![root.to_owned()];
    while let Some(directory) = open.pop() {
        for entry in fs::read_dir(directory).expect("a directory") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                open.push(path);
            } else {
                let name = path.strip_prefix(root).expect("below the root").display().to_string();
                files.insert(name, fs::read(&path).expect("a file"));
            }
        }
    }
    files
}

pub(crate) fn findings(out: &Path) -> Vec<Value> {
    let files = files(&out.join("findings"));
    let lines = files.iter().filter(|(name, _)| name.ends_with(".jsonl"));
    lines
        .flat_map(|(_, bytes)| {
            std::str::from_utf8(bytes)
                .expect("UTF-8")
                .lines()
                .map(|line| serde_json::from_str(line).expect("JSON"))
                .collect::<Vec<_>>()
        })
        .collect()
}

/// The objects of units, relative to the archive.
pub(crate) fn objects(out: &Path, archive: &Path) -> BTreeMap<String, String> {
    let summary: Value = serde_json::from_slice(&fs::read(out.join("summary.json")).expect("a file")).expect("JSON");
    let prefix = archive.display().to_string() + "/";
    let objects = summary["objects"].as_object().expect("an object").iter();
    objects
        .map(|(id, uri)| (id.clone(), uri.as_str().expect("a path").trim_start_matches(&prefix).to_owned()))
        .collect()
}

/// Returns what a verification finds. Any other error than one of integrity fails the test: its exit code is another one.
pub(crate) fn problems(out: &Path, options: &VerifyOptions<'_>) -> Vec<String> {
    match verify(out, options) {
        Ok(verified) => verified.problems,
        Err(AuditError::Integrity(problems)) => problems,
        Err(error) => panic!("{error:?}"),
    }
}
