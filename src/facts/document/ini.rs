//! `key = value` under `[sections]`: `setup.cfg`, `tox.ini`, `.gitmodules`, `.properties`.
//!
//! No standard defines it; this is what Python's, git's and Java's readers have in common. Lines that are none of it are
//! passed over: what stands before and behind them is read all the same. Malformed is only the header of a section that is not
//! closed, because of what follows nobody knows where it belongs.

use super::{Malformed, Member, Node, Value};

pub(super) fn read(text: &str) -> Result<Node, Malformed> {
    let mut top: Vec<Member> = Vec::new();
    let mut section: Option<Member> = None;
    // Continuation lines belong to a key that stood at this indentation.
    let mut key_indent = 0;
    let mut last = 1;
    for (number, raw) in (1u32..).zip(text.lines()) {
        last = number;
        let line = raw.trim();
        if line.is_empty() || line.starts_with(['#', ';']) {
            continue;
        }
        let indent = raw.len() - raw.trim_start().len();
        if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.split_once(']')).map(|(name, _)| name)
            && (indent == 0 || section.as_ref().is_none_or(|section| section.value.members().len() == 0))
        {
            top.extend(section.take());
            let value = Node::new(Value::Map(Vec::new()), number, number);
            section = Some(Member { name: name.trim().to_owned(), line: number, value });
            key_indent = 0;
            continue;
        }
        if indent == 0 && line.starts_with('[') {
            let why = "the header of a section is not closed".into();
            return Err(Malformed { format: "INI", line: Some(number), why });
        }
        let members = match section.as_mut() {
            Some(Member { value: Node { value: Value::Map(members), last_line, .. }, .. }) => {
                *last_line = number;
                members
            }
            _ => &mut top,
        };
        if indent > key_indent
            && let Some(member) = members.last_mut()
            && !member.value.is_map()
        {
            go_on(&mut member.value, line, number);
            continue;
        }
        key_indent = indent;
        let (name, value) = match line.find(['=', ':']) {
            Some(at) => (line[..at].trim_end(), line[at + 1..].trim_start()),
            None => (line, ""),
        };
        let value = if value.is_empty() { Value::Null } else { Value::Text(value.to_owned()) };
        members.push(Member { name: name.to_owned(), line: number, value: Node::new(value, number, number) });
    }
    top.extend(section);
    Ok(Node::new(Value::Map(top), 1, last))
}

/// Adds a line to a value.
fn go_on(value: &mut Node, line: &str, number: u32) {
    let item = Node::new(Value::Text(line.to_owned()), number, number);
    value.last_line = number;
    match &mut value.value {
        Value::List(items) => items.push(item),
        Value::Null => value.value = Value::List(vec![item]),
        first => {
            let first = Node::new(std::mem::take(first), value.line, value.line);
            value.value = Value::List(vec![first, item]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections_keys_and_continued_values() {
        let root =
            read("top = 1\n[options]\ninstall_requires =\n    a>=1\n    # why\n    b\nname: x=y\n\n[flags]\nlone\n")
                .expect("INI");
        assert_eq!(root.text_of("top"), Some("1"));
        let requires = root.path(&["options", "install_requires"]).expect("list");
        assert_eq!(
            requires.items().map(|item| (item.text(), item.line)).collect::<Vec<_>>(),
            [(Some("a>=1"), 4), (Some("b"), 6)]
        );
        assert_eq!(root.path(&["options", "name"]).and_then(Node::text), Some("x=y"));
        assert!(root.path(&["flags", "lone"]).is_some());
    }

    #[test]
    fn git_writes_its_keys_indented() {
        let root =
            read("[submodule \"a\"]\n\tpath = a\n\turl = https://x/a\n[submodule \"b\"]\n\tpath = b\n").expect("INI");
        assert_eq!(root.path(&["submodule \"a\"", "url"]).and_then(Node::text), Some("https://x/a"));
        assert_eq!(root.path(&["submodule \"b\"", "path"]).and_then(Node::text), Some("b"));
    }
}
