//! Changes to the database's schema.

use super::{Group, OptionKind, OptionSpec, Rule};
use crate::change::{FileChange, Status};
use crate::facts::migrations::{self, Migration};
use crate::packet::Prohibition;
use crate::verdict::{Confidence, Finding, Place};
use crate::{Context, LineRange, Side};

pub static RULE: Rule = Rule {
    name: "schema-migration",
    group: Group::Contracts,
    summary: "the database schema or a migration changed",
    page: include_str!("schema_migration.md"),
    options: &[DESTRUCTIVE_ONLY],
    check,
};

const DESTRUCTIVE_ONLY: OptionSpec = OptionSpec {
    name: "destructive-only",
    kind: OptionKind::Bool(false),
    help: "Report only edits of existing migrations and statements that lose data.",
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    context.change.files.iter().filter_map(|file| finding(context, file)).collect()
}

fn finding(context: &Context<'_>, file: &FileChange) -> Option<Finding> {
    let base = file.side(Side::Base).and_then(|entry| migrations::classify(&entry.path));
    let head = file.side(Side::Head).and_then(|entry| migrations::classify(&entry.path));
    let kind = head.or(base)?;
    let destructive = destructive_line(context, file, kind);
    let what = match (kind, file.status) {
        (Migration::Schema, Status::Deleted) => "the schema is deleted",
        (Migration::Schema, _) => "the schema changed",
        (_, Status::Added) => "new migration",
        (_, Status::Deleted) => "a migration is deleted",
        (_, Status::Renamed(100)) => "a migration was renumbered or renamed",
        (_, Status::Renamed(_)) => "a migration was renamed and edited",
        _ => "an existing migration was edited",
    };
    let options = context.policy.options(&RULE, Some(file.path()));
    let grave = destructive.is_some() || (kind != Migration::Schema && file.status != Status::Added);
    let forbidden = context.policy.prohibits(Prohibition::Schema);
    if options.bool(&DESTRUCTIVE_ONLY) && !grave && forbidden.is_none() {
        return None;
    }
    let side = if file.head.is_some() { Side::Head } else { Side::Base };
    let place = match (&destructive, side) {
        (Some((line, _)), _) => Place::line(file.path(), Side::Head, *line),
        (None, Side::Head) => first_line(context, file),
        (None, Side::Base) => Place::file(file.path(), Side::Base),
    };
    let confidence = if grave { Confidence::Certain } else { Confidence::Likely };
    let mut finding = match &destructive {
        Some((_, text)) => {
            Finding::new(RULE.name, format!("{what}, with a statement that loses data or breaks readers"))
                .after(text.trim().to_owned())
        }
        None => Finding::new(RULE.name, what),
    };
    if let (Some(entry), Status::Renamed(_)) = (&file.base, file.status) {
        finding = finding.base_at(Place::file(&entry.path, Side::Base));
    }
    if matches!(kind, Migration::Step | Migration::Down) && file.status != Status::Added {
        finding = finding.help("leave applied migrations as they are and add a new one");
    }
    if let Some(origin) = forbidden {
        finding.message.push_str(", which the work packet forbids");
        finding = finding.because(origin.clone());
    }
    Some(finding.at(place).confidence(confidence))
}

/// The first added line that loses data; a way back is expected to.
fn destructive_line(context: &Context<'_>, file: &FileChange, kind: Migration) -> Option<(u32, String)> {
    if kind != Migration::Step {
        return None;
    }
    let bytes = context.change.content(file, Side::Head)?.ok()?;
    let text = String::from_utf8_lossy(&bytes);
    let added: Vec<LineRange> = context.change.hunks(file).ok()?.iter().filter_map(|hunk| hunk.head_lines()).collect();
    // What stands in the way back of the same file is expected to drop what was added.
    let mut backwards = false;
    (1u32..).zip(text.lines()).find_map(|(number, line)| {
        if let Some(direction) = direction(line) {
            backwards = direction == Direction::Back;
        }
        let is_added = added.iter().any(|range| range.overlaps(LineRange::one(number)));
        (is_added && !backwards && migrations::is_destructive(line)).then(|| (number, line.to_owned()))
    })
}

#[derive(PartialEq)]
enum Direction {
    Forth,
    Back,
}

fn direction(line: &str) -> Option<Direction> {
    let words: Vec<&str> = line.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let is = |names: &[&str]| words.iter().any(|word| names.contains(word));
    let declares = is(&["def", "function", "void", "async", "goose", "exports", "migrate"]);
    match () {
        () if declares && is(&["down", "Down", "downgrade", "rollback"]) => Some(Direction::Back),
        () if declares && is(&["up", "Up", "upgrade", "change"]) => Some(Direction::Forth),
        () => None,
    }
}

fn first_line(context: &Context<'_>, file: &FileChange) -> Place {
    let line = context.change.hunks(file).ok().and_then(|hunks| Some(hunks.first()?.head_start.max(1)));
    line.map_or_else(|| Place::file(file.path(), Side::Head), |line| Place::line(file.path(), Side::Head, line))
}
