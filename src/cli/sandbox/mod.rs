//! `saponify sandbox serve`, `saponify sandbox wsdl` and `saponify sandbox org`.

mod demo_org;
mod from_wsdl;

use std::fmt::Write as _;
use std::io::Write as _;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use indicatif::{ProgressBar, ProgressStyle};
use saponify_sandbox::{ApiVersion, FaultName, Injection, LoginMode, Org, Scale};

use super::activity::ActivityOptions;
use super::failure::Failure;
pub(super) use demo_org::DEMO_ORG;

use super::terminal::{block_on, put, put_note, report};

/// The subcommands of `saponify sandbox`.
#[derive(Debug, Subcommand)]
pub(crate) enum Sandbox {
    /// Serve the tenant over TLS until Ctrl-C.
    Serve(Box<Serve>),
    /// Write the tenant's Enterprise WSDL.
    Wsdl(Wsdl),
    /// Write an org description with the objects of an Enterprise WSDL.
    Org(Box<OrgFile>),
}

#[derive(Args, Debug)]
pub(crate) struct Tenant {
    /// The org description. By default, that of the demo.
    org: Option<PathBuf>,
    /// The org description, like the argument.
    #[arg(long = "org", value_name = "FILE", conflicts_with = "org")]
    org_file: Option<PathBuf>,
    /// Make an org with the objects of this Enterprise WSDL. `saponify sandbox org` writes it to a file,
    /// in which you can change it.
    #[arg(long, value_name = "WSDL", conflicts_with_all = ["org", "org_file"])]
    from: Option<PathBuf>,
    /// Add this many synthetic objects.
    #[arg(long, value_name = "N", default_value_t = 0)]
    objects: usize,
    /// Give each synthetic object this many fields.
    #[arg(long, value_name = "N", default_value_t = 60)]
    fields_per_object: usize,
}

#[derive(Args, Debug)]
#[command(after_long_help = fault_help())]
pub(crate) struct Serve {
    #[command(flatten)]
    tenant: Tenant,
    /// Listen at this address.
    #[arg(long, value_name = "IP", default_value = "127.0.0.1")]
    bind: IpAddr,
    /// Port of the login host. The instance host gets the next one. With 0, both take free ones.
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// Keep the rows in this SQLite file between runs. By default, they are lost at the end.
    #[arg(long, value_name = "FILE")]
    database: Option<PathBuf>,
    /// Make this many rows of an object: `Account=1000000`.
    #[arg(long, value_name = "OBJECT=N", value_parser = object_rows)]
    rows: Vec<(String, u64)>,
    /// Write the certificate that clients must trust to this file. By default, it is a file in the folder
    /// for temporary files.
    #[arg(long, value_name = "FILE")]
    certificate: Option<PathBuf>,
    /// Inject this fault. The option can be given several times. `--help` lists the names.
    ///
    /// NAME@OPERATION hits only one operation: a SOAP operation (`create`), the last part of an OAuth
    /// address (`token`), or the download of a log file by REST (`LogFile`). `:after=N` spares the first N calls, `:after_rows=N` spares all calls until N
    /// rows were sent, `:every=N` hits the first of every N calls, and `:times=N` hits at most N calls.
    /// An example is `no_response@create:every=3:times=2`.
    #[arg(long, value_name = "NAME")]
    fault: Vec<Injection>,
    #[command(flatten)]
    activity: ActivityOptions,
    /// Serve the counters as JSON at /sandbox/stats, but only to clients on this machine. A POST to
    /// /sandbox/stats?advance=900 sets the clock of the tenant ahead by 900 seconds.
    #[arg(long)]
    stats: bool,
}

