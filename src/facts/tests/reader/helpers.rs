//! Helpers: a check counts where the test calls it.

use super::{Entered, Reader, lines};
use crate::facts::tests::chain::Chain;
use crate::facts::tests::model::{Missing, Receiver};
use crate::facts::tests::rows::parameter_pattern;
use crate::facts::tests::run::{is_home_made, is_question};
use crate::facts::tests::vocabulary::glob;
use crate::lang::{Kind, Node, Role};

/// Deeper chains of helpers are not followed.
const HELPER_DEPTH: usize = 5;
/// A case that calls more of what is not there is generated.
const MISSING_LIMIT: usize = 200;

impl<'a> Reader<'_, 'a> {
    /// Runs through a helper whose body is known.
    pub(super) fn follow(&mut self, chain: &Chain<'a>, arguments: &[&'a Node], node: &'a Node) -> bool {
        let Some(last) = chain.last() else { return false };
        let name = last.name;
        if self.via.len() >= HELPER_DEPTH || self.via.contains(&name) {
            return false;
        }
        if let Some((function, called)) = self.local.get_mut(name) {
            *called = true;
            let function = *function;
            self.run_function(name, function, arguments, self.file, false);
            return true;
        }
        if !self.file().functions.contains_key(name) && self.outward(chain, arguments, node) {
            return true;
        }
        let Some((file, function)) = self.library.function(self.file, name) else { return false };
        // A method of some object that happens to share a name with a function of another file.
        if file != self.file && chain.segments.len() > 2 {
            return false;
        }
        if file == self.file {
            self.reading.followed.insert(name);
        }
        let arguments = self.with_receiver(chain, arguments, function);
        self.run_function(name, function, &arguments, file, true);
        true
    }

    /// The arguments of a method that extends what it is called on: `total.IsEqualTo(3)` of `IsEqualTo(this int actual, int
    /// expected)`.
    fn with_receiver(&self, chain: &Chain<'a>, arguments: &[&'a Node], function: &Node) -> Vec<&'a Node> {
        let extends = self.file().source.language.helpers.project
            && function.children_in(Role::Parameter).count() == arguments.len() + 1;
        let receiver = chain.segments.len().checked_sub(1).and_then(|last| chain.receiver(last)).filter(|_| extends);
        receiver.into_iter().chain(arguments.iter().copied()).collect()
    }

    /// Runs through a helper of a file that the change leaves alone.
    fn outward(&mut self, chain: &Chain<'a>, arguments: &[&'a Node], node: &'a Node) -> bool {
        let callee = chain.full_path().join(".");
        let Some((file, name, function)) = self.library.way(self.file, &callee) else { return false };
        if self.via.contains(&name) {
            return false;
        }
        let first = self.entered.is_none() && self.library.is_outside(file);
        if first {
            let (text, lines) = (self.excerpt(node.span), lines(node.span));
            self.entered = Some(Entered { name: name.into(), path: self.path(), lines, text });
        }
        let known = (self.reading.checks.len(), self.reading.marks.len(), self.reading.inner.len());
        let arguments = self.with_receiver(chain, arguments, function);
        self.run_function(name, function, &arguments, file, true);
        if first {
            self.entered = None;
        }
        // It does something, and nothing of it is known to be a check.
        let found = known != (self.reading.checks.len(), self.reading.marks.len(), self.reading.inner.len());
        if !found && function.child(Role::Body).is_some_and(|body| !is_empty(body)) && !self.says_it_checks(name, node)
        {
            self.reading.unresolved = true;
        }
        true
    }

    /// Remembers a call whose function is in none of the files, where it may be a helper of the test.
    pub(super) fn miss(&mut self, chain: &Chain<'a>, node: &'a Node) {
        let Some(last) = chain.last() else { return };
        if self.reading.missing.len() >= MISSING_LIMIT || last.name.is_empty() {
            return;
        }
        let file = self.file();
        let own = |name: &str| matches!(name, "self" | "cls" | "this" | "static" | "parent" | "super" | "base");
        let on = match (chain.root, chain.segments.as_slice()) {
            (None, [_]) if file.vocabulary.builtins.iter().any(|known| glob(known, last.name)) => return,
            (None, [_]) => Receiver::Own,
            (None, [first, _]) if own(first.name) => Receiver::Own,
            (None, [first, _]) if first.arguments.is_none() => match self.scope.get(first.name) {
                Some(value) => made_of(value).map_or(Receiver::Unknown, Receiver::Named),
                None => Receiver::Named(first.name.to_owned()),
            },
            // `new CartPage(page).expectTotal(3)`
            (None, [first, _]) => Receiver::Named(first.name.to_owned()),
            _ => Receiver::Unknown,
        };
        // What is called on things of unknown kind is mostly the code under test.
        let imported = |name: &str| file.imports.contains_key(name) || file.aliases.contains_key(name);
        let known = match &on {
            Receiver::Own => true,
            Receiver::Named(name) => name.starts_with(char::is_uppercase) || imported(name),
            Receiver::Unknown => false,
        };
        let extends = file.source.language.helpers.project && is_question(last.name);
        if !known && !extends && !is_home_made(last.name) {
            return;
        }
        let full = self.known_path(chain);
        let name = match full.last() {
            Some(name) if chain.segments.len() == 1 => (*name).to_owned(),
            _ => last.name.to_owned(),
        };
        let text = node.words().join(" ");
        let (path, callee) = (self.path(), chain.full_path().join("."));
        self.reading.missing.push(Missing { path, callee, name, on, text });
    }

    /// Whether the helper that was run last calls anything: an empty one checks nothing, whatever its name.
    pub(super) fn calls_something(&self) -> bool {
        let mut calls = false;
        if let Some(helper) = self.run.last() {
            helper.walk(&mut |node| calls |= node.is(Kind::Call));
        }
        calls
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
        let mut options = Vec::new();
        for argument in arguments {
            let value = self.scope.resolve(argument);
            if argument.is(Kind::Keyword) {
                if let Some(value) = argument.child(Role::Value) {
                    inner.bind(&argument.text, self.scope.resolve(value));
                }
                if !parameters.iter().any(|parameter| parameter.text == argument.text) {
                    options.push((Role::Item, value));
                }
                continue;
            }
            if let Some(parameter) = parameters.get(position) {
                inner.bind_pattern(parameter, Some(&value));
            }
            position += 1;
        }
        // What is given by name and asked for by none comes as one value: `validate(opts)` of `validate(zone: "")`.
        if let (Some(parameter), Some((_, first))) = (parameters.get(position), options.first()) {
            let span = first.span;
            inner.bind_pattern(parameter, Some(&Node::with(Kind::List, span, options)));
        }
        let outer = std::mem::replace(&mut self.scope, inner);
        let outer_file = std::mem::replace(&mut self.file, file);
        self.via.push(name);
        self.run.push(node);
        self.depth += 1;
        for body in node.children_in(Role::Body) {
            self.visit(body);
        }
        self.depth -= 1;
        self.via.pop();
        self.file = outer_file;
        self.scope = outer;
    }
}

/// The class that a value is made of: `new CartPage(page)`, `CartPage(page)`, `CartPage.open(page)`.
fn made_of(value: &Node) -> Option<String> {
    let chain = Chain::of(value);
    let class = chain.segments.iter().find(|segment| segment.name.starts_with(char::is_uppercase))?;
    chain.root.is_none().then(|| class.name.to_owned())
}

/// Nothing but a word on what it is for.
fn is_empty(body: &Node) -> bool {
    match body.kind {
        Kind::Block => body.nodes().all(is_empty),
        Kind::Return => body.children.is_empty(),
        _ => body.is_literal() && !body.is(Kind::List),
    }
}
