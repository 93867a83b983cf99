//! Writes the three inline schemas.

use std::collections::BTreeMap;

use super::api::{Api, Body, Child, Definition, qualified};
use super::{ENTERPRISE, FAULT, SOBJECT, Writer};
use crate::org::{ApiVersion, Object, Org};

/// The last version that declares a polymorphic parent as `ens:Name`.
const LAST_WITH_NAME: ApiVersion = ApiVersion(45);

fn schema(writer: &mut Writer, namespace: &str, extra: &str, body: impl FnOnce(&mut Writer)) {
    writer.blank();
    let attributes = format_args!(
        " elementFormDefault=\"qualified\" xmlns=\"http://www.w3.org/2001/XMLSchema\" targetNamespace=\"{namespace}\"{extra}"
    );
    writer.block("schema", attributes, body);
}

fn import(writer: &mut Writer, namespace: &str) {
    writer.blank();
    writer.line(format_args!("<import namespace=\"{namespace}\"/>"));
    writer.blank();
}

pub(super) fn sobjects(writer: &mut Writer, org: &Org, version: ApiVersion) {
    schema(writer, SOBJECT, "", |writer| {
        import(writer, ENTERPRISE);
        writer.line(format_args!("<!-- What every object extends -->"));
        writer.block("complexType", format_args!(" name=\"sObject\""), |writer| {
            writer.block("sequence", format_args!(""), |writer| {
                writer.line(format_args!(
                    "<element name=\"fieldsToNull\" type=\"xsd:string\" nillable=\"true\" minOccurs=\"0\" maxOccurs=\"unbounded\"/>"
                ));
                writer.line(format_args!("<element name=\"Id\" type=\"tns:ID\" nillable=\"true\" />"));
            });
        });
        let mut names: BTreeMap<&str, Option<&Object>> = org
            .objects
            .iter()
            .map(|(name, object)| (name.as_str(), Some(object)))
            .collect();
        names.insert("AggregateResult", None);
        names.insert("Name", None);
        for (name, object) in names {
            writer.blank();
            extension(writer, name, "ens:sObject", |writer| match (object, name) {
                (Some(object), _) => children(writer, object, version),
                (None, "Name") => name_object(writer, org),
                (None, _) => child(writer, Child::Any),
            });
        }
    });
}

pub(super) fn extension(
    writer: &mut Writer,
    name: &str,
    base: &str,
    body: impl FnOnce(&mut Writer),
) {
    writer.block("complexType", format_args!(" name=\"{name}\""), |writer| {
        writer.block("complexContent", format_args!(""), |writer| {
            writer.block("extension", format_args!(" base=\"{base}\""), |writer| {
                writer.block("sequence", format_args!(""), body);
            });
        });
    });
}

/// Writes fields, parents and child relationships in a common ASCII order.
fn children(writer: &mut Writer, object: &Object, version: ApiVersion) {
    let mut elements: BTreeMap<&str, String> = BTreeMap::new();
    for field in object
        .fields
        .values()
        .filter(|field| field.since <= version.0)
    {
        if field.name == "Id" {
            continue;
        }
        elements.insert(&field.name, field.kind.soap_type().to_owned());
        if let Some(relationship) = &field.relationship {
            let parent = match field.targets.as_slice() {
                [one] => format!("ens:{one}"),
                _ if version <= LAST_WITH_NAME => "ens:Name".to_owned(),
                _ => "ens:sObject".to_owned(),
            };
            elements.insert(relationship, parent);
        }
    }
    for relationship in object.children.keys() {
        elements.insert(relationship, "tns:QueryResult".to_owned());
    }
    for (name, kind) in &object.elements {
        elements.insert(name, kind.clone());
    }
    for (name, kind) in elements {
        optional(writer, name, &kind);
    }
}

/// Writes the object `Name`, which represents polymorphic parents.
fn name_object(writer: &mut Writer, org: &Org) {
    for name in ["Alias", "Email", "FirstName"] {
        optional(writer, name, "xsd:string");
    }
    optional(writer, "IsActive", "xsd:boolean");
    for name in ["LastName", "Name", "Phone"] {
        optional(writer, name, "xsd:string");
    }
    for (parent, id) in [
        ("Profile", "ProfileId"),
        ("Title", ""),
        ("Type", ""),
        ("UserRole", "UserRoleId"),
    ] {
        if id.is_empty() {
            optional(writer, parent, "xsd:string");
        } else if org.objects.contains_key(parent) {
            optional(writer, parent, &format!("ens:{parent}"));
            optional(writer, id, "tns:ID");
        }
    }
    optional(writer, "Username", "xsd:string");
}

