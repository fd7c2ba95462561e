//! Files of every format that is read, broken: a finding that names the file, and the line where one is to be had.

use crate::repository::TestRepository;

/// A file with two contents that are fine, a broken one, and the line that is named of it.
struct Row {
    path: &'static str,
    fine: &'static str,
    changed: &'static str,
    broken: &'static str,
    line: u64,
}

const JSON: [&str; 3] = ["{\"a\": {}}\n", "{\"a\": {},\n \"b\": []}\n", "{\"a\":\n {]}\n"];
const YAML: [&str; 3] = ["a: {}\n", "a: {}\nb: []\n", "a: {}\nb: [\n"];
const TOML: [&str; 3] = ["[a]\n", "[a]\nb = 1\n", "[a]\nb =\n"];
const XML: [&str; 3] = ["<a></a>\n", "<a>\n<b/></a>\n", "<a>\n<b></a>\n"];
const INI: [&str; 3] = ["[a]\nb = 1\n", "[a]\nb = 2\n", "[a]\n[c\nb = 1\n"];

const fn row(path: &'static str, [fine, changed, broken]: [&'static str; 3], line: u64) -> Row {
    Row { path, fine, changed, broken, line }
}

/// One row for each format, and for each family of names that one reader serves.
const ROWS: &[Row] = &[
    // Manifests.
    row("a/Cargo.toml", TOML, 2),
    row(".cargo/config.toml", TOML, 2),
    row("a/package.json", JSON, 2),
    row("pnpm-workspace.yaml", YAML, 2),
    row(".npmrc", ["a=1\n", "a=2\n", "a=1\n<<<<<<< HEAD\nregistry=https://x\n"], 2),
    row(".yarnrc.yml", YAML, 2),
    row("bunfig.toml", TOML, 2),
    row("deno.json", JSON, 2),
    row("a/pyproject.toml", TOML, 2),
    row("requirements.txt", ["a==1\n", "a==1\n./b\n-r other.txt\n", "a==1\nthis is no requirement\n"], 2),
    row("requirements/dev.txt", ["a==1\n", "a[x] @ https://x.org/a.whl\n", "a==1\n]]]]\n"], 2),
    row(
        "b/requirements.txt",
        [
            "a==1\n",
            "a=={{ version }}\n{% if more %}\nb==1\n{% endif %}\n{{\n  more\n}}\n{# a\n remark #}\n",
            "a=={{ version }}\n{{\n  more\n}}\nthis is no requirement\n",
        ],
        5,
    ),
    row("Pipfile", TOML, 2),
    row("setup.cfg", INI, 2),
    row("setup.py", ["setup(name='a')\n", "setup(name='b')\n", "setup(name='a'\n"], 1),
    row("environment.yml", YAML, 2),
    row(
        "go.mod",
        [
            "module a\n\ngo 1.22\n",
            "module a\n\nrequire (\n\tb.c/d v1.0.0\n)\n",
            "module a\n\nrequire (\n\tb.c/d v1.0.0\n",
        ],
        3,
    ),
    row("b/go.mod", ["module a\n", "module a\ntool b.c/d\n", "module a\nreqire b.c/d v1.0.0\n"], 2),
    row("pom.xml", XML, 2),
    row("gradle/libs.versions.toml", TOML, 2),
    row("build.gradle.kts", ["plugins {\n}\n", "plugins {\n  java\n}\n", "plugins {\n  id(\n"], 1),
    row("build.gradle", ["plugins {\n}\n", "plugins {\n  id 'java'\n}\n", "plugins {\n  id 'java'\n"], 1),
    row("gradle/wrapper/gradle-wrapper.properties", ["a=1\n", "a=2\n", "<<<<<<< HEAD\na=1\n"], 1),
    row("build.sbt", ["name := \"a\"\n", "name := \"b\"\n", "name := (\"a\"\n"], 1),
    row("Gemfile", ["gem \"a\"\n", "gem \"b\"\n", "group :x do\ngem \"a\"\n"], 1),
    row(
        "a.gemspec",
        [
            "Gem::Specification.new do |s|\nend\n",
            "Gem::Specification.new do |s|\n s.name = \"a\"\nend\n",
            "Gem::Specification.new do |s|\n",
        ],
        1,
    ),
    row("Podfile", ["pod 'A'\n", "pod 'B'\n", "pod 'A', {\n"], 1),
    row("composer.json", JSON, 2),
    row("src/A.csproj", XML, 2),
    row("packages.config", XML, 2),
    row(".config/dotnet-tools.json", JSON, 2),
    row("nuget.config", XML, 2),
    row(
        "Package.swift",
        [
            "let package = Package(name: \"a\")\n",
            "let package = Package(name: \"b\")\n",
            "let package = Package(name: \"a\", [\n",
        ],
        1,
    ),
    row("mix.exs", ["defmodule A do\nend\n", "defmodule B do\nend\n", "defmodule A do\n"], 1),
    row("pubspec.yaml", YAML, 2),
    row("action.yml", YAML, 2),
    row(
        "Dockerfile",
        ["FROM a\n", "FROM a\nRUN b \\\n  # why\n  && c\nCOPY <<EOF /d\nplain text\nEOF\n", "FROM a\nRUM b\n"],
        2,
    ),
    row(
        "b/Dockerfile",
        [
            "FROM {{ image }}\nRUN a \\\n{% for name in names %}\n  {{ name }} \\\n{% endfor %}\n  b\n@@MORE@@\n",
            "FROM a\n{{ def more:\n  b\n-}}\n<% if c\n  and d %>\nRUN b\n<% end %>\nRUN echo ${#a} {{.Dir}}\n",
            "FROM a\nRUN go list -f '{{.Dir}}' \\\n  && b\nRUM ${#c}\n",
        ],
        4,
    ),
    row("docker-compose.yml", YAML, 2),
    row(".pre-commit-config.yaml", YAML, 2),
    row(
        ".gitmodules",
        [
            "[submodule \"a\"]\n\tpath = a\n\turl = https://x/a\n",
            "[submodule \"a\"]\n\tpath = a\n\turl = https://x/a\n\tshallow = true\n",
            "[submodule \"a\"]\n\tpath = a\n\turl = https://x/a\n}}}}\n",
        ],
        4,
    ),
    row("charts/a/Chart.yaml", YAML, 2),
    row("MODULE.bazel", ["module(name = \"a\")\n", "module(name = \"b\")\n", "module(name = \"a\"\n"], 1),
    // Lockfiles.
    row("Cargo.lock", TOML, 2),
    row("package-lock.json", JSON, 2),
    row("npm-shrinkwrap.json", JSON, 2),
    row(
        "yarn.lock",
        [
            "# yarn lockfile v1\na@1:\n  version \"1\"\n",
            "# yarn lockfile v1\na@2:\n  version \"2\"\n",
            "# yarn lockfile v1\na@1\n  version \"1\"\n",
        ],
        2,
    ),
    row(
        "b/yarn.lock",
        ["__metadata:\n  version: 8\n", "__metadata:\n  version: 9\n", "__metadata:\n  version: [\n"],
        2,
    ),
    row("pnpm-lock.yaml", YAML, 2),
    row("bun.lock", JSON, 2),
    row("poetry.lock", TOML, 2),
    row("uv.lock", TOML, 2),
    row("pdm.lock", TOML, 2),
    row("pylock.toml", TOML, 2),
    row("Pipfile.lock", JSON, 2),
    row("go.sum", ["a v1.0.0 h1:x=\n", "a v1.0.1 h1:y=\n", "a v1.0.0 h1:x=\nb v1.0.0\n"], 2),
    row(
        "Gemfile.lock",
        ["GEM\n  specs:\n    a (1)\n", "GEM\n  specs:\n    a (2)\n", "GEM\n  specs:\n    a (1)\n=======\n"],
        4,
    ),
    row("gems.locked", ["GEM\n", "GEM\n\nBUNDLED WITH\n  2\n", "garbage!\n"], 1),
    row("composer.lock", JSON, 2),
    row("packages.lock.json", JSON, 2),
    row("Package.resolved", JSON, 2),
    row(
        "mix.lock",
        [
            "%{\n}\n",
            "%{\n  \"a\": {:hex, :a, \"1\", \"00\", [:mix], [], \"hexpm\", \"11\"},\n}\n",
            "%{\n  ? \"a\"\n}\n",
        ],
        2,
    ),
    row(
        "gradle.lockfile",
        ["a:b:1=runtimeClasspath\nempty=\n", "a:b:2=runtimeClasspath\nempty=\n", "a:b:1=runtimeClasspath\na:b\n"],
        2,
    ),
    row("pubspec.lock", YAML, 2),
    row("Podfile.lock", YAML, 2),
    row("charts/a/Chart.lock", YAML, 2),
    // Pipelines and the scripts they call.
    row(".github/workflows/ci.yml", YAML, 2),
    row(".gitlab-ci.yml", YAML, 2),
    row(".circleci/config.yml", YAML, 2),
    row("azure-pipelines.yml", YAML, 2),
    row(".buildkite/pipeline.yml", YAML, 2),
    row(".travis.yml", YAML, 2),
    row("bitbucket-pipelines.yml", YAML, 2),
    row("Jenkinsfile", ["pipeline {\n}\n", "pipeline {\n  agent any\n}\n", "pipeline {\n  stages {\n}\n"], 1),
    row("Taskfile.yml", YAML, 2),
    row("tox.ini", INI, 2),
    row("Makefile", ["a:\n\tb\n", "a:\n\tc\n", "a:\n\tb\n<<<<<<< HEAD\n"], 3),
    row("justfile", ["a:\n  b\n", "a:\n  c\n", "<<<<<<< HEAD\na:\n  b\n"], 1),
    row("scripts/a.sh", ["a\n", "b\n", "a\n<<<<<<< HEAD\n"], 2),
    row("scripts/a.ps1", ["a\n", "b\n", "a\n<<<<<<< HEAD\n"], 2),
    // Settings of tools, one of each way to write them.
    row("tsconfig.json", JSON, 2),
    row(".golangci.yml", YAML, 2),
    row("clippy.toml", TOML, 2),
    row("phpunit.xml", XML, 2),
    row(".coveragerc", INI, 2),
    row("phpstan.neon", YAML, 2),
    row(".eslintrc", ["{\"a\": 1}\n", "a: 1\n", "{\"a\":\n"], 2),
    row("jest.config.js", ["module.exports = {};\n", "module.exports = { a: 1 };\n", "module.exports = { a: [ ;\n"], 1),
    row(".gitleaks.toml", TOML, 2),
    // Contracts.
    row(
        "api/openapi.json",
        ["{\"openapi\": \"3.0.0\"}\n", "{\"openapi\": \"3.0.1\"}\n", "{\"openapi\":\n \"3.0.0\"]\n"],
        2,
    ),
    row("api/openapi.yaml", ["openapi: 3.0.0\n", "openapi: 3.0.1\n", "openapi: 3.0.0\na: [\n"], 2),
    row("b/openapi.yaml", ["openapi: 3.0.0\n", "openapi: 3.0.1\n", "{ openapi\n"], 1),
    row("api/a.proto", ["message A {\n}\n", "message A {\n  string b = 1;\n}\n", "message A {\n  string b = 1;\n"], 1),
    row("api/a.graphql", ["type A {\n a: Int\n}\n", "type A {\n a: Int\n b: Int\n}\n", "type A {\n a: Int\n}\n}\n"], 4),
    row("api/a.schema.json", JSON, 2),
    row("api/a.avsc", JSON, 2),
];

