//! Policies: layers, origins, problems, patterns, presets, the schema.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use agentgate::RepoPath;
use agentgate::change::Unreadable;
use agentgate::policy::{self, Audience, Level, Origin, Policy, PolicyError};
use agentgate::rules::{self, Rule};
use proptest::prelude::*;

use crate::repository::TestRepository;

/// A base side that holds these files.
fn base(files: &[(&str, &str)]) -> Result<Policy, PolicyError> {
    let files: BTreeMap<&str, &str> = files.iter().copied().collect();
    Policy::from_base(&|path| Ok(files.get(path).map(|text| text.as_bytes().to_vec())))
}

fn policy(text: &str) -> Policy {
    Policy::from_text(&format!("version = 1\n{text}")).unwrap_or_else(|error| panic!("{error}"))
}

fn problems(text: &str) -> String {
    Policy::from_text(text).expect_err("a policy with problems").render(false)
}

fn rule(name: &str) -> &'static Rule {
    rules::find(name).unwrap_or_else(|| panic!("no rule {name}"))
}

/// Any rule at all will do where only levels matter.
const RULE: &str = "snapshot-churn";

fn level(policy: &Policy, path: &str) -> (Level, String) {
    let (level, Origin { path, line }) = policy.level(rule(RULE), Some(&RepoPath::from(path)));
    (level, format!("{path}:{line}"))
}

#[test]
fn without_a_policy_the_default_preset_holds() {
    let policy = base(&[]).unwrap();
    assert_eq!(policy.identity().layers, ["default"]);
    assert_eq!(policy.identity().path, None);
    assert!(policy.identity().digest.starts_with("sha256:"));
    let (level, origin) = level(&policy, "a");
    assert_eq!(level, Level::Block);
    assert!(origin.starts_with("preset:default:"), "{origin}");
}

#[test]
fn a_policy_that_says_nothing_builds_on_default() {
    assert_eq!(level(&policy(""), "a").0, Level::Block);
    let nothing = policy("extends = []");
    assert_eq!(level(&nothing, "a"), (Level::Off, ".agentgate/policy.toml:1".into()));
    assert!(!nothing.is_on(RULE));
}

#[test]
fn later_layers_win_and_values_keep_their_place() {
    let policy = base(&[
        (policy::FILE, "version = 1\nextends = [\"observe\", \".agentgate/team.toml\"]\n\nscope.max-files = 3\n"),
        (
            ".agentgate/team.toml",
            "version = 1\nscope = { max-files = 9, forbidden = [\"infra/\"] }\nrules.snapshot-churn = \"note\"\n",
        ),
    ])
    .unwrap();
    assert_eq!(level(&policy, "a"), (Level::Note, ".agentgate/team.toml:3".into()));
    let limit = policy.scope().max_files.clone().unwrap();
    assert_eq!((limit.value, limit.origin), (3, Origin { path: policy::FILE.into(), line: 4 }));
    let found = policy.scope().forbidden.find(&RepoPath::from("infra/a.tf")).unwrap();
    assert_eq!((found.pattern, found.origin.path.as_str()), ("infra/", ".agentgate/team.toml"));
    assert_eq!(policy.identity().layers, ["default", "observe", ".agentgate/team.toml"]);
}

