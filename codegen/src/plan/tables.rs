//! The plan of tables.

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::arrays::{array_item, is_array};
use super::namespaces::NamespaceNumbers;
use super::rust_types::scalar;
use super::types::{FieldKind, Scalar, Table, TableField, TableId};
use crate::config::{Config, glob};
use crate::content::{Member, NO_NS, NodeKind, Occurs, Target};
use crate::error::Error;
use crate::names::Names;
use crate::select::{Origin, Selection, Shape, ShapeId, ShapeKind, ValueType};

/// The table of each shape.
#[derive(Debug)]
pub(super) struct TableIds(Vec<TableId>);

impl TableIds {
    /// Numbers the tables in the order of their identifiers.
    pub(super) fn new(names: &Names) -> Self {
        let mut order: Vec<usize> = (0..names.shapes.len()).collect();
        order.sort_by(|a, b| names.shapes[*a].table.cmp(&names.shapes[*b].table));
        let mut ids = vec![TableId(0); order.len()];
        for (number, shape) in order.into_iter().enumerate() {
            ids[shape] = TableId(number);
        }
        Self(ids)
    }

    pub(super) fn of(&self, id: ShapeId) -> TableId {
        self.0[id.0 as usize]
    }
}

/// Plans all tables, sorted by identifier.
///
/// # Errors
///
/// If a type has more fields than a table can number.
pub(super) fn tables<'m>(
    selection: &Selection<'m>,
    names: &Names,
    ids: &TableIds,
    numbers: &NamespaceNumbers,
    config: &Config,
) -> Result<Vec<Table<'m>>, Error> {
    let planner = Planner {
        selection,
        ids,
        numbers,
        config,
    };
    let returns = returns(selection);
    let mut tables = Vec::with_capacity(selection.shapes.len());
    for (id, shape) in selection.ids() {
        if shape.members.len() >= usize::from(u16::MAX) {
            return Err(Error::unsupported(format!(
                "the type {} has more than 65,534 fields: exclude some of them",
                shape.name.escape_debug()
            )));
        }
        let ident = names.shapes[id.0 as usize].table.clone();
        tables.push(planner.table(ident, shape, returns.contains(&id)));
    }
    tables.sort_by(|a, b| a.ident.cmp(&b.ident));
    Ok(tables)
}

/// The responses of rpc operations with one result, whose element may have any name (SOAP 1.1
/// section 7.1).
fn returns(selection: &Selection<'_>) -> BTreeSet<ShapeId> {
    let rpc = selection
        .operations
        .iter()
        .filter(|operation| operation.style.rpc);
    rpc.map(|operation| operation.response)
        .filter(|id| {
            let shape = selection.shape(*id);
            shape.members.len() == 1 && matches!(shape.origin, Origin::Message(..))
        })
        .collect()
}

struct Planner<'s, 'm> {
    selection: &'s Selection<'m>,
    ids: &'s TableIds,
    numbers: &'s NamespaceNumbers,
    config: &'s Config,
}

impl<'m> Planner<'_, 'm> {
    fn table(&self, ident: String, shape: &Shape<'m>, is_return: bool) -> Table<'m> {
        let open = shape.kind.is_record();
        let members = shape.members.iter();
        let mut fields: Vec<_> = members.map(|member| self.field(open, member)).collect();
        let array_type = array_item(self.selection, shape).map(|name| TableField {
            wire: Cow::Borrowed(&name.local),
            ns: self.numbers.of(name.ns),
            kind: FieldKind::ArrayType,
            node: NodeKind::Attribute,
            occurs: Occurs::default(),
            list: false,
            default: None,
            sensitive: false,
        });
        fields.extend(array_type);
        let is_derived_or_base = shape.base.is_some() || shape.is_base;
        Table {
            ident,
            wire: shape.name.clone(),
            ns: self.numbers.of(shape.ns),
            open,
            nulls_by_name: open && shape.names_of_nulls().is_some(),
            typed: open || shape.kind != ShapeKind::TableOnly && is_derived_or_base,
            choice: shape.kind == ShapeKind::Choice,
            grouped: !open && is_grouped(&shape.members),
            any_name: is_return || is_array(self.selection, shape),
            sorted_from: sorted_from(&fields),
            base: shape.base.map(|base| self.ids.of(base)),
            fields,
        }
    }

    fn field(&self, open: bool, member: &Member<'m>) -> TableField<'m> {
        let list = !open && self.selection.list_of(member).is_some();
        let constraint = member.value_constraint.filter(|_| !open);
        TableField {
            wire: member.name.clone(),
            ns: match member.ns {
                NO_NS => 0,
                ns => self.numbers.of(ns),
            },
            kind: self.kind(open, list, member),
            node: member.node,
            occurs: member.occurs,
            list,
            default: constraint.map(|constraint| constraint.text),
            sensitive: self.is_sensitive(member),
        }
    }

    fn kind(&self, open: bool, list: bool, member: &Member<'_>) -> FieldKind {
        let item = self.selection.item_type(member).filter(|_| list);
        match item.or_else(|| self.selection.value_type(member)) {
            None if member.target == Target::AnyAttribute => FieldKind::AnyAttribute,
            None => FieldKind::Wildcard,
            Some(ValueType::Any) if list => FieldKind::Scalar(Scalar::String),
            Some(ValueType::Any) => FieldKind::Any,
            Some(ValueType::RecordId) => FieldKind::Scalar(Scalar::Id),
            Some(ValueType::Enum(_)) => FieldKind::Enum,
            Some(ValueType::Simple(builtin)) => {
                // Keys of views are instants.
                let has_zones = open || self.selection.is_of_salesforce();
                FieldKind::Scalar(scalar(builtin, has_zones))
            }
            Some(ValueType::Shape(id)) => {
                let table = self.ids.of(id);
                match self.selection.shape(id).kind {
                    _ if member.group().is_some() => FieldKind::Group(table),
                    ShapeKind::View | ShapeKind::OpenBase => FieldKind::Record(table),
                    ShapeKind::Struct
                    | ShapeKind::Choice
                    | ShapeKind::Abstract
                    | ShapeKind::TableOnly => FieldKind::Struct(table),
                }
            }
        }
    }

    /// Whether the options say that a field's value is never to be printed. The runtime itself
    /// recognizes names such as `password`.
    fn is_sensitive(&self, member: &Member<'_>) -> bool {
        let mut patterns = self.config.sensitive.iter();
        matches!(
            self.selection.value_type(member),
            Some(ValueType::Simple(_))
        ) && patterns.any(|pattern| glob(pattern, &member.name))
    }
}

/// Whether some members are groups, or elements of the same name.
fn is_grouped(members: &[Member<'_>]) -> bool {
    let mut seen = BTreeSet::new();
    let mut elements = members
        .iter()
        .filter(|member| member.node == NodeKind::Element);
    elements.any(|member| member.group().is_some() || !seen.insert((member.ns, &member.name)))
}

/// The index from which the names of the fields are sorted.
fn sorted_from(fields: &[TableField<'_>]) -> usize {
    let mut from = fields.len().saturating_sub(1);
    while from > 0 && fields[from - 1].wire < fields[from].wire {
        from -= 1;
    }
    from
}
