//! From a tree of written values to what they mean.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use super::delegation::{Area, ChangeKind, Changes, Permissions, RiskAreas};
use super::layers::Layers;
use super::node::{Node, Value};
use super::shape::{EXCLUDE, INCLUDE, LEVEL, PATHS, ROLES};
use super::{
    Audience, Branches, Evidence, Flavor, Identity, Level, Limit, Override, Patterns, Policy, Prove, Recognition,
    Required, Scope, Section, Setting, Source,
};
use crate::change::Role;
use crate::packet::{Permission, Risk, Task, Written};
use crate::rules::{self, OptionKind, Options, Rule};
use crate::verdict::Waivers;

pub(super) fn policy(layers: Layers, source: Source) -> Policy {
    let Layers { names, node, digest } = layers;
    let read = View { names: &names, node: Some(&node) };
    let (agents, people) = (read.at("agents"), read.at("people"));
    let rules = rules(&node, &names);
    let sections = read.node.and_then(|node| node.get(PATHS)).map_or(&[][..], Node::items);
    let sections = sections.iter().map(|section| {
        let view = View { names: &names, node: Some(section) };
        Section {
            paths: view.at("match").patterns(Flavor::Path),
            rules: view.at("rules").entries(|rule, node| {
                let view = View { names: &names, node: Some(node) };
                let options = written_options(rule, &view, Options::default());
                Override { level: view.at(LEVEL).level(), options }
            }),
        }
    });
    Policy {
        identity: identity(&names, digest, source),
        rules,
        risk: risk(&read.at("risk")),
        permissions: permissions(&read.at("permission")),
        playbooks: Vec::new(),
        day: None,
        sections: sections.collect(),
        branches: branches(&read.at("branches")),
        scope: scope(&read.at("scope")),
        evidence: evidence(&read.at("evidence")),
        prove: prove(&read.at("prove")),
        roles: roles(&read.at("roles")),
        agents: Recognition { authors: agents.at("authors").texts(), trailers: agents.at("trailers").texts() },
        people: Recognition { authors: people.at("authors").texts(), trailers: Vec::new() },
        people_rules: people.at("rules").texts(),
        may_waive: people.at("waive").texts(),
        audience: Audience::Agent,
        packets: Vec::new(),
        waivers: Waivers::default(),
        layers: names,
        node,
    }
}

/// What `[rules]` says of each rule.
pub(super) fn rules(node: &Node, names: &[String]) -> BTreeMap<&'static str, Setting> {
    View { names, node: Some(node) }.at("rules").entries(|rule, node| setting(rule, node, names))
}

/// A rule's options as the tree has them, over the rule's defaults.
pub(super) fn options(rule: &Rule, node: Option<&Node>, names: &[String]) -> Options {
    let mut options = Options::default();
    for spec in rule.options {
        // Held here so that they are compiled once for all files, not once for each.
        if let OptionKind::Globs(default) = spec.kind {
            let written = default.iter().map(|glob| ((*glob).to_owned(), 0)).collect();
            options.set(spec.name, rules::Value::Globs(Patterns::new(Flavor::Path, rule.name, written)));
        }
    }
    written_options(rule, &View { names, node }, options)
}

fn written_options(rule: &Rule, view: &View<'_>, mut options: Options) -> Options {
    for spec in rule.options {
        let option = view.at(spec.name);
        let Some(node) = option.node else { continue };
        let value = match (&node.value, &spec.kind) {
            (Value::Bool(flag), _) => rules::Value::Bool(*flag),
            (Value::Integer(number), _) => rules::Value::Integer(*number),
            (Value::Text(text), _) => rules::Value::Text(text.clone()),
            (Value::List(_), OptionKind::Globs(_)) => rules::Value::Globs(option.patterns(Flavor::Path)),
            (Value::List(_), _) => rules::Value::List(option.texts()),
            (Value::Table(_), _) => continue,
        };
        options.set(spec.name, value);
    }
    options
}

fn setting(rule: &Rule, node: &Node, names: &[String]) -> Setting {
    let view = View { names, node: Some(node) };
    let (level, origin) = view.at(LEVEL).level().unwrap_or_else(|| (Level::Off, node.origin(names)));
    Setting {
        level,
        origin,
        include: view.at(INCLUDE).patterns(Flavor::Path),
        exclude: view.at(EXCLUDE).patterns(Flavor::Path),
        options: options(rule, Some(node), names),
    }
}

fn identity(names: &[String], digest: String, source: Source) -> Identity {
    let plain = |name: &String| name.strip_prefix("preset:").unwrap_or(name).to_owned();
    let (path, below) = match (source, names.split_last()) {
        (Source::Base | Source::Administrator, Some((file, below))) => (Some(file.clone()), below),
        _ => (None, names),
    };
    Identity { source, path, digest, layers: below.iter().map(plain).collect() }
}

fn branches(view: &View<'_>) -> Branches {
    let name = view.at("name");
    Branches {
        base: view.at("base").text(),
        agent: view.at("agent").patterns(Flavor::Branch),
        human: view.at("human").patterns(Flavor::Branch),
        protected: view.at("protected").patterns(Flavor::Branch),
        max_behind: view.at("max-behind").limit(),
        max_age_days: view.at("max-age-days").limit(),
        name: name.node.and_then(|node| Some((node.text()?.to_owned(), node.origin(view.names)))),
        compiled: OnceLock::new(),
    }
}

