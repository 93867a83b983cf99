//! Shows on a terminal how far a download is.

use std::time::Duration;

use indicatif::{HumanBytes, ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::cli::settings::Settings;

/// A line on standard error that says what is being done. It disappears with this value.
pub(in crate::cli) struct Progress(ProgressBar);

impl Progress {
    pub(in crate::cli) fn new() -> Self {
        let style = ProgressStyle::with_template("{spinner} {msg}")
            .unwrap_or_else(|_| ProgressStyle::default_spinner());
        let target = match Settings::current().is_quiet() {
            true => ProgressDrawTarget::hidden(),
            // Without a terminal, nothing is drawn.
            false => ProgressDrawTarget::stderr(),
        };
        let bar = ProgressBar::with_draw_target(None, target).with_style(style);
        bar.enable_steady_tick(Duration::from_millis(200));
        Self(bar)
    }

    /// The step that begins. With `--verbose`, it is a line of its own.
    pub(in crate::cli) fn step(&self, text: &str) {
        self.0.set_message(text.to_owned());
        if Settings::current().verbosity() > 0 {
            self.0
                .suspend(|| crate::cli::put_error(&format!("{text}\n")));
        }
    }

    /// How much has arrived, and of how much, if the response says so.
    pub(super) fn received(&self, bytes: usize, of: Option<u64>) {
        let bytes = HumanBytes(bytes as u64);
        self.0.set_message(match of {
            Some(of) => format!("received {bytes} of {}", HumanBytes(of)),
            None => format!("received {bytes}"),
        });
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
