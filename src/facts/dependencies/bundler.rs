//! Bundler's `Gemfile` and gem specifications.

use super::{Dependency, Ecosystem, Kind, Manifest, Source, syntax};
use crate::facts::document::Malformed;
use crate::lang::{Kind as Shape, Node, Role};

pub(super) fn is(_: &str, name: &str) -> bool {
    matches!(name, "Gemfile" | "gems.rb" | "Appraisals")
        || name.ends_with(".gemspec")
        || name.ends_with(".gemfile")
        || name.starts_with("Gemfile.") && !name.ends_with(".lock")
}

pub(super) fn read(bytes: &[u8]) -> Result<Manifest, Malformed> {
    syntax::read("ruby", bytes, |tree, manifest| {
        visit(tree, &Around { kind: Kind::Runtime, source: Source::Registry }, manifest)
    })
}

/// What the blocks around a `gem` say about it.
#[derive(Clone)]
struct Around {
    kind: Kind,
    source: Source,
}

fn visit(node: &Node, around: &Around, manifest: &mut Manifest) {
    let mut inner = None;
    match syntax::callee(node) {
        Some("gem") => gem(node, around, manifest),
        Some("add_dependency" | "add_runtime_dependency") => specified(node, Kind::Runtime, manifest),
        Some("add_development_dependency") => specified(node, Kind::Development, manifest),
        Some("group") => {
            let mut groups = syntax::literals(node).peekable();
            let is_default = groups.peek().is_none() || groups.any(|group| matches!(group, "default" | "production"));
            if !is_default {
                inner = Some(Around { kind: Kind::Development, ..around.clone() });
            }
        }
        Some("source") => {
            if let Some(url) = syntax::literals(node).next() {
                manifest.origin(url, node.span.line);
                if has_block(node) {
                    inner = Some(Around { source: Source::OtherRegistry(url.to_owned()), ..around.clone() });
                }
            }
        }
        Some("git" | "github") if has_block(node) => {
            if let Some(url) = syntax::literals(node).next() {
                inner = Some(Around { source: git(url, node), ..around.clone() });
            }
        }
        Some("path") if has_block(node) => {
            let path = syntax::literals(node).next().unwrap_or_default().to_owned();
            inner = Some(Around { source: Source::Path(path), ..around.clone() });
        }
        _ => {}
    }
    if node.is(Shape::Assign)
        && let Some(target) = node.child(Role::Target).filter(|it| it.is(Shape::Member) && &*it.text == "name")
        && target.child(Role::Receiver).is_some_and(|it| it.is(Shape::Name))
    {
        manifest.own(Ecosystem::Ruby, node.child(Role::Value).and_then(syntax::literal));
    }
    for child in node.nodes() {
        visit(child, inner.as_ref().unwrap_or(around), manifest);
    }
}

fn has_block(call: &Node) -> bool {
    call.nodes().any(|node| node.is(Shape::Lambda))
}

fn gem(call: &Node, around: &Around, manifest: &mut Manifest) {
    let mut texts = syntax::literals(call);
    let Some(name) = texts.next() else { return };
    let requirement = texts.collect::<Vec<_>>().join(", ");
    let is_grouped = syntax::named(call, "group").or_else(|| syntax::named(call, "groups")).is_some();
    let kind = if is_grouped { Kind::Development } else { around.kind };
    let found = Dependency::new(Ecosystem::Ruby, name, kind, call.span.line);
    let source = source(call).unwrap_or_else(|| around.source.clone());
    manifest.add(found.requirement(Some(&requirement)).source(source));
}

fn source(call: &Node) -> Option<Source> {
    if let Some(path) = syntax::named(call, "path") {
        // Where the path is computed, it is a path still.
        return Some(Source::Path(syntax::literal(path).unwrap_or(".").to_owned()));
    }
    if let Some(url) = syntax::named_text(call, "git") {
        return Some(git(url, call));
    }
    for host in ["github", "gitlab", "bitbucket"] {
        if let Some(name) = syntax::named_text(call, host) {
            return Some(git(&format!("https://{host}.com/{name}"), call));
        }
    }
    syntax::named_text(call, "source").map(|url| Source::OtherRegistry(url.to_owned()))
}

fn git(url: &str, call: &Node) -> Source {
    Source::git(url, ["ref", "tag", "branch"].iter().find_map(|key| syntax::named_text(call, key)))
}

fn specified(call: &Node, kind: Kind, manifest: &mut Manifest) {
    let mut texts = syntax::literals(call);
    if let Some(name) = texts.next() {
        let requirement = texts.collect::<Vec<_>>().join(", ");
        let found = Dependency::new(Ecosystem::Ruby, name, kind, call.span.line);
        manifest.add(found.requirement(Some(&requirement)));
    }
}
