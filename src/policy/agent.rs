//! Whose branch it is: an agent's or a person's, and what tells so.
//!
//! The branch's name is looked at first, then the authors and trailers of its commits. A person among the co-authors of
//! an agent's commit changes nothing, and the other way round: one commit that an agent had a hand in is enough.

use super::known_agents::KNOWN_AGENTS;
use super::{Policy, Recognition};
use crate::evidence::{Trailer, trailers};
use crate::git::Commit;
use crate::verdict::Agent;

/// As whose branch a change is judged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Audience {
    #[default]
    Agent,
    /// The policy chooses which rules apply.
    Person,
}

impl From<&Agent> for Audience {
    fn from(agent: &Agent) -> Self {
        if agent.is_agent { Self::Agent } else { Self::Person }
    }
}

impl Policy {
    /// Whether a rule speaks about somebody's branch at all.
    pub fn applies(&self, rule: &str, audience: Audience) -> bool {
        audience == Audience::Agent || self.people_rules.iter().any(|name| name == rule)
    }

    /// The policy as it holds for somebody's branch: for hooks and CI, which ask whose branch it is.
    #[must_use]
    pub fn for_audience(self, audience: Audience) -> Self {
        Self { audience, ..self }
    }

    /// Whether the policy names an account as a person's.
    pub fn is_person(&self, name: &str) -> bool {
        self.people.knows(name, name)
    }

    /// Decides whose branch it is. `branch` is the short name, where there is one.
    pub fn whose(&self, branch: Option<&str>, commits: &[Commit]) -> Agent {
        if let Some(branch) = branch {
            let branch = branch.strip_prefix("refs/heads/").unwrap_or(branch).as_bytes();
            let named = [(&self.branches.human, false), (&self.branches.agent, true)];
            for (patterns, is_agent) in named {
                if let Some(found) = patterns.find_bytes(branch) {
                    return Agent { is_agent, why: format!("branch matches {}", found.pattern) };
                }
            }
        }
        let trace = commits.iter().find_map(|commit| Some((commit, self.trace(commit)?)));
        match trace {
            Some((commit, trace)) => Agent { is_agent: true, why: format!("commit {} {trace}", commit.id.short()) },
            None if branch.is_none() && commits.is_empty() => {
                Agent { is_agent: false, why: "neither a branch name nor commits to tell from".into() }
            }
            None => Agent { is_agent: false, why: "neither the branch's name nor its commits are an agent's".into() },
        }
    }

    /// Whether a name or an address is an agent's.
    pub fn is_agent(&self, name: &str, email: &str) -> bool {
        !self.people.knows(name, email) && (known(name, email).is_some() || self.agents.knows(name, email))
    }

    /// How a commit shows that an agent had a hand in it.
    fn trace(&self, commit: &Commit) -> Option<String> {
        let trailers = trailers(&commit.message);
        let co_authors = trailers.iter().filter(|trailer| trailer.key.eq_ignore_ascii_case("co-authored-by"));
        let hands = [("is by", &commit.author), ("was committed by", &commit.committer)]
            .map(|(verb, person)| (verb, (person.name.as_str(), person.email.as_str())))
            .into_iter()
            .chain(co_authors.map(|trailer| ("was written together with", person(&trailer.value))));
        for (verb, (name, email)) in hands {
            if self.people.knows(name, email) {
                continue;
            }
            if let Some(agent) = known(name, email) {
                return Some(format!("{verb} {agent}"));
            }
            if self.agents.knows(name, email) {
                return Some(format!("{verb} {}", if name.is_empty() { email } else { name }));
            }
        }
        let theirs = KNOWN_AGENTS.iter().flat_map(|agent| agent.trailers.iter().copied());
        let wanted: Vec<&str> = theirs.chain(self.agents.trailers.iter().map(String::as_str)).collect();
        let left =
            |trailer: &&Trailer| wanted.iter().any(|wanted| trailer_matches(wanted, &trailer.key, &trailer.value));
        trailers.iter().find(left).map(|trailer| format!("carries the trailer {}", trailer.key))
    }
}

/// The known agent of that name or address.
fn known(name: &str, email: &str) -> Option<&'static str> {
    let email = email.to_lowercase();
    let known = KNOWN_AGENTS.iter().find(|agent| {
        agent.emails.contains(&email.as_str()) || agent.names.iter().any(|wanted| wildcard(wanted, name))
    })?;
    Some(known.name)
}

impl Recognition {
    fn knows(&self, name: &str, email: &str) -> bool {
        self.authors.iter().any(|wanted| wildcard(wanted, name) || wildcard(wanted, email))
    }
}

/// Compares without case; `*` stands for any text. No other character is special: bots are called `name[bot]`.
fn wildcard(wanted: &str, text: &str) -> bool {
    let (wanted, text) = (wanted.trim().to_lowercase(), text.trim().to_lowercase());
    let mut parts = wanted.split('*');
    let Some(mut rest) = text.strip_prefix(parts.next().unwrap_or_default()) else { return false };
    let Some(last) = parts.next_back() else { return rest.is_empty() };
    for part in parts {
        let Some(at) = rest.find(part) else { return false };
        rest = &rest[at + part.len()..];
    }
    rest.ends_with(last)
}

