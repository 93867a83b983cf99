//! The changes of an org while it is served: rows and files that appear late, files that are changed or
//! deleted, and changes of users.

use std::collections::BTreeSet;
use std::time::Duration;

use saponify_sandbox::Activity;

use super::files::{by_rest, by_soap};
use super::{Row, rows, serve, truth};
use crate::support::{Session, Tenant};

const LISTING: &str = "SELECT Id, EventType, LogDate, CreatedDate, LogFileLength, SystemModstamp \
    FROM EventLogFile WHERE Sequence >= 0 ORDER BY CreatedDate, Id";

async fn ids(session: &Session<'_>, object: &str) -> BTreeSet<String> {
    let all = rows(session, &format!("SELECT Id FROM {object}")).await;
    all.into_iter().map(|row| row["Id"].clone()).collect()
}

fn keys(tenant: &Tenant, source: &str) -> BTreeSet<String> {
    let truth = truth(tenant);
    truth[source].iter().map(|(_, key)| key.clone()).collect()
}

#[tokio::test]
async fn late_rows_are_expected_before_they_become_visible() {
    let tenant = serve(Activity::days(30).logins(600).audit(120).late(true)).await;
    let session = tenant.session().await;
    let sources = [("logins", "LoginHistory"), ("audit", "SetupAuditTrail")];
    for (source, object) in sources {
        let (expected, first) = (keys(&tenant, source), ids(&session, object).await);
        assert!(first.len() < expected.len(), "{source}");
        assert!(first.is_subset(&expected), "{source}");
    }
    tenant.sandbox.advance(Duration::from_secs(120));
    for (source, object) in sources {
        assert_eq!(
            ids(&session, object).await,
            keys(&tenant, source),
            "{source}"
        );
    }
}

/// Reads the files as a connector does: first the list, then the new and changed files, oldest first.
/// Returns the rows that it has stored.
async fn round(session: &Session<'_>, held: &mut Vec<(Row, u64)>) {
    for file in rows(session, LISTING).await {
        let known = held.iter().filter(|(known, _)| known["Id"] == file["Id"]);
        let revision = known.count() as u64;
        if held.iter().any(|(known, _)| *known == file) {
            continue;
        }
        if by_rest(session, &file["Id"]).await.0 == 200 {
            held.push((file, revision + 1));
        }
    }
}

#[tokio::test]
async fn files_are_changed_replaced_deleted_and_withheld() {
    let activity = Activity::days(30).files(80).file_size(4_000).late(true);
    let tenant = serve(activity).await;
    let session = tenant.session().await;
    let expected = keys(&tenant, "files");
    let first = rows(&session, LISTING).await;
    let mut held = Vec::new();
    for _ in 0..4 {
        round(&session, &mut held).await;
        tenant.sandbox.advance(Duration::from_secs(60));
    }
    let gone_ids = |listed: &[Row]| {
        let is_listed = |id: &str| listed.iter().any(|file| file["Id"] == id);
        held.iter()
            .filter(|(file, _)| !is_listed(&file["Id"]))
            .count()
    };
    let soon = rows(&session, LISTING).await;
    assert_eq!(
        gone_ids(&soon),
        0,
        "a file that was read can be read again for a while"
    );
    tenant.sandbox.advance(Duration::from_secs(600));
    let last: BTreeSet<_> = rows(&session, LISTING).await.into_iter().collect();
    let listed: BTreeSet<_> = first.iter().map(|file| file["Id"].clone()).collect();
    let is_held = |id: &str| held.iter().any(|(file, _)| file["Id"] == id);

    let remade: Vec<_> = held.iter().filter(|(_, revision)| *revision == 2).collect();
    assert!(!remade.is_empty(), "{held:#?}");
    for (file, _) in &remade {
        let (old, _) = held
            .iter()
            .find(|(old, _)| old["Id"] == file["Id"])
            .unwrap();
        assert_eq!(old["CreatedDate"], file["CreatedDate"]);
        assert_ne!(old["LogFileLength"], file["LogFileLength"]);
        assert!(old["SystemModstamp"] < file["SystemModstamp"]);
        let bytes = by_soap(&session, &file["Id"]).await;
        assert_eq!(
            bytes.len() as f64,
            file["LogFileLength"].parse::<f64>().unwrap()
        );
    }
    let withheld: Vec<_> = first.iter().filter(|file| !is_held(&file["Id"])).collect();
    assert!(!withheld.is_empty());
    let gone = held
        .iter()
        .filter(|(file, _)| !last.iter().any(|other| other["Id"] == file["Id"]));
    let gone: Vec<_> = gone.collect();
    assert!(
        gone.len() >= 2,
        "deleted, and replaced by another: {gone:?}"
    );
    let new: Vec<_> = last
        .iter()
        .filter(|file| !listed.contains(&file["Id"]))
        .collect();
    let replaces = |file: &&&Row| {
        let same = |old: &(Row, u64)| {
            old.0["Id"] != file["Id"]
                && old.0["EventType"] == file["EventType"]
                && old.0["LogDate"] == file["LogDate"]
        };
        gone.iter().any(|old| same(old))
    };
    assert!(new.iter().any(|file| replaces(&file)));
    let late = |file: &&&Row| !replaces(file) && is_held(&file["Id"]);
    assert!(new.iter().any(|file| late(&file)));

    // For the newest content of each file, such a reader has stored all expected rows.
    let is_last = |file: &Row, revision: u64| {
        !held
            .iter()
            .any(|(other, later)| other["Id"] == file["Id"] && *later > revision)
    };
    let files: BTreeSet<_> = (held.iter())
        .filter(|(file, revision)| is_last(file, *revision))
        .map(|(file, revision)| format!("{}/{revision}", file["Id"]))
        .collect();
    let expected: BTreeSet<_> = expected
        .iter()
        .map(|key| key.rsplit_once('/').unwrap().0.to_owned())
        .collect();
    // A file without rows has no line.
    assert!(
        expected.is_subset(&files),
        "{:?}",
        expected.difference(&files)
    );
    let empty = files.difference(&expected).count();
    assert!(empty <= 4, "{:?}", files.difference(&expected));
}

