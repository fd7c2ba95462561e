//! Puts hooks into a repository and takes them out again.
//!
//! All hooks asked for are looked at first; if one can't go in, none does. A hook that isn't ours is never overwritten:
//! it is chained when the user says so, else refused with the words that make both run.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::manager::{self, Advice};
use super::script::{CHAINED, Ours};
use super::{Kind, Place, Script};

/// What happened to one hook, for a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Done {
    Written(PathBuf),
    /// The hook that stood there was moved to the second path and runs after ours.
    Chained(PathBuf, PathBuf),
    Unchanged(PathBuf),
    /// The manager's file calls us already.
    Managed(Advice),
    /// The manager's file doesn't call us for this hook, which nobody asked for by name.
    Suggested(Advice),
    Removed(PathBuf),
    Restored(PathBuf),
    /// Not ours, or nothing there.
    LeftAlone(PathBuf),
}

/// Why one hook can't go in or out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// A manager owns the hooks.
    Manager(Advice),
    /// Someone's own hook stands there.
    Occupied { hook: PathBuf, is_lfs: bool },
    /// Both a stranger's hook and one we set aside earlier.
    TwiceChained { hook: PathBuf, chained: PathBuf },
    /// Ours once, edited since.
    Edited(PathBuf),
    /// `core.hooksPath` names a folder that commits carry or that serves other repositories as well.
    Shared { hook: PathBuf, value: String, scope: String },
    /// `core.hooksPath` names something that isn't a folder, the usual way to turn hooks off.
    TurnedOff { value: String, scope: String },
}

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("{} could not be put in", plural(.0.len()))]
    Refused(Vec<(Kind, Refusal)>),
    #[error("{}: {error}", path.display())]
    File { path: PathBuf, error: io::Error },
}

fn plural(count: usize) -> String {
    if count == 1 { "a hook".into() } else { format!("{count} hooks") }
}

enum Step {
    Write { hook: PathBuf, script: Script },
    Chain { hook: PathBuf, chained: PathBuf, script: Script },
    Nothing(Done),
}

/// Puts the hooks in: those named, or all.
///
/// The gate is the pre-push hook. Where nobody named any and a manager runs that one, lacking the other is no failure.
///
/// # Errors
/// [`Error::Refused`] with every reason before anything is changed; [`Error::File`] when a file can't be written.
pub fn install(place: &Place, named: &[Kind], program: &Path, chain: bool) -> Result<Vec<(Kind, Done)>, Error> {
    let mut steps = Vec::new();
    let mut refusals = Vec::new();
    let mut has_gate = false;
    for kind in usual_unless(named, place).iter().copied() {
        match plan(place, kind, program, chain)? {
            Ok(step) => {
                has_gate |= kind.is_gate();
                steps.push((kind, step));
            }
            Err(Refusal::Manager(advice)) if named.is_empty() && has_gate => {
                steps.push((kind, Step::Nothing(Done::Suggested(advice))));
            }
            Err(refusal) => refusals.push((kind, refusal)),
        }
    }
    if !refusals.is_empty() {
        return Err(Error::Refused(refusals));
    }
    steps.into_iter().map(|(kind, step)| Ok((kind, apply(step)?))).collect()
}

fn usual_unless<'a>(named: &'a [Kind], place: &Place) -> &'a [Kind] {
    if named.is_empty() { Kind::usual(place.is_bare()) } else { named }
}

fn plan(place: &Place, kind: Kind, program: &Path, chain: bool) -> Result<Result<Step, Refusal>, Error> {
    let hook = place.hook(kind.name());
    let chained = with_suffix(&hook, CHAINED);
    let there = read(&hook)?;
    let ours = there.as_deref().map_or(Ours::No, |bytes| Script::read(kind, bytes));
    if let Ours::Exactly(present) = ours {
        let script = Script::new(kind, program, present.chained);
        let step = if script == present { Step::Nothing(Done::Unchanged(hook)) } else { Step::Write { hook, script } };
        return Ok(Ok(step));
    }
    if ours == Ours::Changed {
        return Ok(Err(Refusal::Edited(hook)));
    }
    if let Some(configured) = &place.configured
        && !place.hooks.is_dir()
        && fs::symlink_metadata(&place.hooks).is_ok()
    {
        let (value, scope) = (configured.value.clone(), configured.scope.clone());
        return Ok(Err(Refusal::TurnedOff { value, scope }));
    }
    if let Some(advice) = manager::of(place, kind, there.as_deref()) {
        if advice.done {
            return Ok(Ok(Step::Nothing(Done::Managed(advice))));
        }
        // pre-commit's own file can stand behind ours like any other; the others would lose sight of it.
        if !(chain && advice.manager == "pre-commit") {
            return Ok(Err(Refusal::Manager(advice)));
        }
    }
    if let Some(configured) = &place.configured
        && (place.is_in_work_tree() || matches!(configured.scope.as_str(), "global" | "system"))
    {
        let calls = there
            .as_deref()
            .is_some_and(|bytes| String::from_utf8_lossy(bytes).contains(&format!("agentgate {}", kind.name())));
        if calls {
            return Ok(Ok(Step::Nothing(Done::Unchanged(hook))));
        }
        let (value, scope) = (configured.value.clone(), configured.scope.clone());
        return Ok(Err(Refusal::Shared { hook, value, scope }));
    }
    let Some(bytes) = there else {
        return Ok(Ok(Step::Write { hook, script: Script::new(kind, program, false) }));
    };
    if !chain {
        let is_lfs = String::from_utf8_lossy(&bytes).contains("git lfs");
        return Ok(Err(Refusal::Occupied { hook, is_lfs }));
    }
    if fs::symlink_metadata(&chained).is_ok() {
        return Ok(Err(Refusal::TwiceChained { hook, chained }));
    }
    Ok(Ok(Step::Chain { hook, chained, script: Script::new(kind, program, true) }))
}

