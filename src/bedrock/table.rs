//! The table format that describes where each model family's bodies contain text.
//!
//! A table is a list of rows, each with a path and a rule. In a path, `.` enters a field, `[]` the items of an array, and `*` any field. In
//! a table with a tag, a row begins with its variants: `thinking: signature`, `tool_use|server_tool_use: id`. `*_tool_result` matches by
//! its ending, and `*` alone matches every variant that other rows name. A later row for the same path overrides an earlier one.
//!
//! A value that no row lists is inspected as [`FieldKind::Free`]: a field that Bedrock adds later is text until a row excludes it.

use std::sync::OnceLock;

use rustc_hash::FxHashMap;

use super::text_field::{FieldKind, SkipReason};

/// The author of the text of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Assistant,
    Document,
    Echo,
    System,
    Tool,
    User,
}

impl Role {
    /// Returns the role that a field `role` names, in the spelling of any family.
    pub(super) fn from_name(name: &str) -> Option<Self> {
        const NAMES: [(&str, Role); 8] = [
            ("user", Role::User),
            ("assistant", Role::Assistant),
            ("chatbot", Role::Assistant),
            ("model", Role::Assistant),
            ("system", Role::System),
            ("developer", Role::System),
            ("tool", Role::Tool),
            ("function", Role::Tool),
        ];
        NAMES.iter().find(|(known, _)| name.eq_ignore_ascii_case(known)).map(|&(_, role)| role)
    }

    /// Returns the kind of the role's text.
    pub(super) fn field_kind(self) -> FieldKind {
        match self {
            Self::Assistant => FieldKind::AssistantText,
            Self::Document => FieldKind::Document,
            Self::Echo => FieldKind::Echo,
            Self::System => FieldKind::System,
            Self::Tool => FieldKind::ToolResult,
            Self::User => FieldKind::UserText,
        }
    }
}

/// The kind of text that a delta continues.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub(crate) enum DeltaKind {
    /// The completion.
    Text,
    /// The model's reasoning.
    Reasoning,
    /// A summary of the model's reasoning.
    ReasoningSummary,
    /// Tool arguments, as partial JSON.
    ToolArguments,
    /// Function arguments, the older format of OpenAI. A response contains at most one.
    FunctionArguments,
    /// The result of a tool that runs in the service.
    ToolResult,
    /// The model's refusal.
    Refusal,
    /// The transcript of generated audio.
    Transcript,
}

impl DeltaKind {
    /// Returns the name in pointers into streams.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Reasoning => "reasoning",
            Self::ReasoningSummary => "reasoningSummary",
            Self::ToolArguments => "toolArguments",
            Self::FunctionArguments => "functionArguments",
            Self::ToolResult => "toolResult",
            Self::Refusal => "refusal",
            Self::Transcript => "transcript",
        }
    }

    pub(super) fn field_kind(self) -> FieldKind {
        match self {
            Self::Text | Self::Refusal | Self::Transcript => FieldKind::AssistantText,
            Self::Reasoning | Self::ReasoningSummary => FieldKind::Reasoning,
            Self::ToolArguments | Self::FunctionArguments => FieldKind::ToolInput,
            Self::ToolResult => FieldKind::ToolResult,
        }
    }
}

/// How the type of a file in a string is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FileRule {
    /// Base64. The document around its source has a `format`; without one, the service takes it for plain text.
    Format,
    /// Base64. The field `media_type` next to it has the type.
    MediaType,
    /// A `data:` URL, which contains the type. The type of base64 alone is that of the `filename` next to it. The service fetches any other
    /// URL.
    Url,
}

/// What happens in a request to reasoning whose signature is not valid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unsigned {
    /// Its content block is withheld, because the model would reject the call.
    Withhold,
    /// The signature is emptied. The reasoning is not a content block.
    Empty,
}

/// The content at a path.
#[derive(Clone, Copy)]
pub(super) enum FieldRule {
    /// Text of the message's role.
    RoleText,
    /// Text; in an array or object, all strings.
    Text(FieldKind),
    /// Free-form JSON: every string and every field name in it.
    Free(FieldKind),
    /// Every string, but no field name, because the service defines the names.
    Strings(FieldKind),
    /// An object whose field names are text. Rows describe its values.
    Named(FieldKind),
    /// A string that may contain JSON; if it does, the strings in the JSON.
    Json(FieldKind),
    /// Tokens of text that is complete elsewhere: a string, or a value with the strings, names or numbers of several. It is emptied if
    /// anything in the body changes, because a masked word must not survive in pieces.
    Token,
    /// Text that continues in later events.
    Delta(DeltaKind),
    /// The messages of a conversation. Rows describe them; those before the last turn are history.
    Messages,
    /// Messages that are all history.
    History,
    /// Reasoning that a signature in the same object certifies. Models reject it in a request without a signature.
    Signed(FieldKind),
    /// The signature of reasoning, which is not valid for changed reasoning.
    Signature(Unsigned),
    /// An ID, a name of the format, a number: not text. An array or object is inspected.
    Plain,
    /// Settings and counters: nothing in it is text.
    PlainTree,
    /// A field that no row lists, in an event. Text in it is unknown content, because it might continue in the next event.
    Unknown,
    /// Content that is not text.
    Skipped(SkipReason),
    /// A document or file in a string, which is text in some formats.
    File(FileRule),
    /// Base64 of the JSON body of an InvokeModel request.
    Body,
    /// The JSON body of an InvokeModel request.
    ModelInput,
    /// An object that another table describes.
    In(&'static Table),
    /// An object that another table describes, as text of this role.
    InAs(Role, &'static Table),
}

/// How the variants of an object are distinguished.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Tag {
    /// There are no variants.
    None,
    /// By the value of this field. A value that no row names is unknown content. An object without the field is of the variant `` (an empty
    /// name), if there is one.
    Member(&'static str),
    /// By the name of the only field. A name that no row begins with is unknown content.
    Union,
}

/// Describes where one kind of object contains text.
pub(super) struct Table {
    pub(super) tag: Tag,
    pub(super) base: Option<&'static Self>,
    pub(super) rows: &'static [(&'static str, FieldRule)],
    pub(super) compiled: OnceLock<Trie>,
}

