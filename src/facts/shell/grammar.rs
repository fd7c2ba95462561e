//! The tree of tree-sitter's bash grammar, walked once.

use std::ops::ControlFlow;
use std::time::Duration;

use tree_sitter::Node;

use super::{Command, Failure, Script, Start, Swallow, Variable, collapse, split_words};
use crate::clock::Stopwatch;

/// The grammar is C code that meets hostile input; real scripts need a few milliseconds.
const BUDGET: Duration = Duration::from_millis(500);
/// Deeper nesting is not read.
const DEPTH_LIMIT: u32 = 150;

pub(super) fn read(source: &str, masked: &str, start: Start) -> Option<Script> {
    let tree = parse(masked)?;
    let mut walk = Walk {
        source,
        masked,
        script: Script { incomplete: tree.root_node().has_error(), ..Script::default() },
        shell: start,
        trapped: false,
        waits: false,
        nested: 0,
    };
    walk.waits = masked.split(|c: char| !c.is_alphanumeric()).any(|word| word == "wait");
    walk.statements(tree.root_node(), &Place { last: true, swallow: None, guards: Vec::new(), depth: 0 });
    Some(walk.script)
}

fn parse(text: &str) -> Option<tree_sitter::Tree> {
    let started = Stopwatch::start();
    let mut watch = |_: &tree_sitter::ParseState| {
        if started.exceeds(BUDGET) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    let options = tree_sitter::ParseOptions::new().progress_callback(&mut watch);
    let mut parser = tree_sitter::Parser::new();
    parser.set_language(&tree_sitter_bash::LANGUAGE.into()).ok()?;
    let bytes = text.as_bytes();
    parser.parse_with_options(&mut |at, _| bytes.get(at..).unwrap_or_default(), None, Some(options))
}

struct Walk<'a> {
    source: &'a str,
    masked: &'a str,
    script: Script,
    shell: Start,
    trapped: bool,
    waits: bool,
    /// Depth of `bash -c '…'`.
    nested: u32,
}

/// Where a statement stands.
#[derive(Clone)]
struct Place {
    /// Its status is the script's.
    last: bool,
    /// What already hides its failure.
    swallow: Option<Swallow>,
    guards: Vec<String>,
    depth: u32,
}

impl Place {
    fn inside(&self) -> Self {
        Self { depth: self.depth + 1, ..self.clone() }
    }

    fn swallowed(&self, swallow: Swallow) -> Self {
        Self { swallow: Some(self.swallow.clone().unwrap_or(swallow)), ..self.inside() }
    }

    fn guarded(&self, guard: String) -> Self {
        let mut place = self.inside();
        place.guards.push(guard);
        place
    }
}

