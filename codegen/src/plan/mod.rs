//! Stage "plan": the output in Rust's terms. Everything is decided here; emission only prints.

mod arrays;
mod calls;
mod cycles;
mod derives;
mod dump;
mod field_docs;
mod modules;
mod namespaces;
mod nesting;
mod operations;
mod output;
mod portion;
mod rust_types;
mod server;
mod tables;
mod types;
mod verify;

use crate::config::Config;
use crate::error::Error;
use crate::names::Names;
use crate::select::Selection;
pub(crate) use calls::{Argument, Operation, Part, Service};
#[cfg(feature = "catalog")]
pub(crate) use field_docs::type_name;
pub(crate) use output::{Header, Plan};
pub(crate) use portion::{Portion, SharedTypes};
use rust_types::Context;
#[cfg(feature = "catalog")]
pub(crate) use rust_types::scalar;
pub(crate) use server::{FaultContent, Faults, PortType, Server};
use tables::TableIds;
pub(crate) use types::{
    Abstract, Boxing, Choice, DocContent, Enum, FieldDoc, FieldKind, FieldType, GroupDoc,
    InnerType, Item, KeyType, KeyValue, Module, NameList, Scalar, Struct, Table, TableField,
    TableId, TypeRef, View, ViewField, Wrap,
};

#[cfg(feature = "catalog")]
pub(crate) use types::Field;

/// Plans the output.
///
/// # Errors
///
/// As [`unverified`]. A plan that would not compile is an internal error.
pub(crate) fn plan<'m>(
    selection: &Selection<'m>,
    names: &Names,
    config: &Config,
    header: Header<'m>,
) -> Result<Plan<'m>, Error> {
    let plan = unverified(selection, names, config, header)?;
    verify::verify(&plan)?;
    Ok(plan)
}

/// As [`plan`], for a plan of which nothing is written.
///
/// # Errors
///
/// If a type exceeds the limits of its table, or a derive that the options ask for fits no type.
pub(crate) fn unverified<'m>(
    selection: &Selection<'m>,
    names: &Names,
    config: &Config,
    header: Header<'m>,
) -> Result<Plan<'m>, Error> {
    let context = Context {
        selection,
        names,
        nillable: &config.nillable,
    };
    let (namespaces, numbers) = namespaces::namespaces(selection)?;
    let ids = TableIds::new(names);
    let conflicts = names.conflicts.notes();
    let services = operations::services(context, &ids, &header);
    let server = config
        .server
        .then(|| server::server(context, &ids, &services, header.documents));
    Ok(Plan {
        server,
        namespaces,
        modules: modules::modules(context, &ids, config)?,
        tables: tables::tables(selection, names, &ids, &numbers, config)?,
        operations: operations::operations(context, &ids, &numbers),
        services,
        query: operations::query(context, &ids),
        header,
        methods: config.methods,
        docs: config.docs,
        serde: config.serde,
        portion: Portion::default(),
        notes: selection.notes.iter().cloned().chain(conflicts).collect(),
    })
}
