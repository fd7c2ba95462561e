//! Which paths have which role: data. The first row with a fitting pattern decides; what fits none is production.
//!
//! | pattern | fits |
//! | --- | --- |
//! | `/a/b` | exactly that path |
//! | `/a/b/` | everything below that directory |
//! | `a/`, `a/b/`, `*Test/` | everything below directories of that name, pair of names or ending, wherever they are |
//! | `name` | files of that name, wherever they are |
//! | `*.snap`, `*Test.java` | files whose name ends so (from a dot, dash, underscore or capital letter) |
//! | `*.spec.*` | files with that part between two dots |
//! | `*_test.*` | files whose name ends so before its last dot |
//! | `test_*.py` | files whose name starts and ends so |

use super::Role;

/// A row of [`TABLE`].
pub(super) struct Row {
    pub(super) role: Role,
    pub(super) which: Which,
    pub(super) patterns: &'static str,
}

/// Whether a row is about program text, about everything else, or about both.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Which {
    Any,
    Code,
    Data,
}

/// Extensions of program text.
pub(super) static CODE: &[&[u8]] = &[
    b"rs", b"py", b"pyi", b"js", b"jsx", b"mjs", b"cjs", b"ts", b"tsx", b"mts", b"cts", b"vue", b"svelte", b"astro",
    b"go", b"java", b"kt", b"kts", b"groovy", b"scala", b"sc", b"clj", b"cljs", b"cljc", b"cs", b"fs", b"fsx", b"vb",
    b"razor", b"rb", b"php", b"phpt", b"c", b"cc", b"cpp", b"cxx", b"h", b"hh", b"hpp", b"hxx", b"m", b"mm", b"swift",
    b"dart", b"ex", b"exs", b"erl", b"hs", b"ml", b"mli", b"lua", b"pl", b"pm", b"t", b"r", b"R", b"jl", b"zig",
    b"nim", b"sh", b"bash", b"zsh", b"fish", b"ps1", b"bats", b"feature", b"robot",
];

