//! Messages of every style: the requests that are sent, and how responses are read.

use saponify::transport::testing::Scripted;
use saponify::{Error, SoapVersion};
use saponify_goldens::styles::{
    Colour, Document, Document12, Encoded, Encoded12, Rpc, encoded, styles,
};
use styles::Seed;

const SOAP11: &str = "http://schemas.xmlsoap.org/soap/envelope/";
const SOAP12: &str = "http://www.w3.org/2003/05/soap-envelope";
const ENC: &str = "http://schemas.xmlsoap.org/soap/encoding/";
const NS: &str = "urn:example:styles";

/// A SOAP 1.1 response with this body.
fn envelope(body: &str) -> String {
    format!(
        "<e:Envelope xmlns:e='{SOAP11}' xmlns:s='{NS}' xmlns:c='urn:example:styles:calls' \
         xmlns:p='urn:example:styles:encoded' xmlns:enc='{ENC}' \
         xmlns:xsd='http://www.w3.org/2001/XMLSchema' \
         xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance'><e:Body>{body}</e:Body></e:Envelope>"
    )
}

/// A client of a service that responds with these bodies, one after the other.
macro_rules! client {
    ($service:ty, $($body:expr),* $(,)?) => {{
        let service = Scripted::new()$(.answer(envelope($body)))*;
        (<$service>::builder().transport(service.clone()).anonymous(None).unwrap(), service)
    }};
}

/// The body of the n-th request, without the envelope.
fn sent(service: &Scripted, n: usize) -> String {
    let request = service.requests()[n].body().to_owned();
    let begin = request.find("<soapenv:Body>").unwrap() + "<soapenv:Body>".len();
    let end = request.find("</soapenv:Body>").unwrap();
    request[begin..end].to_owned()
}

fn seed() -> Seed {
    Seed {
        name: "Rye".to_owned(),
        grams: Some(1.5),
        organic: Some(true),
    }
}

#[tokio::test]
async fn bare_elements_of_any_type() {
    let (soap, service) = client!(
        Document,
        "<s:Sown id='7'><s:at>2026-01-15T05:00:00Z</s:at></s:Sown>",
        "<s:Count> 42 </s:Count>",
        "<s:Colour xsi:nil='1'/>",
        "<s:Colour>blue</s:Colour>",
    );
    let sown = soap.sow(&seed()).await.unwrap();
    assert_eq!((sown.id, sown.note), (7, None));
    assert_eq!(
        sent(&service, 0),
        "<s:Seed organic=\"true\"><s:name>Rye</s:name><s:grams>1.5</s:grams></s:Seed>"
    );
    assert_eq!(service.requests()[0].action(), "urn:sow");
    assert_eq!(soap.count(Some(&Colour::Red)).await.unwrap(), 42);
    assert_eq!(sent(&service, 1), "<s:Colour>red</s:Colour>");
    assert_eq!(soap.paint(-1).await.unwrap(), None);
    assert_eq!(sent(&service, 2), "<s:Count>-1</s:Count>");
    assert_eq!(soap.paint(2).await.unwrap(), Some(Colour::from("blue")));
}

#[tokio::test]
async fn answers_of_several_elements_are_structs() {
    let (soap, service) = client!(
        Document,
        "<s:weighResponse><s:total>3</s:total><s:heaviest organic='0'><s:name>Oat</s:name>\
         </s:heaviest></s:weighResponse>",
        "<s:Seed><s:name>Oat</s:name></s:Seed><s:Count>3</s:Count>",
    );
    let weighed = soap.weigh(&[seed(), seed()], "g").await.unwrap();
    assert_eq!(weighed.total, 3.0);
    assert_eq!(weighed.heaviest.unwrap().organic, Some(false));
    let one = "<s:seed organic=\"true\"><s:name>Rye</s:name><s:grams>1.5</s:grams></s:seed>";
    let expected = format!("<s:weigh>{one}{one}<s:unit>g</s:unit></s:weigh>");
    assert_eq!(sent(&service, 0), expected);
    let swapped = soap.swap(&seed(), 2).await.unwrap();
    assert_eq!((swapped.seed.name.as_str(), swapped.count), ("Oat", 3));
    assert!(sent(&service, 1).ends_with("</s:Seed><s:Count>2</s:Count>"));
}

