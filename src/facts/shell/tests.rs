use proptest::prelude::*;

use super::*;

/// The command that starts with `name`.
fn find<'a>(script: &'a Script, name: &str) -> &'a Command {
    script
        .commands
        .iter()
        .find(|command| command.text.starts_with(name))
        .unwrap_or_else(|| panic!("{name} in {script:#?}"))
}

fn hidden(source: &str, start: Start) -> Option<Swallow> {
    match find(&read(source, start), "pytest").failure.clone() {
        Failure::Stops => None,
        Failure::Swallowed(swallow) => Some(swallow),
    }
}

#[test]
fn failures_that_stop_the_script() {
    for source in [
        "pytest",
        "pytest\necho done",
        "set -e\npytest\necho done",
        "cd x && pytest",
        "pytest || exit 1",
        "pytest || { echo failed; exit 1; }",
        "if ! pytest; then echo no; exit 1; fi",
        "for i in 1 2 3; do if pytest; then exit 0; fi; done\nexit 1",
        "if [ -n \"$CI\" ]; then pytest; fi",
        "(cd x; pytest)",
        "sudo -E pytest > log 2>&1",
        "set +e\npytest\nstatus=$?\nexit $status",
    ] {
        let script = read(source, Start::ERREXIT);
        let command = script.commands.iter().find(|command| command.text.contains("pytest")).expect("read");
        assert_eq!(command.failure, Failure::Stops, "{source}");
    }
    assert_eq!(hidden("pytest | tee log", Start::STRICT), None);
    assert_eq!(hidden("set -o pipefail\npytest | tee log", Start::ERREXIT), None);
    assert_eq!(hidden("set -euo pipefail; pytest | tee log", Start::PLAIN), None);
    assert_eq!(hidden("echo start\npytest", Start::PLAIN), None);
}

#[test]
fn failures_that_are_lost() {
    let or = |text: &str| Some(Swallow::Or(text.into()));
    assert_eq!(hidden("pytest || true", Start::ERREXIT), or("true"));
    assert_eq!(hidden("pytest || :", Start::ERREXIT), or(":"));
    assert_eq!(hidden("pytest || echo failed", Start::ERREXIT), or("echo failed"));
    assert_eq!(hidden("pytest || exit 0", Start::ERREXIT), or("exit 0"));
    assert_eq!(hidden("(pytest) || true", Start::ERREXIT), or("true"));
    assert_eq!(hidden("{ pytest && echo; } || true", Start::ERREXIT), or("true"));
    assert_eq!(hidden("pytest; true", Start::PLAIN), Some(Swallow::Continues));
    assert_eq!(hidden("set +e\npytest\necho done", Start::ERREXIT), Some(Swallow::Continues));
    assert_eq!(hidden("set +o errexit\npytest\necho done", Start::ERREXIT), Some(Swallow::Continues));
    assert_eq!(hidden("pytest && echo ok\necho done", Start::ERREXIT), Some(Swallow::And));
    assert_eq!(hidden("pytest | tee log", Start::ERREXIT), Some(Swallow::Pipe("tee log".into())));
    assert_eq!(hidden("set +o pipefail\npytest | tee log", Start::STRICT), Some(Swallow::Pipe("tee log".into())));
    assert_eq!(hidden("! pytest", Start::ERREXIT), Some(Swallow::Negated));
    assert_eq!(hidden("pytest &\necho done", Start::ERREXIT), Some(Swallow::Background));
    assert_eq!(hidden("if pytest; then :; fi", Start::ERREXIT), Some(Swallow::Condition));
    assert_eq!(hidden("trap 'exit 0' EXIT\npytest", Start::ERREXIT), Some(Swallow::Trap));
    assert_eq!(hidden("bash -c 'pytest || true'", Start::ERREXIT), or("true"));
    assert_eq!(hidden("bash -c pytest || true", Start::ERREXIT), or("true"));
}

#[test]
fn commands_after_an_exit_do_not_run() {
    let script = read("exit 0\npytest", Start::ERREXIT);
    assert!(!script.commands.iter().any(|command| command.text == "pytest"), "{script:#?}");
    let script = read("if [ -z \"$CI\" ]; then exit 0; fi\npytest", Start::ERREXIT);
    assert!(script.commands.iter().any(|command| command.text == "pytest"), "{script:#?}");
}

#[test]
fn words_lines_guards_and_variables() {
    let script = read(
        "export CI=true\nif [ \"${{ matrix.os }}\" == 'x' ]; then\n  FOO=1 uv run pytest \\\n    -m \"not slow\" 'a b'\nfi\n",
        Start::ERREXIT,
    );
    let command = find(&script, "uv run");
    assert_eq!(command.words, ["uv", "run", "pytest", "-m", "not slow", "a b"]);
    assert_eq!(command.line, 2);
    assert_eq!(command.guards, ["[ \"${{ matrix.os }}\" == 'x' ]"]);
    assert_eq!(command.variables[0].name, "FOO");
    assert_eq!(script.variables[0], Variable { name: "CI".into(), value: "true".into(), line: 0 });
}

#[test]
fn templates_are_words() {
    let script = read("npm test -- ${{ matrix.flags || '' }} && echo << parameters.x >>", Start::STRICT);
    assert_eq!(find(&script, "npm test").words[3], "${{ matrix.flags || '' }}");
    assert!(!script.incomplete, "{script:#?}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]
    #[test]
    fn any_text_is_read_without_panic(source in "[a-z$(){};&|\"'`<>\\\\\n \\[\\]!=é#-]{0,120}") {
        read(&source, Start::ERREXIT);
    }
}
