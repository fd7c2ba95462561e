//! Names of tests and code in prose: paths, ids as test runners print them, names in backticks or quotes.

use crate::{RepoPath, lang};

/// Something that may be a test or a place in the code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// As it is written.
    pub text: String,
    pub path: Option<String>,
    pub line: Option<u32>,
    /// Suites and the name, the name last.
    pub names: Vec<String>,
}

/// What a text refers to: what stands in backticks, and words that read like ids.
pub fn references(text: &str, code: &[String]) -> Vec<Reference> {
    let quoted = quoted(text);
    let words =
        text.split(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | '|')).filter(|word| reads_like_an_id(word));
    let all = code.iter().filter(|code| text.contains(code.as_str())).map(String::as_str).chain(quoted).chain(words);
    let mut found: Vec<Reference> = Vec::new();
    for reference in all.filter_map(reference) {
        if !found.iter().any(|known| known.text.contains(&reference.text)) {
            found.push(reference);
        }
    }
    found
}

fn quoted(text: &str) -> impl Iterator<Item = &str> {
    let parts = text.split(['"', '\u{201c}', '\u{201d}']);
    parts.skip(1).step_by(2).filter(|part| !part.trim().is_empty())
}

fn trimmed(word: &str) -> &str {
    let word = word.trim().trim_matches(['`', '"', '\'', '*', '<', '>']);
    word.trim_start_matches(['(', '['])
        .trim_end_matches(['.', ':', '!', '?', ']'])
        .trim_end_matches(|c| c == ')' && !word.contains('('))
}

fn reads_like_an_id(word: &str) -> bool {
    let word = trimmed(word);
    let has_letters = word.chars().any(char::is_alphabetic);
    let is_camel = word.chars().skip(1).any(char::is_uppercase) && word.chars().any(char::is_lowercase);
    has_letters
        && word.len() > 3
        && (word.contains("::")
            || word.contains('#') && !word.starts_with('#')
            || is_path(word.split([':', '#']).next().unwrap_or(word))
            || word.ends_with("()")
            || word.contains('_') && !word.starts_with("http")
            || is_camel && (word.starts_with("Test") || word.starts_with("test") || word.ends_with("Test")))
}

/// Whether it names a file: of a language we know, or in a folder and with an ending.
fn is_path(text: &str) -> bool {
    let name = text.rsplit('/').next().unwrap_or(text);
    let has_ending = name.rsplit_once('.').is_some_and(|(stem, ending)| {
        !stem.is_empty() && (1..=8).contains(&ending.len()) && ending.bytes().all(|byte| byte.is_ascii_alphanumeric())
    });
    !text.contains("://")
        && has_ending
        && (text.contains('/') || lang::of(&RepoPath::from(text)).is_some() && !text.contains('('))
}

fn reference(written: &str) -> Option<Reference> {
    let text = trimmed(written);
    // A link to a file on a forge.
    let local = match text.split_once("/blob/") {
        Some((_, rest)) if text.starts_with("http") => rest.split_once('/').map_or(rest, |(_, path)| path),
        _ if text.contains("://") => return None,
        _ => text,
    };
    let mut parts: Vec<&str> =
        local.split("::").flat_map(|part| part.split(['\u{203a}', '>'])).map(str::trim).collect();
    let (mut path, mut line) = (None, None);
    let first = parts.first().copied().unwrap_or_default();
    let (file, place) = first.split_once(['#', ':']).map_or((first, None), |(file, place)| (file, Some(place)));
    let file = file.trim_start_matches("./");
    if is_path(file) {
        path = Some(file.to_owned());
        parts.remove(0);
        let digits = place.map(|place| place.trim_start_matches(['L', 'l']));
        let digits = digits.map(|place| place.split(|c: char| !c.is_ascii_digit()).next().unwrap_or_default());
        match (digits.and_then(|digits| digits.parse().ok()), place) {
            (Some(number), _) => line = Some(number),
            (None, Some(name)) => parts.insert(0, name),
            (None, None) => {}
        }
    } else if parts.len() == 1 && !first.contains(char::is_whitespace) {
        parts = first.split(['#', '.']).collect();
    }
    let names: Vec<String> = parts.into_iter().map(name).filter(|name| !name.is_empty()).collect();
    let is_any = path.is_some() || names.last().is_some_and(|name| name.chars().any(char::is_alphabetic));
    is_any.then(|| Reference { text: text.to_owned(), path, line, names })
}

/// Without arguments and parameters: `total()`, `test_x[1-2]`.
fn name(text: &str) -> String {
    let text = text.trim();
    let plain = |text: &str| !text.contains(char::is_whitespace);
    let end = text.find(['(', '[']).filter(|at| *at > 0 && plain(&text[..*at]));
    text[..end.unwrap_or(text.len())].trim_matches(['"', '\'']).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_many_runners() {
        for (text, expected) in [
            ("tests/test_a.py::TestX::test_y[1-2]", "tests/test_a.py - TestX/test_y"),
            ("covered by tests/test_a.py::test_y.", "tests/test_a.py - test_y"),
            ("src/a.ts:10-20", "src/a.ts 10 "),
            ("./src/a.ts#L7", "src/a.ts 7 "),
            ("spec/a_spec.rb:12", "spec/a_spec.rb 12 "),
            ("FooTest#rejects_it", "- - FooTest/rejects_it"),
            ("com.example.FooTest.rejects_it", "- - com/example/FooTest/rejects_it"),
            ("billing::tests::rejects", "- - billing/tests/rejects"),
            ("see validate_total()", "- - validate_total"),
            ("\"rejects unresolved issues\"", "- - rejects unresolved issues"),
            ("TestRejects", "- - TestRejects"),
            ("https://github.com/o/r/blob/main/src/a.py#L3", "src/a.py 3 "),
        ] {
            let found = references(text, &[]);
            let shown: Vec<String> = found
                .iter()
                .map(|it| {
                    let line = it.line.map_or("-".to_owned(), |line| line.to_string());
                    format!("{} {line} {}", it.path.as_deref().unwrap_or("-"), it.names.join("/"))
                        .replace("- - -", "- -")
                })
                .collect();
            assert_eq!(shown, [expected], "{text}");
        }
        for text in ["done", "and/or", "manual test", "all tests pass", "see #12", "https://example.com/x_y"] {
            assert_eq!(references(text, &[]), [], "{text}");
        }
        let code = ["rejects it".to_owned()];
        assert_eq!(references("`rejects it` in the suite", &[]).len(), 0);
        assert_eq!(references("rejects it in the suite", &code)[0].names, ["rejects it"]);
    }
}
