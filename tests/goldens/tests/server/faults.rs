//! Faults: their codes, their details, their HTTP status, and what they never contain.

use std::sync::atomic::Ordering;
use std::time::Duration;

use saponify::server::{InMemory, Server};
use saponify_goldens::server::Library12;
use saponify_goldens::server::library::{Refusal, TooLong};
use saponify_goldens::server::server::{LendFault, Library as _};

use super::library::{MyLibrary, SECRET, book, find, lend};
use super::{SOAP_XML, SOAP11, SOAP12, TEXT_XML, envelope, envelope_of, post};

fn server() -> Server {
    MyLibrary::default().into_server()
}

/// An envelope of SOAP 1.2 with this body.
fn envelope12(body: &str) -> String {
    envelope_of(SOAP12, &format!("<e:Body>{body}</e:Body>"))
}

#[tokio::test]
async fn declared_faults_have_the_names_of_their_elements() {
    let soap = Library12::builder().transport(InMemory::new(server()));
    let soap = soap.anonymous(None).unwrap();
    for (title, element, reason) in [
        ("lent", "Lent", "by <you>"),
        ("lost", "Lost", "in the river"),
    ] {
        let error = soap.lend(&book(title), 1).await.unwrap_err();
        let fault = error.fault().unwrap();
        assert_eq!(fault.detail_elements()[0].name.as_ref() as &str, element);
        assert_eq!(fault.message(), element);
        let refusal: Refusal = fault.detail().unwrap().unwrap();
        assert_eq!(refusal.reason, reason);
    }
    let error = soap.lend(&book("long"), 31).await.unwrap_err();
    let detail: TooLong = error.fault().unwrap().detail().unwrap().unwrap();
    assert_eq!(detail.most, 30);
    let error = soap.lend(&book("closed"), 1).await.unwrap_err();
    let element = &error.fault().unwrap().detail_elements()[0];
    assert_eq!(&*element.name, "Closed");
    assert_eq!(element.value.as_str(), Some("until Monday"));
    let error = soap.lend(&book("reason"), 1).await.unwrap_err();
    assert_eq!(error.fault().unwrap().message(), "it is lent");
}

#[tokio::test]
async fn codes_of_the_application() {
    let answer = post(&server(), TEXT_XML, envelope(&lend("code", 1))).await;
    let text = answer.text();
    assert!(
        text.contains("<faultcode xmlns:code=\"urn:codes\">code:Special</faultcode>"),
        "{text}"
    );
    assert!(text.contains("<faultactor>urn:role</faultactor>"), "{text}");
    let answer = post(&server(), SOAP_XML, envelope12(&lend("code", 1))).await;
    let text = answer.text();
    assert_eq!(answer.status, 400);
    assert!(
        text.contains("<soapenv:Value>soapenv:Sender</soapenv:Value><soapenv:Subcode>"),
        "{text}"
    );
    assert!(
        text.contains("<soapenv:Role>urn:role</soapenv:Role>"),
        "{text}"
    );
}

/// SOAP 1.1 has one status for all faults. SOAP 1.2 distinguishes the sender.
#[tokio::test]
async fn status_of_faults() {
    let internal = "internal error";
    for (body, code11, code12, status12, reason) in [
        (find("internal"), "Server", "Receiver", 500, internal),
        (find("panic"), "Server", "Receiver", 500, internal),
        (find("unwritable"), "Server", "Receiver", 500, internal),
        (find("control"), "Server", "Receiver", 500, internal),
        (lend("lost", 1), "Client", "Sender", 400, "Lost"),
        (lend("long", 31), "Client", "Sender", 400, "TooLong"),
        (lend("later", 1), "Server", "Receiver", 500, "Lost"),
        (lend("a", 1), "", "", 200, ""),
    ] {
        let answer11 = post(&server(), TEXT_XML, envelope(&body)).await;
        assert_eq!(answer11.media(), "text/xml; charset=utf-8");
        let answer12 = post(&server(), SOAP_XML, envelope12(&body)).await;
        assert_eq!(answer12.media(), "application/soap+xml; charset=utf-8");
        if code11.is_empty() {
            assert_eq!(
                (answer11.status.as_u16(), answer12.status.as_u16()),
                (200, 200)
            );
            continue;
        }
        for found in [
            answer11.fault(code11, 500),
            answer12.fault(code12, status12),
        ] {
            assert!(found.contains(reason), "{body}: {found}");
        }
        assert!(!answer12.text().contains(SECRET), "{}", answer12.text());
    }
    let wrong =
        envelope12("<l:find><l:context>a</l:context><l:shelf><l:row>x</l:row></l:shelf></l:find>");
    post(&server(), SOAP_XML, wrong).await.fault("Sender", 400);
}

