//! Scans of bytes in memory.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::sync::OnceLock;

use banister::{Guardrail, Policy};
use banister_audit::{FindingRow, ReasonCode, ScanOptions, Scanner, SideError, SideObject, SideObjects, UnitOutcome};
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::Value;

/// A policy that masks e-mail addresses and social security numbers, and reports `detected`.
pub(crate) const POLICY: &str = "version: 1
name: audited
pii:
  - types: [EMAIL, US_SOCIAL_SECURITY_NUMBER]
    action: mask
word_filters:
  - name: reported
    words: [detected]
    action: detect
";

/// Side objects in memory.
#[derive(Default)]
pub(crate) struct Objects(pub(crate) BTreeMap<String, Vec<u8>>);

impl SideObjects for Objects {
    fn fetch(&self, uri: &str, _: u64) -> Result<SideObject, SideError> {
        let bytes = self.0.get(uri).cloned().ok_or(SideError(ReasonCode::BodyMissing))?;
        Ok(SideObject { name: uri.to_owned(), bytes })
    }
}

/// What a scan of bytes gave.
pub(crate) struct Scanned {
    pub(crate) outcome: UnitOutcome,
    pub(crate) findings: Vec<Value>,
}

impl Scanned {
    /// Returns line, side, pointer, start and rule of each finding.
    pub(crate) fn locations(&self) -> Vec<String> {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let finding = |row: &Value| {
            let (side, pointer, inner) = (text(&row["side"]), text(&row["pointer"]), text(&row["inner_pointer"]));
            format!(
                "{} {side} {pointer}{inner} {} {} {}",
                row["line"],
                row["start"],
                text(&row["rule"]),
                text(&row["verdict"])
            )
        };
        self.findings.iter().map(finding).collect()
    }

    /// Returns reason, line and part of each quarantined line.
    pub(crate) fn quarantined(&self) -> Vec<String> {
        let rows = self.outcome.quarantine.iter();
        rows.map(|row| format!("{} {} {}", row.reason, row.line, row.part).trim().to_owned()).collect()
    }
}

pub(crate) fn scanner(options: ScanOptions) -> Scanner {
    static GUARDRAIL: OnceLock<Guardrail> = OnceLock::new();
    let guardrail = GUARDRAIL.get_or_init(|| Guardrail::new(Policy::from_yaml(POLICY).expect("a policy")));
    Scanner::new(guardrail, options)
}

pub(crate) fn scan_with(options: ScanOptions, bytes: &[u8], objects: &Objects) -> Scanned {
    let mut findings = Vec::new();
    let mut sink = |row: &FindingRow<'_>| {
        findings.push(serde_json::to_value(row)?);
        Ok(())
    };
    let outcome = scanner(options).scan_unit("u", bytes, objects, &mut sink).expect("the sink accepts all");
    Scanned { outcome, findings }
}

pub(crate) fn scan(bytes: impl AsRef<[u8]>) -> Scanned {
    scan_with(ScanOptions::default(), bytes.as_ref(), &Objects::default())
}

pub(crate) fn gzip(bytes: impl AsRef<[u8]>) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes.as_ref()).expect("memory accepts all");
    encoder.finish().expect("memory accepts all")
}
