//! Names, parameters and types of a declaration, as the grammars give them.

use tree_sitter::Node as Syntax;

use super::Parameter;

/// A piece of source with single spaces, so that layout makes no difference.
pub(super) fn source(node: Syntax<'_>, text: &str) -> String {
    let written = text.get(node.byte_range()).unwrap_or_default();
    written.split_whitespace().collect::<Vec<_>>().join(" ").replace(",)", ")").replace("( ", "(").replace(" )", ")")
}

fn is_identifier(kind: &str) -> bool {
    kind.ends_with("identifier") && !matches!(kind, "qualified_identifier" | "scoped_identifier")
        || matches!(kind, "name" | "constant" | "operator_name" | "variable_name" | "init" | "destructor_name")
}

/// The names that a declaration gives.
pub(super) fn names<'t>(node: Syntax<'t>) -> Vec<Syntax<'t>> {
    if is_identifier(node.kind()) {
        return vec![node];
    }
    let mut found = Vec::new();
    dig(node, 0, &mut found);
    found
}

/// Wrappers between a declaration and its names.
const WRAPPERS: &[&str] = &[
    "variable_declaration",
    "variable_declarator",
    "const_element",
    "property_element",
    "pattern",
    "init_declarator",
    "function_declarator",
    "pointer_declarator",
    "reference_declarator",
    "array_declarator",
    "parenthesized_declarator",
    "namespace_name",
];

fn dig<'t>(node: Syntax<'t>, depth: usize, found: &mut Vec<Syntax<'t>>) {
    if depth > 6 {
        return;
    }
    let mut cursor = node.walk();
    let mut has_name = false;
    if cursor.goto_first_child() {
        loop {
            let child = cursor.node();
            let field = cursor.field_name();
            let is_name = match field {
                Some("name" | "pattern" | "declarator" | "bound_identifier" | "left") => true,
                Some(_) => false,
                // Grammars without fields: the first name is it, unless a field names it.
                None => found.is_empty() && (is_identifier(child.kind()) || WRAPPERS.contains(&child.kind())),
            };
            if is_name && is_identifier(child.kind()) {
                found.push(child);
                has_name = true;
            } else if (is_name || field.is_none()) && !has_name && WRAPPERS.contains(&child.kind()) {
                dig(child, depth + 1, found);
            }
            if !cursor.goto_next_sibling() {
                break;
            }
        }
    }
}

/// The list of parameters that belongs to a declaration, found through declarators and function values.
fn list<'t>(node: Syntax<'t>, depth: usize) -> Option<Syntax<'t>> {
    let fields = ["parameters", "class_parameters", "parameter"];
    if let Some(list) = fields.iter().find_map(|field| node.child_by_field_name(field)) {
        return Some(list);
    }
    let mut cursor = node.walk();
    let children: Vec<Syntax<'t>> = node.named_children(&mut cursor).collect();
    let own = children.iter().find(|child| {
        matches!(
            child.kind(),
            "function_value_parameters"
                | "parameter_list"
                | "method_parameters"
                | "formal_parameters"
                | "primary_constructor"
        )
    });
    if own.is_some() || depth > 3 {
        return own.copied();
    }
    // Swift's parameters are children of the function itself.
    if children.iter().any(|child| child.kind() == "parameter") {
        return Some(node);
    }
    let further = |child: &&Syntax<'t>| {
        matches!(
            child.kind(),
            "function_declarator"
                | "pointer_declarator"
                | "reference_declarator"
                | "arrow_function"
                | "function_expression"
        )
    };
    children.iter().find(further).and_then(|child| list(*child, depth + 1))
}

