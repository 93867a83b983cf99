//! Calls of all styles: the generated client calls the generated server in memory.

use saponify::server::{Context, Fault, InMemory, Server};
use saponify_goldens::rpc;
use saponify_goldens::server::library::{Fee, Reader};
use saponify_goldens::server::server::Library as _;
use saponify_goldens::server::{Library, Library12};
use saponify_goldens::styles::{
    Document, Document12, Encoded, Encoded12, Rpc, encoded, operations, server, styles,
};
use styles::{Colour, Seed, Sown, WeighResponse};

use super::library::{MyLibrary, book};
use super::{TEXT_XML, envelope, post};

macro_rules! client {
    ($client:ty, $server:expr) => {{
        let builder = <$client>::builder().transport(InMemory::new($server));
        builder.anonymous(Some("https://localhost/soap")).unwrap()
    }};
}

/// Implements the port types of the fixture `styles`.
pub(crate) struct Echo;

impl server::Document for Echo {
    async fn sow(
        &self,
        _: &Context<operations::Sow>,
        seed: Seed,
    ) -> Result<Sown, server::SowFault> {
        if seed.name.is_empty() {
            let reason = "a seed needs a name".to_owned();
            return Err(styles::Refused { reason }.into());
        }
        Ok(Sown {
            id: seed.grams.map_or(0, |grams| grams as i32),
            note: Some(seed.name),
            at: "2026-01-15T05:00:00Z".parse().unwrap(),
        })
    }

    async fn count(
        &self,
        _: &Context<operations::Count>,
        colour: Option<Colour>,
    ) -> Result<i32, Fault> {
        Ok(colour.map_or(-1, |colour| colour.as_str().len() as i32))
    }

    async fn paint(
        &self,
        _: &Context<operations::Paint>,
        count: i32,
    ) -> Result<Option<Colour>, Fault> {
        Ok((count > 0).then_some(Colour::Red))
    }

    async fn weigh(
        &self,
        _: &Context<operations::Weigh>,
        seed: Vec<Seed>,
        unit: String,
    ) -> Result<WeighResponse, Fault> {
        assert_eq!(unit, "g & more");
        Ok(WeighResponse {
            total: seed.iter().filter_map(|seed| seed.grams).sum(),
            heaviest: seed.into_iter().last(),
        })
    }

    async fn ping(&self, _: &Context<operations::Ping>) -> Result<(), Fault> {
        Ok(())
    }

    async fn swap(
        &self,
        _: &Context<operations::Swap>,
        seed: Seed,
        count: i32,
    ) -> Result<styles::SwapResponse, Fault> {
        Ok(styles::SwapResponse {
            seed,
            count: count + 1,
        })
    }

    async fn say(&self, _: &Context<operations::Say>, text: String) -> Result<(), Fault> {
        match text.as_str() {
            "hello" => Ok(()),
            _ => Err(Fault::sender("say hello")),
        }
    }

    async fn photograph(
        &self,
        _: &Context<operations::Photograph>,
    ) -> Result<styles::Photo, Fault> {
        Ok(styles::Photo {
            image: vec![0, 1, 254, 255].into(),
            ..styles::Photo::default()
        })
    }
}

impl server::Rpc for Echo {
    async fn measure(
        &self,
        _: &Context<operations::Measure>,
        seed: Seed,
        times: i32,
    ) -> Result<saponify_goldens::styles::calls::MeasureResponse, Fault> {
        Ok(saponify_goldens::styles::calls::MeasureResponse {
            grams: seed.grams.unwrap_or_default() * f64::from(times),
            times,
        })
    }

    async fn reset(&self, _: &Context<operations::Reset>) -> Result<(), Fault> {
        Ok(())
    }
}

impl server::Encoded for Echo {
    async fn plants(
        &self,
        _: &Context<operations::Plants>,
        plants: encoded::ArrayOfPlant,
        names: encoded::ArrayOfString,
        limit: i32,
        _: Colour,
    ) -> Result<encoded::ArrayOfPlant, server::PlantsFault> {
        if limit == 0 {
            return Err(encoded::Wilted { days: 3 }.into());
        }
        let mut all = plants;
        for name in names.item {
            all.item.push(name.map(|name| encoded::Plant {
                name,
                ..encoded::Plant::default()
            }));
        }
        Ok(all)
    }

    async fn name(
        &self,
        _: &Context<operations::Name>,
        plant: encoded::Plant,
    ) -> Result<String, Fault> {
        Ok(plant.name)
    }
}

