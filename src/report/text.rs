//! For people at a terminal: terse, 80 columns, nothing that only a colour says.

use super::frame::Frame;
use super::layout::{self, Span, columns};
use super::model::{Counts, Finding, Outcome, Report, Waiver};
use super::sanitize;
use super::style::{Meaning, Style};
use crate::Side;
use crate::policy::Level;

/// Findings of one rule and level that are shown in full; a wall of text is read by nobody.
const IN_FULL: usize = 5;
/// Lines of a code frame; of one that shows something come or gone as a whole.
const FRAME: usize = 10;
const ONE_SIDED: usize = 4;
/// Columns of the labels under a finding.
pub const LABEL: usize = 13;
/// Waivers and unread files that are listed.
const LISTED: usize = 5;

/// The verdict with its reasons.
pub fn render(report: &Report, style: Style) -> String {
    let mut page = Page::new(style);
    let standing = report.standing();
    for level in [Level::Block, Level::Warn, Level::Note] {
        let groups = groups(standing.iter().copied().filter(|finding| finding.level == level));
        for (index, group) in groups.iter().enumerate() {
            if count_before(&groups[..index], group[0]) < IN_FULL {
                page.finding(group);
            }
        }
        page.the_rest(&groups);
    }
    page.waived(report);
    page.unread(report);
    page.summary(report);
    if report.counts.block + report.counts.warn > 0 {
        page.hint("`agentgate explain [ID|RULE]` says why, and how to get an exception");
    }
    sanitize::commands(&page.out)
}

/// Findings that differ in nothing but the place are told once.
fn groups<'a>(findings: impl Iterator<Item = &'a Finding>) -> Vec<Vec<&'a Finding>> {
    let mut groups: Vec<Vec<&Finding>> = Vec::new();
    let mut known = std::collections::HashMap::new();
    for finding in findings {
        let has_code = finding.before.is_some() || finding.after.is_some() || finding.witness.is_some();
        let because = (&finding.because.path, finding.because.line);
        let key = (&finding.rule, &finding.message, because, &finding.help, has_code.then_some(&finding.id));
        let at = *known.entry(key).or_insert(groups.len());
        match groups.get_mut(at) {
            Some(group) => group.push(finding),
            None => groups.push(vec![finding]),
        }
    }
    groups
}

/// `blocked: 2 blocking, 1 warning (agent/T-1-x → main, 12 files)`, on one line.
pub fn summary(report: &Report) -> String {
    format!("{}{}", outcome(report).1, summary_words(report))
}

fn outcome(report: &Report) -> (Meaning, &'static str) {
    match report.verdict {
        Outcome::Block => (Meaning::Blocked, "blocked"),
        Outcome::Pass => (Meaning::Passed, "passed"),
    }
}

fn summary_words(report: &Report) -> String {
    let counted = counts(report.counts);
    let found = if counted.is_empty() { "nothing found" } else { &counted };
    // A person's branch is held to less: a pass says so.
    let reading = if report.subject.agent.is_agent { "" } else { ", as a person's branch" };
    format!(": {found} ({}, {}{reading})", subject(report), count(report.changes.files, "file"))
}

/// `agent/T-1-x → main`, from what is known of the names.
pub fn subject(report: &Report) -> String {
    let name = |name: &Option<String>, commit: &Option<String>, otherwise: &str| match (name, commit) {
        (Some(name), _) => sanitize::line(name).into_owned(),
        (None, Some(commit)) => sanitize::line(commit).chars().take(12).collect(),
        (None, None) => otherwise.to_owned(),
    };
    let (base, head) = (&report.subject.base, &report.subject.head);
    format!("{} → {}", name(&head.name, &head.commit, "head"), name(&base.name, &base.commit, "base"))
}

/// `2 blocking, 1 warning`; empty when there is nothing.
pub fn counts(counts: Counts) -> String {
    let words =
        [(counts.block, "blocking"), (counts.warn, "warning"), (counts.note, "note"), (counts.waived, "waived")];
    let words = words.iter().filter(|(number, _)| *number > 0).map(|(number, word)| match *word {
        "blocking" | "waived" => format!("{number} {word}"),
        _ => count(*number, word),
    });
    words.collect::<Vec<_>>().join(", ")
}

pub fn count(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

pub fn meaning(level: Level) -> Meaning {
    match level {
        Level::Block => Meaning::Blocked,
        Level::Warn => Meaning::Warned,
        Level::Note | Level::Off => Meaning::Noted,
    }
}

pub fn word(level: Level) -> &'static str {
    match level {
        Level::Block => "block",
        Level::Warn => "warn",
        Level::Note => "note",
        Level::Off => "off",
    }
}

