//! Why a branch failed: each finding with its code, the policy line that demands it, why that matters, what to do, and how
//! to get an exception. At length, where `text` is terse.

use serde::Serialize;

use super::catalogue::Description;
use super::layout::{self, Span};
use super::model::{Finding, Report};
use super::style::{Meaning, Style};
use super::text::{self, LABEL, Page};
use super::{json, markdown, page, sanitize, terminal};
use crate::policy::Level;
use crate::rules;

/// Lines of a code frame, with many findings on a page and with one.
const FRAME: usize = 30;
const FRAME_OF_ONE: usize = 120;

/// The whole report, by rule, gravest first.
pub fn report(report: &Report, style: Style) -> String {
    let mut page = Page::new(style);
    page.summary(report);
    context(&mut page, report);
    let standing = report.standing();
    for rule in rules_of(&standing) {
        let findings: Vec<_> = standing.iter().copied().filter(|finding| finding.rule == rule).collect();
        rule_with_findings(&mut page, &findings);
    }
    page.line("");
    page.waived(report);
    page.unread(report);
    if let Some(first) = standing.iter().find(|finding| finding.level >= Level::Warn) {
        if first.level == Level::Block {
            exception(&mut page, report, first);
            page.line("");
        }
        let id = sanitize::line(&first.id).chars().take(6).collect::<String>();
        let hint =
            format!("`agentgate explain {id}` shows one finding in depth, `agentgate explain RULE` a rule's page");
        page.hint(&hint);
    }
    sanitize::commands(&page.out)
}

/// One finding in depth.
pub fn finding(report: &Report, finding: &Finding, style: Style) -> String {
    let mut page = Page::new(style);
    page.headline(finding);
    facts(&mut page, finding, FRAME_OF_ONE);
    if let Some(waiver) = &finding.waiver {
        let until = waiver.expires.as_deref().map(|date| format!(" until {date}")).unwrap_or_default();
        let text = format!("by {}{until}: {} ({}:{})", waiver.owner, waiver.reason, waiver.path, waiver.line);
        page.labelled("waived", LABEL, &[Span::plain(sanitize::line(&text))]);
    }
    if let Some(rule) = rules::find(&finding.rule) {
        for (title, heading) in [(page::WHY, "Why it matters"), (page::FIX, "What to do")] {
            if let Some(section) = page::section(rule.page, title) {
                page.line("");
                page.out.push_str(&terminal::render(&format!("## {heading}\n\n{section}"), style));
            }
        }
    }
    // Nobody needs an exception from a warning.
    if finding.waiver.is_none() && finding.level == Level::Block {
        page.line("");
        exception(&mut page, report, finding);
    }
    page.line("");
    let rule = sanitize::line(&finding.rule);
    page.hint(&format!("`agentgate explain {rule}` shows examples, options and limits"));
    sanitize::commands(&page.out)
}

/// One finding with its rule, for programs.
pub fn finding_json(report: &Report, finding: &Finding) -> String {
    #[derive(Serialize)]
    struct Explained<'a> {
        finding: &'a Finding,
        rule: Option<Description>,
        /// What whoever owns the base could add to its policy; nothing where it does not block.
        exception: Option<String>,
        subject: &'a super::model::Subject,
        policy: &'a super::model::PolicySource,
    }
    json::to_string(&Explained {
        finding,
        rule: rules::find(&finding.rule).map(Description::of),
        exception: (finding.level == Level::Block).then(|| policy_lines(finding).join("\n")),
        subject: &report.subject,
        policy: &report.policy,
    })
}

pub fn finding_markdown(finding: &Finding) -> String {
    let mut out = markdown::finding(finding);
    if let Some(rule) = rules::find(&finding.rule) {
        for title in [page::WHY, page::FIX] {
            if let Some(section) = page::section(rule.page, title) {
                out.push_str(&format!("\n### {title}\n\n{section}\n"));
            }
        }
    }
    if finding.level != Level::Block {
        return sanitize::commands(&out);
    }
    let lines: Vec<_> = policy_lines(finding).iter().map(|line| sanitize::line(line).into_owned()).collect();
    let lines = markdown::fenced("toml", &lines);
    out.push_str(&format!("\n### Exception\n\n{}\n\n{lines}", exception_words("the base", finding)));
    sanitize::commands(&out)
}

/// Whose branch it is, and by which policy it was judged.
fn context(page: &mut Page, report: &Report) {
    let agent = &report.subject.agent;
    let judged = match (agent.is_agent, agent.why.is_empty()) {
        (true, true) => "as an agent's branch".to_owned(),
        (true, false) => format!("as an agent's branch: {}", agent.why),
        (false, true) => "as a person's branch".to_owned(),
        (false, false) => format!("as a person's branch: {}", agent.why),
    };
    page.labelled("judged", LABEL, &[Span::plain(sanitize::line(&judged))]);
    let policy = &report.policy;
    let mut words = Vec::new();
    words.extend(policy.path.as_deref().map(|path| format!("{path} ({})", policy.source)));
    if !policy.layers.is_empty() {
        let over = if words.is_empty() { "the preset" } else { "over" };
        words.push(format!("{over} {}", policy.layers.join(", ")));
    }
    if !words.is_empty() {
        page.labelled("policy", LABEL, &[Span::plain(sanitize::line(&words.join(", ")))]);
    }
}

