//! Whether one setting lets more pass than it did, by the direction that its row gives it.

use std::cmp::Ordering;

use super::covered::Covered;
use super::values::{is_false, is_true, is_wider, number, replaces, severity};
use crate::compare::ci::narrowing;
use crate::facts::ci::commands;
use crate::facts::config::{Direction, Item, Reading};
use crate::facts::shell;

/// Why a setting is weaker, and where that is written if not at its own line.
pub(super) struct Why {
    pub(super) phrase: String,
    pub(super) line: Option<u32>,
    pub(super) in_base: bool,
}

pub(super) fn weaker(
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
