//! Runs the caller's command in a tree: with a clean environment, a deadline, and nothing left running behind it.

use std::ffi::{OsStr, OsString};
use std::io::Read;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::Interruption;
use crate::child::{self, Last, Output, Waited};

/// What is run in every tree.
pub struct Plan {
    pub words: Vec<OsString>,
    pub timeout: Duration,
    /// Variables of the caller's environment to pass on besides the usual ones.
    pub environment: Vec<String>,
    pub interruption: Interruption,
}

/// One run.
pub struct Ran {
    pub ended: Ended,
    pub stdout: Vec<u8>,
    pub stderr: Vec<u8>,
    pub elapsed: Duration,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ended {
    Exit(i32),
    /// Ended by a signal, whichever.
    Killed,
    TimedOut,
}

/// Variables that tools need to find themselves, their caches and their settings. Nothing that could say what is judged,
/// and no secrets: what else a test needs, the policy names.
const PASSED: &[&str] = &[
    "PATH",
    "HOME",
    "USER",
    "LOGNAME",
    "SHELL",
    "LANG",
    "LC_ALL",
    "LC_CTYPE",
    "TZ",
    "TMPDIR",
    "TEMP",
    "TMP",
    "SYSTEMROOT",
    "SYSTEMDRIVE",
    "WINDIR",
    "COMSPEC",
    "PATHEXT",
    "USERPROFILE",
    "APPDATA",
    "LOCALAPPDATA",
    "PROGRAMDATA",
    "PROGRAMFILES",
    "NUMBER_OF_PROCESSORS",
    "PROCESSOR_ARCHITECTURE",
    "XDG_CACHE_HOME",
    "XDG_CONFIG_HOME",
    "XDG_DATA_HOME",
    "LD_LIBRARY_PATH",
    "DYLD_LIBRARY_PATH",
    "PKG_CONFIG_PATH",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "CARGO_HOME",
    "RUSTUP_HOME",
    "RUSTUP_TOOLCHAIN",
    "GOPATH",
    "GOROOT",
    "GOCACHE",
    "GOMODCACHE",
    "GOTOOLCHAIN",
    "JAVA_HOME",
    "MAVEN_HOME",
    "GRADLE_HOME",
    "GRADLE_USER_HOME",
    "DOTNET_ROOT",
    "NUGET_PACKAGES",
    "NVM_DIR",
    "NVM_BIN",
    "VOLTA_HOME",
    "PNPM_HOME",
    "COREPACK_HOME",
    "VIRTUAL_ENV",
    "CONDA_PREFIX",
    "PYENV_ROOT",
    "UV_CACHE_DIR",
    "RBENV_ROOT",
    "GEM_HOME",
    "GEM_PATH",
    "BUNDLE_PATH",
    "COMPOSER_HOME",
    "MIX_HOME",
    "HEX_HOME",
    "CC",
    "CXX",
];

/// What is kept of each stream; runners print their results last.
const KEPT: usize = 32 << 20;

impl Plan {
    /// Runs the words in a directory, to their end or until the time is up.
    ///
    /// # Errors
    /// When the program can't be started, or with [`std::io::ErrorKind::Interrupted`] when it was to end early.
    pub fn run(&self, words: &[OsString], dir: &Path, limit: Duration) -> std::io::Result<Ran> {
        let (program, arguments) = words.split_first().ok_or_else(|| std::io::Error::other("no command to run"))?;
        let mut command = Command::new(program);
        command.args(arguments).current_dir(dir).env_clear().envs(self.variables());
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let started = Instant::now();
        let mut child = command.spawn()?;
        let (stdout, stderr) = (kept(child.stdout.take()), kept(child.stderr.take()));
        let is_interrupted = || self.interruption.is_raised();
        // What it left running is killed: it would change the next tree under the next run's feet.
        let ended = match child::wait(&mut child, limit.min(self.timeout), &is_interrupted)? {
            Waited::Ended(status) => status.code().map_or(Ended::Killed, Ended::Exit),
            Waited::TimedOut => Ended::TimedOut,
            Waited::Interrupted => return Err(std::io::ErrorKind::Interrupted.into()),
        };
        let elapsed = started.elapsed();
        let read =
            |output: Option<Output<Last>>| output.map(|output| output.finish(Last::take_bytes)).unwrap_or_default();
        Ok(Ran { ended, stdout: read(stdout), stderr: read(stderr), elapsed })
    }

    /// What the command finds in its environment.
    pub fn variables(&self) -> Vec<(OsString, OsString)> {
        let named = PASSED.iter().copied().chain(self.environment.iter().map(String::as_str));
        let mut variables: Vec<(OsString, OsString)> =
            named.filter_map(|name| Some((name.into(), std::env::var_os(name)?))).collect();
        let own: [(&str, &OsStr); 4] = [
            ("AGENTGATE_PROVE", "1".as_ref()),
            ("NO_COLOR", "1".as_ref()),
            ("TERM", "dumb".as_ref()),
            // Two faults of one size within one second would share their compiled file.
            ("PYTHONDONTWRITEBYTECODE", "1".as_ref()),
        ];
        variables.extend(own.map(|(name, value)| (name.into(), value.into())));
        variables
    }
}

impl Ended {
    pub fn passed(self) -> bool {
        self == Self::Exit(0)
    }
}

/// Reads a stream beside the command; the last [`KEPT`] bytes of it.
fn kept(stream: Option<impl Read + Send + 'static>) -> Option<Output<Last>> {
    Some(Output::read(stream?, Last::new(KEPT), |_| Ok(())))
}
