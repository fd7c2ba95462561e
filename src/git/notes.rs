//! Notes: text beside objects, kept under a reference of its own. The one thing that is ever written to a repository.
//!
//! Written by compare-and-swap, so that of two writers neither loses: objects first, then the reference moves from what
//! was read to what was made of it, or the whole is tried again. An interrupted write leaves objects that nothing names.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::Write;
use std::process::{Command, Stdio};
use std::time::Duration;

use super::scratch::Scratch;
use super::{GitError, ObjectId, Repository};
use crate::RepoPath;

/// Puts what two writers have about the same object together.
pub type Union<'a> = &'a dyn Fn(&[u8], &[u8]) -> Vec<u8>;

/// How often a write is tried when others write too.
const ATTEMPTS: u32 = 60;
/// Above this many notes side by side git spreads them over folders.
const FLAT: usize = 256;
/// As deep as git nests them.
const DEEPEST: usize = 19;

impl Repository {
    /// The note on an object under a reference; empty where there is none.
    ///
    /// # Errors
    /// When there is one and it can't be read.
    pub fn note(&self, reference: &str, of: ObjectId) -> Result<Vec<u8>, GitError> {
        let Some(notes) = self.note_commit(reference)? else { return Ok(Vec::new()) };
        let tree = self.commit_tree(notes)?;
        let mut text = Vec::new();
        for path in places(of) {
            if let Some(entry) = self.objects.entry_at(tree, &path)? {
                text.extend_from_slice(&self.objects.read_entry(&entry)?);
                text.push(b'\n');
            }
        }
        Ok(text)
    }

    /// Adds to the note on an object.
    ///
    /// # Errors
    /// When it can't be written; what was there before is then as it was.
    pub fn add_note(&self, reference: &str, of: ObjectId, text: &[u8], union: Union<'_>) -> Result<(), GitError> {
        self.change_notes(reference, "agentgate: recorded a run", &|old| {
            let (place, there) = match old {
                None => (flat(of), Vec::new()),
                Some(commit) => {
                    let tree = self.commit_tree(commit)?;
                    let place = self.place_for(tree, of)?;
                    let entry = self.objects.entry_at(tree, &place)?;
                    let there = entry.map(|entry| self.objects.read_entry(&entry)).transpose()?;
                    (place, there.map(|bytes| bytes.to_vec()).unwrap_or_default())
                }
            };
            Ok(Change { files: vec![(place, union(&there, text))], parents: old.into_iter().collect() })
        })
    }

    /// Takes all notes of another reference into this one. Says whether there was anything new.
    ///
    /// # Errors
    /// When they can't be read or written; what was there before is then as it was.
    pub fn merge_notes(&self, into: &str, from: &str, union: Union<'_>) -> Result<bool, GitError> {
        let Some(theirs) = self.note_commit(from)? else { return Ok(false) };
        let is_new = std::cell::Cell::new(false);
        self.change_notes(into, "agentgate: merged records", &|old| {
            let Some(ours) = old else {
                is_new.set(true);
                return Ok(Change { files: Vec::new(), parents: vec![theirs] });
            };
            if ours == theirs || self.is_ancestor(theirs, ours)? {
                is_new.set(false);
                return Ok(Change { files: Vec::new(), parents: vec![ours] });
            }
            is_new.set(true);
            if self.is_ancestor(ours, theirs)? {
                return Ok(Change { files: Vec::new(), parents: vec![theirs] });
            }
            let ours_by_object = self.notes_by_object(ours)?;
            let mut files = Vec::new();
            for (object, (place, text)) in self.notes_by_object(theirs)? {
                match ours_by_object.get(&object) {
                    Some((_, there)) if *there == text => {}
                    Some((place, there)) => files.push((place.clone(), union(there, &text))),
                    None => files.push((place, text)),
                }
            }
            Ok(Change { files, parents: vec![ours, theirs] })
        })?;
        Ok(is_new.get())
    }

    /// Fetches references from a remote; what can't be fetched is an error, a reference that isn't there is not.
    ///
    /// # Errors
    /// When the remote can't be reached.
    pub fn fetch_reference(&self, remote: &str, from: &str, to: &str) -> Result<bool, GitError> {
        let listed = self.run_git(self.program.command().args(["ls-remote", "--end-of-options", remote, from]))?;
        if String::from_utf8_lossy(&listed).trim().is_empty() {
            return Ok(false);
        }
        let specification = format!("+{from}:{to}");
        self.run_git(self.program.command().args([
            "fetch",
            "--quiet",
            "--no-tags",
            "--no-write-fetch-head",
            "--recurse-submodules=no",
            "--end-of-options",
            remote,
            &specification,
        ]))?;
        Ok(true)
    }

