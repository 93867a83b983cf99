//! Faults and answers that are none, in every form that a service or what stands before it sends.
#![deny(warnings)]
#![forbid(unsafe_code)]

#[path = "shape/mod.rs"]
#[allow(dead_code, unreachable_pub, unused_imports)]
mod shape;

use saponify::transport::testing::Scripted;
use saponify::{Error, Session};
use shape::{Account, MalformedQueryFault, Soap};

const ENVELOPE: &str = "http://schemas.xmlsoap.org/soap/envelope/";
const FAULTS: &str = "urn:fault.enterprise.soap.sforce.com";
const XSI: &str = "http://www.w3.org/2001/XMLSchema-instance";

fn client(transport: Scripted) -> Soap {
    let session = Session::new("https://example.com/services/Soap/c/64.0", "CANARY").unwrap();
    Soap::builder()
        .transport(transport)
        .retry(saponify::Retry::none())
        .session(session)
        .unwrap()
}

/// The error of a call and that of a stream of rows, which read answers in different ways.
async fn errors(status: u16, content_type: &str, body: &str) -> [Error; 2] {
    let transport = Scripted::new()
        .answer_with(status, content_type, body.to_owned())
        .answer_with(status, content_type, body.to_owned());
    let soap = client(transport);
    let call = soap.query("SELECT").await.unwrap_err();
    let rows = soap.records::<Account>("SELECT").try_next().await;
    let errors = [call, rows.unwrap_err()];
    for error in &errors {
        let shown = format!("{error} {error:?} {:?}", error.fault());
        assert!(!shown.contains("CANARY"), "{shown}");
    }
    errors
}

fn envelope(body: &str) -> String {
    format!(
        "<soapenv:Envelope xmlns:soapenv='{ENVELOPE}' xmlns:sf='{FAULTS}' xmlns:xsi='{XSI}'>\
         <soapenv:Body>{body}</soapenv:Body></soapenv:Envelope>"
    )
}

fn fault(code: &str, message: &str, detail: &str) -> String {
    envelope(&format!(
        "<soapenv:Fault>{code}<faultstring>{message}</faultstring>{detail}</soapenv:Fault>"
    ))
}

#[tokio::test]
async fn the_code_is_the_same_in_every_form() {
    let message = "INVALID_SESSION_ID: Invalid Session ID found in SessionHeader";
    let detail = |element: &str, ty: &str| {
        format!(
            "<detail><sf:{element} xsi:type='sf:{ty}'><sf:exceptionCode>INVALID_SESSION_ID\
             </sf:exceptionCode><sf:exceptionMessage>Invalid Session ID found in SessionHeader\
             </sf:exceptionMessage></sf:{element}></detail>"
        )
    };
    let codes = [
        "<faultcode>sf:INVALID_SESSION_ID</faultcode>".to_owned(),
        "<faultcode>INVALID_SESSION_ID</faultcode>".to_owned(),
        "<faultcode> sf:INVALID_SESSION_ID\n</faultcode>".to_owned(),
        format!("<faultcode xmlns:ns1='{FAULTS}'>ns1:INVALID_SESSION_ID</faultcode>"),
        "<faultcode xmlns='urn:metadata'>INVALID_SESSION_ID</faultcode>".to_owned(),
        "<faultcode xmlns:m='urn:metadata'>m:INVALID_SESSION_ID</faultcode>".to_owned(),
        "<soapenv:faultcode>INVALID_SESSION_ID</soapenv:faultcode>".to_owned(),
    ];
    let details = [
        String::new(),
        "<detail/>".to_owned(),
        "<detail></detail>".to_owned(),
        "<detail>\n</detail>".to_owned(),
        detail("UnexpectedErrorFault", "UnexpectedErrorFault"),
        // The very old form.
        detail("fault", "UnexpectedErrorFault"),
        "<detail><sf:fault xsi:type='undeclared:Fault'>x</sf:fault></detail>".to_owned(),
    ];
    for code in &codes {
        for detail in &details {
            for status in [500, 400, 200] {
                let body = fault(code, message, detail);
                for error in errors(status, "text/xml", &body).await {
                    let fault = error.fault().unwrap_or_else(|| panic!("{error} {body}"));
                    assert_eq!(fault.code(), "INVALID_SESSION_ID", "{body}");
                    assert_eq!(fault.soap_code(), "INVALID_SESSION_ID", "{body}");
                    assert_eq!(fault.soap_message(), message);
                    assert_eq!(
                        fault.message(),
                        "Invalid Session ID found in SessionHeader",
                        "{body}"
                    );
                    assert!(error.is_session_expired() && !error.is_transient());
                    assert!(!error.maybe_applied());
                    assert_eq!(error.operation(), Some("query"));
                }
            }
        }
    }
}

