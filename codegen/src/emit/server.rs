//! The server side: a trait for each port type, and an enum for the faults of each operation.

use super::file::{self, RUNTIME};
use super::page;
use super::writer::Writer;
use crate::plan::Wrap;
use crate::plan::{Argument, FaultContent, Faults, Operation, Plan, PortType, Server};
use crate::print::escape::{code, literal};

/// Prints `server.rs`.
pub(super) fn file(plan: &Plan<'_>, server: &Server<'_>) -> String {
    let traits = server.port_types.iter().map(|it| it.ident.as_str());
    let enums = server.faults.iter().map(|faults| faults.ident.as_str());
    let mut w = Writer::new(plan, traits.chain(enums));
    for port_type in &server.port_types {
        w.out.blank();
        table(&mut w, port_type);
        w.out.blank();
        interface(&mut w, server, port_type);
    }
    let operations = plan.operations.iter().zip(&server.faults);
    for (operation, faults) in operations.clone() {
        if !faults.variants.is_empty() {
            w.out.blank();
            enumeration(&mut w, operation, faults);
        }
    }
    for (operation, _) in operations {
        let headers = operation.output_headers.iter();
        let headers = headers.filter_map(|header| header.ty.as_ref());
        let headers: Vec<String> = headers.map(|ty| w.path(ty)).collect();
        if !headers.is_empty() {
            w.out.blank();
            let head = ["g::output_headers!(operations::", &operation.ty, ", ["].concat();
            w.out.macro_list(&head, &headers, "]);");
        }
    }
    file::head(ABOUT, RUNTIME, &w.imports()) + &w.take()
}

/// What the file is about.
pub(super) const ABOUT: &str = "The server side: a trait for each port type.";

/// Prints the static of a port type.
fn table(w: &mut Writer<'_, '_>, port_type: &PortType<'_>) {
    w.import("documents");
    w.import("operations");
    let ports = port_type.ports.iter().map(|(service, port, soap12)| {
        let version = if *soap12 { "V1_2" } else { "V1_1" };
        let name = literal(&format!("{service}.{port}"));
        format!("({name}, g::SoapVersion::{version})")
    });
    let ports: Vec<String> = ports.collect();
    let operations = &w.plan.operations[port_type.operations.clone()];
    let operations = operations.iter();
    let operations = operations.map(|operation| format!("&operations::{}", operation.ident));
    let operations: Vec<String> = operations.collect();
    w.out
        .open(&["static ", &port_type.table, ": g::Port = g::Port::new("]);
    w.out.line(&[&literal(port_type.name), ","]);
    w.out.list("&[", &ports, "],");
    w.out.list("&[", &operations, "],");
    w.out.line(&["documents::DOCUMENTS,"]);
    w.out.close(&[");"]);
}

/// Prints the trait of a port type.
fn interface<'p>(w: &mut Writer<'p, '_>, server: &'p Server<'_>, port_type: &'p PortType<'_>) {
    let title = format!(
        "The port type {}, to be implemented by a server.",
        code(port_type.name)
    );
    w.item_doc(&title, port_type.documentation);
    w.out.doc("");
    w.out
        .doc("A method that is not implemented returns a fault.");
    let send = w.prelude().send();
    let head = ["pub trait ", &port_type.ident, ": "];
    let bounds = [send, " + ", w.prelude().sync(), " + Sized + 'static {"];
    let head: Vec<&str> = head.into_iter().chain(bounds).collect();
    w.out.open(&head);
    let operations = &w.plan.operations[port_type.operations.clone()];
    let faults = &server.faults[port_type.operations.clone()];
    for (operation, faults) in operations.iter().zip(faults) {
        method(w, operation, faults);
        w.out.blank();
    }
    w.out.doc("The server of this port type.");
    w.out.line(&["#[must_use]"]);
    w.out.line(&["#[inline]"]);
    w.out.open(&["fn into_server(self) -> g::Server {"]);
    let routes = operations.iter().map(|operation| {
        let arguments = operation.arguments.iter();
        let arguments: Vec<&str> = arguments.map(|argument| argument.ident.as_str()).collect();
        format!(
            "operations::{} => {}({})",
            operation.ty,
            operation.method,
            arguments.join(", ")
        )
    });
    let routes: Vec<String> = routes.collect();
    let head = [
        "g::into_server!(self, ",
        &port_type.ident,
        ", ",
        &port_type.table,
        ", [",
    ];
    w.out.open(&[&head.concat()]);
    for route in &routes {
        w.out.line(&[route, ","]);
    }
    w.out.close(&["])"]);
    w.out.close(&["}"]);
    w.out.close(&["}"]);
}

