//! Finds the operation that a request calls, and reads its arguments.

use std::sync::Arc;

use http::HeaderMap;
use http::header::CONTENT_TYPE;
use tokio::time::Instant;

use super::arguments::{Arguments, Request};
use super::fault::{Fault, FaultCode};
use super::receive::Message;
use super::work::{LONG, off_the_executor};
use super::{Context, Settings};
use crate::client::OperationType;
use crate::codec::{Attachments, CodecError, CodecErrorKind, expanded};
use crate::drift::Registry;
use crate::error::Error;
use crate::limits::WorkDeadline;
use crate::schema::{Field, Operation, Port, SoapVersion};
use crate::soap::SoapError;
use crate::soap::form::Form;
use crate::soap::header::Understood;
use crate::soap::multipart;
use crate::soap::peek::{Peek, peek};
use crate::soap::reader::MessageReader;
use crate::xml::reader::shorten;
use crate::xml::writer::push_attribute;

/// A request whose operation is known and whose arguments are still to be read. For generated code.
pub struct Received {
    pub(super) number: usize,
    pub(super) operation: &'static Operation,
    pub(super) version: SoapVersion,
    reader: MessageReader,
    drift: Arc<Registry>,
    http: http::request::Parts,
    attachments: Attachments,
    is_long: bool,
}

impl std::fmt::Debug for Received {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Received({})", self.operation.name)
    }
}

/// A fault of a request whose operation is not known, and the version in which it is sent.
pub(super) type Refused = (Fault, SoapVersion);

impl Received {
    /// Finds the operation.
    pub(super) fn open(
        port: &'static Port,
        settings: &Settings,
        http: http::request::Parts,
        message: Message,
        end: Instant,
    ) -> Result<Self, Refused> {
        let media = media_type(&http.headers);
        let version = assumed(port, media);
        let Message { input, attachments } = message;
        if !input.is_at_end() {
            let error = CodecError::from(input.truncated());
            return Err((unreadable(error), version));
        }
        let limits = settings.limits;
        let deadline = WorkDeadline(Some(end));
        let look = |whole| peek(input.rest(), limits, deadline, whole);
        let found = look(false).map_err(|error| (unreadable(error), version))?;
        let Some(version) = found.version.filter(|version| port.speaks(*version)) else {
            return Err(other_version(port, found.version));
        };
        let action = action(&http, media);
        let candidates = candidates(port, &found);
        let number = match candidates.as_slice() {
            [number] => Some(*number),
            [] => by_action(port, &action),
            several => {
                let found = look(true).map_err(|error| (unreadable(error), version))?;
                Some(overload(port, several, &found, &action))
            }
        };
        let operation = number.and_then(|number| port.operations.get(number).copied());
        let (Some(number), Some(operation)) = (number, operation) else {
            // What must be understood comes first (SOAP 1.2 Part 1, section 2.6).
            let found = look(true).map_err(|error| (unreadable(error), version))?;
            let names = unknown_headers(port, settings, &found);
            let fault = match names.as_slice() {
                [] => unknown(port, &found, &action),
                names => not_understood(version, names),
            };
            return Err((fault, version));
        };
        let understood = Understood::of_names(settings.understood.clone());
        let is_long = input.text().len() > LONG;
        let mut reader = MessageReader::new(Form::of_request(operation), limits, Vec::new())
            .lenient(settings.leniency)
            .speaking(version, understood)
            .with_input(input);
        reader.until(deadline);
        if let Some(attachments) = &attachments {
            reader.attach(attachments.clone());
        }
        Ok(Self {
            number,
            operation,
            version,
            reader,
            drift: Arc::clone(&settings.drift),
            http,
            attachments: attachments.unwrap_or_default(),
            is_long,
        })
    }

    /// Reads the arguments and the headers.
    ///
    /// # Errors
    ///
    /// Returns the fault that the sender gets if the request does not fit the WSDL, or if it has a
    /// header that must be understood and is not.
    pub async fn read<O: OperationType, A: Arguments>(self) -> Result<(Context<O>, A), Fault> {
        match self.is_long {
            true => off_the_executor(move || self.read_now()).await?,
            false => self.read_now(),
        }
    }

