//! The policy's JSON Schema, for editors; printed from the table that the validator walks.

use serde_json::{Map, Value, json};

use super::shape::{EXCLUDE, INCLUDE, Item, Key, LEVEL, POLICY, ROLES, Shape, VERSION};
use super::{Level, presets};
use crate::rules::{self, OptionKind, OptionSpec, Rule};

/// JSON Schema 2020-12 of a policy file.
pub fn schema() -> Value {
    let mut schema = table(POLICY);
    schema["$schema"] = json!("https://json-schema.org/draft/2020-12/schema");
    schema["title"] = json!("agentgate policy");
    schema["description"] = json!("What a branch may do before it merges: `.agentgate/policy.toml`.");
    schema["required"] = json!(["version"]);
    schema["$defs"] = json!({
        "level": {
            "description": "`block` fails the branch, `warn` and `note` only tell, `off` is not looked at.",
            "enum": Level::ALL.map(Level::name),
        },
        "path-patterns": strings("Patterns as in `.gitignore`, from the top of the repository; `{a,b}` means either."),
        "branch-patterns": strings("Branch names: `*` stays within one component, `**` does not."),
    });
    schema
}

fn table(keys: &[Key]) -> Value {
    let properties: Map<String, Value> = keys
        .iter()
        .map(|key| {
            let mut value = shape(&key.shape);
            value["description"] = json!(key.help);
            (key.name.to_owned(), value)
        })
        .collect();
    json!({ "type": "object", "properties": properties, "additionalProperties": false })
}

fn shape(shape: &Shape) -> Value {
    match shape {
        Shape::Version => json!({ "const": VERSION }),
        Shape::Count => json!({ "type": "integer", "minimum": 0, "maximum": i64::MAX }),
        Shape::Text => json!({ "type": "string", "minLength": 1 }),
        Shape::OneOf(words) => json!({ "enum": words }),
        Shape::Date => json!({ "type": "string", "pattern": "^\\d{4}-\\d{2}-\\d{2}$" }),
        Shape::Regex => json!({ "type": "string" }),
        Shape::List(item) => list(*item),
        Shape::Table(keys) => table(keys),
        Shape::Sections(keys) => {
            let mut section = table(keys);
            section["required"] = keys.iter().map(|key| key.name).collect();
            json!({ "type": "array", "items": section })
        }
        Shape::Rules { by_path } => {
            let rules = rules::ALL.iter().map(|rule| (rule.name.to_owned(), of_rule(rule, *by_path)));
            object(rules.collect())
        }
        Shape::Roles => {
            let roles = ROLES.iter().map(|(role, _)| ((*role).to_owned(), reference("path-patterns")));
            object(roles.collect())
        }
    }
}

fn list(item: Item) -> Value {
    match item {
        Item::Pattern(super::Flavor::Path) => reference("path-patterns"),
        Item::Pattern(super::Flavor::Branch) => reference("branch-patterns"),
        Item::Rule => {
            let names: Vec<_> = rules::ALL.iter().map(|rule| rule.name).collect();
            json!({ "type": "array", "items": { "enum": names }, "uniqueItems": true })
        }
        Item::Layer => {
            let names: Vec<_> = presets::ALL.iter().map(|(name, _)| *name).collect();
            let file = json!({ "type": "string", "pattern": "^\\.agentgate/.+\\.toml$" });
            json!({ "type": "array", "items": { "anyOf": [{ "enum": names }, file] }, "uniqueItems": true })
        }
        Item::OneOf(words) => json!({ "type": "array", "items": { "enum": words }, "uniqueItems": true }),
        Item::Text | Item::Identity | Item::Trailer => {
            json!({ "type": "array", "items": { "type": "string", "minLength": 1 }, "uniqueItems": true })
        }
    }
}

fn of_rule(rule: &Rule, by_path: bool) -> Value {
    let mut keys = Map::from_iter([(LEVEL.to_owned(), reference("level"))]);
    if !by_path {
        let filter = |help: &str| json!({ "$ref": "#/$defs/path-patterns", "description": help });
        keys.insert(INCLUDE.to_owned(), filter("The only paths the rule speaks about."));
        keys.insert(EXCLUDE.to_owned(), filter("Paths the rule does not speak about."));
    }
    keys.extend(rule.options.iter().map(|option| (option.name.to_owned(), of_option(option))));
    json!({ "description": rule.summary, "anyOf": [reference("level"), object(keys)] })
}

fn of_option(option: &OptionSpec) -> Value {
    let mut value = match option.kind {
        OptionKind::Bool(default) => json!({ "type": "boolean", "default": default }),
        OptionKind::Integer(default) => {
            json!({ "type": "integer", "minimum": 0, "maximum": i64::MAX, "default": default })
        }
        OptionKind::Text(default) => json!({ "type": "string", "default": default }),
        OptionKind::List(default) => json!({ "type": "array", "items": { "type": "string" }, "default": default }),
        OptionKind::Globs(default) => json!({ "$ref": "#/$defs/path-patterns", "default": default }),
    };
    value["description"] = json!(option.help);
    value
}

fn object(properties: Map<String, Value>) -> Value {
    json!({ "type": "object", "properties": properties, "additionalProperties": false })
}

fn strings(help: &str) -> Value {
    let item = json!({ "type": "string", "minLength": 1, "maxLength": 1024 });
    json!({ "description": help, "type": "array", "items": item, "uniqueItems": true })
}

fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/$defs/{name}") })
}
