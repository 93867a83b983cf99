//! SOAP over HTTP: reads a request, carries it out, and makes the response.

use std::io::Read as _;

use bytes::Bytes;
use flate2::read::GzDecoder;
use http::StatusCode;

use crate::fault::Fault;
use crate::faults::Mode;
use crate::ops::{self, Outcome};
use crate::tenant::{Host, State};
use crate::web::WebResponse;
use crate::xml::{request, response};

/// A request. The body is `None` if it was too large.
pub(super) struct SoapRequest {
    pub(super) host: Host,
    pub(super) version: u16,
    pub(super) body: Option<Bytes>,
    pub(super) is_gzip: bool,
}

impl SoapRequest {
    /// The decompressed body.
    pub(super) fn plain(&self, state: &State) -> Bytes {
        let body = self.body.clone().unwrap_or_default();
        match self.is_gzip {
            true => inflated(&body, state.org.limits.request_bytes).unwrap_or_default(),
            false => body,
        }
    }
}

/// Responds to a request. Also returns the mode that is applied to the response.
pub(super) fn handle(state: &State, request: &SoapRequest) -> (WebResponse, Mode) {
    let outcome = carry_out(state, request).unwrap_or_else(|fault| Outcome {
        body: response::fault(&fault, &state.live().quirks),
        is_fault: true,
        mode: Mode::Normal,
    });
    let mut live = state.live();
    live.stats.faults += u64::from(outcome.is_fault);
    live.stats.bytes_out += outcome.body.len() as u64;
    let status = if outcome.is_fault {
        live.quirks.fault_status
    } else {
        200
    };
    drop(live);
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let response = WebResponse::new(status, "text/xml; charset=utf-8", outcome.body);
    (response, outcome.mode)
}

fn carry_out(state: &State, request: &SoapRequest) -> Result<Outcome, Fault> {
    let limit = state.org.limits.request_bytes;
    let Some(bytes) = &request.body else {
        return Err(too_large(limit));
    };
    {
        let mut live = state.live();
        live.stats.requests += 1;
        live.stats.bytes_in += bytes.len() as u64;
    }
    let bytes = match request.is_gzip {
        true => inflated(bytes, limit)?,
        false => bytes.clone(),
    };
    let envelope =
        request::read(&bytes).map_err(|what| Fault::unexpected("XML_PARSER_ERROR", what))?;
    Ok(ops::handle(state, request.host, request.version, &envelope))
}

fn too_large(limit: usize) -> Fault {
    Fault::unexpected(
        "EXCEEDED_MAX_SIZE_REQUEST",
        format!("The request is larger than {limit} bytes"),
    )
}

fn inflated(bytes: &Bytes, limit: usize) -> Result<Bytes, Fault> {
    let mut out = Vec::new();
    let mut reader = GzDecoder::new(&bytes[..]).take(limit as u64 + 1);
    reader
        .read_to_end(&mut out)
        .map_err(|_| Fault::unexpected("XML_PARSER_ERROR", "the request is not a gzip stream"))?;
    if out.len() > limit {
        return Err(too_large(limit));
    }
    Ok(out.into())
}
