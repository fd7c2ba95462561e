//! Limits and retries in the configuration of test runners, as files with settings and no cases.

use super::library::{Library, Outside, Source};
use super::model::{Limits, Setting, SettingKind, TestFile};
use super::reader::Reader;
use super::time;
use crate::LineRange;
use crate::RepoPath;
use crate::facts::ci::commands;
use crate::facts::ci::{self, Action, scripts};
use crate::facts::document::{self, Format, Node, Value};
use crate::facts::shell::{Command, split_words};
use crate::lang::{Kind, Language, Span};

/// Whether a path is a runner's configuration, or holds it among others.
pub fn is_configuration(path: &RepoPath) -> bool {
    is_module(path) || document_of(path).is_some()
}

/// Configuration that is a program: read through the language's tree.
pub fn is_module(path: &RepoPath) -> bool {
    let name = String::from_utf8_lossy(path.file_name()).to_ascii_lowercase();
    let tools = ["playwright", "vitest", "vite", "jest", "cypress", "wdio", "karma", "ava", "nightwatch", "testcafe"];
    name.starts_with(".mocharc.") && path.extension().is_some_and(|ext| ext.ends_with(b"js"))
        || name == "build.gradle.kts"
        || tools.iter().any(|tool| {
            name.strip_prefix(tool).is_some_and(|rest| {
                [".config.", ".conf.", ".workspace.", "-ct.config."].iter().any(|end| rest.starts_with(end))
            })
        }) && path.extension() != Some(b"json")
}

/// Whether a file only tells a test runner what to run and how: nothing that is built or shipped reads it.
pub fn is_only_for_tests(path: &RepoPath) -> bool {
    /// Runners' files whose settings nobody compares.
    const UNREAD: &[&str] = &["jasmine.json", ".rspec", "testng.xml"];
    /// Those that say how to build as well.
    const ALSO_BUILDS: &[&str] = &["vite.", "build.gradle", "pom.xml"];
    let name = String::from_utf8_lossy(path.file_name()).to_ascii_lowercase();
    let is_whole = match document_of(path) {
        Some((_, Part::Whole)) => true,
        // Its other sections say where tests run.
        Some((_, Part::Below(_))) => name == "tox.ini",
        None => is_module(path) || UNREAD.contains(&name.as_str()),
    };
    is_whole && !ALSO_BUILDS.iter().any(|start| name.starts_with(start))
}