#[tokio::test]
async fn an_empty_body_and_an_empty_element_mean_the_same() {
    let (soap, service) = client!(Document, "<s:pingResponse/>", "", "", "", "<s:other/>");
    soap.ping().await.unwrap();
    assert_eq!(sent(&service, 0), "<s:ping></s:ping>");
    // The element in the body is empty, so a body without it has the same meaning.
    soap.ping().await.unwrap();
    soap.noop().await.unwrap();
    assert_eq!(sent(&service, 2), "");
    soap.say("<x>").await.unwrap();
    assert_eq!(sent(&service, 3), "<text>&lt;x&gt;</text>");
    let error = soap.count(None).await.unwrap_err();
    assert!(
        error.is_decode() && error.to_string().contains("Count` or a fault"),
        "{error}"
    );
}

#[tokio::test]
async fn a_fault_is_the_only_element() {
    let fault = "<e:Fault><faultcode>e:Server</faultcode><faultstring>no</faultstring></e:Fault>";
    let both = format!("{fault}<s:Count>1</s:Count>");
    let (soap, _) = client!(Document, fault, &both);
    assert!(soap.count(None).await.unwrap_err().fault().is_some());
    let error = soap.count(None).await.unwrap_err();
    assert!(error.to_string().contains("second element"), "{error}");
}

#[tokio::test]
async fn a_one_way_message_needs_no_answer() {
    let fault =
        envelope("<e:Fault><faultcode>e:Server</faultcode><faultstring>no</faultstring></e:Fault>");
    let service = Scripted::new()
        .answer_with(202, "text/plain", "")
        .answer_with(200, "text/xml", "")
        .answer_with(200, "text/plain", "thanks")
        .answer(envelope(""))
        .answer_with(500, "text/xml", fault)
        .answer_with(503, "text/html", "<html>later</html>");
    let builder = Document::builder().transport(service.clone());
    let soap = builder.anonymous(None).unwrap();
    for _ in 0..4 {
        soap.notify(1).await.unwrap();
    }
    assert_eq!(
        soap.notify(1).await.unwrap_err().fault().unwrap().code(),
        "Server"
    );
    assert!(soap.notify(1).await.unwrap_err().is_protocol());
    assert_eq!(service.unused(), 0);
}

#[tokio::test]
async fn rpc_wrappers_are_named_by_the_operation() {
    let (soap, service) = client!(
        Rpc,
        "<c:measureResponse><grams>2.5</grams><times>2</times></c:measureResponse>",
        "<measureReturn><times>2</times><grams>2.5</grams></measureReturn>",
        "<c:resetResponse/>",
    );
    for n in 0..2 {
        let measured = soap.measure(&seed(), 2).await.unwrap();
        assert_eq!((measured.grams, measured.times), (2.5, 2));
        assert_eq!(
            sent(&service, n).split_once(' ').unwrap().0,
            "<ns5:measure><seed"
        );
        assert!(sent(&service, n).ends_with("</seed><times>2</times></ns5:measure>"));
    }
    soap.reset().await.unwrap();
    assert_eq!(sent(&service, 2), "<ns5:reset></ns5:reset>");
}

fn plant(name: &str, parent: Option<encoded::Plant>) -> encoded::Plant {
    encoded::Plant {
        name: name.to_owned(),
        height: None,
        parent: parent.map(Box::new),
    }
}

#[tokio::test]
async fn encoded_messages_state_types_and_sizes() {
    let (soap, service) = client!(
        Encoded,
        "<c:plantsResponse><return enc:arrayType='p:Plant[2]'><x><name>a</name></x>\
         <y xsi:nil='true'/></return></c:plantsResponse>",
    );
    let plants = encoded::ArrayOfPlant {
        item: vec![Some(plant("Fern", Some(plant("Spore", None)))), None],
    };
    let names = encoded::ArrayOfString {
        item: vec![Some("a&b".to_owned())],
    };
    let found = soap.plants(&plants, &names, 3, &Colour::Red).await.unwrap();
    assert_eq!(found.item, [Some(plant("a", None)), None]);
    let nil = "xsi:nil=\"true\"/>";
    let expected = format!(
        "<ns5:plants soapenv:encodingStyle=\"{ENC}\">\
         <plants xsi:type=\"e:ArrayOfPlant\" soapenc:arrayType=\"e:Plant[2]\"><item><name>Fern</name>\
         <height {nil}<parent><name>Spore</name><height {nil}<parent {nil}</parent></item>\
         <item {nil}</plants>\
         <names xsi:type=\"e:ArrayOfString\" soapenc:arrayType=\"xsd:string[1]\"><item>a&amp;b</item>\
         </names><limit xsi:type=\"xsd:int\">3</limit><colour xsi:type=\"s:Colour\">red</colour>\
         </ns5:plants>"
    );
    assert_eq!(sent(&service, 0), expected);
}

