//! Time that a thread has computed: what else runs on the machine must not decide what is read, and so what is judged.

use std::time::Duration;

/// Counts from its making, for the thread that made it.
pub(crate) struct Stopwatch(Duration);

impl Stopwatch {
    pub(crate) fn start() -> Self {
        Self(computed())
    }

    pub(crate) fn elapsed(&self) -> Duration {
        computed().saturating_sub(self.0)
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
    static START: std::sync::LazyLock<std::time::Instant> = std::sync::LazyLock::new(std::time::Instant::now);
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
        assert!(watch.elapsed() < Duration::from_millis(100), "{:?}", watch.elapsed());
        let mut rounds = 0_u64;
        while watch.elapsed() < Duration::from_millis(20) {
            rounds = std::hint::black_box(rounds + 1);
        }
        assert!(rounds > 0);
    }
}
