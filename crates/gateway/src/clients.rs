//! Clients, and what each of them has open.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A client: by its key if the gateway has keys, otherwise by its address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Client {
    /// The number of its key.
    Key(usize),
    /// Its address; of IPv6 the network, because one host has all addresses of it.
    Address(IpAddr),
}

impl Client {
    pub(crate) fn at(address: IpAddr) -> Self {
        Self::Address(match address.to_canonical() {
            IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << 64)).into(),
            address @ IpAddr::V4(_) => address,
        })
    }
}

/// Counts what each client has open.
#[derive(Debug, Default)]
pub(crate) struct ClientCounts(Mutex<HashMap<Client, usize>>);

impl ClientCounts {
    /// Counts one more, or returns `None` if the client has `limit` already.
    pub(crate) fn enter(self: &Arc<Self>, client: Client, limit: usize) -> Option<ClientCount> {
        let mut counts = self.lock();
        let count = counts.entry(client).or_default();
        if *count >= limit {
            return None;
        }
        *count += 1;
        drop(counts);
        Some(ClientCount { counts: Arc::clone(self), client })
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Client, usize>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One of the things that a client has open. It ends when this is dropped.
#[derive(Debug)]
pub(crate) struct ClientCount {
    counts: Arc<ClientCounts>,
    client: Client,
}

impl Drop for ClientCount {
    fn drop(&mut self) {
        let mut counts = self.counts.lock();
        if let Some(count) = counts.get_mut(&self.client) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                counts.remove(&self.client);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::{Client, ClientCounts};

    #[test]
    fn each_client_has_its_own_limit() {
        let counts = Arc::new(ClientCounts::default());
        let (one, other) = (Client::Key(1), Client::Key(2));
        let first = counts.enter(one, 2);
        let second = counts.enter(one, 2);
        assert!(first.is_some() && second.is_some() && counts.enter(one, 2).is_none());
        assert!(counts.enter(other, 2).is_some());
        drop(first);
        assert!(counts.enter(one, 2).is_some());
        drop(second);
        assert!(counts.lock().is_empty(), "nothing is left of a client that has left");
    }

    #[test]
    fn an_ipv6_network_is_one_client() {
        let at = |address: &str| Client::at(address.parse().unwrap());
        assert_eq!(at("2001:db8:1:2:3:4:5:6"), at("2001:db8:1:2::1"));
        assert_ne!(at("2001:db8:1:2::1"), at("2001:db8:1:3::1"));
        assert_eq!(at("::ffff:192.0.2.1"), at("192.0.2.1"));
        assert_ne!(at("192.0.2.2"), at("192.0.2.1"));
    }
}
