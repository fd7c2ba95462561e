//! conda's `environment.yml` and `pixi.toml`.

use super::{Dependency, Ecosystem, Kind, Manifest, Source, requirement};
use crate::facts::document::{self, Format, Malformed, Node};

pub(super) fn is(_: &str, name: &str) -> bool {
    matches!(name, "environment.yml" | "environment.yaml" | "pixi.toml")
}

pub(super) fn read(bytes: &[u8]) -> Result<Manifest, Malformed> {
    let root = document::read_either(Format::Yaml, Format::Toml, bytes)?;
    let mut manifest = Manifest::default();
    let channels = root.get("channels").into_iter().chain(root.path(&["workspace", "channels"]));
    for channel in channels.flat_map(Node::items).filter(|channel| !matches!(channel.text(), Some("nodefaults"))) {
        manifest.origin(channel.text().unwrap_or_default(), channel.line);
    }
    for item in root.get("dependencies").into_iter().flat_map(Node::items) {
        match item.text() {
            Some(written) => manifest.add(package(written, item.line)),
            None => {
                for pip in item.get("pip").into_iter().flat_map(Node::items) {
                    let found = pip.text().and_then(|text| requirement::parse(text, Kind::Runtime, pip.line));
                    manifest.dependencies.extend(found);
                }
            }
        }
    }
    // pixi
    let features = root.get("feature").into_iter().flat_map(Node::members).map(|feature| &feature.value);
    for table in features.chain([&root]) {
        for member in table.get("dependencies").into_iter().flat_map(Node::members) {
            let found = Dependency::new(Ecosystem::Conda, &member.name, Kind::Runtime, member.line);
            manifest.add(found.requirement(member.value.text()));
        }
        for member in table.get("pypi-dependencies").into_iter().flat_map(Node::members) {
            manifest.add(super::pyproject::table_entry(member, Kind::Runtime));
        }
    }
    manifest.dependencies.retain(|it| it.name != "python" && it.name != "pip");
    Ok(manifest)
}

/// `channel::name>=1`, `name=1.2=build`, `name 1.*`
fn package(written: &str, line: u32) -> Dependency {
    let (channel, rest) = written.rsplit_once("::").map_or((None, written), |(channel, rest)| (Some(channel), rest));
    let end = rest.find(['=', '<', '>', '!', '~', ' ', '[']).unwrap_or(rest.len());
    let found = Dependency::new(Ecosystem::Conda, &rest[..end], Kind::Runtime, line).requirement(Some(&rest[end..]));
    match channel {
        Some(channel) => found.source(Source::OtherRegistry(channel.to_owned())),
        None => found,
    }
}
