//! Keywords of JSON Schema that narrow which values are accepted; OpenAPI uses the same.

use super::Limit;
use crate::facts::document::{Node, Value};

const KEYWORDS: [&str; 20] = [
    "maximum",
    "exclusiveMaximum",
    "minimum",
    "exclusiveMinimum",
    "maxLength",
    "minLength",
    "maxItems",
    "minItems",
    "maxProperties",
    "minProperties",
    "pattern",
    "format",
    "const",
    "multipleOf",
    "uniqueItems",
    "additionalProperties",
    "unevaluatedProperties",
    "additionalItems",
    "contains",
    "propertyNames",
];

pub(super) fn of(schema: &Node) -> Vec<Limit> {
    let members = schema.members().filter(|member| KEYWORDS.contains(&member.name.as_str()));
    let limits = members.filter_map(|member| {
        let value = match &member.value.value {
            // What accepts everything is no limit.
            Value::Bool(allows) if *allows != (member.name == "uniqueItems") => return None,
            Value::Map(members) if members.is_empty() => return None,
            Value::Map(_) => member.value.text_of("type").unwrap_or("a schema").to_owned(),
            _ => member.value.text()?.to_owned(),
        };
        Some(Limit { line: member.line, keyword: member.name.clone(), value })
    });
    limits.collect()
}
