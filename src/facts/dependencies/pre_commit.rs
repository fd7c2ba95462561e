//! pre-commit's and prek's hook repositories.

use super::{Dependency, Ecosystem, Kind, Manifest, Source, npm, requirement};
use crate::facts::document::{self, Format, Malformed, Node};

pub(super) fn is(_: &str, name: &str) -> bool {
    matches!(name, ".pre-commit-config.yaml" | ".pre-commit-config.yml" | "prek.toml")
}

pub(super) fn read(bytes: &[u8]) -> Result<Manifest, Malformed> {
    let root = document::read_either(Format::Yaml, Format::Toml, bytes)?;
    let mut manifest = Manifest::default();
    for entry in root.get("repos").into_iter().flat_map(Node::items) {
        let Some(repo) = entry.get("repo") else { continue };
        let url = repo.text().unwrap_or_default();
        // `local`, `meta` and `builtin` fetch nothing.
        if url.contains(['/', ':']) {
            let found = Dependency::new(Ecosystem::Hook, url, Kind::Hook, repo.line);
            manifest.add(found.requirement(entry.text_of("rev")));
        }
        for hook in entry.get("hooks").into_iter().flat_map(Node::items) {
            for item in hook.get("additional_dependencies").into_iter().flat_map(Node::items) {
                manifest.dependencies.extend(additional(item.text().unwrap_or_default(), item.line));
            }
        }
    }
    Ok(manifest)
}

/// Python's or npm's way to write it; other languages' are passed over.
fn additional(written: &str, line: u32) -> Option<Dependency> {
    if written.starts_with('@') || (written.contains('@') && !written.contains(' ')) {
        let at = written.char_indices().skip(1).find(|(_, c)| *c == '@').map(|(at, _)| at);
        let (name, range) = at.map_or((written, None), |at| (&written[..at], Some(&written[at + 1..])));
        let (_, range, source) = npm::target(name, range.unwrap_or_default());
        let found = Dependency::new(Ecosystem::Npm, name, Kind::Tool, line).requirement(range);
        return Some(found.source(source)).filter(|it| it.source == Source::Registry);
    }
    requirement::parse(written, Kind::Tool, line)
}
