//! How risky a change is, told from what it touches, each class with its reason.
//!
//! Words about risk are claims; this is what the diff says. Tests, documents and comments risk nothing.

use std::collections::BTreeSet;

use crate::change::{FileChange, Role};
use crate::facts::contracts::Format;
use crate::facts::migrations::{self, Migration};
use crate::facts::{behaviour, gate};
use crate::lang;
use crate::packet::Risk;
use crate::policy::{Area, Origin};
use crate::verdict::{Confidence, Place};
use crate::{Context, RepoPath, Side};

/// Why a change is of a class.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    pub class: Risk,
    /// What it is about; absent for the size of the change.
    pub area: Option<Area>,
    /// A phrase: `changes a migration`.
    pub what: String,
    pub place: Option<Place>,
    /// The policy line that says so.
    pub because: Option<Origin>,
}

/// The class with its reasons, the gravest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Assessment {
    pub reasons: Vec<Reason>,
}

impl Assessment {
    pub fn class(&self) -> Risk {
        self.reasons.iter().map(|reason| reason.class).max().unwrap_or(Risk::Low)
    }

    /// The reasons of the class it is of, as one phrase.
    pub fn why(&self) -> String {
        let class = self.class();
        let whats: Vec<&str> =
            self.reasons.iter().filter(|reason| reason.class == class).map(|reason| reason.what.as_str()).collect();
        whats.join(", ")
    }
}

/// What the change risks.
pub fn of(context: &Context<'_>) -> Assessment {
    let mut reasons = Vec::new();
    migrations(context, &mut reasons);
    contracts(context, &mut reasons);
    dependencies(context, &mut reasons);
    areas(context, &mut reasons);
    breadth(context, &mut reasons);
    reasons.sort_by_key(|reason| std::cmp::Reverse(reason.class));
    Assessment { reasons }
}

fn migrations(context: &Context<'_>, reasons: &mut Vec<Reason>) {
    let found = context.change.files.iter().filter(|file| !file.role.is_test()).find_map(|file| {
        let kind = file.touched().find_map(|(_, path)| migrations::classify(path))?;
        Some((file, if kind == Migration::Schema { "changes the database schema" } else { "changes a migration" }))
    });
    reasons.extend(found.map(|(file, what)| reason(Risk::High, Some(Area::Data), what.into(), Some(place(file)))));
}

fn contracts(context: &Context<'_>, reasons: &mut Vec<Reason>) {
    let broken = context.compared.contracts().breaks.iter().find(|it| !it.is_doubtful && it.format != Format::Symbols);
    reasons.extend(broken.map(|it| {
        let place = Place::line(&it.path, it.side, it.line);
        reason(Risk::High, Some(Area::Contract), format!("breaks callers ({})", it.what), Some(place))
    }));
}

fn dependencies(context: &Context<'_>, reasons: &mut Vec<Reason>) {
    let new = context.compared.dependencies().mentions.iter().find(|mention| mention.is_new());
    reasons.extend(new.map(|mention| {
        let place = Place::line(&mention.path, Side::Head, mention.dependency.line);
        reason(Risk::Medium, None, format!("depends on `{}` newly", mention.dependency.name), Some(place))
    }));
}

fn areas(context: &Context<'_>, reasons: &mut Vec<Reason>) {
    let mut seen = BTreeSet::new();
    for file in context.change.files.iter().filter(|file| may_act(file)) {
        for (_, path) in file.touched() {
            for (area, found) in context.policy.risk().of(path) {
                if seen.contains(&area) || !acts(context, file) {
                    continue;
                }
                seen.insert(area);
                let what = format!("touches {} code (`{}`)", area.name(), path.to_text());
                let because = Some(found.origin.clone());
                reasons.push(Reason { because, ..reason(area.class(), Some(area), what, Some(place(file))) });
            }
        }
    }
}

/// How many modules, that is folders with a manifest of their own, are changed in what they do.
fn breadth(context: &Context<'_>, reasons: &mut Vec<Reason>) {
    /// More than this is no slice of one system.
    const FEW: usize = 3;
    let roles = context.policy.roles();
    let changed: Vec<&FileChange> =
        context.change.files.iter().filter(|file| file.role == Role::Production && !file.is_same_content()).collect();
    if changed.len() < 2 {
        return;
    }
    let paths = context.change.source().paths(Side::Base);
    let folders: BTreeSet<&[u8]> =
        paths.iter().filter(|path| roles.role(path) == Role::Manifest).map(RepoPath::parent).collect();
    let homes: Vec<(&FileChange, &[u8])> =
        changed.into_iter().map(|file| (file, home(file.path(), &folders))).collect();
    if homes.iter().map(|(_, home)| home).collect::<BTreeSet<_>>().len() < 2 {
        return;
    }
    let acting = homes.iter().filter(|(file, _)| acts(context, file));
    let modules: BTreeSet<&[u8]> = acting.map(|(_, home)| *home).collect();
    let class = match modules.len() {
        0 | 1 => return,
        count if count <= FEW => Risk::Medium,
        _ => Risk::High,
    };
    reasons.push(reason(class, None, format!("changes {} modules", modules.len()), None));
}

/// The nearest folder above that has a manifest; the top where none has.
fn home<'a>(path: &'a RepoPath, folders: &BTreeSet<&[u8]>) -> &'a [u8] {
    let mut folder = path.parent();
    while !folder.is_empty() && !folders.contains(folder) {
        folder = folder.iter().rposition(|byte| *byte == b'/').map_or(&[], |at| &folder[..at]);
    }
    folder
}

fn reason(class: Risk, area: Option<Area>, what: String, place: Option<Place>) -> Reason {
    Reason { class, area, what, place, because: None }
}

fn place(file: &FileChange) -> Place {
    Place::file(file.path(), if file.head.is_some() { Side::Head } else { Side::Base })
}

fn may_act(file: &FileChange) -> bool {
    !file.role.is_test()
        && !matches!(file.role, Role::Documentation | Role::AgentInstructions | Role::Gate | Role::Generated)
        && gate::part(file.path()).is_none_or(|part| part == gate::Part::Pipeline)
}

/// Whether it does something else than before, as far as can be told.
fn acts(context: &Context<'_>, file: &FileChange) -> bool {
    if file.is_same_content() {
        return false;
    }
    file.head.is_none() || lang::of(file.path()).is_none() || behaviour::differs(context.change, file)
}

/// How sure a reason is: what the preset guesses from a path's name is a guess.
pub fn confidence(reason: &Reason) -> Confidence {
    match &reason.because {
        Some(origin) if origin.path.starts_with("preset:") => Confidence::Doubtful,
        _ => Confidence::Likely,
    }
}