fn trailer_matches(wanted: &str, key: &str, value: &str) -> bool {
    match wanted.split_once(':') {
        Some((wanted, pattern)) => key.eq_ignore_ascii_case(wanted.trim()) && wildcard(pattern, value),
        None => key.eq_ignore_ascii_case(wanted.trim()),
    }
}

/// `Name <address>`.
fn person(text: &str) -> (&str, &str) {
    match text.rsplit_once('<') {
        Some((name, email)) => (name.trim(), email.trim_end_matches('>').trim()),
        None => (text.trim(), ""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::git::{ObjectId, Person};

    fn commit(name: &str, email: &str, message: &str) -> Commit {
        let id = ObjectId::from_hex(&"0123456789".repeat(4)).expect("forty digits");
        let person = |name: &str, email: &str| Person { name: name.into(), email: email.into(), seconds: 0 };
        let (author, committer) = (person(name, email), person(ADA.0, ADA.1));
        Commit { id, tree: id, parents: Vec::new(), author, committer, message: message.into() }
    }

    fn whose(policy: &str, branch: Option<&str>, commit: Commit) -> Agent {
        Policy::from_text(&format!("version = 1\n{policy}")).expect("a valid policy").whose(branch, &[commit])
    }

    const ADA: (&str, &str) = ("Ada", "ada@example.com");

    #[test]
    fn the_branch_name_decides_first() {
        let found = whose("", Some("agent/T-1-x"), commit(ADA.0, ADA.1, "fix"));
        assert!(found.is_agent);
        assert_eq!(found.why, "branch matches agent/**");
        let by_agent = || commit("x", "noreply@anthropic.com", "fix");
        assert!(whose("", Some("feature"), by_agent()).is_agent);
        assert!(!whose("branches.human = [\"feature\"]", Some("refs/heads/feature"), by_agent()).is_agent);
    }

    #[test]
    fn agents_are_known_by_author_co_author_and_trailer() {
        for (name, email, message) in [
            ("Claude", "noreply@anthropic.com", "fix"),
            ("copilot-swe-agent[bot]", "x@example.com", "fix"),
            ("Ada (aider)", ADA.1, "fix"),
            (ADA.0, ADA.1, "fix\n\nCo-authored-by: Cursor <CursorAgent@cursor.com>\r\n"),
            (ADA.0, ADA.1, "fix\n\nbody\n\nAmp-Thread-ID: https://example.com/1"),
            (ADA.0, ADA.1, "fix\n\nmade-with: cursor"),
        ] {
            assert!(whose("", Some("feature"), commit(name, email, message)).is_agent, "{name} {message:?}");
        }
        let mut committed = commit(ADA.0, ADA.1, "fix");
        committed.committer.name = "devin-ai-integration[bot]".into();
        let short = committed.id.short();
        assert_eq!(whose("", None, committed).why, format!("commit {short} was committed by Devin"));
    }

    #[test]
    fn people_are_not_taken_for_agents() {
        for (name, email, message) in [
            (ADA.0, ADA.1, "fix"),
            (ADA.0, "noreply@anthropic.com.evil.example", "fix"),
            (ADA.0, ADA.1, "Co-authored-by: Cursor <cursoragent@cursor.com>"),
            (ADA.0, ADA.1, "fix\n\n> Co-authored-by: Cursor <cursoragent@cursor.com>\n\nthe end"),
            (ADA.0, ADA.1, "fix\n\nCo-authored-by: Cursor <cursoragent@cursor.com>\n\nthe end"),
            ("renovate[bot]", "29139614+renovate[bot]@users.noreply.github.com", "update"),
        ] {
            assert!(!whose("", Some("feature"), commit(name, email, message)).is_agent, "{name} {message:?}");
        }
    }

    #[test]
    fn the_policy_adds_agents_and_names_people() {
        let ours = "agents = { authors = [\"*@bots.example.com\"], trailers = [\"Assisted-by: our-*\"] }";
        assert!(whose(ours, None, commit("x", "one@bots.example.com", "fix")).is_agent);
        assert!(whose(ours, None, commit("x", "x@example.com", "fix\n\nAssisted-by: our-model")).is_agent);
        assert!(!whose(ours, None, commit("x", "x@example.com", "fix\n\nAssisted-by: a friend")).is_agent);
        let people = "people.authors = [\"openhands\"]";
        assert!(!whose(people, None, commit("OpenHands", "ada@example.com", "fix")).is_agent);
    }

    #[test]
    fn wildcards_stand_for_any_text() {
        for (wanted, text, yes) in [
            ("*", "", true),
            ("a*c", "abc", true),
            ("a*c", "ac", true),
            ("a*a", "a", false),
            ("*b*", "abc", true),
            ("x[bot]", "X[bot]", true),
            ("a", "ab", false),
        ] {
            assert_eq!(wildcard(wanted, text), yes, "{wanted} {text}");
        }
    }
}
