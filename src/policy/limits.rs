//! The limits of policy files, each with its reason.

use crate::detect::pattern::NFA_SIZE_LIMIT;

/// The largest policy file, in bytes. A policy of 10,000 words takes about 150 KB; more than 4 MiB is a mistake or an attack.
pub(crate) const MAX_POLICY_BYTES: u64 = 4 << 20;

/// The largest word file, in bytes: that of a policy file, for the same reason.
pub(crate) const MAX_WORD_FILE_BYTES: u64 = 4 << 20;

/// The deepest nesting of a policy file. The format needs 5; the rest allows a good message.
pub(crate) const MAX_DEPTH: usize = 16;

/// The most YAML values with aliases expanded: room for ten word filters of the largest size, in at most a few hundred megabytes of
/// memory.
pub(crate) const MAX_NODES: usize = 1_000_000;

/// Each this many bytes of text count as one more value, so that aliases cannot multiply long text.
pub(crate) const NODE_BYTES: usize = 64;

/// The longest chain of `extends`.
pub(crate) const MAX_EXTENDS: usize = 16;

/// The most rules of a policy, after `extends`. More cannot be reviewed.
pub(crate) const MAX_RULES: usize = 4096;

/// The most patterns of a policy file. Compiling one takes up to a tenth of a second; words belong in word filters.
pub(crate) const MAX_PATTERNS: usize = 1000;

/// The size of all patterns of a policy file when compiled, in bytes. Regexes and patterns of topics may take half of it each, so a policy that
/// takes more would be refused in the end, after a minute and a half for a thousand patterns. This refuses it after one or two seconds.
pub(crate) const MAX_COMPILED_BYTES: usize = 2 * NFA_SIZE_LIMIT;

/// The most words of a word filter: ten times the largest list measured (10,000).
pub(crate) const MAX_WORDS: usize = 100_000;

/// The longest word, phrase or exception, in bytes. It is part of the buffer limit of streams.
pub(crate) const MAX_WORD_BYTES: usize = 256;

/// The longest example of a topic, in bytes: a few sentences.
pub(crate) const MAX_EXAMPLE_BYTES: usize = 2048;

/// The longest pattern, in bytes of its source.
pub(crate) const MAX_PATTERN_BYTES: usize = 8192;

/// The longest match of a pattern, in bytes. It is part of the buffer limit of streams.
pub(crate) const MAX_MATCH_BYTES: usize = 65_536;

/// The longest name of a policy or a rule, in bytes: as in Bedrock.
pub(crate) const MAX_NAME_BYTES: usize = 100;

/// The longest message, definition or description, in bytes.
pub(crate) const MAX_TEXT_BYTES: usize = 4096;

/// The longest fixed replacement, in bytes.
pub(crate) const MAX_FIXED_BYTES: usize = 256;

/// The shortest key for `replacement: hash`, in bytes: below 128 bits a key, and with it the values, can be guessed.
pub(crate) const MIN_HASH_KEY_BYTES: usize = 16;

/// The most problems listed in one error. If a file has more, their common cause is among the first.
pub(crate) const MAX_PROBLEMS: usize = 200;
