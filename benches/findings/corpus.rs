//! Text that others wrote, read where it lies.

use std::path::{Path, PathBuf};
use std::{env, fs, io};

use crate::logs::Log;

/// The most text that is read of one language.
const LANGUAGE_BYTES: usize = 3 << 20;

/// Where sources usually are.
const PLACES: &str =
    "/usr/lib/python3:/usr/share:/usr/lib/node_modules:/usr/include:~/.cargo/registry/src:~/.rustup/toolchains";

/// Languages, by the ends of their files' names.
const LANGUAGES: &[(&str, &[&str])] = &[
    ("rust", &["rs"]),
    ("python", &["py"]),
    ("c", &["c", "h", "cpp", "hpp"]),
    ("javascript", &["js", "mjs", "ts"]),
    ("perl", &["pl", "pm"]),
    ("shell", &["sh", "bash", "php"]),
];

/// Sources by language, and chat.
pub(crate) struct Corpus {
    pub(crate) code: Vec<(&'static str, Vec<Log>)>,
    pub(crate) chat: Vec<Log>,
}

impl Corpus {
    pub(crate) fn of_this_machine() -> io::Result<Self> {
        let code = code();
        let chat = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/text");
        if !chat.is_dir() {
            eprintln!("SKIPPED: no chat beside the project (../shared/data/text)");
            return Ok(Self { code, chat: Vec::new() });
        }
        let chat = ["hh-chat.jsonl", "oasst-chat.jsonl"].map(|name| lines(&chat.join(name)));
        Ok(Self { code, chat: chat.into_iter().collect::<io::Result<Vec<_>>>()?.into_iter().flatten().collect() })
    }
}

/// Sources on this machine, by language.
pub(crate) fn code() -> Vec<(&'static str, Vec<Log>)> {
    let places = env::var("BANISTER_CODE").unwrap_or_else(|_| PLACES.to_owned());
    let home = env::var("HOME").unwrap_or_default();
    let mut paths = Vec::new();
    for place in places.split(':') {
        walk(Path::new(&place.replace('~', &home)), &mut paths);
    }
    LANGUAGES.iter().map(|&(language, endings)| (language, sources(&paths, endings))).collect()
}

fn has_ending(path: &Path, endings: &[&str]) -> bool {
    path.extension().and_then(|ending| ending.to_str()).is_some_and(|ending| endings.contains(&ending))
}

fn log(text: String) -> Log {
    Log { text, ..Log::default() }
}

/// Files spread over all places, so that no single project makes up the sample.
fn sources(paths: &[PathBuf], endings: &[&str]) -> Vec<Log> {
    let paths: Vec<_> = paths.iter().filter(|path| has_ending(path, endings)).collect();
    let stride = (paths.len() / 400).max(1);
    let mut left = LANGUAGE_BYTES;
    let mut files = Vec::new();
    for path in (0..stride).flat_map(|from| paths.iter().skip(from).step_by(stride)) {
        let Ok(bytes) = fs::read(path) else { continue };
        // Generated tables would be most of the sample.
        if bytes.len() > 256 << 10 {
            continue;
        }
        if left < bytes.len() {
            break;
        }
        left -= bytes.len();
        files.push(log(String::from_utf8_lossy(&bytes).into_owned()));
    }
    files
}

/// The files of a folder and of the folders in it, in the order of their names.
fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    let mut paths: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    paths.sort();
    for path in paths {
        if path.is_symlink() {
            continue;
        }
        if path.is_dir() {
            walk(&path, found);
        } else {
            found.push(path);
        }
    }
}

/// The member `text` of each line.
fn lines(path: &Path) -> io::Result<Vec<Log>> {
    let content = fs::read_to_string(path)?;
    let values = content.lines().filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
    Ok(values.filter_map(|value| Some(log(value.get("text")?.as_str()?.to_owned()))).collect())
}

/// The texts of a folder and of the folders in it.
pub(crate) fn texts(folder: &Path) -> io::Result<Vec<Log>> {
    let mut paths = Vec::new();
    walk(folder, &mut paths);
    let mut texts = Vec::new();
    for path in paths {
        if has_ending(&path, &["jsonl"]) {
            texts.extend(lines(&path)?);
        } else if has_ending(&path, &["txt", "log"]) {
            texts.push(log(String::from_utf8_lossy(&fs::read(&path)?).into_owned()));
        }
    }
    Ok(texts)
}
