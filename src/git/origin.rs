//! Which commits lines come from, by `git blame`: the library's own would have to be given history piece by piece.

use std::collections::BTreeSet;
use std::process::Stdio;
use std::time::Duration;

use super::{ObjectId, Repository};
use crate::child::{self, Last, Output, Waited};
use crate::{LineRange, RepoPath};

/// Long histories take long; where these come from is only a hint.
const LIMIT: Duration = Duration::from_secs(15);

/// What is read of the answer.
const LARGEST: usize = 64 << 20;

impl Repository {
    /// The commits that gave lines of a file their present form, as of a commit: line numbers, one-based, and commits. Lines
    /// older than the history that is here are left out. Empty where git can't say, or takes too long.
    pub fn origins(&self, commit: ObjectId, path: &RepoPath, lines: Option<LineRange>) -> Vec<(u32, ObjectId)> {
        let range = lines.map(|lines| format!("-L{},{}", lines.first, lines.last));
        let (commit, path) = (commit.to_string(), path.to_text());
        let mut words = vec!["blame", "--porcelain", "--no-textconv", "-w"];
        words.extend(range.as_deref());
        words.extend([commit.as_str(), "--", path.as_str()]);
        self.printed(&words).map(|text| origins(&text)).unwrap_or_default()
    }

    /// The files that a commit changed, against its first parent. Empty where git can't say.
    pub fn touched_by(&self, commit: ObjectId) -> Vec<RepoPath> {
        let commit = commit.to_string();
        let words = [
            "diff-tree",
            "-r",
            "-z",
            "--no-commit-id",
            "--name-only",
            "--diff-filter=AM",
            "-m",
            "--first-parent",
            &commit,
        ];
        let printed = self.printed(&words).unwrap_or_default();
        printed.split('\0').filter(|path| !path.is_empty()).map(RepoPath::from).collect()
    }

    /// What git prints of this repository alone, without asking anyone elsewhere.
    fn printed(&self, words: &[&str]) -> Option<String> {
        let mut command = self.program.command();
        command.env("GIT_NO_LAZY_FETCH", "1").args(["-c", "blame.ignoreRevsFile="]).args(words);
        command.stdout(Stdio::piped()).stderr(Stdio::null());
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let mut git = command.spawn().ok()?;
        let output = Output::read(git.stdout.take()?, Last::new(LARGEST), |_| Ok(()));
        let waited = child::wait(&mut git, LIMIT, &|| false).ok()?;
        let is_done = matches!(waited, Waited::Ended(status) if status.success());
        is_done.then(|| String::from_utf8_lossy(&output.finish(Last::take_bytes)).into_owned())
    }
}

/// `<commit> <line there> <line here> [count]`, then what is known of the commit where it is named first, then the line.
fn origins(text: &str) -> Vec<(u32, ObjectId)> {
    let mut found = Vec::new();
    let mut ends = BTreeSet::new();
    let mut current = None;
    for line in text.lines().filter(|line| !line.starts_with('\t')) {
        let mut words = line.split(' ');
        if line == "boundary" {
            ends.extend(current);
        } else if let Some(id) = words.next().and_then(ObjectId::from_hex)
            && let Some(here) = words.nth(1).and_then(|here| here.parse().ok())
        {
            current = Some(id);
            found.push((here, id));
        }
    }
    found.retain(|(_, id)| !ends.contains(id));
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_blame_prints() {
        let (old, new) = ("a".repeat(40), "b".repeat(40));
        let text = format!(
            "{old} 1 1 2\nauthor a\nboundary\nfilename x\n\tone\n{old} 2 2\n\t{new} 9 9\n{new} 7 3 1\nauthor b\nfilename x\n\tthree\n"
        );
        assert_eq!(origins(&text), [(3, ObjectId::from_hex(&new).unwrap())]);
    }
}
