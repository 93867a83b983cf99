//! The plan of modules and their types.

use std::collections::{BTreeMap, BTreeSet};

use saponify_wsdl::model::{NsId, TypeId};

use super::cycles::{self, Boxes};
use super::derives::{Derives, OF_ENUMS, OF_TYPES};
use super::field_docs;
use super::nesting;
use super::rust_types::Context;
use super::tables::TableIds;
use super::types::{
    Abstract, Boxing, Choice, DerivedVariant, DocContent, Enum, EnumValue, Field, FieldType,
    GroupDoc, InnerType, Item, KeyType, KeyValue, Module, NameList, Scalar, Struct, View,
    ViewField, Wrap,
};
use crate::config::Config;
use crate::content::Member;
use crate::error::Error;
use crate::names::FieldNames;
use crate::salesforce::{self, documentation};
use crate::select::{Origin, Shape, ShapeId, ShapeKind, ValueType};

/// Plans the modules, sorted by name.
///
/// # Errors
///
/// If a derive that the options ask for fits no type.
pub(super) fn modules<'m>(
    context: Context<'_, 'm>,
    tables: &TableIds,
    config: &Config,
) -> Result<Vec<Module<'m>>, Error> {
    let selection = context.selection;
    let headers = selection
        .operations
        .iter()
        .flat_map(|operation| operation.headers.iter().chain(&operation.output_headers));
    let boxes = cycles::boxes(selection);
    let planner = Planner {
        context,
        tables,
        derives: Derives::new(selection, config)?,
        deep: nesting::deep_fields(context, &boxes),
        boxes,
        headers: headers.copied().collect(),
    };
    let mut modules: BTreeMap<&str, Module<'m>> = BTreeMap::new();
    for (ns, name) in &context.names.modules {
        let module = modules.entry(name).or_insert_with(|| Module {
            name: name.clone(),
            uris: Vec::new(),
            items: Vec::new(),
        });
        module.uris.push(selection.uri(*ns));
    }
    let mut add = |ns: NsId, item: Item<'m>| {
        let name = context.names.modules.get(&ns).map(String::as_str);
        if let Some(module) = name.and_then(|name| modules.get_mut(name)) {
            module.items.push(item);
        }
    };
    for (id, shape) in selection.ids() {
        let item = match shape.kind {
            ShapeKind::View => Item::View(planner.view(id, shape)),
            ShapeKind::Struct => Item::Struct(planner.structure(id, shape)),
            ShapeKind::Choice => Item::Choice(planner.choice(id, shape)),
            ShapeKind::Abstract => Item::Abstract(planner.abstract_type(id, shape)),
            ShapeKind::OpenBase | ShapeKind::TableOnly => continue,
        };
        add(shape.ns, item);
    }
    for id in &selection.enums {
        if let Some(item) = planner.enumeration(*id) {
            add(selection.model.type_def(*id).name.ns(), Item::Enum(item));
        }
    }
    let mut modules: Vec<_> = modules.into_values().collect();
    for module in &mut modules {
        module.items.sort_by(|a, b| a.ident().cmp(b.ident()));
    }
    Ok(modules)
}

struct Planner<'s, 'm> {
    context: Context<'s, 'm>,
    tables: &'s TableIds,
    derives: Derives<'s>,
    boxes: Boxes,
    deep: BTreeSet<(ShapeId, usize)>,
    headers: BTreeSet<ShapeId>,
}

impl<'s, 'm> Planner<'s, 'm> {
    fn ident(&self, id: ShapeId) -> String {
        self.context.names.shapes[id.0 as usize].ty.clone()
    }

