//! Tests that newly replace the very thing they ask.

use hashbrown::HashMap;

use super::{Change, Spot, Surroundings, TestDiff, Transition, cases::Matched};
use crate::facts::tests::{Case, Check, Mock, Part, TestFile};
use crate::lang::{Kind, Node, Role};
use crate::{LineRange, RepoPath};

/// Stand-ins of cases, of hooks around them and of whole files, against what the checks ask.
pub fn compare(
    matched: &Matched<'_>,
    base: &[TestFile],
    head: &[TestFile],
    around: &Surroundings<'_>,
    diff: &mut TestDiff,
) {
    let pairs = matched.pairs.iter().map(|(old, new)| (Some(*old), *new));
    let all: Vec<(Option<&Case>, &Case)> = pairs.chain(matched.added.iter().map(|new| (None, *new))).collect();
    for (old, new) in &all {
        let fresh = fresh(&new.mocks, old.map_or(&[], |old| old.mocks.as_slice()));
        match new.part {
            Part::Test => report(&fresh, &new.path, std::slice::from_ref(new), diff),
            Part::Hook => {
                let reached: Vec<&Case> = all
                    .iter()
                    .map(|(_, case)| *case)
                    .filter(|case| {
                        case.part == Part::Test && case.path == new.path && case.suites.starts_with(&new.suites)
                    })
                    .collect();
                report(&fresh, &new.path, &reached, diff);
            }
            Part::Run | Part::Helper => {}
        }
    }
    let before: HashMap<&RepoPath, &TestFile> =
        base.iter().map(|file| (around.renames.get(&file.path).unwrap_or(&file.path), file)).collect();
    for file in head.iter().filter(|file| !file.mocks.is_empty()) {
        let old = before.get(&file.path).map_or(&[] as &[Mock], |old| old.mocks.as_slice());
        let cases: Vec<&Case> = file.cases.iter().filter(|case| case.part == Part::Test).collect();
        report(&fresh(&file.mocks, old), &file.path, &cases, diff);
    }
}

fn fresh<'t>(now: &'t [Mock], before: &[Mock]) -> Vec<&'t Mock> {
    let same = |one: &Mock, other: &Mock| one.target == other.target && one.names == other.names;
    now.iter().filter(|mock| !before.iter().any(|old| same(old, mock))).collect()
}

fn report(mocks: &[&Mock], path: &RepoPath, cases: &[&Case], diff: &mut TestDiff) {
    for mock in mocks {
        let asked = cases.iter().find_map(|case| {
            let check = case.checks.iter().find(|check| asks(check, mock))?;
            Some((*case, check))
        });
        let Some((case, check)) = asked else { continue };
        diff.transitions.push(Transition {
            change: Change::Mocked { target: mock.target.join(".") },
            test: case.title(),
            base: None,
            head: Some(Spot { path: path.clone(), lines: LineRange::one(mock.line), text: mock.text.clone() }),
            why: format!("is replaced by a stand-in, and `{}` asks it", check.text),
            witness: None,
        });
    }
}

/// Whether the value a check looks at is the answer of what was replaced.
fn asks(check: &Check, mock: &Mock) -> bool {
    if check.kind.is_call() {
        return false;
    }
    [&check.resolved_subject, &check.subject].into_iter().filter_map(|subject| answering(subject)).any(|call| {
        let Some(callee) = call.child(Role::Callee) else { return false };
        let (receiver, name) = match callee.kind {
            Kind::Member => (callee.child(Role::Receiver), &*callee.text),
            Kind::Name => match callee.text.rsplit_once('.') {
                Some(_) => (Some(callee), callee.text.rsplit('.').next().unwrap_or_default()),
                None => (None, &*callee.text),
            },
            _ => return false,
        };
        if let Some(names) = &mock.names {
            return receiver.is_none() && names.iter().any(|replaced| replaced == name);
        }
        let Some((target, owners)) = mock.target.split_last() else { return false };
        target == name
            && match (receiver, owners.last()) {
                (None, _) => true,
                (Some(receiver), Some(owner)) => mentions(receiver, owner),
                (Some(_), None) => false,
            }
    })
}

/// The call whose answer a subject is, or is a part of.
fn answering(node: &Node) -> Option<&Node> {
    match node.kind {
        Kind::Call => Some(node),
        Kind::Await => node.child(Role::Value).and_then(answering),
        Kind::Member | Kind::Index => node.child(Role::Receiver).and_then(answering),
        _ => None,
    }
}

/// Whether a receiver is, or was made by, something of that name: `billing`, `Billing(3)`, `new Billing()`.
fn mentions(receiver: &Node, owner: &str) -> bool {
    let plain = |name: &str| name.chars().filter(|c| c.is_alphanumeric()).collect::<String>().to_lowercase();
    let owner = plain(owner);
    let head = match receiver.kind {
        Kind::Call => receiver.child(Role::Callee).unwrap_or(receiver),
        _ => receiver,
    };
    !owner.is_empty() && head.words().iter().flat_map(|word| word.split('.')).any(|word| plain(word) == owner)
}
