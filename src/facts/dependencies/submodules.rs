//! `.gitmodules`.

use super::{Dependency, Ecosystem, Kind, Manifest, Source};
use crate::facts::document::{self, Format, Malformed};

pub(super) fn is(path: &str, _: &str) -> bool {
    path == ".gitmodules"
}

pub(super) fn read(bytes: &[u8]) -> Result<Manifest, Malformed> {
    let root = document::read(Format::Ini, bytes)?;
    let mut manifest = Manifest::default();
    for section in root.members() {
        let is_section = section.name.starts_with("submodule ") && section.value.is_map();
        let wrong = section.value.members().find(|it| !is_key(&it.name)).map(|it| it.line);
        if let Some(line) = wrong.or((!is_section).then_some(section.line)) {
            return Err(Malformed::refused(".gitmodules", line, "no section and no key of a submodule"));
        }
        let Some(url) = section.value.get("url") else { continue };
        let written = url.text().unwrap_or_default();
        let found = Dependency::new(Ecosystem::Submodule, written, Kind::Submodule, url.line);
        let found = found.source(Source::git(written, section.value.text_of("branch")));
        manifest.add(match section.value.text_of("path") {
            Some(path) => found.alias(path),
            None => found,
        });
    }
    Ok(manifest)
}

/// As git lets keys be called.
fn is_key(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic()) && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
}
