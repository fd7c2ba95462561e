//! Whether what a criterion is mapped to exists in the head, runs and demands something, or is code of the branch.

use std::collections::BTreeSet;

use crate::change::{FileChange, Role};
use crate::compare::tests::demands;
use crate::evidence::{Mapping, Reference, references};
use crate::facts::tests::{Case, Lookup, Part};
use crate::{Context, RepoPath, Side, lang};

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Proof {
    Holds,
    /// What it is mapped to and what is wrong with it, as a phrase.
    Fails(String),
    /// It names nothing that could be looked up.
    Unknown,
}

pub(super) struct Prover<'a> {
    context: &'a Context<'a>,
    lookup: Lookup<'a>,
}

/// Files that only say something: the evidence itself has every word of the mapping.
fn is_prose(role: Role) -> bool {
    matches!(role, Role::Documentation | Role::AgentInstructions | Role::Gate)
}

impl<'a> Prover<'a> {
    pub(super) fn new(context: &'a Context<'a>) -> Self {
        let lookup = Lookup::new(context.change, context.policy.roles(), &context.facts.all_tests().head);
        Self { context, lookup }
    }

    /// The best of everything a mapping names.
    pub(super) fn prove(&self, mapping: &Mapping<'_>) -> Proof {
        let texts: Vec<&str> = if mapping.targets.is_empty() {
            vec![&mapping.what]
        } else {
            mapping.targets.iter().map(String::as_str).collect()
        };
        let found = texts.iter().flat_map(|text| references(text, &mapping.code));
        let proofs: Vec<Proof> = found.map(|reference| self.reference(&reference)).collect();
        if proofs.contains(&Proof::Holds) {
            return Proof::Holds;
        }
        // A test's title as it is, without any mark.
        if let Some(proof) = texts.iter().find_map(|text| self.titled(text)) {
            return proof;
        }
        proofs.into_iter().find(|proof| matches!(proof, Proof::Fails(_))).unwrap_or(Proof::Unknown)
    }

    fn reference(&self, reference: &Reference) -> Proof {
        match &reference.path {
            Some(path) => self.in_file(reference, path),
            None => self.by_name(reference),
        }
    }

    fn in_file(&self, reference: &Reference, written: &str) -> Proof {
        let Some(path) = self.find(written) else {
            let is_gone = self.context.change.source().entry(Side::Base, &RepoPath::from(written)).is_some();
            let why = if is_gone { "which the branch deletes" } else { "which does not exist" };
            return Proof::Fails(format!("`{written}`, {why}"));
        };
        let shown = &reference.text;
        let is_changed = self.changed(&path).is_some();
        if let Some(name) = reference.names.last() {
            return match self.lookup.cases_in(&path, |case| named(case, &reference.names).then(|| verdict(case))) {
                Ok(verdicts) if !verdicts.is_empty() => best(shown, verdicts),
                // What is no test may be code, or a test that is made at run time.
                _ if !self.says(&path, name) => Proof::Fails(format!("`{shown}`, and `{written}` has no `{name}`")),
                _ if is_changed || self.is_test(&path) => Proof::Holds,
                _ => Proof::Fails(format!("`{shown}`, which the branch does not change")),
            };
        }
        let at = reference.line;
        let here = |case: &Case| at.is_none_or(|line| case.lines.first <= line && line <= case.lines.last);
        let verdicts =
            self.lookup.cases_in(&path, |case| (case.part == Part::Test && here(case)).then(|| verdict(case)));
        match verdicts {
            Ok(verdicts) if !verdicts.is_empty() => best(shown, verdicts),
            _ if is_changed => Proof::Holds,
            Err(_) if self.is_test(&path) => Proof::Holds,
            _ => Proof::Fails(format!("`{shown}`, which the branch does not change")),
        }
    }

    fn by_name(&self, reference: &Reference) -> Proof {
        let Some(name) = reference.names.last() else { return Proof::Unknown };
        let word = name.split('/').next().unwrap_or(name);
        let verdicts = self.lookup.cases_with(word, |case| named(case, &reference.names).then(|| verdict(case)));
        if !verdicts.is_empty() {
            return best(&reference.text, verdicts);
        }
        let is_code = self
            .context
            .change
            .files
            .iter()
            .any(|file| !is_prose(file.role) && file.head.is_some() && self.says(file.path(), name));
        match is_code {
            true => Proof::Holds,
            false if is_test_id(reference) => Proof::Fails(format!("`{}`, and no test is called so", reference.text)),
            false => Proof::Unknown,
        }
    }

