//! Bitbucket Pipelines.

use super::build::{Build, build};
use super::{Environment, Provider, Request, Unclear};

pub const PROVIDER: Provider = Provider {
    name: "Bitbucket Pipelines",
    deepen: "clone:\n  depth: full",
    is_here: |environment| environment.get("BITBUCKET_BUILD_NUMBER").is_some(),
    request,
};

fn request(environment: &Environment) -> Result<Request, Unclear> {
    let get = |name| environment.get(name);
    Build {
        commit: get("BITBUCKET_COMMIT"),
        branch: get("BITBUCKET_BRANCH"),
        tag: get("BITBUCKET_TAG"),
        target: get("BITBUCKET_PR_DESTINATION_BRANCH").filter(|_| get("BITBUCKET_PR_ID").is_some()),
        target_commit: get("BITBUCKET_PR_DESTINATION_COMMIT"),
        ..build(PROVIDER.name)
    }
    .request()
}

#[cfg(test)]
mod tests {
    use super::super::Pointer;
    use super::*;

    #[test]
    fn a_pull_request() {
        let environment = Environment::from([
            ("BITBUCKET_BUILD_NUMBER", "1"),
            ("BITBUCKET_COMMIT", "22"),
            ("BITBUCKET_BRANCH", "agent/T-1-x"),
            ("BITBUCKET_PR_ID", "7"),
            ("BITBUCKET_PR_DESTINATION_BRANCH", "main"),
            ("BITBUCKET_PR_DESTINATION_COMMIT", "11"),
        ]);
        let request = Provider::of(&environment).request(&environment).unwrap();
        assert_eq!((request.provider, request.head.as_str()), ("Bitbucket Pipelines", "22"));
        assert_eq!(request.base[0], Pointer::Named("refs/remotes/origin/main".into()));
        assert_eq!(request.base[2], Pointer::Named("11".into()));
    }
}
