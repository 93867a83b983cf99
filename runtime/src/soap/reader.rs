//! Reads the envelope of a message while it arrives. Most messages are responses.
//!
//! A message is a sequence of units: a header, a row, a field besides the rows, a fault, or the
//! whole body of a message without rows. A unit is decoded when all of it has arrived. Until then,
//! the reader returns to the start of the unit. Therefore the caller never gets a partial unit, and
//! memory contains one unit instead of the whole response.

use super::Fault;
use super::error::{Halt, SoapError};
use super::form::Form;
use super::header::{Undeclared, Understood};
use super::unit::UnitReader;
use crate::codec::{Attachments, CodecError, Decoder, Seen};
use crate::drift::Noted;
use crate::leniency::Leniency;
use crate::limits::{Limits, WorkDeadline};
use crate::record::{Inner, Record};
use crate::schema::{Field, Kind, Operation, SoapVersion, Type};
use crate::value::Struct;
use crate::xml::{Context, Input, Reader, XmlError};

/// A message that is being read.
#[derive(Debug)]
pub(crate) struct MessageReader {
    form: Form,
    context: Context,
    decoder: Decoder,
    input: Input,
    state: Position,
    headers: Vec<Record>,
    rows: Option<Rows>,
    outcome: BodyContent,
    /// The version of SOAP that the service speaks, and the version of the envelope that arrived.
    expected: SoapVersion,
    found: SoapVersion,
    /// The fields of a bare message that have arrived.
    seen: Seen,
    /// The headers that no table declares and that are understood.
    understood: Understood,
    undeclared: Undeclared,
}

/// The position of the next unit in the envelope.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Position {
    Start,
    Prolog,
    Envelope,
    Header,
    Body,
    /// In the response element.
    Response,
    /// In the result that contains the rows.
    Result,
    AfterBody,
    AfterEnvelope,
    Done,
}

/// What the body contained.
#[derive(Debug)]
pub(super) enum BodyContent {
    /// Nothing yet.
    None,
    Response,
    Fault(Box<Fault>),
}

/// The position of the rows of a response: `response/result/records`.
#[derive(Debug)]
pub(super) struct Rows {
    pub(super) result: &'static Field,
    pub(super) records: u16,
    /// The fields besides the rows: `done`, `queryLocator`, `size`.
    pub(super) summary: Inner,
}

/// What the reader found next.
#[derive(Debug)]
pub(crate) enum Event {
    /// More bytes are needed.
    More,
    /// A row.
    Row(Record),
    /// The response is complete and well-formed.
    Done,
}

impl MessageReader {
    /// A reader of the response to an operation.
    pub(crate) fn of_response(
        operation: &'static Operation,
        limits: Limits,
        known: Vec<&'static Type>,
    ) -> Self {
        Self::new(Form::of_response(operation), limits, known)
    }

    pub(crate) fn new(form: Form, limits: Limits, known: Vec<&'static Type>) -> Self {
        let mut context = Context::new(form.table.schema.uris(), limits);
        context.schema = Some(form.table.schema);
        for version in [SoapVersion::V1_1, SoapVersion::V1_2] {
            context.expect(version.envelope());
        }
        Self {
            form,
            context,
            decoder: Decoder::new(known),
            input: Input::default(),
            state: Position::Start,
            headers: Vec::new(),
            rows: None,
            outcome: BodyContent::None,
            expected: SoapVersion::default(),
            found: SoapVersion::default(),
            seen: Seen::default(),
            understood: Understood::default(),
            undeclared: Undeclared::default(),
        }
    }

    /// Sets the expected version of the envelope, and the undeclared headers that are understood.
    pub(crate) fn speaking(mut self, version: SoapVersion, understood: Understood) -> Self {
        self.expected = version;
        self.understood = understood;
        self
    }

    /// Sets the text of the message, which is complete.
    #[cfg(feature = "server")]
    pub(crate) fn with_input(mut self, input: Input) -> Self {
        self.input = input;
        self
    }

    /// Sets what is forgiven.
    pub(crate) fn lenient(mut self, leniency: Leniency) -> Self {
        self.context.leniency = leniency;
        self
    }

    /// Sets the encoding that the HTTP header names.
    pub(crate) fn expect_charset(&mut self, content_type: &str) {
        if let Some(charset) = super::multipart::parameter(content_type, "charset") {
            self.input.expect_charset(&charset);
        }
    }

    /// Returns the differences to the WSDL that were found since the last call of this method, if
    /// there are any.
    pub(crate) fn take_drift(&mut self) -> Option<Noted> {
        let drift = &mut self.context.drift;
        (!drift.is_empty()).then(|| drift.take())
    }

