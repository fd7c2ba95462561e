//! What a suspicious test exercises, as far as its words say: the measure for how near production code is to it.

use std::collections::{BTreeMap, BTreeSet};

use super::experiment::Setup;
use super::judgement::Suspect;
use crate::change::{FileChange, Role};
use crate::facts::tests::{self, Case, Source};
use crate::git::ObjectId;
use crate::lang::{self, Parsed};
use crate::{LineRange, RepoPath, Side};

/// The words of one suspicious test, the telling ones first.
pub struct Subject {
    /// The file of its base's version.
    pub path: RepoPath,
    /// Names in what the head no longer demands.
    pub lost: BTreeSet<String>,
    /// Names that its body uses.
    pub used: BTreeSet<String>,
    /// Every word of its file: imports, helpers, its neighbours.
    pub around: BTreeSet<String>,
    /// Its title and suites without case and punctuation.
    title: String,
    /// Lines of the head's code that came to be in the same commits as the test: a fix and its regression test.
    pub together: BTreeMap<RepoPath, BTreeSet<u32>>,
}

/// Files of one commit: who changes more at once says nothing of what belongs together.
const TOGETHER: usize = 30;

/// Files whose lines are asked for their commits.
const ASKED: usize = 8;

impl Subject {
    pub fn of(suspect: &Suspect, setup: &Setup<'_>, asked: &mut Asked) -> Self {
        let change = setup.change;
        let path = RepoPath::from(suspect.path(Side::Base));
        let title = suspect.test().unwrap_or_default();
        let mut subject = Self {
            lost: words(suspect.before()).collect(),
            used: BTreeSet::new(),
            around: BTreeSet::new(),
            title: plain(title),
            path,
            together: BTreeMap::new(),
        };
        let is_its = |file: &&FileChange| file.base.as_ref().is_some_and(|base| base.path == subject.path);
        let Some(file) = change.files.iter().find(is_its) else { return subject };
        let Some(Ok(bytes)) = change.content(file, Side::Base) else { return subject };
        subject.around = words(&String::from_utf8_lossy(&bytes)).collect();
        let Some(language) = lang::of(&subject.path) else { return subject };
        let Ok(Parsed { root, unread }) = language.parse(&bytes) else { return subject };
        let inline = !file.role.is_test();
        let source = Source { path: subject.path.clone(), language, text: bytes, root, unread, inline, touched: None };
        let files = tests::read(&[source]);
        let is_it = |case: &&Case| {
            case.title() == title
                || suspect.base_line().is_some_and(|line| (case.lines.first..=case.lines.last).contains(&line))
        };
        let cases: Vec<&Case> = files.iter().flat_map(|file| file.cases.iter()).filter(is_it).collect();
        subject.used = cases.iter().flat_map(|case| case.names.iter().map(ToString::to_string)).collect();
        subject.together = asked.together(setup, &subject.path, cases.iter().map(|case| case.lines));
        subject
    }

    #[cfg(test)]
    pub fn of_words(path: RepoPath, title: &str, [lost, used, around]: [BTreeSet<String>; 3]) -> Self {
        Self { path, lost, used, around, title: plain(title), together: BTreeMap::new() }
    }

    /// Whether its title speaks of this name: `test_backoff_constant_factor` of `backoff`.
    pub fn is_titled(&self, name: &str) -> bool {
        const SHORTEST: usize = 4;
        let name = plain(name);
        name.len() >= SHORTEST && self.title.contains(&name)
    }
}

/// What history was asked for already: many suspicious tests came with the same code.
#[derive(Default)]
pub struct Asked {
    touched: BTreeMap<ObjectId, Vec<RepoPath>>,
    origins: BTreeMap<RepoPath, Vec<(u32, ObjectId)>>,
}

impl Asked {
    /// Lines of the head's code that came with lines of a test's file.
    fn together(
        &mut self,
        setup: &Setup<'_>,
        test: &RepoPath,
        lines: impl Iterator<Item = LineRange>,
    ) -> BTreeMap<RepoPath, BTreeSet<u32>> {
        let repository = setup.repository;
        let is_code = |path: &&RepoPath| setup.roles.role(path) == Role::Production && lang::of(path).is_some();
        let mut files = BTreeSet::new();
        let mut telling = BTreeSet::new();
        for (_, commit) in lines.flat_map(|lines| repository.origins(setup.base, test, Some(lines))) {
            let touched = self.touched.entry(commit).or_insert_with(|| repository.touched_by(commit));
            if touched.len() <= TOGETHER {
                telling.insert(commit);
                files.extend(touched.iter().filter(is_code).cloned());
            }
        }
        let mut lines = |path: RepoPath| {
            let asked = || repository.origins(setup.head, &path, None);
            let origins = self.origins.entry(path.clone()).or_insert_with(asked);
            let own = origins.iter().filter(|(_, commit)| telling.contains(commit)).map(|(line, _)| *line).collect();
            (path, own)
        };
        files.into_iter().take(ASKED).map(&mut lines).collect()
    }
}

/// Names and other words of a text.
pub fn words(text: &str) -> impl Iterator<Item = String> {
    let words = text.split(|c: char| !c.is_alphanumeric() && c != '_');
    words.filter(|word| word.len() > 1 && !word.starts_with(|c: char| c.is_ascii_digit())).map(ToOwned::to_owned)
}

/// Letters and digits alone, in lower case: `test_to_text` and `ToText` say one name.
fn plain(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}
