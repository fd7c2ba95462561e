//! What surrounds the commands: triggers, conditions, tolerated failures, matrices, variables, inputs.

mod matrix;
mod pairing;
mod triggers;

use super::checks::judges;
use super::inventory::{File, Inventory};
use super::narrowing::{self, Narrower};
use super::{Kind, Spot, Weakening};
use crate::facts::ci::commands;
use crate::facts::ci::{Action, Job, Setting, Step, Written};
use pairing::{closeness, resembles};

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

fn is_check(step: &Step) -> bool {
    let judges =
        |words: &[String]| commands::kind(&commands::shape(words)).is_some_and(|kind| kind != commands::Kind::Build);
    match &step.action {
        Action::Run { script, .. } => script.commands.iter().any(|command| judges(&command.words)),
        Action::Uses { name, .. } => commands::action(name).is_some_and(|words| judges(&words)),
    }
}
