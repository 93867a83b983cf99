use super::*;

fn request(operation: &'static str, body: &'static str) -> Request {
    let endpoint = Endpoint::parse("https://soap.example/path").unwrap();
    Request::new(endpoint, operation, "urn:action", body).unwrap()
}

async fn text(transport: &Scripted, operation: &'static str) -> Result<String, TransportError> {
    let response = transport.send(request(operation, "<a/>")).await?;
    let body = response.body.collect(1000).await?;
    Ok(String::from_utf8(body).unwrap())
}

#[tokio::test]
async fn answers_come_in_order() {
    let transport = Scripted::new()
        .answer("<one/>")
        .answer_chunks(["<tw", "o/>"])
        .expect("query", |request| format!("<{}/>", request.operation()))
        .answer_with(500, "text/html", "<three/>");
    assert_eq!(text(&transport, "any").await.unwrap(), "<one/>");
    assert_eq!(text(&transport, "any").await.unwrap(), "<two/>");
    assert_eq!(text(&transport, "query").await.unwrap(), "<query/>");
    let response = transport.send(request("any", "")).await.unwrap();
    assert_eq!(response.status, 500);
    assert_eq!(response.content_type.as_deref(), Some("text/html"));
    assert_eq!(transport.unused(), 0);
}

#[tokio::test]
async fn an_empty_script_and_a_wrong_call_are_usage_errors() {
    let transport = Scripted::new().expect("query", |_| "<a/>");
    let error = text(&transport, "create").await.unwrap_err();
    assert!(error.is_usage() && !error.maybe_applied());
    assert!(error.to_string().contains("query") && error.to_string().contains("create"));
    let error = text(&transport, "create").await.unwrap_err();
    assert!(
        error.is_usage() && error.to_string().contains("request 2"),
        "{error}"
    );
}

#[tokio::test]
async fn otherwise_answers_the_rest() {
    let mut count = 0;
    let transport = Scripted::new().answer("<first/>").otherwise(move |_| {
        count += 1;
        format!("<n{count}/>")
    });
    for expected in ["<first/>", "<n1/>", "<n2/>"] {
        assert_eq!(text(&transport, "any").await.unwrap(), expected);
    }
}

#[tokio::test]
async fn failures_say_whether_anything_was_sent() {
    for (failure, applied) in [
        (Failure::Connect, false),
        (Failure::Tls, false),
        (Failure::Timeout, true),
        (Failure::Reset, true),
    ] {
        let error = text(&Scripted::new().fail(failure), "any")
            .await
            .unwrap_err();
        assert!(error.is_transport(), "{failure:?}");
        assert_eq!(error.maybe_applied(), applied, "{failure:?}");
    }
    let cut = Scripted::new().answer(Answer::cut_off("<a"));
    let error = text(&cut, "any").await.unwrap_err();
    assert!(error.is_truncated() && error.maybe_applied());
}

#[tokio::test]
async fn a_hanging_answer_can_be_abandoned() {
    let transport = Scripted::new().answer(Answer::hang());
    let wait = std::time::Duration::from_millis(1);
    assert!(
        tokio::time::timeout(wait, text(&transport, "any"))
            .await
            .is_err()
    );
    assert_eq!(transport.requests().len(), 1);
}

#[tokio::test]
async fn requests_are_recorded_without_secrets() {
    const BODY: &str = "<e:password>canary</e:password><sessionId a=\"b\">canary</sessionId>\
                        <x:newPassword >canary</x:newPassword><password/>kept<sessionIds>canary";
    let transport = Scripted::new().answer("<a/>");
    transport
        .clone()
        .send(request("login", BODY))
        .await
        .unwrap();
    let recorded = &transport.requests()[0];
    assert_eq!(recorded.operation(), "login");
    assert_eq!(recorded.action(), "urn:action");
    assert_eq!(recorded.endpoint().host(), "soap.example");
    assert_eq!(
        recorded.body(),
        "<e:password>***</e:password><sessionId a=\"b\">***</sessionId>\
         <x:newPassword >***</x:newPassword><password/>kept<sessionIds>***"
    );
    let whole = transport.requests_with_secrets();
    assert_eq!(whole[0].body(), BODY);
    assert!(!format!("{transport:?} {transport:#?} {whole:?}").contains("canary"));
}

#[tokio::test]
async fn forms_are_recorded_without_secrets() {
    const BODY: &str = "grant_type=refresh_token&client_id=3MVG&client_secret=canary\
                        &refresh_token=5Aep%21canary&assertion=canary&custom=canary";
    let endpoint = Endpoint::parse("https://soap.example/services/oauth2/token").unwrap();
    let transport = Scripted::new().answer("{}");
    let form = Request::form(endpoint, "token", BODY);
    transport.clone().send(form).await.unwrap();
    assert_eq!(
        transport.requests()[0].body(),
        "grant_type=refresh_token&client_id=3MVG&client_secret=***&refresh_token=***\
         &assertion=***&custom=***"
    );
    assert_eq!(transport.requests_with_secrets()[0].body(), BODY);
}

#[tokio::test]
async fn a_closure_may_look_at_the_handle() {
    let transport = Scripted::new();
    let handle = transport.clone();
    let transport = transport.expect("any", move |_| format!("<n{}/>", handle.requests().len()));
    assert_eq!(text(&transport, "any").await.unwrap(), "<n1/>");
}
