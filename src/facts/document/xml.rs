//! XML as maps: child elements are members, attributes `@name`, text beside either `#text`.
//!
//! An element that holds nothing but text is that text. Namespaces are dropped: no file read here needs them to tell two
//! elements apart.

use roxmltree::{Document, ParsingOptions};

use super::{Lines, MAX_DEPTH, MAX_NODES, Malformed, Member, Node, Value};

pub(super) fn read(text: &str) -> Result<Node, Malformed> {
    let nodes_limit = u32::try_from(MAX_NODES).unwrap_or(u32::MAX);
    let options = ParsingOptions { nodes_limit, ..ParsingOptions::default() };
    let document = Document::parse_with_options(text, options).map_err(|error| Malformed {
        format: "XML",
        line: Some(error.pos().row),
        why: error.to_string(),
    })?;
    let lines = Lines::new(text);
    let root = document.root_element();
    let value = element(root, &lines, 0)?;
    let (line, last_line) = (value.line, value.last_line);
    let member = Member { name: root.tag_name().name().to_owned(), line, value };
    Ok(Node::new(Value::Map(vec![member]), line, last_line))
}

fn element(node: roxmltree::Node<'_, '_>, lines: &Lines, depth: usize) -> Result<Node, Malformed> {
    let range = node.range();
    let (line, last_line) = (lines.at(range.start), lines.at(range.end.saturating_sub(1)));
    if depth > MAX_DEPTH {
        return Err(Malformed { format: "XML", line: Some(line), why: "nested too deeply".into() });
    }
    let mut members: Vec<Member> = node
        .attributes()
        .map(|attribute| {
            let line = lines.at(attribute.range().start);
            let value = Node::new(Value::Text(attribute.value().to_owned()), line, line);
            Member { name: format!("@{}", attribute.name()), line, value }
        })
        .collect();
    let mut text = String::new();
    for child in node.children() {
        if child.is_element() {
            let value = element(child, lines, depth + 1)?;
            members.push(Member { name: child.tag_name().name().to_owned(), line: value.line, value });
        } else if child.is_text() {
            text.push_str(child.text().unwrap_or_default());
        }
    }
    let text = text.trim();
    let value = match (members.is_empty(), text.is_empty()) {
        (true, true) => Value::Null,
        (true, false) => Value::Text(text.to_owned()),
        (false, true) => Value::Map(members),
        (false, false) => {
            let value = Node::new(Value::Text(text.to_owned()), line, last_line);
            members.push(Member { name: "#text".into(), line, value });
            Value::Map(members)
        }
    };
    Ok(Node::new(value, line, last_line))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_attributes_and_text_are_members() {
        let root = read(
            "<?xml version=\"1.0\"?>\n<project xmlns=\"urn:x\">\n  <a id=\"1\">one</a>\n  <a>\n    two\n  </a>\n  <b/>\n</project>\n",
        )
        .expect("XML");
        let project = root.get("project").expect("the root element");
        assert_eq!(
            project.all("a").map(|a| (a.line, a.text())).collect::<Vec<_>>(),
            [(3, Some("one")), (4, Some("two"))]
        );
        assert_eq!(project.all("a").next().and_then(|a| a.text_of("@id")), Some("1"));
        assert_eq!(project.get("b").map(|b| &b.value), Some(&Value::Null));
    }

    #[test]
    fn an_error_names_its_line() {
        assert_eq!(read("<a>\n</b>").expect_err("mismatch").line, Some(2));
        assert!(read("<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>").is_err());
    }
}
