//! `composer.json`.

use super::{Dependency, Ecosystem, Kind, Manifest};
use crate::facts::document::{self, Format, Malformed, Node};

pub(super) fn is(_: &str, name: &str) -> bool {
    name == "composer.json"
}

pub(super) fn read(bytes: &[u8]) -> Result<Manifest, Malformed> {
    let root = document::read(Format::Json, bytes)?;
    let mut manifest = Manifest::default();
    manifest.own(Ecosystem::Composer, root.text_of("name"));
    for replaced in root.get("replace").into_iter().flat_map(Node::members) {
        manifest.own(Ecosystem::Composer, Some(&replaced.name));
    }
    for (table, kind) in [("require", Kind::Runtime), ("require-dev", Kind::Development)] {
        for member in root.get(table).into_iter().flat_map(Node::members) {
            // What stands without a vendor is the platform: `php`, `ext-json`.
            if member.name.contains('/') {
                let found = Dependency::new(Ecosystem::Composer, &member.name, kind, member.line);
                manifest.add(found.requirement(member.value.text()));
            }
        }
    }
    let repositories = root.get("repositories");
    let values = repositories.into_iter().flat_map(Node::members).map(|member| &member.value);
    for repository in values.chain(repositories.into_iter().flat_map(Node::items)) {
        if repository.text_of("type") != Some("path")
            && let Some(url) = repository.get("url")
        {
            manifest.origin(url.text().unwrap_or_default(), url.line);
        }
    }
    match root.path(&["config", "allow-plugins"]) {
        Some(all) if all.is_true() => manifest.permission("every package", all.line),
        plugins => {
            for member in plugins.into_iter().flat_map(Node::members).filter(|member| member.value.is_true()) {
                manifest.permission(&member.name, member.line);
            }
        }
    }
    Ok(manifest)
}
