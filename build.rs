//! Turns the tables of the program from TOML, which people write, to JSON, which is read in a tenth of the time; and tells it which
//! commit its version was released from.

#[path = "build/release.rs"]
mod release;

use std::error::Error;
use std::path::Path;
use std::{env, fs};

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=src");
    println!("cargo::rerun-if-changed=build");
    for tags in [".git/refs/tags", ".git/packed-refs"] {
        // A path that isn't there would make every build start anew.
        if Path::new(tags).exists() {
            println!("cargo::rerun-if-changed={tags}");
        }
    }
    if let Some(commit) = release::of(Path::new("."), &env::var("CARGO_PKG_VERSION")?) {
        println!("cargo::rustc-env=AGENTGATE_RELEASE={commit}");
    }
    let out = env::var_os("OUT_DIR").ok_or("OUT_DIR is not set")?;
    tables(Path::new("src"), Path::new(&out))
}

/// Every `*.toml` below a directory, under the same path below `out`.
fn tables(directory: &Path, out: &Path) -> Result<(), Box<dyn Error>> {
    for entry in fs::read_dir(directory)? {
        let path = entry?.path();
        if path.is_dir() {
            tables(&path, out)?;
        } else if path.extension().is_some_and(|extension| extension == "toml") {
            let table: toml::Table =
                fs::read_to_string(&path)?.parse().map_err(|error| format!("{}: {error}", path.display()))?;
            let target = out.join(&path).with_extension("json");
            fs::create_dir_all(target.parent().ok_or("a table outside of src")?)?;
            fs::write(target, serde_json::to_string(&table)?)?;
        }
    }
    Ok(())
}