/// `tests/a.py:14`; nothing for findings about the branch as a whole.
pub fn place(finding: &Finding) -> Option<String> {
    let path = sanitize::line(finding.path.as_deref()?).into_owned();
    Some(match finding.line {
        Some(line) => format!("{path}:{line}"),
        None => path,
    })
}

/// What a place needs said besides: that it is gone, or was called something else.
pub fn place_note(finding: &Finding) -> Option<String> {
    if finding.side == Some(Side::Base) {
        return Some(if finding.head_path.is_some() { "in the base".into() } else { "deleted".into() });
    }
    finding.base_path.as_deref().map(|path| format!("was {}", sanitize::line(path)))
}

fn count_before(earlier: &[Vec<&Finding>], finding: &Finding) -> usize {
    earlier.iter().filter(|group| group[0].rule == finding.rule).count()
}

/// Lines under construction; also used by `explain`, which shows the same parts at greater length.
pub struct Page {
    pub out: String,
    pub style: Style,
}

impl Page {
    pub fn new(style: Style) -> Self {
        Self { out: String::new(), style }
    }

    pub fn line(&mut self, line: &str) {
        self.out.push_str(line);
        self.out.push('\n');
    }

    /// Text wrapped behind a label; following lines are indented to where the text starts.
    pub fn labelled(&mut self, label: &str, width: usize, spans: &[Span]) {
        let style = self.style;
        let indent = 2 + width;
        for (index, line) in layout::wrap(spans, style.width.saturating_sub(indent), 0).iter().enumerate() {
            let label = if index == 0 { label } else { "" };
            let label = style.paint(Meaning::Faint, &format!("  {label:width$}"));
            let line = format!("{label}{}", layout::paint(style, line));
            self.line(line.trim_end());
        }
    }

    /// `block loosened-assertion: equality became a lower bound`, wrapped.
    pub fn headline(&mut self, finding: &Finding) {
        let mut spans = vec![
            Span::new(meaning(finding.level), word(finding.level)),
            Span::plain(" "),
            Span::new(Meaning::Strong, sanitize::line(&finding.rule)),
            Span::plain(": "),
        ];
        spans.extend(layout::message(&finding.message));
        self.wrapped(&spans);
    }

    pub fn place(&mut self, finding: &Finding) {
        let mut spans = Vec::new();
        if let Some(place) = place(finding) {
            spans.push(Span::new(Meaning::Path, place));
        }
        if let Some(note) = place_note(finding) {
            spans.push(Span::new(Meaning::Faint, format!(" ({note})")));
        }
        if let Some(test) = &finding.test {
            spans.push(Span::plain(if spans.is_empty() { "in " } else { " in " }));
            spans.push(Span::new(Meaning::Strong, sanitize::line(test)));
        }
        if !spans.is_empty() {
            self.labelled("", 0, &spans);
        }
    }

    pub fn frame(&mut self, finding: &Finding, most: usize) {
        let style = self.style;
        for line in Frame::of(finding).render(style, style.width - 4, most) {
            self.line(&format!("    {line}"));
        }
    }

    /// One finding, or several that say the same of different places.
    fn finding(&mut self, group: &[&Finding]) {
        let finding = group[0];
        self.headline(finding);
        match group {
            [finding] => self.place(finding),
            _ => self.place_list(group),
        }
        if finding.level != Level::Note {
            let frame = Frame::of(finding);
            self.frame(finding, if frame.is_one_sided() { ONE_SIDED } else { FRAME });
            if let Some(witness) = &finding.witness {
                self.labelled("now accepts", LABEL, &[Span::plain(sanitize::line(witness))]);
            }
            if let Some(fix) = super::page::fix_in_short(finding) {
                self.labelled("fix", LABEL, &layout::message(&fix));
            }
            self.policy(finding, group.len() == 1);
        }
        self.line("");
    }

    /// The policy line that decided, with the finding's id at the right edge where it stands for one finding.
    pub fn policy(&mut self, finding: &Finding, is_one: bool) {
        let because = format!("{}:{}", sanitize::line(&finding.because.path), finding.because.line);
        self.with_id(&format!("{:LABEL$}{because}", "policy"), is_one.then_some(finding));
    }

    /// What else could be typed.
    pub fn hint(&mut self, text: &str) {
        self.wrapped(&[Span::new(Meaning::Faint, text)]);
    }

    fn place_list(&mut self, group: &[&Finding]) {
        for finding in group.iter().take(IN_FULL) {
            let place = place(finding).unwrap_or_else(|| "the branch".into());
            let test = finding.test.as_deref().map(|test| format!(" in {}", sanitize::line(test))).unwrap_or_default();
            self.with_id(&format!("{place}{test}"), Some(finding));
        }
        if group.len() > IN_FULL {
            self.with_id(&format!("… and {} more", group.len() - IN_FULL), None);
        }
    }

