//! Settings of checkers and runners: which make their tool check less than before.
//!
//! Compared file by file; what a file lost and another one of the same tool gained has only moved. A tool that had no
//! settings before is new, and one that has none any more was taken out: neither is a setting turned down.

mod covered;

use std::cmp::Ordering;

use rayon::prelude::*;

use super::ci::narrowing;
use crate::change::{ChangeSet, Role};
use crate::facts::ci::commands;
use crate::facts::config::{self, Direction, Item, Reading, Settings};
use crate::facts::shell;
use crate::{RepoPath, Side};
use covered::Covered;

/// A setting that is weaker than before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Weakened {
    pub tool: &'static str,
    pub setting: String,
    /// It turns single rules off; else it weakens the check itself.
    pub rules: bool,
    /// It is a habit as often as a weakening.
    pub is_doubtful: bool,
    /// A phrase for the message.
    pub what: String,
    pub path: RepoPath,
    pub side: Side,
    pub line: u32,
    pub base: Option<(RepoPath, u32)>,
    pub before: Option<String>,
    pub after: Option<String>,
}

/// One tool's settings in one file, on both sides.
struct Pair {
    path: RepoPath,
    base_path: RepoPath,
    tool: &'static str,
    base: Option<Settings>,
    head: Option<Settings>,
}

/// Every weaker setting, by file and line.
pub fn weakened(change: &ChangeSet) -> Vec<Weakened> {
    let pairs: Vec<Pair> = change
        .files
        .par_iter()
        .filter(|file| !matches!(file.role, Role::TestData | Role::Snapshot | Role::Documentation | Role::Lockfile))
        .filter(|file| !file.is_same_content())
        .flat_map_iter(|file| {
            let base = settings(change, file, Side::Base);
            let mut head = settings(change, file, Side::Head);
            let path = |side| file.side(side).map_or_else(|| file.path().clone(), |entry| entry.path.clone());
            let (path, base_path) = (path(Side::Head), path(Side::Base));
            let mut pairs = Vec::new();
            for before in base {
                let at = head.iter().position(|after| after.tool == before.tool);
                let after = at.map(|at| head.remove(at));
                pairs.push(Pair {
                    path: path.clone(),
                    base_path: base_path.clone(),
                    tool: before.tool,
                    base: Some(before),
                    head: after,
                });
            }
            pairs.extend(head.into_iter().map(|after| Pair {
                path: path.clone(),
                base_path: base_path.clone(),
                tool: after.tool,
                base: None,
                head: Some(after),
            }));
            pairs
        })
        .collect();
    let covered = Covered::new(change);
    let mut found: Vec<Weakened> = pairs.iter().flat_map(|pair| of_pair(pair, &pairs, &covered)).collect();
    found.sort_by(|a, b| (&a.path, a.line, &a.what).cmp(&(&b.path, b.line, &b.what)));
    found.dedup();
    found
}

fn settings(change: &ChangeSet, file: &crate::change::FileChange, side: Side) -> Vec<Settings> {
    let (Some(entry), Some(Ok(bytes))) = (file.side(side), change.content(file, side)) else { return Vec::new() };
    let look = |path: &str| {
        let entry = change.source().entry(side, &RepoPath::from(path))?;
        change.source().read(&entry).ok().map(|bytes| bytes.to_vec())
    };
    config::read(&entry.path, &bytes, &look)
}

