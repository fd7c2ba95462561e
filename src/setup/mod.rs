//! What a repository needs to be gated: a policy, a form for claims, a word to agents, a step in CI, agents' hooks.
//!
//! Looks at what is there, says what is missing and writes new files. The only files it changes are the settings of agents that
//! were named, and nothing that stands in them. It knows nothing of terminals.

mod host;
mod service;
mod settings;
mod words;

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

pub use host::Host;
pub use service::Service;

use crate::agents::Adapter;
use crate::policy::{self, Policy};

/// The commit that this version was released from, where its build knew (see `build/release.rs`).
pub const RELEASE: Option<&str> = option_env!("AGENTGATE_RELEASE");

/// What `agentgate init` takes care of.
#[derive(Clone, Debug)]
pub struct Piece {
    pub what: What,
    /// From the top of the work tree; the place where it is to be, or is.
    pub path: String,
    pub state: State,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    Policy,
    Template,
    Agents,
    Ci,
    Hooks,
}

impl What {
    pub fn name(self) -> &'static str {
        match self {
            Self::Policy => "policy",
            Self::Template => "template",
            Self::Agents => "agents",
            Self::Ci => "CI",
            Self::Hooks => "hooks",
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// To be written, with this content.
    Missing(String),
    /// There, with everything it needs.
    Complete,
    /// There, and to be written anew: this is all that it holds and what it lacked.
    Extended(String),
    /// There, without this, which only its owner should add.
    Lacks(String),
    /// There, and not what its reader expects, for this reason; it should hold this.
    Broken { why: String, wanted: String },
    /// No file can be written for it here: what to do instead.
    ByHand(String),
}

/// A work tree to set up.
pub struct Setup<'a> {
    pub top: &'a Path,
    pub host: Host,
    /// What runs jobs there, where that is known.
    pub service: Option<Service>,
    /// The branch that people merge into.
    pub base: &'a str,
    /// The commit that a job is to demand of what it installs.
    pub release: Option<&'a str>,
    /// What will hold: the work tree's policy, or the preset.
    pub policy: &'a Policy,
    /// Whose loops are to ask the gate.
    pub callers: &'a [&'static Adapter],
}

