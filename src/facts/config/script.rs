//! Configuration written in JavaScript or TypeScript, as a document.
//!
//! What is exported is read as far as it is written down: objects, lists, literals, constants of the same file, the object a
//! function returns, the arguments of `defineConfig` and its kin. Anything else is its source text, so that two
//! readings still compare.

use std::cell::Cell;
use std::collections::HashMap;

use crate::RepoPath;
use crate::facts::document::{Member, Node, Value};
use crate::lang::{self, Kind, Role};

/// Nesting deeper than this, through constants and calls, is left as text.
const DEPTH: usize = 40;

/// Nodes that are read, constants counted where they are used.
const NODES: u32 = 100_000;

/// The exported configuration; `None` where the text does not parse or exports nothing.
pub fn read(path: &RepoPath, bytes: &[u8]) -> Option<Node> {
    let language = lang::of(path)?;
    let parsed = language.parse(bytes).ok()?;
    let text = std::str::from_utf8(bytes).ok()?;
    let mut constants = HashMap::new();
    for statement in parsed.root.nodes() {
        if let Some((name, value)) = constant(statement) {
            constants.insert(name, value);
        }
    }
    let reader = Reader { text, constants, left: Cell::new(NODES) };
    let exported = parsed.root.nodes().filter(|node| !node.is(Kind::Import)).filter_map(exported).last()?;
    Some(reader.node(exported, 0))
}

fn constant(statement: &lang::Node) -> Option<(&str, &lang::Node)> {
    let target = statement.child(Role::Target).filter(|target| statement.is(Kind::Assign) && target.is(Kind::Name))?;
    Some((&target.text, statement.child(Role::Value)?))
}

/// The value of an export: `module.exports = x`, `export default x`.
fn exported(statement: &lang::Node) -> Option<&lang::Node> {
    match statement.kind {
        Kind::Assign => {
            let target = statement.child(Role::Target)?;
            (target.is(Kind::Member) && &*target.text == "exports").then(|| statement.child(Role::Value)).flatten()
        }
        Kind::Map | Kind::List | Kind::Call | Kind::Name | Kind::Lambda | Kind::Type => Some(statement),
        _ => None,
    }
}

struct Reader<'a> {
    text: &'a str,
    constants: HashMap<&'a str, &'a lang::Node>,
    left: Cell<u32>,
}

