//! Walks the body of a case and collects what it demands, through the helpers it calls.

use std::collections::{HashMap, HashSet};

use super::chain::Chain;
use super::library::{File, Library};
use super::model::{Check, Gate, Hurdle, HurdleKind, Mark, MarkKind, Setting, SettingKind};
use super::scope::Scope;
use super::{gate, time};
use crate::lang::{Kind, Node, Role, Span};
use crate::{LineRange, RepoPath};

/// Deeper chains of helpers are not followed.
const HELPER_DEPTH: usize = 5;
/// Longer tables are read as one check instead of one per row.
const ROW_LIMIT: usize = 200;
/// A case with more is generated.
const CHECK_LIMIT: usize = 3000;

/// What a body says.
#[derive(Default)]
pub struct Reading<'a> {
    pub checks: Vec<Check>,
    pub marks: Vec<Mark>,
    pub settings: Vec<Setting>,
    pub mocks: Vec<(String, u32)>,
    /// Cases declared inside the body, with the scope they see.
    pub inner: Vec<(&'a Node, Scope)>,
    /// Functions of the same file that were followed.
    pub followed: HashSet<&'a str>,
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
        self.visit(body);
        // Local functions that were never called directly: handed to someone, or dead.
        let mut names = HashSet::new();
        body.walk(&mut |node| {
            if node.is(Kind::Name) {
                names.insert(node.text.to_string());
            }
        });
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
                    self.visit(left);
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
            Kind::Lambda | Kind::Class => {}
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
            self.visit(statement);
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

    fn is_skip(&self, statement: &Node) -> bool {
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
            None => path,
        }
    }

    fn if_statement(&mut self, node: &'a Node) {
        for setup in node.children_in(Role::Alias) {
            self.visit(setup);
        }
        let (Some(condition), Some(then)) = (node.child(Role::Condition), node.child(Role::Then)) else {
            node.nodes().for_each(|child| self.visit(child));
            return;
        };
        let otherwise: Vec<&Node> = node.children_in(Role::Else).collect();
        if self.always_fails(then) {
            self.condition(condition, false, node.span);
            self.branch(&otherwise, None);
            return;
        }
        if let [only] = otherwise.as_slice()
            && self.always_fails(only)
        {
            self.condition(condition, true, node.span);
            self.branch(&[then], None);
            return;
        }
        let resolved = self.scope.resolve(condition);
        let opposite = Node::unary("!", resolved.clone());
        match gate::judge(&resolved, self.file().vocabulary) {
            Gate::Always => {
                self.branch(&[then], None);
                self.branch(&otherwise, Some((HurdleKind::Unreachable, None)));
            }
            Gate::Never => {
                self.branch(&[then], Some((HurdleKind::Unreachable, None)));
                self.branch(&otherwise, None);
            }
            Gate::Sometimes => {
                self.branch(&[then], Some((HurdleKind::Condition, Some(resolved))));
                self.branch(&otherwise, Some((HurdleKind::Condition, Some(opposite))));
            }
        }
    }

    /// Reads nodes whose assignments may not have happened afterwards.
    pub fn branch(&mut self, nodes: &[&'a Node], hurdle: Option<(HurdleKind, Option<Node>)>) {
        let before = self.scope.clone();
        let depth = self.hurdles.len();
        self.hurdles.extend(hurdle.map(|(kind, what)| Hurdle { kind, what }));
        for node in nodes {
            self.visit(node);
        }
        self.hurdles.truncate(depth);
        self.scope = before;
        for node in nodes {
            self.forget_assigned(node);
        }
    }

    fn forget_assigned(&mut self, node: &Node) {
        let mut assigned = Vec::new();
        node.walk(&mut |n| {
            if n.is(Kind::Assign)
                && let Some(target) = n.child(Role::Target)
            {
                assigned.push(target.clone());
            }
        });
        for target in &assigned {
            self.scope.bind_pattern(target, None);
        }
    }

    /// Whether a block does nothing but fail.
    pub fn always_fails(&self, node: &Node) -> bool {
        let last = if node.is(Kind::Block) { node.nodes().last() } else { Some(node) };
        let Some(last) = last else { return false };
        if last.is(Kind::Throw) {
            return last.nodes().next().is_some();
        }
        if last.is(Kind::Return) && node.is(Kind::Block) {
            // `t.Errorf(…); return`
            let before = node.nodes().rev_second();
            return before.is_some_and(|before| self.is_fail(before))
                || last.nodes().next().is_some_and(|n| self.is_fail(n));
        }
        self.is_fail(last) || (node.is(Kind::Block) && node.nodes().any(|n| self.is_fail(n)) && !last.is(Kind::Return))
    }

    fn is_fail(&self, node: &Node) -> bool {
        if !matches!(node.kind, Kind::Call | Kind::Await) {
            return false;
        }
        let chain = Chain::of(node);
        self.file().vocabulary.calls.get(&self.known_path(&chain)).is_some_and(|words| words.first() == "fail")
    }

    fn loop_statement(&mut self, node: &'a Node) {
        let bodies: Vec<&Node> = node.children_in(Role::Body).collect();
        let Some(iterable) = node.child(Role::Iterable) else {
            let condition = node.child(Role::Condition).map(|condition| self.scope.resolve(condition));
            let dead = condition.as_ref().is_some_and(|c| gate::judge(c, self.file().vocabulary) == Gate::Never);
            let kind = if dead { HurdleKind::Unreachable } else { HurdleKind::Loop };
            self.forget_assigned(node);
            self.branch(&bodies, Some((kind, condition)));
            return;
        };
        let target = node.child(Role::Target);
        self.each(iterable, target, &bodies);
    }

    /// Reads bodies once for each element that is written down, or once under a hurdle.
    pub fn each(&mut self, iterable: &Node, target: Option<&Node>, bodies: &[&'a Node]) {
        let resolved = self.scope.resolve(iterable);
        let rows = rows_of(&resolved);
        match rows {
            Some(rows) if rows.is_empty() => {
                self.branch(bodies, Some((HurdleKind::Unreachable, None)));
            }
            Some(rows) if rows.len() <= ROW_LIMIT => {
                let outer = self.row;
                for (at, row) in rows.into_iter().enumerate() {
                    let before = self.scope.clone();
                    if let Some(target) = target {
                        self.scope.bind_pattern(target, Some(row));
                    }
                    self.row = outer.or(u32::try_from(at).ok());
                    self.branch(bodies, None);
                    self.scope = before;
                }
                self.row = outer;
            }
            _ => {
                bodies.iter().for_each(|body| self.forget_assigned(body));
                if let Some(target) = target {
                    self.scope.bind_pattern(target, None);
                }
                let counted = resolved.size(60) < 60 && counts(&resolved);
                self.branch(bodies, (!counted).then_some((HurdleKind::Loop, Some(resolved))));
            }
        }
    }

    fn try_statement(&mut self, node: &'a Node) {
        let bodies: Vec<&Node> = node.children_in(Role::Body).collect();
        let catches: Vec<&Node> = node.nodes().filter(|n| n.is(Kind::Catch)).collect();
        let must_throw = bodies.last().is_some_and(|body| {
            let last = if body.is(Kind::Block) { body.nodes().last() } else { Some(*body) };
            last.is_some_and(|last| self.is_fail(last))
        });
        if must_throw && !catches.is_empty() {
            let throws = bodies.first().map(|body| self.block_subject(body, true));
            if let Some(subject) = throws {
                self.emit_throws(subject, catches.first().and_then(|c| c.child(Role::Type)), node.span);
            }
        } else {
            let swallows = catches.iter().any(|catch| self.swallows(catch));
            self.branch(&bodies, swallows.then_some((HurdleKind::Swallowed, None)));
        }
        for catch in catches {
            let inner: Vec<&Node> = catch.children_in(Role::Body).collect();
            self.branch(&inner, (!must_throw).then_some((HurdleKind::Catch, None)));
        }
        for other in node
            .nodes()
            .filter(|n| n.is(Kind::Finally) || n.is(Kind::Block) && !bodies.iter().any(|b| std::ptr::eq(*b, *n)))
        {
            self.visit(other);
        }
    }

    /// Whether a handler drops a failed assertion.
    fn swallows(&self, catch: &Node) -> bool {
        let mut named = Vec::new();
        for kind in catch.children_in(Role::Type) {
            kind.walk(&mut |n| {
                if matches!(n.kind, Kind::Name | Kind::Member | Kind::Other) && !n.text.is_empty() {
                    named.push(n.text.to_string());
                }
            });
        }
        let broad = named.is_empty()
            || named.iter().any(|name| {
                let last = name.rsplit(['.', ':', '\\']).next().unwrap_or(name);
                matches!(
                    last,
                    "Exception"
                        | "BaseException"
                        | "AssertionError"
                        | "AssertionFailedError"
                        | "Throwable"
                        | "Error"
                        | "StandardError"
                )
            });
        let Some(body) = catch.child(Role::Body) else { return broad };
        let mut answers = false;
        body.walk(&mut |n| answers |= n.is(Kind::Throw) || self.is_fail(n) || self.is_skip(n) || self.is_check(n));
        broad && !answers
    }

    fn with_statement(&mut self, node: &'a Node) {
        let bodies: Vec<&Node> = node.children_in(Role::Body).collect();
        let depth = self.hurdles.len();
        for item in node.nodes().filter(|n| !bodies.iter().any(|b| std::ptr::eq(*b, *n))) {
            let (target, value) = match item.kind {
                Kind::Assign => (item.child(Role::Target), item.child(Role::Value)),
                _ => (None, Some(item)),
            };
            let Some(value) = value else { continue };
            if let Some(target) = target {
                let resolved = self.scope.resolve(value);
                self.scope.bind_pattern(target, Some(&resolved));
            }
            let chain = Chain::of(value);
            let words = self.file().vocabulary.calls.get(&self.known_path(&chain)).cloned().unwrap_or_default();
            if words.first() == "swallow" {
                self.hurdles.push(Hurdle { kind: HurdleKind::Swallowed, what: None });
                continue;
            }
            let block = bodies.first().map(|body| self.block_subject(body, false));
            self.check_call(&chain, value, block);
        }
        for body in bodies {
            self.visit(body);
        }
        self.hurdles.truncate(depth);
    }

    fn match_statement(&mut self, node: &'a Node) {
        let mut arms = Vec::new();
        for child in node.nodes() {
            match child.kind {
                Kind::Arm => arms.push(child),
                Kind::Block => arms.extend(child.nodes().filter(|n| n.is(Kind::Arm))),
                _ => {}
            }
        }
        let value = node.child(Role::Value);
        let (failing, passing): (Vec<&Node>, Vec<&Node>) =
            arms.iter().partition(|arm| arm.children_in(Role::Body).any(|body| self.always_fails(body)));
        if let Some(value) = value
            && !failing.is_empty()
            && !passing.is_empty()
        {
            self.emit_variants(value, &passing, node.span);
        }
        let alone = passing.len() == 1 && !failing.is_empty();
        for arm in passing {
            let bodies: Vec<&Node> = arm.children_in(Role::Body).collect();
            let pattern = arm.child(Role::Target).cloned();
            self.branch(&bodies, (!alone).then_some((HurdleKind::Condition, pattern)));
        }
    }

    fn assign(&mut self, node: &'a Node) {
        let (target, value) = (node.child(Role::Target), node.child(Role::Value));
        if let (Some(target), Some(value)) = (target, value) {
            if value.is(Kind::Lambda) && target.is(Kind::Name) {
                self.local.insert(&target.text, (value, false));
                return;
            }
            let before = std::mem::replace(&mut self.awaited, true);
            self.visit(value);
            self.awaited = before;
            self.named_setting(&target.text, value, node.span);
            if node.text.is_empty() {
                let resolved = self.scope.resolve(value);
                self.scope.bind_pattern(target, Some(&resolved));
            } else {
                self.scope.bind_pattern(target, None);
            }
            if let Some(otherwise) = node.child(Role::Else) {
                // `let Ok(x) = y else { panic!() }`
                if self.always_fails(otherwise) {
                    self.emit_variants_of(value, &[target], node.span);
                }
            }
            let path = Chain::of(target);
            if let Some(words) = self.file().vocabulary.calls.get(&path.full_path()).cloned()
                && matches!(words.first(), "collected" | "timeout")
            {
                self.run_words(&words, &[value], node.span, &path.full_path().join("."));
            }
        }
    }

    /// A call or member in statement position.
    fn expression(&mut self, node: &'a Node) {
        let chain = Chain::of(node);
        if self.declares(&chain) {
            self.reading.inner.push((node, self.scope.clone()));
            return;
        }
        let before = self.awaited;
        self.awaited |= chain.awaited;
        let found = self.check_call(&chain, node, None);
        self.awaited = before;
        if let Some(last) = chain.last()
            && let Some(arguments) = last.arguments.clone()
        {
            let path = self.known_path(&chain).join(".");
            let words = self.file().vocabulary.calls.get(&path.split('.').collect::<Vec<_>>()).cloned();
            if let Some(words) = words {
                if words.first() == "each" {
                    self.each_call(&chain, &arguments);
                    return;
                }
                self.run_words(&words, &arguments, node.span, &path);
            }
            self.options(&path, &arguments, node.span);
            if !found && self.follow(last.name, &arguments, chain.segments.len()) {
                return;
            }
            if !found {
                self.home_made(last.name, node);
            }
        }
        if found {
            return;
        }
        // Callbacks, and checks among the arguments.
        for segment in &chain.segments {
            for argument in segment.arguments.iter().flatten() {
                match argument.kind {
                    Kind::Lambda => {
                        let inner: Vec<&Node> = argument.children_in(Role::Body).collect();
                        let before = std::mem::replace(&mut self.awaited, true);
                        self.depth += 1;
                        self.branch(&inner, None);
                        self.depth -= 1;
                        self.awaited = before;
                    }
                    Kind::Name if self.local.contains_key(&*argument.text) => {}
                    _ => self.visit(argument),
                }
            }
        }
        if let Some(root) = chain.root {
            match root.kind {
                Kind::Lambda => {
                    for inner in root.children_in(Role::Body) {
                        self.visit(inner);
                    }
                }
                Kind::Call | Kind::Member => {}
                _ => root.nodes().for_each(|child| self.visit(child)),
            }
        }
    }

    /// `rows.forEach(row => …)`
    fn each_call(&mut self, chain: &Chain<'a>, arguments: &[&'a Node]) {
        let receiver = chain.receiver(chain.segments.len() - 1);
        let callee = receiver.and_then(|receiver| match receiver.kind {
            Kind::Call => receiver.child(Role::Callee),
            _ => Some(receiver),
        });
        let iterable = if chain.segments.len() > 1 { callee } else { receiver };
        // The receiver of the member: what stands before `.forEach`.
        let iterable = iterable.and_then(|node| {
            if node.is(Kind::Member) && chain.segments.len() == 1 { node.child(Role::Receiver) } else { Some(node) }
        });
        let Some(lambda) = arguments.iter().find(|argument| argument.is(Kind::Lambda)) else { return };
        let bodies: Vec<&Node> = lambda.children_in(Role::Body).collect();
        let target = lambda.child(Role::Parameter).map(parameter_pattern);
        if let Some(iterable) = iterable {
            self.each(iterable, target, &bodies);
        }
    }

    /// Runs through a helper whose body is known.
    fn follow(&mut self, name: &'a str, arguments: &[&'a Node], length: usize) -> bool {
        if self.via.len() >= HELPER_DEPTH || self.via.contains(&name) {
            return false;
        }
        if let Some((node, called)) = self.local.get_mut(name) {
            *called = true;
            let node = *node;
            self.run_function(name, node, arguments, self.file, false);
            return true;
        }
        let Some((file, node)) = self.library.function(self.file, name) else { return false };
        // A method of some object that happens to share a name with a function of another file.
        if file != self.file && length > 2 {
            return false;
        }
        if file == self.file {
            self.reading.followed.insert(name);
        }
        self.run_function(name, node, arguments, file, true);
        true
    }

    fn run_function(&mut self, name: &'a str, node: &'a Node, arguments: &[&'a Node], file: usize, fresh: bool) {
        let mut inner = if fresh { self.library.files[file].constants.clone() } else { self.scope.clone() };
        let parameters: Vec<&Node> = node.children_in(Role::Parameter).map(parameter_pattern).collect();
        let parameters: Vec<&Node> = match parameters.first() {
            Some(first) if matches!(&*first.text, "self" | "cls" | "this" | "&self" | "&mut self") => {
                parameters[1..].to_vec()
            }
            _ => parameters,
        };
        for parameter in node.children_in(Role::Parameter) {
            if let Some(default) = parameter.child(Role::Value) {
                inner.bind(&parameter.text, default.clone());
            }
        }
        let mut position = 0;
        for argument in arguments {
            let value = self.scope.resolve(argument);
            if argument.is(Kind::Keyword) {
                if let Some(value) = argument.child(Role::Value) {
                    inner.bind(&argument.text, self.scope.resolve(value));
                }
                continue;
            }
            if let Some(parameter) = parameters.get(position) {
                inner.bind_pattern(parameter, Some(&value));
            }
            position += 1;
        }
        let outer = std::mem::replace(&mut self.scope, inner);
        let outer_file = std::mem::replace(&mut self.file, file);
        self.via.push(name);
        self.depth += 1;
        for body in node.children_in(Role::Body) {
            self.visit(body);
        }
        self.depth -= 1;
        self.via.pop();
        self.file = outer_file;
        self.scope = outer;
    }

    pub fn mark(&mut self, kind: MarkKind, condition: Option<Node>, span: Span) {
        let gate = condition.as_ref().map_or(Gate::Always, |c| gate::judge(c, self.file().vocabulary));
        let mark = Mark { kind, condition, gate, text: self.excerpt(span), lines: lines(span) };
        self.reading.marks.push(mark);
    }

    /// The conditions under which the present place is reached, as one.
    pub fn present_condition(&self) -> Option<Node> {
        self.hurdles
            .iter()
            .filter(|hurdle| hurdle.kind == HurdleKind::Condition)
            .filter_map(|hurdle| hurdle.what.clone())
            .reduce(|all, next| Node::binary("&&", all, next))
    }

    pub fn setting(&mut self, kind: SettingKind, what: &str, value: Option<f64>, span: Span) {
        let setting = Setting { kind, what: what.to_owned(), value, text: self.excerpt(span), lines: lines(span) };
        self.reading.settings.push(setting);
    }

    /// A local whose name says that it is a timeout.
    fn named_setting(&mut self, name: &str, value: &Node, span: Span) {
        if let Some(kind) = gate::setting_of_name(name)
            && let Some(value) = time::amount(&self.scope.resolve(value))
        {
            self.setting(kind, &name.to_ascii_lowercase(), Some(value), span);
        }
    }
}

