//! The library's sources, parsed: modules, what they declare and import, and where a path leads.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use syn::visit::{self, Visit};
use syn::{Item, UseTree};

/// The path of a module from the root.
pub(crate) type ModulePath = Vec<String>;

/// What one module declares and imports, tests aside.
#[derive(Default)]
pub(crate) struct Module {
    pub(crate) file: PathBuf,
    /// Names of items that are defined here.
    pub(crate) items: BTreeSet<String>,
    /// Names that this module imports or re-exports, with the path as written.
    pub(crate) uses: Vec<(String, Vec<String>)>,
    /// Paths that are imported whole, `path::*`.
    pub(crate) globs: Vec<Vec<String>>,
    /// The items themselves.
    pub(crate) code: Vec<Item>,
    /// Paths in code.
    pub(crate) paths: Vec<Vec<String>>,
}

pub(crate) type Tree = BTreeMap<ModulePath, Module>;

pub(crate) fn library() -> Tree {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let tree = parse(&root);
    assert!(tree.len() > 100, "only {} modules were found in {}", tree.len(), root.display());
    tree
}

/// Parses the crate whose root file is `lib.rs` in `root`.
pub(crate) fn parse(root: &Path) -> Tree {
    let mut tree = Tree::new();
    parse_file(root, &root.join("lib.rs"), root.to_owned(), Vec::new(), &mut tree);
    tree
}

/// Parses the file of a module; the files of its modules are in `folder`.
fn parse_file(root: &Path, file: &Path, folder: PathBuf, path: ModulePath, tree: &mut Tree) {
    let text = fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let syntax = syn::parse_file(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let name = file.strip_prefix(root).unwrap_or(file).to_owned();
    parse_items(root, syntax.items, &name, folder, path, tree);
}

fn parse_items(root: &Path, items: Vec<Item>, file: &Path, folder: PathBuf, path: ModulePath, tree: &mut Tree) {
    let mut module = Module { file: file.to_owned(), ..Module::default() };
    for item in items {
        if attributes(&item).iter().any(is_test) {
            continue;
        }
        if let Item::Mod(child) = item {
            let name = child.ident.to_string();
            let mut path = path.clone();
            path.push(name.clone());
            let folder = folder.join(&name);
            match child.content {
                Some((_, items)) => parse_items(root, items, file, folder, path, tree),
                None => {
                    let flat = folder.with_extension("rs");
                    let file = if flat.exists() { flat } else { folder.join("mod.rs") };
                    parse_file(root, &file, folder, path, tree);
                }
            }
            continue;
        }
        module.items.extend(name_of(&item));
        match item {
            Item::Use(item) => {
                imports(&item.tree, Vec::new(), &mut module);
                module.code.push(Item::Use(item));
            }
            item => {
                Paths(&mut module.paths).visit_item(&item);
                module.code.push(item);
            }
        }
    }
    tree.insert(path, module);
}

pub(crate) fn attributes(item: &Item) -> &[syn::Attribute] {
    match item {
        Item::Const(item) => &item.attrs,
        Item::Enum(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Macro(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Static(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Trait(item) => &item.attrs,
        Item::Type(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        _ => &[],
    }
}

fn is_test(attribute: &syn::Attribute) -> bool {
    attribute.path().is_ident("cfg")
        && attribute.parse_args::<syn::Ident>().is_ok_and(|name| name == "test" || name == "doctest")
}

fn name_of(item: &Item) -> Option<String> {
    Some(match item {
        Item::Const(item) => item.ident.to_string(),
        Item::Enum(item) => item.ident.to_string(),
        Item::Fn(item) => item.sig.ident.to_string(),
        Item::Macro(item) => item.ident.as_ref()?.to_string(),
        Item::Static(item) => item.ident.to_string(),
        Item::Struct(item) => item.ident.to_string(),
        Item::Trait(item) => item.ident.to_string(),
        Item::Type(item) => item.ident.to_string(),
        _ => return None,
    })
}

fn imports(tree: &UseTree, mut path: Vec<String>, module: &mut Module) {
    match tree {
        UseTree::Path(part) => {
            path.push(part.ident.to_string());
            imports(&part.tree, path, module);
        }
        UseTree::Group(group) => group.items.iter().for_each(|tree| imports(tree, path.clone(), module)),
        UseTree::Glob(_) => module.globs.push(path),
        UseTree::Name(name) if name.ident == "self" => {
            let known = path.last().cloned().unwrap_or_default();
            module.uses.push((known, path));
        }
        UseTree::Name(name) => {
            path.push(name.ident.to_string());
            module.uses.push((name.ident.to_string(), path));
        }
        UseTree::Rename(rename) => {
            path.push(rename.ident.to_string());
            module.uses.push((rename.rename.to_string(), path));
        }
    }
}

/// Collects the paths in code, those in the arguments of macros included.
struct Paths<'a>(&'a mut Vec<Vec<String>>);

impl<'ast> Visit<'ast> for Paths<'_> {
    fn visit_path(&mut self, path: &'ast syn::Path) {
        self.0.push(path.segments.iter().map(|segment| segment.ident.to_string()).collect());
        visit::visit_path(self, path);
    }

    /// `pub(super)` imports nothing.
    fn visit_visibility(&mut self, _: &'ast syn::Visibility) {}

    fn visit_macro(&mut self, item: &'ast syn::Macro) {
        let text = item.tokens.to_string().replace(" :: ", "::");
        let words = text.split(|c: char| !(c.is_alphanumeric() || c == '_' || c == ':'));
        self.0
            .extend(words.filter(|word| word.contains("::")).map(|word| word.split("::").map(str::to_owned).collect()));
        visit::visit_macro(self, item);
    }
}

/// The module that defines what `name` means in the module `path`: itself, if `name` is a module.
pub(crate) fn resolve(tree: &Tree, path: &ModulePath, name: &[String], depth: usize) -> Option<ModulePath> {
    // Circles of re-exports do not compile; this stops at names that shadow each other.
    if depth > 12 {
        return None;
    }
    let (mut at, rest) = match name.first()?.as_str() {
        "crate" => (Vec::new(), &name[1..]),
        "self" => (path.clone(), &name[1..]),
        "super" => {
            let climbs = name.iter().take_while(|part| *part == "super").count();
            (path[..path.len().checked_sub(climbs)?].to_vec(), &name[climbs..])
        }
        _ => (path.clone(), name),
    };
    for (index, part) in rest.iter().enumerate() {
        let mut child = at.clone();
        child.push(part.clone());
        if tree.contains_key(&child) {
            at = child;
            continue;
        }
        let module = tree.get(&at)?;
        if module.items.contains(part) {
            return Some(at);
        }
        if let Some((_, path)) =
            module.uses.iter().find(|(name, path)| name == part && path.as_slice() != name_slice(rest, index))
        {
            return resolve(tree, &at, path, depth + 1);
        }
        return module.globs.iter().find_map(|glob| {
            let mut path = glob.clone();
            path.push(part.clone());
            resolve(tree, &at, &path, depth + 1)
        });
    }
    tree.contains_key(&at).then_some(at)
}

/// A name that stands for itself, which no import explains.
fn name_slice(rest: &[String], index: usize) -> &[String] {
    if index == 0 { &rest[..1] } else { &[] }
}
