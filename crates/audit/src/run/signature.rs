//! Signatures of manifests: DSSE envelopes with Ed25519.

use std::fs;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::error::AuditError;
use crate::core::hex;

const PAYLOAD_TYPE: &str = "application/vnd.banister.audit-manifest+json";

/// What precedes the 32 bytes of an Ed25519 key in a SubjectPublicKeyInfo, RFC 8410.
const PUBLIC_KEY_PREFIX: [u8; 12] = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];

/// Signs manifests, such as with a key file or a key management service.
pub trait Signer {
    /// Returns the ID of the key, by which verifiers find it.
    fn key_id(&self) -> String;

    /// Signs a message with Ed25519.
    ///
    /// # Errors
    ///
    /// If the key is not available, with a message.
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, String>;
}

/// Signs with a private key in a file.
pub struct FileSigner(Ed25519KeyPair);

impl std::fmt::Debug for FileSigner {
    // Without the key.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FileSigner").field("key_id", &self.key_id()).finish_non_exhaustive()
    }
}

impl FileSigner {
    /// Reads a private key in PEM, as `openssl genpkey -algorithm ed25519` writes it.
    ///
    /// # Errors
    ///
    /// If the file cannot be read or holds no such key.
    pub fn from_file(path: &Path) -> Result<Self, AuditError> {
        let der = pem(path, "PRIVATE KEY")?;
        let key = Ed25519KeyPair::from_pkcs8_maybe_unchecked(&der)
            .map_err(|_| AuditError::usage(format!("{}: is not an Ed25519 key in PKCS #8", path.display())))?;
        Ok(Self(key))
    }
}

impl Signer for FileSigner {
    fn key_id(&self) -> String {
        key_id(self.0.public_key().as_ref())
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, String> {
        Ok(self.0.sign(message).as_ref().to_vec())
    }
}

/// Verifies signatures with a public key.
#[derive(Clone, Debug)]
pub struct Verifier(Vec<u8>);

impl Verifier {
    /// Reads a public key in PEM, as `openssl pkey -pubout` writes it.
    ///
    /// # Errors
    ///
    /// If the file cannot be read or holds no such key.
    pub fn from_file(path: &Path) -> Result<Self, AuditError> {
        let der = pem(path, "PUBLIC KEY")?;
        match der.strip_prefix(&PUBLIC_KEY_PREFIX) {
            Some(key) if key.len() == 32 => Ok(Self(key.to_vec())),
            _ => Err(AuditError::usage(format!("{}: is not an Ed25519 public key", path.display()))),
        }
    }
}

fn pem(path: &Path, label: &str) -> Result<Vec<u8>, AuditError> {
    let text = fs::read_to_string(path).map_err(AuditError::io(path))?;
    let body = text
        .split_once(&format!("-----BEGIN {label}-----"))
        .and_then(|(_, rest)| rest.split_once(&format!("-----END {label}-----")))
        .map(|(body, _)| body.split_whitespace().collect::<String>());
    body.and_then(|body| STANDARD.decode(body).ok())
        .ok_or_else(|| AuditError::usage(format!("{}: holds no `{label}` in PEM", path.display())))
}

/// Returns the SHA-256 of the key as a SubjectPublicKeyInfo.
fn key_id(public_key: &[u8]) -> String {
    hex(&Sha256::new().chain_update(PUBLIC_KEY_PREFIX).chain_update(public_key).finalize())
}

/// A DSSE envelope.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Envelope {
    payload: String,
    #[serde(rename = "payloadType")]
    payload_type: String,
    signatures: Vec<Signature>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Signature {
    keyid: String,
    sig: String,
}

impl Envelope {
    pub(super) fn sign(payload: &[u8], signer: &dyn Signer) -> Result<Self, AuditError> {
        let sig = signer.sign(&pre_authentication(payload)).map_err(AuditError::usage)?;
        Ok(Self {
            payload: STANDARD.encode(payload),
            payload_type: PAYLOAD_TYPE.to_owned(),
            signatures: vec![Signature { keyid: signer.key_id(), sig: STANDARD.encode(sig) }],
        })
    }

    /// Checks that the envelope has this payload, and if there is a key, that it signed it.
    pub(super) fn check(&self, payload: &[u8], verifier: Option<&Verifier>) -> Result<(), &'static str> {
        let signed = STANDARD.decode(&self.payload).map_err(|_| "its payload is not base64")?;
        if signed != payload || self.payload_type != PAYLOAD_TYPE {
            return Err("its payload is not the manifest");
        }
        let Some(Verifier(key)) = verifier else { return Ok(()) };
        let message = pre_authentication(payload);
        let is_by = |signature: &Signature| {
            let sig = STANDARD.decode(&signature.sig).unwrap_or_default();
            UnparsedPublicKey::new(&ED25519, key).verify(&message, &sig).is_ok()
        };
        if self.signatures.iter().any(is_by) { Ok(()) } else { Err("the key did not sign it") }
    }
}

/// Returns what DSSE signs: the lengths and bytes of type and payload.
fn pre_authentication(payload: &[u8]) -> Vec<u8> {
    let head = format!("DSSEv1 {} {PAYLOAD_TYPE} {} ", PAYLOAD_TYPE.len(), payload.len());
    [head.as_bytes(), payload].concat()
}
