//! Statements that decide whether and how often what is inside of them runs.

use super::{Reader, lines};
use crate::facts::tests::chain::Chain;
use crate::facts::tests::emit::Draft;
use crate::facts::tests::gate;
use crate::facts::tests::model::{Check, CheckKind, Gate, Hurdle, HurdleKind, Row};
use crate::facts::tests::rows::{counts, rows_of};
use crate::lang::{Kind, Node, Role};

/// Longer tables are read as one check instead of one per row.
const ROW_LIMIT: usize = 200;

impl<'a> Reader<'_, 'a> {
    pub(super) fn if_statement(&mut self, node: &'a Node) {
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
        let vocabulary = self.file().vocabulary;
        // Which way one row of a table goes says nothing of the others: what it doesn't reach isn't its own.
        let by_row = self.row.is_some() && gate::judge(condition, vocabulary) == Gate::Sometimes;
        match gate::judge(&resolved, vocabulary) {
            Gate::Always if by_row => self.branch(&[then], None),
            Gate::Never if by_row => self.branch(&otherwise, None),
            Gate::Always => {
                self.branch(&[then], None);
                self.branch(&otherwise, Some((HurdleKind::Unreachable, None)));
            }
            Gate::Never => {
                self.branch(&[then], Some((HurdleKind::Unreachable, None)));
                self.branch(&otherwise, None);
            }
            Gate::Sometimes => {
                let from = self.reading.checks.len();
                let depth = self.hurdles.len();
                self.note(condition, then, &otherwise, node.span);
                let of_the_machine = gate::asks_the_machine(&resolved);
                self.branch(&[then], Some((HurdleKind::Condition, Some(resolved))));
                let middle = self.reading.checks.len();
                self.branch(&otherwise, Some((HurdleKind::Condition, Some(opposite))));
                self.both_ways(from, middle, depth, of_the_machine);
            }
        }
    }

    /// What is demanded whichever way a condition goes is demanded under none; a condition about the machine may choose
    /// between two demands on the same subject.
    fn both_ways(&mut self, from: usize, middle: usize, depth: usize, of_the_machine: bool) {
        let (then, otherwise) = self.reading.checks[from..].split_at_mut(middle - from);
        let mut twice = Vec::new();
        for check in then {
            let direct = |check: &Check| check.hurdles.len() == depth + 1;
            let answer = otherwise.iter_mut().enumerate().find(|(at, other)| {
                let same = other.kind == check.kind
                    && other.positive == check.positive
                    && other.resolved_expected == check.resolved_expected;
                !twice.contains(at)
                    && direct(check)
                    && direct(other)
                    && other.resolved_subject == check.resolved_subject
                    && (same || of_the_machine)
            });
            if let Some((at, other)) = answer {
                check.hurdles.truncate(depth);
                other.hurdles.truncate(depth);
                let differ = check.kind != other.kind || check.resolved_expected != other.resolved_expected;
                (check.by_machine, other.by_machine) = (differ, differ);
                twice.push(at);
            }
        }
        // The same demand stands once.
        let otherwise = self.reading.checks.split_off(middle);
        let known = self.reading.checks[from..].to_vec();
        let repeated = |check: &Check| {
            known.iter().any(|other| {
                other.kind == check.kind
                    && other.resolved_expected == check.resolved_expected
                    && other.resolved_subject == check.resolved_subject
            })
        };
        let kept = otherwise.into_iter().enumerate().filter(|(at, check)| !(twice.contains(at) && repeated(check)));
        self.reading.checks.extend(kept.map(|(_, check)| check));
    }

    /// Reads nodes whose assignments may not have happened afterwards.
    pub fn branch(&mut self, nodes: &[&'a Node], hurdle: Option<(HurdleKind, Option<Node>)>) {
        let before = self.scope.clone();
        let depth = self.hurdles.len();
        self.hurdles.extend(hurdle.map(|(kind, what)| Hurdle { kind, what }));
        for node in nodes {
            self.visit(node);
            self.bare(node);
        }
        self.hurdles.truncate(depth);
        self.scope = before;
        for node in nodes {
            self.forget_assigned(node);
        }
    }

    pub(super) fn forget_assigned(&mut self, node: &Node) {
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

    pub(super) fn loop_statement(&mut self, node: &'a Node) {
        let bodies: Vec<&Node> = node.children_in(Role::Body).collect();
        let Some(iterable) = node.child(Role::Iterable) else {
            if let Some((index, rows)) = self.indexed(node, &bodies) {
                self.each_index(&index, rows, &bodies);
                return;
            }
            let condition = node.child(Role::Condition).map(|condition| self.scope.resolve(condition));
            let dead = condition.as_ref().is_some_and(|c| gate::judge(c, self.file().vocabulary) == Gate::Never);
            let kind = if dead { HurdleKind::Unreachable } else { HurdleKind::Loop };
            self.forget_assigned(node);
            self.branch(&bodies, Some((kind, condition)));
            return;
        };
        let target = node.child(Role::Target);
        match (&*node.text == "range").then(|| self.values_of(iterable)).flatten() {
            Some(values) => self.each(&values, target, &bodies),
            None => self.each(iterable, target, &bodies),
        }
    }

    /// `for (i = 0; i < 2; i++) { … rows[i] … }` over rows that are written down: the index and the rows.
    fn indexed(&self, node: &Node, bodies: &[&Node]) -> Option<(Node, Vec<Node>)> {
        let condition = node.child(Role::Condition).filter(|condition| matches!(&*condition.text, "<" | "!="))?;
        let index = condition.child(Role::Left).filter(|index| index.is(Kind::Name))?;
        let mut table = None;
        for body in bodies {
            body.walk(&mut |n| {
                if n.is(Kind::Index) && n.child(Role::Argument) == Some(index) && table.is_none() {
                    table = n.child(Role::Receiver).filter(|table| table.is(Kind::Name)).cloned();
                }
            });
        }
        let resolved = self.scope.resolve(&table?);
        let rows: Vec<Node> = rows_of(&resolved)?.into_iter().cloned().collect();
        (!rows.is_empty() && rows.len() <= ROW_LIMIT).then(|| (index.clone(), rows))
    }

    fn each_index(&mut self, index: &Node, rows: Vec<Node>, bodies: &[&'a Node]) {
        let outer = self.row;
        for (at, row) in rows.iter().enumerate() {
            let before = self.scope.clone();
            self.scope.bind(&index.text, Node::leaf(Kind::Number, &at.to_string(), row.span));
            self.row = outer.or(self.row_index(row)).or(u32::try_from(at).ok());
            self.branch(bodies, None);
            self.scope = before;
        }
        self.row = outer;
    }

    /// The values of a table by name, which Go's `range` hands out.
    fn values_of(&self, iterable: &Node) -> Option<Node> {
        let map = self.scope.table(iterable).map_or_else(|| self.scope.resolve(iterable), |table| (*table).clone());
        if !map.is(Kind::Map) || map.children.is_empty() {
            return None;
        }
        let values = map.nodes().map(|pair| Some((Role::Item, pair.child(Role::Value)?.clone())));
        Some(Node::with(Kind::List, map.span, values.collect::<Option<_>>()?))
    }

    /// Where a row is written, once for each.
    fn row_index(&mut self, row: &Node) -> Option<u32> {
        if !self.via.is_empty() {
            return None;
        }
        let written = lines(row.span);
        let text = self.excerpt(row.span);
        let known = self.reading.rows.iter().position(|known| known.lines == written && known.text == text);
        let at = known.unwrap_or_else(|| {
            self.reading.rows.push(Row { value: row.clone(), text, lines: written });
            self.reading.rows.len() - 1
        });
        u32::try_from(at).ok()
    }

    /// Reads bodies once for each element that is written down, or once under a hurdle.
    pub fn each(&mut self, iterable: &Node, target: Option<&Node>, bodies: &[&'a Node]) {
        let table = self.scope.table(iterable);
        let resolved = if table.is_some() { iterable.clone() } else { self.scope.resolve(iterable) };
        let rows = rows_of(table.as_deref().unwrap_or(&resolved));
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
                    let written = self.row_index(row).or(u32::try_from(at).ok());
                    self.row = outer.or(written);
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

    pub(super) fn try_statement(&mut self, node: &'a Node) {
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
            let known = self.reading.checks.len();
            self.branch(&bodies, swallows.then_some((HurdleKind::Swallowed, None)));
            // Nothing but that it throws makes it fail: `try { run(); } catch (Exception e) { fail("…"); }`.
            let fails = |catch: &&Node| catch.child(Role::Body).is_some_and(|body| self.always_fails(body));
            if known == self.reading.checks.len()
                && !swallows
                && catches.iter().any(fails)
                && let Some(body) = bodies.first()
            {
                let subject = self.block_subject(body, false);
                let (kind, expected, span) = (CheckKind::Completes, Vec::new(), node.span);
                self.emit(Draft { kind, positive: true, subject, expected, tolerance: None, span });
            }
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

    pub(super) fn with_statement(&mut self, node: &'a Node) {
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
            let known = self.reading.checks.len();
            self.check_call(&chain, value, block);
            if self.reading.checks.get(known).is_some_and(wants_a_failed_assertion) {
                self.hurdles.push(Hurdle { kind: HurdleKind::Swallowed, what: None });
            }
        }
        for body in bodies {
            self.visit(body);
        }
        self.hurdles.truncate(depth);
    }

    pub(super) fn match_statement(&mut self, node: &'a Node) {
        let mut arms = Vec::new();
        for child in node.nodes() {
            match child.kind {
                Kind::Arm => arms.push(child),
                Kind::Block => arms.extend(child.nodes().filter(|n| n.is(Kind::Arm))),
                _ => {}
            }
        }
        let value = node.child(Role::Value);
        if value.is_none() {
            // What is waited for: `case <-time.After(time.Second):`
            for arm in &arms {
                arm.children_in(Role::Target).for_each(|target| self.visit(target));
            }
        }
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
}

/// `pytest.raises(AssertionError)`: what is checked inside has to fail.
fn wants_a_failed_assertion(check: &Check) -> bool {
    check.kind == CheckKind::Throws
        && check.positive
        && check.expected.first().is_some_and(|expected| {
            let words = expected.words();
            words.iter().any(|word| word.rsplit('.').next() == Some("AssertionError"))
        })
}
