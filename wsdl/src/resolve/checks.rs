//! Checks that need all types: cycles of derivations, and types that are used in a wrong role, such as a
//! complex type for an attribute.

use super::Resolver;
use crate::error::{Error, ErrorKind, clipped, quoted};
use crate::model::{
    Builtin, Content, DerivationMethod, ElementId, Enumeration, Facets, QName, TypeId, TypeKind,
    TypeName, Variety,
};
use crate::raw;

/// The roles that a type is suitable for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sort {
    /// A simple type. `qname` states whether its values are QNames.
    Simple { qname: bool },
    /// A complex type with simple content. `qname` states whether its values are QNames.
    Text { qname: bool },
    /// Any other complex type. `mixed` states whether its content is mixed.
    Elements { mixed: bool },
    /// `anyType`, which can be the base of any complex type.
    Any,
}

impl Resolver<'_, '_> {
    pub(super) fn check_types(&mut self) -> Result<(), Error> {
        let order = self.derivation_order()?;
        let mut sorts = vec![Sort::Any; self.model.types.len()];
        for id in order {
            self.take_text_of_base(id, &sorts);
            sorts[id.0 as usize] = self.sort(id, &sorts)?;
        }
        for (index, definition) in self.model.types.iter().enumerate() {
            if let TypeKind::Complex(complex) = &definition.kind {
                for attribute in &complex.attributes {
                    let sort = sorts[attribute.type_id.0 as usize];
                    if !matches!(sort, Sort::Simple { .. }) {
                        let message = format!(
                            "the type of the attribute {} is not simple",
                            quoted(&attribute.name)
                        );
                        let id = TypeId(index as u32);
                        return Err(self.type_error(ErrorKind::Invalid, id, message));
                    }
                }
            }
        }
        self.resolve_enumerations(&sorts);
        Ok(())
    }

    /// All types, each after the types that it derives from. A cycle is an error.
    ///
    /// The function does not recurse, because a chain of derivations may contain every type.
    fn derivation_order(&self) -> Result<Vec<TypeId>, Error> {
        #[derive(Clone, Copy, PartialEq)]
        enum Mark {
            New,
            Open,
            Done,
        }
        let count = self.model.types.len();
        let mut marks = vec![Mark::New; count];
        let mut order = Vec::with_capacity(count);
        let mut stack = Vec::new();
        for start in 0..count {
            stack.push((TypeId(start as u32), 0));
            while let Some((id, next)) = stack.pop() {
                if next == 0 {
                    if marks[id.0 as usize] != Mark::New {
                        continue;
                    }
                    marks[id.0 as usize] = Mark::Open;
                }
                match self.source(id, next) {
                    Some(source) => {
                        stack.push((id, next + 1));
                        match marks[source.0 as usize] {
                            Mark::New => stack.push((source, 0)),
                            Mark::Open => {
                                let message = "the type derives from itself";
                                return Err(self.type_error(ErrorKind::Cycle, source, message));
                            }
                            Mark::Done => {}
                        }
                    }
                    None => {
                        marks[id.0 as usize] = Mark::Done;
                        order.push(id);
                    }
                }
            }
        }
        Ok(order)
    }

    /// The `index`th type from which a type is derived.
    fn source(&self, id: TypeId, index: usize) -> Option<TypeId> {
        match &self.model.type_def(id).kind {
            TypeKind::Builtin(_) => None,
            TypeKind::Simple(simple) => match &simple.variety {
                Variety::Restriction(base) | Variety::List(base) => (index == 0).then_some(*base),
                Variety::Union(members) => members.get(index).copied(),
            },
            TypeKind::Complex(complex) => {
                let base = complex
                    .derivation
                    .as_ref()
                    .map(|derivation| derivation.base);
                base.filter(|_| index == 0)
            }
        }
    }

    /// Assigns the simple content of the base type to a type with `complexContent` and without elements.
    ///
    /// If the base has simple content, this is valid: a type without content of its own has the content of
    /// its base (XSD 1.0 part 1, section 3.4.2). If the base is a simple type, it is invalid, but has the
    /// same meaning.
    fn take_text_of_base(&mut self, id: TypeId, sorts: &[Sort]) {
        let TypeKind::Complex(complex) = &self.model.type_def(id).kind else {
            return;
        };
        let (Content::Empty, Some(derivation)) = (&complex.content, &complex.derivation) else {
            return;
        };
        let base = derivation.base;
        match sorts[base.0 as usize] {
            Sort::Text { .. } => {}
            Sort::Simple { .. } => {
                let text = format!(
                    "complexContent over the simple type {} is read as simpleContent",
                    quoted(self.model.type_def(base).name.local())
                );
                self.context.file = self.type_files[id.0 as usize];
                self.note(self.model.type_def(id).position, text);
            }
            Sort::Elements { .. } | Sort::Any => return,
        }
        self.complex_mut(id, |complex| {
            complex.content = Content::Simple(Facets::default());
            complex.mixed = false;
        });
    }

