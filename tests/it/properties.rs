//! What holds of the semantic test diff whatever the change is, shown over every case of `tests/cases/`.

use std::collections::{BTreeMap, BTreeSet};

use agentgate::RepoPath;
use agentgate::change::ChangeSet;
use agentgate::compare::tests::{Change, Spot, Surroundings, Transition, compare};
use agentgate::facts::tests::Sides;
use agentgate::lang::{self, Kind, Node, Role};
use rayon::prelude::*;

use super::cases::{self, Case};

/// Cases of which a property does not hold, with the reason: (property, words of the case's place and title, why).
const EXCEPTIONS: &[(&str, &str, &str)] = &[];

#[test]
fn a_side_against_itself_is_no_difference() {
    holds("itself", |case| {
        let sides = Sides::of(&cases::change(case));
        let nothing = Surroundings::default();
        let found = |files| compare(files, files, &nothing).transitions;
        expect_none(&[found(&sides.base), found(&sides.head)].concat())
    });
}

#[test]
fn swapped_sides_turn_every_difference_round() {
    holds("swap", |case| {
        let (forth, back) = (transitions(&cases::change(case)), transitions(&cases::change(&swapped(case))));
        let pair = |from: &Option<Spot>, to: &Option<Spot>| Some((from.clone()?, to.clone()?));
        let problem = |one: &Transition| match one.change {
            Change::Loosened => {
                let there = pair(&one.base, &one.head);
                let turned = back.iter().filter(|other| pair(&other.head, &other.base) == there);
                let wrong: Vec<_> = turned.filter(|other| other.change == Change::Loosened).collect();
                (!wrong.is_empty()).then(|| format!("looser both ways: {}\n    {wrong:?}", line(one)))
            }
            Change::Tightened => {
                let there = pair(&one.base, &one.head);
                let turned = back.iter().filter(|other| pair(&other.head, &other.base) == there);
                let loosened = turned.clone().any(|other| other.change == Change::Loosened);
                (turned.count() > 0 && !loosened)
                    .then(|| format!("tighter, but not looser the other way: {}", line(one)))
            }
            // What was removed is added the other way: nothing is lost there.
            Change::CheckRemoved { .. } | Change::CaseRemoved { .. } | Change::RowRemoved => {
                let lost = back.iter().any(|other| same_kind(one, other) && other.base == one.base);
                lost.then(|| format!("removed both ways: {}", line(one)))
            }
            Change::TimeoutRaised | Change::RetryAdded => {
                let there = pair(&one.base, &one.head);
                let again = back
                    .iter()
                    .any(|other| same_kind(one, other) && there.is_some() && pair(&other.head, &other.base) == there);
                again.then(|| format!("raised both ways: {}", line(one)))
            }
            _ => None,
        };
        forth.iter().find_map(problem)
    });
}

#[test]
fn the_order_of_files_is_no_difference() {
    holds("order", |case| {
        let mut reversed = cases::change(case);
        let expected = transitions(&reversed);
        reversed.files.reverse();
        expect_same(&expected, &transitions(&reversed))
    });
}

#[test]
fn blank_lines_and_comments_are_no_difference() {
    holds("layout", |case| {
        let mut case = case.clone();
        // What the layout alone changes.
        let mut only_layout = case.clone();
        for file in &mut only_layout.files {
            file.from = None;
            file.base.clone_from(&file.head);
            file.head = file.head.as_ref().map(|text| spread_out(&file.path, text));
        }
        let before = transitions(&cases::change(&case));
        let differs: Vec<bool> = case.files.iter().map(|file| file.base != file.head).collect();
        for (file, _) in case.files.iter_mut().zip(differs).filter(|(_, differs)| *differs) {
            file.head = file.head.as_ref().map(|text| spread_out(&file.path, text));
        }
        expect_none(&transitions(&cases::change(&only_layout)))
            .or_else(|| expect_same(&before, &transitions(&cases::change(&case))))
    });
}

#[test]
fn renamed_locals_are_no_difference() {
    let renamed = std::sync::atomic::AtomicUsize::new(0);
    holds("locals", |case| {
        let mut case = case.clone();
        for file in &mut case.files {
            file.from = None;
            file.base.clone_from(&file.head);
            file.head = file.head.as_ref().map(|text| rename_locals(&file.path, text));
            renamed.fetch_add(usize::from(file.base != file.head), std::sync::atomic::Ordering::Relaxed);
        }
        expect_none(&transitions(&cases::change(&case)))
    });
    assert!(renamed.into_inner() > 100, "hardly any file had a local to rename");
}