#[test]
fn tables_merge_lists_replace_sections_append() {
    let policy = base(&[
        (
            policy::FILE,
            "version = 1\nextends = [\".agentgate/below.toml\"]\nrules.snapshot-churn.exclude = [\"b/\"]\n\
             [[paths]]\nmatch = [\"x/y/\"]\nrules.snapshot-churn = \"warn\"\n",
        ),
        (
            ".agentgate/below.toml",
            "version = 1\n[rules]\nsnapshot-churn = { level = \"note\", exclude = [\"a/\"], max-files = 7 }\n\
             [[paths]]\nmatch = [\"x/\"]\nrules.snapshot-churn = { level = \"block\", max-files = 2 }\n",
        ),
    ])
    .unwrap();
    let rule = rule(RULE);
    assert_eq!(level(&policy, "c").0, Level::Note, "the level comes from below");
    assert_eq!(level(&policy, "x/c"), (Level::Block, ".agentgate/below.toml:6".into()));
    assert_eq!(level(&policy, "x/y/c"), (Level::Warn, format!("{}:6", policy::FILE)), "the last section wins");
    assert!(policy.covers(rule, &RepoPath::from("a/c")), "the list of excluded paths was replaced");
    assert!(!policy.covers(rule, &RepoPath::from("b/c")));
    let max_files = |path: &str| policy.options(rule, Some(&RepoPath::from(path))).integer(&rule.options[0]);
    assert_eq!(rule.options[0].name, "max-files");
    assert_eq!((max_files("c"), max_files("x/y/c")), (7, 2));
}

#[test]
fn a_layer_reached_twice_applies_once() {
    let extends = |names: &str| format!("version = 1\nextends = [{names}]\n");
    let policy = base(&[
        (policy::FILE, &extends("\".agentgate/a.toml\", \".agentgate/b.toml\"")),
        (".agentgate/a.toml", &(extends("\".agentgate/c.toml\"") + "rules.snapshot-churn = \"warn\"")),
        (".agentgate/b.toml", &extends("\".agentgate/c.toml\"")),
        (".agentgate/c.toml", "version = 1\nrules.snapshot-churn = \"off\""),
    ]);
    assert_eq!(level(&policy.unwrap(), "x").0, Level::Warn, "what a says about c is not undone by b");
}

#[test]
fn the_digest_covers_every_layer() {
    let with = |text: &str| {
        let files = [(policy::FILE, "version = 1\nextends = [\".agentgate/a.toml\"]"), (".agentgate/a.toml", text)];
        base(&files).unwrap().identity().digest.clone()
    };
    assert_eq!(with("version = 1"), with("version = 1"));
    assert_ne!(with("version = 1"), with("version = 1\n"));
}

#[test]
fn a_policy_that_can_not_be_had_is_no_reason_to_use_another() {
    let missing: policy::Reader<'_> = &|_| Err(Unreadable::Missing { id: "abc".into() });
    let error = Policy::from_base(missing).expect_err("an unreadable policy");
    assert!(error.to_string().contains("abc is not in this repository"), "{error}");
}

#[test]
fn who_runs_the_gate_may_bring_a_policy() {
    let extends = b"version = 1\nextends = [\".agentgate/policy.toml\"]\nrules.snapshot-churn = \"block\"".to_vec();
    let base: policy::Reader<'_> = &|path| Ok((path == policy::FILE).then(|| b"version = 1\nextends = []".to_vec()));
    let policy = Policy::from_file("/etc/gate.toml", extends, base).unwrap();
    assert_eq!(level(&policy, "a"), (Level::Block, "/etc/gate.toml:3".into()));
    assert_eq!(policy.identity().source.name(), "administrator");
}

#[test]
fn people_are_held_to_what_the_policy_chooses() {
    let text = "people.rules = [\"schema-migration\"]";
    assert!(policy(text).is_on(RULE));
    let people = policy(text).for_audience(Audience::Person);
    assert!(!people.is_on(RULE));
    assert!(people.is_on("schema-migration"));
}

#[test]
fn three_mistakes_are_three_carets() {
    insta::assert_snapshot!(problems(
        "version = 1\n\n[scope]\nforbiden = [\"infra/**\"]\nmax-files = \"ten\"\n\n[rules]\nsnapshot-chrun = \"block\"\n"
    ));
}