/// Every row's path that a branch from one content to another has an `unreadable-change` at, with its line.
fn unread(from: Option<fn(&Row) -> &'static str>, to: fn(&Row) -> &'static str) -> Vec<(String, u64)> {
    let test = TestRepository::new();
    test.write("kept", "");
    for (path, content) in from.iter().flat_map(|from| ROWS.iter().map(move |row| (row.path, from(row)))) {
        test.write(path, content);
    }
    test.commit("base");
    test.branch("agent/x");
    for row in ROWS {
        test.write(row.path, to(row));
    }
    test.commit("work");
    let run = test.agentgate(&["check", "--base", "main", "--format", "json"]);
    assert!(!run.all().contains("panicked"), "{run:?}");
    let report: serde_json::Value = serde_json::from_str(&run.stdout).expect("a report");
    let findings = report["findings"].as_array().expect("findings");
    let unread = findings.iter().filter(|finding| finding["rule"] == "unreadable-change");
    unread
        .map(|finding| {
            assert!(finding["message"].as_str().is_some_and(|text| text.contains("not compared")), "{finding}");
            (finding["path"].as_str().unwrap_or_default().to_owned(), finding["line"].as_u64().unwrap_or_default())
        })
        .collect()
}

#[track_caller]
fn assert_all_but(found: &[(String, u64)], quiet: &[&str]) {
    let mut wrong = Vec::new();
    for Row { path, broken, line, .. } in ROWS.iter().filter(|row| !quiet.contains(&row.path)) {
        let seen: Vec<u64> = found.iter().filter(|it| it.0 == *path).map(|it| it.1).collect();
        if seen != [*line] {
            wrong.push(format!("{path}: {seen:?} instead of {line} for {broken:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_is_fine_stays_silent() {
    assert_eq!(unread(Some(|row| row.fine), |row| row.changed), []);
    assert_eq!(unread(None, |row| row.changed), []);
}

#[test]
fn what_was_broken_before_is_not_the_branchs_doing() {
    assert_eq!(unread(Some(|row| row.broken), |row| row.fine), [], "mended");
    assert_eq!(unread(Some(|row| row.broken), |row| row.broken), []);
}

#[test]
fn every_format_that_breaks_is_said_with_its_line() {
    assert_all_but(&unread(Some(|row| row.fine), |row| row.broken), &[]);
}

#[test]
fn a_new_file_that_is_broken_is_said() {
    // New, it does not say that it is a contract.
    assert_all_but(&unread(None, |row| row.broken), &["b/openapi.yaml"]);
}
