//! The schema of a Parquet file: a tree of attributes.
//!
//! The schema of OCSF is made from the mapping tables. Each attribute that an event may have is a column,
//! and `unmapped` contains the rest. Therefore all files have the same columns.

use std::fmt::Write as _;

use crate::connector::ocsf::Mapping;

/// The type of an attribute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Node {
    Text,
    Number,
    /// Milliseconds since 1970.
    Time,
    Group(Vec<(String, Node)>),
    List(Box<Node>),
    /// Texts by name.
    Map,
}

/// The attributes that every OCSF event has, in addition to those of the mapping.
const EVENT: &[(&str, Node)] = &[
    ("saponify_id", Node::Text),
    ("time", Node::Time),
    ("activity_id", Node::Number),
    ("category_uid", Node::Number),
    ("class_uid", Node::Number),
    ("severity_id", Node::Number),
    ("type_uid", Node::Number),
    ("metadata.version", Node::Text),
    ("metadata.product.name", Node::Text),
    ("metadata.product.vendor_name", Node::Text),
    ("metadata.profiles[]", Node::Text),
    ("metadata.uid", Node::Text),
    ("metadata.log_name", Node::Text),
    ("metadata.event_code", Node::Text),
    ("metadata.original_event_uid", Node::Text),
    ("metadata.tenant_uid", Node::Text),
    ("metadata.labels[]", Node::Text),
    ("unmapped", Node::Map),
];

/// The attributes of a row.
const ROW: &[(&str, Node)] = &[
    ("saponify_id", Node::Text),
    ("source", Node::Text),
    ("about", Node::Text),
    ("key", Node::Text),
    ("time", Node::Time),
    ("record", Node::Map),
];

/// Makes the schema of rows.
pub(super) fn of_rows() -> Node {
    let mut root = Node::Group(Vec::new());
    for (path, node) in ROW {
        add(&mut root, path, node.clone());
    }
    root
}

/// Makes the schema of OCSF events.
pub(super) fn of_events(mapping: &Mapping) -> Node {
    let mut root = Node::Group(Vec::new());
    for (path, node) in EVENT {
        add(&mut root, path, node.clone());
    }
    for (path, is_number) in mapping.attributes() {
        let node = if is_number { Node::Number } else { Node::Text };
        add(&mut root, path, node);
    }
    root
}

/// Adds an attribute at a path such as `src_endpoint.ip` or `resources[].name`, unless it exists.
fn add(group: &mut Node, path: &str, node: Node) {
    let Node::Group(attributes) = group else {
        return;
    };
    let (name, rest) = match path.split_once('.') {
        Some((name, rest)) => (name, Some(rest)),
        None => (path, None),
    };
    let (name, is_list) = match name.strip_suffix("[]") {
        Some(name) => (name, true),
        None => (name, false),
    };
    let at = match attributes.iter().position(|(known, _)| known == name) {
        Some(at) => at,
        None => {
            let inner = match rest {
                Some(_) => Node::Group(Vec::new()),
                None => node.clone(),
            };
            let new = match is_list {
                true => Node::List(Box::new(inner)),
                false => inner,
            };
            attributes.push((name.to_owned(), new));
            attributes.len() - 1
        }
    };
    if let (Some(rest), Some((_, found))) = (rest, attributes.get_mut(at)) {
        match found {
            Node::List(element) => add(element, rest, node),
            other => add(other, rest, node),
        }
    }
}

impl Node {
    /// The schema in the text format of Parquet.
    pub(super) fn message(&self) -> String {
        let mut text = String::from("message event {\n");
        if let Self::Group(attributes) = self {
            for (name, node) in attributes {
                node.write(name, &mut text);
            }
        }
        text.push('}');
        text
    }

    fn write(&self, name: &str, text: &mut String) {
        // Writing to a string cannot fail.
        let _ = match self {
            Self::Text => writeln!(text, "OPTIONAL BYTE_ARRAY {name} (UTF8);"),
            Self::Number => writeln!(text, "OPTIONAL INT64 {name};"),
            Self::Time => writeln!(text, "OPTIONAL INT64 {name} (TIMESTAMP_MILLIS);"),
            Self::Map => writeln!(
                text,
                "OPTIONAL group {name} (MAP) {{ REPEATED group key_value {{ \
                 REQUIRED BYTE_ARRAY key (UTF8); OPTIONAL BYTE_ARRAY value (UTF8); }} }}"
            ),
            Self::List(element) => {
                let _ = writeln!(
                    text,
                    "OPTIONAL group {name} (LIST) {{ REPEATED group list {{"
                );
                element.write("element", text);
                writeln!(text, "}} }}")
            }
            Self::Group(attributes) => {
                let _ = writeln!(text, "OPTIONAL group {name} {{");
                for (name, node) in attributes {
                    node.write(name, text);
                }
                writeln!(text, "}}")
            }
        };
    }

    /// The number of columns, which is the number of leaves.
    pub(super) fn columns(&self) -> usize {
        match self {
            Self::Text | Self::Number | Self::Time => 1,
            Self::Map => 2,
            Self::List(element) => element.columns(),
            Self::Group(attributes) => attributes.iter().map(|(_, node)| node.columns()).sum(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_schemas_are_what_parquet_reads() {
        for schema in [of_rows(), of_events(&Mapping::built_in().unwrap())] {
            let message = schema.message();
            parquet::schema::parser::parse_message_type(&message).expect(&message);
        }
    }
}
