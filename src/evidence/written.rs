//! The texts in which a branch says something about itself, and what each says under a name.

use super::{Claims, Document, Kind, Statement, Trailer, trailers};
use crate::change::{ChangeSet, FileChange, Mode, Status};
use crate::git::{GitError, ObjectId, Objects};
use crate::policy::Policy;
use crate::{RepoPath, Side};

/// Where a branch may commit what it says about itself, one Markdown file for each branch or ticket.
const FOLDER: &[u8] = b".agentgate/evidence/";

/// Who says it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Source {
    PullRequest,
    /// The commit's id.
    Commit(String),
    /// A file of the head.
    File(RepoPath),
}

/// One text about the branch.
#[derive(Clone, Debug)]
pub struct Written {
    pub source: Source,
    pub document: Document,
    pub trailers: Vec<Trailer>,
}

/// What one text says under one name.
#[derive(Clone, Debug)]
pub struct Claim<'a> {
    pub source: &'a Source,
    /// Of the heading, in its text; a trailer has none.
    pub line: Option<u32>,
    pub statements: Vec<&'a Statement>,
    /// Of a trailer or of a line that begins with the name.
    pub value: Option<&'a str>,
}

impl Written {
    fn new(source: Source, text: &str) -> Self {
        let trailers = match source {
            Source::File(_) => Vec::new(),
            Source::PullRequest | Source::Commit(_) => trailers(text),
        };
        Self { source, document: Document::parse(text), trailers }
    }

    /// What stands under headings of that name, and in trailers of it.
    pub fn claims<'a>(&'a self, name: &'a str) -> impl Iterator<Item = Claim<'a>> {
        let sections = self.document.sections().filter(|section| is_same_name(section.title, name));
        let sections = sections.map(|section| Claim {
            source: &self.source,
            line: Some(section.line),
            statements: section.statements,
            value: None,
        });
        let trailers = self.trailers.iter().filter(|trailer| is_same_name(&trailer.key, name)).map(|trailer| Claim {
            source: &self.source,
            line: None,
            statements: Vec::new(),
            value: Some(trailer.value.as_str()),
        });
        // A trailer looks like a label too.
        let is_trailer = |value: &str| self.trailers.iter().any(|trailer| trailer.value.trim() == value.trim());
        let labels = self.document.labelled(|written| is_same_name(written, name)).into_iter();
        let labels = labels.filter(move |label| !label.below.is_empty() || !is_trailer(label.value)).map(|label| {
            Claim { source: &self.source, line: Some(label.line), statements: label.below, value: Some(label.value) }
        });
        sections.chain(trailers).chain(labels)
    }
}

/// Every text the branch has about itself: the pull request's first, then committed files, then messages, newest first.
pub fn gather(claims: &Claims, change: &ChangeSet, policy: &Policy, branch: Option<&str>) -> Vec<Written> {
    let request = claims.pull_request.iter().map(|text| Written::new(Source::PullRequest, text));
    let files = files(change, policy, branch).filter_map(|file| {
        let bytes = change.content(file, Side::Head)?.ok()?;
        Some(Written::new(Source::File(file.path().clone()), &String::from_utf8_lossy(&bytes)))
    });
    let commits = claims.commits.iter();
    let commits = commits.map(|commit| Written::new(Source::Commit(commit.id.clone()), &commit.message));
    request.chain(files).chain(commits).collect()
}

/// The files with which the branch speaks about itself: those it adds or changes in the folder for it, and the one that the
/// policy names. What was there before speaks about another branch.
pub fn files<'a>(change: &'a ChangeSet, policy: &Policy, branch: Option<&str>) -> impl Iterator<Item = &'a FileChange> {
    let named = evidence_file(policy, branch);
    let is_named = move |file: &FileChange| named.as_ref() == Some(file.path()) && file.head.is_some();
    change.files.iter().filter(move |file| is_record(file) || is_named(file))
}

/// Where a branch speaks about itself unless the policy says otherwise.
pub fn file_of(branch: &str) -> String {
    format!("{}{branch}.md", String::from_utf8_lossy(FOLDER))
}

/// The file in which the policy wants a branch to speak about itself, where it names one.
pub fn evidence_file(policy: &Policy, branch: Option<&str>) -> Option<RepoPath> {
    path_for(policy.evidence().file.as_deref()?, policy, branch)
}

/// Whether the branch adds or changes a file in the folder for what branches say about themselves.
pub fn is_record(file: &FileChange) -> bool {
    let path = file.path();
    matches!(file.status, Status::Added | Status::Modified)
        && path.as_bytes().starts_with(FOLDER)
        && path.extension() == Some(b"md")
        && file.head.as_ref().is_some_and(|entry| entry.mode != Mode::Symlink)
}

