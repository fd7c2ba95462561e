//! Buildkite: a pull request is a number, or `false`; a merge queue of GitHub's has variables of its own.

use super::build::{Build, build, unless_false};
use super::{Environment, Page, Pointer, Provider, Request, Unclear, github};

pub const PROVIDER: Provider = Provider {
    name: "Buildkite",
    deepen: "env:\n  BUILDKITE_GIT_CLONE_FLAGS: \"-v\"\n  BUILDKITE_GIT_FETCH_FLAGS: \"-v --prune\"",
    is_here: |environment| environment.get("BUILDKITE").is_some(),
    request,
};

fn request(environment: &Environment) -> Result<Request, Unclear> {
    let get = |name| environment.get(name);
    if let Some(base) = get("BUILDKITE_MERGE_QUEUE_BASE_COMMIT") {
        return Ok(queued(environment, base));
    }
    let is_pull = unless_false(environment, "BUILDKITE_PULL_REQUEST").is_some();
    // A fork's branch comes as `owner:branch`, and no branch has a colon in its name.
    let branch = get("BUILDKITE_BRANCH").map(|name| name.split_once(':').map_or(name, |(_owner, branch)| branch));
    Build {
        commit: get("BUILDKITE_COMMIT"),
        branch,
        tag: get("BUILDKITE_TAG"),
        target: get("BUILDKITE_PULL_REQUEST_BASE_BRANCH").filter(|_| is_pull),
        default_branch: get("BUILDKITE_PIPELINE_DEFAULT_BRANCH"),
        // Nobody opened it: the creator of a build is whoever the newest commit claims to be by.
        author: None,
        ..build(PROVIDER.name)
    }
    .request()
}

/// A group of a merge queue; its own branch is nobody's.
fn queued(environment: &Environment, base: &str) -> Request {
    let owned = |name| environment.get(name).map(ToOwned::to_owned);
    let merged = environment.get("BUILDKITE_MESSAGE").and_then(github::merged_branch);
    Request {
        provider: PROVIDER.name,
        event: "merge_group".into(),
        base: vec![Pointer::Named(base.to_owned())],
        base_name: owned("BUILDKITE_MERGE_QUEUE_BASE_BRANCH"),
        head: owned("BUILDKITE_COMMIT").unwrap_or_else(|| "HEAD".into()),
        notes: github::queue_notes(merged.is_some()),
        head_name: merged.or_else(|| owned("BUILDKITE_BRANCH")),
        text: None,
        author: None,
        page: Page::default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pull_request_and_a_branch() {
        let mut pairs = [
            ("BUILDKITE", "true"),
            ("BUILDKITE_COMMIT", "22"),
            ("BUILDKITE_BRANCH", "agent/T-1-x"),
            ("BUILDKITE_PULL_REQUEST", "7"),
            ("BUILDKITE_PULL_REQUEST_BASE_BRANCH", "release"),
            ("BUILDKITE_PIPELINE_DEFAULT_BRANCH", "main"),
        ];
        let request = Provider::of(&Environment::from(pairs)).request(&Environment::from(pairs)).unwrap();
        assert_eq!((request.provider, request.head.as_str()), ("Buildkite", "22"));
        assert_eq!(request.base[0], Pointer::Named("refs/remotes/origin/release".into()));
        pairs[3].1 = "false";
        let request = super::request(&Environment::from(pairs)).unwrap();
        assert_eq!(request.base, [Pointer::Named("refs/remotes/origin/main".into()), Pointer::Default]);
        pairs[2].1 = "main";
        assert!(super::request(&Environment::from(pairs)).unwrap().base.is_empty());
    }

    #[test]
    fn a_fork_is_called_as_its_owner_calls_it_and_nobody_vouches_for_a_commits_author() {
        let request = request(&Environment::from([
            ("BUILDKITE_BRANCH", "mallory:agent/T-1-x"),
            ("BUILDKITE_BUILD_CREATOR", "maintainer"),
            ("BUILDKITE_PULL_REQUEST", "7"),
            ("BUILDKITE_PULL_REQUEST_BASE_BRANCH", "main"),
        ]));
        let request = request.unwrap();
        assert_eq!((request.head_name.as_deref(), request.author), (Some("agent/T-1-x"), None));
    }
}
