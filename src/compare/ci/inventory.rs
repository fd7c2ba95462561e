//! Every command that one side's changed pipelines and scripts run.

use std::collections::HashMap;

use super::Spot;
use crate::change::{ChangeSet, FileChange};
use crate::facts::ci::commands::{self, Kind, Shape};
use crate::facts::ci::scripts::{self, Recipe};
use crate::facts::ci::{self, Action, Job, Pipeline, Step};
use crate::facts::shell::{Command, Failure, Swallow, Variable};
use crate::{RepoPath, Side};

/// Calls are followed so many scripts deep.
const HOPS: u32 = 3;

#[derive(Default)]
pub(super) struct Inventory {
    pub pipelines: Vec<File>,
    pub units: Vec<Unit>,
    pub runs: Vec<Run>,
}

/// A changed pipeline.
pub(super) struct File {
    /// Position of the change it belongs to: both sides of a file share it.
    pub change: usize,
    pub path: RepoPath,
    pub side: Side,
    pub pipeline: Pipeline,
}

/// A job, a script or a hook: what runs as a whole.
pub(super) struct Unit {
    pub change: usize,
    pub name: String,
    pub spot: Spot,
    pub kind: UnitKind,
    /// How many combinations a job is run in.
    pub legs: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum UnitKind {
    Job,
    Script,
    /// A script that a tool runs by itself: a git hook, `pretest`.
    Hook,
}

/// One command as it is run.
pub(super) struct Run {
    pub unit: usize,
    /// Which step of the job, or command of the script.
    pub step: usize,
    pub step_name: Option<String>,
    pub spot: Spot,
    pub text: String,
    pub shape: Shape,
    pub kind: Option<Kind>,
    /// What hides its failure, and where that is written.
    pub swallow: Option<(Swallow, Spot)>,
    /// The step or job around it may fail.
    pub tolerated: bool,
    pub guards: Vec<String>,
    /// `NAME=value` before it.
    pub variables: Vec<Variable>,
    /// It calls a script whose own checks are listed.
    pub expanded: bool,
    /// The run whose call leads here through scripts.
    pub caller: Option<usize>,
}

impl Inventory {
    pub fn of(change: &ChangeSet, side: Side) -> Self {
        let mut inventory = Self::default();
        let mut reader = Reader { change, side, recipes: HashMap::new() };
        for (at, file) in change.files.iter().enumerate() {
            inventory.file(&mut reader, at, file);
        }
        inventory
    }

    fn file(&mut self, reader: &mut Reader<'_>, at: usize, file: &FileChange) {
        let Some(entry) = file.side(reader.side) else { return };
        let path = entry.path.clone();
        let is_pipeline = ci::is_pipeline(&path);
        if !is_pipeline && !scripts::is_scripts(&path) {
            return;
        }
        let Some(Ok(bytes)) = reader.change.content(file, reader.side) else { return };
        if is_pipeline {
            if let Some(Ok(pipeline)) = ci::read(&path, &bytes) {
                for job in &pipeline.jobs {
                    self.job(reader, at, &path, job);
                }
                self.pipelines.push(File { change: at, path, side: reader.side, pipeline });
            }
            return;
        }
        for recipe in scripts::read(&path, &bytes) {
            let kind = if is_hook(&path, &recipe.name) { UnitKind::Hook } else { UnitKind::Script };
            let spot = Spot { path: path.clone(), side: reader.side, line: recipe.line };
            let name = if recipe.name.is_empty() { path.to_text() } else { recipe.name.clone() };
            self.units.push(Unit { change: at, name, spot, kind, legs: 1 });
            let unit = self.units.len() - 1;
            let folder = String::from_utf8_lossy(path.parent()).into_owned();
            for (step, command) in recipe.commands.iter().enumerate() {
                let place = Place {
                    unit,
                    step,
                    step_name: None,
                    path: &path,
                    folder: &folder,
                    tolerated: false,
                    hops: 0,
                    caller: None,
                    outer: None,
                };
                self.command(reader, &place, command);
            }
        }
    }

    fn job(&mut self, reader: &mut Reader<'_>, at: usize, path: &RepoPath, job: &Job) {
        let spot = Spot { path: path.clone(), side: reader.side, line: job.line };
        let legs = job.axes.iter().map(|axis| axis.values.len().max(1)).product::<usize>().max(1);
        self.units.push(Unit { change: at, name: job.id.clone(), spot, kind: UnitKind::Job, legs });
        let unit = self.units.len() - 1;
        for (at, step) in job.steps.iter().enumerate() {
            self.step(reader, unit, at, path, job, step);
        }
    }

