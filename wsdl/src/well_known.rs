//! Definitions that many documents refer to without containing them, written from their specifications.

/// The built-in schema of a namespace.
pub(crate) fn schema(uri: &str) -> Option<&'static str> {
    find(SCHEMAS, uri)
}

/// The built-in messages and portTypes of a namespace.
pub(crate) fn definitions(uri: &str) -> Option<&'static str> {
    find(DEFINITIONS, uri)
}

/// The address at which OASIS publishes the messages and portTypes of a namespace.
pub(crate) fn definitions_at(uri: &str) -> Option<&'static str> {
    find(DEFINITIONS_AT, uri)
}

/// Whether a namespace has the same content everywhere, so that copies of its schema are not read.
pub(crate) fn is_fixed(uri: &str) -> bool {
    const FIXED: [&str; 3] = [
        "http://www.w3.org/XML/1998/namespace",
        "http://www.w3.org/2001/XMLSchema",
        "http://www.w3.org/2001/XMLSchema-instance",
    ];
    FIXED.contains(&uri)
}

/// The namespace of the schema that usually has the file name of a location.
pub(crate) fn namespace_of(location: &str) -> Option<&'static str> {
    let name = location.rsplit(['/', '\\']).next()?;
    let mut known = FILE_NAMES.iter();
    known.find(|(known, _)| *known == name).map(|(_, uri)| *uri)
}

const FILE_NAMES: &[(&str, &str)] = &[
    ("xml.xsd", "http://www.w3.org/XML/1998/namespace"),
    ("xlink.xsd", "http://www.w3.org/1999/xlink"),
    (
        "xmldsig-core-schema.xsd",
        "http://www.w3.org/2000/09/xmldsig#",
    ),
    ("xenc-schema.xsd", "http://www.w3.org/2001/04/xmlenc#"),
    ("swaref.xsd", "http://ws-i.org/profiles/basic/1.1/xsd"),
];

fn find(known: &[(&str, &'static str)], uri: &str) -> Option<&'static str> {
    known
        .iter()
        .find(|(known, _)| *known == uri)
        .map(|(_, text)| *text)
}

macro_rules! known {
    ($name:ident: $($uri:literal => $file:literal,)*) => {
        const $name: &[(&str, &str)] = &[
            $(($uri, include_str!(concat!("well_known/", $file))),)*
        ];
    };
}

known! {
    DEFINITIONS:
    "http://docs.oasis-open.org/wsn/bw-2" => "notification.wsdl",
    "http://docs.oasis-open.org/wsrf/rw-2" => "resource.wsdl",
}

const DEFINITIONS_AT: &[(&str, &str)] = &[
    (
        "http://docs.oasis-open.org/wsn/bw-2",
        "http://docs.oasis-open.org/wsn/bw-2.wsdl",
    ),
    (
        "http://docs.oasis-open.org/wsrf/rw-2",
        "http://docs.oasis-open.org/wsrf/rw-2.wsdl",
    ),
];

known! {
    SCHEMAS:
    "http://www.w3.org/2001/XMLSchema" => "xml-schema.xsd",
    "http://www.w3.org/XML/1998/namespace" => "xml.xsd",
    "http://schemas.xmlsoap.org/soap/encoding/" => "soap11-encoding.xsd",
    "http://www.w3.org/2003/05/soap-encoding" => "soap12-encoding.xsd",
    "http://schemas.xmlsoap.org/soap/envelope/" => "soap11-envelope.xsd",
    "http://www.w3.org/2003/05/soap-envelope" => "soap12-envelope.xsd",
    "http://www.w3.org/2005/08/addressing" => "addressing.xsd",
    "http://schemas.xmlsoap.org/ws/2004/08/addressing" => "addressing-2004.xsd",
    "http://www.w3.org/1999/xlink" => "xlink.xsd",
    "http://www.w3.org/2005/05/xmlmime" => "xmlmime.xsd",
    "http://www.w3.org/2004/08/xop/include" => "xop.xsd",
    "http://www.w3.org/2000/09/xmldsig#" => "xmldsig.xsd",
    "http://www.w3.org/2001/04/xmlenc#" => "xmlenc.xsd",
    "http://ws-i.org/profiles/basic/1.1/xsd" => "swaref.xsd",
    "http://microsoft.com/wsdl/types/" => "microsoft-types.xsd",
    "http://xml.apache.org/xml-soap" => "apache-soap.xsd",
    "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd" => "security.xsd",
    "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd" => "security-utility.xsd",
    "http://docs.oasis-open.org/wsn/b-2" => "notification.xsd",
    "http://docs.oasis-open.org/wsn/t-1" => "topics.xsd",
    "http://docs.oasis-open.org/wsrf/bf-2" => "base-faults.xsd",
    "http://docs.oasis-open.org/wsrf/r-2" => "resource.xsd",
}
