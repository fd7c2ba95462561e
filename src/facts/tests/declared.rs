//! Cases and suites declared by calls: `describe.skip("…", () => { it.each(rows)("…", fn) })`.

use super::cases::Finder;
use super::chain::{Chain, argument};
use super::marks::Annotations;
use super::model::{Mark, MarkKind, Setting, SettingKind};
use super::reader::lines;
use super::scope::Scope;
use super::vocabulary::Words;
use super::{gate, run, time};
use crate::lang::{Kind, Node, Role};

pub struct Declared<'a> {
    pub is_suite: bool,
    pub name: String,
    pub lambda: Option<&'a Node>,
    pub annotations: Annotations,
}

impl<'a> Declared<'a> {
    /// What a call declares, if it does.
    pub fn of(finder: &Finder<'_, 'a>, chain: &Chain<'a>, scope: &Scope) -> Option<Self> {
        let vocabulary = finder.library.files[finder.file].vocabulary;
        let alias =
            finder.aliases.iter().rev().find(|(name, ..)| chain.segments.first().is_some_and(|s| s.name == *name));
        let (from, words, marks) = match alias {
            Some((_, path, marks)) => {
                let path: Vec<&str> = path.iter().map(String::as_str).collect();
                (0, vocabulary.declare.get(&path)?.clone(), marks.clone())
            }
            None => {
                let reader = finder.reader(scope);
                let declares = |at: usize| vocabulary.declare.get(&reader.unalias(chain.path(at))).cloned();
                let (at, words) = (0..chain.segments.len()).rev().find_map(|at| Some((at, declares(at)?)))?;
                (at, words, Vec::new())
            }
        };
        // The call that carries title and body.
        let position = |fits: &dyn Fn(&[&Node]) -> bool| {
            chain.segments[from..].iter().position(|segment| segment.arguments.as_deref().is_some_and(fits))
        };
        let with_body =
            |given: &[&Node]| given.first().is_some_and(|n| is_title(n)) && given[1..].iter().any(|n| is_body(n));
        let title_only = |given: &[&Node]| matches!(given, [only] if matches!(only.kind, Kind::Text | Kind::Template));
        let carrier = position(&with_body).or_else(|| position(&title_only))? + from;
        let arguments = chain.segments[carrier].arguments.clone()?;
        let mut annotations = Annotations { marks, ..Annotations::default() };
        let reader = finder.reader(scope);
        let span = chain.segments[carrier].node.span;
        for word in words.0.iter().skip(1) {
            apply(word, None, &[], &mut annotations, finder, scope, chain.segments[from].node);
        }
        for (at, segment) in chain.segments.iter().enumerate().skip(from) {
            if at == from || at == carrier && segment.name.is_empty() {
                continue;
            }
            let given = if at == carrier { None } else { segment.arguments.as_deref() };
            match vocabulary.modify.word(segment.name).map(Words::first) {
                Some("rows") => {
                    if let Some(table) = given.and_then(|given| given.first()) {
                        annotations.table(table, Vec::new(), &reader);
                    }
                }
                Some(word) => apply(word, given, &arguments, &mut annotations, finder, scope, segment.node),
                None if segment.name.is_empty() => {}
                None if at > carrier => {}
                None => return None,
            }
        }
        annotations.options(&arguments[1..], &reader, span, "test");
        for argument in &arguments[1..] {
            // `It("adds", Pending, FlakeAttempts(3), func() { … })`
            let decorator = Chain::of(argument);
            if let ([only], None) = (decorator.segments.as_slice(), decorator.root)
                && only.name.starts_with(char::is_uppercase)
                && let Some(words) = vocabulary.modify.word(only.name)
            {
                apply(words.first(), only.arguments.as_deref(), &arguments, &mut annotations, finder, scope, argument);
            }
        }
        // A name is the body only where no function is written out: `test("…", fn, LIMIT)`.
        let body = arguments.iter().rposition(|n| is_function(n)).or_else(|| {
            arguments.iter().skip(1).position(|n| matches!(n.kind, Kind::Name | Kind::Member)).map(|at| at + 1)
        });
        if let Some(timeout) = body.and_then(|at| arguments.get(at + 1)).filter(|n| !n.is(Kind::Map))
            && let Some(value) = time::amount(&scope.resolve(timeout))
        {
            let (text, lines) = (reader.excerpt(timeout.span), lines(timeout.span));
            let setting =
                Setting::new(SettingKind::Timeout, reader.whole_test(), "test timeout", Some(value), text, lines);
            annotations.settings.push(setting);
        }
        let lambda = body.and_then(|at| lambda_of(arguments[at], finder));
        annotations.elsewhere = body.is_some() && lambda.is_none();
        let name = title(arguments[0], scope);
        for (prefix, word) in &vocabulary.titles {
            if name.starts_with(prefix.as_str()) {
                apply(word, None, &[], &mut annotations, finder, scope, chain.segments[carrier].node);
            }
        }
        let name = vocabulary
            .titles
            .iter()
            .find_map(|(prefix, _)| name.strip_prefix(prefix.as_str()))
            .unwrap_or(&name)
            .to_owned();
        Some(Self { is_suite: words.first() == "suite", name, lambda, annotations })
    }

