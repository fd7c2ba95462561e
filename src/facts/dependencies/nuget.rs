//! NuGet: project files, central versions, `packages.config`, tools, sources.

use super::{Dependency, Ecosystem, Kind, Manifest};
use crate::facts::document::{self, Format, Malformed, Node};

pub(super) fn is_project(_: &str, name: &str) -> bool {
    [".csproj", ".fsproj", ".vbproj", ".props", ".targets"].iter().any(|end| name.ends_with(end))
}

pub(super) fn project(bytes: &[u8]) -> Result<Manifest, Malformed> {
    let root = document::read(Format::Xml, bytes)?;
    let mut manifest = Manifest::default();
    if let Some(project) = root.get("Project") {
        manifest.own(Ecosystem::Nuget, property(project, "PackageId").or_else(|| property(project, "AssemblyName")));
    }
    let mut waiting = vec![&root];
    while let Some(node) = waiting.pop() {
        for member in node.members() {
            let kind = match member.name.as_str() {
                "PackageReference" => Kind::Runtime,
                "PackageVersion" => Kind::Shared,
                "GlobalPackageReference" => Kind::Build,
                "DotNetCliToolReference" => Kind::Tool,
                _ => {
                    waiting.push(&member.value);
                    continue;
                }
            };
            // `Update` and `Remove` bring nothing in.
            if let Some(include) = member.value.get("@Include") {
                let names = include.text().unwrap_or_default().split(';');
                names.for_each(|name| manifest.add(reference(name, kind, &member.value)));
            }
        }
    }
    manifest.dependencies.sort_by_key(|found| found.line);
    Ok(manifest)
}

fn property<'a>(project: &'a Node, name: &str) -> Option<&'a str> {
    project.all("PropertyGroup").find_map(|group| group.text_of(name))
}

fn reference(name: &str, kind: Kind, node: &Node) -> Dependency {
    let text = |name: &str| node.text_of(&format!("@{name}")).or_else(|| node.text_of(name));
    let is_private = text("PrivateAssets").is_some_and(|assets| assets.eq_ignore_ascii_case("all"));
    let kind = if is_private && kind == Kind::Runtime { Kind::Development } else { kind };
    let version = text("Version").or_else(|| text("VersionOverride"));
    Dependency::new(Ecosystem::Nuget, name, kind, node.line).requirement(version).inherited(version.is_none())
}

pub(super) fn is_packages(_: &str, name: &str) -> bool {
    name == "packages.config"
}

pub(super) fn packages(bytes: &[u8]) -> Result<Manifest, Malformed> {
    let root = document::read(Format::Xml, bytes)?;
    let mut manifest = Manifest::default();
    for package in root.get("packages").into_iter().flat_map(|packages| packages.all("package")) {
        let is_development = package.text_of("@developmentDependency") == Some("true");
        let kind = if is_development { Kind::Development } else { Kind::Runtime };
        let found = Dependency::new(Ecosystem::Nuget, package.text_of("@id").unwrap_or_default(), kind, package.line);
        manifest.add(found.requirement(package.text_of("@version")));
    }
    Ok(manifest)
}

pub(super) fn is_tools(_: &str, name: &str) -> bool {
    name == "dotnet-tools.json"
}

pub(super) fn tools(bytes: &[u8]) -> Result<Manifest, Malformed> {
    let root = document::read(Format::Json, bytes)?;
    let mut manifest = Manifest::default();
    for tool in root.get("tools").into_iter().flat_map(Node::members) {
        let found = Dependency::new(Ecosystem::Nuget, &tool.name, Kind::Tool, tool.line);
        manifest.add(found.requirement(tool.value.text_of("version")));
    }
    Ok(manifest)
}

pub(super) fn is_configuration(_: &str, name: &str) -> bool {
    name.eq_ignore_ascii_case("nuget.config")
}

pub(super) fn configuration(bytes: &[u8]) -> Result<Manifest, Malformed> {
    let root = document::read(Format::Xml, bytes)?;
    let mut manifest = Manifest::default();
    for source in root.path(&["configuration", "packageSources"]).into_iter().flat_map(|sources| sources.all("add")) {
        manifest.origin(source.text_of("@value").unwrap_or_default(), source.line);
    }
    Ok(manifest)
}
