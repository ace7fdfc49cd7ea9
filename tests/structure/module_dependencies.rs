//! Modules import from modules below them only, and no two files import each other, directly or in a circle.

use std::collections::{BTreeMap, BTreeSet};

use crate::source::{Module, ModulePath, Tree, library, resolve};

/// The modules at the root, with their levels. A module that is not listed is an error. The guide imports nothing, but its examples may.
const MODULE_LEVELS: &[(&str, u8)] = &[
    ("text", 0),
    ("json", 0),
    ("detect", 1),
    ("policy", 2),
    ("guardrail", 3),
    ("audit", 4),
    ("bedrock", 4),
    ("exchange", 5),
    ("middleware", 6),
    ("guide", u8::MAX),
];

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

/// The modules that define what a module names.
fn targets(tree: &Tree, path: &ModulePath, module: &Module) -> BTreeSet<ModulePath> {
    let used = module.paths.iter().chain(module.globs.iter());
    // What is only re-exported is no dependency. What is imported is named somewhere in the code, by its first segment.
    let named: BTreeSet<&str> = module.paths.iter().filter_map(|path| path.first()).map(String::as_str).collect();
    let imported = module.uses.iter().filter(|(name, _)| named.contains(name.as_str())).map(|(_, path)| path);
    used.chain(imported).filter_map(|name| resolve(tree, path, name, 0)).filter(|target| target != path).collect()
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
    use super::{circles, targets};
    use crate::source::parse;
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
