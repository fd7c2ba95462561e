//! Recorded runs of a case, from the attributes of its fences.

use agentgate::record::counts::Counts;
use agentgate::record::statement::{Environment, Output, Stream, Worktree};
use agentgate::record::{Recorded, Records, Run, Statement, Trust};

use super::parse::Case;

/// Where a case names a signer or a stranger, the base asks for signatures.
pub fn of(case: &Case) -> Records {
    let mut records = Records { are_kept: !case.records.is_empty(), ..Records::default() };
    for (index, attributes) in case.records.iter().enumerate() {
        let get = |key: &str| attributes.iter().find(|(name, _)| name == key).map(|(_, value)| value.as_str());
        let record = Recorded { statement: statement(index, &get), trust: trust(get("by")), line: String::new() };
        records.needs_signature |= get("by").is_some();
        match get("of") {
            Some("branch") => records.of_branch.push(record),
            Some("base") => records.of_base.push(record),
            _ => records.of_head.push(record),
        }
    }
    records
}

fn trust(by: Option<&str>) -> Trust {
    match by {
        None | Some("nobody") => Trust::Unsigned,
        Some("stranger") => Trust::Stranger("SHA256:stranger".into()),
        Some("forged") => Trust::Broken("it is not over this content"),
        Some(who) => Trust::Signed(who.to_owned()),
    }
}

fn statement<'a>(index: usize, get: &dyn Fn(&str) -> Option<&'a str>) -> Statement<agentgate::record::TestResult> {
    let number = |key: &str| get(key).and_then(|value| value.parse::<u64>().ok());
    let counts = ["passed", "failed", "skipped"].map(number);
    let [passed, failed, skipped] = counts.map(|count| count.unwrap_or(0));
    let has_counts = counts.iter().any(Option::is_some);
    let stages: Vec<i32> = get("pipe").unwrap_or_default().split(' ').filter_map(|code| code.parse().ok()).collect();
    let stream = || Stream { bytes: 0, sha256: "00".repeat(32) };
    let run = Run {
        version: Run::VERSION,
        command: get("command").unwrap_or("pytest").to_owned(),
        exit_code: get("exit").and_then(|code| code.parse().ok()).unwrap_or(0),
        failed_pipes: if stages.is_empty() { Vec::new() } else { vec![stages.clone()] },
        stages,
        started_on: format!("2026-01-01T00:00:{index:02}Z"),
        duration_ms: 1,
        counts: has_counts.then_some(Counts { passed, failed, skipped, total: passed + failed + skipped }),
        counts_from: Vec::new(),
        doubts: get("doubt").map(ToOwned::to_owned).into_iter().collect(),
        worktree: Worktree {
            head: Some("a".repeat(40)),
            branch: None,
            tree: "b".repeat(40),
            code_tree: "b".repeat(40),
            is_dirty: false,
            changed_during_run: false,
        },
        output: Output { stdout: stream(), stderr: stream(), tail: Vec::new() },
        environment: Environment::default(),
    };
    Statement::of_run(run, Vec::new(), None)
}
