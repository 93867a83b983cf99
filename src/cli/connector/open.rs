//! `saponify connector open`.

use std::time::Duration;

use clap::Args;
use saponify_cli::connector::connection::connect;

use super::super::failure::Failure;
use super::super::terminal::{block_on, put};
use super::{Common, complete};

/// How long the local page waits for the browser.
const TIME: Duration = Duration::from_secs(120);

#[derive(Args, Debug)]
pub(crate) struct Open {
    /// The name of the connection.
    #[arg(add = complete::connection())]
    name: String,
    /// The page of the org to open.
    #[arg(long, value_name = "PATH", default_value = "/lightning/page/home")]
    path: String,
    /// Print the address instead of opening the browser. It logs in the first browser that opens it, once.
    #[arg(long)]
    print: bool,
}

impl Open {
    pub(super) fn run(self, common: &Common) -> Result<(), Failure> {
        let home = common.home()?;
        let vault = common.vault(&home)?;
        block_on(async {
            let org = connect(&home, &vault, &self.name).await?;
            let page = org.browser_page(&self.path)?;
            let served = page
                .serve_once(TIME)
                .await
                .map_err(|error| Failure::new("the page cannot be served").because(error))?;
            if self.print || !served.open() {
                put(&format!("{}\n", served.address().expose()))?;
            }
            served.taken().await;
            Ok(())
        })
    }
}