fn of_pair(pair: &Pair, all: &[Pair], covered: &Covered<'_>) -> Vec<Weakened> {
    let Some(base) = &pair.base else { return Vec::new() };
    let nothing = Settings { tool: pair.tool, readings: std::collections::BTreeMap::new() };
    let head = pair.head.as_ref().unwrap_or(&nothing);
    // In a file of many tools, or a builder's, a tool without settings is not in use yet.
    let name = pair.base_path.to_text();
    let is_shared = ["pyproject.toml", "setup.cfg", "tox.ini"].iter().any(|shared| name.ends_with(shared))
        || name.contains("vite.config.");
    if base.readings.is_empty() && is_shared {
        return Vec::new();
    }
    let mut keys: Vec<_> = base.readings.keys().chain(head.readings.keys()).collect();
    keys.sort();
    keys.dedup();
    let mut found = Vec::new();
    for key in keys {
        let (old, new) = (base.readings.get(key), head.readings.get(key));
        // What stands for both is named itself.
        if old.is_some_and(|old| old.implied) && new.is_none_or(|new| new.implied) {
            continue;
        }
        // Without a file there is nothing left to weaken but floors.
        if pair.head.is_none() && key.0 != Direction::Lower {
            continue;
        }
        // What another file of the tool says now.
        let elsewhere: Vec<(Option<&Reading>, &Reading)> = all
            .iter()
            .filter(|other| other.tool == pair.tool && !std::ptr::eq(*other, pair))
            .filter_map(|other| {
                let now = other.head.as_ref()?.readings.get(key)?;
                Some((other.base.as_ref().and_then(|base| base.readings.get(key)), now))
            })
            .collect();
        let before: Vec<&Item> = all
            .iter()
            .filter(|other| other.tool == pair.tool && !std::ptr::eq(*other, pair))
            .filter_map(|other| other.base.as_ref()?.readings.get(key))
            .flat_map(|reading| &reading.items)
            .collect();
        let Some(what) = weaker(pair.tool, old, new, &before, &elsewhere, covered) else { continue };
        let reading = new.or(old);
        let (side, line) = match (new, old) {
            (Some(new), _) => (Side::Head, what.line.unwrap_or(new.line)),
            (None, Some(old)) => (Side::Base, what.line.unwrap_or(old.line)),
            (None, None) => continue,
        };
        let side = if what.in_base { Side::Base } else { side };
        found.push(Weakened {
            tool: pair.tool,
            setting: reading.map(|reading| reading.name.clone()).unwrap_or_default(),
            rules: reading.is_some_and(|reading| reading.rules),
            is_doubtful: reading.is_some_and(|reading| reading.is_doubtful),
            what: what.phrase,
            path: if side == Side::Base { pair.base_path.clone() } else { pair.path.clone() },
            side,
            line,
            base: old.filter(|_| side == Side::Head).map(|old| (pair.base_path.clone(), old.line)),
            before: old.and_then(|old| old.text.clone()).map(|text| format!("{}: {text}", key_name(old))),
            after: new.and_then(|new| new.text.clone()).map(|text| format!("{}: {text}", key_name(new))),
        });
    }
    found
}

fn key_name(reading: Option<&Reading>) -> &str {
    reading.map_or("", |reading| &reading.name)
}

/// Why a setting is weaker, and where that is written if not at its own line.
struct Why {
    phrase: String,
    line: Option<u32>,
    in_base: bool,
}

