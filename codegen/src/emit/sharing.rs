//! Which types several tenants can share: those whose code is the same in all of them, and so is the code of
//! everything that they refer to.

use std::collections::{BTreeMap, BTreeSet};

use super::writer::Writer;
use super::{modules, tables};
use crate::plan::{Plan, SharedTypes, Table, TableId, TypeRef};

/// A type, or a table.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    Type(TypeRef),
    Table(String),
}

/// The code of a type or a table, and what it refers to.
#[derive(Debug, PartialEq)]
struct Unit {
    text: String,
    needs: BTreeSet<Key>,
}

/// The types that are the same in all plans. With `objects`, views are among them; without, the result does
/// not depend on which objects and fields a tenant has. `module` is for the types, and `tenants` are the modules
/// of the plans.
pub(crate) fn shared_types(
    plans: &[Plan<'_>],
    objects: bool,
    module: &str,
    tenants: Vec<String>,
) -> SharedTypes {
    let mut all = plans.iter().map(|plan| units(plan, objects));
    let mut same = all.next().unwrap_or_default();
    for other in all {
        same.retain(|key, unit| other.get(key) == Some(unit));
    }
    // What refers to a type that is not shared is not shared either.
    loop {
        let lacks = |unit: &Unit| unit.needs.iter().any(|need| !same.contains_key(need));
        let lost = same.iter().filter(|(_, unit)| lacks(unit));
        let lost: Vec<Key> = lost.map(|(key, _)| key.clone()).collect();
        if lost.is_empty() {
            break;
        }
        for key in lost {
            same.remove(&key);
        }
    }
    let mut shared = SharedTypes {
        module: module.to_owned(),
        tenants,
        ..SharedTypes::default()
    };
    for key in same.into_keys() {
        match key {
            Key::Type(TypeRef { module, ident }) => {
                shared.items.entry(module).or_default().insert(ident);
            }
            Key::Table(ident) => {
                shared.tables.insert(ident);
            }
        }
    }
    shared
}

/// All types and tables of a plan that may be shared.
fn units(plan: &Plan<'_>, objects: bool) -> BTreeMap<Key, Unit> {
    let mut units = BTreeMap::new();
    let mut types: BTreeMap<TableId, Key> = BTreeMap::new();
    for module in &plan.modules {
        let mut w = Writer::of_module(plan, module);
        for item in &module.items {
            let ident = item.ident().to_owned();
            let key = Key::Type(TypeRef {
                module: module.name.clone(),
                ident,
            });
            if let Some(table) = item.table() {
                types.insert(table, key.clone());
            }
            if item.is_view() && !objects {
                continue;
            }
            modules::print(&mut w, item);
            let mut text = w.take();
            if plan.headers_of_rows().any(|ty| is_key(&key, ty)) {
                text.push_str("header of a stream of rows");
            }
            let (named, tables) = w.take_named();
            let named = named.into_iter().cloned().map(Key::Type);
            let tables = tables.into_iter().map(|id| of_table(plan, id));
            let needs = named.chain(tables).collect();
            units.insert(key, Unit { text, needs });
        }
    }
    // The reader of a response takes the names of types from the schema of its table, and they are different in
    // each tenant.
    let messages = plan.operations.iter();
    let messages: BTreeSet<TableId> = messages
        .flat_map(|operation| [operation.request, operation.response])
        .collect();
    for (number, table) in plan.tables.iter().enumerate() {
        let id = TableId(number);
        if messages.contains(&id) {
            continue;
        }
        let nested = table
            .fields
            .iter()
            .filter_map(|field| tables::kind(field.kind).1);
        let needs = nested.chain(table.base).map(|id| of_table(plan, id));
        let needs = needs.chain(types.get(&id).cloned()).collect();
        let text = tables::print(plan, table) + &of_schema(plan, table);
        units.insert(of_table(plan, id), Unit { text, needs });
    }
    units
}

fn is_key(key: &Key, ty: &TypeRef) -> bool {
    matches!(key, Key::Type(known) if known == ty)
}

fn of_table(plan: &Plan<'_>, id: TableId) -> Key {
    Key::Table(plan.table(id).ident.clone())
}

/// What a table takes from its schema: the namespaces that it numbers, and the default values of its fields.
fn of_schema(plan: &Plan<'_>, table: &Table<'_>) -> String {
    let fields = table.fields.iter();
    let numbers: BTreeSet<u8> = fields.map(|field| field.ns).chain([table.ns]).collect();
    let namespaces = numbers
        .into_iter()
        .filter_map(|number| plan.namespaces.get(usize::from(number)));
    let defaults: Vec<Option<&str>> = table.fields.iter().map(|field| field.default).collect();
    let namespaces: Vec<_> = namespaces.collect();
    format!("{namespaces:?}{defaults:?}")
}
