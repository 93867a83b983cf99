//! Limits, the forms of faults, responses that are not SOAP, broken connections, compression and
//! concurrency.

use std::io::{Read as _, Write as _};
use std::sync::Arc;

use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use saponify_sandbox::{Detail, Mode, Quirks};

use crate::support::{demo, envelope, start};

const NOW: &str = "<t:getServerTimestamp/>";

#[tokio::test]
async fn the_limit_header_counts_calls_up_to_the_limit() {
    let tenant = start(demo()).await;
    let session = tenant.session().await;
    tenant.sandbox.set_daily_limit(14_997, 15_000);
    for used in ["14998", "14999", "15000"] {
        let response = session.call("", NOW).await;
        assert_eq!(
            (
                response.one("current"),
                response.one("limit"),
                response.one("type")
            ),
            (used, "15000", "API REQUESTS")
        );
    }
    let over = session.call("", NOW).await;
    assert_eq!(
        over.fault(),
        ("REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.")
    );
    tenant.sandbox.push_mode(Mode::ConcurrentLimit);
    assert!(
        session
            .call("", NOW)
            .await
            .fault()
            .1
            .starts_with("ConcurrentRequests")
    );
}

#[tokio::test]
async fn faults_have_the_form_that_the_quirks_define() {
    let tenant = start(demo()).await;
    let session = tenant.session().await;
    let fault = Mode::Fault {
        code: "SERVER_UNAVAILABLE".to_owned(),
        message: "busy <now>".to_owned(),
    };
    tenant.sandbox.set_mode(fault);
    let plain = session.call("", NOW).await;
    assert_eq!(plain.status, 500);
    assert!(plain.has("<faultcode>sf:SERVER_UNAVAILABLE</faultcode><faultstring>SERVER_UNAVAILABLE: busy &lt;now&gt;</faultstring>"), "{}", plain.text);
    assert!(plain.has("<detail><sf:UnexpectedErrorFault xsi:type=\"sf:UnexpectedErrorFault\">"));
    for (detail, text) in [
        (Detail::Empty, "<detail/>"),
        (Detail::Absent, "</faultstring></soapenv:Fault>"),
        (
            Detail::General,
            "<sf:fault xsi:type=\"sf:UnexpectedErrorFault\">",
        ),
    ] {
        let mut quirks = Quirks::default();
        quirks.fault_detail = detail;
        quirks.bare_fault_code = true;
        quirks.fault_status = 200;
        tenant.sandbox.set_quirks(quirks);
        let response = session.call("", NOW).await;
        assert_eq!(response.status, 200);
        assert!(
            response.has(text) && response.has("<faultcode>SERVER_UNAVAILABLE</faultcode>"),
            "{}",
            response.text
        );
    }
    let mut quirks = Quirks::default();
    quirks.unknown_enum_values = true;
    tenant.sandbox.set_quirks(quirks);
    assert_eq!(
        session.call("", NOW).await.fault().0,
        "BRAND_NEW_EXCEPTION_CODE"
    );
}

#[tokio::test]
async fn modes_send_pages_and_break_connections() {
    let tenant = start(demo()).await;
    let session = tenant.session().await;
    let create = "<t:create><t:sObjects xsi:type=\"e:Lead\"><e:Company>C</e:Company><e:LastName>Once</e:LastName></t:sObjects></t:create>";
    for (mode, status) in [
        (Mode::Html503, 503),
        (Mode::Html200, 200),
        (Mode::Status(502), 502),
    ] {
        tenant.sandbox.push_mode(mode);
        let response = session.call("", create).await;
        assert_eq!(response.status, status);
        assert!(!response.has("Envelope"));
    }
    tenant.sandbox.push_mode(Mode::Refuse);
    assert!(session.try_call("", create).await.is_err());
    assert_eq!(tenant.sandbox.stats().calls("create"), 0);
    tenant.sandbox.push_mode(Mode::Swallow);
    assert!(session.try_call("", create).await.is_err());
    assert_eq!(tenant.sandbox.stats().calls("create"), 1);
    assert_eq!(
        session
            .query("SELECT COUNT() FROM Lead WHERE LastName = 'Once'")
            .await
            .one("size"),
        "1"
    );
    tenant.sandbox.push_mode(Mode::Truncate);
    assert!(session.try_call("", "<t:describeGlobal/>").await.is_err());
}

#[tokio::test]
async fn a_user_can_have_a_separate_mode() {
    let tenant = start(demo()).await;
    let session = tenant.session().await;
    tenant
        .sandbox
        .set_user_mode("integration@acme.example", Mode::SessionLost);
    assert_eq!(session.call("", NOW).await.fault().0, "INVALID_SESSION_ID");
    tenant.sandbox.set_mode(Mode::DailyLimit);
    tenant
        .sandbox
        .set_user_mode("integration@acme.example", Mode::Normal);
    assert_eq!(session.call("", NOW).await.status, 200);
}

