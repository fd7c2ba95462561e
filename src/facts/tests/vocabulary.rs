//! The vocabulary of test frameworks, compiled from a language's data file.
//!
//! # Patterns
//!
//! The left side of a row is a dotted path (`::` and `->` read as `.`): `assert.equal`, `pytest.mark.skip`. `*.name` is
//! `name` on any receiver, `**.name` with or without one; `*` inside a segment stands for any letters (`t.Skip*`). A macro's name ends with `!`.
//! `{a,b}` is one row for each alternative: `{assert,require}.Equal{,f}`.
//!
//! # Meanings
//!
//! `checks`, `matchers`, `predicates`: `[not] kind roles… [| keyword=role …]`. Kinds are those of [`CheckKind`], and
//! - `condition`: the argument is a boolean expression to take apart; `falsehood`: the same, negated;
//! - `fluent`: starts a chain, its matchers follow as segments; `postfix`: what stands before the segment is the subject;
//! - `chainer`: the same, with the matcher's name as a text among the arguments (`should("have.text", "x")`);
//! - `operator`: the first argument is the operator as text (`BeNumerically(">", 5)`);
//! - `matcher`: the matcher is an argument (`to(eq(5))`); `count`: declares how many checks will run;
//! - `interaction`: which call a stand-in saw, as the next segment or inside of the `block`, and how often.
//! - `compare`: subject, operator, expected (`assert_operator a, :>, b`); `predicate`: subject and the name of a question.
//!
//! - `expects`: a stand-in is told how it will be called; `=1`, `=some`, `=any` say how often where nothing else does.
//!
//! Roles, by position: `subject`, `expected`, `expected*` (this and all that follow), `tolerance`, `digits`, `precision`
//! (digits where whole, else a tolerance), `type`, `options*` (this and all that follow leave something out of the
//! comparison), `pattern`, `block` (a function or body that runs), `matcher`, `value` (one, or a matcher in its place),
//! `message` and `_` (ignored), `=word` (an expectation that isn't written: `=null`, `=true`, `=0`). Also `message?` (a
//! leading message that may be missing), `mentions` (a part of an exception's message), `times`, `at-least`, `at-most` (how
//! often a stand-in was called).
//! `apart` among the roles: asks for an answer of its own, which other checks in the chain say nothing about;
//! `async`: demands nothing until awaited; `retried`: is tried again until it holds.
//! In `matchers` also `not`, `noise` (no meaning), `project` (the subject becomes a part of itself), `named` (the matcher's name is
//! a question to the subject: `be_valid`), `amend [kind]` (adds to the matcher before it: `be_within(0.1).of(5)`; with the roles
//! `times`, `least`, `most`, `with`, `method` to an expected call), `retried` (the subject is a block that runs until its checks hold), `tolerance` (how
//! far the number of the chain may be off).
//!
//! `declare`: `suite` or `test`, then modifications (`skip`, `focus`, `todo`, `xfail`).
//! `modify`: `skip`, `skip-if`, `run-if`, `focus`, `todo`, `xfail`, `rows`, `timeout`, `retry`, `noise`.
//! `attributes`: `test`, `test rows`, `row`, `rows`, `skip`, `skip-if`, `run-if`, `xfail`, `focus`, `timeout`, `retry`,
//! `throws`, `suite`, `mock`, `mark` (its texts are words of `modify`), `nested` (its arguments are attributes); an argument's position or name may follow (`rows 1`, `retry reruns`).
//! `titles`: what a title begins with, and the modification it is.
//! `calls`: `skip`, `skip-if N`, `run-if N`, `xfail`, `timeout N`, `limit N` (of a whole test), `sleep N`, `retry N`, `mock N M` (a path, its rest in M), `mock-module N`, `spy N M`, `fail`, `swallow`, `each`,
//! `define` (a function by its name as text, or a map of functions), `define answer` (a matcher by its verdict),
//! `answer` (a matcher's verdict, inside of its definition), `mark N` (puts an attribute's value on a test), `ignored` (a list of
//! what is not collected).
//! `N` is a position; a name stands for a keyword argument or an option of that name.

use std::collections::HashMap;
use std::sync::OnceLock;

use serde::Deserialize;
use serde::de::IntoDeserializer;

use super::model::CheckKind;
use crate::lang::Language;

