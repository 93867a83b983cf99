//! `saponify connector serve`.

use std::io::BufRead as _;
use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;
use saponify_cli::connector::notify::State;
use saponify_cli::connector::vault::SecretSource;
use saponify_cli::console::{Console, ConsoleOptions, Links};

use super::super::failure::Failure;
use super::super::terminal::{block_on, put};
use super::Common;
use super::progress::stop_on_signal;
use super::secret::SourceParser;
use super::work::notify;

/// Serve the console, which shows connections and events in a browser.
///
/// It prints a link for one login. With --password-from, the login requires a password instead.
#[derive(Args, Debug)]
pub(crate) struct Serve {
    /// The address to listen on. If other machines can reach it, --tls-cert, --tls-key and --password-from
    /// are required.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8484")]
    listen: SocketAddr,
    /// A host name of the console in browsers, in addition to the address of --listen.
    #[arg(long, value_name = "HOST")]
    name: Vec<String>,
    /// The certificate of the console and those of its issuers, in PEM.
    #[arg(long, value_name = "PEM", requires = "tls_key")]
    tls_cert: Option<PathBuf>,
    /// The private key of the certificate, in PEM.
    #[arg(long, value_name = "PEM", requires = "tls_cert")]
    tls_key: Option<PathBuf>,
    /// The source of the password of the console, or of its argon2 hash ($argon2id$…).
    #[arg(long, value_name = "SRC", value_parser = SourceParser)]
    password_from: Option<SecretSource>,
    /// The source of the token that GET /metrics requires. By default, only requests from this machine are
    /// allowed.
    #[arg(long, value_name = "SRC", value_parser = SourceParser)]
    metrics_token_from: Option<SecretSource>,
}

impl Serve {
    pub(super) fn run(self, common: &Common) -> Result<(), Failure> {
        let home = common.home()?;
        let vault = common.vault(&home)?;
        let read = |source: &Option<SecretSource>, what: &str| {
            source.as_ref().map(|source| source.read(what)).transpose()
        };
        let options = ConsoleOptions {
            home,
            vault,
            listen: self.listen,
            names: self.name,
            tls: self.tls_cert.zip(self.tls_key),
            password: read(&self.password_from, "password of the console")?,
            metrics_token: read(&self.metrics_token_from, "token of the metrics")?,
        };
        block_on(async {
            let stop = stop_on_signal();
            let console = Console::bind(options, stop).await?;
            let links = console.links();
            match links.make()? {
                Some(link) => {
                    put(&format!(
                        "Open the console with this link, which works once:\n{link}\n"
                    ))?;
                    renew_on_enter(links);
                }
                None => put(&format!("The console is at {}\n", console.origin()))?,
            }
            notify(&State::Ready);
            console.serve().await;
            notify(&State::Stopping);
            Ok(())
        })
    }
}

/// Prints a new link each time somebody presses Enter in the terminal.
fn renew_on_enter(links: Links) {
    if !std::io::IsTerminal::is_terminal(&std::io::stdin()) {
        return;
    }
    // Reading from a terminal cannot be interrupted, so this thread ends with the process.
    std::thread::spawn(move || {
        for line in std::io::stdin().lock().lines() {
            let (Ok(_), Ok(Some(link))) = (line, links.make()) else {
                return;
            };
            if put(&format!("{link}\n")).is_err() {
                return;
            }
        }
    });
}
