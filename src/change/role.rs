//! What a file is for, told from its path.

/// What a file is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    Production,
    Test,
    /// Data that tests read: fixtures, test data folders.
    TestData,
    /// Recorded output: snapshots, golden files, cassettes.
    Snapshot,
    Manifest,
    Lockfile,
    Ci,
    Configuration,
    Documentation,
    Generated,
    /// `AGENTS.md`, `CLAUDE.md`, rules of coding agents.
    AgentInstructions,
    /// What the gate itself is made of: `.agentgate/`, its hooks, its CI job, CODEOWNERS.
    Gate,
}
