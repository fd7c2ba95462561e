//! Timeouts, sleeps, polls and retries of a piece of code, wherever in it they stand.
//!
//! Read apart from the checks: a limit counts among the arguments of a check, in a callback, in the head of a loop.

use super::chain::{Chain, argument};
use super::model::{Limits, Setting, SettingKind};
use super::reader::{Reader, lines};
use super::vocabulary::{ArgumentRole, Form, Words};
use super::{polls, time};
use crate::lang::{Kind, Node, Role, Span};

/// Deeper code is not written by people.
const DEPTH_LIMIT: usize = 200;

impl<'a> Reader<'_, 'a> {
    /// Every setting of a body, or of a statement outside of cases; bindings made on the way are undone.
    pub fn settings_of(&mut self, node: &'a Node) -> Vec<Setting> {
        let before = self.scope.clone();
        let mut walk = Walk { reader: self, found: Vec::new(), calls: Vec::new(), sleeps: Vec::new(), depth: 0 };
        walk.node(node);
        let found = walk.found;
        self.scope = before;
        found
    }

    /// A limit of a whole test, beside the runner's own.
    pub fn whole_test(&self) -> Limits {
        Limits::Test { default: self.file().vocabulary.timeout }
    }
}

struct Walk<'w, 'r, 'a> {
    reader: &'w mut Reader<'r, 'a>,
    found: Vec<Setting>,
    /// Paths of the calls around the present place.
    calls: Vec<String>,
    /// What each open loop sleeps in one round; no number where it can't be told.
    sleeps: Vec<Vec<Option<f64>>>,
    depth: usize,
}

impl<'a> Walk<'_, '_, 'a> {
    fn node(&mut self, node: &'a Node) {
        if self.depth > DEPTH_LIMIT {
            return;
        }
        self.depth += 1;
        match node.kind {
            Kind::Block => self.block(node),
            Kind::Call => self.call(node),
            Kind::Loop => self.repeated(node, None),
            Kind::Assign => self.assign(node),
            Kind::Pair | Kind::Keyword => {
                self.option(node);
                self.children(node);
            }
            Kind::Parameter => {
                if let Some(default) = node.child(Role::Value) {
                    self.named(&node.text, default, node.span);
                }
                self.children(node);
            }
            _ => self.children(node),
        }
        self.depth -= 1;
    }

    fn children(&mut self, node: &'a Node) {
        node.nodes().for_each(|child| self.node(child));
    }

    fn block(&mut self, block: &'a Node) {
        let statements: Vec<&Node> = block.nodes().collect();
        for (at, statement) in statements.iter().enumerate() {
            match statement.kind {
                Kind::Loop => self.repeated(statement, statements.get(at + 1).copied()),
                _ => self.node(statement),
            }
        }
    }

    fn call(&mut self, node: &'a Node) {
        let chain = Chain::of(node);
        if self.reader.declares(&chain) {
            return;
        }
        let Some(last) = chain.last() else { return self.children(node) };
        let arguments = last.arguments.clone().unwrap_or_default();
        let path = self.reader.known_path(&chain).join(".");
        let segments: Vec<&str> = path.split('.').collect();
        if let Some(words) = self.reader.file().vocabulary.calls.get(&segments).cloned() {
            self.words(&words, &arguments, node.span, &path);
        }
        if let Some(callee) = node.child(Role::Callee) {
            self.node(callee);
        }
        let expected = self.expected_arguments(&chain);
        let counted = polls::repetitions_of_call(node);
        self.calls.push(path);
        if counted.is_some() {
            self.sleeps.push(Vec::new());
        }
        for (at, argument) in arguments.iter().enumerate() {
            if !expected.contains(&at) {
                self.node(argument);
            }
        }
        self.calls.pop();
        if let Some(count) = counted {
            let sleeps = self.sleeps.pop().unwrap_or_default();
            self.rounds(node, Some(count), &sleeps, None);
        }
    }

