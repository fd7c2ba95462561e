//! The test files of one side together: what a call in one of them may mean.

use std::ops::Range;
use std::sync::Arc;

use hashbrown::{HashMap, HashSet};

use super::chain::Chain;
use super::scope::Scope;
use super::vocabulary::{self, Vocabulary};
use crate::RepoPath;
use crate::change::Bytes;
use crate::lang::{Kind, Language, Node, Role, Span};

/// A file read into the neutral tree, with its source.
pub struct Source {
    pub path: RepoPath,
    pub language: &'static Language,
    pub text: Bytes,
    pub root: Node,
    pub unread: Vec<Span>,
    /// Production code with tests beside it: only what is compiled for tests is read.
    pub inline: bool,
    /// The lines that the branch touched, where all others are the same on both sides: zero-based, half open.
    pub touched: Option<Vec<Range<usize>>>,
}

/// A source with its definitions found.
pub struct File<'a> {
    pub source: &'a Source,
    pub vocabulary: &'static Vocabulary,
    /// Functions and named lambdas, by name; a later definition replaces an earlier one.
    pub functions: HashMap<&'a str, &'a Node>,
    pub constants: Scope,
    /// Asynchronous checks wait by themselves here.
    pub waits: bool,
    /// What imports call something else: `import pytest as pt`.
    pub aliases: HashMap<&'a str, String>,
    /// Functions that tests name as the source of their rows.
    pub providers: HashSet<&'a str>,
    /// Functions that a call names as tests: `RUN_TEST(parses)`.
    pub listed: HashSet<&'a str>,
    /// Helpers of suites that share their name with another function.
    ambiguous: HashSet<&'a str>,
    /// Where names were imported from.
    pub imports: HashMap<&'a str, &'a str>,
    /// Where functions stand whose answer is a matcher's verdict.
    pub answering: HashSet<u32>,
}

/// Helpers of files that the change leaves alone, as far as calls in question lead to them.
#[derive(Default)]
pub struct Outside {
    pub files: Vec<Arc<Source>>,
    /// Which function of which file a call means, by the file it is written in and as it is written there.
    pub ways: HashMap<(RepoPath, String), (RepoPath, String)>,
}

pub struct Library<'a> {
    /// The files of the change, then those outside of it.
    pub files: Vec<File<'a>>,
    /// How many belong to the change.
    changed: usize,
    by_name: HashMap<&'a str, Vec<usize>>,
    /// Where calls lead that no file of the change answers.
    ways: HashMap<(usize, &'a str), (usize, &'a str)>,
}

impl<'a> Library<'a> {
    pub fn new(sources: &'a [Source], outside: &'a Outside) -> Self {
        let all = sources.iter().chain(outside.files.iter().map(|source| &**source));
        let files: Vec<File<'a>> = all.map(File::new).collect();
        let mut by_name: HashMap<&str, Vec<usize>> = HashMap::new();
        for (at, file) in files.iter().take(sources.len()).enumerate() {
            for name in file.functions.keys() {
                by_name.entry(name).or_default().push(at);
            }
        }
        let places: HashMap<&RepoPath, usize> =
            files.iter().enumerate().map(|(at, file)| (&file.source.path, at)).collect();
        let way = |((from, callee), (to, name)): (&'a (RepoPath, String), &'a (RepoPath, String))| {
            Some(((*places.get(from)?, callee.as_str()), (*places.get(to)?, name.as_str())))
        };
        let ways = outside.ways.iter().filter_map(way).collect();
        Self { files, changed: sources.len(), by_name, ways }
    }

    /// The files of the change.
    pub fn changed_files(&self) -> impl Iterator<Item = &File<'a>> {
        self.files.iter().take(self.changed)
    }

    /// Whether a file is one that the change leaves alone.
    pub fn is_outside(&self, file: usize) -> bool {
        file >= self.changed
    }

    /// The function of another file that a call means for certain, with its name there.
    pub fn way(&self, file: usize, callee: &str) -> Option<(usize, &'a str, &'a Node)> {
        let (to, name) = *self.ways.get(&(file, callee))?;
        Some((to, name, self.files[to].functions.get(name)?))
    }

    /// The function a name means in a file: its own, or the only one of another file in the language.
    pub fn function(&self, file: usize, name: &str) -> Option<(usize, &'a Node)> {
        let own = self.files.get(file)?;
        if let Some(node) = own.functions.get(name) {
            return Some((file, node));
        }
        let mut others = self.by_name.get(name)?.iter().filter(|at| {
            let other = self.files[**at].source.language;
            other.index == own.source.language.index
                || other.name.starts_with("t") && own.source.language.name.starts_with("t")
        });
        match (others.next(), others.next()) {
            (Some(only), None) => Some((*only, self.files[*only].functions.get(name)?)),
            _ => None,
        }
    }
}

