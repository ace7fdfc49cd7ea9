//! The error for a gateway that cannot start.

use std::fmt;
use std::io;
use std::net::SocketAddr;

use crate::policies::ReloadError;

/// The error for a gateway that cannot start.
#[derive(Debug)]
pub struct BindError(ErrorKind);

#[derive(Debug)]
enum ErrorKind {
    Unauthenticated(SocketAddr),
    KeyPolicy(Option<String>),
    Policies(ReloadError),
    Listen(SocketAddr, io::Error),
}

impl BindError {
    pub(crate) fn unauthenticated(address: SocketAddr) -> Self {
        Self(ErrorKind::Unauthenticated(address))
    }

    /// A key is limited to an unknown policy, or to none.
    pub(crate) fn key_policy(policy: Option<String>) -> Self {
        Self(ErrorKind::KeyPolicy(policy))
    }

    pub(crate) fn policies(error: ReloadError) -> Self {
        Self(ErrorKind::Policies(error))
    }

    pub(crate) fn listen(address: SocketAddr, error: io::Error) -> Self {
        Self(ErrorKind::Listen(address, error))
    }
}

impl fmt::Display for BindError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            ErrorKind::Unauthenticated(address) => write!(
                f,
                "{address} is reachable from other machines, and there is no client key: set `client_key`, listen on loopback, or set \
                 `dangerous_allow_unauthenticated`"
            ),
            ErrorKind::KeyPolicy(Some(policy)) => {
                write!(f, "a client key is limited to `{policy}`, which is not a policy of this gateway")
            }
            ErrorKind::KeyPolicy(None) => {
                f.write_str("a client key has an empty policy list and would grant no access")
            }
            ErrorKind::Policies(error) => error.fmt(f),
            ErrorKind::Listen(address, _) => write!(f, "cannot listen on {address}"),
        }
    }
}

impl std::error::Error for BindError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.0 {
            ErrorKind::Unauthenticated(_) | ErrorKind::KeyPolicy(_) => None,
            ErrorKind::Policies(error) => error.source(),
            ErrorKind::Listen(_, error) => Some(error),
        }
    }
}
