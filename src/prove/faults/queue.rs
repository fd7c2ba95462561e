//! Which fault is tried next: the nearest to the test whose turn it is, by what runs have shown so far.
//!
//! No chance is involved: the same branch meets the same faults in the same order as long as its tests say the same.

use std::collections::{BTreeMap, BTreeSet};

use super::super::subject::{Subject, words};
use super::{Fault, FileFaults, Function, Operator};
use crate::RepoPath;

/// A production file of the head that may have a fault.
pub struct Candidate {
    pub path: RepoPath,
    pub source: Vec<u8>,
    pub faults: FileFaults,
    /// Lines that the branch changed.
    pub changed: Vec<std::ops::Range<u32>>,
}

/// Faults that wait for their turn.
pub struct Queue {
    candidates: Vec<Candidate>,
    waiting: Vec<Waiting>,
    /// How faults in a function fared with a suspect's test.
    shown: BTreeMap<(usize, usize), Shown>,
}

struct Waiting {
    candidate: usize,
    fault: Fault,
    /// Which of all functions it is in.
    function: usize,
    /// By suspect; `None` where nothing says that its test comes this way.
    costs: Vec<Option<u32>>,
}

/// What runs have shown of a function.
#[derive(Default)]
struct Shown {
    noticed: u32,
    unnoticed: u32,
    operators: Vec<Operator>,
    lines: BTreeSet<u32>,
}

/// A step further away, in a name's reach and in a file's.
const STEP: u32 = 4;

/// How many calls away faults are looked for.
const CALLS: u32 = 3;

impl Queue {
    /// All faults of these files that the tests of these subjects may meet.
    pub fn new(candidates: Vec<Candidate>, subjects: &[Subject]) -> Self {
        let graph = Graph::of(&candidates);
        let reaches: Vec<BTreeMap<&str, u32>> = subjects.iter().map(|subject| graph.reach(subject)).collect();
        let mut functions: BTreeMap<(usize, Option<&Function>), usize> = BTreeMap::new();
        let mut waiting = Vec::new();
        for (at, candidate) in candidates.iter().enumerate() {
            let away: Vec<u32> = subjects.iter().map(|subject| file_distance(&candidate.path, subject)).collect();
            let lines = TellingLines::of(&candidate.source);
            for fault in &candidate.faults.faults {
                let is_changed = candidate.changed.iter().any(|lines| lines.contains(&fault.line));
                let cost = |suspect: usize| {
                    let subject = &subjects[suspect];
                    let came_along =
                        subject.together.get(&candidate.path).is_some_and(|lines| lines.contains(&fault.line));
                    let near =
                        fault.functions.iter().filter_map(|function| distance(function, &reaches[suspect])).min();
                    // Code outside of all functions runs whenever its file is used.
                    let last = if fault.functions.is_empty() { CALLS } else { CALLS + 1 };
                    let near = near.or_else(|| (is_changed || came_along || away[suspect] == 0).then_some(last))?;
                    let nearer = STEP * (u32::from(is_changed) + u32::from(came_along))
                        + lines.in_common(fault.line, subject).min(2) * STEP / 4;
                    // What is nearest must not hide behind zero.
                    Some((near + 2) * STEP + away[suspect] * STEP / 2 - nearer.min((near + 2) * STEP))
                };
                let costs: Vec<Option<u32>> = (0..subjects.len()).map(cost).collect();
                if costs.iter().any(Option::is_some) {
                    let known = functions.len();
                    let function = *functions.entry((at, fault.functions.last())).or_insert(known);
                    waiting.push(Waiting { candidate: at, fault: fault.clone(), function, costs });
                }
            }
        }
        Self { waiting, candidates, shown: BTreeMap::new() }
    }

    pub fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// The next fault for a suspect's test, and its file as it is.
    pub fn next(&mut self, suspect: usize) -> Option<Next> {
        let nothing = Shown::default();
        let cost = |waiting: &Waiting| {
            let shown = self.shown.get(&(suspect, waiting.function)).unwrap_or(&nothing);
            // A function whose faults nobody notices is not where the test goes; one with many tries has had its turn.
            let is_sure = shown.noticed > 0 || waiting.costs[suspect].is_some_and(|cost| cost < 3 * STEP);
            let tried = shown.unnoticed * if is_sure { 1 } else { STEP } + shown.noticed / 2;
            let alike = shown.operators.iter().filter(|operator| **operator == waiting.fault.operator).count();
            let is_again = shown.lines.contains(&waiting.fault.line);
            let kind = (alike, is_again, waiting.fault.operator);
            Some((waiting.costs[suspect]? + tried, waiting.candidate, waiting.function, kind, waiting.fault.start))
        };
        let costs = self.waiting.iter().enumerate().filter_map(|(at, waiting)| Some((cost(waiting)?, at)));
        let (_, at) = costs.min()?;
        let Waiting { candidate, fault, function, .. } = self.waiting.remove(at);
        Some(Next { faulty: fault.applied(&self.candidates[candidate].source), fault, function })
    }

