//! Any other service: the job hands over the commits, by flags or by these variables.

use super::{Environment, Page, Pointer, Provider, Request, Unclear};

pub const PROVIDER: Provider =
    Provider { name: "this job", deepen: "git fetch --unshallow", is_here: |_| true, request };

fn request(environment: &Environment) -> Result<Request, Unclear> {
    let owned = |name: &str| environment.get(name).map(str::to_owned);
    let base = owned("AGENTGATE_BASE");
    let text = match environment.get("AGENTGATE_PR_BODY") {
        Some(path) => Some(std::fs::read_to_string(path).map_err(|error| {
            Unclear::new(format!("AGENTGATE_PR_BODY, {path}: {error}"), "it names a file with the pull request's text")
        })?),
        None => None,
    };
    Ok(Request {
        provider: PROVIDER.name,
        event: "job".into(),
        base: vec![base.clone().map_or(Pointer::Default, Pointer::Named)],
        base_name: base,
        head: owned("AGENTGATE_HEAD").unwrap_or_else(|| "HEAD".into()),
        head_name: owned("AGENTGATE_BRANCH"),
        text,
        author: None,
        page: Page::default(),
        notes: Vec::new(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_anything_it_is_the_checked_out_commit_against_the_default_branch() {
        let request = request(&Environment::default()).unwrap();
        assert_eq!((request.base, request.head.as_str()), (vec![Pointer::Default], "HEAD"));
    }

    #[test]
    fn variables_name_the_commits() {
        let environment = Environment::from([("AGENTGATE_BASE", "origin/dev"), ("AGENTGATE_BRANCH", "agent/x")]);
        let request = request(&environment).unwrap();
        assert_eq!(request.base, [Pointer::Named("origin/dev".into())]);
        assert_eq!(request.head_name.as_deref(), Some("agent/x"));
    }

    #[test]
    fn a_text_that_is_not_there_is_an_error() {
        let environment = Environment::from([("AGENTGATE_PR_BODY", "/nowhere/at/all")]);
        assert!(request(&environment).unwrap_err().what.contains("AGENTGATE_PR_BODY"));
    }
}