    /// Positions whose contents are data: what a check compares with.
    fn expected_arguments(&self, chain: &Chain<'a>) -> Vec<usize> {
        let vocabulary = self.reader.file().vocabulary;
        let Some(last) = chain.last() else { return Vec::new() };
        let spec =
            vocabulary.checks.get(&self.reader.known_path(chain)).or_else(|| vocabulary.matchers.word(last.name));
        let Some(spec) = spec.filter(|spec| matches!(spec.form, Form::Check(_))) else { return Vec::new() };
        let roles = spec.roles.iter().enumerate();
        roles
            .filter(|(_, role)| matches!(role, ArgumentRole::Expected | ArgumentRole::Rest))
            .map(|(at, _)| at)
            .collect()
    }

    fn words(&mut self, words: &Words, arguments: &[&'a Node], span: Span, what: &str) {
        let names = words.0.iter().skip(1);
        let given = names.clone().find_map(|which| argument(arguments, which)).or_else(|| {
            // `sleep(nanoseconds: 10)`: the first argument has a name.
            let first = words.argument().is_some_and(|which| which == "0");
            arguments.first().copied().filter(|only| first && only.is(Kind::Keyword))
        });
        let value = given.and_then(|node| self.amount(node, arguments));
        match words.first() {
            "timeout" => self.push(SettingKind::Timeout, Limits::Wait, what, value, span),
            "limit" => self.push(SettingKind::Timeout, self.reader.whole_test(), what, value, span),
            "sleep" => match self.sleeps.last_mut() {
                // Between two looks at what is awaited: the loop decides how long.
                Some(round) => round.push(value),
                None => self.push(SettingKind::Sleep, Limits::Wait, what, value, span),
            },
            "retry" => {
                let value = value.or_else(|| given.and_then(|node| polls::largest(&self.reader.scope.resolve(node))));
                self.push(SettingKind::Retry, self.reader.whole_test(), what, value, span);
            }
            // `test.slow()` triples what was allowed.
            "slow" => self.push(SettingKind::Timeout, Limits::Test { default: Some(0.0) }, what, Some(3.0), span),
            _ => {}
        }
    }

    /// A number, with the unit that stands beside it: `await(5, TimeUnit.SECONDS)`.
    fn amount(&self, node: &Node, arguments: &[&'a Node]) -> Option<f64> {
        let value = time::amount(&self.reader.scope.resolve(node))?;
        let at = arguments.iter().position(|argument| std::ptr::eq(*argument, node))?;
        let unit = arguments.get(at + 1).and_then(|next| time::unit_of(next));
        Some(unit.map_or(value, |unit| value * unit))
    }

    /// A named argument or an entry of an options object.
    fn option(&mut self, entry: &'a Node) {
        let (key, value) = match entry.kind {
            Kind::Keyword => (&*entry.text, entry.child(Role::Value)),
            _ => (entry.child(Role::Left).map_or("", |key| &*key.text), entry.child(Role::Value)),
        };
        let Some(value) = value else { return };
        let known = self.reader.file().vocabulary.modify.word(key).map(Words::first);
        let kind = match known {
            Some("timeout") => Some(SettingKind::Timeout),
            Some("retry") => Some(SettingKind::Retry),
            _ => kind_of_name(key),
        };
        let Some(kind) = kind else { return };
        let call = self.calls.last().cloned().unwrap_or_default();
        let configures = self.reader.file().vocabulary.calls.get(&call.split('.').collect::<Vec<_>>());
        let whole = configures.is_some_and(|words| words.first() == "configure");
        let limits = if whole { self.reader.whole_test() } else { Limits::Wait };
        let resolved = self.reader.scope.resolve(value);
        let mut number = time::amount(&resolved);
        if kind == SettingKind::Retry {
            number = number.or_else(|| polls::largest(&resolved));
        }
        let what = if call.is_empty() { key.to_ascii_lowercase() } else { format!("{call} {key}") };
        if number.is_some() || known.is_some() {
            self.push(kind, limits, &what, number, entry.span);
        }
    }

    fn assign(&mut self, node: &'a Node) {
        self.children(node);
        let (Some(target), Some(value)) = (node.child(Role::Target), node.child(Role::Value)) else { return };
        let path = Chain::of(target);
        let name = path.full_path().join(".");
        let words = self.reader.file().vocabulary.calls.get(&path.full_path()).cloned();
        match words.filter(|words| matches!(words.first(), "timeout" | "limit" | "retry")) {
            Some(words) => self.words(&words, &[value], node.span, &name),
            None => self.named(&target.text, value, node.span),
        }
        let resolved = node.text.is_empty().then(|| self.reader.scope.resolve(value));
        self.reader.scope.bind_pattern(target, resolved.as_ref());
    }

    /// A variable, field or parameter whose name says that its value is a limit.
    fn named(&mut self, name: &str, value: &Node, span: Span) {
        let resolved = self.reader.scope.resolve(value);
        let (kind, number) = match kind_of_name(name) {
            Some(kind) => (kind, time::amount(&resolved).or_else(|| time::from_now(&resolved))),
            None if is_end(name) => (SettingKind::Timeout, time::from_now(&resolved)),
            None => return,
        };
        if number.is_some() {
            self.push(kind, Limits::Wait, &name.to_ascii_lowercase(), number, span);
        }
    }

    fn repeated(&mut self, node: &'a Node, next: Option<&'a Node>) {
        let condition = polls::condition(node).map(|condition| self.reader.scope.resolve(condition));
        if let Some(limit) = condition.as_ref().and_then(time::until) {
            self.push(SettingKind::Timeout, Limits::Wait, "loop until", Some(limit), first_line(node.span));
        }
        let scope = self.reader.scope.clone();
        let count = polls::repetitions(node, &scope);
        self.sleeps.push(Vec::new());
        self.children(node);
        let sleeps = self.sleeps.pop().unwrap_or_default();
        self.reader.scope = scope;
        self.rounds(node, count, &sleeps, next);
    }

    /// What a loop with so many rounds waits or tries at most.
    fn rounds(&mut self, node: &'a Node, count: Option<f64>, sleeps: &[Option<f64>], next: Option<&'a Node>) {
        let Some(count) = count.filter(|count| *count > 1.0) else { return };
        if !polls::leaves_early(node) {
            return;
        }
        let span = first_line(node.span);
        if !sleeps.is_empty() {
            let round: Option<f64> = sleeps.iter().copied().sum();
            let whole = round.filter(|round| *round > 0.0).map_or(count, |round| round * count);
            self.push(SettingKind::Timeout, Limits::Wait, polls::POLL, Some(whole), span);
        }
        let exhausted = next.is_some_and(|next| self.reader.always_fails(next))
            || node.children_in(Role::Else).any(|otherwise| self.reader.always_fails(otherwise));
        if self.reader.tries_again(node) || exhausted && sleeps.is_empty() {
            let what = if sleeps.is_empty() { polls::RETRY_LOOP } else { polls::PACED_LOOP };
            self.push(SettingKind::Retry, Limits::Wait, what, Some(count), span);
        }
    }

    fn push(&mut self, kind: SettingKind, limits: Limits, what: &str, value: Option<f64>, span: Span) {
        let text = self.reader.excerpt(span);
        self.found.push(Setting::new(kind, limits, what, value, text, lines(span)));
    }
}

fn first_line(span: Span) -> Span {
    Span { end_line: span.line, ..span }
}

/// What a name says about the number in it.
fn kind_of_name(name: &str) -> Option<SettingKind> {
    let name: String = name.chars().filter(|c| *c != '_' && *c != '-').collect::<String>().to_ascii_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| name.contains(word));
    if has(&["timeout", "deadline", "maxwait", "waittime", "timelimit", "maxdelay"]) {
        Some(SettingKind::Timeout)
    } else if has(&["maxretries", "maxattempts", "numretries", "retrycount", "maxtries", "retriescount"]) {
        Some(SettingKind::Retry)
    } else {
        None
    }
}

/// Names of a moment at which waiting ends.
fn is_end(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    ["until", "end", "stop", "expire", "give_up", "giveup", "limit", "finish"].iter().any(|word| name.contains(word))
}
