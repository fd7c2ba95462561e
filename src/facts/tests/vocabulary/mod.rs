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
//! `checks`, `matchers`, `predicates`: `[not] kind roles… [| keyword=role …]`. Kinds are those of `CheckKind`, and
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
//! what is not collected), `succeeds` (as a statement of its own it fails the test where something went wrong: `save().unwrap();`).
//! `leave-out`: options of checks (`check_dtype`, `ignoreCase`) and steps of their chains that make more values equal, with the
//! value at which they do; without one, whenever they stand there.
//! `N` is a position; a name stands for a keyword argument or an option of that name.

mod spec;
mod table;

pub use spec::{ArgumentRole, Form, Spec, Words};
pub use table::{Table, glob};

use std::collections::BTreeMap;
use std::sync::OnceLock;

use hashbrown::HashMap;

use crate::lang::Language;

/// A language's tables, ready for look-up.
pub struct Vocabulary {
    pub files: Vec<String>,
    pub functions: Vec<String>,
    pub parameter: Vec<String>,
    pub classes: Vec<String>,
    pub hooks: Vec<String>,
    pub run_hooks: Vec<String>,
    pub answers: Vec<String>,
    pub unchecked: Vec<String>,
    pub compiled: Vec<String>,
    pub bare: bool,
    pub namespaces: Vec<Vec<String>>,
    /// Classes that are collected for their name alone.
    pub named_classes: Vec<String>,
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
    /// Options that make more values equal, with the value at which they do.
    pub leave_out: HashMap<String, String>,
    pub typed_truth: bool,
    pub joins: bool,
    /// Calls name functions as tests.
    pub lists: bool,
    pub awaits: bool,
    /// How long a test may take where it doesn't say, in the unit that it would say it in.
    pub timeout: Option<f64>,
    pub error_values: bool,
    /// Imports under which an asynchronous check waits by itself.
    pub waits: Vec<String>,
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
    let words = |rows: &BTreeMap<String, String>| {
        Table::new(rows.iter().map(|(pattern, meaning)| {
            (pattern.clone(), Words(meaning.split_whitespace().map(str::to_owned).collect()))
        }))
    };
    let mut specs = |rows: &BTreeMap<String, String>| {
        let mut read = Vec::new();
        for (pattern, meaning) in rows {
            match spec::spec(meaning) {
                Some(spec) => read.push((pattern.clone(), spec)),
                None => wrong.push(format!("{pattern} = {meaning}")),
            }
        }
        Table::new(read.into_iter())
    };
    let vocabulary = Vocabulary {
        files: tests.files.clone(),
        functions: tests.functions.clone(),
        parameter: tests.parameter.clone(),
        classes: tests.classes.clone(),
        hooks: tests.hooks.clone(),
        run_hooks: tests.run_hooks.clone(),
        answers: tests.answers.clone(),
        unchecked: tests.unchecked.clone(),
        compiled: tests.compiled.clone(),
        bare: tests.bare,
        namespaces: tests.namespaces.iter().map(|name| name.split('.').map(str::to_owned).collect()).collect(),
        named_classes: tests.named_classes.clone(),
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
        leave_out: tests.leave_out.iter().map(|(k, v)| (k.clone(), v.clone())).collect(),
        typed_truth: language.syntax.typed_truth,
        joins: language.syntax.joins_checks,
        lists: tests.calls.values().any(|meaning| meaning.starts_with("runs ")),
        awaits: language.syntax.awaits,
        timeout: tests.timeout,
        error_values: language.syntax.error_values,
        waits: tests.waits.clone(),
    };
    (vocabulary, wrong)
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
}
