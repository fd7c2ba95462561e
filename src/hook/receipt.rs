//! What the pre-push hook leaves behind: which commit it judged, under which policy, with which verdict.
//!
//! Nobody signs it and anyone who can write the repository can write one. It answers "did the hook run here", not "may
//! this merge"; the authority is CI's own verdict.

use std::ffi::OsStr;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde::{Deserialize, Serialize};

use crate::report::{Outcome, Report};

/// How many receipts one repository keeps.
const KEPT: usize = 256;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    pub version: u32,
    /// The program's version.
    pub program: String,
    pub head: String,
    /// What the change was compared with.
    pub merge_base: Option<String>,
    /// The effective policy's digest.
    pub policy: String,
    /// `pass` or `block`.
    pub verdict: String,
    /// The reference on the remote.
    pub reference: String,
}

/// What a receipt says beside a verdict of one's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    Same,
    /// The hook judged this commit under another policy or from another base.
    OtherQuestion,
    /// Same question, another answer: another version, or a hook that was talked into it.
    OtherAnswer,
    Absent,
}

impl Comparison {
    pub fn sentence(self) -> &'static str {
        match self {
            Self::Same => "the pre-push hook judged this commit under the same policy, with the same verdict",
            Self::OtherQuestion => "the pre-push hook judged this commit under another policy or from another base",
            Self::OtherAnswer => "the pre-push hook judged this commit under the same policy with another verdict",
            Self::Absent => {
                "no pre-push receipt for this commit here: the hook was bypassed, is not installed, or keeps its receipts to its machine"
            }
        }
    }
}

impl Receipt {
    /// What a report says, for one reference. `None` where no commit was judged.
    pub fn of(report: &Report, reference: &str) -> Option<Self> {
        Some(Self {
            version: 1,
            program: report.tool.version.clone(),
            head: report.subject.head.commit.clone()?,
            merge_base: report.subject.merge_base.clone(),
            policy: report.policy.digest.clone(),
            verdict: if report.verdict == Outcome::Pass { "pass" } else { "block" }.into(),
            reference: reference.to_owned(),
        })
    }

    pub fn compare(found: Option<&Self>, own: &Self) -> Comparison {
        match found {
            Some(found) if found.head != own.head => Comparison::Absent,
            Some(found) if found.policy != own.policy || found.merge_base != own.merge_base => {
                Comparison::OtherQuestion
            }
            Some(found) if found.verdict != own.verdict => Comparison::OtherAnswer,
            Some(_) => Comparison::Same,
            None => Comparison::Absent,
        }
    }

    /// The reference a receipt travels under when someone asks for it.
    pub fn reference_for(head: &str) -> String {
        format!("refs/agentgate/receipts/{head}")
    }

    /// Pushes the receipt to the remote, beside the branches, where a CI job can fetch it.
    ///
    /// # Errors
    /// When git can't store or push it.
    pub fn publish(&self, remote: &OsStr) -> io::Result<()> {
        let mut store = Command::new("git")
            .args(["hash-object", "-w", "--stdin"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        if let Some(mut stdin) = store.stdin.take() {
            stdin.write_all(self.to_json().as_bytes())?;
        }
        let output = store.wait_with_output()?;
        let id = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        // Without the hook: this push is its own.
        let pushed = Command::new("git")
            .args(["push", "--quiet", "--no-verify", "--force"])
            .arg(remote)
            .arg(format!("{id}:{}", Self::reference_for(&self.head)))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .output()?;
        if output.status.success() && pushed.status.success() {
            return Ok(());
        }
        Err(io::Error::other(String::from_utf8_lossy(&pushed.stderr).trim().to_owned()))
    }

    /// The receipt that a reference of this repository holds, fetched from a remote first where one is named.
    pub fn fetch(folder: &Path, head: &str, remote: Option<&str>) -> Option<Self> {
        let reference = Self::reference_for(head);
        let git = |arguments: &[&str]| {
            Command::new("git")
                .arg("-C")
                .arg(folder)
                .args(arguments)
                .stdin(Stdio::null())
                .stderr(Stdio::null())
                .output()
        };
        if let Some(remote) = remote {
            git(&["fetch", "--quiet", "--no-tags", "--end-of-options", remote, &format!("+{reference}:{reference}")])
                .ok()?;
        }
        let output = git(&["cat-file", "blob", &reference]).ok()?;
        Self::from_json(&output.stdout)
    }

    /// One line of JSON.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default() + "\n"
    }

    pub fn from_json(bytes: &[u8]) -> Option<Self> {
        serde_json::from_slice(bytes).ok()
    }
}

/// The receipts of one repository, under its common git directory, so that every worktree sees them.
pub struct Drawer(PathBuf);

impl Drawer {
    pub fn of(common: &Path) -> Self {
        Self(common.join("agentgate").join("receipts"))
    }

