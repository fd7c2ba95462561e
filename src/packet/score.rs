//! Whether a task is one for an agent: eight factors, told from its packet and the repository, and what follows from them.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex::Regex;

use super::lint::{Fault, Remark};
use super::{Packet, Prohibition, Risk, Section, Task};
use crate::RepoPath;
use crate::change::Role;
use crate::facts::migrations;
use crate::policy::{Area, Policy};

/// The eight factors, in the order of the scorecard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Factor {
    Scope,
    Clarity,
    Testability,
    Contract,
    Data,
    Security,
    Domain,
    Reversibility,
}

impl Factor {
    pub fn name(self) -> &'static str {
        match self {
            Self::Scope => "scope",
            Self::Clarity => "requirement clarity",
            Self::Testability => "testability",
            Self::Contract => "contract impact",
            Self::Data => "data impact",
            Self::Security => "security impact",
            Self::Domain => "domain criticality",
            Self::Reversibility => "reversibility",
        }
    }
}

/// One factor's class and its reason.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Scored {
    pub factor: Factor,
    pub class: Risk,
    pub why: String,
}

/// What to do with the task.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Answer {
    Candidate,
    StrongPacketAndReview,
    AnalysisOnly,
}

impl Answer {
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Candidate => "a good candidate for an agent",
            Self::StrongPacketAndReview => "for an agent with a strong packet, and review",
            Self::AnalysisOnly => "for an agent to analyse and plan tests for, not to write by itself",
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Score {
    pub answer: Answer,
    pub factors: Vec<Scored>,
}

/// How many factors must be low for a task to be "mostly low".
const MOSTLY: usize = 6;

/// Scores a packet against the files of the base. `remarks` are those of `lint` on it.
pub fn score(packet: &Packet, remarks: &[Remark], policy: &Policy, paths: &[RepoPath]) -> Score {
    let roles = policy.roles();
    let scope = &packet.scope;
    let may_change = |path: &&RepoPath| {
        (scope.allowed.is_empty() || scope.allowed.is_match(path))
            && !policy.scopes().any(|scope| scope.forbidden.is_match(path))
            && !scope.forbidden.is_match(path)
    };
    let inside: Vec<(&RepoPath, Role)> = paths.iter().filter(may_change).map(|path| (path, roles.role(path))).collect();
    let task = Subject { packet, remarks, policy, inside, paths };
    let factors = vec![
        task.scope(),
        task.clarity(),
        task.testability(),
        task.contract(),
        task.data(),
        task.security(),
        task.domain(),
        task.reversibility(),
    ];
    let answer = answer(&factors);
    Score { answer, factors }
}

/// Any high in data, security or regulated matters is not for autonomous work; mostly low is; the rest needs care.
fn answer(factors: &[Scored]) -> Answer {
    let grave = [Factor::Data, Factor::Security, Factor::Domain];
    let high = |scored: &Scored| scored.class == Risk::High;
    let low = factors.iter().filter(|scored| scored.class == Risk::Low).count();
    match () {
        () if factors.iter().any(|scored| high(scored) && grave.contains(&scored.factor)) => Answer::AnalysisOnly,
        () if low >= MOSTLY && !factors.iter().any(high) => Answer::Candidate,
        () => Answer::StrongPacketAndReview,
    }
}

struct Subject<'a> {
    packet: &'a Packet,
    remarks: &'a [Remark],
    policy: &'a Policy,
    /// What it may change.
    inside: Vec<(&'a RepoPath, Role)>,
    paths: &'a [RepoPath],
}

fn scored(factor: Factor, class: Risk, why: impl Into<String>) -> Scored {
    Scored { factor, class, why: why.into() }
}

impl Subject<'_> {
    fn scope(&self) -> Scored {
        let allowed = &self.packet.scope.allowed;
        if allowed.is_empty() {
            return scored(Factor::Scope, Risk::High, "no paths are allowed, so all are");
        }
        let modules = self.modules();
        let class = match modules.len() {
            0 | 1 => Risk::Low,
            2 | 3 => Risk::Medium,
            _ => Risk::High,
        };
        let shown: Vec<String> = modules.iter().take(3).map(|module| format!("`{module}`")).collect();
        let why = match modules.len() {
            0 => "the allowed paths hold no code yet".to_owned(),
            1 => format!("one module, {}", shown.concat()),
            count => format!("{count} modules: {}", shown.join(", ")),
        };
        scored(Factor::Scope, class, why)
    }

