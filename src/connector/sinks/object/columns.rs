//! Splits JSON values into the columns of a Parquet file.
//!
//! Parquet stores a nested value as the values of its leaves. Each leaf has two levels. The definition
//! level states how many of the optional and repeated attributes above it are present, and the repetition
//! level states which list it continues. Both are described at
//! <https://parquet.apache.org/docs/file-format/nestedencoding/>.

use serde_json::Value;

use super::schema::Node;

/// The values of a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Values {
    Texts(Vec<String>),
    Numbers(Vec<i64>),
}

/// A column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Column {
    pub(super) values: Values,
    pub(super) definitions: Vec<i16>,
    pub(super) repetitions: Vec<i16>,
}

/// The columns of a schema, in the order of the schema.
#[derive(Debug)]
pub(super) struct Columns<'a> {
    schema: &'a Node,
    pub(super) columns: Vec<Column>,
}

/// A position in the tree of attributes.
#[derive(Debug, Clone, Copy)]
struct Place {
    /// The index of the column of the first leaf.
    column: usize,
    /// The number of present optional and repeated attributes above it.
    definition: i16,
    /// The repetition level: which list it continues.
    repetition: i16,
    /// The number of lists around it.
    lists: i16,
}

impl<'a> Columns<'a> {
    pub(super) fn new(schema: &'a Node) -> Self {
        let mut columns = Vec::new();
        add_columns(schema, &mut columns);
        Self { schema, columns }
    }

    /// Adds the values of an object.
    pub(super) fn add(&mut self, value: &Value) {
        let Node::Group(attributes) = self.schema else {
            return;
        };
        let mut column = 0;
        for (name, node) in attributes {
            let place = Place {
                column,
                definition: 0,
                repetition: 0,
                lists: 0,
            };
            self.take(node, value.get(name), place);
            column += node.columns();
        }
    }

    fn take(&mut self, node: &Node, value: Option<&Value>, place: Place) {
        let there = Place {
            definition: place.definition + 1,
            ..place
        };
        match (node, value) {
            (Node::Text, Some(value)) if !value.is_null() => {
                let text = match value {
                    Value::String(text) => text.clone(),
                    other => other.to_string(),
                };
                self.put(there, Some(Leaf::Text(text)));
            }
            (Node::Number | Node::Time, Some(value)) if value.as_i64().is_some() => {
                self.put(there, value.as_i64().map(Leaf::Number));
            }
            (Node::Group(attributes), Some(Value::Object(object))) => {
                let mut column = place.column;
                for (name, node) in attributes {
                    let place = Place { column, ..there };
                    self.take(node, object.get(name), place);
                    column += node.columns();
                }
            }
            (Node::List(element), Some(Value::Array(values))) => {
                if values.is_empty() {
                    self.miss(node, there);
                }
                for (at, value) in values.iter().enumerate() {
                    let place = self.repeated(there, at);
                    self.take(element, Some(value), place);
                }
            }
            (Node::Map, Some(Value::Object(object))) => {
                if object.is_empty() {
                    self.miss(node, there);
                }
                for (at, (key, value)) in object.iter().enumerate() {
                    let place = self.repeated(there, at);
                    // A key is required, so it adds no definition level.
                    self.put(place, Some(Leaf::Text(key.clone())));
                    let place = Place {
                        column: place.column + 1,
                        ..place
                    };
                    self.take(&Node::Text, Some(value), place);
                }
            }
            _ => self.miss(node, place),
        }
    }

    /// The position of a present element of a list or map.
    fn repeated(&self, list: Place, at: usize) -> Place {
        let lists = list.lists + 1;
        Place {
            definition: list.definition + 1,
            repetition: if at == 0 { list.repetition } else { lists },
            lists,
            ..list
        }
    }

    /// Adds an absent value to all columns of a node.
    fn miss(&mut self, node: &Node, place: Place) {
        for column in place.column..place.column + node.columns() {
            self.put(Place { column, ..place }, None);
        }
    }

    fn put(&mut self, place: Place, leaf: Option<Leaf>) {
        let Some(column) = self.columns.get_mut(place.column) else {
            return;
        };
        column.definitions.push(place.definition);
        column.repetitions.push(place.repetition);
        match (&mut column.values, leaf) {
            (Values::Texts(texts), Some(Leaf::Text(text))) => texts.push(text),
            (Values::Numbers(numbers), Some(Leaf::Number(number))) => numbers.push(number),
            _ => {}
        }
    }
}

enum Leaf {
    Text(String),
    Number(i64),
}

fn add_columns(node: &Node, columns: &mut Vec<Column>) {
    let mut add = |values| {
        columns.push(Column {
            values,
            definitions: Vec::new(),
            repetitions: Vec::new(),
        });
    };
    match node {
        Node::Text => add(Values::Texts(Vec::new())),
        Node::Number | Node::Time => add(Values::Numbers(Vec::new())),
        Node::Map => {
            add(Values::Texts(Vec::new()));
            add(Values::Texts(Vec::new()));
        }
        Node::List(element) => add_columns(element, columns),
        Node::Group(attributes) => {
            for (_, node) in attributes {
                add_columns(node, columns);
            }
        }
    }
}