/// Whether a text defines something that another has by that name.
fn defines_again(text: &str, other: &str) -> bool {
    let named = |text| words(text).into_iter().filter(|word| word.starts_with(char::is_alphabetic));
    let known: BTreeSet<&str> = named(other).collect();
    let below: Vec<&str> = named(text).collect();
    let defines = |two: &[&str]| matches!(two[0], "def" | "func" | "function" | "class" | "const");
    below.windows(2).any(|two| defines(two) && known.contains(two[1]))
}

#[test]
fn what_stays_unread_changes_nothing() {
    let mut before: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut grown = Vec::new();
    for (_, case) in cases::every() {
        let mut case = case;
        for file in &mut case.files {
            let Some((_, extension)) = file.path.rsplit_once('.') else { continue };
            let other = file.base.clone().filter(|text| text.ends_with('\n'));
            // What another case says stands below on both sides, left alone: where a file may go on with anything.
            let goes_on = matches!(extension, "py" | "js" | "ts" | "rb" | "go");
            if let (Some(base), Some(head), true) = (&mut file.base, &mut file.head, goes_on)
                && base.ends_with('\n')
                && head.ends_with('\n')
            {
                let known = before.entry(extension.to_owned()).or_default();
                let fits = |below: &&String| !defines_again(below, &format!("{base}{head}"));
                if let Some(below) = known.iter().rev().take(40).find(fits) {
                    base.push_str(below);
                    head.push_str(below);
                }
            }
            if let Some(other) = other {
                before.entry(extension.to_owned()).or_default().push(other);
            }
        }
        grown.push(case);
    }
    let unread = std::sync::atomic::AtomicUsize::new(0);
    let check = |case: &Case| {
        let change = cases::change(case);
        let (spared, whole) = (Sides::of(&change), Sides::whole(&change));
        let around = Surroundings::of(&change);
        unread.fetch_add(usize::from(spared.leaves_unread()), std::sync::atomic::Ordering::Relaxed);
        let of = |sides: &Sides| compare(&sides.base, &sides.head, &around).transitions;
        expect_same(&of(&whole), &of(&spared)).map(|problem| format!("{}: {problem}", case.title))
    };
    let wrong: Vec<String> = cases::every()
        .iter()
        .map(|(_, case)| case.clone())
        .chain(grown)
        .collect::<Vec<_>>()
        .par_iter()
        .filter_map(check)
        .collect();
    assert!(wrong.is_empty(), "{} cases\n\n{}\n", wrong.len(), wrong.join("\n"));
    let unread = unread.into_inner();
    assert!(unread > 300, "only {unread} cases had tests that stay unread");
}

/// Checks a property over every case; it returns what is wrong.
fn holds(property: &str, check: impl Fn(&Case) -> Option<String> + Sync) {
    let cases = cases::every();
    let problems: Vec<(String, String)> = cases
        .par_iter()
        .filter(|(_, case)| case.files.iter().any(|file| lang::of(&RepoPath::from(file.path.as_str())).is_some()))
        .filter_map(|(title, case)| check(case).map(|problem| (title.clone(), problem)))
        .collect();
    let excused = |title: &str| EXCEPTIONS.iter().any(|(of, words, _)| *of == property && title.contains(words));
    let wrong: Vec<String> = problems
        .iter()
        .filter(|(title, _)| !excused(title))
        .map(|(title, problem)| format!("{title}\n  {problem}"))
        .collect();
    assert!(wrong.is_empty(), "{} of {} cases\n\n{}\n", wrong.len(), cases.len(), wrong.join("\n"));
    for (of, words, why) in EXCEPTIONS.iter().filter(|(of, ..)| *of == property) {
        let needed = problems.iter().any(|(title, _)| title.contains(words));
        assert!(needed, "{of}: {words}: holds now and needs no exception ({why})");
    }
}

fn transitions(change: &ChangeSet) -> Vec<Transition> {
    let sides = Sides::of(change);
    compare(&sides.base, &sides.head, &Surroundings::of(change)).transitions
}

fn swapped(case: &Case) -> Case {
    let mut case = case.clone();
    for file in &mut case.files {
        std::mem::swap(&mut file.base, &mut file.head);
        if let Some(from) = &mut file.from {
            std::mem::swap(&mut file.path, from);
        }
    }
    case
}

fn same_kind(one: &Transition, other: &Transition) -> bool {
    std::mem::discriminant(&one.change) == std::mem::discriminant(&other.change)
}

fn line(transition: &Transition) -> String {
    let text = |spot: &Option<Spot>| spot.as_ref().map_or("-".to_owned(), |spot| spot.text.clone());
    let Transition { change, test, base, head, why, .. } = transition;
    format!("{change:?} ({why}) in {test}: {} => {}", text(base), text(head))
}