impl Reader<'_> {
    fn node(&self, node: &lang::Node, depth: usize) -> Node {
        let (line, last_line) = (node.span.line, node.span.end_line);
        self.left.set(self.left.get().saturating_sub(1));
        if self.left.get() == 0 {
            return Node::new(Value::Null, line, last_line);
        }
        let value = if depth > DEPTH { None } else { self.value(node, depth) };
        match value {
            Some(Value::Map(_) | Value::List(_)) if node.is(Kind::Name) => {
                // A constant's lines are where it is written.
                self.constants.get(&*node.text).map_or_else(Node::default, |value| self.node(value, depth + 1))
            }
            Some(value) => Node::new(value, line, last_line),
            None => Node::new(Value::Text(self.source(node)), line, last_line),
        }
    }

    fn value(&self, node: &lang::Node, depth: usize) -> Option<Value> {
        let inner = |node: &lang::Node| Some(self.node(node, depth + 1).value);
        match node.kind {
            Kind::Bool => Some(Value::Bool(&*node.text == "true")),
            Kind::Null => Some(Value::Null),
            Kind::Number => Some(Value::Number(node.text.replace('_', ""))),
            Kind::Text if node.children.is_empty() => Some(Value::Text(node.text.to_string())),
            Kind::Unary if &*node.text == "-" => {
                let value = node.child(Role::Value).filter(|value| value.is(Kind::Number))?;
                Some(Value::Number(format!("-{}", value.text)))
            }
            Kind::Name => inner(self.constants.get(&*node.text)?),
            Kind::List => Some(Value::List(self.items(node.nodes(), depth))),
            Kind::Map => Some(Value::Map(self.members(node, depth))),
            Kind::Lambda | Kind::Function => inner(returned(node)?),
            Kind::Type => inner(node.nodes().find(|child| !child.is(Kind::Type) && !child.is(Kind::Name))?),
            Kind::Call => self.call(node, depth),
            _ => None,
        }
    }

    fn items<'n>(&self, nodes: impl Iterator<Item = &'n lang::Node>, depth: usize) -> Vec<Node> {
        let mut items = Vec::new();
        for node in nodes {
            let spread = node.child(Role::Value).or_else(|| node.nodes().next()).filter(|_| node.is(Kind::Spread));
            match spread.map(|value| self.node(value, depth + 1)) {
                Some(Node { value: Value::List(spread), .. }) => items.extend(spread),
                Some(other) if other.is_map() => items.push(other),
                Some(_) => items.push(Node::new(Value::Text(self.source(node)), node.span.line, node.span.end_line)),
                None => items.push(self.node(node, depth + 1)),
            }
        }
        items
    }

    fn members(&self, node: &lang::Node, depth: usize) -> Vec<Member> {
        let mut members: Vec<Member> = Vec::new();
        for child in node.nodes() {
            match child.kind {
                Kind::Pair => {
                    let (Some(key), Some(value)) =
                        (child.child(Role::Left), child.child(Role::Right).or_else(|| child.child(Role::Value)))
                    else {
                        continue;
                    };
                    let value = self.node(value, depth + 1);
                    members.push(Member { name: key.text.to_string(), line: child.span.line, value });
                }
                Kind::Shorthand | Kind::Name => {
                    let Some(value) = self.constants.get(&*child.text) else { continue };
                    let value = self.node(value, depth + 1);
                    members.push(Member { name: child.text.to_string(), line: child.span.line, value });
                }
                Kind::Spread => {
                    let spread = child.child(Role::Value).or_else(|| child.nodes().next());
                    if let Some(Node { value: Value::Map(spread), .. }) =
                        spread.map(|value| self.node(value, depth + 1))
                    {
                        members.extend(spread);
                    }
                }
                _ => {}
            }
        }
        members
    }

    /// `defineConfig({…})` is its argument, `config(a, b)` the list of them, `globalIgnores([…])` what it stands for.
    fn call(&self, node: &lang::Node, depth: usize) -> Option<Value> {
        let callee = node.child(Role::Callee)?;
        let mut arguments = self.items(node.children_in(Role::Argument), depth);
        arguments.retain(|argument| argument.is_map() || argument.is_list());
        if &*callee.text == "globalIgnores" {
            let ignores = arguments.into_iter().next()?;
            let member = Member { name: "ignores".into(), line: ignores.line, value: ignores };
            return Some(Value::Map(vec![member]));
        }
        if &*callee.text == "mergeConfig" {
            let members = arguments.into_iter().filter_map(|argument| match argument.value {
                Value::Map(members) => Some(members),
                _ => None,
            });
            return Some(Value::Map(members.flatten().collect()));
        }
        match arguments.len() {
            0 => None,
            1 => arguments.pop().map(|argument| argument.value),
            _ => Some(Value::List(
                arguments
                    .into_iter()
                    .flat_map(|argument| match argument.value {
                        Value::List(items) => items,
                        _ => vec![argument],
                    })
                    .collect(),
            )),
        }
    }

    fn source(&self, node: &lang::Node) -> String {
        let range = node.span.start as usize..node.span.end as usize;
        self.text.get(range).unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ")
    }
}

/// What a function gives: its expression, or what its last `return` names.
fn returned(node: &lang::Node) -> Option<&lang::Node> {
    let body = node.child(Role::Body)?;
    if !body.is(Kind::Block) {
        return Some(body);
    }
    body.nodes().filter(|statement| statement.is(Kind::Return)).last()?.nodes().next()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Node {
        read(&RepoPath::from("a.config.ts"), text.as_bytes()).expect("a configuration")
    }

    #[test]
    fn objects_constants_functions_and_calls() {
        let root = of(
            "import { defineConfig } from 'x'\nconst shared = { exclude: ['a'] }\nexport default defineConfig(({ mode }) => ({\n  ...shared,\n  test: { pass: true, lines: -80, on: process.env.CI ? 1 : 0 },\n}))\n",
        );
        assert_eq!(root.path(&["test", "pass"]).and_then(Node::text), Some("true"));
        assert_eq!(root.path(&["test", "lines"]).and_then(Node::text), Some("-80"));
        assert_eq!(root.path(&["test", "on"]).and_then(Node::text), Some("process.env.CI ? 1 : 0"));
        assert_eq!(root.get("exclude").map(|list| list.items().count()), Some(1));
        assert_eq!(root.path(&["test", "lines"]).map(|node| node.line), Some(5));
    }

    #[test]
    fn common_js_lists_and_helpers() {
        assert_eq!(
            of("module.exports = { rules: { a: 'off' } }\n").path(&["rules", "a"]).and_then(Node::text),
            Some("off")
        );
        let flat = of("export default tseslint.config(globalIgnores(['dist']), { rules: { a: 0 } }, [{ b: 1 }])\n");
        assert_eq!(flat.items().count(), 3);
        assert_eq!(flat.items().next().and_then(|it| it.get("ignores")).map(|list| list.items().count()), Some(1));
        let typed = of("const config: Config = { a: 1 } satisfies Config\nexport default config\n");
        assert_eq!(typed.text_of("a"), Some("1"));
        let made = of("export default function () {\n  const x = 1;\n  return { a: 2 };\n}\n");
        assert_eq!(made.text_of("a"), Some("2"));
    }

    #[test]
    fn a_constant_that_names_itself_ends() {
        of("const a = [a, ...a];\nexport default a;\n");
    }
}