/// A language's tables, ready for look-up.
pub struct Vocabulary {
    pub functions: Vec<String>,
    pub parameter: Vec<String>,
    pub classes: Vec<String>,
    pub hooks: Vec<String>,
    pub run_hooks: Vec<String>,
    pub answers: Vec<String>,
    pub unchecked: Vec<String>,
    pub bare: bool,
    pub declaring: Vec<String>,
    pub handles: Vec<String>,
    pub builtins: Vec<String>,
    pub declare: Table<Words>,
    pub modify: Table<Words>,
    pub attributes: Table<Words>,
    pub calls: Table<Words>,
    pub checks: Table<Spec>,
    pub matchers: Table<Spec>,
    pub predicates: Table<Spec>,
    /// Beginnings of titles, with what they mean.
    pub titles: Vec<(String, String)>,
    pub constants: HashMap<String, bool>,
    pub typed_truth: bool,
    pub awaits: bool,
    /// How long a test may take where it doesn't say, in the unit that it would say it in.
    pub timeout: Option<f64>,
    pub error_values: bool,
    /// Imports under which an asynchronous check waits by itself.
    pub waits: Vec<String>,
}

/// A meaning that is a few words.
#[derive(Clone, Debug, Default)]
pub struct Words(pub Vec<String>);

impl Words {
    pub fn first(&self) -> &str {
        self.0.first().map_or("", String::as_str)
    }

    pub fn has(&self, word: &str) -> bool {
        self.0.iter().any(|w| w == word)
    }

    /// The position or name that follows the first word.
    pub fn argument(&self) -> Option<&str> {
        self.0.get(1).map(String::as_str)
    }
}