#[tokio::test]
async fn details_are_typed_where_declared_and_kept_where_not() -> Result<(), Error> {
    let query = "<sf:exceptionCode>MALFORMED_QUERY</sf:exceptionCode><sf:exceptionMessage>\nSELECT FRM\n\
        ^\nERROR at Row:1:Column:8\nunexpected token: 'FRM'</sf:exceptionMessage><sf:row>1</sf:row>\
        <sf:column>8</sf:column>";
    let code = "<faultcode>sf:MALFORMED_QUERY</faultcode>";
    for detail in [
        format!(
            "<sf:MalformedQueryFault xsi:type='sf:MalformedQueryFault'>{query}</sf:MalformedQueryFault>"
        ),
        format!("<sf:MalformedQueryFault>{query}</sf:MalformedQueryFault>"),
        format!("<sf:fault xsi:type='sf:MalformedQueryFault'>{query}</sf:fault>"),
        format!(
            "<x:fault xmlns:x='{FAULTS}' xmlns:y='{FAULTS}' xsi:type='y:MalformedQueryFault'>{query}</x:fault>"
        ),
        // A field that is newer than the code.
        format!(
            "<sf:MalformedQueryFault>{query}<sf:new><sf:x/></sf:new></sf:MalformedQueryFault><other/>"
        ),
    ] {
        let body = fault(code, "x", &format!("<detail>{detail}</detail>"));
        for error in errors(500, "text/xml", &body).await {
            let fault = error.fault().unwrap();
            assert_eq!(fault.code(), "MALFORMED_QUERY");
            assert!(fault.message().ends_with("unexpected token: 'FRM'"));
            assert_eq!((fault.row(), fault.column()), (Some(1), Some(8)));
            assert_eq!(fault.detail_type(), Some("MalformedQueryFault"));
            let typed = fault.detail::<MalformedQueryFault>()?.expect(&detail);
            assert_eq!((typed.row, typed.column), (1, 8));
        }
    }
    // A type that no table describes keeps its name and its fields.
    let unknown = "<detail><sf:NewFault xsi:type='sf:NewFault'><sf:exceptionCode>NEW</sf:exceptionCode>\
        <sf:more><sf:deep>x</sf:deep></sf:more></sf:NewFault></detail>";
    for error in errors(
        500,
        "text/xml",
        &fault("<faultcode>a:B</faultcode>", "m", unknown),
    )
    .await
    {
        let fault = error.fault().unwrap();
        assert_eq!((fault.code(), fault.message()), ("NEW", "m"));
        assert_eq!(fault.detail_type(), Some("NewFault"));
        assert!(fault.detail::<MalformedQueryFault>()?.is_none());
        let record = fault.detail_record().unwrap();
        let more = record.field("more").unwrap().as_record().unwrap();
        assert_eq!(more.text("deep"), Some("x"));
        assert_eq!(fault.row(), None);
    }
    // Other services put text there.
    let text = "<detail><hostname xmlns='urn:axis'>web1<!-- --></hostname><stack/></detail>";
    for error in errors(
        500,
        "text/xml",
        &fault("<faultcode>X</faultcode>", "m", text),
    )
    .await
    {
        let fault = error.fault().unwrap();
        assert_eq!((fault.code(), fault.detail_type()), ("X", Some("hostname")));
        assert_eq!(fault.detail_record().unwrap().text("text"), Some("web1"));
    }
    // A detail that does not fit its type does not hide the fault.
    let broken = "<detail><sf:MalformedQueryFault><sf:exceptionCode>X</sf:exceptionCode><sf:row>one\
        </sf:row></sf:MalformedQueryFault></detail>";
    for error in errors(
        500,
        "text/xml",
        &fault("<faultcode>X</faultcode>", "m", broken),
    )
    .await
    {
        let fault = error.fault().unwrap();
        assert_eq!((fault.code(), fault.row()), ("X", None));
        assert_eq!(fault.detail_type(), Some("MalformedQueryFault"));
        assert_eq!(fault.detail_record().unwrap().text("row"), Some("one"));
    }
    Ok(())
}

