//! Names: what a revision means, where HEAD is, which branches there are.

use gix::bstr::ByteSlice as _;
use gix::objs::Kind;

use super::{GitError, ObjectId, Repository};

/// Where HEAD points.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Head {
    /// A branch without a commit, by its short name.
    Unborn(String),
    Detached(ObjectId),
    /// A branch by its short name, and its commit.
    Branch(String, ObjectId),
}

impl Head {
    pub fn id(&self) -> Option<ObjectId> {
        match self {
            Self::Unborn(_) => None,
            Self::Detached(id) | Self::Branch(_, id) => Some(*id),
        }
    }

    /// The branch's short name, if HEAD is on one.
    pub fn branch(&self) -> Option<&str> {
        match self {
            Self::Unborn(name) | Self::Branch(name, _) => Some(name),
            Self::Detached(_) => None,
        }
    }
}

/// What to compare with when nobody said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DefaultBase {
    /// As people write it: `origin/main`.
    pub name: String,
    pub id: ObjectId,
}

const FOR_REFTABLE: &str = "its references are kept in the reftable format";

impl Repository {
    /// The commit a revision names: a branch, a tag, a full or abbreviated id, `HEAD~2`.
    ///
    /// # Errors
    /// When nothing has that name (with near names), or it isn't a commit.
    pub fn resolve(&self, name: &str) -> Result<ObjectId, GitError> {
        let unknown = || GitError::UnknownRevision { name: name.to_owned(), near: self.near(name) };
        let id = match ObjectId::from_hex(name) {
            Some(id) if self.objects.kind(id).is_ok() => id,
            Some(_) => return Err(GitError::UnknownRevision { name: name.to_owned(), near: Vec::new() }),
            None => match self.look_up(name)? {
                Some(id) => id,
                None if matches!(self.head(), Ok(Head::Unborn(_))) && name == "HEAD" => return Err(GitError::Unborn),
                None => return Err(unknown()),
            },
        };
        match self.objects.peel(id)? {
            (Kind::Commit, commit) => Ok(commit),
            (kind, _) => Err(GitError::NotACommit { name: name.to_owned(), kind: kind.to_string() }),
        }
    }

    fn look_up(&self, name: &str) -> Result<Option<ObjectId>, GitError> {
        if !self.has_reftable()
            && let Ok(id) = self.inner.rev_parse_single(name)
        {
            return Ok(Some(ObjectId(id.detach())));
        }
        // The library doesn't know every spelling git does, so git has the last word on what looks unknown.
        let arguments = ["rev-parse", "--verify", "--quiet", "--end-of-options", name];
        match self.program.ask("to resolve a revision", &arguments) {
            Ok(Some(output)) => Ok(output.to_str().ok().and_then(|text| ObjectId::from_hex(text.trim()))),
            Ok(None) => Ok(None),
            Err(error) if self.has_reftable() => Err(error),
            Err(_) => Ok(None),
        }
    }

    /// Where HEAD points.
    ///
    /// # Errors
    /// When HEAD can't be read.
    pub fn head(&self) -> Result<Head, GitError> {
        if self.has_reftable() {
            return self.head_by_program();
        }
        let head = self.inner.head().map_err(|error| GitError::Other(super::open::describe(&error)))?;
        Ok(match head.kind {
            gix::head::Kind::Unborn(name) => Head::Unborn(name.shorten().to_string()),
            gix::head::Kind::Detached { target, peeled } => Head::Detached(ObjectId(peeled.unwrap_or(target))),
            gix::head::Kind::Symbolic(reference) => {
                let name = reference.name.shorten().to_string();
                match reference.target.try_id() {
                    Some(id) => Head::Branch(name, ObjectId(id.to_owned())),
                    None => Head::Branch(name, self.resolve("HEAD")?),
                }
            }
        })
    }

    fn head_by_program(&self) -> Result<Head, GitError> {
        let line = |arguments: &[&str]| -> Result<Option<String>, GitError> {
            let output = self.program.ask(FOR_REFTABLE, arguments)?;
            Ok(output.map(|bytes| String::from_utf8_lossy(&bytes).trim().to_owned()))
        };
        let branch = line(&["symbolic-ref", "--quiet", "--short", "HEAD"])?;
        let id = line(&["rev-parse", "--verify", "--quiet", "HEAD^{commit}"])?;
        match (branch, id.as_deref().and_then(ObjectId::from_hex)) {
            (Some(name), Some(id)) => Ok(Head::Branch(name, id)),
            (Some(name), None) => Ok(Head::Unborn(name)),
            (None, Some(id)) => Ok(Head::Detached(id)),
            (None, None) => {
                Err(GitError::Other("HEAD points nowhere; git symbolic-ref HEAD refs/heads/main mends it".into()))
            }
        }
    }

    /// Whether there is a reference of that full name. Listing them all would read an object for each.
    pub fn has_ref(&self, full_name: &str) -> bool {
        if self.has_reftable() {
            let arguments = ["show-ref", "--verify", "--quiet", "--", full_name];
            return matches!(self.program.ask(FOR_REFTABLE, &arguments), Ok(Some(_)));
        }
        let found = self.inner.try_find_reference(full_name).ok().flatten();
        found.is_some_and(|reference| reference.name().as_bstr() == full_name)
    }

    /// References whose full name starts with `prefix` (`refs/heads/agent/`), sorted by name, tags peeled.
    ///
    /// # Errors
    /// When references can't be listed.
    pub fn refs(&self, prefix: &str) -> Result<Vec<(String, ObjectId)>, GitError> {
        let mut found = if self.has_reftable() { self.refs_by_program()? } else { self.refs_by_library()? };
        found.retain(|(name, _)| name.starts_with(prefix));
        found.sort();
        Ok(found)
    }