fn expect_none(found: &[Transition]) -> Option<String> {
    (!found.is_empty()).then(|| found.iter().map(line).collect::<Vec<_>>().join("\n  "))
}

/// The same differences, wherever they stand.
fn expect_same(expected: &[Transition], found: &[Transition]) -> Option<String> {
    let said = |all: &[Transition]| {
        let mut said: Vec<_> =
            all.iter().map(|one| format!("{:?} {} {} {:?}", one.change, one.test, one.why, one.witness)).collect();
        said.sort();
        said
    };
    let list = |all: &[Transition]| all.iter().map(line).collect::<Vec<_>>().join("\n    ");
    (said(expected) != said(found)).then(|| format!("before:\n    {}\n  after:\n    {}", list(expected), list(found)))
}

/// The text with a blank line and a comment before every line that is not inside of a literal.
fn spread_out(path: &str, text: &str) -> String {
    let Some(language) = lang::of(&RepoPath::from(path)) else { return text.to_owned() };
    let Ok(parsed) = language.parse(text.as_bytes()) else { return text.to_owned() };
    let mark = if [".py", ".pyi", ".rb", ".ex", ".exs", ".sh", ".bash"].iter().any(|end| path.ends_with(end)) {
        "#"
    } else {
        "//"
    };
    let mut inside = BTreeSet::new();
    parsed.root.walk(&mut |node| {
        let literal = matches!(node.kind, Kind::Text | Kind::Template | Kind::Concat | Kind::Regex | Kind::Error);
        if literal || node.is(Kind::Attribute) {
            inside.extend(node.span.line + 1..=node.span.end_line);
        }
    });
    let mut spread = String::new();
    let mut continued = true;
    for (index, line) in text.lines().enumerate() {
        let number = u32::try_from(index + 1).unwrap_or(u32::MAX);
        // A comment beside a comment would become a part of it, and some of them mean something.
        let comment = ["#", "/", "*"].iter().any(|start| line.trim_start().starts_with(start));
        if !continued && !comment && !inside.contains(&number) && !line.trim().is_empty() {
            let indent = &line[..line.len() - line.trim_start().len()];
            spread.push_str(&format!("\n{indent}{mark} in between\n"));
        }
        // After a line that goes on, and before the language's first line of code, nothing may come in between.
        continued = comment || line.ends_with('\\') || line.starts_with("#!");
        spread.push_str(line);
        spread.push('\n');
    }
    spread
}

/// The text with another name for every variable that is nothing but a local.
fn rename_locals(path: &str, text: &str) -> String {
    let Some(language) = lang::of(&RepoPath::from(path)) else { return text.to_owned() };
    let Ok(parsed) = language.parse(text.as_bytes()) else { return text.to_owned() };
    let mut uses: BTreeMap<String, usize> = BTreeMap::new();
    parsed.root.walk(&mut |node| {
        if node.is(Kind::Name) {
            *uses.entry(node.text.to_string()).or_default() += 1;
        }
    });
    let mut locals = BTreeSet::new();
    collect_locals(&parsed.root, false, &mut locals);
    parsed.root.walk(&mut |node| {
        if node.is(Kind::Attribute) {
            node.walk(&mut |named| _ = locals.remove(&*named.text));
        }
    });
    let mut text = text.to_owned();
    for local in locals {
        let bare = local.trim_start_matches('$');
        let pieces = words(&text);
        let written = pieces.iter().filter(|piece| **piece == bare).count();
        if bare.len() < 2 || !bare.starts_with(|c: char| c.is_ascii_lowercase()) || uses.get(&local) != Some(&written) {
            continue;
        }
        let renamed = format!("{bare}2");
        if pieces.contains(&renamed.as_str()) {
            continue;
        }
        text = pieces.iter().map(|piece| if *piece == bare { renamed.as_str() } else { piece }).collect();
    }
    text
}

fn collect_locals(node: &Node, inside: bool, locals: &mut BTreeSet<String>) {
    for child in node.nodes() {
        let target =
            child.child(Role::Target).filter(|target| inside && child.is(Kind::Assign) && target.is(Kind::Name));
        locals.extend(target.map(|target| target.text.to_string()));
        collect_locals(child, inside || matches!(child.kind, Kind::Function | Kind::Lambda), locals);
    }
}

/// Words and what stands between them, one after the other.
fn words(text: &str) -> Vec<&str> {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let word = is_word(first);
        let end = rest.find(|c| is_word(c) != word).unwrap_or(rest.len());
        pieces.push(&rest[..end]);
        rest = &rest[end..];
    }
    pieces
}
