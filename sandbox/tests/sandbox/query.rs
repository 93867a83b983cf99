//! Queries: their rows, the form of the rows, and the queries that are refused.

use saponify_sandbox::{Mode, Quirks};

use crate::support::{SoapResponse, demo, start};

/// Runs a query that must fail, and returns the code and the message.
async fn refused(soql: &str) -> (String, String) {
    let tenant = start(demo()).await;
    let response = tenant.session().await.query(soql).await;
    assert_eq!(response.status, 500, "{}", response.text);
    let (code, message) = response.fault();
    (code.to_owned(), message.to_owned())
}

fn ids(response: &SoapResponse) -> Vec<&str> {
    response.all("Id")
}

#[tokio::test]
async fn nulls_and_unselected_fields_are_left_out() {
    let tenant = start(demo()).await;
    let session = tenant.session().await;
    let response = session
        .query("SELECT Name, ParentId, Industry FROM Account WHERE Legacy_Id__c = 'leg-1'")
        .await;
    assert!(response.has("<records xsi:type=\"sf:Account\"><sf:Industry>Technology</sf:Industry><sf:Name>Acme &amp; Söhne &lt;Holding&gt; \"Instruments\"</sf:Name></records><size>1</size>"), "{}", response.text);
    assert_eq!(response.one("done"), "true");
    assert!(response.has("<queryLocator xsi:nil=\"true\"/>"));
    let none = session
        .query("SELECT Id FROM Account WHERE Name = 'nobody'")
        .await;
    assert!(none.has("<size>0</size>") && !none.has("<records"));
}

#[tokio::test]
async fn parents_children_and_compounds_nest() {
    let tenant = start(demo()).await;
    let session = tenant.session().await;
    let response = session
        .query("SELECT Id, Name, Owner.Profile.Name, Parent.Name, BillingAddress, (SELECT LastName, Account.Name FROM Contacts WHERE LastName = 'O\\'Connor') FROM Account WHERE Legacy_Id__c IN ('LEG-1', 'LEG-2') ORDER BY Legacy_Id__c")
        .await;
    assert_eq!(response.all("size"), ["1", "2"], "{}", response.text);
    assert!(response.has("<sf:Contacts xsi:type=\"QueryResult\"><done>true</done><queryLocator xsi:nil=\"true\"/><records xsi:type=\"sf:Contact\"><sf:Account xsi:type=\"sf:Account\"><sf:Name>Acme"));
    assert!(response.has("<sf:LastName>O'Connor</sf:LastName>"));
    assert!(response.has("<sf:Owner xsi:type=\"sf:User\"><sf:Profile xsi:type=\"sf:Profile\"><sf:Name>System Administrator</sf:Name></sf:Profile></sf:Owner>"));
    assert!(response.has("<sf:BillingAddress xsi:type=\"address\"><latitude>47.3889</latitude>"));
    assert!(response.has("<street>Hafenstraße 7\nHof 2</street>"));
    assert!(response.has("<sf:Parent xsi:type=\"sf:Account\"><sf:Name>Acme"));
}

#[tokio::test]
async fn polymorphic_parents_have_their_type() {
    let tenant = start(demo()).await;
    let session = tenant.session().await;
    let response = session
        .query("SELECT Id, What.Name, What.Type FROM Task WHERE What.Type = 'Opportunity' LIMIT 3")
        .await;
    assert_eq!(
        response.all("Type"),
        ["Opportunity"; 3],
        "{}",
        response.text
    );
    assert!(response.has("<sf:What xsi:type=\"sf:Name\">"));
    let response = session
        .query("SELECT TYPEOF What WHEN Account THEN Name, Industry WHEN Case THEN CaseNumber ELSE Name END FROM Task WHERE WhatId != null")
        .await;
    for kind in ["Account", "Case", "Name"] {
        assert!(
            response.has(&format!("<sf:What xsi:type=\"sf:{kind}\">")),
            "{kind}"
        );
    }
    let history = session
        .query("SELECT OldValue, NewValue FROM AccountHistory")
        .await;
    for kind in ["string", "double", "boolean", "dateTime"] {
        assert!(
            history.has(&format!("Value xsi:type=\"xsd:{kind}\">")),
            "{kind}"
        );
    }
}