fn rules_of<'a>(findings: &[&'a Finding]) -> Vec<&'a str> {
    let mut rules: Vec<&str> = Vec::new();
    for finding in findings {
        if !rules.contains(&finding.rule.as_str()) {
            rules.push(&finding.rule);
        }
    }
    rules
}

/// The reason once, then every finding, then the rule's advice where a finding brings none of its own.
fn rule_with_findings(page: &mut Page, findings: &[&Finding]) {
    let style = page.style;
    let Some(first) = findings.first() else { return };
    let rule = rules::find(&first.rule);
    page.line("");
    let mut title = vec![Span::new(Meaning::Strong, sanitize::line(&first.rule))];
    if let Some(rule) = rule {
        title.push(Span::plain(format!(": {}", rule.summary)));
    }
    for line in layout::wrap(&title, style.width, 0) {
        page.line(&layout::paint(style, &line));
    }
    if let Some(why) = rule.and_then(|rule| page::section(rule.page, page::WHY)) {
        page.out.push_str(&terminal::render(&page::first_paragraph(why), style));
    }
    for finding in findings {
        page.line("");
        let mut spans = vec![Span::new(text::meaning(finding.level), text::word(finding.level)), Span::plain(" ")];
        spans.extend(layout::message(&finding.message));
        page.labelled("", 0, &spans);
        facts(page, finding, FRAME);
    }
    let needs_advice = findings.iter().any(|finding| finding.help.is_none());
    if let Some(fix) = rule.and_then(|rule| page::section(rule.page, page::FIX)).filter(|_| needs_advice) {
        page.line("");
        page.out.push_str(&terminal::render(&format!("**What to do:** {fix}"), style));
    }
}

/// Place, code, witness, advice, policy line.
fn facts(page: &mut Page, finding: &Finding, most: usize) {
    page.place(finding);
    page.frame(finding, most);
    if let Some(witness) = &finding.witness {
        let text = format!("{}, which failed before", sanitize::line(witness));
        page.labelled("now accepts", LABEL, &[Span::plain(text)]);
    }
    if let Some(proof) = &finding.proof {
        page.labelled("proof", LABEL, &[Span::plain(sanitize::line(proof))]);
    }
    if let Some(help) = &finding.help {
        page.labelled("fix", LABEL, &layout::message(help));
    }
    page.policy(finding, true);
}

fn exception(page: &mut Page, report: &Report, finding: &Finding) {
    let style = page.style;
    let base = report.subject.base.name.as_deref().map_or("the base".into(), sanitize::line);
    page.line(&style.paint(Meaning::Strong, "To get an exception"));
    page.labelled("", 0, &layout::message(&exception_words(&base, finding)));
    page.line("");
    for line in policy_lines(finding) {
        page.line(&format!("    {}", style.paint(Meaning::Code, &sanitize::line(&line))));
    }
}

fn exception_words(base: &str, finding: &Finding) -> String {
    let id = sanitize::line(&finding.id).chars().take(6).collect::<String>();
    format!(
        "Policy and waivers are read from {base}: nothing on the branch itself changes them. Whoever owns {base} can excuse \
         this one finding there, until a day (`agentgate waive {id} --reason … --owner … --expires …` writes it down), or \
         lower the level, for this path only; then the branch is judged anew:"
    )
}

/// What to add to the policy to lower a finding to a warning.
fn policy_lines(finding: &Finding) -> Vec<String> {
    let rule = &finding.rule;
    let file = "# .agentgate/policy.toml".to_owned();
    match finding.path.as_deref() {
        Some(path) => {
            let path = toml::Value::String(glob_of(path)).to_string();
            vec![file, "[[paths]]".into(), format!("match = [{path}]"), format!("rules = {{ {rule} = \"warn\" }}")]
        }
        None => vec![file, "[rules]".into(), format!("{rule} = \"warn\"")],
    }
}

/// A pattern that matches this path only.
fn glob_of(path: &str) -> String {
    let mut out = String::new();
    for character in path.chars() {
        match character {
            '*' | '?' | '[' | ']' | '{' | '}' => out.push_str(&format!("[{character}]")),
            _ => out.push(character),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_becomes_a_pattern_for_itself() {
        let pattern = glob_of("app/[id]/{a}*.tsx");
        assert_eq!(pattern, "app/[[]id[]]/[{]a[}][*].tsx");
        let glob = globset::GlobBuilder::new(&pattern).literal_separator(true).build().unwrap().compile_matcher();
        assert!(glob.is_match("app/[id]/{a}*.tsx") && !glob.is_match("app/i/a.tsx"));
    }
}