    /// A faint line with a finding's id at the right edge.
    fn with_id(&mut self, text: &str, finding: Option<&Finding>) {
        let id = finding.map(|finding| layout::cut(&sanitize::line(&finding.id), 12)).unwrap_or_default();
        let room = self.style.width.saturating_sub(2 + columns(&id) + 2).max(12);
        let text = layout::cut(text, room);
        let gap = " ".repeat(room - columns(&text) + 2);
        let line = format!("  {text}{gap}{id}");
        self.line(&self.style.paint(Meaning::Faint, line.trim_end()));
    }

    /// The closing line.
    pub fn summary(&mut self, report: &Report) {
        let (meaning, word) = outcome(report);
        let spans = [Span::new(meaning, word), Span::plain(summary_words(report))];
        self.wrapped(&spans);
    }

    /// Findings beyond those shown in full: by rule, with as many places as fit on two lines.
    fn the_rest(&mut self, groups: &[Vec<&Finding>]) {
        let mut rules: Vec<&str> = Vec::new();
        for group in groups {
            if !rules.contains(&group[0].rule.as_str()) {
                rules.push(&group[0].rule);
            }
        }
        for rule in rules {
            let rest = groups.iter().filter(|group| group[0].rule == rule).skip(IN_FULL).flatten();
            let rest: Vec<_> = rest.copied().collect();
            let Some(first) = rest.first() else { continue };
            self.wrapped(&[
                Span::new(meaning(first.level), word(first.level)),
                Span::plain(" "),
                Span::new(Meaning::Strong, sanitize::line(rule)),
                Span::plain(format!(": {} more", rest.len())),
            ]);
            let places: Vec<_> = rest.iter().filter_map(|finding| place(finding)).collect();
            self.places(&places);
            self.line("");
        }
    }

    /// A sentence from the left edge; following lines are indented.
    fn wrapped(&mut self, spans: &[Span]) {
        for (index, line) in layout::wrap(spans, self.style.width - 2, 0).iter().enumerate() {
            let indent = if index == 0 { "" } else { "  " };
            self.line(&format!("{indent}{}", layout::paint(self.style, line)));
        }
    }

    fn places(&mut self, places: &[String]) {
        let room = (self.style.width - 2) * 2;
        let mut shown = String::new();
        for (index, place) in places.iter().enumerate() {
            let ending = format!(" and {} more", places.len() - index);
            if columns(&shown) + columns(place) + 2 + ending.len() > room && index > 0 {
                shown.push_str(&ending);
                break;
            }
            let separator = if index == 0 { "" } else { ", " };
            shown.push_str(&format!("{separator}{}", layout::cut(place, room / 2)));
        }
        if !shown.is_empty() {
            self.labelled("", 0, &[Span::plain(shown)]);
        }
    }

    pub fn waived(&mut self, report: &Report) {
        let waived: Vec<_> = report.waived().collect();
        for (finding, waiver) in waived.iter().take(LISTED) {
            self.waiver(finding, waiver);
        }
        self.more(waived.len(), "waived", "waived");
    }

    fn waiver(&mut self, finding: &Finding, waiver: &Waiver) {
        let mut spans = vec![
            Span::new(Meaning::Waived, "waived"),
            Span::plain(" "),
            Span::new(Meaning::Strong, sanitize::line(&finding.rule)),
            Span::plain(": "),
        ];
        spans.extend(layout::message(&finding.message));
        self.wrapped(&spans);
        self.place(finding);
        let until = waiver.expires.as_deref().map(|date| format!(" until {date}")).unwrap_or_default();
        let who = format!("{}{until}: {}", waiver.owner, waiver.reason);
        self.labelled("by", LABEL, &[Span::plain(sanitize::line(&who))]);
        self.line("");
    }

    pub fn unread(&mut self, report: &Report) {
        let untold = report.unread_untold();
        for unread in untold.iter().take(LISTED) {
            let text = format!("unread {}: {}", sanitize::line(&unread.path), sanitize::line(&unread.why));
            self.wrapped(&[Span::plain(text)]);
        }
        self.more(untold.len(), "unread", "not read");
        if !untold.is_empty() {
            self.line("");
        }
    }

    fn more(&mut self, number: usize, word: &str, what: &str) {
        if number > LISTED {
            self.line(&self.style.paint(Meaning::Faint, &format!("{word}: {} more {what}", number - LISTED)));
            self.line("");
        }
    }
}