/// A misspelt rule does not hide that its level is misspelt too.
#[test]
fn the_level_of_an_unknown_rule_is_read_as_well() {
    let found =
        problems("version = 1\n[rules]\nskiped-test = \"blok\"\ndeleted-tset = { level = \"wran\" }\nxyz = 7\n");
    let expected = [
        "did you mean `skipped-test`?",
        "unknown level `blok`",
        "did you mean `deleted-test`?",
        "did you mean `warn`?",
        "unknown rule `xyz`",
        "`xyz` must be a level or a table, not a whole number",
        "6 problems",
    ];
    for words in expected {
        assert!(found.contains(words), "{words}:\n{found}");
    }
}

#[test]
fn every_kind_of_mistake_is_explained() {
    insta::assert_snapshot!(problems(
        r#"
version = 2
extends = ["defualt", "team.toml", ".agentgate/absent.toml", "strict", "strict"]
max-files = 3
skipped-tests = "block"

[branches]
agent = ["agent/", "!x"]
name = '^agent/(?<ticket>[A-Z+$'
base = ""

[scope]
allowed = "src/**"
forbidden = ["./a", "a[b", "src\\x", 7, "a{b"]
max-lines = -1

[rules]
snapshot-churn = { level = "blok", max-file = 3, require-rationale = "yes" }
schema-migration = true

[[paths]]
match = ["docs/"]
rules = { snapshot-churn = { level = "off", exclude = ["x"] } }

[[paths]]
rules = {}

[roles]
tests = ["spec/"]

[agents]
trailers = ["Made with: x"]

[people]
rules = ["snapshot-churns"]
"#
    ));
}

#[test]
fn what_is_not_toml_is_shown_beside_the_rest() {
    insta::assert_snapshot!(problems(
        "version = 1\nscope = { max-files = }\nscope.max-lines = \"x\"\n[rules\nunknown = 1\n"
    ));
}

#[test]
fn a_circle_of_policies_is_named() {
    let error = base(&[
        (policy::FILE, "version = 1\nextends = [\".agentgate/a.toml\"]"),
        (".agentgate/a.toml", "version = 1\nextends = [\".agentgate/policy.toml\"]"),
    ]);
    insta::assert_snapshot!(error.expect_err("a circle").render(false));
}

#[test]
fn problems_of_several_files_come_together() {
    let error = base(&[
        (policy::FILE, "version = 1\nextends = [\".agentgate/a.toml\"]\nrules.snapshot-churn = 1"),
        (".agentgate/a.toml", "version = 1\nrules.schema-migration = 1"),
    ])
    .expect_err("two problems");
    let places: Vec<_> =
        error.problems().iter().map(|problem| (problem.file(), problem.line(), problem.column())).collect();
    assert_eq!(places, [(".agentgate/a.toml", 2, 26), (policy::FILE, 3, 24)]);
}

#[test]
fn hostile_text_does_not_reach_the_terminal() {
    let words = problems("version = 1\n\"\u{1b}[2Jx\u{202e}\" = 1 # \u{9b}31m\n\"a\\u001b[2J\" = 1\n");
    assert!(words.chars().all(|c| !c.is_control() || c == '\n'), "{words:?}");
    assert!(!words.contains('\u{202e}'), "{words:?}");
}

#[test]
fn sizes_are_bounded() {
    let huge = format!("version = 1\n# {}", "x".repeat(1024 * 1024));
    assert!(problems(&huge).contains("the limit is 1048576"));
    assert!(problems("version = 1\n\u{feff}").contains("not TOML"));
    let deep = format!("version = 1\nscope = {}", "[".repeat(100_000));
    assert!(problems(&deep).contains("policy.toml:2:"));
    let long_line = format!("version = 1\nscope = {{ {} }}", "bad = 1, ".repeat(50_000));
    let words = problems(&long_line);
    assert!(words.len() < 100_000, "{} bytes", words.len());
    let many = format!("version = 1\nextends = [{}]", "\"x\", ".repeat(1000));
    assert!(problems(&many).contains("and "));
}