fn weaker(
    tool: &str,
    old: Option<&Reading>,
    new: Option<&Reading>,
    before: &[&Item],
    elsewhere: &[(Option<&Reading>, &Reading)],
    covered: &Covered<'_>,
) -> Option<Why> {
    let any = new.or(old)?;
    let name = &any.name;
    let old_text = old.and_then(|old| old.text.as_deref());
    let new_text = new.and_then(|new| new.text.as_deref());
    let why = |phrase: String| Some(Why { phrase, line: None, in_base: false });
    let is_elsewhere = |keeps: &dyn Fn(&Reading) -> bool| elsewhere.iter().any(|(_, now)| keeps(now));
    match any.direction {
        Direction::Lower | Direction::Higher | Direction::Limit => {
            let (was, now) = (old_text.and_then(number), new_text.and_then(number));
            let toward = if any.direction == Direction::Lower { Ordering::Less } else { Ordering::Greater };
            let noun = if any.direction == Direction::Lower { "floor" } else { "limit" };
            match (was, now) {
                (Some(was), Some(now)) if now.partial_cmp(&was) == Some(toward) => {
                    let verb = if toward == Ordering::Less { "lowered" } else { "raised" };
                    why(format!("the {noun} `{name}` of {tool} was {verb} from {} to {}", old_text?, new_text?))
                }
                (Some(was), None) if any.direction == Direction::Lower && was > 0.0 && new_text.is_none() => {
                    let kept = |now: &Reading| now.text.as_deref().and_then(number).is_some_and(|now| now >= was);
                    (!is_elsewhere(&kept)).then(|| {
                        why(format!("the floor `{name}` of {tool}, {}, is gone", old_text.unwrap_or_default()))
                    })?
                }
                (None, Some(now)) if any.direction == Direction::Limit && old.is_none() && now > 0.0 => {
                    let had = elsewhere.iter().any(|(was, _)| was.is_some());
                    (!had)
                        .then(|| why(format!("{tool} now has a limit `{name}` of {}", new_text.unwrap_or_default())))?
                }
                _ => None,
            }
        }
        Direction::On => (is_true(new_text) && !is_true(old_text))
            .then(|| why(format!("`{name}` of {tool} was turned on, which lets more pass")))?,
        Direction::Off => {
            let lost = old_text.is_some() && !is_false(old_text) && (new_text.is_none() || is_false(new_text));
            (lost && !is_elsewhere(&|now| !is_false(now.text.as_deref())))
                .then(|| why(format!("`{name}` of {tool} was turned off")))?
        }
        Direction::Kept => {
            (is_false(new_text) && !is_false(old_text)).then(|| why(format!("`{name}` of {tool} was turned off")))?
        }
        Direction::Added => (new.is_some() && old.is_none())
            .then(|| why(format!("`{name}` of {tool} now leaves some out: `{}`", new_text.unwrap_or("…"))))?,
        Direction::Matching => {
            let more = covered.matched_more(old_text, new_text?)?;
            why(format!("`{name}` of {tool} now leaves out `{more}`"))
        }
        Direction::Covering => {
            let less = covered.matched_more(new_text, old_text.unwrap_or(""))?;
            new_text.and_then(|_| why(format!("`{name}` of {tool} no longer covers `{less}`")))
        }
        Direction::Severity => {
            let (was, now) = (old_text.map(severity), new_text.map(severity));
            match (was, now) {
                (Some(Some(was)), Some(Some(now))) if now < was => {
                    why(format!("`{name}` of {tool} was lowered from `{}` to `{}`", old_text?, new_text?))
                }
                (None, Some(Some(0))) => why(format!("`{name}` of {tool} was turned off")),
                _ => None,
            }
        }
        Direction::Ladder => {
            let step = |text: Option<&str>| {
                any.order.iter().position(|step| text.is_some_and(|text| text.eq_ignore_ascii_case(step)))
            };
            (step(new_text)? > step(old_text)?)
                .then(|| why(format!("`{name}` of {tool} went from `{}` to `{}`", old_text?, new_text?)))
                .flatten()
        }
        Direction::Grown => {
            let known = |item: &Item| {
                old.is_some_and(|old| old.items.iter().any(|it| it.text == item.text))
                    || before.iter().any(|it| it.text == item.text)
            };
            let is_idle = |item: &Item| any.paths && !covered.fits(&item.text);
            let added: Vec<&Item> = new?.items.iter().filter(|item| !known(item) && !is_idle(item)).collect();
            // An entry that was reworded is none more.
            let lost = old.map_or(0, |old| {
                old.items
                    .iter()
                    .filter(|item| !new.is_some_and(|new| new.items.iter().any(|it| it.text == item.text)))
                    .count()
            });
            let narrowed = added.iter().all(|item| {
                old.is_some_and(|old| {
                    old.items
                        .iter()
                        .any(|it| is_wider(&it.text, &item.text) && !new.is_some_and(|new| new.items.contains(it)))
                })
            });
            if added.is_empty() || narrowed || (lost >= added.len() && added.iter().all(|item| item.text.len() > 60)) {
                return None;
            }
            let verb = if any.name == "options" { "has new" } else { "leaves out more in" };
            Some(Why {
                phrase: format!("{tool} {verb} `{name}`: {}", listed(&added)),
                line: added.first().map(|item| item.line),
                in_base: false,
            })
        }
        Direction::Shrunk => {
            let mut all: Vec<&Item> = new.map(|new| new.items.iter().collect()).unwrap_or_default();
            all.extend(elsewhere.iter().flat_map(|(_, now)| &now.items));
            let lost: Vec<&Item> = old?
                .items
                .iter()
                .filter(|item| !all.iter().any(|kept| kept.text == item.text || is_wider(&kept.text, &item.text)))
                .filter(|item| {
                    // What was there before takes nobody's place.
                    let is_new = |kept: &Item| !old.is_some_and(|old| old.items.iter().any(|it| it.text == kept.text));
                    !all.iter().any(|kept| is_new(kept) && replaces(&kept.text, &item.text))
                })
                // A folder that is gone has nothing to check.
                .filter(|item| !any.paths || covered.fits(&item.text))
                .collect();
            if lost.is_empty() {
                return None;
            }
            Some(Why {
                phrase: format!("{tool} lost {} from `{name}`", listed(&lost)),
                line: lost.first().map(|item| item.line),
                in_base: true,
            })
        }
        Direction::Flags => {
            let command = any.command?;
            let line = |reading: Option<&Reading>| {
                let words = reading.map(|reading| reading.text.clone().unwrap_or_default()).unwrap_or_default();
                let words = shell::split_words(&format!("{command} {words}"));
                commands::shape(&words)
            };
            let (was, now) = (line(old), line(new));
            let reasons = narrowing::command(&was, &now, commands::Kind::Test);
            (!reasons.is_empty()).then(|| why(format!("`{name}` of {tool}: {}", reasons.join("; "))))?
        }
    }
}

