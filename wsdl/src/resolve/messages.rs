//! Resolves messages and their parts.

use super::Resolver;
use super::missing::TypeRole;
use super::wsdl::{Entry, WsdlTables};
use crate::error::{Error, ErrorKind, quoted};
use crate::model::{Builtin, Message, MessageId, Part, PartTarget, Position};
use crate::raw::{self, Same};
use crate::xml::Name;

/// A defect of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// A part refers to an undefined element. Its name is known, but its content is not.
    UndefinedElement,
    /// The content of a part is not known.
    Unusable,
}

impl<'s, 'a> Resolver<'s, 'a> {
    pub(super) fn message(
        &mut self,
        message: &'s raw::Message<'a>,
        tables: &mut WsdlTables<'s, 'a>,
    ) -> Result<(), Error> {
        let id = MessageId(self.model.messages.len() as u32);
        let key = tables.key(&message.name);
        let (raw, position) = (message, message.position);
        if let Some(earlier) = tables.messages.get(&key) {
            return self.repeated("message", key.1, position, earlier.raw.same(raw, None));
        }
        tables.messages.insert(key, Entry { raw, id });
        let mut parts: Vec<Part> = Vec::new();
        for part in &message.parts {
            if let Some(earlier) = tables.parts.get(&(id, &*part.name)) {
                let same = message.parts[*earlier].same(part, None);
                self.repeated("part", &part.name, part.position, same)?;
                continue;
            }
            tables.parts.insert((id, &part.name), parts.len());
            let (target, fault) = self.part_target(part)?;
            if let Some(fault) = fault {
                tables.faulty.insert(id, fault);
            }
            parts.push(Part {
                name: part.name.to_string(),
                target,
            });
        }
        let name = self.qname(key.0, key.1);
        self.model.messages.push(Message {
            name,
            parts,
            position: message.position,
        });
        Ok(())
    }

    /// The target of a part, and the defect of the message, if there is one.
    fn part_target(
        &mut self,
        part: &'s raw::Part<'a>,
    ) -> Result<(PartTarget, Option<Fault>), Error> {
        let position = part.position;
        let element = match &part.element {
            None => None,
            Some(name) => match self.defined_element(name, position) {
                Some(id) => Some(id),
                None => {
                    let missing = self.missing_element(name, position)?;
                    let (done, fault) = match missing {
                        Some(_) => (
                            "it is read as an element of any type",
                            Fault::UndefinedElement,
                        ),
                        None => ("the message cannot be used", Fault::Unusable),
                    };
                    self.note_missing("element", name, position, done);
                    let target = match missing {
                        Some(id) => PartTarget::Element(id),
                        None => PartTarget::Type(self.builtin(Builtin::AnyType)?),
                    };
                    return Ok((target, Some(fault)));
                }
            },
        };
        let type_id = match &part.type_name {
            Some(name) => Some(self.type_ref(name, TypeRole::Any, position)?),
            None => None,
        };
        Ok(match (element, type_id) {
            (Some(element), None) => (PartTarget::Element(element), None),
            (None, Some(type_id)) => (PartTarget::Type(type_id), None),
            (None, None) => {
                let text = format!(
                    "the part {} has neither `element` nor `type` and is read as of any type",
                    quoted(&part.name)
                );
                self.note(position, text);
                (PartTarget::Type(self.builtin(Builtin::AnyType)?), None)
            }
            (Some(element), Some(_)) => {
                let text = format!(
                    "the part {} has both `element` and `type`, where only one is allowed: the \
                     message cannot be used",
                    quoted(&part.name)
                );
                self.note(position, text);
                (PartTarget::Element(element), Some(Fault::Unusable))
            }
        })
    }

    /// The message of an input, output or header, if it is known what is sent.
    pub(super) fn usable_message(
        &mut self,
        name: &Name<'a>,
        position: Position,
        tables: &WsdlTables<'s, 'a>,
    ) -> Result<MessageId, Error> {
        let id = self.message_ref(name, position, tables)?;
        match tables.faulty.get(&id) {
            Some(Fault::Unusable) => Err(self.faulty(id, "cannot be used", position)),
            Some(Fault::UndefinedElement) | None => Ok(id),
        }
    }

    /// The message of a fault, if all names in it are defined. The detail of an undeclared fault is read
    /// without a type anyway, so a fault with unknown content is not useful.
    pub(super) fn fault_message(
        &mut self,
        name: &Name<'a>,
        position: Position,
        tables: &WsdlTables<'s, 'a>,
    ) -> Result<MessageId, Error> {
        let id = self.usable_message(name, position, tables)?;
        match tables.faulty.get(&id) {
            None => Ok(id),
            Some(_) => Err(self.faulty(id, "refers to an element that is not defined", position)),
        }
    }

    fn faulty(&self, id: MessageId, what: &str, position: Position) -> Error {
        let name = quoted(&self.model.message(id).name.local);
        let text = format!("the message {name} {what}");
        self.error(ErrorKind::Invalid, position, text)
    }

    fn message_ref(
        &mut self,
        name: &Name<'a>,
        position: Position,
        tables: &WsdlTables<'s, 'a>,
    ) -> Result<MessageId, Error> {
        self.lookup("message", name, position, &tables.messages, tables.target)
    }
}
