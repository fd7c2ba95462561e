//! Faults that exchange one word of the language for another.

use super::{Operator, Place};
use crate::lang::Token;

/// Operators and what a fault makes of them.
const EXCHANGED: &[(&str, &str, Operator)] = &[
    (">", ">=", Operator::Boundary),
    (">=", ">", Operator::Boundary),
    ("<", "<=", Operator::Boundary),
    ("<=", "<", Operator::Boundary),
    ("==", "!=", Operator::Negation),
    ("!=", "==", Operator::Negation),
    ("===", "!==", Operator::Negation),
    ("!==", "===", Operator::Negation),
    ("in", "not in", Operator::Negation),
    ("not in", "in", Operator::Negation),
    ("is", "is not", Operator::Negation),
    ("is not", "is", Operator::Negation),
    ("+", "-", Operator::Operation),
    ("-", "+", Operator::Operation),
    ("*", "/", Operator::Operation),
    ("/", "*", Operator::Operation),
    ("%", "*", Operator::Operation),
    ("&&", "||", Operator::Operation),
    ("||", "&&", Operator::Operation),
    ("and", "or", Operator::Operation),
    ("or", "and", Operator::Operation),
    ("+=", "-=", Operator::Operation),
    ("-=", "+=", Operator::Operation),
];

const TRUTHS: &[(&str, &str)] = &[("true", "false"), ("false", "true"), ("True", "False"), ("False", "True")];

/// Words of grammars for the nodes whose tokens are operators.
const OPERATIONS: &[&str] = &[
    "binary",
    "comparison",
    "boolean_operator",
    "infix",
    "relational",
    "equality",
    "additive",
    "multiplicative",
    "conjunction",
    "disjunction",
    "augmented",
    "assignment_expression",
    "compound_assignment",
];

pub fn places(tokens: &[Token<'_>]) -> Vec<Place> {
    let place = |token: &Token<'_>| {
        let (replacement, operator) = replacement(token)?;
        Some(Place { range: token.start..token.start + token.text.len(), replacement, operator })
    };
    tokens.iter().filter_map(place).collect()
}

fn replacement(token: &Token<'_>) -> Option<(String, Operator)> {
    let is_operation = OPERATIONS.iter().any(|word| token.parent.contains(word));
    if is_operation && let Some((_, to, operator)) = EXCHANGED.iter().find(|(from, ..)| *from == token.text) {
        return Some(((*to).to_owned(), *operator));
    }
    if let Some((_, to)) = TRUTHS.iter().find(|(from, _)| *from == token.text) {
        return Some(((*to).to_owned(), Operator::Truth));
    }
    if token.text == "!" && token.parent.contains("unary")
        || token.text == "not" && token.parent.contains("not_operator")
    {
        return Some((String::new(), Operator::Negation));
    }
    // A number of a type, an import or an attribute is no behaviour.
    let is_number = token.kind.contains("int") || token.kind.contains("number") || token.kind.contains("decimal");
    let is_value =
        !["type", "attribute", "annotation", "import", "token_tree"].iter().any(|word| token.parent.contains(word));
    let number = token.text.parse::<u64>().ok().filter(|_| is_number && is_value)?;
    Some((number.saturating_add(1).to_string(), Operator::Number))
}
