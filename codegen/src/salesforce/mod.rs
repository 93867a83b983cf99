//! What Salesforce documents about its API outside the WSDL: limits above all. Two text files in
//! this directory hold it, in our own words; it goes into documentation and nowhere else.

/// Operations: what each does, its limits, and whether it may be repeated.
const OPERATIONS: &str = include_str!("operations.txt");
/// Headers: what each does.
const HEADERS: &str = include_str!("headers.txt");

/// Namespaces that the texts are about: of the Enterprise and the Partner WSDL.
const NAMESPACES: [&str; 2] = [
    "urn:enterprise.soap.sforce.com",
    "urn:partner.soap.sforce.com",
];

/// What is known of an operation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Remarks {
    pub(crate) does: String,
    pub(crate) limits: Vec<String>,
    pub(crate) repeat: String,
    /// Title of the page in the SOAP API Developer Guide, if there is one.
    pub(crate) page: Option<String>,
}

/// Remarks on an operation. Its namespace, its name and the children of its request must all be
/// those of Salesforce's.
pub(crate) fn operation(
    uri: &str,
    name: &str,
    children: impl Iterator<Item = impl AsRef<str>>,
) -> Option<Remarks> {
    find(OPERATIONS, uri, name, children)
}

/// What a header does, known by the same signs.
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

/// First line and remaining lines of each entry.
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

/// Keywords and texts, with continued lines joined.
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
mod tests;
