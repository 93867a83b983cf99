//! Elements and attributes in another namespace than the schema says.

use saponify::Leniency;
use saponify::transport::testing::Scripted;
use saponify_goldens::depot::loose::Crate;
use saponify_goldens::depot::{RouteFromOrHops, Stamp, Trouble};

use super::{depot, envelope, fetch, fetch_by, fetched, item_without, plan, weigh};

#[tokio::test]
async fn a_whole_answer_without_a_namespace() {
    let body = fetched(&item_without("")).replace("d:", "");
    let (read, drift) = fetch(&body).await;
    let item = read.unwrap().item;
    assert_eq!((item.name.as_str(), item.code), ("bolt", 7));
    assert_eq!(item.tag, ["a", "b"]);
    // The response, the item, and six children.
    assert_eq!(drift.namespaces, 8);
    assert_eq!(drift.to_string(), "namespaces: 8");
}

#[tokio::test]
async fn children_in_a_namespace_that_the_schema_does_not_give_them() {
    let (read, drift) = plan(
        "<d:PlanResponse><d:box><d:width>3</d:width><l:height>4</l:height></d:box></d:PlanResponse>",
    )
    .await;
    let found = read.unwrap().r#box.unwrap();
    assert_eq!((found.width, found.height), (3, Some(4)));
    assert_eq!(drift.namespaces, 2);
}

#[tokio::test]
async fn parts_of_the_rpc_style() {
    for (part, strays) in [("grams", 0), ("d:grams", 1)] {
        let (read, drift) = weigh(&format!(
            "<d:WeighResponse><{part}>12</{part}><box><width>1</width></box></d:WeighResponse>"
        ))
        .await;
        let read = read.unwrap();
        assert_eq!((read.grams, read.r#box.width), (12, 1));
        assert_eq!(drift.namespaces, strays);
    }
}

#[tokio::test]
async fn elements_of_choices_and_of_sequences_that_repeat() {
    let (read, drift) = plan(
        "<PlanResponse><route><from>a</from><to>b</to></route><legs><start>x</start>\
         <miles>1</miles><start>y</start><miles>2</miles></legs></PlanResponse>",
    )
    .await;
    let read = read.unwrap();
    let Some(RouteFromOrHops::FromAndTo(route)) = read.route.unwrap().from_or_hops else {
        panic!("the first branch");
    };
    assert_eq!((route.from.as_str(), route.to.as_str()), ("a", "b"));
    let legs = read.legs.unwrap().start_and_miles;
    let miles: Vec<_> = legs.iter().map(|leg| (&*leg.start, leg.miles)).collect();
    assert_eq!(miles, [("x", 1), ("y", 2)]);
    assert_eq!(drift.namespaces, 9);
}

#[tokio::test]
async fn types_of_derived_values() {
    for (ty, strays) in [("l:Crate", 0), ("Crate", 1), ("d:Crate", 1)] {
        let (read, drift) = plan(&format!(
            "<d:PlanResponse><d:box xsi:type='{ty}'><width>1</width><lid>true</lid></d:box>\
             </d:PlanResponse>"
        ))
        .await;
        let found = read.unwrap().r#box.unwrap();
        assert_eq!(found.width, 1);
        assert!(found.derived.downcast_ref::<Crate>().unwrap().lid, "{ty}");
        assert_eq!(drift.namespaces, strays, "{ty}");
    }
    // A type that nobody knows is the declared one.
    let (read, drift) = plan(
        "<d:PlanResponse><d:box xsi:type='l:Tub'><width>1</width><lid>true</lid></d:box>\
         </d:PlanResponse>",
    )
    .await;
    assert!(read.unwrap().r#box.unwrap().derived.is_none());
    assert_eq!((drift.namespaces, drift.unknown_elements), (0, 1));
}

#[tokio::test]
async fn attributes() {
    let content = item_without("");
    let (read, drift) = fetch(&format!(
        "<d:FetchResponse><d:item d:code='8' d:rank='2'>{content}</d:item></d:FetchResponse>"
    ))
    .await;
    let item = read.unwrap().item;
    assert_eq!((item.code, item.rank), (8, Some(2)));
    assert_eq!(drift.namespaces, 2);
}

#[tokio::test]
async fn headers_and_details_of_faults() {
    let body = fetched(&item_without(""));
    let service = Scripted::new()
        .answer_with(
            200,
            "text/xml",
            envelope("<Stamp><by>me</by></Stamp>", &body),
        )
        .answer_with(
            500,
            "text/xml",
            envelope(
                "",
                "<e:Fault><faultcode>e:Server</faultcode><faultstring>no</faultstring><detail>\
                 <Trouble><number>3</number></Trouble></detail></e:Fault>",
            ),
        );
    let soap = depot(&service, Leniency::default());
    let answer = soap.fetch(None).reply().await.unwrap();
    assert_eq!(answer.header::<Stamp>().unwrap().unwrap().by, "me");
    assert_eq!(soap.client().drift().namespaces, 2);
    let error = soap.fetch(None).await.unwrap_err();
    let detail: Option<Trouble> = error.fault().unwrap().detail().unwrap();
    assert_eq!(detail.unwrap().number, 3);
    assert_eq!(soap.client().drift().namespaces, 4);
}

#[tokio::test]
async fn extensions_are_not_taken_for_fields() {
    // The first is the field, and the second is not; the third is of a foreign namespace.
    for other in [
        "<name>other</name>",
        "<x:name xmlns:x='urn:x'>other</x:name>",
    ] {
        let (read, drift) = fetch(&fetched(&(item_without("") + other))).await;
        assert_eq!(read.unwrap().item.name, "bolt");
        assert_eq!((drift.namespaces, drift.unknown_elements), (0, 1));
    }
    let (read, _) = fetch(&fetched(
        &(item_without("name") + "<x:name xmlns:x='urn:x'>other</x:name>"),
    ))
    .await;
    let error = read.unwrap_err().to_string();
    assert!(
        error.contains("`{urn:example:depot}name` is missing"),
        "{error}"
    );
    // A wildcard takes what is in a namespace, and is not asked for what is in none.
    let (read, drift) = plan(
        "<d:PlanResponse><d:parcel><d:number>1</d:number><number>2</number></d:parcel>\
         </d:PlanResponse>",
    )
    .await;
    let parcel = read.unwrap().parcel.unwrap();
    assert_eq!((parcel.number, parcel.any.len()), (2, 1));
    assert!(drift.is_empty(), "{drift}");
}

#[tokio::test]
async fn strictly_both_names_are_shown() {
    let leniency = Leniency {
        namespaces: false,
        ..Leniency::default()
    };
    let (read, _) = fetch_by(leniency, "<FetchResponse/>").await;
    let error = read.unwrap_err().to_string();
    assert!(
        error
            .contains("`{urn:example:depot}FetchResponse` or a fault, found `FetchResponse` in no"),
        "{error}"
    );
    let (read, drift) = fetch_by(
        leniency,
        &fetched(&item_without("")).replace("d:name", "name"),
    )
    .await;
    let error = read.unwrap_err().to_string();
    assert!(
        error.contains("`{urn:example:depot}name` is missing"),
        "{error}"
    );
    assert_eq!(drift.namespaces, 0);
    // A namespace that the WSDL does not have is another service.
    let (read, _) = fetch("<FetchResponse xmlns='urn:example:depot:v2'/>").await;
    let error = read.unwrap_err().to_string();
    assert!(
        error.contains("found `{urn:example:depot:v2}FetchResponse`"),
        "{error}"
    );
}