fn apply(step: Step) -> Result<Done, Error> {
    match step {
        Step::Nothing(done) => Ok(done),
        Step::Write { hook, script } => {
            write_script(&hook, &script)?;
            Ok(Done::Written(hook))
        }
        Step::Chain { hook, chained, script } => {
            rename(&hook, &chained)?;
            if let Err(error) = write_script(&hook, &script) {
                // Half a change would leave the repository without its hook.
                rename(&chained, &hook)?;
                return Err(error);
            }
            Ok(Done::Chained(hook, chained))
        }
    }
}

/// Takes out what [`install`] put in and puts back what stood there.
///
/// # Errors
/// [`Error::Refused`] for a hook of ours that was edited; [`Error::File`] when a file can't be changed.
pub fn uninstall(place: &Place, named: &[Kind]) -> Result<Vec<(Kind, Done)>, Error> {
    let mut found = Vec::new();
    let mut refusals = Vec::new();
    let asked = usual_unless(named, place);
    let all = if named.is_empty() { &Kind::ALL[..] } else { named };
    for kind in all.iter().copied() {
        let hook = place.hook(kind.name());
        let there = read(&hook)?;
        match there.as_deref().map_or(Ours::No, |bytes| Script::read(kind, bytes)) {
            Ours::Exactly(script) => found.push((kind, hook, Some(script))),
            Ours::Changed => refusals.push((kind, Refusal::Edited(hook))),
            Ours::No if asked.contains(&kind) => found.push((kind, hook, None)),
            Ours::No => {}
        }
    }
    if !refusals.is_empty() {
        return Err(Error::Refused(refusals));
    }
    let mut done = Vec::new();
    for (kind, hook, script) in found {
        let chained = with_suffix(&hook, CHAINED);
        let what = match script {
            Some(script) if script.chained && fs::symlink_metadata(&chained).is_ok() => {
                rename(&chained, &hook)?;
                Done::Restored(hook)
            }
            Some(_) => {
                fs::remove_file(&hook).map_err(|error| Error::File { path: hook.clone(), error })?;
                Done::Removed(hook)
            }
            None => match manager::of(place, kind, read(&hook)?.as_deref()) {
                Some(advice) if advice.done => Done::Managed(advice),
                _ => Done::LeftAlone(hook),
            },
        };
        done.push((kind, what));
    }
    Ok(done)
}

fn with_suffix(hook: &Path, suffix: &str) -> PathBuf {
    let mut name = hook.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

/// A hook's bytes; a dangling link is a hook too, of nobody's reading.
fn read(hook: &Path) -> Result<Option<Vec<u8>>, Error> {
    match fs::read(hook) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            Ok(fs::symlink_metadata(hook).is_ok().then(Vec::new))
        }
        Err(error) => Err(Error::File { path: hook.to_owned(), error }),
    }
}

fn rename(from: &Path, to: &Path) -> Result<(), Error> {
    fs::rename(from, to).map_err(|error| Error::File { path: from.to_owned(), error })
}

/// Beside first, then over: git never sees half a hook.
fn write_script(hook: &Path, script: &Script) -> Result<(), Error> {
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |error| Error::File { path, error }
    };
    if let Some(folder) = hook.parent() {
        fs::create_dir_all(folder).map_err(failed(folder))?;
    }
    let beside = with_suffix(hook, ".agentgate-new");
    fs::write(&beside, script.text()).map_err(failed(&beside))?;
    make_executable(&beside).map_err(failed(&beside))?;
    fs::rename(&beside, hook).map_err(failed(hook))
}

#[cfg(unix)]
fn make_executable(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(0o755))
}

#[cfg(not(unix))]
fn make_executable(_path: &Path) -> io::Result<()> {
    Ok(())
}
