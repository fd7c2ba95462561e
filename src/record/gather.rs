//! The records of a branch: those of the tree that is judged, of its other commits, of the commit it comes from.

use std::collections::BTreeSet;

use super::ledger::{self, Recorded};
use super::{AllowedSigners, REFERENCE, Records, reference_of};
use crate::RepoPath;
use crate::evidence::code_tree;
use crate::git::{Commit, GitError, ObjectId, Repository};

/// Of longer branches only so many of the newest commits are looked at.
const MOST_COMMITS: usize = 200;

/// What may have been tested.
pub struct Tested<'a> {
    /// The tree that is judged.
    pub head: ObjectId,
    /// The branch's commits, newest first.
    pub commits: &'a [Commit],
    /// The commit that the branch comes from.
    pub base: ObjectId,
    /// Where the policy wants evidence: changing it outdates no record.
    pub evidence: Option<&'a RepoPath>,
}

/// Everything recorded of a branch.
///
/// # Errors
/// When notes or trees can't be read.
pub fn records(
    repository: &Repository,
    tested: &Tested<'_>,
    signers: Option<&AllowedSigners>,
) -> Result<Records, GitError> {
    let references = references(repository);
    let needs_signature = signers.is_some();
    if references.is_empty() {
        return Ok(Records { needs_signature, ..Records::default() });
    }
    let objects = repository.objects();
    let of = |trees: &BTreeSet<String>| -> Result<Vec<Recorded>, GitError> {
        let mut note = Vec::new();
        for (reference, tree) in references.iter().flat_map(|name| trees.iter().map(move |tree| (name, tree))) {
            let Some(id) = ObjectId::from_hex(tree) else { continue };
            note.extend_from_slice(&repository.note(reference, id)?);
        }
        // A line that was moved beside another tree is not of that tree.
        let mut records = ledger::read(&note, signers);
        records.retain(|record| trees.contains(&record.run().worktree.code_tree));
        Ok(records)
    };
    let code = |tree| code_tree(objects, tree, None);
    let stripped = |tree| code_tree(objects, tree, tested.evidence);
    let head = stripped(tested.head)?;
    let (mut same, mut others) = (BTreeSet::from([code(tested.head)?.to_string()]), BTreeSet::new());
    for commit in tested.commits.iter().take(MOST_COMMITS) {
        let trees = if stripped(commit.tree)? == head { &mut same } else { &mut others };
        trees.insert(code(commit.tree)?.to_string());
    }
    let base = code(repository.commit_tree(tested.base)?)?;
    Ok(Records {
        are_kept: true,
        needs_signature,
        of_head: of(&same)?,
        of_branch: of(&others)?,
        of_base: of(&BTreeSet::from([base.to_string()]))?,
    })
}

/// One's own records, and what was fetched of each remote's.
pub fn references(repository: &Repository) -> Vec<String> {
    let remotes = repository.remotes();
    let all = std::iter::once(REFERENCE.to_owned()).chain(remotes.iter().map(|remote| reference_of(remote)));
    all.filter(|reference| repository.has_ref(reference)).collect()
}
