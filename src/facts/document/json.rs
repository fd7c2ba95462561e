//! JSON, with the liberties configuration files take.

use jsonc_parser::ast;
use jsonc_parser::common::Ranged;
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};

use super::{Lines, MAX_DEPTH, Malformed, Member, Node, Value};

pub(super) fn read(text: &str) -> Result<Node, Malformed> {
    let lines = Lines::new(text);
    let parsed = parse_to_ast(text, &CollectOptions::default(), &ParseOptions::default()).map_err(|error| {
        Malformed { format: "JSON", line: Some(lines.at(error.range().start)), why: error.kind().to_string() }
    })?;
    parsed.value.map_or_else(|| Ok(Node::default()), |value| convert(value, &lines, 0))
}

fn convert(value: ast::Value<'_>, lines: &Lines, depth: usize) -> Result<Node, Malformed> {
    let (start, end) = (value.start(), value.end());
    let (line, last_line) = (lines.at(start), lines.at(end.saturating_sub(1).max(start)));
    if depth > MAX_DEPTH {
        return Err(Malformed { format: "JSON", line: Some(line), why: "nested too deeply".into() });
    }
    let value = match value {
        ast::Value::StringLit(literal) => Value::Text(literal.value.into_owned()),
        ast::Value::NumberLit(literal) => Value::Number(literal.value.to_owned()),
        ast::Value::BooleanLit(literal) => Value::Bool(literal.value),
        ast::Value::NullKeyword(_) => Value::Null,
        ast::Value::Array(array) => Value::List(
            array.elements.into_iter().map(|item| convert(item, lines, depth + 1)).collect::<Result<_, _>>()?,
        ),
        ast::Value::Object(object) => {
            let member = |property: ast::ObjectProp<'_>| {
                Ok(Member {
                    line: lines.at(property.range.start),
                    name: property.name.into_string(),
                    value: convert(property.value, lines, depth + 1)?,
                })
            };
            Value::Map(object.properties.into_iter().map(member).collect::<Result<_, _>>()?)
        }
    };
    Ok(Node::new(value, line, last_line))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_and_values_know_their_lines() {
        let root = read("{\n  // why\n  \"a\": {\n    \"b\": [1.10,\n      true,],\n  },\n}\n").expect("JSONC");
        assert_eq!((root.line, root.last_line), (1, 7));
        let list = root.path(&["a", "b"]).expect("a.b");
        assert_eq!((list.line, list.last_line), (4, 5));
        assert_eq!(list.items().map(|item| item.text().expect("scalar")).collect::<Vec<_>>(), ["1.10", "true"]);
        assert_eq!(root.member("a").expect("a").line, 3);
    }

    #[test]
    fn the_last_of_two_equal_keys_counts() {
        assert_eq!(read(r#"{"a": 1, "a": 2}"#).expect("JSON").text_of("a"), Some("2"));
    }

    #[test]
    fn an_error_names_its_line() {
        assert_eq!(read("{\n\"a\": }\n").expect_err("no value").line, Some(2));
        assert!(read("<<<<<<< HEAD\n{}\n").is_err());
    }
}
