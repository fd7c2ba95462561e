//! What a file says of helpers: what it defines, inherits and imports.

use hashbrown::HashSet;

use super::super::chain::Chain;
use super::super::library::Source;
use super::super::vocabulary;
use crate::lang::{Helpers, Kind, Node, Role as Place};

/// What a file outside of the change says of helpers.
#[derive(Default)]
pub struct Outline {
    pub functions: HashSet<String>,
    pub bases: Vec<String>,
    pub imports: Vec<Import>,
}

/// One import: the words that it spells, and whether what it brings need not be named.
pub struct Import {
    pub words: Vec<String>,
    /// Relative to the importing file alone.
    pub anchored: bool,
    /// How many directories up from there.
    pub up: usize,
    pub open: bool,
}

impl Outline {
    pub fn of(source: &Source) -> Self {
        let mut outline = Self::default();
        outline.collect(source, &source.root, 0);
        outline
    }

    fn collect(&mut self, source: &Source, node: &Node, depth: usize) {
        if depth > 8 {
            return;
        }
        let rules = &source.language.helpers;
        for child in node.nodes() {
            match child.kind {
                Kind::Import => self.imported(source, child, rules),
                Kind::Function => {
                    self.functions.insert(child.text.to_string());
                }
                Kind::Class => {
                    let bases = child.children_in(Place::Base).flat_map(Node::words);
                    self.bases.extend(bases.filter_map(|base| base.rsplit('.').next()).map(str::to_owned));
                    if child.child(Place::Body).is_none() && source.language.name == "rust" {
                        // `mod common;`
                        self.declared(child);
                    }
                    self.collect(source, child, depth + 1);
                }
                Kind::Assign => {
                    let (target, value) = (child.child(Place::Target), child.child(Place::Value));
                    if let (Some(target), Some(value)) = (target, value) {
                        if value.is(Kind::Lambda) {
                            self.functions.insert(target.text.to_string());
                        } else {
                            self.required(value, target, rules);
                        }
                    }
                }
                Kind::Call => {
                    if vocabulary::of(source.language)
                        .calls
                        .get(&Chain::of(child).full_path())
                        .is_some_and(|w| w.first() == "define")
                    {
                        child.walk(&mut |n| {
                            let named = matches!(n.kind, Kind::Text | Kind::Function);
                            self.functions.extend(named.then(|| n.text.trim_start_matches(':').to_owned()));
                        });
                    }
                    self.required(child, child, rules);
                    child.nodes().filter(|n| n.is(Kind::Lambda)).for_each(|n| self.collect(source, n, depth + 1));
                }
                // `export * from "./totals"`
                Kind::Text if depth == 0 && child.text.starts_with('.') => {
                    self.imports.push(by_path(&child.text, true))
                }
                Kind::Block | Kind::Other | Kind::Error | Kind::Lambda => self.collect(source, child, depth + 1),
                _ => {}
            }
        }
    }

    fn imported(&mut self, source: &Source, node: &Node, rules: &Helpers) {
        let spelled = source.text.get(node.span.start as usize..node.span.end as usize).unwrap_or_default();
        let spelled = std::str::from_utf8(spelled).unwrap_or_default();
        let mut text = None;
        node.walk(&mut |n| {
            if n.is(Kind::Text) {
                text = Some(n.text.to_string());
            }
        });
        let open = rules.open || spelled.contains('*') || spelled.ends_with("._");
        match text {
            Some(text) => {
                let mut import = by_path(&text, open);
                let mut names = Vec::new();
                node.walk(&mut |n| names.extend(n.is(Kind::Name).then(|| n.text.to_string())));
                import.words.extend(names.into_iter().map(|name| format!("@{name}")));
                self.imports.push(import);
            }
            None => self.imports.push(by_words(spelled, open)),
        }
    }

    fn declared(&mut self, module: &Node) {
        let mut import = Import { words: vec![module.text.to_string()], anchored: false, up: 0, open: false };
        for attribute in module.children_in(Place::Attribute) {
            attribute.walk(&mut |n| {
                if n.is(Kind::Text) {
                    import.words = by_path(&n.text, false).words;
                    import.words.push(format!("@{}", module.text));
                }
            });
        }
        self.imports.push(import);
    }

    /// `const { a } = require("./b")`, `require "support/x"`, `include Helpers`.
    fn required(&mut self, call: &Node, names: &Node, rules: &Helpers) {
        let call = match call.kind {
            Kind::Await | Kind::Member => call.nodes().next().unwrap_or(call),
            _ => call,
        };
        let callee = call.child(Place::Callee).filter(|_| call.is(Kind::Call));
        if !callee.is_some_and(|callee| rules.imports.iter().any(|name| **name == *callee.text)) {
            return;
        }
        for argument in call.children_in(Place::Argument) {
            let mut import = match argument.kind {
                Kind::Text => by_path(&argument.text, rules.open),
                Kind::Name | Kind::Member => by_words(&argument.spelled(), rules.open),
                _ => continue,
            };
            names.walk(&mut |n| {
                if n.is(Kind::Name) && !std::ptr::eq(names, call) {
                    import.words.push(format!("@{}", n.text));
                }
            });
            self.imports.push(import);
        }
    }
}

/// `../support/totals`, `@/test/utils`, `github.com/x/y/testutil`
fn by_path(text: &str, open: bool) -> Import {
    let mut import = Import { words: Vec::new(), anchored: text.starts_with('.'), up: 0, open };
    let text = ENDINGS.iter().find_map(|ending| text.strip_suffix(ending)).unwrap_or(text);
    for part in text.trim_matches(['<', '>', '"']).split(['/', '\\']) {
        match part {
            "" | "." | "@" | "~" => {}
            ".." => {
                if import.words.pop().is_none() {
                    import.up += 1;
                }
            }
            part => import.words.push(part.trim_start_matches(['#', '~']).to_owned()),
        }
    }
    import
}

/// `from tests.helpers import a as b`, `use crate::support::*`, `using static X.Testing.Asserts`
fn by_words(spelled: &str, open: bool) -> Import {
    let relative = spelled.trim_start().strip_prefix("from").map_or("", str::trim_start);
    let dots = relative.len() - relative.trim_start_matches('.').len();
    let words = spelled.split(|c: char| !(c.is_alphanumeric() || c == '_')).filter(|word| !word.is_empty());
    let words = words.filter(|word| !KEYWORDS.contains(word)).map(str::to_owned).collect();
    Import { words, anchored: dots > 0, up: dots.saturating_sub(1), open }
}

/// Endings that an import may spell out, whatever the file's own is.
const ENDINGS: [&str; 14] =
    [".js", ".ts", ".jsx", ".tsx", ".mjs", ".cjs", ".mts", ".rb", ".h", ".hpp", ".hh", ".hxx", ".rs", ".php"];

/// Words of imports that name nothing.
const KEYWORDS: [&str; 18] = [
    "from", "import", "use", "using", "static", "as", "crate", "self", "super", "pub", "function", "const", "open",
    "type", "global", "testable", "_", "in",
];
