//! `go.mod` and `go.work`.

use super::{Dependency, Ecosystem, Kind, Manifest, Redirect, Source};
use crate::facts::document::{self, Malformed};

pub(super) fn is(_: &str, name: &str) -> bool {
    matches!(name, "go.mod" | "go.work")
}

pub(super) fn read(bytes: &[u8]) -> Result<Manifest, Malformed> {
    let text = document::lines(bytes)?;
    let mut manifest = Manifest::default();
    let (mut block, mut block_line) = (String::new(), 1);
    for (line, raw) in (1u32..).zip(text.lines()) {
        let (code, comment) = raw.split_once("//").unwrap_or((raw, ""));
        let mut words: Vec<&str> = code.split_whitespace().collect();
        if words.first() == Some(&")") {
            block.clear();
            continue;
        }
        if words.last() == Some(&"(") {
            block = words.first().copied().unwrap_or_default().to_owned();
            block_line = line;
            known(&block, line)?;
            continue;
        }
        let verb = match block.is_empty() {
            true if words.is_empty() => continue,
            true => words.remove(0).to_owned(),
            false => block.clone(),
        };
        known(&verb, line)?;
        statement(&verb, &words, comment, line, &mut manifest);
    }
    match block.is_empty() {
        true => Ok(manifest),
        false => Err(Malformed::refused("go.mod", block_line, format!("the block `{block}` is not closed"))),
    }
}

const VERBS: &[&str] =
    &["module", "go", "toolchain", "godebug", "require", "exclude", "replace", "retract", "tool", "ignore", "use"];

/// Go refuses a file with any other.
fn known(verb: &str, line: u32) -> Result<(), Malformed> {
    match VERBS.contains(&verb) {
        true => Ok(()),
        false => Err(Malformed::refused("go.mod", line, "no directive")),
    }
}

fn statement(verb: &str, words: &[&str], comment: &str, line: u32, manifest: &mut Manifest) {
    let unquoted = |word: &str| word.trim_matches(['"', '`']).to_owned();
    match (verb, words) {
        ("module", [path, ..]) => manifest.own(Ecosystem::Go, Some(&unquoted(path))),
        ("require", [path, version, ..]) if !is_indirect(comment) => {
            let found = Dependency::new(Ecosystem::Go, &unquoted(path), Kind::Runtime, line);
            manifest.add(found.requirement(Some(version)));
        }
        ("replace", words) => {
            let Some(arrow) = words.iter().position(|word| *word == "=>") else { return };
            let (Some(name), Some(target)) = (words.first(), words.get(arrow + 1)) else { return };
            let to = match target {
                path if path.starts_with('.') || path.starts_with('/') => Source::Path((*path).to_owned()),
                other if other == name => return,
                other => Source::OtherRegistry(unquoted(other)),
            };
            manifest.redirects.push(Redirect { name: unquoted(name), to, line });
        }
        _ => {}
    }
}

fn is_indirect(comment: &str) -> bool {
    let comment = comment.trim_start();
    comment == "indirect" || comment.starts_with("indirect;") || comment.starts_with("indirect ")
}
