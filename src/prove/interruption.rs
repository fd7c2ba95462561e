//! Whether someone wants the runs to end: Ctrl-C, or a machine that shuts a job down.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;

/// Raised by a signal. Whoever waits for a command looks at it, and ends the command in order: nothing keeps running, and
/// nothing stays behind in the folder for temporary files.
#[derive(Clone, Debug, Default)]
pub struct Interruption {
    raised: Arc<AtomicBool>,
}

impl Interruption {
    /// Listens from now on. A second signal ends the program at once.
    pub fn on_signals() -> Self {
        let interruption = Self::default();
        for signal in [SIGINT, SIGTERM] {
            // Where a signal can't be heard it ends the program as it always did.
            let _ = flag::register_conditional_shutdown(signal, 128 + signal, Arc::clone(&interruption.raised));
            let _ = flag::register(signal, Arc::clone(&interruption.raised));
        }
        interruption
    }

    pub fn is_raised(&self) -> bool {
        self.raised.load(Ordering::Relaxed)
    }
}
