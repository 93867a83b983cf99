//! Calls to an independent server, node-soap, which knows only the WSDL of the tenant.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, ChildStdout, Stdio};

use saponify::Https;
use saponify::salesforce::Credentials;

use crate::support::recorder::Recorder;
use crate::support::{WSDL, peer};
use crate::tenant::{Account, AllOrNoneHeader, Contact, Soap};

struct Server {
    // The process ends when its input is closed, that is, when this struct is dropped.
    _process: Child,
    output: BufReader<ChildStdout>,
    url: String,
    certificate: String,
}

impl Server {
    fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let identity = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        let certificate = identity.cert.pem();
        let [key_file, certificate_file] =
            ["key", "certificate"].map(|name| folder.path().join(name));
        std::fs::write(&key_file, identity.signing_key.serialize_pem()).unwrap();
        std::fs::write(&certificate_file, &certificate).unwrap();
        let mut process = peer::node("node-soap.js")
            .args([
                WSDL.as_ref(),
                key_file.as_path(),
                certificate_file.as_path(),
            ])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let output = BufReader::new(process.stdout.take().unwrap());
        let mut server = Self {
            _process: process,
            output,
            url: String::new(),
            certificate,
        };
        server.url = format!("https://localhost:{}", server.line());
        server
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.output.read_line(&mut line).unwrap();
        line.trim_end().to_owned()
    }

    async fn login(&self, password: &str) -> Result<Soap, saponify::Error> {
        let https = Https::builder()
            .no_proxy()
            .extra_root_certificate(&self.certificate)
            .build()?;
        Soap::builder()
            .transport(Recorder::new(https))
            .login(
                &self.url,
                Credentials::new("user@acme.example", password).security_token("word"),
            )
            .await
    }

    /// Checks how the server understood a request: the operation, and the parts that it must
    /// contain.
    fn understood(&mut self, operation: &str, parts: &[&str]) {
        let line = self.line();
        assert!(
            line.starts_with(&format!("{{\"operation\":\"{operation}\"")),
            "{line}"
        );
        for part in parts {
            assert!(line.contains(part), "no {part} in {line}");
        }
    }
}

#[tokio::test]
async fn an_independent_server_and_the_client_understand_each_other() {
    if !peer::present("node-soap") {
        return;
    }
    let mut server = Server::start();
    let soap = server.login("pass&").await.unwrap();
    server.understood(
        "login",
        &[
            r#""username":"user@acme.example""#,
            r#""password":"pass&word""#,
        ],
    );
    assert!(soap.client().session().user_id().is_some());

    let mut rows = soap.records::<Account>("SELECT Name FROM Account WHERE Name > 'A & <B>'");
    let mut names = Vec::new();
    while let Some(row) = rows.try_next().await.unwrap() {
        names.push((row.name().unwrap().to_owned(), row.annual_revenue()));
    }
    let expected = [
        ("Ada & Co", None),
        ("Bolt <AG>", None),
        ("Çelik", None),
        ("電気", Some(1.5e6)),
        ("Zed", Some(1.5e6)),
    ];
    assert_eq!(
        names,
        expected.map(|(name, revenue)| (name.to_owned(), revenue))
    );
    server.understood(
        "query",
        &[
            "WHERE Name > 'A & <B>'",
            r#""sessionId":"00D5e000000AcMe!peer""#,
        ],
    );
    server.understood("queryMore", &[r#""queryLocator":"01g-3""#]);

    rows_are_understood(&soap, &mut server).await;

    let now = soap.get_server_timestamp().await.unwrap();
    assert_eq!(now.timestamp.to_string(), "2026-01-15T05:00:00.125Z");
    server.understood("getServerTimestamp", &["sessionId"]);

    let error = soap.describe_s_object("Nope").await.unwrap_err();
    assert_eq!(error.fault().unwrap().code(), "INVALID_TYPE");
    server.understood("describeSObject", &[r#""sObjectType":"Nope""#]);

    let error = server.login("wrong").await.unwrap_err();
    assert_eq!(error.fault().unwrap().code(), "INVALID_LOGIN");
}

async fn rows_are_understood(soap: &Soap, server: &mut Server) {
    let mut account = Account::new()
        .with_name("A & <B> \"C\" 'D' 株式会社")
        .with_annual_revenue(1e10);
    account.set_null(Account::RATING);
    let parent = Account::new().with(Account::LEGACY_ID__C, "LEG-1");
    let contact = Contact::new().with_last_name("Kid").with_account(parent);
    let rows: [saponify::Record; 2] = [account.into(), contact.into()];
    let header = AllOrNoneHeader { all_or_none: true };
    let saved = soap.create(&rows).with(header).await.unwrap();
    assert!(saved[0].success && saved[0].id.is_some() && saved[0].errors.is_empty());
    let error = &saved[1].errors[0];
    assert_eq!(
        (error.message.as_str(), error.fields.len()),
        ("a < b & c", 2)
    );
    assert_eq!(
        error.status_code,
        crate::tenant::StatusCode::RequiredFieldMissing
    );
    server.understood(
        "create",
        &[
            r#""Name":"A & <B> \"C\" 'D' 株式会社""#,
            // node-soap gives a number, so it found the type of the row and the field in this type.
            r#""AnnualRevenue":10000000000"#,
            r#""fieldsToNull":["Rating"]"#,
            r#""Legacy_Id__c":"LEG-1""#,
            r#""AllOrNoneHeader":{"allOrNone":"true"}"#,
            "Account",
            "Contact",
        ],
    );
}
