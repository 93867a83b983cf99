//! Writes responses as XML, with elements in the order of the schema.

use crate::fault::Fault;
use crate::quirks::{Detail, Quirks};
use crate::wsdl::api::{Body, Child, Definition, api};
use crate::wsdl::{ENTERPRISE, FAULT, SOBJECT};

pub(crate) type Out = Vec<u8>;

const SOAP: &str = "http://schemas.xmlsoap.org/soap/envelope/";
const XSI: &str = "http://www.w3.org/2001/XMLSchema-instance";
const XSD: &str = "http://www.w3.org/2001/XMLSchema";

/// Writes text with escapes. Characters that XML does not allow are omitted.
pub(crate) fn escape_into(text: &[u8], out: &mut Out) {
    let mut rest = text;
    while let Some(at) = rest
        .iter()
        .position(|byte| matches!(byte, b'&' | b'<' | b'>' | 0..=8 | 11..=31))
    {
        out.extend_from_slice(&rest[..at]);
        match rest[at] {
            b'&' => out.extend_from_slice(b"&amp;"),
            b'<' => out.extend_from_slice(b"&lt;"),
            b'>' => out.extend_from_slice(b"&gt;"),
            b'\r' => out.extend_from_slice(b"&#13;"),
            _ => {}
        }
        rest = &rest[at + 1..];
    }
    out.extend_from_slice(rest);
}

/// Writes `<name>text</name>`.
pub(crate) fn element(name: &str, text: &str, out: &mut Out) {
    out.push(b'<');
    out.extend_from_slice(name.as_bytes());
    out.push(b'>');
    escape_into(text.as_bytes(), out);
    end(name, out);
}

pub(crate) fn end(name: &str, out: &mut Out) {
    out.extend_from_slice(b"</");
    // `name` may contain attributes after the name.
    out.extend_from_slice(name.split(' ').next().unwrap_or(name).as_bytes());
    out.push(b'>');
}

/// The content of an element.
#[derive(Clone)]
pub(crate) enum Content {
    Text(String),
    Record(Record),
    /// Finished XML without the enclosing tags.
    Raw(Out),
    Nil,
}

impl From<&str> for Content {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Content {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<bool> for Content {
    fn from(value: bool) -> Self {
        Self::Text(value.to_string())
    }
}

impl From<i64> for Content {
    fn from(value: i64) -> Self {
        Self::Text(value.to_string())
    }
}

impl From<Record> for Content {
    fn from(record: Record) -> Self {
        Self::Record(record)
    }
}

impl From<Option<String>> for Content {
    fn from(value: Option<String>) -> Self {
        value.map_or(Self::Nil, Self::Text)
    }
}

/// A value of a type of the enterprise namespace. Its elements are written in the order of the schema.
/// A required element without a value is written as nil, false, zero or empty, depending on its type.
#[derive(Clone)]
pub(crate) struct Record {
    definition: Option<&'static Definition>,
    typed: bool,
    values: Vec<(&'static str, Content)>,
}

impl Record {
    pub(crate) fn new(name: &str) -> Self {
        let definition = api()
            .definitions
            .iter()
            .find(|definition| definition.name == name);
        Self {
            definition,
            typed: false,
            values: Vec::new(),
        }
    }

    /// Adds `xsi:type`, which a subtype requires.
    pub(crate) fn typed(mut self) -> Self {
        self.typed = true;
        self
    }

    pub(crate) fn with(mut self, name: &'static str, value: impl Into<Content>) -> Self {
        self.values.push((name, value.into()));
        self
    }

    pub(crate) fn add(&mut self, name: &'static str, value: impl Into<Content>) {
        self.values.push((name, value.into()));
    }

    pub(crate) fn write(&self, tag: &str, out: &mut Out) {
        let Some(definition) = self.definition else {
            return;
        };
        out.push(b'<');
        out.extend_from_slice(tag.as_bytes());
        if self.typed {
            out.extend_from_slice(format!(" xsi:type=\"{}\"", definition.name).as_bytes());
        }
        out.push(b'>');
        self.write_level(definition, out);
        end(tag, out);
    }

