//! Writes the WSDL of an outbound message in the structure that Salesforce uses.

use super::{ENTERPRISE, SOBJECT, Writer, escape};
use crate::error::Error;
use crate::org::{ApiVersion, Org};

/// The namespace of outbound messages.
pub(crate) const OUTBOUND: &str = "http://soap.sforce.com/2005/09/outbound";

impl Org {
    /// Writes the WSDL of an outbound message with records of an object and these fields. Without an
    /// object, the message can contain records of any object.
    ///
    /// # Errors
    /// The org has no such object or field.
    pub fn outbound_wsdl(&self, about: Option<(&str, &[&str])>) -> Result<String, Error> {
        let fields = match about {
            Some((object, names)) => fields(self, object, names)?,
            None => Vec::new(),
        };
        let object = about.map_or("sObject", |(object, _)| object);
        Ok(write(self, object, &fields))
    }
}

/// The names and types of fields.
fn fields<'a>(
    org: &'a Org,
    object: &str,
    names: &[&str],
) -> Result<Vec<(&'a str, &'static str)>, Error> {
    let known = org.objects.get(object);
    let known = known.ok_or_else(|| Error::other(format!("there is no object {object}")))?;
    let found = names.iter().map(|name| {
        let field = known.fields.values().find(|field| field.name == *name);
        let field = field.ok_or_else(|| Error::other(format!("{object} has no field {name}")))?;
        Ok((field.name.as_str(), field.kind.soap_type()))
    });
    let mut found: Vec<_> = found.collect::<Result<_, Error>>()?;
    found.retain(|(name, _)| *name != "Id");
    found.sort_unstable();
    Ok(found)
}

