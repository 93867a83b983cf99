//! What all commands are told about their output: colours, and how much they say.

use std::sync::OnceLock;

use clap::{ArgAction, Args, ColorChoice, ValueEnum};

/// Options of every command.
#[derive(Args, Clone, Copy, Debug, Default)]
pub(crate) struct Settings {
    /// When to use colours: by default in a terminal, unless NO_COLOR is set.
    #[arg(
        long,
        value_name = "WHEN",
        global = true,
        default_value = "auto",
        display_order = 900
    )]
    color: Color,
    /// Print results and errors only, no notes and no progress.
    #[arg(short, long, global = true, display_order = 901)]
    quiet: bool,
    /// Say more on standard error: -v what is done, -vv each call, -vvv everything.
    #[arg(short, long, action = ArgAction::Count, global = true, display_order = 902)]
    verbose: u8,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum Color {
    /// In a terminal.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// The settings of this process. They are set once, before a command runs.
static SETTINGS: OnceLock<Settings> = OnceLock::new();

impl Settings {
    /// Makes these the settings of the process.
    pub(crate) fn apply(self) {
        let _ = SETTINGS.set(self);
        match self.color {
            Color::Always => {
                console::set_colors_enabled(true);
                console::set_colors_enabled_stderr(true);
            }
            Color::Never => {
                console::set_colors_enabled(false);
                console::set_colors_enabled_stderr(false);
            }
            Color::Auto => {}
        }
    }

    /// The settings of the process.
    pub(crate) fn current() -> Self {
        SETTINGS.get().copied().unwrap_or_default()
    }

    /// Whether notes and progress are left out.
    pub(crate) fn is_quiet(self) -> bool {
        self.quiet
    }

    /// How much more than usual is said.
    pub(crate) fn verbosity(self) -> u8 {
        self.verbose
    }
}

/// The choice of colours in the arguments, which is needed before they are read: the messages about wrong
/// arguments have colours, too.
pub(crate) fn color_choice(arguments: impl Iterator<Item = std::ffi::OsString>) -> ColorChoice {
    let mut choice = ColorChoice::Auto;
    let mut is_next = false;
    for argument in arguments {
        let text = argument.to_string_lossy();
        let value = match (is_next, text.strip_prefix("--color=")) {
            (true, _) => Some(&*text),
            (false, value) => value,
        };
        match value {
            Some("always") => choice = ColorChoice::Always,
            Some("never") => choice = ColorChoice::Never,
            _ => {}
        }
        is_next = text == "--color";
    }
    choice
}
