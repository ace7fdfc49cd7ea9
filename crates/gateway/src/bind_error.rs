//! The error for a gateway that cannot start.

use std::io;
use std::net::SocketAddr;

use thiserror::Error;

use crate::policies::ReloadError;

/// The error for a gateway that cannot start.
#[derive(Debug, Error)]
#[error(transparent)]
pub struct BindError(pub(crate) BindErrorKind);

#[derive(Debug, Error)]
pub(crate) enum BindErrorKind {
    #[error(
        "{0} is reachable from other machines, and there is no client key: set a client key (`client_key`, \
         `--client-keys`), listen on loopback, or allow it (`dangerous_allow_unauthenticated`, \
         `--dangerous-allow-unauthenticated`)"
    )]
    Unauthenticated(SocketAddr),
    #[error("a client key is limited to `{0}`, which is not a policy of this gateway")]
    UnknownKeyPolicy(String),
    #[error("a client key has an empty policy list and would grant no access")]
    EmptyKeyPolicies,
    #[error(transparent)]
    Policies(ReloadError),
    #[cfg(feature = "tls")]
    #[error("cannot use the TLS certificate: {0}")]
    Tls(#[source] crate::tls::TlsError),
    #[error("cannot listen on {0}")]
    Listen(SocketAddr, #[source] io::Error),
}