fn listed(items: &[&Item]) -> String {
    let shorten = |text: &str| -> String {
        let short: String = text.chars().take(60).collect();
        if short.len() < text.len() { format!("{short}…") } else { short }
    };
    let shown: Vec<String> = items.iter().take(3).map(|item| format!("`{}`", shorten(&item.text))).collect();
    let more = if items.len() > 3 { format!(" and {} more", items.len() - 3) } else { String::new() };
    format!("{}{more}", shown.join(", "))
}

/// Whether an entry stands for another one too: all rules, or rules by the start of their names.
fn is_wider(wide: &str, narrow: &str) -> bool {
    matches!(wide, "ALL" | "all" | "*" | ".")
        || (wide.len() < narrow.len()
            && narrow.starts_with(wide)
            && (wide.ends_with('/') || wide.chars().all(char::is_alphanumeric))
            && narrow[wide.len()..].starts_with(|c: char| c.is_ascii_digit() || wide.ends_with('/')))
}

/// Tools that took over what others did.
fn replaces(new: &str, old: &str) -> bool {
    const SUCCESSIONS: &[(&[&str], &[&str])] = &[
        (
            &["ruff", "ruff-check", "ruff-format"],
            &[
                "black",
                "isort",
                "flake8",
                "pyupgrade",
                "autoflake",
                "pydocstyle",
                "bandit",
                "pylint",
                "ruff",
                "ruff-format",
                "autopep8",
                "yapf",
                "docformatter",
            ],
        ),
        (&["biome", "biome-check", "oxlint", "oxfmt", "dprint"], &["eslint", "prettier", "tslint", "biome-check"]),
        (&["eslint"], &["tslint"]),
        (&["pyright", "basedpyright", "ty", "pyrefly", "mypy"], &["mypy", "pyright", "basedpyright"]),
        (
            &["golangci-lint", "golangci-lint-full", "golangci-lint-fmt"],
            &["golangci-lint", "go-fmt", "go-vet", "golint", "gofmt"],
        ),
        (
            &["gitleaks", "trufflehog", "detect-secrets"],
            &["gitleaks", "trufflehog", "detect-secrets", "detect-private-key"],
        ),
        (&["typos", "codespell"], &["typos", "codespell"]),
    ];
    SUCCESSIONS.iter().any(|(heirs, elders)| heirs.contains(&new) && elders.contains(&old))
}

fn number(text: &str) -> Option<f64> {
    if text.eq_ignore_ascii_case("max") {
        return Some(100.0);
    }
    let text = text.trim().trim_end_matches('%').trim();
    let end = text.find(|c: char| !(c.is_ascii_digit() || "+-._".contains(c))).unwrap_or(text.len());
    let value: f64 = text[..end].replace('_', "").parse().ok()?;
    let unit = match text[end..].trim().to_ascii_lowercase().as_str() {
        "" | "b" | "m" | "f" => 1.0,
        "kb" | "kib" => 1e3,
        "mb" | "mib" => 1e6,
        _ => return None,
    };
    Some(value * unit)
}

fn is_true(text: Option<&str>) -> bool {
    text.is_some_and(|text| matches!(text.to_ascii_lowercase().as_str(), "true" | "yes" | "on" | "1"))
}

fn is_false(text: Option<&str>) -> bool {
    text.is_some_and(|text| {
        matches!(text.to_ascii_lowercase().as_str(), "false" | "no" | "off" | "0" | "disable" | "disabled")
    })
}

/// How loud a rule is; `None` where the word says something else.
fn severity(text: &str) -> Option<u8> {
    let word = text.split([' ', ':']).next().unwrap_or_default().to_ascii_lowercase();
    Some(match word.trim_matches(['"', '\'']) {
        "error" | "2" | "deny" | "forbid" | "fatal" | "true" | "on" | "always" | "enabled" | "refactor" => 3,
        "warn" | "warning" | "1" | "convention" => 2,
        "info" | "information" | "suggestion" | "hint" | "informational" => 1,
        "off" | "0" | "allow" | "none" | "silent" | "ignore" | "false" | "disabled" | "hidden" | "suppress"
        | "null" => 0,
        _ => return None,
    })
}
