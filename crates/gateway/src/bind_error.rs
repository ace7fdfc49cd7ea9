//! Why a gateway cannot listen.

use std::fmt;
use std::io;
use std::net::SocketAddr;

use crate::policies::ReloadError;

/// Why a gateway cannot listen.
#[derive(Debug)]
pub struct BindError(Kind);

#[derive(Debug)]
enum Kind {
    Open(SocketAddr),
    Binding(Option<String>),
    Policies(ReloadError),
    Listen(SocketAddr, io::Error),
}

impl BindError {
    pub(crate) fn open(address: SocketAddr) -> Self {
        Self(Kind::Open(address))
    }

    /// A key is bound to a policy that is not there, or to none at all.
    pub(crate) fn binding(policy: Option<String>) -> Self {
        Self(Kind::Binding(policy))
    }

    pub(crate) fn policies(error: ReloadError) -> Self {
        Self(Kind::Policies(error))
    }

    pub(crate) fn listen(address: SocketAddr, error: io::Error) -> Self {
        Self(Kind::Listen(address, error))
    }
}

impl fmt::Display for BindError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::Open(address) => write!(
                f,
                "{address} is reachable from other machines, and clients need no key: give `client_key`, listen on loopback, or set \
                 `dangerous_allow_unauthenticated`"
            ),
            Kind::Binding(Some(policy)) => {
                write!(f, "a client key is bound to `{policy}`, which is no policy of this gateway")
            }
            Kind::Binding(None) => f.write_str("a client key is bound to no policy at all, so it would open nothing"),
            Kind::Policies(error) => error.fmt(f),
            Kind::Listen(address, _) => write!(f, "cannot listen on {address}"),
        }
    }
}

impl std::error::Error for BindError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.0 {
            Kind::Open(_) | Kind::Binding(_) => None,
            Kind::Policies(error) => error.source(),
            Kind::Listen(_, error) => Some(error),
        }
    }
}
