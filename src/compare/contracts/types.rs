//! Which written types hold the values of which others, as far as their text tells.

/// What becomes of a field that the wider type does not know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unknown {
    /// Whoever takes the value does not look at it.
    Ignored,
    /// Whoever writes the value gets an error.
    Refused,
}

/// Object types nest so deep at most.
const DEPTH: usize = 8;

/// Whether everything of one type is also of the other: `string` of `string | null`, `{ a: string }` of `{ a: string; b?: number }`.
pub(super) fn accepts(wide: &str, narrow: &str, unknown: Unknown) -> bool {
    accepts_at(wide, narrow, unknown, 0)
}

fn accepts_at(wide: &str, narrow: &str, unknown: Unknown, depth: usize) -> bool {
    if wide == narrow || ["any", "unknown", "Any", "object", "mixed", "dynamic"].contains(&wide) {
        return true;
    }
    let (wide, narrow) = (alternatives(wide), alternatives(narrow));
    let is_taken = |it: &String| wide.contains(it) || wide.iter().any(|wide| takes_fields(wide, it, unknown, depth));
    !narrow.is_empty() && narrow.iter().all(is_taken)
}

/// Whether an object type that is written out accepts every value of another one.
fn takes_fields(wide: &str, narrow: &str, unknown: Unknown, depth: usize) -> bool {
    let (Some(wide), Some(narrow)) = (fields(wide), fields(narrow)) else { return false };
    let given = |name: &str| narrow.iter().find(|field| field.name == name);
    let fits = |field: &Field| match given(&field.name) {
        Some(given) if given.is_optional && !field.is_optional => false,
        Some(given) => accepts_at(&field.shape, &given.shape, unknown, depth + 1),
        None => field.is_optional,
    };
    let is_known = |field: &Field| wide.iter().any(|it| it.name == field.name);
    depth < DEPTH && wide.iter().all(fits) && (unknown == Unknown::Ignored || narrow.iter().all(is_known))
}

/// A field of an object type.
#[derive(Debug, PartialEq, Eq)]
struct Field {
    name: String,
    is_optional: bool,
    shape: String,
}

/// The fields of `{ a: string; b?: number }`; nothing for any other type, or where it holds more than fields.
fn fields(shape: &str) -> Option<Vec<Field>> {
    let inner = shape.strip_prefix('{')?.strip_suffix('}')?;
    let parts = split(inner, &[';', ',']).into_iter().flat_map(|part| lines(&part));
    parts
        .map(|part| {
            let (name, shape) = part.split_once(':')?;
            let name = name.trim();
            let name = name.strip_prefix("readonly ").unwrap_or(name);
            let (name, is_optional) = name.strip_suffix('?').map_or((name, false), |name| (name, true));
            let name = name.trim_matches(['"', '\'']);
            let is_name = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || "_$-".contains(c));
            is_name.then(|| Field { name: name.to_owned(), is_optional, shape: shape.trim().to_owned() })
        })
        .collect()
}

/// Fields that only line breaks kept apart, which are single spaces by now.
fn lines(text: &str) -> Vec<String> {
    let is_name = |word: &str| {
        let name = word.trim_end_matches(':').trim_end_matches('?');
        word.ends_with(':') && !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || "_$".contains(c))
    };
    let mut parts: Vec<String> = Vec::new();
    for word in split(text, &[' ']) {
        match parts.last_mut() {
            Some(part) if !is_name(&word) || part == "readonly" => *part = format!("{part} {word}"),
            _ => parts.push(word),
        }
    }
    parts
}

/// The alternatives of a union, with the ways of writing "or nothing" made one.
fn alternatives(shape: &str) -> Vec<String> {
    let plain = shape.strip_prefix("Optional[").and_then(|it| it.strip_suffix(']'));
    let unioned = shape.strip_prefix("Union[").and_then(|it| it.strip_suffix(']'));
    let (text, separator, or_nothing) = match (plain, unioned) {
        (Some(inner), _) => (inner, '|', true),
        (None, Some(inner)) => (inner, ',', false),
        (None, None) if shape.starts_with('?') => (&shape[1..], '|', true),
        (None, None) if shape.ends_with('?') => (&shape[..shape.len() - 1], '|', true),
        (None, None) => (shape, '|', false),
    };
    let mut parts = split(text, &[separator]);
    for part in &mut parts {
        if ["None", "null", "undefined", "nil"].contains(&part.as_str()) {
            *part = "nothing".to_owned();
        }
    }
    parts.extend(or_nothing.then(|| "nothing".to_owned()));
    parts
}

/// Splits outside of brackets.
fn split(text: &str, separators: &[char]) -> Vec<String> {
    let (mut depth, mut parts, mut part) = (0usize, Vec::new(), String::new());
    for c in text.chars() {
        match c {
            '<' | '[' | '(' | '{' => depth += 1,
            // The arrow of a function type closes nothing.
            '>' if part.ends_with(['=', '-']) => {}
            '>' | ']' | ')' | '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if separators.contains(&c) && depth == 0 {
            parts.push(part.trim().to_owned());
            part.clear();
        } else {
            part.push(c);
        }
    }
    parts.push(part.trim().to_owned());
    parts.retain(|part| !part.is_empty());
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_that_grew_take_old_calls() {
        let takes = |new: &str, old: &str| accepts(new, old, Unknown::Refused);
        assert!(takes("{ a: string; b?: number }", "{ a: string }"));
        assert!(takes("{ a: string b?: number }", "{ a: string }"), "kept apart by lines");
        assert!(takes("{ a?: string | null, b?: () => void | X }", "{ a: string; }"));
        assert!(takes("{ a: { b?: X; c: string } }", "{ a: { c: string } }"));
        assert!(takes("{ readonly a: string } | string", "{ a: string }"));
        assert!(!takes("{ a: string; b: number }", "{ a: string }"), "asked for");
        assert!(!takes("{ a: string }", "{ a: string; b?: number }"), "no longer known");
        assert!(!takes("{ a: string }", "{ a?: string }"));
        assert!(!takes("{ a: 'x' }", "{ a: string }"));
        assert!(!takes("{ [key: string]: X }", "{ [key: string]: Y }"));
    }

    #[test]
    fn results_may_have_more() {
        let fits = |old: &str, new: &str| accepts(old, new, Unknown::Ignored);
        assert!(fits("{ a: string }", "{ a: string; b: number }"));
        assert!(!fits("{ a: string; b: number }", "{ a: string }"));
        assert!(!fits("{ a: string }", "{ a?: string }"));
    }
}
