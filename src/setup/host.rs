//! Where the repository is hosted, told from its remote and from what lies in it.

use std::path::Path;

use crate::git::Repository;

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Host {
    Github,
    Gitlab,
    Other,
}

impl Host {
    /// By the address of `origin`, else by files that only one of them reads.
    pub fn of(repository: &Repository, top: &Path) -> Self {
        let address = repository.config("remote.origin.url").unwrap_or_default().to_lowercase();
        if address.contains("github") {
            Self::Github
        } else if address.contains("gitlab") || top.join(".gitlab-ci.yml").exists() {
            Self::Gitlab
        } else if top.join(".github").is_dir() {
            Self::Github
        } else {
            Self::Other
        }
    }

    /// The folders in which it looks for the form of a pull request, the usual one first, and the file's name.
    pub(super) fn template(self) -> Option<(&'static [&'static str], &'static str)> {
        match self {
            Self::Github => Some((&[".github", "", "docs"], "pull_request_template.md")),
            Self::Gitlab => Some((&[".gitlab/merge_request_templates"], "Default.md")),
            Self::Other => None,
        }
    }
}
