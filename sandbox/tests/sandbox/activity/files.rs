//! The event log files: their list, their content by SOAP and by REST, and their oddities.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use saponify_sandbox::Activity;

use super::{Row, count, org, rows, serve, truth};
use crate::support::{Session, start};

const LISTING: &str = "SELECT Id, EventType, Interval, Sequence, LogDate, CreatedDate, LogFileLength, \
    LogFileFieldNames, LogFileFieldTypes, SystemModstamp FROM EventLogFile WHERE Sequence >= 0 \
    ORDER BY CreatedDate, Id";

/// The content by SOAP.
pub(super) async fn by_soap(session: &Session<'_>, id: &str) -> Vec<u8> {
    let soql = format!("SELECT LogFile FROM EventLogFile WHERE Id = '{id}'");
    let response = session.query(&soql).await;
    // Half of the files have line breaks in their base64, which XML allows.
    let text = response.one("LogFile").split_ascii_whitespace();
    STANDARD.decode(text.collect::<String>()).unwrap()
}

/// The status and the content by REST.
pub(super) async fn by_rest(session: &Session<'_>, id: &str) -> (u16, Vec<u8>) {
    let url = format!(
        "{}/services/data/v64.0/sobjects/EventLogFile/{id}/LogFile",
        session.tenant.sandbox.instance_url()
    );
    let request = session.tenant.http.get(url).bearer_auth(&session.id);
    let response = request.send().await.unwrap();
    let status = response.status().as_u16();
    (status, response.bytes().await.unwrap().to_vec())
}

/// Parses CSV according to RFC 4180.
fn csv(bytes: &[u8]) -> Vec<Vec<Vec<u8>>> {
    let (mut rows, mut row, mut value) = (Vec::new(), Vec::new(), Vec::new());
    let (mut quoted, mut at) = (false, 0);
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'"' if quoted && bytes.get(at + 1) == Some(&b'"') => {
                value.push(b'"');
                at += 1;
            }
            b'"' => quoted = !quoted,
            b',' if !quoted => row.push(std::mem::take(&mut value)),
            b'\n' if !quoted => {
                row.push(std::mem::take(&mut value));
                rows.push(std::mem::take(&mut row));
            }
            _ => value.push(byte),
        }
        at += 1;
    }
    assert!(!quoted, "the file ends inside quotes");
    if !row.is_empty() {
        row.push(value);
        rows.push(row);
    }
    rows
}

async fn listing(session: &Session<'_>) -> Vec<Row> {
    rows(session, LISTING).await
}

#[tokio::test]
async fn the_content_has_the_stated_length_and_is_equal_by_soap_and_rest() {
    let tenant = serve(Activity::days(40).files(60).hourly(true).file_size(24_000)).await;
    let session = tenant.session().await;
    let mut keys = Vec::new();
    let truth = truth(&tenant);
    for file in listing(&session).await {
        let id = &file["Id"];
        let soap = by_soap(&session, id).await;
        let (status, rest) = by_rest(&session, id).await;
        assert_eq!(status, 200);
        assert!(soap == rest, "{id}");
        let length: f64 = file["LogFileLength"].parse().unwrap();
        assert_eq!(length, soap.len() as f64, "{file:?}");

        let mut table = csv(&soap);
        let header = table.remove(0);
        let glued = header.iter().filter(|name| name.contains(&b',')).count();
        table.retain(|row| *row != header);
        for row in &table {
            assert_eq!(row.len(), header.len() + glued, "{file:?}");
            assert_eq!(row[0], file["EventType"].as_bytes());
        }
        keys.extend((1..=table.len()).map(|number| format!("{id}/1/{number}")));
    }
    // The expected rows exclude daily files that hourly files replace.
    let wanted: Vec<_> = truth["files"].iter().map(|(_, key)| key).collect();
    assert!(wanted.iter().all(|key| keys.contains(key)));
    assert!(wanted.len() < keys.len());
}

