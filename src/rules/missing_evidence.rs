//! The branch doesn't say what the policy asks it to say about itself.

use super::{Group, Rule};
use crate::Context;
use crate::evidence::{self, Claim, Document, Kind, Source, Statement, Written};
use crate::policy::Required;
use crate::risk;
use crate::verdict::{Confidence, Finding, Place};
use crate::{LineRange, Side};

pub static RULE: Rule = Rule {
    name: "missing-evidence",
    group: Group::Evidence,
    summary: "the branch does not say what it did, how it was tested or who made it",
    page: include_str!("missing_evidence.md"),
    options: &[],
    check,
};

const HELP: &str = "add it to the pull request's text, to a commit message (a heading or a trailer), or to a file under .agentgate/evidence/";

/// The policy that holds where nobody wrote one.
const UNASKED: &str = "preset:default";

fn check(context: &Context<'_>) -> Vec<Finding> {
    let policy = context.policy.evidence();
    let undelegated = no_packet(context);
    let asks_way_back = context.policy.risk().rollback_note.is_some();
    if policy.sections.is_empty() && policy.footers.is_empty() && !asks_way_back {
        return undelegated.into_iter().collect();
    }
    let branch = context.subject.branch.as_deref();
    let written = evidence::gather(context.claims, context.change, context.policy, branch);
    let has_text = context.claims.pull_request.is_some();
    // What nobody here asked for is asked of a pull request's text alone.
    let asked = policy.sections.iter().chain(&policy.footers);
    let asked = asked.filter(|required| has_text || required.origin.path != UNASKED);
    let claimed: Vec<(&Required, Vec<Claim<'_>>)> =
        asked.map(|required| (required, claims(&written, &required.name))).collect();
    let has_any = claimed.iter().any(|(_, claims)| !claims.is_empty());
    let templates = if has_any { evidence::templates(context.change) } else { Vec::new() };
    // A text that nobody handed over may say it all; a file that the policy names is in the branch or nowhere.
    let may_be_said = context.claims.text_may_follow && !has_text && policy.file.is_none();
    let confidence = if may_be_said { Confidence::Doubtful } else { Confidence::Certain };

    let absent: Vec<&Required> =
        claimed.iter().filter(|(_, claims)| claims.is_empty()).map(|(required, _)| *required).collect();
    let hollow = claimed.iter().filter(|(_, claims)| !claims.is_empty()).filter_map(|(required, claims)| {
        let why: Vec<Hollow> =
            claims.iter().map(|claim| judge(claim, &required.name, &templates)).collect::<Option<_>>()?;
        Some(shallow(required, claims.first()?, why.first()?))
    });
    let found = missing(&absent).into_iter().chain(hollow).chain(no_way_back(context, &written));
    let helped = |finding: Finding| if finding.help.is_some() { finding } else { finding.help(HELP) };
    undelegated.into_iter().chain(found.map(|finding| helped(finding).confidence(confidence))).collect()
}

/// Where the policy asks for a work packet: one that the branch brings itself delegates nothing.
fn no_packet(context: &Context<'_>) -> Option<Finding> {
    let origin = context.policy.evidence().packet.as_ref()?;
    let added = |path: &str| {
        context.change.files.iter().any(|file| file.base.is_none() && file.path().as_bytes() == path.as_bytes())
    };
    if context.policy.packets().iter().any(|packet| !added(&packet.path)) {
        return None;
    }
    let ticket = context.subject.branch.as_deref().and_then(|branch| context.policy.branches().ticket(branch));
    let (message, help) = match ticket {
        Some(ticket) => (
            format!("no work packet of the base says what `{ticket}` asks for"),
            format!("merge or pin one (`agentgate packet new {ticket}`, `packet pin {ticket}`) before work starts"),
        ),
        None => (
            "no ticket in the branch's name leads to a work packet".to_owned(),
            "call the branch agent/T-12-slug after the packet's ticket".to_owned(),
        ),
    };
    Some(Finding::new(RULE.name, message).because(origin.clone()).help(help))
}

fn claims<'a>(written: &'a [Written], name: &'a str) -> Vec<Claim<'a>> {
    written.iter().flat_map(|written| written.claims(name)).collect()
}

/// What is risky says how it is taken back.
fn no_way_back(context: &Context<'_>, written: &[Written]) -> Option<Finding> {
    let from = context.policy.risk().rollback_note.as_ref()?;
    if context.claims.pull_request.is_none() && from.origin.path == UNASKED || evidence::has_rollback_note(written) {
        return None;
    }
    let declared = evidence::declared_risk(written).map(|declared| declared.class);
    let (sure, why) = match declared {
        Some(class) if class >= from.value => (true, format!("the branch calls its risk {}", class.name())),
        _ => {
            let reasons = context.risk().reasons.iter().filter(|reason| reason.class >= from.value);
            let reason = reasons.max_by_key(|reason| risk::confidence(reason))?;
            (risk::confidence(reason) > Confidence::Doubtful, format!("the branch {}", reason.what))
        }
    };
    // Before a text exists nothing can be missing from it; and a guess from a path's name is no reason to ask.
    sure.then(|| {
        Finding::new(RULE.name, format!("nothing says how the change is taken back, and {why}"))
            .because(from.origin.clone())
            .help("say under `Rollback` what has to be reverted, in which order, and what is lost by it")
    })
}

/// One finding for all that is not there: nobody reads the same sentence five times.
fn missing(absent: &[&Required]) -> Option<Finding> {
    let first = absent.first()?;
    let names: Vec<String> = absent.iter().map(|required| format!("`{}`", required.name)).collect();
    Some(Finding::new(RULE.name, format!("nothing is said under {}", names.join(", "))).because(first.origin.clone()))
}

fn shallow(required: &Required, claim: &Claim<'_>, why: &Hollow) -> Finding {
    let name = &required.name;
    let message = match why {
        Hollow::Empty => format!("`{name}` is empty"),
        Hollow::Template => format!("`{name}` says what the template says"),
        Hollow::Unticked => format!("`{name}` is a list of boxes that nobody ticked"),
        Hollow::Boilerplate(text) => format!("`{name}` says only `{text}`"),
    };
    let finding = Finding::new(RULE.name, message).because(required.origin.clone());
    match (claim.source, claim.line) {
        (Source::File(path), Some(line)) => finding.at(Place::lines(path, Side::Head, LineRange::one(line))),
        _ => finding,
    }
}

/// Why something that is written says nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Hollow {
    Empty,
    Template,
    Unticked,
    Boilerplate(String),
}