#[tokio::test]
async fn a_fault_without_parts_is_one_all_the_same() {
    for body in [
        envelope("<soapenv:Fault/>"),
        envelope("<soapenv:Fault><faultactor>a</faultactor></soapenv:Fault>"),
    ] {
        for error in errors(500, "text/xml", &body).await {
            assert_eq!(error.fault().unwrap().code(), "");
        }
    }
}

#[tokio::test]
async fn envelopes_that_are_none_are_explained() {
    let soap12 = "<Envelope xmlns='http://www.w3.org/2003/05/soap-envelope'><Body/></Envelope>";
    for error in errors(200, "application/soap+xml", soap12).await {
        let shown = full(&error);
        assert!(error.is_protocol() && shown.contains("SOAP 1.2"), "{shown}");
    }
    for (status, content_type, body) in [
        (200, "text/html", "<html><body>Maintenance</body></html>"),
        (
            503,
            "text/html",
            "<!DOCTYPE html><html><body>Down</body></html>",
        ),
        (502, "text/plain", "upstream connect error"),
        (200, "text/xml", ""),
        (500, "text/xml", ""),
        (200, "text/xml", "<a/>"),
        (404, "application/json", "{}"),
        (500, "text/html", "<html>"),
    ] {
        for error in errors(status, content_type, body).await {
            let shown = full(&error);
            assert!(error.is_protocol(), "{status} {body}: {shown} {error:?}");
            assert!(error.fault().is_none());
            assert_eq!(error.status().map(|s| s.as_u16()), Some(status));
            assert_eq!(
                error.is_transient(),
                status == 502 || status == 503,
                "{shown}"
            );
        }
    }
}

fn full(error: &Error) -> String {
    let mut out = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        out.push_str(&format!(": {cause}"));
        source = cause.source();
    }
    out
}

const OK: &str = "<queryResponse xmlns='urn:enterprise.soap.sforce.com'><result><done>true</done>\
    <queryLocator xsi:nil='true'/><size>0</size></result></queryResponse>";

#[tokio::test]
async fn an_error_status_without_a_fault_is_an_error() {
    for error in errors(500, "text/xml", &envelope(OK)).await {
        assert!(error.is_protocol() && error.maybe_applied(), "{error}");
        assert!(error.to_string().contains("without a fault"), "{error}");
    }
}

#[tokio::test]
async fn bodies_that_hold_something_else_are_refused() {
    let second = format!("{OK}{OK}");
    let both = format!("{OK}<soapenv:Fault><faultcode>x</faultcode></soapenv:Fault>");
    for (body, why) in [
        (
            "<createResponse/>",
            "found `createResponse` in no namespace",
        ),
        (
            "<queryResponse xmlns='urn:other'/>",
            "found `{urn:other}queryResponse`",
        ),
        ("<Fault><faultcode>x</faultcode></Fault>", "found `Fault`"),
        ("", "without either"),
        ("text", "text between"),
        (&*second, "a second element"),
        (&*both, "a second element"),
    ] {
        for error in errors(200, "text/xml", &envelope(body)).await {
            assert!(error.to_string().contains(why), "{body}: {error}");
            assert!(error.is_decode() && error.fault().is_none(), "{error:?}");
        }
    }
    let empty_envelope = format!("<e:Envelope xmlns:e='{ENVELOPE}'/>");
    let empty_body = format!("<e:Envelope xmlns:e='{ENVELOPE}'><e:Header/><e:Body/></e:Envelope>");
    for body in [empty_envelope, empty_body] {
        for error in errors(200, "text/xml", &body).await {
            assert!(error.to_string().contains("without either"), "{error}");
        }
    }
    let two_bodies =
        envelope(OK).replace("</soapenv:Envelope>", "<soapenv:Body/></soapenv:Envelope>");
    for error in errors(200, "text/xml", &two_bodies).await {
        assert!(error.to_string().contains("second body"), "{error}");
    }
}

