//! LoginHistory and SetupAuditTrail.

use saponify_sandbox::Activity;

use super::{count, rows, serve, truth};

#[tokio::test]
async fn keyset_paging_finds_each_row_once() {
    let tenant = serve(Activity::days(60).logins(2_000).audit(300)).await;
    let session = tenant.session().await;
    let truth = truth(&tenant);
    for (source, object, time) in [
        ("logins", "LoginHistory", "LoginTime"),
        ("audit", "SetupAuditTrail", "CreatedDate"),
    ] {
        let mut found = Vec::new();
        let mut after = String::new();
        loop {
            let page = rows(
                &session,
                &format!(
                    "SELECT Id, {time} FROM {object} WHERE {time} >= 2000-01-01T00:00:00Z AND \
                     {time} < 2999-01-01T00:00:00Z{after} ORDER BY {time}, Id LIMIT 70"
                ),
            )
            .await;
            let Some(last) = page.last() else { break };
            let (at, id) = (last[time].clone(), last["Id"].clone());
            after = format!(" AND ({time} > {at} OR ({time} = {at} AND Id > '{id}'))");
            found.extend(
                page.into_iter()
                    .map(|row| (row[time].clone(), row["Id"].clone())),
            );
        }
        let nulls = rows(
            &session,
            &format!("SELECT Id FROM {object} WHERE {time} = null ORDER BY Id"),
        )
        .await;
        assert_eq!(nulls.is_empty(), source == "audit");
        found.extend(
            nulls
                .into_iter()
                .map(|row| (String::new(), row["Id"].clone())),
        );
        let mut expected = truth[source].clone();
        expected.sort();
        found.sort();
        assert_eq!(found, expected, "{source}");
    }
}

#[tokio::test]
async fn more_rows_than_fit_in_a_response_have_the_same_time() {
    let tenant = serve(Activity::days(30).logins(24_000)).await;
    let session = tenant.session().await;
    let mut by_time = std::collections::BTreeMap::new();
    for (time, _) in &truth(&tenant)["logins"] {
        *by_time.entry(time.clone()).or_insert(0) += 1;
    }
    let (time, most) = (by_time.iter().filter(|(time, _)| !time.is_empty()))
        .max_by_key(|(_, count)| **count)
        .unwrap();
    assert!(*most >= 2_500, "{most}");
    let soql = format!("SELECT COUNT() FROM LoginHistory WHERE LoginTime = {time}");
    assert_eq!(count(&session, &soql).await, *most);
}

#[tokio::test]
async fn the_same_seed_gives_the_same_rows() {
    let until = "2026-11-30T10:20:30Z".parse().unwrap();
    let activity = |seed| {
        Activity::days(10)
            .logins(200)
            .audit(50)
            .files(20)
            .late(true)
            .seed(seed)
            .until(until)
    };
    let [first, again, other] = [activity(7), activity(7), activity(8)];
    let first = truth(&serve(first).await);
    assert_eq!(first, truth(&serve(again).await));
    assert_ne!(first, truth(&serve(other).await));
    let bounds = |source: &str| {
        let times = first[source].iter().map(|(time, _)| time.as_str());
        let mut times: Vec<_> = times.filter(|time| !time.is_empty()).collect();
        times.sort_unstable();
        (times[0].to_owned(), times[times.len() - 1].to_owned())
    };
    for source in ["logins", "audit"] {
        let (begin, end) = bounds(source);
        assert!(
            begin.as_str() >= "2026-11-20T11:20",
            "{source} begins at {begin}"
        );
        assert!(end.as_str() < "2026-11-30T10:22", "{source} ends at {end}");
    }
}

#[tokio::test]
async fn the_setup_audit_trail_has_its_oddities() {
    let tenant = serve(Activity::days(60).audit(400)).await;
    let session = tenant.session().await;
    let trail = rows(
        &session,
        "SELECT Id, Action, CreatedDate, CreatedById, CreatedBy.Username, Display, Section FROM SetupAuditTrail",
    )
    .await;
    assert_eq!(trail.len(), 400);
    assert!(trail.iter().any(|row| !row.contains_key("CreatedById")));
    assert!(trail.iter().any(|row| !row.contains_key("Section")));
    assert!(trail.iter().any(|row| row["Display"].ends_with(' ')));
    let ties = trail.windows(3).filter(|rows| {
        rows.iter()
            .all(|row| row["CreatedDate"] == rows[0]["CreatedDate"])
    });
    assert!(ties.count() > 20);
}
