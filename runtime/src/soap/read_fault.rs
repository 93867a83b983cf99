//! Reads the faults of both versions of SOAP, and their details by the tables of declared faults.

use super::fault::{Fault, Parts};
use super::unit::{UnitReader, is, stray};
use crate::codec::{Halt, leaf};
use crate::record::{Element, Record};
use crate::schema::{ANY_RECORD, ANY_SCHEMA};
use crate::schema::{Field, Kind, Type};
use crate::xml::{Checkpoint, NsId, Reader, Start, Token};

impl UnitReader<'_> {
    /// Reads a fault of SOAP 1.1 (section 4.4).
    pub(super) fn fault(&mut self, reader: &mut Reader<'_>) -> Result<Fault, Halt> {
        let mut parts = Parts::default();
        loop {
            match reader.next()? {
                // The parts of a SOAP 1.1 fault have no namespace, but some servers qualify them.
                Token::Start(start) => match start.local {
                    "faultcode" => parts.code = leaf(reader)?.trim().to_owned(),
                    "faultstring" => parts.message = leaf(reader)?.into_owned(),
                    "faultactor" => parts.actor = Some(leaf(reader)?.trim().to_owned()),
                    "detail" => self.details(reader, &mut parts)?,
                    _ => reader.skip()?,
                },
                Token::Text(_) => {}
                Token::End | Token::Eof => return Ok(Fault::new(parts)),
            }
        }
    }

    /// Reads a fault of SOAP 1.2 (Part 1, section 5.4).
    pub(super) fn fault_1_2(&mut self, reader: &mut Reader<'_>) -> Result<Fault, Halt> {
        let mut parts = Parts::default();
        loop {
            match reader.next()? {
                Token::Start(start) => match start.local {
                    "Code" => {
                        let mut codes = Vec::new();
                        codes_of(reader, &mut codes)?;
                        let mut codes = codes.into_iter();
                        parts.code = codes.next().unwrap_or_default();
                        parts.subcodes = codes.collect();
                    }
                    "Reason" => parts.message = reason(reader)?,
                    "Role" => parts.actor = Some(leaf(reader)?.trim().to_owned()),
                    "Detail" => self.details(reader, &mut parts)?,
                    _ => reader.skip()?,
                },
                Token::Text(_) => {}
                Token::End | Token::Eof => return Ok(Fault::new(parts)),
            }
        }
    }

    /// Reads the entries of `detail`. An entry is read by the table of the declared fault that its
    /// `xsi:type` or its name selects, or else as an element that no table knows.
    fn details(&mut self, reader: &mut Reader<'_>, parts: &mut Parts) -> Result<(), Halt> {
        loop {
            let checkpoint = reader.checkpoint();
            match reader.next()? {
                Token::Start(start) => {
                    let record = self.detail_entry(reader, start, checkpoint)?;
                    parts.details.push(match record.type_name() {
                        "" => record.named(reader.context.uri(start.ns), start.local),
                        _ => record,
                    });
                    let element = self.detail_element(reader, start, checkpoint)?;
                    parts.detail_elements.extend(element);
                }
                Token::Text(run) => parts.detail_text.push_str(&run),
                Token::End | Token::Eof => return Ok(()),
            }
        }
    }

    /// Reads a detail entry once more without a table, so that everything in it is kept.
    fn detail_element(
        &mut self,
        reader: &mut Reader<'_>,
        start: Start<'_>,
        checkpoint: Checkpoint,
    ) -> Result<Option<Element>, Halt> {
        // What was noted in the entry is counted once.
        let drift = reader.context.drift.clone();
        let begin = |reader: &mut Reader<'_>| {
            reader.go_back(checkpoint);
            reader.next().map(drop)
        };
        begin(reader)?;
        let element = match self.decoder.element(reader, start) {
            Ok(element) => Some(element),
            Err(Halt::Error(_)) => {
                begin(reader)?;
                reader.skip()?;
                None
            }
            Err(halt) => return Err(halt),
        };
        reader.context.drift = drift;
        Ok(element)
    }

    /// Reads a detail entry by its table. An entry that does not fit must not hide the fault, so it
    /// is read again without the table, as elements or as text.
    fn detail_entry(
        &mut self,
        reader: &mut Reader<'_>,
        start: Start<'_>,
        checkpoint: Checkpoint,
    ) -> Result<Record, Halt> {
        let declared = self.declared_fault(reader, start);
        for table in [declared, &ANY_RECORD] {
            match self.decoder.record_as(reader, table) {
                Err(Halt::Error(_)) => {
                    reader.go_back(checkpoint);
                    reader.next()?;
                }
                done => return done,
            }
        }
        self.decoder.record_as(reader, &TEXT_DETAIL)
    }

    /// The table of an entry of the detail: that of its `xsi:type`, or else that of its name.
    fn declared_fault(&self, reader: &mut Reader<'_>, start: Start<'_>) -> &'static Type {
        let faults = self.form.faults;
        let typed = reader.type_attribute().ok().flatten();
        let typed = typed.and_then(|(ns, local)| {
            // A base type of a declared fault is accepted, too.
            let mut all = faults.iter().flat_map(|table| table.and_bases());
            all.find(|table| table.name == local && NsId::from(table.ns) == ns)
        });
        typed
            .or_else(|| faults.iter().copied().find(|table| is(table, start)))
            .or_else(|| stray(reader, faults, start))
            .unwrap_or(&ANY_RECORD)
    }
}

/// The table of an entry that contains only text.
static TEXT_DETAIL: Type = Type::new("", &ANY_SCHEMA, 0)
    .with_fields(0, &[Field::new("text", 0, Kind::String, Field::TEXT)]);

/// Reads a `Value` and then those of the nested `Subcode`s.
fn codes_of(reader: &mut Reader<'_>, codes: &mut Vec<String>) -> Result<(), Halt> {
    loop {
        match reader.next()? {
            Token::Start(start) => match start.local {
                "Value" => codes.push(leaf(reader)?.trim().to_owned()),
                "Subcode" => codes_of(reader, codes)?,
                _ => reader.skip()?,
            },
            Token::Text(_) => {}
            Token::End | Token::Eof => return Ok(()),
        }
    }
}

/// The `Text` in English, or else the first `Text`.
fn reason(reader: &mut Reader<'_>) -> Result<String, Halt> {
    let mut chosen: Option<(bool, String)> = None;
    loop {
        match reader.next()? {
            Token::Start(start) if start.local == "Text" => {
                let lang = reader.attributes().iter().find(|a| a.local == "lang");
                let english = lang.is_some_and(|lang| {
                    let language = lang.value.trim().split('-').next().unwrap_or_default();
                    language.eq_ignore_ascii_case("en")
                });
                let text = leaf(reader)?.into_owned();
                if chosen.as_ref().is_none_or(|(better, _)| english && !better) {
                    chosen = Some((english, text));
                }
            }
            Token::Start(_) => reader.skip()?,
            Token::Text(_) => {}
            Token::End | Token::Eof => return Ok(chosen.unwrap_or_default().1),
        }
    }
}
