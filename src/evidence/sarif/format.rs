//! The parts of SARIF that are read. Everything may be missing; what is there must be of its type.

use std::collections::HashMap;

use serde::Deserialize;

use super::{Gravity, HIGH};

#[derive(Deserialize)]
pub(super) struct Log {
    #[serde(default)]
    pub version: String,
    pub runs: Option<Vec<Run>>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Run {
    pub tool: Tool,
    pub invocations: Vec<Invocation>,
    pub artifacts: Vec<Artifact>,
    pub original_uri_base_ids: HashMap<String, ArtifactLocation>,
    pub results: Option<Vec<Outcome>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Tool {
    pub driver: Component,
    pub extensions: Vec<Component>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Component {
    pub name: Option<String>,
    pub rules: Vec<Descriptor>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Descriptor {
    pub id: String,
    pub short_description: Option<Text>,
    pub message_strings: Option<HashMap<String, Text>>,
    pub default_configuration: Option<Configuration>,
    pub properties: Option<serde_json::Value>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Configuration {
    pub level: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Text {
    pub text: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Invocation {
    pub execution_successful: Option<bool>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Artifact {
    pub location: Option<ArtifactLocation>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct ArtifactLocation {
    pub uri: Option<String>,
    pub uri_base_id: Option<String>,
    pub index: Option<i64>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Outcome {
    pub rule_id: Option<String>,
    pub rule_index: Option<i64>,
    pub rule: Option<Reference>,
    pub kind: Option<String>,
    pub level: Option<String>,
    pub message: Message,
    pub locations: Vec<Location>,
    pub suppressions: Vec<Suppression>,
    pub baseline_state: Option<String>,
    pub properties: Option<serde_json::Value>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Reference {
    pub id: Option<String>,
    pub index: Option<i64>,
    pub tool_component: Option<ComponentReference>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct ComponentReference {
    pub index: Option<i64>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Message {
    pub text: Option<String>,
    pub markdown: Option<String>,
    pub id: Option<String>,
    pub arguments: Vec<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Location {
    pub physical_location: Option<PhysicalLocation>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct PhysicalLocation {
    pub artifact_location: Option<ArtifactLocation>,
    pub region: Option<Region>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Region {
    pub start_line: Option<i64>,
    pub end_line: Option<i64>,
    pub end_column: Option<i64>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Suppression {
    pub kind: Option<String>,
    pub status: Option<String>,
}

impl Outcome {
    /// Whether it is something wrong that the tool stands by.
    ///
    /// A comment in the source (`inSource`) excuses nothing: the branch may have written it. What somebody excused outside of
    /// it stays excused.
    pub fn counts(&self) -> bool {
        let is_failure = self.kind.as_deref().is_none_or(|kind| matches!(kind, "fail" | "open" | "review"));
        let is_gone = self.baseline_state.as_deref() == Some("absent");
        let is_excused = self.suppressions.iter().any(|it| {
            it.kind.as_deref() == Some("external") && it.status.as_deref().is_none_or(|status| status == "accepted")
        });
        is_failure && !is_gone && !is_excused
    }
}

fn at<T>(items: &[T], index: Option<i64>) -> Option<&T> {
    items.get(usize::try_from(index?).ok()?)
}

impl Run {
    /// The name of the rule that a result is of, and what the run says about it.
    pub fn rule_of(&self, result: &Outcome) -> (String, Option<&Descriptor>) {
        let reference = result.rule.as_ref();
        let component = reference
            .and_then(|it| at(&self.tool.extensions, it.tool_component.as_ref()?.index))
            .unwrap_or(&self.tool.driver);
        let index = result.rule_index.or_else(|| reference.and_then(|it| it.index));
        let id = result.rule_id.clone().or_else(|| reference.and_then(|it| it.id.clone()));
        let all = || std::iter::once(&self.tool.driver).chain(&self.tool.extensions).flat_map(|it| &it.rules);
        let described = at(&component.rules, index).or_else(|| {
            let id = id.as_deref()?;
            // `CA1000/1` is a case of the rule `CA1000`.
            all()
                .find(|rule| rule.id == id)
                .or_else(|| all().find(|rule| id.rsplit_once('/').is_some_and(|it| it.0 == rule.id)))
        });
        let id = id.or_else(|| Some(described?.id.clone())).filter(|id| !id.is_empty());
        (id.unwrap_or_else(|| "unnamed".to_owned()), described)
    }

    /// As the result says, else as its rule does, else a warning; what has a high security score is an error.
    pub fn gravity_of(&self, result: &Outcome, rule: Option<&Descriptor>) -> Gravity {
        let of_rule = rule.and_then(|rule| rule.default_configuration.as_ref()?.level.as_deref());
        let named = result.level.as_deref().or(of_rule).and_then(Gravity::from_name).unwrap_or(Gravity::Warning);
        let score = |properties: &Option<serde_json::Value>| {
            let value = properties.as_ref()?.get("security-severity")?;
            value.as_f64().or_else(|| value.as_str()?.parse().ok())
        };
        let score = score(&result.properties).or_else(|| score(&rule?.properties));
        if score.is_some_and(|score| score >= HIGH) { Gravity::Error } else { named }
    }
}