#[tokio::test]
async fn aggregates_have_types() {
    let tenant = start(demo()).await;
    let session = tenant.session().await;
    let response = session
        .query("SELECT Industry, COUNT(Id) n, SUM(AnnualRevenue), MAX(CreatedDate) FROM Account WHERE Industry != null GROUP BY Industry HAVING COUNT(Id) > 1 ORDER BY COUNT(Id) DESC")
        .await;
    assert!(
        response
            .has("<records xsi:type=\"sf:AggregateResult\"><sf:Industry xsi:type=\"xsd:string\">"),
        "{}",
        response.text
    );
    assert!(
        response.has("<sf:n xsi:type=\"xsd:int\">")
            && response.has("<sf:expr0 xsi:type=\"xsd:double\">")
    );
    assert!(response.has("<sf:expr1 xsi:type=\"xsd:dateTime\">"));
    let sum: u32 = response
        .all("n")
        .iter()
        .map(|n| n.parse::<u32>().unwrap())
        .sum();
    let count = session
        .query("SELECT COUNT() FROM Account WHERE Industry != null")
        .await;
    assert_eq!(count.one("size"), sum.to_string());
    assert!(!count.has("<records"));
}

#[tokio::test]
async fn conditions_select_the_right_rows() {
    let tenant = start(demo()).await;
    let session = tenant.session().await;
    let all = 302;
    for (filter, complement) in [
        ("Industry = 'Energy'", "Industry != 'Energy'"),
        (
            "Industry IN ('Energy', null)",
            "Industry NOT IN ('Energy', null)",
        ),
        ("Name LIKE 'a%'", "NOT Name LIKE 'a%'"),
        ("AnnualRevenue > 5e6", "NOT (AnnualRevenue > 5e6)"),
        (
            "CreatedDate < 2025-08-01T00:00:00Z",
            "CreatedDate >= 2025-08-01T00:00:00Z",
        ),
        (
            "Id IN (SELECT AccountId FROM Contact WHERE LastName = 'Turing')",
            "Id NOT IN (SELECT AccountId FROM Contact WHERE LastName = 'Turing')",
        ),
        (
            "(Rating = 'Hot' OR Rating = 'Cold') AND Type = null",
            "NOT ((Rating = 'Hot' OR Rating = 'Cold') AND Type = null)",
        ),
        (
            "Owner.Username = 'admin@acme.example'",
            "Owner.Username != 'admin@acme.example'",
        ),
        (
            "CreatedDate = LAST_N_YEARS:100",
            "CreatedDate != LAST_N_YEARS:100",
        ),
    ] {
        let mut sum = 0;
        for filter in [filter, complement] {
            let response = session
                .query(&format!("SELECT COUNT() FROM Account WHERE {filter}"))
                .await;
            assert_eq!(response.status, 200, "{filter}: {}", response.text);
            sum += response.one("size").parse::<u32>().unwrap();
        }
        assert_eq!(sum, all, "{filter}");
    }
    let both = session
        .query("SELECT Tags__c FROM Invoice__c WHERE Tags__c INCLUDES ('Urgent;Export')")
        .await;
    assert!(
        both.all("Tags__c")
            .iter()
            .all(|tags| tags.contains("Urgent") && tags.contains("Export"))
    );
    assert!(!both.all("Tags__c").is_empty());
    let escaped = session
        .query("SELECT COUNT() FROM Account WHERE Name LIKE '%\\_%'")
        .await;
    assert_eq!(escaped.one("size"), "0");
}

