//! What most services tell of a build: a commit, its branch or tag, and the branch that a pull request goes to.

use super::{Environment, Page, Pointer, Request, Unclear};

/// A build in a service's own words.
pub struct Build<'e> {
    pub provider: &'static str,
    pub commit: Option<&'e str>,
    /// The branch that is built, by its name on the server.
    pub branch: Option<&'e str>,
    /// The tag that is built, by its name.
    pub tag: Option<&'e str>,
    /// The branch a pull request goes to; `None` outside of pull requests.
    pub target: Option<&'e str>,
    /// The commit it goes to, where the service says so.
    pub target_commit: Option<&'e str>,
    /// What was built last on this branch, where the service says so.
    pub previous: Option<&'e str>,
    pub default_branch: Option<&'e str>,
    pub title: Option<&'e str>,
    /// The account that opened the pull request, by the service's own word: never a name that a commit brings.
    pub author: Option<&'e str>,
    pub url: Option<&'e str>,
}

impl Build<'_> {
    /// What is to be judged: a pull request against the branch it goes to, a branch against the default one, the default branch
    /// against what was built of it before.
    ///
    /// # Errors
    /// When a tag is built.
    pub fn request(self) -> Result<Request, Unclear> {
        if let (Some(tag), None) = (self.tag, self.target) {
            return Err(Unclear::tag(tag));
        }
        let plain = |name: &str| name.strip_prefix("refs/heads/").unwrap_or(name).to_owned();
        let remote = |name: &str| Pointer::Named(format!("refs/remotes/origin/{}", plain(name)));
        let branch = self.branch.map(plain);
        let default = self.default_branch.map(plain);
        let is_default = branch.is_some() && branch == default;
        let (event, base, base_name) = match self.target {
            Some(target) => {
                // A service fetches the branch under its remote name, or only here.
                let here = Pointer::Named(format!("refs/heads/{}", plain(target)));
                let base =
                    [remote(target), here].into_iter().chain(self.target_commit.map(|id| Pointer::Named(id.into())));
                ("pull_request", base.collect(), Some(plain(target)))
            }
            None if is_default => {
                ("push", self.previous.map(|id| Pointer::Named(id.into())).into_iter().collect(), default)
            }
            None => ("push", default.iter().map(|name| remote(name)).chain([Pointer::Default]).collect(), default),
        };
        Ok(Request {
            provider: self.provider,
            event: event.into(),
            base,
            base_name,
            head: self.commit.unwrap_or("HEAD").to_owned(),
            head_name: branch,
            text: self.title.map(ToOwned::to_owned),
            author: self.author.map(ToOwned::to_owned),
            page: Page { url: self.url.map(ToOwned::to_owned), ..Page::default() },
            notes: Vec::new(),
        })
    }
}

/// A build of which nothing is known yet.
pub fn build(provider: &'static str) -> Build<'static> {
    Build {
        provider,
        commit: None,
        branch: None,
        tag: None,
        target: None,
        target_commit: None,
        previous: None,
        default_branch: None,
        title: None,
        author: None,
        url: None,
    }
}

/// A variable, unless the service says `false` for "none".
pub fn unless_false<'e>(environment: &'e Environment, name: &str) -> Option<&'e str> {
    environment.get(name).filter(|value| *value != "false")
}
