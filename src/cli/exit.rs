//! Exit codes: part of the contract.

use std::process::ExitCode;

/// How a run ended. Nothing is ever [`Exit::Passed`] that was not judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exit {
    /// 0: judged and passed, warnings included; or done, where there was nothing to judge by nature of the command.
    Passed,
    /// 1: judged and blocked.
    Blocked,
    /// 2: could not judge: usage, unreadable policy, missing history, internal error.
    NotJudged,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

impl Exit {
    pub fn code(self) -> u8 {
        match self {
            Self::Passed => 0,
            Self::Blocked => 1,
            Self::NotJudged => 2,
        }
    }
}

/// Makes a panic, in whichever thread, end the program as "could not judge".
///
/// A panic would otherwise exit with a code of its own, which a caller might take for a verdict.
pub fn on_panic() {
    std::panic::set_hook(Box::new(|panic| {
        let payload = panic.payload();
        let message = payload.downcast_ref::<&str>().copied().or(payload.downcast_ref::<String>().map(String::as_str));
        let place = panic.location().map(|place| format!(" at {}:{}", place.file(), place.line()));
        super::note(&format!(
            "agentgate {}: internal error{}: {}\n  nothing was judged; please report this line at {}/issues",
            env!("CARGO_PKG_VERSION"),
            place.unwrap_or_default(),
            message.unwrap_or("no message"),
            env!("CARGO_PKG_REPOSITORY"),
        ));
        std::process::exit(Exit::NotJudged.code().into());
    }));
}
