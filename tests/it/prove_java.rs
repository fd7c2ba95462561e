//! `agentgate prove` with Maven and Gradle: what their reports name, and that only the tests in question meet faults.

use std::io::Write as _;
use std::path::Path;

use crate::program::finished;
use crate::prove::{is_here, json, proving, verdicts};
use crate::repository::{TestRepository, scrubbed};

/// Where Debian keeps what its Maven and Gradle need to run without a network.
const DEBIAN: &str = "/usr/share/maven-repo";

const POM: &str = "\
<project xmlns=\"http://maven.apache.org/POM/4.0.0\">
  <modelVersion>4.0.0</modelVersion>
  <groupId>sample</groupId>
  <artifactId>sample</artifactId>
  <version>1</version>
  <properties>
    <maven.compiler.source>8</maven.compiler.source>
    <maven.compiler.target>8</maven.compiler.target>
    <project.build.sourceEncoding>UTF-8</project.build.sourceEncoding>
  </properties>
  <dependencies>
    <dependency>
      <groupId>junit</groupId>
      <artifactId>junit</artifactId>
      <version>4.13.2</version>
      <scope>test</scope>
    </dependency>
  </dependencies>
</project>
";

/// Old words, which old versions of it know too.
const GRADLE: &str = "\
apply plugin: 'java'
repositories { maven { url 'file:///usr/share/maven-repo' } }
dependencies { testCompile 'junit:junit:4.13.2' }
";

const CODE: &str = "\
package sample;

public class Price {
    public static int twice(int x) {
        return x * 2;
    }

    public static int discounted(int total) {
        if (total >= 100) {
            return total - 5;
        }
        return total;
    }
}
";

/// Two classes of tests, each of whose tests notes that it ran.
fn tests(check: &str) -> [(&'static str, String); 2] {
    let class = |name: &str, body: &str| {
        format!(
            "package sample;\n\nimport static org.junit.Assert.*;\nimport java.nio.file.*;\nimport org.junit.Test;\n\npublic class {name} {{\n    static void note(String name) throws Exception {{\n        Path file = Paths.get(System.getenv(\"NOTED\"));\n        Files.write(file, (name + \"\\n\").getBytes(), StandardOpenOption.CREATE, StandardOpenOption.APPEND);\n    }}\n{body}}}\n"
        )
    };
    let test = |name: &str, check: &str| {
        format!(
            "\n    @Test\n    public void {name}() throws Exception {{\n        note(\"{name}\");\n        {check}\n    }}\n"
        )
    };
    let price = test("discount", check) + &test("noDiscount", "assertEquals(7, Price.discounted(7));");
    [
        ("src/test/java/sample/PriceTest.java", class("PriceTest", &price)),
        ("src/test/java/sample/TwiceTest.java", class("TwiceTest", &test("twice", "assertEquals(4, Price.twice(2));"))),
    ]
}

const EXACT: &str = "assertEquals(95, Price.discounted(100));";
const LOOSE: &str = "assertTrue(Price.discounted(100) > 0);";

/// A build whose branch loosens one of three tests.
fn branch(build: (&str, &str)) -> TestRepository {
    let repository = TestRepository::new();
    repository.write(build.0, build.1).write(".gitignore", "target\nbuild\n.gradle\nnoted\n");
    repository.write("src/main/java/sample/Price.java", CODE);
    tests(EXACT).into_iter().for_each(|(path, text)| {
        repository.write(path, text);
    });
    repository.commit("base");
    repository.branch("agent/T-1-x");
    tests(LOOSE).into_iter().for_each(|(path, text)| {
        repository.write(path, text);
    });
    repository.commit("looser");
    repository
}

/// Whether the build passes here as it is; where it doesn't, what it needs can't be had without a network.
fn builds(repository: &TestRepository, command: &[&str]) -> bool {
    let mut build = scrubbed(command[0], repository.dir());
    build.args(&command[1..]).env("NOTED", repository.dir().join("noted"));
    let builds = build.output().is_ok_and(|out| out.status.success());
    if !builds {
        let _ = writeln!(std::io::stderr(), "not run: {} has not what it needs to build offline", command[0]);
    }
    builds
}

/// The loosened test is found by its name in the reports, and a fault meets it alone until all of the head's tests are asked.
fn selects(build: (&str, &str), command: &[&str]) {
    let repository = branch(build);
    if !builds(&repository, command) {
        return;
    }
    let here = tempfile::tempdir().expect("a directory");
    let noted = here.path().join("noted");
    // A run takes seconds: what is repeated is tested elsewhere.
    let options = ["--mutants", "4", "--repeat", "0", "--format", "json"];
    let run = finished(&proving(&repository, &[("NOTED", &noted)], &options, command).output().expect("it runs"));
    let proof = json(&run);
    assert_eq!((run.code, verdicts(&proof)), (1, vec!["convicted-by-fault"]), "{run:?}");
    assert_eq!(proof["charges"][0]["conviction"]["counterexample"]["path"], "src/main/java/sample/Price.java");
    let noted = std::fs::read_to_string(noted).expect("tests ran");
    let count = |name: &str| noted.lines().filter(|line| *line == name).count();
    let counts = ["discount", "noDiscount", "twice"].map(count);
    // Of the loosened test's own file, and of others.
    assert!(counts[0] > counts[1] && counts[0] > counts[2] && counts[2] > 0, "{counts:?}: {run:?}");
}

#[test]
fn a_single_test_of_maven() {
    if is_here("mvn") {
        let local = format!("-Dmaven.repo.local={DEBIAN}");
        let debian = ["mvn", "-B", "-o", &local, "test"];
        let has_own = Path::new(DEBIAN).join("org/apache/maven/plugins/maven-surefire-plugin").is_dir();
        selects(("pom.xml", POM), if has_own { &debian } else { &["mvn", "-B", "-o", "test"] });
    }
}

#[test]
fn a_single_test_of_gradle() {
    if is_here("gradle") {
        selects(("build.gradle", GRADLE), &["gradle", "--offline", "--no-daemon", "test"]);
    }
}
