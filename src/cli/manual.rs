//! `saponify manual`: documents for other programs to show.

use std::path::PathBuf;

use clap::{Command, Subcommand};
use saponify_codegen::Project;

use super::failure::Failure;
use super::terminal::{put, report};

/// Documents about the program.
#[derive(Debug, Subcommand)]
pub(super) enum Manual {
    /// Write a page for `man` for each command.
    Pages {
        /// The directory, such as ~/.local/share/man/man1.
        #[arg(value_name = "DIR")]
        dir: PathBuf,
    },
    /// Print the JSON schema of saponify.toml, for editors.
    Schema,
}

impl Manual {
    /// `command` is the whole command line.
    pub(super) fn run(&self, command: Command) -> Result<(), Failure> {
        match self {
            Manual::Schema => put(Project::SCHEMA),
            Manual::Pages { dir } => {
                let failed = |error: std::io::Error| {
                    Failure::new(format!("cannot write to {}", dir.display())).because(error)
                };
                std::fs::create_dir_all(dir).map_err(failed)?;
                clap_mangen::generate_to(command, dir).map_err(failed)?;
                report!("{}: a page for each command", dir.display());
                Ok(())
            }
        }
    }
}
