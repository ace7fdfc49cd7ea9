//! The keys that let clients in, and the policies they may use.

use std::fmt;
use std::sync::Arc;

use http::HeaderMap;
use http::header::AUTHORIZATION;
use sha2::{Digest, Sha256};

/// The header that holds a client's key.
const KEY: &str = "x-banister-key";

/// The keys of clients, as digests: comparing digests of equal length tells nothing about the keys by the time it takes.
#[derive(Clone, Default)]
pub(crate) struct ClientKeys(Vec<Known>);

#[derive(Clone)]
struct Known {
    digest: [u8; 32],
    /// The policies it is bound to; none is any of them.
    policies: Option<Arc<[String]>>,
}

impl fmt::Debug for ClientKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ClientKeys").field(&self.0.len()).finish()
    }
}

/// What a client that is let in may do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Access {
    /// Its key was the bearer token, which is ours then, and not the upstream's.
    pub(crate) by_bearer: bool,
    policies: Option<Arc<[String]>>,
}

impl Access {
    /// Whether its key is bound to policies.
    pub(crate) fn is_bound(&self) -> bool {
        self.policies.is_some()
    }

    /// The policy for when it names none, if its key has one of its own.
    pub(crate) fn first_policy(&self) -> Option<&str> {
        self.policies.as_ref()?.first().map(String::as_str)
    }

    /// Whether it may use the policy of this name.
    pub(crate) fn allows(&self, policy: &str) -> bool {
        self.policies.as_ref().is_none_or(|policies| policies.iter().any(|name| name == policy))
    }
}

impl ClientKeys {
    /// Lets a key in, to all policies or to some. Of a key that is given twice, the last counts.
    pub(crate) fn add(&mut self, key: &str, policies: Option<Vec<String>>) {
        let known = Known { digest: Sha256::digest(key).into(), policies: policies.map(Into::into) };
        self.0.retain(|other| other.digest != known.digest);
        self.0.push(known);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What keys are bound to, key by key.
    pub(crate) fn bindings(&self) -> impl Iterator<Item = &[String]> {
        self.0.iter().filter_map(|known| known.policies.as_deref())
    }

    /// Whether a request may come in, and what it may do then.
    pub(crate) fn check(&self, headers: &HeaderMap) -> Option<Access> {
        if self.0.is_empty() {
            return Some(Access::default());
        }
        if let Some(key) = headers.get(KEY) {
            return self.find(key.as_bytes(), false);
        }
        let (scheme, token) = headers.get(AUTHORIZATION)?.as_bytes().split_at_checked(7)?;
        if scheme.eq_ignore_ascii_case(b"bearer ") { self.find(token.trim_ascii(), true) } else { None }
    }

    /// Looks at every key and every byte, whatever it finds.
    fn find(&self, key: &[u8], by_bearer: bool) -> Option<Access> {
        let digest: [u8; 32] = Sha256::digest(key).into();
        let mut found = None;
        for known in &self.0 {
            let differs = known.digest.iter().zip(&digest).fold(0, |differs, (a, b)| differs | (a ^ b));
            if std::hint::black_box(differs) == 0 {
                found = Some(known);
            }
        }
        found.map(|known| Access { by_bearer, policies: known.policies.clone() })
    }
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
    fn keys_come_in_two_headers() {
        assert_eq!(check(&[], &[]), BY_HEADER);
        assert_eq!(check(&["a", "b"], &[]), None);
        assert_eq!(check(&["a", "b"], &[("x-banister-key", "b")]), BY_HEADER);
        assert_eq!(check(&["a", "b"], &[("x-banister-key", "c")]), None);
        assert_eq!(check(&["a", "b"], &[("authorization", "bearer a")]), BY_BEARER);
        assert_eq!(check(&["a", "b"], &[("authorization", "Basic a")]), None);
        assert_eq!(check(&["a", "b"], &[("authorization", "x")]), None);
    }

    /// A wrong key of our own is not made up for by the upstream's token.
    #[test]
    fn the_header_of_its_own_counts_first() {
        assert_eq!(check(&["a"], &[("x-banister-key", "c"), ("authorization", "Bearer a")]), None);
    }

    #[test]
    fn keys_are_bound_one_by_one() {
        let mut keys = ClientKeys::default();
        keys.add("any", None);
        keys.add("some", None);
        keys.add("some", Some(vec!["b".to_owned(), "c".to_owned()]));
        let access = |key: &str| keys.check(&headers(&[("x-banister-key", key)])).unwrap();
        let any = access("any");
        assert_eq!((any.is_bound(), any.first_policy(), any.allows("a"), any.allows("b")), (false, None, true, true));
        let some = access("some");
        assert_eq!(
            (some.is_bound(), some.first_policy(), some.allows("a"), some.allows("c")),
            (true, Some("b"), false, true)
        );
    }
}