/// Writes an optional element. The type of one that may occur more than once ends with `*`.
fn optional(writer: &mut Writer, name: &str, kind: &str) {
    let (kind, max) = match kind.strip_suffix('*') {
        Some(kind) => (kind, " maxOccurs=\"unbounded\""),
        None => (kind, ""),
    };
    writer.line(format_args!(
        "<element name=\"{name}\" nillable=\"true\" minOccurs=\"0\" type=\"{kind}\"{max}/>"
    ));
}

pub(super) fn enterprise(writer: &mut Writer, api: &Api, version: ApiVersion) {
    let too_new = api.too_new(version.0);
    schema(writer, ENTERPRISE, "", |writer| {
        import(writer, SOBJECT);
        writer.line(format_args!("<!-- Ids, always in the long form -->"));
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
        for name in ["json", "QueryLocator"] {
            writer.blank();
            writer.block("simpleType", format_args!(" name=\"{name}\""), |writer| {
                writer.line(format_args!("<restriction base=\"xsd:string\"/>"));
            });
        }
        for definition in api.definitions.iter().filter(|d| !too_new.contains(d.name)) {
            writer.blank();
            define(writer, definition);
        }
        for operation in api.operations.iter().filter(|op| op.since <= version.0) {
            writer.blank();
            writer.line(format_args!("<!-- {} -->", operation.name));
            // Only one operation has wrapper elements without a sequence.
            let bare = operation.name == "logout";
            wrapper(writer, operation.name, &operation.request, bare);
            let response = format!("{}Response", operation.name);
            wrapper(writer, &response, operation.result.as_slice(), bare);
        }
        for header in api
            .headers
            .iter()
            .filter(|header| header.since <= version.0)
        {
            writer.blank();
            wrapper(writer, header.name, &header.children, false);
        }
    });
}

fn define(writer: &mut Writer, definition: &Definition) {
    let name = definition.name;
    match &definition.body {
        Body::Values(values) => {
            writer.block("simpleType", format_args!(" name=\"{name}\""), |writer| {
                writer.block(
                    "restriction",
                    format_args!(" base=\"xsd:string\""),
                    |writer| {
                        for (value, properties) in values {
                            enumeration(writer, value, properties, name == "ExtendedErrorCode");
                        }
                    },
                );
            });
        }
        Body::Record {
            base: Some(base),
            children,
        } => {
            extension(writer, name, &qualified(base), |writer| {
                children.iter().for_each(|item| child(writer, *item));
            });
        }
        // Two result types have no content, not even an empty sequence.
        Body::Record {
            base: None,
            children,
        } if children.is_empty() && name.ends_with("PasswordResult") => {
            writer.block("complexType", format_args!(" name=\"{name}\""), |_| {});
        }
        Body::Record {
            base: None,
            children,
        } => {
            writer.block("complexType", format_args!(" name=\"{name}\""), |writer| {
                sequence(writer, children)
            });
        }
    }
}

fn enumeration(writer: &mut Writer, value: &str, properties: &[&str], documented: bool) {
    if !documented {
        writer.line(format_args!("<enumeration value=\"{value}\"/>"));
        return;
    }
    writer.block(
        "enumeration",
        format_args!(" value=\"{value}\""),
        |writer| {
            let text = match properties {
                [] => "The details carry no properties.".to_owned(),
                properties => format!("Properties in the details: {}", properties.join(", ")),
            };
            writer.line(format_args!(
                "<xsd:annotation><xsd:documentation>{text}</xsd:documentation></xsd:annotation>"
            ));
        },
    );
}

fn wrapper(writer: &mut Writer, name: &str, children: &[Child], bare: bool) {
    writer.block("element", format_args!(" name=\"{name}\""), |writer| {
        writer.block("complexType", format_args!(""), |writer| {
            if !bare {
                sequence(writer, children);
            }
        });
    });
}

fn sequence(writer: &mut Writer, children: &[Child]) {
    if children.is_empty() {
        writer.line(format_args!("<sequence/>"));
        return;
    }
    writer.block("sequence", format_args!(""), |writer| {
        children.iter().for_each(|item| child(writer, *item));
    });
}

