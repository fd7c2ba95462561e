//! Time that a thread has computed: what else runs on the machine must not decide what is read, and so what is judged.

use std::time::{Duration, Instant};

/// Counts from its making, for the thread that made it.
pub(crate) struct Stopwatch {
    begun: Instant,
    computed: Duration,
}

impl Stopwatch {
    pub(crate) fn start() -> Self {
        Self { begun: Instant::now(), computed: computed() }
    }

    /// Whether the thread has computed for longer. Asked very often: the clock of the thread is a call into the system, and
    /// no thread computes for longer than has passed.
    pub(crate) fn exceeds(&self, limit: Duration) -> bool {
        self.begun.elapsed() > limit && computed().saturating_sub(self.computed) > limit
    }
}

#[cfg(unix)]
fn computed() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::new(u64::try_from(time.tv_sec).unwrap_or(0), u32::try_from(time.tv_nsec).unwrap_or(0))
}

/// Where no such clock is asked, time that has passed.
#[cfg(not(unix))]
fn computed() -> Duration {
    static START: std::sync::LazyLock<Instant> = std::sync::LazyLock::new(Instant::now);
    START.elapsed()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(unix)]
    fn waiting_is_no_work() {
        let watch = Stopwatch::start();
        std::thread::sleep(Duration::from_millis(200));
        assert!(!watch.exceeds(Duration::from_millis(100)));
        let mut rounds = 0_u64;
        while !watch.exceeds(Duration::from_millis(20)) {
            rounds = std::hint::black_box(rounds + 1);
        }
        assert!(rounds > 0);
    }
}
