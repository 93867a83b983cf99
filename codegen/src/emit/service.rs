//! Services: a struct each, with a method per operation.

use std::collections::BTreeSet;

use super::text::{self, push_chain, push_list, push_signature};
use super::types::{Imports, Scope, owned, path};
use super::{STAMP, bulk, docs, page};
use crate::plan::{Argument, Leaf, Operation, Plan, Service, Wrap};

pub(super) fn file(plan: &Plan<'_>) -> String {
    let mut body = String::new();
    let mut imports = Imports::default();
    let scope = Scope::of(plan.services.iter().map(|service| service.ident.as_str()));
    for (number, service) in plan.services.iter().enumerate() {
        let table = match plan.services.len() {
            1 => "SERVICE".to_owned(),
            _ => format!("SERVICE_{}", number + 1),
        };
        body.push('\n');
        push(&mut body, plan, service, &table, &scope, &mut imports);
    }
    let about = match plan.services.as_slice() {
        [_] => "The service.",
        _ => "The services.",
    };
    format!(
        "{STAMP}. Do not edit.\n//! {about}\n\nuse ::saponify::generated as g;\n\n{}{body}",
        imports.lines("super")
    )
}

fn push(
    out: &mut String,
    plan: &Plan<'_>,
    service: &Service<'_>,
    table: &str,
    scope: &Scope,
    imports: &mut Imports,
) {
    let ident = &service.ident;
    let option = |value: Option<String>| match value {
        Some(value) => format!("Some(&{value})"),
        None => "None".to_owned(),
    };
    let tables = |name: &Option<String>| name.as_ref().map(|name| format!("tables::{name}"));
    let operation = |number: usize| format!("operations::{}", plan.operations[number].names.table);
    let query = service
        .query
        .then(|| "operations::QUERY_OPERATIONS".to_owned());
    if service.session_header.is_some() || service.limit_header.is_some() {
        imports.add("tables");
    }
    if !service.operations.is_empty() {
        imports.add("operations");
    }
    let full_name = format!("{}.{}", service.name, service.port);
    out.push_str(&format!("static {table}: g::Service = g::Service {{\n"));
    out.push_str(&format!("    name: {},\n", text::literal(&full_name)));
    out.push_str(&format!(
        "    endpoint: {},\n",
        text::literal(service.endpoint)
    ));
    out.push_str(&format!(
        "    api_version: {},\n",
        text::literal(service.api_version)
    ));
    let version = if service.soap12 { "V1_2" } else { "V1_1" };
    out.push_str(&format!("    soap: g::SoapVersion::{version},\n"));
    out.push_str(&format!(
        "    session_header: {},\n",
        option(tables(&service.session_header))
    ));
    out.push_str(&format!(
        "    login: {},\n",
        option(service.login.map(operation))
    ));
    out.push_str(&format!("    query: {},\n", option(query)));
    out.push_str(&format!(
        "    limit_header: {},\n}};\n",
        option(tables(&service.limit_header))
    ));
    out.push_str("\ng::service! {\n");
    let (port, name) = (docs::code(service.port), docs::code(service.name));
    let over = if service.soap12 {
        ", over SOAP 1.2"
    } else {
        ""
    };
    docs::push_line(
        out,
        1,
        &format!("The port {port} of the service {name}{over}."),
    );
    if let (true, Some(text)) = (plan.docs, service.documentation) {
        docs::push_line(out, 1, "");
        docs::push(out, 1, text);
    }
    let headers = headers(plan, service, imports);
    push_list(out, 1, &format!("{ident}, {table}, ["), &headers, "]");
    out.push_str("}\n");
    if service.operations.is_empty() {
        return;
    }
    out.push_str(&format!("\nimpl {ident} {{\n"));
    let start = out.len();
    if service.login.is_some() {
        push_login(out, scope);
    }
    if service.limit_header.is_some() {
        push_gap(out, start);
        docs::push_line(
            out,
            1,
            "API usage of the organization, as the last answer told.",
        );
        out.push_str(
            "    #[must_use]\n    pub fn limit_info(&self) -> Option<g::ApiUsage> {\n        \
             self.client.limit_info()\n    }\n",
        );
    }
    if service.query {
        push_gap(out, start);
        let lines = [
            "Rows of a query, as a stream over all its batches. A text is sent as it is; a `Soql`",
            "is made of keys and quotes its values.",
        ];
        for line in lines {
            docs::push_line(out, 1, line);
        }
        out.push_str(
            "    pub fn records<V: g::View>(&self, soql: impl g::QueryText<V>) -> g::Records<V> \
             {\n        self.client.records(soql)\n    }\n\n",
        );
        let lines = [
            "Rows of a sub-query: those that came with their parent, then the rest of them.",
            "",
            "Read them before the stream of the parents goes on: its next batch ends their cursor.",
        ];
        for line in lines {
            docs::push_line(out, 1, line);
        }
        out.push_str(
            "    pub fn children<V: g::View>(&self, result: &dyn g::Struct) -> g::Records<V> {\n        \
             self.client.children(result)\n    }\n",
        );
    }
    for operation in &plan.operations[service.operations.clone()] {
        push_gap(out, start);
        push_method(out, plan, operation, scope, imports);
        if let Some((method, how)) = &operation.names.bulk {
            push_gap(out, start);
            bulk::push(out, method, *how, operation);
        }
    }
    out.push_str("}\n");
}