/// How a check reads its arguments.
#[derive(Clone, Debug)]
pub struct Spec {
    pub form: Form,
    pub negative: bool,
    pub roles: Vec<ArgumentRole>,
    pub keywords: Vec<(String, ArgumentRole)>,
    /// An expectation that the name implies.
    pub constant: Option<String>,
    /// It asks for an answer of its own: `assertOk`, `assertSee` of one response.
    pub apart: bool,
    /// Its outcome is only known once awaited.
    pub asynchronous: bool,
    /// It is tried again until it holds.
    pub retried: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    Check(CheckKind),
    Condition,
    Fluent,
    Postfix,
    /// The matcher's name is the first argument: `and("have.text", "x")`.
    Chainer,
    Matcher,
    /// The operator is a text among the arguments: `BeNumerically(">", 5)`.
    Operator,
    /// Subject, operator, expected: `assert_operator a, :>, b`.
    Compare,
    /// Subject and the name of a method that must answer true: `assert_predicate list, :empty?`.
    Predicate,
    Interaction,
    // In matchers
    Not,
    Noise,
    Project,
    /// The subject is a block that is run until its checks hold.
    Retried,
    /// Adds to what the segment before it demands, and may make another kind of it: `be_within(0.1).of(5)`.
    Amend(Option<CheckKind>),
    /// A stand-in is told how it will be called: `expects(once()).method("m")`, `receive(:m).once`.
    Expects,
    /// The matcher's name is a question to the subject: `be_valid`.
    Named,
    /// How far the number of the chain may be off.
    Tolerance,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ArgumentRole {
    Subject,
    Expected,
    Rest,
    Tolerance,
    Digits,
    Type,
    Pattern,
    Block,
    Matcher,
    /// Ways of comparing that leave something out.
    Options,
    Ignored,
    /// A named part of what is expected: how often a stand-in is called, and with what.
    Part(&'static str),
    /// A message in front of the others, where there is one.
    MaybeMessage,
    /// A part of an exception's message.
    Mentions,
    /// Decimal places where it is a whole number, else a tolerance.
    Precision,
    /// A value, or a matcher in its place.
    Value,
}

/// Rows by the last segment of their pattern.
pub struct Table<T> {
    exact: HashMap<String, Vec<(Vec<String>, T)>>,
    globs: Vec<(Vec<String>, T)>,
}

impl<T: Clone> Table<T> {
    fn new(rows: impl Iterator<Item = (String, T)>) -> Self {
        let (mut exact, mut globs) = (HashMap::<String, Vec<_>>::new(), Vec::new());
        let rows =
            rows.flat_map(|(pattern, value)| alternatives(&pattern).into_iter().map(move |one| (one, value.clone())));
        for (pattern, value) in rows {
            let pattern: Vec<String> =
                pattern.replace("::", ".").replace("->", ".").split('.').map(str::to_owned).collect();
            match pattern.last() {
                Some(last) if !last.contains('*') => exact.entry(last.clone()).or_default().push((pattern, value)),
                _ => globs.push((pattern, value)),
            }
        }
        Self { exact, globs }
    }

    /// The most specific row that fits a path.
    pub fn get(&self, path: &[&str]) -> Option<&T> {
        let last = path.last()?;
        let exact = self.exact.get(*last).into_iter().flatten();
        let best = exact.filter(|(pattern, _)| fits(pattern, path)).max_by_key(|(pattern, _)| specificity(pattern));
        best.or_else(|| {
            self.globs.iter().filter(|(pattern, _)| fits(pattern, path)).max_by_key(|(pattern, _)| specificity(pattern))
        })
        .map(|(_, value)| value)
    }

    pub fn word(&self, name: &str) -> Option<&T> {
        self.get(&[name])
    }
}

/// A pattern for each of its `{a,b}`.
fn alternatives(pattern: &str) -> Vec<String> {
    let Some((head, (inner, tail))) =
        pattern.split_once('{').and_then(|(head, rest)| Some((head, rest.split_once('}')?)))
    else {
        return vec![pattern.to_owned()];
    };
    inner.split(',').flat_map(|one| alternatives(&format!("{head}{one}{tail}"))).collect()
}

fn specificity(pattern: &[String]) -> usize {
    pattern.iter().map(|segment| if segment == "*" || segment == "**" { 0 } else { 10 + segment.len() }).sum()
}

fn fits(pattern: &[String], path: &[&str]) -> bool {
    match pattern.split_first() {
        Some((first, rest)) if first == "**" => {
            path.len() >= rest.len() && rest.iter().zip(&path[path.len() - rest.len()..]).all(|(p, s)| glob(p, s))
        }
        Some((first, rest)) if first == "*" && !rest.is_empty() => {
            path.len() > rest.len() && rest.iter().zip(&path[path.len() - rest.len()..]).all(|(p, s)| glob(p, s))
        }
        _ => pattern.len() == path.len() && pattern.iter().zip(path).all(|(p, s)| glob(p, s)),
    }
}

/// `*` stands for any letters.
pub fn glob(pattern: &str, text: &str) -> bool {
    let Some((head, tail)) = pattern.split_once('*') else { return pattern == text };
    let Some(rest) = text.strip_prefix(head) else { return false };
    if tail.is_empty() {
        return true;
    }
    rest.char_indices().map(|(at, _)| at).chain([rest.len()]).any(|at| glob(tail, &rest[at..]))
}

/// The compiled tables of a language.
pub fn of(language: &'static Language) -> &'static Vocabulary {
    static TABLES: [OnceLock<Vocabulary>; 32] = [const { OnceLock::new() }; 32];
    TABLES[language.index % TABLES.len()].get_or_init(|| compile(language).0)
}

/// The tables, and the rows that make no sense.
fn compile(language: &Language) -> (Vocabulary, Vec<String>) {
    let tests = &language.tests;
    let mut wrong = Vec::new();
    let words = |rows: &std::collections::BTreeMap<String, String>| {
        Table::new(rows.iter().map(|(pattern, meaning)| {
            (pattern.clone(), Words(meaning.split_whitespace().map(str::to_owned).collect()))
        }))
    };
    let mut specs = |rows: &std::collections::BTreeMap<String, String>| {
        let mut read = Vec::new();
        for (pattern, meaning) in rows {
            match spec(meaning) {
                Some(spec) => read.push((pattern.clone(), spec)),
                None => wrong.push(format!("{pattern} = {meaning}")),
            }
        }
        Table::new(read.into_iter())
    };
    let vocabulary = Vocabulary {
        functions: tests.functions.clone(),
        parameter: tests.parameter.clone(),
        classes: tests.classes.clone(),
        hooks: tests.hooks.clone(),
        run_hooks: tests.run_hooks.clone(),
        answers: tests.answers.clone(),
        unchecked: tests.unchecked.clone(),
        bare: tests.bare,
        declaring: tests.declaring.clone(),
        handles: tests.handles.clone(),
        builtins: tests.builtins.clone(),
        checks: specs(&tests.checks),
        matchers: specs(&tests.matchers),
        predicates: specs(&tests.predicates),
        declare: words(&tests.declare),
        modify: words(&tests.modify),
        attributes: words(&tests.attributes),
        calls: words(&tests.calls),
        titles: tests.titles.iter().map(|(k, v)| (k.clone(), v.clone())).collect(),
        constants: tests.constants.iter().map(|(k, v)| (k.clone(), *v)).collect(),
        typed_truth: language.syntax.typed_truth,
        awaits: language.syntax.awaits,
        timeout: tests.timeout,
        error_values: language.syntax.error_values,
        waits: tests.waits.clone(),
    };
    (vocabulary, wrong)
}

fn spec(meaning: &str) -> Option<Spec> {
    let (positional, keywords) = meaning.split_once('|').unwrap_or((meaning, ""));
    let mut words = positional.split_whitespace().peekable();
    let mut negative = false;
    if words.peek() == Some(&"not") {
        words.next();
        negative = true;
    }
    let form = match words.next().unwrap_or("") {
        "" if negative => Form::Not,
        "condition" => Form::Condition,
        "falsehood" => {
            negative = !negative;
            Form::Condition
        }
        "fluent" => Form::Fluent,
        "postfix" => Form::Postfix,
        "chainer" => Form::Chainer,
        "matcher" => Form::Matcher,
        "operator" => Form::Operator,
        "compare" => Form::Compare,
        "predicate" => Form::Predicate,
        "named" => Form::Named,
        "expects" => Form::Expects,
        "amend" => {
            let kind = words.peek().and_then(|word| kind(word));
            if kind.is_some() {
                words.next();
            }
            Form::Amend(kind)
        }
        "interaction" => Form::Interaction,
        "tolerance" => Form::Tolerance,
        "noise" => Form::Noise,
        "project" => Form::Project,
        "retried" => Form::Retried,
        word => Form::Check(kind(word)?),
    };
    let (mut constant, mut asynchronous, mut retried, mut apart) = (None, false, false, false);
    let mut roles = Vec::new();
    for word in words {
        if word == "apart" {
            apart = true;
        } else if word == "async" {
            asynchronous = true;
        } else if word == "retried" {
            retried = true;
        } else if let Some(value) = word.strip_prefix('=') {
            constant = Some(value.to_owned());
        } else {
            roles.push(role(word)?);
        }
    }
    let keywords = keywords
        .split_whitespace()
        .map(|word| word.split_once('=').and_then(|(name, value)| Some((name.to_owned(), role(value)?))))
        .collect::<Option<_>>()?;
    Some(Spec { form, negative, roles, keywords, constant, apart, asynchronous, retried })
}

fn kind(word: &str) -> Option<CheckKind> {
    let kind: Result<_, serde::de::value::Error> = CheckKind::deserialize(word.into_deserializer());
    kind.ok()
}

fn role(word: &str) -> Option<ArgumentRole> {
    Some(match word {
        "subject" => ArgumentRole::Subject,
        "expected" => ArgumentRole::Expected,
        "expected*" => ArgumentRole::Rest,
        "tolerance" => ArgumentRole::Tolerance,
        "digits" => ArgumentRole::Digits,
        "type" => ArgumentRole::Type,
        "pattern" => ArgumentRole::Pattern,
        "block" => ArgumentRole::Block,
        "matcher" => ArgumentRole::Matcher,
        "options*" => ArgumentRole::Options,
        "message" | "_" => ArgumentRole::Ignored,
        "times" => ArgumentRole::Part("times"),
        "least" | "at-least" => ArgumentRole::Part("at-least"),
        "most" | "at-most" => ArgumentRole::Part("at-most"),
        "with" => ArgumentRole::Part("with"),
        "method" => ArgumentRole::Part("method"),
        "code" => ArgumentRole::Part("code"),
        "message?" => ArgumentRole::MaybeMessage,
        "mentions" => ArgumentRole::Mentions,
        "value" => ArgumentRole::Value,
        "precision" => ArgumentRole::Precision,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_of_every_language_makes_sense() {
        for language in crate::lang::all() {
            let (_, wrong) = compile(language);
            assert!(wrong.is_empty(), "{}: {wrong:?}", language.name);
        }
    }

    #[test]
    fn alternatives_are_rows_of_their_own() {
        assert_eq!(
            alternatives("{assert,require}.Equal{,f}"),
            ["assert.Equal", "assert.Equalf", "require.Equal", "require.Equalf"]
        );
        assert_eq!(alternatives("it"), ["it"]);
    }

    #[test]
    fn patterns_prefer_the_specific_row() {
        let rows = [("*.skip", 1), ("pytest.skip", 2), ("t.Skip*", 3)];
        let table = Table::new(rows.into_iter().map(|(p, v)| (p.to_owned(), v)));
        assert_eq!(table.get(&["pytest", "skip"]), Some(&2));
        assert_eq!(table.get(&["it", "skip"]), Some(&1));
        assert_eq!(table.get(&["skip"]), None);
        assert_eq!(table.get(&["t", "SkipNow"]), Some(&3));
    }
}
