//! From the text of a packet to what it says, or to everything that can't be followed in it.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

use super::markdown::{self, Kind, Part, Statement};
use super::phrases::{self, Measure};
use super::{Criterion, Packet, Permission, Prohibition, Risk, Section, Task, Written};
use crate::policy::{Flavor, Limit, Origin, Patterns, Problem, Scope, Text, check_pattern, nearest};

/// Larger files are no packets.
const MAX_BYTES: usize = 256 * 1024;

pub(super) fn packet(path: &str, bytes: &[u8]) -> (Packet, Vec<Problem>) {
    let refuse = |message: String, fix: &str| {
        let text = Arc::new(Text::new(path, String::new()));
        let problem = Problem::new(&text, 0..0, message).fix(fix);
        (Reader::new(path, "").packet, vec![problem])
    };
    if bytes.len() > MAX_BYTES {
        return refuse(format!("a packet of {} bytes; the limit is {MAX_BYTES}", bytes.len()), "write one task only");
    }
    let Ok(text) = std::str::from_utf8(bytes) else {
        return refuse("the packet is not UTF-8".into(), "save it as UTF-8");
    };
    let mut reader = Reader::new(path, text);
    for part in markdown::read(text) {
        match part {
            Part::Heading { title, line } => reader.heading(&title, line),
            Part::Statement(statement) => reader.statement(&statement),
        }
    }
    reader.finish()
}

/// The section that a heading names, by the names people give it.
pub(super) fn section(title: &str) -> Option<Section> {
    let title = words(title);
    let named = |names: &[&str]| names.contains(&title.as_str());
    let found = Section::ALL.into_iter().find(|section| words(section.title()) == title);
    found.or_else(|| match () {
        () if named(&["goal", "task", "expected behavior", "expected behaviour"]) => Some(Section::Objective),
        () if named(&["context", "problem", "why", "motivation", "current behavior"]) => Some(Section::Background),
        () if named(&["implementation rules", "rules", "error contract"]) => Some(Section::Constraints),
        () if named(&["criteria", "acceptance", "done when", "definition of done"]) => {
            Some(Section::AcceptanceCriteria)
        }
        () if named(&["tests", "how to verify", "test plan"]) => Some(Section::Verification),
        () if named(&["stop", "stop if", "stop and report if"]) => Some(Section::StopConditions),
        () if named(&["output", "final response", "deliverables"]) => Some(Section::OutputExpected),
        () => None,
    })
}

fn words(text: &str) -> String {
    let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect::<Vec<_>>().join(" ")
}

/// What the lines below a label are.
#[derive(Clone, Copy, PartialEq, Eq)]
enum List {
    Allowed,
    Forbidden,
    Limits,
}

fn list(label: &str) -> Option<List> {
    let label = words(label);
    let begins = |names: &[&str]| names.iter().any(|name| label.starts_with(name));
    match () {
        () if begins(&[
            "not allowed",
            "forbidden",
            "disallowed",
            "out of scope",
            "off limits",
            "do not",
            "not in scope",
        ]) =>
        {
            Some(List::Forbidden)
        }
        () if begins(&["allowed", "in scope", "modules", "module", "files", "paths"]) => Some(List::Allowed),
        () if begins(&["limits", "limit"]) => Some(List::Limits),
        () => None,
    }
}

struct Reader {
    text: Arc<Text>,
    packet: Packet,
    problems: Vec<Problem>,
    section: Option<Section>,
    list: Option<List>,
    allowed: Vec<(String, u32)>,
    forbidden: Vec<(String, u32)>,
    ids: BTreeSet<String>,
}

impl Reader {
    fn new(path: &str, text: &str) -> Self {
        let packet = Packet {
            path: path.to_owned(),
            title: None,
            task: None,
            permission: None,
            risk: None,
            objective: Vec::new(),
            sections: Vec::new(),
            scope: Scope::default(),
            prohibited: Vec::new(),
            criteria: Vec::new(),
            commands: Vec::new(),
            stops: Vec::new(),
        };
        Self {
            text: Arc::new(Text::new(path, text.to_owned())),
            packet,
            problems: Vec::new(),
            section: None,
            list: None,
            allowed: Vec::new(),
            forbidden: Vec::new(),
            ids: BTreeSet::new(),
        }
    }

    fn origin(&self, span: &Range<usize>) -> Origin {
        Origin { path: self.packet.path.clone(), line: self.text.line(span.start) }
    }

    fn problem(&mut self, span: &Range<usize>, message: impl Into<String>, fix: impl Into<String>) {
        self.problems.push(Problem::new(&self.text, span.clone(), message).fix(fix));
    }

