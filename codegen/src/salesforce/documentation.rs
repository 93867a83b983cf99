//! What Salesforce documents about its API outside of the WSDL, above all limits. Two text files in
//! this folder hold it in our own words. It is used for documentation only.

/// What each operation does, its limits, and whether a call may be repeated.
const OPERATIONS: &str = include_str!("operations.txt");
/// What each header does.
const HEADERS: &str = include_str!("headers.txt");

/// The namespaces that the texts are about: those of the Enterprise and the Partner WSDL.
const NAMESPACES: [&str; 2] = [
    "urn:enterprise.soap.sforce.com",
    "urn:partner.soap.sforce.com",
];

/// What the documentation says about an operation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Remarks {
    pub(crate) does: String,
    pub(crate) limits: Vec<String>,
    pub(crate) repeat: String,
    /// Title of the page in the SOAP API Developer Guide, if there is one.
    pub(crate) page: Option<String>,
}

/// The remarks on an operation. They are found only if the namespace, the name and the children of
/// the request are all those of Salesforce's operation.
pub(crate) fn operation(
    uri: &str,
    name: &str,
    children: impl Iterator<Item = impl AsRef<str>>,
) -> Option<Remarks> {
    find(OPERATIONS, uri, name, children)
}

/// What a header does. It is found by namespace, name and children, as operations are.
pub(crate) fn header(
    uri: &str,
    name: &str,
    children: impl Iterator<Item = impl AsRef<str>>,
) -> Option<String> {
    find(HEADERS, uri, name, children).map(|remarks| remarks.does)
}

fn find(
    text: &str,
    uri: &str,
    name: &str,
    children: impl Iterator<Item = impl AsRef<str>>,
) -> Option<Remarks> {
    if !NAMESPACES.contains(&uri) {
        return None;
    }
    let children: Vec<_> = children.collect();
    let children: Vec<&str> = children.iter().map(AsRef::as_ref).collect();
    let head = format!("{name}({})", children.join(", "));
    entries(text).find_map(|(found, body)| (found == head).then(|| remarks(body)))
}

/// The names of all entries, for tests of other modules.
#[cfg(test)]
pub(crate) fn heads() -> [std::collections::BTreeSet<String>; 2] {
    [OPERATIONS, HEADERS].map(|text| entries(text).map(|(head, _)| head.to_owned()).collect())
}

/// The first line and the remaining lines of each entry.
fn entries(text: &str) -> impl Iterator<Item = (&str, &str)> {
    text.split("\n\n")
        .filter_map(|entry| entry.trim().split_once('\n'))
        .filter(|(head, _)| !head.starts_with('#'))
}

fn remarks(body: &str) -> Remarks {
    let mut remarks = Remarks::default();
    for (keyword, text) in lines(body) {
        match keyword {
            "does" => remarks.does = text,
            "limit" => remarks.limits.push(text),
            "repeat" => remarks.repeat = text,
            "page" if text != "WSDL" => remarks.page = Some(text),
            _ => {}
        }
    }
    remarks
}

/// The keyword and text of each line. Lines that continue another are joined to it.
fn lines(body: &str) -> Vec<(&str, String)> {
    let mut lines: Vec<(&str, String)> = Vec::new();
    for line in body.lines() {
        let text = line.trim();
        if line.starts_with("    ") {
            if let Some((_, last)) = lines.last_mut() {
                last.push(' ');
                last.push_str(text);
            }
        } else if let Some((keyword, text)) = text.split_once(' ') {
            lines.push((keyword, text.trim_start().to_owned()));
        }
    }
    lines
}

#[cfg(test)]
#[path = "documentation_tests.rs"]
mod tests;
