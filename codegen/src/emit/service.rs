//! Services: a struct each, with a method per operation.

use std::collections::BTreeSet;

use super::file::{self, RUNTIME};
use super::page;
use super::rows;
use super::writer::Writer;
use crate::plan::{Argument, InnerType, Operation, Plan, Scalar, Service, Wrap};
use crate::print::Link;
use crate::print::escape::{code, literal};

/// Prints `service.rs`.
pub(super) fn file(plan: &Plan<'_>) -> String {
    let idents = plan.services.iter().map(|service| service.ident.as_str());
    let mut w = Writer::new(plan, idents);
    for (number, service) in plan.services.iter().enumerate() {
        let ident = match plan.services.len() {
            1 => "SERVICE".to_owned(),
            _ => format!("SERVICE_{}", number + 1),
        };
        w.out.blank();
        table(&mut w, service, &ident);
        w.out.blank();
        declaration(&mut w, service, &ident);
        if !service.operations.is_empty() {
            w.out.blank();
            methods(&mut w, service);
        }
    }
    let about = match plan.services.as_slice() {
        [_] => "The service.",
        _ => "The services.",
    };
    file::head(about, RUNTIME, &w.imports()) + &w.take()
}

/// Prints the static of a service.
fn table(w: &mut Writer<'_, '_>, service: &Service<'_>, ident: &str) {
    if !service.operations.is_empty() {
        w.import("operations");
    }
    let session_header = service.session_header.map(|id| w.table(id));
    let limit_header = service.limit_header.map(|id| w.table(id));
    let login = service
        .login
        .map(|number| format!("operations::{}", w.plan.operations[number].ident));
    let query = service
        .query
        .then(|| "operations::QUERY_OPERATIONS".to_owned());
    let version = if service.soap12 { "V1_2" } else { "V1_1" };
    let full_name = format!("{}.{}", service.name, service.port);
    let link = |method, ident: String| Link::Line(method, ["&", &ident].concat());
    let api_version = (!service.api_version.is_empty()).then(|| literal(service.api_version));
    let links = [
        api_version.map(|version| Link::Line("with_api_version", version)),
        session_header.map(|header| link("with_session_header", header)),
        login.map(|login| link("with_login", login)),
        query.map(|query| link("with_query", query)),
        limit_header.map(|header| link("with_limit_header", header)),
    ];
    let links: Vec<Link> = links.into_iter().flatten().collect();
    w.out
        .open(&["static ", ident, ": g::Service = g::Service::new("]);
    w.out.line(&[&literal(&full_name), ","]);
    w.out.line(&[&literal(service.endpoint), ","]);
    w.out.line(&["g::SoapVersion::", version, ","]);
    w.out.dedent();
    w.out.links(&[")"], &links);
}

/// Prints the type of a service.
fn declaration<'p>(w: &mut Writer<'p, '_>, service: &'p Service<'_>, table: &str) {
    w.out.open(&["g::service! {"]);
    let (port, name) = (code(service.port), code(service.name));
    let over = if service.soap12 {
        ", over SOAP 1.2"
    } else {
        ""
    };
    let title = format!("The port {port} of the service {name}{over}.");
    w.item_doc(&title, service.documentation);
    let operations = &w.plan.operations[service.operations.clone()];
    let headers = operations.iter().flat_map(|operation| &operation.headers);
    let types = headers.filter_map(|header| header.ty.as_ref());
    let paths: BTreeSet<String> = types.map(|ty| w.path(ty)).collect();
    let paths: Vec<String> = paths.into_iter().collect();
    let head = [&service.ident, ", ", table, ", ["].concat();
    w.out.list(&head, &paths, "]");
    w.out.close(&["}"]);
}

/// Prints the methods of a service.
fn methods(w: &mut Writer<'_, '_>, service: &Service<'_>) {
    w.out.open(&["impl ", &service.ident, " {"]);
    let mut is_first = true;
    let mut gap = |w: &mut Writer<'_, '_>| {
        if !std::mem::take(&mut is_first) {
            w.out.blank();
        }
    };
    if service.login.is_some() {
        gap(w);
        login(w);
    }
    if service.limit_header.is_some() {
        gap(w);
        limit_info(w);
    }
    if service.query {
        gap(w);
        records(w);
        gap(w);
        children(w);
    }
    for operation in &w.plan.operations[service.operations.clone()] {
        gap(w);
        method(w, operation);
        if let Some(methods) = &operation.rows {
            gap(w);
            rows::all(w, methods, operation);
            if let Some(one) = &methods.one {
                gap(w);
                rows::one(w, one, methods.kind, operation);
            }
        }
    }
    w.out.close(&["}"]);
}

fn docs(w: &mut Writer<'_, '_>, lines: &[&str]) {
    lines.iter().for_each(|line| w.out.doc(line));
}

