//! What a scan gets from its caller, and gives to it.

use std::io;

use super::call::CallRow;
use super::finding::FindingRow;
use super::quarantine::{QuarantineRow, ReasonCode};
use super::receipt::Receipt;

/// Receives the findings of a unit, in order.
pub trait FindingSink {
    /// Accepts a finding.
    ///
    /// # Errors
    ///
    /// If it cannot be written. That ends the scan.
    fn finding(&mut self, row: &FindingRow<'_>) -> io::Result<()>;

    /// Accepts a quarantined unit, line or body.
    ///
    /// # Errors
    ///
    /// If it cannot be written. That ends the scan.
    fn quarantine(&mut self, _: &QuarantineRow) -> io::Result<()> {
        Ok(())
    }

    /// Accepts a call or a decision, if [`ScanOptions::decisions`](crate::ScanOptions::decisions) is set.
    ///
    /// # Errors
    ///
    /// If it cannot be written. That ends the scan.
    fn call(&mut self, _: &CallRow) -> io::Result<()> {
        Ok(())
    }
}

impl<F: FnMut(&FindingRow<'_>) -> io::Result<()>> FindingSink for F {
    fn finding(&mut self, row: &FindingRow<'_>) -> io::Result<()> {
        self(row)
    }
}

/// A body that is stored outside of its record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SideObject {
    /// The name under which the plan lists it.
    pub name: String,
    /// The bytes, as stored.
    pub bytes: Vec<u8>,
}

/// Why a side object is not available.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SideError(pub ReasonCode);

/// Provides the side objects of a unit.
pub trait SideObjects {
    /// Returns the object that a record refers to by this URI.
    ///
    /// # Errors
    ///
    /// If there is none, or it cannot be read.
    fn fetch(&self, uri: &str, max_bytes: u64) -> Result<SideObject, SideError>;
}

/// The result of a scan.
#[derive(Clone, Debug)]
pub struct UnitOutcome {
    /// The receipt.
    pub receipt: Receipt,
    /// The first thousand of what was quarantined. [`FindingSink::quarantine`] receives all.
    pub quarantine: Vec<QuarantineRow>,
}
