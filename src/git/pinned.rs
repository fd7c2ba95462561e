//! Files that are kept in a reference of their own, beside all branches.

use std::io::Write;
use std::process::Stdio;

use super::{GitError, ObjectId, Repository};
use crate::RepoPath;

const WHY: &str = "to write a reference";

impl Repository {
    /// The content of a file in the commit that a reference names; `None` where there is no such reference or file.
    ///
    /// # Errors
    /// When the reference names no commit, or something on the way can't be read.
    pub fn read_pinned(&self, reference: &str, path: &str) -> Result<Option<Vec<u8>>, GitError> {
        if !self.has_ref(reference) {
            return Ok(None);
        }
        let commit = self.resolve(reference)?;
        Ok(self.read_path(commit, &RepoPath::from(path))?.map(|bytes| bytes.to_vec()))
    }

    /// Records a file in a commit and points a reference at it, if that still is where `old` says (`None`: not there yet).
    ///
    /// # Errors
    /// When git can't write, or somebody else was quicker.
    pub fn pin(
        &self,
        reference: &str,
        path: &str,
        bytes: &[u8],
        message: &str,
        old: Option<ObjectId>,
    ) -> Result<ObjectId, GitError> {
        let blob = self.told(&["hash-object", "-w", "--stdin"], bytes)?;
        let mut tree = format!("100644 blob {blob}\t{}\0", path.rsplit('/').next().unwrap_or(path));
        let mut made = self.told(&["mktree", "-z"], tree.as_bytes())?;
        // One folder after the other, from the inside out.
        let mut folders: Vec<&str> = path.split('/').collect();
        folders.pop();
        for folder in folders.iter().rev() {
            tree = format!("040000 tree {made}\t{folder}\0");
            made = self.told(&["mktree", "-z"], tree.as_bytes())?;
        }
        let old_text = old.map(|id| id.to_string());
        let mut arguments = vec!["commit-tree", &made, "-F", "-"];
        if let Some(old) = &old_text {
            arguments.extend(["-p", old]);
        }
        let commit = self.told(&arguments, message.as_bytes())?;
        let none = self.zero_id().to_string();
        self.told(
            &["update-ref", "--create-reflog", "-m", message, reference, &commit, old_text.as_deref().unwrap_or(&none)],
            b"",
        )?;
        ObjectId::from_hex(&commit).ok_or_else(|| GitError::Other("git named no commit".into()))
    }

    /// What git prints, given something to read.
    fn told(&self, arguments: &[&str], input: &[u8]) -> Result<String, GitError> {
        let failed = |error: std::io::Error| GitError::NoProgram { why: WHY, error: error.to_string() };
        let mut command = self.program.command();
        command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut git = command.spawn().map_err(failed)?;
        if let Some(mut stdin) = git.stdin.take() {
            stdin.write_all(input).map_err(failed)?;
        }
        let output = git.wait_with_output().map_err(failed)?;
        if output.status.success() {
            return Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned());
        }
        Err(GitError::Other(String::from_utf8_lossy(&output.stderr).trim().to_owned()))
    }
}