    fn refs_by_library(&self) -> Result<Vec<(String, ObjectId)>, GitError> {
        let other = |error: gix::Error| GitError::Other(super::open::describe(&error));
        let platform = self.inner.references().map_err(other)?;
        let all = platform.all().and_then(gix::reference::iter::Iter::peeled).map_err(other)?;
        // A broken reference is no reason to refuse the others; asking for it by name still says what is wrong.
        let named = all.filter_map(Result::ok).filter_map(|reference| {
            let name = reference.name().as_bstr().to_string();
            Some((name, ObjectId(reference.try_id()?.detach())))
        });
        Ok(named.collect())
    }

    fn refs_by_program(&self) -> Result<Vec<(String, ObjectId)>, GitError> {
        let format = "--format=%(objectname) %(refname) %(*objectname)";
        let output = self.program.ask(FOR_REFTABLE, &["for-each-ref", format])?.unwrap_or_default();
        let parse = |line: &[u8]| {
            let line = String::from_utf8_lossy(line);
            let mut words = line.split(' ');
            let (id, name) = (words.next()?, words.next()?);
            let peeled = words.next().filter(|word| !word.is_empty());
            Some((name.to_owned(), ObjectId::from_hex(peeled.unwrap_or(id))?))
        };
        Ok(output.split(|byte| *byte == b'\n').filter_map(parse).collect())
    }

    /// The commit to compare with when nobody named one: the `configured` branch, as the current branch's remote has it
    /// or as it is here; without one, the remote's default branch, then `main` and `master`.
    ///
    /// # Errors
    /// When none of these exists.
    pub fn default_base(&self, configured: Option<&str>) -> Result<DefaultBase, GitError> {
        self.default_base_on(None, configured)
    }

    /// The same on a remote that is known by name, as in a push to it; `None` is the current branch's.
    ///
    /// # Errors
    /// When none of the candidates exists.
    pub fn default_base_on(&self, remote: Option<&str>, configured: Option<&str>) -> Result<DefaultBase, GitError> {
        let remote = remote.map(ToOwned::to_owned).or_else(|| self.remote());
        let mut tried = Vec::new();
        let names: Vec<&str> = configured.map_or_else(|| vec!["HEAD", "main", "master"], |name| vec![name]);
        let here = names.iter().filter(|name| **name != "HEAD").map(|name| format!("refs/heads/{name}"));
        let there =
            remote.iter().flat_map(|remote| names.iter().map(move |name| format!("refs/remotes/{remote}/{name}")));
        for full in there.chain(here) {
            let full = self.target_of_symbolic(&full).unwrap_or(full);
            let name =
                full.strip_prefix("refs/remotes/").or(full.strip_prefix("refs/heads/")).unwrap_or(&full).to_owned();
            match self.resolve(&full) {
                Ok(id) => return Ok(DefaultBase { name, id }),
                Err(GitError::UnknownRevision { .. }) => tried.push(name),
                Err(error) => return Err(error),
            }
        }
        Err(GitError::NoBase { tried })
    }

    /// The names of the configured remotes.
    pub fn remotes(&self) -> Vec<String> {
        self.inner.remote_names().iter().map(|name| name.to_string()).collect()
    }

    /// The remote the current branch belongs to: the configured one, `origin`, or the only one.
    fn remote(&self) -> Option<String> {
        let branch = self.head().ok().and_then(|head| head.branch().map(ToOwned::to_owned));
        let configured = branch.and_then(|branch| self.config(&format!("branch.{branch}.remote")));
        let names = self.remotes();
        let known = configured.filter(|name| names.contains(name));
        known.or_else(|| names.iter().find(|name| *name == "origin").cloned()).or_else(|| match names.as_slice() {
            [only] => Some(only.clone()),
            _ => None,
        })
    }

    fn target_of_symbolic(&self, full_name: &str) -> Option<String> {
        if self.has_reftable() {
            let output = self.program.ask(FOR_REFTABLE, &["symbolic-ref", "--quiet", full_name]).ok()??;
            return Some(String::from_utf8_lossy(&output).trim().to_owned());
        }
        let reference = self.inner.try_find_reference(full_name).ok()??;
        Some(reference.target().try_name()?.as_bstr().to_string())
    }

    /// The library opens such repositories and then misreads their references.
    fn has_reftable(&self) -> bool {
        self.config("extensions.refStorage").is_some_and(|storage| storage == "reftable")
    }

    /// Existing names that a mistyped one may have meant.
    fn near(&self, name: &str) -> Vec<String> {
        let short = |full: &str| {
            let cut = ["refs/heads/", "refs/remotes/", "refs/tags/", "refs/"];
            cut.iter().find_map(|prefix| full.strip_prefix(prefix)).unwrap_or(full).to_owned()
        };
        let all = self.refs("refs/").unwrap_or_default();
        let mut scored: Vec<(usize, String)> = all
            .iter()
            .map(|(full, _)| short(full))
            .filter_map(|known| {
                let last = known.rsplit('/').next().unwrap_or(&known);
                let distance = strsim::damerau_levenshtein(name, &known).min(strsim::damerau_levenshtein(name, last));
                (distance <= 1 + name.len() / 4).then_some((distance, known))
            })
            .collect();
        scored.sort();
        scored.dedup_by(|a, b| a.1 == b.1);
        scored.into_iter().take(3).map(|(_, known)| format!("`{known}`")).collect()
    }
}
