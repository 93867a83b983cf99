//! A minimal HTTP server on this machine for one browser and a few requests. It receives the
//! redirect of a login, or serves one page.
//!
//! It listens only on loopback addresses and reads only the head of a request.

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::timeout;
use zeroize::Zeroizing;

/// The maximum length of the head of a request. An authorization code and its state take a few
/// hundred bytes.
const LONGEST_HEAD: usize = 16 * 1024;
/// The maximum time that a browser may take to send the head of a request or to read the response.
/// Browsers also open connections in advance and then send nothing.
const PATIENCE: Duration = Duration::from_secs(10);
/// The maximum number of connections at a time. A browser opens about six.
const CONNECTIONS: usize = 16;

/// The listening sockets.
#[derive(Debug)]
pub(crate) struct Loopback {
    listeners: Vec<TcpListener>,
    port: u16,
}

/// The target of a request: the first line without the method and the version.
#[derive(Debug)]
pub(crate) struct BrowserRequest {
    pub(crate) method: String,
    /// The path and the query as received.
    pub(crate) target: Zeroizing<String>,
}

/// A page, and what the response says about it.
#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) status: &'static str,
    pub(crate) html: Zeroizing<String>,
    /// The value of `Content-Security-Policy`.
    pub(crate) policy: String,
}

impl Loopback {
    /// Listens on this port of `127.0.0.1` and, if available, of `::1`. The port 0 means any free
    /// port.
    pub(crate) async fn bind(port: u16) -> io::Result<Self> {
        let first = TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port))).await?;
        let port = first.local_addr()?.port();
        let mut listeners = vec![first];
        // A browser may resolve `localhost` to either address. If another program listens on this
        // port of `::1`, that program must not get the redirect, so binding fails.
        match TcpListener::bind(SocketAddr::from((Ipv6Addr::LOCALHOST, port))).await {
            Ok(second) => listeners.push(second),
            Err(error) if error.kind() == io::ErrorKind::AddrInUse => return Err(error),
            Err(_) => {}
        }
        Ok(Self { listeners, port })
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// Answers requests until `answer` returns a result with its page.
    pub(crate) async fn serve<T, F>(self, answer: F) -> T
    where
        T: Send + 'static,
        F: Fn(BrowserRequest) -> (Page, Option<T>) + Clone + Send + Sync + 'static,
    {
        let mut connections = JoinSet::new();
        loop {
            tokio::select! {
                Some(done) = connections.join_next() => {
                    if let Ok(Some(result)) = done {
                        return result;
                    }
                }
                stream = self.accept(), if connections.len() < CONNECTIONS => {
                    if let Ok(stream) = stream {
                        connections.spawn(converse(stream, answer.clone()));
                    }
                }
            }
        }
    }

    async fn accept(&self) -> io::Result<TcpStream> {
        let accepted = std::future::poll_fn(|context| {
            for listener in &self.listeners {
                if let std::task::Poll::Ready(accepted) = listener.poll_accept(context) {
                    return std::task::Poll::Ready(accepted);
                }
            }
            std::task::Poll::Pending
        });
        match accepted.await {
            Ok((stream, _)) => Ok(stream),
            Err(error) => {
                // Usually the process has no free file descriptors. It may have some a moment
                // later.
                tokio::time::sleep(Duration::from_millis(50)).await;
                Err(error)
            }
        }
    }
}

async fn converse<T, F>(mut stream: TcpStream, answer: F) -> Option<T>
where
    F: Fn(BrowserRequest) -> (Page, Option<T>),
{
    let asked = timeout(PATIENCE, read(&mut stream)).await.ok()?.ok()??;
    let head_only = asked.method == "HEAD";
    let (page, result) = answer(asked);
    // The result counts even if the browser closes the connection before it has the page.
    let _ = timeout(PATIENCE, write(&mut stream, &page, head_only)).await;
    result
}

/// Reads the head of a request. Returns `None` if it is not HTTP.
async fn read(stream: &mut TcpStream) -> io::Result<Option<BrowserRequest>> {
    let mut head = Zeroizing::new(vec![0; LONGEST_HEAD]);
    let mut length = 0;
    loop {
        let came = match head.get_mut(length..) {
            Some(room) if !room.is_empty() => stream.read(room).await?,
            _ => return Ok(None),
        };
        length += came;
        let so_far = head.get(..length).unwrap_or_default();
        if so_far.windows(4).any(|end| end == b"\r\n\r\n") {
            return Ok(first_line(so_far));
        }
        if came == 0 {
            return Ok(None);
        }
    }
}

fn first_line(head: &[u8]) -> Option<BrowserRequest> {
    let line = head.split(|byte| *byte == b'\r').next()?;
    let mut words = std::str::from_utf8(line).ok()?.split(' ');
    let (method, target, version) = (words.next()?, words.next()?, words.next()?);
    let is_http = version.starts_with("HTTP/1.") && words.next().is_none();
    (is_http && target.starts_with('/')).then(|| BrowserRequest {
        method: method.to_owned(),
        target: Zeroizing::new(target.to_owned()),
    })
}

async fn write(stream: &mut TcpStream, page: &Page, head_only: bool) -> io::Result<()> {
    let head = format!(
        "HTTP/1.1 {}\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {}\r\n\
         Cache-Control: no-store\r\nReferrer-Policy: no-referrer\r\n\
         X-Content-Type-Options: nosniff\r\nX-Frame-Options: DENY\r\n\
         Content-Security-Policy: {}\r\nConnection: close\r\n\r\n",
        page.status,
        page.html.len(),
        page.policy
    );
    stream.write_all(head.as_bytes()).await?;
    if !head_only {
        stream.write_all(page.html.as_bytes()).await?;
    }
    stream.shutdown().await
}

/// A page with one sentence.
pub(crate) fn notice(status: &'static str, sentence: &str) -> Page {
    let sentence = escaped(sentence);
    Page {
        status,
        html: Zeroizing::new(format!(
            "<!DOCTYPE html><html lang=\"en\"><meta charset=\"utf-8\"><title>Login</title>\
             <p>{sentence}</p></html>\n"
        )),
        policy: "default-src 'none'; frame-ancestors 'none'".to_owned(),
    }
}

/// Escapes a text for HTML content and for quoted attributes.
pub(crate) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}