/// The parameters of a function; of a type, those that make one.
pub(super) fn parameters(node: Syntax<'_>, text: &str) -> Option<Vec<Parameter>> {
    let list = list(node, 0)?;
    if is_identifier(list.kind()) {
        return Some(parameter(list, text, false));
    }
    let mut all: Vec<Parameter> = Vec::new();
    let (mut is_named, mut is_rest) = (false, false);
    let mut cursor = list.walk();
    for child in list.children(&mut cursor) {
        let kind = child.kind();
        if list == node && child.is_named() && kind != "parameter" {
            continue;
        }
        match kind {
            // The default of the one before, where the grammar puts it beside: Kotlin, Swift.
            "=" => {
                if let Some(last) = all.last_mut() {
                    last.is_optional = true;
                }
            }
            "keyword_separator" => is_named = true,
            // What takes the rest is the last.
            "params" => {
                all.push(Parameter { name: "params".into(), is_rest: true, is_optional: true, ..Parameter::default() });
                break;
            }
            "parameter_modifiers" => is_rest = source(child, text).contains("vararg"),
            _ if child.is_named() => {
                let mut made = parameter(child, text, is_named);
                is_named |= made.iter().any(|made| made.is_rest) && kind == "list_splat_pattern";
                if std::mem::take(&mut is_rest) {
                    made.iter_mut().for_each(|made| (made.is_rest, made.is_optional) = (true, true));
                }
                all.extend(made);
            }
            _ => {}
        }
    }
    // C's way of writing none.
    all.retain(|it| !(it.name.is_empty() && it.shape.as_deref() == Some("void")));
    Some(all)
}

/// One parameter; Go gives several names to one type.
fn parameter(node: Syntax<'_>, text: &str, is_named: bool) -> Vec<Parameter> {
    let kind = node.kind();
    let is_parameter = kind.contains("parameter") && !kind.contains("modifier") && kind != "type_parameters"
        || is_identifier(kind)
        || kind.ends_with("_pattern");
    if !is_parameter || kind == "self_parameter" || kind == "receiver_parameter" {
        // A method's `self` makes it callable on values: part of the signature.
        return if kind == "self_parameter" {
            vec![Parameter { name: source(node, text), ..Parameter::default() }]
        } else {
            Vec::new()
        };
    }
    let field = |name: &str| node.child_by_field_name(name);
    let mut cursor = node.walk();
    let has_default = ["value", "default_value", "right"].iter().any(|name| field(name).is_some())
        || node.children(&mut cursor).any(|child| child.kind() == "=");
    let is_rest = kind.contains("splat")
        || kind.contains("variadic")
        || kind.contains("spread")
        || kind.contains("rest_pattern")
        || field("pattern").is_some_and(|pattern| pattern.kind() == "rest_pattern")
        || field("type").is_some_and(|shape| shape.kind() == "repeated_parameter_type");
    let shape = match field("declarator") {
        Some(declarator) => Some(around(node, innermost(declarator), text)),
        None => field("type").map(|shape| source(shape, text).trim_start_matches(':').trim().to_owned()),
    };
    let shape = shape.or_else(|| last_type(node, text));
    let mut names: Vec<String> = names(node).into_iter().map(|name| source(name, text)).collect();
    if names.is_empty() {
        names.push(if is_identifier(kind) || kind.ends_with("_pattern") { source(node, text) } else { String::new() });
    }
    // Swift: the label is what callers write.
    if let Some(label) = field("external_name") {
        names = vec![source(label, text)];
    } else if kind != "parameter_declaration" {
        names.truncate(1);
    }
    let is_keyword = kind == "keyword_parameter";
    let is_optional = has_default || is_rest || kind == "optional_parameter" || kind == "block_parameter";
    names
        .into_iter()
        .map(|name| Parameter { name, shape: shape.clone(), is_optional, is_rest, is_named: is_named || is_keyword })
        .collect()
}

/// The type of a parameter in grammars without a field for it: what stands behind the name.
fn last_type(node: Syntax<'_>, text: &str) -> Option<String> {
    let mut cursor = node.walk();
    let is_type = |child: &Syntax<'_>| child.kind().ends_with("_type") || child.kind().contains("type_identifier");
    node.named_children(&mut cursor).skip(1).filter(is_type).last().map(|shape| source(shape, text))
}