    fn read_now<O: OperationType, A: Arguments>(mut self) -> Result<(Context<O>, A), Fault> {
        let mut request = Request {
            table: self.operation.request,
            arguments: A::default(),
        };
        let read = self.reader.next(Some(&mut request));
        if let Some(noted) = self.reader.take_drift() {
            self.drift.add(noted, self.operation.name);
        }
        let undeclared = self.reader.take_undeclared();
        // Headers come first: a request that must not be processed is not judged by its body.
        if !undeclared.not_understood.is_empty() {
            return Err(not_understood(self.version, &undeclared.not_understood));
        }
        read.map_err(unreadable)?;
        let headers = self.reader.take_headers();
        let context = Context::new(
            self.version,
            self.http,
            headers,
            undeclared.understood,
            self.attachments,
        );
        Ok((context, request.arguments))
    }
}

/// The value of `Content-Type`.
pub(super) fn media_type(headers: &HeaderMap) -> &str {
    let value = headers.get(CONTENT_TYPE);
    let value = value.and_then(|value| value.to_str().ok());
    value.unwrap_or_default()
}

/// The version in which a request is answered that cannot be read at all: that of its media type.
pub(super) fn assumed(port: &Port, media: &str) -> SoapVersion {
    let is_soap12 = |media: &str| {
        let media = media.split(';').next().unwrap_or_default().trim();
        media.eq_ignore_ascii_case("application/soap+xml")
    };
    // Of a message in several parts, these parameters tell the media type of the envelope.
    let in_parts = || {
        multipart::is_multipart(Some(media))
            && ["start-info", "type"]
                .into_iter()
                .filter_map(|name| multipart::parameter(media, name))
                .any(|media| is_soap12(&media))
    };
    match port.speaks(SoapVersion::V1_2) && (is_soap12(media) || in_parts()) {
        true => SoapVersion::V1_2,
        false => own_version(port),
    }
}

/// The headers that must be understood and are not, of a request that calls no operation.
fn unknown_headers(port: &Port, settings: &Settings, found: &Peek) -> Vec<(String, String)> {
    let declared = |(uri, local): &(String, String)| {
        let mut tables = port.operations.iter().flat_map(|o| o.headers.iter());
        tables.any(|table| table.namespace() == uri && table.name == local)
    };
    let names = found.must_understand.not_understood.iter();
    let names = names.filter(|name| !settings.understood.contains(name) && !declared(name));
    names.cloned().collect()
}

/// The version in which a port answers what it cannot read.
pub(super) fn own_version(port: &Port) -> SoapVersion {
    match port.speaks(SoapVersion::V1_1) {
        true => SoapVersion::V1_1,
        false => SoapVersion::V1_2,
    }
}

/// The fault for a request that is not well-formed or does not fit the WSDL.
pub(super) fn unreadable(error: impl Into<SoapError>) -> Fault {
    let (error, advice) = match error.into() {
        SoapError::Codec(error) if error.kind() == CodecErrorKind::Late => {
            return Fault::late().caused_by("the request was not read before the deadline");
        }
        // What the program of the server can do is not for the sender.
        SoapError::Codec(mut error) => {
            let advice = error.take_advice();
            (Error::from(error), advice)
        }
        error => (Error::from(error), None),
    };
    let fault = Fault::sender(format!("the request cannot be read: {error}"));
    match advice {
        Some(advice) => fault.advised(advice),
        None => fault,
    }
}

/// The `soapAction`, or the action in the media type of SOAP 1.2, without quotes.
fn action(http: &http::request::Parts, content_type: &str) -> String {
    let header = http.headers.get("soapaction");
    let header = header.and_then(|value| value.to_str().ok());
    match header {
        Some(action) => action.trim().trim_matches('"').to_owned(),
        None => multipart::parameter(content_type, "action").unwrap_or_default(),
    }
}

/// The operations whose request begins with the element that was found. Basic Profile 1.1 (R2710)
/// wants them to be one.
fn candidates(port: &Port, found: &Peek) -> Vec<usize> {
    let fits = |exact: bool| -> Vec<usize> {
        let operations = port.operations.iter().enumerate();
        let fitting = operations.filter(|(_, operation)| match &found.first {
            Some((uri, local)) => signature(operation)
                .is_some_and(|(ns, name)| name == local && (ns == uri || !exact)),
            None => may_be_empty(operation),
        });
        fitting.map(|(number, _)| number).collect()
    };
    let exact = fits(true);
    match exact.is_empty() {
        // The element may be in another namespace than the WSDL says, which the reader forgives or
        // refuses.
        true => fits(false),
        false => exact,
    }
}

/// The namespace and the name of the first element of the body.
fn signature(operation: &'static Operation) -> Option<(&'static str, &'static str)> {
    let table = operation.request;
    match operation.has(Operation::BARE_REQUEST) {
        true => table.field(0).map(|field| (table.uri(field), field.name)),
        false => Some((table.namespace(), table.name)),
    }
}