    /// `const maybe = condition ? it : it.skip` makes a name that declares cases.
    pub fn alias(finder: &mut Finder<'_, 'a>, name: &'a str, value: &'a Node, scope: &Scope) {
        let vocabulary = finder.library.files[finder.file].vocabulary;
        let reader = finder.reader(scope);
        let read = |node: &'a Node| {
            let chain = Chain::of(node);
            if chain.root.is_some()
                || chain.segments.iter().any(|segment| segment.arguments.as_ref().is_some_and(|a| a.len() > 1))
            {
                return None;
            }
            let declares = |at: usize| {
                let path: Vec<String> = reader.unalias(chain.path(at)).into_iter().map(str::to_owned).collect();
                let words: Vec<&str> = path.iter().map(String::as_str).collect();
                vocabulary.declare.get(&words).cloned().map(|words| (path, words))
            };
            let (at, (path, words)) = (0..chain.segments.len()).rev().find_map(|at| Some((at, declares(at)?)))?;
            let mut annotations = Annotations::default();
            for word in words.0.iter().skip(1) {
                apply(word, None, &[], &mut annotations, finder, scope, node);
            }
            for segment in &chain.segments[at + 1..] {
                if let Some(words) = vocabulary.modify.word(segment.name) {
                    apply(
                        words.first(),
                        segment.arguments.as_deref(),
                        &[],
                        &mut annotations,
                        finder,
                        scope,
                        segment.node,
                    );
                }
            }
            Some((path, annotations.marks))
        };
        let found = if value.is(Kind::Choice) {
            let (then, otherwise) = (value.child(Role::Then).and_then(read), value.child(Role::Else).and_then(read));
            let condition = value.child(Role::Condition).map(|condition| scope.resolve(condition));
            match (then, otherwise, condition) {
                (Some((path, yes)), Some((_, no)), Some(condition)) => {
                    let mut marks = Vec::new();
                    marks.extend(yes.into_iter().map(|mark| under(mark, condition.clone(), finder)));
                    marks.extend(no.into_iter().map(|mark| under(mark, Node::unary("!", condition.clone()), finder)));
                    Some((path, marks))
                }
                _ => None,
            }
        } else {
            read(value).filter(|(path, _)| path.first().is_none_or(|first| first != name))
        };
        if let Some((path, marks)) = found {
            finder.aliases.push((name, path, marks));
        }
    }
}

fn under(mut mark: Mark, condition: Node, finder: &Finder<'_, '_>) -> Mark {
    mark.gate = gate::judge(&condition, finder.library.files[finder.file].vocabulary);
    mark.condition = Some(condition);
    mark
}

/// One modification of a declaration.
fn apply(
    word: &str,
    given: Option<&[&Node]>,
    _title_and_body: &[&Node],
    annotations: &mut Annotations,
    finder: &Finder<'_, '_>,
    scope: &Scope,
    at: &Node,
) {
    let mut reader = finder.reader(scope);
    let first = given.and_then(|given| argument(given, "0")).filter(|n| !matches!(n.kind, Kind::Text | Kind::Template));
    let condition = first.map(|condition| scope.resolve(condition));
    let excerpt_span = crate::lang::Span { end_line: at.span.line, ..at.span };
    match word {
        "skip" | "focus" | "todo" | "xfail" => reader.mark(run::mark_kind(word), condition, excerpt_span),
        "skip-if" => {
            reader.mark(MarkKind::Skip, Some(condition.unwrap_or_else(|| Node::name("?", at.span))), excerpt_span)
        }
        "run-if" => {
            let condition = condition.unwrap_or_else(|| Node::name("?", at.span));
            reader.mark(MarkKind::Skip, Some(Node::unary("!", condition)), excerpt_span);
        }
        "timeout" | "retry" => {
            let kind = if word == "retry" { SettingKind::Retry } else { SettingKind::Timeout };
            let value = first.and_then(|node| time::amount(&scope.resolve(node)));
            let text = reader.excerpt(excerpt_span);
            annotations.settings.push(Setting::new(kind, reader.whole_test(), word, value, text, lines(excerpt_span)));
        }
        _ => {}
    }
    let mut marks = reader.reading.marks;
    for mark in &mut marks {
        // The modifier, not the whole declaration.
        mark.text = finder.library.files[finder.file].excerpt(excerpt_span);
        if mark.text.len() > 80 {
            mark.text = mark.text.chars().take(80).collect::<String>() + "…";
        }
    }
    annotations.marks.extend(marks);
}

fn is_title(node: &Node) -> bool {
    matches!(node.kind, Kind::Text | Kind::Template | Kind::Name | Kind::Member | Kind::Binary | Kind::Call)
}

fn is_body(node: &Node) -> bool {
    is_function(node) || node.is(Kind::Name)
}

fn is_function(node: &Node) -> bool {
    matches!(node.kind, Kind::Lambda | Kind::Block)
        || node.is(Kind::Call) && node.nodes().any(|inner| inner.is(Kind::Lambda))
}

fn lambda_of<'a>(node: &'a Node, finder: &Finder<'_, 'a>) -> Option<&'a Node> {
    match node.kind {
        Kind::Lambda => Some(node),
        Kind::Name => finder.library.function(finder.file, &node.text).map(|(_, function)| function),
        // A wrapper around the body: `it("…", withServer(async () => { … }))`.
        Kind::Call => node.nodes().find(|inner| inner.is(Kind::Lambda)),
        _ => None,
    }
}

fn title(node: &Node, scope: &Scope) -> String {
    let resolved = scope.resolve(node);
    match resolved.kind {
        Kind::Text => resolved.text.to_string(),
        Kind::Template => resolved
            .nodes()
            .map(|part| if part.is(Kind::Text) { part.text.to_string() } else { format!("${{{}}}", part.spelled()) })
            .collect(),
        _ => resolved.spelled(),
    }
}
