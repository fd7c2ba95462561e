//! What surrounds the commands: triggers, conditions, tolerated failures, matrices, variables, inputs.

use super::checks::judges;
use super::inventory::{File, Inventory};
use super::narrowing::{self, Narrower};
use super::{Kind, Spot, Weakening};
use crate::facts::ci::commands;
use crate::facts::ci::{Action, Filter, FilterKind, Job, Setting, Step, Trigger, Written};

pub(super) fn compare(base: &Inventory, head: &Inventory) -> Vec<Weakening> {
    let mut found = Vec::new();
    for old in &base.pipelines {
        let Some(new) = head.pipelines.iter().find(|new| new.change == old.change) else { continue };
        let mut comparison = Comparison { inventory: (base, head), old, new, found: &mut found };
        comparison.triggers();
        comparison.variables("the pipeline", &old.pipeline.variables, &new.pipeline.variables);
        comparison.jobs();
    }
    found
}

struct Comparison<'a, 'f> {
    inventory: (&'a Inventory, &'a Inventory),
    old: &'a File,
    new: &'a File,
    found: &'f mut Vec<Weakening>,
}

impl<'a> Comparison<'a, '_> {
    fn jobs(&mut self) {
        let new_jobs: &'a [Job] = &self.new.pipeline.jobs;
        let mut left: Vec<&Job> = new_jobs.iter().collect();
        let mut pairs: Vec<(&Job, &Job)> = Vec::new();
        let old_jobs: &'a [Job] = &self.old.pipeline.jobs;
        let mut unpaired: Vec<&Job> = Vec::new();
        for job in old_jobs {
            match left.iter().position(|other| other.id == job.id) {
                Some(at) => pairs.push((job, left.remove(at))),
                None => unpaired.push(job),
            }
        }
        for job in unpaired {
            if let Some(at) = left.iter().position(|other| resembles(job, other)) {
                pairs.push((job, left.remove(at)));
            }
        }
        for (old, new) in pairs {
            self.job(old, new);
        }
    }

    fn job(&mut self, old: &Job, new: &Job) {
        let name = format!("the job `{}`", new.id);
        let checks = judges(self.inventory.0, &self.spot(old.line, false))
            || judges(self.inventory.1, &self.spot(new.line, true));
        self.tolerated(&name, old.tolerated.as_ref(), new.tolerated.as_ref(), old.line);
        self.condition(&name, old.condition.as_ref(), new.condition.as_ref(), old.line, checks);
        self.variables(&name, &old.variables, &new.variables);
        if checks {
            self.matrix(&name, old, new);
        }
        let mut left: Vec<(usize, &Step)> = new.steps.iter().enumerate().collect();
        for step in &old.steps {
            let best = left.iter().enumerate().filter_map(|(at, (_, other))| Some((closeness(step, other)?, at))).min();
            let Some((_, at)) = best else { continue };
            let (_, other) = left.remove(at);
            self.step(step, other);
        }
    }

    fn step(&mut self, old: &Step, new: &Step) {
        let name = match (&new.name, &new.action) {
            (Some(name), _) => format!("the step `{name}`"),
            (None, Action::Uses { name, .. }) => format!("the step `{name}`"),
            (None, Action::Run { text, .. }) => {
                format!("the step `{}`", text.lines().next().unwrap_or_default().trim())
            }
        };
        self.tolerated(&name, old.tolerated.as_ref(), new.tolerated.as_ref(), old.line);
        self.condition(&name, old.condition.as_ref(), new.condition.as_ref(), old.line, is_check(old) || is_check(new));
        self.variables(&name, &old.variables, &new.variables);
        if let (Action::Uses { inputs: before, .. }, Action::Uses { inputs: after, .. }) = (&old.action, &new.action) {
            self.inputs(&name, before, after);
        }
    }

    fn tolerated(&mut self, name: &str, old: Option<&Written>, new: Option<&Written>, base_line: u32) {
        if let (None, Some(now)) = (old, new) {
            let plain = matches!(now.text.as_str(), "true" | "…" | "yes");
            let when = if plain { String::new() } else { format!(" ({})", now.text) };
            self.push(
                Kind::Tolerated,
                format!("a failure of {name} is tolerated now{when}"),
                now.line,
                base_line,
                true,
            );
        }
    }

    fn condition(&mut self, name: &str, old: Option<&Written>, new: Option<&Written>, base_line: u32, checks: bool) {
        let Some(now) = new else { return };
        let Some(narrower) = narrowing::condition(old.map(|it| it.text.as_str()), Some(&now.text)) else { return };
        let what = match &narrower {
            Narrower::Off => format!("{name} never runs: `{}`", now.text),
            Narrower::Also(extra) => format!("{name} runs only if `{extra}`"),
            Narrower::Without(lost) => format!("{name} no longer runs if `{lost}`"),
        };
        if checks || narrower == Narrower::Off {
            let base_line = old.map_or(base_line, |it| it.line);
            let kind = match &narrower {
                Narrower::Also(extra) if narrowing::is_fork_guard(extra) => Kind::NotInForks,
                _ => Kind::Conditional,
            };
            self.push(kind, what, now.line, base_line, narrower == Narrower::Off || checks);
            if let Some(last) = self.found.last_mut() {
                last.before = old.map(|it| it.text.clone());
                last.after = Some(now.text.clone());
            }
        }
    }

    fn variables(&mut self, name: &str, old: &[Setting], new: &[Setting]) {
        let names = old.iter().chain(new).map(|setting| setting.name.as_str());
        let mut seen: Vec<&str> = Vec::new();
        for variable in names {
            if seen.contains(&variable) {
                continue;
            }
            seen.push(variable);
            let Some(row) = commands::variable(variable) else { continue };
            let (before, after) = (last(old, variable), last(new, variable));
            if row.weakens(before.map(|it| it.value.as_str()), after.map(|it| it.value.as_str())) {
                self.setting(name, variable, before, after, &row.says);
            }
        }
    }

    fn inputs(&mut self, name: &str, old: &[Setting], new: &[Setting]) {
        for setting in old.iter().chain(new.iter().filter(|it| !old.iter().any(|other| other.name == it.name))) {
            let Some(row) = commands::input(&setting.name) else { continue };
            let before = old.iter().find(|it| it.name == setting.name);
            let after = new.iter().find(|it| it.name == setting.name);
            if row.weakens(before.map(|it| it.value.as_str()), after.map(|it| it.value.as_str())) {
                self.setting(name, &setting.name, before, after, &row.says);
            }
        }
    }

    fn setting(&mut self, name: &str, key: &str, before: Option<&Setting>, after: Option<&Setting>, says: &str) {
        let show = |setting: Option<&Setting>| setting.map_or("nothing".to_owned(), |it| format!("`{}`", it.value));
        let what = format!("`{key}` of {name} went from {} to {}: {says}", show(before), show(after));
        let (spot, base_spot) = match (before, after) {
            (_, Some(after)) => (self.spot(after.line, true), before.map(|it| self.spot(it.line, false))),
            (Some(before), None) => (self.spot(before.line, false), None),
            (None, None) => return,
        };
        let text = |setting: Option<&Setting>| setting.map(|it| format!("{}: {}", it.name, it.value));
        let (before, after) = (text(before), text(after));
        self.found.push(Weakening { kind: Kind::Setting, what, spot, base_spot, before, after, sure: true });
    }

    fn matrix(&mut self, name: &str, old: &Job, new: &Job) {
        for axis in &old.axes {
            let Some(now) = new.axes.iter().find(|it| it.name == axis.name) else { continue };
            let lost: Vec<&Written> =
                axis.values.iter().filter(|value| !now.values.iter().any(|it| it.text == value.text)).collect();
            let added = now.values.iter().any(|value| !axis.values.iter().any(|it| it.text == value.text));
            // A value in place of another is a version that moved on; the oldest one that goes is the end of its support.
            if lost.is_empty() || added || lost.iter().all(|value| is_oldest(value, axis.values.as_slice(), &lost)) {
                continue;
            }
            let values: Vec<String> = lost.iter().map(|value| format!("`{}`", value.text)).collect();
            let what = format!("{name} is no longer run for {} {}", axis.name, values.join(", "));
            self.push_base(Kind::Matrix, what, lost[0].line);
        }
        for value in &new.excluded {
            if !old.excluded.iter().any(|it| it.text == value.text) && !old.axes.is_empty() {
                self.push(
                    Kind::Matrix,
                    format!("{name} is no longer run for `{}`", value.text),
                    value.line,
                    old.line,
                    false,
                );
            }
        }
    }

    fn triggers(&mut self) {
        let (old, new) = (&self.old.pipeline, &self.new.pipeline);
        let runs_checks = self.inventory.0.runs.iter().any(|run| {
            run.kind.is_some_and(|kind| kind != commands::Kind::Build)
                && self.inventory.0.units[run.unit].change == self.old.change
        });
        if !runs_checks || old.triggers.is_empty() {
            return;
        }
        // What runs on pull requests has run before it is pushed to a protected branch.
        let on_request = |triggers: &[Trigger]| {
            triggers.iter().any(|it| matches!(it.event.as_str(), "pull_request" | "merge_group" | "pr"))
        };
        let before_merge = on_request(&new.triggers);
        for trigger in &old.triggers {
            let gates = matches!(
                trigger.event.as_str(),
                "pull_request" | "pull_request_target" | "merge_group" | "pr" | "pull-requests"
            );
            let regular = gates || matches!(trigger.event.as_str(), "push" | "schedule" | "trigger" | "default");
            match new.triggers.iter().find(|it| it.event == trigger.event) {
                None if regular && !(trigger.event == "push" && before_merge) => {
                    let moved = trigger.event == "pull_request"
                        && new.triggers.iter().any(|it| it.event == "pull_request_target");
                    if !moved {
                        self.push_base(
                            Kind::Trigger,
                            format!("`{}` no longer starts these checks", trigger.event),
                            trigger.line,
                        );
                    }
                }
                Some(now) if gates || (regular && !before_merge) => self.filters(trigger, now),
                _ => {}
            }
        }
    }

    fn filters(&mut self, old: &Trigger, new: &Trigger) {
        for filter in &new.filters {
            let before = old.filters.iter().find(|it| it.what == filter.what);
            if let Some((what, line)) = narrower_filter(before, filter) {
                let what = format!(
                    "`{}` starts these checks for fewer {}: {what}",
                    new.event,
                    filter.what.noun().trim_start_matches("ignored ")
                );
                self.push(Kind::Trigger, what, line, before.map_or(old.line, |it| it.line), before.is_some());
            }
        }
    }

    fn spot(&self, line: u32, head: bool) -> Spot {
        let file = if head { self.new } else { self.old };
        Spot { path: file.path.clone(), side: file.side, line: line.max(1) }
    }

    fn push(&mut self, kind: Kind, what: String, line: u32, base_line: u32, sure: bool) {
        let (spot, base_spot) = (self.spot(line, true), Some(self.spot(base_line, false)));
        self.found.push(Weakening { kind, what, spot, base_spot, before: None, after: None, sure });
    }

    fn push_base(&mut self, kind: Kind, what: String, line: u32) {
        let spot = self.spot(line, false);
        self.found.push(Weakening { kind, what, spot, base_spot: None, before: None, after: None, sure: false });
    }
}

