//! TLS for clients, with a certificate that is reloaded.

use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::ArcSwap;
use rustls::ServerConfig;
use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use thiserror::Error;
use tokio_rustls::TlsAcceptor;

/// The protocols that are offered, the preferred one first.
const PROTOCOLS: [&[u8]; 2] = [b"h2", b"http/1.1"];

/// A certificate chain and its key, in PEM files.
#[derive(Clone, Debug)]
pub(crate) struct TlsFiles {
    pub(crate) certificates: PathBuf,
    pub(crate) key: PathBuf,
}

/// The certificate that new connections use.
pub(crate) struct Tls {
    files: TlsFiles,
    config: ArcSwap<ServerConfig>,
    /// The content of the files when they were loaded.
    loaded: Mutex<[Vec<u8>; 2]>,
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tls").field("files", &self.files).finish_non_exhaustive()
    }
}

impl Tls {
    pub(crate) fn load(files: TlsFiles) -> Result<Self, TlsError> {
        let content = files.read()?;
        let config = ArcSwap::from(files.config(&content)?);
        Ok(Self { files, config, loaded: Mutex::new(content) })
    }

    /// Reloads the files. Returns `true` if they have changed. After an error the previous certificate remains.
    pub(crate) fn reload(&self) -> Result<bool, TlsError> {
        let mut loaded = self.loaded.lock().unwrap_or_else(PoisonError::into_inner);
        let content = self.files.read()?;
        if *loaded == content {
            return Ok(false);
        }
        self.config.store(self.files.config(&content)?);
        *loaded = content;
        Ok(true)
    }

    /// Returns the acceptor of the next connection.
    pub(crate) fn acceptor(&self) -> TlsAcceptor {
        TlsAcceptor::from(self.config.load_full())
    }

    /// Returns the paths of both files.
    pub(crate) fn paths(&self) -> [&Path; 2] {
        [&self.files.certificates, &self.files.key]
    }
}

impl TlsFiles {
    fn read(&self) -> Result<[Vec<u8>; 2], TlsError> {
        let read = |path: &Path| fs::read(path).map_err(|error| TlsError::Read(path.to_owned(), error));
        Ok([read(&self.certificates)?, read(&self.key)?])
    }

    fn config(&self, [certificates, key]: &[Vec<u8>; 2]) -> Result<Arc<ServerConfig>, TlsError> {
        let chain: Result<Vec<CertificateDer<'static>>, pem::Error> =
            CertificateDer::pem_slice_iter(certificates).collect();
        let chain = chain.map_err(|error| TlsError::Pem(self.certificates.clone(), error))?;
        if chain.is_empty() {
            return Err(TlsError::Pem(self.certificates.clone(), pem::Error::NoItemsFound));
        }
        let key = PrivateKeyDer::from_pem_slice(key).map_err(|error| TlsError::Pem(self.key.clone(), error))?;
        let invalid =
            |error| TlsError::Invalid { certificates: self.certificates.clone(), key: self.key.clone(), error };
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let builder =
            ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().map_err(invalid)?;
        let mut config = builder.with_no_client_auth().with_single_cert(chain, key).map_err(invalid)?;
        config.alpn_protocols = PROTOCOLS.iter().map(|protocol| protocol.to_vec()).collect();
        Ok(Arc::new(config))
    }
}

/// The error for a certificate or key that cannot be used. It never quotes the files.
#[derive(Debug, Error)]
pub(crate) enum TlsError {
    #[error("{}: {}", .0.display(), .1)]
    Read(PathBuf, #[source] io::Error),
    #[error("{}: not a PEM file with what TLS needs: {}", .0.display(), .1)]
    Pem(PathBuf, #[source] pem::Error),
    #[error("{} and {} cannot be used together: {error}", .certificates.display(), .key.display())]
    Invalid {
        certificates: PathBuf,
        key: PathBuf,
        #[source]
        error: rustls::Error,
    },
}
