//! Calls and members in a row: `expect(a).not.toBe(b)` as a root and segments.

use crate::lang::{Kind, Node, Role};

/// An expression read as a dotted path, with the arguments given along the way.
#[derive(Debug, Default)]
pub struct Chain<'n> {
    /// What the path hangs on where that is no name.
    pub root: Option<&'n Node>,
    pub segments: Vec<Segment<'n>>,
    pub awaited: bool,
}

#[derive(Debug)]
pub struct Segment<'n> {
    /// Empty where the result of a call is called.
    pub name: &'n str,
    pub arguments: Option<Vec<&'n Node>>,
    pub types: Vec<&'n Node>,
    /// The expression up to here.
    pub node: &'n Node,
}

impl<'n> Chain<'n> {
    pub fn of(node: &'n Node) -> Self {
        let mut chain = Self::default();
        chain.read(node);
        chain
    }

    fn read(&mut self, node: &'n Node) {
        match node.kind {
            Kind::Await => {
                self.awaited = true;
                match node.child(Role::Value) {
                    Some(value) => self.read(value),
                    None => self.root = Some(node),
                }
            }
            Kind::Name => {
                for name in node.text.split('.') {
                    self.push(name, node);
                }
            }
            Kind::Member => {
                if let Some(receiver) = node.child(Role::Receiver) {
                    self.read(receiver);
                }
                self.push(&node.text, node);
            }
            Kind::Call => {
                match node.child(Role::Callee) {
                    Some(callee) => self.read(callee),
                    None => self.root = Some(node),
                }
                let arguments: Vec<&Node> = node.children_in(Role::Argument).collect();
                let types: Vec<&Node> = node.children_in(Role::Type).collect();
                match self.segments.last_mut() {
                    Some(last) if last.arguments.is_none() => {
                        last.arguments = Some(arguments);
                        last.types = types;
                        last.node = node;
                    }
                    _ => self.segments.push(Segment { name: "", arguments: Some(arguments), types, node }),
                }
            }
            // Infix calls: `a shouldBe b`.
            Kind::Binary if node.text.starts_with(|c: char| c.is_alphabetic()) && !is_word_operator(&node.text) => {
                if let Some(left) = node.child(Role::Left) {
                    self.read(left);
                }
                self.push(&node.text, node);
                if let Some(last) = self.segments.last_mut() {
                    last.arguments = Some(node.children_in(Role::Right).collect());
                }
            }
            _ => self.root = Some(node),
        }
    }

    fn push(&mut self, name: &'n str, node: &'n Node) {
        self.segments.push(Segment { name, arguments: None, types: Vec::new(), node });
    }

    /// The names up to a segment; an unnamed root is an empty name, so that `*.name` fits.
    pub fn path(&self, through: usize) -> Vec<&'n str> {
        let root = self.root.map(|_| "");
        root.into_iter().chain(self.segments.iter().take(through + 1).map(|segment| segment.name)).collect()
    }

    pub fn full_path(&self) -> Vec<&'n str> {
        self.path(self.segments.len())
    }

    pub fn last(&self) -> Option<&Segment<'n>> {
        self.segments.last()
    }

    /// What stands before a segment.
    pub fn receiver(&self, at: usize) -> Option<&'n Node> {
        match at.checked_sub(1) {
            Some(before) => self.segments.get(before).map(|segment| segment.node),
            None => self.root,
        }
    }
}

pub fn is_word_operator(operator: &str) -> bool {
    matches!(
        operator,
        "in" | "not in"
            | "is"
            | "is not"
            | "instanceof"
            | "as"
            | "let"
            | "isa"
            | "typeof"
            | "until"
            | "to"
            | "xor"
            | "div"
            | "mod"
            | "when"
            | "is!"
    )
}

/// The argument at a position, or the named argument or option of a name.
pub fn argument<'n>(arguments: &[&'n Node], which: &str) -> Option<&'n Node> {
    if let Ok(position) = which.parse::<usize>() {
        let positional = arguments.iter().filter(|argument| !argument.is(Kind::Keyword));
        return positional.copied().nth(position);
    }
    named(arguments, which)
}

pub fn named<'n>(arguments: &[&'n Node], name: &str) -> Option<&'n Node> {
    arguments.iter().find_map(|argument| match argument.kind {
        Kind::Keyword if &*argument.text == name => argument.child(Role::Value),
        Kind::Assign if argument.child(Role::Target).is_some_and(|target| &*target.text == name) => {
            argument.child(Role::Value)
        }
        Kind::Pair if argument.child(Role::Left).is_some_and(|key| &*key.text == name) => argument.child(Role::Value),
        Kind::Map => {
            let entries: Vec<&Node> = argument.nodes().collect();
            named(&entries, name)
        }
        _ => None,
    })
}
