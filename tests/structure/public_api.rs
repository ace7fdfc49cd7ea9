//! The public API of the library, as a list that is reviewed with each change: `tests/data/public_api.txt`.
//!
//! `UPDATE_GOLDEN=1 cargo test --test structure` writes it.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use quote::ToTokens;
use syn::{ImplItem, Item, TraitItem, Visibility};

use crate::source::{Tree, attributes, library, resolve};

#[test]
fn the_public_api_is_the_one_that_was_reviewed() {
    let listing = listing(&library());
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/public_api.txt");
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(&file, &listing).expect("the list can be written");
    }
    let known = fs::read_to_string(&file).unwrap_or_default();
    let changed: Vec<String> = known
        .lines()
        .filter(|line| !listing.lines().any(|other| other == *line))
        .map(|line| format!("- {line}"))
        .chain(
            listing.lines().filter(|line| !known.lines().any(|other| other == *line)).map(|line| format!("+ {line}")),
        )
        .collect();
    assert!(known == listing, "the public API changed; review it and set UPDATE_GOLDEN=1:\n{}", changed.join("\n"));
}

fn listing(tree: &Tree) -> String {
    let root = &tree[&Vec::new()];
    let mut entries: Vec<String> = root
        .uses
        .iter()
        .filter(|(_, path)| path.first().is_some_and(|first| first != "std"))
        .map(|(name, path)| match resolve(tree, &Vec::new(), path, 0) {
            Some(module) => entry(tree, &module, name),
            // Items that a macro makes are not in the sources.
            None => entry(tree, &[], name),
        })
        .collect();
    entries.sort();
    entries.concat()
}

/// An exported item with its public functions and the traits it implements.
fn entry(tree: &Tree, module: &[String], name: &str) -> String {
    let mut lines = Vec::new();
    let mut head = format!("(by macro) {name}");
    for item in &tree[module].code {
        match item {
            Item::Struct(item) if item.ident == name => {
                head = format!("struct {name}{}", text(&item.generics));
                let fields = item.fields.iter().filter(|field| is_public(&field.vis));
                lines.extend(fields.map(|field| format!("field {}: {}", text(&field.ident), text(&field.ty))));
            }
            Item::Enum(item) if item.ident == name => {
                head = format!("enum {name}{}", text(&item.generics));
                lines.extend(
                    item.variants.iter().map(|variant| format!("variant {}{}", variant.ident, text(&variant.fields))),
                );
            }
            Item::Trait(item) if item.ident == name => {
                head = format!("trait {name}{}", text(&item.generics));
                lines.extend(item.items.iter().filter_map(|item| match item {
                    TraitItem::Fn(item) => Some(text(&item.sig)),
                    TraitItem::Type(item) => Some(format!("type {}", item.ident)),
                    _ => None,
                }));
            }
            Item::Fn(item) if item.sig.ident == name => head = text(&item.sig),
            _ => continue,
        }
        let derives = attributes(item).iter().filter(|attribute| attribute.path().is_ident("derive"));
        for derive in derives {
            let _ = derive.parse_nested_meta(|meta| {
                lines.push(format!(
                    "impl {}",
                    meta.path.segments.last().map(|last| last.ident.to_string()).unwrap_or_default()
                ));
                Ok(())
            });
        }
    }
    for item in tree.values().flat_map(|module| &module.code) {
        let Item::Impl(item) = item else { continue };
        let of = match &*item.self_ty {
            syn::Type::Path(path) => path.path.segments.last().map(|last| last.ident.to_string()),
            _ => None,
        };
        if of.as_deref() != Some(name) {
            continue;
        }
        match &item.trait_ {
            Some((_, path, _)) => lines.push(format!("impl {}", text(path))),
            None => lines.extend(item.items.iter().filter_map(|item| match item {
                ImplItem::Fn(item) if is_public(&item.vis) => Some(text(&item.sig)),
                ImplItem::Const(item) if is_public(&item.vis) => {
                    Some(format!("const {}: {}", item.ident, text(&item.ty)))
                }
                _ => None,
            })),
        }
    }
    lines.sort();
    lines.dedup();
    let mut out = format!("{head}\n");
    for line in lines {
        let _ = writeln!(out, "    {line}");
    }
    out
}

fn is_public(visibility: &Visibility) -> bool {
    matches!(visibility, Visibility::Public(_))
}

/// Code on one line, spaced as it is usually written.
fn text(code: &impl ToTokens) -> String {
    let mut text = code.to_token_stream().to_string();
    for (spaced, tight) in [
        (" :: ", "::"),
        (" < ", "<"),
        (" <", "<"),
        ("< ", "<"),
        (" >", ">"),
        ("& ", "&"),
        (" ,", ","),
        (" (", "("),
        ("( ", "("),
        (" )", ")"),
        (" :", ":"),
        ("[ ", "["),
        (" ]", "]"),
        (" ;", ";"),
    ] {
        text = text.replace(spaced, tight);
    }
    text
}
