//! Reads policies from text, files and packs.

use std::path::Path;
use std::rc::Rc;

use super::compiled::Policy;
use super::load::Load;
use super::packs;
use super::problem::PolicyError;
use super::rule_set::RuleSet;

/// Reads policies, with what they need from outside their files: the key of `replacement: hash`.
///
/// The library reads no environment variable. A program that takes the key from one passes it on:
///
/// ```
/// use banister::Policy;
///
/// let key = std::env::var_os("BANISTER_HASH_KEY").map(|key| key.into_encoded_bytes());
/// # let key = Some(key.unwrap_or(b"a key of 16 bytes or more".to_vec()));
/// let policy = Policy::loader()
///     .hash_key(key)
///     .from_yaml("{version: 1, name: bot, pii: [{types: [EMAIL], replacement: hash}]}")?;
/// # Ok::<(), banister::PolicyError>(())
/// ```
#[derive(Clone, Default)]
pub struct PolicyLoader {
    hash_key: Option<Vec<u8>>,
}

impl PolicyLoader {
    /// Sets the key of `replacement: hash`: at least 16 bytes that cannot be guessed. Without one, a policy with such a rule has a
    /// problem.
    #[must_use]
    pub fn hash_key(mut self, key: impl Into<Option<Vec<u8>>>) -> Self {
        self.hash_key = key.into();
        self
    }

    /// Reads a policy from YAML text. There is no file access: a policy that names word files needs
    /// [`from_file`](Self::from_file).
    ///
    /// # Errors
    ///
    /// Every problem of the policy.
    pub fn from_yaml(&self, text: &str) -> Result<Policy, PolicyError> {
        self.load(|load| load.yaml(text))
    }

    /// Reads a policy from a file. Word files and policies it extends by path are relative to it.
    ///
    /// # Errors
    ///
    /// Every problem of the policy, of its word files and of the policies it extends.
    pub fn from_file(&self, path: impl AsRef<Path>) -> Result<Policy, PolicyError> {
        self.load(|load| load.file(path.as_ref()))
    }

    /// Reads a policy pack, a policy that ships with Banister.
    ///
    /// # Errors
    ///
    /// If there is no pack of this name.
    pub fn from_pack(&self, name: &str) -> Result<Policy, PolicyError> {
        self.load(|load| load.pack(name))
    }

    fn load(&self, read: impl FnOnce(&mut Load<'_>) -> Option<Rc<RuleSet>>) -> Result<Policy, PolicyError> {
        let mut load = Load::new(self.hash_key.as_deref());
        let Some(rules) = read(&mut load) else { return Err(load.problems.into_error()) };
        Policy::compile((*rules).clone()).map_err(|(rule, problem)| {
            let help = Some(problem.help);
            match rule {
                Some(rule) => {
                    let message = format!("rule `{}`: {}", rule.name, problem.message);
                    load.problems.in_file(&rule.origin.file, Some(rule.origin.line), message, help);
                }
                None => load.problems.in_file(&rules.name, None, problem.message, help),
            }
            load.problems.into_error()
        })
    }
}

impl std::fmt::Debug for PolicyLoader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PolicyLoader").field("has_hash_key", &self.hash_key.is_some()).finish()
    }
}

impl Policy {
    /// Reads a policy from YAML text. There is no file access: a policy that names word files needs [`Policy::from_file`].
    ///
    /// # Errors
    ///
    /// Every problem of the policy.
    pub fn from_yaml(text: &str) -> Result<Self, PolicyError> {
        Self::loader().from_yaml(text)
    }

    /// Reads a policy from a file. Word files and policies it extends by path are relative to it.
    ///
    /// # Errors
    ///
    /// Every problem of the policy, of its word files and of the policies it extends.
    pub fn from_file(path: impl AsRef<Path>) -> Result<Self, PolicyError> {
        Self::loader().from_file(path)
    }

    /// Returns a loader, which reads policies that need a key for `replacement: hash`.
    #[must_use]
    pub fn loader() -> PolicyLoader {
        PolicyLoader::default()
    }

    /// Reads a policy pack, a policy that ships with Banister.
    ///
    /// # Errors
    ///
    /// If there is no pack of this name.
    pub fn from_pack(name: &str) -> Result<Self, PolicyError> {
        Self::loader().from_pack(name)
    }

    /// Returns the names of the packs, sorted.
    #[must_use]
    pub fn pack_names() -> &'static [&'static str] {
        &packs::NAMES
    }
}
