//! Bazel's `MODULE.bazel`, whose language Python's grammar reads.

use super::{Dependency, Ecosystem, Kind, Manifest, Redirect, Source, syntax};
use crate::facts::document::Malformed;

pub(super) fn is(_: &str, name: &str) -> bool {
    name == "MODULE.bazel" || name.ends_with(".MODULE.bazel")
}

pub(super) fn read(bytes: &[u8]) -> Result<Manifest, Malformed> {
    syntax::read("python", bytes, |tree, manifest| {
        tree.walk(&mut |node| {
            let text = |key| syntax::named_text(node, key);
            let line = node.span.line;
            match syntax::callee(node) {
                Some("module") => manifest.own(Ecosystem::Bazel, text("name")),
                Some("bazel_dep") => {
                    let is_development = syntax::named(node, "dev_dependency").is_some();
                    let kind = if is_development { Kind::Development } else { Kind::Runtime };
                    let found = Dependency::new(Ecosystem::Bazel, text("name").unwrap_or_default(), kind, line);
                    manifest.add(found.requirement(text("version")));
                }
                Some(verb @ ("git_override" | "archive_override" | "local_path_override")) => {
                    let Some(name) = text("module_name") else { return };
                    let to = match verb {
                        "git_override" => {
                            Source::git(text("remote").unwrap_or_default(), text("commit").or_else(|| text("tag")))
                        }
                        "local_path_override" => Source::Path(text("path").unwrap_or_default().to_owned()),
                        _ => Source::Url(text("urls").or_else(|| text("url")).unwrap_or_default().to_owned()),
                    };
                    manifest.redirects.push(Redirect { name: name.to_owned(), to, line });
                }
                _ => {}
            }
        });
    })
}
