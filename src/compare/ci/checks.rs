//! Where each check of the base is run now.
//!
//! A check of the base is paired with one of the head: the same command first (in the same job, then anywhere), then the
//! same tool with other flags, then another tool of the same kind in its place. What stays unpaired is gone.

use std::collections::{BTreeMap, HashMap};

use super::inventory::{Inventory, Run, Unit, UnitKind};
use super::narrowing;
use super::{Kind, Spot, Weakening};
use crate::facts::ci::commands::{self, Kind as CheckKind};

pub(super) fn compare(base: &Inventory, head: &Inventory) -> Vec<Weakening> {
    let mut pairing = Pairing::new(base, head);
    pairing.exact();
    let mut found = pairing.same_tool();
    pairing.same_kind();
    found.extend(pairing.gone());
    found
}

struct Pairing<'a> {
    base: &'a Inventory,
    head: &'a Inventory,
    /// The head's unit that a base unit became.
    units: Vec<Option<usize>>,
    /// Base runs that still look for a partner.
    open: Vec<usize>,
    /// How many more base runs a head run can stand for.
    capacity: Vec<usize>,
    /// The head runs that were in the base already.
    taken: Vec<bool>,
    weaker: Vec<Weakening>,
}

impl<'a> Pairing<'a> {
    fn new(base: &'a Inventory, head: &'a Inventory) -> Self {
        let open = (0..base.runs.len()).filter(|at| base.runs[*at].is_required()).collect();
        let capacity = head.runs.iter().map(|run| head.units[run.unit].legs).collect();
        let units = units(base, head);
        Self { base, head, units, open, capacity, taken: vec![false; head.runs.len()], weaker: Vec::new() }
    }

    /// The same command, nearest first.
    fn exact(&mut self) {
        let mut by_text: HashMap<(&str, Option<&str>), Vec<usize>> = HashMap::new();
        for (at, run) in self.head.runs.iter().enumerate() {
            by_text.entry((run.shape.tool.as_str(), run.shape.target.as_deref())).or_default().push(at);
        }
        let mut rest = Vec::new();
        // Those that can stay where they are choose before those that moved.
        let mut order: Vec<(usize, usize, usize)> = Vec::new();
        for &at in &self.open {
            let run = &self.base.runs[at];
            let candidates = by_text.get(&(run.shape.tool.as_str(), run.shape.target.as_deref()));
            for &other in candidates.into_iter().flatten() {
                if same(run, &self.head.runs[other]) {
                    order.push((self.distance(at, other), at, other));
                }
            }
        }
        order.sort_unstable();
        let mut paired = vec![false; self.base.runs.len()];
        for (_, at, other) in order {
            if paired[at] || self.capacity[other] == 0 {
                continue;
            }
            paired[at] = true;
            self.take(other);
            self.judge(at, other);
        }
        rest.extend(self.open.iter().copied().filter(|at| !paired[*at]));
        self.open = rest;
    }

    fn take(&mut self, other: usize) {
        self.capacity[other] -= 1;
        self.taken[other] = true;
    }

    /// How far apart two runs of the same command are, a weaker one farther.
    fn distance(&self, at: usize, other: usize) -> usize {
        let (old, new) = (&self.base.runs[at], &self.head.runs[other]);
        let (old_unit, new_unit) = (&self.base.units[old.unit], &self.head.units[new.unit]);
        let weaker = new.swallow.is_some() && old.swallow.is_none() || !added_guards(old, new).is_empty();
        let place = match () {
            () if self.units[old.unit] == Some(new.unit) && old.step_name == new.step_name => 0,
            () if self.units[old.unit] == Some(new.unit) => 1,
            () if old_unit.change == new_unit.change => 2,
            () if old_unit.kind == new_unit.kind => 3,
            () => 4,
        };
        // Within a job a strict copy beats a weak one; a strict copy in another job does not excuse a weakened one here.
        place * 4 + usize::from(weaker) * 2 + usize::from(old.guards != new.guards)
    }

