//! Audits whose units other machines scan.

use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use banister_audit::{
    Direction, DistributedScan, FindingsFormat, Format, Job, PlannedObject, ScanOptions, ScanRun, UnitFile,
};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedStr;

use crate::contain::detached;
use crate::error;
use crate::guardrail::{Guardrail, Origin};

/// Name and content.
type File = (String, Vec<u8>);

/// Parses the name of a value as JSON has it.
fn named<T: for<'de> serde::Deserialize<'de>>(parameter: &str, name: &str) -> PyResult<T> {
    serde_json::from_value(name.into())
        .map_err(|_| PyValueError::new_err(format!("{parameter}: {name:?} is not a known value")))
}

/// The scan of a plan whose units other machines read.
///
/// `out` is the directory of the audit, in which `banister audit plan` froze a plan. It is locked until `close`, which the end of a `with`
/// block calls. The other parameters are those of `banister audit scan`.
///
/// Raises `AuditError` if there is no plan, or if the directory holds an audit with other settings.
#[pyclass(frozen, module = "banister.audit")]
#[derive(Debug)]
pub(crate) struct AuditScan(Mutex<Option<DistributedScan>>);

impl AuditScan {
    fn with<T: Send>(
        &self,
        py: Python<'_>,
        with: impl FnOnce(&DistributedScan) -> Result<T, banister_audit::AuditError> + Send,
    ) -> PyResult<T> {
        let result = detached(py, || self.0.lock().unwrap_or_else(PoisonError::into_inner).as_ref().map(with))?;
        match result {
            Some(result) => result.map_err(|error| error::audit(&error)),
            None => Err(PyValueError::new_err("the scan is closed; open it again to continue it")),
        }
    }
}

#[pymethods]
impl AuditScan {
    #[new]
    #[pyo3(signature = (
        out, guardrail, *, findings_format="parquet", format=None, source="input", decisions=false, max_line_bytes=16 << 20
    ))]
    #[expect(clippy::too_many_arguments, reason = "keyword arguments")]
    fn new(
        py: Python<'_>,
        out: PathBuf,
        guardrail: &Guardrail,
        findings_format: &str,
        format: Option<&str>,
        source: &str,
        decisions: bool,
        max_line_bytes: usize,
    ) -> PyResult<Self> {
        if !(1024..=1 << 30).contains(&max_line_bytes) {
            return Err(PyValueError::new_err("max_line_bytes: must be from 1024 to 1073741824"));
        }
        let (reference, text) = match &guardrail.origin {
            Origin::Pack(name) => (name.clone(), None),
            Origin::Text(text) => ("(text)".to_owned(), Some(text.clone())),
            Origin::File(path) => {
                let text = std::fs::read_to_string(path)?;
                (path.display().to_string(), Some(text))
            }
        };
        let findings: FindingsFormat = named("findings_format", findings_format)?;
        let options = ScanOptions {
            format: format.map(|name| named::<Format>("format", name)).transpose()?,
            source: named::<Direction>("source", source)?,
            decisions,
            max_line_bytes,
            ..ScanOptions::default()
        };
        let opened = detached(py, || {
            DistributedScan::open(&ScanRun {
                inputs: &[],
                out: &out,
                guardrail: &guardrail.inner,
                policy_reference: &reference,
                policy_text: text.as_deref(),
                recorded: &[],
                against: None,
                fingerprint_key: None,
                stores: None,
                options,
                findings,
                jobs: 0,
                shard: None,
            })
        })?;
        Ok(Self(Mutex::new(Some(opened.map_err(|error| error::audit(&error))?))))
    }

    /// What a `UnitScanner` on another machine needs.
    #[getter]
    fn job(&self, py: Python<'_>) -> PyResult<String> {
        self.with(py, |scan| Ok(serde_json::to_string(scan.job()).unwrap_or_default()))
    }

    /// Returns the units without a receipt, the largest first.
    fn pending(&self, py: Python<'_>) -> PyResult<Vec<String>> {
        let text = |unit: &PlannedObject| serde_json::to_string(unit).unwrap_or_default();
        self.with(py, |scan| Ok(scan.pending().iter().map(text).collect()))
    }

    /// Adds the files of a unit that a `UnitScanner` returned. If they are there already, they stay.
    ///
    /// Raises `AuditError` if the receipts of a unit disagree.
    fn add(&self, py: Python<'_>, files: Vec<File>) -> PyResult<()> {
        let files: Vec<UnitFile> = files.into_iter().map(|(name, content)| UnitFile { name, content }).collect();
        self.with(py, |scan| scan.add(&files))
    }

    /// Unlocks the directory. `banister audit finalize` ends the audit.
    fn close(&self, py: Python<'_>) -> PyResult<()> {
        detached(py, || drop(self.0.lock().unwrap_or_else(PoisonError::into_inner).take()))
    }

    fn __enter__(this: Py<Self>) -> Py<Self> {
        this
    }

    #[pyo3(signature = (*_error))]
    fn __exit__(&self, py: Python<'_>, _error: &Bound<'_, pyo3::types::PyTuple>) -> PyResult<()> {
        self.close(py)
    }
}

/// Scans units of a job, on a machine that reads the objects at the paths of the plan.
///
/// Raises `AuditError` if policy or version are not those of the job.
#[pyclass(frozen, module = "banister.audit")]
#[derive(Debug)]
pub(crate) struct UnitScanner(Mutex<banister_audit::UnitScanner>);

#[pymethods]
impl UnitScanner {
    #[new]
    fn new(py: Python<'_>, job: &str) -> PyResult<Self> {
        let job: Job = serde_json::from_str(job).map_err(|_| {
            PyValueError::new_err("job: is not the job of an AuditScan, or of another version of Banister")
        })?;
        let origin = match job.policy_text() {
            Some(text) => Origin::Text(text.to_owned()),
            None => Origin::Pack(job.policy_reference().to_owned()),
        };
        let hash_key = std::env::var("BANISTER_HASH_KEY").ok().map(String::into_bytes);
        let guardrail = Guardrail::load(py, origin, hash_key)?;
        let directory: PathBuf = py.import("tempfile")?.call_method1("mkdtemp", ("", "banister-"))?.extract()?;
        let scanner = detached(py, || banister_audit::UnitScanner::new(job, &guardrail.inner, &directory))?;
        scanner.map(|scanner| Self(Mutex::new(scanner))).map_err(|error| error::audit(&error))
    }

    /// Scans a unit, and returns its files: their names in the directory of the audit, and their content.
    fn scan(&self, py: Python<'_>, unit: PyBackedStr) -> PyResult<Vec<File>> {
        let unit: PlannedObject = serde_json::from_str(&unit)
            .map_err(|_| PyValueError::new_err("unit: is not one that AuditScan.pending() returned"))?;
        let files = detached(py, || self.0.lock().unwrap_or_else(PoisonError::into_inner).scan(&unit))?;
        let files = files.map_err(|error| error::audit(&error))?;
        Ok(files.into_iter().map(|file| (file.name, file.content)).collect())
    }
}