    /// The test of the branch that is called just like a text.
    fn titled(&self, text: &str) -> Option<Proof> {
        let wanted = letters(text);
        if wanted.len() < 8 {
            return None;
        }
        let cases = self.context.facts.all_tests().head.iter().flat_map(|file| &file.cases);
        let fits = cases.filter(|case| letters(&case.name) == wanted || letters(&case.title()) == wanted);
        let verdicts: Vec<Verdict> = fits.map(verdict).collect();
        (!verdicts.is_empty()).then(|| best(text, verdicts))
    }

    /// A path of the head, also by its end where only one path ends so.
    fn find(&self, written: &str) -> Option<RepoPath> {
        let exact = RepoPath::from(written);
        if self.context.change.source().entry(Side::Head, &exact).is_some() {
            return Some(exact);
        }
        let end = format!("/{written}");
        let fits = |path: &&RepoPath| path.as_bytes().ends_with(end.as_bytes());
        let changed = self.context.change.files.iter().filter_map(|file| Some(&file.head.as_ref()?.path)).find(fits);
        changed.cloned().or_else(|| {
            let paths = self.lookup.paths();
            let mut found = paths.iter().filter(fits);
            found.next().filter(|_| found.next().is_none()).cloned()
        })
    }

    fn changed(&self, path: &RepoPath) -> Option<&FileChange> {
        self.context.change.files.iter().find(|file| file.head.as_ref().is_some_and(|entry| entry.path == *path))
    }

    fn is_test(&self, path: &RepoPath) -> bool {
        self.context.policy.roles().role(path).is_test()
    }

    /// Whether a file has a name or a text, comments aside.
    fn says(&self, path: &RepoPath, name: &str) -> bool {
        let bytes = match self.changed(path) {
            Some(file) => self.context.change.content(file, Side::Head).and_then(Result::ok),
            None => {
                let entry = self.context.change.source().entry(Side::Head, path);
                entry.and_then(|entry| self.context.change.source().read(&entry).ok())
            }
        };
        let Some(bytes) = bytes else { return false };
        match lang::of(path).and_then(|language| language.pieces(&bytes).ok()) {
            Some(pieces) => {
                let mut tokens = pieces.iter().flat_map(|piece| &piece.tokens);
                tokens
                    .any(|token| &*token.text == name || token.class == lang::Class::Text && token.text.contains(name))
            }
            None => !name.is_empty() && String::from_utf8_lossy(&bytes).contains(name),
        }
    }
}

/// What a case is worth as a proof.
enum Verdict {
    Good,
    Bad(&'static str),
}

fn verdict(case: &Case) -> Verdict {
    match () {
        () if case.part != Part::Test => Verdict::Bad("which is no test"),
        () if !case.runs() => Verdict::Bad("which does not run"),
        () if !demands(case) => Verdict::Bad("which asserts nothing"),
        () => Verdict::Good,
    }
}

fn best(shown: &str, verdicts: Vec<Verdict>) -> Proof {
    let mut bad = None;
    for verdict in verdicts {
        match verdict {
            Verdict::Good => return Proof::Holds,
            Verdict::Bad(why) => bad = bad.or(Some(why)),
        }
    }
    Proof::Fails(format!("`{shown}`, {}", bad.unwrap_or("which is no test")))
}

/// Whether a case, or a suite that it is in, is what the names end with.
fn named(case: &Case, names: &[String]) -> bool {
    let Some((last, outer)) = names.split_last() else { return false };
    let around: BTreeSet<String> = case.suites.iter().map(|suite| letters(suite)).collect();
    let first = last.split('/').next().unwrap_or(last);
    let is_it = same(&case.name, last) || same(&case.name, first) || same(&case.title(), last);
    // `tests::name` and `package.Class.name` begin with what is no suite.
    let is_class = |name: &String| name.starts_with(char::is_uppercase);
    let fits = outer
        .last()
        .filter(|name| is_class(name))
        .is_none_or(|name| around.is_empty() || around.contains(&letters(name)));
    is_it && fits || around.contains(&letters(last)) && last.len() > 3
}

fn same(one: &str, other: &str) -> bool {
    one == other || letters(one) == letters(other)
}

fn letters(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Whether it can be nothing but a test's name.
fn is_test_id(reference: &Reference) -> bool {
    let last = reference.names.last().map(String::as_str).unwrap_or_default();
    let lower = last.to_lowercase();
    let is_bare = !last.contains(char::is_whitespace);
    is_bare && (lower.starts_with("test") || lower.ends_with("test") || reference.text.contains("tests::"))
}