impl<'a> File<'a> {
    fn new(source: &'a Source) -> Self {
        let mut file = Self {
            source,
            vocabulary: vocabulary::of(source.language),
            functions: HashMap::new(),
            constants: Scope::default(),
            waits: false,
            aliases: HashMap::new(),
            imports: HashMap::new(),
            answering: HashSet::new(),
            providers: HashSet::new(),
            listed: HashSet::new(),
            ambiguous: HashSet::new(),
        };
        if source.inline {
            for module in source.root.nodes().filter(|node| is_test_module(node)) {
                file.define(module, 0);
            }
        } else {
            file.define(&source.root, 0);
        }
        for name in std::mem::take(&mut file.ambiguous) {
            file.functions.remove(name);
        }
        file.list();
        file
    }

    /// Functions that are tests because a call says so.
    fn list(&mut self) {
        if !self.vocabulary.lists {
            return;
        }
        let source = self.source;
        source.root.walk_in(&mut |node| {
            if !node.is(Kind::Call) {
                return;
            }
            let words = self.vocabulary.calls.get(&Chain::of(node).full_path()).filter(|words| words.first() == "runs");
            let at = words.and_then(|words| words.argument()?.parse::<usize>().ok());
            let named = at.and_then(|at| node.children_in(Role::Argument).nth(at));
            self.listed.extend(named.filter(|named| named.is(Kind::Name)).map(|named| &*named.text));
        });
    }

    fn define(&mut self, node: &'a Node, depth: usize) {
        if depth > 6 {
            return;
        }
        for child in node.nodes() {
            match child.kind {
                Kind::Function => {
                    self.functions.insert(&child.text, child);
                    if depth > 1 && self.vocabulary.answers.iter().any(|name| **name == *child.text) {
                        self.answering.insert(child.span.start);
                    }
                    self.provided(child);
                }
                Kind::Assign => {
                    let (target, value) = (child.child(Role::Target), child.child(Role::Value));
                    if let (Some(target), Some(value)) = (target, value) {
                        match value.kind {
                            Kind::Lambda if target.is(Kind::Name) || is_export(target) => {
                                self.functions.insert(&target.text, value);
                            }
                            _ if depth <= 2 && child.text.is_empty() => {
                                let value = self.constants.resolve(value);
                                self.constants.bind_pattern(target, Some(&value));
                            }
                            _ => {}
                        }
                    }
                }
                Kind::Import => self.import(child),
                Kind::Call => {
                    let answers = self.vocabulary.calls.get(&Chain::of(child).full_path());
                    if let Some(words) = answers.filter(|words| words.first() == "define") {
                        self.defined(child, words.has("answer"));
                    }
                    self.define_in_suite(child, depth);
                }
                Kind::Class | Kind::Block | Kind::Other | Kind::Error => self.define(child, depth + 1),
                _ => {}
            }
        }
    }

    /// `Cypress.Commands.add("name", fn)`, `expect.extend({ name(received) {} })`
    fn defined(&mut self, call: &'a Node, answer: bool) {
        let mut name: Option<&'a str> = None;
        let mut found: Vec<(&'a str, &'a Node)> = Vec::new();
        for argument in call.children_in(Role::Argument) {
            match argument.kind {
                Kind::Text => name = Some(argument.text.trim_start_matches(':')),
                Kind::Lambda => found.extend(name.map(|name| (name, argument))),
                Kind::Map => {
                    for member in argument.nodes() {
                        let value = member.child(Role::Value).filter(|value| value.is(Kind::Lambda));
                        match (member.kind, member.child(Role::Left), value) {
                            (Kind::Function, ..) => found.push((&member.text, member)),
                            (_, Some(key), Some(value)) => found.push((&key.text, value)),
                            _ => {}
                        }
                    }
                }
                _ => {}
            }
        }
        for (name, function) in found {
            self.functions.insert(name, function);
            if answer {
                self.answering.insert(function.span.start);
            }
        }
    }

    /// Helpers that are defined inside of `describe`; a name that means two things there means nothing here.
    fn define_in_suite(&mut self, call: &'a Node, depth: usize) {
        let is_suite = call
            .child(Role::Callee)
            .and_then(|callee| self.vocabulary.declare.word(callee.text.rsplit('.').next().unwrap_or_default()))
            .is_some_and(|words| words.first() == "suite");
        if !is_suite || depth > 6 {
            return;
        }
        let blocks = call.children_in(Role::Argument).filter(|argument| argument.is(Kind::Lambda));
        for statement in blocks.flat_map(|block| block.children_in(Role::Body)).flat_map(Node::nodes) {
            let (name, function) = match statement.kind {
                Kind::Function => (&*statement.text, statement),
                Kind::Assign => {
                    let (target, value) = (statement.child(Role::Target), statement.child(Role::Value));
                    match (target, value) {
                        (Some(target), Some(value)) if target.is(Kind::Name) && value.is(Kind::Lambda) => {
                            (&*target.text, value)
                        }
                        _ => continue,
                    }
                }
                Kind::Call => {
                    self.define_in_suite(statement, depth + 1);
                    continue;
                }
                _ => continue,
            };
            if self.functions.insert(name, function).is_some() {
                self.ambiguous.insert(name);
            }
        }
    }

