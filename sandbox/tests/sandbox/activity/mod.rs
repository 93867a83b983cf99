//! The activity of an org: logins, audit trail, log files, and its changes while it is served.

mod access;
mod files;
mod logins;
mod running;

use std::collections::BTreeMap;

use saponify_sandbox::{Activity, Org};

use crate::support::{Session, Tenant, demo, start};

/// A small org with activity that ended at a fixed time.
pub(crate) fn org(activity: Activity) -> Org {
    demo().with_activity(activity)
}

pub(crate) async fn serve(activity: Activity) -> Tenant {
    start(org(activity)).await
}

/// The expected rows by source: the time and the key.
pub(crate) fn truth(tenant: &Tenant) -> BTreeMap<String, Vec<(String, String)>> {
    let mut text = Vec::new();
    let count = tenant.sandbox.write_truth(&mut text).unwrap();
    let text = String::from_utf8(text).unwrap();
    assert_eq!(text.lines().count() as u64, count);
    let mut truth: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for line in text.lines() {
        let [source, time, key] = line.split('\t').collect::<Vec<_>>()[..] else {
            panic!("{line}");
        };
        (truth.entry(source.to_owned()).or_default()).push((time.to_owned(), key.to_owned()));
    }
    truth
}

/// A row: the texts of its fields by name.
pub(crate) type Row = BTreeMap<String, String>;

/// All rows of a query, from all batches.
pub(crate) async fn rows(session: &Session<'_>, soql: &str) -> Vec<Row> {
    let mut response = session.query(soql).await;
    let mut rows = Vec::new();
    loop {
        assert_eq!(response.status, 200, "{soql}: {}", response.text);
        for record in response.text.split("<records").skip(1) {
            let record = record.split("</records>").next().unwrap();
            let mut row = Row::new();
            for field in record.split("<sf:").skip(1) {
                let (name, rest) = field.split_once('>').unwrap();
                // The fields of a parent follow its tag.
                let Some((value, _)) = rest.split_once('<') else {
                    continue;
                };
                row.insert(name.to_owned(), value.to_owned());
            }
            rows.push(row);
        }
        if response.one("done") == "true" {
            return rows;
        }
        let locator = response.one("queryLocator").to_owned();
        response = session.more(&locator).await;
    }
}

pub(crate) async fn count(session: &Session<'_>, soql: &str) -> u64 {
    session.query(soql).await.one("size").parse().unwrap()
}
