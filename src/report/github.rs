//! GitHub's workflow commands, which become annotations beside the changed lines.
//!
//! GitHub shows ten errors, ten warnings and ten notices a step and silently drops the rest, so the tenth says what is
//! missing. The full report belongs into the step summary.

use std::fmt::Write as _;

use super::frame::Frame;
use super::model::{Finding, Outcome, Report};
use super::{page, sanitize, text};
use crate::Side;
use crate::policy::Level;

/// Annotations of one kind that GitHub keeps per step.
const PER_KIND: usize = 10;
/// Lines of code in a message.
const FRAME: usize = 8;
/// Characters of a message; longer ones are cut by GitHub without saying so.
const MESSAGE: usize = 3_000;

/// One workflow command a line, and one line for the people who read the log.
pub fn render(report: &Report) -> String {
    let (standing, untold) = (report.standing(), report.unread_untold());
    let mut out = String::new();
    for (level, command) in [(Level::Block, "error"), (Level::Warn, "warning"), (Level::Note, "notice")] {
        let findings: Vec<_> = standing.iter().filter(|finding| finding.level == level).collect();
        // One warning may be needed for files that could not be read.
        let room = PER_KIND - usize::from(level == Level::Warn && !untold.is_empty());
        let shown = if findings.len() > room { room - 1 } else { findings.len() };
        for finding in &findings[..shown] {
            out.push_str(&annotation(command, finding));
        }
        if findings.len() > shown {
            let text = format!("{} more findings of this level are in the step summary", findings.len() - shown);
            _ = writeln!(out, "::{command} title=agentgate::{}", data(&text));
        }
    }
    if let Some(first) = untold.first() {
        let more = untold.len() - 1;
        let more = if more == 0 { String::new() } else { format!(" (and {})", text::count(more, "more file")) };
        let text = format!("not read, and so not judged: {}: {}{more}", first.path, first.why);
        _ = writeln!(out, "::warning title=agentgate::{}", data(&sanitize::line(&text)));
    }
    if report.verdict == Outcome::Block && report.counts.block == 0 {
        _ = writeln!(out, "::error title=agentgate::blocked");
    }
    // The commands above are ours and escaped; the last line is prose.
    out.push_str(&sanitize::commands(&text::summary(report)));
    out.push('\n');
    out
}

fn annotation(command: &str, finding: &Finding) -> String {
    let mut properties = Vec::new();
    if let Some(place) = Place::of(finding) {
        properties.push(format!("file={}", property(place.path)));
        if let Some(line) = place.line {
            properties.push(format!("line={line}"));
            if let Some(end) = place.end_line.filter(|end| *end > line) {
                properties.push(format!("endLine={end}"));
            }
        }
    }
    properties.push(format!("title={}", property(&format!("agentgate: {}", finding.rule))));
    format!("::{command} {}::{}\n", properties.join(","), data(&message(finding)))
}

/// A place in the head; what is only in the base can't be annotated.
struct Place<'a> {
    path: &'a str,
    line: Option<u32>,
    end_line: Option<u32>,
}

impl<'a> Place<'a> {
    fn of(finding: &'a Finding) -> Option<Self> {
        if finding.side == Some(Side::Base) {
            let path = finding.head_path.as_deref()?;
            return Some(Self { path, line: finding.head_line, end_line: None });
        }
        let path = finding.path.as_deref()?;
        Some(Self { path, line: finding.line, end_line: finding.end_line })
    }
}

fn message(finding: &Finding) -> String {
    let mut lines = vec![sanitize::line(&finding.message).into_owned()];
    if let Some(test) = &finding.test {
        lines[0] = format!("{} (in {})", lines[0], sanitize::line(test));
    }
    if finding.side == Some(Side::Base)
        && let Some(place) = text::place(finding)
    {
        lines.push(format!("removed: {place} in the base"));
    }
    lines.extend(Frame::of(finding).as_diff().into_iter().take(FRAME));
    if let Some(witness) = &finding.witness {
        lines.push(format!("now accepts: {}", sanitize::line(witness)));
    }
    if let Some(fix) = page::fix_in_short(finding) {
        lines.push(format!("fix: {}", sanitize::line(&fix)));
    }
    let because = &finding.because;
    lines.push(format!(
        "policy: {}:{}, finding {}",
        sanitize::line(&because.path),
        because.line,
        sanitize::line(&finding.id)
    ));
    let text = lines.join("\n");
    match text.char_indices().nth(MESSAGE) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

/// Escapes the text of a command. `##[` would be read as an older form of command anywhere in a line.
fn data(text: &str) -> String {
    let text = text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A");
    sanitize::markers(&text).into_owned()
}

fn property(text: &str) -> String {
    data(&sanitize::line(text)).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn properties_cannot_end_early() {
        assert_eq!(property("a:b,c%\nd::error::"), "a%3Ab%2Cc%25\\nd%3A%3Aerror%3A%3A");
    }
}
