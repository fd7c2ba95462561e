//! What names stand for: locals, constants and parameters replaced by their values.

use std::sync::Arc;

use hashbrown::HashMap;

use crate::lang::{Kind, Node, Role, Span};

/// Larger values stay names: what they say would drown what is compared.
const VALUE_LIMIT: usize = 120;
/// Larger tables are generated.
const TABLE_LIMIT: usize = 20_000;
const RESULT_LIMIT: usize = 400;

/// Copied at every step into a body, and rarely changed: a copy shares everything until then.
#[derive(Clone, Default)]
pub struct Scope {
    values: Arc<Values>,
    /// Tables and rows too large to stand for their name, for whoever asks for their parts.
    tables: Arc<Values>,
}

type Values = HashMap<Arc<str>, Arc<Node>>;

fn remove(values: &mut Arc<Values>, name: &str) {
    if values.contains_key(name) {
        Arc::make_mut(values).remove(name);
    }
}

impl Scope {
    pub fn bind(&mut self, name: &str, value: Node) {
        remove(&mut self.tables, name);
        if value.size(VALUE_LIMIT + 1) > VALUE_LIMIT {
            remove(&mut self.values, name);
            if matches!(value.kind, Kind::List | Kind::Map) && value.size(TABLE_LIMIT + 1) <= TABLE_LIMIT {
                Arc::make_mut(&mut self.tables).insert(name.into(), Arc::new(value));
            }
        } else {
            Arc::make_mut(&mut self.values).insert(name.into(), Arc::new(value));
        }
    }

    pub fn forget(&mut self, name: &str) {
        remove(&mut self.values, name);
        remove(&mut self.tables, name);
    }

    /// The large table that a name stands for.
    pub fn table(&self, node: &Node) -> Option<Arc<Node>> {
        if node.is(Kind::Name) { self.tables.get(&*node.text).cloned() } else { None }
    }

    pub fn get(&self, name: &str) -> Option<&Node> {
        self.values.get(name).map(|value| &**value)
    }

    /// Binds a pattern: a name, or a list or map of names to the parts of the value.
    pub fn bind_pattern(&mut self, target: &Node, value: Option<&Node>) {
        match target.kind {
            Kind::Name => match value {
                Some(value) => self.bind(&target.text, value.clone()),
                None => self.forget(&target.text),
            },
            Kind::Parameter | Kind::Spread | Kind::Unary => {
                if let Some(inner) = target.nodes().next() {
                    self.bind_pattern(inner, value);
                }
            }
            // A structured binding, a tuple of names: `auto& [a, b]`, `(a, b) <- …`.
            Kind::Other if target.children.len() > 1 && target.nodes().all(|part| part.is(Kind::Name)) => {
                for (at, part) in target.nodes().enumerate() {
                    let part_value = value.filter(|value| value.is(Kind::List)).map(|value| element(value, at));
                    self.bind_pattern(part, part_value.as_ref());
                }
            }
            Kind::List => {
                for (at, part) in target.nodes().enumerate() {
                    let part_value = value.map(|value| element(value, at));
                    self.bind_pattern(part, part_value.as_ref());
                }
            }
            Kind::Map => {
                for part in target.nodes() {
                    let (key, name) = match part.kind {
                        Kind::Pair => match (part.child(Role::Left), part.child(Role::Value)) {
                            (Some(key), Some(name)) => (key.text.clone(), name),
                            _ => continue,
                        },
                        _ => (part.text.clone(), part),
                    };
                    let part_value = value.map(|value| field(value, &key, part.span));
                    self.bind_pattern(name, part_value.as_ref());
                }
            }
            _ => target.walk(&mut |node| {
                if node.is(Kind::Name) {
                    self.forget(&node.text);
                }
            }),
        }
    }

    /// The node with every known name replaced.
    pub fn resolve(&self, node: &Node) -> Node {
        let mut budget = RESULT_LIMIT;
        self.replace(node, &mut budget)
    }

    fn replace(&self, node: &Node, budget: &mut usize) -> Node {
        *budget = budget.saturating_sub(1);
        match node.kind {
            Kind::Name => match self.values.get(&*node.text) {
                Some(value) if *budget > 0 => {
                    *budget = budget.saturating_sub(value.size(VALUE_LIMIT));
                    Node::clone(value)
                }
                _ => node.clone(),
            },
            Kind::Await => match node.child(Role::Value) {
                Some(value) => self.replace(value, budget),
                None => node.clone(),
            },
            Kind::Member => {
                let Some(receiver) = node.child(Role::Receiver) else { return node.clone() };
                if let Some(row) = self.table(receiver) {
                    let found = field(&row, &node.text, node.span);
                    let small = found.size(VALUE_LIMIT + 1) <= VALUE_LIMIT;
                    return if small { found } else { node.clone() };
                }
                let receiver = self.replace(receiver, budget);
                field(&receiver, &node.text, node.span)
            }
            Kind::Index => {
                let receiver = node.child(Role::Receiver).map(|receiver| self.replace(receiver, budget));
                let key = node.child(Role::Argument).map(|key| self.replace(key, budget));
                match (receiver, key) {
                    (Some(receiver), Some(key)) if key.is(Kind::Number) && receiver.is(Kind::List) => {
                        let at = key.number().map_or(usize::MAX, |n| n as usize);
                        element(&receiver, at)
                    }
                    (Some(receiver), Some(key)) if key.is(Kind::Text) && receiver.is(Kind::Map) => {
                        field(&receiver, &key.text, node.span)
                    }
                    (receiver, key) => {
                        let children = [(Role::Receiver, receiver), (Role::Argument, key)];
                        let children = children.into_iter().filter_map(|(role, n)| Some((role, n?))).collect();
                        Node::with(Kind::Index, node.span, children)
                    }
                }
            }
            _ => {
                let children = node.children.iter().map(|(role, child)| (*role, self.replace(child, budget)));
                let mut made =
                    Node { kind: node.kind, span: node.span, text: node.text.clone(), children: children.collect() };
                if made.is(Kind::Template) && made.nodes().all(|part| matches!(part.kind, Kind::Text | Kind::Number)) {
                    made.text = made.nodes().map(|part| &*part.text).collect::<String>().into();
                    made.kind = Kind::Text;
                    made.children.clear();
                }
                made
            }
        }
    }
}

fn field(value: &Node, name: &str, span: Span) -> Node {
    if matches!(value.kind, Kind::Map | Kind::Call) {
        let pairs = value.nodes().filter(|pair| pair.is(Kind::Pair));
        for pair in pairs {
            if pair.child(Role::Left).is_some_and(|key| &*key.text == name)
                && let Some(found) = pair.child(Role::Value)
            {
                return found.clone();
            }
        }
    }
    // `Case(arguments: [], expected: "x")`
    if value.is(Kind::Call) {
        let named = value.nodes().find(|given| given.is(Kind::Keyword) && &*given.text == name);
        if let Some(found) = named.and_then(|given| given.child(Role::Value)) {
            return found.clone();
        }
    }
    let mut made = Node::with(Kind::Member, span, vec![(Role::Receiver, value.clone())]);
    made.text = name.into();
    made
}

fn element(value: &Node, at: usize) -> Node {
    if value.is(Kind::List)
        && let Some(found) = value.nodes().nth(at)
        && !value.nodes().any(|n| n.is(Kind::Spread))
    {
        return found.clone();
    }
    let key = Node::leaf(Kind::Number, &at.to_string(), value.span);
    Node::with(Kind::Index, value.span, vec![(Role::Receiver, value.clone()), (Role::Argument, key)])
}
