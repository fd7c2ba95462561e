//! What a branch objects to, shown beside the finding. Level and verdict stay as they are.

use super::Verdict;
use crate::evidence::Appeal;
use crate::facts::{personal, secrets};

impl Verdict {
    /// The verdict with the branch's objections where their findings are.
    #[must_use]
    pub fn with_appeals(mut self, appeals: &[Appeal]) -> Self {
        for judgement in &mut self.judgements {
            for appeal in appeals.iter().filter(|appeal| judgement.id.starts_with(&appeal.finding)) {
                let masked = secrets::Redactor::default().redact(&appeal.text).into_owned();
                let said = format!("the branch objects, which excuses nothing: {}", personal::redact(&masked));
                judgement.finding.help = Some(match judgement.finding.help.take() {
                    Some(help) => format!("{help}; {said}"),
                    None => said,
                });
            }
        }
        self
    }
}
