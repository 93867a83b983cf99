//! `saponify sandbox serve` and `saponify sandbox wsdl`.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use clap::{Args, Subcommand};
use saponify_sandbox::{ApiVersion, Org, Scale};

use super::{Failure, block_on};

/// The organization that the demo uses, where none is given.
pub(super) const DEMO_ORG: &str = include_str!("../../tenants/demo/org.toml");

/// A local tenant.
#[derive(Debug, Subcommand)]
pub(crate) enum Sandbox {
    /// Serve the tenant over TLS until Ctrl-C.
    Serve(Serve),
    /// Write the tenant's Enterprise WSDL.
    Wsdl(Wsdl),
}

#[derive(Args, Debug)]
pub(crate) struct Tenant {
    /// The org description; without it, the demo's.
    org: Option<PathBuf>,
    /// Add this many made-up objects.
    #[arg(long, value_name = "N", default_value_t = 0)]
    objects: usize,
    /// Give each made-up object this many fields.
    #[arg(long, value_name = "N", default_value_t = 60)]
    fields_per_object: usize,
}

#[derive(Args, Debug)]
pub(crate) struct Serve {
    #[command(flatten)]
    tenant: Tenant,
    /// Address to listen at.
    #[arg(long, value_name = "IP", default_value = "127.0.0.1")]
    bind: IpAddr,
    /// Port of the login host; the instance host gets the next one. 0 takes free ones.
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// Keep rows in this SQLite file instead of in memory.
    #[arg(long, value_name = "FILE")]
    database: Option<PathBuf>,
    /// Make this many rows of an object: `Account=1000000`.
    #[arg(long, value_name = "OBJECT=N", value_parser = object_rows)]
    rows: Vec<(String, u64)>,
    /// Write the certificate that clients must trust to this file.
    #[arg(long, value_name = "FILE")]
    certificate: Option<PathBuf>,
}

#[derive(Args, Debug)]
pub(crate) struct Wsdl {
    #[command(flatten)]
    tenant: Tenant,
    /// Version of the API; without it, the one that the description names.
    #[arg(long, value_name = "64.0")]
    api_version: Option<ApiVersion>,
    /// Write to this file instead of standard output.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

impl Sandbox {
    pub(crate) fn run(self) -> Result<(), Failure> {
        match self {
            Sandbox::Serve(serve) => block_on(serve.run()),
            Sandbox::Wsdl(wsdl) => wsdl.run(),
        }
    }
}

impl Tenant {
    fn org(&self) -> Result<Org, Failure> {
        Ok(match &self.org {
            Some(path) => Org::load(path)?,
            None => Org::parse(DEMO_ORG)?,
        })
    }

    fn scale(&self) -> Scale {
        Scale::new(self.objects, self.fields_per_object)
    }
}

impl Wsdl {
    fn run(self) -> Result<(), Failure> {
        let org = self.tenant.org()?;
        let version = self.api_version.unwrap_or_else(|| org.api_version());
        let wsdl = org.enterprise_wsdl(version, self.tenant.scale());
        match &self.out {
            Some(path) => std::fs::write(path, wsdl).map_err(|error| {
                Failure::new(format!("cannot write {}", path.display())).because(error)
            }),
            None => super::put(&wsdl),
        }
    }
}

impl Serve {
    async fn run(self) -> Result<(), Failure> {
        let mut org = self.tenant.org()?.scaled(self.tenant.scale());
        for (object, count) in &self.rows {
            if !org.object_names().any(|name| name == object) {
                return Err(Failure::new(format!("the org has no object `{object}`")));
            }
            org = org.with_rows(object, *count);
        }
        let address = SocketAddr::new(self.bind, self.port);
        let mut builder = saponify_sandbox::Sandbox::builder(org).bind(address);
        if let Some(database) = &self.database {
            builder = builder.database(database);
        }
        let sandbox = builder.start().await?;
        if let Some(path) = &self.certificate {
            std::fs::write(path, sandbox.certificate_pem()).map_err(|error| {
                Failure::new(format!("cannot write {}", path.display())).because(error)
            })?;
        }
        println!("login    {}", sandbox.login_url());
        println!("instance {}", sandbox.instance_url());
        match &self.certificate {
            Some(path) => println!("trust    {}", path.display()),
            None => print!("trust this certificate:\n{}", sandbox.certificate_pem()),
        }
        println!("Ctrl-C ends it.");
        // Without a handler Ctrl-C would end the process all the same, only less tidily.
        let _ = tokio::signal::ctrl_c().await;
        sandbox.shutdown().await;
        Ok(())
    }
}

fn object_rows(text: &str) -> Result<(String, u64), String> {
    let (object, count) = text
        .split_once('=')
        .ok_or("expected OBJECT=N, such as Account=1000")?;
    let count = count
        .parse()
        .map_err(|_| format!("`{count}` is no number of rows"))?;
    Ok((object.to_owned(), count))
}