fn document() -> Server {
    server::Document::into_server(Echo)
}

fn seed() -> Seed {
    Seed {
        name: "Rye".to_owned(),
        grams: Some(2.0),
        organic: Some(true),
    }
}

#[tokio::test]
async fn documents_in_both_versions() {
    macro_rules! check {
        ($client:ty) => {{
            let soap = client!($client, document());
            let sown = soap.sow(&seed()).await.unwrap();
            assert_eq!((sown.id, sown.note.as_deref()), (2, Some("Rye")));
            assert_eq!(soap.count(Some(&Colour::Red)).await.unwrap(), 3);
            assert_eq!(soap.count(None).await.unwrap(), -1);
            assert_eq!(soap.paint(1).await.unwrap(), Some(Colour::Red));
            assert_eq!(soap.paint(0).await.unwrap(), None);
            let weighed = soap.weigh(&[seed(), seed()], "g & more").await.unwrap();
            assert_eq!((weighed.total, weighed.heaviest), (4.0, Some(seed())));
            soap.ping().await.unwrap();
            let swapped = soap.swap(&seed(), 7).await.unwrap();
            assert_eq!((swapped.seed, swapped.count), (seed(), 8));
            soap.say("hello").await.unwrap();
            let error = soap.say("").await.unwrap_err();
            assert_eq!(error.fault().unwrap().message(), "say hello");
        }};
    }
    check!(Document);
    check!(Document12);
}

/// Of the operations with an empty body, the first one is called, unless the action says otherwise.
#[tokio::test]
async fn empty_bodies() {
    let soap = client!(Document, document());
    let error = soap.noop().await.unwrap_err();
    let message = error.fault().unwrap().message().to_owned();
    assert!(
        message.contains("does not implement the operation noop"),
        "{message}"
    );
}

#[tokio::test]
async fn a_declared_fault_has_its_type() {
    let soap = client!(Document12, document());
    let error = soap.sow(&Seed::default()).await.unwrap_err();
    let fault = error.fault().unwrap();
    assert_eq!(fault.soap_code(), "Sender");
    let refused: styles::Refused = fault.detail().unwrap().unwrap();
    assert_eq!(refused.reason, "a seed needs a name");
}

#[tokio::test]
async fn rpc() {
    let soap = client!(Rpc, server::Rpc::into_server(Echo));
    let measured = soap.measure(&seed(), 3).await.unwrap();
    assert_eq!((measured.grams, measured.times), (6.0, 3));
    soap.reset().await.unwrap();
}

#[tokio::test]
async fn encoded_in_both_versions() {
    let plant = |name: &str| encoded::Plant {
        name: name.to_owned(),
        height: None,
        parent: Some(Box::new(encoded::Plant {
            name: "parent".to_owned(),
            height: Some(3),
            parent: None,
        })),
    };
    let plants = encoded::ArrayOfPlant {
        item: vec![Some(plant("a")), None],
    };
    let names = encoded::ArrayOfString {
        item: vec![Some("b".to_owned()), None, Some(String::new())],
    };
    macro_rules! check {
        ($client:ty) => {{
            let soap = client!($client, server::Encoded::into_server(Echo));
            let all = soap.plants(&plants, &names, 1, &Colour::Red).await.unwrap();
            let found = all
                .item
                .iter()
                .map(|plant| plant.as_ref().map(|plant| &*plant.name));
            let found: Vec<_> = found.collect();
            assert_eq!(found, [Some("a"), None, Some("b"), None, Some("")]);
            assert_eq!(all.item[0], Some(plant("a")));
            assert_eq!(soap.name(&plant("x")).await.unwrap(), "x");
            let error = soap
                .plants(&plants, &names, 0, &Colour::Red)
                .await
                .unwrap_err();
            let wilted: encoded::Wilted = error.fault().unwrap().detail().unwrap().unwrap();
            assert_eq!(wilted.days, 3);
        }};
    }
    check!(Encoded);
    check!(Encoded12);
}

/// Axis writes structs as references to elements after the first one of the body.
#[tokio::test]
async fn references_in_requests() {
    let body = "<c:name xmlns:c='urn:example:styles:calls'><plant href='#1'/></c:name>\
                <multiRef id='1'><name>far</name><height>4</height><parent xsi:nil='1'/></multiRef>";
    let server = server::Encoded::into_server(Echo);
    let answer = super::post(&server, super::TEXT_XML, super::envelope(body)).await;
    assert!(answer.text().contains(">far</"), "{}", answer.text());
}