    /// Folders with a manifest of their own; in a repository of one, the folders below its top.
    fn modules(&self) -> BTreeSet<String> {
        let roles = self.policy.roles();
        let homes: BTreeSet<&[u8]> =
            self.paths.iter().filter(|path| roles.role(path) == Role::Manifest).map(RepoPath::parent).collect();
        let is_many = homes.iter().filter(|home| !home.is_empty()).count() > 1;
        let code = self.inside.iter().filter(|(_, role)| *role == Role::Production);
        let module = |path: &RepoPath| -> String {
            let text = path.to_text();
            let mut folders: Vec<&str> = text.split('/').collect();
            folders.pop();
            if is_many {
                while !folders.is_empty() && !homes.contains(folders.join("/").as_bytes()) {
                    folders.pop();
                }
                return folders.join("/");
            }
            folders.truncate(2);
            folders.join("/")
        };
        code.map(|(path, _)| module(path)).collect()
    }

    fn clarity(&self) -> Scored {
        let of = |kinds: &[Fault]| self.remarks.iter().find(|remark| kinds.contains(&remark.kind));
        let has_goal = self.packet.sections.iter().any(|(section, _)| *section == Section::Objective)
            && !self.packet.objective.is_empty();
        let grave = of(&[Fault::NoDoneCondition]);
        let vague = of(&[Fault::UnboundedVerb, Fault::SeveralObjectives, Fault::VagueCriterion, Fault::Unfilled]);
        match (grave, vague) {
            _ if !has_goal => scored(Factor::Clarity, Risk::High, "no objective is written"),
            (Some(remark), _) => scored(Factor::Clarity, Risk::High, remark.message.clone()),
            (None, Some(remark)) => {
                scored(Factor::Clarity, Risk::Medium, format!("line {}: {}", remark.line, remark.message))
            }
            (None, None) => {
                let count = self.packet.criteria.len();
                scored(Factor::Clarity, Risk::Low, format!("an objective and {count} criteria, each observable"))
            }
        }
    }

    fn testability(&self) -> Scored {
        let roles = self.policy.roles();
        let has_tests = self.paths.iter().any(|path| roles.role(path) == Role::Test);
        let is_words =
            self.packet.task.as_ref().is_some_and(|task| matches!(task.value, Task::DocsUpdate | Task::Analysis));
        match (self.packet.commands.first(), has_tests || is_words) {
            (Some(command), true) => scored(Factor::Testability, Risk::Low, format!("`{}` shows it", command.value)),
            (Some(_), false) => {
                scored(Factor::Testability, Risk::Medium, "a command is named, and the repository has no tests")
            }
            (None, true) => scored(Factor::Testability, Risk::Medium, "there are tests, and no command is named"),
            (None, false) => scored(Factor::Testability, Risk::High, "no command is named, and there are no tests"),
        }
    }

    fn contract(&self) -> Scored {
        if self.packet.prohibits(Prohibition::Contract).is_some() {
            return scored(Factor::Contract, Risk::Low, "the packet forbids changes to contracts");
        }
        if let Some(word) = self.speaks(&BREAKING) {
            return scored(Factor::Contract, Risk::High, format!("it speaks of `{word}`"));
        }
        match self.touches(Area::Contract) {
            Some(path) => scored(Factor::Contract, Risk::Medium, format!("`{path}` may change")),
            None => scored(Factor::Contract, Risk::Low, "no contract is in scope"),
        }
    }

