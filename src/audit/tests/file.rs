//! Files: restart after a crash, rotation, locks.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::Path;

use super::Folder;
use super::sample::decision;
use crate::audit::file::{Fsync, JsonlFile};
use crate::audit::log::AuditLog;
use crate::audit::report::ChainReport;
use crate::audit::verify::ChainVerifier;

fn open(path: &Path) -> AuditLog {
    // Synchronizing takes most of the time, and has a test of its own.
    AuditLog::builder(JsonlFile::new(path).fsync(Fsync::Never)).open().unwrap()
}

fn write(path: &Path, records: usize) {
    let log = open(path);
    (0..records).for_each(|_| log.record(decision()).unwrap());
    log.close().unwrap();
}

fn verify(folder: &Folder) -> ChainReport {
    let mut verifier = ChainVerifier::new();
    for name in folder.names() {
        verifier.read(Some(&name), fs::read(folder.file(&name)).unwrap().as_slice()).unwrap();
    }
    verifier.finish()
}

#[test]
fn a_restarted_writer_continues_the_chain() {
    let folder = Folder::new();
    let path = folder.file("log.jsonl");
    write(&path, 2);
    write(&path, 3);
    let report = verify(&folder);
    assert!(report.is_intact(), "{:?}", report.problems());
    assert_eq!((report.records(), report.chains().len()), (2 + 2 + 3 + 2, 1));
    assert!(report.chains()[0].is_closed());
}

/// Whatever the offset at which a crash cut the file.
#[test]
fn a_torn_file_is_continued_and_nothing_is_removed() {
    let folder = Folder::new();
    let path = folder.file("log.jsonl");
    write(&path, 2);
    let whole = fs::read(&path).unwrap();
    for cut in 0..whole.len() {
        fs::write(&path, &whole[..cut]).unwrap();
        write(&path, 1);
        let bytes = fs::read(&path).unwrap();
        assert!(bytes.starts_with(&whole[..cut]), "cut at {cut}");
        let report = verify(&folder);
        assert!(report.is_intact(), "cut at {cut}: {:?}", report.problems());
        let rest = whole[..cut].iter().rposition(|&byte| byte == b'\n').map_or(&whole[..cut], |at| &whole[at + 1..cut]);
        // A record of which only the line feed is missing is whole.
        let is_torn = !rest.is_empty() && whole[cut] != b'\n';
        assert_eq!(report.torn(), u64::from(is_torn), "cut at {cut}");
    }
}

#[test]
fn a_second_crash_within_the_note_of_the_first_is_noted() {
    let folder = Folder::new();
    let path = folder.file("log.jsonl");
    write(&path, 1);
    let append = |bytes: &[u8]| OpenOptions::new().append(true).open(&path).unwrap().write_all(bytes).unwrap();
    append(b"{\"schema\":\"banister.decis");
    append(b"\n{\"schema\":\"bani");
    write(&path, 1);
    append(b"{\"sch\n");
    write(&path, 1);
    let report = verify(&folder);
    assert!(report.is_intact(), "{:?}", report.problems());
    assert_eq!(report.torn(), 3);
}

#[test]
fn a_full_file_is_rotated_and_the_chain_continues() {
    let folder = Folder::new();
    let path = folder.file("log.jsonl");
    let sink = || JsonlFile::new(&path).rotate_at(4000).fsync(Fsync::Each);
    for _ in 0..2 {
        let log = AuditLog::builder(sink()).open().unwrap();
        (0..12).for_each(|_| log.record(decision()).unwrap());
        log.close().unwrap();
    }
    let names = folder.names();
    assert!(names.len() > 3 && names[0] == "log.000000000001.jsonl", "{names:?}");
    assert_eq!(names.last().unwrap(), "log.jsonl");
    for name in &names {
        assert!(fs::metadata(folder.file(name)).unwrap().len() <= 4000, "{name}");
    }
    let report = verify(&folder);
    assert!(report.is_intact(), "{:?}", report.problems());
    assert_eq!(report.records(), 2 * (12 + 2));
    // A crash between the renaming and the first record of the new file.
    fs::remove_file(&path).unwrap();
    write(&path, 1);
    let report = verify(&folder);
    assert_eq!((report.problem_count(), report.chains().len()), (0, 1), "{:?}", report.problems());
    // A file that is missing shows.
    fs::remove_file(folder.file(&names[1])).unwrap();
    let report = verify(&folder);
    assert_eq!((report.problem_count(), report.problems()[0].line()), (1, 1));
    assert_eq!(report.problems()[0].file(), Some(names[2].as_str()));
}

#[test]
fn a_file_has_one_writer_and_no_other_content() {
    let folder = Folder::new();
    let path = folder.file("log.jsonl");
    let log = open(&path);
    let error = AuditLog::builder(JsonlFile::new(&path)).open().unwrap_err().to_string();
    assert!(error.contains("log.jsonl") && error.contains("another writer"), "{error}");
    drop(log);
    write(&path, 1);
    for content in ["hello", "hello\n", "{\"a\":1}\n", "{\"a\":1}\n{\"schema\":\"ban"] {
        fs::write(&path, content).unwrap();
        let error = AuditLog::builder(JsonlFile::new(&path)).open().unwrap_err().to_string();
        assert!(error.contains("not a decision log"), "{content}: {error}");
        assert_eq!(fs::read_to_string(&path).unwrap(), content);
    }
    let missing = AuditLog::builder(JsonlFile::new(folder.file("no/log.jsonl"))).open().unwrap_err().to_string();
    assert!(missing.contains("no/log.jsonl"), "{missing}");
}

/// A device without space, where there is one.
#[test]
fn a_full_disk_fails_the_opening() {
    if cfg!(target_os = "linux") && Path::new("/dev/full").exists() {
        let sink = crate::audit::sink::WriterSink::new(OpenOptions::new().write(true).open("/dev/full").unwrap());
        assert!(AuditLog::builder(sink).open().is_err());
    }
}
