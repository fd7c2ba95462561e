//! Which files make up a policy, and in which order they apply.
//!
//! What a file extends lies below it, in the order written; a layer reached twice applies once, where it was first
//! reached. Tables merge key by key, lists and single values replace, `[[paths]]` sections append.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

use sha2::{Digest, Sha256};

use super::file::{self, File, UnknownRules};
use super::node::Node;
use super::presets;
use super::problem::{PolicyError, Problem, Text, nearest};
use super::{FOLDER, Reader};

/// More would be a mistake, or an attempt to keep the gate busy.
const MAX_LAYERS: usize = 32;

/// All layers laid over one another.
pub(super) struct Layers {
    /// In the order in which they apply: the last one wins.
    pub names: Vec<String>,
    pub node: Node,
    pub digest: String,
}

/// What a policy starts from when it does not say `extends`.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Unsaid {
    Default,
    Nothing,
}

pub(super) fn of_preset(name: &str) -> Option<Result<Layers, PolicyError>> {
    let text = presets::find(name)?;
    let nothing: Reader<'_> = &|_| Ok(None);
    Some(Loader::new(nothing).load(&presets::path(name), Cow::Borrowed(text.as_bytes()), Unsaid::Nothing))
}

pub(super) fn of_file(name: &str, bytes: Vec<u8>, base: Reader<'_>) -> Result<Layers, PolicyError> {
    Loader::new(base).load(name, Cow::Owned(bytes), Unsaid::Default)
}

struct Loader<'a> {
    base: Reader<'a>,
    /// Loaded, in the order in which they apply.
    layers: Vec<(String, Cow<'static, [u8]>, Node)>,
    /// Being loaded: each extends the next.
    open: Vec<String>,
    problems: Vec<Problem>,
}

impl<'a> Loader<'a> {
    fn new(base: Reader<'a>) -> Self {
        Self { base, layers: Vec::new(), open: Vec::new(), problems: Vec::new() }
    }

    fn load(mut self, name: &str, bytes: Cow<'static, [u8]>, unsaid: Unsaid) -> Result<Layers, PolicyError> {
        self.visit(name, bytes, unsaid);
        if !self.problems.is_empty() {
            return Err(PolicyError::new(self.problems));
        }
        let mut digest = Sha256::new();
        let mut effective = Node::empty_table();
        let mut names = Vec::new();
        for (index, (name, bytes, mut node)) in self.layers.into_iter().enumerate() {
            for part in [name.as_bytes(), &bytes] {
                digest.update(part.len().to_be_bytes());
                digest.update(part);
            }
            // Numbered only now: what a file builds on comes before it.
            node.set_layer(index);
            effective.overlay(node);
            names.push(name);
        }
        let digest = digest.finalize().iter().fold(String::from("sha256:"), |text, byte| format!("{text}{byte:02x}"));
        Ok(Layers { names, node: effective, digest })
    }

    fn visit(&mut self, name: &str, bytes: Cow<'static, [u8]>, unsaid: Unsaid) {
        let unknown_rules = if name.starts_with("preset:") { UnknownRules::Skip } else { UnknownRules::Refuse };
        let File { text, node, extends, problems } = file::read(name, &bytes, unknown_rules);
        self.problems.extend(problems);
        self.open.push(name.to_owned());
        match extends {
            Some(extends) => {
                for (below, span) in extends {
                    self.extend(&text, &below, span);
                }
            }
            None if unsaid == Unsaid::Default => self.extend(&text, presets::DEFAULT, 0..0),
            None => {}
        }
        self.open.pop();
        self.layers.push((name.to_owned(), bytes, node));
    }

    fn extend(&mut self, text: &Arc<Text>, below: &str, span: Range<usize>) {
        let is_file = below.ends_with(".toml");
        let name = if is_file { below.to_owned() } else { presets::path(below) };
        if let Some(at) = self.open.iter().position(|open| *open == name) {
            let circle = [&self.open[at..], &[name]].concat().join("` extends `");
            let problem = Problem::new(text, span, format!("a policy can't build on itself: `{circle}`"));
            return self.problems.push(problem.fix("remove one of these `extends`"));
        }
        if self.layers.iter().any(|(loaded, ..)| *loaded == name) {
            return;
        }
        if self.layers.len() + self.open.len() >= MAX_LAYERS {
            let problem = Problem::new(text, span, format!("more than {MAX_LAYERS} layers"));
            return self.problems.push(problem.fix("join some of them into one file"));
        }
        match self.bytes(below, is_file) {
            Ok(bytes) => self.visit(&name, bytes, Unsaid::Nothing),
            Err((message, fix)) => self.problems.push(Problem::new(text, span, message).fix(fix)),
        }
    }

    fn bytes(&self, below: &str, is_file: bool) -> Result<Cow<'static, [u8]>, (String, String)> {
        if !is_file {
            return presets::find(below).map(|text| Cow::Borrowed(text.as_bytes())).ok_or_else(|| {
                let names = || presets::ALL.iter().map(|(name, _)| *name);
                let all = names().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
                let fix = nearest(below, names()).map_or_else(
                    || format!("presets are {all}; files are named from the top, as in `{FOLDER}/team.toml`"),
                    |near| format!("did you mean `{near}`?"),
                );
                (format!("there is no preset `{below}`"), fix)
            });
        }
        let inside = below.strip_prefix(FOLDER).and_then(|rest| rest.strip_prefix('/'));
        if inside.is_none_or(|rest| rest.split('/').any(|part| matches!(part, "" | "." | ".."))) {
            let file = below.rsplit('/').next().unwrap_or(below);
            return Err((format!("`{below}` is not inside `{FOLDER}/`"), format!("write `{FOLDER}/{file}`")));
        }
        match (self.base)(below) {
            Ok(Some(bytes)) => Ok(Cow::Owned(bytes)),
            Ok(None) => Err((
                format!("`{below}` does not exist on the base side"),
                "policies are read from the base branch: merge it there first".to_owned(),
            )),
            Err(error) => Err((format!("`{below}` can't be read: {error}"), "fetch it, then try again".to_owned())),
        }
    }
}
