//! Values: dates without a zone or far away, empty elements, and values that are none.

use saponify::Leniency;
use saponify::jiff::civil::{date, time};
use saponify_goldens::depot::Item;

use super::{depot, fetch, fetch_by, fetched, item_without, service};

/// Reads an item with this content more, and gives the request that sends it back.
async fn echoed(content: &str) -> (Item, String) {
    let service = service(&fetched(&(item_without("") + content)));
    let soap = depot(&service, Leniency::default());
    let item = soap.fetch(None).await.unwrap().item;
    let _ = soap.fetch(Some(&item)).await;
    (item, service.requests()[1].body().to_owned())
}

#[tokio::test]
async fn dates_go_out_as_they_came() {
    for (came, goes) in [
        ("2024-05-15T10:00:00", "2024-05-15T10:00:00"),
        ("2024-05-15T10:00:00Z", "2024-05-15T10:00:00Z"),
        (
            "2024-05-15T10:00:00.250-03:30",
            "2024-05-15T10:00:00.25-03:30",
        ),
        (
            "9999-12-31T23:59:59.9999999Z",
            "9999-12-31T23:59:59.9999999Z",
        ),
        ("9999-12-31T23:59:59.9999999", "9999-12-31T23:59:59.9999999"),
        ("9999-12-31T23:59:59-14:00", "9999-12-31T23:59:59-14:00"),
        ("9999-12-31T24:00:00", "10000-01-01T00:00:00"),
        ("0001-01-01T00:00:00+14:00", "0001-01-01T00:00:00+14:00"),
        // What Java has as the last and the first date.
        (
            "292278994-08-17T07:12:55.807Z",
            "292278994-08-17T07:12:55.807Z",
        ),
        (
            "-292275055-05-16T16:47:04.192Z",
            "-292275055-05-16T16:47:04.192Z",
        ),
        (" 2024-02-29T00:00:00\n", "2024-02-29T00:00:00"),
    ] {
        let (_, sent) = echoed(&format!("<d:since>{came}</d:since>")).await;
        let expected = format!(">{goes}<");
        assert!(sent.contains(&expected), "{came}: {sent}");
    }
    let (item, sent) = echoed("<d:opens>10:00:00</d:opens><d:due>2024-05-15</d:due>").await;
    assert_eq!(item.opens.unwrap().time(), time(10, 0, 0, 0));
    assert_eq!(item.due, Some(date(2024, 5, 15)));
    assert!(
        sent.contains(">10:00:00<") && sent.contains(">2024-05-15<"),
        "{sent}"
    );
    let (item, sent) = echoed("<d:opens>10:00:00+01:00</d:opens>").await;
    assert_eq!(item.opens.unwrap().utc(), Some(time(9, 0, 0, 0)));
    assert!(sent.contains(">10:00:00+01:00<"), "{sent}");
}

#[tokio::test]
async fn an_empty_element_of_an_optional_type_is_none() {
    for empty in ["", " \n"] {
        let content = ["since", "opens", "due", "count"]
            .map(|name| format!("<d:{name}>{empty}</d:{name}>"))
            .concat();
        let body = fetched(&(item_without("") + &content));
        let (read, drift) = fetch(&body).await;
        let item = read.unwrap().item;
        assert_eq!(
            (item.since, item.opens, item.due, item.count),
            (None, None, None, None)
        );
        assert_eq!(drift.empty_values, 4);
        let (read, _) = fetch_by(Leniency::strict(), &body).await;
        assert!(read.unwrap_err().is_decode());
    }
    // Attributes, and structs that are a value with attributes.
    let body = format!(
        "<d:FetchResponse><d:item code='1' rank=''>{}</d:item><d:price/></d:FetchResponse>",
        item_without("")
    );
    let (read, drift) = fetch(&body).await;
    let read = read.unwrap();
    assert_eq!((read.item.rank, read.price), (None, None));
    assert_eq!(drift.empty_values, 2);
    for (price, is_none) in [
        ("<d:price></d:price>", true),
        ("<d:price> \n</d:price>", true),
        ("<d:price currency='EUR'/>", false),
        ("<d:price>x</d:price>", false),
    ] {
        let (read, _) = fetch(&body.replace("<d:price/>", price)).await;
        assert_eq!(read.is_ok(), is_none, "{price}");
    }
    // Text may be empty, and what is required may not.
    let (read, drift) = fetch(&fetched(&(item_without("") + "<d:remark/><d:state/>"))).await;
    assert_eq!(read.unwrap().item.remark, Some(String::new().into()));
    assert!(drift.is_empty());
    let (read, _) = fetch(&fetched(&(item_without("weight") + "<d:weight/>"))).await;
    let text = read.unwrap_err().to_string();
    assert!(
        text.contains("expected a decimal") && text.contains("item/weight"),
        "{text}"
    );
}

#[tokio::test]
async fn a_bad_value_leaves_the_rest_within_reach() {
    let body = fetched(&(item_without("") + "<d:since>soon</d:since><d:remark>ü</d:remark>"));
    let (read, _) = fetch(&body).await;
    let error = read.unwrap_err();
    assert_eq!(error.path(), "FetchResponse/item/since");
    let answer = error.expose_response().unwrap();
    assert!(answer.starts_with("<e:Envelope") && answer.contains("<d:remark>ü</d:remark>"));
    for shown in [
        format!("{error}"),
        format!("{error:?}"),
        format!("{error:#?}"),
    ] {
        assert!(
            !shown.contains("soon") && !shown.contains("bolt"),
            "{shown}"
        );
    }
    let limits = saponify::Limits {
        error_response: body.find('ü').unwrap(),
        ..Default::default()
    };
    let builder = saponify_goldens::depot::Depot::builder().transport(service(&body));
    let soap = builder.limits(limits).anonymous(None).unwrap();
    let error = soap.fetch(None).await.unwrap_err();
    assert_eq!(
        error.expose_response().unwrap().len(),
        limits.error_response
    );
    // Of an answer that can be read, nothing is kept.
    let fault = "<e:Fault><faultcode>x</faultcode><faultstring>y</faultstring></e:Fault>";
    let (read, _) = fetch(fault).await;
    assert!(read.unwrap_err().expose_response().is_none());
}