    fn heading(&mut self, title: &str, span: Range<usize>) {
        self.list = None;
        if let Some(section) = section(title) {
            let origin = self.origin(&span);
            if self.packet.sections.iter().any(|(known, _)| *known == section) {
                let title = section.title();
                return self.problem(
                    &span,
                    format!("a second section `{title}`"),
                    "join the two: one packet, one task",
                );
            }
            self.packet.sections.push((section, origin));
            self.section = Some(section);
        } else if self.section == Some(Section::Scope) && list(title).is_some() {
            self.list = list(title);
        } else if self.packet.title.is_none() && self.packet.sections.is_empty() {
            self.packet.title = Some(title.to_owned());
        } else if let Some(near) = nearest(title, Section::ALL.iter().map(|section| section.title())) {
            // A misspelt scope would be no scope at all.
            self.problem(&span, format!("no section is called `{title}`"), format!("did you mean `{near}`?"));
        } else {
            self.section = None;
        }
    }

    fn statement(&mut self, statement: &Statement) {
        match self.section {
            None if self.packet.sections.is_empty() => self.preface(statement),
            Some(Section::Objective) => {
                let origin = self.origin(&statement.span);
                self.packet.objective.push(Written { value: statement.text.clone(), origin });
            }
            Some(Section::Scope) => self.scope(statement),
            Some(Section::Constraints) if denies(&statement.text) => self.prohibit(statement),
            Some(Section::AcceptanceCriteria) => self.criterion(statement),
            Some(Section::Verification) => self.commands(statement),
            Some(Section::StopConditions) => self.stop(statement),
            _ => {}
        }
    }

    /// `Task type: bug-fix`, before the first section.
    fn preface(&mut self, statement: &Statement) {
        let Some((label, value)) = statement.text.split_once(':') else { return };
        let (value, span) = (value.trim(), &statement.span);
        let origin = self.origin(span);
        match words(label).as_str() {
            "task type" | "type" => match Task::ALL.into_iter().find(|task| words(task.name()) == words(value)) {
                Some(task) => self.packet.task = Some(Written { value: task, origin }),
                None => self.unknown(span, "task type", value, Task::ALL.map(Task::name)),
            },
            "permission level" | "permission" => {
                let level = value.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
                match Permission::ALL.into_iter().find(|permission| permission.name().eq_ignore_ascii_case(level)) {
                    Some(permission) => self.packet.permission = Some(Written { value: permission, origin }),
                    None => self.unknown(span, "permission level", value, Permission::ALL.map(Permission::name)),
                }
            }
            "risk" | "risk class" | "risk classification" => {
                let class = words(value).split(' ').next().unwrap_or_default().to_owned();
                match Risk::ALL.into_iter().find(|risk| risk.name() == class) {
                    Some(risk) => self.packet.risk = Some(Written { value: risk, origin }),
                    None => self.unknown(span, "risk", value, Risk::ALL.map(Risk::name)),
                }
            }
            _ => {}
        }
    }

    fn unknown<const N: usize>(&mut self, span: &Range<usize>, what: &str, value: &str, valid: [&'static str; N]) {
        let fix = match nearest(value, valid) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("one of {}", valid.join(", ")),
        };
        self.problem(span, format!("no {what} is called `{value}`"), fix);
    }

    fn scope(&mut self, statement: &Statement) {
        let label = statement.text.split_once(':').and_then(|(label, value)| Some((list(label)?, value)));
        if let Some((list, value)) = label {
            // `max files: 10` below `Limits:` begins with no name of a list.
            self.list = Some(list);
            if value.trim().is_empty() {
                return;
            }
        }
        let list = self.list;
        match list {
            Some(List::Allowed) => {
                let patterns = self.patterns(statement);
                if patterns.is_empty() {
                    let fix = "name paths, in backticks: - `src/module/**`";
                    return self.problem(&statement.span, "no path is named among what is allowed", fix);
                }
                if self.packet.scope.allowed_origin.is_none() {
                    self.packet.scope.allowed_origin = Some(self.origin(&statement.span));
                }
                self.allowed.extend(patterns);
            }
            Some(List::Forbidden) => {
                let patterns = self.patterns(statement);
                if patterns.is_empty() {
                    self.prohibit(statement);
                }
                self.forbidden.extend(patterns);
            }
            Some(List::Limits) if self.limits(statement) => {}
            Some(List::Limits) => {
                let fix = "write `max files: 10`, `max production files: 5` or `max lines: 400`";
                self.problem(&statement.span, "no limit can be read here", fix);
            }
            None if denies(&statement.text) => self.prohibit(statement),
            None => {}
        }
    }

