//! Headers of a client, of a call and of responses.

use saponify::Session;
use saponify::salesforce::ApiUsage;
use saponify::transport::testing::{Answer, Scripted};

use crate::support::recorder::Recorder;
use crate::support::{all, start};
use crate::tenant::*;

const ENVELOPE: &str = "http://schemas.xmlsoap.org/soap/envelope/";

/// A row that the tenant accepts, and a row that it refuses.
fn drafts() -> [Account; 2] {
    [Account::new().with_name("Good"), Account::new()]
}

#[tokio::test]
async fn a_call_overrides_the_headers_of_its_client() {
    let tenant = start().await;
    let strict = tenant.soap.with(AllOrNoneHeader { all_or_none: true });
    let outcomes = |saved: Vec<SaveResult>| -> Vec<bool> {
        saved.into_iter().map(|result| result.success).collect()
    };
    let rolled_back = outcomes(strict.create(drafts()).await.unwrap());
    assert_eq!(rolled_back, [false, false]);
    // The first client is unchanged.
    let plain = outcomes(tenant.soap.create(drafts()).await.unwrap());
    assert_eq!(plain, [true, false]);
    // A call overrides a header of its client, and can also leave it out.
    let lenient = AllOrNoneHeader { all_or_none: false };
    let call = strict.create(drafts()).with(lenient.clone());
    assert_eq!(outcomes(call.await.unwrap()), [true, false]);
    let call = strict.create(drafts()).without::<AllOrNoneHeader>();
    assert_eq!(outcomes(call.await.unwrap()), [true, false]);
    // The last setting has priority.
    let strictest = AllOrNoneHeader { all_or_none: true };
    let call = strict.create(drafts()).without::<AllOrNoneHeader>();
    assert_eq!(
        outcomes(call.with(strictest).await.unwrap()),
        [false, false]
    );
    let twice = strict.with(lenient);
    assert_eq!(
        outcomes(twice.create(drafts()).await.unwrap()),
        [true, false]
    );
    let without = strict.without::<AllOrNoneHeader>();
    assert_eq!(
        outcomes(without.create(drafts()).await.unwrap()),
        [true, false]
    );

    let sent = tenant.requests.bodies("create");
    let carried: Vec<usize> = sent
        .iter()
        .map(|body| body.matches("<tns:allOrNone>").count())
        .collect();
    assert_eq!(carried, [1, 0, 1, 0, 1, 1, 0]);
}

#[tokio::test]
async fn clients_with_other_headers_share_session_and_usage() {
    let tenant = start().await;
    tenant.sandbox.set_daily_limit(100, 15_000);
    let german = tenant.soap.with(LocaleOptions {
        language: Some("de".into()),
        localize_errors: None,
    });
    german.describe_s_object("Account").await.unwrap();
    let usage = tenant.soap.limit_info().unwrap();
    assert_eq!((usage.current, usage.limit), (101, 15_000));
    assert_eq!(german.limit_info(), Some(usage));
    // The binding does not declare the header for this operation.
    german.get_server_timestamp().await.unwrap();
    let sent = tenant.requests.bodies("getServerTimestamp").remove(0);
    assert!(!sent.contains("LocaleOptions"), "{sent}");
    let shown = format!("{german:?}");
    assert!(
        shown.contains("LocaleOptions") && !shown.contains("de\""),
        "{shown}"
    );
}

#[tokio::test]
async fn a_session_of_the_callers_own_replaces_that_of_the_client() {
    let tenant = start().await;
    let other = || SessionHeader {
        session_id: "00D!other".into(),
    };
    let soap = &tenant.soap;
    let errors = [
        soap.get_user_info().with(other()).await.unwrap_err(),
        soap.with(other()).get_user_info().await.unwrap_err(),
        soap.get_user_info()
            .without::<SessionHeader>()
            .await
            .unwrap_err(),
    ];
    for error in errors {
        assert!(error.is_session_expired(), "{error}");
    }
    let sent = tenant.requests.bodies("getUserInfo");
    let ids: Vec<usize> = sent
        .iter()
        .map(|body| body.matches("<tns:sessionId>").count())
        .collect();
    assert_eq!(ids, [1, 1, 0]);
    assert!(sent[0].contains("00D!other") && sent[1].contains("00D!other"));
}

