//! Container images: Dockerfiles and compose files.

use std::collections::HashMap;

use super::{Dependency, Ecosystem, Kind, Manifest, template};
use crate::RepoPath;
use crate::facts::document::{self, Format, Malformed, Node};
use crate::facts::lexical;

pub(super) fn is_dockerfile(_: &str, name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    // `dockerfile.go` is a program about Dockerfiles.
    if name.starts_with("dockerfile.") && lexical::syntax(&RepoPath::from(name)).is_some() {
        return false;
    }
    ["dockerfile", "containerfile"]
        .iter()
        .any(|stem| lower == *stem || lower.starts_with(&format!("{stem}.")) || lower.ends_with(&format!(".{stem}")))
        && !lower.ends_with(".dockerignore")
}

pub(super) fn dockerfile(bytes: &[u8]) -> Result<Manifest, Malformed> {
    let text = document::lines(bytes)?;
    instructions_only(&text)?;
    let mut manifest = Manifest::default();
    let mut arguments: HashMap<String, String> = HashMap::new();
    let mut stages: Vec<String> = Vec::new();
    for (line, written) in (1u32..).zip(text.lines()) {
        let words: Vec<&str> = written.split_whitespace().collect();
        let Some((verb, rest)) = words.split_first() else { continue };
        match verb.to_ascii_uppercase().as_str() {
            "ARG" => {
                let default = rest.first().and_then(|it| it.split_once('='));
                arguments.extend(default.map(|(name, value)| (name.to_owned(), value.trim_matches('"').to_owned())));
            }
            "FROM" => {
                let mut operands = rest.iter().filter(|word| !word.starts_with("--"));
                let Some(written) = operands.next() else { continue };
                let image = substituted(written, &arguments);
                if !stages.contains(&image.to_ascii_lowercase()) && image != "scratch" {
                    add(&image, line, &mut manifest);
                }
                if operands.next().is_some_and(|word| word.eq_ignore_ascii_case("as")) {
                    stages.extend(operands.next().map(|stage| stage.to_ascii_lowercase()));
                }
            }
            "COPY" | "ADD" => {
                let from = rest.iter().find_map(|word| word.strip_prefix("--from="));
                let image = from.map(|from| substituted(from, &arguments)).unwrap_or_default();
                let is_stage =
                    image.chars().all(|c| c.is_ascii_digit()) || stages.contains(&image.to_ascii_lowercase());
                // A stage may also be a build context given by a name: an image has a tag or a folder.
                if !is_stage && image.contains(['/', ':']) {
                    add(&image, line, &mut manifest);
                }
            }
            _ => {}
        }
    }
    Ok(manifest)
}

const INSTRUCTIONS: &[&str] = &[
    "FROM",
    "RUN",
    "CMD",
    "LABEL",
    "MAINTAINER",
    "EXPOSE",
    "ENV",
    "ADD",
    "COPY",
    "ENTRYPOINT",
    "VOLUME",
    "USER",
    "WORKDIR",
    "ARG",
    "ONBUILD",
    "STOPSIGNAL",
    "HEALTHCHECK",
    "SHELL",
];

/// Docker refuses a file with a line that starts with no instruction and continues none.
fn instructions_only(text: &str) -> Result<(), Malformed> {
    let escape = if text.lines().next().is_some_and(|line| line.replace(' ', "").eq_ignore_ascii_case("#escape=`")) {
        '`'
    } else {
        '\\'
    };
    let (mut goes_on, mut waiting): (bool, Vec<String>) = (false, Vec::new());
    for ((line, written), is_filled_in) in (1u32..).zip(text.lines()).zip(template::lines(text)) {
        let code = written.trim();
        if let Some(word) = waiting.first() {
            if code == word {
                waiting.remove(0);
            }
            continue;
        }
        // Comments and empty lines may stand between a line and its rest.
        if code.is_empty() || code.starts_with('#') {
            continue;
        }
        let verb = code.split_whitespace().next().unwrap_or_default().to_ascii_uppercase();
        let is_instruction = INSTRUCTIONS.contains(&verb.as_str());
        // Nobody knows yet what becomes of it; what it stands in goes on.
        if is_filled_in && !is_instruction && !code.ends_with(escape) {
            continue;
        }
        if !goes_on && !is_instruction && !is_filled_in {
            return Err(Malformed::refused("Dockerfile", line, "no instruction"));
        }
        waiting.extend(code.split("<<").skip(1).filter_map(heredoc));
        goes_on = code.ends_with(escape);
    }
    Ok(())
}

