//! See `deleted_test.md`.

use std::collections::BTreeMap;

use super::test_transition::{at, at_base, by_lines, findings, short};
use super::{Group, Rule};
use crate::Context;
use crate::compare::tests::{Change, Transition};
use crate::facts::lines::Says;
use crate::verdict::{Confidence, Finding};

pub static RULE: Rule = Rule {
    name: "deleted-test",
    group: Group::Tests,
    summary: "a test that is gone",
    page: include_str!("deleted_test.md"),
    options: &[],
    check,
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut found = findings(context, |transition| {
        let Change::CaseRemoved { subject_gone, mostly_kept } = &transition.change else { return None };
        let mut message = format!("`{}` {}", short(&transition.test), transition.why);
        let mut confidence = if *mostly_kept { Confidence::Doubtful } else { Confidence::Certain };
        if let Some(name) = subject_gone {
            message.push_str(&format!("; `{name}`, which it used, is gone too"));
            confidence = Confidence::Doubtful;
        }
        Some(at(RULE.name, message, transition).confidence(confidence))
    });
    found.extend(rows(context));
    found.extend(by_lines(context, RULE.name, Says::Test));
    found
}

/// The lost rows of a table, one finding a table: a table that shrank by thirty rows is one thing to look at.
fn rows(context: &Context<'_>) -> Vec<Finding> {
    let mut tables: BTreeMap<_, Vec<&Transition>> = BTreeMap::new();
    for transition in &context.compared.tests().transitions {
        if let (Change::RowRemoved, Some(base)) = (&transition.change, &transition.base) {
            tables.entry((base.path.clone(), transition.test.as_str())).or_default().push(transition);
        }
    }
    tables
        .into_iter()
        .filter_map(|((_, test), mut rows)| {
            rows.sort_by_key(|row| row.base.as_ref().map(|base| base.lines));
            let first = rows.first()?;
            let message = match rows.len() {
                1 => format!("a row of `{}` {}", short(test), first.why),
                count => format!("{count} rows of `{}` are gone", short(test)),
            };
            let texts: Vec<&str> = rows.iter().filter_map(|row| Some(row.base.as_ref()?.text.as_str())).collect();
            Some(at_base(RULE.name, message, first).before(texts.join("\n")))
        })
        .collect()
}