/// Implements the overloads of the fixture `rpc`.
pub(crate) struct Station;

impl rpc::server::Weather for Station {
    async fn read_one(
        &self,
        _: &Context<rpc::operations::read_one>,
        station: String,
    ) -> Result<rpc::weather::Reading, Fault> {
        Err(Fault::sender(format!("one {station}")))
    }

    async fn read_all(
        &self,
        _: &Context<rpc::operations::read_all>,
        station: String,
        days: i32,
    ) -> Result<rpc::calls::ReadResponse, Fault> {
        Err(Fault::sender(format!("all {station} {days}")))
    }
}

/// Overloads have the same element. The action tells them apart, or else their arguments do.
#[tokio::test]
async fn overloads() {
    let server = rpc::server::Weather::into_server(Station);
    let soap = client!(rpc::Weather, server.clone());
    let message = |error: saponify::Error| error.fault().unwrap().message().to_owned();
    assert_eq!(message(soap.read_one("A").await.unwrap_err()), "one A");
    assert_eq!(message(soap.read_all("A", 2).await.unwrap_err()), "all A 2");
    for (arguments, expected) in [
        ("<station>A</station><days>2</days>", "all A 2"),
        ("<station>A</station>", "one A"),
    ] {
        let body = format!("<c:read xmlns:c='urn:example:weather:calls'>{arguments}</c:read>");
        let answer = super::post(&server, super::TEXT_XML, super::envelope(&body)).await;
        assert_eq!(answer.fault("Client", 500), expected);
    }
}

#[tokio::test]
async fn headers_in_both_directions() {
    macro_rules! check {
        ($client:ty) => {{
            let soap = client!($client, MyLibrary::default().into_server());
            let reader = Reader {
                card: "42 & 43".to_owned(),
            };
            let reply = soap.lend(&book("a"), 3).with(reader).reply().await.unwrap();
            assert_eq!(reply.value().reader.as_deref(), Some("42 & 43"));
            assert_eq!(reply.header::<Fee>().unwrap().unwrap().cents, 30);
            let reply = soap.lend(&book("a"), 1).reply().await.unwrap();
            assert_eq!(reply.value().reader, None);
        }};
    }
    check!(Library);
    check!(Library12);
}

#[tokio::test]
async fn one_way_messages() {
    let library = MyLibrary::default();
    let soap = client!(Library, library.clone().into_server());
    soap.returned("a book").await.unwrap();
    assert_eq!(*library.returned.lock().unwrap(), ["a book"]);
}

#[tokio::test]
async fn nil_items_and_absent_values() {
    let soap = client!(Library12, MyLibrary::default().into_server());
    let found = soap.find("x <y>", None).await.unwrap();
    assert_eq!((found[0].title.as_str(), found[0].pages), ("x <y>", None));
    assert_eq!(
        found[0].note,
        [Some("<&>".to_owned()), None, Some(String::new())]
    );
    let shelf = saponify_goldens::server::server_::Shelf { row: 9 };
    let found = soap.find("x", Some(&shelf)).await.unwrap();
    assert_eq!(found[0].pages, Some(9));
}

/// The form and the token request of OAuth are not SOAP.
#[tokio::test]
async fn only_soap_reaches_a_server_in_memory() {
    use saponify::transport::{Request, Transport as _};
    let endpoint = saponify::Endpoint::parse("https://localhost/").unwrap();
    let transport = InMemory::new(document());
    let error = transport
        .send(Request::form(endpoint, "token", "a=b"))
        .await;
    assert!(
        error
            .unwrap_err()
            .to_string()
            .contains("SOAP requests only")
    );
}

/// The compiler bounds how deep types may be nested, and a WSDL does not bound the arguments.
#[tokio::test]
async fn two_hundred_arguments() {
    struct Sums;
    impl saponify_goldens::wide::server::Wide for Sums {}
    let server = saponify_goldens::wide::server::Wide::into_server(Sums);
    let sum = |last: &str| {
        let arguments: String = (1..200).map(|n| format!("<a{n}>{n}</a{n}>")).collect();
        envelope(&format!(
            "<w:sum xmlns:w='urn:wide'>{arguments}<a200>{last}</a200></w:sum>"
        ))
    };
    let reason = post(&server, TEXT_XML, sum("200"))
        .await
        .fault("Server", 500);
    assert!(reason.contains("does not implement"), "{reason}");
    let reason = post(&server, TEXT_XML, sum("x")).await.fault("Client", 500);
    assert!(reason.contains("a200"), "{reason}");
}
