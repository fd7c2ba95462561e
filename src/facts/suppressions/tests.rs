use super::*;

fn found(path: &str, text: &str) -> Vec<(u32, String, Vec<String>, Scope)> {
    let all = read(&RepoPath::from(path), text.as_bytes());
    all.into_iter().map(|it| (it.line, it.tool.to_owned(), it.codes, it.scope)).collect()
}

fn row(line: u32, tool: &str, codes: &[&str], scope: Scope) -> (u32, String, Vec<String>, Scope) {
    (line, tool.to_owned(), codes.iter().map(|code| (*code).to_owned()).collect(), scope)
}

#[test]
fn words_in_texts_and_prose_are_no_directives() {
    for (path, text) in [
        ("a.py", "x = '# noqa'\ny = \"\"\"\n# type: ignore\n\"\"\"\n# we add a noqa below\n"),
        ("a.js", "const a = '// eslint-disable-line'; // the eslint-disable comment is gone\n"),
        ("a.rs", "let a = \"#[allow(x)]\"; /// #[allow(dead_code)]\nfn f() { list.expect(1); }\n"),
        ("a.rb", "#   # rubocop:disable Style/Foo\nx = <<~RUBY\n  y # rubocop:disable Style/Foo\nRUBY\n"),
        ("A.java", "/** Use {@code @SuppressWarnings(\"x\")}. */\nString s = \"@SuppressWarnings(1)\";\n"),
        ("a.go", "x := `//nolint`\n"),
        ("a.md", "<!-- eslint-disable -->\n"),
    ] {
        assert_eq!(found(path, text), [], "{path}");
    }
}

#[test]
fn comments_in_the_usual_languages() {
    assert_eq!(
        found(
            "a.ts",
            "/* eslint-disable no-a, b/c -- why */\n// eslint-disable-next-line d\nf(); // @ts-ignore it\n\n/* eslint-enable */\n"
        ),
        [
            row(1, "ESLint", &["no-a", "b/c"], Scope::Block),
            row(2, "ESLint", &["d"], Scope::Line),
            row(3, "TypeScript", &[], Scope::Line),
        ]
    );
    assert_eq!(
        found(
            "a.py",
            "import a  # type: ignore[x, y]  # noqa: E501,F401 long\n# pylint: disable=c\nb()  # a word. noqa\n"
        ),
        [
            row(1, "Flake8 or Ruff", &["E501", "F401"], Scope::Line),
            row(1, "the type checker", &["x", "y"], Scope::Line),
            row(2, "Pylint", &["c"], Scope::File),
            row(3, "Flake8 or Ruff", &[], Scope::Line),
        ]
    );
    assert_eq!(
        found("a.go", "x() //nolint:errcheck,gosec // why\n// #nosec G101\ny()\n//lint:ignore SA1 why\nz()\n"),
        [
            row(1, "golangci-lint", &["errcheck", "gosec"], Scope::Line),
            row(2, "gosec", &["G101"], Scope::Line),
            row(4, "Staticcheck", &["SA1"], Scope::Line),
        ]
    );
    assert_eq!(
        found(
            "a.php",
            "<?php\n/** @psalm-suppress A, B it is so */\nf(); // @phpstan-ignore a.b, c.d (why)\n// @phpstan-ignore-next-line\n"
        ),
        [
            row(2, "Psalm", &["A", "B"], Scope::Line),
            row(3, "PHPStan", &["a.b", "c.d"], Scope::Line),
            row(4, "PHPStan", &[], Scope::Line),
        ]
    );
    assert_eq!(
        found("a.rb", "# :nocov:\nx # rubocop:disable A/B, C/D -- why\n# :nocov:\n# rubocop:disable E/F\n"),
        [
            row(1, "SimpleCov", &[], Scope::Block),
            row(2, "RuboCop", &["A/B", "C/D"], Scope::Line),
            row(4, "RuboCop", &["E/F"], Scope::File),
        ]
    );
    assert_eq!(
        found("a.hpp", "f(); /* NOLINT(a-b, c) */ \\\n// NOLINTNEXTLINE\n"),
        [row(1, "clang-tidy", &["a-b", "c"], Scope::Line), row(2, "clang-tidy", &[], Scope::Line)]
    );
    assert_eq!(
        found("a.swift", "// swiftlint:disable:next a b\nf()\n// swiftlint:disable all\n"),
        [row(1, "SwiftLint", &["a", "b"], Scope::Line), row(3, "SwiftLint", &[], Scope::File)]
    );
    assert_eq!(
        found("a.sh", "# shellcheck disable=SC1,SC2\nx\n"),
        [row(1, "ShellCheck", &["SC1", "SC2"], Scope::Line)]
    );
}

