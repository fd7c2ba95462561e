//! GitLab CI: merge request pipelines (detached, merged results, merge trains) and branch pipelines.
//! Who opened the merge request no variable says: `GITLAB_USER_LOGIN` is whoever started the pipeline.

use super::{Environment, Page, Pointer, Provider, Request, Unclear, is_zero, joined};

pub const PROVIDER: Provider = Provider {
    name: "GitLab CI",
    deepen: "variables:\n  GIT_DEPTH: \"0\"",
    is_here: |environment| environment.get("GITLAB_CI").is_some(),
    request,
};

fn request(environment: &Environment) -> Result<Request, Unclear> {
    let owned = |name: &str| environment.get(name).map(str::to_owned);
    let event = owned("CI_PIPELINE_SOURCE").unwrap_or_default();
    let Some(commit) = owned("CI_COMMIT_SHA") else {
        return Err(Unclear::new("CI_COMMIT_SHA is not set", "name the commits: agentgate ci --base REF --head REF"));
    };
    if environment.get("CI_MERGE_REQUEST_IID").is_some() {
        // In merged results and trains the commit is a merge that GitLab made; the branch's own end has its own name.
        let head = owned("CI_MERGE_REQUEST_SOURCE_BRANCH_SHA").unwrap_or_else(|| commit.clone());
        let base_name = owned("CI_MERGE_REQUEST_TARGET_BRANCH_NAME");
        let mut base: Vec<Pointer> =
            owned("CI_MERGE_REQUEST_TARGET_BRANCH_SHA").map(Pointer::Named).into_iter().collect();
        base.extend(base_name.iter().map(|name| Pointer::Named(format!("refs/remotes/origin/{name}"))));
        base.extend(owned("CI_MERGE_REQUEST_DIFF_BASE_SHA").map(Pointer::Named));
        let is_cut = environment.get("CI_MERGE_REQUEST_DESCRIPTION_IS_TRUNCATED") == Some("true");
        let cut =
            "GitLab hands over the first 2,700 characters of the description only: evidence further down was not seen";
        return Ok(Request {
            provider: PROVIDER.name,
            event: "merge_request_event".into(),
            base,
            base_name,
            head,
            head_name: owned("CI_MERGE_REQUEST_SOURCE_BRANCH_NAME"),
            text: joined(environment.get("CI_MERGE_REQUEST_TITLE"), environment.get("CI_MERGE_REQUEST_DESCRIPTION")),
            author: None,
            page: Page { url: page(environment), ..Page::default() },
            notes: if is_cut { vec![cut.into()] } else { Vec::new() },
        });
    }
    if let Some(tag) = environment.get("CI_COMMIT_TAG") {
        return Err(Unclear::tag(tag));
    }
    let Some(branch) = owned("CI_COMMIT_BRANCH") else {
        return Err(Unclear::new(
            format!(
                "a `{}` pipeline without merge request or branch names no commits to compare",
                event.escape_debug()
            ),
            "run the job on merge requests: rules: [{ if: $CI_PIPELINE_SOURCE == \"merge_request_event\" }]",
        ));
    };
    let default = owned("CI_DEFAULT_BRANCH");
    let (base, base_name) = match default {
        Some(default) if default == branch => {
            let before = owned("CI_COMMIT_BEFORE_SHA").filter(|id| !is_zero(id));
            (before.map(Pointer::Named).into_iter().collect(), Some(default))
        }
        Some(default) => {
            (vec![Pointer::Named(format!("refs/remotes/origin/{default}")), Pointer::Default], Some(default))
        }
        None => (vec![Pointer::Default], None),
    };
    Ok(Request {
        provider: PROVIDER.name,
        event,
        base,
        base_name,
        head: commit,
        head_name: Some(branch),
        text: None,
        author: None,
        page: Page::default(),
        notes: Vec::new(),
    })
}

/// GitLab names the project and the number, and leaves putting them together to us.
fn page(environment: &Environment) -> Option<String> {
    let (project, number) =
        (environment.get("CI_MERGE_REQUEST_PROJECT_URL")?, environment.get("CI_MERGE_REQUEST_IID")?);
    Some(format!("{project}/-/merge_requests/{number}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_merge_request() {
        let environment = Environment::from([
            ("GITLAB_CI", "true"),
            ("CI_MERGE_REQUEST_IID", "7"),
            ("CI_COMMIT_SHA", "22"),
            ("CI_MERGE_REQUEST_DIFF_BASE_SHA", "11"),
            ("CI_MERGE_REQUEST_TARGET_BRANCH_NAME", "main"),
            ("CI_MERGE_REQUEST_SOURCE_BRANCH_NAME", "agent/T-1-x"),
            ("CI_MERGE_REQUEST_TITLE", "Mend"),
            ("CI_MERGE_REQUEST_DESCRIPTION", "## Summary"),
            ("CI_MERGE_REQUEST_DESCRIPTION_IS_TRUNCATED", "true"),
            // Set and empty outside merged results.
            ("CI_MERGE_REQUEST_TARGET_BRANCH_SHA", ""),
            ("CI_MERGE_REQUEST_SOURCE_BRANCH_SHA", ""),
            ("GITLAB_USER_LOGIN", "maintainer"),
        ]);
        let request = Provider::of(&environment).request(&environment).unwrap();
        assert_eq!(request.provider, "GitLab CI");
        assert_eq!(request.head, "22");
        assert_eq!(request.base, [Pointer::Named("refs/remotes/origin/main".into()), Pointer::Named("11".into())]);
        assert_eq!(request.text.as_deref(), Some("Mend\n\n## Summary"));
        assert_eq!(request.notes.len(), 1);
        assert_eq!(request.author, None, "who started the pipeline need not be who opened the merge request");
    }

    #[test]
    fn merged_results_judge_the_branch_and_not_the_merge() {
        let environment = Environment::from([
            ("GITLAB_CI", "true"),
            ("CI_MERGE_REQUEST_IID", "7"),
            ("CI_COMMIT_SHA", "33"),
            ("CI_MERGE_REQUEST_TARGET_BRANCH_SHA", "11"),
            ("CI_MERGE_REQUEST_SOURCE_BRANCH_SHA", "22"),
        ]);
        let request = Provider::of(&environment).request(&environment).unwrap();
        assert_eq!((request.head.as_str(), &request.base[0]), ("22", &Pointer::Named("11".into())));
    }

    #[test]
    fn a_branch_and_the_default_branch() {
        let mut pairs = [
            ("GITLAB_CI", "true"),
            ("CI_PIPELINE_SOURCE", "push"),
            ("CI_COMMIT_SHA", "22"),
            ("CI_COMMIT_BRANCH", "agent/x"),
            ("CI_DEFAULT_BRANCH", "main"),
            ("CI_COMMIT_BEFORE_SHA", "0000000000000000000000000000000000000000"),
        ];
        let request = request(&Environment::from(pairs)).unwrap();
        assert_eq!(request.base[0], Pointer::Named("refs/remotes/origin/main".into()));
        pairs[3].1 = "main";
        assert!(super::request(&Environment::from(pairs)).unwrap().base.is_empty());
    }

    #[test]
    fn a_tag_pipeline_names_nothing() {
        let environment = Environment::from([("GITLAB_CI", "true"), ("CI_COMMIT_SHA", "22"), ("CI_COMMIT_TAG", "v1")]);
        assert!(request(&environment).unwrap_err().what.contains("tag `v1`"));
        let environment = Environment::from([("GITLAB_CI", "true"), ("CI_COMMIT_SHA", "22")]);
        assert!(request(&environment).unwrap_err().help.contains("merge_request_event"));
    }
}