    /// Pushes a reference as it is, without hooks and without force. `false` where the remote has something else meanwhile.
    ///
    /// # Errors
    /// When the remote can't be reached or refuses for another reason.
    pub fn push_reference(&self, remote: &str, reference: &str) -> Result<bool, GitError> {
        let specification = format!("{reference}:{reference}");
        let mut command = self.program.command();
        command.args(["push", "--quiet", "--porcelain", "--no-verify", "--end-of-options", remote, &specification]);
        let why = "to push records";
        let output = command.output().map_err(|error| GitError::NoProgram { why, error: error.to_string() })?;
        if output.status.success() {
            return Ok(true);
        }
        let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        let is_race = ["fetch first", "non-fast-forward", "cannot lock ref", "failed to update ref", "stale info"];
        if is_race.iter().any(|word| said.contains(word)) {
            return Ok(false);
        }
        Err(GitError::Program { command: "push".into(), message: said.trim().to_owned() })
    }

    fn note_commit(&self, reference: &str) -> Result<Option<ObjectId>, GitError> {
        if self.has_ref(reference) { self.resolve(reference).map(Some) } else { Ok(None) }
    }

    /// Where the note on an object is, or where git would look for a new one.
    fn place_for(&self, tree: ObjectId, of: ObjectId) -> Result<RepoPath, GitError> {
        for place in places(of) {
            if self.objects.entry_at(tree, &place)?.is_some() {
                return Ok(place);
            }
        }
        let beside = self.objects.read_tree(tree)?.len();
        let mut places = places(of);
        let flat = places.next();
        let nested = places.next();
        Ok(if beside < FLAT { flat } else { nested }.unwrap_or_else(|| self::flat(of)))
    }

    /// Every note of a commit by the object it is on.
    fn notes_by_object(&self, commit: ObjectId) -> Result<BTreeMap<String, (RepoPath, Vec<u8>)>, GitError> {
        let mut found: BTreeMap<String, (RepoPath, Vec<u8>)> = BTreeMap::new();
        for entry in self.objects.list(self.commit_tree(commit)?)? {
            let object: String = entry.path.to_text().chars().filter(|c| *c != '/').collect();
            let text = self.objects.read_entry(&entry)?;
            let note = found.entry(object).or_insert_with(|| (entry.path.clone(), Vec::new()));
            note.1.extend_from_slice(&text);
        }
        Ok(found)
    }

    /// Moves a reference of notes from what it is to what `change` makes of it.
    fn change_notes(
        &self,
        reference: &str,
        message: &str,
        change: &dyn Fn(Option<ObjectId>) -> Result<Change, GitError>,
    ) -> Result<(), GitError> {
        let mut last = None;
        for attempt in 0..ATTEMPTS {
            let old = self.note_commit(reference)?;
            let change = change(old)?;
            let new = match (change.files.as_slice(), change.parents.as_slice()) {
                ([], [only]) if Some(*only) == old => return Ok(()),
                ([], [only]) => *only,
                _ => self.write_notes(&change, message)?,
            };
            let expected = old.unwrap_or_else(|| self.zero_id()).to_string();
            let mut command = self.program.command();
            command.args(["update-ref", "-m", message, reference, &new.to_string(), &expected]);
            match self.run_git(&mut command) {
                Ok(_) => return Ok(()),
                // Another writer came first, or is at it.
                Err(error) if is_race(&error) || self.note_commit(reference)? != old => last = Some(error),
                Err(error) => return Err(error),
            }
            std::thread::sleep(Duration::from_millis(u64::from(attempt % 10 * 7 + std::process::id() % 13)));
        }
        Err(last.unwrap_or_else(|| GitError::Other(format!("{reference} changes too fast to be written"))))
    }

