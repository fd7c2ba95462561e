//! What there is of each of the nine.

use super::{Evidence, Item, RecordLine, State};
use crate::change::ChangeSet;
use crate::ci::Page;
use crate::compare::evidence::{self as compare, Answer};
use crate::evidence::{self, Claims, Source, Written, review};
use crate::policy::Policy;
use crate::record::{Outcome, Recorded, Trust};
use crate::report::{Outcome as Verdict, Report, text};

/// All that is known of a branch or merge.
pub struct Known<'a> {
    pub report: &'a Report,
    pub change: &'a ChangeSet,
    pub policy: &'a Policy,
    pub claims: &'a Claims,
    pub branch: Option<&'a str>,
    /// The CI service's word, and who opened the pull request.
    pub page: &'a Page,
    pub reviews: Vec<review::Told>,
    /// The merge that brought it in, and who made it.
    pub merge: Option<Merge>,
}

/// A merge that has happened.
#[derive(Clone, Debug)]
pub struct Merge {
    pub commit: String,
    /// A person who is not among the branch's authors.
    pub by: Option<String>,
    /// What its message says: `#12`.
    pub request: Option<String>,
}

/// The evidence of a branch or merge.
pub fn evidence(known: &Known<'_>) -> Evidence {
    let written = evidence::gather(known.claims, known.change, known.policy, known.branch);
    let items = vec![
        packet(known),
        session(known, &written),
        files(known, &written),
        tests(known, &written),
        review(known),
        risk(known, &written),
        gate(known),
        link(known, &written),
        rollback(known, &written),
    ];
    let names = [
        "Work packet",
        "Agent session summary",
        "Files changed",
        "Tests run",
        "Human review record",
        "Risk classification",
        "Approval gate result",
        "Merge commit or pull request link",
        "Rollback note",
    ];
    let items = items.into_iter().zip(names).zip(1..).map(|((found, name), number)| Item {
        number,
        name: name.to_owned(),
        state: found.state,
        what: found.what,
        source: found.source,
    });
    let items: Vec<Item> = items.collect();
    let is_complete = items.iter().all(|item| matches!(item.state, State::Present | State::NotNeeded));
    let records = &known.claims.records;
    let lines = records.of_head.iter().map(|record| line(record, records.needs_signature));
    Evidence { version: 1, subject: known.report.subject.clone(), is_complete, items, records: lines.collect() }
}

/// What was found for one item.
struct Found {
    state: State,
    what: Vec<String>,
    source: Option<String>,
}

impl Found {
    fn new(state: State, what: impl Into<String>) -> Self {
        Self { state, what: vec![what.into()], source: None }
    }

    fn all(state: State, what: Vec<String>) -> Self {
        Self { state, what, source: None }
    }

    fn from(self, source: impl Into<String>) -> Self {
        Self { source: Some(source.into()), ..self }
    }
}

fn packet(known: &Known<'_>) -> Found {
    if let Some(packet) = known.policy.packet() {
        let title = packet.title.clone().unwrap_or_else(|| "without a title".to_owned());
        return Found::new(State::Present, title).from(packet.path.clone());
    }
    let ticket = known.branch.and_then(|branch| known.policy.branches().ticket(branch));
    Found::new(
        State::Missing,
        match ticket {
            Some(ticket) => format!("the base has no {}", crate::packet::path_of(&ticket)),
            None => "the branch's name has no ticket".to_owned(),
        },
    )
}

fn session(known: &Known<'_>, written: &[Written]) -> Found {
    const NAMES: [&str; 5] = ["Agent Session Summary", "Session Summary", "Summary", "Agent-Session", "Session"];
    let is_hollow = |name: &str| {
        let quoted = format!("`{name}` ");
        known.report.findings.iter().any(|it| it.rule == "missing-evidence" && it.message.starts_with(&quoted))
    };
    let found = NAMES.iter().filter(|name| !is_hollow(name)).find_map(|name| said(written, name));
    match found {
        Some((text, source)) => Found::new(State::Present, text).from(source),
        None => Found::new(State::Missing, "nothing is said under Summary"),
    }
}