#[derive(Args, Debug)]
pub(crate) struct Wsdl {
    #[command(flatten)]
    tenant: Tenant,
    /// Version of the API. By default, the version in the org description.
    #[arg(long, value_name = "64.0")]
    api_version: Option<ApiVersion>,
    /// Write to this file instead of standard output.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

#[derive(Args, Debug)]
pub(crate) struct OrgFile {
    /// The Enterprise WSDL of the tenant.
    #[arg(long, value_name = "WSDL")]
    from: PathBuf,
    /// Make this many rows of each object. They are the same on every run.
    #[arg(long, value_name = "N", default_value_t = ROWS)]
    rows: u64,
    /// Write to this file instead of standard output.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// The number of rows of each object of an org that is made from a WSDL.
const ROWS: u64 = 5;

impl Sandbox {
    pub(crate) fn run(self) -> Result<(), Failure> {
        match self {
            Sandbox::Serve(serve) => block_on(serve.run()),
            Sandbox::Wsdl(wsdl) => wsdl.run(),
            Sandbox::Org(org) => org.run(),
        }
    }
}

impl Tenant {
    fn org(&self) -> Result<Org, Failure> {
        if let Some(wsdl) = &self.from {
            let made = from_wsdl::from_wsdl(wsdl, ROWS)?;
            put_note(&format!("{}: {}", wsdl.display(), made.summary));
            return Ok(Org::parse(&made.text)?);
        }
        Ok(match self.org.as_ref().or(self.org_file.as_ref()) {
            Some(path) => Org::load(path).map_err(|error| refused(path, error))?,
            None => Org::parse(DEMO_ORG)?,
        })
    }

    fn scale(&self) -> Scale {
        Scale::new(self.objects, self.fields_per_object)
    }
}

/// The failure of an org description that cannot be used. It may be a WSDL.
fn refused(path: &Path, error: saponify_sandbox::Error) -> Failure {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    let is_xml = text
        .trim_start_matches('\u{feff}')
        .trim_start()
        .starts_with('<');
    match is_xml {
        true => Failure::new(format!(
            "{} is not an org description, but XML",
            path.display()
        ))
        .hint(format!(
            "for an org with the objects of a WSDL: --from {}",
            path.display()
        )),
        false => Failure::from(error),
    }
}

impl OrgFile {
    fn run(self) -> Result<(), Failure> {
        let made = from_wsdl::from_wsdl(&self.from, self.rows)?;
        // What the server would refuse is noticed here.
        Org::parse(&made.text)?;
        let Some(path) = &self.out else {
            return put(&made.text);
        };
        std::fs::write(path, &made.text).map_err(|error| {
            Failure::new(format!("cannot write {}", path.display())).because(error)
        })?;
        report!("{}: {}", path.display(), made.summary);
        Ok(())
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
            None => put(&wsdl),
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
        let org = self.activity.apply(org)?;
        let bar = ProgressBar::new(0).with_style(
            ProgressStyle::with_template("making rows {wide_bar} {human_pos}/{human_len} {msg}")
                .unwrap_or_else(|_| ProgressStyle::default_bar()),
        );
        let mut builder = saponify_sandbox::Sandbox::builder(org)
            .bind(SocketAddr::new(self.bind, self.port))
            .stats_page(self.stats)
            .on_progress({
                let bar = bar.clone();
                move |progress| {
                    bar.set_length(progress.total);
                    bar.set_position(progress.done);
                    bar.set_message(progress.object.to_owned());
                }
            });
        for fault in &self.fault {
            builder = builder.inject(fault.clone());
        }
        if let Some(database) = &self.database {
            builder = builder.database(database);
        }
        let sandbox = builder.start().await;
        bar.finish_and_clear();
        let sandbox = sandbox?;
        let certificate = self.write_certificate(&sandbox)?;
        let activity = self.activity.finish(&sandbox)?;
        // Whoever has read the introduction may stop the tenant.
        let interrupted = super::terminal::interrupted();
        put(&self.introduction(&sandbox, &certificate, &activity))?;
        interrupted.await;
        let stats = sandbox.stats();
        sandbox.shutdown().await;
        if self.certificate.is_none() {
            // Nobody asked for the file, and the certificate is of no use any more.
            let _ = std::fs::remove_file(&certificate);
        }
        put(&format!(
            "\nStopped after {} requests: {} logins, {} OAuth tokens, {} rows, {} faults.\n",
            stats.requests, stats.logins, stats.tokens, stats.rows, stats.faults
        ))
    }

