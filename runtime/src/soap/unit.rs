//! Reads one unit of a message, and checks which elements may occur where in an envelope.

use super::error::{Halt, SoapError};
use super::form::Form;
use super::header::{Undeclared, Understood, is_ours, must_understand};
use super::reader::{BodyContent, Position, Rows};

use crate::codec::{CodecError, Decoder, References, Seen, expanded, find, is_nil, shown};
use crate::record::Record;
use crate::schema::ANY_RECORD;
use crate::schema::{Field, SoapVersion, Type};
use crate::value::Struct;
use crate::xml::chars::is_space;
use crate::xml::reader::shorten;
use crate::xml::{NsId, Reader, Start, Token};

/// The parts of a message that reading a unit may change while the reader borrows the input.
pub(super) struct UnitReader<'a> {
    pub(super) form: Form,
    pub(super) decoder: &'a mut Decoder,
    pub(super) headers: &'a mut Vec<Record>,
    pub(super) rows: Option<&'a mut Rows>,
    pub(super) outcome: &'a mut BodyContent,
    pub(super) state: Position,
    pub(super) expected: SoapVersion,
    pub(super) found: &'a mut SoapVersion,
    /// The fields of a bare message that have arrived.
    pub(super) seen: &'a mut Seen,
    pub(super) understood: &'a Understood,
    pub(super) undeclared: &'a mut Undeclared,
}