#[test]
fn ten_thousand_patterns_are_read_and_matched_in_bounded_time() {
    let patterns: Vec<String> = (0..10_000).map(|n| format!("\"src/*/mod-{n}/**/*.{{rs,py}}\"")).collect();
    let start = Instant::now();
    let policy = policy(&format!("scope.forbidden = [{}]", patterns.join(",\n")));
    let read = start.elapsed();
    assert!(policy.scope().forbidden.is_match(&RepoPath::from("src/a/mod-9999/b/c.py")));
    let compiled = start.elapsed() - read;
    let path = RepoPath::from("src/a/other/b/c/d.py");
    assert!((0..1000).all(|_| !policy.scope().forbidden.is_match(&path)));
    let matched = start.elapsed() - read - compiled;
    eprintln!("read {read:?}, compiled {compiled:?}, 1000 matches {matched:?}");
    assert!(start.elapsed() < Duration::from_secs(60));
}

#[test]
fn patterns_match_what_git_ignores() {
    let repository = TestRepository::new();
    let paths =
        ["a", "b", "a/b", "a/b/c", "b/a", "a.b", "a/a.b", "b/a.b/c", ".a", "b/.a/c", "ab", "a-b", "a/-", "A", "a b"];
    let parts = [
        "a", "b", "c", "*", "?", "**", "a*", "*.b", "[ab]", "[!a]", "[a-c]", ".a", "?b", "[^b]*", "\\*", "[]a]", "[a-]",
    ];
    let mut patterns: Vec<String> = parts.iter().map(|part| (*part).to_owned()).collect();
    for first in parts {
        patterns.extend([format!("/{first}"), format!("{first}/"), format!("/{first}/")]);
        for second in parts {
            patterns.extend([format!("{first}/{second}"), format!("{first}/{second}/")]);
        }
        patterns.extend([format!("a/**/{first}"), format!("**/{first}/b"), format!("{first}/**/c")]);
    }
    for pattern in patterns {
        repository.write(".git/info/exclude", &pattern);
        let output = repository.try_git(&[&["check-ignore", "--no-index", "--"], &paths[..]].concat());
        let ignored = String::from_utf8(output.stdout).unwrap();
        let ignored: Vec<&str> = ignored.lines().collect();
        let quoted = pattern.replace('\\', "\\\\");
        let policy = policy(&format!("scope.forbidden = [\"{quoted}\"]"));
        let ours: Vec<&str> =
            paths.into_iter().filter(|path| policy.scope().forbidden.is_match(&RepoPath::from(*path))).collect();
        assert_eq!(ours, ignored, "pattern `{pattern}`");
    }
}

#[test]
fn presets_list_every_rule_and_only_those() {
    // Names of the contract whose rules are not written yet; a rule that lands leaves this list.
    const TO_COME: &[&str] = &[
        "forbidden-path",
        "out-of-scope-path",
        "diff-too-large",
        "policy-tampering",
        "branch-name",
        "stale-base",
        "protected-branch",
        "permission-exceeded",
        "skipped-test",
        "focused-test",
        "deleted-test",
        "removed-assertion",
        "loosened-assertion",
        "changed-expectation",
        "assertion-free-test",
        "raised-timeout",
        "added-retry",
        "patched-subject",
        "missing-test",
        "suppressed-lint",
        "weakened-config",
        "weakened-ci",
        "new-dependency",
        "changed-dependency-source",
        "lockfile-drift",
        "contract-change",
        "leaked-secret",
        "personal-data",
        "leftover-marker",
        "hidden-unicode",
        "unreadable-change",
        "missing-evidence",
        "unmapped-criterion",
        "unverified-evidence",
        "understated-risk",
    ];
    for name in Policy::presets() {
        let path = format!("{}/policies/{name}.toml", env!("CARGO_MANIFEST_DIR"));
        let text = std::fs::read_to_string(&path).unwrap();
        let table: toml::Table = text.parse().unwrap();
        let listed: Vec<&str> = table["rules"].as_table().unwrap().keys().map(String::as_str).collect();
        // Playbooks narrow what they build on, and say nothing of the rest.
        let builds_on = table["extends"].as_array().unwrap().len();
        if name.starts_with("playbook/") {
            assert_eq!(builds_on, 1, "policies/{name}.toml builds on `default` only");
            let policy = Policy::preset(name).unwrap();
            assert!(
                listed.iter().all(|rule| policy.level(rules::find(rule).unwrap(), None).0 == Level::Block),
                "{name}"
            );
            continue;
        }
        let missing: Vec<_> = rules::ALL.iter().map(|rule| rule.name).filter(|rule| !listed.contains(rule)).collect();
        assert!(missing.is_empty(), "add to [rules] in policies/{name}.toml, each with a level: {missing:?}");
        let unknown: Vec<_> =
            listed.into_iter().filter(|rule| rules::find(rule).is_none() && !TO_COME.contains(rule)).collect();
        assert!(unknown.is_empty(), "no such rules; remove from policies/{name}.toml: {unknown:?}");
    }
}

