//! `saponify connector listen`.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;
use saponify_cli::connector::listen::{Listener, Options};
use saponify_cli::connector::notify::State;

use super::super::failure::Failure;
use super::super::terminal::{block_on, put};
use super::progress::stop_on_signal;
use super::work::notify;
use super::{Common, complete, the_one};

/// Receive the outbound messages of an org, and store each one before acknowledging it.
///
/// It may run at the same time as `run`. In Salesforce, enter the printed address as the Endpoint URL of an
/// outbound message.
#[derive(Args, Debug)]
pub(crate) struct Listen {
    /// The connection that the messages are stored for. The default is the only one.
    #[arg(add = complete::connection())]
    name: Option<String>,
    /// The address to listen on.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8443")]
    listen: SocketAddr,
    /// The certificate of the listener and those of its issuers, in PEM.
    #[arg(long, value_name = "PEM", requires = "tls_key")]
    tls_cert: Option<PathBuf>,
    /// The private key of the certificate, in PEM.
    #[arg(long, value_name = "PEM", requires = "tls_cert")]
    tls_key: Option<PathBuf>,
    /// The certificates, in PEM, of the authorities that sign client certificates. Each client must present
    /// one.
    #[arg(long, value_name = "PEM")]
    client_ca: Option<PathBuf>,
    /// The name that each client certificate must contain, such as proxy.salesforce.com.
    #[arg(long, value_name = "HOST", requires = "client_ca")]
    client_name: Option<String>,
    /// The id of the organization whose messages are accepted. The default is that of the connection.
    #[arg(long, value_name = "00D…")]
    org: Option<String>,
    /// Use HTTP without TLS on an address of this machine, for example behind a proxy.
    #[arg(long, conflicts_with_all = ["tls_cert", "client_ca"])]
    plain: bool,
}

impl Listen {
    pub(super) fn run(self, common: &Common) -> Result<(), Failure> {
        let home = common.home()?;
        let connection = the_one(&home, self.name.as_ref())?;
        let options = Options {
            home,
            connection,
            listen: self.listen,
            tls: self.tls_cert.zip(self.tls_key),
            client_ca: self.client_ca,
            client_name: self.client_name,
            organization: self.org,
            plain: self.plain,
        };
        block_on(async {
            let listener = Listener::bind(options, stop_on_signal()).await?;
            let scheme = if listener.is_encrypted() {
                "https"
            } else {
                "http"
            };
            let address = listener.address();
            put(&format!(
                "Listening for outbound messages at {scheme}://{address}/\n"
            ))?;
            notify(&State::Ready);
            listener.serve().await;
            notify(&State::Stopping);
            Ok(())
        })
    }
}
