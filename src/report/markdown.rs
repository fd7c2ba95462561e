//! Markdown for step summaries and comments: one table to see it all, details to open.
//!
//! What came from the repository is put into code, or escaped so that it stays words: no HTML, no links, no mentions that
//! would notify people, no references that would mark other issues.

use std::fmt::Write as _;

use super::frame::Frame;
use super::model::{Finding, Outcome, Report};
use super::{layout, page, sanitize, text};
use crate::policy::Level;

/// Characters GitHub takes in a comment.
pub const COMMENT: usize = 65_536;
/// Bytes GitHub takes in a step summary.
pub const SUMMARY: usize = 1024 * 1024;

/// Lines of one code frame.
const FRAME: usize = 40;
/// Details beyond this many start closed.
const OPEN: usize = 3;
/// Kept free for the note about what was left out.
const RESERVE: usize = 600;

/// The report in at most `limit` bytes; says so when something had to be left out.
pub fn render(report: &Report, limit: usize) -> String {
    let standing = report.standing();
    let mut out = heading(report);
    let room = limit.saturating_sub(RESERVE);
    let rows = table(&mut out, &standing, room);
    let mut shown = 0;
    for (index, finding) in standing.iter().take(rows).enumerate() {
        let is_open = finding.level == Level::Block && index < OPEN;
        let details = details(finding, is_open);
        if out.len() + details.len() > room {
            break;
        }
        out.push_str(&details);
        shown = index + 1;
    }
    let left = standing.len() - shown + waived(&mut out, report, room) + unread(&mut out, report, room);
    if left > 0 {
        _ = writeln!(
            out,
            "\n**{} shown only in part or not at all**: this text is limited to {limit} bytes. \
             `agentgate explain` and the JSON report have everything.",
            text::count(left, "entry").replace("entrys", "entries")
        );
    }
    if report.counts.block + report.counts.warn > 0 {
        out.push_str("\n`agentgate explain` says why each rule exists and how to get an exception.\n");
    }
    sanitize::commands(&out)
}

fn heading(report: &Report) -> String {
    let word = match report.verdict {
        Outcome::Block => "blocked",
        Outcome::Pass => "passed",
    };
    let counted = text::counts(report.counts);
    let found = if counted.is_empty() { "nothing found".to_owned() } else { counted };
    let files = text::count(report.changes.files, "file");
    format!("## agentgate: {word}\n\n{} · {found} in {files}\n", code(&text::subject(report)))
}

/// Returns how many rows fitted.
fn table(out: &mut String, standing: &[&Finding], room: usize) -> usize {
    if standing.is_empty() {
        return 0;
    }
    out.push_str("\n| | rule | where | what |\n| --- | --- | --- | --- |\n");
    for (index, finding) in standing.iter().enumerate() {
        let place = text::place(finding).map(|place| cell(&code(&place))).unwrap_or_default();
        let level = text::word(finding.level);
        let row =
            format!("| {level} | {} | {place} | {} |\n", cell(&code(&finding.rule)), cell(&message(&finding.message)));
        if out.len() + row.len() > room {
            return index;
        }
        out.push_str(&row);
    }
    standing.len()
}

/// One finding under a heading of its own.
pub fn finding(finding: &Finding) -> String {
    let level = text::word(finding.level);
    let place = text::place(finding).map(|place| format!("{}\n\n", code(&place))).unwrap_or_default();
    let mut out = format!("## {level} {}: {}\n\n{place}", code(&finding.rule), message(&finding.message));
    facts(&mut out, finding);
    out
}

fn details(finding: &Finding, is_open: bool) -> String {
    let mut out = String::new();
    let place = text::place(finding).map(|place| format!(" · <code>{}</code>", html(&place))).unwrap_or_default();
    let open = if is_open { " open" } else { "" };
    let level = text::word(finding.level);
    let rule = html(&finding.rule);
    let said = message_html(&finding.message);
    _ = writeln!(out, "\n<details{open}><summary><b>{level}</b> <code>{rule}</code> {said}{place}</summary>\n");
    facts(&mut out, finding);
    out.push_str("\n</details>\n");
    out
}

fn facts(out: &mut String, finding: &Finding) {
    if let Some(note) = text::place_note(finding) {
        _ = writeln!(out, "- place: {}", prose(&note));
    }
    if let Some(test) = &finding.test {
        _ = writeln!(out, "- test: {}", code(test));
    }
    if let Some(witness) = &finding.witness {
        _ = writeln!(out, "- now accepts: {}", code(witness));
    }
    if let Some(fix) = page::fix_in_short(finding) {
        _ = writeln!(out, "- fix: {}", message(&fix));
    }
    let because = format!("{}:{}", finding.because.path, finding.because.line);
    _ = writeln!(out, "- policy: {}, finding {}", code(&because), code(&finding.id));
    if finding.before.is_some() || finding.after.is_some() {
        out.push('\n');
        out.push_str(&fenced("diff", &Frame::of(finding).as_diff()));
    }
}

