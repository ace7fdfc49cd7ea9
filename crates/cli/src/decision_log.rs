//! The arguments of a decision log, and the log that they describe.

use std::path::{Path, PathBuf};
use std::time::Duration;

use banister::{AuditLog, AuditLogBuilder, Delivery, Fsync, JsonlFile, WriterSink};
use clap::ValueEnum;

use crate::failure::Failure;
use crate::fingerprint_key;

/// The value of `--audit-log` for OpenTelemetry.
const OTEL: &str = "otel:";

/// The arguments of a decision log.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Decision records")]
pub(crate) struct DecisionLogArgs {
    /// Append a record of every decision to this file, without the text; `-` is standard output, and `otel:` the OpenTelemetry collector
    /// of the environment, if Banister was built with the feature `otel`
    #[arg(long, value_name = "FILE")]
    pub(crate) audit_log: Option<PathBuf>,
    /// Synchronize the file with the disk: `never`, `each` record, or every so many milliseconds (default 1000)
    #[arg(long, value_name = "WHEN", value_parser = fsync, requires = "audit_log")]
    pub(crate) audit_fsync: Option<Fsync>,
    /// Begin a new file at this size, such as `100M`; the old one gets the number of its first record as part of its name
    #[arg(long, value_name = "BYTES", value_parser = size, requires = "audit_log")]
    pub(crate) audit_rotate: Option<u64>,
    /// What to do if a record cannot be written: `fail` the call, `block` until it is written, or `drop` and count it
    #[arg(long, value_name = "MODE", default_value = "fail", requires = "audit_log")]
    pub(crate) audit_delivery: DeliveryMode,
    /// File with a key of at least 32 bytes: adds the HMAC-SHA-256 of the matched text to findings
    #[arg(long, value_name = "FILE", requires = "audit_log")]
    pub(crate) audit_fingerprint_key: Option<PathBuf>,
}

/// What happens if a record cannot be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum DeliveryMode {
    /// The call fails
    Fail,
    /// The call waits until it is written
    Block,
    /// The record is lost, and counted
    Drop,
}

impl DecisionLogArgs {
    /// Returns `true` if records are written to standard output.
    pub(crate) fn is_stdout(&self) -> bool {
        self.audit_log.as_deref() == Some(Path::new("-"))
    }

    /// Opens the log, if there is one.
    ///
    /// # Errors
    ///
    /// If it cannot be opened.
    pub(crate) fn open(&self) -> Result<Option<AuditLog>, Failure> {
        let Some(path) = &self.audit_log else { return Ok(None) };
        let is_file = !self.is_stdout() && path.as_os_str() != OTEL;
        if !is_file && (self.audit_rotate.is_some() || self.audit_fsync.is_some()) {
            return Err(Failure::new("`--audit-rotate` and `--audit-fsync` need a file as `--audit-log`"));
        }
        let builder = if self.is_stdout() {
            AuditLog::builder(WriterSink::stdout())
        } else if !is_file {
            otel()?
        } else {
            let mut file = JsonlFile::new(path);
            if let Some(when) = self.audit_fsync {
                file = file.fsync(when);
            }
            if let Some(bytes) = self.audit_rotate {
                file = file.rotate_at(bytes);
            }
            AuditLog::builder(file)
        };
        let delivery = match self.audit_delivery {
            DeliveryMode::Fail => Delivery::Fail,
            DeliveryMode::Block => Delivery::Block,
            DeliveryMode::Drop => Delivery::Drop,
        };
        let log = builder.delivery(delivery).open();
        log.map(Some).map_err(|error| Failure::new(format!("cannot open the audit log: {error}")))
    }

    /// Reads the key of fingerprints, if there is one.
    ///
    /// # Errors
    ///
    /// If the file cannot be read, or the key is too short.
    pub(crate) fn fingerprint_key(&self) -> Result<Option<Vec<u8>>, Failure> {
        self.audit_fingerprint_key.as_deref().map(fingerprint_key::read).transpose()
    }
}

/// Exports to the collector of the environment.
#[cfg(feature = "otel")]
fn otel() -> Result<AuditLogBuilder, Failure> {
    let sink = banister_gateway::OtelSink::from_env().map_err(|error| {
        let cause = std::error::Error::source(&error).map_or(String::new(), |cause| format!(": {cause}"));
        Failure::new(format!("{error}{cause}"))
    })?;
    Ok(AuditLog::builder(sink))
}

#[cfg(not(feature = "otel"))]
fn otel() -> Result<AuditLogBuilder, Failure> {
    Err(Failure::new("`--audit-log otel:` needs a build with the feature `otel`"))
}

/// Closes a log.
///
/// # Errors
///
/// If its end cannot be written.
pub(crate) fn close(log: Option<&AuditLog>) -> Result<(), Failure> {
    let closed = log.map_or(Ok(()), |log| log.close().map(drop));
    closed.map_err(|error| Failure::new(error.to_string()))
}

fn fsync(when: &str) -> Result<Fsync, &'static str> {
    match when {
        "never" => Ok(Fsync::Never),
        "each" => Ok(Fsync::Each),
        _ => when
            .parse()
            .map(|milliseconds| Fsync::Every(Duration::from_millis(milliseconds)))
            .map_err(|_| "expected `never`, `each`, or a number of milliseconds"),
    }
}

/// Parses a number of bytes with an optional `K`, `M` or `G`.
fn size(text: &str) -> Result<u64, &'static str> {
    let digits = text.trim_end_matches(['K', 'M', 'G']);
    let unit = match text.get(digits.len()..) {
        Some("") => 1,
        Some("K") => 1 << 10,
        Some("M") => 1 << 20,
        Some("G") => 1 << 30,
        _ => 0,
    };
    let bytes = digits.parse::<u64>().ok().and_then(|number| number.checked_mul(unit)).filter(|bytes| *bytes > 0);
    bytes.ok_or("expected a number of bytes, such as 500000, 100M or 1G")
}

#[cfg(test)]
mod tests {
    use super::size;

    #[test]
    fn sizes_have_units() {
        assert_eq!(size("7"), Ok(7));
        assert_eq!(size("100M"), Ok(100 << 20));
        assert_eq!(size("1G"), Ok(1 << 30));
        for wrong in ["", "0", "M", "1MM", "1m", "-1", "1.5M", "99999999999G"] {
            assert!(size(wrong).is_err(), "{wrong}");
        }
    }
}