    /// Makes a commit of notes: the first parent's tree with the files put in.
    fn write_notes(&self, change: &Change, message: &str) -> Result<ObjectId, GitError> {
        let scratch =
            Scratch::new().map_err(|error| GitError::Other(format!("can't make a temporary folder: {error}")))?;
        let index = scratch.path().join("index");
        let git = |arguments: &[&str]| {
            let mut command = self.program.command();
            command.env("GIT_INDEX_FILE", &index).args(arguments);
            command
        };
        match change.parents.first() {
            Some(parent) => drop(self.run_git(&mut git(&["read-tree", &parent.to_string()]))?),
            None => drop(self.run_git(&mut git(&["read-tree", "--empty"]))?),
        }
        for (path, text) in &change.files {
            let blob = self.write_object(&mut git(&["hash-object", "-w", "--stdin"]), text)?;
            let entry = format!("100644,{blob},{}", path.to_text());
            self.run_git(&mut git(&["update-index", "--add", "--cacheinfo", &entry]))?;
        }
        let tree = object_id(&self.run_git(&mut git(&["write-tree"]))?)?;
        let mut commit = git(&["commit-tree", &tree.to_string(), "-m", message]);
        for parent in &change.parents {
            commit.args(["-p", &parent.to_string()]);
        }
        if self.run_git(&mut git(&["var", "GIT_COMMITTER_IDENT"])).is_err() {
            // A job on a fresh machine has no name; its records must not fail for that.
            for (name, value) in [("NAME", "agentgate"), ("EMAIL", "agentgate@localhost")] {
                commit.env(format!("GIT_AUTHOR_{name}"), value).env(format!("GIT_COMMITTER_{name}"), value);
            }
        }
        object_id(&self.run_git(&mut commit)?)
    }

    fn write_object(&self, command: &mut Command, text: &[u8]) -> Result<ObjectId, GitError> {
        let spawned = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
        let mut child = spawned.map_err(|error| no_program(&error))?;
        let written = child.stdin.take().map_or(Ok(()), |mut input| input.write_all(text));
        let output = child.wait_with_output().map_err(|error| no_program(&error))?;
        match (output.status.success(), written) {
            (true, Ok(())) => object_id(&output.stdout),
            _ => Err(failed(command, &output.stderr)),
        }
    }

    fn run_git(&self, command: &mut Command) -> Result<Vec<u8>, GitError> {
        let output = command.output().map_err(|error| no_program(&error))?;
        if output.status.success() { Ok(output.stdout) } else { Err(failed(command, &output.stderr)) }
    }
}

/// What is to become of a reference.
struct Change {
    files: Vec<(RepoPath, Vec<u8>)>,
    /// Without files, the only one is what the reference is to be.
    parents: Vec<ObjectId>,
}

/// `abcdef…`, `ab/cdef…`, `ab/cd/ef…`: where git may have put the note on an object.
fn places(of: ObjectId) -> impl Iterator<Item = RepoPath> {
    let hex = of.to_string();
    (0..=DEEPEST.min(hex.len() / 2 - 1)).map(move |depth| {
        let mut path = String::with_capacity(hex.len() + depth);
        for (at, c) in hex.char_indices() {
            if at > 0 && at % 2 == 0 && at / 2 <= depth {
                path.push('/');
            }
            path.push(c);
        }
        RepoPath::from(path.as_str())
    })
}

fn flat(of: ObjectId) -> RepoPath {
    RepoPath::from(of.to_string().as_str())
}

fn is_race(error: &GitError) -> bool {
    let GitError::Program { message, .. } = error else { return false };
    ["cannot lock ref", "Unable to create", "reference already exists"].iter().any(|word| message.contains(word))
}

fn object_id(printed: &[u8]) -> Result<ObjectId, GitError> {
    ObjectId::from_hex(String::from_utf8_lossy(printed).trim())
        .ok_or_else(|| GitError::Other("git printed no object name".into()))
}

fn no_program(error: &std::io::Error) -> GitError {
    GitError::NoProgram { why: "to keep records", error: error.to_string() }
}

fn failed(command: &Command, stderr: &[u8]) -> GitError {
    // What we put in front of every command says nothing to anyone.
    let mut arguments = command.get_args().map(OsString::from).map(|word| word.to_string_lossy().into_owned());
    let mut words = Vec::new();
    while let Some(word) = arguments.next() {
        if word == "-c" { drop(arguments.next()) } else { words.push(word) }
    }
    words.truncate(3);
    let message = String::from_utf8_lossy(stderr).trim().to_owned();
    GitError::Program { command: words.join(" "), message }
}
