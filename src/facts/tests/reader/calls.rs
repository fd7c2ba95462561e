//! Assignments and calls: checks, callbacks, skips, mocks.

use super::Reader;
use crate::facts::tests::chain::{Chain, Segment};
use crate::facts::tests::model::{Check, CheckKind, HurdleKind};
use crate::facts::tests::rows::element_pattern;
use crate::facts::tests::run::is_home_made;
use crate::facts::tests::vocabulary::glob;
use crate::lang::{Kind, Node, Role};

impl<'a> Reader<'_, 'a> {
    pub(super) fn assign(&mut self, node: &'a Node) {
        let (target, value) = (node.child(Role::Target), node.child(Role::Value));
        if let (Some(target), Some(value)) = (target, value) {
            if value.is(Kind::Lambda) && target.is(Kind::Name) {
                self.local.insert(&target.text, (value, false));
                return;
            }
            let before = std::mem::replace(&mut self.awaited, true);
            self.visit(value);
            self.awaited = before;
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
                && words.first() == "collected"
            {
                self.run_words(&words, &[value], node.span);
            }
        }
    }

    /// Whether a name stands for a function of the body.
    pub fn is_local_function(&self, name: &Node) -> bool {
        name.is(Kind::Name) && self.local.contains_key(&*name.text)
    }

    /// A call or member in statement position.
    pub(super) fn expression(&mut self, node: &'a Node) {
        let chain = Chain::of(node);
        if self.declares(&chain) {
            self.reading.inner.push((node, self.scope.clone()));
            return;
        }
        let before = self.awaited;
        self.awaited |= chain.awaited;
        let known = self.reading.checks.len();
        if self.is_shadowed(&chain) && self.runs_own(&chain, node) {
            self.awaited = before;
            return;
        }
        let found = self.check_call(&chain, node, None);
        self.awaited = before;
        // A block that has to fail stops there; in any other there may be more checks.
        let read = |check: &Check| {
            check.kind == CheckKind::Throws || check.hurdles.iter().any(|hurdle| hurdle.kind == HurdleKind::Retried)
        };
        if found && !self.reading.checks[known..].iter().any(read) {
            let arguments = chain.segments.iter().flat_map(|segment| segment.arguments.iter().flatten());
            arguments.filter(|n| n.is(Kind::Lambda)).for_each(|block| self.callback(block));
        }
        if let Some(last) = chain.last()
            && let Some(arguments) = last.arguments.clone()
        {
            let path = self.known_path(&chain).join(".");
            let words = self.file().vocabulary.calls.get(&path.split('.').collect::<Vec<_>>()).cloned();
            if let Some(words) = words {
                if words.first() == "each" {
                    self.each_call(&chain, &arguments, words.has("spread"));
                    return;
                }
                if words.first() == "swallow" {
                    let blocks: Vec<&Node> = arguments.iter().copied().filter(|n| n.is(Kind::Lambda)).collect();
                    self.under(HurdleKind::Swallowed, None, |reader| {
                        blocks.iter().for_each(|block| reader.callback(block));
                    });
                    return;
                }
                self.run_words(&words, &arguments, node.span);
            }
            if !found {
                if self.follow(&chain, &arguments, node) {
                    // What it says it checks, it may check by means that nobody here knows.
                    self.reading.unresolved |=
                        known == self.reading.checks.len() && is_home_made(last.name) && self.calls_something();
                    // The block it was given runs as well.
                    arguments.iter().filter(|n| n.is(Kind::Lambda)).for_each(|block| self.callback(block));
                    return;
                }
                self.miss(&chain, node);
                if !self.home_made(&chain, node) {
                    self.reading.unresolved |= self.is_foreign(&chain);
                }
            }
        }
        if found {
            return;
        }
        // Callbacks, and checks among the arguments.
        for segment in &chain.segments {
            for argument in segment.arguments.iter().flatten() {
                match argument.kind {
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

    /// Whether the file has a function of its own that is called like an assertion, for as many arguments.
    fn is_shadowed(&self, chain: &Chain<'a>) -> bool {
        let ([only], None) = (chain.segments.as_slice(), chain.root) else { return false };
        let Some(arguments) = &only.arguments else { return false };
        let file = self.file();
        if file.vocabulary.checks.get(&[only.name]).is_none() || self.via.contains(&only.name) {
            return false;
        }
        let of_body = self.local.get(only.name).map(|(function, _)| *function);
        let of_file = || {
            let found = file.functions.contains_key(only.name).then(|| self.library.function(self.file, only.name));
            found.flatten().map(|(_, function)| function)
        };
        let parameters = |function: &Node| function.children_in(Role::Parameter).count();
        of_body.or_else(of_file).is_some_and(|function| parameters(function) == arguments.len())
    }

    /// Runs through it; where it checks nothing, what it is called says what it is.
    fn runs_own(&mut self, chain: &Chain<'a>, node: &'a Node) -> bool {
        let known = self.reading.checks.len();
        let arguments = chain.last().and_then(|last| last.arguments.clone()).unwrap_or_default();
        self.follow(chain, &arguments, node) && self.reading.checks.len() > known
    }

    /// A name that is a call: Ruby's `skip`, `pend`, a helper without arguments.
    pub(super) fn bare(&mut self, statement: &'a Node) {
        if !statement.is(Kind::Name) || self.file().vocabulary.builtins.iter().all(|known| known.ends_with('!')) {
            return;
        }
        let words = self.file().vocabulary.calls.word(&statement.text).cloned();
        match words {
            Some(words) if matches!(words.first(), "skip" | "todo" | "xfail") => {
                self.run_words(&words, &[], statement.span);
            }
            _ => {
                let chain = Chain::of(statement);
                if !self.follow(&chain, &[], statement) {
                    self.miss(&chain, statement);
                }
            }
        }
    }

    /// The body of a function that somebody calls.
    pub(in crate::facts::tests) fn callback(&mut self, function: &'a Node) {
        let inner: Vec<&Node> = function.children_in(Role::Body).collect();
        let before = std::mem::replace(&mut self.awaited, true);
        self.depth += 1;
        self.branch(&inner, None);
        self.depth -= 1;
        self.awaited = before;
    }

    /// Whether a call may go to a helper of the test that isn't here: a method of the test's own object, a function from a
    /// module of test helpers, or one that nobody defines where everyone could.
    fn is_foreign(&self, chain: &Chain<'a>) -> bool {
        let (Some(first), None) = (chain.segments.first(), chain.root) else { return false };
        let own = matches!(first.name, "self" | "cls" | "this" | "static" | "parent" | "super");
        if own {
            return chain.segments.len() == 2;
        }
        if chain.segments.len() > 1 {
            return self.is_made_for_tests(chain);
        }
        if first.name.starts_with(char::is_uppercase) {
            return false;
        }
        let file = self.file();
        // A macro of one's own may hold anything; what the language brings is listed.
        if first.name.ends_with('!') {
            return !file.vocabulary.builtins.iter().any(|known| glob(known, first.name));
        }
        match file.imports.get(first.name) {
            Some(module) => is_of_tests(module),
            // Without a list of the language's own functions nothing can be told from a helper.
            None if !file.vocabulary.builtins.iter().any(|known| !known.ends_with('!')) => false,
            None => !file.vocabulary.builtins.iter().any(|known| glob(known, first.name)),
        }
    }

    /// Whether what is called is a method of something that test code made: `project().build().run()`, also by a name.
    fn is_made_for_tests(&self, chain: &Chain<'a>) -> bool {
        let is_maker = |segment: &Segment<'_>| {
            let module = self.file().imports.get(segment.name).map(|module| module.to_ascii_lowercase());
            segment.arguments.is_some()
                && module.is_some_and(|module| ["test", "spec", "harness"].iter().any(|word| module.contains(word)))
        };
        let Some(first) = chain.segments.first() else { return false };
        let made = self.scope.get(first.name).map(Chain::of);
        let maker = match &made {
            Some(made) if first.arguments.is_none() && made.root.is_none() => made.segments.first(),
            _ => Some(first),
        };
        maker.is_some_and(is_maker)
    }

    /// `rows.forEach(row => …)`
    fn each_call(&mut self, chain: &Chain<'a>, arguments: &[&'a Node], spread: bool) {
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
        let target = element_pattern(lambda, spread);
        if let Some(iterable) = iterable {
            self.each(iterable, target.as_ref(), &bodies);
        }
    }
}

/// Whether a module's name says that it is there for tests.
fn is_of_tests(module: &str) -> bool {
    let module = module.to_ascii_lowercase();
    ["test", "spec", "helper", "util", "fixture", "support", "harness", "assert", "expect"]
        .iter()
        .any(|word| module.contains(word))
}

/// `test("title", fn)` rather than a statement of the same name.
pub fn is_declaration(arguments: &[&Node]) -> bool {
    matches!(arguments.first().map(|n| n.kind), Some(Kind::Text | Kind::Template))
        && arguments.iter().any(|argument| matches!(argument.kind, Kind::Lambda))
}
