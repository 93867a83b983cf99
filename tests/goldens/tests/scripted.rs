//! Answers of a script that are made of typed values, in every style: what is given is what a client
//! reads.

use saponify::transport::testing::Scripted;
use saponify_goldens::styles::operations::{
    Count, Measure, Name, Noop, Paint, Photograph, Ping, Plants, Reset, Say, Sow, Swap, Weigh,
};
use saponify_goldens::styles::{
    Colour, Document, Document12, Encoded, Encoded12, Rpc, calls, encoded, styles,
};
use styles::{Photo, Refused, Seed, Sown, SwapResponse, WeighResponse};

fn seed() -> Seed {
    Seed {
        name: "<Rye> & \"Oat\"".to_owned(),
        grams: Some(1.5),
        organic: Some(true),
    }
}

/// The calls of the document style, for the client of either version of SOAP.
macro_rules! documents {
    ($service:ty) => {{
        let sown = Sown {
            at: "2026-01-15T05:00:00+02:00".parse().unwrap(),
            note: None,
            id: 7,
        };
        let weighed = WeighResponse {
            total: 3.5,
            heaviest: Some(seed()),
        };
        let swapped = SwapResponse {
            seed: seed(),
            count: -3,
        };
        let photo = Photo {
            image: vec![0, 1, 255].into(),
            thumbnail: None,
            original: Some("urn:a?b&c".to_owned()),
        };
        let script = Scripted::new()
            .returns::<Sow>(sown.clone())
            .returns::<Count>(42)
            .returns::<Paint>(Some(Colour::Red))
            .returns::<Paint>(None)
            .returns::<Weigh>(weighed.clone())
            .returns::<Swap>(swapped.clone())
            .returns::<Ping>(())
            .returns::<Noop>(())
            .returns::<Say>(())
            .returns::<Photograph>(photo.clone())
            .fails_with(Refused {
                reason: "too <dry>".to_owned(),
            });
        let builder = <$service>::builder().transport(script.clone());
        let soap = builder.anonymous(None).unwrap();
        assert_eq!(soap.sow(&seed()).await.unwrap(), sown);
        assert_eq!(soap.count(None).await.unwrap(), 42);
        assert_eq!(soap.paint(1).await.unwrap(), Some(Colour::Red));
        assert_eq!(soap.paint(1).await.unwrap(), None);
        assert_eq!(soap.weigh(&[seed()], "g").await.unwrap(), weighed);
        assert_eq!(soap.swap(&seed(), 1).await.unwrap(), swapped);
        soap.ping().await.unwrap();
        soap.noop().await.unwrap();
        soap.say("x").await.unwrap();
        assert_eq!(soap.photograph().await.unwrap(), photo);
        let error = soap.sow(&seed()).await.unwrap_err();
        let detail = error.fault().unwrap().detail::<Refused>().unwrap().unwrap();
        assert_eq!(detail.reason, "too <dry>");
        assert_eq!(script.unused(), 0);
        script
    }};
}

#[tokio::test]
async fn bare_and_wrapped_operations() {
    documents!(Document);
}

#[tokio::test]
async fn soap_1_2_operations() {
    let script = documents!(Document12);
    let media = script.requests()[0].content_type().to_owned();
    assert!(media.starts_with("application/soap+xml"), "{media}");
}

#[tokio::test]
async fn rpc_operations() {
    let measured = calls::MeasureResponse {
        grams: 0.25,
        times: 4,
    };
    let script = Scripted::new()
        .returns::<Measure>(measured.clone())
        .returns::<Reset>(());
    let builder = Rpc::builder().transport(script.clone());
    let soap = builder.anonymous(None).unwrap();
    assert_eq!(soap.measure(&seed(), 4).await.unwrap(), measured);
    soap.reset().await.unwrap();
    assert_eq!(script.unused(), 0);
}

/// The calls of the encoded style, for the client of either version of SOAP.
macro_rules! encodings {
    ($service:ty) => {{
        let plant = |name: &str, parent| encoded::Plant {
            name: name.to_owned(),
            height: Some(3),
            parent,
        };
        let parent = plant("A & B", None);
        let plants = encoded::ArrayOfPlant {
            item: vec![Some(plant("child", Some(Box::new(parent)))), None],
        };
        let script = Scripted::new()
            .returns::<Plants>(plants.clone())
            .returns::<Plants>(encoded::ArrayOfPlant::default())
            .returns::<Name>("<name>");
        let builder = <$service>::builder().transport(script.clone());
        let soap = builder.anonymous(None).unwrap();
        let (none, names) = (plants.clone(), encoded::ArrayOfString::default());
        for expected in [plants, encoded::ArrayOfPlant::default()] {
            let came = soap.plants(&none, &names, 0, &Colour::Red).await.unwrap();
            assert_eq!(came, expected);
        }
        assert_eq!(soap.name(&plant("x", None)).await.unwrap(), "<name>");
        assert_eq!(script.unused(), 0);
    }};
}

#[tokio::test]
async fn encoded_operations() {
    encodings!(Encoded);
}

#[tokio::test]
async fn encoded_operations_of_soap_1_2() {
    encodings!(Encoded12);
}
