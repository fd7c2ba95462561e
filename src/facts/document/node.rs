//! The tree.

/// One value of a document and the lines it stands on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Node {
    pub value: Value,
    /// One-based first line.
    pub line: u32,
    /// One-based last line.
    pub last_line: u32,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Value {
    #[default]
    Null,
    Bool(bool),
    /// As it was written: `3.10` stays `3.10`.
    Number(String),
    Text(String),
    List(Vec<Node>),
    /// In the order of the file; XML may repeat a name.
    Map(Vec<Member>),
}

/// A key with its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    pub name: String,
    /// The line of the key.
    pub line: u32,
    pub value: Node,
}

impl Node {
    pub fn new(value: Value, line: u32, last_line: u32) -> Self {
        Self { value, line, last_line }
    }

    /// The member of that name; of repeated ones the last, as JSON and YAML readers do.
    pub fn get(&self, name: &str) -> Option<&Node> {
        self.member(name).map(|member| &member.value)
    }

    /// The member of that name with the line of its key.
    pub fn member(&self, name: &str) -> Option<&Member> {
        match &self.value {
            Value::Map(members) => members.iter().rev().find(|member| member.name == name),
            _ => None,
        }
    }

    /// Follows names from member to member.
    pub fn path(&self, names: &[&str]) -> Option<&Node> {
        names.iter().try_fold(self, |node, name| node.get(name))
    }

    /// Every member, none where this is no map.
    pub fn members(&self) -> std::slice::Iter<'_, Member> {
        match &self.value {
            Value::Map(members) => members.iter(),
            _ => [].iter(),
        }
    }

    /// The values of every member of that name: repeated XML elements.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Node> {
        self.members().filter(move |member| member.name == name).map(|member| &member.value)
    }

    /// Every item, none where this is no list.
    pub fn items(&self) -> std::slice::Iter<'_, Node> {
        match &self.value {
            Value::List(items) => items.iter(),
            _ => [].iter(),
        }
    }

    /// A scalar as it was written; `None` for null, lists and maps. For an XML element with attributes, its text.
    pub fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) | Value::Number(text) => Some(text),
            Value::Bool(true) => Some("true"),
            Value::Bool(false) => Some("false"),
            Value::Map(_) => self.get("#text").and_then(Node::text),
            Value::Null | Value::List(_) => None,
        }
    }

    /// The text of the member of that name.
    pub fn text_of(&self, name: &str) -> Option<&str> {
        self.get(name).and_then(Node::text)
    }

    /// Whether this is written as true, quoted or not.
    pub fn is_true(&self) -> bool {
        self.text().is_some_and(|text| text.eq_ignore_ascii_case("true"))
    }

    pub fn is_map(&self) -> bool {
        matches!(self.value, Value::Map(_))
    }

    pub fn is_list(&self) -> bool {
        matches!(self.value, Value::List(_))
    }
}