impl UnitReader<'_> {
    /// Reads one unit. Returns a row if the unit is a row.
    pub(super) fn run(
        &mut self,
        reader: &mut Reader<'_>,
        target: Option<&mut dyn Struct>,
    ) -> Result<Option<Record>, Halt> {
        if self.state == Position::Start {
            reader.blanks_before_declaration()?;
            reader.prolog()?;
            self.state = Position::Prolog;
            return Ok(None);
        }
        if self.state == Position::Result
            && let Some(row) = self
                .decoder
                .next_row(reader)
                .map_err(|halt| halt.within(self.rows_name()))?
        {
            return Ok(Some(row));
        }
        if self.state == Position::Body
            && self.form.encoded
            && matches!(self.outcome, BodyContent::None)
        {
            self.decoder.references = Some(References::find(reader, *self.found)?);
        }
        match reader.next()? {
            Token::Text(run) if run.bytes().all(is_space) => {}
            Token::Text(_) => {
                return Err(CodecError::decode("text between the elements of the envelope").into());
            }
            Token::Start(start) => {
                let state = self.state;
                let row = self.start(reader, start, target)?;
                // An empty element such as `<soapenv:Header/>` is left as soon as it is entered.
                if start.empty && self.state != state {
                    reader.next()?;
                    self.end();
                }
                return Ok(row);
            }
            Token::End => self.end(),
            Token::Eof if self.state != Position::AfterEnvelope => return Err(Halt::More),
            Token::Eof
                if matches!(self.outcome, BodyContent::None) && *self.found != self.expected =>
            {
                return Err(other_version(self.expected, *self.found).into());
            }
            Token::Eof if matches!(self.outcome, BodyContent::None) && !self.may_be_empty() => {
                return Err(CodecError::decode(match self.form.is_request {
                    true => format!("expected {}, found an empty body", self.expected_name()),
                    false => format!(
                        "expected {}, found an envelope without either",
                        self.expected_name()
                    ),
                })
                .into());
            }
            Token::Eof => {
                if self.form.bare
                    && matches!(self.outcome, BodyContent::Response)
                    && let Some(target) = target
                {
                    Decoder::complete(reader, target, self.seen)?;
                }
                self.state = Position::Done;
            }
        }
        Ok(None)
    }

    /// Whether the body must not contain more. A bare message may contain further elements.
    fn is_answered(&self) -> bool {
        match self.outcome {
            BodyContent::None => false,
            BodyContent::Fault(_) => true,
            BodyContent::Response => !self.form.bare,
        }
    }

    /// Whether a body without content is a valid message.
    fn may_be_empty(&self) -> bool {
        let response = self.form.table;
        response.fields().is_empty()
            || self.form.bare && response.fields().iter().all(|f| f.has(Field::OPTIONAL))
    }

    /// What the body must contain, for an error message.
    fn expected_name(&self) -> String {
        let table = self.form.table;
        let first = table.field(0).filter(|_| self.form.bare);
        let name = match first {
            Some(field) => expanded(table.uri(field), field.name),
            None => expanded(table.namespace(), table.name),
        };
        match self.form.is_request {
            true => format!("the element `{name}`"),
            false => format!("the element `{name}` or a fault"),
        }
    }

    /// The name of the element of a row.
    fn rows_name(&self) -> &'static str {
        let field = self
            .rows
            .as_ref()
            .and_then(|rows| rows.summary.ty().field(rows.records));
        field.map_or("", |field| field.name)
    }

    fn end(&mut self) {
        self.state = match self.state {
            Position::Header => Position::Envelope,
            Position::Result => Position::Response,
            Position::Response => Position::Body,
            Position::Body => Position::AfterBody,
            _ => Position::AfterEnvelope,
        };
    }

    fn start(
        &mut self,
        reader: &mut Reader<'_>,
        start: Start<'_>,
        target: Option<&mut dyn Struct>,
    ) -> Result<Option<Record>, Halt> {
        if self.state == Position::Prolog {
            let uri = reader.context.uri(start.ns);
            let found = [SoapVersion::V1_1, SoapVersion::V1_2]
                .into_iter()
                .find(|version| start.local == "Envelope" && version.envelope() == uri);
            *self.found = found.ok_or_else(|| no_envelope(self.expected, start))?;
            self.state = Position::Envelope;
            return Ok(None);
        }
        let soap = reader.context.uri(start.ns) == self.found.envelope();
        match (self.state, start.local) {
            (Position::Envelope, "Header") if soap => self.state = Position::Header,
            (Position::Envelope, "Body") if soap => self.state = Position::Body,
            (Position::Header, _) => self.header(reader, start)?,
            (Position::AfterBody, "Header" | "Body") if soap => {
                return Err(CodecError::decode("a header or a second body after the body").into());
            }
            // The elements to which the fault or response refers were read together with it.
            (Position::Body, _) if self.is_answered() && self.form.encoded => {
                reader.skip()?;
            }
            (Position::Body, _) if self.is_answered() => {
                return Err(CodecError::decode("a second element in the body").into());
            }
            (Position::Body, "Fault")
                if soap && !self.form.is_request && matches!(self.outcome, BodyContent::None) =>
            {
                let fault = match self.found {
                    SoapVersion::V1_1 => self.fault(reader),
                    SoapVersion::V1_2 => self.fault_1_2(reader),
                };
                *self.outcome =
                    BodyContent::Fault(Box::new(fault.map_err(|halt| halt.within("Fault"))?));
            }
            // A service that does not speak this version of SOAP may say so in the other version,
            // but may send nothing else in it.
            (Position::Body, _) if *self.found != self.expected => {
                return Err(other_version(self.expected, *self.found).into());
            }
            (Position::Body, _) if self.form.bare => {
                self.bare(reader, start, target)?;
            }
            (Position::Body, _) if self.form.any_name || self.is_response(reader, start) => {
                match target {
                    Some(target) => {
                        self.decoder
                            .structure(reader, target)
                            .map_err(|halt| halt.within(self.form.table.name))?;
                    }
                    None => self.state = Position::Response,
                }
                *self.outcome = BodyContent::Response;
            }
            (Position::Body, _) => {
                return Err(CodecError::decode(format!(
                    "expected {}, found {}",
                    self.expected_name(),
                    found(reader, start),
                ))
                .into());
            }
            (Position::Response, _) => self.response(reader, start)?,
            (Position::Result, _) => return self.row(reader, start),
            _ => reader.skip()?,
        }
        Ok(None)
    }

    fn is_response(&self, reader: &mut Reader<'_>, start: Start<'_>) -> bool {
        let response = self.form.table;
        Decoder::is_named(reader, (response.ns, response.name), start)
    }

    /// A child of the body that is a field of the message itself.
    fn bare(
        &mut self,
        reader: &mut Reader<'_>,
        start: Start<'_>,
        target: Option<&mut dyn Struct>,
    ) -> Result<(), Halt> {
        let response = self.form.table;
        let Some((index, field)) = find(response, start, 0)
            .or_else(|| Decoder::stray(reader, response, start, |index| self.seen.has(index)))
            .and_then(|index| response.field(index).map(|field| (index, field)))
        else {
            if response.fields().is_empty() || self.form.encoded {
                return Ok(reader.skip()?);
            }
            return Err(CodecError::decode(format!(
                "expected {}, found {}",
                self.expected_name(),
                found(reader, start),
            ))
            .into());
        };
        *self.outcome = BodyContent::Response;
        self.seen.add(index);
        match target {
            Some(target) => self
                .decoder
                .field(reader, target, index, field)
                .map_err(|halt| halt.within(field.name))?,
            None => reader.skip()?,
        }
        Ok(())
    }

    fn header(&mut self, reader: &mut Reader<'_>, start: Start<'_>) -> Result<(), Halt> {
        // A client cannot be an intermediary, and reads all headers of its response.
        if self.form.is_request && !is_ours(reader, *self.found) {
            return Ok(reader.skip()?);
        }
        let declared = self.form.headers;
        let known = declared.iter().copied().find(|table| is(table, start));
        if let Some(table) = known.or_else(|| stray(reader, declared, start)) {
            let record = self
                .decoder
                .record(reader, table)
                .map_err(|h| h.within(table.name))?;
            self.headers.push(record);
            return Ok(());
        }
        let uri = reader.context.uri(start.ns);
        if self.understood.contains(uri, start.local) {
            if self.form.is_request {
                let element = self.decoder.element(reader, start)?;
                self.undeclared.understood.push(element);
                return Ok(());
            }
        } else if must_understand(reader, *self.found) {
            if self.form.is_request {
                let name = (uri.to_owned(), start.local.to_owned());
                self.undeclared.add_not_understood(name);
                return Ok(reader.skip()?);
            }
            return Err(CodecError::decode(format!(
                "the header `{}` must be understood (mustUnderstand=\"1\"), and the WSDL does not \
                 declare it; if it can be ignored, let `RawHeader::understands` accept it",
                shown(reader, start)
            ))
            .into());
        }
        Ok(reader.skip()?)
    }

    fn response(&mut self, reader: &mut Reader<'_>, start: Start<'_>) -> Result<(), Halt> {
        match &self.rows {
            Some(rows) if is_field(reader, rows.result, start) => {
                self.state = Position::Result;
                Ok(())
            }
            _ => Ok(reader.skip()?),
        }
    }

    fn row(&mut self, reader: &mut Reader<'_>, start: Start<'_>) -> Result<Option<Record>, Halt> {
        let Some(rows) = &mut self.rows else {
            reader.skip()?;
            return Ok(None);
        };
        let ty = rows.summary.ty();
        let field = &ty.fields()[usize::from(rows.records)];
        if is_field(reader, field, start) {
            if is_nil(reader)? {
                // This is not a row but, for example, part of a list of records that is read as a
                // whole.
                reader.skip()?;
                return Ok(None);
            }
            let declared = field.ty.unwrap_or(&ANY_RECORD);
            let row = self.decoder.row(reader, start, declared);
            let row = row.map_err(|halt| halt.within(field.name))?;
            return Ok(Some(row));
        }
        match (0..)
            .zip(ty.fields())
            .find(|(_, field)| is_field(reader, field, start))
        {
            Some((index, field)) => self
                .decoder
                .record_field(reader, &mut rows.summary, index, field)
                .map(|()| rows.summary.sort())
                .map_err(|halt| halt.within(field.name))?,
            None => reader.skip()?,
        }
        Ok(None)
    }
}

