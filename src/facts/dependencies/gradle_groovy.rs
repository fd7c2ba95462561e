//! Gradle's Groovy scripts, for which no grammar is at hand: read by lines, comments left away; and the wrapper's properties.

use super::gradle::{coordinates, kind_of};
use super::{Dependency, Ecosystem, Kind, Manifest};
use crate::RepoPath;
use crate::facts::config::blocks;
use crate::facts::document::{self, Format, Malformed};
use crate::facts::lexical;

pub(super) fn is(_: &str, name: &str) -> bool {
    name.ends_with(".gradle")
}

pub(super) fn read(bytes: &[u8]) -> Result<Manifest, Malformed> {
    let text = document::lines(bytes)?;
    let code = without_comments(&text);
    let mut manifest = Manifest { unread_line: blocks::unclosed(&text), ..Manifest::default() };
    // The names of the blocks that are open.
    let mut open: Vec<String> = Vec::new();
    for (line, written) in (1u32..).zip(code.lines()) {
        let mut blocks = open.iter().map(String::as_str).chain(written.split_once('{').map(|(name, _)| name.trim()));
        let place = blocks.clone().rev().find(|name| matches!(*name, "dependencies" | "plugins" | "repositories"));
        let is_excluded = blocks.any(|name| name == "constraints");
        let inside = written.split_once('{').map_or(written, |(before, after)| {
            if matches!(before.trim(), "dependencies" | "plugins" | "repositories") { after } else { written }
        });
        match place {
            Some("dependencies") if !is_excluded => library(inside.trim(), line, &mut manifest),
            Some("plugins") => plugin(inside.trim(), line, &mut manifest),
            Some("repositories") => {
                let urls = quoted(inside).into_iter().filter(|text| text.contains("://"));
                urls.for_each(|url| manifest.origin(url, line));
            }
            _ => {}
        }
        follow(written, &mut open);
    }
    Ok(manifest)
}

fn without_comments(text: &str) -> String {
    let Some(syntax) = lexical::syntax(&RepoPath::from("build.groovy")) else { return text.to_owned() };
    let spans = lexical::spans(text, syntax);
    let mut bytes = text.as_bytes().to_vec();
    for span in spans.iter().filter(|span| span.kind == lexical::Kind::Comment) {
        let range = &mut bytes[span.range.clone()];
        range.iter_mut().filter(|byte| **byte != b'\n').for_each(|byte| *byte = b' ');
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Opens and closes blocks as a line's braces do.
fn follow(written: &str, open: &mut Vec<String>) {
    let mut word = String::new();
    let mut quote: Option<char> = None;
    for c in written.chars() {
        match (quote, c) {
            (Some(mark), _) => quote = (c != mark).then_some(mark),
            (None, '\'' | '"') => quote = Some(c),
            (None, '{') => open.push(std::mem::take(&mut word).trim().to_owned()),
            (None, '}') => {
                open.pop();
                word.clear();
            }
            (None, c) => word.push(c),
        }
    }
}

/// `implementation 'g:n:v'`, `implementation("g:n:v")`, `testImplementation group: 'g', name: 'n', version: 'v'`
fn library(written: &str, line: u32, manifest: &mut Manifest) {
    let end = written.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(written.len());
    let (configuration, rest) = written.split_at(end);
    let is_call = rest.starts_with([' ', '(', '\t']);
    if configuration.is_empty() || !is_call || matches!(configuration, "exclude" | "force" | "because" | "if" | "def") {
        return;
    }
    let kind = kind_of(configuration);
    let part = |name: &str| {
        let (_, after) = rest.split_once(&format!("{name}:"))?;
        quoted(after).into_iter().next()
    };
    if let (Some(group), Some(name)) = (part("group"), part("name")) {
        let found = Dependency::new(Ecosystem::Maven, &format!("{group}:{name}"), kind, line);
        manifest.add(found.requirement(part("version")));
        return;
    }
    if rest.contains("project(") && !rest.contains("platform(") {
        return;
    }
    for text in quoted(rest) {
        manifest.dependencies.extend(coordinates(text, kind, line));
    }
}

/// `id 'x' version '1'`
fn plugin(written: &str, line: u32, manifest: &mut Manifest) {
    let Some(rest) = written.strip_prefix("id").filter(|rest| rest.starts_with([' ', '('])) else { return };
    let texts = quoted(rest);
    if let Some(id) = texts.first().filter(|id| id.contains('.')) {
        let version = rest.contains("version").then(|| texts.get(1).copied()).flatten();
        let found = Dependency::new(Ecosystem::GradlePlugin, id, Kind::Plugin, line);
        manifest.add(found.requirement(version).inherited(version.is_none()));
    }
}

/// What stands between quotes.
fn quoted(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find(['\'', '"']) {
        let mark = &rest[start..=start];
        let after = &rest[start + 1..];
        let Some(end) = after.find(mark) else { break };
        found.push(&after[..end]);
        rest = &after[end + 1..];
    }
    found
}

pub(super) fn is_wrapper(_: &str, name: &str) -> bool {
    matches!(name, "gradle-wrapper.properties" | "maven-wrapper.properties")
}

/// Where the build tool itself is fetched from: its host and folder, without the version.
pub(super) fn wrapper(bytes: &[u8]) -> Result<Manifest, Malformed> {
    let root = document::read(Format::Ini, bytes)?;
    let mut manifest = Manifest::default();
    for key in ["distributionUrl", "wrapperUrl"] {
        let Some(node) = root.get(key) else { continue };
        let url = node.text().map(|url| url.replace('\\', "")).unwrap_or_default();
        let host = url.split_once("://").map(|(scheme, rest)| (scheme, rest.split('/').next().unwrap_or_default()));
        if let Some((scheme, host)) = host {
            manifest.origin(&format!("{scheme}://{host}"), node.line);
        }
    }
    Ok(manifest)
}
