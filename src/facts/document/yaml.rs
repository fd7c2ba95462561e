//! YAML 1.2, read from parser events.
//!
//! Scalars stay as they were written: `on` is the text `on`, `3.10` is not 3.1. Only the plain spellings of YAML 1.2's core
//! schema become booleans, numbers and null. A block scalar's line is the first of its content. Anchors are followed,
//! merge keys (`<<`) merged, with a budget on what aliases expand to.

use std::collections::HashMap;

use granit_parser::{Event, Parser, ScalarStyle, Span};

use super::{MAX_DEPTH, MAX_NODES, Malformed, Member, Node, Value};

pub(super) fn read_all(text: &str) -> Result<Vec<Node>, Malformed> {
    Reader::default().read(text)
}

/// A collection that is still open.
struct Open {
    anchor: usize,
    line: u32,
    node: Collection,
}

enum Collection {
    List(Vec<Node>),
    Map { members: Vec<Member>, key: Option<Node> },
}

#[derive(Default)]
struct Reader {
    open: Vec<Open>,
    anchors: HashMap<usize, (Node, usize)>,
    nodes: usize,
    documents: Vec<Node>,
}

impl Reader {
    fn read(mut self, text: &str) -> Result<Vec<Node>, Malformed> {
        let options = granit_parser::options! { flow_nesting_limit: MAX_DEPTH, block_nesting_limit: MAX_DEPTH };
        for event in Parser::new_from_str_with_options(text, options) {
            let (event, span) = event.map_err(|error| malformed(line_of(error.marker().line()), error.to_string()))?;
            self.event(event, span)?;
        }
        Ok(self.documents)
    }

