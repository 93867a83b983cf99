//! `saponify connector test`.

use std::process::ExitCode;

use clap::Args;
use jiff::Timestamp;
use saponify_cli::connector::prerequisites::{Profile, test};

use super::super::failure::Failure;
use super::super::terminal::{block_on, put_lines};
use super::{Common, complete, parsed, print_json};

/// The exit code if a prerequisite is missing.
const FOUND: u8 = 3;

#[derive(Args, Debug)]
pub(crate) struct Test {
    /// The name of the connection.
    #[arg(add = complete::connection())]
    name: String,
    /// Print the lines as a JSON object.
    #[arg(long)]
    json: bool,
    /// The prerequisites to test: least, those of this connector; microsoft, also those in Microsoft's
    /// documentation.
    #[arg(long, value_name = "PROFILE", value_parser = parsed::<Profile>, default_value = "least")]
    profile: Profile,
}

impl Test {
    pub(super) fn run(self, common: &Common) -> Result<ExitCode, Failure> {
        let home = common.home()?;
        let vault = common.vault(&home)?;
        let tested = block_on(async {
            Ok(test(&home, &vault, &self.name, self.profile, Timestamp::now()).await?)
        })?;
        match self.json {
            true => print_json(&tested)?,
            false => put_lines(&tested.to_string())?,
        }
        Ok(match tested.is_met() {
            true => ExitCode::SUCCESS,
            false => ExitCode::from(FOUND),
        })
    }
}