#[tokio::test]
async fn references_are_followed() {
    let (soap, _) = client!(
        Encoded,
        // Axis 1 writes responses like this one. Two values refer to the same third value.
        "\n <c:plantsResponse><plantsReturn href='#id0'/></c:plantsResponse>\
         <multiRef id='id0' enc:root='0' xsi:type='enc:Array' enc:arrayType='p:Plant[2]'>\
         <item href='#id1'/><item href='#id2'/></multiRef>\
         <multiRef id='id1' xsi:type='q:Plant' xmlns:q='urn:example:styles:encoded'>\
         <name href='#id3'/><parent href='#id2'/></multiRef>\
         <multiRef id='id2'><name xsi:type='xsd:string'>b</name><height href='#id4'/></multiRef>\
         <multiRef id='id3' xsi:type='xsd:string'>a</multiRef>\
         <multiRef id='id4' xsi:type='xsd:int'>7</multiRef>",
        "<c:nameResponse><nameReturn xsi:type='xsd:string'>x</nameReturn></c:nameResponse>",
    );
    let none = encoded::ArrayOfPlant::default();
    let names = encoded::ArrayOfString::default();
    let found = soap.plants(&none, &names, 0, &Colour::Red).await.unwrap();
    let b = encoded::Plant {
        height: Some(7),
        ..plant("b", None)
    };
    assert_eq!(found.item, [Some(plant("a", Some(b.clone()))), Some(b)]);
    assert_eq!(soap.name(&plant("n", None)).await.unwrap(), "x");
}

#[tokio::test]
async fn the_encoding_of_soap_1_2() {
    let answer = "<c:plantsResponse env:encodingStyle='http://www.w3.org/2003/05/soap-encoding'>\
         <rpc:result xmlns:rpc='http://www.w3.org/2003/05/soap-rpc'>return</rpc:result>\
         <return enc12:itemType='p:Plant' enc12:arraySize='2'><x enc12:id='a'><name>a</name></x>\
         <y enc12:ref='a'/></return></c:plantsResponse>";
    let answer = envelope(answer).replace(SOAP11, SOAP12).replace(
        "<e:Envelope",
        "<e:Envelope xmlns:env='http://www.w3.org/2003/05/soap-envelope' \
         xmlns:enc12='http://www.w3.org/2003/05/soap-encoding'",
    );
    let service = Scripted::new().answer(answer);
    let soap = Encoded12::builder()
        .transport(service.clone())
        .anonymous(None)
        .unwrap();
    let plants = encoded::ArrayOfPlant {
        item: vec![Some(plant("Fern", None)), None],
    };
    let names = encoded::ArrayOfString::default();
    let found = soap.plants(&plants, &names, 3, &Colour::Red).await.unwrap();
    assert_eq!(found.item, [Some(plant("a", None)), Some(plant("a", None))]);
    let nil = "xsi:nil=\"true\"/>";
    let expected = format!(
        "<ns5:plants soapenv:encodingStyle=\"http://www.w3.org/2003/05/soap-encoding\">\
         <plants xsi:type=\"e:ArrayOfPlant\" soapenc:itemType=\"e:Plant\" soapenc:arraySize=\"2\">\
         <item><name>Fern</name><height {nil}<parent {nil}</item><item {nil}</plants>\
         <names xsi:type=\"e:ArrayOfString\" soapenc:itemType=\"xsd:string\" soapenc:arraySize=\"0\">\
         </names><limit xsi:type=\"xsd:int\">3</limit><colour xsi:type=\"s:Colour\">red</colour>\
         </ns5:plants>"
    );
    assert_eq!(sent(&service, 0), expected);
    let request = service.requests()[0].body().to_owned();
    assert!(request.contains("xmlns:soapenc=\"http://www.w3.org/2003/05/soap-encoding\""));
}

