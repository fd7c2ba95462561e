//! TOML.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{Lines, MAX_DEPTH, Malformed, Member, Node, Value};

pub(super) fn read(text: &str) -> Result<Node, Malformed> {
    let lines = Lines::new(text);
    let table = DeTable::parse(text).map_err(|error| Malformed {
        format: "TOML",
        line: error.span().map(|span| lines.at(span.start)),
        why: error.message().to_owned(),
    })?;
    let last_line = lines.at(text.trim_end().len().saturating_sub(1));
    Ok(Node::new(members(table.get_ref(), &lines, 0)?, 1, last_line))
}

fn members(table: &DeTable<'_>, lines: &Lines, depth: usize) -> Result<Value, Malformed> {
    let mut keyed: Vec<_> = table.iter().collect();
    keyed.sort_by_key(|(key, _)| key.span().start);
    let member = |(key, value): (&Spanned<_>, &Spanned<DeValue<'_>>)| {
        let name: &std::borrow::Cow<'_, str> = key.get_ref();
        Ok(Member {
            name: name.to_string(),
            line: lines.at(key.span().start),
            value: convert(value, lines, depth + 1)?,
        })
    };
    keyed.into_iter().map(member).collect::<Result<_, _>>().map(Value::Map)
}

fn convert(value: &Spanned<DeValue<'_>>, lines: &Lines, depth: usize) -> Result<Node, Malformed> {
    let span = value.span();
    let (line, last_line) = (lines.at(span.start), lines.at(span.end.saturating_sub(1).max(span.start)));
    if depth > MAX_DEPTH {
        return Err(Malformed { format: "TOML", line: Some(line), why: "nested too deeply".into() });
    }
    let value = match value.get_ref() {
        DeValue::String(text) => Value::Text(text.to_string()),
        DeValue::Integer(number) => Value::Number(number.as_str().to_owned()),
        DeValue::Float(number) => Value::Number(number.as_str().to_owned()),
        DeValue::Boolean(value) => Value::Bool(*value),
        DeValue::Datetime(moment) => Value::Text(moment.to_string()),
        DeValue::Array(items) => {
            Value::List(items.iter().map(|item| convert(item, lines, depth + 1)).collect::<Result<_, _>>()?)
        }
        DeValue::Table(table) => members(table, lines, depth)?,
    };
    Ok(Node::new(value, line, last_line))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_keep_their_order_and_lines() {
        let root = read("[b]\nx = 1.10\n\n[a.c]\ny = [\n  'p',\n  'q',\n]\n[[d]]\nz = true\n").expect("TOML");
        let names: Vec<_> = root.members().map(|member| member.name.as_str()).collect();
        assert_eq!(names, ["b", "a", "d"]);
        assert_eq!(root.path(&["b", "x"]).and_then(Node::text), Some("1.10"));
        let list = root.path(&["a", "c"]).and_then(|table| table.member("y")).expect("a.c.y");
        assert_eq!(list.line, 5);
        assert_eq!(list.value.items().map(|item| item.line).collect::<Vec<_>>(), [6, 7]);
    }

    #[test]
    fn an_error_names_its_line() {
        assert_eq!(read("a = 1\nb =\n").expect_err("no value").line, Some(2));
        assert_eq!(read("a = 1\na = 2\n").expect_err("twice").line, Some(2));
    }
}
