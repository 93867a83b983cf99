//! `saponify demo` shows the proxies at work in half a minute.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use clap::Args;
use console::style;
use indicatif::{ProgressBar, ProgressStyle};
use saponify::salesforce::Credentials;
use saponify::{Error, Https};
use saponify_sandbox::{Activity, Org, Sandbox};

use age::secrecy::ExposeSecret as _;
use saponify_cli::connector::connection::settings::secret;
use saponify_cli::connector::connection::{Activation, Login, Settings, activate};
use saponify_cli::connector::home::Home;
use saponify_cli::connector::listing::{self, Format};
use saponify_cli::connector::progress::{Stop, Watch};
use saponify_cli::connector::store::EventQuery;
use saponify_cli::connector::sync::{Collector, Source};
use saponify_cli::connector::vault::{Secrets, Vault};
use saponify_cli::connector::when;

use super::terminal::say;
use super::{Failure, block_on, put, sandbox::DEMO_ORG};
use crate::tenant::{Account, MalformedQueryFault, Soap};

/// Logs in, streams, writes and fails, on a local tenant that it starts. With `--endpoint`, it logs in to
/// a real org instead and only reads.
#[derive(Args, Debug)]
pub(crate) struct Demo {
    /// Log in here, such as https://login.salesforce.com. The password is read from
    /// SAPONIFY_PASSWORD and the security token from SAPONIFY_TOKEN.
    #[arg(long, value_name = "URL", requires = "user")]
    endpoint: Option<String>,
    /// User name for --endpoint.
    #[arg(long, value_name = "NAME", requires = "endpoint")]
    user: Option<String>,
    /// Trust also the certificate in this PEM file.
    #[arg(long, value_name = "FILE")]
    certificate: Option<PathBuf>,
    /// Let login name this host as the endpoint: HOST or HOST:PORT.
    #[arg(long, value_name = "HOST")]
    allow_host: Vec<String>,
    /// Stream at most this many rows.
    #[arg(long, value_name = "N", default_value_t = 5_000)]
    rows: u32,
}

const QUERY: &str =
    "SELECT Id, Name, Industry, AnnualRevenue, Owner.Name FROM Account ORDER BY Name";

/// Events that are shown.
const SHOWN: usize = 12;

impl Demo {
    pub(crate) fn run(self) -> Result<(), Failure> {
        block_on(async {
            match (&self.endpoint, &self.user) {
                (Some(endpoint), Some(user)) => self.on_real_org(endpoint, user).await,
                _ => self.on_sandbox().await,
            }
        })
    }

    async fn on_real_org(&self, endpoint: &str, user: &str) -> Result<(), Failure> {
        let password = std::env::var("SAPONIFY_PASSWORD").map_err(|_| {
            Failure::new("no password was given")
                .hint("put it into SAPONIFY_PASSWORD, and the security token into SAPONIFY_TOKEN")
        })?;
        let mut credentials = Credentials::new(user, password);
        if let Ok(token) = std::env::var("SAPONIFY_TOKEN") {
            credentials = credentials.security_token(token);
        }
        let pem = match &self.certificate {
            Some(path) => Some(std::fs::read(path).map_err(|error| {
                Failure::new(format!("cannot read {}", path.display())).because(error)
            })?),
            None => None,
        };
        let soap = self
            .login(endpoint, credentials, pem.as_deref(), &self.allow_host)
            .await?;
        stream(&soap, self.rows).await?;
        usage(&soap)?;
        Ok(())
    }

    async fn on_sandbox(&self) -> Result<(), Failure> {
        let activity = Activity::days(3)
            .logins(400)
            .audit(80)
            .files(9)
            .file_size(8_000);
        let org = Org::parse(DEMO_ORG)?.with_activity(activity);
        let name = org.name().to_owned();
        let sandbox = Sandbox::builder(org).start().await?;
        title("A local tenant")?;
        say!("  {name}, with its own Enterprise WSDL, over TLS with a certificate made just now");
        say!("  {}", sandbox.login_url());
        let credentials = Credentials::new("integration@acme.example", "battery-staple");
        let instance = sandbox
            .instance_url()
            .trim_start_matches("https://")
            .to_owned();
        let pem = sandbox.certificate_pem().as_bytes().to_vec();
        let soap = self
            .login(&sandbox.login_url(), credentials, Some(&pem), &[instance])
            .await?;
        stream(&soap, self.rows).await?;
        write(&soap).await?;
        partial_failure(&soap).await?;
        fault(&soap).await?;
        usage(&soap)?;
        collect(&sandbox).await?;
        sandbox.shutdown().await;
        say!("");
        say!(
            "The proxies were generated when this program was built. For yours: {}",
            style("saponify generate enterprise.wsdl").bold()
        );
        Ok(())
    }

