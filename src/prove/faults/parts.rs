//! Faults for which one has to know what a part of the code is: conditions, returned values, texts, statements.

use super::{DEEPEST, Operator, Place};
use crate::lang::{Kind, Language, Node, Role};

/// How a language says what a fault puts in place of something.
struct Words {
    /// Before and behind a condition.
    not: &'static str,
    /// In place of a value; empty where that has to have the right type.
    nothing: &'static str,
    /// In place of a statement.
    pass: &'static str,
    /// Whether what stands last in a block is its value, unless a semicolon follows.
    has_values: bool,
}

fn words(language: &Language) -> Words {
    let (not, nothing, pass, has_values) = match language.name {
        "python" => ("not ", "None", "pass", false),
        "javascript" | "typescript" | "tsx" | "php" => ("!", "null", "", false),
        "rust" => ("!", "Default::default()", "", true),
        "ruby" => ("!", "nil", "nil", true),
        "elixir" => ("!", "nil", "nil", true),
        "kotlin" | "scala" | "swift" => ("!", "", "", true),
        _ => ("!", "", "", false),
    };
    Words { not, nothing, pass, has_values }
}

/// Calls that leave no trace a test would look for.
const SAYING: &[&str] =
    &["log", "debug", "print", "warn", "trace", "info", "console", "puts", "assert", "panic", "write"];

pub fn places(language: &Language, text: &str, root: &Node) -> Vec<Place> {
    let mut reader = Reader { words: words(language), text, places: Vec::new() };
    reader.read(root, 0);
    reader.places
}

/// Whether brackets open and close in a text.
fn is_balanced(text: &str) -> bool {
    let mut depth = 0_i32;
    for c in text.chars() {
        depth += i32::from(matches!(c, '(' | '[' | '{')) - i32::from(matches!(c, ')' | ']' | '}'));
        if depth < 0 {
            return false;
        }
    }
    depth == 0
}

struct Reader<'t> {
    words: Words,
    text: &'t str,
    places: Vec<Place>,
}

