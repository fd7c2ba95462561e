//! A verdict as a verification summary: what others who trust the gate need to know of it.
//!
//! <https://slsa.dev/spec/v1.0/verification_summary>. Schema: `schemas/verification-summary.v1.schema.json`.

use std::collections::BTreeMap;

use serde::Serialize;

use super::Evidence;
use crate::record::Statement;
use crate::record::statement::{STATEMENT_TYPE, Subject};
use crate::report::{Outcome, Report, uri};

pub const VERIFICATION_SUMMARY: &str = "https://slsa.dev/verification_summary/v1";

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Summary {
    verifier: Verifier,
    time_verified: String,
    resource_uri: String,
    policy: Resource,
    input_attestations: Vec<Resource>,
    verification_result: &'static str,
    verified_levels: Vec<&'static str>,
    slsa_version: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct Verifier {
    id: &'static str,
    version: BTreeMap<&'static str, String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct Resource {
    uri: String,
    digest: BTreeMap<&'static str, String>,
}

/// The summary of a verdict with the records it rests on. `time` is RFC 3339; `resource` names the repository.
pub fn summary(report: &Report, evidence: &Evidence, resource: &str, time: String) -> Statement<Summary> {
    let head = &report.subject.head;
    let named =
        |name: &str, algorithm: &str, id: &Option<String>| id.as_ref().map(|id| Subject::git(name, algorithm, id));
    let subject = named("head", "gitCommit", &head.commit).into_iter().chain(named("tree", "gitTree", &head.tree));
    let has_passed = report.verdict == Outcome::Pass;
    // Levels of our own: those of SLSA are about builds, which the gate knows nothing of.
    let mut levels = vec![if has_passed { "AGENTGATE_PASSED" } else { "FAILED" }];
    if has_passed && evidence.is_complete {
        levels.push("AGENTGATE_EVIDENCE_COMPLETE");
    }
    let digest = report.policy.digest.strip_prefix("sha256:").unwrap_or(&report.policy.digest);
    let path = report.policy.path.as_deref().unwrap_or("preset:default");
    let counting = evidence.records.iter().filter(|record| record.counts_as_evidence);
    let inputs = counting.map(|record| Resource {
        uri: format!("{resource}#{}", crate::record::REFERENCE),
        digest: BTreeMap::from([("sha256", record.digest.clone())]),
    });
    let predicate = Summary {
        verifier: Verifier {
            id: env!("CARGO_PKG_REPOSITORY"),
            version: BTreeMap::from([(env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION").to_owned())]),
        },
        time_verified: time,
        resource_uri: match &head.name {
            Some(name) => format!("{resource}@{}", uri::part(name)),
            None => resource.to_owned(),
        },
        policy: Resource {
            uri: format!("{resource}#{}", uri::part(path)),
            digest: BTreeMap::from([("sha256", digest.to_owned())]),
        },
        input_attestations: inputs.collect(),
        verification_result: if has_passed { "PASSED" } else { "FAILED" },
        verified_levels: levels,
        slsa_version: "1.0",
    };
    Statement {
        kind: STATEMENT_TYPE.to_owned(),
        subject: subject.collect(),
        predicate_type: VERIFICATION_SUMMARY.to_owned(),
        predicate,
    }
}
