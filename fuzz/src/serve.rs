//! Checks of the server side.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context as Task, Poll};

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderName};
use http::{HeaderMap, HeaderValue, Method, Request, Uri};
use http_body::Frame;
use saponify::probe;
use saponify::server::{Context, Fault, Server};

use crate::LIMITS;

#[path = "../../codegen/tests/fixtures/server/expected/mod.rs"]
#[allow(dead_code, unreachable_pub, unused_imports)]
mod generated;

use generated::library::{Book, LendResponse, Reader};
use generated::server::{LendFault, Library};
use generated::{operations, server_};

struct Shelves;

impl Library for Shelves {
    async fn find(
        &self,
        context: &Context<operations::Find>,
        title: String,
        shelf: Option<server_::Shelf>,
    ) -> Result<Vec<Book>, Fault> {
        let other = context.other_headers().iter().map(|e| e.name.to_string());
        Ok(vec![Book {
            title,
            pages: shelf.map(|shelf| shelf.row),
            note: other.map(Some).collect(),
        }])
    }

    async fn lend(
        &self,
        context: &Context<operations::Lend>,
        book: Book,
        days: i32,
    ) -> Result<LendResponse, LendFault> {
        let reader = context.header::<Reader>()?.map(|reader| reader.card);
        match days {
            0 => Err(LendFault::Closed(book.title)),
            _ => Ok(LendResponse {
                reader,
                ..LendResponse::default()
            }),
        }
    }

    async fn returned(&self, _: &Context<operations::Returned>, _: String) -> Result<(), Fault> {
        Ok(())
    }
}

/// A body in pieces.
struct Pieces(VecDeque<Bytes>);

impl http_body::Body for Pieces {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Task<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Ready(self.0.pop_front().map(|piece| Ok(Frame::data(piece))))
    }
}

thread_local! {
    static RUNTIME: tokio::runtime::Runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .expect("a runtime without sockets");
    static SERVER: Server = Shelves
        .into_server()
        .limits(LIMITS)
        .understands("urn:w", "Security");
}

/// Sends bytes as a request: the size of the pieces, the method, lines with the path and the headers,
/// an empty line, and the body. Pieces of any size must get the same response.
pub fn serve(data: &[u8]) {
    let [size, method, rest @ ..] = data else {
        return;
    };
    let method = match method {
        b'G' => Method::GET,
        b'H' => Method::HEAD,
        _ => Method::POST,
    };
    let end = rest.windows(2).position(|pair| pair == b"\n\n");
    let (head, body) = match end {
        Some(end) => (&rest[..end], &rest[end + 2..]),
        None => (rest, &[][..]),
    };
    let mut lines = head.split(|byte| *byte == b'\n');
    let path = lines.next().and_then(|path| Uri::try_from(path).ok());
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/xml"));
    for line in lines {
        let Some(colon) = line.iter().position(|byte| *byte == b':') else {
            continue;
        };
        let name = HeaderName::from_bytes(&line[..colon]);
        let value = HeaderValue::from_bytes(line[colon + 1..].trim_ascii());
        if let (Ok(name), Ok(value)) = (name, value) {
            headers.insert(name, value);
        }
    }
    let send = |pieces: VecDeque<Bytes>| {
        let mut request = Request::new(Pieces(pieces));
        *request.method_mut() = method.clone();
        *request.uri_mut() = path.clone().unwrap_or_default();
        *request.headers_mut() = headers.clone();
        let server = SERVER.with(Server::clone);
        let answer = RUNTIME.with(|runtime| runtime.block_on(server.handle(request)));
        let (parts, body) = answer.into_parts();
        (parts.status, parts.headers, body.into_bytes())
    };
    let whole = send([Bytes::copy_from_slice(body)].into());
    let pieces = body.chunks(usize::from(*size).max(1));
    let in_pieces = send(pieces.map(Bytes::copy_from_slice).collect());
    assert_eq!(in_pieces, whole);

    let (status, headers, body) = whole;
    let known = [200, 202, 400, 404, 405, 413, 415, 500];
    assert!(known.contains(&status.as_u16()), "{status}");
    assert!(status != 500 || body.len() < 20_000, "{}", body.len());
    let media = headers
        .get(CONTENT_TYPE)
        .map_or(&b""[..], |media| media.as_bytes());
    let is_packed = headers.contains_key(http::header::CONTENT_ENCODING);
    if media.starts_with(b"text/xml") && !body.is_empty() && !is_packed {
        let limits = saponify::Limits::default();
        let read = probe::read([&*body], limits);
        assert!(read.is_ok(), "{read:?} {}", String::from_utf8_lossy(&body));
    }
    // A panic while a request is read would become this fault. The handler has none of its own.
    let internal = b"<faultstring>the request could not be processed because of an internal error";
    let mut places = body.windows(internal.len());
    assert!(places.all(|place| place != internal));
}