#[test]
fn presets_keep_their_promise() {
    let breaks = |preset: &str, keeps: fn(Level) -> bool| -> Vec<&str> {
        let policy = Policy::preset(preset).unwrap();
        rules::ALL.iter().filter(|rule| !keeps(policy.level(rule, None).0)).map(|rule| rule.name).collect()
    };
    assert_eq!(breaks("observe", |level| level == Level::Warn), [""; 0], "policies/observe.toml: every rule warns");
    assert_eq!(breaks("strict", |level| level == Level::Block), [""; 0], "policies/strict.toml: every rule blocks");
    assert_eq!(breaks("default", |level| level != Level::Off), [""; 0], "policies/default.toml: no rule is off");
    assert!(Policy::preset("strict").unwrap().branches().name().unwrap().0.is_match("agent/ENF-241-blocking-evidence"));
}

#[test]
fn the_schema_is_current_and_agrees_with_the_validator() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/policies/policy.schema.json");
    let current = format!("{}\n", serde_json::to_string_pretty(&policy::schema()).unwrap());
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(path, &current).unwrap();
    }
    let committed = std::fs::read_to_string(path).unwrap();
    assert!(
        committed == current,
        "the schema changed: run `agentgate policy schema > policies/policy.schema.json`, or this test with BLESS=1"
    );
    let validator = jsonschema::validator_for(&policy::schema()).unwrap();
    let valid = |text: &str| {
        let table: toml::Table = text.parse().unwrap();
        let mut value = serde_json::to_value(table).unwrap();
        // Presets name rules that this version may not know yet.
        let rules = value.pointer_mut("/rules").and_then(serde_json::Value::as_object_mut);
        rules.into_iter().for_each(|rules| rules.retain(|name, _| rules::find(name).is_some()));
        let people = value.pointer_mut("/people/rules").and_then(serde_json::Value::as_array_mut);
        people.into_iter().for_each(|names| names.retain(|name| rules::find(name.as_str().unwrap()).is_some()));
        validator.iter_errors(&value).map(|error| error.to_string()).collect::<Vec<_>>()
    };
    for name in Policy::presets() {
        let text = std::fs::read_to_string(format!("{}/policies/{name}.toml", env!("CARGO_MANIFEST_DIR"))).unwrap();
        assert_eq!(valid(&text), Vec::<String>::new(), "policies/{name}.toml");
    }
    assert_eq!(valid(&Policy::preset("strict").unwrap().show().text(&str::to_owned)), Vec::<String>::new());
    for text in [
        "version = 2",
        "version = 1\nunknown = 1",
        "version = 1\nscope.max-files = -1",
        "version = 1\nrules.snapshot-churn = \"blok\"",
        "version = 1\nrules.snapshot-churn.max-file = 1",
        "version = 1\n[[paths]]\nrules = {}",
    ] {
        assert!(!valid(text).is_empty(), "{text}");
        assert!(Policy::from_text(text).is_err(), "{text}");
    }
}

