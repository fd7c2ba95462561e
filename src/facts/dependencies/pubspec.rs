//! Dart's `pubspec.yaml`.

use super::{Dependency, Ecosystem, Kind, Manifest, Redirect, Source};
use crate::facts::document::{self, Format, Malformed, Member, Node};

pub(super) fn is(_: &str, name: &str) -> bool {
    matches!(name, "pubspec.yaml" | "pubspec_overrides.yaml")
}

pub(super) fn read(bytes: &[u8]) -> Result<Manifest, Malformed> {
    let root = document::read(Format::Yaml, bytes)?;
    let mut manifest = Manifest::default();
    manifest.own(Ecosystem::Pub, root.text_of("name"));
    for (table, kind) in [("dependencies", Kind::Runtime), ("dev_dependencies", Kind::Development)] {
        for member in root.get(table).into_iter().flat_map(Node::members) {
            // A package of the SDK is part of the language.
            if member.value.get("sdk").is_none() {
                let value = &member.value;
                let found = Dependency::new(Ecosystem::Pub, &member.name, kind, member.line);
                manifest
                    .add(found.requirement(value.text().or_else(|| value.text_of("version"))).source(source(member)));
            }
        }
    }
    for member in root.get("dependency_overrides").into_iter().flat_map(Node::members) {
        let to = source(member);
        if to != Source::Registry {
            manifest.redirects.push(Redirect { name: member.name.clone(), to, line: member.line });
        }
    }
    Ok(manifest)
}

fn source(member: &Member) -> Source {
    let value = &member.value;
    if let Some(path) = value.text_of("path") {
        return Source::Path(path.to_owned());
    }
    if let Some(git) = value.get("git") {
        return Source::git(git.text().or_else(|| git.text_of("url")).unwrap_or_default(), git.text_of("ref"));
    }
    let hosted = value.get("hosted").and_then(|hosted| hosted.text().or_else(|| hosted.text_of("url")));
    hosted.map_or(Source::Registry, |url| Source::OtherRegistry(url.to_owned()))
}