/// The setting that counts: of several of a name the last.
fn last<'s>(settings: &'s [Setting], name: &str) -> Option<&'s Setting> {
    settings.iter().rev().find(|setting| setting.name == name)
}

/// What a filter lost, or the ignored patterns it gained.
fn narrower_filter(before: Option<&Filter>, after: &Filter) -> Option<(String, u32)> {
    let has = |patterns: &[Written], pattern: &Written| patterns.iter().any(|it| it.text == pattern.text);
    let list =
        |patterns: &[&Written]| patterns.iter().map(|it| format!("`{}`", it.text)).collect::<Vec<_>>().join(", ");
    if after.what.includes() {
        let Some(before) = before else {
            let wide = after.patterns.iter().any(|it| matches!(it.text.as_str(), "**" | "*" | "**/*"));
            return (!wide).then(|| (format!("only {}", list(&after.patterns.iter().collect::<Vec<_>>())), after.line));
        };
        let lost: Vec<&Written> = before.patterns.iter().filter(|it| !has(&after.patterns, it)).collect();
        let added: Vec<&Written> = after.patterns.iter().filter(|it| !has(&before.patterns, it)).collect();
        let excluded: Vec<&Written> =
            added.iter().copied().filter(|it| it.text.starts_with('!') && !is_documentation(&it.text)).collect();
        if !excluded.is_empty() {
            return Some((format!("not {}", list(&excluded)), excluded[0].line));
        }
        return (!lost.is_empty() && added.is_empty() && !lost.iter().all(|it| it.text.starts_with('!')))
            .then(|| (format!("no longer {}", list(&lost)), after.line));
    }
    let old = before.map(|it| it.patterns.as_slice()).unwrap_or_default();
    let added: Vec<&Written> = after.patterns.iter().filter(|it| !has(old, it) && !it.text.starts_with('!')).collect();
    let grave: Vec<&Written> = match after.what {
        FilterKind::PathsIgnore => added.into_iter().filter(|it| !is_documentation(&it.text)).collect(),
        _ => added,
    };
    (!grave.is_empty()).then(|| (format!("not {}", list(&grave)), grave[0].line))
}

