//! A file that is no test, given to every reader of files: `path`, a line break, the bytes.

#![no_main]

use agentgate::RepoPath;
use agentgate::facts::document::{self, Format};
use agentgate::change::Memory;
use agentgate::facts::secrets::gitleaks;
use agentgate::facts::{ci, config, contracts, dependencies, secrets, shell, snapshots, suppressions, unread};

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    let Some(end) = input.iter().position(|byte| *byte == b'\n') else { return };
    let (path, bytes) = (RepoPath::from(&*String::from_utf8_lossy(&input[..end])), &input[end + 1..]);
    let _ = dependencies::read(&path, bytes);
    let _ = dependencies::lockfiles::read(&path, bytes);
    let _ = ci::read(&path, bytes);
    ci::scripts::read(&path, bytes);
    let _ = contracts::read(&path, bytes);
    // A file that names itself is what an attacker would write.
    config::read(&path, bytes, &|_| Some(bytes.to_vec()));
    snapshots::entries(&path, bytes);
    snapshots::owner(&path, bytes);
    suppressions::read(&path, bytes);
    for format in [Format::Json, Format::Yaml, Format::Toml, Format::Xml, Format::Ini] {
        let _ = document::read_all(format, bytes);
    }
    let text = String::from_utf8_lossy(bytes);
    let (name, text) = (path.to_text(), &*text);
    unread::all(&Memory::change_set([(name.as_str(), None, Some(text))]));
    let settings = Memory::change_set([(gitleaks::FILE, Some(text), Some(text))]);
    if let Some(project) = gitleaks::Config::of_base(&settings, gitleaks::FILE) {
        project.find(Some(name.as_str()), text);
        project.problems();
    }
    secrets::find(text, secrets::Care::Assignments);
    shell::read(text, shell::Start::ERREXIT);
});