    /// Takes in whether suspects' tests noticed a fault.
    pub fn tell(&mut self, next: &Next, noticed: impl Iterator<Item = (usize, bool)>) {
        for (suspect, has_noticed) in noticed {
            let shown = self.shown.entry((suspect, next.function)).or_default();
            *(if has_noticed { &mut shown.noticed } else { &mut shown.unnoticed }) += 1;
            shown.operators.push(next.fault.operator);
            shown.lines.insert(next.fault.line);
        }
    }
}

/// A fault whose turn it is.
pub struct Next {
    pub fault: Fault,
    /// The file with it.
    pub faulty: Vec<u8>,
    function: usize,
}

/// How many steps lie between a test's words and a function's name; `None` where no way is known.
fn distance(function: &Function, reach: &BTreeMap<&str, u32>) -> Option<u32> {
    const MAKERS: &[&str] = &["__init__", "__new__", "constructor", "initialize", "init", "new"];
    let own = reach.get(function.name.as_str()).copied();
    // Whoever names a class makes one, and is shown it by methods that nobody calls by name.
    let is_special = function.name.starts_with("__") && function.name.ends_with("__");
    let class = reach.get(function.class.as_str()).copied().filter(|_| !function.class.is_empty());
    let made = class.map(|near| if MAKERS.contains(&function.name.as_str()) || is_special { near } else { near + 1 });
    own.into_iter().chain(made).min()
}

/// How far a file is from a test's: 0 the same or one named alike, 1 mentioned in it or beside it, 2 in a folder around it.
pub fn file_distance(path: &RepoPath, subject: &Subject) -> u32 {
    let parts = |path: &RepoPath| {
        let text = path.to_text();
        let (folder, name) = text.rsplit_once('/').map_or(("", text.as_str()), |(folder, name)| (folder, name));
        (folder.to_owned(), name.split('.').next().unwrap_or_default().to_lowercase())
    };
    let ((folder, stem), (test_folder, test_stem)) = (parts(path), parts(&subject.path));
    const ENDS: &[&str] = &["_tests", "_test", "_spec", "-test", "-spec", "tests", "test", "spec"];
    let bare = test_stem.strip_prefix("test_").or_else(|| test_stem.strip_prefix("tests_")).unwrap_or(&test_stem);
    let bare = ENDS.iter().find_map(|end| bare.strip_suffix(end)).unwrap_or(bare);
    // `index.js`, `mod.rs` and the like are named by their folder.
    let is_index = matches!(stem.as_str(), "index" | "mod" | "lib" | "main" | "__init__");
    let folder_name = folder.rsplit('/').next().unwrap_or_default();
    let name = if is_index { folder_name } else { &stem };
    if *path == subject.path || name == bare && !name.is_empty() || is_index && stem == bare && folder == test_folder {
        return 0;
    }
    let is_named = [name, stem.as_str()]
        .iter()
        .any(|name| !name.is_empty() && subject.around.iter().any(|word| word.to_lowercase() == **name));
    if is_named || folder == test_folder || subject.together.contains_key(path) {
        return 1;
    }
    let top = |folder: &str| folder.split('/').next().unwrap_or_default().to_owned();
    if top(&folder) == top(&test_folder) { 2 } else { 3 }
}

/// The words of a file's lines that stand on few of them.
struct TellingLines(Vec<BTreeSet<String>>);

impl TellingLines {
    fn of(source: &[u8]) -> Self {
        const FEW: usize = 6;
        let text = String::from_utf8_lossy(source);
        let mut lines: Vec<BTreeSet<String>> = text.lines().map(|line| words(line).collect()).collect();
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        lines.iter().flatten().for_each(|word| *counts.entry(word.clone()).or_default() += 1);
        lines.iter_mut().for_each(|line| line.retain(|word| counts.get(word).is_some_and(|count| *count <= FEW)));
        Self(lines)
    }

    /// How many telling words a line and the one below share with what a test demanded: the error it expects, a field.
    fn in_common(&self, line: u32, subject: &Subject) -> u32 {
        let at = (line as usize).saturating_sub(1);
        let near = self.0.iter().skip(at).take(2).flatten();
        near.filter(|word| subject.lost.contains(*word)).count() as u32
    }
}

/// Who uses whom, by name.
struct Graph<'c> {
    uses: BTreeMap<&'c str, BTreeSet<&'c str>>,
    /// Names of functions, constants and classes.
    names: BTreeSet<&'c str>,
}

impl<'c> Graph<'c> {
    fn of(candidates: &'c [Candidate]) -> Self {
        let mut graph = Self { uses: BTreeMap::new(), names: BTreeSet::new() };
        for file in candidates {
            for (name, used) in &file.faults.uses {
                graph.uses.entry(name).or_default().extend(used.iter().map(String::as_str));
                graph.names.insert(name);
            }
            for function in file.faults.faults.iter().flat_map(|fault| &fault.functions) {
                graph.names.extend([function.name.as_str(), function.class.as_str()]);
            }
        }
        graph.names.remove("");
        graph
    }