/// `None` when the claim says something.
fn judge(claim: &Claim<'_>, name: &str, templates: &[Document]) -> Option<Hollow> {
    let mut first = match claim.value {
        Some(value) => Some(hollow_text(value, name)?),
        None => None,
    };
    for statement in &claim.statements {
        match hollow(statement, name, templates) {
            None => return None,
            why => first = first.or(why),
        }
    }
    first.or(Some(Hollow::Empty))
}

fn hollow(statement: &Statement, name: &str, templates: &[Document]) -> Option<Hollow> {
    if templates.iter().flat_map(Document::statements).any(|template| template.is_same(statement)) {
        return Some(Hollow::Template);
    }
    match statement.kind {
        Kind::Task(false) if !ARROWS.iter().any(|arrow| statement.text.contains(arrow)) => Some(Hollow::Unticked),
        Kind::Row => {
            let cells: Vec<&str> = statement.text.split(" | ").collect();
            let empty = cells.iter().filter_map(|cell| hollow_text(cell, name));
            // A row that names a thing and says nothing of it.
            let (count, why) = empty.fold((0, None), |(count, why), hollow| (count + 1, why.or(Some(hollow))));
            why.filter(|_| cells.len() - count < cells.len().min(2))
        }
        _ => hollow_text(&statement.text, name),
    }
}

/// What maps a criterion to its test.
const ARROWS: [&str; 4] = ["->", "=>", "\u{2192}", "\u{21d2}"];

fn hollow_text(text: &str, name: &str) -> Option<Hollow> {
    let text = text.trim();
    if text.is_empty() {
        return Some(Hollow::Empty);
    }
    let sides = ARROWS.iter().find_map(|arrow| text.split_once(arrow));
    let is_hollow = match sides {
        Some((criterion, proof)) => says_nothing(criterion, name) || says_nothing(proof, name),
        None => says_nothing(text, name),
    };
    is_hollow.then(|| Hollow::Boilerplate(shortened(text)))
}

fn says_nothing(text: &str, name: &str) -> bool {
    let text = text.trim();
    // `Focused tests:` with nothing behind it, or with `TODO`.
    let value = match text.split_once(':') {
        Some((_, value)) if value.trim().is_empty() => return true,
        Some((_, value)) if value.starts_with(char::is_whitespace) => value,
        _ => text,
    };
    let is_blank_to_fill = |text: &str| {
        [('[', ']'), ('{', '}'), ('<', '>'), ('_', '_')]
            .iter()
            .any(|(open, close)| text.len() > 1 && text.starts_with(*open) && text.ends_with(*close))
    };
    let words = |text: &str| -> String {
        let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
        words.map(str::to_lowercase).collect::<Vec<_>>().join(" ")
    };
    let said = words(value);
    let may_be_none = MAY_BE_NONE.iter().any(|word| words(name).contains(word));
    let is_unfinished = |text: &str| {
        let said = words(text);
        UNFINISHED
            .iter()
            .any(|word| said.strip_prefix(word).is_some_and(|rest| rest.is_empty() || rest.starts_with(' ')))
    };
    said.is_empty()
        || is_blank_to_fill(value.trim())
        || is_unfinished(text)
        || is_unfinished(value)
        || BOILERPLATE.contains(&said.as_str())
        || !may_be_none && NONE.contains(&said.as_str())
}

/// Sections to which "none" is an answer.
const MAY_BE_NONE: &[&str] =
    &["limitation", "out of scope", "not changed", "breaking", "follow up", "deviation", "question"];
const NONE: &[&str] = &["none", "nil", "nothing", "no", "0"];
/// Words at the beginning of a text that was never written.
const UNFINISHED: &[&str] = &["todo", "fixme", "tbd", "tba", "wip", "lorem ipsum", "placeholder"];
const BOILERPLATE: &[&str] = &[
    "n a",
    "na",
    "not applicable",
    "to be done",
    "to be determined",
    "to be added",
    "to be written",
    "pending",
    "later",
    "xxx",
    "x",
    "null",
    "undefined",
    "fill in",
    "fill me in",
    "fill this in",
    "coming soon",
    "see above",
    "see below",
    "see title",
    "see diff",
    "see code",
    "as above",
    "same as above",
    "self explanatory",
    "criterion",
    "test code path",
    "description",
    "describe your changes",
    "describe your changes here",
    "describe the change",
    "describe the changes",
    "what does this pr do",
    "please describe",
    "your answer here",
    "text here",
    "insert text here",
];

fn shortened(text: &str) -> String {
    const LONGEST: usize = 40;
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}\u{2026}", &text[..end]),
        None => text.to_owned(),
    }
}
