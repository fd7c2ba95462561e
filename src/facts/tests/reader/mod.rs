//! Walks the body of a case and collects what it demands, through the helpers it calls.

mod answers;
mod calls;
mod deferred;
mod failure;
mod flow;
mod helpers;

pub use calls::is_declaration;

use hashbrown::{HashMap, HashSet};

use super::chain::Chain;
use super::gate;
use super::library::{File, Library};
use super::model::{Check, Gate, Hurdle, HurdleKind, Mark, MarkKind, Missing, Row};
use super::scope::Scope;
use crate::lang::{Kind, Node, Role, Span};
use crate::{LineRange, RepoPath};

/// A case with more is generated.
const CHECK_LIMIT: usize = 3000;

/// What a body says.
#[derive(Default)]
pub struct Reading<'a> {
    pub checks: Vec<Check>,
    pub marks: Vec<Mark>,
    /// Rows of the tables that the body runs through.
    pub rows: Vec<Row>,
    /// Cases declared inside the body, with the scope they see.
    pub inner: Vec<(&'a Node, Scope)>,
    /// Functions of the same file that were followed.
    pub followed: HashSet<&'a str>,
    /// A helper was called that isn't here.
    pub unresolved: bool,
    pub missing: Vec<Missing>,
}

/// A call of a helper whose file the change leaves alone.
pub struct Entered {
    pub name: Box<str>,
    pub path: RepoPath,
    pub lines: LineRange,
    pub text: String,
}

pub struct Reader<'r, 'a> {
    pub library: &'r Library<'a>,
    pub file: usize,
    pub scope: Scope,
    pub hurdles: Vec<Hurdle>,
    pub reading: Reading<'a>,
    pub row: Option<u32>,
    via: Vec<&'a str>,
    local: HashMap<&'a str, (&'a Node, bool)>,
    /// Helpers that were run through.
    run: Vec<&'a Node>,
    /// The call that led out of the files of the change, while its helper is read.
    pub(super) entered: Option<Entered>,
    /// What went wrong and is reported later.
    noted: Vec<deferred::Noted>,
    /// The statement's outcome is awaited or handed on.
    pub awaited: bool,
    /// How many blocks are open.
    depth: usize,
}

impl<'r, 'a> Reader<'r, 'a> {
    pub fn new(library: &'r Library<'a>, file: usize, scope: Scope) -> Self {
        Self {
            library,
            file,
            scope,
            hurdles: Vec::new(),
            reading: Reading::default(),
            row: None,
            via: Vec::new(),
            local: HashMap::new(),
            run: Vec::new(),
            entered: None,
            noted: Vec::new(),
            awaited: false,
            depth: 0,
        }
    }

    pub fn file(&self) -> &'r File<'a> {
        &self.library.files[self.file]
    }

    pub fn path(&self) -> RepoPath {
        self.file().source.path.clone()
    }

    pub fn via(&self) -> Option<String> {
        self.via.last().map(|name| (*name).to_owned())
    }

    pub fn excerpt(&self, span: Span) -> String {
        self.file().excerpt(span)
    }

    /// Reads a whole body.
    pub fn body(&mut self, body: &'a Node) {
        // The value of an expression is handed on.
        self.awaited |= !body.is(Kind::Block);
        self.visit(body);
        // Local functions that were never called directly: handed to someone, or dead.
        let mut names = HashSet::new();
        used_names(body, &mut names);
        for helper in std::mem::take(&mut self.run) {
            used_names(helper, &mut names);
        }
        let pending: Vec<(&str, &Node)> =
            self.local.iter().filter(|(_, (_, called))| !called).map(|(name, (node, _))| (*name, *node)).collect();
        for (name, node) in pending {
            let Some(inner) = node.child(Role::Body) else { continue };
            if names.contains(name) {
                self.visit(inner);
            } else {
                self.under(HurdleKind::Unreachable, None, |reader| reader.visit(inner));
            }
        }
    }

    /// What follows stands inside of something: leaving it leaves no test.
    pub fn deeper(&mut self) {
        self.depth += 1;
    }

    pub fn under(&mut self, kind: HurdleKind, what: Option<Node>, read: impl FnOnce(&mut Self)) {
        self.hurdles.push(Hurdle { kind, what });
        read(self);
        self.hurdles.pop();
    }