    async fn login(
        &self,
        endpoint: &str,
        credentials: Credentials,
        certificate: Option<&[u8]>,
        hosts: &[String],
    ) -> Result<Soap, Failure> {
        title("Login")?;
        let mut https = Https::builder();
        if let Some(pem) = certificate {
            https = https.extra_root_certificate(pem);
        }
        let builder =
            Soap::builder().transport(https.build().map_err(|error| call_failed(error.into()))?);
        let builder = hosts
            .iter()
            .fold(builder, |builder, host| builder.allow_host(host));
        let user = credentials.user().to_owned();
        let soap = builder
            .login(endpoint, credentials)
            .await
            .map_err(call_failed)?;
        let session = soap.client().session();
        say!(
            "  {user} by password and security token; calls now go to {}",
            session.endpoint()
        );
        if let Some(seconds) = session.seconds_valid() {
            say!(
                "  the session ends after {} minutes of silence",
                seconds / 60
            );
        }
        Ok(soap)
    }
}

/// Streams rows. The batches are fetched in the background.
async fn stream(soap: &Soap, most: u32) -> Result<(), Failure> {
    title("Streaming query")?;
    say!("  {}", style(QUERY).dim());
    let started = Instant::now();
    let bar = ProgressBar::new_spinner().with_style(
        ProgressStyle::with_template("  {spinner} {human_pos} rows, {per_sec}")
            .unwrap_or_else(|_| ProgressStyle::default_spinner()),
    );
    let mut rows = soap.records::<Account>(&format!("{QUERY} LIMIT {most}"));
    let mut count = 0_u64;
    let mut revenue = 0.0;
    while let Some(account) = rows.try_next().await.map_err(call_failed)? {
        count += 1;
        revenue += account.annual_revenue().unwrap_or_default();
        if count <= 3 {
            let owner = account
                .owner()
                .and_then(|owner| owner.name())
                .unwrap_or("-");
            let name = account.name().unwrap_or("-");
            let industry = account.industry().unwrap_or("(null)");
            let line = format!("  {name:<32} {industry:<16} {owner}\n");
            bar.suspend(|| put(&line))?;
        }
        bar.inc(1);
    }
    bar.finish_and_clear();
    say!(
        "  … {count} accounts in {}, revenue {revenue:.0} in all",
        seconds(started.elapsed())
    );
    Ok(())
}

async fn write(soap: &Soap) -> Result<(), Failure> {
    title("Create, update, delete")?;
    let acme = Account::new()
        .with_name("Acme & Söhne <Holding>")
        .with_annual_revenue(1.5e6);
    let globex = Account::new().with_name("Globex").with_industry("Energy");
    let created = soap.create(&[acme, globex]).await.map_err(call_failed)?;
    let ids: Vec<_> = created.iter().filter_map(|result| result.id).collect();
    say!("  created {}", list(&ids));

    let Some(first) = ids.first() else {
        return Ok(());
    };
    let mut change = Account::new().with_id(*first).with_industry("Banking");
    change.set_null(Account::ANNUAL_REVENUE);
    let updated = soap.update(&[change]).await.map_err(call_failed)?;
    let query = format!("SELECT Name, Industry, AnnualRevenue FROM Account WHERE Id = '{first}'");
    let mut rows = soap.records::<Account>(&query);
    if let Some(account) = rows.try_next().await.map_err(call_failed)? {
        say!(
            "  updated {}: {:?}, industry {:?}, revenue {:?}",
            updated.iter().filter(|result| result.success).count(),
            account.name().unwrap_or_default(),
            account.industry().unwrap_or_default(),
            account.annual_revenue(),
        );
    }
    let deleted = soap.delete(&ids).await.map_err(call_failed)?;
    say!(
        "  deleted {}",
        deleted.iter().filter(|result| result.success).count()
    );
    Ok(())
}

/// Creates two rows, one of them invalid. The call succeeds, and each row has its own result.
async fn partial_failure(soap: &Soap) -> Result<(), Failure> {
    title("A row that fails")?;
    let fine = Account::new().with_name("Initech");
    let nameless = Account::new().with_industry("Energy");
    let saved = soap.create(&[fine, nameless]).await.map_err(call_failed)?;
    for (row, result) in saved.iter().enumerate() {
        match result.errors.first() {
            None => say!("  row {row}: saved"),
            Some(error) => say!(
                "  row {row}: {:?} {} {:?}",
                error.status_code,
                style(&error.message).yellow(),
                error.fields
            ),
        }
    }
    let ids: Vec<_> = saved.iter().filter_map(|result| result.id).collect();
    soap.delete(&ids).await.map_err(call_failed)?;
    Ok(())
}