    fn data(&self) -> Scored {
        let migration = self.inside.iter().find(|(path, _)| migrations::classify(path).is_some());
        let is_forbidden = self.packet.prohibits(Prohibition::Schema).is_some();
        if let Some(word) = self.speaks(&WRITES).filter(|_| !is_forbidden) {
            return scored(Factor::Data, Risk::High, format!("it speaks of `{word}`"));
        }
        if let Some((path, _)) = migration.filter(|_| !is_forbidden && !self.packet.scope.allowed.is_empty()) {
            return scored(Factor::Data, Risk::High, format!("the migration `{}` may change", path.to_text()));
        }
        match self.touches(Area::Data) {
            Some(path) => scored(Factor::Data, Risk::Medium, format!("`{path}` reads or writes what is stored")),
            None => scored(Factor::Data, Risk::Low, "nothing that is stored is in scope"),
        }
    }

    fn security(&self) -> Scored {
        if let Some(path) = self.touches(Area::Security) {
            return scored(Factor::Security, Risk::High, format!("`{path}` may change"));
        }
        if let Some(word) = self.speaks(&ACCESS) {
            return scored(Factor::Security, Risk::High, format!("it speaks of `{word}`"));
        }
        match self.speaks(&INPUT) {
            Some(word) => scored(Factor::Security, Risk::Medium, format!("input is handled (`{word}`)")),
            None => scored(Factor::Security, Risk::Low, "neither access nor input is in scope"),
        }
    }

    fn domain(&self) -> Scored {
        if let Some(path) = self.touches(Area::Regulated) {
            return scored(Factor::Domain, Risk::High, format!("`{path}` is regulated"));
        }
        if let Some(word) = self.speaks(&REGULATED) {
            return scored(Factor::Domain, Risk::High, format!("it speaks of `{word}`"));
        }
        match self.touches(Area::Domain) {
            Some(path) => scored(Factor::Domain, Risk::Medium, format!("`{path}` holds rules of the business")),
            None => scored(Factor::Domain, Risk::Low, "no rule of the business is in scope"),
        }
    }

    fn reversibility(&self) -> Scored {
        let data = self.data().class;
        match (data, self.touches(Area::Deployment)) {
            (Risk::High, _) => {
                scored(Factor::Reversibility, Risk::High, "what is written to storage is not taken back by a revert")
            }
            (_, Some(path)) => {
                scored(Factor::Reversibility, Risk::Medium, format!("`{path}` reaches production by itself"))
            }
            _ => scored(Factor::Reversibility, Risk::Low, "reverting the merge takes it back"),
        }
    }

    /// The first path in scope that belongs to an area. A packet that bounds nothing is judged by its words.
    fn touches(&self, area: Area) -> Option<String> {
        if self.packet.scope.allowed.is_empty() {
            return None;
        }
        let acts = |role: Role| !role.is_test() && !matches!(role, Role::Documentation | Role::Generated);
        let mut inside = self.inside.iter().filter(|(_, role)| acts(*role));
        inside
            .find(|(path, _)| self.policy.risk().of(path).any(|(found, _)| found == area))
            .map(|(path, _)| path.to_text())
    }

    /// A word in objective, criteria or title.
    fn speaks(&self, words: &LazyLock<Regex>) -> Option<String> {
        let texts = self.packet.objective.iter().map(|written| written.value.as_str());
        let texts = texts
            .chain(self.packet.criteria.iter().map(|criterion| criterion.text.as_str()))
            .chain(self.packet.title.as_deref());
        texts.filter_map(|text| words.find(text)).map(|found| found.as_str().to_lowercase()).next()
    }
}

macro_rules! words {
    ($name:ident, $pattern:literal) => {
        static $name: LazyLock<Regex> = LazyLock::new(|| Regex::new($pattern).expect("tested"));
    };
}

