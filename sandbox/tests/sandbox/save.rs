//! Saving rows: successes, errors of single rows, faults of whole calls.

use crate::support::{Session, demo, start};

fn row(object: &str, fields: &str) -> String {
    format!("<t:sObjects xsi:type=\"e:{object}\">{fields}</t:sObjects>")
}

fn field(name: &str, value: &str) -> String {
    format!("<e:{name}>{value}</e:{name}>")
}

async fn one(session: &Session<'_>, soql: &str, name: &str) -> String {
    session.query(soql).await.one(name).to_owned()
}

#[tokio::test]
async fn saved_rows_are_read_unchanged() {
    let tenant = start(demo()).await;
    let session = tenant.session().await;
    let fields = [
        ("Amount__c", "1.5E3"),
        ("Approved__c", "1"),
        ("Barcode__c", "9007199254740993"),
        ("Delivery__City__s", "Žilina"),
        ("Due_Date__c", "2026-02-28"),
        ("Legacy_Id__c", "NEW-1"),
        ("Notes__c", "a &amp; b &lt;c&gt;\nd"),
        ("Paid_At__c", "2026-01-01T01:00:00.250+01:00"),
        ("Pickup_Time__c", "08:30:00.000Z"),
        ("Status__c", "Sent"),
        ("Tags__c", "Urgent;Export"),
    ];
    let xml: String = fields
        .iter()
        .map(|(name, value)| field(name, value))
        .collect();
    let response = session.create("", &row("Invoice__c", &xml)).await;
    assert_eq!(response.one("success"), "true", "{}", response.text);
    let id = response.one("id").to_owned();
    assert!(id.starts_with("a005e") && id.len() == 18);
    let response = session
        .query(&format!("SELECT Name, Amount__c, Approved__c, Barcode__c, Delivery__c, Due_Date__c, Notes__c, Paid_At__c, Pickup_Time__c, OwnerId, CreatedDate, Discount__c FROM Invoice__c WHERE Id = '{id}'"))
        .await;
    for (name, value) in [
        ("Amount__c", "1500.0"),
        ("Approved__c", "true"),
        ("Barcode__c", "9007199254740993"),
        ("city", "Žilina"),
        ("Due_Date__c", "2026-02-28"),
        ("Notes__c", "a &amp; b &lt;c&gt;\nd"),
        ("Paid_At__c", "2026-01-01T00:00:00.250Z"),
        ("Pickup_Time__c", "08:30:00.000Z"),
    ] {
        assert_eq!(response.one(name), value);
    }
    assert!(response.one("Name").starts_with("INV-") && response.one("OwnerId").starts_with("005"));
    assert!(!response.has("Discount__c"));
}

#[tokio::test]
async fn each_row_fails_by_itself() {
    let tenant = start(demo()).await;
    let session = tenant.session().await;
    let long = "x".repeat(81);
    let rows = [
        (field("FirstName", "Only"), "REQUIRED_FIELD_MISSING"),
        (field("LastName", &long), "STRING_TOO_LONG"),
        (
            field("AccountId", "not an id") + &field("LastName", "A"),
            "MALFORMED_ID",
        ),
        (
            field("AccountId", "0015e00000zzzzz") + &field("LastName", "A"),
            "INVALID_CROSS_REFERENCE_KEY",
        ),
        (
            field("CreatedDate", "2026-01-01T00:00:00Z") + &field("LastName", "A"),
            "INVALID_FIELD_FOR_INSERT_UPDATE",
        ),
        (
            field("LastName", "A") + &field("Legacy_Id__c", "CON-1"),
            "DUPLICATE_VALUE",
        ),
        (
            field("Email", "jamie@acme.example") + &field("LastName", "A"),
            "DUPLICATES_DETECTED",
        ),
        (
            field("Birthdate", "tomorrow") + &field("LastName", "A"),
            "INVALID_TYPE_ON_FIELD_IN_RECORD",
        ),
        (
            "<e:Account xsi:type=\"e:Account\"><e:Legacy_Id__c>LEG-0</e:Legacy_Id__c></e:Account>"
                .to_owned()
                + &field("LastName", "A"),
            "INVALID_FIELD",
        ),
    ];
    let good = row("Contact", &field("LastName", "Good"));
    let xml: String = rows
        .iter()
        .map(|(fields, _)| row("Contact", fields))
        .collect::<String>()
        + &good;
    let response = session.create("", &xml).await;
    assert_eq!(response.status, 200);
    let expected: Vec<_> = rows.iter().map(|(_, code)| *code).collect();
    assert_eq!(response.all("statusCode"), expected, "{}", response.text);
    assert_eq!(response.all("success").last(), Some(&"true"));
    assert!(
        response.has("<errors xsi:type=\"DuplicateError\">")
            && response.has("<record xsi:type=\"sf:Contact\">")
    );
    assert!(response.has("<fields>LastName</fields>") && response.has("<id xsi:nil=\"true\"/>"));

    let all = "<t:AllOrNoneHeader><t:allOrNone>true</t:allOrNone></t:AllOrNoneHeader>";
    let response = session
        .create(all, &(good.clone() + &row("Contact", &rows[0].0)))
        .await;
    assert_eq!(
        response.all("statusCode"),
        [
            "ALL_OR_NONE_OPERATION_ROLLED_BACK",
            "REQUIRED_FIELD_MISSING"
        ]
    );
    assert_eq!(
        one(
            &session,
            "SELECT COUNT() FROM Contact WHERE LastName = 'Good'",
            "size"
        )
        .await,
        "1"
    );

    let truncate = "<t:AllowFieldTruncationHeader><t:allowFieldTruncation>true</t:allowFieldTruncation></t:AllowFieldTruncationHeader>";
    let response = session.create(truncate, &row("Contact", &rows[1].0)).await;
    assert_eq!(response.one("success"), "true");
    let save = "<t:DuplicateRuleHeader><t:allowSave>true</t:allowSave></t:DuplicateRuleHeader>";
    assert_eq!(
        session
            .create(save, &row("Contact", &rows[6].0))
            .await
            .one("success"),
        "true"
    );
}