    fn event(&mut self, event: Event<'_>, span: Span) -> Result<(), Malformed> {
        let line = line_of(span.start.line());
        match event {
            Event::DocumentStart(..) => {
                self.anchors.clear();
                self.documents.push(Node::default());
            }
            Event::Scalar(text, style, anchor, tag) => {
                let is_plain = style == ScalarStyle::Plain && tag.is_none();
                let value = if is_plain { plain(&text) } else { Value::Text(text.into_owned()) };
                let end = line_of(span.end.line());
                // A block scalar's span ends at the start of the line after it.
                let last_line = if span.end.col() == 0 && end > line { end - 1 } else { end };
                self.complete(Node::new(value, line, last_line), anchor)?;
            }
            Event::Alias(anchor) => {
                let (node, size) = self.anchors.get(&anchor).cloned().unwrap_or_default();
                self.spend(size, line)?;
                self.complete(node, 0)?;
            }
            Event::SequenceStart(_, anchor, _) => self.begin(anchor, line, Collection::List(Vec::new()))?,
            Event::MappingStart(_, anchor, _) => {
                self.begin(anchor, line, Collection::Map { members: Vec::new(), key: None })?;
            }
            Event::SequenceEnd | Event::MappingEnd => {
                if let Some(open) = self.open.pop() {
                    let last_line = last_line(&open);
                    let value = match open.node {
                        Collection::List(items) => Value::List(items),
                        Collection::Map { members, .. } => Value::Map(merged(members)),
                    };
                    self.complete(Node::new(value, open.line, last_line), open.anchor)?;
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn begin(&mut self, anchor: usize, line: u32, node: Collection) -> Result<(), Malformed> {
        if self.open.len() >= MAX_DEPTH {
            return Err(malformed(line, "nested too deeply".into()));
        }
        self.open.push(Open { anchor, line, node });
        Ok(())
    }

    fn complete(&mut self, node: Node, anchor: usize) -> Result<(), Malformed> {
        self.spend(1, node.line)?;
        if anchor != 0 {
            let (size, depth) = measure(&node);
            if depth + self.open.len() >= MAX_DEPTH {
                return Err(malformed(node.line, "nested too deeply".into()));
            }
            self.spend(size, node.line)?;
            self.anchors.insert(anchor, (node.clone(), size));
        }
        match self.open.last_mut().map(|open| &mut open.node) {
            Some(Collection::List(items)) => items.push(node),
            Some(Collection::Map { members, key }) => match key.take() {
                None => *key = Some(node),
                Some(key) => {
                    let name = key.text().map(str::to_owned).unwrap_or_else(|| spell(&key));
                    members.push(Member { name, line: key.line, value: node });
                }
            },
            None => {
                if let Some(document) = self.documents.last_mut() {
                    *document = node;
                }
            }
        }
        Ok(())
    }

    fn spend(&mut self, nodes: usize, line: u32) -> Result<(), Malformed> {
        self.nodes = self.nodes.saturating_add(nodes);
        if self.nodes > MAX_NODES {
            return Err(malformed(line, format!("more than {MAX_NODES} values, aliases expanded")));
        }
        Ok(())
    }
}

/// A mapping ends where its last value ends; the parser's own end may be lines later.
fn last_line(open: &Open) -> u32 {
    let last = match &open.node {
        Collection::List(items) => items.last().map(|item| item.last_line),
        Collection::Map { members, .. } => members.last().map(|member| member.value.last_line.max(member.line)),
    };
    last.unwrap_or(open.line).max(open.line)
}

/// Puts what `<<` names behind the map's own members, which win.
fn merged(members: Vec<Member>) -> Vec<Member> {
    if !members.iter().any(|member| member.name == "<<") {
        return members;
    }
    let (merges, mut own): (Vec<_>, Vec<_>) = members.into_iter().partition(|member| member.name == "<<");
    for merge in merges {
        let sources = if merge.value.is_list() { merge.value.items().collect() } else { vec![&merge.value] };
        for member in sources.into_iter().flat_map(Node::members) {
            if !own.iter().any(|known| known.name == member.name) {
                own.push(member.clone());
            }
        }
    }
    own
}

/// Nodes and levels below and including this one.
fn measure(node: &Node) -> (usize, usize) {
    let children: Vec<&Node> = match &node.value {
        Value::List(items) => items.iter().collect(),
        Value::Map(members) => members.iter().map(|member| &member.value).collect(),
        _ => return (1, 1),
    };
    children.into_iter().map(measure).fold((1, 1), |(size, depth), (below, deep)| (size + below, depth.max(deep + 1)))
}

/// The core schema's spellings of what is not text.
fn plain(text: &str) -> Value {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "true" | "True" | "TRUE" => Value::Bool(true),
        "false" | "False" | "FALSE" => Value::Bool(false),
        _ if is_number(text) => Value::Number(text.to_owned()),
        _ => Value::Text(text.to_owned()),
    }
}

fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    digits.starts_with(|first: char| first.is_ascii_digit() || first == '.')
        && (digits.parse::<f64>().is_ok()
            || digits.strip_prefix("0x").is_some_and(|hex| u64::from_str_radix(hex, 16).is_ok())
            || digits.strip_prefix("0o").is_some_and(|octal| u64::from_str_radix(octal, 8).is_ok()))
}

/// A name for a key that is a collection or null; no reader asks for one, but two must not collide.
fn spell(key: &Node) -> String {
    match &key.value {
        Value::Null => String::new(),
        _ => format!("?{}:{}", key.line, key.last_line),
    }
}

/// The parser's lines are one-based, but zero before anything was read.
fn line_of(line: usize) -> u32 {
    u32::try_from(line.max(1)).unwrap_or(u32::MAX)
}

fn malformed(line: u32, why: String) -> Malformed {
    Malformed { format: "YAML", line: Some(line), why }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(text: &str) -> Node {
        read_all(text).expect("YAML").remove(0)
    }

    #[test]
    fn scalars_stay_as_written() {
        let root = one("on: push\nversion: 3.10\nyes: no\nquoted: \"true\"\nreal: true\nnothing:\n");
        assert_eq!(root.text_of("on"), Some("push"));
        assert_eq!(root.get("version").map(|node| &node.value), Some(&Value::Number("3.10".into())));
        assert_eq!(root.get("yes").map(|node| &node.value), Some(&Value::Text("no".into())));
        assert_eq!(root.get("quoted").map(|node| &node.value), Some(&Value::Text("true".into())));
        assert_eq!(root.get("real").map(|node| &node.value), Some(&Value::Bool(true)));
        assert_eq!(root.get("nothing").map(|node| &node.value), Some(&Value::Null));
    }

    #[test]
    fn lines_of_keys_values_and_blocks() {
        let root =
            one("# head\njobs:\n  test:\n    run: |\n      one\n      two\n\n    if: x\n  last: {a: 1,\n    b: 2}\n");
        let test = root.path(&["jobs", "test"]).expect("jobs.test");
        assert_eq!(test.member("run").map(|member| (member.line, member.value.line)), Some((4, 5)));
        assert_eq!(test.text_of("run"), Some("one\ntwo\n"));
        assert_eq!(test.member("if").map(|member| member.line), Some(8));
        assert_eq!((test.line, test.last_line), (4, 8));
        assert_eq!(root.path(&["jobs", "last"]).map(|last| (last.line, last.last_line)), Some((9, 10)));
    }

    #[test]
    fn anchors_and_merge_keys_are_followed() {
        let root = one("base: &base\n  image: a\n  retry: 2\njob:\n  <<: *base\n  retry: 0\nlist: [*base]\n");
        let job = root.get("job").expect("job");
        assert_eq!((job.text_of("image"), job.text_of("retry")), (Some("a"), Some("0")));
        assert_eq!(
            root.get("list").and_then(|list| list.items().next()).and_then(|item| item.text_of("image")),
            Some("a")
        );
    }

    #[test]
    fn several_documents_are_several_nodes() {
        let documents = read_all("a: 1\n---\nb: 2\n").expect("YAML");
        assert_eq!(documents.iter().map(|node| node.members().count()).collect::<Vec<_>>(), [1, 1]);
    }

    #[test]
    fn aliases_that_multiply_are_refused() {
        let mut text = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for level in 1..12 {
            let alias = format!("*a{}, ", level - 1).repeat(10);
            text.push_str(&format!("a{level}: &a{level} [{alias}]\n"));
        }
        assert!(read_all(&text).expect_err("a bomb").why.contains("aliases expanded"));
    }

    #[test]
    fn an_error_names_its_line() {
        assert_eq!(read_all("a: 1\nb: [\n").expect_err("unclosed").line.map(|line| line >= 2), Some(true));
        assert!(read_all("a: *b\n").is_err());
    }
}