/// The name that [`shown`] returns, in backticks for a message.
fn found(reader: &Reader<'_>, start: Start<'_>) -> String {
    let name = shown(reader, start);
    match reader.context.uri(start.ns) {
        "" => format!("`{name}` in no namespace"),
        _ => format!("`{name}`"),
    }
}

pub(super) fn is(table: &Type, start: Start<'_>) -> bool {
    table.name == start.local && NsId::from(table.ns) == start.ns
}

/// The table of an element that is in another namespace than the schema says, if only one table has
/// its local name.
pub(super) fn stray(
    reader: &mut Reader<'_>,
    tables: &[&'static Type],
    start: Start<'_>,
) -> Option<&'static Type> {
    let mut named = tables.iter().filter(|table| table.name == start.local);
    let table = named.next().filter(|_| named.next().is_none())?;
    Decoder::is_named(reader, (table.ns, table.name), start).then_some(table)
}

fn is_field(reader: &mut Reader<'_>, field: &Field, start: Start<'_>) -> bool {
    Decoder::is_named(reader, (field.ns, field.name), start)
}

fn no_envelope(expected: SoapVersion, start: Start<'_>) -> SoapError {
    let found = shorten(start.local);
    let hint = if start.local.eq_ignore_ascii_case("html") {
        "; this is a web page, perhaps of a proxy; check the address"
    } else {
        ""
    };
    SoapError::NotSoap(format!(
        "expected a {expected} envelope, found the element `{found}`{hint}"
    ))
}

fn other_version(expected: SoapVersion, found: SoapVersion) -> SoapError {
    SoapError::OtherVersion(format!(
        "the response is in {found}, but the port speaks {expected}; call the port of the WSDL that speaks \
         {found}"
    ))
}
