//! Failed calls are repeated by the rule, and no others.

use std::time::Duration;

use saponify::transport::testing::{Answer, Failure};
use saponify::{Error, Repeat, Retry};

use crate::shape::{Account, Soap, operations};
use crate::support::{Service, fault};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Op {
    Query,
    Create,
}

async fn call(soap: &Soap, op: Op) -> Result<(), Error> {
    match op {
        Op::Query => soap.query("SELECT").await.map(drop),
        Op::Create => soap.create(&[Account::new()]).await.map(drop),
    }
}

fn page(status: u16) -> Answer {
    Answer::new(status, "text/html", "<html><title>Down</title></html>")
}

/// Every failure once, for a safe and for an unsafe operation: how many requests there are, and
/// whether the outcome is unknown at the end.
#[tokio::test(start_paused = true)]
async fn the_matrix() {
    use Op::{Create, Query};
    let busy = || fault("SERVER_UNAVAILABLE", "busy");
    let lock = || fault("UNABLE_TO_LOCK_ROW", "locked");
    let limit = || fault("REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.");
    let wrong = || fault("MALFORMED_QUERY", "wrong");
    let slow = || fault("REQUEST_RUNNING_TOO_LONG", "slow");
    // Failure, whether it goes on forever, requests by query and by create, doubt after create.
    let table: [(&str, Answer, usize, usize, bool); 16] = [
        ("no connection", Answer::fail(Failure::Connect), 3, 3, false),
        ("bad certificate", Answer::fail(Failure::Tls), 1, 1, false),
        ("reset", Answer::fail(Failure::Reset), 3, 1, true),
        ("timeout", Answer::fail(Failure::Timeout), 3, 1, true),
        ("cut off", Answer::cut_off("<e:Envelope"), 3, 1, true),
        ("busy", busy(), 3, 1, false),
        ("locked", lock(), 3, 1, false),
        ("out of calls", limit(), 1, 1, false),
        ("wrong", wrong(), 1, 1, false),
        ("slow", slow(), 3, 1, true),
        ("page 200", page(200), 2, 1, true),
        ("page 503", page(503), 3, 1, true),
        ("page 429", page(429), 3, 1, false),
        ("page 404", page(404), 1, 1, false),
        ("empty 500", Answer::new(500, "text/xml", ""), 1, 1, true),
        (
            "not XML",
            Answer::new(200, "text/plain", "hello"),
            1,
            1,
            true,
        ),
    ];
    for (name, answer, by_query, by_create, doubt) in table {
        for (op, expected) in [(Query, by_query), (Create, by_create)] {
            let service = Service::empty();
            let soap = service.connect().await;
            for _ in 0..9 {
                service.instead(answer.clone());
            }
            let error = call(&soap, op).await.unwrap_err();
            assert_eq!(service.seen().len(), expected, "{name} {op:?}: {error}");
            if op == Create {
                assert_eq!(error.maybe_applied(), doubt, "{name}: {error}");
                let advised = error.to_string().contains("outcome is unknown");
                assert_eq!(advised, doubt, "{name}: {error}");
            }
            assert!(error.operation().is_some());
        }
    }
}

#[tokio::test(start_paused = true)]
async fn what_passes_is_not_noticed() {
    let service = Service::empty();
    let soap = service.connect().await;
    for answer in [
        Answer::fail(Failure::Connect),
        Answer::fail(Failure::Reset),
        fault("SERVER_UNAVAILABLE", "busy"),
        page(503),
        page(200),
    ] {
        service.instead(answer);
        soap.query("SELECT").await.unwrap();
    }
    assert_eq!(service.seen().len(), 10);
}