    /// What became of a command that is still there.
    fn judge(&mut self, at: usize, other: usize) {
        let (old, new) = (&self.base.runs[at], &self.head.runs[other]);
        self.weaker.extend(variables(old, new));
        if let (None, Some((swallow, spot))) = (&old.swallow, &new.swallow) {
            self.weaker.push(Weakening {
                kind: Kind::Swallowed,
                what: format!("`{}` can fail without failing the job: {}", short(&new.text), swallow.describe()),
                spot: spot.clone(),
                base_spot: Some(old.spot.clone()),
                before: Some(old.text.clone()),
                after: Some(new.text.clone()),
                sure: true,
            });
        }
        let moved = self.units[old.unit] != Some(new.unit);
        if moved && new.tolerated && !old.tolerated {
            self.weaker.push(Weakening {
                kind: Kind::Tolerated,
                what: format!("`{}` moved to where its failure is tolerated", short(&new.text)),
                spot: new.spot.clone(),
                base_spot: Some(old.spot.clone()),
                before: Some(old.text.clone()),
                after: Some(new.text.clone()),
                sure: true,
            });
        }
        let guards = added_guards(old, new);
        if let Some(guard) = guards.first() {
            self.weaker.push(Weakening {
                kind: Kind::Conditional,
                what: format!("`{}` runs only if {guard}", short(&new.text)),
                spot: new.spot.clone(),
                base_spot: Some(old.spot.clone()),
                before: Some(old.text.clone()),
                after: Some(new.text.clone()),
                sure: false,
            });
        }
    }

    /// The same tool with other words: narrower, or merely different.
    fn same_tool(&mut self) -> Vec<Weakening> {
        let mut found = std::mem::take(&mut self.weaker);
        let mut rest = Vec::new();
        for at in std::mem::take(&mut self.open) {
            let old = &self.base.runs[at];
            let fits = |new: &Run| new.shape.tool == old.shape.tool && new.shape.target == old.shape.target;
            let candidates: Vec<usize> = (0..self.head.runs.len())
                .filter(|other| !self.taken[*other] && self.capacity[*other] > 0 && fits(&self.head.runs[*other]))
                .collect();
            let Some(&best) =
                candidates.iter().min_by_key(|other| (self.distance(at, **other), self.is_narrower(at, **other)))
            else {
                rest.push(at);
                continue;
            };
            let new = &self.head.runs[best];
            let reasons = narrowing::command(&old.shape, &new.shape, old.kind.unwrap_or(CheckKind::Check));
            // One run that became several is a split, as long as they select differently.
            let split = candidates.iter().filter(|other| self.head.runs[**other].unit == new.unit).count() > 1
                || reasons.iter().any(|_| self.complement_exists(at, best));
            if !reasons.is_empty() && !split {
                found.push(Weakening {
                    kind: Kind::Narrowed,
                    what: reasons.join("; "),
                    spot: new.spot.clone(),
                    base_spot: Some(old.spot.clone()),
                    before: Some(old.text.clone()),
                    after: Some(new.text.clone()),
                    sure: true,
                });
            }
            self.capacity[best] -= 1;
            self.judge(at, best);
            found.append(&mut self.weaker);
        }
        // Head runs of changed commands were looked at; one may stand for several base runs of a matrix made into a job.
        self.open = rest;
        found
    }

    fn is_narrower(&self, at: usize, other: usize) -> bool {
        let (old, new) = (&self.base.runs[at], &self.head.runs[other]);
        !narrowing::command(&old.shape, &new.shape, old.kind.unwrap_or(CheckKind::Check)).is_empty()
    }

    /// Another new run of the same tool that selects the rest: `-m slow` beside `-m "not slow"`.
    fn complement_exists(&self, at: usize, chosen: usize) -> bool {
        let old = &self.base.runs[at];
        self.head.runs.iter().enumerate().any(|(other, run)| {
            other != chosen
                && run.shape.tool == old.shape.tool
                && run.kind == old.kind
                && !self.base.runs.iter().any(|known| same(known, run))
                && run.shape != self.head.runs[chosen].shape
        })
    }

