//! `getUpdated` and `getDeleted`.

use crate::support::{demo, start};

#[tokio::test]
async fn changes_of_today_are_listed() {
    let tenant = start(demo()).await;
    let session = tenant.session().await;
    let now = session.call("", "<t:getServerTimestamp/>").await;
    let now = now.one("timestamp").to_owned();
    assert!(now.ends_with('Z') && now.len() == 24);
    let row = "<t:sObjects xsi:type=\"e:Lead\"><e:Company>New</e:Company><e:LastName>New</e:LastName></t:sObjects>";
    let id = session.create("", row).await.one("id").to_owned();
    let span = |operation: &str| {
        let day = &now[..10];
        format!(
            "<t:{operation}><t:sObjectType>Lead</t:sObjectType><t:startDate>{day}T00:00:00Z</t:startDate><t:endDate>2999-01-01T00:00:00Z</t:endDate></t:{operation}>"
        )
    };
    let updated = session.call("", &span("getUpdated")).await;
    assert_eq!(updated.all("ids"), [id.as_str()], "{}", updated.text);
    session
        .call("", &format!("<t:delete><t:ids>{id}</t:ids></t:delete>"))
        .await;
    let deleted = session.call("", &span("getDeleted")).await;
    assert_eq!(deleted.all("id"), [id.as_str()], "{}", deleted.text);
    let old = span("getUpdated").replace(&now[..10], "2020-01-01");
    assert_eq!(
        session.call("", &old).await.fault().0,
        "INVALID_REPLICATION_DATE"
    );
}

#[tokio::test]
async fn deletions_are_known_for_a_shorter_time_than_updates() {
    let tenant = start(demo()).await;
    let session = tenant.session().await;
    let call = async |operation: &str, back: i64| {
        let now = session.call("", "<t:getServerTimestamp/>").await;
        let end: jiff::Timestamp = now.one("timestamp").parse().unwrap();
        let start = end - jiff::SignedDuration::from_secs(back);
        session
            .call(
                "",
                &format!(
                    "<t:{operation}><t:sObjectType>Lead</t:sObjectType><t:startDate>{start}</t:startDate><t:endDate>{end}</t:endDate></t:{operation}>"
                ),
            )
            .await
    };
    let refused = "INVALID_REPLICATION_DATE";
    let day = 86_400;
    call("getUpdated", 29 * day).await.one("latestDateCovered");
    assert_eq!(call("getDeleted", 29 * day).await.fault().0, refused);
    call("getDeleted", 14 * day).await.one("latestDateCovered");
    // The times of two calls differ by less than a minute, and seconds are ignored.
    assert_eq!(call("getDeleted", 60).await.fault().0, refused);

    tenant.sandbox.purge_deletions();
    assert_eq!(call("getDeleted", day).await.fault().0, refused);
    call("getUpdated", day).await.one("latestDateCovered");
    tenant
        .sandbox
        .advance(std::time::Duration::from_secs(day as u64));
    let response = call("getDeleted", 3_600).await;
    let earliest: jiff::Timestamp = response.one("earliestDateAvailable").parse().unwrap();
    let end: jiff::Timestamp = response.one("latestDateCovered").parse().unwrap();
    assert!((end - earliest).total(jiff::Unit::Hour).unwrap() < 25.0);
}
