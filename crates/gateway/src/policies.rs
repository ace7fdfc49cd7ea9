//! The policies of a gateway, by name, and their replacement.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::ArcSwap;
use banister::{Guardrail, GuardrailLayer, Policy, PolicyError};
use thiserror::Error;

use crate::metrics::PolicySummary;

/// The source of a policy.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum PolicySource {
    /// A policy file, which is reloaded when it changes.
    File(PathBuf),
    /// A policy pack.
    Pack(String),
    /// A compiled policy.
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
    /// Creates a set with one policy, which is the default.
    #[must_use]
    pub fn new(name: impl Into<String>, source: impl Into<PolicySource>) -> Self {
        let default = name.into();
        Self { sources: BTreeMap::from([(default.clone(), source.into())]), default }
    }

    /// Adds a policy, replacing any policy of the same name.
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, source: impl Into<PolicySource>) -> Self {
        self.sources.insert(name.into(), source.into());
        self
    }

    /// Returns the folders that contain policy files.
    pub(crate) fn folders(&self) -> Vec<PathBuf> {
        let mut folders: Vec<PathBuf> = Vec::new();
        for source in self.sources.values() {
            if let PolicySource::File(path) = source {
                folders.push(folder_of(path));
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

/// Returns the folder of a file.
pub(crate) fn folder_of(path: &Path) -> PathBuf {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new(".")).to_owned()
}

/// The error for a policy with problems. The previous policies remain active.
#[derive(Debug, Error)]
#[error("policy `{policy}` has problems")]
pub struct ReloadError {
    policy: String,
    source: PolicyError,
}

impl ReloadError {
    /// Returns the name of the policy.
    #[must_use]
    pub fn policy(&self) -> &str {
        &self.policy
    }

    /// Returns the problems.
    #[must_use]
    pub fn problems(&self) -> &PolicyError {
        &self.source
    }
}

#[derive(Clone, Debug)]
pub(crate) struct ActivePolicy {
    pub(crate) name: Arc<str>,
    pub(crate) guardrail: Guardrail,
    pub(crate) layer: GuardrailLayer,
}

type MakeLayer = Box<dyn Fn(&Arc<str>, Guardrail) -> GuardrailLayer + Send + Sync>;

/// The active policies, replaced all at once.
pub(crate) struct ActivePolicies {
    policies: Policies,
    make_layer: MakeLayer,
    active: ArcSwap<BTreeMap<String, ActivePolicy>>,
    /// The number of loads so far.
    loads: AtomicU64,
    /// The number of the load that is active. A load that started earlier cannot replace it.
    activated: Mutex<u64>,
}

impl fmt::Debug for ActivePolicies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ActivePolicies").field("policies", &self.policies).finish_non_exhaustive()
    }
}

impl ActivePolicies {
    pub(crate) fn load(policies: Policies, make_layer: MakeLayer) -> Result<Self, ReloadError> {
        let active = activate(policies.load()?, &make_layer);
        let active = ArcSwap::from_pointee(active);
        Ok(Self { policies, make_layer, active, loads: AtomicU64::new(0), activated: Mutex::new(0) })
    }

    /// Reloads all policies and activates them if none has a problem. Returns `true` if any has changed.
    ///
    /// Loads can run at the same time. The result of one is dropped if a later one was faster: the newest files win.
    pub(crate) fn reload(&self) -> Result<bool, ReloadError> {
        self.reload_from(|| self.policies.load())
    }

    fn reload_from(
        &self,
        load: impl FnOnce() -> Result<BTreeMap<String, Guardrail>, ReloadError>,
    ) -> Result<bool, ReloadError> {
        let number = self.loads.fetch_add(1, Ordering::SeqCst) + 1;
        let loaded = load()?;
        let mut activated = self.activated.lock().unwrap_or_else(PoisonError::into_inner);
        if number < *activated {
            return Ok(false);
        }
        *activated = number;
        let before = self.active.load();
        let digest = |name: &str| before.get(name).map(|policy| policy.guardrail.policy().digest().to_owned());
        let changed = loaded.iter().any(|(name, new)| digest(name).as_deref() != Some(new.policy().digest()));
        if changed {
            self.active.store(Arc::new(activate(loaded, &self.make_layer)));
        }
        Ok(changed)
    }

    pub(crate) fn named(&self, name: &str) -> Option<ActivePolicy> {
        self.active.load().get(name).cloned()
    }

    pub(crate) fn default(&self) -> Option<ActivePolicy> {
        self.named(&self.policies.default)
    }

    pub(crate) fn folders(&self) -> Vec<PathBuf> {
        self.policies.folders()
    }

    pub(crate) fn summaries(&self) -> Vec<PolicySummary> {
        let active = self.active.load();
        let summaries = active.values().map(|policy| PolicySummary {
            name: policy.name.as_ref().to_owned(),
            digest: policy.guardrail.policy().digest().to_owned(),
            buffer_limit_bytes: policy.guardrail.buffer_limit().bytes(),
        });
        summaries.collect()
    }
}

fn activate(loaded: BTreeMap<String, Guardrail>, make_layer: &MakeLayer) -> BTreeMap<String, ActivePolicy> {
    let entries = loaded.into_iter().map(|(key, guardrail)| {
        let name: Arc<str> = key.as_str().into();
        let layer = make_layer(&name, guardrail.clone()).guardrail_identifier(Arc::clone(&name));
        (key, ActivePolicy { name, guardrail, layer })
    });
    entries.collect()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use banister::{GuardrailLayer, Policy};

    use super::{ActivePolicies, Policies};

    fn policies(word: &str) -> Policies {
        let rule = format!("version: 1\nname: p\nword_filters:\n  - {{name: {word}, words: [{word}], action: mask}}\n");
        Policies::new("p", Policy::from_yaml(&rule).unwrap())
    }

    /// A policy that takes long to load does not delay the one that replaces it, and does not replace it later.
    #[test]
    fn the_newest_files_win() {
        let make_layer = Box::new(|_: &Arc<str>, guardrail| GuardrailLayer::new(guardrail));
        let active = ActivePolicies::load(policies("red"), make_layer).unwrap();
        let word = || active.default().unwrap().guardrail.policy().rules().next().unwrap().name().to_owned();
        let older = active.reload_from(|| {
            // While this one loads, a newer one starts and is done.
            assert!(active.reload_from(|| policies("green").load()).unwrap());
            assert_eq!(word(), "green");
            policies("blue").load()
        });
        assert!(!older.unwrap(), "it is too late");
        assert_eq!(word(), "green");
        assert!(active.reload_from(|| policies("blue").load()).unwrap());
        assert_eq!(word(), "blue");
    }
}
