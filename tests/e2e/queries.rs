//! Queries: the content of rows.

use jiff::civil::{date, time};
use saponify::{AnyValue, Presence, Record};

use crate::support::{all, count, one, start};
use crate::tenant::{
    Account, AccountHistory, AggregateResult, Case, Contact, EventLogFile, Invoice__c, Name, Task,
    User,
};

#[tokio::test]
async fn values_keep_their_types() {
    let tenant = start().await;
    let invoice: Invoice__c = one(
        &tenant.soap,
        "SELECT Id, Amount__c, Status__c, Due_Date__c, Pickup_Time__c, Site__c, Tags__c, Barcode__c, \
         Discount__c, CreatedDate, IsDeleted FROM Invoice__c WHERE Legacy_Id__c = 'INV-LEG-1'",
    )
    .await;
    assert_eq!(invoice.get(Invoice__c::AMOUNT__C), Some(1999.95));
    assert_eq!(invoice.get(Invoice__c::STATUS__C), Some("Sent"));
    assert_eq!(
        invoice.get(Invoice__c::DUE_DATE__C),
        Some(date(2026, 2, 28))
    );
    assert_eq!(
        invoice.get(Invoice__c::PICKUP_TIME__C),
        Some(time(8, 30, 0, 0))
    );
    assert_eq!(invoice.get(Invoice__c::TAGS__C), Some("Urgent;Export"));
    let tags: Vec<_> = invoice.values_of(Invoice__c::TAGS__C).collect();
    assert_eq!(tags, ["Urgent", "Export"]);
    let exact = invoice.get_as::<rust_decimal::Decimal>(Invoice__c::AMOUNT__C);
    assert_eq!(exact.unwrap().unwrap().to_string(), "1999.95");
    // The smallest integer that a double cannot hold.
    assert_eq!(
        invoice.get(Invoice__c::BARCODE__C),
        Some(9_007_199_254_740_993)
    );
    let site = invoice.get(Invoice__c::SITE__C).unwrap();
    assert_eq!(
        (site.latitude, site.longitude),
        (Some(47.3769), Some(8.5417))
    );
    assert_eq!(invoice.get(Invoice__c::IS_DELETED), Some(false));
    assert!(invoice.get(Invoice__c::CREATED_DATE).unwrap() > jiff::Timestamp::UNIX_EPOCH);
    assert_eq!(invoice.id().unwrap().key_prefix(), "a00");
    // An Enterprise response does not tell a null field from one that was not selected.
    assert_eq!(invoice.presence(Invoice__c::DISCOUNT__C), Presence::Absent);
    assert_eq!(invoice.presence(Invoice__c::NAME), Presence::Absent);
}

#[tokio::test]
async fn text_survives_escapes_lines_and_alphabets() {
    let tenant = start().await;
    let rows: Vec<Account> = all(
        &tenant.soap,
        "SELECT Name, BillingAddress FROM Account WHERE Legacy_Id__c IN ('LEG-1', 'LEG-2') ORDER BY Legacy_Id__c",
    )
    .await;
    assert_eq!(
        rows[0].name(),
        Some("Acme & Söhne <Holding> \"Instruments\"")
    );
    assert_eq!(rows[1].name(), Some("Globex 株式会社"));
    let address = rows[0].billing_address().unwrap();
    assert_eq!(address.street.as_deref(), Some("Hafenstraße 7\nHof 2"));
    assert_eq!(address.latitude, Some(47.3889));
}

#[tokio::test]
async fn parents_nest() {
    let tenant = start().await;
    let globex: Account = one(
        &tenant.soap,
        "SELECT Id, Parent.Name, Parent.Owner.Profile.Name FROM Account WHERE Legacy_Id__c = 'LEG-2'",
    )
    .await;
    let parent = globex.parent().unwrap();
    assert!(parent.name().unwrap().starts_with("Acme"));
    let owner: &User = parent.owner().unwrap();
    assert_eq!(
        owner.profile().unwrap().name(),
        Some("System Administrator")
    );
    assert_eq!(owner.presence(User::ID), Presence::Absent);
}

#[tokio::test]
async fn children_come_with_their_parents() {
    let tenant = start().await;
    let acme: Account = one(
        &tenant.soap,
        "SELECT Id, (SELECT LastName, Account.Name FROM Contacts WHERE LastName = 'O\\'Connor'), \
         (SELECT Id FROM Cases WHERE Subject = 'none such') FROM Account WHERE Legacy_Id__c = 'LEG-1'",
    )
    .await;
    let contacts = acme.contacts().result().unwrap();
    assert!(contacts.done && contacts.query_locator.is_none());
    assert_eq!((contacts.size, contacts.records.len()), (1, 1));
    let contact: Contact = contacts.records[0].cast().unwrap();
    assert_eq!(contact.last_name(), Some("O'Connor"));
    assert!(
        contact
            .account()
            .unwrap()
            .name()
            .unwrap()
            .starts_with("Acme")
    );
    assert!(acme.cases().is_empty());
}