fn write(org: &Org, object: &str, fields: &[(&str, &str)]) -> String {
    let mut writer = Writer {
        out: String::new(),
        depth: 0,
    };
    let ApiVersion(version) = org.api_version;
    writer.line(format_args!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>"));
    writer.line(format_args!("<!--"));
    writer.line(format_args!(
        "Salesforce.com Outbound Messaging, API Version {version}.0"
    ));
    writer.line(format_args!(
        "Written by the saponify sandbox for a local tenant."
    ));
    writer.line(format_args!("-->"));
    writer.out.push_str(concat!(
        "<definitions targetNamespace=\"http://soap.sforce.com/2005/09/outbound\"\n",
        "             xmlns=\"http://schemas.xmlsoap.org/wsdl/\"\n",
        "             xmlns:soap=\"http://schemas.xmlsoap.org/wsdl/soap/\"\n",
        "             xmlns:xsd=\"http://www.w3.org/2001/XMLSchema\"\n",
        "             xmlns:ent=\"urn:enterprise.soap.sforce.com\"\n",
        "             xmlns:ens=\"urn:sobject.enterprise.soap.sforce.com\"\n",
        "             xmlns:tns=\"http://soap.sforce.com/2005/09/outbound\">\n",
    ));
    writer.depth = 1;
    writer.block("types", format_args!(""), |writer| {
        types(writer, object, fields);
    });
    for (message, element) in [
        ("notificationsRequest", "notifications"),
        ("notificationsResponse", "notificationsResponse"),
    ] {
        writer.block("message", format_args!(" name=\"{message}\""), |writer| {
            writer.line(format_args!(
                "<part element=\"tns:{element}\" name=\"{}\"/>",
                if element == "notifications" {
                    "request"
                } else {
                    "response"
                }
            ));
        });
    }
    writer.block(
        "portType",
        format_args!(" name=\"NotificationPort\""),
        |writer| {
            writer.block(
                "operation",
                format_args!(" name=\"notifications\""),
                |writer| {
                    writer.line(format_args!(
                        "<documentation>Receives a number of notifications.</documentation>"
                    ));
                    writer.line(format_args!(
                        "<input message=\"tns:notificationsRequest\"/>"
                    ));
                    writer.line(format_args!(
                        "<output message=\"tns:notificationsResponse\"/>"
                    ));
                },
            );
        },
    );
    writer.block(
        "binding",
        format_args!(" name=\"NotificationBinding\" type=\"tns:NotificationPort\""),
        |writer| {
            writer.line(format_args!(
                "<soap:binding style=\"document\" transport=\"http://schemas.xmlsoap.org/soap/http\"/>"
            ));
            writer.block("operation", format_args!(" name=\"notifications\""), |writer| {
                writer.line(format_args!("<soap:operation soapAction=\"\"/>"));
                for direction in ["input", "output"] {
                    writer.block(direction, format_args!(""), |writer| {
                        writer.line(format_args!("<soap:body use=\"literal\"/>"));
                    });
                }
            });
        },
    );
    writer.block(
        "service",
        format_args!(" name=\"NotificationService\""),
        |writer| {
            writer.line(format_args!(
                "<documentation>What the receiver of the messages of {} implements</documentation>",
                escape(&org.name)
            ));
            writer.block(
                "port",
                format_args!(" binding=\"tns:NotificationBinding\" name=\"Notification\""),
                |writer| {
                    writer.line(format_args!(
                        "<soap:address location=\"https://localhost:8443/\"/>"
                    ));
                },
            );
        },
    );
    writer.depth = 0;
    writer.line(format_args!("</definitions>"));
    writer.out
}

fn types(writer: &mut Writer, object: &str, fields: &[(&str, &str)]) {
    let schema = |writer: &mut Writer, namespace: &str, body: &dyn Fn(&mut Writer)| {
        let attributes = format_args!(
            " elementFormDefault=\"qualified\" xmlns=\"http://www.w3.org/2001/XMLSchema\" targetNamespace=\"{namespace}\""
        );
        writer.block("schema", attributes, |writer| body(writer));
    };
    schema(writer, ENTERPRISE, &|writer| {
        writer.block("simpleType", format_args!(" name=\"ID\""), |writer| {
            writer.block(
                "restriction",
                format_args!(" base=\"xsd:string\""),
                |writer| {
                    writer.line(format_args!("<length value=\"18\"/>"));
                    writer.line(format_args!("<pattern value='[a-zA-Z0-9]{{18}}'/>"));
                },
            );
        });
    });
    schema(writer, SOBJECT, &|writer| {
        writer.line(format_args!("<import namespace=\"{ENTERPRISE}\"/>"));
        writer.block("complexType", format_args!(" name=\"sObject\""), |writer| {
            writer.block("sequence", format_args!(""), |writer| {
                writer.line(format_args!(
                    "<element name=\"fieldsToNull\" type=\"xsd:string\" nillable=\"true\" minOccurs=\"0\" maxOccurs=\"unbounded\"/>"
                ));
                writer.line(format_args!("<element name=\"Id\" type=\"ent:ID\" nillable=\"true\"/>"));
            });
        });
        if object == "sObject" {
            return;
        }
        super::schema::extension(writer, object, "ens:sObject", |writer| {
            for (name, kind) in fields {
                // The Enterprise WSDL has another prefix for this namespace.
                let kind = kind.replace("tns:", "ent:");
                writer.line(format_args!(
                    "<element name=\"{name}\" nillable=\"true\" minOccurs=\"0\" type=\"{kind}\"/>"
                ));
            }
        });
    });
    let notification = match object {
        "sObject" => "Notification".to_owned(),
        object => format!("{object}Notification"),
    };
    schema(writer, OUTBOUND, &|writer| {
        writer.line(format_args!("<import namespace=\"{ENTERPRISE}\"/>"));
        writer.line(format_args!("<import namespace=\"{SOBJECT}\"/>"));
        let wrapper = |writer: &mut Writer, name: &str, lines: &[String]| {
            writer.block("element", format_args!(" name=\"{name}\""), |writer| {
                writer.block("complexType", format_args!(""), |writer| {
                    writer.block("sequence", format_args!(""), |writer| {
                        lines
                            .iter()
                            .for_each(|line| writer.line(format_args!("{line}")));
                    });
                });
            });
        };
        let lines = [
            "<element name=\"OrganizationId\" type=\"ent:ID\"/>".to_owned(),
            "<element name=\"ActionId\" type=\"ent:ID\"/>".to_owned(),
            "<element name=\"SessionId\" type=\"xsd:string\" nillable=\"true\"/>".to_owned(),
            "<element name=\"EnterpriseUrl\" type=\"xsd:string\"/>".to_owned(),
            "<element name=\"PartnerUrl\" type=\"xsd:string\"/>".to_owned(),
            format!(
                "<element name=\"Notification\" maxOccurs=\"100\" type=\"tns:{notification}\"/>"
            ),
        ];
        wrapper(writer, "notifications", &lines);
        writer.block(
            "complexType",
            format_args!(" name=\"{notification}\""),
            |writer| {
                writer.block("sequence", format_args!(""), |writer| {
                    writer.line(format_args!("<element name=\"Id\" type=\"ent:ID\"/>"));
                    writer.line(format_args!(
                        "<element name=\"sObject\" type=\"ens:{object}\"/>"
                    ));
                });
            },
        );
        let ack = "<element name=\"Ack\" type=\"xsd:boolean\"/>".to_owned();
        wrapper(writer, "notificationsResponse", &[ack]);
    });
}