#[test]
fn what_show_prints_means_the_same() {
    let text = "extends = [\"strict\"]\nscope.forbidden = [\"a\\\\[b\", \"\\u001b\", \"ü\"]\nroles.test = [\"spec/\"]\n\
                rules.snapshot-churn = { exclude = [\"docs/\"], max-files = 3 }\n\
                [[paths]]\nmatch = [\"x/\"]\nrules.snapshot-churn = { level = \"off\", max-files = 9 }\n\
                [[paths]]\nmatch = [\"y/\"]\nrules = {}\n";
    for policy in [policy(text), Policy::default(), policy("extends = []")] {
        let shown = policy.show();
        let again = Policy::from_text(&shown.text(&str::to_owned)).unwrap_or_else(|error| panic!("{error}"));
        let values = |policy: &Policy| {
            let values = policy.show().values.into_iter().map(|entry| (entry.key, entry.value));
            values.collect::<Vec<_>>()
        };
        assert_eq!(values(&policy), values(&again));
    }
}

#[test]
fn show_says_where_each_value_comes_from() {
    let policy = policy(
        "\n[scope]\nforbidden = [\"infra/**\", \"**/*.pem\"]\nmax-files = 12\n\n[rules]\n\
         snapshot-churn = { level = \"warn\", exclude = [\"docs/**\"], max-files = 10 }\n\n\
         [[paths]]\nmatch = [\"services/billing/**\"]\nrules.snapshot-churn = \"block\"\n",
    );
    let shown = policy.show();
    let text = shown.text(&str::to_owned);
    // The list of rules grows, and with it the width of its table.
    let (before, rest) = text.split_once("[rules]").unwrap();
    let (rules, after) = rest.split_once("[[paths]]").unwrap();
    let digest = |line: &str| line.starts_with("# sha256:");
    let before: Vec<&str> = before.lines().filter(|line| !digest(line) && !line.starts_with("  \"")).collect();
    insta::assert_snapshot!(format!("{}\n[[paths]]{after}", before.join("\n")));
    let rules: Vec<String> = rules.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
    for line in [
        "snapshot-churn.level = \"warn\" # .agentgate/policy.toml:8",
        "snapshot-churn.exclude = [\"docs/**\"] # .agentgate/policy.toml:8",
        "snapshot-churn.require-rationale = false # the rule's default",
    ] {
        assert!(rules.iter().any(|shown| shown == line), "{line}\n{rules:#?}");
    }
}

#[test]
fn phases_begin_on_their_day() {
    let text = "\n[[rollout]]\nfrom = 2026-06-01\nrules = { missing-evidence = \"block\" }\n\n\
                [[rollout]]\nfrom = \"2026-03-01\"\nrules = { missing-evidence = \"note\", snapshot-churn = { level = \"warn\", max-files = 3 } }\n";
    let at = |day: &str| {
        let policy = policy(text).as_of(day);
        let (level, origin) = policy.level(rule("missing-evidence"), None);
        let steps: Vec<String> = policy
            .steps()
            .iter()
            .map(|step| format!("{} {} {}>{}", step.from, step.key, step.until_then, step.then))
            .collect();
        (level, origin.line, steps)
    };
    let june = "2026-06-01 rules.missing-evidence.level \"note\">\"block\"".to_owned();
    let (level, _, steps) = at("2026-02-28");
    assert_eq!(level, Level::Warn);
    assert_eq!(
        steps,
        [
            "2026-03-01 rules.missing-evidence.level \"warn\">\"note\"",
            "2026-03-01 rules.snapshot-churn.level \"block\">\"warn\"",
            "2026-03-01 rules.snapshot-churn.max-files null>3",
            &june,
        ]
    );
    assert_eq!(at("2026-03-01"), (Level::Note, 9, vec![june.clone()]), "the first day counts");
    assert_eq!(at("2026-05-31"), (Level::Note, 9, vec![june]));
    assert_eq!(at("2027-01-01"), (Level::Block, 5, Vec::new()));
    let shown = policy(text).as_of("2026-04-01").show().text(&str::to_owned);
    assert!(
        shown.contains("# from 2026-06-01 on: rules.missing-evidence.level = \"block\", until then \"note\""),
        "{shown}"
    );
    let again = Policy::from_text(&shown).unwrap_or_else(|error| panic!("{error}")).as_of("2026-04-01");
    assert_eq!(again.level(rule("missing-evidence"), None).0, Level::Note);
    for (text, expected) in [
        ("\n[[rollout]]\nfrom = \"soon\"\nrules = {}\n", "is no day: `soon`"),
        ("\n[[rollout]]\nrules = {}\n", "has no `from`"),
        ("\n[permission]\nlevel = \"L9\"\n", "`L9` is nothing that `permission.level` knows"),
        ("\n[scope]\nchanges = [\"doc\"]\n", "`doc` is nothing"),
    ] {
        assert!(problems(text).contains(expected), "{expected}:\n{}", problems(text));
    }
}

