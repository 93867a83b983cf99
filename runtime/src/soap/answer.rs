//! The envelope of an answer, read while it arrives.
//!
//! An answer is a chain of units: a header, a row, a field beside the rows, a fault, the whole
//! body of an answer without rows. A unit is decoded when all of it is there; until then the
//! reader goes back to the unit's start. So nothing half-read is ever handed out, and memory
//! holds one unit, not the answer.

use crate::codec::Decoder;
use crate::error::{Error, ErrorKind};
use crate::limits::Limits;
use crate::record::{Inner, Record};
use crate::schema::{Field, Kind, Operation, Type};
use crate::value::Struct;
use crate::xml::{Context, Halt, NsId, Reader, Start, Token};

use super::{ENVELOPE, Fault};

/// An answer under way.
#[derive(Debug)]
pub(crate) struct Answer {
    operation: &'static Operation,
    context: Context,
    decoder: Decoder,
    buffer: String,
    /// Start of the first unit in the buffer that has not been decoded.
    pos: usize,
    /// Bytes of a character whose rest has not arrived.
    partial: Vec<u8>,
    /// Decoded bytes fed so far.
    fed: usize,
    last: bool,
    /// Do not try again before this many bytes are there.
    wanted: usize,
    state: State,
    headers: Vec<Record>,
    rows: Option<Rows>,
    fault: Option<Fault>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Start,
    Prolog,
    Envelope,
    Header,
    Body,
    /// Inside the response element.
    Response,
    /// Inside the result that holds the rows.
    Result,
    AfterBody,
    AfterEnvelope,
    Done,
}

/// Where the rows of a response are: `response/result/records`.
#[derive(Debug)]
struct Rows {
    result: &'static Field,
    records: u16,
    /// What stands beside the rows: `done`, `queryLocator`, `size`.
    summary: Inner,
}

/// What came next.
#[derive(Debug)]
pub(crate) enum Event {
    /// More bytes are needed.
    More,
    /// A row.
    Row(Record),
    /// The answer is complete and well-formed.
    Done,
}

impl Answer {
    pub(crate) fn new(operation: &'static Operation, limits: Limits, known: Vec<&'static Type>) -> Self {
        Self {
            operation,
            context: Context::new(operation.response.schema, limits),
            decoder: Decoder::new(known),
            buffer: String::new(),
            pos: 0,
            partial: Vec::new(),
            fed: 0,
            last: false,
            wanted: 0,
            state: State::Start,
            headers: Vec::new(),
            rows: None,
            fault: None,
        }
    }

    /// Hands out rows one by one instead of decoding the response as a whole.
    pub(crate) fn by_rows(mut self) -> Result<Self, Error> {
        let shape = || {
            let result = self.operation.response.field(0)?;
            let ty = result.ty?;
            let is_rows = |f: &Field| f.kind == Kind::Record && f.has(Field::REPEATED);
            let records = ty.fields.iter().position(is_rows)?;
            Some(Rows { result, records: u16::try_from(records).ok()?, summary: Inner::new(ty) })
        };
        let rows = shape();
        if rows.is_none() {
            return Err(Error::usage("the response of this operation has no rows"));
        }
        self.rows = rows;
        Ok(self)
    }

    /// Adds bytes, already decompressed.
    pub(crate) fn feed(&mut self, chunk: &[u8]) -> Result<(), Error> {
        self.fed = self.fed.saturating_add(chunk.len());
        if self.fed > self.context.limits.body {
            return Err(Error::limit(format!(
                "the answer is longer than the limit `body` of {} bytes; ask for smaller batches or \
                 raise the limit",
                self.context.limits.body
            )));
        }
        if self.pos > 0 {
            self.buffer.drain(..self.pos);
            self.pos = 0;
        }
        if self.partial.is_empty() {
            return self.append(chunk);
        }
        let mut joined = std::mem::take(&mut self.partial);
        joined.extend_from_slice(chunk);
        self.append(&joined)
    }

