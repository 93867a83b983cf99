//! Answers whose end two readers could see in different places.

use crate::support::*;

/// The connection of a response with such headers, and what a second request gets.
async fn twice(first: &'static str) -> (Result<Vec<u8>, String>, Vec<u8>, usize) {
    let server = Server::start(move |number, _| match number {
        0 => vec![write(format!(
            "HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n{first}"
        ))],
        _ => ok("<second/>"),
    })
    .await;
    let https = https();
    let came = call(&https, server.request("")).await;
    let came = came.map(|(_, body)| body).map_err(|error| {
        assert!(error.is_protocol() && error.maybe_applied(), "{error:?}");
        texts(&error)
    });
    let next = call(&https, server.request("")).await.unwrap().1;
    (came, next, server.connections())
}

#[tokio::test]
async fn a_connection_with_a_length_and_chunks_is_not_used_again() {
    // What follows the chunks is an answer by the length, which would go to the next request.
    let smuggled = "HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\n<forged>";
    let chunks = "5\r\n<ok/>\r\n0\r\n\r\n";
    for (headers, rest) in [
        (
            "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
            "",
        ),
        (
            "Transfer-Encoding: chunked\r\nContent-Length: 15\r\n\r\n",
            "",
        ),
        (
            "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n",
            smuggled,
        ),
        (
            "content-length: 0\r\ntransfer-encoding: Chunked\r\n\r\n",
            smuggled,
        ),
    ] {
        let text: &'static str = format!("{headers}{chunks}{rest}").leak();
        let (came, next, connections) = twice(text).await;
        assert_eq!(came.unwrap(), b"<ok/>", "{headers}");
        assert_eq!(next, b"<second/>", "{headers}");
        assert_eq!(connections, 2, "{headers}");
    }
    // One of both alone keeps the connection.
    for text in [
        "Transfer-Encoding: chunked\r\n\r\n5\r\n<ok/>\r\n0\r\n\r\n",
        "Content-Length: 5\r\n\r\n<ok/>",
    ] {
        let (came, next, connections) = twice(text).await;
        assert_eq!(came.unwrap(), b"<ok/>");
        assert_eq!(next, b"<second/>");
        assert_eq!(connections, 1);
    }
}

#[tokio::test]
async fn lengths_that_differ_end_the_connection() {
    for text in [
        "Content-Length: 5\r\nContent-Length: 6\r\n\r\n<ok/>x",
        "Content-Length: 5, 6\r\n\r\n<ok/>x",
        "Content-Length: +5\r\n\r\n<ok/>",
        "Content-Length: -1\r\n\r\n<ok/>",
        "Content-Length: 0x5\r\n\r\n<ok/>",
        "Transfer-Encoding: chunked, identity\r\n\r\n5\r\n<ok/>\r\n0\r\n\r\n",
        "Transfer-Encoding: chunked\r\n\r\n5x\r\n<ok/>\r\n0\r\n\r\n",
        "Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFF\r\n<ok/>\r\n0\r\n\r\n",
    ] {
        let server = Server::start(move |number, _| match number {
            0 => vec![
                write(format!("HTTP/1.1 200 OK\r\n{text}")),
                // Where only the end of the connection ends the answer.
                Act::Close,
            ],
            _ => ok("<second/>"),
        })
        .await;
        let https = https();
        let came = call(&https, server.request("")).await;
        if !text.starts_with("Transfer-Encoding: chunked, identity") {
            assert!(came.is_err(), "{text}");
        }
        let next = call(&https, server.request("")).await.unwrap().1;
        assert_eq!(
            (next, server.connections()),
            (b"<second/>".to_vec(), 2),
            "{text}"
        );
    }
}

#[tokio::test]
async fn what_was_not_asked_for_is_never_an_answer() {
    // A second answer behind the first one, before the next request is made.
    let forged = "HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\n<forged>";
    let text: &'static str = format!("Content-Length: 5\r\n\r\n<ok/>{forged}").leak();
    let (came, next, _) = twice(text).await;
    assert_eq!(came.unwrap(), b"<ok/>");
    assert_eq!(next, b"<second/>");
}