impl Walk<'_> {
    /// A run of statements: the script, a block, a branch.
    fn statements(&mut self, parent: Node<'_>, place: &Place) {
        let mut cursor = parent.walk();
        let children: Vec<Node<'_>> = parent.children(&mut cursor).collect();
        self.run(&children, place);
    }

    fn run(&mut self, children: &[Node<'_>], place: &Place) {
        let statements: Vec<(usize, Node<'_>)> =
            children.iter().copied().enumerate().filter(|(_, node)| is_statement(*node)).collect();
        for (index, (at, statement)) in statements.iter().enumerate() {
            let next = statements.get(index + 1).map(|(_, next)| *next);
            let last = place.last && next.is_none();
            let mut here = Place { last, ..place.inside() };
            let background = children.get(at + 1).is_some_and(|token| token.kind() == "&");
            if background && !self.waits {
                here = here.swallowed(Swallow::Background);
            } else if !self.shell.errexit && !last && !next.is_some_and(|next| self.asks_status(next)) {
                here = here.swallowed(Swallow::Continues);
            }
            self.statement(*statement, &here);
            // Nothing after an unconditional end is ever run.
            if self.ends_script(*statement) {
                break;
            }
        }
    }

    fn statement(&mut self, node: Node<'_>, place: &Place) {
        if place.depth > DEPTH_LIMIT {
            self.script.incomplete = true;
            return;
        }
        match node.kind() {
            "command" => self.command(node, place),
            "redirected_statement" => {
                if let Some(body) = node.child_by_field_name("body") {
                    self.statement(body, &place.inside());
                }
            }
            "list" => self.list(node, place),
            "pipeline" => self.pipeline(node, place),
            "negated_command" => {
                for child in named(node) {
                    self.statement(child, &place.swallowed(Swallow::Negated));
                }
            }
            "subshell" | "compound_statement" | "do_group" | "else_clause" | "program" => {
                let shell = self.shell;
                self.statements(node, place);
                if node.kind() == "subshell" {
                    self.shell = shell;
                }
            }
            "if_statement" | "elif_clause" => self.branch(node, place),
            "while_statement" | "for_statement" | "c_style_for_statement" => {
                if let Some(condition) = node.child_by_field_name("condition")
                    && node.kind() == "while_statement"
                {
                    self.statement(condition, &place.swallowed(Swallow::Condition));
                }
                if let Some(body) = node.child_by_field_name("body") {
                    self.statement(body, &place.inside());
                }
            }
            "case_statement" => {
                let value = node.child_by_field_name("value").map(|value| self.text(value)).unwrap_or_default();
                for item in named(node).filter(|child| child.kind() == "case_item") {
                    let pattern = item.child_by_field_name("value").map(|it| self.text(it)).unwrap_or_default();
                    self.statements(item, &place.guarded(format!("{value} is {pattern}")));
                }
            }
            "function_definition" => {
                if let Some(body) = node.child_by_field_name("body") {
                    // Its status is its caller's: judged as if it were called where the script ends.
                    self.statement(body, &Place { last: true, swallow: None, ..place.inside() });
                }
            }
            "variable_assignment" => {
                let variable = self.assignment(node);
                self.script.variables.extend(variable);
                self.substitutions(node, place);
            }
            "variable_assignments" | "declaration_command" => {
                for child in named(node) {
                    if child.kind() == "variable_assignment" {
                        let variable = self.assignment(child);
                        self.script.variables.extend(variable);
                        if node.kind() == "variable_assignments" {
                            self.substitutions(child, place);
                        }
                    }
                }
            }
            "ERROR" => {
                self.script.incomplete = true;
                self.statements(node, place);
            }
            _ => {}
        }
    }

    fn list(&mut self, node: Node<'_>, place: &Place) {
        let parts: Vec<Node<'_>> = named(node).filter(|child| is_statement(*child)).collect();
        let (Some(left), Some(right)) = (parts.first(), parts.get(1)) else {
            self.statements(node, place);
            return;
        };
        let mut cursor = node.walk();
        let is_or = node.children(&mut cursor).any(|child| child.kind() == "||");
        if is_or {
            let left_place = if self.can_fail_again(*right) {
                place.inside()
            } else {
                place.swallowed(Swallow::Or(collapse(self.text(*right).as_str())))
            };
            self.statement(*left, &left_place);
            // `a || b`: what follows runs only after a failure; its own status counts.
            self.statement(*right, &place.guarded(format!("{} fails", collapse(&self.text(*left)))));
            return;
        }
        // `a && b` with something after it: a failing `a` does not stop even `set -e`.
        let left_place =
            if place.last || place.swallow.is_some() { place.inside() } else { place.swallowed(Swallow::And) };
        self.statement(*left, &left_place);
        if is_test(*left) {
            self.statement(*right, &place.guarded(collapse(&self.text(*left))));
        } else {
            self.statement(*right, &place.inside());
        }
    }

    fn pipeline(&mut self, node: Node<'_>, place: &Place) {
        let parts: Vec<Node<'_>> = named(node).filter(|child| is_statement(*child)).collect();
        let Some((end, parts)) = parts.split_last() else { return };
        for part in parts {
            let here = if self.shell.pipefail {
                place.inside()
            } else {
                place.swallowed(Swallow::Pipe(collapse(&self.text(*end))))
            };
            self.statement(*part, &here);
        }
        self.statement(*end, &place.inside());
    }

    fn branch(&mut self, node: Node<'_>, place: &Place) {
        let mut cursor = node.walk();
        let children: Vec<Node<'_>> = node.children(&mut cursor).collect();
        let then = children.iter().position(|child| child.kind() == "then").unwrap_or(children.len());
        let (head, body) = children.split_at(then);
        let conditions: Vec<Node<'_>> = head.iter().copied().filter(|child| is_statement(*child)).collect();
        // A condition whose failure ends in `exit 1` here or later is a check written out.
        let checked = self.fails_somewhere_from(node);
        for condition in &conditions {
            let here = if checked { place.inside() } else { place.swallowed(Swallow::Condition) };
            // `if ! command; then exit 1; fi` is the same check as `command || exit 1`.
            if condition.kind() == "negated_command" {
                self.statements(*condition, &Place { last: true, ..here });
            } else {
                self.statement(*condition, &Place { last: true, ..here });
            }
        }
        let guard = conditions.first().map(|condition| collapse(&self.text(*condition))).unwrap_or_default();
        let inner = place.guarded(guard.clone());
        let (branches, then_body): (Vec<Node<'_>>, Vec<Node<'_>>) =
            body.iter().copied().partition(|child| matches!(child.kind(), "elif_clause" | "else_clause"));
        self.run(&then_body, &inner);
        for branch in branches {
            match branch.kind() {
                "else_clause" => self.statements(branch, &place.guarded(format!("not ({guard})"))),
                _ => self.statement(branch, &place.inside()),
            }
        }
    }

    fn command(&mut self, node: Node<'_>, place: &Place) {
        let mut words = Vec::new();
        let mut variables = Vec::new();
        let mut text = String::new();
        for child in named(node) {
            match child.kind() {
                "variable_assignment" => variables.extend(self.assignment(child)),
                "file_redirect" | "heredoc_redirect" => {}
                _ => {
                    words.push(self.word(child));
                    text.push(' ');
                    text.push_str(&self.text(child));
                }
            }
            self.substitutions(child, place);
        }
        let name = words.first().map_or("", String::as_str);
        self.apply_settings(name, &words);
        if let Some(inner) = inner_script(&words)
            && self.nested < 3
        {
            let nested = super::mask_templates(inner);
            if let Some(mut script) = read_nested(inner, &nested, self.nested + 1) {
                for command in &mut script.commands {
                    command.line += self.line(node);
                    command.guards.splice(0..0, place.guards.iter().cloned());
                    if let Some(swallow) = self.hidden_by(place) {
                        command.failure = Failure::Swallowed(swallow);
                    }
                }
                self.script.commands.append(&mut script.commands);
                return;
            }
        }
        let failure = self.hidden_by(place).map_or(Failure::Stops, Failure::Swallowed);
        let line = self.line(node);
        let text = collapse(&text);
        self.script.commands.push(Command { words, text, variables, line, failure, guards: place.guards.clone() });
    }

    fn hidden_by(&self, place: &Place) -> Option<Swallow> {
        place.swallow.clone().or(self.trapped.then_some(Swallow::Trap))
    }

    /// `set -e`, `set +o pipefail`, `trap 'exit 0' EXIT`
    fn apply_settings(&mut self, name: &str, words: &[String]) {
        match name {
            "set" => {
                let mut words = words.iter().skip(1);
                while let Some(word) = words.next() {
                    let Some(on) = word.chars().next().filter(|c| matches!(c, '-' | '+')).map(|c| c == '-') else {
                        continue;
                    };
                    if word[1..].contains('e') && !word.starts_with("--") {
                        self.shell.errexit = on;
                    }
                    if word[1..].ends_with('o') {
                        match words.next().map(String::as_str) {
                            Some("pipefail") => self.shell.pipefail = on,
                            Some("errexit") => self.shell.errexit = on,
                            _ => {}
                        }
                    }
                }
            }
            "shopt" if words.iter().any(|word| word == "pipefail") => {
                self.shell.pipefail = words.iter().any(|word| word == "-s" || word == "-so");
            }
            "trap" => {
                let action = words.get(1).map_or("", String::as_str).trim_end_matches(';').trim();
                let at_end = words.iter().skip(2).any(|signal| matches!(signal.as_str(), "EXIT" | "ERR" | "0"));
                if at_end && (action == "exit 0" || action.ends_with("; exit 0") || action.ends_with(";exit 0")) {
                    self.trapped = true;
                }
            }
            _ => {}
        }
    }

    /// Commands in `$(…)`: their failure is that of what they stand in only for a bare assignment; not judged.
    fn substitutions(&mut self, node: Node<'_>, place: &Place) {
        if place.depth > DEPTH_LIMIT {
            return;
        }
        for child in named(node) {
            if matches!(child.kind(), "command_substitution" | "process_substitution") {
                let inner = Place { last: true, ..place.inside() };
                let before = self.script.commands.len();
                self.statements(child, &inner);
                for command in &mut self.script.commands[before..] {
                    command.failure = Failure::Stops;
                }
            } else {
                self.substitutions(child, &place.inside());
            }
        }
    }

    /// Whether the right side of `||` fails in turn: `exit 1`, `false`, `return 1`, `{ echo …; exit 1; }`.
    fn can_fail_again(&self, right: Node<'_>) -> bool {
        descendants(right).any(|node| node.kind() == "command" && self.is_failing(node)) || self.is_given_back(right)
    }

    /// `command || status=$?` with `exit $status` later on.
    fn is_given_back(&self, right: Node<'_>) -> bool {
        if right.kind() != "variable_assignment" || !self.asks_status(right) {
            return false;
        }
        let Some(name) = right.child_by_field_name("name").map(|name| self.text(name)) else { return false };
        let later = self.source.get(right.end_byte()..).unwrap_or_default();
        let gives = |line: &str| {
            let mut words = line.split([';', '&', '|', '{', '}', '(', ')']).map(str::trim);
            words.any(|command| {
                command.strip_prefix("exit").or_else(|| command.strip_prefix("return")).is_some_and(|status| {
                    status.trim().trim_matches('"').trim_start_matches('$').trim_matches(['{', '}']) == name
                })
            })
        };
        later.lines().any(gives)
    }

    fn is_failing(&self, command: Node<'_>) -> bool {
        let words: Vec<String> = named(command).map(|child| self.word(child)).collect();
        match words.first().map_or("", String::as_str) {
            "exit" | "return" => words.get(1).is_some_and(|status| status != "0"),
            "false" | "die" | "fail" | "abort" | "fatal" | "error" | "bail" => true,
            // `rc=$?` and a later exit are assignments, not commands; see `asks_status`.
            _ => false,
        }
    }

    /// `exit 1` in this statement or in one after it.
    fn fails_somewhere_from(&self, node: Node<'_>) -> bool {
        let mut next = Some(node);
        while let Some(node) = next {
            if descendants(node).any(|inner| inner.kind() == "command" && self.is_failing(inner)) {
                return true;
            }
            next = node.next_sibling().or_else(|| {
                let parent = node.parent()?;
                matches!(parent.kind(), "do_group").then(|| parent.parent()?.next_sibling()).flatten()
            });
        }
        false
    }

    /// `[ $? -ne 0 ]`, `status=$?`
    fn asks_status(&self, node: Node<'_>) -> bool {
        self.masked[node.byte_range()].contains("$?") || self.masked[node.byte_range()].contains("PIPESTATUS")
    }

    /// `exit`, `exec` of something or `return`, not under a condition.
    fn ends_script(&self, node: Node<'_>) -> bool {
        if node.kind() != "command" {
            return false;
        }
        let mut words = named(node).map(|child| self.word(child));
        match words.next().as_deref() {
            Some("exit") => true,
            Some("exec") => words.next().is_some(),
            _ => false,
        }
    }

    fn assignment(&self, node: Node<'_>) -> Option<Variable> {
        let name = self.text(node.child_by_field_name("name")?);
        let value = node.child_by_field_name("value").map(|value| self.word(value)).unwrap_or_default();
        Some(Variable { name, value, line: self.line(node) })
    }

    /// As written.
    fn text(&self, node: Node<'_>) -> String {
        self.source.get(node.byte_range()).unwrap_or_default().to_owned()
    }

    /// Without quotes.
    fn word(&self, node: Node<'_>) -> String {
        let text = self.text(node);
        let plain = self.masked.get(node.byte_range()).unwrap_or_default();
        if plain.contains(['"', '\'', '\\']) {
            return split_words(&text.replace("\\\n", " ")).join(" ");
        }
        text
    }

    fn line(&self, node: Node<'_>) -> u32 {
        u32::try_from(node.start_position().row).unwrap_or(u32::MAX)
    }
}

/// `bash -c 'script'`
fn inner_script(words: &[String]) -> Option<&str> {
    let name = words.first()?.rsplit('/').next()?;
    if !matches!(name, "bash" | "sh" | "zsh" | "dash") {
        return None;
    }
    let at = words.iter().position(|word| word.starts_with('-') && !word.starts_with("--") && word.ends_with('c'))?;
    words.get(at + 1).map(String::as_str)
}

fn read_nested(source: &str, masked: &str, nested: u32) -> Option<Script> {
    let tree = parse(masked)?;
    let mut walk =
        Walk { source, masked, script: Script::default(), shell: Start::PLAIN, trapped: false, waits: false, nested };
    walk.statements(tree.root_node(), &Place { last: true, swallow: None, guards: Vec::new(), depth: 0 });
    Some(walk.script)
}

fn named(node: Node<'_>) -> impl Iterator<Item = Node<'_>> {
    (0..node.named_child_count()).filter_map(move |at| node.named_child(u32::try_from(at).ok()?))
}

fn descendants(node: Node<'_>) -> impl Iterator<Item = Node<'_>> {
    let mut stack = vec![node];
    std::iter::from_fn(move || {
        let node = stack.pop()?;
        stack.extend(named(node));
        Some(node)
    })
}

fn is_test(node: Node<'_>) -> bool {
    match node.kind() {
        "test_command" => true,
        "list" | "negated_command" => named(node).all(is_test),
        _ => false,
    }
}

fn is_statement(node: Node<'_>) -> bool {
    matches!(
        node.kind(),
        "command"
            | "redirected_statement"
            | "list"
            | "pipeline"
            | "negated_command"
            | "subshell"
            | "compound_statement"
            | "if_statement"
            | "while_statement"
            | "for_statement"
            | "c_style_for_statement"
            | "case_statement"
            | "function_definition"
            | "variable_assignment"
            | "variable_assignments"
            | "declaration_command"
            | "test_command"
            | "unset_command"
            | "ERROR"
    )
}
