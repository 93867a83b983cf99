//! Generated code at work: what it sends, what it reads, whatever the pieces that an answer comes in.
#![deny(warnings)]
#![forbid(unsafe_code)]

#[path = "shape/mod.rs"]
#[allow(dead_code, unreachable_pub)]
mod shape;

use std::sync::{Arc, Mutex};

use saponify::transport::{Body, Exchange, Request, Response, Transport};
use saponify::{Error, Presence, Record, Session};
use shape::{Account, MalformedQueryFault, Name, QueryOptions, Soap};

/// Answers every request with the next of its texts, in pieces of a given size.
#[derive(Clone, Debug, Default)]
struct Canned {
    answers: Arc<Mutex<Vec<String>>>,
    requests: Arc<Mutex<Vec<String>>>,
    piece: usize,
    status: u16,
}

impl Transport for Canned {
    fn send(&self, request: Request) -> Exchange {
        let body = String::from_utf8(request.body.to_vec()).unwrap();
        self.requests.lock().unwrap().push(body);
        let answer = self.answers.lock().unwrap().remove(0).into_bytes();
        let pieces: Vec<Vec<u8>> = answer.chunks(self.piece).map(<[u8]>::to_vec).collect();
        let status = http::StatusCode::from_u16(self.status).unwrap();
        Box::pin(async move {
            Ok(Response::new(status, Body::from_chunks(pieces)).with_content_type("text/xml"))
        })
    }
}

fn client(status: u16, piece: usize, answers: &[&str]) -> (Soap, Canned) {
    let canned = Canned {
        answers: Arc::new(Mutex::new(
            answers.iter().map(ToString::to_string).collect(),
        )),
        piece,
        status,
        ..Canned::default()
    };
    let session = Session::new("https://example.com/services/Soap/c/64.0", "SESSION").unwrap();
    (
        Soap::builder()
            .transport(canned.clone())
            .session(session)
            .unwrap(),
        canned,
    )
}

fn envelope(body: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<soapenv:Envelope \
         xmlns:soapenv=\"http://schemas.xmlsoap.org/soap/envelope/\" \
         xmlns=\"urn:enterprise.soap.sforce.com\" xmlns:sf=\"urn:sobject.enterprise.soap.sforce.com\" \
         xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"><soapenv:Header><LimitInfoHeader>\
         <limitInfo><current>4</current><limit>15000</limit><type>API REQUESTS</type></limitInfo>\
         </LimitInfoHeader></soapenv:Header><soapenv:Body>{body}</soapenv:Body></soapenv:Envelope>"
    )
}

const TWO: &str = "<queryResponse><result><done>false</done><queryLocator>01g-2</queryLocator>\
    <records xsi:type=\"sf:Account\"><sf:Id>0015e000001AAAAAAK</sf:Id>\
    <sf:AnnualRevenue>1.50E3</sf:AnnualRevenue><sf:Name>Söhne &amp; Co &lt;1&gt;</sf:Name>\
    <sf:Owner xsi:type=\"sf:Name\"><sf:Alias>ab</sf:Alias></sf:Owner>\
    <sf:Brand_New__c>x</sf:Brand_New__c></records>\
    <records xsi:type=\"sf:Account\"><sf:Name><![CDATA[a<b]]></sf:Name><sf:Type xsi:nil=\"true\"/></records>\
    <size>3</size></result></queryResponse>";
const ONE: &str = "<queryMoreResponse><result><done>true</done><queryLocator xsi:nil=\"true\"/>\
    <records xsi:type=\"sf:Account\"><sf:Name>last</sf:Name></records><size>3</size></result></queryMoreResponse>";

#[tokio::test]
async fn rows_come_whole_whatever_the_pieces() -> Result<(), Error> {
    for piece in [1, 2, 3, 7, 64, 1_000, 100_000] {
        let (soap, canned) = client(200, piece, &[&envelope(TWO), &envelope(ONE)]);
        let mut rows = soap
            .records::<Account>("SELECT Id, Name FROM Account")
            .batch_size(200);
        let first = rows.try_next().await?.unwrap();
        assert_eq!(first.id().unwrap(), "0015e000001AAAAAAK");
        assert_eq!(first.name(), Some("Söhne & Co <1>"));
        assert_eq!(first.get(Account::ANNUAL_REVENUE), Some(1500.0));
        assert_eq!(first.presence(Account::TYPE), Presence::Absent);
        assert_eq!(first.owner().unwrap().get(Name::ALIAS), Some("ab"));
        let record: Record = first.into();
        assert_eq!(record.text("AnnualRevenue"), Some("1.50E3"));
        assert_eq!(record.text("Brand_New__c"), Some("x"));
        let second = rows.try_next().await?.unwrap();
        assert_eq!(second.name(), Some("a<b"));
        assert_eq!(second.presence(Account::TYPE), Presence::Null);
        assert_eq!(rows.try_next().await?.unwrap().name(), Some("last"));
        assert!(rows.try_next().await?.is_none());
        assert_eq!(rows.size(), Some(3));
        let requests = canned.requests.lock().unwrap();
        assert!(
            requests[0].contains("<tns:SessionHeader><tns:sessionId>SESSION<"),
            "{}",
            requests[0]
        );
        assert!(
            requests[0].contains("<tns:QueryOptions><tns:batchSize>200<"),
            "{}",
            requests[0]
        );
        assert!(
            requests[1].contains("<tns:queryLocator>01g-2</tns:queryLocator>"),
            "{}",
            requests[1]
        );
        assert_eq!(soap.limit_info().unwrap().limit, 15_000);
    }
    Ok(())
}

