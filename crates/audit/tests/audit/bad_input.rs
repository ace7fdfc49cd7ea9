//! Objects that cannot be read as intended, and inputs that cannot be audited.

use std::fs;
use std::path::Path;

use banister_audit::{AuditError, AuditStatus, Counters, ScanOptions, ScanRun, VerifyOptions, plan, scan, verify};

use crate::archive::{self, Size};
use crate::workspace::{Directory, audit, files, run};

#[test]
fn bad_objects_make_the_audit_partial() {
    let directory = Directory::new();
    let logs = directory.path("logs");
    archive::write(&logs, 14, Size { objects: 3, records: 60, words: 5 });
    let objects = files(&logs);
    let log = objects.iter().find(|(name, bytes)| !name.contains("/data/") && !bytes.is_empty()).expect("an object");
    let side = objects.keys().find(|name| name.contains("/data/")).expect("a side object");
    let audit_with = |change: &dyn Fn(), out: &str| {
        plan(&directory.input("logs"), &directory.path(out)).expect("a plan");
        change();
        let finalized = audit(&[], &directory.path(out), 2).expect("an audit");
        for (name, bytes) in &objects {
            fs::write(logs.join(name), bytes).expect("a file");
        }
        let verified = verify(&directory.path(out), &VerifyOptions::default()).expect("a verification");
        assert_eq!(verified.problems, [""; 0]);
        finalized.summary
    };
    let quarantined = |summary: &banister_audit::Summary| summary.tally.quarantined.keys().cloned().collect::<Vec<_>>();

    let summary = audit_with(&|| fs::write(logs.join(log.0), b"{}\n").expect("a file"), "changed");
    assert_eq!((summary.status, quarantined(&summary)[0].as_str()), (AuditStatus::Partial, "changed"));
    assert_eq!(summary.units.failed, 1);

    let summary = audit_with(&|| fs::remove_file(logs.join(side)).expect("a file"), "missing");
    assert_eq!((summary.status, quarantined(&summary)), (AuditStatus::Partial, vec!["changed".to_owned()]));

    fs::remove_file(logs.join(side)).expect("a file");
    let summary = audit_with(&|| {}, "never");
    assert_eq!((summary.status, quarantined(&summary)), (AuditStatus::Partial, vec!["body_missing".to_owned()]));

    fs::write(logs.join(side).with_file_name("other_input.json.gz"), b"").expect("a file");
    let summary = audit_with(&|| {}, "unreferenced");
    assert_eq!((summary.status, summary.units.unreferenced_side_objects), (AuditStatus::Partial, 1));
}

#[test]
fn inputs_and_directories_are_checked() {
    let directory = Directory::new();
    archive::write(&directory.path("logs"), 15, Size { objects: 1, records: 2, words: 5 });
    let out = directory.path("out");
    let usage = |inputs: &[String], out: &Path, words: &str| match plan(inputs, out) {
        Err(AuditError::Usage(message)) => assert!(message.contains(words), "{message}"),
        other => panic!("{other:?}"),
    };
    usage(&["nowhere".to_owned()], &out, "does not exist");
    usage(&[directory.path("logs/*.nothing").display().to_string()], &out, "matches no file");
    usage(&["s3://bucket/prefix".to_owned()], &out, "reads no stores");
    usage(&["-".to_owned()], &out, "cannot be frozen");
    usage(&directory.input("logs"), &directory.path("logs/out"), "contains the directory");
    usage(&directory.input("logs"), &directory.path("logs"), "contains the directory");
    fs::create_dir(directory.path("empty")).expect("a directory");
    usage(&directory.input("empty"), &out, "matches no file");
    fs::write(directory.path("empty/file"), "x").expect("a file");
    usage(&directory.input("logs"), &directory.path("empty"), "holds other files");
    for file in ["empty/file", "empty/file/below"] {
        usage(&directory.input("logs"), &directory.path(file), "is not a directory");
    }

    // The same objects by several names appear once.
    let twice = [directory.input("logs"), vec![directory.path("logs/**/*.gz").display().to_string()]].concat();
    let planned = plan(&twice, &out).expect("a plan");
    assert_eq!(planned.units().count(), 2);
    usage(&twice, &out, "holds a plan already");
    assert!(matches!(audit(&directory.input("logs"), &out, 1), Err(AuditError::Usage(_))), "other inputs");
    scan(&run(&[], &out), &Counters::default()).expect("a scan");
    let other = ScanRun { options: ScanOptions { max_line_bytes: 99, ..ScanOptions::default() }, ..run(&[], &out) };
    assert!(matches!(scan(&other, &Counters::default()), Err(AuditError::Usage(_))), "other options");
}
