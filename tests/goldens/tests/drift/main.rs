//! Answers that are not as the WSDL says: what is forgiven, and what is an error.

use saponify::transport::testing::Scripted;
use saponify::{Drift, Error, Leniency, Retry};
use saponify_goldens::depot::{Depot, FetchResponse, PlanResponse, Scales, WeighResponse};

mod namespaces;
mod nil;
mod plain;
mod required;
mod values;

const SOAP11: &str = "http://schemas.xmlsoap.org/soap/envelope/";

/// An envelope with these headers and this body. `d` is the namespace of the service, `l` that of the
/// loose schema, and there is no default namespace.
fn envelope(headers: &str, body: &str) -> String {
    format!(
        "<e:Envelope xmlns:e='{SOAP11}' xmlns:d='urn:example:depot' xmlns:l='urn:example:loose' \
         xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance'><e:Header>{headers}</e:Header>\
         <e:Body>{body}</e:Body></e:Envelope>"
    )
}

fn service(body: &str) -> Scripted {
    Scripted::new().answer_with(200, "text/xml", envelope("", body))
}

fn depot(service: &Scripted, leniency: Leniency) -> Depot {
    let builder = Depot::builder().transport(service.clone());
    let builder = builder.retry(Retry::none()).leniency(leniency);
    builder.anonymous(None).unwrap()
}

/// What `fetch` makes of this body, and what was forgiven.
async fn fetch_by(leniency: Leniency, body: &str) -> (Result<FetchResponse, Error>, Drift) {
    let soap = depot(&service(body), leniency);
    let fetched = soap.fetch(None).await;
    (fetched, soap.client().drift())
}

async fn fetch(body: &str) -> (Result<FetchResponse, Error>, Drift) {
    fetch_by(Leniency::default(), body).await
}

async fn plan_by(leniency: Leniency, body: &str) -> (Result<PlanResponse, Error>, Drift) {
    let soap = depot(&service(body), leniency);
    let planned = soap.plan().await;
    (planned, soap.client().drift())
}

async fn plan(body: &str) -> (Result<PlanResponse, Error>, Drift) {
    plan_by(Leniency::default(), body).await
}

async fn weigh(body: &str) -> (Result<WeighResponse, Error>, Drift) {
    let builder = Scales::builder().transport(service(body));
    let soap = builder.retry(Retry::none()).anonymous(None).unwrap();
    let weighed = soap.weigh("it").await;
    (weighed, soap.client().drift())
}

/// The required content of an item, without the element of this name.
fn item_without(name: &str) -> String {
    let all = [
        ("name", "<d:name>bolt</d:name>"),
        ("weight", "<d:weight>1.50</d:weight>"),
        ("packed", "<d:packed>true</d:packed>"),
        ("label", "<d:label>x</d:label>"),
        ("tag", "<d:tag>a</d:tag><d:tag>b</d:tag>"),
    ];
    let kept = all.iter().filter(|(other, _)| *other != name);
    kept.map(|(_, xml)| *xml).collect()
}

/// An answer to `fetch` whose item has this content.
fn fetched(content: &str) -> String {
    format!("<d:FetchResponse><d:item code='7'>{content}</d:item></d:FetchResponse>")
}