#[tokio::test]
async fn plain_calls_return_structs() -> Result<(), Error> {
    let (soap, canned) = client(
        200,
        50,
        &[&envelope(
            "<createResponse><result><id>0015e000001AAAAAAK</id><success>true</success></result>\
         <result><errors xsi:type=\"DuplicateError\"><fields>Name</fields><message>twice</message>\
         <statusCode>DUPLICATES_DETECTED</statusCode><rule>r</rule></errors><errors>\
         <message>new</message><statusCode>LATER</statusCode></errors>\
         <id xsi:nil=\"true\"/><success>false</success></result></createResponse>",
        )],
    );
    let mut account = Account::new()
        .with_name("A & B\r\n")
        .with(Account::ANNUAL_REVENUE, 1e6);
    account.set_null(Account::TYPE);
    let saved = soap.create(&[account.clone()]).await?;
    assert!(saved[0].success && saved[0].errors.is_empty());
    let errors = &saved[1].errors;
    assert_eq!(errors[0].message, "twice");
    assert_eq!(
        errors[0]
            .derived
            .downcast_ref::<shape::DuplicateError>()
            .unwrap()
            .rule,
        "r"
    );
    assert_eq!(errors[1].status_code.as_str(), "LATER");
    assert!(errors[1].derived.is_none());
    let request = &canned.requests.lock().unwrap()[0];
    let body = "<tns:create><tns:sObjects xsi:type=\"ens:Account\">\
        <ens:fieldsToNull>Type</ens:fieldsToNull><ens:Id xsi:nil=\"true\"/>\
        <ens:AnnualRevenue>1000000</ens:AnnualRevenue><ens:Name>A &amp; B&#13;\n</ens:Name>\
        </tns:sObjects></tns:create>";
    assert!(request.contains(body), "{request}");
    Ok(())
}

#[tokio::test]
async fn faults_are_typed() -> Result<(), Error> {
    let fault = "<soapenv:Fault><faultcode>sf:MALFORMED_QUERY</faultcode><faultstring>MALFORMED_QUERY: \
        unexpected token: FRM</faultstring><detail><f:MalformedQueryFault \
        xmlns:f=\"urn:fault.enterprise.soap.sforce.com\" xsi:type=\"f:MalformedQueryFault\">\
        <f:exceptionCode>MALFORMED_QUERY</f:exceptionCode><f:exceptionMessage>unexpected token: FRM\
        </f:exceptionMessage><f:row>1</f:row><f:column>8</f:column></f:MalformedQueryFault></detail></soapenv:Fault>";
    for status in [500, 200] {
        let (soap, _) = client(status, 10, &[&envelope(fault), &envelope(fault)]);
        let error = soap
            .query("SELECT")
            .with(QueryOptions {
                batch_size: Some(1),
            })
            .await
            .unwrap_err();
        let found = error.fault().unwrap();
        assert_eq!(
            (found.code(), found.message()),
            ("MALFORMED_QUERY", "unexpected token: FRM")
        );
        let detail = found.detail::<MalformedQueryFault>()?.unwrap();
        assert_eq!((detail.row, detail.column), (1, 8));
        assert!(!error.maybe_applied() && !error.is_transient());
        let error = soap
            .records::<Account>("SELECT")
            .try_next()
            .await
            .unwrap_err();
        assert_eq!(error.fault().unwrap().row(), Some(1));
    }
    Ok(())
}

#[tokio::test]
async fn missing_rows_are_an_error() {
    for (answer, why) in [
        (ONE.replace("queryMore", "query"), "3 rows, but 1"),
        (
            TWO.replace("<queryLocator>01g-2</queryLocator>", ""),
            "no queryLocator",
        ),
    ] {
        let (soap, _) = client(200, 100, &[&envelope(&answer)]);
        let mut rows = soap.records::<Account>("SELECT Name FROM Account");
        let error = loop {
            match rows.try_next().await {
                Ok(row) => assert!(row.is_some(), "the stream ended as if complete"),
                Err(error) => break error,
            }
        };
        assert!(error.to_string().contains(why), "{error}");
        assert!(rows.try_next().await.unwrap().is_none());
    }
}