    pub fn visit(&mut self, node: &'a Node) {
        if self.reading.checks.len() > CHECK_LIMIT {
            return;
        }
        match node.kind {
            Kind::Block => self.block(node),
            Kind::If => self.if_statement(node),
            Kind::Loop => self.loop_statement(node),
            Kind::Try => self.try_statement(node),
            Kind::With => self.with_statement(node),
            Kind::Match => self.match_statement(node),
            Kind::Function => {
                self.local.insert(&node.text, (node, false));
            }
            Kind::Assign => self.assign(node),
            Kind::Await | Kind::Return => {
                let before = std::mem::replace(&mut self.awaited, true);
                for child in node.nodes() {
                    self.visit(child);
                }
                self.awaited = before;
            }
            Kind::Binary if matches!(&*node.text, "&&" | "||") => {
                let (left, right) = (node.child(Role::Left), node.child(Role::Right));
                if let (Some(left), Some(right)) = (left, right) {
                    let known = self.reading.checks.len();
                    self.visit(left);
                    // `assert(a)(b) && assert(c)(d)`: one demand of two.
                    if self.file().vocabulary.joins && &*node.text == "&&" && self.reading.checks.len() > known {
                        self.visit(right);
                        return;
                    }
                    let condition = if &*node.text == "&&" { left.clone() } else { Node::unary("!", left.clone()) };
                    let condition = self.scope.resolve(&condition);
                    self.under(HurdleKind::Condition, Some(condition), |reader| reader.visit(right));
                }
            }
            Kind::Choice => {
                let condition = node.child(Role::Condition).map(|condition| self.scope.resolve(condition));
                for branch in node.children_in(Role::Then).chain(node.children_in(Role::Else)) {
                    self.under(HurdleKind::Condition, condition.clone(), |reader| reader.visit(branch));
                }
            }
            // Handed to somebody who calls it.
            Kind::Lambda => self.callback(node),
            Kind::Class => {
                let bodies = node.children_in(Role::Body).flat_map(Node::nodes).filter(|n| n.is(Kind::Function));
                bodies.for_each(|method| self.callback(method));
            }
            // A statement about types, which compilers check.
            Kind::Type => self.reading.unresolved = true,
            Kind::Call | Kind::Member => self.expression(node),
            Kind::Binary if node.text.starts_with(|c: char| c.is_alphabetic()) => self.expression(node),
            _ => {
                for child in node.nodes() {
                    self.visit(child);
                }
            }
        }
    }

    fn block(&mut self, block: &'a Node) {
        let depth = self.hurdles.len();
        self.depth += 1;
        for statement in block.nodes() {
            let before = self.reading.checks.len() + self.reading.inner.len();
            self.visit(statement);
            self.bare(statement);
            if before == self.reading.checks.len() + self.reading.inner.len() {
                self.handed_on(statement);
            }
            let first = self.depth == 1 && self.reading.checks.is_empty() && self.hurdles.is_empty();
            if first
                && statement.is(Kind::Return)
                && block.nodes().last().is_some_and(|last| !std::ptr::eq(last, statement))
            {
                // Leaving before anything is checked is a skip by another name.
                self.mark(MarkKind::Skip, None, statement.span);
            } else if first && self.is_skip(statement) {
                // The mark says it.
            } else if matches!(statement.kind, Kind::Return | Kind::Throw) || self.is_skip(statement) {
                self.hurdles.push(Hurdle { kind: HurdleKind::Unreachable, what: None });
            } else if let Some(condition) = self.guard(statement) {
                if self.row.is_some() {
                    // Of one row it is often known which way it goes.
                    match gate::judge(&condition, self.file().vocabulary) {
                        Gate::Never => continue,
                        Gate::Always => break,
                        Gate::Sometimes => {}
                    }
                }
                let returns = last_statement(statement).is_some_and(|last| last.is(Kind::Return));
                if returns && self.depth == 1 && self.reading.checks.is_empty() && self.hurdles.is_empty() {
                    self.mark(MarkKind::Skip, Some(condition), statement.span);
                } else {
                    let kept = Node::unary("!", condition);
                    self.hurdles.push(Hurdle { kind: HurdleKind::Condition, what: Some(kept) });
                }
            }
        }
        self.depth -= 1;
        self.hurdles.truncate(depth);
    }

