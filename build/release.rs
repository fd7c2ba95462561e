//! Which commit the version that is built was released from, where the place that it is built from knows: what `agentgate init`
//! writes into jobs that install this version.

use std::path::Path;
use std::process::Command;

/// The commit that a version was released from: a package names its own, a checkout has the tag. A checkout without that tag is
/// no release, and a job that demanded its commit would fail.
pub fn of(top: &Path, version: &str) -> Option<String> {
    let is_id = |text: &str| matches!(text.len(), 40 | 64) && text.chars().all(|c| c.is_ascii_hexdigit());
    if let Ok(text) = std::fs::read_to_string(top.join(".cargo_vcs_info.json")) {
        let package: serde_json::Value = serde_json::from_str(&text).ok()?;
        let id = package.pointer("/git/sha1")?.as_str()?;
        return (is_id(id) && package["git"]["dirty"] != true).then(|| id.to_owned());
    }
    // Where this lies in another project's repository, that one's tags are not ours.
    if !top.join(".git").exists() {
        return None;
    }
    let mut git = Command::new("git");
    git.arg("-C").arg(top).env_remove("GIT_DIR").env_remove("GIT_WORK_TREE").env_remove("GIT_INDEX_FILE");
    let tag = format!("refs/tags/v{version}^{{commit}}");
    let run = git.args(["rev-parse", "--verify", "--quiet", &tag]).output().ok()?;
    let id = String::from_utf8(run.stdout).ok()?;
    (run.status.success() && is_id(id.trim())).then(|| id.trim().to_owned())
}