#[tokio::test]
async fn children_that_do_not_fit_are_a_stream_of_their_own() {
    let mut org = crate::support::org();
    org.limits_mut().min_batch = 2;
    let tenant = crate::support::start_with(org).await;
    let parent = Account::new().with(Account::LEGACY_ID__C, "LEG-2");
    let kid = Contact::new().with_account(parent).with_last_name("Kid");
    let saved = tenant.soap.create(vec![kid; 7]).await.unwrap();
    assert!(saved.iter().all(|saved| saved.success), "{saved:?}");
    let query = "SELECT Name, (SELECT LastName FROM Contacts WHERE LastName = 'Kid') FROM Account \
                 WHERE Legacy_Id__c = 'LEG-2'";
    let mut rows = tenant.soap.records::<Account>(query).batch_size(3);
    let account = rows.try_next().await.unwrap().unwrap();
    let contacts = account.contacts().result().unwrap();
    assert!(!contacts.done && contacts.records.len() < 7);
    let mut kids = Vec::new();
    let mut stream = tenant.soap.children::<Contact>(contacts).batch_size(2);
    while let Some(kid) = stream.try_next().await.unwrap() {
        assert_eq!(kid.last_name(), Some("Kid"));
        kids.push(kid);
    }
    assert_eq!((kids.len(), stream.size()), (7, Some(7)));
    assert!(tenant.requests.bodies("queryMore").len() > 1);
    // All children are in the first response, so no request for more is sent.
    let small = one::<Account>(
        &tenant.soap,
        "SELECT (SELECT Id FROM Contacts LIMIT 1) FROM Account WHERE Legacy_Id__c = 'LEG-2'",
    )
    .await;
    let asked = tenant.requests.bodies("queryMore").len();
    let mut stream = tenant.soap.children::<Record>(small.contacts());
    assert!(stream.try_next().await.unwrap().is_some());
    assert!(stream.try_next().await.unwrap().is_none());
    assert_eq!(tenant.requests.bodies("queryMore").len(), asked);
    // If the cursor has expired, the stream gives the rows of the first response and then an error.
    tenant.sandbox.expire_locators();
    let mut stream = tenant.soap.children::<Contact>(contacts);
    for _ in 0..contacts.records.len() {
        assert!(stream.try_next().await.unwrap().is_some());
    }
    let error = stream.try_next().await.unwrap_err();
    assert_eq!(error.operation(), Some("queryMore"), "{error}");
    let mut lost = contacts.clone();
    lost.query_locator = None;
    let mut stream = tenant.soap.children::<Contact>(&lost);
    let error = loop {
        match stream.try_next().await {
            Ok(row) => assert!(row.is_some(), "ended as if complete"),
            Err(error) => break error,
        }
    };
    assert!(error.is_truncated(), "{error}");
    assert!(rows.try_next().await.unwrap().is_none());
}

#[tokio::test]
async fn polymorphic_parents_become_what_they_are() {
    let tenant = start().await;
    let tasks: Vec<Task> = all(
        &tenant.soap,
        "SELECT What.Name, What.Type FROM Task WHERE What.Type = 'Opportunity'",
    )
    .await;
    assert!(!tasks.is_empty());
    for task in &tasks {
        let what: &Record = task.what().unwrap();
        let name: Name = what.cast().unwrap();
        assert_eq!(name.get(Name::TYPE), Some("Opportunity"));
        assert!(what.cast::<Account>().unwrap_err().is_usage());
    }

    let query = "SELECT TYPEOF What WHEN Account THEN Name, AnnualRevenue WHEN Case THEN CaseNumber \
                 ELSE Name END FROM Task WHERE WhatId != null";
    let (mut accounts, mut cases, mut others) = (0, 0, 0);
    let mut rows = tenant.soap.records::<Task>(query).decode_as::<Account>();
    while let Some(task) = rows.try_next().await.unwrap() {
        let what = task.what().unwrap();
        if let Ok(account) = what.cast::<Account>() {
            assert!(account.name().is_some());
            accounts += 1;
        } else if let Ok(case) = what.cast::<Case>() {
            assert!(case.case_number().is_some());
            cases += 1;
        } else {
            assert!(what.is::<Name>(), "{what:?}");
            others += 1;
        }
    }
    assert!(
        accounts > 0 && cases > 0 && others > 0,
        "{accounts} {cases} {others}"
    );
}

#[tokio::test]
async fn values_of_any_type_state_their_type() {
    let tenant = start().await;
    let rows: Vec<AccountHistory> = all(
        &tenant.soap,
        "SELECT Field, OldValue, NewValue FROM AccountHistory",
    )
    .await;
    let values: Vec<&AnyValue> = rows
        .iter()
        .filter_map(|row| row.get(AccountHistory::NEW_VALUE))
        .collect();
    for kind in ["string", "double", "boolean", "dateTime"] {
        let value = values
            .iter()
            .find(|v| v.type_name.as_ref().is_some_and(|t| &*t.name == kind));
        let value = value.unwrap_or_else(|| panic!("no {kind}"));
        match kind {
            "double" => assert!(value.parse::<f64>().is_ok(), "{value:?}"),
            "dateTime" => assert!(value.parse::<jiff::Timestamp>().is_ok(), "{value:?}"),
            "boolean" => assert!(value.parse::<bool>().is_ok(), "{value:?}"),
            _ => assert!(value.as_str().is_some()),
        }
    }
}