#[tokio::test]
async fn ids_are_accepted_in_the_long_and_the_short_form() {
    let tenant = start(demo()).await;
    let session = tenant.session().await;
    let response = session
        .query("SELECT Id, OwnerId FROM Account ORDER BY Id LIMIT 1")
        .await;
    let (id, owner) = (response.one("Id"), response.one("OwnerId"));
    assert_eq!((id.len(), owner.len()), (18, 18));
    for id in [id, &id[..15]] {
        let found = session
            .query(&format!(
                "SELECT Id FROM Account WHERE Id = '{id}' AND OwnerId = '{owner}'"
            ))
            .await;
        assert_eq!(ids(&found).len(), 1);
    }
    let other = session
        .query(&format!("SELECT Id FROM Account WHERE Id = '{owner}'"))
        .await;
    assert_eq!(other.one("size"), "0");
}

#[tokio::test]
async fn batches_are_complete_in_every_order_of_rows() {
    let mut org = demo();
    org.limits_mut().min_batch = 10;
    let tenant = start(org).await;
    let session = tenant.session().await;
    for order in [
        "",
        " ORDER BY Name DESC NULLS LAST",
        " ORDER BY Industry, CreatedDate",
        " LIMIT 251 OFFSET 3",
    ] {
        let soql = format!("SELECT Id, Name FROM Account{order}");
        let options = "<t:QueryOptions><t:batchSize>40</t:batchSize></t:QueryOptions>";
        let body = format!("<t:query><t:queryString>{soql}</t:queryString></t:query>");
        let mut response = session.call(options, &body).await;
        let total: usize = response.one("size").parse().unwrap();
        let mut seen: Vec<String> = Vec::new();
        let mut names: Vec<String> = Vec::new();
        loop {
            seen.extend(ids(&response).iter().map(|id| (*id).to_owned()));
            names.extend(response.all("Name").iter().map(|name| (*name).to_owned()));
            if response.one("done") == "true" {
                break;
            }
            let locator = response.one("queryLocator").to_owned();
            assert!(
                locator.starts_with("01g") && locator.ends_with(&format!("-{}", seen.len())),
                "{locator}"
            );
            let body =
                format!("<t:queryMore><t:queryLocator>{locator}</t:queryLocator></t:queryMore>");
            response = session.call(options, &body).await;
            let used = session.more(&locator).await;
            assert_eq!(used.fault().0, "INVALID_QUERY_LOCATOR");
        }
        assert_eq!(seen.len(), total, "{order}");
        let whole = session.query(&soql).await;
        assert_eq!(ids(&whole), seen, "{order}");
        seen.sort();
        seen.dedup();
        assert_eq!(seen.len(), total, "{order}");
    }
}

#[tokio::test]
async fn sub_queries_have_their_own_locators() {
    let mut org = demo();
    org.limits_mut().min_batch = 2;
    let tenant = start(org).await;
    let session = tenant.session().await;
    for _ in 0..7 {
        let row = "<t:sObjects xsi:type=\"e:Contact\"><e:Account xsi:type=\"e:Account\"><e:Legacy_Id__c>LEG-2</e:Legacy_Id__c></e:Account><e:LastName>Kid</e:LastName></t:sObjects>";
        assert_eq!(session.create("", row).await.one("success"), "true");
    }
    let body = "<t:query><t:queryString>SELECT Name, (SELECT LastName FROM Contacts WHERE LastName = 'Kid') FROM Account WHERE Legacy_Id__c = 'LEG-2'</t:queryString></t:query>";
    let options = "<t:QueryOptions><t:batchSize>3</t:batchSize></t:QueryOptions>";
    let response = session.call(options, body).await;
    assert_eq!(response.all("done"), ["true", "false"], "{}", response.text);
    assert_eq!(response.all("size"), ["7", "1"]);
    let mut kids = response.all("LastName").len();
    let mut locator = response
        .all("queryLocator")
        .into_iter()
        .find(|locator| !locator.is_empty())
        .map(str::to_owned);
    while let Some(next) = locator {
        let more = session
            .call(
                options,
                &format!("<t:queryMore><t:queryLocator>{next}</t:queryLocator></t:queryMore>"),
            )
            .await;
        kids += more.all("LastName").len();
        locator = (more.one("done") == "false").then(|| more.one("queryLocator").to_owned());
    }
    assert_eq!(kids, 7);
}

