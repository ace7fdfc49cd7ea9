//! Audits of whole archives.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use banister::{Guardrail, Policy};
use banister_audit::{
    AuditError, AuditStatus, Counters, FileSigner, FinalizeOptions, Finalized, FindingsFormat, ScanOptions, ScanRun,
    Shard, Signer, Verifier, VerifyOptions, finalize, plan, scan, verify,
};
use base64::Engine as _;
use serde_json::Value;

use crate::archive::{self, Seeded, Size};

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

const SMALL: Size = Size { objects: 5, records: 30, words: 12 };

pub(crate) fn run<'a>(inputs: &'a [String], out: &'a Path) -> ScanRun<'a> {
    ScanRun {
        inputs,
        out,
        guardrail: guardrail(),
        policy_reference: "policy.yaml",
        policy_text: Some(archive::POLICY),
        options: ScanOptions::default(),
        findings: FindingsFormat::Both,
        jobs: 2,
        shard: None,
    }
}

fn audit(inputs: &[String], out: &Path, jobs: usize) -> Result<Finalized, AuditError> {
    scan(&ScanRun { jobs, ..run(inputs, out) }, &Counters::default())?;
    finalize(out, &FinalizeOptions::default())
}

/// All files of a directory, by their names in it.
fn files(root: &Path) -> BTreeMap<String, Vec<u8>> {
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

fn findings(out: &Path) -> Vec<Value> {
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
fn objects(out: &Path, archive: &Path) -> BTreeMap<String, String> {
    let summary: Value = serde_json::from_slice(&fs::read(out.join("summary.json")).expect("a file")).expect("JSON");
    let prefix = archive.display().to_string() + "/";
    let objects = summary["objects"].as_object().expect("an object").iter();
    objects
        .map(|(id, uri)| (id.clone(), uri.as_str().expect("a path").trim_start_matches(&prefix).to_owned()))
        .collect()
}

#[test]
fn the_truth_is_found_and_nothing_else() {
    let directory = Directory::new();
    let truth = archive::write(&directory.path("logs"), 7, SMALL);
    let finalized = audit(&directory.input("logs"), &directory.path("out"), 2).expect("an audit");
    assert_eq!(finalized.summary.status, AuditStatus::Complete, "{:?}", finalized.summary.reasons);
    assert_eq!(finalized.summary.units.markers, 1);
    assert!(finalized.summary.units.side_objects > 0);
    let objects = objects(&directory.path("out"), &directory.path("logs"));
    let text = |row: &Value, name: &str| row[name].as_str().expect("a string").to_owned();
    let place = |seeded: &Seeded| {
        (
            seeded.object.clone(),
            seeded.line,
            seeded.side.to_owned(),
            seeded.entity_type.to_owned(),
            seeded.value.len() as u64,
        )
    };
    let mut expected: Vec<_> = truth.iter().map(place).collect();
    let mut found: Vec<_> = findings(&directory.path("out"))
        .iter()
        .map(|row| {
            let object = objects.get(&text(row, "unit_id")).cloned().unwrap_or_default();
            let length = row["end"].as_u64().unwrap() - row["start"].as_u64().unwrap();
            (object, row["line"].as_u64().unwrap(), text(row, "side"), text(row, "type"), length)
        })
        .collect();
    expected.sort();
    found.sort();
    assert!(expected.len() > 50);
    assert_eq!(found, expected);
}

#[test]
fn results_are_the_same_bytes_whatever_the_threads_and_the_order() {
    let directory = Directory::new();
    archive::write(&directory.path("logs"), 8, SMALL);
    let inputs = directory.input("logs");
    audit(&inputs, &directory.path("one"), 1).expect("an audit");
    audit(&inputs, &directory.path("two"), 2).expect("an audit");
    let sharded = directory.path("sharded");
    plan(&inputs, &sharded).expect("a plan");
    for shard in ["3/3", "1/3", "2/3"] {
        let shard = Some(shard.parse::<Shard>().expect("a shard"));
        scan(&ScanRun { shard, ..run(&[], &sharded) }, &Counters::default()).expect("a scan");
    }
    finalize(&sharded, &FinalizeOptions::default()).expect("an audit");
    let comparable = |name: &str| {
        let mut files = files(&directory.path(name));
        // The manifest has the time.
        files.retain(|name, _| !["manifest.json", "SHA256SUMS"].contains(&name.as_str()) && !name.starts_with("lock"));
        files
    };
    let one = comparable("one");
    assert!(one.len() > 15);
    assert_eq!(one, comparable("two"));
    assert_eq!(one, comparable("sharded"));
}

/// Returns the bytes as text, with Parquet decoded and without digests, which hold any digits.
fn readable(name: &str, bytes: &[u8]) -> String {
    use parquet::file::reader::{FileReader as _, SerializedFileReader};
    let mut text = String::from_utf8_lossy(bytes).into_owned();
    if name.ends_with(".parquet") {
        let reader = SerializedFileReader::new(bytes::Bytes::copy_from_slice(bytes)).expect("Parquet");
        for row in reader.get_row_iter(None).expect("rows") {
            text.push_str(&row.expect("a row").to_string());
        }
    }
    let mut out = String::new();
    let mut hexadecimal = String::new();
    for sign in text.chars().chain([' ']) {
        if sign.is_ascii_hexdigit() {
            hexadecimal.push(sign);
            continue;
        }
        if hexadecimal.len() < 19 {
            out.push_str(&hexadecimal);
        }
        hexadecimal.clear();
        out.push(sign);
    }
    out
}

#[test]
fn no_six_characters_of_a_value_are_written() {
    let directory = Directory::new();
    let truth = archive::write(&directory.path("logs"), 9, SMALL);
    let log = directory.path("logs/torn.jsonl");
    let torn = format!("{{\"{}\": \"{}\"}}\n{{\"a\": {}", truth[0].value, truth[1].value, truth[2].value);
    fs::write(log, torn).expect("a file");
    let finalized = audit(&directory.input("logs"), &directory.path("out"), 2).expect("an audit");
    assert_eq!(finalized.summary.tally.quarantined["torn_line"], 1);
    let mut pieces = BTreeSet::new();
    for seeded in &truth {
        pieces.extend(
            seeded.value.as_bytes().windows(6).map(|window| String::from_utf8(window.to_vec()).expect("ASCII")),
        );
    }
    let files = files(&directory.path("out"));
    assert!(files.keys().any(|name| name.ends_with(".parquet")));
    for (name, bytes) in &files {
        let text = readable(name, bytes);
        let windows: BTreeSet<&str> = text.char_indices().filter_map(|(at, _)| text.get(at..at + 6)).collect();
        let leaked: Vec<&String> = pieces.iter().filter(|piece| windows.contains(piece.as_str())).collect();
        assert!(leaked.is_empty(), "{name}: {leaked:?}");
    }
    let parquet = files.iter().find(|(name, _)| name.ends_with(".parquet")).expect("a file");
    assert!(readable(parquet.0, parquet.1).contains("US_SOCIAL_SECURITY_NUMBER"), "the test reads Parquet");
}

/// Writes a key pair as openssl does, and returns signer and verifier.
fn keys(directory: &Directory, name: &str) -> (FileSigner, Verifier) {
    use ring::signature::KeyPair as _;
    let pkcs8 = ring::signature::Ed25519KeyPair::generate_pkcs8(&ring::rand::SystemRandom::new()).expect("a key");
    let pair = ring::signature::Ed25519KeyPair::from_pkcs8(pkcs8.as_ref()).expect("a key");
    let public = [&b"\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x00"[..], pair.public_key().as_ref()].concat();
    let pem = |label: &str, der: &[u8]| {
        let body = base64::engine::general_purpose::STANDARD.encode(der);
        format!("-----BEGIN {label}-----\n{body}\n-----END {label}-----\n")
    };
    let (private_file, public_file) = (directory.path(&format!("{name}.key")), directory.path(&format!("{name}.pub")));
    fs::write(&private_file, pem("PRIVATE KEY", pkcs8.as_ref())).expect("a file");
    fs::write(&public_file, pem("PUBLIC KEY", &public)).expect("a file");
    (FileSigner::from_file(&private_file).expect("a key"), Verifier::from_file(&public_file).expect("a key"))
}

/// Returns what a verification finds.
fn problems(out: &Path, options: &VerifyOptions<'_>) -> Vec<String> {
    match verify(out, options) {
        Ok(verified) => verified.problems,
        Err(AuditError::Integrity(problems)) => problems,
        Err(error) => vec![format!("{error:?}")],
    }
}

#[test]
fn a_flipped_byte_anywhere_is_found() {
    let directory = Directory::new();
    archive::write(&directory.path("logs"), 10, Size { objects: 2, records: 8, words: 5 });
    let out = directory.path("out");
    let (signer, verifier) = keys(&directory, "auditor");
    scan(&run(&directory.input("logs"), &out), &Counters::default()).expect("a scan");
    let signer: &dyn Signer = &signer;
    finalize(&out, &FinalizeOptions { signer: Some(signer), ..FinalizeOptions::default() }).expect("an audit");
    let options = VerifyOptions { verifier: Some(&verifier), ..VerifyOptions::default() };
    assert_eq!(problems(&out, &options), [""; 0]);
    let mut flips = 0;
    for (name, bytes) in files(&out).into_iter().filter(|(name, _)| name != "lock") {
        for part in [0, 1, 2, 3] {
            let mut changed = bytes.clone();
            let at = (bytes.len() - 1) * part / 3;
            changed[at] ^= 1;
            fs::write(out.join(&name), &changed).expect("a file");
            assert!(!problems(&out, &options).is_empty(), "{name} at {at}");
            assert!(!problems(&out, &VerifyOptions::default()).is_empty(), "{name} at {at}, without a key");
            flips += 1;
        }
        fs::remove_file(out.join(&name)).expect("a file");
        if name != "manifest.json" && name != "plan.jsonl" && name != "manifest.dsse.json" {
            assert!(!problems(&out, &options).is_empty(), "{name} is missing");
        }
        fs::write(out.join(&name), &bytes).expect("a file");
    }
    assert!(flips > 40);
    assert_eq!(problems(&out, &options), [""; 0]);
    fs::write(out.join("receipts/other.json"), "{}").expect("a file");
    assert_eq!(problems(&out, &options), ["receipts/other.json: is not a file of the audit"]);
}

#[test]
fn signatures_and_the_chain_are_checked() {
    let directory = Directory::new();
    archive::write(&directory.path("logs"), 11, Size { objects: 1, records: 3, words: 5 });
    let (signer, verifier) = keys(&directory, "one");
    let (_, other) = keys(&directory, "two");
    let (first, second) = (directory.path("first"), directory.path("second"));
    audit(&directory.input("logs"), &first, 1).expect("an audit");
    scan(&run(&directory.input("logs"), &second), &Counters::default()).expect("a scan");
    let manifest = first.join("manifest.json");
    let signer: &dyn Signer = &signer;
    let options = FinalizeOptions { signer: Some(signer), previous: Some(&manifest), ..FinalizeOptions::default() };
    finalize(&second, &options).expect("an audit");
    let check = |out: &Path, verifier, previous| {
        problems(out, &VerifyOptions { verifier, previous, ..VerifyOptions::default() })
    };
    assert_eq!(check(&second, Some(&verifier), Some(manifest.as_path())), [""; 0]);
    assert_eq!(check(&second, Some(&other), None), ["manifest.dsse.json: the key did not sign it"]);
    assert_eq!(check(&first, Some(&verifier), None), ["manifest.dsse.json: is missing, the audit is not signed"]);
    let itself = second.join("manifest.json");
    assert!(check(&second, None, Some(itself.as_path()))[0].contains("does not follow"));
}

#[test]
fn a_sample_is_scanned_again() {
    let directory = Directory::new();
    archive::write(&directory.path("logs"), 12, SMALL);
    let out = directory.path("out");
    audit(&directory.input("logs"), &out, 2).expect("an audit");
    let options = VerifyOptions { guardrail: Some(guardrail()), rescan_per_mille: 1000, ..VerifyOptions::default() };
    let verified = verify(&out, &options).expect("a verification");
    assert_eq!((verified.rescanned, verified.unavailable), (SMALL.objects + 1, 0));
    let objects = files(&directory.path("logs"));
    let (name, bytes) =
        objects.iter().find(|(name, bytes)| !name.contains("/data/") && !bytes.is_empty()).expect("an object");
    let mut changed = bytes.clone();
    changed[20] ^= 1;
    fs::write(directory.path("logs").join(name), changed).expect("a file");
    let verified = verify(&out, &options).expect("a verification");
    assert_eq!((verified.rescanned, verified.unavailable), (SMALL.objects, 1));
}

#[test]
fn receipts_must_be_there_and_agree() {
    let directory = Directory::new();
    archive::write(&directory.path("logs"), 13, Size { objects: 3, records: 4, words: 5 });
    let out = directory.path("out");
    let inputs = directory.input("logs");
    scan(&run(&inputs, &out), &Counters::default()).expect("a scan");
    let receipts = files(&out.join("receipts"));
    let (name, bytes) = receipts.first_key_value().expect("a receipt");
    let path = out.join("receipts").join(name);
    let finalized = || finalize(&out, &FinalizeOptions::default());

    fs::remove_file(&path).expect("a file");
    let error = finalized().expect_err("a unit has no receipt");
    assert!(matches!(&error, AuditError::Incomplete(message) if message.starts_with("1 of 4")), "{error:?}");

    // A retried task may leave a second receipt.
    fs::write(&path, bytes).expect("a file");
    let duplicate = out.join("receipts").join(name.replace(".json", ".2.json"));
    let text = String::from_utf8(bytes.clone()).expect("UTF-8");
    fs::write(&duplicate, text.replace("\"uncompressed\": ", "\"uncompressed\": 1")).expect("a file");
    let error = finalized().expect_err("receipts disagree");
    assert!(matches!(&error, AuditError::Integrity(problems) if problems[0].contains("disagrees")), "{error:?}");
    fs::write(&duplicate, bytes).expect("a file");
    let summary = finalized().expect("equal receipts are one").summary;
    assert_eq!(summary.units.complete, 4);
    assert!(matches!(finalized(), Err(AuditError::Usage(_))), "an audit is finalized once");
    let again = scan(&run(&inputs, &out), &Counters::default());
    assert!(matches!(again, Err(AuditError::Usage(_))));
}

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
    usage(&["s3://bucket/prefix".to_owned()], &out, "not supported");
    usage(&["-".to_owned()], &out, "standard input");
    usage(&directory.input("logs"), &directory.path("logs/out"), "contains the directory");
    usage(&directory.input("logs"), &directory.path("logs"), "contains the directory");
    fs::create_dir(directory.path("empty")).expect("a directory");
    usage(&directory.input("empty"), &out, "matches no file");
    fs::write(directory.path("empty/file"), "x").expect("a file");
    usage(&directory.input("logs"), &directory.path("empty"), "holds other files");

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

#[test]
fn two_audits_cannot_share_a_directory() {
    let directory = Directory::new();
    archive::write(&directory.path("logs"), 16, Size { objects: 1, records: 2, words: 5 });
    let out = directory.path("out");
    plan(&directory.input("logs"), &out).expect("a plan");
    let lock = fs::File::options().write(true).open(out.join("lock")).expect("a lock");
    lock.lock().expect("the lock is free");
    let run = run(&[], &out);
    assert!(
        matches!(scan(&run, &Counters::default()), Err(AuditError::Usage(message)) if message.contains("another audit"))
    );
    lock.unlock().expect("it is locked");
    scan(&run, &Counters::default()).expect("a scan");
}