/// Declares a [`Table`]: `table! { NAME: TAG, BASE, [rows] }`.
macro_rules! table {
    ($(#[$meta:meta])* $name:ident: $tag:expr, $base:expr, [$($row:expr),* $(,)?]) => {
        $(#[$meta])*
        pub(super) static $name: $crate::bedrock::table::Table = $crate::bedrock::table::Table {
            tag: $tag,
            base: $base,
            rows: &[$($row),*],
            compiled: std::sync::OnceLock::new(),
        };
    };
}
pub(super) use table;

/// A compiled table: paths share their beginnings.
pub(super) struct Trie {
    nodes: Vec<TrieNode>,
    variants: Vec<(&'static str, usize)>,
}

#[derive(Default)]
struct TrieNode {
    members: FxHashMap<&'static str, usize>,
    any: Option<usize>,
    items: Option<usize>,
    rule: Option<FieldRule>,
}

impl Table {
    /// Returns the compiled table, which is created at first use.
    pub(super) fn trie(&'static self) -> &'static Trie {
        self.compiled.get_or_init(|| Trie::compile(self))
    }
}

impl Trie {
    fn compile(table: &'static Table) -> Self {
        // TrieNode 0 is the root of rows without variants.
        let mut trie = Self { nodes: vec![TrieNode::default()], variants: Vec::new() };
        let mut rows: Vec<(&'static str, FieldRule)> = Vec::new();
        let mut chain = vec![table];
        while let Some(base) = chain.last().and_then(|table| table.base) {
            chain.push(base);
        }
        for table in chain.iter().rev() {
            rows.extend(table.rows);
        }
        if !matches!(table.tag, Tag::Member(_)) {
            for (path, rule) in rows {
                trie.add(0, path, rule);
            }
            return trie;
        }
        // A base without variants applies to all of them.
        let split = |row: &'static str| row.split_once(": ").unwrap_or(("*", row));
        for (row, _) in &rows {
            for name in split(row).0.split('|').filter(|&name| name != "*") {
                if !trie.variants.iter().any(|&(known, _)| known == name) {
                    trie.nodes.push(TrieNode::default());
                    trie.variants.push((name, trie.nodes.len() - 1));
                }
            }
        }
        for (row, rule) in rows {
            let (names, path) = split(row);
            for (variant, root) in trie.variants.clone() {
                if names == "*" || names.split('|').any(|name| name == variant) {
                    trie.add(root, path, rule);
                }
            }
        }
        trie
    }

    fn add(&mut self, root: usize, path: &'static str, rule: FieldRule) {
        let mut at = root;
        for segment in path.split('.').filter(|segment| !segment.is_empty()) {
            let name = segment.trim_end_matches("[]");
            at = self.child(at, name);
            for _ in 0..(segment.len() - name.len()) / 2 {
                at = self.item_node(at);
            }
        }
        if let Some(node) = self.nodes.get_mut(at) {
            node.rule = Some(rule);
        }
    }

    fn child(&mut self, at: usize, name: &'static str) -> usize {
        let fresh = self.nodes.len();
        let Some(node) = self.nodes.get_mut(at) else { return at };
        let found =
            if name == "*" { *node.any.get_or_insert(fresh) } else { *node.members.entry(name).or_insert(fresh) };
        if found == fresh {
            self.nodes.push(TrieNode::default());
        }
        found
    }

    fn item_node(&mut self, at: usize) -> usize {
        let fresh = self.nodes.len();
        let Some(node) = self.nodes.get_mut(at) else { return at };
        let found = *node.items.get_or_insert(fresh);
        if found == fresh {
            self.nodes.push(TrieNode::default());
        }
        found
    }

    pub(super) fn member(&self, at: usize, name: &str) -> Option<usize> {
        let node = self.nodes.get(at)?;
        node.members.get(name).copied().or(node.any)
    }

    /// Returns `true` if a row lists the field `name`, or has a rule for any field, whose names the service then defines.
    pub(super) fn lists(&self, at: usize, name: &str) -> bool {
        let Some(node) = self.nodes.get(at) else { return false };
        let is_ruled = |any| !matches!(self.rule(any), None | Some(FieldRule::Unknown));
        node.members.contains_key(name) || node.any.is_some_and(is_ruled)
    }

    pub(super) fn items(&self, at: usize) -> Option<usize> {
        self.nodes.get(at)?.items
    }

    pub(super) fn rule(&self, at: usize) -> Option<FieldRule> {
        self.nodes.get(at)?.rule
    }

    /// Returns `true` if a row continues after this node.
    pub(super) fn has_children(&self, at: usize) -> bool {
        self.nodes.get(at).is_some_and(|node| !node.members.is_empty() || node.any.is_some() || node.items.is_some())
    }

    /// Returns the root for a value of the tag: exact names first, then endings.
    pub(super) fn variant(&self, name: &str) -> Option<usize> {
        let exact = self.variants.iter().find(|&&(known, _)| known == name);
        exact
            .or_else(|| {
                self.variants
                    .iter()
                    .find(|&&(known, _)| known.strip_prefix('*').is_some_and(|ending| name.ends_with(ending)))
            })
            .map(|&(_, root)| root)
    }
}