#[tokio::test]
async fn an_expired_locator_states_the_reason() {
    let mut org = demo();
    org.limits_mut().locator_seconds = 0;
    let tenant = start(org).await;
    let session = tenant.session().await;
    let options = "<t:QueryOptions><t:batchSize>200</t:batchSize></t:QueryOptions>";
    let response = session
        .call(
            options,
            "<t:query><t:queryString>SELECT Id FROM Account</t:queryString></t:query>",
        )
        .await;
    let expired = session.more(response.one("queryLocator")).await;
    assert!(expired.has("<sf:InvalidQueryLocatorFault xsi:type=\"sf:InvalidQueryLocatorFault\">"));
    assert_eq!(expired.one("extendedErrorCode"), "QUERY_LOCATOR_EXPIRED");
    assert_eq!(
        session.more("nonsense").await.one("extendedErrorCode"),
        "INVALID_QUERY_LOCATOR_FORMAT"
    );
    tenant.sandbox.expire_locators();
    assert_eq!(
        session
            .more(response.one("queryLocator"))
            .await
            .one("extendedErrorCode"),
        "QUERY_LOCATOR_NOT_FOUND"
    );
}

#[tokio::test]
async fn rows_with_base64_are_sent_one_at_a_time() {
    let tenant = start(demo()).await;
    let session = tenant.session().await;
    let response = session
        .query("SELECT Id, Body, BodyLength FROM Attachment")
        .await;
    assert_eq!(
        (
            response.all("records").len(),
            response.one("size"),
            response.one("done")
        ),
        (1, "12", "false")
    );
    let length: usize = response.one("BodyLength").parse().unwrap();
    // The body of the envelope has the same local name.
    assert_eq!(
        response.all("Body")[1].len().div_ceil(4),
        length.div_ceil(3)
    );
    let log = session
        .query("SELECT Id, EventType, LogFileFieldNames FROM EventLogFile WHERE Interval = 'Daily'")
        .await;
    assert!(log.one("LogFileFieldNames").starts_with("EVENT_TYPE,"));
}

#[tokio::test]
async fn errors_in_a_query_have_a_code_a_row_and_a_column() {
    for (soql, code, column, what) in [
        (
            "SELECT Id FRM Account",
            "MALFORMED_QUERY",
            15,
            "unexpected token: 'Account'",
        ),
        (
            "SELECT Id, Foo FROM Account",
            "INVALID_FIELD",
            12,
            "No such column 'Foo' on entity 'Account'.",
        ),
        (
            "SELECT Id FROM Foo",
            "INVALID_TYPE",
            16,
            "sObject type 'Foo' is not supported.",
        ),
        (
            "SELECT Id FROM Account WHERE Name = 5",
            "INVALID_FIELD",
            30,
            "must be of type string",
        ),
        (
            "SELECT Id FROM Account WHERE Name = 'x",
            "MALFORMED_QUERY",
            37,
            "mismatched character",
        ),
        (
            "SELECT Id FROM Account WHERE A = 1 AND B = 2 OR C = 3",
            "MALFORMED_QUERY",
            46,
            "unexpected token: 'OR'",
        ),
        (
            "SELECT Id, Id FROM Account",
            "INVALID_FIELD",
            12,
            "duplicate field selected: Id",
        ),
        (
            "SELECT Foo.Name FROM Account",
            "INVALID_FIELD",
            8,
            "Didn't understand relationship 'Foo'",
        ),
        (
            "SELECT Id FROM LoginHistory WHERE Status = 'Success'",
            "INVALID_FIELD",
            35,
            "can not be filtered",
        ),
        (
            "SELECT COUNT(Id) FROM SetupAuditTrail",
            "MALFORMED_QUERY",
            23,
            "does not support aggregate",
        ),
        (
            "SELECT Name FROM Account GROUP BY Industry",
            "MALFORMED_QUERY",
            8,
            "must be grouped",
        ),
        (
            "SELECT PermissionsUseAnyApiAuth FROM Profile",
            "INVALID_FIELD",
            8,
            "No such column",
        ),
        (
            "SELECT Id FROM Account ORDER BY Description",
            "MALFORMED_QUERY",
            33,
            "can not be sorted",
        ),
    ] {
        let (found, message) = refused(soql).await;
        assert_eq!(found, code, "{soql}: {message}");
        assert!(
            message.contains(&format!("ERROR at Row:1:Column:{column}\n")),
            "{soql}: {message}"
        );
        assert!(message.contains(what), "{soql}: {message}");
    }
}