#[tokio::test]
async fn malicious_references_are_refused() {
    let deep: String = (0..300)
        .map(|n| format!("<multiRef id='i{n}' href='#i{}'/>", n + 1))
        .collect();
    let wide = |n: usize| {
        // The first is the array, and the others are its items.
        let name = if n > 0 { "<name/>" } else { "" };
        format!(
            "<multiRef id='i{n}'>{name}<parent href='#i{}'/><parent href='#i{}'/></multiRef>",
            n + 1,
            n + 1
        )
    };
    let bomb: String = (0..40).map(wide).collect();
    let cases = [
        (
            "<multiRef id='i0'><parent href='#i0'/></multiRef>".to_owned(),
            "circle",
        ),
        ("<multiRef id='i1'/>".to_owned(), "no element"),
        (
            "<multiRef id='i0'/><multiRef id='i0'/>".to_owned(),
            "two elements",
        ),
        (deep, "`depth`"),
        (
            format!("{bomb}<multiRef id='i40'><name/></multiRef>"),
            "limit",
        ),
    ];
    for (refs, why) in cases {
        let body = format!("<c:plantsResponse><return href='#i0'/></c:plantsResponse>{refs}");
        let error = plants_error(&body).await;
        assert!(error.to_string().contains(why), "{why}: {error}");
    }
    let outside = "<c:plantsResponse><return href='http://example.com/x'/></c:plantsResponse>";
    assert!(
        plants_error(outside)
            .await
            .to_string()
            .contains("not fetched")
    );
}

async fn plants_error(body: &str) -> Error {
    let limits = saponify::Limits {
        body: 1 << 20,
        ..Default::default()
    };
    let builder = Encoded::builder().limits(limits);
    let service = Scripted::new().answer(envelope(body));
    let soap = builder.transport(service).anonymous(None).unwrap();
    let (none, names) = Default::default();
    soap.plants(&none, &names, 0, &Colour::Red)
        .await
        .unwrap_err()
}

#[tokio::test]
async fn faults_by_type_are_typed() {
    let error = plants_error(
        "<e:Fault><faultcode>e:Client</faultcode><faultstring>dry</faultstring><faultactor>urn:a\
         </faultactor><detail><p:fault xsi:type='p:Wilted'><days>3</days></p:fault></detail></e:Fault>",
    )
    .await;
    let fault = error.fault().unwrap();
    assert_eq!((fault.code(), fault.actor()), ("Client", Some("urn:a")));
    assert_eq!(fault.detail::<encoded::Wilted>().unwrap().unwrap().days, 3);
}

#[tokio::test]
async fn the_port_says_which_version_of_soap() {
    let envelope = |body: &str| {
        let ns = SoapVersion::V1_2.envelope();
        format!("<e:Envelope xmlns:e='{ns}' xmlns:s='{NS}'><e:Body>{body}</e:Body></e:Envelope>")
    };
    let fault = "<e:Fault><e:Code><e:Value>e:Sender</e:Value><e:Subcode><e:Value>s:Bad</e:Value>\
        <e:Subcode><e:Value>s:Stale</e:Value></e:Subcode></e:Subcode></e:Code>\
        <e:Reason><e:Text xml:lang='de'>alt</e:Text><e:Text xml:lang='en-GB'>stale</e:Text></e:Reason>\
        <e:Node>urn:n</e:Node><e:Role>urn:r</e:Role>\
        <e:Detail><s:Refused><s:reason>old</s:reason></s:Refused></e:Detail></e:Fault>";
    let mismatch = self::envelope(
        "<e:Fault><faultcode>e:VersionMismatch</faultcode><faultstring>1.1 only</faultstring></e:Fault>",
    );
    let service = Scripted::new()
        .answer_with(
            200,
            "application/soap+xml",
            envelope("<s:Count>1</s:Count>"),
        )
        .answer_with(400, "application/soap+xml", envelope(fault))
        .answer_with(500, "text/xml", mismatch)
        .answer(self::envelope("<s:Count>1</s:Count>"));
    let builder = Document12::builder().transport(service.clone());
    let soap = builder.anonymous(None).unwrap();
    assert_eq!(soap.count(None).await.unwrap(), 1);
    let request = &service.requests()[0];
    assert!(request.body().contains(SoapVersion::V1_2.envelope()));
    assert!(!request.body().contains(SOAP11));
    assert_eq!(
        request.content_type(),
        "application/soap+xml; charset=utf-8"
    );

    let error = soap.sow(&seed()).await.unwrap_err();
    let media = "application/soap+xml; charset=utf-8; action=\"urn:sow\"";
    assert_eq!(service.requests()[1].content_type(), media);
    let fault = error.fault().unwrap();
    assert_eq!(
        (fault.code(), fault.soap_code(), fault.message()),
        ("Stale", "Sender", "stale")
    );
    assert_eq!(fault.subcodes().collect::<Vec<_>>(), ["Bad", "Stale"]);
    assert_eq!(fault.actor(), Some("urn:r"));
    assert_eq!(
        fault.detail::<styles::Refused>().unwrap().unwrap().reason,
        "old"
    );

    let error = soap.count(None).await.unwrap_err();
    assert_eq!(error.fault().unwrap().soap_code(), "VersionMismatch");
    let error = soap.count(None).await.unwrap_err();
    assert!(
        error.is_protocol() && format!("{error:?}").contains("SOAP 1.1"),
        "{error:?}"
    );
}

