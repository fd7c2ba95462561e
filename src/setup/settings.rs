//! An agent's own settings: what makes it call us is added, and all else stays as it is, comments too.

use jsonc_parser::cst::{CstInputValue, CstNode, CstObject, CstRootNode};
use jsonc_parser::{ParseOptions, ast};

use crate::agents::Adapter;

/// Nobody writes settings of this size by hand.
const LIMIT: usize = 1 << 20;

/// How a file of settings stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Merged {
    /// It calls us already.
    Complete,
    /// The whole file, with what was missing.
    Text(String),
}

/// What a file of settings is to hold.
///
/// # Errors
/// When it is not what the agent reads, with the reason: nothing is guessed about a file that is broken.
pub(super) fn merged(adapter: &Adapter, text: &str) -> Result<Merged, String> {
    if text.len() > LIMIT {
        return Err(format!("it has more than {LIMIT} bytes"));
    }
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if text.trim().is_empty() {
        return Ok(Merged::Text(adapter.example.to_owned()));
    }
    let root = parsed(text)?;
    let settings = root.object_value().ok_or("it is no JSON object")?;
    let example = parsed(adapter.example)?.object_value().ok_or("the example is no JSON object")?;
    let call = format!("agentgate hook {}", adapter.name);
    let mut is_complete = true;
    for property in example.properties() {
        let (Some(name), Some(wanted)) = (property.decoded_name(), property.value()) else { continue };
        if name != "hooks" {
            if settings.get(&name).is_none() {
                settings.append(&name, input(&wanted));
                is_complete = false;
            }
            continue;
        }
        let hooks = settings.object_value_or_create("hooks").ok_or("its `hooks` is no object")?;
        is_complete &= add_events(&hooks, &wanted, &call)?;
    }
    Ok(if is_complete { Merged::Complete } else { Merged::Text(root.to_string()) })
}

/// Adds our entries to the lists of their events; whether all were there.
fn add_events(hooks: &CstObject, wanted: &CstNode, call: &str) -> Result<bool, String> {
    let mut is_complete = true;
    for event in wanted.as_object().iter().flat_map(CstObject::properties) {
        let (Some(name), Some(entries)) = (event.decoded_name(), event.array_value()) else { continue };
        let list = hooks.array_value_or_create(&name).ok_or_else(|| format!("its `hooks.{name}` is no list"))?;
        if list.elements().iter().any(|entry| calls(entry, call)) {
            continue;
        }
        for entry in entries.elements() {
            list.append(input(&entry));
        }
        is_complete = false;
    }
    Ok(is_complete)
}

/// Whether an entry runs this command, wherever the agent writes commands.
fn calls(entry: &CstNode, call: &str) -> bool {
    if let Some(text) = entry.as_string_lit() {
        return text.decoded_value().is_ok_and(|text| text.contains(call));
    }
    entry.children().iter().any(|child| calls(child, call))
}

fn parsed(text: &str) -> Result<CstRootNode, String> {
    // What an agent would not read must not be taken for settings.
    let options = ParseOptions {
        allow_loose_object_property_names: false,
        allow_missing_commas: false,
        allow_single_quoted_strings: false,
        allow_hexadecimal_numbers: false,
        allow_unary_plus_numbers: false,
        allow_bare_decimal_point_numbers: false,
        allow_non_finite_numbers: false,
        allow_extended_string_escapes: false,
        ..ParseOptions::default()
    };
    CstRootNode::parse(text, &options).map_err(|error| error.to_string())
}

/// A value as it is written elsewhere, to be written here.
fn input(node: &CstNode) -> CstInputValue {
    let text = node.to_string();
    let parsed = jsonc_parser::parse_to_ast(&text, &jsonc_parser::CollectOptions::default(), &ParseOptions::default());
    parsed.ok().and_then(|parsed| parsed.value).map_or(CstInputValue::Null, |value| of_value(&value))
}

fn of_value(value: &ast::Value<'_>) -> CstInputValue {
    match value {
        ast::Value::StringLit(text) => CstInputValue::String(text.value.clone().into_owned()),
        ast::Value::NumberLit(number) => CstInputValue::Number(number.value.to_owned()),
        ast::Value::BooleanLit(literal) => CstInputValue::Bool(literal.value),
        ast::Value::NullKeyword(_) => CstInputValue::Null,
        ast::Value::Array(list) => CstInputValue::Array(list.elements.iter().map(of_value).collect()),
        ast::Value::Object(object) => CstInputValue::Object(
            object
                .properties
                .iter()
                .map(|property| (property.name.as_str().to_owned(), of_value(&property.value)))
                .collect(),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::agents;

    #[test]
    fn nothing_is_lost_and_twice_is_once() {
        let own = "// ours\n{\n    \"model\": \"x\", // the small one\n    \"hooks\": {\n        \"Stop\": [\n            { \"hooks\": [{ \"type\": \"command\", \"command\": \"make test\" }] }\n        ]\n    },\n    \"permissions\": { \"deny\": [\"WebFetch\"] }\n}\n";
        for adapter in agents::ALL {
            let Merged::Text(text) = merged(adapter, own).unwrap() else { panic!("{} was missing", adapter.name) };
            for line in own.lines().filter(|line| line.contains("//") || line.contains("make test")) {
                assert!(text.contains(line.trim()), "{line}: {text}");
            }
            assert!(text.contains("\"deny\": [\"WebFetch\"]"), "{text}");
            assert_eq!(merged(adapter, &text).unwrap(), Merged::Complete, "{text}");
            assert_eq!(merged(adapter, adapter.example).unwrap(), Merged::Complete);
            for empty in ["", " \n", "{}"] {
                let Merged::Text(text) = merged(adapter, empty).unwrap() else { panic!("nothing was there") };
                assert_eq!(merged(adapter, &text).unwrap(), Merged::Complete, "{text}");
            }
        }
    }

    #[test]
    fn several_agents_share_no_calls() {
        let Merged::Text(text) = merged(agents::ALL[0], "{}").unwrap() else { panic!("nothing was there") };
        let Merged::Text(both) = merged(agents::ALL[1], &text).unwrap() else { panic!("another agent's call is none") };
        assert!(both.contains("agentgate hook claude-code") && both.contains("agentgate hook codex"), "{both}");
    }

    #[test]
    fn what_is_broken_stays_broken() {
        for text in ["{", "[]", "{\"hooks\": []}", "{\"hooks\": {\"Stop\": {}}}", "{'hooks': 1}", "{\"a\": 1 \"b\": 2}"]
        {
            assert!(merged(agents::ALL[0], text).is_err(), "{text}");
        }
        assert!(merged(agents::ALL[0], &"[".repeat(100_000)).is_err());
    }

    proptest::proptest! {
        #[test]
        fn never_panics_and_stays_json(text: String) {
            for adapter in agents::ALL {
                if let Ok(Merged::Text(text)) = merged(adapter, &text) {
                    proptest::prop_assert!(parsed(&text).is_ok());
                }
            }
        }
    }
}