#[tokio::test]
async fn quirks_change_the_form_of_responses() {
    let tenant = start(demo()).await;
    let session = tenant.session().await;
    let soql = "SELECT Id, Name, Phone, Type, Rating, What__c FROM Account LIMIT 20"
        .replace(", What__c", "");
    let plain = session.query(&soql).await;
    let mut quirks = Quirks::default();
    quirks.shuffle = true;
    quirks.unknown_elements = true;
    quirks.write_nil = true;
    quirks.typed_results = true;
    tenant.sandbox.set_quirks(quirks);
    let odd = session.query(&soql).await;
    assert_eq!(odd.all("Brand_New_Field__c").len(), 20);
    assert!(
        odd.has("<sf:Rating xsi:nil=\"true\"/>") && odd.has("<result xsi:type=\"QueryResult\">")
    );
    let mut first: Vec<_> = plain.all("Name");
    let mut second = odd.all("Name");
    first.sort_unstable();
    second.sort_unstable();
    assert_eq!(first, second);
    tenant.sandbox.set_mode(Mode::Normal);
}

#[tokio::test]
async fn retrieve_returns_a_result_for_each_id() {
    let tenant = start(demo()).await;
    let session = tenant.session().await;
    let rows = session.query("SELECT Id, Name FROM Account LIMIT 2").await;
    let body = format!(
        "<t:retrieve><t:fieldList>Id, Name</t:fieldList><t:sObjectType>Account</t:sObjectType><t:ids>{}</t:ids><t:ids>0015e00000zzzzz</t:ids><t:ids>{}</t:ids></t:retrieve>",
        ids(&rows)[1],
        ids(&rows)[0]
    );
    let response = session.call("", &body).await;
    assert_eq!(response.all("result").len(), 3, "{}", response.text);
    assert!(response.has("<result xsi:nil=\"true\"/>"));
    assert_eq!(
        response.all("Name"),
        [rows.all("Name")[1], rows.all("Name")[0]]
    );
    let search = session.call("", "<t:search><t:searchString>FIND {Söhne} IN ALL FIELDS RETURNING Account(Id, Name)</t:searchString></t:search>").await;
    assert!(
        search.has("<searchRecords><record xsi:type=\"sf:Account\">"),
        "{}",
        search.text
    );
}

#[tokio::test]
async fn describes_agree_with_the_wsdl() {
    let tenant = start(demo()).await;
    let session = tenant.session().await;
    let global = session.call("", "<t:describeGlobal/>").await;
    assert_eq!(
        global.all("sobjects").len(),
        tenant.sandbox.org().object_names().count()
    );
    let response = session
        .call(
            "",
            "<t:describeSObject><t:sObjectType>invoice__c</t:sObjectType></t:describeSObject>",
        )
        .await;
    assert!(
        response.has("<soapType>tns:ID</soapType>") && response.has("<type>location</type>"),
        "{}",
        response.text
    );
    assert!(response.has("<relationshipName>Lines__r</relationshipName>"));
    let missing = session
        .call(
            "",
            "<t:describeSObject><t:sObjectType>Nope</t:sObjectType></t:describeSObject>",
        )
        .await;
    assert_eq!(missing.fault().0, "INVALID_TYPE");
}