/// The time without zeros at its end.
fn short(time: &str) -> String {
    let (seconds, millis) = time.trim_end_matches('Z').split_once('.').unwrap();
    let millis = millis.trim_end_matches('0');
    let dot = if millis.is_empty() { "" } else { "." };
    format!("{seconds}{dot}{millis}Z")
}

#[tokio::test]
async fn rows_can_be_so_late_that_only_counting_finds_them() {
    let day = Duration::from_secs(24 * 3_600);
    let tenant = serve(Activity::days(30).logins(800).late_by(day)).await;
    let session = tenant.session().await;
    let expected = keys(&tenant, "logins");
    let missing = |seen: &BTreeSet<String>| expected.difference(seen).count();
    let first = missing(&ids(&session, "LoginHistory").await);
    tenant.sandbox.advance(day / 2);
    let half = missing(&ids(&session, "LoginHistory").await);
    assert!(0 < half && half < first, "{half} of {first}");
    tenant.sandbox.advance(day / 2);
    assert_eq!(missing(&ids(&session, "LoginHistory").await), 0);
}

#[tokio::test]
async fn users_and_assignments_change_while_they_are_served() {
    let tenant = serve(Activity::days(30).changes(9)).await;
    let session = tenant.session().await;
    let mut expected = truth(&tenant).remove("changes").unwrap();
    assert_eq!(expected.len(), 9);
    tenant.sandbox.advance(Duration::from_secs(200));
    let now = session.call("", "<t:getServerTimestamp/>").await;
    let until = now.one("timestamp");
    let mut found = Vec::new();
    for object in ["User", "PermissionSetAssignment"] {
        let span = |operation: &str, name: &str| {
            format!(
                "<t:{operation}><t:sObjectType>{name}</t:sObjectType><t:startDate>{}T00:00:00Z</t:startDate><t:endDate>2999-01-01T00:00:00Z</t:endDate></t:{operation}>",
                &until[..10]
            )
        };
        let updated = session.call("", &span("getUpdated", object)).await;
        for id in updated.all("ids") {
            let soql = format!("SELECT Id, SystemModstamp FROM {object} WHERE Id = '{id}'");
            let time = session.query(&soql).await.one("SystemModstamp").to_owned();
            found.push((time.clone(), format!("{id}/{}", short(&time))));
        }
        let deleted = session.call("", &span("getDeleted", object)).await;
        for (id, time) in deleted.all("id").iter().zip(deleted.all("deletedDate")) {
            found.push((time.to_owned(), format!("{id}/{}/deleted", short(time))));
        }
    }
    expected.sort();
    found.sort();
    assert_eq!(found, expected);
}