#[tokio::test]
async fn streams_carry_the_headers_of_their_client() {
    let tenant = start().await;
    let soap = tenant
        .soap
        .with(MruHeader { update_mru: true })
        .with(QueryOptions {
            batch_size: Some(250),
        });
    let rows: Vec<Account> = all(&soap, "SELECT Id FROM Account").await;
    assert!(!rows.is_empty());
    let mut stream = soap
        .records::<LoginHistory>("SELECT Id FROM LoginHistory")
        .batch_size(200);
    while stream.try_next().await.unwrap().is_some() {}
    let mut stream = soap
        .records::<Account>("SELECT Id FROM Account")
        .include_deleted();
    while stream.try_next().await.unwrap().is_some() {}
    let sent = tenant.requests.sent();
    let of = |operation| sent.iter().filter(move |sent| sent.operation == operation);
    let first = of("query").next().unwrap();
    assert!(first.body.contains("<tns:batchSize>250<"), "{}", first.body);
    for query in of("query") {
        assert!(
            query.body.contains("<tns:updateMru>true<"),
            "{}",
            query.body
        );
    }
    // The binding declares MruHeader for neither operation.
    for operation in ["queryMore", "queryAll"] {
        for sent in of(operation) {
            assert!(!sent.body.contains("MruHeader"), "{}", sent.body);
            assert_eq!(sent.body.matches("<tns:QueryOptions>").count(), 1);
        }
    }
    // The batch size of the stream overrides that of the client's header.
    let second = of("query").nth(1).unwrap();
    assert!(
        second.body.contains("<tns:batchSize>200<"),
        "{}",
        second.body
    );
    assert!(!second.body.contains("250"), "{}", second.body);
}

#[tokio::test]
async fn every_batch_of_a_stream_is_asked_for_with_the_headers_of_the_client() {
    let batch = |operation: &str, done: bool, row: &str| {
        envelope(&format!(
            "<{operation}Response xmlns='urn:enterprise.soap.sforce.com'><result><done>{done}</done>\
             <queryLocator>01g-1</queryLocator><records xsi:type='s:Account' \
             xmlns:s='urn:sobject.enterprise.soap.sforce.com'><s:Name>{row}</s:Name></records>\
             <size>2</size></result></{operation}Response>"
        ))
    };
    let (first, second) = (batch("query", false, "a"), batch("queryMore", true, "b"));
    let first = first.replace("<current>7<", "<current>6<");
    let (soap, requests) = scripted(Scripted::new().answer(first).answer(second));
    let soap = soap.with(QueryOptions {
        batch_size: Some(500),
    });
    let mut rows = soap.records::<Account>("SELECT Name FROM Account");
    assert!(rows.header::<LimitInfoHeader>().unwrap().is_none());
    for (name, current) in [("a", 6), ("b", 7)] {
        assert_eq!(rows.try_next().await.unwrap().unwrap().name(), Some(name));
        // The header is that of the response with this row. The usage is known while rows are read.
        let header: LimitInfoHeader = rows.header().unwrap().unwrap();
        assert_eq!(header.limit_info[0].current, current);
        assert_eq!(soap.limit_info().unwrap().current, current);
    }
    assert!(rows.try_next().await.unwrap().is_none());
    for body in [requests.bodies("query"), requests.bodies("queryMore")].concat() {
        assert!(body.contains("<tns:batchSize>500<"), "{body}");
    }
}

fn envelope(body: &str) -> String {
    format!(
        "<e:Envelope xmlns:e='{ENVELOPE}' xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance'>\
         <e:Header><LimitInfoHeader xmlns='urn:enterprise.soap.sforce.com'><limitInfo>\
         <current>7</current><limit>15000</limit><type>api requests</type></limitInfo>\
         </LimitInfoHeader><DebuggingInfo xmlns='urn:enterprise.soap.sforce.com'>\
         <debugLog>64.0 APEX_CODE,DEBUG</debugLog></DebuggingInfo></e:Header>\
         <e:Body>{body}</e:Body></e:Envelope>"
    )
}

fn scripted(script: Scripted) -> (Soap, Recorder) {
    let requests = Recorder::new(script);
    let session = Session::new("https://tenant.example/services/Soap/c/64.0", "00D!x").unwrap();
    let soap = Soap::builder()
        .transport(requests.clone())
        .retry(saponify::Retry::none())
        .session(session)
        .unwrap();
    (soap, requests)
}

