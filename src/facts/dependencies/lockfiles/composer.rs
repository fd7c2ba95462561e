//! Lockfiles in JSON: Composer's, NuGet's, Swift's.

use super::{Ecosystem, Locked, Lockfile, identity};
use crate::facts::document::{self, Format, Malformed, Node};

pub(super) fn read(bytes: &[u8]) -> Result<Lockfile, Malformed> {
    let root = document::read(Format::Json, bytes)?;
    let mut lock = Lockfile { has_graph: true, ..Lockfile::default() };
    let lists = ["packages", "packages-dev"].iter().filter_map(|list| root.get(list));
    for package in lists.flat_map(Node::items) {
        let name = package.get("name");
        let line = name.map_or(package.line, |name| name.line);
        let name = name.and_then(Node::text).unwrap_or_default();
        let mut found = Locked::new(Ecosystem::Composer, name, package.text_of("version").unwrap_or_default(), line);
        found.resolved = package.path(&["dist", "url"]).and_then(Node::text).map(str::to_owned);
        found.checksum =
            package.path(&["dist", "shasum"]).and_then(Node::text).filter(|text| !text.is_empty()).map(str::to_owned);
        let wants = package.get("require").into_iter().flat_map(Node::members);
        found.wants = wants.map(|member| member.name.to_ascii_lowercase()).collect();
        lock.packages.push(found);
    }
    Ok(lock)
}

pub(super) fn nuget(bytes: &[u8]) -> Result<Lockfile, Malformed> {
    let root = document::read(Format::Json, bytes)?;
    let mut lock = Lockfile { has_graph: true, ..Lockfile::default() };
    for framework in root.get("dependencies").into_iter().flat_map(Node::members) {
        for package in framework.value.members() {
            let value = &package.value;
            let version = value.text_of("resolved").unwrap_or_default();
            let mut found = Locked::new(Ecosystem::Nuget, &package.name, version, package.line);
            found.is_own = value.text_of("type") == Some("Project");
            if value.text_of("type") == Some("Direct") {
                lock.roots.push(found.name.clone());
            }
            found.checksum = value.text_of("contentHash").map(str::to_owned);
            let wants = value.get("dependencies").into_iter().flat_map(Node::members);
            found.wants = wants.map(|member| member.name.to_ascii_lowercase()).collect();
            lock.packages.push(found);
        }
    }
    Ok(lock)
}

pub(super) fn swift(bytes: &[u8]) -> Result<Lockfile, Malformed> {
    let root = document::read(Format::Json, bytes)?;
    let mut lock = Lockfile::default();
    let pins = root.get("pins").or_else(|| root.path(&["object", "pins"]));
    for pin in pins.into_iter().flat_map(Node::items) {
        let url = pin.text_of("location").or_else(|| pin.text_of("repositoryURL")).unwrap_or_default();
        let version = pin.path(&["state", "version"]).and_then(Node::text).unwrap_or_default();
        let mut found = Locked::new(Ecosystem::Swift, url, version, pin.line);
        found.resolved = Some(identity::repository(url));
        // For one version, the commit is what a checksum is elsewhere.
        found.checksum = pin.path(&["state", "revision"]).and_then(Node::text).map(str::to_owned);
        lock.packages.push(found);
    }
    Ok(lock)
}
