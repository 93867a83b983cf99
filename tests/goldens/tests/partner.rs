//! Records of Salesforce's Partner WSDL, which have one type and name their fields at run time.

use saponify::Record;
use saponify::transport::testing::Scripted;
use saponify_goldens::partner::{self, Partner};

/// The records of a request that sends them, and those that come back in the answer.
async fn exchanged(sent: &[Record], answer: &str) -> (String, Vec<Record>) {
    let answer = format!(
        "<e:Envelope xmlns:e='http://schemas.xmlsoap.org/soap/envelope/' \
         xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance' \
         xmlns:o='urn:sobject.partner.soap.sforce.com'><e:Body>\
         <updateResponse xmlns='urn:partner.soap.sforce.com'>{answer}</updateResponse></e:Body>\
         </e:Envelope>"
    );
    let service = Scripted::new().answer_with(200, "text/xml", answer);
    let builder = Partner::builder().transport(service.clone());
    let soap = builder.anonymous(None).unwrap();
    let read = soap.update(sent).await.unwrap();
    let body = service.requests()[0].body().to_owned();
    let begin = body.find("<soapenv:Body>").unwrap();
    (
        body[begin..].replace("<ns1:", "<").replace("</ns1:", "</"),
        read,
    )
}

fn account() -> Record {
    let mut record = Record::new(&partner::tables::S_OBJECT);
    record.set_text("type", "Account").unwrap();
    record.set_text("Id", "001000000000001AAA").unwrap();
    record
}

#[tokio::test]
async fn null_fields_are_named_behind_the_type() {
    let mut by_null = account();
    by_null.set_null("Fax").unwrap();
    by_null.set_null("Phone").unwrap();
    by_null.set_text("Site", "x").unwrap();
    let mut by_name = account();
    by_name.set_text("fieldsToNull", "Fax").unwrap();
    by_name.set_text("fieldsToNull", "Phone").unwrap();
    by_name.set_text("Site", "x").unwrap();
    assert_eq!(by_null, by_name);
    let (sent, _) = exchanged(&[by_null], "").await;
    let names: Vec<&str> = sent
        .split('>')
        .filter_map(|part| part.split_once("</"))
        .map(|(text, _)| text)
        .collect();
    assert_eq!(
        names[..5],
        ["Account", "Fax", "Phone", "001000000000001AAA", "x"],
        "{sent}"
    );
    assert_eq!(sent.matches("fieldsToNull>").count(), 4, "{sent}");
    assert!(!sent.contains("nil"), "{sent}");
    // A value takes the null back.
    let mut record = account();
    record.set_null("Fax").unwrap();
    record.set_text("Fax", "1").unwrap();
    let (sent, _) = exchanged(&[record], "").await;
    assert!(
        !sent.contains("fieldsToNull") && sent.contains("Fax>1</"),
        "{sent}"
    );
}

#[tokio::test]
async fn names_of_null_fields_are_read_as_nulls() {
    let (_, read) = exchanged(
        &[],
        "<sObjects><o:type>Account</o:type><o:fieldsToNull>Fax</o:fieldsToNull>\
         <o:fieldsToNull>Phone</o:fieldsToNull><o:Id>1</o:Id><o:Name xsi:nil='true'/></sObjects>",
    )
    .await;
    for name in ["Fax", "Phone", "Name"] {
        assert!(read[0].field(name).unwrap().is_null(), "{name}");
    }
    assert_eq!(read[0].text("Id"), Some("1"));
}