    /// Writes the certificate to the file that was asked for, or to a file named after the port.
    fn write_certificate(&self, sandbox: &saponify_sandbox::Sandbox) -> Result<PathBuf, Failure> {
        let pem = sandbox.certificate_pem();
        let (path, written) = match &self.certificate {
            Some(path) => (path.clone(), std::fs::write(path, pem)),
            None => {
                let url = sandbox.login_url();
                let port = url.rsplit(':').next().unwrap_or_default();
                let path = std::env::temp_dir().join(format!("saponify-sandbox-{port}.pem"));
                // The folder belongs to all users, so an existing file or link is never written to.
                let _ = std::fs::remove_file(&path);
                let written = std::fs::File::create_new(&path)
                    .and_then(|mut file| file.write_all(pem.as_bytes()));
                (path, written)
            }
        };
        written.map_err(|error| {
            Failure::new(format!("cannot write {}", path.display())).because(error)
        })?;
        Ok(path)
    }

    /// The addresses, users and apps of the tenant, and a command that uses it.
    fn introduction(
        &self,
        sandbox: &saponify_sandbox::Sandbox,
        certificate: &Path,
        activity: &str,
    ) -> String {
        let org = sandbox.org();
        let (login, instance) = (sandbox.login_url(), sandbox.instance_url());
        let trust = certificate.display().to_string();
        let mut out = format!("login    {login}\ninstance {instance}\ntrust    {trust}\n");
        if self.stats {
            let _ = writeln!(out, "stats    {login}/sandbox/stats");
        }
        out.push_str(activity);
        out.push_str("\nUsers, with password and security token:\n");
        for user in org.users() {
            let _ = write!(out, "  {:<28} {}", user.username(), user.password());
            if !user.security_token().is_empty() {
                let _ = write!(out, " {}", user.security_token());
            }
            if user.login_mode() != LoginMode::Ok {
                let _ = write!(out, "   ({})", user.login_mode());
            }
            out.push('\n');
        }
        if !org.apps().is_empty() {
            out.push_str("\nConnected apps, with consumer key and secret:\n");
        }
        for app in org.apps() {
            let line = format!("  {:<16} {} {}", app.name, app.key, app.secret);
            let _ = writeln!(out, "{}", line.trim_end());
        }
        if !org.apps().is_empty() {
            let _ = writeln!(
                out,
                "  Apps log in at the My Domain address of the org, which is {instance} here; the login host \
                 serves no client credentials, as login.salesforce.com does not."
            );
        }
        let usable = (org.users().iter())
            .find(|user| user.login_mode() == LoginMode::Ok && user.security_token().is_empty());
        if let Some(user) = usable {
            let host = instance.trim_start_matches("https://");
            let _ = write!(
                out,
                "\nIn Rust, with the proxies of this org's WSDL:\n  let https = \
                 saponify::Https::builder().extra_root_certificate(&std::fs::read({trust:?})?).build()?;\n  \
                 let soap = Soap::builder().transport(https).allow_host({host:?}).login({login:?}, \
                 saponify::salesforce::Credentials::new({:?}, {:?})).await?;\n",
                user.username(),
                user.password(),
            );
            let _ = write!(
                out,
                "\nTry it:\n  SAPONIFY_PASSWORD={} saponify demo --endpoint {login} --user {} \
                 --certificate {} --allow-host {host}\n",
                quoted(user.password()),
                quoted(user.username()),
                quoted(&trust),
            );
        }
        out.push_str("\nCtrl-C stops the tenant.\n");
        out
    }
}

/// Quotes text for a POSIX shell, if it needs quotes.
fn quoted(text: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./:@=+,".contains(c);
    if !text.is_empty() && text.chars().all(is_plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', "'\\''"))
}

/// The names of the faults, with a line about each of them.
fn fault_help() -> String {
    let mut out = "Faults:\n".to_owned();
    for known in FaultName::all() {
        let _ = writeln!(out, "  {:<24} {}", known.name, known.help);
    }
    out.push_str(
        "  status_NNN               An empty body with this status; the call is not carried out\n  \
           delay_N                  The answer comes after N milliseconds\n  \
           fault_CODE               The fault with this exception code, such as fault_QUERY_TIMEOUT",
    );
    out
}

fn object_rows(text: &str) -> Result<(String, u64), String> {
    let (object, count) = text
        .split_once('=')
        .ok_or("expected OBJECT=N, such as Account=1000")?;
    let count = count
        .parse()
        .map_err(|_| format!("`{count}` is not a number of rows"))?;
    Ok((object.to_owned(), count))
}
