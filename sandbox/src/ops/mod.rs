//! The operations of the API, with one file for each group of them.

pub(crate) mod access;
pub(crate) mod call;
mod describe;
mod login;
mod query;
mod recycle;
mod retrieve;
mod save;
mod search;
mod user;

use crate::fault::Fault;
use crate::faults::{Mode, SoapFlaw, Stage};
use crate::quirks::Quirks;
use crate::tenant::{Caller, Host, State, concurrent_limit, daily_limit};
use crate::wsdl::ENTERPRISE;
use crate::wsdl::api::{Operation, api};
use crate::xml::request::Element;
use crate::xml::response::{self, Content, LimitInfo, Out, close_envelope, open_envelope};
use call::{Call, header};

/// The result of a call.
pub(crate) struct Outcome {
    pub(crate) body: Out,
    pub(crate) is_fault: bool,
    /// The mode to apply to the response.
    pub(crate) mode: Mode,
}

/// Carries out the call in an envelope, and returns the response.
pub(crate) fn handle(state: &State, host: Host, version: u16, envelope: &Element) -> Outcome {
    let mut mode = Mode::Normal;
    let quirks = state.live().quirks.clone();
    match respond(state, host, version, envelope, &quirks, &mut mode) {
        Ok(body) => Outcome {
            body,
            is_fault: false,
            mode,
        },
        Err(fault) => {
            tracing::debug!(code = fault.code, "fault");
            Outcome {
                body: response::fault(&fault, &quirks),
                is_fault: true,
                mode,
            }
        }
    }
}

fn respond(
    state: &State,
    host: Host,
    version: u16,
    envelope: &Element,
    quirks: &Quirks,
    mode: &mut Mode,
) -> Result<Out, Fault> {
    let (headers, body) = parts(envelope)?;
    let is_login = body.is(ENTERPRISE, "login");
    let caller = if is_login {
        Ok(None)
    } else {
        let header = header(headers, "SessionHeader");
        let secret = header.map_or("", |header| header.text_of("sessionId"));
        state.caller(secret).map(Some)
    };
    *mode = state.choose(
        Stage::Call,
        &body.name,
        caller.as_ref().ok().copied().flatten(),
    );
    *(state.live().stats.received)
        .entry(body.name.clone())
        .or_default() += 1;
    // A page or a broken connection replaces the call.
    if mode.replaces_pages() {
        return Ok(Out::new());
    }
    let call = Call {
        state,
        version,
        headers,
        body,
        quirks: quirks.clone(),
        mode,
    };
    let operation = find_operation(&call)?;
    if host == Host::Login && !is_login {
        let what = "Destination URL not reset. The URL returned from login must be set in the SforceService";
        return Err(Fault::unexpected("UNKNOWN_EXCEPTION", what));
    }
    if version > state.org.limits.max_version {
        let what = format!("API version {version}.0 is not supported");
        return Err(Fault::unexpected("UNSUPPORTED_API_VERSION", what));
    }
    if *mode == Mode::SessionStorm {
        state.live().sessions.close_all();
        if !is_login {
            return Err(Fault::session());
        }
    }
    let caller = caller?;
    raise(mode, is_login)?;
    let limit = match caller {
        None => None,
        Some(_) => Some(state.charge()?),
    };
    state.catch_up()?;
    let name = operation.name;
    *(state.live().stats.operations)
        .entry(name.to_owned())
        .or_default() += 1;
    if *mode == Mode::DeadLocators {
        state.cursors.close_all();
    }
    let Some(caller) = caller else {
        return login::login(&call).map(|result| wrap(name, limit, vec![result.into()]));
    };
    let out = dispatch(&call, name, caller, limit);
    let most = match mode {
        Mode::MaxCursors(most) => Some(*most),
        _ => state.org.limits.cursors_per_user,
    };
    if let Some(most) = most {
        state.cursors.trim(caller.user, most);
    }
    out
}

