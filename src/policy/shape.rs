//! What a policy may contain, once: the validator walks this table, the editor schema and `policy show` are printed
//! from it. A new key is a row here and its reader in `resolve`.

use super::pattern::Flavor;
use crate::change::Role;

/// One key of a table.
pub(super) struct Key {
    pub name: &'static str,
    pub shape: Shape,
    /// One sentence for the editor.
    pub help: &'static str,
}

/// What a value must look like.
pub(super) enum Shape {
    /// The number of this format.
    Version,
    /// A whole number, not negative.
    Count,
    Text,
    /// One of these words.
    OneOf(&'static [&'static str]),
    /// A day: `2026-12-31`.
    Date,
    Regex,
    List(Item),
    Table(&'static [Key]),
    /// `[[name]]`, in order.
    Sections(&'static [Key]),
    /// Rule names with a level or a table of level, path filters and the rule's own options.
    Rules {
        /// Inside `[[paths]]`, where `match` takes the place of `include` and `exclude`.
        by_path: bool,
    },
    /// Roles with patterns.
    Roles,
}

/// What the strings of a list must look like.
#[derive(Clone, Copy)]
pub(super) enum Item {
    Text,
    /// A preset's name or a file of the base side.
    Layer,
    Pattern(Flavor),
    /// Part of an author: name or address, `*` for anything.
    Identity,
    /// `Key` or `Key: value`, `*` for anything.
    Trailer,
    Rule,
    /// One of these words.
    OneOf(&'static [&'static str]),
}

pub(super) const VERSION: u64 = 1;
/// The keys whose sections append instead of replacing.
pub(super) const PATHS: &str = "paths";
pub(super) const ROLLOUT: &str = "rollout";
pub(super) const LEVEL: &str = "level";
pub(super) const INCLUDE: &str = "include";
pub(super) const EXCLUDE: &str = "exclude";

const fn key(name: &'static str, shape: Shape, help: &'static str) -> Key {
    Key { name, shape, help }
}

const PATH_GLOBS: Shape = Shape::List(Item::Pattern(Flavor::Path));
const BRANCH_GLOBS: Shape = Shape::List(Item::Pattern(Flavor::Branch));

/// The whole file, in the order in which it is shown.
pub(super) static POLICY: &[Key] = &[
    key("version", Shape::Version, "The version of this format: 1."),
    key(
        "extends",
        Shape::List(Item::Layer),
        "Presets and files under `.agentgate/` to build on, later ones over earlier ones; `[\"default\"]` when left out, `[]` \
         to start from nothing.",
    ),
    key("branches", Shape::Table(BRANCHES), "Which branches are meant, and what they may be called."),
    key("scope", Shape::Table(SCOPE), "What a branch may touch, and how much of it."),
    key("rules", Shape::Rules { by_path: false }, "The level of each rule, and its options."),
    key(PATHS, Shape::Sections(PATH_SECTION), "A stricter or looser corner of the tree; later sections win."),
    key(ROLLOUT, Shape::Sections(ROLLOUT_SECTION), "What changes on a day: levels and options that hold from then on."),
    key("evidence", Shape::Table(EVIDENCE), "What a branch must say about itself."),
    key("prove", Shape::Table(PROVE), "How `agentgate prove` runs tests."),
    key("risk", Shape::Table(RISK), "Paths that make a change risky, and what follows."),
    key(
        "permission",
        Shape::Table(PERMISSION),
        "How far agents may go by themselves, from L0 (read) to L4 (automation).",
    ),
    key("roles", Shape::Roles, "Patterns that give files a role, before the built-in ones."),
    key("agents", Shape::Table(AGENTS), "Agents to recognise besides the known ones."),
    key("people", Shape::Table(PEOPLE), "Who is a person, and what applies to people's branches in hooks and CI."),
];

static BRANCHES: &[Key] = &[
    key("base", Shape::Text, "The branch that work merges into, where no `--base` is given."),
    key("agent", BRANCH_GLOBS, "Branches that are an agent's; `*` stays within one component, `**` does not."),
    key("human", BRANCH_GLOBS, "Branches that are a person's, whoever wrote their commits; looked at first."),
    key("name", Shape::Regex, "What an agent's branch must be called; a group named `ticket` finds the ticket."),
    key("protected", BRANCH_GLOBS, "Branches that agents must not push to."),
    key("max-behind", Shape::Count, "How many commits of the base a branch may lack before `stale-base`."),
    key("max-age-days", Shape::Count, "How old a branch's merge base may be before `stale-base`."),
];

static SCOPE: &[Key] = &[
    key("allowed", PATH_GLOBS, "The only paths a branch may touch; everything when left out or empty."),
    key("forbidden", PATH_GLOBS, "Paths that no branch may touch."),
    key(
        "changes",
        Shape::List(Item::OneOf(CHANGES)),
        "The only kinds of change a branch may make; `mechanical` are renames and moves. Everything when left out.",
    ),
    key("max-files", Shape::Count, "How many files a branch may change."),
    key("max-production-files", Shape::Count, "How many production files a branch may change."),
    key("max-lines", Shape::Count, "How many lines a branch may add and delete in all."),
];

static PATH_SECTION: &[Key] = &[
    key("match", PATH_GLOBS, "The paths this section is about."),
    key("rules", Shape::Rules { by_path: true }, "Levels and options that hold for these paths."),
];

