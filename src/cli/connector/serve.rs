//! `saponify connector serve`.

use std::io::BufRead as _;
use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;
use saponify_cli::connector::notify::State;
use saponify_cli::connector::vault::SecretSource;
use saponify_cli::console::{Console, Links, Options};

use super::super::failure::Failure;
use super::super::terminal::{block_on, put};
use super::Common;
use super::progress::stop_on_signal;
use super::secret::SourceParser;
use super::work::notify;

/// Serve the console, where a browser shows connections and events.
///
/// It prints a link that lets in once. With --password-from, a password lets in.
#[derive(Args, Debug)]
pub(crate) struct Serve {
    /// Where it listens. An address that other machines reach needs --tls-cert, --tls-key and --password-from.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8484")]
    listen: SocketAddr,
    /// A name by which browsers reach it, besides the address of --listen.
    #[arg(long, value_name = "HOST")]
    name: Vec<String>,
    /// The certificate of the console and those of its issuers, in PEM.
    #[arg(long, value_name = "PEM", requires = "tls_key")]
    tls_cert: Option<PathBuf>,
    /// The private key of the certificate, in PEM.
    #[arg(long, value_name = "PEM", requires = "tls_cert")]
    tls_key: Option<PathBuf>,
    /// Where the password of the console comes from, or its argon2 hash ($argon2id$…).
    #[arg(long, value_name = "SRC", value_parser = SourceParser)]
    password_from: Option<SecretSource>,
    /// Where the token comes from that GET /metrics must present. By default, only this machine may ask.
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
        let options = Options {
            home,
            vault,
            listen: self.listen,
            names: self.name,
            tls: self.tls_cert.zip(self.tls_key),
            password: read(&self.password_from, "password of the console")?,
            metrics_token: read(&self.metrics_token_from, "token of the figures")?,
        };
        block_on(async {
            let stop = stop_on_signal();
            let console = Console::bind(options, stop).await?;
            let links = console.links();
            match links.make()? {
                Some(link) => {
                    put(&format!(
                        "The console is at this link, which lets in once:\n{link}\n"
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

/// Prints a new link each time that somebody presses Enter in the terminal.
fn renew_on_enter(links: Links) {
    if !std::io::IsTerminal::is_terminal(&std::io::stdin()) {
        return;
    }
    // Reading a terminal cannot be interrupted, so this thread ends with the process.
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
