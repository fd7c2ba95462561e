use super::*;
use crate::facts::secrets::{Care, find_unless};

/// Drawn by lot.
const VALUE: &str = "acme_9fK2mQx7Lw4ZtB8vRn6Yp3Hs";

fn config(text: &str) -> Config {
    files(&[(FILE, text)])
}

fn files(all: &[(&str, &str)]) -> Config {
    let read = |path: &str| all.iter().find(|(name, _)| *name == path).map(|(_, text)| Ok(text.as_bytes().to_vec()));
    Config::read(FILE, &read).expect("there is one")
}

fn found(config: &Config, path: &str, text: &str) -> Vec<(String, u32)> {
    config.find(Some(path), text).into_iter().map(|it| (it.what, it.line)).collect()
}

const RULE: &str = r#"
[[rules]]
id = "acme-token"
regex = '''\b(acme_[a-zA-Z0-9]{24})\b'''
keywords = ["acme_"]
entropy = 3.0
"#;

fn acme(line: u32) -> Vec<(String, u32)> {
    vec![("`acme-token` of the project's gitleaks rules".to_owned(), line)]
}

#[test]
fn a_rule_finds_its_pattern_and_masks_it() {
    let config = config(RULE);
    assert_eq!(config.problems(), []);
    let all = config.find(Some("a.py"), &format!("x = 1\nt = \"{VALUE}\"\n"));
    assert_eq!(all.len(), 1);
    assert_eq!((all[0].line, all[0].shown.as_str()), (2, "t = \"acme…(29 characters)\""));
    assert_eq!(found(&config, "a.py", "t = \"acme_000000000000000000000000\""), [], "too even");
    assert_eq!(found(&config, "a.py", "acme_9fK2"), []);
}

#[test]
fn paths_groups_and_keywords_narrow_a_rule() {
    let narrow = config(&RULE.replace("entropy = 3.0", "path = '''\\.env$'''"));
    assert_eq!(found(&narrow, "a.env", VALUE), acme(1));
    assert_eq!(found(&narrow, "a.py", VALUE), []);
    assert!(narrow.find(None, VALUE).is_empty(), "text of no file has no path");
    let elsewhere = config(&RULE.replace("\"acme_\"", "\"other\""));
    assert_eq!(found(&elsewhere, "a", VALUE), []);
    assert_eq!(found(&elsewhere, "a", &format!("OTHER {VALUE}")), acme(1));
    let grouped = config("[[rules]]\nid = \"acme-token\"\nregex = '''(a)(cme_\\w+)'''\nsecretGroup = 2\n");
    assert_eq!(grouped.find(None, VALUE)[0].mask, "cme_…(28 characters)");
}

#[test]
fn a_path_alone_forbids_a_file() {
    let config =
        config("[[rules]]\nid = \"dumps\"\npath = '''\\.dump$'''\n[[rules.allowlists]]\npaths = ['''^demo/''']\n");
    assert_eq!(config.forbids("db/a.dump"), Some("dumps"));
    assert_eq!(config.forbids("demo/a.dump"), None);
    assert_eq!(config.forbids("a.sql"), None);
}

#[test]
fn allowances_of_a_rule_and_of_all() {
    for allow in [
        "[allowlist]\npaths = ['''^docs/''']",
        "[[allowlists]]\ntargetRules = [\"acme-token\"]\npaths = ['''^docs/''']",
        "[[rules.allowlists]]\npaths = ['''^docs/''']",
        "[rules.allowlist]\nregexes = ['''Yp3Hs$''']",
        "[[rules.allowlists]]\nregexTarget = \"line\"\nregexes = ['''made up''']",
        "[[rules.allowlists]]\nstopwords = [\"mqx7\"]",
        "[[rules.allowlists]]\ncondition = \"AND\"\npaths = ['''^docs/''']\nstopwords = [\"mqx7\"]",
    ] {
        let config = config(&format!("{RULE}{allow}\n"));
        assert_eq!(config.problems(), [], "{allow}");
        assert_eq!(found(&config, "docs/a.md", &format!("{VALUE} is made up")), [], "{allow}");
        let other = VALUE.replace("mQx7", "nRy8").replace("Yp3Hs", "Zq4Jt");
        assert_eq!(found(&config, "src/a.py", &other), acme(1), "{allow}");
    }
    for allow in [
        "[[rules.allowlists]]\ncondition = \"AND\"\npaths = ['''^docs/''']\nstopwords = [\"none\"]",
        "[[rules.allowlists]]\ncommits = [\"abc\"]",
        "[[allowlists]]\ntargetRules = [\"other\"]\npaths = ['''^docs/''']",
    ] {
        assert_eq!(found(&config(&format!("{RULE}{allow}\n")), "docs/a.md", VALUE), acme(1), "{allow}");
    }
}

