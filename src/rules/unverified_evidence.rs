//! The branch claims results that nothing recorded bears out, or that the record denies.

use super::{Group, OptionKind, OptionSpec, Rule};
use crate::compare::evidence::{self as compare, Answer};
use crate::evidence::{self, Reported, Source, Written, review};
use crate::record::counts::Counts;
use crate::record::{Recorded, Records, Trust};
use crate::verdict::{Confidence, Finding, Place};
use crate::{Context, LineRange, Side};

pub static RULE: Rule = Rule {
    name: "unverified-evidence",
    group: Group::Evidence,
    summary: "a result is claimed that no recorded run of this tree bears out",
    page: include_str!("unverified_evidence.md"),
    options: &[RECORDS],
    check,
};

const RECORDS: OptionSpec = OptionSpec {
    name: "records",
    kind: OptionKind::Text("auto"),
    help: "Whether results must have been recorded: `required`, or `auto`: where the repository keeps records.",
};

const RERUN: &str = "run it with `agentgate record -- COMMAND` on what is to be merged, or don't claim it";

fn check(context: &Context<'_>) -> Vec<Finding> {
    let branch = context.subject.branch.as_deref();
    let written = evidence::gather(context.claims, context.change, context.policy, branch);
    let records = &context.claims.records;
    let reported = evidence::reported(&written);
    let mut found: Vec<Finding> = Vec::new();
    let mut unproven = Vec::new();
    for claim in &reported {
        match compare::against(claim, records) {
            Answer::Borne => {}
            Answer::Denied { message, record } => found.push(denied(claim, message, record)),
            Answer::Unproven => unproven.push(claim),
        }
    }
    let is_required = context.policy.options(&RULE, None).text(&RECORDS) == "required";
    if is_required || records.are_kept {
        found.extend(nothing_recorded(&unproven, records));
    }
    if !reported.is_empty() {
        found.extend(fewer_than_before(records));
    }
    found.extend(files_not_changed(context, &written));
    found.extend(reviews(context));
    found
}

fn denied(claim: &Reported<'_>, message: String, record: &Recorded) -> Finding {
    let run = record.run();
    let counts = run.counts.map(|counts| format!(", {}", counts.sentence())).unwrap_or_default();
    let recorded = format!("`{}` was recorded on {}: exit code {}{counts}", run.command, run.started_on, run.exit_code);
    placed(Finding::new(RULE.name, message), claim).after(claim.text.clone()).help(format!("{recorded}; {RERUN}"))
}

fn placed(finding: Finding, claim: &Reported<'_>) -> Finding {
    match (claim.source, claim.line) {
        (Source::File(path), Some(line)) => finding.at(Place::lines(path, Side::Head, LineRange::one(line))),
        _ => finding,
    }
}

/// One finding for all that isn't recorded, with what is there instead.
fn nothing_recorded(unproven: &[&Reported<'_>], records: &Records) -> Option<Finding> {
    let first = unproven.first()?;
    let named: Vec<String> = unproven.iter().take(5).map(|claim| format!("`{}`", name(claim))).collect();
    let more = unproven.len().saturating_sub(named.len());
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let message = format!("{}{more}: claimed, and no run of this tree is recorded that shows it", named.join(", "));
    let claim_of =
        |record: &Recorded| unproven.iter().any(|claim| claim.commands.iter().any(|it| compare::is_of(record, it)));
    let uncounted = records.of_head.iter().find(|record| !record.trust.suffices(records.needs_signature));
    let elsewhere = records.of_branch.iter().rev().chain(records.of_base.iter().rev());
    let elsewhere = elsewhere.into_iter().find(|record| claim_of(record) || first.commands.is_empty());
    let help = match (uncounted, elsewhere) {
        (Some(record), _) => format!("there is a record, but {}; {RERUN}", why_uncounted(&record.trust)),
        (None, Some(record)) => {
            let at = record.run().worktree.head.as_deref().map_or("", |id| id.get(..12).unwrap_or(id));
            format!("`{}` was recorded of another state, at {at}; {RERUN}", record.run().command)
        }
        (None, None) => RERUN.to_owned(),
    };
    let finding = Finding::new(RULE.name, message).after(first.text.clone()).help(help);
    Some(placed(finding, first))
}

fn name<'a>(claim: &'a Reported<'_>) -> &'a str {
    claim.commands.first().map_or(claim.text.as_str(), String::as_str)
}

fn why_uncounted(trust: &Trust) -> String {
    match trust {
        Trust::Unsigned => "nobody has signed it, and the base asks for a signature".to_owned(),
        Trust::Stranger(key) => format!("{key}, who signed it, is not among the base's allowed signers"),
        Trust::Broken(why) => format!("its signature is worth nothing: {why}"),
        Trust::Signed(who) => format!("{who} has signed it"),
    }
}

/// The same command ran more tests on the commit the branch comes from. Its tests may have gone with their code.
fn fewer_than_before(records: &Records) -> Vec<Finding> {
    let newest = |of: &'_ [Recorded], command: &str| -> Option<Counts> {
        let mut fitting = records.counting(of).filter(|record| record.run().command == command);
        fitting.next_back().and_then(|record| record.run().counts)
    };
    let mut commands: Vec<&str> = records.of_head.iter().map(|record| record.run().command.as_str()).collect();
    commands.sort_unstable();
    commands.dedup();
    let found = commands.into_iter().filter_map(|command| {
        let (before, after) = (newest(&records.of_base, command)?, newest(&records.of_head, command)?);
        let ran = |counts: Counts| counts.passed + counts.failed;
        let message = format!("`{command}` ran {} tests here and {} on the base", ran(after), ran(before));
        let finding = Finding::new(RULE.name, message).confidence(Confidence::Doubtful);
        (ran(after) < ran(before)).then(|| finding.help("say which tests are gone, and why"))
    });
    found.collect()
}

/// Files under "Files Changed" that the branch leaves as they are.
fn files_not_changed(context: &Context<'_>, written: &[Written]) -> Vec<Finding> {
    let found = compare::untouched(context.change, written).into_iter().map(|claim| {
        let message = format!("`{}` is said to be changed, and the branch doesn't touch it", claim.path);
        let finding = Finding::new(RULE.name, message).help("list the files as they are, or leave the list away");
        match claim.source {
            Source::File(file) => finding.at(Place::lines(file, Side::Head, LineRange::one(claim.line))),
            _ => finding,
        }
    });
    found.collect()
}

/// Reviews that the branch's own commits claim, by those who can't review it.
fn reviews(context: &Context<'_>) -> Vec<Finding> {
    let claimed = review::claimed(&context.claims.commits, context.policy);
    let found = claimed.into_iter().filter_map(|claimed| {
        let why = claimed.refusal?;
        let message = format!("`{}` is named as reviewer, and {why}", claimed.name);
        Some(Finding::new(RULE.name, message).help("a review is by a person who did not write the branch"))
    });
    found.collect()
}