async fn answered(document: String) -> Result<(), Error> {
    let soap = client(Scripted::new().answer(document.clone()).answer(document));
    let result = soap.query("SELECT").await?;
    assert!(result.done && result.records.is_empty());
    let mut rows = soap.records::<Account>("SELECT");
    assert!(rows.try_next().await?.is_none());
    assert_eq!(rows.size(), Some(0));
    Ok(())
}

#[tokio::test]
async fn headers_are_tolerated_but_for_those_that_must_be_understood() -> Result<(), Error> {
    let with =
        |header: &str| envelope(OK).replace("<soapenv:Body>", &format!("{header}<soapenv:Body>"));
    for header in [
        "",
        "<soapenv:Header/>",
        "<soapenv:Header></soapenv:Header>",
        "<soapenv:Header>\n<new xmlns='urn:new'><a><b/></a></new></soapenv:Header>\n",
        "<soapenv:Header><new soapenv:mustUnderstand='0'/></soapenv:Header>",
        // Without the namespace it means something else.
        "<soapenv:Header><new mustUnderstand='1'/></soapenv:Header>",
        "<other xmlns='urn:x'/>",
        // For someone on the way.
        "<soapenv:Header><new soapenv:mustUnderstand='1' soapenv:actor='urn:proxy'/></soapenv:Header>",
    ] {
        answered(with(header)).await?;
    }
    for attributes in [
        "soapenv:mustUnderstand='1'",
        "soapenv:mustUnderstand=' 1 '",
        "soapenv:mustUnderstand='true'",
        "soapenv:mustUnderstand='1' soapenv:actor=''",
        "soapenv:actor='http://schemas.xmlsoap.org/soap/actor/next' soapenv:mustUnderstand='1'",
        // The actor of someone else's vocabulary.
        "soapenv:mustUnderstand='1' actor='urn:proxy'",
    ] {
        let header = format!("<soapenv:Header><new {attributes}/></soapenv:Header>");
        let error = answered(with(&header)).await.unwrap_err();
        let shown = error.to_string();
        assert!(error.is_decode() && shown.contains("mustUnderstand") && shown.contains("`new`"));
    }
    // SOAP 1.1 lets elements follow the body.
    answered(envelope(OK).replace(
        "</soapenv:Envelope>",
        "<x xmlns='urn:x'/></soapenv:Envelope>",
    ))
    .await
}

#[tokio::test]
async fn empty_elements_are_answers_too() -> Result<(), Error> {
    let soap = client(
        Scripted::new()
            .answer(envelope(
                "<logoutResponse xmlns='urn:enterprise.soap.sforce.com'/>",
            ))
            .answer(envelope(
                "<createResponse xmlns='urn:enterprise.soap.sforce.com'/>",
            ))
            .answer(envelope(
                "<queryResponse xmlns='urn:enterprise.soap.sforce.com'/>",
            ))
            .answer(envelope(
                "<queryResponse xmlns='urn:enterprise.soap.sforce.com'><result/></queryResponse>",
            ))
            // A list of no records may be written as a nil one.
            .answer(envelope(
                &OK.replace("<size>", "<records xsi:nil='true'/><size>"),
            )),
    );
    soap.logout().await?;
    assert!(soap.create(&[Account::new()]).await?.is_empty());
    for _ in 0..2 {
        // Neither says that it is done: not an empty result.
        let error = soap
            .records::<Account>("SELECT")
            .try_next()
            .await
            .unwrap_err();
        assert!(error.is_truncated(), "{error}");
    }
    assert!(
        soap.records::<Account>("SELECT")
            .try_next()
            .await?
            .is_none()
    );
    Ok(())
}

#[tokio::test]
async fn the_whole_answer_counts_before_the_call_returns() {
    for broken in [
        envelope(OK).replace("</soapenv:Envelope>", ""),
        envelope(OK) + "<again/>",
        envelope(OK) + "text",
        envelope(OK).replace("</soapenv:Body>", "</soapenv:Bodi>"),
        envelope(OK).replace("<done>true", "<done>maybe"),
    ] {
        for error in errors(200, "text/xml", &broken).await {
            assert!(error.is_decode() || error.is_truncated(), "{error}");
            assert!(error.maybe_applied());
        }
    }
}
