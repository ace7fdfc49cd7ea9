//! Every invalid policy has its exact error beside it. `UPDATE_GOLDEN=1` writes what is rendered now.

use std::fs;
use std::path::{Path, PathBuf};

use crate::policy::Policy;

const FOLDER: &str = "tests/data/policies/invalid";

/// The policies of a folder, sorted.
pub(super) fn policies(folder: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut paths: Vec<_> = entries.filter(|path| path.extension().is_some_and(|e| e == "yaml")).collect();
    paths.sort();
    paths
}

#[test]
fn invalid_policies_say_what_is_wrong() {
    let update = std::env::var_os("UPDATE_GOLDEN").is_some();
    let mut wrong = Vec::new();
    let paths = policies(FOLDER);
    assert!(paths.len() >= 35, "only {} invalid policies", paths.len());
    for path in paths {
        let golden = path.with_extension("stderr");
        let error = match Policy::loader().hash_key(None).from_file(&path) {
            Ok(_) => panic!("{} is accepted", path.display()),
            Err(error) => format!("{error}\n"),
        };
        if update {
            fs::write(&golden, &error).unwrap();
        } else if fs::read_to_string(&golden).unwrap_or_default() != error {
            wrong.push(format!("{}:\n{error}", golden.display()));
        }
    }
    assert!(wrong.is_empty(), "not as recorded:\n\n{}", wrong.join("\n"));
}

#[test]
fn problems_carry_what_they_render() {
    let error = Policy::loader().hash_key(None).from_file(Path::new(FOLDER).join("many_at_once.yaml")).unwrap_err();
    let places: Vec<_> = error.problems().map(|problem| (problem.line(), problem.column())).collect();
    assert!(places.len() >= 14, "only {} problems", places.len());
    assert!(places.is_sorted(), "in the order of lines: {places:?}");
    for problem in error.problems() {
        assert!(problem.file().ends_with("many_at_once.yaml"));
        assert!(error.to_string().contains(problem.message()));
        assert!(!problem.path().is_empty());
    }
}

#[test]
fn word_lists_are_never_quoted() {
    let error =
        Policy::loader().hash_key(None).from_file(Path::new(FOLDER).join("word_file_problems.yaml")).unwrap_err();
    let text = format!("{error} {error:?}");
    assert!(text.contains("long.txt:2"), "{text}");
    assert!(!text.contains("bbbb"), "{text}");
}
