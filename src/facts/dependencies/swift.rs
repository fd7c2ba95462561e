//! Swift package manifests.

use super::{Dependency, Ecosystem, Kind, Manifest, Source, syntax};
use crate::facts::document::Malformed;
use crate::lang::{Node, Role};

pub(super) fn is(_: &str, name: &str) -> bool {
    name == "Package.swift" || (name.starts_with("Package@swift-") && name.ends_with(".swift"))
}

pub(super) fn read(bytes: &[u8]) -> Result<Manifest, Malformed> {
    syntax::read("swift", bytes, |tree, manifest| {
        tree.walk(&mut |node| match syntax::callee(node) {
            Some("package") => manifest.dependencies.extend(package(node)),
            Some("binaryTarget") => {
                if let Some(url) = syntax::named_text(node, "url") {
                    let name = syntax::named_text(node, "name").unwrap_or(url);
                    let found = Dependency::new(Ecosystem::Swift, name, Kind::Runtime, node.span.line);
                    manifest.add(found.source(Source::Url(url.to_owned())));
                }
            }
            _ => {}
        });
    })
}

fn package(call: &Node) -> Option<Dependency> {
    if let Some(id) = syntax::named_text(call, "id") {
        let found = Dependency::new(Ecosystem::Swift, id, Kind::Runtime, call.span.line);
        return Some(found.requirement(syntax::named_text(call, "from")));
    }
    let url = syntax::named_text(call, "url")?;
    let named = |keys: &[&str]| keys.iter().find_map(|key| syntax::named_text(call, key));
    // `.branch("main")`, `.upToNextMajor(from: "1.0.0")`
    let wrapped = |names: &[&str]| {
        let inner =
            call.children_in(Role::Argument).find(|it| syntax::callee(it).is_some_and(|it| names.contains(&it)))?;
        syntax::literals(inner).next().or_else(|| syntax::named_text(inner, "from"))
    };
    let reference = named(&["branch", "revision"]).or_else(|| wrapped(&["branch", "revision"]));
    let version = named(&["from", "exact"]).or_else(|| wrapped(&["exact", "upToNextMajor", "upToNextMinor"]));
    let found = Dependency::new(Ecosystem::Swift, url, Kind::Runtime, call.span.line).requirement(version);
    // Every Swift package is a repository; only one without a version is what others call a git dependency.
    Some(if reference.is_some() { found.source(Source::git(url, reference)) } else { found })
}