fn login(w: &mut Writer<'_, '_>) {
    docs(
        w,
        &[
            "Logs in with a user's name and password.",
            "",
            "`builder` offers other ways to get a session.",
            "",
            "# Errors",
            "",
            "Returns an error if the service refuses the credentials or cannot be reached.",
        ],
    );
    let result = w.prelude().result();
    w.out.signature(
        &["pub async fn login"],
        &["endpoint: &str", "credentials: g::Credentials"],
        &[" -> ", result, "<Self, g::Error>"],
    );
    w.out
        .line(&["Self::builder().login(endpoint, credentials).await"]);
    w.out.close(&["}"]);
}

fn limit_info(w: &mut Writer<'_, '_>) {
    docs(
        w,
        &["API usage of the organization, as the last response reported it."],
    );
    w.out.line(&["#[must_use]"]);
    let option = w.prelude().option();
    w.out.signature(
        &["pub fn limit_info"],
        &["&self"],
        &[" -> ", option, "<g::ApiUsage>"],
    );
    w.out.line(&["self.client.limit_info()"]);
    w.out.close(&["}"]);
}

fn records(w: &mut Writer<'_, '_>) {
    docs(
        w,
        &[
            "The rows of a query, as a stream over all batches. A text is sent unchanged. A `Soql`",
            "query is built from keys and quotes its values.",
        ],
    );
    w.out.signature(
        &["pub fn records<V: g::View>"],
        &["&self", "soql: impl g::QueryText<V>"],
        &[" -> g::Records<V>"],
    );
    w.out.line(&["self.client.records(soql)"]);
    w.out.close(&["}"]);
}

fn children(w: &mut Writer<'_, '_>) {
    docs(
        w,
        &[
            "The rows of a sub-query: first the rows that arrived with the parent, and then the others.",
            "",
            "Read them before you continue the stream of the parents, because the next batch of parents",
            "closes their cursor.",
        ],
    );
    w.out.signature(
        &["pub fn children<V: g::View>"],
        &["&self", "rows: impl g::SubqueryResult"],
        &[" -> g::Records<V>"],
    );
    w.out.line(&["self.client.children(rows)"]);
    w.out.close(&["}"]);
}

fn method<'p>(w: &mut Writer<'p, '_>, operation: &'p Operation<'_>) {
    page::print(&mut w.out, w.plan, operation);
    let mut parameters = vec!["&self".to_owned()];
    let mut calls = vec!["call()".to_owned()];
    for argument in &operation.arguments {
        let ty = parameter(w, argument);
        parameters.push(format!("{}: {ty}", argument.ident));
        calls.push(format!("arg({})", expression(argument)));
    }
    // Otherwise the library would contain code for every type that an argument can hold.
    w.out.line(&["#[inline]"]);
    w.out.signature(
        &["pub fn ", &operation.method],
        &parameters,
        &[" -> g::Call<operations::", &operation.ty, ">"],
    );
    w.out.chain(&["self", "client"], &calls);
    w.out.close(&["}"]);
}

/// The type of a parameter.
fn parameter<'p>(w: &mut Writer<'p, '_>, argument: &'p Argument) -> String {
    match argument.wrap {
        Wrap::Required => borrowed(w, &argument.inner),
        Wrap::Optional => {
            let inner = borrowed(w, &argument.inner);
            format!("{}<{inner}>", w.prelude().option())
        }
        Wrap::Repeated | Wrap::RepeatedOptional => match &argument.inner {
            InnerType::Scalar(Scalar::String) => format!("&[impl {}<str>]", w.prelude().as_ref()),
            InnerType::Record => "impl g::RecordList".to_owned(),
            InnerType::Scalar(Scalar::Id) => "impl g::IdList".to_owned(),
            inner => format!("&[{}]", w.owned(inner)),
        },
    }
}

fn borrowed<'p>(w: &mut Writer<'p, '_>, inner: &'p InnerType) -> String {
    match inner {
        InnerType::Scalar(Scalar::String) => "&str".to_owned(),
        InnerType::Scalar(scalar) if scalar.is_copy() => w.scalar(*scalar).to_owned(),
        InnerType::Record => "&impl g::View".to_owned(),
        inner => format!("&{}", w.owned(inner)),
    }
}

/// How a parameter is passed on.
fn expression(argument: &Argument) -> String {
    let ident = &argument.ident;
    match (&argument.inner, argument.wrap) {
        (InnerType::Record, Wrap::Required) => format!("g::record({ident})"),
        (InnerType::Record, Wrap::Optional) => format!("{ident}.map(g::record)"),
        (InnerType::Record, _) => format!("g::records({ident})"),
        (InnerType::Scalar(Scalar::Id), Wrap::Repeated | Wrap::RepeatedOptional) => {
            format!("g::ids({ident})")
        }
        (InnerType::Scalar(Scalar::String), Wrap::Repeated | Wrap::RepeatedOptional) => {
            format!("g::texts({ident})")
        }
        _ => ident.clone(),
    }
}
