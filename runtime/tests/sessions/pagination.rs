//! Streams of rows end well with every row, or with an error that says how far they came.

use std::time::Duration;

use saponify::transport::testing::{Answer, Failure};
use saponify::{Error, Record};

use crate::shape::{Account, Soap};
use crate::support::{Service, batch, fault, names};

/// Rows that came, and the error at the end if there was one.
async fn drain(soap: &Soap) -> (Vec<String>, Option<Error>) {
    let mut rows = soap.records::<Account>("SELECT Name FROM Account");
    let mut came = Vec::new();
    loop {
        match rows.try_next().await {
            Ok(Some(row)) => came.push(row.name().unwrap().to_owned()),
            Ok(None) => return (came, None),
            Err(error) => {
                // After an error it is over.
                assert!(rows.try_next().await.unwrap().is_none());
                return (came, Some(error));
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn every_row_comes_once_although_the_session_ends_between_batches() {
    let service = Service::new(1000, 100);
    let soap = service.connect().await;
    let mut rows = soap.records::<Account>("SELECT Name FROM Account");
    let mut came = Vec::new();
    while let Some(row) = rows.try_next().await.unwrap() {
        if came.len() % 250 == 0 {
            service.expire();
        }
        came.push(row.name().unwrap().to_owned());
    }
    assert_eq!(came, names(0..1000));
    assert!(service.logins() <= 5, "{}", service.logins());
}

#[tokio::test(start_paused = true)]
async fn a_storm_of_streams_makes_two_logins_in_all() {
    let service = Service::new(1000, 100);
    let soap = service.builder().max_cursors(64).connect().await.unwrap();
    let streams = (0..64).map(|_| {
        let (soap, service) = (soap.clone(), service.clone());
        tokio::spawn(async move {
            let mut rows = soap.records::<Account>("SELECT Name FROM Account");
            let mut came = Vec::new();
            while let Some(row) = rows.try_next().await? {
                came.push(row.name().unwrap().to_owned());
                // All are in mid-pagination when the sessions end.
                if came.len() == 350 {
                    tokio::time::sleep(Duration::from_secs(1)).await;
                }
            }
            drop(service);
            Ok::<_, Error>(came)
        })
    });
    let streams: Vec<_> = streams.collect();
    tokio::time::sleep(Duration::from_millis(500)).await;
    service.expire();
    for stream in streams {
        assert_eq!(stream.await.unwrap().unwrap(), names(0..1000));
    }
    assert_eq!(service.logins(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_locator_is_used_once() {
    // The answer to the second batch is lost: the locator may be used up.
    let service = Service::new(300, 100);
    let soap = service.connect().await;
    service.as_due();
    service.instead(Answer::fail(Failure::Reset));
    let (came, error) = drain(&soap).await;
    let error = error.unwrap();
    assert_eq!(came, names(0..100));
    assert_eq!(error.rows_delivered(), Some(100));
    assert_eq!(
        error.last_row().and_then(|row| row.text("Name")),
        Some("row 0099")
    );
    let more = service
        .seen()
        .iter()
        .filter(|seen| seen.starts_with("queryMore"))
        .count();
    assert_eq!(more, 1);
    // What certainly did not reach the service, or was refused by it, is asked for again.
    for answer in [
        Answer::fail(Failure::Connect),
        fault("SERVER_UNAVAILABLE", "busy"),
    ] {
        let service = Service::new(300, 100);
        let soap = service.connect().await;
        service.as_due();
        service.instead(answer);
        assert_eq!(drain(&soap).await.0, names(0..300));
    }
}

#[tokio::test(start_paused = true)]
async fn answers_that_do_not_add_up_are_errors() {
    let first = |more, size| batch("query", &names(0..2), more, size);
    let next = |rows: &[String], more, size| batch("queryMore", rows, more, size);
    let incomplete = [
        ("too few", vec![first(None, 3)], 2),
        ("too many", vec![first(None, 1)], 2),
        ("more without a locator", vec![first(Some(""), 3)], 2),
        (
            "the same locator",
            vec![first(Some("a"), -1), next(&names(2..3), Some("a"), -1)],
            3,
        ),
        (
            "a circle of locators",
            vec![
                first(Some("a"), -1),
                next(&names(2..3), Some("b"), -1),
                next(&names(3..4), Some("a"), -1),
            ],
            4,
        ),
        (
            "an empty batch",
            vec![first(Some("a"), 3), next(&[], Some("b"), 3)],
            2,
        ),
        (
            "more than announced",
            vec![first(Some("a"), 3), next(&names(2..5), Some("b"), 3)],
            3,
        ),
    ];
    for (name, answers, expected) in incomplete {
        let service = Service::empty();
        let soap = service.connect().await;
        for answer in answers {
            service.instead(answer);
        }
        let (came, error) = drain(&soap).await;
        let error = error.unwrap_or_else(|| panic!("{name}: ended well"));
        assert!(
            error.is_incomplete() && !error.maybe_applied(),
            "{name}: {error}"
        );
        assert_eq!(came.len(), expected, "{name}: {error}");
        assert_eq!(error.rows_delivered(), Some(expected as u64), "{name}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_truncated_batch_never_ends_well() {
    let whole = batch("query", &names(0..3), None, 3);
    for cut in [whole.len() / 3, whole.len() / 2, whole.len() - 5] {
        let service = Service::empty();
        let soap = service.connect().await;
        for _ in 0..3 {
            service.instead(Answer::cut_off(whole[..cut].to_owned()));
        }
        let (came, error) = drain(&soap).await;
        let error = error.unwrap();
        assert!(error.is_truncated(), "{error}");
        assert_eq!(error.rows_delivered(), Some(came.len() as u64));
    }
}

/// `Name` is unique here, as an external id is.
async fn drain_resuming(service: &Service) -> (Vec<String>, Option<Error>) {
    let soap = service.connect().await;
    let query = "SELECT Name FROM Account WHERE Type = 'x'";
    let mut rows = soap.records::<Account>(query).resume_by(Account::NAME);
    let mut came = Vec::new();
    loop {
        match rows.try_next().await {
            Ok(Some(row)) => came.push(row.name().unwrap().to_owned()),
            Ok(None) => return (came, None),
            Err(error) => return (came, Some(error)),
        }
    }
}

#[tokio::test(start_paused = true)]
async fn with_a_key_a_stream_goes_on_by_itself() {
    for lost in [
        fault("INVALID_QUERY_LOCATOR", "gone"),
        Answer::fail(Failure::Reset),
        Answer::cut_off(batch("queryMore", &names(100..103), None, 3)[..500].to_owned()),
        batch("queryMore", &[], Some("b"), 3).into(),
    ] {
        let service = Service::new(500, 100);
        service.as_due();
        service.instead(lost);
        let (came, error) = drain_resuming(&service).await;
        assert!(error.is_none(), "{error:?}");
        assert_eq!(came, names(0..500));
        let queries: Vec<_> = service
            .seen()
            .into_iter()
            .filter(|seen| seen.starts_with("query "))
            .collect();
        assert_eq!(
            queries[0],
            "query SELECT Name FROM Account WHERE Type = 'x' ORDER BY Name, Id"
        );
        assert!(
            queries[1].starts_with(
                "query SELECT Name FROM Account WHERE (Type = 'x') AND Name >= 'row 0"
            ) && queries[1].ends_with("ORDER BY Name, Id"),
            "{}",
            queries[1]
        );
    }
}

#[tokio::test(start_paused = true)]
async fn resuming_without_progress_has_an_end() {
    let service = Service::new(500, 100);
    service.as_due();
    for _ in 0..100 {
        service.instead(fault("INVALID_QUERY_LOCATOR", "gone"));
    }
    let (came, error) = drain_resuming(&service).await;
    assert_eq!(came, names(0..100));
    assert!(error.unwrap().rows_delivered() == Some(100));
    assert!(service.seen().len() < 20, "{}", service.seen().len());
}

#[tokio::test(start_paused = true)]
async fn a_query_that_cannot_be_ordered_is_refused() {
    let service = Service::new(5, 2);
    let soap = service.connect().await;
    let query = "SELECT Name FROM Account LIMIT 3";
    let mut rows = soap.records::<Account>(query).resume_by(Account::NAME);
    let error = rows.try_next().await.unwrap_err();
    assert!(
        error.is_usage() && error.to_string().contains("LIMIT"),
        "{error}"
    );
    assert!(service.seen().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_ninth_cursor_waits_for_one_of_eight() {
    let service = Service::new(300, 100);
    let soap = service
        .builder()
        .deadline(Duration::from_secs(5))
        .connect()
        .await
        .unwrap();
    let mut open = Vec::new();
    for _ in 0..8 {
        let mut rows = soap.records::<Account>("SELECT Name FROM Account");
        rows.try_next().await.unwrap().unwrap();
        open.push(rows);
    }
    let error = drain(&soap).await.1.unwrap();
    assert!(
        error.is_timeout() && error.to_string().contains("max_cursors"),
        "{error}"
    );
    // One that is dropped makes room, and so does one that has given all its rows.
    open.pop();
    assert_eq!(drain(&soap).await.0.len(), 300);
    let mut last = open.pop().unwrap();
    while last.try_next().await.unwrap().is_some() {}
    assert_eq!(drain(&soap).await.0.len(), 300);
    drop(last);
    drop(open);
}

#[tokio::test(start_paused = true)]
async fn an_untyped_row_is_kept_as_the_last_one() {
    let service = Service::empty();
    let soap = service.connect().await;
    service.instead(batch("query", &names(0..2), None, 9));
    let mut rows = soap.records::<Record>("SELECT Name FROM Account");
    let error = loop {
        if let Err(error) = rows.try_next().await {
            break error;
        }
    };
    assert_eq!(error.last_row().unwrap().text("Name"), Some("row 0001"));
    // Values of fields are in no text.
    assert!(!format!("{error} {error:?}").contains("row 0001"));
}
