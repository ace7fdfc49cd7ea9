//! Client keys, and the policies that they give access to.

use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;

use banister::DecisionCaller;
use http::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq as _;

use crate::clients::Client;

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
    /// The number of the key, if the gateway has keys.
    key: Option<usize>,
    policies: Option<Arc<[String]>>,
}

impl Access {
    /// Returns the client, which is at `address`.
    pub(crate) fn client(&self, address: IpAddr) -> Client {
        self.key.map_or_else(|| Client::at(address), Client::Key)
    }

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
        let number = self.find(presented(headers)?)?;
        Some(Access { key: Some(number), policies: self.0.get(number)?.policies.clone() })
    }

    /// Returns the name of a client for decision records: the beginning of the digest of its key.
    pub(crate) fn caller(&self, access: &Access) -> Option<DecisionCaller> {
        let key = self.0.get(access.key?)?;
        let name: String = key.digest.iter().take(CALLER_BYTES).map(|byte| format!("{byte:02x}")).collect();
        Some(DecisionCaller::new(&format!("key:{name}")))
    }

    /// Removes every header that contains a client key, whichever header that is. A client may send its key in two headers, and the
    /// upstream must not learn it.
    pub(crate) fn remove_from(&self, headers: &mut HeaderMap) {
        if self.0.is_empty() {
            return;
        }
        let with_key: Vec<HeaderName> =
            headers.iter().filter(|(_, value)| self.is_in(value.as_bytes())).map(|(name, _)| name.clone()).collect();
        for name in with_key {
            headers.remove(name);
        }
    }

    /// Returns `true` if the value of a header is a client key, or has one after a scheme or in a list.
    fn is_in(&self, value: &[u8]) -> bool {
        let value = value.trim_ascii();
        let words = value.split(|byte| byte.is_ascii_whitespace() || matches!(byte, b',' | b';' | b'"'));
        let mut words = words.filter(|word| !word.is_empty());
        self.find(value).is_some()
            || words.any(|word| {
                let after_name = word.splitn(2, |byte| *byte == b'=').nth(1);
                self.find(word).is_some() || after_name.is_some_and(|word| self.find(word).is_some())
            })
    }

    /// Returns the number of a key. Compares every key, so that the time does not depend on which one matches.
    fn find(&self, key: &[u8]) -> Option<usize> {
        let digest: [u8; 32] = Sha256::digest(key).into();
        let keys = self.0.iter().enumerate();
        keys.fold(
            None,
            |found, (number, known)| if bool::from(known.digest.ct_eq(&digest)) { Some(number) } else { found },
        )
    }
}

/// Returns the value of a header that is sent once. Of several values, each reader could take another.
pub(crate) fn only<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a [u8]> {
    let mut values = headers.get_all(name).iter();
    values.next().filter(|_| values.next().is_none()).map(HeaderValue::as_bytes)
}

/// Returns the key in the headers of a request.
fn presented(headers: &HeaderMap) -> Option<&[u8]> {
    if headers.contains_key(KEY) {
        return only(headers, KEY);
    }
    let (scheme, token) = only(headers, AUTHORIZATION.as_str())?.split_at_checked(7)?;
    scheme.eq_ignore_ascii_case(b"bearer ").then(|| token.trim_ascii())
}

#[cfg(test)]
mod tests {
    use http::HeaderMap;

    use super::{Access, ClientKeys};

    /// The access by the key with this number.
    fn by(number: usize) -> Option<Access> {
        Some(Access { key: Some(number), policies: None })
    }

    fn headers(headers: &[(&'static str, &str)]) -> HeaderMap {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(*name, value.parse().unwrap());
        }
        map
    }

    fn check(keys: &[&str], given: &[(&'static str, &str)]) -> Option<Access> {
        let mut known = ClientKeys::default();
        keys.iter().for_each(|key| known.add(key, None));
        known.check(&headers(given))
    }

    #[test]
    fn clients_are_named_by_their_keys() {
        let caller = |keys: &ClientKeys, given| keys.check(&headers(given)).and_then(|access| keys.caller(&access));
        let mut keys = ClientKeys::default();
        assert_eq!(caller(&keys, &[(super::KEY, "a")]), None);
        keys.add("a", None);
        // printf a | sha256sum
        let expected = Some(banister::DecisionCaller::new("key:ca978112ca1b"));
        assert_eq!(caller(&keys, &[(super::KEY, "a")]), expected);
        assert_eq!(caller(&keys, &[("authorization", "Bearer a")]), expected);
        assert_eq!(caller(&keys, &[]), None);
    }

    #[test]
    fn keys_are_read_from_two_headers() {
        assert_eq!(check(&[], &[]), Some(Access::default()));
        assert_eq!(check(&["a", "b"], &[]), None);
        assert_eq!(check(&["a", "b"], &[("x-banister-key", "b")]), by(1));
        assert_eq!(check(&["a", "b"], &[("x-banister-key", "c")]), None);
        assert_eq!(check(&["a", "b"], &[("authorization", "bearer a")]), by(0));
        assert_eq!(check(&["a", "b"], &[("authorization", "Basic a")]), None);
        assert_eq!(check(&["a", "b"], &[("authorization", "x")]), None);
    }

    /// A bearer token does not replace a wrong key.
    #[test]
    fn the_key_header_takes_precedence() {
        assert_eq!(check(&["a"], &[("x-banister-key", "c"), ("authorization", "Bearer a")]), None);
    }

    #[test]
    fn a_key_that_is_sent_twice_is_none() {
        assert_eq!(check(&["a", "b"], &[("x-banister-key", "a"), ("x-banister-key", "b")]), None);
        assert_eq!(check(&["a", "b"], &[("authorization", "Bearer a"), ("authorization", "Bearer b")]), None);
    }

    #[test]
    fn headers_with_a_key_are_removed() {
        let mut keys = ClientKeys::default();
        keys.add("key-of-the-client==", None);
        for value in [
            "key-of-the-client==",
            "Bearer key-of-the-client==",
            "bearer   key-of-the-client== ",
            "x, key-of-the-client==;q=1",
            "token=key-of-the-client==",
            "Key k=\"key-of-the-client==\"",
        ] {
            let mut headers =
                headers(&[("authorization", "x"), ("authorization", value), ("x-other", "key-of-the-client")]);
            keys.remove_from(&mut headers);
            assert_eq!(headers.keys().map(|name| name.as_str()).collect::<Vec<_>>(), ["x-other"], "{value}");
        }
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