    /// Another tool of the same kind in the same job, or anywhere.
    fn same_kind(&mut self) {
        let mut rest = Vec::new();
        for at in std::mem::take(&mut self.open) {
            let old = &self.base.runs[at];
            let is_new =
                |other: &usize| !self.taken[*other] && self.capacity[*other] > 0 && alike(old, &self.head.runs[*other]);
            let best = (0..self.head.runs.len()).filter(is_new).min_by_key(|other| self.distance(at, *other));
            match best {
                Some(best) => {
                    self.capacity[best] -= 1;
                    // A replacement that can't fail replaces nothing.
                    self.judge(at, best);
                }
                None => rest.push(at),
            }
        }
        self.open = rest;
    }

    /// What is left is gone: one finding a job that vanished, one a step otherwise.
    fn gone(&mut self) -> Vec<Weakening> {
        let mut found = std::mem::take(&mut self.weaker);
        let mut groups: BTreeMap<(usize, Option<usize>), Vec<&Run>> = BTreeMap::new();
        for &at in &self.open {
            let run = &self.base.runs[at];
            let unit = &self.base.units[run.unit];
            let vanished = self.units[run.unit].is_none();
            // A script that is still called lost the check itself, which is said where the script stands.
            let still_called = |caller: &Run| self.head.runs.iter().any(|other| same(caller, other));
            let run = match run.caller.map(|caller| &self.base.runs[caller]) {
                Some(caller) if still_called(caller) => continue,
                Some(caller) => caller,
                None => run,
            };
            if !self.matters(unit, vanished) {
                continue;
            }
            groups.entry((run.unit, (!vanished).then_some(run.step))).or_default().push(run);
        }
        for ((unit, step), runs) in groups {
            let unit = &self.base.units[unit];
            let mut texts: Vec<String> = runs.iter().map(|run| format!("`{}`", short(&run.text))).collect();
            texts.dedup();
            let more = if texts.len() > 3 { format!(" and {} more", texts.len() - 3) } else { String::new() };
            let list = texts.iter().take(3).cloned().collect::<Vec<_>>().join(", ");
            let noun = runs.first().and_then(|run| run.kind).map_or("checks", CheckKind::noun);
            let what = match (step, unit.kind) {
                (None, UnitKind::Job) => format!("the job `{}` is gone, which ran {list}{more}", unit.name),
                (None, _) => format!("`{}` is gone, which ran {list}{more}", unit.name),
                (Some(_), UnitKind::Job) => format!("the job `{}` no longer runs {list}{more} ({noun})", unit.name),
                (Some(_), _) => format!("`{}` no longer runs {list}{more} ({noun})", unit.name),
            };
            let spot = if step.is_none() { unit.spot.clone() } else { runs[0].spot.clone() };
            found.push(Weakening {
                kind: Kind::Gone,
                what,
                base_spot: None,
                before: Some(runs[0].text.clone()),
                after: None,
                sure: unit.kind != UnitKind::Job || runs.iter().any(|run| run.kind != Some(CheckKind::Coverage)),
                spot,
            });
        }
        found
    }

    /// A script that nobody can call any more fails loudly; a hook, a job and an emptied script don't.
    fn matters(&self, unit: &Unit, vanished: bool) -> bool {
        match unit.kind {
            UnitKind::Job | UnitKind::Hook => true,
            UnitKind::Script => !vanished,
        }
    }
}

impl Run {
    /// Whether the base depended on it: a check that could fail, not judged through the script it calls.
    fn is_required(&self) -> bool {
        self.kind.is_some_and(|kind| kind != CheckKind::Build) && !self.expanded && self.swallow.is_none()
    }
}

