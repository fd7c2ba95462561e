//! Buildkite: a pull request is a number, or `false`.

use super::build::{Build, build};
use super::{Environment, Provider, Request, Unclear};

pub const PROVIDER: Provider = Provider {
    name: "Buildkite",
    deepen: "env:\n  BUILDKITE_GIT_CLONE_FLAGS: \"\"\n  BUILDKITE_GIT_FETCH_FLAGS: \"--prune\"",
    is_here: |environment| environment.get("BUILDKITE").is_some(),
    request,
};

fn request(environment: &Environment) -> Result<Request, Unclear> {
    let get = |name| environment.get(name);
    let is_pull = super::build::unless_false(environment, "BUILDKITE_PULL_REQUEST").is_some();
    Build {
        commit: get("BUILDKITE_COMMIT"),
        branch: get("BUILDKITE_BRANCH"),
        target: get("BUILDKITE_PULL_REQUEST_BASE_BRANCH").filter(|_| is_pull),
        default_branch: get("BUILDKITE_PIPELINE_DEFAULT_BRANCH"),
        author: get("BUILDKITE_BUILD_CREATOR"),
        ..build(PROVIDER.name)
    }
    .request()
}

#[cfg(test)]
mod tests {
    use super::super::Pointer;
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
        assert!(super::request(&Environment::from(pairs)).unwrap_err().help.contains("--base"));
    }
}