fn child(writer: &mut Writer, child: Child) {
    match child {
        Child::Any => writer.line(format_args!(
            "<any namespace=\"##targetNamespace\" minOccurs=\"0\" maxOccurs=\"unbounded\" processContents=\"lax\"/>"
        )),
        Child::Element { name, kind, min, max, nillable } => {
            let mut attributes = String::new();
            if nillable {
                attributes.push_str(" nillable=\"true\"");
            }
            if min != 1 {
                attributes.push_str(&format!(" minOccurs=\"{min}\""));
            }
            match max {
                Some(1) => {}
                Some(max) => attributes.push_str(&format!(" maxOccurs=\"{max}\"")),
                None => attributes.push_str(" maxOccurs=\"unbounded\""),
            }
            let kind = qualified(kind);
            writer.line(format_args!("<element name=\"{name}\" type=\"{kind}\"{attributes}/>"));
        }
    }
}

/// The faults that contain the row and the column of a query.
const QUERY_FAULTS: &[&str] = &[
    "InvalidFieldFault",
    "InvalidSObjectFault",
    "MalformedQueryFault",
    "MalformedSearchFault",
];
/// The faults without a position.
pub(super) const PLAIN_FAULTS: &[&str] = &[
    "LoginFault",
    "InvalidQueryLocatorFault",
    "InvalidNewPasswordFault",
    "InvalidOldPasswordFault",
    "InvalidIdFault",
    "UnexpectedErrorFault",
];

/// The names of all fault elements but the general one, in the order of the schema.
pub(super) fn fault_names() -> impl Iterator<Item = &'static str> {
    PLAIN_FAULTS.iter().chain(QUERY_FAULTS).copied()
}

pub(super) fn faults(writer: &mut Writer, api: &Api) {
    let extra = format!(" xmlns:fns=\"{FAULT}\"");
    schema(writer, FAULT, &extra, |writer| {
        import(writer, ENTERPRISE);
        writer.block(
            "simpleType",
            format_args!(" name=\"ExceptionCode\""),
            |writer| {
                writer.block(
                    "restriction",
                    format_args!(" base=\"xsd:string\""),
                    |writer| {
                        for code in &api.exception_codes {
                            writer.line(format_args!("<enumeration value=\"{code}\"/>"));
                        }
                    },
                );
            },
        );
        writer.blank();
        writer.line(format_args!(
            "<!-- The same codes as names: what faultcode holds -->"
        ));
        writer.block(
            "simpleType",
            format_args!(" name=\"FaultCode\""),
            |writer| {
                writer.block(
                    "restriction",
                    format_args!(" base=\"xsd:QName\""),
                    |writer| {
                        for code in &api.exception_codes {
                            writer.line(format_args!("<enumeration value=\"fns:{code}\"/>"));
                        }
                    },
                );
            },
        );
        writer.blank();
        writer.block("complexType", format_args!(" name=\"ApiFault\""), |writer| {
            writer.block("sequence", format_args!(""), |writer| {
                writer.line(format_args!("<element name=\"exceptionCode\" type=\"fns:ExceptionCode\"/>"));
                writer.line(format_args!("<element name=\"exceptionMessage\" type=\"xsd:string\"/>"));
                writer.line(format_args!(
                    "<element name=\"extendedErrorDetails\" type=\"tns:ExtendedErrorDetails\" nillable=\"true\" minOccurs=\"0\" maxOccurs=\"unbounded\"/>"
                ));
            });
        });
        writer.blank();
        writer.line(format_args!(
            "<element name=\"fault\" type=\"fns:ApiFault\" />"
        ));
        writer.blank();
        extension(writer, "ApiQueryFault", "fns:ApiFault", |writer| {
            writer.line(format_args!("<element name=\"row\" type=\"xsd:int\"/>"));
            writer.line(format_args!("<element name=\"column\" type=\"xsd:int\"/>"));
        });
        for name in fault_names() {
            let base = if PLAIN_FAULTS.contains(&name) {
                "ApiFault"
            } else {
                "ApiQueryFault"
            };
            writer.blank();
            writer.block("complexType", format_args!(" name=\"{name}\""), |writer| {
                writer.block("complexContent", format_args!(""), |writer| {
                    writer.line(format_args!("<extension base=\"fns:{base}\"/>"));
                });
            });
            writer.line(format_args!(
                "<element name=\"{name}\" type=\"fns:{name}\"/>"
            ));
        }
    });
}
