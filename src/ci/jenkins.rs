//! Jenkins, multibranch pipelines: `CHANGE_…` names a pull request, whatever service it is of.

use super::build::{Build, build};
use super::{Environment, Provider, Request, Unclear};

pub const PROVIDER: Provider = Provider {
    name: "Jenkins",
    deepen: "the branch source's behaviour \"Advanced clone behaviours\" with \"Shallow clone\" off",
    // The address is known only where an administrator has set it.
    is_here: |environment| environment.get("JENKINS_URL").or(environment.get("JENKINS_HOME")).is_some(),
    request,
};

fn request(environment: &Environment) -> Result<Request, Unclear> {
    let get = |name| environment.get(name);
    let is_pull = get("CHANGE_ID").is_some();
    let built =
        get("BRANCH_NAME").or_else(|| get("GIT_BRANCH").map(|name| name.strip_prefix("origin/").unwrap_or(name)));
    Build {
        commit: get("GIT_COMMIT"),
        branch: if is_pull { get("CHANGE_BRANCH") } else { built },
        tag: get("TAG_NAME"),
        target: get("CHANGE_TARGET").filter(|_| is_pull),
        previous: get("GIT_PREVIOUS_COMMIT"),
        default_branch: built.filter(|_| get("BRANCH_IS_PRIMARY") == Some("true")),
        title: get("CHANGE_TITLE"),
        author: get("CHANGE_AUTHOR"),
        url: get("CHANGE_URL"),
        ..build(PROVIDER.name)
    }
    .request()
}

#[cfg(test)]
mod tests {
    use super::super::Pointer;
    use super::*;

    #[test]
    fn a_change_and_the_primary_branch() {
        let environment = Environment::from([
            ("JENKINS_URL", "https://ci.example.org/"),
            ("BRANCH_NAME", "PR-7"),
            ("GIT_COMMIT", "22"),
            ("CHANGE_ID", "7"),
            ("CHANGE_BRANCH", "agent/T-1-x"),
            ("CHANGE_TARGET", "main"),
            ("CHANGE_TITLE", "Mend"),
        ]);
        let request = Provider::of(&environment).request(&environment).unwrap();
        assert_eq!((request.provider, request.head_name.as_deref()), ("Jenkins", Some("agent/T-1-x")));
        assert_eq!(request.text.as_deref(), Some("Mend"));
        let environment = Environment::from([
            ("JENKINS_URL", "https://ci.example.org/"),
            ("BRANCH_NAME", "main"),
            ("BRANCH_IS_PRIMARY", "true"),
            ("GIT_COMMIT", "22"),
            ("GIT_PREVIOUS_COMMIT", "11"),
        ]);
        assert_eq!(super::request(&environment).unwrap().base, [Pointer::Named("11".into())]);
    }
}