    /// The condition of `if … { return }`.
    fn guard(&self, statement: &Node) -> Option<Node> {
        if !statement.is(Kind::If) || statement.child(Role::Else).is_some() {
            return None;
        }
        let then = statement.child(Role::Then)?;
        let last = if then.is(Kind::Block) { then.nodes().last()? } else { then };
        let leaves = matches!(last.kind, Kind::Return) || last.is(Kind::Jump);
        leaves.then(|| statement.child(Role::Condition).map(|condition| self.scope.resolve(condition)))?
    }

    pub(super) fn is_skip(&self, statement: &Node) -> bool {
        let chain = Chain::of(statement);
        matches!(statement.kind, Kind::Call | Kind::Await)
            && chain.last().is_some_and(|last| last.arguments.is_some())
            && self.file().vocabulary.calls.get(&self.known_path(&chain)).is_some_and(|words| {
                words.first() == "skip"
                    && !is_declaration(chain.last().and_then(|l| l.arguments.as_deref()).unwrap_or(&[]))
            })
    }

    /// A chain's path with import aliases resolved.
    pub fn known_path<'p>(&'p self, chain: &Chain<'p>) -> Vec<&'p str> {
        let path = chain.full_path();
        self.unalias(path)
    }

    pub fn unalias<'p>(&'p self, path: Vec<&'p str>) -> Vec<&'p str> {
        let vocabulary = self.file().vocabulary;
        let known = |first: &str| vocabulary.declare.word(first).is_some() || vocabulary.checks.word(first).is_some();
        match path.first().filter(|first| !known(first)).and_then(|first| self.file().aliases.get(first)) {
            Some(full) => full.split('.').chain(path.into_iter().skip(1)).collect(),
            None => {
                let behind =
                    |name: &&Vec<String>| path.len() > name.len() && path.iter().zip(*name).all(|(a, b)| a == b);
                let named = vocabulary.namespaces.iter().filter(behind).map(Vec::len).max().unwrap_or(0);
                path.into_iter().skip(named).collect()
            }
        }
    }

    pub fn mark(&mut self, kind: MarkKind, condition: Option<Node>, span: Span) {
        if self.hurdles.iter().any(|hurdle| hurdle.kind == HurdleKind::Unreachable) {
            return;
        }
        let gate = condition.as_ref().map_or(Gate::Always, |c| gate::judge(c, self.file().vocabulary));
        let (text, lines) = match &self.entered {
            Some(call) => (call.text.clone(), call.lines),
            None => (self.excerpt(span), lines(span)),
        };
        let mark = Mark { kind, condition, gate, text, lines };
        self.reading.marks.push(mark);
    }

    /// The conditions under which the present place is reached, as one.
    pub fn present_condition(&self) -> Option<Node> {
        self.hurdles
            .iter()
            .filter_map(|hurdle| match hurdle.kind {
                HurdleKind::Condition => hurdle.what.clone(),
                HurdleKind::Catch => Some(Node::name("caught", Span::default())),
                _ => None,
            })
            .reduce(|all, next| Node::binary("&&", all, next))
    }
}

/// Names that are read somewhere: not those that are only given a value, nor what Go's `_ = x` only silences.
fn used_names(node: &Node, names: &mut HashSet<String>) {
    for (role, child) in &node.children {
        if node.is(Kind::Assign) && node.text.is_empty() {
            let silences = *role == Role::Value
                && child.is(Kind::Name)
                && node.child(Role::Target).is_some_and(|target| &*target.text == "_");
            if *role == Role::Target && child.is(Kind::Name) || silences {
                continue;
            }
        }
        if !child.text.is_empty() && !child.is(Kind::Function) {
            names.insert(child.text.to_string());
        }
        used_names(child, names);
    }
}

fn last_statement(conditional: &Node) -> Option<&Node> {
    let then = conditional.child(Role::Then)?;
    if then.is(Kind::Block) { then.nodes().last() } else { Some(then) }
}

pub fn lines(span: Span) -> LineRange {
    LineRange::new(span.line, span.end_line)
}