/// Whether the body of a request may be empty.
fn may_be_empty(operation: &Operation) -> bool {
    let fields = operation.request.fields();
    operation.has(Operation::BARE_REQUEST) && fields.iter().all(|f| f.has(Field::OPTIONAL))
}

/// The only operation with this action, which is not empty.
fn by_action(port: &Port, action: &str) -> Option<usize> {
    let operations = port.operations.iter().enumerate();
    let mut named = operations.filter(|(_, o)| !action.is_empty() && o.action == action);
    let (number, _) = named.next()?;
    named.next().is_none().then_some(number)
}

/// Which of several operations with the same element is called: the one with the action of the
/// request, or else the one whose arguments fit best.
fn overload(port: &Port, candidates: &[usize], found: &Peek, action: &str) -> usize {
    let operation = |number: usize| port.operations.get(number).copied();
    let mut named = candidates.iter().copied().filter(|number| {
        operation(*number).is_some_and(|o| !action.is_empty() && o.action == action)
    });
    if let (Some(number), None) = (named.next(), named.next()) {
        return number;
    }
    let fit = |number: usize| {
        let Some(operation) = operation(number) else {
            return (usize::MAX, usize::MAX);
        };
        let fields = operation.request.fields();
        let names = match operation.has(Operation::BARE_REQUEST) {
            true => &found.body,
            false => &found.children,
        };
        let is_field = |name: &&String| fields.iter().any(|field| field.name == **name);
        let unknown = names.iter().filter(|name| !is_field(name));
        let is_missing =
            |field: &&Field| !field.has(Field::OPTIONAL) && !names.iter().any(|n| n == field.name);
        let missing = fields.iter().filter(is_missing);
        (unknown.count(), missing.count())
    };
    let best = candidates.iter().copied().min_by_key(|number| fit(*number));
    best.unwrap_or_default()
}

fn unknown(port: &Port, found: &Peek, action: &str) -> Fault {
    let what = match &found.first {
        Some((uri, local)) => format!("the element `{}`", expanded(&shorten(uri), &shorten(local))),
        None => "an empty body".to_owned(),
    };
    let action = match action {
        "" => String::new(),
        action => format!(" and the action `{}`", shorten(action)),
    };
    Fault::sender(format!(
        "no operation of {} has {what}{action}",
        port.name.escape_debug()
    ))
}

/// The fault for an envelope of another version (SOAP 1.2 Part 1, section 5.4.7 and appendix A). The
/// header says which versions are supported.
fn other_version(port: &Port, found: Option<SoapVersion>) -> Refused {
    let version = match found {
        Some(SoapVersion::V1_1) => SoapVersion::V1_1,
        _ => own_version(port),
    };
    let mut upgrade = format!("<up:Upgrade xmlns:up=\"{}\">", SoapVersion::V1_2.envelope());
    let mut names = Vec::new();
    for soap in [SoapVersion::V1_2, SoapVersion::V1_1] {
        if port.speaks(soap) {
            names.push(soap.to_string());
            upgrade.push_str(&format!(
                "<up:SupportedEnvelope qname=\"soap:Envelope\" xmlns:soap=\"{}\"/>",
                soap.envelope()
            ));
        }
    }
    upgrade.push_str("</up:Upgrade>");
    let reason = format!("this port speaks {}", names.join(" and "));
    let fault = Fault::new(FaultCode::VersionMismatch, reason).with_header(upgrade);
    (fault, version)
}

/// The fault for headers that must be understood. In SOAP 1.2, headers of the response name them
/// (SOAP 1.2 Part 1, section 5.4.8).
fn not_understood(version: SoapVersion, names: &[(String, String)]) -> Fault {
    let shown: Vec<String> = names
        .iter()
        .map(|(uri, local)| format!("`{}`", expanded(&shorten(uri), &shorten(local))))
        .collect();
    let reason = format!(
        "the header {} must be understood, and this server does not understand it",
        shown.join(", ")
    );
    let mut fault = Fault::new(FaultCode::MustUnderstand, reason);
    if version == SoapVersion::V1_2 {
        for (uri, local) in names {
            let mut header = String::from("<soapenv:NotUnderstood qname=");
            let (prefix, declaration) = match &**uri {
                "" => ("", None),
                uri => ("h:", Some(uri)),
            };
            // Both were read from XML, so they can be written.
            let _ = push_attribute(&mut header, &format!("{prefix}{local}"));
            if let Some(uri) = declaration {
                header.push_str(" xmlns:h=");
                let _ = push_attribute(&mut header, uri);
            }
            header.push_str("/>");
            fault = fault.with_header(header);
        }
    }
    fault
}
