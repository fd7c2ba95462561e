//! Images, orbs and plugins of other CI systems: GitLab, CircleCI, Bitbucket, Drone, Woodpecker, Buildkite.

use super::{Dependency, Ecosystem, Kind, Manifest, container};
use crate::facts::document::{self, Format, Malformed, Node};

pub(super) fn is(path: &str, name: &str) -> bool {
    matches!(name, ".gitlab-ci.yml" | "bitbucket-pipelines.yml" | ".drone.yml" | ".woodpecker.yml")
        || path == ".circleci/config.yml"
        || (path.starts_with(".buildkite/") && (name.ends_with(".yml") || name.ends_with(".yaml")))
}

pub(super) fn read(bytes: &[u8]) -> Result<Manifest, Malformed> {
    let root = document::read(Format::Yaml, bytes)?;
    let mut manifest = Manifest::default();
    for orb in root.get("orbs").into_iter().flat_map(Node::members) {
        named(orb.value.text().unwrap_or_default(), '@', orb.line, &mut manifest);
    }
    walk(&root, &mut manifest);
    Ok(manifest)
}

fn walk(node: &Node, manifest: &mut Manifest) {
    for member in node.members() {
        match member.name.as_str() {
            "image" => container::image_of(member.value.get("name").unwrap_or(&member.value), manifest),
            "services" => {
                member.value.items().for_each(|item| container::image_of(item.get("name").unwrap_or(item), manifest));
            }
            "plugins" => {
                for item in member.value.items() {
                    let name = item.text().or_else(|| item.members().next().map(|it| it.name.as_str()));
                    named(name.unwrap_or_default(), '#', item.line, manifest);
                }
            }
            _ => walk(&member.value, manifest),
        }
    }
    node.items().for_each(|item| walk(item, manifest));
}

fn named(written: &str, separator: char, line: u32, manifest: &mut Manifest) {
    let (name, version) = written.split_once(separator).map_or((written, None), |(name, it)| (name, Some(it)));
    if !name.starts_with(['.', '/']) {
        manifest.add(Dependency::new(Ecosystem::Orb, name, Kind::Action, line).requirement(version));
    }
}
