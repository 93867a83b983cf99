//! What the schema requires, and is missing or nil.

use saponify::transport::testing::Scripted;
use saponify::{Leniency, Nillable};
use saponify_goldens::depot::{RouteFromOrHops, Stamp, Trouble};

use super::{depot, envelope, fetch, fetch_by, fetched, item_without, plan, plan_by, weigh};

const MISSING: Leniency = Leniency {
    missing_values: true,
    ..Leniency::strict()
};

#[tokio::test]
async fn a_missing_element_is_an_error_that_names_it() {
    for name in ["name", "weight", "packed"] {
        let body = fetched(&item_without(name));
        let (read, drift) = fetch(&body).await;
        let error = read.unwrap_err();
        assert!(error.is_decode());
        let text = error.to_string();
        let expected = format!("the required element `{{urn:example:depot}}{name}` is missing");
        assert!(text.contains(&expected), "{text}");
        assert!(text.contains("FetchResponse"), "{text}");
        assert!(drift.is_empty());

        let (read, drift) = fetch_by(MISSING, &body).await;
        assert_eq!(read.unwrap().item.code, 7);
        assert_eq!(drift.missing_values, 1);
    }
}

#[tokio::test]
async fn whole_structs_and_attributes_are_missed_too() {
    for (body, name) in [
        ("<d:FetchResponse/>", "element `{urn:example:depot}item`"),
        (
            "<d:FetchResponse><d:item xsi:nil='1'/></d:FetchResponse>",
            "element `{urn:example:depot}item` is nil",
        ),
        (
            "<d:FetchResponse><d:item/></d:FetchResponse>",
            "attribute `code`",
        ),
    ] {
        let (read, _) = fetch(body).await;
        let text = read.unwrap_err().to_string();
        assert!(text.contains(name), "{text}");
    }
    let body = fetched(&item_without("")).replace(
        "</d:FetchResponse>",
        "<d:price>1.50</d:price></d:FetchResponse>",
    );
    let (read, _) = fetch(&body).await;
    let text = read.unwrap_err().to_string();
    assert!(
        text.contains("the required attribute `currency` is missing"),
        "{text}"
    );
}

#[tokio::test]
async fn nil_is_no_value_where_the_schema_does_not_allow_it() {
    let nil = "<d:weight xsi:nil='true'/>";
    let (read, _) = fetch(&fetched(&(item_without("weight") + nil))).await;
    let text = read.unwrap_err().to_string();
    let expected = "`{urn:example:depot}weight` is nil, which the schema does not allow";
    assert!(text.contains(expected), "{text}");
    // An option can be without a value, and so can a list.
    let nil = "<d:count xsi:nil='true'/><d:level xsi:nil='true'/>";
    let body = fetched(&(item_without("") + nil));
    let (read, drift) = fetch(&body).await;
    let item = read.unwrap().item;
    assert_eq!((item.count, item.level), (None, vec![]));
    assert_eq!(drift.absent_values, 2);
    let (read, _) = fetch_by(Leniency::strict(), &body).await;
    assert!(
        read.unwrap_err()
            .to_string()
            .contains("`Leniency::absent_values`")
    );
    // This one may be nil.
    let nil = "<d:remark xsi:nil='true'/><d:label xsi:nil='true'/>";
    let (read, drift) = fetch(&fetched(&(item_without("label") + nil))).await;
    assert_eq!(read.unwrap().item.remark, Some(Nillable::nil()));
    assert!(drift.is_empty());
}

#[tokio::test]
async fn what_can_be_absent_in_rust_is_drift() {
    for name in ["label", "tag"] {
        let body = fetched(&item_without(name));
        let (read, drift) = fetch(&body).await;
        let item = read.unwrap().item;
        assert!(item.label.is_none() || item.tag.is_empty());
        assert_eq!((drift.absent_values, drift.missing_values), (1, 0));
        let (read, _) = fetch_by(Leniency::strict(), &body).await;
        let text = read.unwrap_err().to_string();
        assert!(
            text.contains(&format!("depot}}{name}` is missing")),
            "{text}"
        );
    }
}

#[tokio::test]
async fn only_the_branch_that_came_must_be_whole() {
    for (route, is_whole) in [
        ("<d:hops>2</d:hops>", true),
        ("<d:from>a</d:from><d:to>b</d:to>", true),
        ("<d:stop xsi:nil='true'/>", true),
        ("", true),
        ("<d:to>b</d:to>", false),
        ("<d:hops xsi:nil='true'/>", false),
    ] {
        let body = format!("<d:PlanResponse><d:route>{route}</d:route></d:PlanResponse>");
        let (read, drift) = plan(&body).await;
        assert_eq!(read.is_ok(), is_whole, "{route}");
        assert!(drift.is_empty(), "{drift}");
    }
    let (read, _) =
        plan("<d:PlanResponse><d:route><d:stop xsi:nil='true'/></d:route></d:PlanResponse>").await;
    let branch = read.unwrap().route.unwrap().from_or_hops.unwrap();
    assert_eq!(branch, RouteFromOrHops::Stop(None));
    let legs = "<d:PlanResponse><d:legs><d:start>a</d:start><d:miles>1</d:miles><d:start>b</d:start>\
                </d:legs></d:PlanResponse>";
    let (read, _) = plan(legs).await;
    let text = read.unwrap_err().to_string();
    assert!(
        text.contains("`{urn:example:depot}miles` is missing"),
        "{text}"
    );
    let (read, drift) = plan_by(MISSING, legs).await;
    assert_eq!(read.unwrap().legs.unwrap().start_and_miles.len(), 2);
    assert_eq!(drift.missing_values, 1);
}

#[tokio::test]
async fn parts_of_the_rpc_style() {
    let (read, _) = weigh("<d:WeighResponse><box><width>1</width></box></d:WeighResponse>").await;
    let text = read.unwrap_err().to_string();
    assert!(
        text.contains("the required element `grams` is missing"),
        "{text}"
    );
    let (read, _) = weigh("<d:WeighResponse><grams>1</grams><box/></d:WeighResponse>").await;
    let text = read.unwrap_err().to_string();
    assert!(
        text.contains("the required element `width` is missing"),
        "{text}"
    );
}

#[tokio::test]
async fn headers_and_details_of_faults() {
    let body = fetched(&item_without(""));
    let fault = |detail: &str| {
        envelope(
            "",
            &format!(
                "<e:Fault><faultcode>e:Server</faultcode><faultstring>no</faultstring>\
                 <detail>{detail}</detail></e:Fault>"
            ),
        )
    };
    let service = Scripted::new()
        .answer_with(200, "text/xml", envelope("<d:Stamp/>", &body))
        .answer_with(
            500,
            "text/xml",
            fault("<d:Trouble><d:text>x</d:text></d:Trouble>"),
        )
        .answer_with(
            500,
            "text/xml",
            fault("<d:Trouble><d:number>x</d:number></d:Trouble>"),
        );
    let soap = depot(&service, Leniency::default());
    let error = soap.fetch(None).reply().await.unwrap_err();
    assert!(
        error
            .to_string()
            .contains("`{urn:example:depot}by` is missing"),
        "{error}"
    );
    assert!(error.header::<Stamp>().unwrap().is_none());
    // The fault is told whatever its detail is.
    for _ in 0..2 {
        let error = soap.fetch(None).await.unwrap_err();
        let fault = error.fault().unwrap();
        assert_eq!(fault.soap_message(), "no");
        let error = fault.detail::<Trouble>().unwrap_err();
        assert!(error.to_string().contains("number"), "{error}");
        assert_eq!(fault.detail_record().unwrap().type_name(), "Trouble");
    }
}
