//! Definitions that documents refer to and do not carry.

/// The schema of a namespace that everyone knows.
pub(crate) fn schema(uri: &str) -> Option<&'static str> {
    find(SCHEMAS, uri)
}

/// The messages of a namespace that everyone knows.
pub(crate) fn definitions(uri: &str) -> Option<&'static str> {
    find(DEFINITIONS, uri)
}

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
    "http://docs.oasis-open.org/wsn/b-2" => "notification.xsd",
    "http://docs.oasis-open.org/wsn/t-1" => "topics.xsd",
    "http://docs.oasis-open.org/wsrf/bf-2" => "base-faults.xsd",
    "http://docs.oasis-open.org/wsrf/r-2" => "resource.xsd",
}

#[cfg(test)]
mod tests {
    use super::SCHEMAS;

    /// Each is referred to by a WSDL of its own, so that all of it is resolved.
    #[test]
    fn every_definition_resolves() {
        for (uri, text) in SCHEMAS {
            let schema = text.replace("<!--", "<!-- copy: ");
            let wsdl = format!(
                r#"<definitions xmlns="http://schemas.xmlsoap.org/wsdl/">
                    <import namespace="{uri}" location="a"/>
                </definitions>"#
            );
            let model = crate::Reader::new()
                .provide("a", schema)
                .read(wsdl.as_bytes())
                .unwrap_or_else(|error| panic!("{uri}: {error}"));
            assert_eq!(model.namespace(model.schemas[0].target_namespace), *uri);
            assert!(model.types.len() > 1 || !model.elements.is_empty(), "{uri}");
        }
    }
}
