//! The language in which the family tables say where text stands.
//!
//! A table is a list of rows, each a path and a rule. In a path, `.` enters a member, `[]` the items of
//! an array, and `*` any member. In a table with a tag, a row begins with the variants it is for:
//! `thinking: signature`, `tool_use|server_tool_use: id`; `*_tool_result` matches by ending, and a lone `*`
//! stands for every variant that other rows name. A later row for the same path wins.
//!
//! What no row names is examined as [`FieldKind::Free`]: a member that Bedrock adds tomorrow is text until
//! a row says otherwise.

use std::collections::HashMap;
use std::sync::OnceLock;

use super::files::FileRule;
use super::text_field::{FieldKind, SkipReason};

/// Who says what stands in a message.
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
    /// The role a `role` member names, in any family's spelling.
    pub(super) fn from_name(name: &str) -> Option<Self> {
        match name.to_ascii_lowercase().as_str() {
            "assistant" | "chatbot" | "model" => Some(Self::Assistant),
            "system" | "developer" => Some(Self::System),
            "tool" | "function" => Some(Self::Tool),
            "user" => Some(Self::User),
            _ => None,
        }
    }

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

/// Which text of a stream a delta continues.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub(crate) enum DeltaKind {
    /// What the model says.
    Text,
    /// The model's reasoning.
    Reasoning,
    /// Tool arguments, as partial JSON.
    ToolArguments,
    /// The same in OpenAI's older form, of which there is one in an answer.
    FunctionArguments,
    /// What a tool that runs at the service returned.
    ToolResult,
    /// Why the model refuses.
    Refusal,
    /// What the model says aloud, written down.
    Transcript,
}

impl DeltaKind {
    /// The part as pointers into streams name it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Reasoning => "reasoning",
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
            Self::Reasoning => FieldKind::Reasoning,
            Self::ToolArguments | Self::FunctionArguments => FieldKind::ToolInput,
            Self::ToolResult => FieldKind::ToolResult,
        }
    }
}

/// What is to be done in a request with reasoning whose signature does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unsigned {
    /// Its content block is withheld: the model refuses the call otherwise.
    Withhold,
    /// The signature is emptied. It stands in a message of which the reasoning is no block.
    Empty,
}

/// What stands at a path.
#[derive(Clone, Copy)]
pub(super) enum FieldRule {
    /// Text of whoever has the role.
    RoleText,
    /// Text; if it is an array or object after all, all strings in it.
    Text(FieldKind),
    /// Free-form JSON: every string and every member name in it.
    Free(FieldKind),
    /// Every string, but no member name: the service has made them all.
    Strings(FieldKind),
    /// An object whose member names are text. Rows say what its values are.
    Named(FieldKind),
    /// A string that should hold JSON; if it does, the strings in that.
    Json(FieldKind),
    /// A piece of a text that stands elsewhere whole. Emptied as soon as anything in the body changes,
    /// since a masked word must not survive in pieces.
    Token,
    /// The same as numbers, one a byte.
    TokenBytes,
    /// Text that goes on in later events.
    Delta(DeltaKind),
    /// The messages of a conversation. Rows say what they are; those before the last turn are history.
    Messages,
    /// Turns that are all history.
    History,
    /// What a signature of the model's, next to it in its object, vouches for. A model refuses it in a request without one.
    Signed(FieldKind),
    /// The signature of reasoning, which no longer holds once the reasoning is changed.
    Signature(Unsigned),
    /// An id, a name of the format, a number: not text. If it is an array or object, that is examined.
    Plain,
    /// Settings and counters: nothing in here is text.
    PlainTree,
    /// What no row names, where text comes in pieces: whether a text that is not known goes on in the next event, nobody can tell. Text in it
    /// is content of an unknown kind.
    Unknown,
    /// Content that is not text.
    Skipped(SkipReason),
    /// A document or file in a string, which is text in some formats.
    File(FileRule),
    /// Base64 of the JSON body of an InvokeModel request.
    Body,
    /// The JSON body of an InvokeModel request, in location.
    ModelInput,
    /// An object that another table describes.
    In(&'static Table),
    /// The same, said in this role.
    InAs(Role, &'static Table),
}

/// What tells the variants of an object apart.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Tag {
    /// There are none.
    None,
    /// The value of this member. A value that no row names is unknown content.
    Member(&'static str),
    /// The name of the one member. A name that no row begins with is unknown content.
    Union,
}

/// Where text stands in one kind of object.
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
        pub(in $crate::bedrock) static $name: $crate::bedrock::table::Table = $crate::bedrock::table::Table {
            tag: $tag,
            base: $base,
            rows: &[$($row),*],
            compiled: std::sync::OnceLock::new(),
        };
    };
}
pub(super) use table;

/// A table compiled: paths share their beginnings.
pub(super) struct Trie {
    nodes: Vec<TrieNode>,
    variants: Vec<(&'static str, usize)>,
}

#[derive(Default)]
struct TrieNode {
    members: HashMap<&'static str, usize>,
    any: Option<usize>,
    items: Option<usize>,
    rule: Option<FieldRule>,
}

impl Table {
    /// The compiled form, made at first use.
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
        // A base without variants counts for all of them.
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

    pub(super) fn items(&self, at: usize) -> Option<usize> {
        self.nodes.get(at)?.items
    }

    pub(super) fn rule(&self, at: usize) -> Option<FieldRule> {
        self.nodes.get(at)?.rule
    }

    /// Whether rows go on below this node.
    pub(super) fn has_children(&self, at: usize) -> bool {
        self.nodes.get(at).is_some_and(|node| !node.members.is_empty() || node.any.is_some() || node.items.is_some())
    }

    /// The root for a value of the tag: exact names first, then endings.
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