#[tokio::test]
async fn a_value_that_cannot_be_read_is_not_repeated() {
    let body =
        format!("<l:lend><l:book><l:title>a</l:title></l:book><l:days>{SECRET}</l:days></l:lend>");
    let reason = post(&server(), TEXT_XML, envelope(&body))
        .await
        .fault("Client", 500);
    assert!(
        reason.contains("days") && !reason.contains(SECRET),
        "{reason}"
    );
    let body = "<l:lend><l:book><l:title>a</l:title></l:book></l:lend>";
    let reason = post(&server(), TEXT_XML, envelope(body))
        .await
        .fault("Client", 500);
    assert!(
        reason.contains("days`") && reason.contains("is missing"),
        "{reason}"
    );
    // What a setting of this program would do is nothing that the sender can use.
    assert!(!reason.contains("Leniency"), "{reason}");
}

#[tokio::test]
async fn other_versions() {
    let unknown = envelope_of("urn:soap:9", "<e:Body/>");
    let answer = post(&server(), TEXT_XML, unknown).await;
    let reason = answer.fault("VersionMismatch", 500);
    assert_eq!(reason, "this port speaks SOAP 1.2 and SOAP 1.1");
    let text = answer.text();
    for version in [SOAP11, SOAP12] {
        let name =
            format!("<up:SupportedEnvelope qname=\"soap:Envelope\" xmlns:soap=\"{version}\"/>");
        assert!(text.contains(&name), "{text}");
    }
    // This port speaks SOAP 1.1 only.
    let server = saponify_goldens::rpc::server::Admin::into_server(Admin);
    let answer = post(&server, SOAP_XML, envelope12("<a/>")).await;
    assert_eq!(
        answer.fault("VersionMismatch", 500),
        "this port speaks SOAP 1.1"
    );
    assert_eq!(answer.media(), "text/xml; charset=utf-8");
}

struct Admin;

impl saponify_goldens::rpc::server::Admin for Admin {}

#[tokio::test]
async fn headers_that_must_be_understood() {
    let with_header = |soap: &str, attributes: &str| {
        let header = format!(
            "<e:Header><w:Security xmlns:w='urn:w' {attributes}><w:user>bob</w:user></w:Security></e:Header>"
        );
        envelope_of(
            soap,
            &format!("{header}<e:Body>{}</e:Body>", find("elements")),
        )
    };
    let must = with_header(SOAP11, "e:mustUnderstand='1'");
    let reason = post(&server(), TEXT_XML, must.clone())
        .await
        .fault("MustUnderstand", 500);
    assert!(
        reason.contains("`{urn:w}Security` must be understood"),
        "{reason}"
    );
    let answer = post(
        &server(),
        SOAP_XML,
        with_header(SOAP12, "e:mustUnderstand='true'"),
    )
    .await;
    answer.fault("MustUnderstand", 500);
    let name = "<soapenv:NotUnderstood qname=\"h:Security\" xmlns:h=\"urn:w\"/>";
    assert!(answer.text().contains(name), "{}", answer.text());
    // It comes before anything that is wrong with the body.
    let wrong = must.replace("l:find", "l:lend");
    post(&server(), TEXT_XML, wrong)
        .await
        .fault("MustUnderstand", 500);
    // It comes before an operation that is not known.
    let unknown = must.replace("l:find", "l:seek");
    post(&server(), TEXT_XML, unknown)
        .await
        .fault("MustUnderstand", 500);
    // Nobody has to understand what is for somebody else, or what need not be understood.
    for attributes in [
        "e:mustUnderstand='0'",
        "",
        "e:mustUnderstand='1' e:actor='urn:other'",
    ] {
        let answer = post(&server(), TEXT_XML, with_header(SOAP11, attributes)).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        assert!(!answer.text().contains("Security"), "{}", answer.text());
    }
    let server = server().understands("urn:w", "Security");
    let answer = post(&server, TEXT_XML, must).await;
    assert!(answer.text().contains(">Security</"), "{}", answer.text());
}