/// Paths of the headers that requests may carry, sorted.
fn headers(plan: &Plan<'_>, service: &Service<'_>, imports: &mut Imports) -> Vec<String> {
    let operations = &plan.operations[service.operations.clone()];
    let headers = operations.iter().flat_map(|operation| &operation.headers);
    let types = headers.filter_map(|header| header.ty.as_ref());
    let paths: BTreeSet<String> = types.map(|ty| path(ty, imports)).collect();
    paths.into_iter().collect()
}

fn push_gap(out: &mut String, start: usize) {
    if out.len() > start {
        out.push('\n');
    }
}

fn push_login(out: &mut String, scope: &Scope) {
    let lines = [
        "Logs in with a user's name and password.",
        "",
        "Other ways to get a session are in `builder`.",
        "",
        "# Errors",
        "",
        "If the service refuses the credentials or cannot be reached.",
    ];
    for line in lines {
        docs::push_line(out, 1, line);
    }
    push_signature(
        out,
        1,
        "pub async fn login",
        &[
            "endpoint: &str".to_owned(),
            "credentials: g::Credentials".to_owned(),
        ],
        &format!(" -> {}<Self, g::Error>", scope.result()),
    );
    out.push_str("        Self::builder().login(endpoint, credentials).await\n    }\n");
}

fn push_method(
    out: &mut String,
    plan: &Plan<'_>,
    operation: &Operation<'_>,
    scope: &Scope,
    imports: &mut Imports,
) {
    let names = &operation.names;
    page::push(out, 1, plan, operation);
    let mut parameters = vec!["&self".to_owned()];
    let mut calls = vec!["call()".to_owned()];
    for argument in &operation.arguments {
        let ty = parameter(argument, scope, imports);
        parameters.push(format!("{}: {ty}", argument.ident));
        calls.push(format!("arg({})", expression(argument)));
    }
    // Else the library would hold the code that writes every type that an argument can hold.
    out.push_str("    #[inline]\n");
    let head = format!("pub fn {}", names.method);
    let result = format!(" -> g::Call<'_, operations::{}>", names.ty);
    push_signature(out, 1, &head, &parameters, &result);
    push_chain(out, 2, &["self", "client"], &calls);
    out.push_str("    }\n");
}

/// The type of a parameter.
fn parameter(argument: &Argument, scope: &Scope, imports: &mut Imports) -> String {
    match argument.wrap {
        Wrap::Required => borrowed(&argument.leaf, scope, imports),
        Wrap::Optional => {
            format!(
                "{}<{}>",
                scope.option(),
                borrowed(&argument.leaf, scope, imports)
            )
        }
        Wrap::Repeated | Wrap::RepeatedOptional => match &argument.leaf {
            Leaf::Text => format!("&[impl {}<str>]", scope.as_ref()),
            Leaf::Record => "&[impl g::View]".to_owned(),
            leaf => format!("&[{}]", owned(leaf, scope, imports)),
        },
    }
}

fn borrowed(leaf: &Leaf, scope: &Scope, imports: &mut Imports) -> String {
    match leaf {
        Leaf::Text => "&str".to_owned(),
        Leaf::Plain(name) => (*name).to_owned(),
        Leaf::Record => "&impl g::View".to_owned(),
        leaf => format!("&{}", owned(leaf, scope, imports)),
    }
}

/// How a parameter is passed on.
fn expression(argument: &Argument) -> String {
    let ident = &argument.ident;
    match (&argument.leaf, argument.wrap) {
        (Leaf::Record, Wrap::Required) => format!("g::record({ident})"),
        (Leaf::Record, Wrap::Optional) => format!("{ident}.map(g::record)"),
        (Leaf::Record, _) => format!("g::records({ident})"),
        (Leaf::Text, Wrap::Repeated | Wrap::RepeatedOptional) => format!("g::texts({ident})"),
        _ => ident.clone(),
    }
}
