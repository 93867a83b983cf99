//! Nil where it is not the same as absent.

use saponify::{Limits, Nillable, probe};
use saponify_goldens::depot::{FetchResponse, Item, Price};

use super::{fetch, fetched, item_without};

const XSI: &str = "http://www.w3.org/2001/XMLSchema-instance";

fn whole() -> FetchResponse {
    FetchResponse {
        item: Item {
            name: "bolt".into(),
            label: Some("x".into()),
            tag: vec!["a".into()],
            ..Item::default()
        },
        price: None,
    }
}

fn is_stable(value: &FetchResponse) -> String {
    let written = probe::encode(value).unwrap();
    let read: FetchResponse = probe::decode(&written, Limits::default(), &[]).unwrap();
    assert_eq!(&read, value, "{written}");
    written
}

#[tokio::test]
async fn absent_nil_and_value_are_three_states() {
    for (remark, expected) in [
        ("", None),
        ("<d:remark xsi:nil='true'/>", Some(Nillable::nil())),
        ("<d:remark>x</d:remark>", Some("x".to_owned().into())),
    ] {
        let (read, drift) = fetch(&fetched(&(item_without("") + remark))).await;
        let item = read.unwrap().item;
        assert_eq!(item.remark, expected);
        assert!(drift.is_empty());
        let written = is_stable(&FetchResponse { item, price: None });
        assert_eq!(
            written.contains("remark xsi:nil=\"true\"/>"),
            remark.contains("nil"),
            "{written}"
        );
        assert_eq!(written.contains("remark"), !remark.is_empty(), "{written}");
    }
}

#[test]
fn attributes_of_an_element_that_is_nil_are_kept() {
    let written = probe::encode(&whole()).unwrap();
    let price = format!(
        "<d:price xmlns:d='urn:example:depot' xmlns:i='{XSI}' i:nil='1' why='sold &amp; gone' d:x='2'/></"
    );
    let at = written.rfind("</").unwrap();
    let document = format!("{}{price}{}", &written[..at], &written[at + 2..]);
    let read: FetchResponse = probe::decode(&document, Limits::default(), &[]).unwrap();
    let Some(Nillable::Nil(attributes)) = &read.price else {
        panic!("{:?}", read.price);
    };
    let texts: Vec<_> = attributes
        .iter()
        .map(|a| (&*a.namespace, &*a.name, &*a.value))
        .collect();
    assert_eq!(
        texts,
        [("", "why", "sold & gone"), ("urn:example:depot", "x", "2")]
    );
    let written = is_stable(&read);
    assert!(written.contains(" why=\"sold &amp; gone\""), "{written}");
    let value = FetchResponse {
        price: Some(Nillable::Value(Price {
            currency: "EUR".into(),
            ..Price::default()
        })),
        ..whole()
    };
    assert_eq!(
        value.price.as_ref().unwrap().value().unwrap().currency,
        "EUR"
    );
    is_stable(&value);
}

#[test]
fn json_has_null_for_nil() {
    for (price, json) in [(None, false), (Some(Nillable::nil()), true)] {
        let value = FetchResponse { price, ..whole() };
        let text = serde_json::to_string(&value).unwrap();
        assert_eq!(text.contains("\"price\":null"), json, "{text}");
        let read: FetchResponse = serde_json::from_str(&text).unwrap();
        assert_eq!(read, value);
    }
}
