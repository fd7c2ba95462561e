//! From the text of one policy file to a tree of values, or to everything that is wrong with it.
//!
//! Parsing says what was written: this module checks names, types and patterns against the [shape](super::shape) and
//! knows nothing of other layers. It does not stop at the first problem.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::ops::Range;
use std::sync::Arc;

use regex::{Regex, RegexBuilder};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::node::{Node, Value};
use super::pattern;
use super::problem::{Problem, Text, nearest};
use super::shape::{EXCLUDE, INCLUDE, Item, Key, LEVEL, POLICY, ROLES, Shape, VERSION};
use super::{Flavor, Level};
use crate::rules::{self, OptionKind, Rule};
use crate::verdict::waivers::is_date;

/// Larger files are refused unread.
const MAX_BYTES: usize = 1024 * 1024;
/// Longest regular expression, and the memory its automaton may take.
const REGEX_BYTES: usize = 4096;
const REGEX_MEMORY: usize = 1024 * 1024;

/// What one file says.
pub(super) struct File {
    pub text: Arc<Text>,
    pub node: Node,
    /// The names under `extends` with their places; `None` where the key is left out.
    pub extends: Option<Vec<(String, Range<usize>)>>,
    pub problems: Vec<Problem>,
}

/// What to do with rule names that this version does not know.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum UnknownRules {
    Refuse,
    /// For presets, whose lists are held to the rules by a test instead.
    Skip,
}

pub(super) fn read(name: &str, bytes: &[u8], unknown_rules: UnknownRules) -> File {
    let broken = |text: &str, span: Range<usize>, message: String, fix: &str| {
        let text = Arc::new(Text::new(name, text.to_owned()));
        let problems = vec![Problem::new(&text, span, message).fix(fix)];
        File { text, node: Node::empty_table(), extends: None, problems }
    };
    if bytes.len() > MAX_BYTES {
        let message = format!("a policy of {} bytes; the limit is {MAX_BYTES}", bytes.len());
        return broken("", 0..0, message, "name folders instead of files, or split it over `extends`");
    }
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text.strip_prefix('\u{feff}').unwrap_or(text),
        Err(error) => {
            let at = error.valid_up_to();
            let valid = String::from_utf8_lossy(&bytes[..at]);
            return broken(&valid, at..at, "the file is not UTF-8 from here on".into(), "save it as UTF-8");
        }
    };
    let source = Arc::new(Text::new(name, text.to_owned()));
    let (document, errors) = DeTable::parse_recoverable(text);
    let mut reader = Reader { text: &source, unknown_rules, extends: None, problems: Vec::new() };
    let node = reader.table(document.get_ref(), document.span(), POLICY, "");
    if !document.get_ref().keys().any(|key| key.get_ref() == "version") {
        let first = 0..text.lines().next().map_or(0, str::len);
        reader.problem(first, "the policy does not say its version").set_fix("begin with `version = 1`");
    }
    let Reader { extends, problems, .. } = reader;
    let problems = with_syntax_errors(&source, &errors, problems);
    File { text: source, node, extends, problems }
}

/// Adds what the parser says. On lines it could not read, what we say of its best guess would only be noise.
fn with_syntax_errors(text: &Arc<Text>, errors: &[toml::de::Error], problems: Vec<Problem>) -> Vec<Problem> {
    let syntax: Vec<Problem> = errors
        .iter()
        .map(|error| Problem::new(text, error.span().unwrap_or(0..0), format!("not TOML: {}", error.message())))
        .collect();
    let lines: Vec<u32> = syntax.iter().map(Problem::line).collect();
    syntax.into_iter().chain(problems.into_iter().filter(|problem| !lines.contains(&problem.line()))).collect()
}

struct Reader<'a> {
    text: &'a Arc<Text>,
    unknown_rules: UnknownRules,
    extends: Option<Vec<(String, Range<usize>)>>,
    problems: Vec<Problem>,
}

type Entry<'t, 'i> = (&'t Spanned<Cow<'i, str>>, &'t Spanned<DeValue<'i>>);