static ROLLOUT_SECTION: &[Key] = &[
    key("from", Shape::Date, "The first day on which it holds, as in `2026-12-31`."),
    key("rules", Shape::Rules { by_path: false }, "Levels and options that hold from that day on."),
];

static RISK: &[Key] = &[
    key("data", PATH_GLOBS, "Code that reads or writes what is stored: medium; migrations are high by themselves."),
    key("security", PATH_GLOBS, "Authentication, permissions, secrets: high."),
    key("contract", PATH_GLOBS, "What callers rely on: medium; breaking it is high by itself."),
    key("domain", PATH_GLOBS, "Rules of the business: medium."),
    key("regulated", PATH_GLOBS, "Legal, financial and regulated decisions: high."),
    key("deployment", PATH_GLOBS, "What reaches production by itself: medium."),
    key("rollback-note", Shape::OneOf(CLASSES), "From which class on a branch must say how it is taken back."),
];

const LEVELS: &[&str] = &["L0", "L1", "L2", "L3", "L4"];
const CLASSES: &[&str] = &["low", "medium", "high"];
/// Kinds of change.
const CHANGES: &[&str] = &["documentation", "tests", "mechanical", "configuration", "dependencies", "ci", "production"];

static PERMISSION: &[Key] = &[
    key("level", Shape::OneOf(LEVELS), "What a branch may do for which no work packet says a level."),
    key("tasks", Shape::Table(TASK_LEVELS), "The most that a type of task may be given."),
    key("risk", Shape::Table(RISK_LEVELS), "The most that a class of risk may be given."),
];

static TASK_LEVELS: &[Key] = &[
    key("analysis", Shape::OneOf(LEVELS), "Questions to be answered."),
    key("docs-update", Shape::OneOf(LEVELS), "Documentation."),
    key("test-gap", Shape::OneOf(LEVELS), "Tests for what there is."),
    key("bug-fix", Shape::OneOf(LEVELS), "Small repairs."),
    key("ci-repair", Shape::OneOf(LEVELS), "Repairs of failing CI."),
    key("mechanical-refactor", Shape::OneOf(LEVELS), "Renames and moves."),
    key("dependency-update", Shape::OneOf(LEVELS), "Newer versions of what is depended on."),
    key("feature", Shape::OneOf(LEVELS), "New behaviour."),
];

static RISK_LEVELS: &[Key] = &[
    key("low", Shape::OneOf(LEVELS), "Low risk."),
    key("medium", Shape::OneOf(LEVELS), "Medium risk."),
    key("high", Shape::OneOf(LEVELS), "High risk."),
];

const PACKET: &[&str] = &["required", "optional"];

static EVIDENCE: &[Key] = &[
    key(
        "sections",
        Shape::List(Item::Text),
        "Headings that the pull request's text must have, with something under each.",
    ),
    key("footers", Shape::List(Item::Text), "Headings or trailers that must close the pull request's text."),
    key(
        "file",
        Shape::Text,
        "A file in the branch that may carry sections and footers instead; `{branch}` and `{ticket}` are replaced.",
    ),
    key(
        "packet",
        Shape::OneOf(PACKET),
        "Whether an agent's branch needs a work packet that is merged, pinned or handed over.",
    ),
];

static PROVE: &[Key] = &[
    key(
        "command",
        Shape::List(Item::Text),
        "The command and its arguments, where none is given; `{tests}` stands for the test files in question.",
    ),
    key("reports", Shape::Text, "A glob for JUnit files that the command leaves in the work tree."),
    key("timeout-seconds", Shape::Count, "How long one run may take; 600 when left out."),
    key(
        "caches",
        Shape::List(Item::Text),
        "Paths of the work tree that runs share with it: installed dependencies, build caches.",
    ),
    key("environment", Shape::List(Item::Text), "Variables that runs are given besides the usual ones."),
    key(
        "results",
        Shape::OneOf(&["keep", "forget"]),
        "Whether results are kept in refs/notes/agentgate-prove and used again for the same trees; whoever can write these notes is believed.",
    ),
    key(
        "regression-test",
        Shape::OneOf(&["required", "optional"]),
        "Whether `prove` fails where no test of the branch fails without its code.",
    ),
];

static AGENTS: &[Key] = &[
    key("authors", Shape::List(Item::Identity), "Names or addresses of agents; `*` stands for anything."),
    key(
        "trailers",
        Shape::List(Item::Trailer),
        "Commit trailers that agents leave: `Key` or `Key: value`, `*` for anything.",
    ),
];

static PEOPLE: &[Key] = &[
    key(
        "authors",
        Shape::List(Item::Identity),
        "Names or addresses that are people, even where they look like agents.",
    ),
    key("rules", Shape::List(Item::Rule), "The rules that apply to people's branches in hooks and CI."),
    key(
        "waive",
        Shape::List(Item::Text),
        "Accounts on the CI service whose reviews and labels excuse a finding of the commit that they are about.",
    ),
];

/// Roles by the name a policy uses; where a path matches several, the first of this list.
pub(super) static ROLES: &[(&str, Role)] = &[
    ("gate", Role::Gate),
    ("agent-instructions", Role::AgentInstructions),
    ("ci", Role::Ci),
    ("lockfile", Role::Lockfile),
    ("manifest", Role::Manifest),
    ("generated", Role::Generated),
    ("snapshot", Role::Snapshot),
    ("test-data", Role::TestData),
    ("test", Role::Test),
    ("configuration", Role::Configuration),
    ("documentation", Role::Documentation),
    ("production", Role::Production),
];
