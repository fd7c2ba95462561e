//! The texts that `agentgate init` writes or asks for.

use super::Service;
use crate::policy::Policy;
use crate::rules;

/// A policy that changes nothing yet: the preset, and everything one may want to set as a comment.
pub(super) fn policy(base: &str) -> String {
    let base = toml::Value::String(base.to_owned());
    let preset = Policy::default();
    let levels = rules::ALL.iter().map(|rule| {
        let line = format!("# {} = \"{}\"", rule.name, preset.level(rule, None).0.name());
        format!("{line:<38} # {}\n", rule.summary)
    });
    format!(
        "\
#:schema {repository}/raw/main/policies/policy.schema.json
# What agents' branches are held to. Judged is by this file as it stands on the base branch, never by a branch's own.
# `agentgate policy show` prints what holds and why, `agentgate policy check` what is wrong with this file,
# `agentgate explain RULE` what a rule is for.
version = 1
# Or \"observe\": everything warns, nothing blocks, for the first weeks. Or \"strict\".
extends = [\"default\"]

[branches]
base = {base}
# What an agent's branch must be called.
# name = '^agent/(?<ticket>[A-Z][A-Z0-9]*-\\d+)-[a-z0-9-]+$'

[scope]
# What no agent touches. Patterns are those of .gitignore.
# forbidden = [\"infra/**\", \"**/*.pem\"]
# max-production-files = 5

[evidence]
# What the text of a pull request, or a commit message, must say.
# sections = [\"Summary\", \"Tests Run\"]
# footers = [\"AI Assistance Disclosure\"]

[rules]
# As they hold now: block, warn, note or off. A table says more: {{ level = \"warn\", exclude = [\"docs/**\"] }}
{levels}
# A stricter or looser corner of the tree.
# [[paths]]
# match = [\"services/billing/**\"]
# rules = {{ changed-expectation = \"block\" }}
",
        repository = env!("CARGO_PKG_REPOSITORY"),
        levels = levels.collect::<String>(),
    )
}

/// A form with these sections and footers.
pub(super) fn template(sections: &[String], footers: &[String]) -> String {
    let mut text = String::new();
    for section in sections {
        text.push_str(&format!("## {section}\n\n<!-- {} -->\n\n", hint(section)));
    }
    for footer in footers {
        text.push_str(&format!("{footer}: <!-- {} -->\n", hint(footer)));
    }
    format!("{}\n", text.trim_end())
}

/// What belongs under a heading that many policies ask for.
fn hint(name: &str) -> &'static str {
    match name.to_lowercase().as_str() {
        "summary" => "what changes, and why",
        "tests run" => "the commands, and what came of them",
        "acceptance criteria mapping" => "each criterion, and the test or code that meets it",
        "risk notes" => "what could go wrong, who would notice",
        "rollback note" | "rollback" => "how to undo it",
        "ai assistance disclosure" => "which agent did what, or: none",
        "verification evidence" => "where the runs can be seen",
        "risk classification" => "low, medium or high, and why",
        _ => "in your own words",
    }
}

pub(super) fn missing_sections(text: &str, sections: &[String]) -> Vec<String> {
    let headings: Vec<&str> = text.lines().filter(|line| line.starts_with(['#', '*'])).map(bare).collect();
    let is_missing = |section: &&String| !headings.iter().any(|heading| heading.eq_ignore_ascii_case(section));
    sections.iter().filter(is_missing).cloned().collect()
}

pub(super) fn missing_footers(text: &str, footers: &[String]) -> Vec<String> {
    let names: Vec<&str> = text.lines().map(|line| bare(line.split(':').next().unwrap_or_default())).collect();
    let is_missing = |footer: &&String| !names.iter().any(|name| name.eq_ignore_ascii_case(footer));
    footers.iter().filter(is_missing).cloned().collect()
}

/// A line without what Markdown puts around a heading or a name.
fn bare(line: &str) -> &str {
    line.trim_matches(|c: char| matches!(c, '#' | '*' | '_' | '-' | ':' | '>') || c.is_whitespace())
}