impl Reader<'_> {
    fn problem(&mut self, span: Range<usize>, message: impl Into<String>) -> &mut Problem {
        self.problems.push(Problem::new(self.text, span, message));
        self.problems.last_mut().expect("just pushed")
    }

    fn node(&self, span: &Range<usize>, value: Value) -> Node {
        Node { value, layer: 0, line: self.text.line(span.start) }
    }

    fn table(&mut self, table: &DeTable<'_>, span: Range<usize>, keys: &'static [Key], prefix: &str) -> Node {
        let mut entries = BTreeMap::new();
        for (name, value) in table {
            let place = dotted(prefix, name.get_ref());
            match keys.iter().find(|key| key.name == name.get_ref().as_ref()) {
                Some(key) => {
                    if let Some(mut node) = self.value(value, &key.shape, &place) {
                        // A finding points at the key, not at the brace or bracket that opens its value.
                        node.line = self.text.line(name.span().start);
                        entries.insert(key.name.to_owned(), node);
                    }
                }
                None => self.unknown_key(name, &place, prefix, keys),
            }
        }
        self.node(&span, Value::Table(entries))
    }

    fn unknown_key(&mut self, name: &Spanned<Cow<'_, str>>, place: &str, prefix: &str, keys: &'static [Key]) {
        let written = name.get_ref().as_ref();
        let fix = nearest(written, keys.iter().map(|key| key.name))
            .map(|near| format!("did you mean `{near}`?"))
            .or_else(|| elsewhere(written, prefix))
            .unwrap_or_else(|| format!("known here: {}", list(keys.iter().map(|key| key.name))));
        self.problem(name.span(), format!("unknown key `{place}`")).set_fix(fix);
    }

    fn value(&mut self, value: &Spanned<DeValue<'_>>, shape: &'static Shape, place: &str) -> Option<Node> {
        let span = value.span();
        let value = match (shape, value.get_ref()) {
            (Shape::Version, _) => {
                let number = self.count(value, place)?;
                if number != VERSION {
                    self.problem(span.clone(), format!("version {number} of the policy format is not known here"))
                        .set_fix("this agentgate reads `version = 1`");
                }
                Value::Integer(number)
            }
            (Shape::Count, _) => Value::Integer(self.count(value, place)?),
            (Shape::Text, DeValue::String(text)) if !text.trim().is_empty() => Value::Text(text.to_string()),
            (Shape::OneOf(words), DeValue::String(text)) => {
                self.one_of(text, &span, words, place)?;
                Value::Text(text.to_string())
            }
            (Shape::Date, DeValue::String(_) | DeValue::Datetime(_)) => Value::Text(self.date(value, place)?),
            (Shape::Regex, DeValue::String(text)) => {
                self.regex(text, &span);
                Value::Text(text.to_string())
            }
            (Shape::List(item), DeValue::Array(items)) => Value::List(self.items(items.iter(), *item, place)),
            (Shape::Table(keys), DeValue::Table(table)) => return Some(self.table(table, span, keys, place)),
            (Shape::Rules { by_path }, DeValue::Table(table)) => {
                Value::Table(table.iter().filter_map(|entry| self.rule(entry, *by_path)).collect())
            }
            (Shape::Roles, DeValue::Table(table)) => Value::Table(table.iter().filter_map(|e| self.role(e)).collect()),
            (Shape::Sections(keys), DeValue::Array(items)) => {
                Value::List(items.iter().filter_map(|item| self.section(item, keys, place)).collect())
            }
            (Shape::Text, DeValue::String(_)) => {
                self.problem(span, format!("`{place}` is empty")).set_fix("leave it out instead");
                return None;
            }
            _ => {
                self.wrong_type(value, place, expected(shape));
                return None;
            }
        };
        Some(self.node(&span, value))
    }

    fn one_of(&mut self, text: &str, span: &Range<usize>, words: &'static [&'static str], place: &str) -> Option<()> {
        if words.contains(&text) {
            return Some(());
        }
        let fix = nearest(text, words.iter().copied()).map_or_else(
            || format!("one of {}", list(words.iter().copied())),
            |near| format!("did you mean `{near}`?"),
        );
        self.problem(span.clone(), format!("`{text}` is nothing that `{place}` knows")).set_fix(fix);
        None
    }

    fn date(&mut self, value: &Spanned<DeValue<'_>>, place: &str) -> Option<String> {
        let text = match value.get_ref() {
            DeValue::String(text) => text.to_string(),
            DeValue::Datetime(date) => date.to_string(),
            _ => String::new(),
        };
        if is_date(&text) {
            return Some(text);
        }
        self.problem(value.span(), format!("`{place}` is no day: `{text}`")).set_fix("write a date, `2026-12-31`");
        None
    }

    fn wrong_type(&mut self, value: &Spanned<DeValue<'_>>, place: &str, expected: &str) {
        let found = found(value.get_ref());
        let problem = self.problem(value.span(), format!("`{place}` must be {expected}, not {found}"));
        if expected.starts_with("a list") && matches!(value.get_ref(), DeValue::String(_)) {
            problem.set_fix("put it in brackets: `[\"…\"]`");
        }
    }

    fn count(&mut self, value: &Spanned<DeValue<'_>>, place: &str) -> Option<u64> {
        let DeValue::Integer(number) = value.get_ref() else {
            self.wrong_type(value, place, "a whole number");
            return None;
        };
        // TOML's own range; a larger number could not be shown in JSON either.
        match i64::from_str_radix(number.as_str(), number.radix()).map(u64::try_from) {
            Ok(Ok(number)) => Some(number),
            Ok(Err(_)) => {
                self.problem(value.span(), format!("`{place}` must not be negative"));
                None
            }
            Err(_) => {
                self.problem(value.span(), format!("`{place}` is too large a number"));
                None
            }
        }
    }

    fn regex(&mut self, text: &str, span: &Range<usize>) {
        if let Err(reason) = regex(text) {
            self.problem(span.clone(), format!("not a regular expression: {reason}"))
                .set_fix("single quotes keep backslashes: '^agent/[A-Z]+-\\d+'");
        }
    }

    fn items<'t, 'i: 't>(
        &mut self,
        items: impl Iterator<Item = &'t Spanned<DeValue<'i>>>,
        item: Item,
        place: &str,
    ) -> Vec<Node> {
        let mut nodes = Vec::new();
        let mut seen: HashMap<&'t str, u32> = HashMap::new();
        let mut layers = Vec::new();
        for value in items {
            let span = value.span();
            let DeValue::String(text) = value.get_ref() else {
                self.wrong_type(value, place, "a list of strings");
                continue;
            };
            let text: &'t str = text;
            let line = self.text.line(span.start);
            if let Some(first) = seen.insert(text, line) {
                self.problem(span, format!("`{text}` is already in this list, in line {first}"))
                    .set_fix("remove one of them");
                continue;
            }
            if matches!(item, Item::Rule) && rules::find(text).is_none() {
                self.unknown_rule(text, span);
                continue;
            }
            self.item(text, &span, item, place);
            nodes.push(self.node(&span, Value::Text(text.to_owned())));
            layers.push((text.to_owned(), span));
        }
        if let Item::Layer = item {
            self.extends = Some(layers);
        }
        nodes
    }

    fn item(&mut self, text: &str, span: &Range<usize>, item: Item, place: &str) {
        match item {
            Item::Pattern(flavor) => {
                if let Err(refusal) = pattern::check(text, flavor) {
                    let message = format!("`{text}` under `{place}`: {}", refusal.message);
                    self.problem(span.clone(), message).set_fix(refusal.fix);
                }
            }
            Item::Trailer if text.split(':').next().is_none_or(|key| key.trim().is_empty() || key.contains(' ')) => {
                self.problem(span.clone(), format!("`{text}` is no trailer")).set_fix("write `Key` or `Key: value`");
            }
            Item::Text | Item::Identity | Item::Trailer if text.trim().is_empty() => {
                self.problem(span.clone(), format!("an empty string under `{place}`")).set_fix("remove it");
            }
            Item::OneOf(words) => drop(self.one_of(text, span, words, place)),
            Item::Text | Item::Identity | Item::Trailer | Item::Layer | Item::Rule => {}
        }
    }

    fn unknown_rule(&mut self, name: &str, span: Range<usize>) {
        if self.unknown_rules == UnknownRules::Skip {
            return;
        }
        let fix = nearest(name, rules::ALL.iter().map(|rule| rule.name))
            .map_or_else(|| "`agentgate rules` lists them".to_owned(), |near| format!("did you mean `{near}`?"));
        self.problem(span, format!("unknown rule `{name}`")).set_fix(fix);
    }

    fn role(&mut self, (name, value): Entry<'_, '_>) -> Option<(String, Node)> {
        let place = dotted("roles", name.get_ref());
        if !ROLES.iter().any(|(role, _)| *role == name.get_ref().as_ref()) {
            let roles = ROLES.iter().map(|(role, _)| *role);
            let fix = nearest(name.get_ref(), roles.clone())
                .map_or_else(|| format!("roles are {}", list(roles)), |near| format!("did you mean `{near}`?"));
            self.problem(name.span(), format!("unknown role `{}`", name.get_ref())).set_fix(fix);
            return None;
        }
        static PATTERNS: Shape = Shape::List(Item::Pattern(Flavor::Path));
        Some((name.get_ref().to_string(), self.value(value, &PATTERNS, &place)?))
    }

    fn section(&mut self, value: &Spanned<DeValue<'_>>, keys: &'static [Key], place: &str) -> Option<Node> {
        let DeValue::Table(table) = value.get_ref() else {
            self.wrong_type(value, place, &format!("tables, written `[[{place}]]`"));
            return None;
        };
        for key in keys {
            if !table.keys().any(|name| name.get_ref() == key.name) {
                let fix = format!("add `{} = …`", key.name);
                self.problem(value.span(), format!("this `[[{place}]]` has no `{}`", key.name)).set_fix(fix);
            }
        }
        Some(self.table(table, value.span(), keys, place))
    }

    /// One entry under `rules`: always a table in the tree, also where only a level was written.
    fn rule(&mut self, (name, value): Entry<'_, '_>, by_path: bool) -> Option<(String, Node)> {
        let Some(rule) = rules::find(name.get_ref()) else {
            self.unknown_rule(name.get_ref(), name.span());
            self.level_of_unknown(value, name.get_ref());
            return None;
        };
        let entries = match value.get_ref() {
            DeValue::String(_) => BTreeMap::from([(LEVEL.to_owned(), self.level(value, rule.name)?)]),
            DeValue::Table(table) => table.iter().filter_map(|entry| self.rule_key(entry, rule, by_path)).collect(),
            _ => {
                self.wrong_type(value, rule.name, "a level or a table");
                return None;
            }
        };
        Some((rule.name.to_owned(), self.node(&name.span(), Value::Table(entries))))
    }

    /// Whoever misspells a rule may have misspelt its level too, and wants to hear of both.
    fn level_of_unknown(&mut self, value: &Spanned<DeValue<'_>>, name: &str) {
        match value.get_ref() {
            DeValue::Table(table) => {
                for (_, level) in table.iter().filter(|(key, _)| key.get_ref().as_ref() == LEVEL) {
                    self.level(level, &dotted(name, LEVEL));
                }
            }
            DeValue::String(_) => {
                self.level(value, name);
            }
            _ => self.wrong_type(value, name, "a level or a table"),
        }
    }

    fn level(&mut self, value: &Spanned<DeValue<'_>>, place: &str) -> Option<Node> {
        let DeValue::String(text) = value.get_ref() else {
            self.wrong_type(value, place, "a level");
            return None;
        };
        if Level::from_name(text).is_none() {
            let names = Level::ALL.iter().map(|level| level.name());
            let fix = nearest(text, names.clone())
                .map_or_else(|| format!("levels are {}", list(names)), |near| format!("did you mean `{near}`?"));
            self.problem(value.span(), format!("unknown level `{text}`")).set_fix(fix);
            return None;
        }
        Some(self.node(&value.span(), Value::Text(text.to_string())))
    }

    fn rule_key(&mut self, (name, value): Entry<'_, '_>, rule: &'static Rule, by_path: bool) -> Option<(String, Node)> {
        let key = name.get_ref().as_ref();
        let place = format!("{}.{key}", rule.name);
        let node = match key {
            LEVEL => self.level(value, &place)?,
            INCLUDE | EXCLUDE if by_path => {
                self.problem(name.span(), format!("`{key}` has no place under `[[paths]]`"))
                    .set_fix("say it with `match`");
                return None;
            }
            INCLUDE | EXCLUDE => self.strings(value, Item::Pattern(Flavor::Path), &place)?,
            _ => match rule.options.iter().find(|option| option.name == key) {
                Some(option) => self.option(value, &option.kind, &place)?,
                None => {
                    self.unknown_option(name, rule, by_path);
                    return None;
                }
            },
        };
        Some((key.to_owned(), Node { line: self.text.line(name.span().start), ..node }))
    }

    fn unknown_option(&mut self, name: &Spanned<Cow<'_, str>>, rule: &'static Rule, by_path: bool) {
        let common = if by_path { &[LEVEL][..] } else { &[LEVEL, INCLUDE, EXCLUDE][..] };
        let known = || common.iter().copied().chain(rule.options.iter().map(|option| option.name));
        let fix = nearest(name.get_ref(), known()).map_or_else(
            || format!("`{}` understands {}", rule.name, list(known())),
            |near| format!("did you mean `{near}`?"),
        );
        self.problem(name.span(), format!("`{}` has no option `{}`", rule.name, name.get_ref())).set_fix(fix);
    }

    fn option(&mut self, value: &Spanned<DeValue<'_>>, kind: &OptionKind, place: &str) -> Option<Node> {
        let read = match (kind, value.get_ref()) {
            (OptionKind::Bool(_), DeValue::Boolean(flag)) => Value::Bool(*flag),
            (OptionKind::Integer(_), _) => Value::Integer(self.count(value, place)?),
            (OptionKind::Text(_), DeValue::String(text)) => Value::Text(text.to_string()),
            (OptionKind::List(_), _) => return self.strings(value, Item::Text, place),
            (OptionKind::Globs(_), _) => return self.strings(value, Item::Pattern(Flavor::Path), place),
            (OptionKind::Bool(_), _) => {
                self.wrong_type(value, place, "true or false");
                return None;
            }
            (OptionKind::Text(_), _) => {
                self.wrong_type(value, place, "a string");
                return None;
            }
        };
        Some(self.node(&value.span(), read))
    }

    fn strings(&mut self, value: &Spanned<DeValue<'_>>, item: Item, place: &str) -> Option<Node> {
        let DeValue::Array(items) = value.get_ref() else {
            self.wrong_type(value, place, "a list of strings");
            return None;
        };
        let items = self.items(items.iter(), item, place);
        Some(self.node(&value.span(), Value::List(items)))
    }
}

