//! Prints the direct dependencies that manifests declare, as the rules read them: one JSON object a line.
//!
//!     cargo run --example dependencies -- FOLDER PATH...

use agentgate::RepoPath;
use agentgate::facts::dependencies;

fn main() {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().unwrap_or_else(|| ".".to_owned());
    for path in arguments {
        let bytes = match std::fs::read(format!("{folder}/{path}")) {
            Ok(bytes) => bytes,
            Err(error) => {
                eprintln!("{path}: {error}");
                continue;
            }
        };
        match dependencies::read(&RepoPath::from(path.as_str()), &bytes) {
            None => eprintln!("{path}: no manifest"),
            Some(Err(error)) => eprintln!("{path}: {error}"),
            Some(Ok(manifest)) => {
                for it in manifest.dependencies {
                    let line = serde_json::json!({
                        "path": path, "ecosystem": it.ecosystem.name(), "name": it.name, "alias": it.alias, "kind": it.kind.name(),
                        "requirement": it.requirement, "inherited": it.inherited, "source": format!("{:?}", it.source),
                    });
                    println!("{line}");
                }
            }
        }
    }
}