/// A header that the WSDL declares may be meant for another node.
#[tokio::test]
async fn a_header_for_another_node_is_not_read() {
    let body = format!("<e:Body>{}</e:Body>", lend("a", 1));
    for (attributes, is_ours) in [
        ("", true),
        ("e:mustUnderstand='1'", true),
        ("e:actor='http://schemas.xmlsoap.org/soap/actor/next'", true),
        ("e:actor='urn:other'", false),
        ("e:mustUnderstand='1' e:actor='urn:other'", false),
    ] {
        let header = format!("<l:Reader {attributes}><l:card>card 5</l:card></l:Reader>");
        let text = envelope_of(SOAP11, &format!("<e:Header>{header}</e:Header>{body}"));
        let answer = post(&server(), TEXT_XML, text).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        assert_eq!(answer.text().contains("card 5"), is_ours, "{attributes}");
    }
}

/// A request that cannot be read is answered in the version of its media type, however that is
/// written.
#[tokio::test]
async fn the_media_type_tells_the_version_of_what_cannot_be_read() {
    let parts = |media: &str| format!("multipart/related; boundary=b; {media}");
    for (media, is_soap12) in [
        ("application/soap+xml".to_owned(), true),
        ("Application/SOAP+XML;charset=utf-8".to_owned(), true),
        ("text/xml".to_owned(), false),
        (parts("type=\"application/soap+xml\""), true),
        (
            parts("type=\"application/xop+xml\"; start-info=\"application/soap+xml\""),
            true,
        ),
        (parts("type=\"text/xml\""), false),
    ] {
        let answer = post(&server(), &media, "--b\r\n\r\n<a\r\n--b--").await;
        match is_soap12 {
            true => answer.fault("Sender", 400),
            false => answer.fault("Client", 500),
        };
    }
}

#[tokio::test(start_paused = true)]
async fn a_slow_handler_is_dropped() {
    let library = MyLibrary::default();
    let server = library
        .clone()
        .into_server()
        .deadline(Duration::from_secs(5));
    let answer = post(&server, TEXT_XML, envelope(&find("slow"))).await;
    let reason = answer.fault("Server", 500);
    assert!(reason.contains("not processed within the time"), "{reason}");
    assert_eq!(library.dropped.load(Ordering::SeqCst), 1);
}

/// A connection that closes drops the future. That cancels the handler, except for one-way messages.
#[tokio::test(start_paused = true)]
async fn a_one_way_message_is_processed_although_the_sender_went_away() {
    let library = MyLibrary::default();
    let server = library.clone().into_server();
    for body in [
        find("slow"),
        "<l:returned><l:title>slow</l:title></l:returned>".to_owned(),
    ] {
        let answer = post(&server, TEXT_XML, envelope(&body));
        let gone = tokio::time::timeout(Duration::from_secs(1), answer).await;
        assert!(gone.is_err(), "{gone:?}");
    }
    assert_eq!(library.dropped.load(Ordering::SeqCst), 1);
    assert!(library.returned.lock().unwrap().is_empty());
    tokio::time::sleep(Duration::from_secs(120)).await;
    assert_eq!(*library.returned.lock().unwrap(), ["slow"]);
}

/// A one-way message is never answered with an envelope.
#[tokio::test]
async fn one_way_messages_have_no_envelope() {
    let returned = |title: &str| format!("<l:returned><l:title>{title}</l:title></l:returned>");
    let answer = post(&server(), TEXT_XML, envelope(&returned("a"))).await;
    assert_eq!((answer.status.as_u16(), answer.bytes.len()), (202, 0));
    let answer = post(&server(), TEXT_XML, envelope(&returned("refused"))).await;
    assert_eq!((answer.status.as_u16(), answer.bytes.len()), (500, 0));
    let answer = post(&server(), TEXT_XML, envelope("<l:returned/>")).await;
    assert_eq!((answer.status.as_u16(), answer.bytes.len()), (500, 0));
}

#[test]
fn nothing_that_is_printed_shows_a_cause_or_a_detail() {
    let fault = saponify::server::Fault::internal(std::io::Error::other(SECRET));
    assert!(fault.cause().unwrap().to_string().contains(SECRET));
    assert!(!fault.to_string().contains(SECRET) && !format!("{fault:?}").contains(SECRET));
    let closed = LendFault::Closed(SECRET.to_owned());
    assert_eq!(format!("{closed:?}"), "Closed");
}