/// Compiles within limits, or says why not.
pub(super) fn regex(text: &str) -> Result<Regex, String> {
    if text.len() > REGEX_BYTES {
        return Err(format!("more than {REGEX_BYTES} bytes"));
    }
    RegexBuilder::new(text).size_limit(REGEX_MEMORY).build().map_err(|error| {
        // The library draws the pattern over several lines; its last line is the reason.
        let drawn = error.to_string();
        drawn.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned()
    })
}

fn dotted(prefix: &str, name: &str) -> String {
    if prefix.is_empty() { name.to_owned() } else { format!("{prefix}.{name}") }
}

fn list<'a>(names: impl Iterator<Item = &'a str>) -> String {
    names.map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

/// Where a key belongs that was written in the wrong table.
fn elsewhere(written: &str, prefix: &str) -> Option<String> {
    if rules::find(written).is_some() {
        return Some("levels of rules stand under `[rules]`".into());
    }
    let tables = POLICY.iter().filter_map(|key| match key.shape {
        Shape::Table(keys) => Some((key.name, keys)),
        _ => None,
    });
    let mut homes = tables.filter(|(_, keys)| keys.iter().any(|key| key.name == written)).map(|(name, _)| name);
    match homes.next() {
        Some(home) => Some(format!("`{written}` belongs under `[{home}]`")),
        None if !prefix.is_empty() && POLICY.iter().any(|key| key.name == written) => {
            Some(format!("`{written}` belongs at the top of the file"))
        }
        None => None,
    }
}

fn expected(shape: &Shape) -> &'static str {
    match shape {
        Shape::Version | Shape::Count => "a whole number",
        Shape::Text | Shape::OneOf(_) => "a string",
        Shape::Date => "a date",
        Shape::Regex => "a string with a regular expression",
        Shape::List(_) => "a list of strings",
        Shape::Table(_) | Shape::Rules { .. } | Shape::Roles => "a table",
        Shape::Sections(_) => "tables, written with double brackets",
    }
}

fn found(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a string",
        DeValue::Integer(_) => "a whole number",
        DeValue::Float(_) => "a fraction",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}