    fn step(&mut self, reader: &mut Reader<'_>, unit: usize, at: usize, path: &RepoPath, job: &Job, step: &Step) {
        let tolerated = step.tolerated.is_some() || job.tolerated.is_some();
        let folder = step.directory.clone().unwrap_or_default();
        let place = Place {
            unit,
            step: at,
            step_name: step.name.clone(),
            path,
            folder: &folder,
            tolerated,
            hops: 0,
            caller: None,
            outer: None,
        };
        match &step.action {
            Action::Run { script, line, .. } => {
                for command in &script.commands {
                    let command = Command { line: command.line.saturating_add(*line), ..command.clone() };
                    self.command(reader, &place, &command);
                }
            }
            Action::Uses { name, .. } => {
                let Some(words) = commands::action(name) else { return };
                let shape = commands::shape(&words);
                let kind = commands::kind(&shape);
                let spot = Spot { path: path.clone(), side: reader.side, line: step.line };
                self.runs.push(Run {
                    unit,
                    step: at,
                    step_name: step.name.clone(),
                    spot,
                    text: format!("uses: {name}"),
                    shape,
                    kind,
                    swallow: None,
                    tolerated,
                    guards: Vec::new(),
                    variables: Vec::new(),
                    expanded: false,
                    caller: None,
                });
            }
        }
    }

    fn command(&mut self, reader: &mut Reader<'_>, place: &Place<'_>, command: &Command) {
        let mut shape = commands::shape(&command.words);
        let called: Vec<(RepoPath, Recipe)> = scripts::called(&shape, &command.words, place.folder)
            .into_iter()
            .filter_map(|(path, name)| reader.recipe(&path, &name).map(|recipe| (path, recipe)))
            .collect();
        if called.is_empty()
            && let Some(program) = commands::program(&shape)
        {
            shape = program;
        }
        let kind = commands::kind(&shape);
        let spot = Spot { path: place.path.clone(), side: reader.side, line: command.line };
        let own = match &command.failure {
            Failure::Stops => None,
            Failure::Swallowed(swallow) => Some((swallow.clone(), spot.clone())),
        };
        let (outer_swallow, outer_guards) =
            place.outer.map_or((None, &[][..]), |outer| (outer.swallow.clone(), outer.guards.as_slice()));
        let swallow = outer_swallow.or(own);
        let guards: Vec<String> = outer_guards.iter().chain(&command.guards).cloned().collect();
        let index = self.runs.len();
        self.runs.push(Run {
            unit: place.unit,
            step: place.step,
            step_name: place.step_name.clone(),
            spot,
            text: command.text.clone(),
            shape,
            kind,
            swallow: swallow.clone(),
            tolerated: place.tolerated,
            guards: guards.clone(),
            variables: command.variables.clone(),
            expanded: false,
            caller: place.caller,
        });
        if place.hops >= HOPS {
            return;
        }
        for (path, recipe) in called {
            let folder = String::from_utf8_lossy(path.parent()).into_owned();
            let outer = Outer { swallow: swallow.clone(), guards: guards.clone() };
            let inner = Place {
                path: &path,
                folder: &folder,
                hops: place.hops + 1,
                caller: place.caller.or(Some(index)),
                outer: Some(&outer),
                step_name: None,
                ..*place
            };
            let before = self.runs.len();
            for command in &recipe.commands {
                self.command(reader, &inner, command);
            }
            if self.runs[before..].iter().any(|run| run.kind.is_some()) {
                self.runs[index].expanded = true;
            }
        }
    }
}

/// What a caller says about failure, and its conditions.
struct Outer {
    swallow: Option<(Swallow, Spot)>,
    guards: Vec<String>,
}

struct Place<'a> {
    unit: usize,
    step: usize,
    step_name: Option<String>,
    path: &'a RepoPath,
    folder: &'a str,
    tolerated: bool,
    hops: u32,
    caller: Option<usize>,
    outer: Option<&'a Outer>,
}

struct Reader<'a> {
    change: &'a ChangeSet,
    side: Side,
    recipes: HashMap<RepoPath, Vec<Recipe>>,
}

impl Reader<'_> {
    fn recipe(&mut self, path: &RepoPath, name: &str) -> Option<Recipe> {
        if !scripts::is_scripts(path) {
            return None;
        }
        if !self.recipes.contains_key(path) {
            let source = self.change.source();
            let bytes = source.entry(self.side, path).and_then(|entry| source.read(&entry).ok());
            let recipes = bytes.map(|bytes| scripts::read(path, &bytes)).unwrap_or_default();
            self.recipes.insert(path.clone(), recipes);
        }
        self.recipes.get(path)?.iter().find(|recipe| recipe.name == name).cloned()
    }
}

fn is_hook(path: &RepoPath, recipe: &str) -> bool {
    let text = path.to_text();
    let in_hooks = [".husky/", ".githooks/", "githooks/", ".hooks/"].iter().any(|folder| text.starts_with(folder));
    in_hooks || matches!(recipe, "pretest" | "posttest" | "prepublishOnly" | "precommit" | "prepush")
}
