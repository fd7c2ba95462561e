//! SARIF 2.1.0, for code scanning services and editors.
//!
//! Every rule is listed with its page, not only those that fired. Only the parts of the format that we fill are modelled.

use serde::Serialize;

use super::json;
use super::model::{Finding, Outcome, Report};
use super::{page, text, uri};
use crate::Side;
use crate::policy::Level;
use crate::rules::{self, Rule};

const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";
const ROOT: &str = "%SRCROOT%";

pub fn render(report: &Report) -> String {
    let invocation = Invocation {
        execution_successful: true,
        exit_code: if report.verdict == Outcome::Block { 1 } else { 0 },
        tool_execution_notifications: report.unread.iter().map(Notification::from_unread).collect(),
    };
    let mut results: Vec<_> = report.standing();
    results.extend(report.waived().map(|(finding, _)| finding));
    let run = Run {
        tool: Tool { driver: Driver::new(report) },
        automation_details: AutomationDetails { id: "agentgate/" },
        invocations: [invocation],
        results: results.into_iter().map(SarifResult::from_finding).collect(),
    };
    json::to_string(&Log { schema: SCHEMA, version: "2.1.0", runs: [run] })
}

#[derive(Serialize)]
struct Log<'a> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run<'a> {
    tool: Tool<'a>,
    automation_details: AutomationDetails,
    invocations: [Invocation; 1],
    results: Vec<SarifResult<'a>>,
}

#[derive(Serialize)]
struct AutomationDetails {
    id: &'static str,
}

#[derive(Serialize)]
struct Tool<'a> {
    driver: Driver<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Driver<'a> {
    name: &'a str,
    version: &'a str,
    semantic_version: &'a str,
    information_uri: &'static str,
    rules: Vec<Descriptor>,
}

