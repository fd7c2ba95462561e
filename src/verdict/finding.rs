//! What a rule says.

use crate::policy::Origin;
use crate::{LineRange, RepoPath, Side};

/// One thing a rule found: a value, without level and without words of its own beyond the message.
///
/// Which level it has is the policy's business; the rule may say how sure it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The rule's name.
    pub rule: &'static str,
    /// Where to look; absent for findings about the branch as a whole.
    pub place: Option<Place>,
    /// The same thing in the base, where it differs or the file was renamed.
    pub base_place: Option<Place>,
    /// The test case it is about.
    pub test: Option<String>,
    /// One lowercase phrase without a final full stop; names of the user's in backticks.
    pub message: String,
    /// Source text of the base's side.
    pub before: Option<String>,
    /// Source text of the head's side.
    pub after: Option<String>,
    /// A value or outcome that passes now and did not before.
    pub witness: Option<String>,
    /// What tells it apart from another of the same rule on the same lines, where the code does not.
    pub about: Option<String>,
    /// What to do next, where the rule's page is too general.
    pub help: Option<String>,
    /// A policy line that says more than the rule's level does: the pattern, the limit.
    pub because: Option<Origin>,
    pub confidence: Confidence,
}

impl Finding {
    pub fn new(rule: &'static str, message: impl Into<String>) -> Self {
        Self {
            rule,
            place: None,
            base_place: None,
            test: None,
            message: message.into(),
            before: None,
            after: None,
            witness: None,
            about: None,
            help: None,
            because: None,
            confidence: Confidence::Certain,
        }
    }

    pub fn at(mut self, place: Place) -> Self {
        self.place = Some(place);
        self
    }

    pub fn base_at(mut self, place: Place) -> Self {
        self.base_place = Some(place);
        self
    }

    pub fn in_test(mut self, test: impl Into<String>) -> Self {
        self.test = Some(test.into());
        self
    }

    pub fn before(mut self, text: impl Into<String>) -> Self {
        self.before = Some(text.into());
        self
    }

    pub fn after(mut self, text: impl Into<String>) -> Self {
        self.after = Some(text.into());
        self
    }

    pub fn witness(mut self, text: impl Into<String>) -> Self {
        self.witness = Some(text.into());
        self
    }

    pub fn about(mut self, text: impl Into<String>) -> Self {
        self.about = Some(text.into());
        self
    }

    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help = Some(text.into());
        self
    }

    pub fn because(mut self, origin: Origin) -> Self {
        self.because = Some(origin);
        self
    }

    pub fn confidence(mut self, confidence: Confidence) -> Self {
        self.confidence = confidence;
        self
    }
}

/// A place in one of the two trees.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    pub path: RepoPath,
    pub side: Side,
    /// Absent when the whole file is meant.
    pub lines: Option<LineRange>,
}

impl Place {
    pub fn file(path: &RepoPath, side: Side) -> Self {
        Self { path: path.clone(), side, lines: None }
    }

    pub fn line(path: &RepoPath, side: Side, line: u32) -> Self {
        Self::lines(path, side, LineRange::one(line))
    }

    pub fn lines(path: &RepoPath, side: Side, lines: LineRange) -> Self {
        Self { path: path.clone(), side, lines: Some(lines) }
    }
}

/// How sure a rule is. A doubtful finding never blocks: the verdict lowers it to a warning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Confidence {
    Doubtful,
    Likely,
    Certain,
}
