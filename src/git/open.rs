//! Finding and opening a repository, as a hook, a CI step or a person would expect.

use std::path::{Component, Path, PathBuf};

use super::objects::Stores;
use super::{GitError, Objects, Program, Repository};

/// Which of git's variables of the environment count.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Environment {
    /// `GIT_DIR`, `GIT_WORK_TREE`, `GIT_INDEX_FILE`, object directories: as git sets them for its hooks.
    Honoured,
    /// A repository that was named explicitly must not be exchanged for another by a variable that leaked in.
    Ignored,
}

impl Repository {
    /// Opens the repository that git would use in `dir`: the one its variables name (as in a hook), or the one around it.
    ///
    /// # Errors
    /// When there is none, it belongs to someone else, or it can't be read.
    pub fn open(dir: &Path) -> Result<Self, GitError> {
        let names_one = std::env::var_os("GIT_DIR").is_some();
        Self::open_with(
            dir,
            if names_one { Environment::Honoured } else { Environment::Ignored },
            Environment::Honoured,
        )
    }

    /// Opens the repository in or around `dir`, whatever `GIT_DIR` and its companions say.
    ///
    /// # Errors
    /// As [`Repository::open`].
    pub fn open_ignoring_environment(dir: &Path) -> Result<Self, GitError> {
        Self::open_with(dir, Environment::Ignored, Environment::Ignored)
    }

    fn open_with(dir: &Path, location: Environment, objects: Environment) -> Result<Self, GitError> {
        let options = || {
            let mut permissions = gix::open::Permissions::all();
            if objects == Environment::Ignored {
                permissions.env.git_prefix = gix::sec::Permission::Deny;
            }
            gix::open::Options::default()
                .permissions(permissions)
                .bail_if_untrusted(true)
                // What is pushed is the real object; a replacement exists only on this machine.
                .config_overrides(["core.useReplaceRefs=false"])
        };
        let trust = gix::sec::trust::Mapping { full: options(), reduced: options() };
        let lookup = gix::discover::upwards::Options { match_ceiling_dir_or_error: false, ..Default::default() };
        let opened = match location {
            Environment::Honoured => {
                gix::ThreadSafeRepository::discover_with_environment_overrides_opts(dir, lookup, trust)
            }
            Environment::Ignored => gix::ThreadSafeRepository::discover_opts(dir, lookup, trust),
        };
        let mut inner = opened.map_err(|error| refused(dir, &error))?.to_thread_local();
        inner.make_paths_absolute().map_err(|error| refused(dir, &error))?;
        let program = Program::new(&inner, objects);
        let stores = Stores::of(&inner, objects)
            .map_err(|error| GitError::CannotOpen { dir: dir.into(), why: error.to_string() })?;
        let objects = Objects::new(stores, program.clone(), is_partial(&inner));
        let git_dir = lexically_normal(inner.git_dir());
        let work_tree = inner.workdir().map(lexically_normal);
        Ok(Self { inner, git_dir, work_tree, objects, program })
    }
}

/// Whether objects may be absent on purpose, because a remote promised to have them.
fn is_partial(repository: &gix::Repository) -> bool {
    let config = repository.config_snapshot();
    config.string("extensions.partialClone").is_some()
        || config.plumbing().sections_by_name("remote").is_some_and(|mut remotes| {
            remotes.any(|remote| remote.value("promisor").is_some_and(|value| value.as_slice() != b"false"))
        })
}

fn refused(dir: &Path, error: &gix::Error) -> GitError {
    let dir = dir.canonicalize().unwrap_or_else(|_| dir.into());
    if error.is_permission_denied() {
        GitError::Untrusted { dir }
    } else if error.is_not_found() || error.downcast_any_ref::<std::io::Error>().is_none() && is_outside(&dir) {
        GitError::NotARepository { dir }
    } else {
        GitError::CannotOpen { dir, why: describe(error) }
    }
}

/// Whether no directory from here upwards looks like a repository.
fn is_outside(dir: &Path) -> bool {
    dir.ancestors().all(|dir| !dir.join(".git").exists() && !dir.join("HEAD").exists())
}

/// The library's error as one line: its messages from the outermost to the cause.
pub(super) fn describe(error: &gix::Error) -> String {
    let mut parts: Vec<String> = Vec::new();
    for part in error.iter_errors() {
        let text = part.to_string().replace('\n', " ");
        if !parts.contains(&text) {
            parts.push(text);
        }
    }
    parts.join(": ")
}

/// The path without `.` and `..`, as text would be shortened. Fits the paths git writes into `commondir`.
pub(super) fn lexically_normal(path: &Path) -> PathBuf {
    let mut normal = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => {
                normal.pop();
            }
            other => normal.push(other),
        }
    }
    normal
}