impl Reader<'_> {
    /// Signs of a regular expression: a repetition that is another, an anchor that is gone.
    fn pattern(&mut self, node: &Node) {
        const MOST: usize = 12;
        let written = self.source(node);
        let is_pattern = node.is(Kind::Regex)
            || ["\\d", "\\s", "\\w", "\\b", "(?:", "[^", "[a-z", "[A-Z", "[0-9"]
                .iter()
                .any(|sign| written.contains(sign));
        if !is_pattern || written.contains('\n') {
            return;
        }
        let bytes = written.as_bytes();
        // Behind a quote, at most a few letters into the literal.
        let starts = bytes.iter().position(|byte| matches!(byte, b'\'' | b'"' | b'`' | b'/')).map(|at| at + 1);
        let repeats =
            |at: usize| at > 0 && matches!(bytes[at - 1], b')' | b']' | b'.' | b'}' | b'a'..=b'z' | b'A'..=b'Z');
        let ends = |at: usize| matches!(bytes.get(at + 1), Some(b'\'' | b'"' | b'`' | b'/' | b')' | b'|'));
        let changes = bytes.iter().enumerate().filter_map(|(at, byte)| match byte {
            b'+' if repeats(at) => Some((at, "*")),
            b'*' if repeats(at) => Some((at, "+")),
            b'?' if repeats(at) => Some((at, "")),
            b'^' if starts == Some(at) => Some((at, "")),
            b'$' if ends(at) => Some((at, "")),
            _ => None,
        });
        let start = node.span.start as usize;
        let places = changes.take(MOST).map(|(at, replacement)| Place {
            range: start + at..start + at + 1,
            replacement: replacement.to_owned(),
            operator: Operator::Pattern,
        });
        self.places.extend(places.collect::<Vec<_>>());
    }

    fn read(&mut self, node: &Node, depth: usize) {
        if depth > DEEPEST || matches!(node.kind, Kind::Import | Kind::Attribute | Kind::Type | Kind::Error) {
            return;
        }
        match node.kind {
            Kind::If => self.condition(node),
            Kind::Choice => {
                self.condition(node);
                self.branches(node);
            }
            Kind::Binary => self.operands(node),
            Kind::Return => self.returned(node),
            Kind::Block => self.statements(node),
            // `require('a')` is an import by another name.
            Kind::Call if node.child(Role::Callee).is_some_and(|callee| &*callee.text == "require") => return,
            _ => {}
        }
        for (role, child) in &node.children {
            let is_alone = node.is(Kind::Block) && child.is(Kind::Text);
            let is_outside = matches!(role, Role::Type | Role::Attribute | Role::Name);
            if child.is(Kind::Text) && !is_alone && !is_outside {
                self.literal(child);
            }
            if matches!(child.kind, Kind::Text | Kind::Regex) && !is_alone && !is_outside {
                self.pattern(child);
            }
            if !is_outside {
                self.read(child, depth + 1);
            }
        }
    }

    fn source(&self, node: &Node) -> &str {
        self.text.get(node.span.start as usize..node.span.end as usize).unwrap_or_default()
    }

    fn put(&mut self, node: &Node, replacement: String, operator: Operator) {
        let range = node.span.start as usize..node.span.end as usize;
        if !range.is_empty() && self.text.get(range.clone()).is_some_and(|text| text != replacement) {
            self.places.push(Place { range, replacement, operator });
        }
    }

    fn condition(&mut self, node: &Node) {
        let Some(condition) = node.child(Role::Condition) else { return };
        let written = self.source(condition);
        // A pattern is no condition, and comparisons have faults of their own.
        let is_plain = !written.split(|c: char| !c.is_alphanumeric()).any(|word| word == "let" || word == "case");
        let is_operation = condition.is(Kind::Unary) || condition.is(Kind::Comparison);
        if is_plain && !is_operation && !written.contains(":=") {
            let made = format!("{}({written})", self.words.not);
            self.put(condition, made, Operator::Negation);
        }
    }

    /// One of two operands of what is decided by either alone: `a || b`, `a ?? b`.
    fn operands(&mut self, node: &Node) {
        const DECIDED: &[&str] = &["||", "&&", "??", "?:", "or", "and"];
        let (Some(left), Some(right)) = (node.child(Role::Left), node.child(Role::Right)) else { return };
        if !DECIDED.contains(&&*node.text) {
            return;
        }
        let at = |place: u32| place as usize;
        for removed in [at(left.span.end)..at(node.span.end), at(node.span.start)..at(right.span.start)] {
            let written = self.text.get(removed.clone()).unwrap_or_default();
            // Parentheses may stand around an operand, and belong to no node.
            if !written.is_empty() && is_balanced(written) {
                self.places.push(Place { range: removed, replacement: String::new(), operator: Operator::Part });
            }
        }
    }

    fn branches(&mut self, node: &Node) {
        for role in [Role::Then, Role::Else] {
            let branch = node.child(role).map(|branch| self.source(branch).to_owned()).unwrap_or_default();
            if !branch.is_empty() && is_balanced(&branch) && !branch.starts_with('{') {
                self.put(node, branch, Operator::Part);
            }
        }
    }

    fn returned(&mut self, node: &Node) {
        let values: Vec<&Node> = node.nodes().collect();
        if let [value] = values[..]
            && !self.words.nothing.is_empty()
            && !matches!(value.kind, Kind::Null | Kind::Bool | Kind::Number | Kind::Binary)
            // The value may be in a list without brackets, or go on below.
            && !self.source(value).contains(';')
        {
            self.put(value, self.words.nothing.to_owned(), Operator::Return);
        }
    }

    fn literal(&mut self, node: &Node) {
        let written = self.source(node);
        let quote = written.chars().next().filter(|quote| matches!(quote, '"' | '\''));
        // A character is no text of any length.
        let is_text =
            quote.is_some_and(|quote| written.len() > 3 && written.ends_with(quote)) && !written.contains('\n');
        if is_text && !node.text.is_empty() {
            self.put(node, "\"\"".to_owned(), Operator::Text);
        }
    }

    fn statements(&mut self, block: &Node) {
        let statements: Vec<&Node> = block.nodes().collect();
        for (at, statement) in statements.iter().enumerate() {
            let rest = self.text.get(statement.span.end as usize..).unwrap_or_default();
            let is_ended = rest.trim_start().starts_with(';');
            if self.words.has_values && at + 1 == statements.len() && !is_ended {
                continue;
            }
            let is_counted = statement.is(Kind::Assign) && !matches!(&*statement.text, "" | "=" | ":=");
            let is_call = statement.is(Kind::Call) && {
                let callee = statement.child(Role::Callee).map(Node::spelled).unwrap_or_default().to_ascii_lowercase();
                !callee.is_empty() && !SAYING.iter().any(|word| callee.contains(word))
            };
            let target = statement.child(Role::Target).or_else(|| statement.child(Role::Left));
            let is_set = statement.is(Kind::Assign)
                && target.is_some_and(|target| matches!(target.kind, Kind::Member | Kind::Index));
            let is_guard = statement.is(Kind::If) && statement.child(Role::Else).is_none();
            if is_counted || is_call || is_set || is_guard {
                self.put(statement, self.words.pass.to_owned(), Operator::Removal);
            }
        }
    }
}