/// Sends an invalid query. The fault has a type of the WSDL.
async fn fault(soap: &Soap) -> Result<(), Failure> {
    title("A fault, typed")?;
    let error = match soap.query("SELECT Name FRM Account").await {
        Err(error) => error,
        Ok(_) => return Err(Failure::new("the service accepted an invalid query")),
    };
    let detail = error
        .fault()
        .map(|fault| fault.detail::<MalformedQueryFault>());
    if let Some(Ok(Some(detail))) = detail {
        say!(
            "  {} at row {}, column {}",
            style(format!("{:?}", detail.exception_code)).red(),
            detail.row,
            detail.column
        );
        for line in detail
            .exception_message
            .lines()
            .filter(|line| !line.trim().is_empty())
        {
            say!("  {}", style(line).dim());
        }
    }
    say!(
        "  may have been applied: {}; worth a retry: {}",
        yes_no(error.maybe_applied()),
        yes_no(error.is_transient())
    );
    Ok(())
}

/// Connects the compliance connector, brings it up to date, and shows the events of a day.
async fn collect(sandbox: &Sandbox) -> Result<(), Failure> {
    title("The compliance connector")?;
    let folder = std::env::temp_dir().join(format!("saponify-demo-{}", std::process::id()));
    let shown = show_events(sandbox, &folder).await;
    // What is left of a demo is of no use to anybody.
    let _ = std::fs::remove_dir_all(&folder);
    shown
}

async fn show_events(sandbox: &Sandbox, folder: &Path) -> Result<(), Failure> {
    let home = Home::find(Some(folder.to_owned()), |_| None)?;
    let key = age::x25519::Identity::generate().to_string();
    let vault = Vault::of(&home, Some(key.expose_secret().into()))?;
    let login = Login::Password {
        user: "integration@acme.example".to_owned(),
    };
    let mut settings = Settings::new(&sandbox.login_url(), login);
    settings.certificate = Some(sandbox.certificate_pem().to_owned());
    let instance = sandbox.instance_url();
    settings.allow_hosts = vec![instance.trim_start_matches("https://").to_owned()];
    let mut secrets = Secrets::default();
    secrets.insert(secret::PASSWORD, "battery-staple".into());
    let activation = Activation {
        name: "demo".to_owned(),
        settings,
        secrets,
        since: jiff::SignedDuration::from_hours(3 * 24),
    };
    let activated = activate(&home, &vault, activation).await?;
    say!(
        "  connected to {} as {}",
        activated.identity.organization_name,
        activated.identity.username
    );
    let mut collector = Collector::open(&home, &vault, "demo", &Stop::default()).await?;
    let outcome = collector.round(&Source::ALL, &mut Watch::silent()).await;
    if let Some(failure) = outcome.failure() {
        return Err(failure.into());
    }
    let now = jiff::Timestamp::now();
    let day = EventQuery {
        since: Some(when::instant("yesterday", now)?),
        until: Some(when::instant("today", now)?),
        ..EventQuery::default()
    };
    let mut table = Vec::new();
    let count = listing::print(collector.store(), &day, Format::Table, None, &mut table)?;
    let table = String::from_utf8_lossy(&table);
    for line in table.lines().take(SHOWN + 1) {
        say!("  {line}");
    }
    let more = count.saturating_sub(SHOWN as u64);
    say!("  … and {more} more events of yesterday");
    Ok(())
}

fn usage(soap: &Soap) -> Result<(), Failure> {
    if let Some(usage) = soap.limit_info() {
        title("API usage")?;
        say!(
            "  {} of {} calls, according to the last response",
            usage.current,
            usage.limit
        );
    }
    Ok(())
}

fn call_failed(error: Error) -> Failure {
    let hint = match &error {
        error if error.is_login() || error.fault().is_some_and(|f| f.code().contains("LOGIN")) => {
            "check user name, password and security token; in Setup, the user's login history \
             tells the reason"
        }
        error if error.is_foreign_endpoint() => "allow the host with --allow-host if it is yours",
        error if error.is_tls() => "trust its certificate with --certificate, if it is yours",
        error if error.is_connect() => "check the address, the network and the proxy",
        error if error.is_protocol() => "check the address: it does not answer with SOAP",
        error if error.is_transient() => "try again later",
        _ => return Failure::new(error.to_string()).because(error),
    };
    Failure::new(error.to_string()).because(error).hint(hint)
}

fn title(text: &str) -> Result<(), Failure> {
    say!("{}", style(text).bold().green());
    Ok(())
}

fn list(ids: &[saponify::salesforce::Id]) -> String {
    ids.iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(", ")
}

fn seconds(time: Duration) -> String {
    format!("{:.2} s", time.as_secs_f64())
}

fn yes_no(yes: bool) -> &'static str {
    if yes { "yes" } else { "no" }
}
