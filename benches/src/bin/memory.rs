//! Measures memory while a query of many rows streams: at the end, against after the first batch.
//!
//! `cargo run --release -p saponify-benches --bin memory [ROWS]`. This program starts itself a
//! second time as the server, so that the sandbox runs in another process.

use std::error::Error;
use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};
use std::time::Instant;

use saponify::Https;
use saponify::salesforce::Credentials;
use saponify_benches::enterprise::{Account, Soap};
use saponify_benches::resident;
use saponify_sandbox::{Org, Sandbox};

const ORG: &str = include_str!("../../../tenants/demo/org.toml");
const BATCH: u64 = 2_000;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let first = std::env::args()
        .nth(1)
        .unwrap_or_else(|| "1000000".to_owned());
    if first == "serve" {
        return serve(std::env::args().nth(2).unwrap_or_default().parse()?).await;
    }
    let rows: u64 = first.parse()?;
    let mut server = Command::new(std::env::current_exe()?)
        .args(["serve", &first])
        .stdout(Stdio::piped())
        .stdin(Stdio::piped())
        .spawn()?;
    let mut lines = BufReader::new(server.stdout.take().ok_or("no output")?).lines();
    let url = lines.next().ok_or("no URL")??;
    let host = lines.next().ok_or("no host")??;
    let certificate = lines
        .by_ref()
        .map_while(Result::ok)
        .take_while(|line| !line.is_empty());
    let pem = certificate.fold(String::new(), |pem, line| pem + &line + "\n");
    let https = Https::builder().extra_root_certificate(&pem).build()?;
    let credentials = Credentials::new("integration@acme.example", "battery-staple");
    let soap = Soap::builder()
        .transport(https)
        .allow_host(host)
        .login(&url, credentials)
        .await?;

    let query = "SELECT Id, Name, Industry, AnnualRevenue, Phone, Website, BillingCity, \
        NumberOfEmployees, CreatedDate, IsDeleted FROM Account";
    let mut accounts = soap.records::<Account>(query);
    let started = Instant::now();
    let (mut count, mut bytes, mut after_first, mut most) = (0_u64, 0, 0.0, 0.0_f64);
    while let Some(account) = accounts.try_next().await? {
        count += 1;
        bytes += account.name().map_or(0, str::len);
        if count == BATCH {
            after_first = resident();
        }
        if count % 10_000 == 0 {
            most = most.max(resident());
        }
    }
    let last = resident();
    println!("streaming {count} of {rows} rows, {bytes} bytes of names");
    println!("  after the first batch               {after_first:>7.1} MiB");
    println!(
        "  at the end                          {last:>7.1} MiB ({:+.1})",
        last - after_first
    );
    println!(
        "  at most                             {most:>7.1} MiB ({:+.1})",
        most - after_first
    );
    println!(
        "  {:.0} k rows/s, client and server on this machine",
        count as f64 / started.elapsed().as_secs_f64() / 1e3
    );
    drop(server.stdin.take());
    server.wait()?;
    Ok(())
}

/// Serves until standard input ends.
async fn serve(rows: u64) -> Result<(), Box<dyn Error>> {
    let org = Org::parse(ORG)?.with_rows("Account", rows);
    let sandbox = Sandbox::builder(org).start().await?;
    let instance = sandbox.instance_url();
    let host = instance.trim_start_matches("https://");
    println!(
        "{}\n{host}\n{}",
        sandbox.login_url(),
        sandbox.certificate_pem()
    );
    println!();
    tokio::task::spawn_blocking(|| std::io::read_to_string(std::io::stdin())).await??;
    Ok(())
}