/// The word that ends a here-document: of `EOF`, `-EOF`, `"EOF"` behind the `<<`.
fn heredoc(rest: &str) -> Option<String> {
    let word = rest.trim_start_matches('-').trim_start_matches(['"', '\'']);
    let end = word.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(word.len());
    word.starts_with(|c: char| c.is_ascii_alphabetic()).then(|| word[..end].to_owned())
}

/// `$NAME`, `${NAME}` and `${NAME:-default}` by the defaults that are known.
fn substituted(written: &str, arguments: &HashMap<String, String>) -> String {
    let mut text = String::new();
    let mut rest = written.trim_matches('"');
    while let Some(at) = rest.find('$') {
        text.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let (name, after) = match rest.strip_prefix('{').and_then(|inner| inner.split_once('}')) {
            Some((name, after)) => (name, after),
            None => rest.split_at(rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(rest.len())),
        };
        let (name, default) = name.split_once(":-").map_or((name, None), |(name, default)| (name, Some(default)));
        text.push_str(arguments.get(name).map(String::as_str).or(default).unwrap_or_default());
        rest = after;
    }
    text.push_str(rest);
    text
}

pub(super) fn is_compose(path: &str, name: &str) -> bool {
    let is_yaml = name.ends_with(".yml") || name.ends_with(".yaml");
    (is_yaml && (name.starts_with("compose") || name.starts_with("docker-compose")))
        || path.ends_with("devcontainer.json")
}

pub(super) fn compose(bytes: &[u8]) -> Result<Manifest, Malformed> {
    // JSON is YAML but for its comments.
    let root = document::read_either(Format::Yaml, Format::Json, bytes)?;
    let mut manifest = Manifest::default();
    for service in root.get("services").into_iter().flat_map(Node::members) {
        // With `build` beside it, the image is what is built.
        if let Some(image) = service.value.get("image").filter(|_| service.value.get("build").is_none()) {
            image_of(image, &mut manifest);
        }
    }
    if let Some(image) = root.get("image") {
        image_of(image, &mut manifest);
    }
    for feature in root.get("features").into_iter().flat_map(Node::members) {
        if !feature.name.starts_with('.') {
            add(&feature.name, feature.line, &mut manifest);
        }
    }
    Ok(manifest)
}

/// An image as a scalar of YAML.
pub(super) fn image_of(node: &Node, manifest: &mut Manifest) {
    let written = node.text().unwrap_or_default();
    let written = written.strip_prefix("docker://").unwrap_or(written);
    if !written.contains("${{") {
        add(&substituted(written, &HashMap::new()), node.line, manifest);
    }
}

/// `name[:tag][@digest]`
fn add(written: &str, line: u32, manifest: &mut Manifest) {
    let (rest, digest) = written.split_once('@').map_or((written, None), |(rest, digest)| (rest, Some(digest)));
    let (name, tag) = match rest.rsplit_once(':') {
        Some((name, tag)) if !tag.contains('/') => (name, Some(tag)),
        _ => (rest, None),
    };
    if name.is_empty() || name.starts_with(['/', '.', ':']) || name.ends_with('/') {
        return;
    }
    let requirement = match (tag, digest) {
        (Some(tag), Some(digest)) => Some(format!("{tag}@{digest}")),
        (tag, digest) => digest.or(tag).map(str::to_owned),
    };
    manifest.add(Dependency::new(Ecosystem::Image, name, Kind::Image, line).requirement(requirement.as_deref()));
}
