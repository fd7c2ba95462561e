//! Azure Pipelines: a pull request is built as a merge that the service made; the branch's own end has its own name.
//! Who opened it no variable says: `BUILD_REQUESTEDFOR` is a display name, which its owner chooses.

use super::build::{Build, build};
use super::{Environment, Provider, Request, Unclear};

pub const PROVIDER: Provider = Provider {
    name: "Azure Pipelines",
    deepen: "steps:\n- checkout: self\n  fetchDepth: 0",
    is_here: |environment| environment.get("TF_BUILD").is_some(),
    request,
};

fn request(environment: &Environment) -> Result<Request, Unclear> {
    let get = |name| environment.get(name);
    let is_pull = get("SYSTEM_PULLREQUEST_PULLREQUESTID").is_some();
    let built = get("BUILD_SOURCEBRANCH");
    Build {
        commit: get("SYSTEM_PULLREQUEST_SOURCECOMMITID").filter(|_| is_pull).or(get("BUILD_SOURCEVERSION")),
        branch: if is_pull { get("SYSTEM_PULLREQUEST_SOURCEBRANCH") } else { built },
        tag: built.and_then(|name| name.strip_prefix("refs/tags/")),
        target: get("SYSTEM_PULLREQUEST_TARGETBRANCH").filter(|_| is_pull),
        ..build(PROVIDER.name)
    }
    .request()
}

#[cfg(test)]
mod tests {
    use super::super::Pointer;
    use super::*;

    #[test]
    fn a_pull_request_judges_the_branch_and_not_the_merge() {
        let environment = Environment::from([
            ("TF_BUILD", "True"),
            ("BUILD_SOURCEVERSION", "33"),
            ("BUILD_SOURCEBRANCH", "refs/pull/7/merge"),
            ("SYSTEM_PULLREQUEST_PULLREQUESTID", "7"),
            ("SYSTEM_PULLREQUEST_SOURCECOMMITID", "22"),
            ("SYSTEM_PULLREQUEST_SOURCEBRANCH", "refs/heads/agent/T-1-x"),
            ("SYSTEM_PULLREQUEST_TARGETBRANCH", "refs/heads/main"),
        ]);
        let request = Provider::of(&environment).request(&environment).unwrap();
        assert_eq!((request.provider, request.head.as_str()), ("Azure Pipelines", "22"));
        assert_eq!(request.head_name.as_deref(), Some("agent/T-1-x"));
        assert_eq!(request.base[0], Pointer::Named("refs/remotes/origin/main".into()));
    }
}
