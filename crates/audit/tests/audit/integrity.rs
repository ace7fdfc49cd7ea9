//! Verification: signatures, receipts, and changed files.

use std::fs;
use std::path::Path;

use banister_audit::{
    AuditError, Counters, FileSigner, FinalizeOptions, Signer, Verifier, VerifyOptions, finalize, plan, scan, verify,
};
use base64::Engine as _;

use crate::archive::{self, Size};
use crate::workspace::{Directory, SMALL, audit, files, guardrail, problems, run};

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

/// `BANISTER_FLIPS=200 cargo test --release -p banister-audit --test audit flipped` flips more bytes of each file.
#[test]
fn a_flipped_byte_anywhere_is_found() {
    let parts = std::env::var("BANISTER_FLIPS").ok().and_then(|flips| flips.parse().ok()).unwrap_or(8);

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
        for part in 0..parts {
            let mut changed = bytes.clone();
            let at = (bytes.len() - 1) * part / (parts - 1);
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
