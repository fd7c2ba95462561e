//! `package.json`, as npm, yarn, pnpm and bun read it.

use super::{Dependency, Ecosystem, Kind, Manifest, Redirect, Script, Source};
use crate::facts::document::{self, Format, Malformed, Member, Node};

pub(super) fn is(_: &str, name: &str) -> bool {
    name == "package.json"
}

pub(super) fn read(bytes: &[u8]) -> Result<Manifest, Malformed> {
    let root = document::read(Format::Json, bytes)?;
    let mut manifest = Manifest::default();
    manifest.own(Ecosystem::Npm, root.text_of("name"));
    for (table, kind) in [
        ("dependencies", Kind::Runtime),
        ("optionalDependencies", Kind::Optional),
        ("devDependencies", Kind::Development),
        ("peerDependencies", Kind::Peer),
    ] {
        for member in root.get(table).into_iter().flat_map(Node::members) {
            manifest.add(dependency(member, kind));
        }
    }
    for catalogs in [root.get("catalog"), root.path(&["workspaces", "catalog"])] {
        shared(catalogs, &mut manifest);
    }
    for catalogs in [root.get("catalogs"), root.path(&["workspaces", "catalogs"])].into_iter().flatten() {
        catalogs.members().for_each(|catalog| shared(Some(&catalog.value), &mut manifest));
    }
    for path in [&["overrides"][..], &["resolutions"], &["pnpm", "overrides"]] {
        redirects(root.path(path), &mut manifest);
    }
    for name in ["preinstall", "install", "postinstall", "prepare"] {
        if let Some(member) = root.get("scripts").and_then(|scripts| scripts.member(name)) {
            let command = member.value.text().unwrap_or_default().to_owned();
            manifest.scripts.push(Script { name: name.to_owned(), command, line: member.line });
        }
    }
    for path in [&["pnpm", "onlyBuiltDependencies"][..], &["trustedDependencies"], &["pnpm", "allowBuilds"]] {
        permissions(root.path(path), &mut manifest);
    }
    Ok(manifest)
}

/// A catalog: versions that packages of the workspace take over.
pub(super) fn shared(catalog: Option<&Node>, manifest: &mut Manifest) {
    for member in catalog.into_iter().flat_map(Node::members) {
        manifest.add(dependency(member, Kind::Shared));
    }
}

/// Overrides that lead elsewhere than to another version.
pub(super) fn redirects(node: Option<&Node>, manifest: &mut Manifest) {
    let mut waiting: Vec<&Node> = node.into_iter().collect();
    while let Some(node) = waiting.pop() {
        for member in node.members() {
            if member.value.is_map() {
                waiting.push(&member.value);
                continue;
            }
            let (target, _, source) = target(&member.name, member.value.text().unwrap_or_default());
            let name = override_name(&member.name);
            let to = if target != member.name { Source::OtherRegistry(format!("npm:{target}")) } else { source };
            if to != Source::Registry {
                manifest.redirects.push(Redirect { name: name.to_owned(), to, line: member.line });
            }
        }
    }
}

/// Of `parent>child@1` and `**/child` the child.
fn override_name(selector: &str) -> &str {
    let last = selector.rsplit('>').next().unwrap_or(selector);
    let last = last.strip_prefix("**/").unwrap_or(last);
    match last.char_indices().skip(1).find(|(_, c)| *c == '@') {
        Some((at, _)) => &last[..at],
        None => last,
    }
}

/// Packages that may run scripts when they are installed.
pub(super) fn permissions(node: Option<&Node>, manifest: &mut Manifest) {
    for item in node.into_iter().flat_map(Node::items) {
        manifest.permission(item.text().unwrap_or_default(), item.line);
    }
    for member in node.into_iter().flat_map(Node::members).filter(|member| member.value.is_true()) {
        manifest.permission(&member.name, member.line);
    }
}

fn dependency(member: &Member, kind: Kind) -> Dependency {
    let written = member.value.text().unwrap_or_default().trim();
    let (name, requirement, source) = target(&member.name, written);
    let found = Dependency::new(Ecosystem::Npm, name, kind, member.line)
        .requirement(requirement)
        .source(source)
        .inherited(written.starts_with("catalog:"));
    if name == member.name { found } else { found.alias(&member.name) }
}

/// The package, its range and where it comes from, of `"key": "written"`.
pub(super) fn target<'a>(key: &'a str, written: &'a str) -> (&'a str, Option<&'a str>, Source) {
    let git = |url: &str| {
        let (url, reference) = url.split_once('#').map_or((url, None), |(url, reference)| (url, Some(reference)));
        Source::git(url, reference)
    };
    let at = |text: &'a str| match text.char_indices().skip(1).find(|(_, c)| *c == '@') {
        Some((at, _)) => (&text[..at], Some(&text[at + 1..])),
        None => (text, None),
    };
    if let Some(real) = written.strip_prefix("npm:") {
        // `npm:^1.0` of Deno and yarn is a range of the same name.
        if real.starts_with(|c: char| c.is_ascii_digit() || "^~<>=*".contains(c)) {
            return (key, Some(real), Source::Registry);
        }
        let (name, range) = at(real);
        return (name, range, Source::Registry);
    }
    let source = match written.split_once(':').map(|(scheme, _)| scheme) {
        Some("workspace") => Source::Workspace,
        Some("file" | "link" | "portal") => {
            Source::Path(written.split_once(':').map_or("", |(_, path)| path).to_owned())
        }
        Some("catalog" | "patch") => return (key, None, Source::Registry),
        Some("jsr") => Source::OtherRegistry("jsr".to_owned()),
        Some("github" | "gitlab" | "bitbucket" | "gist") => git(written),
        Some(scheme) if scheme.starts_with("git") => git(written),
        Some("http" | "https") if written.split('#').next().is_some_and(|url| url.ends_with(".git")) => git(written),
        Some("http" | "https") => Source::Url(written.to_owned()),
        _ if is_shorthand(written) => git(written),
        _ if written.starts_with("./") || written.starts_with("../") => Source::Path(written.to_owned()),
        _ => return (key, Some(written), Source::Registry),
    };
    (key, None, source)
}

/// `owner/name` and `owner/name#branch`
fn is_shorthand(written: &str) -> bool {
    let path = written.split('#').next().unwrap_or_default();
    path.split_once('/').is_some_and(|(owner, name)| {
        let is_word =
            |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c));
        is_word(owner) && is_word(name) && !owner.starts_with('.')
    })
}
