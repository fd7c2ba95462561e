//! What a branch objects to, shown beside the finding. Level and verdict stay as they are.

use super::{Verdict, redact};
use crate::change::ChangeSet;
use crate::evidence::Appeal;
use crate::policy::Policy;
use crate::rules::leaked_secret;

impl Verdict {
    /// The verdict with the branch's objections where their findings are.
    #[must_use]
    pub fn with_appeals(mut self, appeals: &[Appeal], change: &ChangeSet, policy: &Policy) -> Self {
        if appeals.is_empty() {
            return self;
        }
        let project = leaked_secret::project(change, policy);
        for judgement in &mut self.judgements {
            for appeal in appeals.iter().filter(|appeal| judgement.id.starts_with(&appeal.finding)) {
                let said = redact::text(&project, &appeal.text);
                let said = format!("the branch objects, which excuses nothing: {said}");
                judgement.finding.help = Some(match judgement.finding.help.take() {
                    Some(help) => format!("{help}; {said}"),
                    None => said,
                });
            }
        }
        self
    }
}
