//! The data file of a language, as written: `data/<language>.toml`.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::node::{Kind, Role};

/// One data file. What it leaves out comes from the file it extends.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Data {
    /// Another language whose tables are read first.
    pub extends: Option<String>,
    #[serde(default)]
    pub syntax: Syntax,
    /// What each grammar node is. A node that isn't listed is `other`: its children count, it has no meaning.
    #[serde(default)]
    pub nodes: BTreeMap<Kind, Vec<String>>,
    /// `node.field = role`, where the role is not the one every language uses for that field.
    #[serde(default)]
    pub fields: BTreeMap<String, Role>,
    #[serde(default)]
    pub tests: Tests,
    #[serde(default)]
    pub helpers: Helpers,
}

/// Where a function is that a test file calls and does not define.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Helpers {
    /// What stands before the name of a function where it is defined. Where nothing does, a definition is only known once
    /// the file is parsed.
    #[serde(default)]
    pub introduced: Vec<String>,
    /// Files of a module; `{}` is the path that its words spell.
    #[serde(default)]
    pub modules: Vec<String>,
    /// Modules are named in `CamelCase`, their files in `snake_case`.
    #[serde(default)]
    pub snake: bool,
    /// A module is a directory with any number of files.
    #[serde(default)]
    pub directories: bool,
    /// What is imported need not be named: headers, `require`, namespaces.
    #[serde(default)]
    pub open: bool,
    /// Calls that import.
    #[serde(default)]
    pub imports: Vec<String>,
    /// Files of the directory and of those above it that the runner loads unasked.
    #[serde(default)]
    pub beside: Vec<String>,
    /// Directories in the same places of which every file is loaded.
    #[serde(default)]
    pub support: Vec<String>,
    /// Files of one directory see each other.
    #[serde(default)]
    pub package: bool,
    /// Files of one test project see each other.
    #[serde(default)]
    pub project: bool,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Syntax {
    /// Attributes stand before what they annotate, as siblings.
    #[serde(default)]
    pub attributes_before: bool,
    /// Boolean assertions are exact because the language has no truthiness.
    #[serde(default)]
    pub typed_truth: bool,
    /// The body of a test is unfinished until awaited: an asynchronous check that isn't awaited demands nothing.
    #[serde(default)]
    pub awaits: bool,
    /// Errors are values that are compared with nothing: `err != nil`.
    #[serde(default)]
    pub error_values: bool,
    /// How far a text of several lines is indented is layout: the language takes it away, or a usual call does.
    #[serde(default)]
    pub indented_texts: bool,
    /// Checks are values, and a test is what they add up to: `assert(a) && assert(b)`.
    #[serde(default)]
    pub joins_checks: bool,
    /// Nothing, zero and false are one: `p == NULL` says what `!p` says.
    #[serde(default)]
    pub null_is_false: bool,
}

