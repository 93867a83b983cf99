//! Writes the messages, the portType, the binding and the service.

use super::api::{Api, Operation};
use super::schema::fault_names;
use super::{Writer, escape};
use crate::org::{ApiVersion, Org};

fn operations(api: &Api, version: ApiVersion) -> impl Iterator<Item = &Operation> {
    api.operations
        .iter()
        .filter(move |operation| operation.since <= version.0)
}

pub(super) fn messages(writer: &mut Writer, api: &Api, version: ApiVersion) {
    writer.blank();
    writer.line(format_args!("<!-- All headers in one message -->"));
    writer.block("message", format_args!(" name=\"Header\""), |writer| {
        for header in api
            .headers
            .iter()
            .filter(|header| header.since <= version.0)
        {
            let name = header.name;
            writer.line(format_args!(
                "<part element=\"tns:{name}\" name=\"{name}\"/>"
            ));
        }
    });
    writer.blank();
    writer.line(format_args!("<!-- Faults -->"));
    message(writer, "ApiFault", "fault", "fns:fault", false);
    for fault in fault_names() {
        message(writer, fault, "fault", &format!("fns:{fault}"), false);
    }
    writer.blank();
    writer.line(format_args!("<!-- Requests and responses -->"));
    for operation in operations(api, version) {
        let name = operation.name;
        message(
            writer,
            &format!("{name}Request"),
            "parameters",
            &format!("tns:{name}"),
            true,
        );
        message(
            writer,
            &format!("{name}Response"),
            "parameters",
            &format!("tns:{name}Response"),
            true,
        );
    }
}

fn message(writer: &mut Writer, name: &str, part: &str, element: &str, element_first: bool) {
    writer.block("message", format_args!(" name=\"{name}\""), |writer| {
        if element_first {
            writer.line(format_args!(
                "<part element=\"{element}\" name=\"{part}\"/>"
            ));
        } else {
            writer.line(format_args!(
                "<part name=\"{part}\" element=\"{element}\"/>"
            ));
        }
    });
}

pub(super) fn port_type(writer: &mut Writer, api: &Api, version: ApiVersion) {
    writer.blank();
    writer.line(format_args!("<!-- Port type -->"));
    writer.block("portType", format_args!(" name=\"Soap\""), |writer| {
        for operation in operations(api, version) {
            let name = operation.name;
            writer.block("operation", format_args!(" name=\"{name}\""), |writer| {
                let documentation = escape(operation.documentation);
                writer.line(format_args!(
                    "<documentation>{documentation}</documentation>"
                ));
                writer.line(format_args!("<input  message=\"tns:{name}Request\"/>"));
                writer.line(format_args!("<output message=\"tns:{name}Response\"/>"));
                for fault in &operation.faults {
                    writer.line(format_args!(
                        "<fault  message=\"tns:{fault}\" name=\"{fault}\"/>"
                    ));
                }
            });
            writer.blank();
        }
    });
}

pub(super) fn binding(writer: &mut Writer, api: &Api, version: ApiVersion) {
    writer.blank();
    writer.line(format_args!(
        "<!-- Binding: document style, literal, over HTTP -->"
    ));
    writer.block(
        "binding",
        format_args!(" name=\"SoapBinding\" type=\"tns:Soap\""),
        |writer| {
            writer.line(format_args!(
            "<soap:binding style=\"document\" transport=\"http://schemas.xmlsoap.org/soap/http\"/>"
        ));
            for operation in operations(api, version) {
                writer.block(
                    "operation",
                    format_args!(" name=\"{}\"", operation.name),
                    |writer| {
                        writer.line(format_args!("<soap:operation soapAction=\"\"/>"));
                        writer.block("input", format_args!(""), |writer| {
                            headers(writer, api, version, &operation.input);
                            writer.line(format_args!(
                                "<soap:body parts=\"parameters\" use=\"literal\"/>"
                            ));
                        });
                        writer.block("output", format_args!(""), |writer| {
                            headers(writer, api, version, &operation.output);
                            writer.line(format_args!("<soap:body use=\"literal\"/>"));
                        });
                        for fault in &operation.faults {
                            writer.block("fault", format_args!(" name=\"{fault}\""), |writer| {
                                writer.line(format_args!(
                                    "<soap:fault name=\"{fault}\" use=\"literal\"/>"
                                ));
                            });
                        }
                    },
                );
            }
        },
    );
}

fn headers(writer: &mut Writer, api: &Api, version: ApiVersion, marks: &[&str]) {
    let headers = marks.iter().filter_map(|mark| api.header(mark));
    for header in headers.filter(|header| header.since <= version.0) {
        let name = header.name;
        writer.line(format_args!(
            "<soap:header use=\"literal\" message=\"tns:Header\" part=\"{name}\"/>"
        ));
    }
}

pub(super) fn service(writer: &mut Writer, org: &Org, version: ApiVersion) {
    let host = if org.is_sandbox { "test" } else { "login" };
    let tail = org.address_tail();
    writer.blank();
    writer.line(format_args!("<!-- Where to log in -->"));
    writer.block("service", format_args!(" name=\"SforceService\""), |writer| {
        writer.line(format_args!("<documentation>The SOAP API of {}</documentation>", escape(&org.name)));
        writer.block("port", format_args!(" binding=\"tns:SoapBinding\" name=\"Soap\""), |writer| {
            writer.line(format_args!(
                "<soap:address location=\"https://{host}.salesforce.com/services/Soap/c/{version}{tail}\"/>"
            ));
        });
    });
}
