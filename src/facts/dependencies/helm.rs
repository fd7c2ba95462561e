//! Helm's `Chart.yaml`.

use super::{Dependency, Ecosystem, Kind, Manifest, Source};
use crate::facts::document::{self, Format, Malformed, Node};

pub(super) fn is(_: &str, name: &str) -> bool {
    name == "Chart.yaml"
}

pub(super) fn read(bytes: &[u8]) -> Result<Manifest, Malformed> {
    let root = document::read(Format::Yaml, bytes)?;
    let mut manifest = Manifest::default();
    manifest.own(Ecosystem::Helm, root.text_of("name"));
    for entry in root.get("dependencies").into_iter().flat_map(Node::items) {
        let found =
            Dependency::new(Ecosystem::Helm, entry.text_of("name").unwrap_or_default(), Kind::Runtime, entry.line);
        let source = match entry.text_of("repository") {
            Some(path) if path.starts_with("file://") => Source::Path(path.trim_start_matches("file://").to_owned()),
            Some(url) => Source::OtherRegistry(url.to_owned()),
            None => Source::Registry,
        };
        manifest.add(found.requirement(entry.text_of("version")).source(source));
    }
    Ok(manifest)
}