fn files(known: &Known<'_>, written: &[Written]) -> Found {
    let untouched = compare::untouched(known.change, written);
    if !untouched.is_empty() {
        let what = untouched.iter().map(|it| format!("{} is said to be changed, and isn't", it.path)).collect();
        return Found::all(State::Contradicted, what).from("the diff");
    }
    let changes = known.report.changes;
    let what = format!(
        "{} ({} production, {} tests), +{} -{}",
        text::count(changes.files, "file"),
        changes.production_files,
        changes.test_files,
        changes.added,
        changes.deleted
    );
    Found::new(State::Present, what).from("the diff")
}

fn tests(known: &Known<'_>, written: &[Written]) -> Found {
    let records = &known.claims.records;
    let reported = evidence::reported(written);
    let denied = reported.iter().filter_map(|claim| match compare::against(claim, records) {
        Answer::Denied { message, .. } => Some(message),
        Answer::Borne | Answer::Unproven => None,
    });
    let denied: Vec<String> = denied.collect();
    if !denied.is_empty() {
        return Found::all(State::Contradicted, denied).from(crate::record::REFERENCE);
    }
    let counting: Vec<&Recorded> = records.counting(&records.of_head).collect();
    if counting.is_empty() {
        let what = match (reported.is_empty(), records.of_head.is_empty()) {
            (_, false) => "what is recorded of this tree is not signed by anyone the base trusts",
            (true, true) => "nothing is recorded of this tree",
            (false, true) => "results are claimed, and nothing is recorded of this tree",
        };
        return Found::new(State::Missing, what);
    }
    // The newest run of each command speaks.
    let mut newest: Vec<&Recorded> = Vec::new();
    for record in counting.into_iter().rev() {
        if !newest.iter().any(|known| known.run().command == record.run().command) {
            newest.insert(0, record);
        }
    }
    let failed = newest.iter().any(|record| record.outcome() != Outcome::Passed);
    let what = newest.iter().map(|record| sentence(record)).collect();
    Found::all(if failed { State::Contradicted } else { State::Present }, what).from(crate::record::REFERENCE)
}

fn sentence(record: &Recorded) -> String {
    let run = record.run();
    let outcome = match record.outcome() {
        Outcome::Passed => "passed".to_owned(),
        Outcome::Warned => format!("passed, but {}", run.doubts.join(", ")),
        Outcome::Failed => format!("failed, exit code {}", run.exit_code),
    };
    let counts = run.counts.map(|counts| format!(" ({})", counts.sentence())).unwrap_or_default();
    let by = match &record.trust {
        Trust::Signed(who) => format!(", signed by {who}"),
        Trust::Stranger(key) => format!(", signed with {key}"),
        Trust::Unsigned | Trust::Broken(_) => ", unsigned".to_owned(),
    };
    format!("{}: {outcome}{counts}{by}, {}", run.command, run.started_on)
}

fn review(known: &Known<'_>) -> Found {
    let approvals = known.reviews.iter().filter(|told| told.is_approval);
    let told: Vec<String> = approvals
        .clone()
        .filter(|told| told.refusal.is_none())
        .map(|told| format!("approved by {}", told.login))
        .collect();
    if !told.is_empty() {
        return Found::all(State::Present, told).from("the CI service");
    }
    if let Some((merge, by)) = known.merge.as_ref().and_then(|merge| Some((merge, merge.by.as_ref()?))) {
        return Found::new(State::Present, format!("merged by {by}")).from(merge.commit.clone());
    }
    let claimed = review::claimed(&known.claims.commits, known.policy);
    let good: Vec<String> =
        claimed.iter().filter(|it| it.refusal.is_none()).map(|it| format!("reviewed by {}", it.name)).collect();
    if !good.is_empty() {
        return Found::all(State::Present, good).from("a Reviewed-by trailer of the branch");
    }
    let refused = approvals.filter_map(|told| Some(format!("{} {}", told.login, told.refusal?)));
    let refused = refused.chain(claimed.iter().filter_map(|it| Some(format!("{} {}", it.name, it.refusal?))));
    let refused: Vec<String> = refused.collect();
    if refused.is_empty() {
        Found::new(State::Missing, "no review by a person who did not write the branch")
    } else {
        Found::all(State::Contradicted, refused)
    }
}

