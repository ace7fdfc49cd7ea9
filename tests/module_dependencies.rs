//! Modules import from modules below them only, and no two files import each other, directly or in a circle.
//!
//! Every source file is parsed. Each path in it is followed through re-exports to the file that defines what it names.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use syn::visit::{self, Visit};
use syn::{Item, UseTree};

/// The modules at the root, with their levels. A module that is not listed is an error. The guide imports nothing, but its examples may.
const MODULE_LEVELS: &[(&str, u8)] = &[
    ("text", 0),
    ("json", 0),
    ("detect", 1),
    ("policy", 2),
    ("guardrail", 3),
    ("bedrock", 4),
    ("exchange", 5),
    ("middleware", 6),
    ("guide", u8::MAX),
];

/// The path of a module from the root.
type ModulePath = Vec<String>;

/// What one module declares and imports, tests aside.
#[derive(Default)]
struct Module {
    file: PathBuf,
    /// Names of items that are defined here.
    items: BTreeSet<String>,
    /// Names that this module imports or re-exports, with the path as written.
    uses: Vec<(String, Vec<String>)>,
    /// Paths that are imported whole, `path::*`.
    globs: Vec<Vec<String>>,
    /// Paths in code.
    paths: Vec<Vec<String>>,
}

type Tree = BTreeMap<ModulePath, Module>;

#[test]
fn modules_import_from_lower_levels_only() {
    let tree = library();
    let mut violations = Vec::new();
    for (path, module) in &tree {
        let Some(name) = path.first() else { continue };
        let level = level_of(name).unwrap_or_else(|| panic!("`{name}` has no level: add it to MODULE_LEVELS"));
        for target in targets(&tree, path, module) {
            let Some(other) = target.first().filter(|other| *other != name) else { continue };
            if level_of(other).is_some_and(|other| other >= level) {
                violations.push(format!("{}: `{other}` is not below `{name}`", module.file.display()));
            }
        }
    }
    assert!(violations.is_empty(), "{}", violations.join("\n"));
}

#[test]
fn no_files_import_each_other() {
    let circles = circles(&library());
    let lines: Vec<String> = circles.iter().map(|circle| circle.join("\n    ")).collect();
    assert!(circles.is_empty(), "{} circles:\n{}", circles.len(), lines.join("\n"));
}

fn level_of(module: &str) -> Option<u8> {
    MODULE_LEVELS.iter().find(|(name, _)| *name == module).map(|&(_, level)| level)
}

fn library() -> Tree {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let tree = parse(&root);
    assert!(tree.len() > 100, "only {} modules were found in {}", tree.len(), root.display());
    tree
}

/// Parses the crate whose root file is `lib.rs` in `root`.
fn parse(root: &Path) -> Tree {
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
            Item::Use(item) => imports(&item.tree, Vec::new(), &mut module),
            item => Paths(&mut module.paths).visit_item(&item),
        }
    }
    tree.insert(path, module);
}

