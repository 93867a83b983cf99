//! From types of the schema to types of Rust.

use saponify_wsdl::model::{Builtin, NsId};

use super::types::{InnerType, Scalar, TypeRef, Wrap};
use crate::config::glob;
use crate::content::{Member, NodeKind, Occurs, Target};
use crate::names::Names;
use crate::select::{Selection, ShapeId, ShapeKind, ValueType};

/// The selection and its names, from which types are planned.
#[derive(Clone, Copy)]
pub(super) struct Context<'s, 'm> {
    pub(super) selection: &'s Selection<'m>,
    pub(super) names: &'s Names,
    /// Patterns of elements whose nil is not the same as their absence.
    pub(super) nillable: &'s [String],
}

impl Context<'_, '_> {
    /// The type of a shape.
    pub(super) fn shape_type(&self, id: ShapeId) -> TypeRef {
        let shape = self.selection.shape(id);
        self.type_ref(shape.ns, &self.names.shapes[id.0 as usize].ty)
    }

    /// A type of a namespace's module. If there is no such module, verification reports it.
    fn type_ref(&self, ns: NsId, ident: &str) -> TypeRef {
        TypeRef {
            module: self.names.modules.get(&ns).cloned().unwrap_or_default(),
            ident: ident.to_owned(),
        }
    }

    /// The Rust type of a member, without what it is wrapped in.
    pub(super) fn inner_type(&self, member: &Member<'_>) -> InnerType {
        let inner = self.value_type(member);
        match self.keeps_nil(member) {
            true => InnerType::Nillable(Box::new(inner)),
            false => inner,
        }
    }

    /// Whether nil is a value of its own: if that is asked for, and if the type has attributes, which
    /// an element that is nil may have too.
    pub(super) fn keeps_nil(&self, member: &Member<'_>) -> bool {
        let selection = self.selection;
        if !member.occurs.nillable
            || member.node != NodeKind::Element
            || selection.list_of(member).is_some()
        {
            return false;
        }
        let has_attributes = match selection.value_type(member) {
            Some(ValueType::Shape(id)) if selection.shape(id).kind == ShapeKind::Struct => {
                let mut members = selection.shape(id).members.iter();
                members.any(|member| member.node == NodeKind::Attribute)
            }
            Some(ValueType::Shape(id)) if selection.shape(id).kind.is_record() => return false,
            _ => false,
        };
        let mut patterns = self.nillable.iter();
        has_attributes || patterns.any(|pattern| glob(pattern, &member.name))
    }

    /// As [`inner_type`](Self::inner_type), whether or not nil is a value of its own.
    pub(super) fn value_type(&self, member: &Member<'_>) -> InnerType {
        let selection = self.selection;
        let item = selection.item_type(member);
        match item.or_else(|| selection.value_type(member)) {
            None if member.target == Target::AnyAttribute => InnerType::Attribute,
            None => InnerType::Element,
            // An item of a list has no `xsi:type`.
            Some(ValueType::Any) if item.is_some() => InnerType::Scalar(Scalar::String),
            Some(ValueType::Any) => InnerType::Any,
            Some(ValueType::RecordId) => InnerType::Scalar(Scalar::Id),
            Some(ValueType::Simple(builtin)) => {
                let has_zones = selection.is_of_salesforce();
                InnerType::Scalar(scalar(builtin, has_zones))
            }
            Some(ValueType::Enum(id)) => match self.names.enums.get(&id) {
                Some(name) => {
                    let ns = selection.model.type_def(id).name.ns();
                    InnerType::Enum(self.type_ref(ns, &name.ty))
                }
                None => InnerType::Scalar(Scalar::String),
            },
            Some(ValueType::Shape(id)) => match selection.shape(id).kind {
                ShapeKind::View | ShapeKind::OpenBase => InnerType::Record,
                ShapeKind::Struct
                | ShapeKind::Choice
                | ShapeKind::Abstract
                | ShapeKind::TableOnly => InnerType::Struct(self.shape_type(id)),
            },
        }
    }

    /// How the Rust type is wrapped; an `xsd:list` counts as repeated.
    ///
    /// `nil_items` says whether nil items of a repeated element keep their position.
    pub(super) fn wrap(&self, member: &Member<'_>, nil_items: bool) -> Wrap {
        if self.selection.list_of(member).is_some() {
            return Wrap::Repeated;
        }
        let occurs = match self.keeps_nil(member) {
            true => Occurs {
                nillable: false,
                ..member.occurs
            },
            false => member.occurs,
        };
        match (occurs.repeated, occurs.optional || occurs.nillable) {
            (true, _) if occurs.nillable && nil_items => Wrap::RepeatedOptional,
            (true, _) => Wrap::Repeated,
            (false, true) => Wrap::Optional,
            (false, false) => Wrap::Required,
        }
    }
}

/// The simple value that a built-in type is. Types without a kind of their own are strings.
///
/// `has_zones` says that every dateTime and time of the service is in UTC, or has an offset from it.
pub(crate) fn scalar(builtin: Builtin, has_zones: bool) -> Scalar {
    use Builtin as B;
    match builtin {
        B::Boolean => Scalar::Boolean,
        B::Byte => Scalar::Byte,
        B::Short => Scalar::Short,
        B::Int => Scalar::Int,
        B::Long => Scalar::Long,
        B::UnsignedByte => Scalar::UnsignedByte,
        B::UnsignedShort => Scalar::UnsignedShort,
        B::UnsignedInt => Scalar::UnsignedInt,
        B::UnsignedLong => Scalar::UnsignedLong,
        B::Float => Scalar::Float,
        B::Double => Scalar::Double,
        B::Decimal
        | B::Integer
        | B::NonPositiveInteger
        | B::NegativeInteger
        | B::NonNegativeInteger
        | B::PositiveInteger => Scalar::Decimal,
        B::DateTime if has_zones => Scalar::DateTime,
        B::DateTime => Scalar::XsdDateTime,
        B::Date => Scalar::Date,
        B::Time if has_zones => Scalar::Time,
        B::Time => Scalar::XsdTime,
        B::Base64Binary => Scalar::Base64,
        B::HexBinary => Scalar::Hex,
        _ => Scalar::String,
    }
}