/// Where in a document the runner's keys are.
enum Part {
    Whole,
    /// Below these keys.
    Below(&'static [&'static [&'static str]]),
}

fn document_of(path: &RepoPath) -> Option<(Format, Part)> {
    let name = String::from_utf8_lossy(path.file_name()).to_ascii_lowercase();
    let pytest: &[&[&str]] = &[&["tool", "pytest"]];
    Some(match name.as_str() {
        "nextest.toml" => (Format::Toml, Part::Whole),
        "bunfig.toml" => (Format::Toml, Part::Below(&[&["test"]])),
        "pyproject.toml" => (Format::Toml, Part::Below(pytest)),
        "pytest.toml" | ".pytest.toml" => (Format::Toml, Part::Whole),
        "pytest.ini" | ".pytest.ini" => (Format::Ini, Part::Whole),
        "tox.ini" => (Format::Ini, Part::Below(&[&["pytest"]])),
        "setup.cfg" => (Format::Ini, Part::Below(&[&["tool:pytest"]])),
        "junit-platform.properties" => (Format::Ini, Part::Whole),
        "package.json" => {
            (Format::Json, Part::Below(&[&["jest"], &["mocha"], &["ava"], &["tap"], &["vitest"], &["scripts"]]))
        }
        "jest.config.json" | ".mocharc.json" | ".mocharc.jsonc" | "cypress.json" => (Format::Json, Part::Whole),
        ".mocharc.yml" | ".mocharc.yaml" | ".taprc" | "dart_test.yaml" => (Format::Yaml, Part::Whole),
        "phpunit.xml" | "phpunit.xml.dist" | "pom.xml" => (Format::Xml, Part::Whole),
        _ if name.ends_with(".runsettings") => (Format::Xml, Part::Whole),
        _ => return None,
    })
}

/// The settings of a document; nothing where it can't be read, which its own readers say.
pub fn document(path: &RepoPath, bytes: &[u8]) -> Option<TestFile> {
    let (format, part) = document_of(path)?;
    let root = document::read(format, bytes).ok()?;
    let mut settings = Vec::new();
    match part {
        Part::Whole => walk(&root, "", 0, &mut settings),
        Part::Below(places) => {
            for place in places {
                if let Some(node) = root.path(place) {
                    walk(node, &place.join("."), 0, &mut settings);
                }
            }
        }
    }
    Some(file(path, settings))
}

/// Whether commands are read from a file: a pipeline, or scripts that no runner's configuration holds.
pub fn is_of_commands(path: &RepoPath) -> bool {
    ci::is_pipeline(path) || scripts::is_scripts(path) && document_of(path).is_none()
}

/// Whether a text can hold a limit or a retry at all.
pub fn may_limit(bytes: &[u8]) -> bool {
    const WORDS: [&[u8]; 3] = [b"imeout", b"etr", b"erun"];
    WORDS.iter().any(|word| memchr::memmem::find(bytes, word).is_some())
}

/// The limits and retries that a pipeline or a script hands to the tests it runs. Jobs are renamed and split: a setting is
/// known by the tool it is handed to.
pub fn commands(path: &RepoPath, bytes: &[u8]) -> Option<TestFile> {
    let mut settings = Vec::new();
    let mut read = |command: &Command, first: u32| {
        let shape = commands::shape(&command.words);
        if commands::kind(&shape) == Some(commands::Kind::Test) {
            let line = LineRange::one(command.line.saturating_add(first));
            flags(&command.words, &shape.tool.replace(' ', "-"), line, &mut settings);
        }
    };
    if ci::is_pipeline(path) {
        for step in ci::read(path, bytes)?.ok()?.jobs.into_iter().flat_map(|job| job.steps) {
            if let Action::Run { script, line, .. } = step.action {
                script.commands.iter().for_each(|command| read(command, line));
            }
        }
    } else {
        scripts::read(path, bytes).iter().flat_map(|recipe| &recipe.commands).for_each(|command| read(command, 0));
    }
    // A command that is gone took its limit along.
    settings.iter_mut().for_each(|setting| setting.limits = Limits::Command);
    Some(file(path, settings))
}

/// The settings of a module that configures a runner.
pub fn module(source: &Source) -> TestFile {
    let outside = Outside::default();
    let library = Library::new(std::slice::from_ref(source), &outside);
    let mut reader = Reader::new(&library, 0, library.files[0].constants.clone());
    let mut settings = reader.settings_of(&source.root);
    for setting in &mut settings {
        // Which function the options are handed to says nothing of a runner.
        setting.what = setting.what.rsplit(' ').next().unwrap_or_default().to_owned();
        setting.limits = Limits::Test { default: None };
        let none = setting.kind == SettingKind::Timeout && setting.value == Some(0.0);
        setting.value = if none { Some(f64::INFINITY) } else { setting.value };
    }
    file(&source.path, settings)
}

/// Whether a language's tree can be read for settings.
pub fn fits(language: &Language) -> bool {
    matches!(language.name, "javascript" | "typescript" | "tsx" | "kotlin")
}

fn file(path: &RepoPath, settings: Vec<Setting>) -> TestFile {
    TestFile {
        kept_names: Default::default(),
        path: path.clone(),
        is_collected: true,
        cases: Vec::new(),
        settings,
        mocks: Vec::new(),
        functions: std::collections::BTreeSet::new(),
        unread: Vec::new(),
    }
}

fn walk(node: &Node, place: &str, depth: usize, settings: &mut Vec<Setting>) {
    if depth > 40 {
        return;
    }
    for member in node.members() {
        let name = member.name.trim_start_matches('@');
        let what = if place.is_empty() { name.to_owned() } else { format!("{place}.{name}") };
        let lines = LineRange::one(member.line);
        let text = member.value.text().map_or_else(|| name.to_owned(), |value| format!("{name} = {value}"));
        match kind_of(name) {
            Some(kind) => {
                if let Some(value) = amount(&member.value) {
                    settings.push(Setting::new(kind, Limits::Test { default: None }, &what, Some(value), text, lines));
                }
            }
            None => {
                if let Some(command) = member.value.text().filter(|text| text.contains("--") || text.contains("-D")) {
                    flags(&split_words(command), &what, lines, settings);
                }
                walk(&member.value, &what, depth + 1, settings);
            }
        }
    }
    for (at, item) in node.items().enumerate() {
        if let (Some(text), true) = (item.text(), depth > 0) {
            flags(&split_words(text), place, LineRange::one(item.line), settings);
        }
        walk(item, &format!("{place}[{at}]"), depth + 1, settings);
    }
}

fn kind_of(name: &str) -> Option<SettingKind> {
    let plain: String = name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
    let retry =
        ["retries", "retry", "reruns", "rerunfailingtestscount", "maxretries", "retrycount", "flakytestattempts"];
    if retry.iter().any(|word| plain == *word || plain.ends_with("rerunfailingtestscount")) {
        Some(SettingKind::Retry)
    } else if ["timeout", "timelimit"].iter().any(|word| plain.contains(word)) && !plain.contains("exitontimeout") {
        Some(SettingKind::Timeout)
    } else {
        None
    }
}

/// A number, a duration, or a table that holds one: `{ period = "10ms", terminate-after = 2 }`, `{ count = 3 }`.
fn amount(node: &Node) -> Option<f64> {
    if let Value::Map(_) = node.value {
        let number = |name: &str| node.get(name).and_then(amount);
        let rounds = number("terminate-after").unwrap_or(1.0);
        return number("period")
            .map(|period| period * rounds)
            .or_else(|| ["count", "runMode", "#text"].iter().find_map(|name| number(name)));
    }
    let text = node.text()?.trim();
    let written = crate::lang::Node::leaf(Kind::Text, text, Span::default());
    text.replace('_', "").parse().ok().or_else(|| time::amount(&written))
}

/// `--timeout=30`, `--reruns 3`, `-Dsurefire.rerunFailingTestsCount=2` among the words of a command.
fn flags(words: &[String], place: &str, lines: LineRange, settings: &mut Vec<Setting>) {
    for (at, word) in words.iter().enumerate() {
        let Some(flag) = word.strip_prefix('-') else { continue };
        let (name, value) = match flag.split_once('=') {
            Some((name, value)) => (name, Some(value)),
            None => (flag, words.get(at + 1).map(String::as_str)),
        };
        let last = name.trim_start_matches('-').rsplit('.').next().unwrap_or_default();
        let Some(kind) = kind_of(last) else { continue };
        let written = value.map(|value| crate::lang::Node::leaf(Kind::Text, value, Span::default()));
        let number = value.and_then(|value| value.parse().ok()).or_else(|| written.as_ref().and_then(time::amount));
        if let Some(number) = number {
            let what = format!("{place}.{last}");
            let text = format!("-{flag}");
            settings.push(Setting::new(kind, Limits::Test { default: None }, &what, Some(number), text, lines));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_that_are_only_for_tests() {
        for name in [
            "pytest.ini",
            "tox.ini",
            ".rspec",
            "jest.config.ts",
            "jest.config.json",
            "vitest.workspace.ts",
            ".mocharc.js",
            ".mocharc.yml",
            "phpunit.xml.dist",
            ".config/nextest.toml",
            "karma.conf.js",
            "app/junit-platform.properties",
        ] {
            assert!(is_only_for_tests(&name.into()), "{name}");
        }
        for name in [
            "vite.config.ts",
            "build.gradle.kts",
            "pom.xml",
            "package.json",
            "pyproject.toml",
            "setup.cfg",
            "jest.ts",
            "a.py",
        ] {
            assert!(!is_only_for_tests(&name.into()), "{name}");
        }
    }
}
