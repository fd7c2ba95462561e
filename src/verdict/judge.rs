//! What the policy makes of findings.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::fingerprint;
use super::redact::{self, Redaction};
use super::waivers::{self, Answer};
use super::{Confidence, Finding, Judgement, Subject, Unread, Waiver, Waivers};
use crate::change::{ChangeSet, Status};
use crate::facts::secrets::gitleaks::Config;
use crate::policy::{Level, Origin, Policy};
use crate::{RepoPath, Side, rules};

/// The rule whose findings name files that were not judged.
const UNREADABLE: &str = "unreadable-change";

pub(super) fn all(
    findings: Vec<Finding>,
    change: &ChangeSet,
    policy: &Policy,
    subject: &Subject,
    project: &Config,
) -> Vec<Judgement> {
    let renames = renames(change);
    let merged = fingerprint::merge(findings);
    let ids = fingerprint::of(&merged, |finding| base_path(finding, &renames));
    let mut judgements: Vec<Judgement> = merged
        .into_iter()
        .zip(ids)
        .filter_map(|(finding, id)| {
            let (level, because) = level(&finding, &renames, policy)?;
            let content = waivers::content(&finding, change, subject);
            let mut judgement = Judgement { id, level, because, finding, content, waiver: None };
            excuse(&mut judgement, policy.waivers());
            Some(judgement)
        })
        .collect();
    judgements.sort_by(|a, b| place(a).cmp(&place(b)));
    // Last: identities and waivers are about what stands there.
    let redaction = Redaction::of(change, project, judgements.iter().map(|judgement| &judgement.finding));
    judgements.iter_mut().for_each(|judgement| redaction.apply(&mut judgement.finding));
    judgements
}

/// Sets the waiver that holds, or says why one that was meant doesn't.
fn excuse(judgement: &mut Judgement, waivers: &Waivers) {
    let at = |waiver: &Waiver| format!("{}:{}", waiver.origin.path, waiver.origin.line);
    let said = match waivers.on(&judgement.finding, &judgement.id, judgement.content.as_deref()) {
        Some(Answer::Waived(waiver)) => {
            judgement.waiver = Some(waiver.clone());
            return;
        }
        Some(Answer::Expired(waiver)) => format!("the waiver at {} expired on {}", at(waiver), waiver.expires),
        Some(Answer::OtherContent(waiver)) => format!("the waiver at {} is for other content", at(waiver)),
        None => return,
    };
    judgement.finding.help = Some(match judgement.finding.help.take() {
        Some(help) => format!("{help}; {said}"),
        None => said,
    });
}

/// Findings about the branch as a whole come first.
fn place(judgement: &Judgement) -> (Option<&RepoPath>, u32, &str, &str) {
    let place = judgement.finding.place.as_ref();
    let line = place.and_then(|place| place.lines).map_or(0, |lines| lines.first);
    (place.map(|place| &place.path), line, judgement.finding.rule, &judgement.id)
}

/// Head path to base path of every renamed file.
fn renames(change: &ChangeSet) -> HashMap<&RepoPath, &RepoPath> {
    let renamed = change.files.iter().filter(|file| matches!(file.status, Status::Renamed(_)));
    renamed.filter_map(|file| Some((&file.head.as_ref()?.path, &file.base.as_ref()?.path))).collect()
}

/// The path in the base where the file was renamed, so that renaming it again changes nothing.
fn base_path<'a>(finding: &'a Finding, renames: &HashMap<&'a RepoPath, &'a RepoPath>) -> Option<&'a RepoPath> {
    let place = finding.place.as_ref();
    match (place, &finding.base_place) {
        (_, Some(base)) => Some(&base.path),
        (Some(place), None) if place.side == Side::Head => {
            Some(renames.get(&place.path).copied().unwrap_or(&place.path))
        }
        (Some(place), None) => Some(&place.path),
        (None, None) => None,
    }
}

/// The level for a finding, unless the policy does not want to hear of it.
///
/// A file that moved answers for both its paths, and the stricter one counts: moving tests into a looser corner of the
/// tree is no way out.
fn level(finding: &Finding, renames: &HashMap<&RepoPath, &RepoPath>, policy: &Policy) -> Option<(Level, Origin)> {
    let rule = rules::find(finding.rule)?;
    let paths: BTreeSet<&RepoPath> =
        finding.place.iter().map(|place| &place.path).chain(base_path(finding, renames)).collect();
    let (level, because) = if paths.is_empty() {
        policy.level(rule, None)
    } else {
        let covered = paths.into_iter().filter(|path| policy.covers(rule, path));
        covered.map(|path| policy.level(rule, Some(path))).max_by_key(|(level, _)| *level)?
    };
    // Judging is for what a rule is sure of; a doubt is worth a look and no more.
    let level = if finding.confidence == Confidence::Doubtful { level.min(Level::Warn) } else { level };
    (level != Level::Off).then_some((level, finding.because.clone().unwrap_or(because)))
}

/// Changed files whose bytes could not be had, and those that a rule could not make sense of; whatever the policy says.
pub(super) fn unread(findings: &[Finding], change: &ChangeSet, project: &Config) -> Vec<Unread> {
    let mut unread = BTreeMap::new();
    for finding in findings.iter().filter(|finding| finding.rule == UNREADABLE) {
        if let Some(place) = &finding.place {
            unread.insert(place.path.clone(), redact::text(project, &finding.message).into_owned());
        }
    }
    for file in &change.files {
        if let Err(error) = change.lines(file) {
            unread.insert(file.path().clone(), error.to_string());
        }
    }
    unread.into_iter().map(|(path, why)| Unread { path, why }).collect()
}