/// The name in the middle of a declarator: `char *(*a)[3]` declares `a`.
fn innermost(declarator: Syntax<'_>) -> Syntax<'_> {
    let mut at = declarator;
    while let Some(inner) = at.child_by_field_name("declarator").or_else(|| at.named_child(0)) {
        if is_identifier(at.kind()) {
            break;
        }
        at = inner;
    }
    at
}

/// A parameter of C without its name and default: the type is written on both sides of the name.
fn around(node: Syntax<'_>, name: Syntax<'_>, text: &str) -> String {
    let end = node.child_by_field_name("default_value").map_or(node.end_byte(), |value| value.start_byte());
    let before = text.get(node.start_byte()..name.start_byte()).unwrap_or_default();
    let after = text.get(name.end_byte()..end).unwrap_or_default().trim_end().trim_end_matches('=');
    spaced(&format!("{before} {after}"))
}

/// What C writes before a function's name, without words that say nothing to callers.
fn before(node: Syntax<'_>, name: Syntax<'_>, text: &str) -> String {
    const WORDS: [&str; 9] =
        ["static", "inline", "extern", "virtual", "explicit", "constexpr", "friend", "typedef", "__inline"];
    let written = text.get(node.start_byte()..name.start_byte()).unwrap_or_default();
    // Words in capitals are macros for the compiler: `API_EXPORT`.
    let is_macro = |word: &str| word.len() > 2 && word.contains('_') && word.to_uppercase() == word;
    let words =
        written.split_whitespace().filter(|word| !WORDS.contains(word) && !is_macro(word) && !word.starts_with("[["));
    spaced(&words.collect::<Vec<_>>().join(" "))
}

fn spaced(written: &str) -> String {
    let text = written.replace('*', " * ").replace('&', " & ");
    text.split_whitespace().collect::<Vec<_>>().join(" ").replace("& &", "&&").replace("* *", "**")
}

/// The declared type of a value, the result of a function.
pub(super) fn shape(node: Syntax<'_>, text: &str) -> Option<String> {
    if let Some(declarator) =
        node.child_by_field_name("declarator").filter(|_| node.child_by_field_name("name").is_none())
        && matches!(node.kind(), "declaration" | "field_declaration" | "function_definition")
        && node.child_by_field_name("type").is_some_and(|shape| !shape.kind().ends_with("_specifier"))
        && declarator.kind() != "variable_declarator"
    {
        return Some(before(node, innermost(declarator), text));
    }
    let result = ["return_type", "result", "returns", "type"].iter().find_map(|name| node.child_by_field_name(name));
    if let Some(result) =
        result.filter(|it| !it.kind().ends_with("struct_type") && !it.kind().ends_with("interface_type"))
    {
        // The body of a type is read member by member.
        let is_optional =
            node.child_by_field_name("name").and_then(|it| it.next_sibling()).is_some_and(|it| it.kind() == "?");
        let may_be_missing = if is_optional { " | undefined" } else { "" };
        return (!result.kind().ends_with("_specifier"))
            .then(|| format!("{}{may_be_missing}", source(result, text).trim_start_matches(':').trim()));
    }
    if node.kind() == "type_alias_declaration" {
        return node.child_by_field_name("value").map(|value| source(value, text));
    }
    let mut cursor = node.walk();
    let inner = node.named_children(&mut cursor).find(|child| child.kind() == "variable_declaration");
    if let Some(shape) = inner.and_then(|inner| inner.child_by_field_name("type")) {
        return Some(source(shape, text));
    }
    let mut cursor = node.walk();
    node.named_children(&mut cursor)
        .find(|child| matches!(child.kind(), "user_type" | "nullable_type" | "function_type" | "type_annotation"))
        .map(|child| source(child, text).trim_start_matches(':').trim().to_owned())
}