#[tokio::test]
async fn headers_beside_a_fault_are_there_too() {
    let fault = envelope(
        "<e:Fault><faultcode>UNABLE_TO_LOCK_ROW</faultcode><faultstring>busy</faultstring></e:Fault>",
    );
    let answer = move || Answer::new(500, "text/xml", fault.clone());
    let usage = ApiUsage {
        current: 7,
        limit: 15_000,
    };

    let (soap, _) = scripted(Scripted::new().answer(answer()));
    let error = soap.create(drafts()).await.unwrap_err();
    assert_eq!(error.fault().unwrap().code(), "UNABLE_TO_LOCK_ROW");
    let log: DebuggingInfo = error.header().unwrap().unwrap();
    assert_eq!(log.debug_log, "64.0 APEX_CODE,DEBUG");
    let limits: LimitInfoHeader = error.header().unwrap().unwrap();
    assert_eq!(limits.limit_info[0].limit, 15_000);
    assert_eq!(soap.limit_info(), Some(usage));

    let (soap, _) = scripted(Scripted::new().answer(answer()));
    let mut rows = soap.records::<Account>("SELECT Id FROM Account");
    let error = rows.try_next().await.unwrap_err();
    assert!(error.header::<LimitInfoHeader>().unwrap().is_some());
    // The binding does not declare this header for query.
    assert!(error.header::<DebuggingInfo>().unwrap().is_none());
    assert_eq!(soap.limit_info(), Some(usage));

    // A response that does not report the usage does not change it.
    let silent = format!(
        "<e:Envelope xmlns:e='{ENVELOPE}'><e:Body><logoutResponse \
         xmlns='urn:enterprise.soap.sforce.com'/></e:Body></e:Envelope>"
    );
    let (soap, _) = scripted(Scripted::new().answer(answer()).answer(silent));
    soap.logout().await.unwrap_err();
    soap.logout().await.unwrap();
    assert_eq!(soap.limit_info(), Some(usage));
}

#[tokio::test]
async fn a_debug_log_is_returned_on_request() {
    let body = "<createResponse xmlns='urn:enterprise.soap.sforce.com'><result><id>001000000000001AAA</id>\
        <success>true</success></result></createResponse>";
    let (soap, requests) = scripted(Scripted::new().answer(envelope(body)));
    let debugging = DebuggingHeader {
        debug_level: DebugLevel::Detail,
        ..Default::default()
    };
    let call = soap.create(&[Account::new().with_name("A")]);
    let reply = call.with(debugging).reply().await.unwrap();
    assert!(reply.value()[0].success);
    let log: DebuggingInfo = reply.header().unwrap().unwrap();
    assert_eq!(log.debug_log, "64.0 APEX_CODE,DEBUG");
    assert!(requests.bodies("create")[0].contains("<tns:debugLevel>Detail<"));
}

#[tokio::test]
async fn the_login_takes_headers_from_the_builder() {
    let sandbox = start().await.sandbox;
    let requests = Recorder::new(crate::support::https(&sandbox));
    let credentials =
        saponify::salesforce::Credentials::new(crate::support::USER.0, crate::support::USER.1);
    let scope = LoginScopeHeader {
        organization_id: "00D5e000000AcMeEAK".parse().unwrap(),
        portal_id: None,
    };
    let soap = Soap::builder()
        .transport(requests.clone())
        .allow_host(crate::support::instance(&sandbox))
        .with(scope)
        .with(LocaleOptions {
            language: Some("de".into()),
            localize_errors: None,
        })
        .login(&sandbox.login_url(), credentials)
        .await
        .unwrap();
    soap.describe_s_object("Account").await.unwrap();
    let login = requests.bodies("login").remove(0);
    assert!(
        login.contains("<tns:LoginScopeHeader><tns:organizationId>00D"),
        "{login}"
    );
    assert!(!login.contains("LocaleOptions"), "{login}");
    let describe = requests.bodies("describeSObject").remove(0);
    assert!(describe.contains("<tns:language>de<"), "{describe}");
    assert!(!describe.contains("LoginScopeHeader"), "{describe}");
}

#[tokio::test]
async fn a_header_that_xml_cannot_carry_is_an_error_of_the_calls_that_have_it() {
    let tenant = start().await;
    let broken = tenant.soap.with(LocaleOptions {
        language: Some("d\u{0}e".into()),
        localize_errors: None,
    });
    broken.get_server_timestamp().await.unwrap();
    let error = broken.describe_s_object("Account").await.unwrap_err();
    assert!(error.is_encode() && !error.maybe_applied(), "{error}");
    let shown = error.to_string();
    assert!(
        shown.contains("LocaleOptions") && shown.contains("language"),
        "{shown}"
    );
    assert_eq!(error.operation(), Some("describeSObject"));
    assert!(tenant.requests.bodies("describeSObject").is_empty());
}
