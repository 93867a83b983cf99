//! Writes the Enterprise WSDL of an org in the structure that Salesforce uses.

pub(crate) mod api;
pub(crate) mod outbound;
mod schema;
mod service;

use std::fmt::Write as _;

use crate::org::{ApiVersion, Org, Scale};
use api::api;

pub(crate) const ENTERPRISE: &str = "urn:enterprise.soap.sforce.com";
pub(crate) const SOBJECT: &str = "urn:sobject.enterprise.soap.sforce.com";
pub(crate) const FAULT: &str = "urn:fault.enterprise.soap.sforce.com";

/// Writes lines with an indentation of four spaces per level.
struct Writer {
    out: String,
    depth: usize,
}

impl Writer {
    fn line(&mut self, text: std::fmt::Arguments<'_>) {
        for _ in 0..self.depth {
            self.out.push_str("    ");
        }
        // Writing to a string cannot fail.
        let _ = self.out.write_fmt(text);
        self.out.push('\n');
    }

    fn blank(&mut self) {
        self.out.push('\n');
    }

    /// Writes an element with children.
    fn block(
        &mut self,
        name: &str,
        attributes: std::fmt::Arguments<'_>,
        body: impl FnOnce(&mut Self),
    ) {
        self.line(format_args!("<{name}{attributes}>"));
        self.depth += 1;
        body(self);
        self.depth -= 1;
        self.line(format_args!("</{name}>"));
    }
}

impl Org {
    /// Writes the Enterprise WSDL of this org for a version of the API.
    #[must_use]
    pub fn enterprise_wsdl(&self, version: ApiVersion, scale: Scale) -> String {
        if scale == Scale::NONE {
            write(self, version)
        } else {
            write(&self.clone().scaled(scale), version)
        }
    }
}

fn write(org: &Org, version: ApiVersion) -> String {
    let api = api();
    let mut writer = Writer {
        out: String::new(),
        depth: 0,
    };
    comment(&mut writer, org, version);
    writer.out.push_str(concat!(
        "<definitions targetNamespace=\"urn:enterprise.soap.sforce.com\"\n",
        "             xmlns=\"http://schemas.xmlsoap.org/wsdl/\"\n",
        "             xmlns:soap=\"http://schemas.xmlsoap.org/wsdl/soap/\"\n",
        "             xmlns:xsd=\"http://www.w3.org/2001/XMLSchema\"\n",
        "             xmlns:tns=\"urn:enterprise.soap.sforce.com\"\n",
        "             xmlns:fns=\"urn:fault.enterprise.soap.sforce.com\"\n",
        "             xmlns:ens=\"urn:sobject.enterprise.soap.sforce.com\">\n",
    ));
    writer.depth = 1;
    writer.block("types", format_args!(""), |writer| {
        schema::sobjects(writer, org, version);
        writer.blank();
        schema::enterprise(writer, api, version);
        writer.blank();
        schema::faults(writer, api);
    });
    service::messages(&mut writer, api, version);
    service::port_type(&mut writer, api, version);
    service::binding(&mut writer, api, version);
    service::service(&mut writer, org, version);
    writer.depth = 0;
    writer.line(format_args!("</definitions>"));
    writer.out
}

fn comment(writer: &mut Writer, org: &Org, version: ApiVersion) {
    let generated = org.generated.replace('T', " ").replace('Z', " +0000");
    writer.line(format_args!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>"));
    writer.line(format_args!("<!--"));
    writer.line(format_args!(
        "Salesforce.com Enterprise Web Services API Version {version}"
    ));
    writer.line(format_args!("Generated on {generated}."));
    writer.blank();
    if !org.packages.is_empty() {
        writer.line(format_args!("Package Versions:"));
        for package in &org.packages {
            let line = format!(
                "{} (Version: {}, Namespace: {})",
                package.name, package.version, package.namespace
            );
            // Two hyphens would end the comment.
            writer.line(format_args!("{}", line.replace("--", "- -")));
        }
        writer.blank();
    }
    writer.line(format_args!(
        "Written by the saponify sandbox for a local tenant."
    ));
    writer.line(format_args!("-->"));
    writer.blank();
}

/// Escapes text for an element or an attribute in double quotes.
pub(crate) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c => out.push(c),
        }
    }
    out
}