    fn append(&mut self, bytes: &[u8]) -> Result<(), Error> {
        match str::from_utf8(bytes) {
            Ok(text) => self.buffer.push_str(text),
            Err(error) => {
                let (valid, rest) = bytes.split_at(error.valid_up_to());
                if error.error_len().is_some() {
                    let at = self.fed - rest.len().min(self.fed);
                    return Err(self.no_utf8(at));
                }
                self.buffer.push_str(str::from_utf8(valid).unwrap_or_default());
                self.partial.extend_from_slice(rest);
            }
        }
        Ok(())
    }

    fn no_utf8(&self, at: usize) -> Error {
        let encoding = match self.buffer.get(..) {
            _ if self.fed < 4 || at == 0 => "; UTF-16 and other encodings are not supported",
            _ => "",
        };
        Error::decode(format!("the answer is not UTF-8 at byte {at}{encoding}"))
    }

    /// Says that all bytes are there.
    pub(crate) fn finish(&mut self) {
        self.last = true;
        self.wanted = 0;
    }

    /// Output headers so far.
    pub(crate) fn headers(&mut self) -> &mut Vec<Record> {
        &mut self.headers
    }

    /// What stood beside the rows, once the answer is done (or as far as it came).
    pub(crate) fn summary(&self) -> Option<&Inner> {
        self.rows.as_ref().map(|rows| &rows.summary)
    }

    /// Decodes the next unit. `target` takes the response if it is not read by rows.
    pub(crate) fn next(&mut self, target: Option<&mut dyn Struct>) -> Result<Event, Error> {
        let mut target = target;
        loop {
            if self.state == State::Done {
                return match self.fault.take() {
                    Some(fault) => Err(Error::from_fault(fault)),
                    None => Ok(Event::Done),
                };
            }
            // Without rows there is nothing to hand out before the end.
            let too_early = self.rows.is_none() || self.buffer.len() - self.pos < self.wanted;
            if too_early && !self.last {
                return Ok(Event::More);
            }
            if self.last && !self.partial.is_empty() {
                return Err(self.no_utf8(self.fed - self.partial.len()));
            }
            match self.unit(target.as_mut().map(|target| &mut **target)) {
                Ok(Some(row)) => return Ok(Event::Row(row)),
                Ok(None) => {}
                Err(Halt::More) if self.last => return Err(self.truncated()),
                Err(Halt::More) => {
                    // Twice as much before the next try, so that a large unit costs linear time.
                    self.wanted = (self.buffer.len() - self.pos).saturating_mul(2);
                    return Ok(Event::More);
                }
                Err(Halt::Error(error)) => return Err(error),
            }
        }
    }

    fn truncated(&self) -> Error {
        if self.fed == 0 {
            return Error::new(ErrorKind::Protocol, "the answer is empty");
        }
        Error::new(
            ErrorKind::Truncated,
            format!("the answer ends after {} bytes, before it is complete", self.fed),
        )
    }

    /// One unit, or nothing consumed.
    fn unit(&mut self, target: Option<&mut dyn Struct>) -> Result<Option<Record>, Halt> {
        let mark = self.context.mark();
        let mut reader = Reader::new(&self.buffer[self.pos..], self.last, &mut self.context);
        let mut step = Step {
            operation: self.operation,
            decoder: &mut self.decoder,
            headers: &mut self.headers,
            rows: self.rows.as_mut(),
            fault: &mut self.fault,
            state: self.state,
        };
        let done = step.run(&mut reader, target);
        let state = step.state;
        let pos = reader.pos();
        match done {
            Ok(row) => {
                self.state = state;
                self.pos += pos;
                self.wanted = 0;
                Ok(row)
            }
            Err(halt) => {
                self.context.rollback(mark);
                Err(halt)
            }
        }
    }
}

/// The parts of an answer that a unit may touch while the reader borrows the buffer.
struct Step<'a> {
    operation: &'static Operation,
    decoder: &'a mut Decoder,
    headers: &'a mut Vec<Record>,
    rows: Option<&'a mut Rows>,
    fault: &'a mut Option<Fault>,
    state: State,
}