    pub(crate) fn limits(&self) -> &Limits {
        &self.context.limits
    }

    /// Sets the parts to which the envelope may refer.
    pub(crate) fn attach(&mut self, attachments: Attachments) {
        self.decoder.attachments = Some(attachments);
    }

    /// Sets the time after which no more of the response is decoded.
    pub(crate) fn until(&mut self, deadline: WorkDeadline) {
        self.context.deadline = deadline;
    }

    /// Returns rows one by one instead of decoding the response as a whole. This fails if the
    /// operation returns no rows.
    pub(crate) fn by_rows(mut self) -> Result<Self, CodecError> {
        let shape = || {
            let result = self.form.table.field(0)?;
            let ty = result.ty?;
            let is_rows = |f: &Field| f.kind == Kind::Record && f.has(Field::REPEATED);
            let records = ty.fields().iter().position(is_rows)?;
            Some(Rows {
                result,
                records: u16::try_from(records).ok()?,
                summary: Inner::new(ty),
            })
        };
        let rows = match self.form.bare {
            true => None,
            false => shape(),
        };
        if rows.is_none() {
            return Err(CodecError::usage(
                "the response of this operation has no rows",
            ));
        }
        self.rows = rows;
        Ok(self)
    }

    /// The text that has arrived and is still in memory. If the response is read as a whole, this
    /// is all of it.
    pub(crate) fn text(&self) -> &str {
        self.input.text()
    }

    /// Adds bytes, already decompressed.
    pub(crate) fn feed(&mut self, chunk: &[u8]) -> Result<(), CodecError> {
        Ok(self.input.feed(chunk, self.context.limits.body)?)
    }

    /// States that all bytes have been fed.
    pub(crate) fn finish(&mut self) {
        self.input.finish();
    }

    /// Returns the undeclared headers that have arrived since the last call of this method.
    #[cfg(feature = "server")]
    pub(crate) fn take_undeclared(&mut self) -> Undeclared {
        std::mem::take(&mut self.undeclared)
    }

    /// Returns the declared headers that have arrived since the last call of this method.
    pub(crate) fn take_headers(&mut self) -> Vec<Record> {
        std::mem::take(&mut self.headers)
    }

    /// The fields besides the rows, complete once the response is complete.
    pub(crate) fn summary(&self) -> Option<&Inner> {
        self.rows.as_ref().map(|rows| &rows.summary)
    }

    /// Decodes the next unit. If the response is not read by rows, it is decoded into `target`.
    pub(crate) fn next(&mut self, target: Option<&mut dyn Struct>) -> Result<Event, SoapError> {
        let mut target = target;
        loop {
            if self.state == Position::Done {
                return match std::mem::replace(&mut self.outcome, BodyContent::Response) {
                    BodyContent::Fault(fault) => Err(SoapError::Fault(fault)),
                    _ => Ok(Event::Done),
                };
            }
            // Without rows, nothing can be returned before the end.
            let ready = self.input.is_last() || self.rows.is_some() && self.input.is_ready();
            if !ready {
                return Ok(Event::More);
            }
            if self.context.deadline.is_over() {
                return Err(XmlError::late().into());
            }
            match self.unit(target.as_deref_mut()) {
                Ok(Some(row)) => return Ok(Event::Row(row)),
                Ok(None) => {}
                Err(Halt::More) if self.input.is_last() => {
                    return Err(self.input.truncated().into());
                }
                Err(Halt::More) => {
                    self.input.starve();
                    return Ok(Event::More);
                }
                Err(Halt::Error(error)) => return Err(error),
            }
        }
    }

    /// Reads one unit. If the unit is not complete, nothing is consumed.
    fn unit(&mut self, target: Option<&mut dyn Struct>) -> Result<Option<Record>, Halt> {
        let mark = self.context.mark();
        let spent = self.decoder.spent;
        let last = self.input.is_at_end();
        let mut reader = Reader::new(self.input.rest(), last, &mut self.context);
        let mut unit = UnitReader {
            form: self.form,
            decoder: &mut self.decoder,
            headers: &mut self.headers,
            rows: self.rows.as_mut(),
            outcome: &mut self.outcome,
            state: self.state,
            expected: self.expected,
            found: &mut self.found,
            seen: &mut self.seen,
            understood: &self.understood,
            undeclared: &mut self.undeclared,
        };
        let done = unit.run(&mut reader, target);
        let state = unit.state;
        let len = reader.pos();
        match done {
            Ok(row) => {
                self.state = state;
                self.input.take(len);
                Ok(row)
            }
            Err(halt) => {
                self.context.rollback(mark);
                self.decoder.spent = spent;
                Err(halt)
            }
        }
    }
}
