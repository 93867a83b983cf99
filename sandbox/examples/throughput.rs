//! Measures how fast a query over many synthetic rows is served over TLS.
//!
//! ```text
//! cargo run --release -p saponify-sandbox --example throughput -- 1000000
//! ```

use std::time::Instant;

use saponify_sandbox::{ApiVersion, Org, Quirks, Sandbox};

const ORG: &str = include_str!("../../tenants/demo/org.toml");
const FIELDS: &str = "Id, AccountNumber, AnnualRevenue, BillingCity, CreatedDate, Industry, IsDeleted, Name, NumberOfEmployees, Phone";

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let rows: u64 = arguments
        .next()
        .map_or(Ok(1_000_000), |text| text.parse())?;
    let suffix = arguments.next().unwrap_or_default();
    let _ = rustls::crypto::ring::default_provider().install_default();

    let started = Instant::now();
    let org = Org::parse(ORG)?.with_rows("Account", rows);
    let sandbox = Sandbox::builder(org)
        .quirks(Quirks::default())
        .start()
        .await?;
    println!(
        "filled with {rows} rows in {:.1?}; peak memory {}",
        started.elapsed(),
        peak_memory()
    );

    let authority = reqwest::Certificate::from_pem(sandbox.certificate_pem().as_bytes())?;
    let http = reqwest::Client::builder()
        .tls_certs_only([authority])
        .build()?;
    let post = async |url: &str,
                      header: &str,
                      body: &str|
           -> Result<String, Box<dyn std::error::Error>> {
        let envelope = format!(
            "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\" xmlns=\"urn:enterprise.soap.sforce.com\"><s:Header>{header}</s:Header><s:Body>{body}</s:Body></s:Envelope>"
        );
        Ok(http
            .post(url)
            .header("Content-Type", "text/xml")
            .body(envelope)
            .send()
            .await?
            .text()
            .await?)
    };
    let login = "<login><username>integration@acme.example</username><password>battery-staple</password></login>";
    let answer = post(&sandbox.login_endpoint(ApiVersion(64)), "", login).await?;
    let url = between(&answer, "<serverUrl>", "</serverUrl>").to_owned();
    let session = between(&answer, "<sessionId>", "</sessionId>");
    let header = format!("<SessionHeader><sessionId>{session}</sessionId></SessionHeader>");

    let started = Instant::now();
    let query =
        format!("<query><queryString>SELECT {FIELDS} FROM Account {suffix}</queryString></query>");
    let mut answer = post(&url, &header, &query).await?;
    println!("first batch after {:.1?}", started.elapsed());
    let mut bytes = answer.len();
    while answer.contains("<done>false</done>") {
        let locator = between(&answer, "<queryLocator>", "</queryLocator>");
        let more = format!("<queryMore><queryLocator>{locator}</queryLocator></queryMore>");
        answer = post(&url, &header, &more).await?;
        bytes += answer.len();
    }
    let seconds = started.elapsed().as_secs_f64();
    let served = sandbox.stats().rows;
    println!(
        "{served} rows, {:.1} MB in {seconds:.2} s: {:.0} rows/s; peak memory {}",
        bytes as f64 / 1e6,
        served as f64 / seconds,
        peak_memory()
    );
    sandbox.shutdown().await;
    Ok(())
}

fn between<'a>(text: &'a str, start: &str, end: &str) -> &'a str {
    let rest = text.split_once(start).map_or("", |(_, rest)| rest);
    rest.split_once(end).map_or("", |(found, _)| found)
}

fn peak_memory() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM"));
    line.map_or_else(|| "unknown".to_owned(), |line| line[6..].trim().to_owned())
}
