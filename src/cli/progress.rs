//! How far a long step is, as a bar on stderr: only for people, and only when it takes over half a second.
#![expect(clippy::disallowed_methods, reason = "the bar is drawn only for those who have waited")]

use std::sync::OnceLock;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// A bar that may never be seen.
pub(super) struct Progress {
    started: Instant,
    shown: bool,
    bar: OnceLock<ProgressBar>,
}

const PATIENCE: Duration = Duration::from_millis(500);

impl Progress {
    /// `terminal`: is stderr one?
    pub(super) fn new(terminal: bool) -> Self {
        Progress { started: Instant::now(), shown: terminal, bar: OnceLock::new() }
    }

    pub(super) fn tell(&self, what: &'static str, done: usize, all: usize) {
        if !self.shown || self.started.elapsed() < PATIENCE {
            return;
        }
        let bar = self.bar.get_or_init(|| {
            let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr_with_hz(12));
            let style = ProgressStyle::with_template("  {msg:10} {bar:30} {pos}/{len}");
            style.map(|style| bar.set_style(style.progress_chars("━╸ "))).unwrap_or_default();
            bar
        });
        bar.set_length(all as u64);
        bar.set_message(what);
        bar.set_position(done as u64);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(bar) = self.bar.get() {
            bar.finish_and_clear();
        }
    }
}