impl Setup<'_> {
    /// Everything there is to take care of, as it stands.
    ///
    /// # Errors
    /// When a file that is there can't be read.
    pub fn pieces(&self) -> io::Result<Vec<Piece>> {
        let pieces = [Some(self.policy()?), self.template()?, Some(self.agents()?), Some(self.ci()?)];
        let hooks: Vec<Piece> = self.callers.iter().map(|adapter| self.hooks(adapter)).collect::<io::Result<_>>()?;
        Ok(pieces.into_iter().flatten().chain(hooks).collect())
    }

    /// The settings that make an agent call us.
    fn hooks(&self, adapter: &Adapter) -> io::Result<Piece> {
        let state = match self.read(adapter.settings)? {
            None => State::Missing(adapter.example.to_owned()),
            Some(text) => match settings::merged(adapter, &text) {
                Ok(settings::Merged::Complete) => State::Complete,
                Ok(settings::Merged::Text(text)) => State::Extended(text),
                Err(why) => State::Broken { why, wanted: adapter.example.to_owned() },
            },
        };
        Ok(Piece { what: What::Hooks, path: adapter.settings.to_owned(), state })
    }

    fn policy(&self) -> io::Result<Piece> {
        let state = match self.read(policy::FILE)? {
            Some(_) => State::Complete,
            None => State::Missing(words::policy(self.base)),
        };
        Ok(Piece { what: What::Policy, path: policy::FILE.into(), state })
    }

    fn template(&self) -> io::Result<Option<Piece>> {
        let evidence = self.policy.evidence();
        let Some((folders, name)) = self.host.template() else { return Ok(None) };
        if evidence.sections.is_empty() && evidence.footers.is_empty() {
            return Ok(None);
        }
        let found = folders.iter().find_map(|folder| self.find(folder, name));
        let (path, state) = match found {
            None => (
                join(folders[0], name),
                State::Missing(words::template(&evidence.section_names(), &evidence.footer_names())),
            ),
            Some(path) => {
                let text = self.read(&path)?.unwrap_or_default();
                let sections = words::missing_sections(&text, &evidence.section_names());
                let footers = words::missing_footers(&text, &evidence.footer_names());
                let is_complete = sections.is_empty() && footers.is_empty();
                (path, if is_complete { State::Complete } else { State::Lacks(words::template(&sections, &footers)) })
            }
        };
        Ok(Some(Piece { what: What::Template, path, state }))
    }

    fn agents(&self) -> io::Result<Piece> {
        const NAME: &str = "AGENTS.md";
        let path = self.find("", NAME).unwrap_or_else(|| NAME.to_owned());
        let section = || words::agents(self.base, self.policy);
        let state = match self.read(&path)? {
            Some(text) if words::mentions_us(&text) => State::Complete,
            Some(_) => State::Lacks(section()),
            None => State::Missing(section()),
        };
        Ok(Piece { what: What::Agents, path, state })
    }

    fn ci(&self) -> io::Result<Piece> {
        let step = words::ci(self.service, self.base, self.release);
        let piece = |path: &str, state| Ok(Piece { what: What::Ci, path: path.to_owned(), state });
        let Some(service) = self.service else { return piece("your CI", State::ByHand(step)) };
        let path = service.path();
        if service == Service::Github {
            let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
            for path in self.files(folder) {
                if self.read(&path)?.is_some_and(|text| words::mentions_us(&text)) {
                    return piece(&path, State::Complete);
                }
            }
            return piece(path, State::Missing(step));
        }
        let state = match self.read(path)? {
            Some(text) if words::mentions_us(&text) => State::Complete,
            Some(_) => State::Lacks(step),
            None => State::Missing(step),
        };
        piece(path, state)
    }

    /// The text of a file; `None` where nothing has that name, not even a dangling link.
    fn read(&self, path: &str) -> io::Result<Option<String>> {
        let file = self.top.join(path);
        if fs::symlink_metadata(&file).is_err_and(|error| error.kind() == io::ErrorKind::NotFound) {
            return Ok(None);
        }
        let bytes = fs::read(file).map_err(|error| named(path, &error))?;
        Ok(Some(String::from_utf8_lossy(&bytes).into_owned()))
    }

    /// The file of that name in a folder, in whichever case it is written.
    fn find(&self, folder: &str, name: &str) -> Option<String> {
        self.files(folder)
            .into_iter()
            .find(|path| path.rsplit('/').next().is_some_and(|n| n.eq_ignore_ascii_case(name)))
    }

    fn files(&self, folder: &str) -> Vec<String> {
        let entries = fs::read_dir(self.top.join(folder)).into_iter().flatten().filter_map(Result::ok);
        let mut names: Vec<String> = entries
            .filter(|entry| !entry.path().is_dir())
            .map(|entry| join(folder, &entry.file_name().to_string_lossy()))
            .collect();
        names.sort();
        names
    }

    /// Writes a new file. What came to be there meanwhile stays.
    ///
    /// # Errors
    /// When something is there, a folder on the way leads out of the work tree, or writing fails.
    pub fn write(&self, path: &str, text: &str) -> io::Result<()> {
        let file = self.place(path)?;
        let mut new = fs::File::create_new(&file).map_err(|error| named(path, &error))?;
        new.write_all(text.as_bytes()).map_err(|error| named(path, &error))
    }

    /// Exchanges a file for its extended form: who reads it meanwhile sees the one or the other.
    ///
    /// # Errors
    /// When it is a link, a folder on the way leads out of the work tree, or writing fails.
    pub fn extend(&self, path: &str, text: &str) -> io::Result<()> {
        let file = self.place(path)?;
        let known = fs::symlink_metadata(&file).map_err(|error| named(path, &error))?;
        if !known.is_file() {
            return Err(io::Error::other(format!("{path}: it is no plain file")));
        }
        let beside = file.with_extension(format!("{}.new", std::process::id()));
        let written = fs::File::create_new(&beside)
            .and_then(|mut new| new.write_all(text.as_bytes()))
            .and_then(|()| fs::set_permissions(&beside, known.permissions()))
            .and_then(|()| fs::rename(&beside, &file));
        written.map_err(|error| {
            let _ = fs::remove_file(&beside);
            named(path, &error)
        })
    }

    /// Where a path of the work tree is, with the folders on the way.
    fn place(&self, path: &str) -> io::Result<PathBuf> {
        let file = self.top.join(path);
        let folder = file.parent().unwrap_or(self.top);
        fs::create_dir_all(folder).map_err(|error| named(path, &error))?;
        let inside = |folder: &Path| -> io::Result<PathBuf> { folder.canonicalize() };
        if !inside(folder)?.starts_with(inside(self.top)?) {
            return Err(io::Error::other(format!(
                "{path}: a folder on the way is a link that leads out of the work tree"
            )));
        }
        Ok(file)
    }
}

fn join(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}

fn named(path: &str, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{path}: {error}"))
}