    pub fn read(&self, head: &str) -> Option<Receipt> {
        Receipt::from_json(&fs::read(self.path(head)?).ok()?)
    }

    /// Files a receipt and throws away the oldest beyond `KEPT`.
    ///
    /// # Errors
    /// When the folder can't be written.
    pub fn write(&self, receipt: &Receipt) -> io::Result<()> {
        let path = self.path(&receipt.head).ok_or_else(|| io::Error::other("the head is no object id"))?;
        fs::create_dir_all(&self.0)?;
        let beside = path.with_extension(format!("{}.new", std::process::id()));
        fs::write(&beside, receipt.to_json())?;
        fs::rename(&beside, &path)?;
        self.prune();
        Ok(())
    }

    fn path(&self, head: &str) -> Option<PathBuf> {
        // The id becomes a file name.
        let is_id = !head.is_empty() && head.bytes().all(|byte| byte.is_ascii_hexdigit());
        is_id.then(|| self.0.join(format!("{head}.json")))
    }

    fn prune(&self) {
        let Ok(entries) = fs::read_dir(&self.0) else { return };
        let mut files: Vec<_> = entries
            .flatten()
            .filter_map(|entry| Some((entry.metadata().ok()?.modified().ok()?, entry.path())))
            .collect();
        if files.len() > KEPT {
            files.sort();
            for (_, path) in &files[..files.len() - KEPT] {
                // Another push may be tidying as well.
                let _ = fs::remove_file(path);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn receipt() -> Receipt {
        Receipt {
            version: 1,
            program: "0.1.0".into(),
            head: "ab".repeat(20),
            merge_base: Some("cd".repeat(20)),
            policy: "sha256:1".into(),
            verdict: "pass".into(),
            reference: "refs/heads/agent/T-1-x".into(),
        }
    }

    #[test]
    fn filed_and_found_again() {
        let folder = tempfile::tempdir().unwrap();
        let drawer = Drawer::of(folder.path());
        assert_eq!(drawer.read(&receipt().head), None);
        drawer.write(&receipt()).unwrap();
        assert_eq!(drawer.read(&receipt().head), Some(receipt()));
        assert_eq!(drawer.read("../../config"), None);
    }

    #[test]
    fn tells_ran_from_judged_something_else() {
        let own = receipt();
        assert_eq!(Receipt::compare(Some(&receipt()), &own), Comparison::Same);
        assert_eq!(Receipt::compare(None, &own), Comparison::Absent);
        let policy = Receipt { policy: "sha256:2".into(), ..receipt() };
        assert_eq!(Receipt::compare(Some(&policy), &own), Comparison::OtherQuestion);
        let verdict = Receipt { verdict: "block".into(), ..receipt() };
        assert_eq!(Receipt::compare(Some(&verdict), &own), Comparison::OtherAnswer);
    }

    #[test]
    fn old_receipts_go() {
        let folder = tempfile::tempdir().unwrap();
        let drawer = Drawer::of(folder.path());
        for number in 0..KEPT + 3 {
            drawer.write(&Receipt { head: format!("{number:040x}"), ..receipt() }).unwrap();
        }
        assert_eq!(fs::read_dir(&drawer.0).unwrap().count(), KEPT);
    }
}