#[tokio::test]
async fn an_unknown_operation_is_named_in_the_fault() {
    let tenant = start(demo()).await;
    let session = tenant.session().await;
    let response = session.call("", "<t:frobnicate/>").await;
    assert!(response.fault().1.starts_with(
        "No operation available for request {urn:enterprise.soap.sforce.com}frobnicate"
    ));
    let partner = session
        .call("", "<query xmlns=\"urn:partner.soap.sforce.com\"/>")
        .await;
    assert!(
        partner
            .fault()
            .1
            .contains("{urn:partner.soap.sforce.com}query")
    );
    assert_eq!(
        session.call("", "<t:describeTabs/>").await.fault().0,
        "FUNCTIONALITY_NOT_ENABLED"
    );
    let broken = tenant
        .post(&session.url, "<a><b></a>".to_owned())
        .await
        .unwrap();
    assert_eq!(broken.fault().0, "XML_PARSER_ERROR");
    let dtd = tenant
        .post(
            &session.url,
            "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>".to_owned(),
        )
        .await
        .unwrap();
    assert_eq!(dtd.fault().0, "XML_PARSER_ERROR");
}

#[tokio::test]
async fn gzip_is_supported_in_both_directions_and_bombs_are_refused() {
    let mut org = demo();
    org.limits_mut().request_bytes = 100_000;
    let tenant = start(org).await;
    let session = tenant.session().await;
    let header = format!(
        "<t:SessionHeader><t:sessionId>{}</t:sessionId></t:SessionHeader>",
        session.id
    );
    let squeeze = |text: &str| {
        let mut encoder = GzEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(text.as_bytes()).unwrap();
        encoder.finish().unwrap()
    };
    let send = |body: Vec<u8>| {
        let request = tenant
            .http
            .post(&session.url)
            .header("Content-Encoding", "gzip")
            .header("Accept-Encoding", "gzip");
        request.body(body).send()
    };
    let body = envelope(
        &header,
        "<t:query><t:queryString>SELECT Id, Name, BillingStreet FROM Account</t:queryString></t:query>",
    );
    let response = send(squeeze(&body)).await.unwrap();
    assert_eq!(response.headers()["content-encoding"], "gzip");
    let bytes = response.bytes().await.unwrap();
    let mut text = String::new();
    GzDecoder::new(&bytes[..])
        .read_to_string(&mut text)
        .unwrap();
    assert!(text.contains("<size>302</size>") && bytes.len() * 3 < text.len());

    let bomb = squeeze(&" ".repeat(10_000_000));
    assert!(bomb.len() < 100_000);
    let text = send(bomb).await.unwrap().text().await.unwrap();
    assert!(text.contains("EXCEEDED_MAX_SIZE_REQUEST"), "{text}");
}

/// Cursors, snapshots and sub-queries of many callers share locks. A deadlock would make a caller wait
/// forever.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_callers_can_page_at_the_same_time() {
    let mut org = demo();
    org.limits_mut().min_batch = 10;
    let tenant = Arc::new(start(org).await);
    let mut callers = tokio::task::JoinSet::new();
    for n in 0..16 {
        let tenant = tenant.clone();
        callers.spawn(async move {
            let session = tenant.session().await;
            let order = ["", " ORDER BY Name", " ORDER BY Industry DESC, Name"][n % 3];
            let soql =
                format!("SELECT Id, Name, (SELECT LastName FROM Contacts) FROM Account{order}");
            let options = "<t:QueryOptions><t:batchSize>40</t:batchSize></t:QueryOptions>";
            let first = format!("<t:query><t:queryString>{soql}</t:queryString></t:query>");
            let mut response = session.call(options, &first).await;
            let mut rows = 0;
            loop {
                rows += response
                    .text
                    .matches("<records xsi:type=\"sf:Account\">")
                    .count();
                // The first `done` is that of the outer query.
                let Some(at) = response.text.find("<done>") else {
                    panic!("{}", response.text)
                };
                if response.text[at..].starts_with("<done>true") {
                    return rows;
                }
                let locator = response.one("queryLocator").to_owned();
                let more = format!(
                    "<t:queryMore><t:queryLocator>{locator}</t:queryLocator></t:queryMore>"
                );
                response = session.call(options, &more).await;
            }
        });
    }
    let all = async {
        while let Some(rows) = callers.join_next().await {
            assert_eq!(rows.unwrap(), 302)
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(60), all)
        .await
        .unwrap();
}