/// Paths of which no test can say anything.
fn is_documentation(pattern: &str) -> bool {
    let pattern =
        pattern.trim_start_matches('!').trim_start_matches("**/").trim_start_matches('/').to_ascii_lowercase();
    const NAMES: &[&str] = &[
        "docs",
        "doc",
        "documentation",
        "license",
        "readme",
        "changelog",
        "contributing",
        "code_of_conduct",
        "security",
        "website",
        "site",
        "assets",
        "media",
        "images",
        ".github/issue_template",
        ".vscode",
        ".idea",
        ".gitignore",
        ".editorconfig",
        "codeowners",
        ".devcontainer",
        "examples",
        "example",
        "blog",
        "authors",
        "funding",
        ".gitattributes",
        "mkdocs",
        "netlify",
        "renovate",
        "dependabot",
        ".claude",
        ".cursor",
    ];
    const ENDINGS: &[&str] = &[".md", ".mdx", ".rst", ".txt", ".adoc", ".png", ".svg", ".jpg", ".gif", ".ipynb"];
    ENDINGS.iter().any(|ending| pattern.ends_with(ending))
        || NAMES.iter().any(|name| pattern.starts_with(name) || pattern.contains(&format!("/{name}")))
}

/// Version-like values below all that stay.
fn is_oldest(value: &Written, all: &[Written], lost: &[&Written]) -> bool {
    let Some(own) = version(&value.text) else { return false };
    all.iter()
        .filter(|other| !lost.iter().any(|it| it.text == other.text))
        .all(|other| version(&other.text).is_some_and(|theirs| own < theirs))
}