fn attributes(item: &Item) -> &[syn::Attribute] {
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

/// The modules that define what a module names.
fn targets(tree: &Tree, path: &ModulePath, module: &Module) -> BTreeSet<ModulePath> {
    let used = module.paths.iter().chain(module.globs.iter());
    // What is only re-exported is no dependency. What is imported is named somewhere in the code, by its first segment.
    let named: BTreeSet<&str> = module.paths.iter().filter_map(|path| path.first()).map(String::as_str).collect();
    let imported = module.uses.iter().filter(|(name, _)| named.contains(name.as_str())).map(|(_, path)| path);
    used.chain(imported).filter_map(|name| resolve(tree, path, name, 0)).filter(|target| target != path).collect()
}

/// The module that defines what `name` means in the module `path`: itself, if `name` is a module.
fn resolve(tree: &Tree, path: &ModulePath, name: &[String], depth: usize) -> Option<ModulePath> {
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

/// The groups of imports, as `file -> file`, by which files import each other, directly or in a circle.
fn circles(tree: &Tree) -> Vec<Vec<String>> {
    let mut edges: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (path, module) in tree {
        let file = module.file.display().to_string();
        let others = targets(tree, path, module).into_iter().map(|target| tree[&target].file.display().to_string());
        edges.entry(file.clone()).or_default().extend(others.filter(|other| *other != file));
    }
    let reach = |from: &String| {
        let (mut seen, mut open) = (BTreeSet::new(), vec![from.clone()]);
        while let Some(file) = open.pop() {
            open.extend(edges.get(&file).into_iter().flatten().filter(|next| seen.insert((*next).clone())).cloned());
        }
        seen
    };
    let reached: BTreeMap<&String, BTreeSet<String>> = edges.keys().map(|file| (file, reach(file))).collect();
    let mut groups = BTreeMap::new();
    for (file, others) in &reached {
        let group: BTreeSet<&String> = others.iter().filter(|other| reached[*other].contains(*file)).collect();
        let inside = |from: &&String| {
            edges[*from].iter().filter(|to| group.contains(to)).map(|to| format!("{from} -> {to}")).collect::<Vec<_>>()
        };
        if !group.is_empty() {
            groups.entry(group.clone()).or_insert_with(|| group.iter().flat_map(inside).collect());
        }
    }
    groups.into_values().collect()
}

/// What the tests would have to find.
mod planted {
    use super::{circles, parse, targets};
    use std::fs;
    use std::path::PathBuf;

    /// A crate of these files, in a folder of this name.
    fn source(name: &str, files: &[(&str, &str)]) -> PathBuf {
        let root = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("module_dependencies").join(name);
        for (file, text) in files {
            let file = root.join(file);
            fs::create_dir_all(file.parent().expect("a folder")).expect("it can be made");
            fs::write(file, text).expect("it can be written");
        }
        root
    }

    #[test]
    fn circles_are_found() {
        let circle = |name, files: &[(&str, &str)]| circles(&parse(&source(name, files)));
        let tree = ("lib.rs", "mod a; mod b; pub use b::B;");
        let ab = vec![vec!["a.rs -> b.rs".to_owned(), "b.rs -> a.rs".to_owned()]];
        assert_eq!(
            circle(
                "direct",
                &[
                    tree,
                    ("a.rs", "use crate::b::B; pub struct A(B);"),
                    ("b.rs", "use crate::a::A; pub struct B; fn f(_: A) {}")
                ]
            ),
            ab
        );
        assert_eq!(
            circle(
                "super",
                &[tree, ("a.rs", "pub struct A(super::b::B);"), ("b.rs", "pub struct B(Box<crate::a::A>);")]
            ),
            ab
        );
        assert_eq!(
            circle(
                "re-export",
                &[tree, ("a.rs", "pub struct A(crate::B);"), ("b.rs", "use super::a::A; pub struct B(Box<A>);")]
            ),
            ab
        );
        assert_eq!(
            circle(
                "macro",
                &[
                    tree,
                    ("a.rs", "pub struct A; fn f() { println!(\"{:?}\", crate::b::B) }"),
                    ("b.rs", "pub struct B(Box<crate::a::A>);")
                ]
            ),
            ab
        );
        assert!(circle("one way", &[tree, ("a.rs", "pub struct A(crate::B);"), ("b.rs", "pub struct B;")]).is_empty());
        assert!(
            circle(
                "tests",
                &[
                    tree,
                    ("a.rs", "pub struct A(crate::B);"),
                    ("b.rs", "pub struct B; #[cfg(test)] mod tests { use crate::a::A; fn f(_: A) {} }")
                ]
            )
            .is_empty()
        );
        let parent = [
            ("lib.rs", "mod a;"),
            ("a/mod.rs", "mod c; use c::C; pub struct A(C);"),
            ("a/c.rs", "use super::A; pub struct C; fn f(_: A) {}"),
        ];
        assert_eq!(circle("parent", &parent), [["a/c.rs -> a/mod.rs", "a/mod.rs -> a/c.rs"]]);
    }

    #[test]
    fn names_lead_to_the_module_that_defines_them() {
        let root = source(
            "names",
            &[
                ("lib.rs", "mod low; mod high;"),
                ("low/mod.rs", "mod inner; pub use inner::*; pub use inner::Thing as Other;"),
                ("low/inner.rs", "pub struct Thing; pub fn go() {}"),
                ("high.rs", "use crate::low::{self, Other}; pub fn f(_: Other) { low::go() }"),
            ],
        );
        let tree = parse(&root);
        let path = vec!["high".to_owned()];
        let targets: Vec<String> = targets(&tree, &path, &tree[&path]).iter().map(|path| path.join("::")).collect();
        assert!(targets.contains(&"low::inner".to_owned()), "{targets:?}");
    }
}
