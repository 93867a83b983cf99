//! Statuses, pages, redirects.

use saponify_sandbox::{Mode, ReplyFlaw};

use super::{CREATE, NOW};
use crate::support::{demo, envelope, start};

#[tokio::test]
async fn pages_redirects_and_statuses_keep_a_call_from_being_carried_out() {
    let tenant = start(demo()).await;
    let session = tenant.session().await;
    for (flaw, status, name, value) in [
        (ReplyFlaw::Html200, 200, "content-type", "text/html"),
        (ReplyFlaw::Html503, 503, "retry-after", "1"),
        (
            ReplyFlaw::Html503Huge,
            503,
            "retry-after",
            "18446744073709551615",
        ),
        (ReplyFlaw::Html503Date, 503, "retry-after", " GMT"),
        (ReplyFlaw::Status401, 401, "content-length", "0"),
        (ReplyFlaw::Status429, 429, "retry-after", "1"),
        (
            ReplyFlaw::Redirect301,
            301,
            "location",
            "https://redirected.invalid/",
        ),
        (
            ReplyFlaw::Redirect302,
            302,
            "location",
            "https://redirected.invalid/",
        ),
        (
            ReplyFlaw::Redirect303,
            303,
            "location",
            "https://redirected.invalid/",
        ),
        (
            ReplyFlaw::Redirect307,
            307,
            "location",
            "https://redirected.invalid/",
        ),
        (
            ReplyFlaw::Redirect308,
            308,
            "location",
            "https://redirected.invalid/",
        ),
        (
            ReplyFlaw::RedirectHttp,
            307,
            "location",
            "http://redirected.invalid/",
        ),
    ] {
        tenant.sandbox.push_mode(Mode::Reply(flaw));
        let header = format!(
            "<t:SessionHeader><t:sessionId>{}</t:sessionId></t:SessionHeader>",
            session.id
        );
        let request = tenant
            .http
            .post(&session.url)
            .body(envelope(&header, CREATE));
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), status, "{flaw:?}");
        let found = response.headers()[name].to_str().unwrap();
        assert!(found.contains(value), "{flaw:?}: {found}");
    }
    let stats = tenant.sandbox.stats();
    assert_eq!((stats.calls("create"), stats.received["create"]), (0, 12));
}

#[tokio::test]
async fn a_call_can_be_carried_out_and_have_a_wrong_response() {
    let tenant = start(demo()).await;
    let session = tenant.session().await;
    for (flaw, status, is_empty) in [
        (ReplyFlaw::XmlAsHtml, 200, false),
        (ReplyFlaw::Ok500, 500, false),
        (ReplyFlaw::Empty200, 200, true),
        (ReplyFlaw::Empty500, 500, true),
    ] {
        tenant.sandbox.push_mode(Mode::Reply(flaw));
        let response = session.call("", CREATE).await;
        assert_eq!(
            (response.status, response.text.is_empty()),
            (status, is_empty)
        );
        assert_eq!(response.has("<createResponse>"), !is_empty);
    }
    assert_eq!(tenant.sandbox.stats().calls("create"), 4);
    let after = session.call("", NOW).await;
    assert_eq!(after.status, 200);
}
