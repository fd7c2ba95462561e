//! Parsing with a budget: grammars are C code that meets hostile input.

use std::cell::RefCell;
use std::ops::ControlFlow;
use std::time::Duration;

use hashbrown::HashMap;
use tree_sitter::Tree;

use super::Language;
use super::node::{Node, Span};
use super::{lower, trees};
use crate::clock::Stopwatch;

/// A file as the neutral tree, and what of it could not be read.
pub struct Parsed {
    pub root: Node,
    /// Regions that the grammar did not understand.
    pub unread: Vec<Span>,
}

/// Why a file could not be parsed at all.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unparsed {
    #[error("not UTF-8")]
    Encoding,
    #[error("{size} bytes, more than the limit of {limit}")]
    TooLarge { size: usize, limit: usize },
    #[error("took longer than {0:?} to parse")]
    TooSlow(Duration),
    #[error("{0}")]
    Refused(&'static str),
}

/// No hand-written test file comes near this.
pub const SIZE_LIMIT: usize = 16 << 20;

thread_local! {
    /// By the language's position. Fragments are parsed by the thousand, and what a parser holds for one text serves the next.
    static PARSERS: RefCell<HashMap<usize, tree_sitter::Parser>> = RefCell::default();
}

/// Time to compute for any file, and for each MiB of it: real files take a quarter of this on a slow machine.
const BASE_BUDGET: Duration = Duration::from_millis(500);
const BUDGET_PER_MIB: Duration = Duration::from_millis(2500);

impl Language {
    /// Reads a file into the neutral tree.
    ///
    /// # Errors
    /// When the file is not text, too large, too slow, or known to crash the grammar.
    pub fn parse(&self, source: &[u8]) -> Result<Parsed, Unparsed> {
        let text = std::str::from_utf8(source).map_err(|_| Unparsed::Encoding)?;
        self.understood(text, self.syntax_tree(text)?)
    }

    /// A syntax tree as the neutral one; spelled otherwise where that helps the grammar.
    pub(super) fn understood(&self, text: &str, mut tree: Tree) -> Result<Parsed, Unparsed> {
        let mut spelled = std::borrow::Cow::Borrowed(text);
        if tree.root_node().has_error()
            && let Some(other) = (self.respell)(text)
        {
            tree = self.syntax_tree(&other)?;
            spelled = other.into();
        }
        let root = lower::lower(self, &tree, &spelled, 0, 0);
        Ok(Parsed { root, unread: unread(&tree) })
    }

    pub(super) fn syntax_tree(&self, text: &str) -> Result<Tree, Unparsed> {
        trees::tree(self.index, text, || self.parsed(None, text))
    }

    /// The same, from the tree of an `earlier` text on that was edited to fit. Where the grammar stumbles the text is parsed by
    /// itself, so that what it says never depends on another.
    pub(super) fn syntax_tree_after(&self, earlier: &Tree, text: &str) -> Result<Tree, Unparsed> {
        trees::tree(self.index, text, || match self.parsed(Some(earlier), text) {
            Ok(tree) if !tree.root_node().has_error() => Ok(tree),
            _ => self.parsed(None, text),
        })
    }

    /// Parses a text whatever is held.
    pub(super) fn parsed(&self, earlier: Option<&Tree>, text: &str) -> Result<Tree, Unparsed> {
        if text.len() > SIZE_LIMIT {
            return Err(Unparsed::TooLarge { size: text.len(), limit: SIZE_LIMIT });
        }
        if let Some(why) = (self.refuses)(text) {
            return Err(Unparsed::Refused(why));
        }
        let budget = BASE_BUDGET + BUDGET_PER_MIB.mul_f64(text.len() as f64 / f64::from(1 << 20));
        let started = Stopwatch::start();
        let mut watch = |_: &tree_sitter::ParseState| {
            if started.exceeds(budget) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        };
        let options = tree_sitter::ParseOptions::new().progress_callback(&mut watch);
        let mut parser = self.parser()?;
        let bytes = text.as_bytes();
        let tree = parser
            .parse_with_options(&mut |at, _| bytes.get(at..).unwrap_or_default(), earlier, Some(options))
            .ok_or(Unparsed::TooSlow(budget))?;
        // One that was stopped half-way is not used again.
        PARSERS.with_borrow_mut(|parsers| parsers.insert(self.index, parser));
        Ok(tree)
    }

    /// This thread's parser of the language.
    fn parser(&self) -> Result<tree_sitter::Parser, Unparsed> {
        if let Some(parser) = PARSERS.with_borrow_mut(|parsers| parsers.remove(&self.index)) {
            return Ok(parser);
        }
        let mut parser = tree_sitter::Parser::new();
        // The grammar was loaded once when the tables were read, so its version fits.
        parser.set_language(&self.grammar).map_err(|_| Unparsed::Refused("the grammar does not fit the parser"))?;
        Ok(parser)
    }
}

/// What the grammar did not understand, or made up to go on. Read off the syntax tree, whatever the lowering leaves out.
fn unread(tree: &Tree) -> Vec<Span> {
    let mut spans = Vec::new();
    let mut waiting = vec![tree.root_node()];
    while let Some(node) = waiting.pop() {
        // Test macros of C++ stand before a block without a semicolon; the grammar puts one there.
        let made_up = node.is_missing() && node.kind() != ";";
        if node.is_error() || made_up {
            let number = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
            spans.push(Span {
                start: number(node.start_byte()),
                end: number(node.end_byte()),
                line: number(node.start_position().row + 1),
                end_line: number(node.end_position().row + 1),
            });
        } else if node.has_error() {
            let mut cursor = node.walk();
            waiting.extend(node.children(&mut cursor));
        }
    }
    spans.sort_by_key(|span| span.start);
    spans
}

/// One leaf of the grammar's own tree.
pub struct Token<'t> {
    pub text: &'t str,
    /// Where it starts, in bytes.
    pub start: usize,
    /// One-based.
    pub line: u32,
    /// The grammar's names of the leaf and of what it belongs to.
    pub kind: Box<str>,
    pub parent: Box<str>,
}

impl Language {
    /// The leaves of a text in order; `None` where it can't be parsed.
    pub fn tokens<'t>(&self, text: &'t str) -> Option<Vec<Token<'t>>> {
        let tree = self.syntax_tree(text).ok()?;
        let mut tokens = Vec::new();
        let mut cursor = tree.walk();
        loop {
            if cursor.goto_first_child() {
                continue;
            }
            let (node, line) = (cursor.node(), cursor.node().start_position().row + 1);
            let parent = node.parent().map_or("", |parent| parent.kind());
            tokens.push(Token {
                text: text.get(node.byte_range()).unwrap_or_default(),
                start: node.start_byte(),
                line: u32::try_from(line).unwrap_or(u32::MAX),
                kind: node.kind().into(),
                parent: parent.into(),
            });
            while !cursor.goto_next_sibling() {
                if !cursor.goto_parent() {
                    return Some(tokens);
                }
            }
        }
    }
}