words!(BREAKING, r"(?i)\bbreaking change|\bbreaks? (?:the )?(?:api|clients|callers)");
words!(
    WRITES,
    r"(?i)\b(?:migrat\w+|schema change|backfill\w*|delete \w* ?(?:rows|records|data)|drop (?:table|column))"
);
words!(
    ACCESS,
    r"(?i)\b(?:authenticat\w+|authori[sz]\w+|permissions?|passwords?|secrets?|access tokens?|encrypt\w*|login|oauth|sso|credentials?)\b"
);
words!(INPUT, r"(?i)\b(?:user input|upload\w*|pars(?:e|es|ing)|validat\w+|saniti[sz]\w+)\b");
words!(
    REGULATED,
    r"(?i)\b(?:billing|payments?|invoic\w+|tax(?:es)?|payroll|legal|compliance|regulat\w+|refunds?|gdpr)\b"
);

#[cfg(test)]
mod tests {
    use super::super::lint::{Form, lint};
    use super::*;

    fn answered(policy: &str, packet: &str) -> (Answer, Vec<String>) {
        let policy = Policy::from_text(&format!("version = 1\n{policy}")).expect("a policy");
        let paths = [
            "src/cases/close.py",
            "src/cases/open.py",
            "src/auth/login.py",
            "src/report.py",
            "db/migrate/20260101000000_a.rb",
            "tests/test_close.py",
        ];
        let paths: Vec<RepoPath> = paths.into_iter().map(RepoPath::from).collect();
        let parsed = Packet::parse("p.md", packet.as_bytes()).unwrap_or_else(|error| panic!("{error}"));
        let score = score(&parsed, &lint("p.md", packet, Form::Packet), &policy, &paths);
        let risky = score.factors.iter().filter(|scored| scored.class > Risk::Low);
        (
            score.answer,
            risky.map(|scored| format!("{} {}: {}", scored.factor.name(), scored.class.name(), scored.why)).collect(),
        )
    }

    const GOOD: &str = "# Close cases\n\n- Task type: bug-fix\n\n## Objective\nA case without open issues can be closed.\n\n## Scope\nAllowed:\n- `src/cases/**`\n- `tests/**`\n\nForbidden:\n- public API changes\n- database schema changes\n\n## Acceptance Criteria\n- AC-1: closing a case with an open issue gives 409\n- AC-2: closing one without gives 200\n\n## Verification\n- `pytest tests/test_close.py`\n";

    #[test]
    fn a_bounded_task_is_a_candidate() {
        assert_eq!(answered("", GOOD), (Answer::Candidate, Vec::new()));
    }

    #[test]
    fn what_is_grave_is_for_analysis() {
        let wide = GOOD.replace("- `src/cases/**`", "- `src/**`");
        let (answer, risky) = answered("", &wide);
        assert_eq!(answer, Answer::AnalysisOnly);
        assert!(risky.iter().any(|it| it.starts_with("security impact high: `src/auth/login.py`")), "{risky:?}");
        let (answer, _) = answered("risk.regulated = [\"src/cases/**\"]", GOOD);
        assert_eq!(answer, Answer::AnalysisOnly);
        let migrating =
            GOOD.replace("A case without", "Migrate cases; one without").replace("- database schema changes\n", "");
        assert_eq!(answered("", &migrating).0, Answer::AnalysisOnly);
    }

    #[test]
    fn the_rest_needs_a_strong_packet() {
        let vague = GOOD
            .replace("A case without open issues can be closed.", "Improve closing.")
            .replace("- AC-2: closing one without gives 200\n", "");
        let (answer, risky) = answered("risk.domain = [\"src/cases/**\"]", &vague);
        assert_eq!(answer, Answer::Candidate, "{risky:?}");
        let (answer, risky) =
            answered("risk.domain = [\"src/cases/**\"]", &vague.replace("- `pytest tests/test_close.py`\n", ""));
        assert_eq!(answer, Answer::StrongPacketAndReview, "{risky:?}");
        let (answer, risky) = answered(
            "",
            &GOOD
                .replace("- `src/cases/**`\n- `tests/**`\n", "- `src/report.py`\n- `docs/**`\n- `tests/**`\n")
                .replace("`pytest tests/test_close.py`", "by hand"),
        );
        assert_eq!((answer, risky.len()), (Answer::Candidate, 1), "{risky:?}");
    }
}
