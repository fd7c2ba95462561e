//! CI providers: from a job's environment to the question that is to be judged. One file per provider.
//!
//! Nothing here reads a repository: a provider names commits and texts, and which of several names is to be believed
//! first. To add one, write its file and its line in `PROVIDERS`.

mod azure;
mod bitbucket;
mod build;
mod buildkite;
mod circleci;
mod generic;
mod github;
mod gitlab;
mod jenkins;

use std::collections::BTreeMap;

use crate::verdict::Event;

/// The variables of a job, as a value, so that providers can be tested without touching the process.
#[derive(Clone, Debug, Default)]
pub struct Environment(BTreeMap<String, String>);

impl Environment {
    pub fn of_process() -> Self {
        let text = |value: std::ffi::OsString| value.to_string_lossy().into_owned();
        Self(std::env::vars_os().map(|(name, value)| (text(name), text(value))).collect())
    }

    /// A variable that is set and not empty.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }
}

impl<const N: usize> From<[(&str, &str); N]> for Environment {
    fn from(pairs: [(&str, &str); N]) -> Self {
        Self(pairs.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
    }
}

/// A commit as a provider points at it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pointer {
    /// A commit, branch or tag.
    Named(String),
    /// The first parent of a merge commit, if its second parent is the given commit: what the provider merged into.
    MergedInto { merge: String, second: String },
    /// The base branch as it would be found without any provider.
    Default,
}

/// What a job asks to have judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// The provider's name as people say it.
    pub provider: &'static str,
    /// What happened: `pull_request`, `merge_group`, `push`.
    pub event: String,
    /// Best first; the first that is here is taken. Empty where the default branch is built and nothing before it is told.
    pub base: Vec<Pointer>,
    pub base_name: Option<String>,
    pub head: String,
    /// The branch's name on the server.
    pub head_name: Option<String>,
    /// The pull request's title and text.
    pub text: Option<String>,
    /// The account that opened it.
    pub author: Option<String>,
    /// What the service knows of the pull request beside its text.
    pub page: Page,
    /// What the reader of the log should know about the answer.
    pub notes: Vec<String>,
}

/// A pull request by the service's own word, as far as an event tells.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page {
    pub url: Option<String>,
    pub reviews: Vec<Review>,
    /// The label whose addition is the event, and the account that added it. Who added the others, no event says.
    pub labelled: Option<(String, String)>,
}

/// A review, by the service's own word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Review {
    pub login: String,
    pub is_bot: bool,
    pub is_approval: bool,
    /// The commit that was looked at.
    pub commit: Option<String>,
    pub text: String,
}

impl Request {
    /// What the event means for a branch. A push to a CI service is somebody's push; what else there is runs by itself.
    pub fn happening(&self) -> Event {
        match self.event.as_str() {
            "push" => Event::Push,
            "job" => Event::Check,
            "schedule" | "workflow_run" | "issues" | "issue_comment" | "repository_dispatch" => Event::Automation,
            event if event.contains("request") || event == "merge_group" => Event::PullRequest,
            _ => Event::Check,
        }
    }
}

/// Why a job's environment names nothing to judge.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what}")]
pub struct Unclear {
    pub what: String,
    /// What to do next.
    pub help: String,
}

impl Unclear {
    fn new(what: impl Into<String>, help: impl Into<String>) -> Self {
        Self { what: what.into(), help: help.into() }
    }

    /// A tag names a commit that some branch has, or will never have.
    fn tag(name: &str) -> Self {
        Self::new(
            format!("this is a build of the tag `{}`, which is merged into nothing", name.escape_debug()),
            "run this step on pull requests and branches, or name the commits: agentgate ci --base REF --head REF",
        )
    }
}

/// One CI service.
pub struct Provider {
    pub name: &'static str,
    /// What to write into its configuration when the clone is shallow.
    pub deepen: &'static str,
    is_here: fn(&Environment) -> bool,
    request: fn(&Environment) -> Result<Request, Unclear>,
}

/// Asked in this order; the last is always here.
static PROVIDERS: &[Provider] = &[
    github::PROVIDER,
    gitlab::PROVIDER,
    buildkite::PROVIDER,
    azure::PROVIDER,
    bitbucket::PROVIDER,
    circleci::PROVIDER,
    // Last of the known ones: a job of another service may run on a Jenkins machine.
    jenkins::PROVIDER,
    generic::PROVIDER,
];

impl Provider {
    /// The provider this job runs on.
    pub fn of(environment: &Environment) -> &'static Self {
        PROVIDERS.iter().find(|provider| (provider.is_here)(environment)).unwrap_or(&generic::PROVIDER)
    }

    /// What the job asks to have judged.
    ///
    /// # Errors
    /// When the event has no range of commits, or the environment contradicts itself.
    pub fn request(&self, environment: &Environment) -> Result<Request, Unclear> {
        (self.request)(environment)
    }

    /// Whether nothing is known of the service, so that names come from whoever wrote the job.
    pub fn is_generic(&self) -> bool {
        self.name == generic::PROVIDER.name
    }

    pub fn is_github(&self) -> bool {
        std::ptr::eq(self.name, github::PROVIDER.name) || self.name == github::PROVIDER.name
    }
}

/// Title and text as one claim: a title alone is one line.
fn joined(title: Option<&str>, body: Option<&str>) -> Option<String> {
    match (title, body.filter(|body| !body.trim().is_empty())) {
        (Some(title), Some(body)) => Some(format!("{title}\n\n{body}")),
        (Some(title), None) => Some(title.to_owned()),
        (None, body) => body.map(str::to_owned),
    }
}

/// Whether an id says "nothing": the all-zero id of either hash.
fn is_zero(id: &str) -> bool {
    !id.is_empty() && id.bytes().all(|byte| byte == b'0')
}
