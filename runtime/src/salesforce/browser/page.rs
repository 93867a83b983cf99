//! `frontdoor.jsp`: a page that posts the session id, so that the session id is in no address and
//! no browser history.

use std::fmt;
use std::io::{self, Write as _};
use std::path::Path;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::digest::{SHA256, digest};
use zeroize::Zeroizing;

use super::return_path;
use crate::client::oauth::browser;
use crate::client::oauth::loopback::{BrowserRequest, Loopback, Page, escaped, notice};
use crate::client::oauth::pkce::{random_token, same};
use crate::client::{Client, Session};
use crate::endpoint::Endpoint;
use crate::error::{Error, ErrorKind};
use crate::secret::Secret;

/// The script of the page.
const SUBMIT: &str = "document.forms[0].submit()";

/// An HTML page that logs the browser in when it is opened. It contains the session id, so it must
/// be kept as secret as a password.
///
/// If the session is an OAuth token, it needs the scope `web` or `full`. A user with the permission
/// *API Only User* can only change the password in the browser.
pub struct BrowserPage {
    html: Secret,
    policy: String,
}

/// A [`BrowserPage`] that is served at an address of this machine until a browser has requested it.
#[derive(Debug)]
pub struct Served {
    address: Secret,
    task: tokio::task::JoinHandle<()>,
}

impl Client {
    /// A page that logs the browser in with the session of this client and then shows `path` of the
    /// organization.
    ///
    /// # Errors
    ///
    /// Returns a usage error if the path is not relative to the organization, or if the client has
    /// no session.
    pub fn browser_page(&self, path: &str) -> Result<BrowserPage, Error> {
        BrowserPage::new(&self.session(), path)
    }
}

impl BrowserPage {
    pub(crate) fn new(session: &Session, path: &str) -> Result<Self, Error> {
        let path = return_path::check(path)?;
        let id = session
            .id
            .as_ref()
            .ok_or_else(|| Error::usage("the client has no session to pass on"))?;
        let action = frontdoor(&session.endpoint);
        let hash = STANDARD.encode(digest(&SHA256, SUBMIT.as_bytes()));
        let policy = format!(
            "default-src 'none'; script-src 'sha256-{hash}'; base-uri 'none'; \
             frame-ancestors 'none'"
        );
        // The policy is also in the page, for a page that is opened as a file. The last directive
        // has no effect there.
        let html = format!(
            "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\">\
             <meta http-equiv=\"Content-Security-Policy\" \
             content=\"default-src 'none'; script-src 'sha256-{hash}'; base-uri 'none'\">\
             <meta name=\"referrer\" content=\"no-referrer\"><title>Salesforce</title></head><body>\
             <form method=\"post\" action=\"{}\">\
             <input type=\"hidden\" name=\"sid\" value=\"{}\">\
             <input type=\"hidden\" name=\"retURL\" value=\"{}\">\
             <noscript><button>Continue to Salesforce</button></noscript></form>\
             <script>{SUBMIT}</script></body></html>\n",
            escaped(&action.to_string()),
            Zeroizing::new(escaped(id.expose())).as_str(),
            escaped(path),
        );
        Ok(Self {
            html: Secret::from(html),
            policy,
        })
    }

    /// The HTML of the page. It contains the session id.
    #[must_use]
    pub fn html(&self) -> &Secret {
        &self.html
    }

    /// Writes the page to a new file, which only the user of this process can read (on Unix). Open
    /// the file in the browser, then delete it.
    ///
    /// # Errors
    ///
    /// Returns an error if the file exists or cannot be written.
    pub fn write_to(&self, path: impl AsRef<Path>) -> io::Result<()> {
        let mut options = std::fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        options.open(path)?.write_all(self.html.expose().as_bytes())
    }

    /// Serves the page once, to the first browser of this machine that requests the secret address.
    /// The page is not served after `time`.
    ///
    /// # Errors
    ///
    /// Returns an error if no local port can be used.
    pub async fn serve_once(self, time: Duration) -> Result<Served, Error> {
        let listener = Loopback::bind(0).await.map_err(|error| {
            let message = "cannot listen on a local port";
            Error::new(ErrorKind::Login, message).with_source(error)
        })?;
        let path = format!("/{}", random_token()?.expose());
        let address = Secret::from(format!("http://localhost:{}{path}", listener.port()));
        let page = std::sync::Arc::new(std::sync::Mutex::new(Some(self)));
        let answer = move |asked: BrowserRequest| {
            if asked.method != "GET" || !same(&asked.target, &path) {
                return (notice("404 Not Found", "There is nothing here."), None);
            }
            let taken = page
                .lock()
                .unwrap_or_else(std::sync::PoisonError::into_inner)
                .take();
            match taken {
                Some(page) => (page.answer(), Some(())),
                None => (
                    notice("410 Gone", "This page has already been opened."),
                    None,
                ),
            }
        };
        let task = tokio::spawn(async move {
            // When the time is over, the listener is closed, and the task that waits for it ends.
            let _ = tokio::time::timeout(time, listener.serve(answer)).await;
        });
        Ok(Served { address, task })
    }

    fn answer(self) -> Page {
        Page {
            status: "200 OK",
            html: Zeroizing::new(self.html.expose().to_owned()),
            policy: self.policy,
        }
    }
}

/// The address to which the form is sent.
fn frontdoor(endpoint: &Endpoint) -> Endpoint {
    endpoint.with_path("/secur/frontdoor.jsp")
}

impl Served {
    /// The address to open in a browser of this machine. It must be kept secret until it has been
    /// opened.
    #[must_use]
    pub fn address(&self) -> &Secret {
        &self.address
    }

    /// Opens the address in the browser of this machine. Returns whether there is one.
    #[must_use]
    pub fn open(&self) -> bool {
        browser::open(self.address.expose())
    }

    /// Waits until a browser has taken the page, or its time is over.
    pub async fn taken(mut self) {
        // The task ends by itself. It can fail only if the async runtime shuts down.
        let _ = (&mut self.task).await;
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl fmt::Debug for BrowserPage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BrowserPage(***)")
    }
}
