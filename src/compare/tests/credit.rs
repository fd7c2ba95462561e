//! Checks of the head that answer for those of cases that are gone; each once.

use hashbrown::{HashMap, HashSet};
use rayon::prelude::*;

use super::checks::Left;
use super::strength::{self, Verdict};
use crate::facts::tests::{Case, Check};

/// Checks of the head that nobody claimed yet.
pub struct Credit<'p> {
    exact: HashMap<String, Vec<usize>>,
    loose: HashMap<String, Vec<usize>>,
    used: HashSet<usize>,
    /// What was answered for a case: said twice there, it need be said only once.
    answered: HashSet<(*const Case, String)>,
    pool: &'p [Left<'p>],
}

impl<'p> Credit<'p> {
    pub(super) fn new(pool: &'p [Left<'p>]) -> Self {
        let (mut exact, mut loose) = (HashMap::<String, Vec<usize>>::new(), HashMap::<String, Vec<usize>>::new());
        let said = pool.par_iter().map(|left| (signature(left.check, true), signature(left.check, false)));
        for (at, (resolved, written)) in said.collect::<Vec<_>>().into_iter().enumerate() {
            exact.entry(resolved).or_default().push(at);
            loose.entry(written).or_default().push(at);
        }
        Self { exact, loose, used: HashSet::new(), answered: HashSet::new(), pool }
    }

    pub(super) fn take(&mut self, case: &Case, check: &Check) -> bool {
        let said = (std::ptr::from_ref(case), signature(check, false));
        if check.row.is_none() && self.answered.contains(&said) {
            return true;
        }
        for (table, key) in [(&self.exact, signature(check, true)), (&self.loose, signature(check, false))] {
            if check.row.is_some() && std::ptr::eq(table, &self.loose) {
                continue;
            }
            let free = table.get(&key).and_then(|at| at.iter().find(|at| !self.used.contains(*at)));
            if let Some(at) = free
                && !matches!(strength::judge(check, self.pool[*at].check), Verdict::Looser { .. })
            {
                self.used.insert(*at);
                self.answered.insert(said);
                return true;
            }
        }
        false
    }
}

/// What a check demands, as a key: with everything resolved, or as it is written.
pub(super) fn signature(check: &Check, resolved: bool) -> String {
    let (subject, expected) =
        if resolved { (&check.resolved_subject, &check.resolved_expected) } else { (&check.subject, &check.expected) };
    let mut text = format!("{:?} {} ", strength::family(check.kind), check.positive);
    text.push_str(&subject.words().join(" "));
    for value in expected {
        text.push('\u{1f}');
        text.push_str(&value.words().join(" "));
    }
    text
}