pub(super) static TABLE: &[Row] = &[
    Row {
        role: Role::Gate,
        which: Which::Any,
        patterns: "/.agentgate/ /agentgate.toml /.github/workflows/agentgate.yml /.github/workflows/agentgate.yaml
            /CODEOWNERS /.github/CODEOWNERS /.gitlab/CODEOWNERS /docs/CODEOWNERS /.forgejo/CODEOWNERS /.gitea/CODEOWNERS",
    },
    Row {
        role: Role::AgentInstructions,
        which: Which::Any,
        patterns: "AGENTS.md AGENTS.override.md CLAUDE.md CLAUDE.local.md GEMINI.md SKILL.md .cursorrules .windsurfrules
            .roorules .continuerules .goosehints .aider.conf.yml .aider.model.settings.yml .aiderignore .geminiignore
            .augment-guidelines opencode.json opencode.jsonc .mcp.json mcp.json .clinerules managed-settings.json
            .claude/ .gemini/ .cursor/ .windsurf/ .clinerules/ .cline/ .roo/ .kilocode/ .continue/ .openhands/ .opencode/
            .amp/ .kiro/ .trae/ .augment/ .junie/ .codex/ .agents/
            /.github/copilot-instructions.md /.github/instructions/ /.github/prompts/ /.github/agents/ /.github/chatmodes/
            /.github/skills/ /.github/hooks/ /.github/copilot/ /.github/workflows/copilot-setup-steps.yml /CONVENTIONS.md
            /warp.md /WARP.md /replit.md",
    },
    Row {
        role: Role::Ci,
        which: Which::Any,
        patterns: "/.github/workflows/ /.github/actions/ /.gitlab-ci.yml /.gitlab/ci/ /.circleci/ /.buildkite/ /.ci/
            /azure-pipelines.yml /.azure-pipelines/ /.azuredevops/ /Jenkinsfile /.travis.yml /bitbucket-pipelines.yml
            /.drone.yml /.woodpecker.yml /.woodpecker/ /appveyor.yml /.appveyor.yml /.teamcity/ /.cirrus.yml /.semaphore/
            /codefresh.yml /.forgejo/workflows/ /.gitea/workflows/ /Earthfile /.tekton/ /action.yml /action.yaml
            /.pre-commit-config.yaml /prek.toml /.husky/ /.githooks/ /lefthook.yml /lefthook.yaml /.lefthook.yml
            /.lefthook.yaml /lefthook.toml /.lefthook/ /.overcommit.yml /captainhook.json /grumphp.yml /.github/settings.yml",
    },
    // Recordings and fixtures go before manifests: a package.json among fixtures adds no dependency.
    Row {
        role: Role::Snapshot,
        which: Which::Any,
        patterns: "__snapshots__/ __image_snapshots__/ __Snapshots__/ __screenshots__/ .snapshots/ tap-snapshots/
            *-snapshots/ *.snap *.snap.new *.snapshot *.ambr *.approved.* *.received.* *.verified.* *.golden *.golden.*
            *.trycmd *.stderr *.stdout *.expected *.ss *.har .inline-snapshot/ proptest-regressions/ __recordings__/
            cassettes/ vcr_cassettes/ bitmaps_reference/ .pest/snapshots/ fuzz/corpus/",
    },
    Row { role: Role::Snapshot, which: Which::Data, patterns: "snapshots/ golden/ goldens/ goldenfiles/ roborazzi/ expected/" },
    Row {
        role: Role::TestData,
        which: Which::Any,
        patterns: "testdata/ test-data/ test_data/ TestData/ fixtures/ __fixtures__/ test-fixtures/ test_fixtures/
            testfixtures/ fixture/ test/resources/ Fixtures/",
    },
    Row {
        role: Role::Lockfile,
        which: Which::Any,
        patterns: "Cargo.lock package-lock.json npm-shrinkwrap.json yarn.lock pnpm-lock.yaml bun.lock bun.lockb deno.lock
            poetry.lock Pipfile.lock uv.lock pdm.lock pylock.toml conda-lock.yml pixi.lock go.sum go.work.sum gradle.lockfile
            buildscript-gradle.lockfile verification-metadata.xml Gemfile.lock gems.locked composer.lock packages.lock.json
            paket.lock Package.resolved Podfile.lock Cartfile.resolved mix.lock rebar.lock pubspec.lock MODULE.bazel.lock
            maven_install.json flake.lock .terraform.lock.hcl Chart.lock requirements.lock Brewfile.lock.json cabal.project.freeze
            stack.yaml.lock Manifest.toml",
    },
    Row {
        role: Role::Manifest,
        which: Which::Any,
        patterns: "Cargo.toml package.json pnpm-workspace.yaml .yarnrc.yml .npmrc deno.json deno.jsonc import_map.json
            pyproject.toml setup.py Pipfile uv.toml pixi.toml environment.yml requirements*.txt requirements*.in
            constraints*.txt requirements/ pip.conf go.mod go.work pom.xml build.gradle build.gradle.kts settings.gradle
            settings.gradle.kts libs.versions.toml gradle-wrapper.properties maven-wrapper.properties Gemfile gems.rb *.gemspec
            composer.json *.csproj *.fsproj *.vbproj Directory.Packages.props Directory.Build.props Directory.Build.targets
            packages.config global.json dotnet-tools.json nuget.config NuGet.config NuGet.Config paket.dependencies
            paket.references Package.swift Podfile *.podspec Cartfile Cartfile.private mix.exs rebar.config pubspec.yaml
            pubspec_overrides.yaml build.sbt plugins.sbt build.mill MODULE.bazel WORKSPACE WORKSPACE.bazel flake.nix
            versions.tf Chart.yaml .gitmodules Brewfile apt.txt rust-toolchain rust-toolchain.toml .tool-versions mise.toml
            .nvmrc .python-version .ruby-version .node-version",
    },
    Row {
        role: Role::Generated,
        which: Which::Any,
        patterns: "*.pb.go *.pb.cc *.pb.h *.pb.swift *_pb2.py *_pb2.pyi *_pb2_grpc.py *_pb.js *_pb.ts *_pb.d.ts *.g.dart
            *.freezed.dart *.g.cs *.designer.cs *.Designer.cs zz_generated*.go *.min.js
            *.min.css *.min.mjs *.bundle.js *.map node_modules/ vendor/ third_party/ bower_components/",
    },
    Row {
        role: Role::Configuration,
        which: Which::Any,
        patterns: "*.config.* .mocharc.* karma.conf.* jasmine.json .taprc bunfig.toml pytest.ini .pytest.ini pytest.toml
            .pytest.toml tox.ini noxfile.py setup.cfg .coveragerc nextest.toml insta.yaml testng.xml junit-platform.properties
            *.runsettings xunit.runner.json .rspec phpunit.xml phpunit.xml.dist *.xctestplan dart_test.yaml vitest.workspace.*
            .eslintrc.* .prettierrc.* .rubocop.yml .rubocop_todo.yml *.editorconfig .swiftlint.yml .golangci.yml .golangci.yaml
            clippy.toml rustfmt.toml tsconfig.json tsconfig.*.json mypy.ini ruff.toml .flake8 .pylintrc phpstan.neon
            phpstan.neon.dist psalm.xml detekt.yml codecov.yml .codecov.yml",
    },
    Row {
        role: Role::Test,
        which: Which::Code,
        patterns: "*.t *.test.* *.tests.* *.spec.* *.cy.* *.e2e.* *.it.* *-test.* *-spec.* *_test.* *_tests.* *_spec.* *_unittest.*
            test_*.py test_*.rb test_*.cpp test_*.cc test_*.c test_*.R test-*.js test-*.mjs test-*.cjs test-*.ts test-*.R
            Test*.java *Test.java *Tests.java *IT.java *TestCase.java *Test.kt *Tests.kt *Spec.kt *IT.kt *Test.groovy
            *Spec.groovy *Test.cs *Tests.cs *Spec.cs *Specs.cs *Test.php *Cest.php *Test.swift *Tests.swift *Spec.swift
            *Spec.scala *Suite.scala *Test.scala *Specs.scala *Tests.scala *Test.cpp *Tests.cpp *Test.cc *Spec.hs
            *.bats *.feature *.robot *.phpt conftest.py spec_helper.rb rails_helper.rb test_helper.rb test_helper.exs
            Pest.php test.js test.ts test.mjs test.py tests.py tests.rs test.rs
            test/ tests/ Test/ Tests/ __tests__/ __mocks__/ __test__/ spec/ specs/ Specs/ e2e/ integration-tests/
            integration_tests/ it/ itest/ itests/ cypress/ playwright/ androidTest/ UnitTests/ IntegrationTests/ unittests/
            *.Tests/ *.Test/ *.UnitTests/ *.IntegrationTests/ *.Specs/ *Tests/ *Test/ *_test/ *_tests/ *-tests/ *-test/",
    },
    // A test that a program wrote is still a test.
    Row { role: Role::Generated, which: Which::Any, patterns: "*.generated.* *_generated.* *.gen.* __generated__/ generated/" },
    Row { role: Role::Documentation, which: Which::Any, patterns: "README.md README README.rst README.txt" },
    // Other files among tests are what the tests read.
    Row {
        role: Role::TestData,
        which: Which::Data,
        patterns: "test/ tests/ Tests/ __tests__/ __mocks__/ __test__/ e2e/ cypress/ androidTest/ unittests/ UnitTests/
            *.Tests/ *.Test/",
    },
    Row {
        role: Role::Documentation,
        which: Which::Any,
        patterns: "docs/ doc/ *.md *.mdx *.rst *.adoc *.asciidoc *.org *.pod *.1 LICENSE COPYING NOTICE AUTHORS CHANGELOG
            CHANGES CONTRIBUTING CONTRIBUTORS MAINTAINERS HISTORY INSTALL NEWS TODO LICENSE-MIT LICENSE-APACHE *.txt.license",
    },
    Row {
        role: Role::Configuration,
        which: Which::Any,
        patterns: "Makefile GNUmakefile makefile *.mk CMakeLists.txt *.cmake meson.build BUILD BUILD.bazel *.bzl Dockerfile
            Containerfile *.dockerfile Dockerfile.* justfile Justfile Rakefile Taskfile.yml Taskfile.yaml Procfile Vagrantfile
            *.toml *.ini *.cfg *.conf *.yaml *.yml *.json *.jsonc *.json5 *.properties *.neon *.tf *.tfvars *.hcl
            .gitignore .gitattributes .dockerignore .editorconfig .eslintrc .eslintignore .prettierrc .prettierignore .babelrc
            .browserslistrc .stylelintrc .envrc .env .env.example .clang-format .clang-tidy .npmignore .mailmap .yamllint
            .markdownlint.json .bazelrc .vscode/ .idea/ .devcontainer/ gradle.properties",
    },
    Row { role: Role::Documentation, which: Which::Data, patterns: "*.txt" },
];
