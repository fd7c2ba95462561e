//! Times parsing both sides of a change once, by the grammars alone, on all cores: the measure of `scripts/bench-judge`.
//!
//! Reads ranges from standard input, one `A B` a line, and answers each with `FILES BYTES MILLISECONDS`: how many sides of
//! changed files have a grammar, their size, and how long they took to parse. Reading them from the repository is not timed.

use std::io::BufRead;
use std::path::Path;
use std::time::Instant;

use agentgate::Side;
use agentgate::change::{Bytes, ChangeSet, Mode, Roles};
use agentgate::git::Repository;
use agentgate::lang::{self, Language};
use rayon::prelude::*;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let dir = std::env::args_os().nth(1).unwrap_or_else(|| ".".into());
    let repository = Repository::open_ignoring_environment(Path::new(&dir))?;
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        let Some((base, head)) = line.split_once(' ') else { continue };
        let (base, head) = (repository.resolve(base)?, repository.resolve(head)?);
        let (base, head) = (repository.merge_base(base, head)?.best, repository.commit_tree(head)?);
        let change = ChangeSet::between(&repository, repository.commit_tree(base)?, head, &Roles::default())?;
        let sides = sides(&change);
        let started = Instant::now();
        sides.par_iter().for_each(|(language, bytes)| parse(language, bytes));
        let milliseconds = started.elapsed().as_secs_f64() * 1000.0;
        let bytes: usize = sides.iter().map(|(_, bytes)| bytes.len()).sum();
        println!("{} {bytes} {milliseconds:.3}", sides.len());
    }
    Ok(())
}

fn sides(change: &ChangeSet) -> Vec<(&'static Language, Bytes)> {
    let mut sides = Vec::new();
    for file in &change.files {
        for side in [Side::Base, Side::Head] {
            let Some(entry) = file.side(side).filter(|entry| matches!(entry.mode, Mode::File | Mode::Executable))
            else {
                continue;
            };
            let language = lang::of(&entry.path);
            if let (Some(language), Some(Ok(bytes))) = (language, change.content(file, side)) {
                sides.push((language, bytes));
            }
        }
    }
    sides
}

fn parse(language: &Language, bytes: &[u8]) {
    let mut parser = tree_sitter::Parser::new();
    if parser.set_language(language.grammar()).is_ok() {
        std::hint::black_box(parser.parse(bytes, None));
    }
}