#[tokio::test]
async fn aggregates_have_columns_that_no_table_knows() {
    let tenant = start().await;
    let rows: Vec<AggregateResult> = all(
        &tenant.soap,
        "SELECT Industry, COUNT(Id) n, SUM(AnnualRevenue) FROM Account WHERE Industry != null \
         GROUP BY Industry",
    )
    .await;
    let mut sum = 0;
    for row in &rows {
        assert!(
            row.get_as::<String>("Industry").unwrap().is_some(),
            "{row:?}"
        );
        let revenue = row.get_as::<rust_decimal::Decimal>("expr0").unwrap();
        assert_eq!(revenue.is_some(), row.text_of("expr0").is_some());
        sum += row.get_as::<i32>("n").unwrap().unwrap();
    }
    assert_eq!(
        sum,
        count(&tenant.soap, "Account WHERE Industry != null").await
    );
}

#[tokio::test]
async fn counts_and_empty_queries_are_whole() {
    let tenant = start().await;
    let counted = tenant
        .soap
        .query("SELECT COUNT() FROM Account")
        .await
        .unwrap();
    assert!(counted.done && counted.records.is_empty() && counted.size > 100);
    let mut rows = tenant
        .soap
        .records::<Account>("SELECT COUNT() FROM Account");
    assert!(rows.try_next().await.unwrap().is_none());
    assert_eq!(rows.size(), Some(u64::try_from(counted.size).unwrap()));
    let mut rows = tenant
        .soap
        .records::<Account>("SELECT Id FROM Account WHERE Name = 'nobody'");
    assert!(rows.try_next().await.unwrap().is_none());
    assert_eq!(rows.size(), Some(0));
}

#[tokio::test]
async fn rows_of_any_type_need_no_table() {
    let tenant = start().await;
    let rows: Vec<Record> = all(
        &tenant.soap,
        "SELECT Id, LastName, Account.Name FROM Contact LIMIT 5",
    )
    .await;
    assert_eq!(rows.len(), 5);
    for row in rows {
        assert_eq!(row.type_name(), "Contact");
        let contact: Contact = row.cast().unwrap();
        assert_eq!(row.text("LastName"), contact.last_name());
    }
    let mut rows = tenant
        .soap
        .records::<Account>("SELECT Id FROM Contact LIMIT 1");
    let error = rows.try_next().await.unwrap_err();
    assert!(error.is_decode() && !error.is_usage(), "{error}");
}

#[tokio::test]
async fn bytes_come_whole_and_one_row_at_a_time() {
    let tenant = start().await;
    let logs: Vec<EventLogFile> = all(
        &tenant.soap,
        "SELECT Id, LogFile, LogFileLength FROM EventLogFile WHERE Sequence >= 0",
    )
    .await;
    assert_eq!(logs.len(), 24);
    for log in &logs {
        let bytes = log.get(EventLogFile::LOG_FILE).unwrap();
        let mut copy = Vec::new();
        log.copy_bytes(EventLogFile::LOG_FILE, &mut copy).unwrap();
        assert!(copy == bytes);
        assert_eq!(
            log.get(EventLogFile::LOG_FILE_LENGTH),
            Some(bytes.len() as f64)
        );
        assert!(bytes.starts_with(b"\"EVENT_TYPE\""), "{:?}", &bytes[..20]);
    }
    assert!(tenant.requests.bodies("queryMore").len() >= 23);
}

#[tokio::test]
async fn deleted_rows_are_there_when_asked_for() {
    let tenant = start().await;
    let ids: Vec<_> = all::<Contact>(&tenant.soap, "SELECT Id FROM Contact LIMIT 2")
        .await
        .iter()
        .map(|contact| contact.id().unwrap())
        .collect();
    tenant.soap.delete(&ids).await.unwrap();
    let query = format!(
        "SELECT Id FROM Contact WHERE Id IN ('{}', '{}')",
        ids[0], ids[1]
    );
    assert_eq!(all::<Contact>(&tenant.soap, &query).await.len(), 0);
    let mut deleted = tenant.soap.records::<Contact>(&query).include_deleted();
    assert!(deleted.try_next().await.unwrap().is_some());
    assert_eq!(tenant.soap.query_all(&query).await.unwrap().size, 2);
}

#[tokio::test]
async fn searches_find_rows_of_several_types() {
    let tenant = start().await;
    let found = tenant
        .soap
        .search("FIND {Connor} IN ALL FIELDS RETURNING Contact(Id, LastName), Account(Id)")
        .await
        .unwrap();
    let contact: Contact = found.search_records[0].record.cast().unwrap();
    assert_eq!(contact.last_name(), Some("O'Connor"));
}