#[tokio::test]
async fn the_files_have_every_oddity() {
    let tenant = serve(Activity::days(40).files(160).file_size(60_000)).await;
    let session = tenant.session().await;
    let mut seen: BTreeMap<&str, u32> = BTreeMap::new();
    let mut widths: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    let files = listing(&session).await;
    let times: Vec<_> = files.iter().map(|file| &file["CreatedDate"]).collect();
    let has_ties = times.windows(2).any(|pair| pair[0] == pair[1]);
    assert!(has_ties);
    for file in &files {
        let bytes = by_rest(&session, &file["Id"]).await.1;
        let mut note = |what: &'static str, is_there: bool| {
            *seen.entry(what).or_default() += u32::from(is_there);
        };
        let has = |text: &str| memchr::memmem::find(&bytes, text.as_bytes()).is_some();
        note("a NUL", bytes.contains(&0));
        note("three quotes", has(",\"\"\""));
        note("quotes only", has(",\"\"\"\"\"\","));
        note("no newline at the end", bytes.last() != Some(&b'\n'));
        note("letters beyond ASCII", has("東京"));
        note("an address in words", has("\"Salesforce.com IP\""));
        note(
            "a glued header",
            has("\"API_VERSION,USER_INITIATED_LOGOUT\""),
        );
        note("a prefix", has("\"TID:") && has("\"SLB:"));
        let table = csv(&bytes);
        note("a header alone", table.len() == 1);
        note("a repeated header", table[1..].contains(&table[0]));
        let values = || table.iter().flatten();
        note("a line break", values().any(|value| value.contains(&b'\n')));
        note(
            "a very long value",
            values().any(|value| value.len() > 131_072),
        );
        let column = |name: &str| table[0].iter().position(|column| column == name.as_bytes());
        if let (Some(time), Some(derived)) = (column("TIMESTAMP"), column("TIMESTAMP_DERIVED")) {
            let glued = table[0].iter().any(|name| name.contains(&b','));
            let derived = derived + usize::from(glued);
            for row in &table[1..] {
                note(
                    "no derived time",
                    !row[time].is_empty() && row[derived].is_empty(),
                );
            }
        }
        let set = widths.entry(file["EventType"].clone()).or_default();
        if !set.contains(&table[0].len()) {
            set.push(table[0].len());
        }
        let kinds = file["LogFileFieldTypes"].split(',').count();
        assert_eq!(kinds, file["LogFileFieldNames"].split(',').count());
    }
    let missing: Vec<_> = seen.iter().filter(|(_, count)| **count == 0).collect();
    assert!(missing.is_empty(), "{missing:?}");
    widths["Login"]
        .contains(&16)
        .then_some(())
        .expect("the oldest columns");
    assert!(widths["Login"].contains(&28) && widths["Login"].contains(&32));
}

#[tokio::test]
async fn a_query_returns_only_daily_files_unless_it_says_otherwise() {
    let tenant = serve(Activity::days(40).files(80).hourly(true)).await;
    let session = tenant.session().await;
    let number = |condition: &'static str| {
        let soql = format!("SELECT COUNT() FROM EventLogFile{condition}");
        let session = &session;
        async move { count(session, &soql).await }
    };
    assert_eq!(number("").await, 20);
    assert_eq!(
        number(" WHERE CreatedDate > 2000-01-01T00:00:00Z").await,
        20
    );
    assert_eq!(number(" WHERE Sequence >= 0").await, 80);
    assert_eq!(number(" WHERE Sequence != 0").await, 60);
    assert_eq!(number(" WHERE Interval = 'Hourly'").await, 60);
    // A condition on the id disables the rule. Keyset paging has one.
    assert_eq!(number(" WHERE Id > '0AT5e0000000000'").await, 80);
    let ids = listing(&session).await;
    let hourly = ids
        .iter()
        .find(|file| file["Interval"] == "Hourly")
        .unwrap();
    let retrieve = format!(
        "<t:retrieve><t:fieldList>Id,Interval</t:fieldList><t:sObjectType>EventLogFile</t:sObjectType><t:ids>{}</t:ids></t:retrieve>",
        hourly["Id"]
    );
    assert_eq!(session.call("", &retrieve).await.one("Interval"), "Hourly");
}

#[tokio::test]
async fn hourly_files_have_as_many_rows_as_the_daily_file() {
    let tenant = serve(Activity::days(40).files(400).hourly(true).file_size(9_000)).await;
    let session = tenant.session().await;
    let mut hourly: BTreeMap<(String, String), usize> = BTreeMap::new();
    let mut daily = BTreeMap::new();
    for file in listing(&session).await {
        let mut table = csv(&by_rest(&session, &file["Id"]).await.1);
        let header = table.remove(0);
        table.retain(|row| *row != header);
        let day = (file["EventType"].clone(), file["LogDate"][..10].to_owned());
        match file["Interval"].as_str() {
            "Hourly" => *hourly.entry(day).or_default() += table.len(),
            _ => drop(daily.insert(day, table.len())),
        }
    }
    let both: Vec<_> = hourly
        .iter()
        .filter(|(day, _)| daily.contains_key(day))
        .collect();
    assert!(both.len() >= 8, "{both:?}");
    assert!(both.iter().all(|(day, rows)| daily[day] == **rows));
}

#[tokio::test]
async fn soap_refuses_a_large_file_and_rest_streams_it() {
    let mut org = org(Activity::days(30).files(10).big_file(3_000_000));
    org.limits_mut().log_file_bytes = 1_000_000;
    let tenant = start(org).await;
    let session = tenant.session().await;
    let files = listing(&session).await;
    let large = |file: &&Row| file["LogFileLength"].parse::<f64>().unwrap() > 2e6;
    let file = files.iter().find(large).unwrap();
    let soql = format!(
        "SELECT LogFile FROM EventLogFile WHERE Id = '{}'",
        file["Id"]
    );
    let response = session.query(&soql).await;
    let (code, message) = response.fault();
    assert_eq!(code, "OPERATION_TOO_LARGE");
    assert!(message.contains("1000000"), "{message}");
    // The list does not compute the content.
    let (status, bytes) = by_rest(&session, &file["Id"]).await;
    assert_eq!(status, 200);
    assert_eq!(
        bytes.len() as f64,
        file["LogFileLength"].parse::<f64>().unwrap()
    );
}

