//! The policies of a gateway, by name, and how they are replaced.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::ArcSwap;
use banister::{Guardrail, GuardrailLayer, Policy, PolicyError};

use crate::metrics::PolicyFacts;

/// Where a policy comes from.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum PolicySource {
    /// A file, which is read again when it changes.
    File(PathBuf),
    /// A pack that ships with Banister.
    Pack(String),
    /// One that is compiled already.
    Compiled(Policy),
}

impl From<&str> for PolicySource {
    fn from(path: &str) -> Self {
        Self::File(path.into())
    }
}

impl From<PathBuf> for PolicySource {
    fn from(path: PathBuf) -> Self {
        Self::File(path)
    }
}

impl From<Policy> for PolicySource {
    fn from(policy: Policy) -> Self {
        Self::Compiled(policy)
    }
}

/// Policies by name. The first is the default.
#[derive(Clone, Debug)]
pub struct Policies {
    default: String,
    sources: BTreeMap<String, PolicySource>,
}

impl Policies {
    /// This policy under this name, as default.
    #[must_use]
    pub fn new(name: impl Into<String>, source: impl Into<PolicySource>) -> Self {
        let default = name.into();
        Self { sources: BTreeMap::from([(default.clone(), source.into())]), default }
    }

    /// This one as well. One of the same name is replaced.
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, source: impl Into<PolicySource>) -> Self {
        self.sources.insert(name.into(), source.into());
        self
    }

    /// The folders with files of policies.
    pub(crate) fn folders(&self) -> Vec<PathBuf> {
        let mut folders: Vec<PathBuf> = Vec::new();
        for source in self.sources.values() {
            if let PolicySource::File(path) = source {
                let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
                folders.push(folder.unwrap_or(Path::new(".")).to_owned());
            }
        }
        folders.sort();
        folders.dedup();
        folders
    }

    fn load(&self) -> Result<BTreeMap<String, Guardrail>, ReloadError> {
        let loader = Policy::loader().hash_key(std::env::var_os("BANISTER_HASH_KEY").map(OsString::into_encoded_bytes));
        let mut loaded = BTreeMap::new();
        for (name, source) in &self.sources {
            let policy = match source {
                PolicySource::File(path) => loader.from_file(path),
                PolicySource::Pack(pack) => loader.from_pack(pack),
                PolicySource::Compiled(policy) => Ok(policy.clone()),
            };
            let policy = policy.map_err(|source| ReloadError { policy: name.clone(), source })?;
            loaded.insert(name.clone(), Guardrail::new(policy));
        }
        Ok(loaded)
    }
}

/// Why policies could not be taken: one of them has problems. Those that were in force stay so.
#[derive(Debug)]
pub struct ReloadError {
    policy: String,
    source: PolicyError,
}

impl ReloadError {
    /// The name of the policy.
    #[must_use]
    pub fn policy(&self) -> &str {
        &self.policy
    }

    /// Its problems.
    #[must_use]
    pub fn problems(&self) -> &PolicyError {
        &self.source
    }
}

impl fmt::Display for ReloadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "policy `{}` has problems", self.policy)
    }
}

impl std::error::Error for ReloadError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.source)
    }
}

/// A policy in force.
#[derive(Clone, Debug)]
pub(crate) struct ActivePolicy {
    pub(crate) name: Arc<str>,
    pub(crate) guardrail: Guardrail,
    pub(crate) layer: GuardrailLayer,
}

type MakeLayer = Box<dyn Fn(&Arc<str>, Guardrail) -> GuardrailLayer + Send + Sync>;

/// The policies in force, replaced all at once.
pub(crate) struct Current {
    policies: Policies,
    make_layer: MakeLayer,
    in_force: ArcSwap<BTreeMap<String, ActivePolicy>>,
    /// Held while policies are read, so that an older reading cannot overtake a newer one.
    reading: Mutex<()>,
}

impl fmt::Debug for Current {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Current").field("policies", &self.policies).finish_non_exhaustive()
    }
}

impl Current {
    pub(crate) fn load(policies: Policies, make_layer: MakeLayer) -> Result<Self, ReloadError> {
        let in_force = put_in_force(policies.load()?, &make_layer);
        Ok(Self { policies, make_layer, in_force: ArcSwap::from_pointee(in_force), reading: Mutex::new(()) })
    }

    /// Reads all policies again and puts them in force, if none has a problem. Whether any is another than before.
    pub(crate) fn reload(&self) -> Result<bool, ReloadError> {
        let _reading = self.reading.lock().unwrap_or_else(PoisonError::into_inner);
        let loaded = self.policies.load()?;
        let before = self.in_force.load();
        let digest = |name: &str| before.get(name).map(|policy| policy.guardrail.policy().digest().to_owned());
        let changed = loaded.iter().any(|(name, new)| digest(name).as_deref() != Some(new.policy().digest()));
        if changed {
            self.in_force.store(Arc::new(put_in_force(loaded, &self.make_layer)));
        }
        Ok(changed)
    }

    /// The policy of this name.
    pub(crate) fn named(&self, name: &str) -> Option<ActivePolicy> {
        self.in_force.load().get(name).cloned()
    }

    /// The policy for those who choose none.
    pub(crate) fn default(&self) -> Option<ActivePolicy> {
        self.named(&self.policies.default)
    }

    pub(crate) fn folders(&self) -> Vec<PathBuf> {
        self.policies.folders()
    }

    pub(crate) fn facts(&self) -> Vec<PolicyFacts> {
        let in_force = self.in_force.load();
        let facts = in_force.values().map(|policy| PolicyFacts {
            name: policy.name.as_ref().to_owned(),
            digest: policy.guardrail.policy().digest().to_owned(),
            hold_bound_bytes: policy.guardrail.buffer_limit().bytes(),
        });
        facts.collect()
    }
}

fn put_in_force(loaded: BTreeMap<String, Guardrail>, make_layer: &MakeLayer) -> BTreeMap<String, ActivePolicy> {
    let entries = loaded.into_iter().map(|(key, guardrail)| {
        let name: Arc<str> = key.as_str().into();
        let layer = make_layer(&name, guardrail.clone()).guardrail_identifier(Arc::clone(&name));
        (key, ActivePolicy { name, guardrail, layer })
    });
    entries.collect()
}
