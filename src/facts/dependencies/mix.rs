//! Elixir's `mix.exs`.

use super::{Dependency, Ecosystem, Kind, Manifest, Source, syntax};
use crate::facts::document::Malformed;
use crate::lang::{Kind as Shape, Node};

pub(super) fn is(_: &str, name: &str) -> bool {
    name == "mix.exs"
}

pub(super) fn read(bytes: &[u8]) -> Result<Manifest, Malformed> {
    syntax::read("elixir", bytes, |tree, manifest| {
        tree.walk(&mut |node| {
            if node.is(Shape::Function) && node.text.contains("dep") {
                node.walk(&mut |inner| manifest.dependencies.extend(dependency(inner)));
            }
        });
    })
}

/// `{:name, "~> 1.0", only: :test}`
fn dependency(node: &Node) -> Option<Dependency> {
    let mut items = node.is(Shape::List).then(|| node.nodes())?;
    let first = items.next().filter(|first| first.is(Shape::Text))?;
    let name = first.text.strip_prefix(':')?;
    let second = items.next()?;
    if !matches!(second.kind, Shape::Text | Shape::Pair | Shape::List) || second.text.starts_with(':') {
        return None;
    }
    let options = node.nodes().find(|it| it.is(Shape::List)).unwrap_or(node);
    let text = |key: &str| syntax::named_text(options, key);
    let reference = ["ref", "tag", "branch"].iter().find_map(|key| text(key));
    let source = if let Some(path) = text("path") {
        Source::Path(path.to_owned())
    } else if let Some(url) = text("git") {
        Source::git(url, reference)
    } else if let Some(name) = text("github") {
        Source::git(format!("https://github.com/{name}"), reference)
    } else if syntax::named(options, "in_umbrella").is_some() {
        Source::Workspace
    } else if let Some(organization) = text("organization").or_else(|| text("repo")) {
        Source::OtherRegistry(organization.to_owned())
    } else {
        Source::Registry
    };
    let kind = if syntax::named(options, "only").is_some() { Kind::Development } else { Kind::Runtime };
    let package = text("hex").unwrap_or(name);
    let found = Dependency::new(Ecosystem::Hex, package, kind, node.span.line);
    Some(found.requirement(syntax::literal(second)).source(source))
}
