//! `deno.json` and import maps.

use super::{Dependency, Ecosystem, Kind, Manifest, Source};
use crate::facts::document::{self, Format, Malformed, Node};

pub(super) fn is(_: &str, name: &str) -> bool {
    matches!(name, "deno.json" | "deno.jsonc" | "import_map.json")
}

pub(super) fn read(bytes: &[u8]) -> Result<Manifest, Malformed> {
    let root = document::read(Format::Json, bytes)?;
    let mut manifest = Manifest::default();
    manifest.own(Ecosystem::Jsr, root.text_of("name"));
    let scopes = root.get("scopes").into_iter().flat_map(Node::members).flat_map(|scope| scope.value.members());
    for member in root.get("imports").into_iter().flat_map(Node::members).chain(scopes) {
        if let Some(found) = specifier(member.value.text().unwrap_or_default(), member.line) {
            manifest.add(found);
        }
    }
    Ok(manifest)
}

/// `npm:name@range`, `jsr:@scope/name@range`, `https://host/module@version/mod.ts`
fn specifier(written: &str, line: u32) -> Option<Dependency> {
    let package = |ecosystem, text: &str| {
        let text = text.trim_start_matches('/');
        let at = text.char_indices().skip(1).find(|(_, c)| *c == '@').map(|(at, _)| at);
        let (name, rest) = at.map_or((text, None), |at| (&text[..at], Some(&text[at + 1..])));
        let range = rest.map(|rest| rest.split('/').next().unwrap_or(rest));
        let parts = if name.starts_with('@') { 2 } else { 1 };
        let name = name.split('/').take(parts).collect::<Vec<_>>().join("/");
        Dependency::new(ecosystem, &name, Kind::Runtime, line).requirement(range)
    };
    match written.split_once(':')? {
        ("npm", name) => Some(package(Ecosystem::Npm, name)),
        ("jsr", name) => Some(package(Ecosystem::Jsr, name)),
        ("https" | "http", rest) => {
            let module = rest.trim_start_matches('/');
            let name = module.split('@').next().unwrap_or(module);
            let found = Dependency::new(Ecosystem::Jsr, name, Kind::Runtime, line);
            Some(found.source(Source::Url(written.to_owned())))
        }
        _ => None,
    }
}
