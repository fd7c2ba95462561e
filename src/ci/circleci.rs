//! CircleCI: a build knows its branch; which branch a pull request goes to, it is not told.
//! Who opened it is told of forks only: `CIRCLE_USERNAME` is whoever started the build.

use super::build::{Build, build};
use super::{Environment, Provider, Request, Unclear};

pub const PROVIDER: Provider = Provider {
    name: "CircleCI",
    deepen: "- checkout:\n    method: full",
    is_here: |environment| environment.get("CIRCLECI").is_some(),
    request,
};

fn request(environment: &Environment) -> Result<Request, Unclear> {
    let get = |name| environment.get(name);
    let request = Build {
        commit: get("CIRCLE_SHA1"),
        branch: get("CIRCLE_BRANCH"),
        tag: get("CIRCLE_TAG"),
        author: get("CIRCLE_PR_USERNAME"),
        url: get("CIRCLE_PULL_REQUEST"),
        ..build(PROVIDER.name)
    }
    .request()?;
    // A fork's branch is called after its pull request, `pull/7`.
    let is_fork = get("CIRCLE_PR_REPONAME").is_some();
    let unnamed = "CircleCI does not tell the name of a fork's branch: whose it is, only its commits' authors and trailers tell here";
    Ok(Request { notes: if is_fork { vec![unnamed.into()] } else { Vec::new() }, ..request })
}

#[cfg(test)]
mod tests {
    use super::super::Pointer;
    use super::*;

    #[test]
    fn a_branch_against_the_default_one() {
        let environment =
            Environment::from([("CIRCLECI", "true"), ("CIRCLE_SHA1", "22"), ("CIRCLE_BRANCH", "agent/T-1-x")]);
        let request = Provider::of(&environment).request(&environment).unwrap();
        assert_eq!((request.provider, request.base), ("CircleCI", vec![Pointer::Default]));
        assert_eq!(request.head_name.as_deref(), Some("agent/T-1-x"));
    }

    #[test]
    fn who_started_a_build_did_not_open_the_pull_request() {
        let mut pairs = [("CIRCLECI", "true"), ("CIRCLE_BRANCH", "agent/T-1-x"), ("CIRCLE_USERNAME", "maintainer")];
        assert_eq!(request(&Environment::from(pairs)).unwrap().author, None);
        pairs[2].0 = "CIRCLE_PR_USERNAME";
        assert_eq!(request(&Environment::from(pairs)).unwrap().author.as_deref(), Some("maintainer"));
    }
}