    fn write_level(&self, definition: &Definition, out: &mut Out) {
        let Body::Record { base, children } = &definition.body else {
            return;
        };
        if let Some(base) =
            base.and_then(|base| api().definitions.iter().find(|other| other.name == base))
        {
            self.write_level(base, out);
        }
        for child in children {
            let Child::Element {
                name,
                kind,
                min,
                nillable,
                ..
            } = *child
            else {
                continue;
            };
            let mut given = false;
            for (_, content) in self.values.iter().filter(|(given, _)| *given == name) {
                given = true;
                content.write(name, out);
            }
            if given || min == 0 {
                continue;
            }
            match kind {
                _ if nillable => Content::Nil.write(name, out),
                "boolean" => element(name, "false", out),
                "int" | "long" | "double" => element(name, "0", out),
                _ => element(name, "", out),
            }
        }
    }
}

impl Content {
    pub(crate) fn write(&self, name: &str, out: &mut Out) {
        match self {
            Self::Text(text) => element(name, text, out),
            Self::Record(record) => record.write(name, out),
            Self::Raw(raw) => {
                out.extend_from_slice(format!("<{name}>").as_bytes());
                out.extend_from_slice(raw);
                end(name, out);
            }
            Self::Nil => out.extend_from_slice(format!("<{name} xsi:nil=\"true\"/>").as_bytes()),
        }
    }
}

/// The number of daily API calls that were used, and their limit.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LimitInfo {
    pub(crate) current: u64,
    pub(crate) limit: u64,
}

/// Writes the start of a response, up to the body.
pub(crate) fn open_envelope(limit: Option<LimitInfo>, out: &mut Out) {
    out.extend_from_slice(
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?><soapenv:Envelope xmlns:soapenv=\"{SOAP}\" xmlns=\"{ENTERPRISE}\" xmlns:xsi=\"{XSI}\" xmlns:xsd=\"{XSD}\" xmlns:sf=\"{SOBJECT}\">"
        )
        .as_bytes(),
    );
    if let Some(LimitInfo { current, limit }) = limit {
        out.extend_from_slice(
            format!(
                "<soapenv:Header><LimitInfoHeader><limitInfo><current>{current}</current><limit>{limit}</limit><type>API REQUESTS</type></limitInfo></LimitInfoHeader></soapenv:Header>"
            )
            .as_bytes(),
        );
    }
    out.extend_from_slice(b"<soapenv:Body>");
}

pub(crate) fn close_envelope(out: &mut Out) {
    out.extend_from_slice(b"</soapenv:Body></soapenv:Envelope>");
}

/// Writes a complete response with a fault, in the form that the quirks define.
pub(crate) fn fault(fault: &Fault, quirks: &Quirks) -> Out {
    let mut out = Out::new();
    let code = if quirks.unknown_enum_values {
        "BRAND_NEW_EXCEPTION_CODE"
    } else {
        fault.code.as_str()
    };
    out.extend_from_slice(
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?><soapenv:Envelope xmlns:soapenv=\"{SOAP}\" xmlns:sf=\"{FAULT}\" xmlns:xsi=\"{XSI}\"><soapenv:Body><soapenv:Fault>"
        )
        .as_bytes(),
    );
    let prefixed = if quirks.bare_fault_code {
        code.to_owned()
    } else {
        format!("sf:{code}")
    };
    element("faultcode", &prefixed, &mut out);
    element(
        "faultstring",
        &format!("{code}: {}", fault.message),
        &mut out,
    );
    match quirks.fault_detail {
        Detail::Absent => {}
        Detail::Empty => out.extend_from_slice(b"<detail/>"),
        Detail::Typed => detail(fault, code, fault.element, &mut out),
        Detail::General => detail(fault, code, "fault", &mut out),
    }
    out.extend_from_slice(b"</soapenv:Fault></soapenv:Body></soapenv:Envelope>");
    out
}

fn detail(fault: &Fault, code: &str, name: &str, out: &mut Out) {
    out.extend_from_slice(
        format!("<detail><sf:{name} xsi:type=\"sf:{}\">", fault.element).as_bytes(),
    );
    element("sf:exceptionCode", code, out);
    element("sf:exceptionMessage", &fault.message, out);
    if let Some((code, message)) = &fault.extended {
        out.extend_from_slice(
            format!("<sf:extendedErrorDetails xmlns:tns=\"{ENTERPRISE}\">").as_bytes(),
        );
        element("tns:extendedErrorCode", code, out);
        element("tns:message", message, out);
        end("sf:extendedErrorDetails", out);
    }
    let is_query = [
        "InvalidFieldFault",
        "InvalidSObjectFault",
        "MalformedQueryFault",
        "MalformedSearchFault",
    ]
    .contains(&fault.element);
    if is_query {
        let at = fault.position.unwrap_or_default();
        let sign = |n: u32| {
            if n == 0 {
                "-1".to_owned()
            } else {
                n.to_string()
            }
        };
        element("sf:row", &sign(at.row), out);
        element("sf:column", &sign(at.column), out);
    }
    end(&format!("sf:{name}"), out);
    end("detail", out);
}
