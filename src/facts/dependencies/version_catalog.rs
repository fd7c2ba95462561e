//! Gradle's version catalogs: `libs.versions.toml`.

use super::{Dependency, Ecosystem, Kind, Manifest};
use crate::facts::document::{self, Format, Malformed, Node};

pub(super) fn is(_: &str, name: &str) -> bool {
    name.ends_with(".versions.toml")
}

pub(super) fn read(bytes: &[u8]) -> Result<Manifest, Malformed> {
    let root = document::read(Format::Toml, bytes)?;
    let mut manifest = Manifest::default();
    for member in root.get("libraries").into_iter().flat_map(Node::members) {
        let value = &member.value;
        let joined = || Some(format!("{}:{}", value.text_of("group")?, value.text_of("name")?));
        let written = value.text().or_else(|| value.text_of("module")).map(str::to_owned).or_else(joined);
        let Some(written) = written else { continue };
        let mut parts = written.splitn(3, ':');
        let (Some(group), Some(name)) = (parts.next(), parts.next()) else { continue };
        let found = Dependency::new(Ecosystem::Maven, &format!("{group}:{name}"), Kind::Shared, member.line);
        manifest.add(found.requirement(parts.next().or_else(|| version(&root, value))));
    }
    for member in root.get("plugins").into_iter().flat_map(Node::members) {
        let value = &member.value;
        let written = value.text().unwrap_or_default();
        let (id, short) = written.split_once(':').map_or((value.text_of("id"), None), |(id, it)| (Some(id), Some(it)));
        let Some(id) = id else { continue };
        let found = Dependency::new(Ecosystem::GradlePlugin, id, Kind::Plugin, member.line);
        manifest.add(found.requirement(short.or_else(|| version(&root, value))));
    }
    Ok(manifest)
}

/// `version = "1"`, or the entry of `[versions]` that `version.ref` names.
fn version<'a>(root: &'a Node, value: &'a Node) -> Option<&'a str> {
    let version = value.get("version")?;
    version.text().or_else(|| root.get("versions")?.text_of(version.text_of("ref")?))
}