/// What a command is told by variables before it: `INSTA_UPDATE=always cargo test`.
fn variables(old: &Run, new: &Run) -> Option<Weakening> {
    new.variables.iter().find_map(|variable| {
        let row = commands::variable(&variable.name)?;
        let before = old.variables.iter().find(|it| it.name == variable.name).map(|it| it.value.as_str());
        let weakens = row.weakens(before, Some(&variable.value));
        weakens.then(|| Weakening {
            kind: Kind::Setting,
            what: format!("`{}={}` before `{}`: {}", variable.name, variable.value, short(&new.text), row.says),
            spot: new.spot.clone(),
            base_spot: Some(old.spot.clone()),
            before: Some(old.text.clone()),
            after: Some(format!("{}={} {}", variable.name, variable.value, new.text)),
            sure: true,
        })
    })
}

/// The same tool, target, operands and flags, in any order.
fn same(one: &Run, other: &Run) -> bool {
    let sorted = |run: &Run| {
        let mut flags = run.shape.flags.clone();
        flags.sort();
        let mut operands = run.shape.operands.clone();
        operands.sort();
        (flags, operands)
    };
    one.shape.tool == other.shape.tool && one.shape.target == other.shape.target && sorted(one) == sorted(other)
}

/// Whether one can stand for the other: `eslint` and `oxlint`, `pytest` and `tox`.
fn alike(old: &Run, new: &Run) -> bool {
    let broad = |kind: Option<CheckKind>| kind == Some(CheckKind::Check);
    new.kind.is_some()
        && new.kind != Some(CheckKind::Build)
        && (old.kind == new.kind || broad(old.kind) || broad(new.kind))
}

/// Conditions of the script that were not there, where none of the old ones went away.
fn added_guards(old: &Run, new: &Run) -> Vec<String> {
    if !old.guards.iter().all(|guard| new.guards.contains(guard)) {
        return Vec::new();
    }
    new.guards.iter().filter(|guard| !old.guards.contains(guard)).cloned().collect()
}

/// Which unit became which: by name within a file, then by what they run, then by name anywhere.
fn units(base: &Inventory, head: &Inventory) -> Vec<Option<usize>> {
    let mut partner: Vec<Option<usize>> = vec![None; base.units.len()];
    let mut taken = vec![false; head.units.len()];
    let mut pair = |at: usize, fits: &dyn Fn(&Unit) -> bool, partner: &mut Vec<Option<usize>>| {
        if partner[at].is_none()
            && let Some(other) = (0..head.units.len()).find(|other| !taken[*other] && fits(&head.units[*other]))
        {
            partner[at] = Some(other);
            taken[other] = true;
        }
    };
    for at in 0..base.units.len() {
        let unit = &base.units[at];
        pair(at, &|other| other.change == unit.change && other.name == unit.name, &mut partner);
    }
    for at in 0..base.units.len() {
        let unit = &base.units[at];
        pair(at, &|other| other.name == unit.name && other.kind == unit.kind, &mut partner);
    }
    let commands = |inventory: &Inventory, unit: usize| -> Vec<String> {
        inventory
            .runs
            .iter()
            .filter(|run| run.unit == unit && run.caller.is_none())
            .map(|run| run.text.clone())
            .collect()
    };
    for at in 0..base.units.len() {
        let unit = &base.units[at];
        let own = commands(base, at);
        if own.is_empty() {
            continue;
        }
        let alike = |other: &Unit| {
            let index = head.units.iter().position(|it| std::ptr::eq(it, other)).unwrap_or(usize::MAX);
            let theirs = commands(head, index);
            let common = own.iter().filter(|text| theirs.contains(text)).count();
            other.kind == unit.kind && common * 2 >= own.len().max(theirs.len())
        };
        pair(at, &alike, &mut partner);
    }
    partner
}

fn short(text: &str) -> String {
    const SHOWN: usize = 60;
    if text.chars().count() <= SHOWN {
        return text.to_owned();
    }
    format!("{}…", text.chars().take(SHOWN).collect::<String>().trim_end())
}

/// For [`super::structure`]: whether a unit runs a check at all.
pub(super) fn judges(inventory: &Inventory, spot: &Spot) -> bool {
    let Some(unit) = inventory.units.iter().position(|unit| unit.spot == *spot) else { return false };
    inventory.runs.iter().any(|run| run.unit == unit && run.kind.is_some_and(|kind| kind != CheckKind::Build))
}