impl<'a> Driver<'a> {
    fn new(report: &'a Report) -> Self {
        Self {
            name: &report.tool.name,
            version: &report.tool.version,
            semantic_version: &report.tool.version,
            information_uri: env!("CARGO_PKG_REPOSITORY"),
            rules: rules::ALL.iter().map(|rule| Descriptor::new(rule)).collect(),
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Descriptor {
    id: &'static str,
    name: String,
    short_description: Message,
    #[serde(skip_serializing_if = "Option::is_none")]
    full_description: Option<Message>,
    help: Help,
    default_configuration: Configuration,
    properties: Properties,
}

impl Descriptor {
    fn new(rule: &'static Rule) -> Self {
        let why = page::section(rule.page, page::WHY).map(page::first_paragraph);
        let level = super::default_level(rule);
        Self {
            id: rule.name,
            name: pascal_case(rule.name),
            short_description: Message { text: rule.summary.to_owned() },
            full_description: why.map(|text| Message { text }),
            help: Help { text: rule.page, markdown: rule.page },
            default_configuration: Configuration { enabled: level != Level::Off, level: level_word(level) },
            properties: Properties { tags: [format!("{:?}", rule.group).to_lowercase()] },
        }
    }
}

#[derive(Serialize)]
struct Help {
    text: &'static str,
    markdown: &'static str,
}

#[derive(Serialize)]
struct Configuration {
    enabled: bool,
    level: &'static str,
}

#[derive(Serialize)]
struct Properties {
    tags: [String; 1],
}

#[derive(Serialize)]
struct Message {
    text: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Invocation {
    execution_successful: bool,
    exit_code: u8,
    tool_execution_notifications: Vec<Notification>,
}

#[derive(Serialize)]
struct Notification {
    level: &'static str,
    message: Message,
    locations: [Location; 1],
}

impl Notification {
    fn from_unread(unread: &super::model::Unread) -> Self {
        Self {
            level: "warning",
            message: Message { text: format!("not read, and so not judged: {}", unread.why) },
            locations: [Location::new(&unread.path, None)],
        }
    }
}

/// What the format calls a result.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SarifResult<'a> {
    rule_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    rule_index: Option<usize>,
    level: &'static str,
    message: Message,
    locations: Vec<Location>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<Location>,
    partial_fingerprints: Fingerprints<'a>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    suppressions: Vec<Suppression<'a>>,
}

#[derive(Serialize)]
struct Fingerprints<'a> {
    #[serde(rename = "agentgate/v1")]
    id: &'a str,
}

#[derive(Serialize)]
struct Suppression<'a> {
    kind: &'static str,
    status: &'static str,
    justification: &'a str,
}

impl<'a> SarifResult<'a> {
    fn from_finding(finding: &'a Finding) -> Self {
        let (locations, related_locations) = locations(finding);
        let waiver = finding.waiver.as_ref();
        Self {
            rule_id: &finding.rule,
            rule_index: rules::ALL.iter().position(|rule| rule.name == finding.rule),
            level: level_word(finding.level),
            message: Message { text: message(finding) },
            locations,
            related_locations,
            partial_fingerprints: Fingerprints { id: &finding.id },
            suppressions: waiver
                .map(|waiver| Suppression { kind: "external", status: "accepted", justification: &waiver.reason })
                .into_iter()
                .collect(),
        }
    }
}

fn message(finding: &Finding) -> String {
    let mut text = finding.message.clone();
    if let Some(test) = &finding.test {
        text.push_str(&format!(" (in {test})"));
    }
    if let Some(witness) = &finding.witness {
        text.push_str(&format!("\nnow accepts: {witness}"));
    }
    if let Some(fix) = page::fix_in_short(finding) {
        text.push_str(&format!("\nfix: {fix}"));
    }
    text.push_str(&format!("\npolicy: {}:{}", finding.because.path, finding.because.line));
    text
}

/// Services show results at lines of the head only, so the base's place goes beside it.
fn locations(finding: &Finding) -> (Vec<Location>, Vec<Location>) {
    let Some(path) = &finding.path else { return (Vec::new(), Vec::new()) };
    let place = Location::new(path, Region::new(finding.line, finding.end_line));
    if finding.side == Some(Side::Base) {
        let base = place.named(1, format!("{} in the base", text::place(finding).unwrap_or_default()));
        return match &finding.head_path {
            Some(head) => (vec![Location::new(head, Region::new(finding.head_line, None))], vec![base]),
            // A deleted file has no other place than the one it had.
            None => (vec![Location::new(path, Region::new(finding.line, finding.end_line))], Vec::new()),
        };
    }
    let base =
        finding.base_path.as_ref().filter(|_| finding.base_line.is_some()).map(|base| {
            Location::new(base, Region::new(finding.base_line, None)).named(1, format!("{base} in the base"))
        });
    (vec![place], base.into_iter().collect())
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Location {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<u32>,
    physical_location: PhysicalLocation,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<Message>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PhysicalLocation {
    artifact_location: ArtifactLocation,
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<Region>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ArtifactLocation {
    uri: String,
    uri_base_id: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: u32,
    end_line: u32,
}

impl Region {
    fn new(first: Option<u32>, last: Option<u32>) -> Option<Self> {
        let start_line = first?.max(1);
        Some(Self { start_line, end_line: last.unwrap_or(start_line).max(start_line) })
    }
}

impl Location {
    fn new(path: &str, region: Option<Region>) -> Self {
        let artifact_location = ArtifactLocation { uri: uri::path(path), uri_base_id: ROOT };
        Self { id: None, physical_location: PhysicalLocation { artifact_location, region }, message: None }
    }

    fn named(mut self, id: u32, text: String) -> Self {
        self.id = Some(id);
        self.message = Some(Message { text });
        self
    }
}

fn level_word(level: Level) -> &'static str {
    match level {
        Level::Block => "error",
        Level::Warn => "warning",
        Level::Note => "note",
        Level::Off => "none",
    }
}

fn pascal_case(name: &str) -> String {
    let capital = |word: &str| word[..1].to_uppercase() + &word[1..];
    name.split('-').filter(|word| !word.is_empty()).map(capital).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_are_called_in_pascal_case() {
        assert_eq!(pascal_case("skipped-test"), "SkippedTest");
    }
}
