//! GitHub Actions, and Forgejo and Gitea, whose runners set the same variables.

use serde::Deserialize;

use super::{Environment, Page, Pointer, Provider, Request, Review, Unclear, is_zero, joined};

pub const PROVIDER: Provider = Provider {
    name: "GitHub Actions",
    deepen: "- uses: actions/checkout@v4\n  with:\n    fetch-depth: 0",
    is_here: |environment| environment.get("GITHUB_ACTIONS").is_some(),
    request,
};

/// The parts of an event's payload that name commits and texts. Everything is optional: the payload is outside data.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Payload {
    pull_request: Option<PullRequest>,
    merge_group: Option<MergeGroup>,
    repository: Repository,
    before: Option<String>,
    after: Option<String>,
    deleted: bool,
    action: Option<String>,
    /// Of an event about a review.
    review: Option<Reviewed>,
    /// Of an event about a label.
    label: Option<Label>,
    sender: User,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Reviewed {
    user: User,
    state: Option<String>,
    commit_id: Option<String>,
    body: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Label {
    name: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct PullRequest {
    title: Option<String>,
    body: Option<String>,
    base: End,
    head: End,
    user: User,
    html_url: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct End {
    sha: Option<String>,
    #[serde(rename = "ref")]
    name: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct User {
    login: Option<String>,
    /// `User` or `Bot`.
    #[serde(rename = "type")]
    kind: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct MergeGroup {
    base_sha: Option<String>,
    base_ref: Option<String>,
    head_sha: Option<String>,
    head_ref: Option<String>,
    head_commit: HeadCommit,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct HeadCommit {
    message: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Repository {
    default_branch: Option<String>,
}

fn request(environment: &Environment) -> Result<Request, Unclear> {
    let event = environment.get("GITHUB_EVENT_NAME").unwrap_or_default().to_owned();
    let mut payload = payload(environment)?;
    if let Some(pull_request) = payload.pull_request.take() {
        let page = page(&payload, &pull_request);
        return Ok(Request { page, ..self::pull_request(environment, event, pull_request)? });
    }
    if let Some(group) = payload.merge_group {
        return merge_group(event, group);
    }
    if event == "push" {
        return push(environment, event, &payload);
    }
    Err(Unclear::new(
        format!("the event `{}` names no commits to compare", event.escape_debug()),
        "run this step on `pull_request` and `merge_group`, or name the commits: agentgate ci --base REF --head REF",
    ))
}

fn payload(environment: &Environment) -> Result<Payload, Unclear> {
    let help = "the runner writes this file; is the step run with its environment, outside a container that hides it?";
    let Some(path) = environment.get("GITHUB_EVENT_PATH") else {
        return Err(Unclear::new("GITHUB_EVENT_PATH is not set", help));
    };
    let bytes =
        std::fs::read(path).map_err(|error| Unclear::new(format!("the event's payload, {path}: {error}"), help))?;
    serde_json::from_slice(&bytes)
        .map_err(|error| Unclear::new(format!("the event's payload, {path}, is not as expected: {error}"), help))
}

/// Forgejo has `approved` with a small letter too, and `pull_request_review_approved` as the event's name.
fn page(payload: &Payload, it: &PullRequest) -> Page {
    let review = payload.review.iter().filter_map(|review| {
        Some(Review {
            login: review.user.login.clone()?,
            is_bot: review.user.kind.as_deref() == Some("Bot"),
            is_approval: review.state.as_deref().is_some_and(|state| state.eq_ignore_ascii_case("approved")),
            commit: review.commit_id.clone(),
            text: review.body.clone().unwrap_or_default(),
        })
    });
    let is_labelling = payload.action.as_deref() == Some("labeled");
    let label = payload.label.as_ref().filter(|_| is_labelling).and_then(|label| label.name.clone());
    Page { url: it.html_url.clone(), reviews: review.collect(), labelled: label.zip(payload.sender.login.clone()) }
}

fn pull_request(environment: &Environment, event: String, it: PullRequest) -> Result<Request, Unclear> {
    let Some(head) = it.head.sha else { return Err(incomplete("pull_request.head.sha")) };
    let base_name = it.base.name.or_else(|| environment.get("GITHUB_BASE_REF").map(str::to_owned));
    // The payload's base.sha is the base branch as it was when the pull request last changed; later merges into the
    // base that the branch took up would then count as the branch's own.
    let mut base = Vec::new();
    if let Some(merge) = environment.get("GITHUB_SHA") {
        base.push(Pointer::MergedInto { merge: merge.to_owned(), second: head.clone() });
    }
    base.extend(base_name.iter().map(|name| Pointer::Named(format!("refs/remotes/origin/{name}"))));
    base.extend(it.base.sha.map(Pointer::Named));
    Ok(Request {
        provider: PROVIDER.name,
        event,
        base,
        base_name,
        head,
        head_name: it.head.name,
        text: joined(it.title.as_deref(), it.body.as_deref()),
        author: it.user.login,
        page: Page::default(),
        notes: Vec::new(),
    })
}

fn merge_group(event: String, group: MergeGroup) -> Result<Request, Unclear> {
    let Some(head) = group.head_sha else { return Err(incomplete("merge_group.head_sha")) };
    let Some(base) = group.base_sha else { return Err(incomplete("merge_group.base_sha")) };
    let short = |name: String| name.strip_prefix("refs/heads/").unwrap_or(&name).to_owned();
    let merged = group.head_commit.message.as_deref().and_then(merged_branch);
    Ok(Request {
        provider: PROVIDER.name,
        event,
        base: vec![Pointer::Named(base)],
        base_name: group.base_ref.map(short),
        head,
        notes: queue_notes(merged.is_some()),
        head_name: merged.or(group.head_ref.map(short)),
        text: None,
        author: None,
        page: Page::default(),
    })
}

/// What a merge group does not tell.
pub(super) fn queue_notes(is_named: bool) -> Vec<String> {
    let text = "a merge group carries no pull request text: what rests on it was judged on the pull request";
    let name = "nor does it name the branch: whose it is, only its commits' authors and trailers tell here";
    [Some(text), (!is_named).then_some(name)].into_iter().flatten().map(ToOwned::to_owned).collect()
}

/// The branch that a queue's merge commit takes in, by the words GitHub writes. The queue's own branch is nobody's.
pub(super) fn merged_branch(message: &str) -> Option<String> {
    let words = message.lines().next()?.strip_prefix("Merge pull request #")?;
    let (_, from) = words.split_once(" from ")?;
    let (_owner, branch) = from.trim().split_once('/')?;
    (!branch.is_empty()).then(|| branch.to_owned())
}

fn push(environment: &Environment, event: String, payload: &Payload) -> Result<Request, Unclear> {
    let head = payload.after.as_deref().or_else(|| environment.get("GITHUB_SHA"));
    let Some(head) = head.filter(|id| !is_zero(id) && !payload.deleted) else {
        return Err(Unclear::new(
            "the push deleted its branch: there is nothing to judge",
            "don't run this step on deletions",
        ));
    };
    if let Some(tag) = environment.get("GITHUB_REF").and_then(|name| name.strip_prefix("refs/tags/")) {
        return Err(Unclear::tag(tag));
    }
    let name = environment.get("GITHUB_REF_NAME").map(str::to_owned);
    let default = payload.repository.default_branch.clone();
    let before = payload.before.as_ref().filter(|id| !is_zero(id)).cloned().map(Pointer::Named);
    // A branch is judged as a whole; what the default branch had before the push is its own base.
    let (base, base_name) = if name.is_some() && name == default {
        (before.into_iter().collect::<Vec<_>>(), name.clone())
    } else if let Some(default) = default {
        (vec![Pointer::Named(format!("refs/remotes/origin/{default}")), Pointer::Default], Some(default))
    } else {
        (vec![Pointer::Default], None)
    };
    Ok(Request {
        provider: PROVIDER.name,
        event,
        base,
        base_name,
        head: head.to_owned(),
        head_name: name,
        text: None,
        author: environment.get("GITHUB_ACTOR").map(str::to_owned),
        page: Page::default(),
        notes: Vec::new(),
    })
}

fn incomplete(what: &str) -> Unclear {
    Unclear::new(format!("the event's payload has no `{what}`"), "name the commits: agentgate ci --base REF --head REF")
}

#[cfg(test)]
mod tests {
    use super::*;

    const BASE: &str = "1111111111111111111111111111111111111111";
    const HEAD: &str = "2222222222222222222222222222222222222222";
    const MERGE: &str = "3333333333333333333333333333333333333333";

    fn asked(event: &str, payload: &str, more: &[(&str, &str)]) -> Result<Request, Unclear> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), payload).unwrap();
        let path = file.path().to_str().unwrap();
        let mut environment =
            Environment::from([("GITHUB_ACTIONS", "true"), ("GITHUB_EVENT_NAME", event), ("GITHUB_EVENT_PATH", path)]);
        environment.0.extend(more.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        assert!(Provider::of(&environment).is_github());
        Provider::of(&environment).request(&environment)
    }

    #[test]
    fn a_pull_request_prefers_what_it_was_merged_into() {
        let payload = format!(
            r#"{{"pull_request": {{"title": "Mend", "body": "why", "user": {{"login": "Copilot"}},
                "base": {{"sha": "{BASE}", "ref": "main"}}, "head": {{"sha": "{HEAD}", "ref": "copilot/mend"}}}}}}"#
        );
        let request = asked("pull_request", &payload, &[("GITHUB_SHA", MERGE)]).unwrap();
        assert_eq!(
            request.base,
            [
                Pointer::MergedInto { merge: MERGE.into(), second: HEAD.into() },
                Pointer::Named("refs/remotes/origin/main".into()),
                Pointer::Named(BASE.into()),
            ]
        );
        assert_eq!(request.head, HEAD);
        assert_eq!(request.head_name.as_deref(), Some("copilot/mend"));
        assert_eq!(request.text.as_deref(), Some("Mend\n\nwhy"));
        assert_eq!(request.author.as_deref(), Some("Copilot"));
    }

    #[test]
    fn a_pull_request_without_text() {
        let payload = format!(r#"{{"pull_request": {{"body": null, "head": {{"sha": "{HEAD}"}}}}}}"#);
        assert_eq!(asked("pull_request", &payload, &[]).unwrap().text, None);
    }

    #[test]
    fn a_merge_group_has_its_own_ends() {
        let payload = format!(
            r#"{{"merge_group": {{"base_sha": "{BASE}", "head_sha": "{HEAD}", "base_ref": "refs/heads/main",
                "head_ref": "refs/heads/gh-readonly-queue/main/pr-1"}}}}"#
        );
        let request = asked("merge_group", &payload, &[]).unwrap();
        assert_eq!(request.base, [Pointer::Named(BASE.into())]);
        assert_eq!(request.base_name.as_deref(), Some("main"));
        assert_eq!(request.head_name.as_deref(), Some("gh-readonly-queue/main/pr-1"));
        assert!(request.notes.iter().any(|note| note.contains("whose it is")), "{:?}", request.notes);
    }

    #[test]
    fn a_merge_group_of_a_merge_commit_names_its_branch() {
        for (message, name) in [
            ("Merge pull request #7 from example/agent/T-1-x\n\nMend", "agent/T-1-x"),
            ("Merge pull request #7 from example/", "q"),
            ("Mend (#7)", "q"),
            ("", "q"),
        ] {
            let group = serde_json::json!({ "merge_group": { "base_sha": BASE, "head_sha": HEAD,
                "head_ref": "refs/heads/q", "head_commit": { "message": message } } });
            let request = asked("merge_group", &group.to_string(), &[]).unwrap();
            assert_eq!(request.head_name.as_deref(), Some(name), "{message}");
        }
    }

    #[test]
    fn a_push_to_a_branch_is_judged_from_the_default_branch() {
        let payload =
            format!(r#"{{"before": "{BASE}", "after": "{HEAD}", "repository": {{"default_branch": "main"}}}}"#);
        let request = asked("push", &payload, &[("GITHUB_REF_NAME", "agent/T-1-x")]).unwrap();
        assert_eq!(request.base[0], Pointer::Named("refs/remotes/origin/main".into()));
        let request = asked("push", &payload, &[("GITHUB_REF_NAME", "main")]).unwrap();
        assert_eq!(request.base, [Pointer::Named(BASE.into())]);
    }

    #[test]
    fn never_nothing() {
        let zero = "0".repeat(40);
        let deletion = format!(r#"{{"before": "{BASE}", "after": "{zero}", "deleted": true}}"#);
        assert!(asked("push", &deletion, &[]).unwrap_err().what.contains("deleted"));
        assert!(asked("schedule", "{}", &[]).unwrap_err().help.contains("--base"));
        assert!(asked("pull_request", "{\"pull_request\": {}}", &[]).unwrap_err().what.contains("head.sha"));
        assert!(asked("pull_request", "no JSON", &[]).unwrap_err().what.contains("payload"));
        assert!(asked("pull_request", "[]", &[]).is_err());
    }
}