#[tokio::test]
async fn headers_for_others_may_be_misunderstood() {
    let answer = |version: SoapVersion, attributes: &str| {
        let ns = version.envelope();
        format!(
            "<e:Envelope xmlns:e='{ns}' xmlns:s='{NS}'><e:Header><x e:mustUnderstand='true' \
             {attributes}/></e:Header><e:Body><s:Count>1</s:Count></e:Body></e:Envelope>"
        )
    };
    let next = "http://www.w3.org/2003/05/soap-envelope/role/next";
    let cases = [
        (SoapVersion::V1_1, "", false),
        (SoapVersion::V1_1, "e:actor='urn:other'", true),
        (
            SoapVersion::V1_1,
            "e:actor='http://schemas.xmlsoap.org/soap/actor/next'",
            false,
        ),
        (SoapVersion::V1_2, "", false),
        (SoapVersion::V1_2, "e:role='urn:other'", true),
        (SoapVersion::V1_2, &format!("e:role='{next}'"), false),
    ];
    for (version, attributes, fine) in cases {
        let service = Scripted::new().answer(answer(version, attributes));
        let result = match version {
            SoapVersion::V1_1 => {
                Document::builder()
                    .transport(service)
                    .anonymous(None)
                    .unwrap()
                    .count(None)
                    .await
            }
            SoapVersion::V1_2 => {
                Document12::builder()
                    .transport(service)
                    .anonymous(None)
                    .unwrap()
                    .count(None)
                    .await
            }
        };
        assert_eq!(result.is_ok(), fine, "{version} {attributes}");
    }
}

const MTOM: &str = "multipart/related; type=\"application/xop+xml\"; boundary=\"b\"; start=\"<r>\"";

fn mtom(photo: &str) -> String {
    let root = envelope(&format!(
        "<s:Photo xmlns:xop='http://www.w3.org/2004/08/xop/include'>{photo}</s:Photo>"
    ));
    format!(
        "--b\r\nContent-Type: application/xop+xml\r\nContent-ID: <r>\r\n\r\n{root}\r\n\
         --b\r\nContent-ID: <one@x>\r\nContent-Type: image/png\r\n\r\n\0PNG\r\n--\r\n--b--"
    )
}

#[tokio::test]
async fn mtom_parts_are_put_where_they_belong() {
    let photo = "<s:image><xop:Include href='cid:one%40x'/></s:image><s:thumbnail>aGk=</s:thumbnail>\
        <s:original>cid:one@x</s:original>";
    let service = Scripted::new().answer_with(200, MTOM, mtom(photo));
    let soap = Document::builder()
        .transport(service)
        .anonymous(None)
        .unwrap();
    let reply = soap.photograph().reply().await.unwrap();
    let part = b"\0PNG\r\n--";
    assert_eq!(&reply.value().image[..], part);
    assert_eq!(&reply.value().thumbnail.as_ref().unwrap()[..], b"hi");
    let original = reply.value().original.as_deref().unwrap();
    let attachment = reply.attachment(original).unwrap();
    assert_eq!(attachment.content_type(), Some("image/png"));
    assert_eq!(&attachment.body()[..], part);
    assert!(reply.attachment("cid:other").is_none());
}