/// The SOAP header, if there is one, and the element of the operation.
fn parts(envelope: &Element) -> Result<(Option<&Element>, &Element), Fault> {
    let failed = |what: &str| Fault::unexpected("UNKNOWN_EXCEPTION", what);
    if !envelope.is("http://schemas.xmlsoap.org/soap/envelope/", "Envelope") {
        return Err(failed("No SOAP envelope was found in the request"));
    }
    let body = envelope
        .child("Body")
        .and_then(|body| body.children.first());
    let body = body.ok_or_else(|| failed("The SOAP body is empty"))?;
    Ok((envelope.child("Header"), body))
}

fn find_operation(call: &Call<'_>) -> Result<&'static Operation, Fault> {
    let body = call.body;
    (api().operation(&body.name))
        .filter(|operation| body.namespace == ENTERPRISE && operation.since <= call.version)
        .ok_or_else(|| {
            let what = format!(
                "No operation available for request {{{}}}{}, please check the WSDL for the service.",
                body.namespace, body.name
            );
            Fault::unexpected("INVALID_TYPE", what)
        })
}

/// Returns the fault of a mode before the call is carried out.
fn raise(mode: &Mode, is_login: bool) -> Result<(), Fault> {
    match mode {
        Mode::Fault { code, message } if is_login => Err(Fault::login(code, message)),
        Mode::Fault { code, message } => Err(Fault::unexpected(code, message)),
        Mode::Soap(SoapFlaw::Fault200) => {
            let what = "The server is too busy";
            Err(Fault::unexpected("SERVER_UNAVAILABLE", what))
        }
        Mode::DailyLimit => Err(daily_limit()),
        Mode::ConcurrentLimit => Err(concurrent_limit()),
        Mode::SessionLost if !is_login => Err(Fault::session()),
        _ => Ok(()),
    }
}

fn dispatch(
    call: &Call<'_>,
    name: &'static str,
    caller: Caller,
    limit: Option<LimitInfo>,
) -> Result<Out, Fault> {
    if caller.restricted && !["setPassword", "changeOwnPassword", "logout"].contains(&name) {
        let what = "The users password has expired, you must call SetPassword before attempting any other API operations";
        return Err(Fault::unexpected(
            "INVALID_OPERATION_WITH_EXPIRED_PASSWORD",
            what,
        ));
    }
    let one = |content: Content| vec![content];
    let results: Vec<Content> = match name {
        "query" => return query::query(call, caller, limit, false),
        "queryAll" => return query::query(call, caller, limit, true),
        "queryMore" => return query::query_more(call, caller, limit),
        "retrieve" => return retrieve::retrieve(call, caller, limit),
        "search" => return search::search(call, limit),
        "create" => save::create(call, caller)?,
        "update" => save::update(call, caller)?,
        "upsert" => save::upsert(call, caller)?,
        "delete" => recycle::delete(call)?,
        "undelete" => recycle::undelete(call)?,
        "emptyRecycleBin" => recycle::empty(call)?,
        "getUpdated" => one(recycle::updated(call)?.into()),
        "getDeleted" => one(recycle::deleted(call)?.into()),
        "describeGlobal" => one(describe::global(call).into()),
        "describeSObject" => {
            one(describe::one(call, caller, call.body.text_of("sObjectType"))?.into())
        }
        "describeSObjects" => describe::several(call, caller)?,
        "getUserInfo" => one(user::info(call, caller).into()),
        "getServerTimestamp" => one(user::timestamp(call).into()),
        "setPassword" => one(user::set_password(call, caller)?.into()),
        "changeOwnPassword" => one(user::change_own_password(call, caller)?.into()),
        "resetPassword" => one(user::reset_password(call)?.into()),
        "logout" => user::logout(call),
        "invalidateSessions" => user::invalidate(call),
        other => {
            let what = format!("{other} is in the WSDL, but the sandbox does not implement it");
            return Err(Fault::unexpected("FUNCTIONALITY_NOT_ENABLED", what));
        }
    };
    Ok(wrap(name, limit, results))
}

/// Writes a complete response with these results.
pub(crate) fn wrap(operation: &str, limit: Option<LimitInfo>, results: Vec<Content>) -> Out {
    let mut out = Out::new();
    open_envelope(limit, &mut out);
    let response = format!("{operation}Response");
    out.extend_from_slice(format!("<{response}>").as_bytes());
    for result in results {
        result.write("result", &mut out);
    }
    response::end(&response, &mut out);
    close_envelope(&mut out);
    out
}