impl Step<'_> {
    fn run(
        &mut self,
        reader: &mut Reader<'_>,
        target: Option<&mut dyn Struct>,
    ) -> Result<Option<Record>, Halt> {
        if self.state == State::Start {
            reader.prolog()?;
            self.state = State::Prolog;
            return Ok(None);
        }
        if self.state == State::Result
            && let Some(row) = self.decoder.next_row(reader).map_err(|halt| within(halt, self.rows_name()))?
        {
            return Ok(Some(row));
        }
        match reader.next()? {
            Token::Text(_) if self.state == State::Prolog => {
                // The reader lets only white space through here.
            }
            Token::Text(run) if run.bytes().all(|b| b.is_ascii_whitespace()) => {}
            Token::Text(_) => return Err(Error::decode("text between the elements of the envelope").into()),
            Token::Start(start) => return self.start(reader, start, target),
            Token::End => self.end(),
            Token::Eof if self.state == State::AfterEnvelope => self.state = State::Done,
            Token::Eof => return Err(Halt::More),
        }
        Ok(None)
    }

    /// Name of the element that a row is.
    fn rows_name(&self) -> &'static str {
        let field = self.rows.as_ref().and_then(|rows| rows.summary.ty().field(rows.records));
        field.map_or("", |field| field.name)
    }

    fn end(&mut self) {
        self.state = match self.state {
            State::Header => State::Envelope,
            State::Result => State::Response,
            State::Response => State::Body,
            State::Body => State::AfterBody,
            _ => State::AfterEnvelope,
        };
    }

    fn start(
        &mut self,
        reader: &mut Reader<'_>,
        start: Start<'_>,
        target: Option<&mut dyn Struct>,
    ) -> Result<Option<Record>, Halt> {
        let soap = reader.context.uri(start.ns) == ENVELOPE;
        match (self.state, start.local) {
            (State::Prolog, "Envelope") if soap => self.state = State::Envelope,
            (State::Prolog, _) => return Err(no_envelope(reader, start).into()),
            (State::Envelope, "Header") if soap => self.state = State::Header,
            (State::Envelope, "Body") if soap => self.state = State::Body,
            (State::Header, _) => self.header(reader, start)?,
            (State::Body, "Fault") if soap => {
                let fault = self.fault(reader).map_err(|halt| within(halt, "Fault"))?;
                *self.fault = Some(fault);
            }
            (State::Body, _) if is(self.operation.response, start) => match target {
                Some(target) => {
                    self.decoder
                        .structure(reader, target)
                        .map_err(|halt| within(halt, start.local))?;
                }
                None => self.state = State::Response,
            },
            (State::Body, _) => {
                return Err(Error::decode(format!(
                    "expected the element `{}` or a fault, found `{}`",
                    self.operation.response.name,
                    crate::xml::reader::shorten(start.local),
                ))
                .into());
            }
            (State::Response, _) => self.response(reader, start)?,
            (State::Result, _) => return self.row(reader, start),
            _ => reader.skip()?,
        }
        Ok(None)
    }

    fn header(&mut self, reader: &mut Reader<'_>, start: Start<'_>) -> Result<(), Halt> {
        let known = self.operation.output_headers.iter().find(|table| is(table, start));
        if let Some(table) = known {
            let record = self.decoder.record(reader, table).map_err(|h| within(h, start.local))?;
            self.headers.push(record);
            return Ok(());
        }
        let must = reader.attributes().iter().any(|attribute| {
            attribute.local == "mustUnderstand"
                && reader.context.uri(attribute.ns) == ENVELOPE
                && attribute.value.trim() == "1"
        });
        if must {
            return Err(Error::decode(format!(
                "the header `{}` must be understood (mustUnderstand=\"1\"), and the WSDL does not \
                 declare it",
                crate::xml::reader::shorten(start.local)
            ))
            .into());
        }
        reader.skip()
    }

    fn response(&mut self, reader: &mut Reader<'_>, start: Start<'_>) -> Result<(), Halt> {
        match &self.rows {
            Some(rows) if is_field(rows.result, start) => {
                self.state = State::Result;
                Ok(())
            }
            _ => reader.skip(),
        }
    }

    fn row(&mut self, reader: &mut Reader<'_>, start: Start<'_>) -> Result<Option<Record>, Halt> {
        let Some(rows) = &mut self.rows else { return reader.skip().map(|()| None) };
        let ty = rows.summary.ty();
        let field = &ty.fields[usize::from(rows.records)];
        if is_field(field, start) {
            let declared = field.ty.unwrap_or(&crate::codec::ANY_RECORD);
            let row = self.decoder.row(reader, start, declared);
            return row.map(Some).map_err(|halt| within(halt, start.local));
        }
        match (0..).zip(ty.fields).find(|(_, field)| is_field(field, start)) {
            Some((index, field)) => self
                .decoder
                .record_field(reader, &mut rows.summary, index, field)
                .map_err(|halt| within(halt, field.name))?,
            None => reader.skip()?,
        }
        Ok(None)
    }

    fn fault(&mut self, reader: &mut Reader<'_>) -> Result<Fault, Halt> {
        let (mut code, mut message, mut detail) = (String::new(), String::new(), None);
        loop {
            match reader.next()? {
                // The parts of a SOAP 1.1 fault are in no namespace; some servers qualify them.
                Token::Start(start) => match start.local {
                    "faultcode" => code = crate::codec::leaf(reader)?.trim().to_owned(),
                    "faultstring" => message = crate::codec::leaf(reader)?.into_owned(),
                    "detail" => detail = self.detail(reader)?,
                    _ => reader.skip()?,
                },
                Token::Text(_) => {}
                Token::End | Token::Eof => return Ok(Fault::new(&code, &message, detail)),
            }
        }
    }

    /// The first entry of `detail`: a declared fault by name or by `xsi:type`, else as it comes.
    fn detail(&mut self, reader: &mut Reader<'_>) -> Result<Option<Record>, Halt> {
        let mut detail = None;
        loop {
            match reader.next()? {
                Token::Start(start) if detail.is_none() => {
                    let faults = self.operation.faults;
                    let named = reader.type_attribute()?;
                    let declared = faults.iter().find(|table| is(table, start)).or_else(|| {
                        faults.iter().find(|table| {
                            named.as_ref().is_some_and(|(ns, local)| {
                                table.name == local && NsId::from(table.ns) == *ns
                            })
                        })
                    });
                    let table = declared.copied().unwrap_or(&crate::codec::ANY_RECORD);
                    let record = self.decoder.record_as(reader, table)?;
                    let own = declared.is_none() && named.is_none();
                    detail = Some(if own { record.named(reader.context.uri(start.ns), start.local) } else { record });
                }
                Token::Start(_) => reader.skip()?,
                Token::Text(_) => {}
                Token::End | Token::Eof => return Ok(detail),
            }
        }
    }
}

fn is(table: &Type, start: Start<'_>) -> bool {
    table.name == start.local && NsId::from(table.ns) == start.ns
}

fn is_field(field: &Field, start: Start<'_>) -> bool {
    field.name == start.local && NsId::from(field.ns) == start.ns
}

fn within(halt: Halt, name: &str) -> Halt {
    crate::codec::within(halt, name)
}

fn no_envelope(reader: &Reader<'_>, start: Start<'_>) -> Error {
    let found = crate::xml::reader::shorten(start.local);
    let hint = match (start.local, reader.context.uri(start.ns)) {
        ("Envelope", "http://www.w3.org/2003/05/soap-envelope") => "; that one is SOAP 1.2",
        (name, _) if name.eq_ignore_ascii_case("html") => {
            "; a web page, perhaps of a proxy or a maintenance notice: check the address"
        }
        _ => "",
    };
    Error::new(
        ErrorKind::Protocol,
        format!("expected a SOAP 1.1 envelope, found the element `{found}`{hint}"),
    )
}
