//! setuptools: `setup.cfg` and `setup.py`.

use super::{Ecosystem, Kind, Manifest, requirement, syntax};
use crate::facts::document::{self, Format, Malformed, Node};
use crate::lang::{self, Role};

pub(super) fn is_configuration(_: &str, name: &str) -> bool {
    name == "setup.cfg"
}

pub(super) fn configuration(bytes: &[u8]) -> Result<Manifest, Malformed> {
    let root = document::read(Format::Ini, bytes)?;
    let mut manifest = Manifest::default();
    manifest.own(Ecosystem::Python, root.path(&["metadata", "name"]).and_then(Node::text));
    for (key, kind) in KEYS {
        list(root.path(&["options", key]), *kind, &mut manifest);
    }
    for extra in root.get("options.extras_require").into_iter().flat_map(Node::members) {
        list(Some(&extra.value), Kind::Optional, &mut manifest);
    }
    Ok(manifest)
}

const KEYS: &[(&str, Kind)] =
    &[("install_requires", Kind::Runtime), ("setup_requires", Kind::Build), ("tests_require", Kind::Development)];

/// One requirement a line; several on one line are split by `;` only in markers.
fn list(node: Option<&Node>, kind: Kind, manifest: &mut Manifest) {
    let Some(node) = node else { return };
    for item in node.items().chain([node]) {
        let found = item.text().and_then(|written| requirement::parse(written, kind, item.line));
        manifest.dependencies.extend(found);
    }
}

pub(super) fn is_script(_: &str, name: &str) -> bool {
    name == "setup.py"
}

pub(super) fn script(bytes: &[u8]) -> Result<Manifest, Malformed> {
    syntax::read("python", bytes, |tree, manifest| {
        tree.walk(&mut |node| {
            if syntax::callee(node) != Some("setup") {
                return;
            }
            manifest.own(Ecosystem::Python, syntax::named_text(node, "name"));
            for (key, kind) in KEYS.iter().chain(&[("extras_require", Kind::Optional)]) {
                let Some(value) = syntax::named(node, key) else { continue };
                strings(value, tree, *kind, manifest);
            }
        });
    })
}

/// Requirements in a list, in the lists of a map, or in what a name stands for at the top of the file.
fn strings(value: &lang::Node, tree: &lang::Node, kind: Kind, manifest: &mut Manifest) {
    let resolved = tree.nodes().find_map(|node| {
        let target = node.child(Role::Target).filter(|_| node.is(lang::Kind::Assign))?;
        (value.is(lang::Kind::Name) && target.text == value.text).then(|| node.child(Role::Value))?
    });
    let value = resolved.unwrap_or(value);
    collect(value, &mut |text, line| {
        manifest.dependencies.extend(requirement::parse(text, kind, line));
    });
}

fn collect(node: &lang::Node, take: &mut dyn FnMut(&str, u32)) {
    match node.kind {
        lang::Kind::Text => take(&node.text, node.span.line),
        // The key of an extra is no requirement.
        lang::Kind::Pair => node.child(Role::Value).into_iter().for_each(|value| collect(value, take)),
        lang::Kind::List | lang::Kind::Map | lang::Kind::Binary => node.nodes().for_each(|child| collect(child, take)),
        _ => {}
    }
}
