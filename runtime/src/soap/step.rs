//! One unit of an answer: what may stand where in an envelope.

use super::answer::{Outcome, Rows, State};
use super::{ENVELOPE, Fault, NEXT};
use crate::codec::{ANY_RECORD, ANY_TYPE, Decoder, is_nil, leaf, within};
use crate::error::{Error, ErrorKind};
use crate::record::Record;
use crate::schema::table::field;
use crate::schema::{Field, Kind, Operation, Type};
use crate::value::Struct;
use crate::xml::chars::is_space;
use crate::xml::reader::shorten;
use crate::xml::{Halt, NsId, Place, Reader, Start, Token};

/// The parts of an answer that a unit may touch while the reader borrows the input.
pub(super) struct Step<'a> {
    pub(super) operation: &'static Operation,
    pub(super) decoder: &'a mut Decoder,
    pub(super) headers: &'a mut Vec<Record>,
    pub(super) rows: Option<&'a mut Rows>,
    pub(super) outcome: &'a mut Outcome,
    pub(super) state: State,
}

impl Step<'_> {
    /// Reads one unit; gives a row if it was one.
    pub(super) fn run(
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
            && let Some(row) = self
                .decoder
                .next_row(reader)
                .map_err(|halt| within(halt, self.rows_name()))?
        {
            return Ok(Some(row));
        }
        match reader.next()? {
            Token::Text(run) if run.bytes().all(is_space) => {}
            Token::Text(_) => {
                return Err(Error::decode("text between the elements of the envelope").into());
            }
            Token::Start(start) => {
                let state = self.state;
                let row = self.start(reader, start, target)?;
                // A wrapper that was entered is left at once if it is empty: `<soapenv:Header/>`.
                if start.empty && self.state != state {
                    reader.next()?;
                    self.end();
                }
                return Ok(row);
            }
            Token::End => self.end(),
            Token::Eof if self.state != State::AfterEnvelope => return Err(Halt::More),
            Token::Eof if matches!(self.outcome, Outcome::None) => {
                return Err(Error::decode(format!(
                    "expected the element `{}` or a fault, found an envelope without either",
                    self.operation.response.name
                ))
                .into());
            }
            Token::Eof => self.state = State::Done,
        }
        Ok(None)
    }

    /// Name of the element that a row is.
    fn rows_name(&self) -> &'static str {
        let field = self
            .rows
            .as_ref()
            .and_then(|rows| rows.summary.ty().field(rows.records));
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
            (State::AfterBody, "Header" | "Body") if soap => {
                return Err(Error::decode("a header or a second body after the body").into());
            }
            (State::Body, _) if !matches!(self.outcome, Outcome::None) => {
                return Err(Error::decode("a second element in the body").into());
            }
            (State::Body, "Fault") if soap => {
                let fault = self.fault(reader).map_err(|halt| within(halt, "Fault"))?;
                *self.outcome = Outcome::Fault(fault);
            }
            (State::Body, _) if is(self.operation.response, start) => {
                match target {
                    Some(target) => {
                        self.decoder
                            .structure(reader, target)
                            .map_err(|halt| within(halt, self.operation.response.name))?;
                    }
                    None => self.state = State::Response,
                }
                *self.outcome = Outcome::Response;
            }
            (State::Body, _) => {
                return Err(Error::decode(format!(
                    "expected the element `{}` or a fault, found `{}`",
                    self.operation.response.name,
                    shorten(start.local),
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
        let known = self
            .operation
            .output_headers
            .iter()
            .find(|table| is(table, start));
        if let Some(table) = known {
            let record = self
                .decoder
                .record(reader, table)
                .map_err(|h| within(h, table.name))?;
            self.headers.push(record);
            return Ok(());
        }
        let soap = |name| {
            let attributes = reader.attributes().iter();
            let mut named = attributes.filter(|attribute| attribute.local == name);
            named
                .find(|attribute| reader.context.uri(attribute.ns) == ENVELOPE)
                .map(|attribute| attribute.value.trim())
        };
        // SOAP 1.1, 4.2.2: a header for another actor was meant for someone on the way.
        let for_us = matches!(soap("actor"), None | Some("" | NEXT));
        let must = for_us && matches!(soap("mustUnderstand"), Some("1" | "true"));
        if must {
            return Err(Error::decode(format!(
                "the header `{}` must be understood (mustUnderstand=\"1\"), and the WSDL does not \
                 declare it",
                shorten(start.local)
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
        let Some(rows) = &mut self.rows else {
            return reader.skip().map(|()| None);
        };
        let ty = rows.summary.ty();
        let field = &ty.fields[usize::from(rows.records)];
        if is_field(field, start) {
            if is_nil(reader)? {
                // No row, as in a list of records that is read as a whole.
                return reader.skip().map(|()| None);
            }
            let declared = field.ty.unwrap_or(&ANY_RECORD);
            let row = self.decoder.row(reader, start, declared);
            return row.map(Some).map_err(|halt| within(halt, field.name));
        }
        match (0..)
            .zip(ty.fields)
            .find(|(_, field)| is_field(field, start))
        {
            Some((index, field)) => self
                .decoder
                .record_field(reader, &mut rows.summary, index, field)
                .map(|()| rows.summary.settle())
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
                    "faultcode" => code = leaf(reader)?.trim().to_owned(),
                    "faultstring" => message = leaf(reader)?.into_owned(),
                    "detail" => detail = self.detail(reader)?,
                    _ => reader.skip()?,
                },
                Token::Text(_) => {}
                Token::End | Token::Eof => return Ok(Fault::new(&code, &message, detail)),
            }
        }
    }

    /// The first entry of `detail`: a declared fault by `xsi:type` or by name, else as it comes.
    fn detail(&mut self, reader: &mut Reader<'_>) -> Result<Option<Record>, Halt> {
        let mut detail = None;
        loop {
            let place = reader.place();
            match reader.next()? {
                Token::Start(start) if detail.is_none() => {
                    let record = self.detail_entry(reader, start, place)?;
                    detail = Some(match record.type_name() {
                        "" => record.named(reader.context.uri(start.ns), start.local),
                        _ => record,
                    });
                }
                Token::Start(_) => reader.skip()?,
                Token::Text(_) => {}
                Token::End | Token::Eof => return Ok(detail),
            }
        }
    }

    /// A detail entry by its table. One that does not fit must not hide the fault: it is read
    /// again as whatever it holds, elements or text.
    fn detail_entry(
        &mut self,
        reader: &mut Reader<'_>,
        start: Start<'_>,
        place: Place,
    ) -> Result<Record, Halt> {
        let declared = self.declared_fault(reader, start);
        for table in [declared, &ANY_RECORD] {
            match self.decoder.record_as(reader, table) {
                Err(Halt::Error(_)) => {
                    reader.go_back(place);
                    reader.next()?;
                }
                done => return done,
            }
        }
        self.decoder.record_as(reader, &TEXT_DETAIL)
    }

    /// Table of a detail entry: that of its `xsi:type`, else that of its name.
    fn declared_fault(&self, reader: &Reader<'_>, start: Start<'_>) -> &'static Type {
        let faults = self.operation.faults;
        let typed = reader.type_attribute().ok().flatten();
        let typed = typed.and_then(|(ns, local)| {
            // A base of a declared fault may come as well.
            let mut all = faults.iter().flat_map(|table| table.and_bases());
            all.find(|table| table.name == local && NsId::from(table.ns) == ns)
        });
        typed
            .or_else(|| faults.iter().copied().find(|table| is(table, start)))
            .unwrap_or(&ANY_RECORD)
    }
}

/// Table of a detail entry that is text.
static TEXT_DETAIL: Type = Type {
    fields: &[field("text", 0, Kind::String, Field::TEXT)],
    flags: 0,
    ..ANY_TYPE
};

fn is(table: &Type, start: Start<'_>) -> bool {
    table.name == start.local && NsId::from(table.ns) == start.ns
}

fn is_field(field: &Field, start: Start<'_>) -> bool {
    field.name == start.local && NsId::from(field.ns) == start.ns
}

fn no_envelope(reader: &Reader<'_>, start: Start<'_>) -> Error {
    let found = shorten(start.local);
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