/// How tests are written: one table per question, each entry `pattern = "meaning"` (see `facts::tests::vocabulary`).
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Tests {
    /// Names of files that the runners look into where they are not told otherwise; all where there is none.
    #[serde(default)]
    pub files: Vec<String>,
    /// Names of functions that are tests.
    #[serde(default)]
    pub functions: Vec<String>,
    /// Only functions with such a parameter type are tests (`testing.T`).
    #[serde(default)]
    pub parameter: Vec<String>,
    /// Functions inside a class are tests only in classes named so or derived from these.
    #[serde(default)]
    pub classes: Vec<String>,
    /// Calls that declare a suite or a test.
    #[serde(default)]
    pub declare: BTreeMap<String, String>,
    /// What a further segment, an option or a named argument of a declaration or mark changes.
    #[serde(default)]
    pub modify: BTreeMap<String, String>,
    /// Decorators, annotations, attributes.
    #[serde(default)]
    pub attributes: BTreeMap<String, String>,
    /// Calls and assignments with a meaning for the run: skips, timeouts, retries, sleeps, mocks.
    #[serde(default)]
    pub calls: BTreeMap<String, String>,
    /// Calls that check something.
    #[serde(default)]
    pub checks: BTreeMap<String, String>,
    /// What follows the subject of a fluent check, or stands as its argument.
    #[serde(default)]
    pub matchers: BTreeMap<String, String>,
    /// Calls inside a boolean expression that say what is compared.
    #[serde(default)]
    pub predicates: BTreeMap<String, String>,
    /// Options of checks that make more values equal, with the value at which they do; empty where any does.
    #[serde(default)]
    pub leave_out: BTreeMap<String, String>,
    /// Functions that run before or after every test.
    #[serde(default)]
    pub hooks: Vec<String>,
    /// Functions that the runner asks about every test of a run.
    #[serde(default)]
    pub run_hooks: Vec<String>,
    /// Methods whose answer is a matcher's verdict, or an equality.
    #[serde(default)]
    pub answers: Vec<String>,
    /// How long a test may take where it doesn't say.
    pub timeout: Option<f64>,
    /// What a framework's own names may be written behind: `Xunit.Assert.Equal`.
    #[serde(default)]
    pub namespaces: Vec<String>,
    /// Functions with parameters are no tests, whatever their names.
    #[serde(default)]
    pub bare: bool,
    /// Classes that are collected for their name alone; others need a base.
    #[serde(default)]
    pub named_classes: Vec<String>,
    /// Functions whose bodies declare suites and tests.
    #[serde(default)]
    pub declaring: Vec<String>,
    /// Names of tests that need no checks: benchmarks.
    #[serde(default)]
    pub unchecked: Vec<String>,
    /// Remarks that have a compiler hold the line below to something: tests of types.
    #[serde(default)]
    pub compiled: Vec<String>,
    /// What a test fails through, where it is handed around: `t`. A first role `_` of a check is this argument, and may be
    /// missing where the check is a method of something that has it already.
    #[serde(default)]
    pub handles: Vec<String>,
    /// Functions of the language itself, called by their bare name: they are no helpers.
    #[serde(default)]
    pub builtins: Vec<String>,
    /// Imports under which an asynchronous check waits by itself.
    #[serde(default)]
    pub waits: Vec<String>,
    /// What a title begins with: `"!name"` does not run.
    #[serde(default)]
    pub titles: BTreeMap<String, String>,
    /// Conditions that always hold or never do, and those that are honest platform gates need no listing.
    #[serde(default)]
    pub constants: BTreeMap<String, bool>,
}

impl Data {
    /// Puts this file's tables over another's.
    pub fn over(self, mut under: Data) -> Data {
        under.extends = None;
        under.syntax = Syntax {
            attributes_before: self.syntax.attributes_before || under.syntax.attributes_before,
            typed_truth: self.syntax.typed_truth || under.syntax.typed_truth,
            awaits: self.syntax.awaits || under.syntax.awaits,
            error_values: self.syntax.error_values || under.syntax.error_values,
            indented_texts: self.syntax.indented_texts || under.syntax.indented_texts,
            joins_checks: self.syntax.joins_checks || under.syntax.joins_checks,
            null_is_false: self.syntax.null_is_false || under.syntax.null_is_false,
        };
        for (kind, names) in self.nodes {
            under.nodes.entry(kind).or_default().extend(names);
        }
        under.fields.extend(self.fields);
        let (helpers, more) = (&mut under.helpers, self.helpers);
        helpers.introduced.extend(more.introduced);
        helpers.modules.extend(more.modules);
        helpers.imports.extend(more.imports);
        helpers.beside.extend(more.beside);
        helpers.support.extend(more.support);
        helpers.snake |= more.snake;
        helpers.directories |= more.directories;
        helpers.open |= more.open;
        helpers.package |= more.package;
        helpers.project |= more.project;
        let (tests, more) = (&mut under.tests, self.tests);
        tests.functions.extend(more.functions);
        tests.files.extend(more.files);
        tests.parameter.extend(more.parameter);
        tests.classes.extend(more.classes);
        tests.hooks.extend(more.hooks);
        tests.run_hooks.extend(more.run_hooks);
        tests.answers.extend(more.answers);
        tests.bare |= more.bare;
        tests.namespaces.extend(more.namespaces);
        tests.named_classes.extend(more.named_classes);
        tests.declaring.extend(more.declaring);
        tests.unchecked.extend(more.unchecked);
        tests.compiled.extend(more.compiled);
        tests.handles.extend(more.handles);
        tests.builtins.extend(more.builtins);
        tests.waits.extend(more.waits);
        for (table, rows) in [
            (&mut tests.declare, more.declare),
            (&mut tests.modify, more.modify),
            (&mut tests.attributes, more.attributes),
            (&mut tests.calls, more.calls),
            (&mut tests.checks, more.checks),
            (&mut tests.matchers, more.matchers),
            (&mut tests.predicates, more.predicates),
            (&mut tests.leave_out, more.leave_out),
        ] {
            table.extend(rows);
        }
        tests.titles.extend(more.titles);
        tests.constants.extend(more.constants);
        tests.timeout = more.timeout.or(tests.timeout);
        under
    }
}