#[test]
fn attributes_and_compiler_directives() {
    assert_eq!(
        found(
            "a.rs",
            "#![allow(dead_code)]\n#[cfg_attr(test, allow(clippy::a, b))]\nfn f() {}\n#[expect(\n    c,\n    reason = \"d\"\n)]\nquote! { #[allow(e)] }\n"
        ),
        [
            row(1, "rustc", &["dead_code"], Scope::File),
            row(2, "rustc", &["clippy::a", "b"], Scope::Item),
            row(4, "rustc", &["c"], Scope::Item),
            row(8, "rustc", &["e"], Scope::Item),
        ]
    );
    assert_eq!(
        found("A.java", "@SuppressWarnings({\"a\", \"b\"})\nclass A {}\n"),
        [row(1, "the compiler", &["a", "b"], Scope::Item)]
    );
    assert_eq!(
        found("a.kt", "@file:Suppress(\"A\")\n@Suppress(\"B\") val x = 1\n"),
        [row(1, "the compiler", &["A"], Scope::File), row(2, "the compiler", &["B"], Scope::Item)]
    );
    assert_eq!(
        found(
            "a.cs",
            "#pragma warning disable A1, B2 // why\nx();\n#pragma warning restore A1\n[SuppressMessage(\"Design\", \"CA1:Mark it\", Justification = \"x\")]\nvoid F() {}\n#pragma warning disable\n"
        ),
        [
            row(1, "the compiler", &["A1", "B2"], Scope::Block),
            row(4, "the analyzers", &["CA1"], Scope::Item),
            row(6, "the compiler", &[], Scope::File),
        ]
    );
    assert_eq!(
        found(
            "a.cpp",
            "#pragma GCC diagnostic ignored \"-Wx\"\nf();\n#pragma GCC diagnostic pop\n#pragma warning(disable: 4996)\n"
        ),
        [row(1, "the compiler", &["-Wx"], Scope::Block), row(4, "the compiler", &["4996"], Scope::File)]
    );
    assert_eq!(found("a.scala", "@nowarn(\"cat=x\") def f = 1\n"), [row(1, "scalac", &["cat=x"], Scope::Item)]);
}

#[test]
fn what_is_covered_survives_a_move() {
    let covers = |text: &str| read(&RepoPath::from("a.py"), text.as_bytes())[0].covers.clone();
    assert_eq!(covers("x = f( 1 )  # noqa: E1\n"), "x=f(1)");
    assert_eq!(covers("if y:\n    x = f(1)  # noqa: E1\n"), "x=f(1)");
    assert_eq!(covers("# pylint: disable-next=c\n\n# more\nz()\n"), "z()");
}

#[test]
fn narrower_is_within_wider() {
    let one = |text: &str| read(&RepoPath::from("a.py"), text.as_bytes()).remove(0);
    let (all, few, more) = (one("a # noqa"), one("a # noqa: E1"), one("a # noqa: E1, E2"));
    assert!(few.is_within(&all) && few.is_within(&more) && !more.is_within(&few) && !all.is_within(&more));
    assert_eq!(more.added_codes(&few), Some(vec!["E2"]));
    assert!(!one("# flake8: noqa: E1").is_within(&few));
}