#[test]
fn a_playbook_called_for_by_a_packet_only_narrows() {
    use agentgate::packet::Packet;
    let packet =
        |task: &str| Packet::parse("p.md", format!("- Task type: {task}\n\n## Objective\nx\n").as_bytes()).unwrap();
    let level = |policy: &Policy, name: &str| policy.level(rule(name), None).0;
    let own = policy(
        "rules.missing-test = { level = \"warn\", min-lines = 9 }\nrules.new-dependency = { level = \"block\", allow = [\"serde\"] }\nscope.max-production-files = 2\n",
    );
    let fixing = own.with_packet(packet("bug-fix"));
    assert_eq!(level(&fixing, "missing-test"), Level::Block);
    assert!(fixing.scopes().any(|scope| scope.max_production_files.as_ref().is_some_and(|limit| limit.value == 2)));
    let loose = policy("rules.skipped-test = \"off\"\n").with_packet(packet("test-gap"));
    assert_eq!(level(&loose, "skipped-test"), Level::Block);
    let plain = policy("rules.skipped-test = \"warn\"\n").with_packet(packet("feature"));
    assert_eq!(level(&plain, "skipped-test"), Level::Warn, "no playbook for it");
    let repair = policy("").with_packet(packet("ci-repair"));
    assert!(repair.evidence().section_names().contains(&"Failure Classification".to_owned()));
}

#[test]
fn the_default_policy_costs_less_than_a_millisecond() {
    Policy::default();
    let best = (0..20).map(|_| {
        let start = Instant::now();
        let policy = Policy::default();
        assert!(policy.is_on(RULE));
        start.elapsed()
    });
    let best = best.min().unwrap();
    eprintln!("default policy: {best:?}");
    // Debug builds are several times slower than what people run.
    assert!(best < Duration::from_millis(5), "{best:?}");
}

proptest! {
    #[test]
    fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let read = Policy::from_base(&|path| Ok((path == policy::FILE).then(|| bytes.clone())));
        if let Err(error) = read {
            prop_assert!(!error.render(true).is_empty());
        }
    }

    #[test]
    fn no_text_that_looks_like_a_policy_panics(
        lines in proptest::collection::vec(
            r#"(version|extends|scope|rules|paths|branches|roles|snapshot-churn|level|match|max-files|\[|\]|\[\[|\{|\}|=|,|\.|"|'|"block"|"a\[/"|'é'|1|-9|true|\n| ){1,9}"#,
            0..8,
        ),
    ) {
        if let Err(error) = Policy::from_text(&format!("version = 1\n{}", lines.join("\n"))) {
            prop_assert!(error.problems().iter().all(|problem| problem.line() > 0 && problem.column() > 0));
            error.render(false);
        }
    }
}
