//! Judges one case and compares.

use agentgate::change::{ChangeSet, Memory, Roles};
use agentgate::evidence::{self, Claims, sarif};
use agentgate::packet::Packet;
use agentgate::policy::Policy;
use agentgate::verdict::{Confidence, Event, Finding, Subject};
use agentgate::{RepoPath, Side, rules};

use super::parse::{Case, Expected, Outcome, Spot};

/// What is wrong with it, if anything, and what it gave.
pub fn case(title: &str, about: Option<&'static str>, case: &Case) -> (Option<String>, String) {
    let policy = match policy(case) {
        Ok(policy) => policy,
        Err(problem) => return (Some(format!("{title}\n  {problem}")), String::new()),
    };
    let (subject, claims) = match subject(case) {
        Ok(subject) => match claims(case) {
            Ok(claims) => (subject, claims),
            Err(problem) => return (Some(format!("{title}\n  {problem}")), String::new()),
        },
        Err(problem) => return (Some(format!("{title}\n  {problem}")), String::new()),
    };
    if let Some(rule) = case.expected.iter().filter_map(|e| e.rule.as_deref()).find(|rule| rules::find(rule).is_none())
    {
        return (Some(format!("{title}\n  no rule is called `{rule}`")), String::new());
    }
    let counts = |finding: &Finding| {
        about.is_none_or(|rule| rule == finding.rule)
            || case.expected.iter().any(|expected| expected.rule.as_deref() == Some(finding.rule))
    };
    let mut found = agentgate::findings(&change(case, &policy.roles()), &subject, &policy, &claims);
    found.retain(counts);
    found.sort_by_key(|finding| (place(finding), finding.rule, finding.message.clone()));
    let shown = found.iter().map(|finding| format!("\n  {}", show(finding))).collect::<String>();
    let problem = compare(about, case, &found).map(|problem| format!("{title}\n{problem}"));
    (problem, format!("{title}{shown}"))
}

pub fn change(case: &Case, roles: &Roles) -> ChangeSet {
    let mut memory = Memory::default();
    for file in &case.files {
        let from = file.from.as_ref().unwrap_or(&file.path).as_str();
        let bytes = |text: &str| text.as_bytes().into();
        memory.base.extend(file.base.as_deref().map(|text| (RepoPath::from(from), bytes(text))));
        memory.head.extend(file.head.as_deref().map(|text| (RepoPath::from(file.path.as_str()), bytes(text))));
    }
    memory.into_change_set(roles)
}

/// The case's policy block over the preset `default`; the block may leave out the version.
fn policy(case: &Case) -> Result<Policy, String> {
    let version = if case.policy.contains("version =") { "" } else { "version = 1\n" };
    let policy = Policy::from_text(&format!("{version}{}", case.policy)).map_err(|error| error.to_string())?;
    let Some(packet) = &case.packet else { return Ok(policy) };
    let packet = Packet::parse(".agentgate/packets/T-1.md", packet.as_bytes()).map_err(|error| error.to_string())?;
    Ok(policy.with_packet(packet))
}

fn subject(case: &Case) -> Result<Subject, String> {
    let mut subject = Subject::default();
    subject.base.name = Some("main".to_owned());
    subject.branch = Some("agent/case".to_owned());
    subject.agent.is_agent = true;
    for (key, value) in &case.attributes {
        match key.as_str() {
            "branch" => subject.branch = Some(value.clone()),
            "base" => subject.base.name = Some(value.clone()),
            "push" => subject.push = Some(value.clone()),
            "behind" => subject.behind = value.parse().ok(),
            "event" => {
                let event = <Event as clap::ValueEnum>::from_str(value, false);
                subject.event = event.map_err(|_| format!("line {}: no event is called `{value}`", case.line))?;
            }
            "status" | "shows" => {}
            _ => return Err(format!("line {}: no attribute is called `{key}`", case.line)),
        }
    }
    Ok(subject)
}

fn claims(case: &Case) -> Result<Claims, String> {
    let commits = case.commits.iter().enumerate().map(|(index, commit)| {
        let (name, email) = commit.author.split_once(" <").unwrap_or((commit.author.as_str(), ""));
        evidence::Commit {
            id: format!("{:040x}", index + 1),
            author_name: name.to_owned(),
            author_email: email.trim_end_matches('>').to_owned(),
            message: commit.message.clone(),
        }
    });
    let is_push = case.attributes.iter().any(|(key, _)| key == "push");
    let scans = case.sarif.iter().map(|text| sarif::read(text.as_bytes(), &[]).map_err(|error| error.to_string()));
    let scans = scans.collect::<Result<Vec<_>, _>>()?.concat();
    Ok(Claims {
        pull_request: case.pull_request.clone(),
        text_may_follow: is_push,
        commits: commits.collect(),
        scans,
        records: super::records::of(case),
    })
}