#[tokio::test]
async fn an_invalid_call_fails_as_a_whole() {
    let tenant = start(demo()).await;
    let session = tenant.session().await;
    let many = row("Contact", &field("LastName", "A")).repeat(201);
    assert_eq!(
        session.create("", &many).await.fault().0,
        "EXCEEDED_ID_LIMIT"
    );
    assert_eq!(
        session.create("", &row("Nope", "")).await.fault().0,
        "INVALID_TYPE"
    );
    assert_eq!(
        session.create("", "<t:sObjects/>").await.fault().0,
        "INVALID_TYPE"
    );
    assert_eq!(
        session
            .create("", &row("Contact", &field("Nope", "1")))
            .await
            .fault()
            .0,
        "INVALID_FIELD"
    );
    assert_eq!(tenant.sandbox.stats().calls("create"), 4);
}

#[tokio::test]
async fn update_sets_the_fields_in_fieldstonull_to_null() {
    let tenant = start(demo()).await;
    let session = tenant.session().await;
    let id = one(
        &session,
        "SELECT Id FROM Contact WHERE Legacy_Id__c = 'CON-1'",
        "Id",
    )
    .await;
    let fields = "<e:fieldsToNull>Birthdate</e:fieldsToNull>".to_owned()
        + &field("Id", &id)
        + "<e:Email xsi:nil=\"true\"/>"
        + &field("FirstName", "Jo");
    let body = format!("<t:update>{}</t:update>", row("Contact", &fields));
    let response = session.call("", &body).await;
    assert_eq!(response.one("success"), "true", "{}", response.text);
    let row_now = session
        .query(&format!(
            "SELECT Name, Email, Birthdate FROM Contact WHERE Id = '{id}'"
        ))
        .await;
    assert_eq!(
        (row_now.one("Name"), row_now.one("Email")),
        ("Jo O'Connor", "jamie@acme.example")
    );
    assert!(!row_now.has("Birthdate"));

    for (fields, code) in [
        (field("LastName", "A"), "MISSING_ARGUMENT"),
        (
            field("Id", "0035e00000zzzzz"),
            "INVALID_CROSS_REFERENCE_KEY",
        ),
        (field("Id", "oops"), "MALFORMED_ID"),
        (
            "<e:fieldsToNull>LastName</e:fieldsToNull>".to_owned() + &field("Id", &id),
            "REQUIRED_FIELD_MISSING",
        ),
    ] {
        let response = session
            .call(
                "",
                &format!("<t:update>{}</t:update>", row("Contact", &fields)),
            )
            .await;
        assert_eq!(response.one("statusCode"), code);
    }
}

#[tokio::test]
async fn upsert_matches_by_external_id() {
    let tenant = start(demo()).await;
    let session = tenant.session().await;
    let upsert = |key: &str, fields: String| {
        format!(
            "<t:upsert><t:externalIDFieldName>{key}</t:externalIDFieldName>{}</t:upsert>",
            row("Account", &fields)
        )
    };
    let fields = field("Legacy_Id__c", "UP-1") + &field("Name", "First");
    let first = session.call("", &upsert("Legacy_Id__c", fields)).await;
    assert_eq!(
        (first.one("created"), first.one("success")),
        ("true", "true"),
        "{}",
        first.text
    );
    let fields = field("Legacy_Id__c", "UP-1") + &field("Name", "Second");
    let second = session.call("", &upsert("Legacy_Id__c", fields)).await;
    assert_eq!(
        (second.one("created"), second.one("id")),
        ("false", first.one("id"))
    );
    assert_eq!(
        one(
            &session,
            "SELECT Name FROM Account WHERE Legacy_Id__c = 'UP-1'",
            "Name"
        )
        .await,
        "Second"
    );
    assert_eq!(
        session
            .call("", &upsert("Name", field("Name", "x")))
            .await
            .fault()
            .0,
        "INVALID_FIELD"
    );
}

