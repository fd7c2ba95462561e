//! Maven's `pom.xml` and `extensions.xml`.

use super::{Dependency, Ecosystem, Kind, Manifest};
use crate::facts::document::{self, Format, Malformed, Node};

pub(super) fn is(path: &str, name: &str) -> bool {
    name == "pom.xml" || path.ends_with(".mvn/extensions.xml")
}

pub(super) fn read(bytes: &[u8]) -> Result<Manifest, Malformed> {
    let root = document::read(Format::Xml, bytes)?;
    let mut manifest = Manifest::default();
    if let Some(extensions) = root.get("extensions") {
        artifacts(extensions, "extension", Some(Kind::Plugin), &Project::default(), &mut manifest);
    }
    let Some(project) = root.get("project") else { return Ok(manifest) };
    let parent = project.get("parent");
    let group = project.text_of("groupId").or_else(|| parent.and_then(|parent| parent.text_of("groupId")));
    let own = Project { group: group.unwrap_or_default().to_owned() };
    let artifact = project.text_of("artifactId").unwrap_or_default();
    manifest.own.push(format!("{}:{artifact}", own.group));
    if let Some(parent) = parent.and_then(|parent| artifact_of(parent, Kind::Shared, &own, "")) {
        manifest.add(parent);
    }
    let profiles = project.get("profiles").into_iter().flat_map(|profiles| profiles.all("profile"));
    for model in profiles.chain([project]) {
        model_of(model, &own, &mut manifest);
    }
    Ok(manifest)
}

/// What a project and a profile have in common.
fn model_of(model: &Node, own: &Project, manifest: &mut Manifest) {
    if let Some(list) = model.get("dependencies") {
        artifacts(list, "dependency", None, own, manifest);
    }
    if let Some(list) = model.path(&["dependencyManagement", "dependencies"]) {
        artifacts(list, "dependency", Some(Kind::Shared), own, manifest);
    }
    let build = model.get("build");
    let plugins =
        [build.and_then(|build| build.get("plugins")), build.and_then(|it| it.path(&["pluginManagement", "plugins"]))];
    for list in plugins.into_iter().flatten() {
        artifacts(list, "plugin", Some(Kind::Plugin), own, manifest);
        for nested in list.all("plugin").filter_map(|plugin| plugin.get("dependencies")) {
            artifacts(nested, "dependency", Some(Kind::Plugin), own, manifest);
        }
    }
    if let Some(list) = build.and_then(|build| build.get("extensions")) {
        artifacts(list, "extension", Some(Kind::Plugin), own, manifest);
    }
    for (list, name) in [("repositories", "repository"), ("pluginRepositories", "pluginRepository")] {
        for repository in model.get(list).into_iter().flat_map(|list| list.all(name)) {
            if let Some(url) = repository.get("url") {
                manifest.origin(url.text().unwrap_or_default(), url.line);
            }
        }
    }
}

#[derive(Default)]
struct Project {
    group: String,
}

fn artifacts(list: &Node, element: &str, kind: Option<Kind>, own: &Project, manifest: &mut Manifest) {
    for node in list.all(element) {
        let scope = match node.text_of("scope") {
            Some("test") => Kind::Development,
            Some("provided" | "system") => Kind::Build,
            _ if node.get("optional").is_some_and(Node::is_true) => Kind::Optional,
            _ => Kind::Runtime,
        };
        let default_group = if element == "plugin" { "org.apache.maven.plugins" } else { "" };
        manifest.dependencies.extend(artifact_of(node, kind.unwrap_or(scope), own, default_group));
    }
}

fn artifact_of(node: &Node, kind: Kind, own: &Project, default_group: &str) -> Option<Dependency> {
    let written = node.get("groupId").and_then(Node::text).unwrap_or(default_group);
    let is_own =
        matches!(written, "${project.groupId}" | "${groupId}" | "${pom.groupId}" | "${project.parent.groupId}");
    let group = if is_own { own.group.as_str() } else { written };
    let artifact = node.get("artifactId")?;
    let name = format!("{group}:{}", artifact.text()?);
    let version = node.text_of("version");
    Some(
        Dependency::new(Ecosystem::Maven, &name, kind, artifact.line).requirement(version).inherited(version.is_none()),
    )
}
