//! Client keys, and the policies that they give access to.

use std::fmt;
use std::sync::Arc;

use banister::DecisionCaller;
use http::HeaderMap;
use http::header::AUTHORIZATION;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq as _;

/// The header of a client key.
const KEY: &str = "x-banister-key";

/// The bytes of a key's digest that name a client.
const CALLER_BYTES: usize = 6;

/// The client keys, as digests of equal length, so that comparing them takes the same time for every key.
#[derive(Clone, Default)]
pub(crate) struct ClientKeys(Vec<ClientKey>);

#[derive(Clone)]
struct ClientKey {
    digest: [u8; 32],
    /// The policies that the key is limited to, or `None` for all.
    policies: Option<Arc<[String]>>,
}

impl fmt::Debug for ClientKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ClientKeys").field(&self.0.len()).finish()
    }
}

/// The permissions of an authorized client.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Access {
    /// Set if the key was sent as bearer token, which must then not be forwarded.
    pub(crate) by_bearer: bool,
    policies: Option<Arc<[String]>>,
}

impl Access {
    /// Returns `true` if the key is limited to some policies.
    pub(crate) fn is_limited(&self) -> bool {
        self.policies.is_some()
    }

    /// Returns the default policy of the key, if it has its own.
    pub(crate) fn first_policy(&self) -> Option<&str> {
        self.policies.as_ref()?.first().map(String::as_str)
    }

    /// Returns `true` if the client may use this policy.
    pub(crate) fn allows(&self, policy: &str) -> bool {
        self.policies.as_ref().is_none_or(|policies| policies.iter().any(|name| name == policy))
    }
}

impl ClientKeys {
    /// Adds a key for all policies or for some. Replaces a key that was added before.
    pub(crate) fn add(&mut self, key: &str, policies: Option<Vec<String>>) {
        let key = ClientKey { digest: Sha256::digest(key).into(), policies: policies.map(Into::into) };
        self.0.retain(|other| other.digest != key.digest);
        self.0.push(key);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the policies of each limited key.
    pub(crate) fn limits(&self) -> impl Iterator<Item = &[String]> {
        self.0.iter().filter_map(|key| key.policies.as_deref())
    }

    /// Returns the permissions of a request, or `None` if it is unauthorized.
    pub(crate) fn check(&self, headers: &HeaderMap) -> Option<Access> {
        if self.0.is_empty() {
            return Some(Access::default());
        }
        let (key, by_bearer) = presented(headers)?;
        self.find(key, by_bearer)
    }

    /// Returns the name of an authorized client for decision records: the beginning of the digest of its key.
    pub(crate) fn caller(&self, headers: &HeaderMap) -> Option<DecisionCaller> {
        let (key, _) = presented(headers).filter(|_| !self.0.is_empty())?;
        let digest = Sha256::digest(key);
        let name: String = digest.iter().take(CALLER_BYTES).map(|byte| format!("{byte:02x}")).collect();
        Some(DecisionCaller::new(&format!("key:{name}")))
    }

    /// Compares every key, so that the time does not depend on which one matches.
    fn find(&self, key: &[u8], by_bearer: bool) -> Option<Access> {
        let digest: [u8; 32] = Sha256::digest(key).into();
        let found = self.0.iter().fold(
            None,
            |found, known| {
                if bool::from(known.digest.ct_eq(&digest)) { Some(known) } else { found }
            },
        );
        found.map(|known| Access { by_bearer, policies: known.policies.clone() })
    }
}

/// Returns the key in the headers of a request, and `true` if it is a bearer token.
fn presented(headers: &HeaderMap) -> Option<(&[u8], bool)> {
    if let Some(key) = headers.get(KEY) {
        return Some((key.as_bytes(), false));
    }
    let (scheme, token) = headers.get(AUTHORIZATION)?.as_bytes().split_at_checked(7)?;
    scheme.eq_ignore_ascii_case(b"bearer ").then(|| (token.trim_ascii(), true))
}

#[cfg(test)]
mod tests {
    use http::HeaderMap;

    use super::{Access, ClientKeys};

    const BY_HEADER: Option<Access> = Some(Access { by_bearer: false, policies: None });
    const BY_BEARER: Option<Access> = Some(Access { by_bearer: true, policies: None });

    fn headers(headers: &[(&'static str, &str)]) -> HeaderMap {
        headers.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect()
    }

    fn check(keys: &[&str], given: &[(&'static str, &str)]) -> Option<Access> {
        let mut known = ClientKeys::default();
        keys.iter().for_each(|key| known.add(key, None));
        known.check(&headers(given))
    }

    #[test]
    fn clients_are_named_by_their_keys() {
        let mut keys = ClientKeys::default();
        assert_eq!(keys.caller(&headers(&[(super::KEY, "a")])), None);
        keys.add("a", None);
        // printf a | sha256sum
        let expected = Some(banister::DecisionCaller::new("key:ca978112ca1b"));
        assert_eq!(keys.caller(&headers(&[(super::KEY, "a")])), expected);
        assert_eq!(keys.caller(&headers(&[("authorization", "Bearer a")])), expected);
        assert_eq!(keys.caller(&headers(&[])), None);
    }

    #[test]
    fn keys_are_read_from_two_headers() {
        assert_eq!(check(&[], &[]), BY_HEADER);
        assert_eq!(check(&["a", "b"], &[]), None);
        assert_eq!(check(&["a", "b"], &[("x-banister-key", "b")]), BY_HEADER);
        assert_eq!(check(&["a", "b"], &[("x-banister-key", "c")]), None);
        assert_eq!(check(&["a", "b"], &[("authorization", "bearer a")]), BY_BEARER);
        assert_eq!(check(&["a", "b"], &[("authorization", "Basic a")]), None);
        assert_eq!(check(&["a", "b"], &[("authorization", "x")]), None);
    }

    /// A bearer token does not replace a wrong key.
    #[test]
    fn the_key_header_takes_precedence() {
        assert_eq!(check(&["a"], &[("x-banister-key", "c"), ("authorization", "Bearer a")]), None);
    }

    #[test]
    fn each_key_has_its_own_policies() {
        let mut keys = ClientKeys::default();
        keys.add("any", None);
        keys.add("some", None);
        keys.add("some", Some(vec!["b".to_owned(), "c".to_owned()]));
        let access = |key: &str| keys.check(&headers(&[("x-banister-key", key)])).unwrap();
        let any = access("any");
        assert_eq!((any.is_limited(), any.first_policy(), any.allows("a"), any.allows("b")), (false, None, true, true));
        let some = access("some");
        assert_eq!(
            (some.is_limited(), some.first_policy(), some.allows("a"), some.allows("c")),
            (true, Some("b"), false, true)
        );
    }
}