    /// The sort of a type. The sorts of the types that it derives from must be known.
    fn sort(&self, id: TypeId, sorts: &[Sort]) -> Result<Sort, Error> {
        let of = |id: TypeId| sorts[id.0 as usize];
        let invalid = |message: String| Err(self.type_error(ErrorKind::Invalid, id, message));
        let name = |id: TypeId| quoted(self.model.type_def(id).name.local());
        match &self.model.type_def(id).kind {
            TypeKind::Builtin(Builtin::AnyType) => Ok(Sort::Any),
            TypeKind::Builtin(builtin) => Ok(Sort::Simple {
                qname: *builtin == Builtin::QName,
            }),
            TypeKind::Simple(simple) => {
                let sources = match &simple.variety {
                    Variety::Restriction(source) | Variety::List(source) => {
                        std::slice::from_ref(source)
                    }
                    Variety::Union(members) => members.as_slice(),
                };
                let wrong = |id: &&TypeId| !matches!(of(**id), Sort::Simple { .. });
                if let Some(wrong) = sources.iter().find(wrong) {
                    return invalid(format!(
                        "a simple type cannot be made from {}, which is not simple",
                        name(*wrong)
                    ));
                }
                let qname = match &simple.variety {
                    Variety::Restriction(base) => of(*base) == Sort::Simple { qname: true },
                    Variety::List(_) | Variety::Union(_) => false,
                };
                Ok(Sort::Simple { qname })
            }
            TypeKind::Complex(complex) => {
                let mixed = complex.mixed;
                let Some(derivation) = &complex.derivation else {
                    return Ok(Sort::Elements { mixed });
                };
                let base = derivation.base;
                match (&complex.content, of(base)) {
                    (Content::Simple(_), Sort::Simple { qname } | Sort::Text { qname }) => {
                        Ok(Sort::Text { qname })
                    }
                    // A restriction can remove the elements of mixed content, so that only text remains.
                    (Content::Simple(_), Sort::Elements { mixed: true } | Sort::Any)
                        if derivation.method == DerivationMethod::Restriction =>
                    {
                        Ok(Sort::Text { qname: false })
                    }
                    (Content::Simple(_), _) => {
                        let name = name(base);
                        invalid(format!(
                            "simpleContent needs a base of text, which {name} is not"
                        ))
                    }
                    (_, Sort::Elements { mixed: base }) => Ok(Sort::Elements {
                        mixed: mixed || base,
                    }),
                    (_, Sort::Any) => Ok(Sort::Elements { mixed }),
                    (_, Sort::Simple { .. } | Sort::Text { .. }) => {
                        let name = name(base);
                        invalid(format!(
                            "complexContent needs a base of elements, which {name} is not"
                        ))
                    }
                }
            }
        }
    }

    /// Adds the resolved names to enumerations of QNames.
    fn resolve_enumerations(&mut self, sorts: &[Sort]) {
        for (id, facets) in std::mem::take(&mut self.enumerations) {
            let (Sort::Simple { qname } | Sort::Text { qname }) = sorts[id.0 as usize] else {
                continue;
            };
            if !qname {
                continue;
            }
            let values: Vec<_> = facets.enumerations.iter().map(|v| self.value(v)).collect();
            let enumerations = match &mut self.model.types[id.0 as usize].kind {
                TypeKind::Simple(simple) => &mut simple.facets.enumerations,
                TypeKind::Complex(complex) => match &mut complex.content {
                    Content::Simple(facets) => &mut facets.enumerations,
                    _ => continue,
                },
                TypeKind::Builtin(_) => continue,
            };
            let set = |(enumeration, value): (&mut Enumeration, _)| enumeration.qname = value;
            enumerations.iter_mut().zip(values).for_each(set);
        }
    }

    fn value(&mut self, enumeration: &raw::Enumeration<'_>) -> Option<QName> {
        let name = enumeration.name.as_ref()?;
        Some(self.qname(name.ns?, name.local()))
    }

    /// Assigns the type of the head of the substitution group to elements without a type. A cycle of
    /// substitution groups is an error.
    pub(super) fn check_substitutions(&mut self) -> Result<(), Error> {
        let count = self.model.elements.len();
        let mut done = vec![false; count];
        let mut on_chain = vec![false; count];
        for start in 0..count {
            let mut chain = Vec::new();
            let mut next = Some(ElementId(start as u32));
            while let Some(id) = next.filter(|id| !done[id.0 as usize]) {
                if std::mem::replace(&mut on_chain[id.0 as usize], true) {
                    let element = self.model.element(id);
                    let message = format!(
                        "the element {} is in its own substitution group",
                        quoted(&element.name.local)
                    );
                    let file = self.file_name(self.element_files[id.0 as usize]);
                    return Err(Error::new(ErrorKind::Cycle, message)
                        .at(element.position)
                        .in_file(file.as_deref()));
                }
                chain.push(id);
                next = self.model.element(id).substitution_group;
            }
            // The loop begins at the head, whose type must be known first.
            for id in chain.into_iter().rev() {
                done[id.0 as usize] = true;
                let head = self.model.element(id).substitution_group;
                if let (true, Some(head)) = (self.untyped.contains(&id), head) {
                    self.model.elements[id.0 as usize].type_id = self.model.element(head).type_id;
                }
            }
        }
        Ok(())
    }

    fn type_error(&self, kind: ErrorKind, id: TypeId, message: impl Into<String>) -> Error {
        let definition = self.model.type_def(id);
        let schema = self.model.namespace(definition.name.ns());
        let mut path = vec![format!("schema {{{}}}", clipped(schema))];
        match &definition.name {
            TypeName::Global(name) => path.push(format!("type {}", clipped(&name.local))),
            TypeName::Anonymous { path: names, .. } => {
                path.extend(names.iter().map(|name| clipped(name)));
            }
        }
        let file = self.file_name(self.type_files[id.0 as usize]);
        Error::new(kind, message)
            .at(definition.position)
            .in_file(file.as_deref())
            .on_path(path)
    }
}