fn last_statement(conditional: &Node) -> Option<&Node> {
    let then = conditional.child(Role::Then)?;
    if then.is(Kind::Block) { then.nodes().last() } else { Some(then) }
}

pub fn lines(span: Span) -> LineRange {
    LineRange::new(span.line, span.end_line)
}

/// `test("title", fn)` rather than a statement of the same name.
pub fn is_declaration(arguments: &[&Node]) -> bool {
    matches!(arguments.first().map(|n| n.kind), Some(Kind::Text | Kind::Template))
        && arguments.iter().any(|argument| matches!(argument.kind, Kind::Lambda))
}

/// The elements of something that is written down.
pub fn rows_of(node: &Node) -> Option<Vec<&Node>> {
    match node.kind {
        Kind::List if !node.nodes().any(|n| n.is(Kind::Spread)) => Some(node.nodes().collect()),
        Kind::Unary => rows_of(node.nodes().next()?),
        Kind::Call => {
            let chain = Chain::of(node);
            let last = chain.last()?;
            let arguments = last.arguments.as_ref()?;
            match last.name {
                "vec!" | "listOf" | "List.of" | "asList" | "of" | "arrayOf" => Some(arguments.to_vec()),
                "iter" | "into_iter" | "iter_mut" | "values" | "stream" | "each" if arguments.is_empty() => {
                    let callee = node.child(Role::Callee)?;
                    rows_of(callee.child(Role::Receiver)?)
                }
                "tuple" | "list" | "iter!" | "sorted" => rows_of(arguments.first()?),
                _ => None,
            }
        }
        _ => None,
    }
}

/// A range with written bounds: `range(3)`, `0..10`.
fn counts(node: &Node) -> bool {
    let mut only_numbers = true;
    let mut any = false;
    node.walk(&mut |n| match n.kind {
        Kind::Number => any |= n.number().is_some_and(|n| n > 0.0),
        Kind::Name => only_numbers &= matches!(&*n.text, "range" | "xrange"),
        Kind::Text | Kind::Member | Kind::Map => only_numbers = false,
        _ => {}
    });
    any && only_numbers
}

/// A parameter's name or pattern.
pub fn parameter_pattern(parameter: &Node) -> &Node {
    match parameter.kind {
        Kind::Parameter => parameter
            .children
            .iter()
            .find(|(role, _)| matches!(role, Role::Name | Role::Left | Role::Item))
            .map_or(parameter, |(_, inner)| inner),
        _ => parameter,
    }
}

/// The element before the last.
trait SecondLast<'n> {
    fn rev_second(self) -> Option<&'n Node>;
}

impl<'n, I: Iterator<Item = &'n Node>> SecondLast<'n> for I {
    fn rev_second(self) -> Option<&'n Node> {
        let all: Vec<&Node> = self.collect();
        all.len().checked_sub(2).map(|at| all[at])
    }
}