#[tokio::test]
async fn nothing_outside_of_an_answer_is_included() {
    for href in ["http://example.com/x", "file:///etc/passwd", "cid:two", ""] {
        let photo = format!("<s:image><xop:Include href='{href}'/></s:image>");
        let service = Scripted::new()
            .answer_with(200, MTOM, mtom(&photo))
            .answer(envelope(&format!("<s:Photo>{photo}</s:Photo>")).replace("xop:", ""));
        let soap = Document::builder()
            .transport(service)
            .anonymous(None)
            .unwrap();
        let error = soap.photograph().await.unwrap_err();
        assert!(
            error.is_decode() && error.to_string().contains("xop:Include"),
            "{error}"
        );
        assert!(soap.photograph().await.unwrap_err().is_decode());
    }
    let service = Scripted::new().answer_with(200, MTOM, "--b\r\n\r\n");
    let soap = Document::builder()
        .transport(service)
        .anonymous(None)
        .unwrap();
    let error = soap.photograph().await.unwrap_err();
    assert!(
        error.is_truncated() && error.to_string().contains("MTOM"),
        "{error}"
    );
}

#[tokio::test]
async fn raw_headers_go_with_a_call_or_with_all() {
    let wsse = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd";
    let secured = |body: &str| {
        let header =
            format!("<e:Header><w:Security xmlns:w='{wsse}' e:mustUnderstand='1'/></e:Header>");
        envelope(body).replace("<e:Body>", &format!("{header}<e:Body>"))
    };
    let service = Scripted::new()
        .answer(secured("<s:Count>1</s:Count>"))
        .answer(envelope("<s:Count>2</s:Count>"))
        .answer(secured("<s:Count>3</s:Count>"));
    let token = saponify::ws::UsernameToken::new("user", "canary");
    let builder = Document::builder().transport(service.clone());
    let soap = builder.raw_header(token).anonymous(None).unwrap();
    // The response has a timestamp of the service, in a header that must be understood.
    assert_eq!(soap.count(None).await.unwrap(), 1);
    let call = soap.count(None).raw_header("<mine xmlns='urn:mine'/>");
    assert_eq!(call.await.unwrap(), 2);
    let request = service.requests()[1].body().to_owned();
    let at = |text: &str| request.find(text).unwrap();
    assert!(at("<soapenv:Header><wsse:Security") < at("<mine xmlns='urn:mine'/></soapenv:Header>"));
    assert!(request.contains(">***</wsse:Password>") && !request.contains("canary"));
    assert!(!service.requests()[0].body().contains("urn:mine"));

    let error = soap
        .count(None)
        .raw_header("</soapenv:Header>")
        .await
        .unwrap_err();
    assert!(error.is_encode() && !error.maybe_applied(), "{error}");
    assert_eq!(service.unused(), 1);
    let builder = Document::builder().transport(service.clone());
    let error = builder
        .anonymous(None)
        .unwrap()
        .count(None)
        .await
        .unwrap_err();
    assert!(error.to_string().contains("must be understood"), "{error}");
}

/// A client with small limits reads an encoded response with references, which is cut or damaged at
/// each position. The result is always a value or an error, and reading never takes long.
#[tokio::test]
async fn damaged_answers_are_errors() {
    let whole = envelope(
        "<c:plantsResponse><return href='#a'/></c:plantsResponse><m id='a'><item href='#b'/>\
         <item><name href='#c'/></item></m><m id='b' xmlns:z='urn:z'><parent href='#c'/></m>\
         <m id='c'>x</m>",
    );
    let body = whole.find("<e:Body>").unwrap();
    let mut damaged = Vec::new();
    for at in body..whole.len() {
        damaged.push(whole[..at].to_owned());
        for spoilt in ["", "<", "#a", "/>", "'"] {
            damaged.push(format!("{}{spoilt}{}", &whole[..at], &whole[at + 1..]));
        }
    }
    let (count, mut values) = (damaged.len(), 0);
    for answer in damaged {
        let service = Scripted::new().answer(answer);
        let soap = Encoded::builder()
            .transport(service)
            .anonymous(None)
            .unwrap();
        let (none, names) = Default::default();
        match soap.plants(&none, &names, 0, &Colour::Red).await {
            Ok(_) => values += 1,
            Err(error) => assert!(!error.to_string().is_empty()),
        }
    }
    assert!(values > 0 && values < count / 2, "{values} of {count}");
}