#[tokio::test]
async fn damaged_files_are_damaged_each_time_and_not_in_the_truth() {
    let tenant = serve(Activity::days(30).files(40).damaged(3)).await;
    let session = tenant.session().await;
    let truth = truth(&tenant);
    let (mut cut, mut wide, mut short) = (0, 0, 0);
    for file in listing(&session).await {
        let bytes = by_rest(&session, &file["Id"]).await.1;
        let length: f64 = file["LogFileLength"].parse().unwrap();
        let is_cut = bytes.iter().filter(|byte| **byte == b'"').count() % 2 == 1;
        let mut is_damaged = true;
        if is_cut {
            assert_eq!(length, bytes.len() as f64);
            cut += 1;
        } else if length != bytes.len() as f64 {
            short += 1;
        } else {
            let table = csv(&bytes);
            let glued = table[0].iter().filter(|name| name.contains(&b',')).count();
            let is_wide = |row: &Vec<_>| row.len() > table[0].len() + glued;
            is_damaged = table.iter().any(is_wide);
            wide += u32::from(is_damaged);
        }
        let id = format!("{}/", file["Id"]);
        let is_true = truth["files"].iter().any(|(_, key)| key.starts_with(&id));
        assert!(!(is_true && is_damaged), "{file:?}");
    }
    assert_eq!((cut, wide, short), (1, 1, 1));
}

#[tokio::test]
async fn rest_refusals_have_their_codes() {
    let tenant = serve(Activity::days(30).files(10)).await;
    let session = tenant.session().await;
    let id = listing(&session).await[0]["Id"].clone();
    let stranger = Session {
        tenant: &tenant,
        url: String::new(),
        id: "00D!nobody".to_owned(),
    };
    let text = |(status, bytes): (u16, Vec<u8>)| (status, String::from_utf8(bytes).unwrap());
    let (status, body) = text(by_rest(&stranger, &id).await);
    assert_eq!(status, 401);
    assert!(body.contains("INVALID_SESSION_ID"), "{body}");
    let (status, body) = text(by_rest(&session, "0AT000000000001").await);
    assert_eq!(status, 404);
    assert!(body.contains("NOT_FOUND"), "{body}");
    tenant.sandbox.set_daily_limit(100, 100);
    let (status, body) = text(by_rest(&session, &id).await);
    assert_eq!(status, 403);
    assert!(body.contains("REQUEST_LIMIT_EXCEEDED"), "{body}");
    tenant.sandbox.set_daily_limit(0, 100);
    tenant
        .sandbox
        .inject("close_mid_body@LogFile:times=1".parse().unwrap());
    let url = format!(
        "{}/services/data/v64.0/sobjects/EventLogFile/{id}/LogFile",
        tenant.sandbox.instance_url()
    );
    let get = || tenant.http.get(&url).bearer_auth(&session.id).send();
    let cut = get().await.unwrap();
    assert!(cut.bytes().await.is_err());
    let whole = get().await.unwrap();
    let usage = whole.headers()["sforce-limit-info"]
        .to_str()
        .unwrap()
        .to_owned();
    assert_eq!(usage, "api-usage=2/100");
    assert!(whole.bytes().await.unwrap().starts_with(b"\"EVENT_TYPE\""));
}

#[tokio::test]
async fn gigabytes_are_listed_and_started_without_being_computed() {
    let activity = Activity::days(60)
        .files(1_500)
        .file_size(3_000_000)
        .big_file(1 << 30)
        .late_by(std::time::Duration::from_secs(86_400));
    let tenant = serve(activity).await;
    let session = tenant.session().await;
    let files = listing(&session).await;
    let length = |file: &Row| file["LogFileLength"].parse::<f64>().unwrap();
    assert!(files.iter().map(length).sum::<f64>() > 4e9);
    let big: Vec<_> = files.iter().filter(|file| length(file) > 1e9).collect();
    assert_eq!(big.len(), 1);
    for file in big {
        let url = format!(
            "{}/services/data/v64.0/sobjects/EventLogFile/{}/LogFile",
            tenant.sandbox.instance_url(),
            file["Id"]
        );
        let request = tenant.http.get(url).bearer_auth(&session.id);
        let mut response = request.send().await.unwrap();
        let begin = response.chunk().await.unwrap().unwrap();
        assert!(begin.starts_with(b"\"EVENT_TYPE\""));
    }
    // A file that was not read completely causes no changes.
    assert!(listing(&session).await == files);
}
