//! Prints what agentgate sees between commits, byte for byte as `git diff --raw --numstat --no-abbrev -M -z A...B` would.
//!
//! Reads ranges from standard input, one `A B` a line, and answers each with the length of the answer on a line and the
//! answer itself, or with `error: …`. For `scripts/same-diff` and `scripts/bench-diff`, and for looking into a range.
//! In place of a commit, `B` may be `--staged` or `--worktree`.

use std::io::{BufRead, Write};
use std::path::Path;

use agentgate::change::{ChangeSet, Entry, FileChange, Mode, Roles, Status};
use agentgate::git::{GitError, ObjectId, Repository, Uncommitted};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let dir = std::env::args_os().nth(1).unwrap_or_else(|| ".".into());
    let repository = Repository::open_ignoring_environment(Path::new(&dir))?;
    let mut output = std::io::stdout().lock();
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        let Some((base, head)) = line.split_once(' ') else { continue };
        match render(&repository, base, head) {
            Ok(answer) => {
                writeln!(output, "{}", answer.len())?;
                output.write_all(&answer)?;
            }
            Err(error) => writeln!(output, "error: {}", error.replace('\n', " "))?,
        }
        output.flush()?;
    }
    Ok(())
}

pub fn render(repository: &Repository, base: &str, head: &str) -> Result<Vec<u8>, String> {
    let change = compare(repository, base, head).map_err(|error| error.to_string())?;
    change.summary();
    let (mut raw, mut numbers) = (Vec::new(), Vec::new());
    for file in &change.files {
        let lines = change.lines(file).map_err(|error| format!("{}: {error}", file.path().to_text()))?;
        let counts = if lines.is_binary { "-\t-".into() } else { format!("{}\t{}", lines.added(), lines.deleted()) };
        raw_line(&mut raw, repository.zero_id(), file);
        numbers.extend_from_slice(counts.as_bytes());
        numbers.push(b'\t');
        if let (Status::Renamed(_), Some(base)) = (file.status, &file.base) {
            numbers.push(0);
            path(&mut numbers, base);
        }
        numbers.extend_from_slice(file.path().as_bytes());
        numbers.push(0);
    }
    raw.append(&mut numbers);
    Ok(raw)
}

fn compare(repository: &Repository, base: &str, head: &str) -> Result<ChangeSet, GitError> {
    let base = repository.resolve(base)?;
    let (base, head) = match head {
        "--staged" => (base, repository.snapshot(Uncommitted::Staged)?),
        "--worktree" => (base, repository.snapshot(Uncommitted::WorkTree)?),
        commit => {
            let head = repository.resolve(commit)?;
            (repository.merge_base(base, head)?.best, repository.commit_tree(head)?)
        }
    };
    ChangeSet::between(repository, repository.commit_tree(base)?, head, &Roles::default())
}

fn raw_line(out: &mut Vec<u8>, zero: ObjectId, file: &FileChange) {
    let mode = |entry: &Option<Entry>| match entry.as_ref().map(|entry| entry.mode) {
        None => "000000",
        Some(Mode::File) => "100644",
        Some(Mode::Executable) => "100755",
        Some(Mode::Symlink) => "120000",
        Some(Mode::Submodule) => "160000",
    };
    let id = |entry: &Option<Entry>| entry.as_ref().map_or(zero, |entry| entry.id);
    let status = match file.status {
        Status::Added => "A".into(),
        Status::Deleted => "D".into(),
        Status::Modified => "M".into(),
        Status::TypeChanged => "T".into(),
        Status::Renamed(similarity) => format!("R{similarity:03}"),
    };
    let (base, head) = (&file.base, &file.head);
    let line = format!(":{} {} {} {} {status}\0", mode(base), mode(head), id(base), id(head));
    out.extend_from_slice(line.as_bytes());
    if let (Status::Renamed(_), Some(base)) = (file.status, base) {
        path(out, base);
    }
    out.extend_from_slice(file.path().as_bytes());
    out.push(0);
}

fn path(out: &mut Vec<u8>, entry: &Entry) {
    out.extend_from_slice(entry.path.as_bytes());
    out.push(0);
}