    /// What stands in backticks, or the whole line where it is one word.
    fn patterns(&mut self, statement: &Statement) -> Vec<(String, u32)> {
        let written: Vec<(String, Range<usize>)> = if statement.code.is_empty() {
            let source = &self.text.text[statement.span.clone()];
            let start = source.find(':').filter(|at| list(&source[..*at]).is_some()).map_or(0, |at| at + 1);
            let listed: Vec<&str> = source[start..].split(',').map(str::trim).collect();
            let is_path = |text: &&str| !text.is_empty() && !text.contains(char::is_whitespace) && *text != "none";
            if !listed.iter().all(is_path) {
                return Vec::new();
            }
            listed.into_iter().map(|text| (text.trim_end_matches('.').to_owned(), statement.span.clone())).collect()
        } else {
            statement.code.clone()
        };
        let mut patterns = Vec::new();
        for (pattern, span) in written {
            match check_pattern(&pattern, Flavor::Path) {
                Ok(()) => patterns.push((pattern, self.text.line(span.start))),
                Err((message, fix)) => self.problem(&span, message, fix),
            }
        }
        patterns
    }

    fn prohibit(&mut self, statement: &Statement) {
        let origin = self.origin(&statement.span);
        for kind in phrases::prohibitions(&statement.text) {
            let known = self.packet.prohibited.iter().any(|written: &Written<Prohibition>| written.value == kind);
            if !known {
                self.packet.prohibited.push(Written { value: kind, origin: origin.clone() });
            }
        }
    }

    /// The narrowest of several limits holds.
    fn limits(&mut self, statement: &Statement) -> bool {
        let limits = phrases::limits(&statement.text);
        let origin = self.origin(&statement.span);
        for (measure, value) in &limits {
            let slot = match measure {
                Measure::Files => &mut self.packet.scope.max_files,
                Measure::ProductionFiles => &mut self.packet.scope.max_production_files,
                Measure::Lines => &mut self.packet.scope.max_lines,
            };
            if slot.as_ref().is_none_or(|limit| *value < limit.value) {
                *slot = Some(Limit { value: *value, origin: origin.clone() });
            }
        }
        !limits.is_empty()
    }

    fn criterion(&mut self, statement: &Statement) {
        // What is listed below a criterion explains it.
        if statement.kind != Kind::Item || statement.depth > 1 {
            return;
        }
        let number = self.packet.criteria.len() + 1;
        let (id, text) = identified(&statement.text);
        let id = id.unwrap_or_else(|| number.to_string());
        if !self.ids.insert(id.to_lowercase()) {
            self.problem(&statement.span, format!("a second criterion `{id}`"), "give each its own id");
        }
        let origin = self.origin(&statement.span);
        self.packet.criteria.push(Criterion { id, text: text.to_owned(), origin });
    }

    fn commands(&mut self, statement: &Statement) {
        let origin = self.origin(&statement.span);
        let block = statement.text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
        let found: Vec<(String, Origin)> = match statement.kind {
            Kind::Code => block.map(|line| (line.trim_start_matches("$ ").to_owned(), origin.clone())).collect(),
            _ => statement.code.iter().map(|(code, span)| (code.clone(), self.origin(span))).collect(),
        };
        self.packet.commands.extend(found.into_iter().map(|(value, origin)| Written { value, origin }));
    }

    fn stop(&mut self, statement: &Statement) {
        if statement.kind == Kind::Paragraph && statement.text.ends_with(':') {
            return;
        }
        self.limits(statement);
        self.prohibit(statement);
        let origin = self.origin(&statement.span);
        self.packet.stops.push(Written { value: statement.text.clone(), origin });
    }

    fn finish(mut self) -> (Packet, Vec<Problem>) {
        if self.packet.sections.is_empty() {
            let fix = "begin from `agentgate packet new`: it writes all eight sections";
            self.problem(&(0..0), "this is no work packet: it has none of the sections", fix);
        }
        let path = self.packet.path.clone();
        self.packet.scope.allowed = Patterns::new(Flavor::Path, &path, self.allowed);
        self.packet.scope.forbidden = Patterns::new(Flavor::Path, &path, self.forbidden);
        (self.packet, self.problems)
    }
}

/// `Do not …`, `No …`: what follows is forbidden.
fn denies(text: &str) -> bool {
    let text = words(text);
    ["do not ", "don t ", "no ", "never ", "must not ", "without "].iter().any(|start| text.starts_with(start))
}

/// `[AC-1] text`, `AC-1: text`: an id of letters and digits, and the rest.
pub(super) fn identified(text: &str) -> (Option<String>, &str) {
    let bare = text.trim_start_matches(['[', '(', '*']);
    let end = bare.find(|c: char| !(c.is_ascii_alphanumeric() || c == '-')).unwrap_or(bare.len());
    let (id, rest) = bare.split_at(end);
    let has_both = id.starts_with(|c: char| c.is_ascii_uppercase()) && id.ends_with(|c: char| c.is_ascii_digit());
    let is_set_off =
        rest.starts_with([':', ']', ')', '.']) || rest.trim_start().starts_with(['-', '\u{2013}', '\u{2014}']);
    if has_both && id.len() <= 16 && is_set_off {
        (
            Some(id.to_owned()),
            rest.trim_start_matches(|c: char| c.is_whitespace() || ":])*.-\u{2013}\u{2014}".contains(c)),
        )
    } else {
        (None, text)
    }
}