pub(super) fn agents(base: &str, policy: &Policy) -> String {
    let mut text = include_str!("templates/agents.md").replace("@BASE@", base);
    if let Some((name, _)) = policy.branches().name() {
        text.push_str(&format!("- Branches are called `{}`.\n", name.as_str()));
    }
    let evidence = policy.evidence();
    let quoted = |names: &[String]| names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    if !evidence.sections.is_empty() {
        text.push_str(&format!("- A pull request's text has these sections: {}.\n", quoted(&evidence.section_names())));
    }
    if !evidence.footers.is_empty() {
        text.push_str(&format!("- It ends with lines that say: {}.\n", quoted(&evidence.footer_names())));
    }
    text
}

/// A job that installs this version: the commit it was released from, where that is known.
pub(super) fn ci(service: Option<Service>, base: &str, release: Option<&str>) -> String {
    let template = service.map_or(include_str!("templates/other.txt"), Service::template);
    let commit = release.unwrap_or_default();
    let which =
        release.map_or(concat!("--tag v", env!("CARGO_PKG_VERSION")).into(), |commit| format!("--rev {commit}"));
    template
        // Others include that template as it stands, so there is no mark in it.
        .replace("AGENTGATE_COMMIT: \"\"", &format!("AGENTGATE_COMMIT: \"{commit}\""))
        .replace("@COMMIT@", commit)
        .replace("@WHICH@", &which)
        .replace("@REPOSITORY@", env!("CARGO_PKG_REPOSITORY"))
        .replace("@VERSION@", env!("CARGO_PKG_VERSION"))
        .replace("@RUST@", env!("CARGO_PKG_RUST_VERSION"))
        .replace("@BASE@", base)
}

pub(super) fn mentions_us(text: &str) -> bool {
    text.to_lowercase().contains("agentgate")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_policy_changes_nothing_and_every_comment_in_it_is_right() {
        let text = policy("trunk");
        let policy = Policy::from_text(&text).expect("it is valid");
        assert_eq!(policy.branches().base.as_deref(), Some("trunk"));
        for rule in rules::ALL {
            assert_eq!(policy.level(rule, None).0, Policy::default().level(rule, None).0, "{}", rule.name);
        }
        // Settings are the commented lines that hold a key; sentences are the others.
        let is_setting =
            |line: &str| line.split(" = ").next().is_some_and(|key| !key.contains(' ')) && line.contains(" = ");
        let uncomment = |line: &str| match line.strip_prefix("# ") {
            Some(rest) if is_setting(rest) || rest.starts_with("[[") => rest.to_owned(),
            _ => line.to_owned(),
        };
        let all = text.lines().map(uncomment).collect::<Vec<_>>().join("\n");
        assert!(
            all.contains("\nforbidden = ") && all.contains("\nskipped-test = ") && all.contains("\n[[paths]]"),
            "{all}"
        );
        Policy::from_text(&all).unwrap_or_else(|error| panic!("{error}\n{all}"));
    }

    /// It is read as it stands by who includes it, so that what we write elsewhere can't be filled in.
    #[test]
    fn the_template_for_gitlab_installs_this_version() {
        let text = ci(Some(Service::Gitlab), "main", None);
        for wanted in [
            format!("AGENTGATE_VERSION: \"{}\"", env!("CARGO_PKG_VERSION")),
            format!("AGENTGATE_REPOSITORY: \"{}\"", env!("CARGO_PKG_REPOSITORY")),
            format!("image: rust:{}", env!("CARGO_PKG_RUST_VERSION")),
        ] {
            assert!(text.contains(&wanted), "{wanted}: {text}");
        }
    }

    #[test]
    fn what_a_form_has_is_not_asked_for_again() {
        let names = |names: &[&str]| names.iter().map(ToString::to_string).collect::<Vec<_>>();
        let (sections, footers) = (names(&["Summary", "Tests Run"]), names(&["AI Assistance Disclosure"]));
        let whole = template(&sections, &footers);
        assert!(missing_sections(&whole, &sections).is_empty() && missing_footers(&whole, &footers).is_empty());
        let other = "### summary ##\n\ntext\n**Tests run:**\n\n- **AI assistance disclosure**: none\n";
        assert!(missing_sections(other, &sections).is_empty() && missing_footers(other, &footers).is_empty());
        assert_eq!(missing_sections("Summary in a sentence\n# Other", &sections), sections);
    }
}
