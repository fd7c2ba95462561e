//! Events that start the checks no more, or for less.

use super::{Comparison, Kind};
use crate::facts::ci::commands;
use crate::facts::ci::{Filter, FilterKind, Trigger, Written};

impl Comparison<'_, '_> {
    pub(super) fn triggers(&mut self) {
        let (old, new) = (&self.old.pipeline, &self.new.pipeline);
        let runs_checks = self.inventory.0.runs.iter().any(|run| {
            run.kind.is_some_and(|kind| kind != commands::Kind::Build)
                && self.inventory.0.units[run.unit].change == self.old.change
        });
        if !runs_checks || old.triggers.is_empty() {
            return;
        }
        // What runs on pull requests has run before it is pushed to a protected branch.
        let on_request = |triggers: &[Trigger]| {
            triggers.iter().any(|it| matches!(it.event.as_str(), "pull_request" | "merge_group" | "pr"))
        };
        let before_merge = on_request(&new.triggers);
        for trigger in &old.triggers {
            let gates = matches!(
                trigger.event.as_str(),
                "pull_request" | "pull_request_target" | "merge_group" | "pr" | "pull-requests"
            );
            let regular = gates || matches!(trigger.event.as_str(), "push" | "schedule" | "trigger" | "default");
            match new.triggers.iter().find(|it| it.event == trigger.event) {
                None if regular && !(trigger.event == "push" && before_merge) => {
                    let moved = trigger.event == "pull_request"
                        && new.triggers.iter().any(|it| it.event == "pull_request_target");
                    if !moved {
                        self.push_base(
                            Kind::Trigger,
                            format!("`{}` no longer starts these checks", trigger.event),
                            trigger.line,
                        );
                    }
                }
                Some(now) if gates || (regular && !before_merge) => self.filters(trigger, now),
                _ => {}
            }
        }
    }

    fn filters(&mut self, old: &Trigger, new: &Trigger) {
        for filter in &new.filters {
            let before = old.filters.iter().find(|it| it.what == filter.what);
            if let Some((what, line)) = narrower_filter(before, filter) {
                let what = format!(
                    "`{}` starts these checks for fewer {}: {what}",
                    new.event,
                    filter.what.noun().trim_start_matches("ignored ")
                );
                self.push(Kind::Trigger, what, line, before.map_or(old.line, |it| it.line), before.is_some());
            }
        }
    }
}

/// What a filter lost, or the ignored patterns it gained.
fn narrower_filter(before: Option<&Filter>, after: &Filter) -> Option<(String, u32)> {
    let has = |patterns: &[Written], pattern: &Written| patterns.iter().any(|it| it.text == pattern.text);
    let list =
        |patterns: &[&Written]| patterns.iter().map(|it| format!("`{}`", it.text)).collect::<Vec<_>>().join(", ");
    if after.what.includes() {
        let Some(before) = before else {
            let wide = after.patterns.iter().any(|it| matches!(it.text.as_str(), "**" | "*" | "**/*"));
            return (!wide).then(|| (format!("only {}", list(&after.patterns.iter().collect::<Vec<_>>())), after.line));
        };
        let lost: Vec<&Written> = before.patterns.iter().filter(|it| !has(&after.patterns, it)).collect();
        let added: Vec<&Written> = after.patterns.iter().filter(|it| !has(&before.patterns, it)).collect();
        let excluded: Vec<&Written> =
            added.iter().copied().filter(|it| it.text.starts_with('!') && !is_documentation(&it.text)).collect();
        if !excluded.is_empty() {
            return Some((format!("not {}", list(&excluded)), excluded[0].line));
        }
        return (!lost.is_empty() && added.is_empty() && !lost.iter().all(|it| it.text.starts_with('!')))
            .then(|| (format!("no longer {}", list(&lost)), after.line));
    }
    let old = before.map(|it| it.patterns.as_slice()).unwrap_or_default();
    let added: Vec<&Written> = after.patterns.iter().filter(|it| !has(old, it) && !it.text.starts_with('!')).collect();
    let grave: Vec<&Written> = match after.what {
        FilterKind::PathsIgnore => added.into_iter().filter(|it| !is_documentation(&it.text)).collect(),
        _ => added,
    };
    (!grave.is_empty()).then(|| (format!("not {}", list(&grave)), grave[0].line))
}

/// Paths of which no test can say anything.
fn is_documentation(pattern: &str) -> bool {
    let pattern =
        pattern.trim_start_matches('!').trim_start_matches("**/").trim_start_matches('/').to_ascii_lowercase();
    const NAMES: &[&str] = &[
        "docs",
        "doc",
        "documentation",
        "license",
        "readme",
        "changelog",
        "release notes",
        "release-notes",
        "releasenotes",
        "contributing",
        "code_of_conduct",
        "security",
        "website",
        "site",
        "assets",
        "media",
        "images",
        ".github/issue_template",
        ".vscode",
        ".idea",
        ".gitignore",
        ".editorconfig",
        "codeowners",
        ".devcontainer",
        "examples",
        "example",
        "blog",
        "authors",
        "funding",
        ".gitattributes",
        "mkdocs",
        "netlify",
        "renovate",
        "dependabot",
        ".claude",
        ".cursor",
    ];
    const ENDINGS: &[&str] = &[".md", ".mdx", ".rst", ".txt", ".adoc", ".png", ".svg", ".jpg", ".gif", ".ipynb"];
    ENDINGS.iter().any(|ending| pattern.ends_with(ending))
        || NAMES.iter().any(|name| pattern.starts_with(name) || pattern.contains(&format!("/{name}")))
}