    /// Names within reach of a test's words, with how far they are: 0 in its lost checks and its title, 1 in its body, one
    /// more for each call.
    fn reach(&self, subject: &Subject) -> BTreeMap<&'c str, u32> {
        let mut reach = BTreeMap::new();
        for name in &self.names {
            let near = match () {
                () if subject.lost.contains(*name) || subject.is_titled(name) => 0,
                () if subject.used.contains(*name) => 1,
                // What its file mentions a helper or a fixture may use.
                () if subject.around.contains(*name) => 2,
                () => continue,
            };
            reach.insert(*name, near);
        }
        for step in 0..CALLS {
            let at_this: Vec<&str> = reach.iter().filter(|(_, near)| **near == step).map(|(name, _)| *name).collect();
            for name in at_this.iter().filter_map(|name| self.uses.get(name)).flatten() {
                if self.names.contains(name) {
                    let near = reach.entry(name).or_insert(step + 1);
                    *near = (*near).min(step + 1);
                }
            }
        }
        reach
    }
}

#[cfg(all(test, feature = "lang-python"))]
mod tests {
    use super::*;

    fn candidate(path: &str, source: &str) -> Candidate {
        let language = crate::lang::by_name("python").expect("a known language");
        let path = RepoPath::from(path);
        let faults = super::super::of_file(&path, language, source.as_bytes()).expect("it can be read");
        Candidate { path, source: source.into(), faults, changed: Vec::new() }
    }

    fn subject(lost: &str, used: &str, around: &str) -> Subject {
        let set = |text: &str| text.split_whitespace().map(ToOwned::to_owned).collect();
        Subject::of_words("tests/test_billing.py".into(), "", [set(lost), set(used), set(around)])
    }

    /// The lines of faults in their order, as long as nobody notices any, or everybody.
    fn order(candidates: Vec<Candidate>, subjects: &[Subject], has_noticed: bool) -> Vec<(String, u32)> {
        let mut queue = Queue::new(candidates, subjects);
        let mut order = Vec::new();
        while let Some(next) = queue.next(0) {
            queue.tell(&next, std::iter::once((0, has_noticed)));
            order.push((next.fault.path.to_text(), next.fault.line));
        }
        order
    }

    const SOURCE: &str = "\
def far(x):
    return x > 1

def near(x):
    return helper(x) < 2

def helper(x):
    return x + 3
";

    #[test]
    fn the_nearest_first_and_those_it_calls() {
        let files = || vec![candidate("other.py", SOURCE), candidate("billing.py", SOURCE)];
        let subjects = [subject("near", "", "billing")];
        let order_of = order(files(), &subjects, true);
        assert!(order_of[0] == ("billing.py".into(), 5), "{order_of:?}");
        let first = |line| order_of.iter().position(|(path, at)| path == "billing.py" && *at == line);
        assert!(
            first(8).is_some() && first(8) < order_of.iter().position(|(path, _)| path == "other.py"),
            "{order_of:?}"
        );
        assert!(first(2) > first(8), "nothing of the test's goes there: {order_of:?}");
        assert_eq!(order_of, order(files(), &subjects, true));
    }

    #[test]
    fn what_nobody_notices_lets_others_pass() {
        let source = "def near(x):\n    return x > 1 and x < 5 and x != 3\n\ndef next(x):\n    return x > 2\n";
        let files = || vec![candidate("billing.py", source)];
        let subjects = [subject("near", "next", "")];
        let place = |has_noticed| order(files(), &subjects, has_noticed).iter().position(|(_, line)| *line == 5);
        assert!(place(false) < place(true), "{:?} {:?}", place(false), place(true));
    }

    #[test]
    fn files_by_how_far_they_are() {
        let distance = |path: &str, test: &str, around: &str| {
            let around = around.split_whitespace().map(ToOwned::to_owned).collect();
            file_distance(&path.into(), &Subject::of_words(test.into(), "", [BTreeSet::new(), BTreeSet::new(), around]))
        };
        for (path, test) in [
            ("src/app/billing.py", "tests/test_billing.py"),
            ("src/billing.ts", "src/billing.test.ts"),
            ("billing/billing.go", "billing/billing_test.go"),
            ("src/billing/mod.rs", "tests/billing.rs"),
            ("src/lib.rs", "src/lib.rs"),
            ("lib/Billing.php", "tests/BillingTest.php"),
            ("src/billing/index.ts", "test/billing.spec.ts"),
        ] {
            assert_eq!(distance(path, test, ""), 0, "{path} {test}");
        }
        assert_eq!(distance("src/rates.py", "tests/test_billing.py", "from src import rates"), 1);
        assert_eq!(distance("billing/rates.go", "billing/billing_test.go", ""), 1);
        assert_eq!(distance("src/a/rates.ts", "src/billing.test.ts", ""), 2);
        assert_eq!(distance("docs/rates.py", "tests/test_billing.py", ""), 3);
    }
}