/// The tree without what branches say about themselves: the same before and after evidence is written down. `file` is where
/// the policy wants it besides.
///
/// # Errors
/// When the tree can't be read.
pub fn code_tree(objects: &Objects, tree: ObjectId, file: Option<&RepoPath>) -> Result<ObjectId, GitError> {
    let folder = RepoPath::new(FOLDER.strip_suffix(b"/").unwrap_or(FOLDER));
    let paths: Vec<&RepoPath> = std::iter::once(&folder).chain(file).collect();
    objects.without(tree, &paths)
}

/// `{branch}` and `{ticket}` filled in; `None` where the branch has none.
fn path_for(pattern: &str, policy: &Policy, branch: Option<&str>) -> Option<RepoPath> {
    let mut path = pattern.to_owned();
    if path.contains("{branch}") {
        path = path.replace("{branch}", branch?);
    }
    if path.contains("{ticket}") {
        let (name, _) = policy.branches().name()?;
        let captures = name.captures(branch?)?;
        path = path.replace("{ticket}", captures.name("ticket")?.as_str());
    }
    Some(RepoPath::from(path.as_str()))
}

/// What the base offers to fill in: templates of pull requests, merge requests and commits.
pub fn templates(change: &ChangeSet) -> Vec<Document> {
    let mut paths = change.source().paths(Side::Base);
    paths.retain(is_template);
    let texts = paths.iter().filter_map(|path| {
        let entry = change.source().entry(Side::Base, path)?;
        change.source().read(&entry).ok()
    });
    texts.map(|bytes| Document::parse(&String::from_utf8_lossy(&bytes))).collect()
}

fn is_template(path: &RepoPath) -> bool {
    let path = path.as_bytes().to_ascii_lowercase();
    let has = |word: &[u8]| path.windows(word.len()).any(|window| window == word);
    has(b"pull_request_template")
        || has(b"merge_request_template")
        || path.starts_with(b".agentgate/") && has(b"template")
        || path == b".gitmessage"
}

/// Whether a heading or a trailer's key is that name: letters and digits count, and what is in brackets at the end, numbers and
/// signs before it don't.
pub fn is_same_name(written: &str, name: &str) -> bool {
    let letters = |text: &str| -> String {
        let text = text.split_once('(').map_or(text, |(before, _)| before);
        let letters = text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase);
        letters.collect::<String>().trim_start_matches(|c: char| c.is_ascii_digit()).to_owned()
    };
    letters(written) == letters(name)
}

impl Statement {
    /// Whether two statements are the same but for space and case; a box that was ticked is another one.
    pub fn is_same(&self, other: &Self) -> bool {
        let is_ticked = |statement: &Self| statement.kind == Kind::Task(true);
        is_ticked(self) == is_ticked(other) && self.text.eq_ignore_ascii_case(&other.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::change::Memory;

    #[test]
    fn names_are_compared_by_their_letters() {
        for written in
            ["Tests Run", "tests run:", "Tests-Run", "3. Tests run", "\u{1f9ea} Tests Run", "Tests Run (local)"]
        {
            assert!(is_same_name(written, "Tests Run"), "{written}");
        }
        for written in ["Tests", "Tests Run Later", "Run Tests", ""] {
            assert!(!is_same_name(written, "Tests Run"), "{written}");
        }
    }

    #[test]
    fn files_are_those_of_this_branch() {
        let policy = Policy::from_text(
            "version = 1\nbranches.name = '^agent/(?<ticket>[A-Z]+-\\d+)-'\nevidence.file = 'docs/{ticket}.md'\n",
        )
        .unwrap();
        let change = Memory::change_set([
            (".agentgate/evidence/agent/T-1-x.md", None, Some("a\n")),
            (".agentgate/evidence/agent/T-0-y.md", Some("old\n"), Some("old\n")),
            (".agentgate/evidence/agent/T-0-z.md", Some("gone\n"), None),
            (".agentgate/evidence/run.sh", None, Some("b\n")),
            ("docs/T-1.md", None, Some("c\n")),
            ("docs/T-2.md", None, Some("d\n")),
        ]);
        let found = |branch| files(&change, &policy, branch).map(|file| file.path().to_text()).collect::<Vec<_>>();
        assert_eq!(found(Some("agent/T-1-x")), [".agentgate/evidence/agent/T-1-x.md", "docs/T-1.md"]);
        assert_eq!(found(None), [".agentgate/evidence/agent/T-1-x.md"]);
    }
}
