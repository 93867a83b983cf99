//! The only resource of the REST API that is served: the content of an event log file, as a stream.

use bytes::Bytes;
use http::{HeaderName, Method, StatusCode};
use rusqlite::OptionalExtension as _;
use serde_json::json;

use crate::activity::{Content, Running};
use crate::fault::Fault;
use crate::faults::Mode;
use crate::ops::access;
use crate::tenant::{Caller, State, concurrent_limit, daily_limit};
use crate::web::{WebRequest, WebResponse};

/// The number of bytes that are computed at a time.
const PIECE: usize = 64 * 1024;
/// The largest file in bytes that a fault can be injected into, because the fault needs the whole file.
const MOST_SPOILT: u64 = 64 * 1024 * 1024;

/// Whether this is the path `/services/data/v64.0/sobjects/EventLogFile/ID/LogFile`.
pub(crate) fn is_log_file(path: &str) -> bool {
    log_file_id(path).is_some()
}

fn log_file_id(path: &str) -> Option<&str> {
    let rest = path.strip_prefix("/services/data/v")?;
    let (_, rest) = rest.split_once("/sobjects/EventLogFile/")?;
    rest.strip_suffix("/LogFile")
}

/// A response that is complete, or computed while it is sent.
pub(crate) enum Reply {
    Complete(WebResponse),
    Stream(WebResponse, Box<Stream>),
}

/// The content of a log file that is being sent.
pub(crate) struct Stream {
    content: Content,
    running: Running,
    serial: i64,
    is_at_end: bool,
}

impl Stream {
    /// The next piece, or `None` at the end.
    pub(crate) fn next(&mut self) -> Option<Bytes> {
        if self.is_at_end {
            return None;
        }
        let mut piece = Vec::with_capacity(PIECE + 4_096);
        if !self.content.write(PIECE, &mut piece) {
            self.is_at_end = true;
            self.running.was_read(self.serial);
        }
        Some(piece.into())
    }
}

/// Responds to a request for the content of a log file.
pub(crate) fn handle(state: &State, mode: &Mode, request: &WebRequest) -> Reply {
    match open(state, mode, request) {
        Ok(reply) => reply,
        Err(fault) => Reply::Complete(refusal(&fault)),
    }
}

fn open(state: &State, mode: &Mode, request: &WebRequest) -> Result<Reply, Fault> {
    match mode {
        Mode::Fault { code, message } => return Err(Fault::unexpected(code, message)),
        Mode::SessionLost => return Err(session()),
        Mode::DailyLimit => return Err(daily_limit()),
        Mode::ConcurrentLimit => return Err(concurrent_limit()),
        _ => {}
    }
    let caller = request.bearer().and_then(|secret| {
        state.session(secret, |session| {
            let caller = Caller {
                user: session.user,
                restricted: session.restricted,
            };
            (session.has("api") && !session.restricted).then_some(caller)
        })?
    });
    let caller = caller.ok_or_else(session)?;
    if request.method != Method::GET {
        let what = format!(
            "HTTP Method '{}' not allowed. Allowed are GET",
            request.method
        );
        return Err(Fault::unexpected("METHOD_NOT_ALLOWED", what));
    }
    let limit = state.charge()?;
    state.catch_up()?;
    let not_found = || Fault::unexpected("NOT_FOUND", "The requested resource does not exist");
    let org = &state.org;
    let object = org.objects.get("EventLogFile").ok_or_else(not_found)?;
    if !access::can_see(state, caller, object)? {
        return Err(not_found());
    }
    let id = log_file_id(&request.path)
        .and_then(|id| org.parse_id(id))
        .filter(|id| id.prefix == object.prefix)
        .ok_or_else(not_found)?;
    let usage = format!("api-usage={}/{}", limit.current, limit.limit);
    let head = |body| {
        WebResponse::new(StatusCode::OK, "text/csv", body)
            .with(HeaderName::from_static("sforce-limit-info"), &usage)
    };
    let Some(running) = &state.running else {
        let content = stored(state, id.serial)?.ok_or_else(not_found)?;
        return Ok(Reply::Complete(head(content)));
    };
    let revision = revision(state, id.serial)?.ok_or_else(not_found)?;
    let content = running.content(id.serial, revision).ok_or_else(not_found)?;
    let mut stream = Stream {
        content,
        running: running.clone(),
        serial: id.serial,
        is_at_end: false,
    };
    let is_plain = matches!(mode, Mode::Normal | Mode::Delay(_));
    let length =
        (running.history.file(id.serial)).map_or(0, |file| file.length(&running.history, revision));
    if is_plain || length > MOST_SPOILT {
        return Ok(Reply::Stream(head(Vec::new()), Box::new(stream)));
    }
    let mut body = Vec::with_capacity(length as usize);
    while let Some(piece) = stream.next() {
        body.extend_from_slice(&piece);
    }
    Ok(Reply::Complete(head(body)))
}

/// The content of a log file that the org description contains.
fn stored(state: &State, serial: i64) -> rusqlite::Result<Option<Vec<u8>>> {
    let sql = "SELECT \"LogFile\" FROM \"EventLogFile\" WHERE \"Id\" = ? AND \"IsDeleted\" = 0";
    (state.store.lock().prepare_cached(sql)?)
        .query_row([serial], |row| row.get(0))
        .optional()
        .map(Option::flatten)
}

/// The number of the current content of a log file, if the file exists.
fn revision(state: &State, serial: i64) -> rusqlite::Result<Option<u64>> {
    let sql = "SELECT \"_revision\" FROM \"EventLogFile\" WHERE \"Id\" = ? AND \"IsDeleted\" = 0";
    (state.store.lock().prepare_cached(sql)?)
        .query_row([serial], |row| row.get::<_, i64>(0))
        .optional()
        .map(|found| found.map(|number| number.unsigned_abs().max(1)))
}

fn session() -> Fault {
    Fault::unexpected("INVALID_SESSION_ID", "Session expired or invalid")
}

/// Makes an error response of the REST API.
fn refusal(fault: &Fault) -> WebResponse {
    let status = match fault.code.as_str() {
        "INVALID_SESSION_ID" => StatusCode::UNAUTHORIZED,
        "REQUEST_LIMIT_EXCEEDED" => StatusCode::FORBIDDEN,
        "NOT_FOUND" => StatusCode::NOT_FOUND,
        "METHOD_NOT_ALLOWED" => StatusCode::METHOD_NOT_ALLOWED,
        "SERVER_UNAVAILABLE" => StatusCode::SERVICE_UNAVAILABLE,
        "UNKNOWN_EXCEPTION" => StatusCode::INTERNAL_SERVER_ERROR,
        _ => StatusCode::BAD_REQUEST,
    };
    WebResponse::json(
        status,
        &json!([{"message": fault.message, "errorCode": fault.code}]),
    )
}
