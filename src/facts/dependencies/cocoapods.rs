//! CocoaPods: `Podfile` and pod specifications.

use super::{Dependency, Ecosystem, Kind, Manifest, Source, syntax};
use crate::facts::document::Malformed;

pub(super) fn is(_: &str, name: &str) -> bool {
    name == "Podfile" || name.ends_with(".podspec")
}

pub(super) fn read(bytes: &[u8]) -> Result<Manifest, Malformed> {
    syntax::read("ruby", bytes, |tree, manifest| {
        tree.walk(&mut |node| match syntax::callee(node) {
            Some("pod" | "dependency") => {
                let mut texts = syntax::literals(node);
                let Some(name) = texts.next() else { return };
                let reference = ["tag", "commit", "branch"].iter().find_map(|key| syntax::named_text(node, key));
                let git = syntax::named_text(node, "git").map(|url| Source::git(url, reference));
                let path = syntax::named_text(node, "path").map(|path| Source::Path(path.to_owned()));
                let found = Dependency::new(Ecosystem::CocoaPods, name, Kind::Runtime, node.span.line);
                manifest.add(found.requirement(texts.next()).source(git.or(path).unwrap_or_default()));
            }
            Some("source") => {
                if let Some(url) = syntax::literals(node).next() {
                    manifest.origin(url, node.span.line);
                }
            }
            _ => {}
        });
    })
}
