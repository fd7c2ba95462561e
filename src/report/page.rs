//! A rule's page, as data: its sections, its first sentence of advice.
//!
//! The page in the rule's file is the only text about a rule; this module finds the parts that reports quote.

use super::model::Finding;
use crate::rules;

pub const WHY: &str = "Why it matters";
pub const FIX: &str = "What to do";

/// The text under a heading of any depth, without the heading.
pub fn section<'a>(page: &'a str, title: &str) -> Option<&'a str> {
    let mut start = None;
    let mut at = 0;
    let mut is_code = false;
    for line in page.split_inclusive('\n') {
        if line.trim_start().starts_with("```") {
            is_code = !is_code;
        }
        if !is_code && line.starts_with('#') {
            if let Some(start) = start {
                return Some(page[start..at].trim());
            }
            if line.trim_start_matches('#').trim().eq_ignore_ascii_case(title) {
                start = Some(at + line.len());
            }
        }
        at += line.len();
    }
    start.map(|start| page[start..].trim()).filter(|text| !text.is_empty())
}

/// The first paragraph of a section on one line.
pub fn first_paragraph(text: &str) -> String {
    let lines = text.lines().map(str::trim).take_while(|line| !line.is_empty());
    lines.collect::<Vec<_>>().join(" ")
}

/// The first sentence of prose, without its full stop and without a list marker.
pub fn first_sentence(text: &str) -> String {
    let paragraph = first_paragraph(text);
    let paragraph = paragraph.trim_start_matches(['-', '*', ' ']);
    let end = paragraph.match_indices(". ").map(|(at, _)| at).find(|at| !paragraph[..*at].ends_with("e.g"));
    let sentence = end.map_or(paragraph, |end| &paragraph[..end]);
    sentence.trim_end_matches(['.', ':']).to_owned()
}

/// What to do, in one line: the finding's own advice, else the first sentence of the rule's.
pub fn fix_in_short(finding: &Finding) -> Option<String> {
    if let Some(help) = &finding.help {
        return Some(help.clone());
    }
    let page = rules::find(&finding.rule)?.page;
    section(page, FIX).map(first_sentence).map(lowercase_first)
}

/// Labels are followed by phrases, not sentences. Leaves names and acronyms alone.
fn lowercase_first(text: String) -> String {
    let mut characters = text.chars();
    match (characters.next(), characters.next()) {
        (Some(first), Some(second)) if first.is_uppercase() && second.is_lowercase() => {
            first.to_lowercase().chain(text.chars().skip(1)).collect()
        }
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "\
## What it catches
A thing.

```sh
# not a heading
```

## Why it matters
Because.

## What to do
- Restore it, e.g. by hand. Or not.
- Else.
";

    #[test]
    fn sections_end_at_the_next_heading_outside_code() {
        assert_eq!(section(PAGE, WHY), Some("Because."));
        assert_eq!(section(PAGE, "what it catches"), Some("A thing.\n\n```sh\n# not a heading\n```"));
        assert_eq!(section(PAGE, "Limits"), None);
    }

    #[test]
    fn advice_is_one_phrase() {
        assert_eq!(
            section(PAGE, FIX).map(first_sentence).map(lowercase_first).as_deref(),
            Some("restore it, e.g. by hand")
        );
    }
}