#[tokio::test]
async fn deleted_rows_can_be_undeleted() {
    let tenant = start(demo()).await;
    let session = tenant.session().await;
    let id = one(&session, "SELECT Id FROM Contact LIMIT 1", "Id").await;
    let call = |operation: &str| format!("<t:{operation}><t:ids>{id}</t:ids></t:{operation}>");
    assert_eq!(
        session.call("", &call("delete")).await.one("success"),
        "true"
    );
    assert_eq!(
        session.call("", &call("delete")).await.one("statusCode"),
        "ENTITY_IS_DELETED"
    );
    let body = |operation: &str| {
        format!(
            "<t:{operation}><t:queryString>SELECT IsDeleted FROM Contact WHERE Id = '{id}'</t:queryString></t:{operation}>"
        )
    };
    assert_eq!(session.call("", &body("query")).await.one("size"), "0");
    assert_eq!(
        session.call("", &body("queryAll")).await.one("IsDeleted"),
        "true"
    );
    assert_eq!(
        session.call("", &call("undelete")).await.one("success"),
        "true"
    );
    assert_eq!(
        session.call("", &call("undelete")).await.one("statusCode"),
        "UNDELETE_FAILED"
    );
    assert_eq!(
        session.call("", &call("delete")).await.one("success"),
        "true"
    );
    assert_eq!(
        session
            .call("", &call("emptyRecycleBin"))
            .await
            .one("success"),
        "true"
    );
    assert_eq!(session.call("", &body("queryAll")).await.one("size"), "0");
}

#[tokio::test]
async fn locked_rows_fail_without_fields() {
    let tenant = start(demo()).await;
    let session = tenant.session().await;
    let mut quirks = saponify_sandbox::Quirks::default();
    quirks.rows_locked = true;
    tenant.sandbox.set_quirks(quirks.clone());
    let contact = row("Contact", &field("LastName", "Locked"));
    let response = session.create("", &contact).await;
    assert!(
        response.has("<errors><message>unable to obtain exclusive access"),
        "{}",
        response.text
    );
    assert_eq!(response.one("statusCode"), "UNABLE_TO_LOCK_ROW");
    quirks.write_nil = true;
    tenant.sandbox.set_quirks(quirks);
    assert!(
        session
            .create("", &contact)
            .await
            .has("<errors><fields xsi:nil=\"true\"/><message>")
    );
}

#[tokio::test]
async fn a_call_has_at_most_ten_groups_of_adjacent_rows_of_a_type() {
    let tenant = start(demo()).await;
    let session = tenant.session().await;
    let zip = |object: &str| row(object, &field("Zip__c", "8005"));
    let pair = zip("Whitelisted_Zipcodes__c") + &zip("WhitelistedZipcodes__c");
    let response = session.create("", &pair.repeat(5)).await;
    assert_eq!(response.all("success"), ["true"; 10]);
    let response = session
        .create("", &(pair.repeat(5) + &zip("Whitelisted_Zipcodes__c")))
        .await;
    assert!(
        response.text.contains("more than 10 chunks"),
        "{}",
        response.text
    );
    let many = zip("Whitelisted_Zipcodes__c").repeat(50) + &zip("WhitelistedZipcodes__c");
    assert_eq!(session.create("", &many).await.all("success").len(), 51);
}

#[tokio::test]
async fn only_an_escape_in_the_query_is_an_escape_for_like() {
    let tenant = start(demo()).await;
    let session = tenant.session().await;
    for name in ["100%", "100x", "a\\%b", "a\\b"] {
        session
            .create(
                "",
                &row(
                    "Lead",
                    &(field("LastName", name) + &field("Company", "Like")),
                ),
            )
            .await;
    }
    for (condition, expected) in [
        ("= '100%'", vec!["100%"]),
        ("= '100\\%'", vec!["100%"]),
        ("LIKE '100\\%'", vec!["100%"]),
        ("LIKE '100%'", vec!["100%", "100x"]),
        ("= 'a\\\\%b'", vec!["a\\%b"]),
        ("LIKE 'a\\\\%'", vec!["a\\%b", "a\\b"]),
        ("LIKE 'a\\\\\\%b'", vec!["a\\%b"]),
    ] {
        let soql = format!(
            "SELECT LastName FROM Lead WHERE Company = 'Like' AND LastName {condition} ORDER BY Id"
        );
        assert_eq!(
            session.query(&soql).await.all("LastName"),
            expected,
            "{condition}"
        );
    }
}