    fn import(&mut self, node: &'a Node) {
        if !self.vocabulary.waits.is_empty() {
            let words = written(node);
            self.waits |= self.vocabulary.waits.contains(&words);
        }
        if let Some(module) = node.child(Role::Receiver).or_else(|| node.nodes().find(|n| n.is(Kind::Text))) {
            let mut name: &str = &module.text;
            for inner in module.nodes() {
                // `from .helpers import …`
                name = if name.is_empty() || inner.is(Kind::Name) { &inner.text } else { name };
            }
            self.imported(node, name);
        }
        // `use a::b`, `use a::{b, c}`
        if let Some(path) = node.child(Role::Value)
            && let Some(module) = path.child(Role::Receiver).and_then(|module| module.words().first().copied())
        {
            self.imported(path, module);
            self.imports.insert(&path.text, module);
        }
        let module = node.child(Role::Receiver).map(|module| module.text.to_string());
        let mut found = Vec::new();
        node.walk(&mut |n| {
            if n.is(Kind::Assign)
                && let (Some(target), Some(value)) = (n.child(Role::Target), n.child(Role::Value))
            {
                found.push((target.text.to_string(), value.words().join(".")));
            }
        });
        for (alias, name) in found {
            let full = module.as_ref().map_or(name.clone(), |module| format!("{module}.{name}"));
            if let Some(key) = interned(node, &alias) {
                self.aliases.insert(key, full);
            }
        }
        // `from pytest import skip`
        if let Some(module) = module {
            for name in node.nodes().filter(|n| n.is(Kind::Name) && !n.text.contains('.') && *n.text != *module) {
                self.aliases.insert(&name.text, format!("{module}.{}", name.text));
            }
        }
    }

    fn provided(&mut self, function: &'a Node) {
        for call in function.children_in(Role::Attribute).flat_map(Node::nodes).filter(|n| n.is(Kind::Call)) {
            let words = call.child(Role::Callee).and_then(|callee| self.vocabulary.attributes.word(&callee.text));
            if words.is_some_and(|words| words.first() == "provider") {
                self.providers.extend(call.children_in(Role::Argument).filter(|n| n.is(Kind::Text)).map(|n| &*n.text));
            }
        }
    }

    fn imported(&mut self, node: &'a Node, module: &'a str) {
        if node.is(Kind::Name) {
            self.imports.insert(&node.text, module);
        }
        node.nodes().for_each(|child| self.imported(child, module));
    }

    /// The source of a span, on one line.
    pub fn excerpt(&self, span: Span) -> String {
        excerpt(&self.source.text, span)
    }
}

/// `exports.name`, `module.exports.name`
fn is_export(target: &Node) -> bool {
    let receiver = target.child(Role::Receiver).filter(|_| target.is(Kind::Member));
    receiver.is_some_and(|receiver| &*receiver.text == "exports")
}

/// A dotted name as it is written.
fn written(node: &Node) -> String {
    let mut words = Vec::new();
    fn collect<'n>(node: &'n Node, words: &mut Vec<&'n str>) {
        node.nodes().for_each(|child| collect(child, words));
        if !node.text.is_empty() {
            words.push(&node.text);
        }
    }
    collect(node, &mut words);
    words.join(".")
}

/// `#[cfg(test)] mod tests { … }`
fn is_test_module(node: &Node) -> bool {
    node.is(Kind::Class)
        && node.children_in(Role::Attribute).any(|attribute| {
            let words = attribute.words();
            words.contains(&"cfg") && words.contains(&"test")
        })
}

/// The name inside the tree that reads the same.
fn interned<'a>(node: &'a Node, text: &str) -> Option<&'a str> {
    if &*node.text == text {
        return Some(&node.text);
    }
    node.nodes().find_map(|child| interned(child, text))
}

fn excerpt(text: &[u8], span: Span) -> String {
    const LIMIT: usize = 240;
    let raw = text.get(span.start as usize..span.end as usize).unwrap_or_default();
    let raw = std::str::from_utf8(raw).unwrap_or_default();
    let mut line = String::new();
    for word in raw.split_whitespace() {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
        if line.len() > LIMIT {
            let cut = line.char_indices().map(|(at, _)| at).take_while(|at| *at <= LIMIT).last().unwrap_or(0);
            line.truncate(cut);
            line.push('…');
            break;
        }
    }
    line
}