fn changes(view: &View<'_>) -> Option<Changes> {
    let node = view.node.filter(|node| !node.items().is_empty())?;
    let texts = view.texts();
    let kinds = ChangeKind::ALL.into_iter().filter(|kind| texts.iter().any(|text| text == kind.name()));
    Some(Changes { kinds: kinds.collect(), origin: node.origin(view.names) })
}

fn risk(view: &View<'_>) -> RiskAreas {
    let areas = Area::ALL.map(|area| (area, view.at(area.name()).patterns(Flavor::Path)));
    RiskAreas { areas: areas.into(), rollback_note: view.at("rollback-note").one_of(&Risk::ALL, Risk::name) }
}

fn permissions(view: &View<'_>) -> Permissions {
    let level = |view: View<'_>| view.one_of(&Permission::ALL, Permission::name);
    let (tasks, risks) = (view.at("tasks"), view.at("risk"));
    Permissions {
        level: level(view.at("level")),
        tasks: Task::ALL.into_iter().filter_map(|task| Some((task, level(tasks.at(task.name()))?))).collect(),
        risks: Risk::ALL.into_iter().filter_map(|risk| Some((risk, level(risks.at(risk.name()))?))).collect(),
    }
}

pub(super) fn scope(view: &View<'_>) -> Scope {
    let allowed = view.at("allowed");
    Scope {
        allowed: allowed.patterns(Flavor::Path),
        allowed_origin: allowed.node.map(|node| node.origin(view.names)),
        forbidden: view.at("forbidden").patterns(Flavor::Path),
        changes: changes(&view.at("changes")),
        max_files: view.at("max-files").limit(),
        max_production_files: view.at("max-production-files").limit(),
        max_lines: view.at("max-lines").limit(),
    }
}

pub(super) fn evidence(view: &View<'_>) -> Evidence {
    Evidence {
        sections: view.at("sections").required(),
        footers: view.at("footers").required(),
        file: view.at("file").text(),
        packet: view.at("packet").required_by(),
    }
}

fn prove(view: &View<'_>) -> Prove {
    Prove {
        command: view.at("command").texts(),
        reports: view.at("reports").text(),
        timeout_seconds: view.at("timeout-seconds").limit().map(|limit| limit.value),
        caches: view.at("caches").texts(),
        environment: view.at("environment").texts(),
        keeps_results: view.at("results").text().as_deref() == Some("keep"),
        needs_regression_test: view.at("regression-test").text().as_deref() == Some("required"),
    }
}

fn roles(view: &View<'_>) -> Vec<(Patterns, Role)> {
    let roles = ROLES.iter().map(|(name, role)| (view.at(name).patterns(Flavor::Path), *role));
    roles.filter(|(patterns, _)| !patterns.is_empty()).collect()
}

/// A place in the tree, perhaps an empty one, with the names that origins need.
pub(super) struct View<'a> {
    pub names: &'a [String],
    pub node: Option<&'a Node>,
}

impl<'a> View<'a> {
    pub fn at(&self, key: &str) -> View<'a> {
        View { names: self.names, node: self.node.and_then(|node| node.get(key)) }
    }

    /// One value for each rule named here.
    fn entries<T>(&self, read: impl Fn(&'static Rule, &Node) -> T) -> BTreeMap<&'static str, T> {
        let entries = self.node.into_iter().flat_map(Node::entries);
        entries
            .filter_map(|(name, node)| {
                let rule = rules::find(name)?;
                Some((rule.name, read(rule, node)))
            })
            .collect()
    }

    fn text(&self) -> Option<String> {
        self.node.and_then(Node::text).map(str::to_owned)
    }

    fn texts(&self) -> Vec<String> {
        let items = self.node.map_or(&[][..], Node::items);
        items.iter().filter_map(Node::text).map(str::to_owned).collect()
    }

    fn one_of<T: Copy>(&self, values: &[T], name: impl Fn(T) -> &'static str) -> Option<Written<T>> {
        let node = self.node?;
        let value = values.iter().copied().find(|value| Some(name(*value)) == node.text())?;
        Some(Written { value, origin: node.origin(self.names) })
    }

    fn required(&self) -> Vec<Required> {
        let items = self.node.map_or(&[][..], Node::items).iter();
        let named = items.filter_map(|item| Some((item.text()?.to_owned(), item.origin(self.names))));
        named.map(|(name, origin)| Required { name, origin }).collect()
    }

    fn level(&self) -> Option<(Level, super::Origin)> {
        let node = self.node?;
        Some((Level::from_name(node.text()?)?, node.origin(self.names)))
    }

    /// The line that says `required`.
    fn required_by(&self) -> Option<super::Origin> {
        let node = self.node.filter(|node| node.text() == Some("required"))?;
        Some(node.origin(self.names))
    }

    fn limit(&self) -> Option<Limit> {
        let node = self.node?;
        Some(Limit { value: node.integer()?, origin: node.origin(self.names) })
    }

    fn patterns(&self, flavor: Flavor) -> Patterns {
        let Some(node) = self.node else { return Patterns::default() };
        let written = node.items().iter().filter_map(|item| Some((item.text()?.to_owned(), item.line))).collect();
        Patterns::new(flavor, &node.origin(self.names).path, written)
    }
}