fn risk(known: &Known<'_>, written: &[Written]) -> Found {
    let understated = known.report.findings.iter().find(|finding| finding.rule == "understated-risk");
    let declared = ["Risk Classification", "Risk", "Risk Notes"].iter().find_map(|name| said(written, name));
    match (understated, declared, known.policy.packet().and_then(|packet| packet.risk.as_ref())) {
        (Some(finding), _, _) => Found::new(State::Contradicted, finding.message.clone()).from("the diff"),
        (None, Some((text, source)), _) => Found::new(State::Present, text).from(source),
        (None, None, Some(risk)) => {
            Found::new(State::Present, risk.value.name()).from(format!("{}:{}", risk.origin.path, risk.origin.line))
        }
        (None, None, None) => Found::new(State::Missing, "no risk is declared"),
    }
}

fn gate(known: &Known<'_>) -> Found {
    let policy = &known.report.policy;
    let counts = known.report.counts;
    let what = format!(
        "{}: {} blocking, {} warnings, {} waived",
        if known.report.verdict == Verdict::Pass { "pass" } else { "block" },
        counts.block,
        counts.warn,
        counts.waived
    );
    let state = if known.report.verdict == Verdict::Pass { State::Present } else { State::Contradicted };
    let path = policy.path.clone().unwrap_or_else(|| "the preset default".to_owned());
    Found::new(state, what).from(format!("{path}, {}", policy.digest))
}

fn link(known: &Known<'_>, written: &[Written]) -> Found {
    if let Some(merge) = &known.merge {
        let request = merge.request.as_ref().map(|request| format!(", {request}")).unwrap_or_default();
        return Found::new(State::Present, format!("{}{request}", merge.commit));
    }
    if let Some(url) = &known.page.url {
        return Found::new(State::Present, url.clone()).from("the CI service");
    }
    match ["Pull-Request", "Pull Request", "PR", "Link"].iter().find_map(|name| said(written, name)) {
        Some((text, source)) => Found::new(State::Present, text).from(source),
        None => Found::new(State::Missing, "neither merged nor a pull request that is known here"),
    }
}

fn rollback(known: &Known<'_>, written: &[Written]) -> Found {
    const NAMES: [&str; 6] = ["Rollback Note", "Rollback", "Rollback Plan", "Roll back", "How to revert", "Revert"];
    if let Some((text, source)) = NAMES.iter().find_map(|name| said(written, name)) {
        return Found::new(State::Present, text).from(source);
    }
    if known.report.changes.production_files == 0 {
        return Found::new(State::NotNeeded, "no production file is changed");
    }
    Found::new(State::Missing, "nothing says how to take it back")
}

/// The first thing that is said under a name, and where.
fn said(written: &[Written], name: &str) -> Option<(String, String)> {
    let claims = written.iter().flat_map(|text| text.claims(name));
    let mut found = claims.filter_map(|claim| {
        let value = claim.value.filter(|value| !value.is_empty()).map(ToOwned::to_owned);
        let text = value.or_else(|| claim.statements.first().map(|statement| statement.text.clone()))?;
        let text: String = text.chars().take(120).collect();
        Some((text, shown(claim.source, claim.line)))
    });
    found.next()
}

fn shown(source: &Source, line: Option<u32>) -> String {
    let line = line.map(|line| format!(":{line}")).unwrap_or_default();
    match source {
        Source::PullRequest => format!("the pull request's text{line}"),
        Source::Commit(id) => format!("commit {}", id.get(..12).unwrap_or(id)),
        Source::File(path) => format!("{}{line}", path.to_text()),
    }
}

fn line(record: &Recorded, needs_signature: bool) -> RecordLine {
    use sha2::{Digest, Sha256};
    let run = record.run();
    let (trust, signer) = match &record.trust {
        Trust::Unsigned => ("unsigned", None),
        Trust::Signed(who) => ("signed", Some(who.clone())),
        Trust::Stranger(key) => ("stranger", Some(key.clone())),
        Trust::Broken(_) => ("broken", None),
    };
    let outcome = match record.outcome() {
        Outcome::Passed => "passed",
        Outcome::Warned => "warned",
        Outcome::Failed => "failed",
    };
    RecordLine {
        command: run.command.clone(),
        outcome: outcome.to_owned(),
        exit_code: run.exit_code,
        counts: run.counts,
        started_on: run.started_on.clone(),
        tree: run.worktree.tree.clone(),
        is_dirty: run.worktree.is_dirty,
        trust: trust.to_owned(),
        signer,
        counts_as_evidence: record.trust.suffices(needs_signature),
        digest: Sha256::digest(record.line.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect(),
    }
}
