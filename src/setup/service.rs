//! Services that run jobs: where each reads its pipeline from, and the job that judges there.

use std::path::Path;

use super::Host;

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Service {
    Github,
    Gitlab,
    Azure,
    Bitbucket,
    Buildkite,
    Circleci,
    Jenkins,
}

const ALL: [Service; 7] = [
    Service::Github,
    Service::Gitlab,
    Service::Azure,
    Service::Bitbucket,
    Service::Buildkite,
    Service::Circleci,
    Service::Jenkins,
];

impl Service {
    /// The host's own, else the one whose pipeline lies in the repository.
    pub fn of(host: Host, top: &Path) -> Option<Self> {
        match host {
            Host::Github => Some(Self::Github),
            Host::Gitlab => Some(Self::Gitlab),
            Host::Other => ALL.into_iter().find(|service| top.join(service.path()).exists()),
        }
    }

    /// From the top of the work tree. On GitHub any workflow may run the gate; this one is written.
    pub fn path(self) -> &'static str {
        match self {
            Self::Github => ".github/workflows/agentgate.yml",
            Self::Gitlab => ".gitlab-ci.yml",
            Self::Azure => "azure-pipelines.yml",
            Self::Bitbucket => "bitbucket-pipelines.yml",
            Self::Buildkite => ".buildkite/pipeline.yml",
            Self::Circleci => ".circleci/config.yml",
            Self::Jenkins => "Jenkinsfile",
        }
    }

    pub(super) fn template(self) -> &'static str {
        match self {
            Self::Github => include_str!("templates/github.yml"),
            Self::Gitlab => include_str!("../../templates/agentgate.yml"),
            Self::Azure => include_str!("templates/azure.yml"),
            Self::Bitbucket => include_str!("templates/bitbucket.yml"),
            Self::Buildkite => include_str!("templates/buildkite.yml"),
            Self::Circleci => include_str!("templates/circleci.yml"),
            Self::Jenkins => include_str!("templates/Jenkinsfile"),
        }
    }
}