/// Returns how many did not fit.
fn waived(out: &mut String, report: &Report, room: usize) -> usize {
    let mut left = 0;
    for (index, (finding, waiver)) in report.waived().enumerate() {
        let until = waiver.expires.as_deref().map(|date| format!(" until {}", prose(date))).unwrap_or_default();
        let place = text::place(finding).map(|place| format!(" at {}", code(&place))).unwrap_or_default();
        let (owner, reason) = (prose(&waiver.owner), prose(&waiver.reason));
        let line = format!("- {}{place}: {owner}{until}: {reason}\n", code(&finding.rule));
        left += usize::from(!push_item(out, "Waived", index, &line, room));
    }
    left
}

fn unread(out: &mut String, report: &Report, room: usize) -> usize {
    let mut left = 0;
    for (index, unread) in report.unread_untold().into_iter().enumerate() {
        let line = format!("- {}: {}\n", code(&unread.path), prose(&unread.why));
        left += usize::from(!push_item(out, "Not read", index, &line, room));
    }
    left
}

fn push_item(out: &mut String, title: &str, index: usize, line: &str, room: usize) -> bool {
    let title = if index == 0 { format!("\n**{title}**\n\n") } else { String::new() };
    let fits = out.len() + title.len() + line.len() <= room;
    if fits {
        out.push_str(&title);
        out.push_str(line);
    }
    fits
}

/// A code block whose fence is longer than any run of backticks inside; the lines have been sanitised.
pub fn fenced(language: &str, lines: &[String]) -> String {
    let longest = lines.iter().flat_map(|line| line.split(|c| c != '`')).map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    let mut out = format!("{fence}{language}\n");
    for line in lines.iter().take(FRAME) {
        out.push_str(line);
        out.push('\n');
    }
    if lines.len() > FRAME {
        _ = writeln!(out, "  … {} more lines", lines.len() - FRAME);
    }
    out.push_str(&fence);
    out.push('\n');
    sanitize::markers(&out).into_owned()
}

/// An inline code span that hostile text can't leave.
pub fn code(text: &str) -> String {
    let text = sanitize::line(text);
    let text = sanitize::markers(&text);
    if text.trim().is_empty() {
        return String::new();
    }
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    let pad = if text.starts_with(['`', ' ']) || text.ends_with(['`', ' ']) { " " } else { "" };
    format!("{fence}{pad}{text}{pad}{fence}")
}

/// A message: prose, with what stands in backticks as code.
fn message(text: &str) -> String {
    let parts = layout::split_code(text).into_iter();
    parts.map(|(is_code, part)| if is_code { code(part) } else { prose(part) }).collect()
}

fn message_html(text: &str) -> String {
    let parts = layout::split_code(text).into_iter();
    parts.map(|(is_code, part)| if is_code { format!("<code>{}</code>", html(part)) } else { words(part) }).collect()
}

/// In a table, a bar ends the cell even inside code.
fn cell(markdown: &str) -> String {
    markdown.replace('|', "\\|")
}

/// Text inside HTML tags: entities for everything HTML or Markdown could take for markup.
fn html(text: &str) -> String {
    let mut out = String::new();
    for character in sanitize::line(text).chars() {
        match character {
            'a'..='z' | 'A'..='Z' | '0'..='9' | ' ' | '/' | '-' | ',' | '(' | ')' | '=' | '+' | ';' | '?' => {
                out.push(character);
            }
            '.' | ':' | '\'' | '%' => out.push(character),
            _ if character.is_ascii() => _ = write!(out, "&#{};", u32::from(character)),
            _ => out.push(character),
        }
    }
    out
}

/// As [`html`], and without mentions, references and bare links.
fn words(text: &str) -> String {
    html(text)
        .replace("&#64;", "&#64;&#8203;")
        .replace("&#35;", "&#35;&#8203;")
        .replace("://", ":&#8203;//")
        .replace("www.", "www&#8203;.")
}

/// Words in Markdown: markup escaped, mentions and references broken by a zero-width space.
fn prose(text: &str) -> String {
    let mut out = String::new();
    for character in sanitize::line(text).chars() {
        match character {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '@' => out.push_str("@&#8203;"),
            '#' => out.push_str("\\#&#8203;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '!' | '~' | '|' | '$' => {
                out.push('\\');
                out.push(character);
            }
            _ => out.push(character),
        }
    }
    out.replace("://", ":&#8203;//").replace("www.", "www&#8203;.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_words_stay_words() {
        assert_eq!(prose("<b>@bob</b> [x](y) #1 a|b"), "&lt;b&gt;@&#8203;bob&lt;/b&gt; \\[x\\](y) \\#&#8203;1 a\\|b");
        assert_eq!(code("a`b``c"), "```a`b``c```");
        assert_eq!(code("`x"), "`` `x ``");
        assert_eq!(cell(&code("a|b")), "`a\\|b`");
        assert_eq!(message_html("</summary>`<x>`"), "&#60;/summary&#62;<code>&#60;x&#62;</code>");
        assert_eq!(fenced("diff", &["- ```".into()]), "````diff\n- ```\n````\n");
    }
}