fn compare(about: Option<&str>, case: &Case, found: &[Finding]) -> Option<String> {
    let mut left: Vec<&Finding> = found.iter().collect();
    let mut missing = Vec::new();
    for expected in &case.expected {
        match left.iter().position(|finding| fits(about, expected, finding)) {
            Some(at) => drop(left.remove(at)),
            None => missing.push(expected),
        }
    }
    let certain = found.iter().any(|finding| finding.confidence > Confidence::Doubtful);
    let wrong = match case.outcome {
        Outcome::Passes => (!found.is_empty()).then_some("should pass"),
        Outcome::Warns => (found.is_empty() || certain).then_some("should give doubtful findings only"),
        Outcome::Blocked => (!certain).then_some("should be blocked, nothing certain or likely was found"),
    };
    if case.expected.is_empty() && case.outcome != Outcome::Passes {
        left.clear();
    }
    if wrong.is_none() && missing.is_empty() && left.is_empty() {
        return None;
    }
    let mut lines: Vec<String> = wrong.map(|wrong| format!("  {wrong}")).into_iter().collect();
    lines.extend(missing.iter().map(|expected| format!("  - line {}: {}", expected.written, wanted(about, expected))));
    lines.extend(left.iter().map(|finding| format!("  + {}", show(finding))));
    Some(lines.join("\n"))
}

fn fits(about: Option<&str>, expected: &Expected, finding: &Finding) -> bool {
    let text = show(finding);
    expected.rule.as_deref().or(about).is_none_or(|rule| rule == finding.rule)
        && expected.parts.iter().all(|part| text.contains(part.as_str()))
        && at(&expected.spot, finding)
}

fn at(spot: &Spot, finding: &Finding) -> bool {
    let places = finding.place.iter();
    match spot {
        Spot::Branch => finding.place.is_none(),
        Spot::File(path) => places.clone().any(|place| place.lines.is_none() && place.path.to_text() == *path),
        Spot::Line { path, side, base, head } => places.clone().any(|place| {
            let line = if place.side == Side::Base { *base } else { *head };
            let known = place.path.to_text() == *path || place.side == Side::Base;
            known
                && side.is_none_or(|side| side == place.side)
                && place.lines.is_some_and(|lines| lines.first <= line && line <= lines.last)
        }),
    }
}

fn place(finding: &Finding) -> (String, u32) {
    finding
        .place
        .as_ref()
        .map_or_else(Default::default, |place| (place.path.to_text(), place.lines.map_or(0, |lines| lines.first)))
}

fn wanted(about: Option<&str>, expected: &Expected) -> String {
    let rule = expected.rule.as_deref().or(about).unwrap_or("any rule");
    let spot = match &expected.spot {
        Spot::Branch => "the branch".to_owned(),
        Spot::File(path) => path.clone(),
        Spot::Line { path, side: Some(Side::Base), base, .. } => format!("{path}:{base} (base)"),
        Spot::Line { path, head, .. } => format!("{path}:{head}"),
    };
    format!("{spot} ! {rule}: {}", expected.parts.join(" | "))
}

/// A finding on one line, every text that a case may ask for in it.
fn show(finding: &Finding) -> String {
    let spot = finding.place.as_ref().map_or("the branch".to_owned(), |place| {
        let side = if place.side == Side::Base { " (base)" } else { "" };
        let line = place.lines.map(|lines| format!(":{}", lines.first)).unwrap_or_default();
        format!("{}{line}{side}", place.path.to_text())
    });
    let mut text = format!("{spot} ! {}: {}", finding.rule, finding.message);
    let named = [
        ("test", &finding.test),
        ("witness", &finding.witness),
        ("before", &finding.before),
        ("after", &finding.after),
    ];
    for (name, value) in named {
        text.extend(value.iter().map(|value| format!(" | {name}={value}")));
    }
    if finding.confidence == Confidence::Doubtful {
        text.push_str(" | doubtful");
    }
    text
}