#[tokio::test(start_paused = true)]
async fn settings_and_calls_change_what_is_repeated() {
    let reset = || Answer::fail(Failure::Reset);
    let busy = || fault("SERVER_UNAVAILABLE", "busy");
    let requests = async |retry: Retry, repeat: Option<Repeat>, answer: Answer| {
        let service = Service::empty();
        let soap = service.builder().retry(retry).connect().await.unwrap();
        for _ in 0..9 {
            service.instead(answer.clone());
        }
        let rows = [Account::new()];
        let call = soap.create(&rows);
        let call = match repeat {
            Some(repeat) => call.repeat(repeat),
            None => call,
        };
        call.await.unwrap_err();
        service.seen().len()
    };
    let plain = Retry::default;
    for (retry, repeat, answer, expected) in [
        (plain(), None, reset(), 1),
        (plain(), Some(Repeat::Safe), reset(), 3),
        (plain(), Some(Repeat::Idempotent), reset(), 1),
        (
            plain().repeat_idempotent(true),
            Some(Repeat::Idempotent),
            reset(),
            3,
        ),
        (plain().repeat_idempotent(true), None, reset(), 1),
        (plain().repeat_refused(true), None, reset(), 1),
        (plain().repeat_refused(true), None, busy(), 3),
        (plain().attempts(5), Some(Repeat::Safe), reset(), 5),
        (plain().attempts(0), Some(Repeat::Safe), reset(), 1),
        (plain().budget(20), Some(Repeat::Safe), reset(), 2),
        (Retry::none(), Some(Repeat::Safe), reset(), 1),
    ] {
        let name = format!("{retry:?} {repeat:?}");
        assert_eq!(requests(retry, repeat, answer).await, expected, "{name}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_client_may_change_the_class_of_an_operation() {
    let service = Service::empty();
    let builder = service
        .builder()
        .repeat::<operations::Query>(Repeat::Unsafe);
    let soap = builder.connect().await.unwrap();
    service.instead(Answer::fail(Failure::Reset));
    assert!(soap.query("SELECT").await.unwrap_err().maybe_applied());
    service.instead(Answer::fail(Failure::Reset));
    soap.query("SELECT").repeat(Repeat::Safe).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn no_call_outlasts_its_deadline() {
    let service = Service::empty();
    let retry = Retry::default().attempts(100);
    let builder = service
        .builder()
        .retry(retry)
        .deadline(Duration::from_secs(30));
    let soap = builder.connect().await.unwrap();
    for _ in 0..100 {
        service.instead(Answer::fail(Failure::Connect));
    }
    let start = tokio::time::Instant::now();
    soap.query("SELECT").await.unwrap_err();
    assert!(start.elapsed() <= Duration::from_secs(30));
    // A service that says nothing.
    let service = Service::empty();
    let soap = service.builder().connect().await.unwrap();
    service.instead(Answer::hang());
    let start = tokio::time::Instant::now();
    let call = soap.query("SELECT").deadline(Duration::from_secs(7));
    let error = call.await.unwrap_err();
    assert_eq!(start.elapsed().as_secs(), 7);
    assert!(error.is_timeout() && error.maybe_applied(), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_service_that_is_down_is_not_stormed() {
    let service = Service::empty();
    let soap = service
        .builder()
        .retry(Retry::default().attempts(50))
        .connect()
        .await
        .unwrap();
    for _ in 0..20_000 {
        service.instead(page(503));
    }
    let calls = (0..200).map(|_| {
        let soap = soap.clone();
        tokio::spawn(async move { soap.query("SELECT").await.is_err() })
    });
    for call in calls.collect::<Vec<_>>() {
        assert!(call.await.unwrap());
    }
    // 500 tokens pay 35 retries of 14.
    assert_eq!(service.seen().len(), 235);
}

#[tokio::test(start_paused = true)]
async fn no_runtime_means_no_pauses_but_still_answers() {
    let service = Service::empty();
    let soap = service.connect().await;
    let transport = service.transport();
    drop(transport);
    let call = std::thread::spawn(move || {
        let mut call = Box::pin(async move { soap.query("SELECT").await.map(drop) });
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        match call.as_mut().poll(&mut context) {
            std::task::Poll::Ready(result) => result,
            std::task::Poll::Pending => panic!("it waits for nothing"),
        }
    });
    call.join().unwrap().unwrap();
}