/// Prints the method of an operation.
fn method<'p>(w: &mut Writer<'p, '_>, operation: &'p Operation<'_>, faults: &Faults) {
    page::print_served(&mut w.out, w.plan, operation);
    // An argument may have the same name.
    let mut context = "context".to_owned();
    while operation.arguments.iter().any(|it| it.ident == context) {
        context.push('_');
    }
    let mut parameters = vec![
        "&self".to_owned(),
        format!("{context}: &g::Context<operations::{}>", operation.ty),
    ];
    for argument in &operation.arguments {
        let ty = owned(w, argument);
        parameters.push(format!("{}: {ty}", argument.ident));
    }
    let output = match &operation.output {
        Some(ty) => w.field_type(ty),
        None => "()".to_owned(),
    };
    let fault = match faults.variants.is_empty() {
        true => "g::Fault",
        false => &faults.ident,
    };
    let prelude = w.prelude();
    let result = [prelude.result(), "<", &output, ", ", fault, ">"].concat();
    let returned = [
        " -> impl g::Future<Output = ",
        &result,
        "> + ",
        prelude.send(),
    ]
    .concat();
    w.out
        .signature(&["fn ", &operation.method], &parameters, &[&returned]);
    let idents = operation.arguments.iter();
    let idents: Vec<&str> = idents.map(|argument| argument.ident.as_str()).collect();
    let arguments = match idents.as_slice() {
        [one] => format!("({one},)"),
        idents => format!("({})", idents.join(", ")),
    };
    w.out
        .line(&["g::not_implemented(", &context, ", ", &arguments, ")"]);
    w.out.close(&["}"]);
}

/// The type of an argument as it arrives.
fn owned<'p>(w: &mut Writer<'p, '_>, argument: &'p Argument) -> String {
    let inner = w.owned(&argument.inner);
    let (option, vec) = (w.prelude().option(), w.prelude().vec());
    match argument.received {
        Wrap::Required => inner,
        Wrap::Optional => format!("{option}<{inner}>"),
        Wrap::Repeated => format!("{vec}<{inner}>"),
        Wrap::RepeatedOptional => format!("{vec}<{option}<{inner}>>"),
    }
}

/// Prints the enum of an operation's faults.
fn enumeration<'p>(w: &mut Writer<'p, '_>, operation: &Operation<'_>, faults: &'p Faults) {
    w.out.doc(&format!(
        "The faults of the operation {}.",
        code(operation.wire)
    ));
    w.out.open(&["pub enum ", &faults.ident, " {"]);
    let (mut structs, mut values, mut sole) = (Vec::new(), Vec::new(), Vec::new());
    for fault in &faults.variants {
        w.out
            .doc(&format!("The declared fault {}.", code(&fault.wire)));
        let table = w.table(fault.table);
        match &fault.content {
            FaultContent::Struct(ty) => {
                let path = w.path(ty);
                let boxed = w.prelude().boxed();
                w.out.line(&[&fault.ident, "(", boxed, "<", &path, ">),"]);
                structs.push(format!("{}: {table}", fault.ident));
                if fault.is_sole {
                    sole.push(format!("{}({path})", fault.ident));
                }
            }
            FaultContent::Value(inner) => {
                let ty = w.owned(inner);
                w.out.line(&[&fault.ident, "(", &ty, "),"]);
                values.push(format!("{} = {table}", fault.ident));
            }
        }
    }
    w.out.doc("Any other fault.");
    w.out.line(&["Other(g::Fault),"]);
    w.out.close(&["}"]);
    w.out.blank();
    w.out.open(&["g::faults! {"]);
    w.out.line(&[&faults.ident, ","]);
    w.out.macro_list("[", &structs, "],");
    w.out.macro_list("[", &values, "],");
    w.out.macro_list("[", &sole, "]");
    w.out.close(&["}"]);
}
