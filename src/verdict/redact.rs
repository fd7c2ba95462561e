//! Secrets and data of people are taken out of findings before anything shows or stores them.
//!
//! A finding of any rule can quote a line that holds a token. The one place where that is mended is here, between judging and
//! every format.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};

use rayon::prelude::*;

use super::Finding;
use crate::change::{ChangeSet, FileChange};
use crate::facts::secrets::gitleaks::Config;
use crate::facts::{personal, secrets};
use crate::{RepoPath, Side};

/// Longer files are not read again; what has a form is recognised without them.
const LARGEST: usize = 1 << 20;

/// What is known of the secrets in the files that findings are about.
pub(super) struct Redaction<'a> {
    project: &'a Config,
    learnt: HashMap<RepoPath, secrets::Redactor<'a>>,
}

impl<'a> Redaction<'a> {
    /// Reads the files that the findings are about.
    pub(super) fn of<'f>(change: &ChangeSet, project: &'a Config, findings: impl Iterator<Item = &'f Finding>) -> Self {
        let sides =
            change.files.iter().flat_map(|file| file.base.iter().chain(&file.head).map(move |it| (&it.path, file)));
        let files: HashMap<&RepoPath, &FileChange> = sides.collect();
        let paths: BTreeSet<RepoPath> = findings.map(path).collect();
        let learnt = paths.into_par_iter().map(|path| {
            let own = secrets::Redactor::of_project(project, path.to_text());
            let learnt = learn(own, change, files.get(&path).copied());
            (path, learnt)
        });
        Self { project, learnt: learnt.collect() }
    }

    /// Masks what a finding quotes.
    pub(super) fn apply(&self, finding: &mut Finding) {
        let path = path(finding);
        let unread;
        let redactor = match self.learnt.get(&path) {
            Some(learnt) => learnt,
            None => {
                unread = secrets::Redactor::of_project(self.project, path.to_text());
                &unread
            }
        };
        let Finding { test, message, before, after, witness, help, .. } = finding;
        for text in [Some(message), test.as_mut(), before.as_mut(), after.as_mut(), witness.as_mut(), help.as_mut()] {
            let Some(text) = text else { continue };
            let shown = redactor.redact(text);
            let shown = match personal::redact(&shown) {
                Cow::Owned(shown) => Cow::Owned(shown),
                Cow::Borrowed(_) => shown,
            };
            if let Cow::Owned(shown) = shown {
                *text = shown;
            }
        }
    }
}

/// The file a finding is about; an empty path where it is about none.
fn path(finding: &Finding) -> RepoPath {
    let place = finding.place.as_ref().or(finding.base_place.as_ref());
    place.map_or_else(|| RepoPath::from(""), |place| place.path.clone())
}

fn learn<'a>(
    mut redactor: secrets::Redactor<'a>,
    change: &ChangeSet,
    file: Option<&FileChange>,
) -> secrets::Redactor<'a> {
    for side in [Side::Base, Side::Head] {
        if let Some(Ok(bytes)) = file.and_then(|file| change.content(file, side))
            && bytes.len() <= LARGEST
        {
            redactor.learn(&String::from_utf8_lossy(&bytes));
        }
    }
    redactor
}

/// The same for text that belongs to no file.
pub(super) fn text<'t>(project: &Config, text: &'t str) -> Cow<'t, str> {
    match secrets::Redactor::of_project(project, String::new()).redact(text) {
        Cow::Owned(shown) => Cow::Owned(personal::redact(&shown).into_owned()),
        Cow::Borrowed(text) => personal::redact(text),
    }
}
