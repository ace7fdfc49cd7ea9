//! Every limit of a policy, in one place, with its reason.

/// Largest policy file, in bytes. A policy of 10,000 words is about 150 KB; more than 4 MiB is a mistake or
/// an attack.
pub(crate) const MAX_POLICY_BYTES: u64 = 4 << 20;

/// Largest word-list file, in bytes: the same as a policy's, for the same reason.
pub(crate) const MAX_WORD_FILE_BYTES: u64 = 4 << 20;

/// Deepest nesting of a policy file. The format needs 5; the rest is room for a good message.
pub(crate) const MAX_DEPTH: usize = 16;

/// Most YAML values, each alias counted as all it stands for: room for ten word filters of the largest size,
/// within a few hundred megabytes of memory whatever the file says.
pub(crate) const MAX_NODES: usize = 1_000_000;

/// Text of so many bytes counts as one more value, so that aliases cannot multiply long text either.
pub(crate) const NODE_BYTES: usize = 64;

/// Longest chain of `extends`.
pub(crate) const MAX_EXTENDS: usize = 16;

/// Most rules of one policy, after `extends`. Rule numbers appear in every finding; nobody reviews more than
/// this.
pub(crate) const MAX_RULES: usize = 4096;

/// Most patterns of one document. Each is compiled, at its worst in a tenth of a second: words belong in word
/// filters.
pub(crate) const MAX_PATTERNS: usize = 1000;

/// Most words of one word filter: ten times the largest list measured (10,000).
pub(crate) const MAX_WORDS: usize = 100_000;

/// Longest word, phrase or exception, in bytes. It bounds what a stream has to hold back.
pub(crate) const MAX_WORD_BYTES: usize = 256;

/// Longest example of a topic, in bytes: a few sentences.
pub(crate) const MAX_EXAMPLE_BYTES: usize = 2048;

/// Longest pattern, in bytes of its source.
pub(crate) const MAX_PATTERN_BYTES: usize = 8192;

/// Longest match a pattern may have, in bytes. It bounds what a stream has to hold back.
pub(crate) const MAX_MATCH_BYTES: usize = 65_536;

/// Longest name of a policy or a rule, in bytes: as in Bedrock.
pub(crate) const MAX_NAME_BYTES: usize = 100;

/// Longest message, definition or description, in bytes.
pub(crate) const MAX_TEXT_BYTES: usize = 4096;

/// Longest fixed text put in place of a span, in bytes.
pub(crate) const MAX_FIXED_BYTES: usize = 256;

/// Shortest key for `replacement: hash`, in bytes: below 128 bits a key can be guessed, and with it the
/// values.
pub(crate) const MIN_HASH_KEY_BYTES: usize = 16;

/// Problems listed in one error. A file with more has one cause, and it is among the first.
pub(crate) const MAX_PROBLEMS: usize = 200;