#[test]
fn what_the_project_allows_holds_for_our_own_rules_too() {
    let text = "API_KEY = \"9fK2mQx7Lw4ZtB8vRn6Yp3Hs\"";
    let ours = |config: &Config, path| find_unless(text, Care::Assignments, |it| config.allows(Some(path), it)).len();
    let general = config("[allowlist]\npaths = ['''^demo/''']\n");
    assert_eq!((ours(&general, "demo/a.py"), ours(&general, "src/a.py")), (0, 1));
    let shipped = config("[[rules]]\nid = \"generic-api-key\"\n[[rules.allowlists]]\nregexes = ['''^9fK2''']\n");
    assert_eq!(ours(&shipped, "a.py"), 0);
    let other = config("[[rules]]\nid = \"slack-bot-token\"\n[[rules.allowlists]]\nregexes = ['''^9fK2''']\n");
    assert_eq!(ours(&other, "a.py"), 1);
    let targeted = config("[[allowlists]]\ntargetRules = [\"generic-api-key\"]\nregexes = ['''^9fK2''']\n");
    assert_eq!(ours(&targeted, "a.py"), 0);
}

#[test]
fn a_comment_makes_it_doubtful_and_no_more() {
    let all = config(RULE).find(None, &format!("{VALUE} # gitleaks:allow"));
    assert_eq!(all[0].proof, Proof::None);
    assert_eq!(config(RULE).find(None, VALUE)[0].proof, Proof::Form);
}

#[test]
fn a_file_may_extend_another_and_take_rules_out() {
    let own = "[extend]\npath = \"./base.toml\"\ndisabledRules = [\"other\"]\n[[rules]]\nid = \"acme-token\"\n[[rules.allowlists]]\npaths = ['''^docs/''']\n";
    let base = format!("{RULE}\n[[rules]]\nid = \"other\"\nregex = '''other_\\w+'''\n");
    let config = files(&[(FILE, own), ("base.toml", &base)]);
    assert_eq!(config.problems(), []);
    assert_eq!(found(&config, "a.py", &format!("{VALUE} other_x")), acme(1));
    assert_eq!(found(&config, "docs/a.md", VALUE), []);
}

#[test]
fn what_can_not_be_read_is_named_and_the_rest_is_read() {
    let problems = |text: &str| -> Vec<(Option<u32>, String)> {
        config(text).problems().into_iter().map(|it| (it.line, it.what)).collect()
    };
    let broken = format!("[[rules]]\nid = \"x\"\nregex = '''(a'''\n{RULE}");
    assert_eq!(problems(&broken), [(Some(3), "rule `x`: a pattern that is no regular expression here".to_owned())]);
    assert_eq!(found(&config(&broken), "a", VALUE), acme(1));
    assert_eq!(problems("[[rules]]\nregex = '''a'''\n"), [(Some(1), "a rule without an `id`".to_owned())]);
    let group = problems("[[rules]]\nid = \"x\"\nregex = '''(a)'''\nsecretGroup = 3\n");
    assert_eq!(group, [(Some(1), "rule `x`: group 3 of a pattern that has 1".to_owned())]);
    assert_eq!(problems("[extend]\npath = \"none.toml\"\n").len(), 1);
    assert_eq!(problems("[extend]\nurl = \"https://x/y.toml\"\n").len(), 1);
    assert_eq!(problems("[extend]\nuseDefault = true\n"), []);
    assert_eq!(problems("= no toml").len(), 1);
    let itself = files(&[(FILE, "[extend]\npath = \".gitleaks.toml\"\n")]);
    assert!(itself.problems()[0].what.contains("too many steps"));
}

#[test]
fn hostile_patterns_cost_little() {
    let started = std::time::Instant::now();
    let rules: String = ["(a*)*b", "(x+x+)+y", "((a{0,100}){0,100}){0,100}", "(?i)\\w{0,1000}[a-z]{0,1000}z"]
        .iter()
        .enumerate()
        .map(|(at, pattern)| format!("[[rules]]\nid = \"r{at}\"\nregex = '''{pattern}'''\n"))
        .collect();
    let config = config(&rules);
    config.find(None, &"a".repeat(20_000));
    assert!(config.problems().iter().any(|it| it.what.contains("rule `r2`: a pattern beyond the size")));
    assert!(started.elapsed().as_secs() < 20, "{:?}", started.elapsed());
}
