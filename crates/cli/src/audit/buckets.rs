//! The buckets of inputs.

use std::path::Path;

use aws_config::BehaviorVersion;
use banister_audit::{Buckets, ObjectStores};

use crate::failure::Failure;

/// Opens buckets, if there is a location in one.
pub(super) fn open(inputs: &[String]) -> Result<Option<Buckets>, Failure> {
    if !inputs.iter().any(|input| input.contains("://")) {
        return Ok(None);
    }
    let failed = |error: &dyn std::fmt::Display| Failure::new(format!("cannot open buckets: {error}"));
    let mut buckets = Buckets::new().map_err(|error| failed(&error))?;
    if inputs.iter().any(|input| input.starts_with("s3://")) {
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|error| failed(&error))?;
        let loader = aws_config::defaults(BehaviorVersion::latest()).http_client(crate::tls::client());
        let config = runtime.block_on(loader.load());
        if let Some(credentials) = config.credentials_provider() {
            buckets = buckets.aws(config.region().map(ToString::to_string), credentials);
        }
    }
    Ok(Some(buckets))
}

/// Opens the buckets of a scan: those of its inputs, or of the plan in its directory.
pub(super) fn for_scan(inputs: &[String], directory: &Path) -> Result<Option<Buckets>, Failure> {
    if inputs.is_empty() { for_plan(directory) } else { open(inputs) }
}

/// Opens the buckets of a plan.
pub(super) fn for_plan(directory: &Path) -> Result<Option<Buckets>, Failure> {
    // Without a plan, the step itself says so.
    open(&banister_audit::planned_inputs(directory).unwrap_or_default())
}

/// Returns the buckets as stores.
pub(super) fn stores(buckets: Option<&Buckets>) -> Option<&dyn ObjectStores> {
    buckets.map(|buckets| buckets as &dyn ObjectStores)
}