    fn field_names(&self, id: ShapeId) -> &'s [FieldNames] {
        &self.context.names.shapes[id.0 as usize].fields
    }

    fn boxing(&self, id: ShapeId, index: usize, boxed: bool) -> Boxing {
        match boxed {
            _ if self.deep.contains(&(id, index)) => Boxing::Deep,
            true => Boxing::Box,
            false => Boxing::None,
        }
    }

    fn view(&self, id: ShapeId, shape: &Shape<'m>) -> View<'m> {
        let names_of_nulls = shape.names_of_nulls();
        let fields = self.field_names(id).iter().zip(&shape.members).enumerate();
        let fields = fields
            .filter(|(index, _)| Some(*index) != names_of_nulls)
            .filter_map(|(index, (names, member))| self.view_field(index, names, member));
        View {
            ident: self.ident(id),
            wire: shape.name.clone(),
            table: self.tables.of(id),
            documentation: shape.documentation,
            derives: self.derives.of(&shape.name, OF_TYPES),
            fields: fields.collect(),
        }
    }

    fn view_field(
        &self,
        index: usize,
        names: &FieldNames,
        member: &Member<'m>,
    ) -> Option<ViewField<'m>> {
        let ty = self.key_type(member)?;
        let mut doc = field_docs::field(self.context.selection, member);
        let mut is_child_rows = false;
        if let (KeyType::Nested(_), DocContent::Type(name)) = (&ty, &doc.content)
            && salesforce::is_query_result(name)
        {
            is_child_rows = true;
            doc.content = DocContent::ChildRows(name);
        }
        // Child rows are never sent back, and only the service sets audit fields. The key sets them
        // where an org allows it.
        let is_set = !is_child_rows && !salesforce::is_audit_field(&member.name);
        let is_settable = !matches!(ty, KeyType::Texts | KeyType::Ids);
        Some(ViewField {
            index,
            key: names.key.clone(),
            getter: names.ident.clone(),
            setter: (is_set && is_settable).then(|| names.setter.clone()),
            is_child_rows,
            remark: (ty == KeyType::Ids).then_some(salesforce::JUNCTION_IDS),
            ty,
            doc,
        })
    }

    /// The type of a key; `None` for what records cannot give by key.
    fn key_type(&self, member: &Member<'_>) -> Option<KeyType> {
        // Nil is a state of every field of a record.
        let inner = self.context.value_type(member);
        if member.occurs.repeated {
            return match inner {
                InnerType::Scalar(Scalar::Id) => Some(KeyType::Ids),
                InnerType::Scalar(_) | InnerType::Enum(_) => Some(KeyType::Texts),
                InnerType::Struct(_)
                | InnerType::Record
                | InnerType::Any
                | InnerType::Element
                | InnerType::Attribute
                | InnerType::Nillable(_) => None,
            };
        }
        Some(match inner {
            InnerType::Scalar(scalar) => key_of_scalar(scalar),
            InnerType::Enum(_) => KeyType::Text,
            InnerType::Struct(ty) => KeyType::Nested(ty),
            InnerType::Any => KeyType::Any,
            InnerType::Element | InnerType::Attribute | InnerType::Nillable(_) => return None,
            InnerType::Record => match self.context.selection.value_type(member) {
                Some(ValueType::Shape(id))
                    if self.context.selection.shape(id).kind == ShapeKind::View =>
                {
                    KeyType::Parent(self.context.shape_type(id))
                }
                _ => KeyType::Record,
            },
        })
    }

    fn structure(&self, id: ShapeId, shape: &Shape<'m>) -> Struct<'m> {
        let selection = self.context.selection;
        let uri = selection.uri(shape.ns);
        let nil_items = !salesforce::is_salesforce(uri);
        let fields = self.field_names(id).iter().zip(&shape.members).enumerate();
        let fields = fields.map(|(index, (names, member))| {
            let boxed = self.boxes.contains(&(id, index));
            let is_fixed = member
                .value_constraint
                .is_some_and(|constraint| constraint.fixed);
            let wrap = match self.context.wrap(member, nil_items) {
                // A fixed value need not be supplied.
                Wrap::Required if boxed || is_fixed => Wrap::Optional,
                wrap => wrap,
            };
            Field {
                ident: names.ident.clone(),
                ty: FieldType {
                    inner: self.context.inner_type(member),
                    wrap,
                    boxing: self.boxing(id, index, boxed),
                },
                doc: field_docs::field(selection, member),
            }
        });
        let header = self.headers.contains(&id);
        let children = shape.members.iter().map(|member| &member.name);
        let base = shape.base.filter(|id| {
            let kind = selection.shape(*id).kind;
            matches!(kind, ShapeKind::Struct | ShapeKind::Abstract)
        });
        let derived = shape.derived.iter();
        Struct {
            ident: self.ident(id),
            wire: shape.name.clone(),
            table: self.tables.of(id),
            fields: fields.collect(),
            base: base.map(|id| self.context.shape_type(id)),
            is_base: shape.is_base,
            derived: derived.map(|id| self.context.shape_type(*id)).collect(),
            header,
            documentation: shape.documentation,
            remarks: header
                .then(|| documentation::header(uri, &shape.name, children))
                .flatten(),
            derives: self.derives.of(&shape.name, OF_TYPES),
        }
    }

    fn choice(&self, id: ShapeId, shape: &Shape<'m>) -> Choice<'m> {
        let selection = self.context.selection;
        let fields = self.field_names(id).iter().zip(&shape.members).enumerate();
        let variants = fields.map(|(index, (names, member))| {
            let wrap = self.context.wrap(member, true);
            // Structs are always boxed: which of them are large changes with every field.
            let is_struct = match selection.value_type(member) {
                Some(ValueType::Shape(id)) => selection.shape(id).kind == ShapeKind::Struct,
                _ => false,
            };
            Field {
                ident: names.ident.clone(),
                ty: FieldType {
                    inner: self.context.inner_type(member),
                    boxing: self.boxing(id, index, is_struct && wrap != Wrap::Repeated),
                    wrap,
                },
                doc: field_docs::branch(selection, member),
            }
        });
        let group = match shape.origin {
            Origin::Group(group) => field_docs::group(selection, group),
            Origin::Type(_) | Origin::Element(_) | Origin::Message(..) => {
                GroupDoc::Choice(NameList {
                    first: Vec::new(),
                    more: true,
                })
            }
        };
        Choice {
            ident: self.ident(id),
            wire: shape.name.clone(),
            table: self.tables.of(id),
            group,
            derives: self.derives.of(&shape.name, OF_TYPES),
            variants: variants.collect(),
        }
    }

    fn abstract_type(&self, id: ShapeId, shape: &Shape<'m>) -> Abstract<'m> {
        let derived = self.field_names(id).iter().zip(&shape.derived);
        let variants = derived.map(|(names, id)| DerivedVariant {
            ident: names.ident.clone(),
            ty: self.context.shape_type(*id),
        });
        Abstract {
            ident: self.ident(id),
            wire: shape.name.clone(),
            documentation: shape.documentation,
            derives: self.derives.of(&shape.name, OF_TYPES),
            variants: variants.collect(),
        }
    }

    fn enumeration(&self, id: TypeId) -> Option<Enum<'m>> {
        let names = self.context.names.enums.get(&id)?;
        let def = self.context.selection.model.type_def(id);
        let mut seen = BTreeSet::new();
        let values = self
            .context
            .selection
            .values(id)
            .iter()
            .zip(&names.variants);
        let variants = values
            // A schema may list a value twice.
            .filter(|(value, _)| seen.insert(value.value.as_str()))
            .map(|(value, ident)| EnumValue {
                ident: ident.clone(),
                wire: &value.value,
                documentation: value.documentation.as_deref(),
            });
        Some(Enum {
            ident: names.ty.clone(),
            wire: def.name.local(),
            documentation: def.documentation.as_deref(),
            variants: variants.collect(),
            derives: self.derives.of(def.name.local(), OF_ENUMS),
        })
    }
}

fn key_of_scalar(scalar: Scalar) -> KeyType {
    match scalar {
        Scalar::Boolean => KeyType::Value(KeyValue::Boolean),
        Scalar::Int => KeyType::Value(KeyValue::Int),
        Scalar::Long => KeyType::Value(KeyValue::Long),
        Scalar::Double => KeyType::Value(KeyValue::Double),
        Scalar::Id => KeyType::Value(KeyValue::Id),
        Scalar::DateTime | Scalar::XsdDateTime => KeyType::Value(KeyValue::DateTime),
        Scalar::Date => KeyType::Value(KeyValue::Date),
        Scalar::Time | Scalar::XsdTime => KeyType::Value(KeyValue::Time),
        Scalar::Base64 | Scalar::Hex => KeyType::Bytes,
        Scalar::Byte
        | Scalar::Short
        | Scalar::UnsignedByte
        | Scalar::UnsignedShort
        | Scalar::UnsignedInt
        | Scalar::UnsignedLong
        | Scalar::Float
        | Scalar::Decimal
        | Scalar::String => KeyType::Text,
    }
}
