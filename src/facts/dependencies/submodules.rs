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