fn version(text: &str) -> Option<Vec<u32>> {
    let digits = text.trim_start_matches(|c: char| !c.is_ascii_digit());
    if digits.is_empty() || text.chars().take_while(|c| !c.is_ascii_digit()).count() > 14 {
        return None;
    }
    let parts: Vec<u32> = digits.split(['.', '-']).map_while(|part| part.parse().ok()).collect();
    (!parts.is_empty()).then_some(parts)
}

/// Whether two jobs of different names run mostly the same.
fn resembles(one: &Job, other: &Job) -> bool {
    let texts = |job: &Job| -> Vec<String> {
        job.steps
            .iter()
            .map(|step| match &step.action {
                Action::Run { text, .. } => text.trim().to_owned(),
                Action::Uses { name, .. } => name.split('@').next().unwrap_or(name).to_owned(),
            })
            .collect()
    };
    let (one, other) = (texts(one), texts(other));
    let common = one.iter().filter(|text| other.contains(text)).count();
    !one.is_empty() && common * 2 > one.len().max(other.len())
}

/// How surely a step became another; smaller is surer, `None` is another step.
fn closeness(one: &Step, other: &Step) -> Option<u32> {
    let named = one.name.is_some() && one.name == other.name;
    match (&one.action, &other.action) {
        (Action::Uses { name: old, inputs: before }, Action::Uses { name: new, inputs: after }) => {
            let same = old.split('@').next() == new.split('@').next();
            let values =
                |inputs: &[Setting]| inputs.iter().map(|it| format!("{}={}", it.name, it.value)).collect::<Vec<_>>();
            match (same, named) {
                (true, true) => Some(0),
                (true, false) if values(before) == values(after) => Some(1),
                (true, false) => Some(2),
                (false, true) => Some(4),
                (false, false) => None,
            }
        }
        (Action::Run { text: old, .. }, Action::Run { text: new, .. }) => {
            let first =
                |text: &str| text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default().to_owned();
            match (old.trim() == new.trim(), named, first(old) == first(new)) {
                (true, true, _) => Some(0),
                (true, false, _) => Some(1),
                (false, true, _) => Some(2),
                (false, false, true) => Some(3),
                (false, false, false) => None,
            }
        }
        _ => named.then_some(5),
    }
}

fn is_check(step: &Step) -> bool {
    let judges =
        |words: &[String]| commands::kind(&commands::shape(words)).is_some_and(|kind| kind != commands::Kind::Build);
    match &step.action {
        Action::Run { script, .. } => script.commands.iter().any(|command| judges(&command.words)),
        Action::Uses { name, .. } => commands::action(name).is_some_and(|words| judges(&words)),
    }
}
