//! A JSON value before it is interpreted. The member `attributes`, which says what table the value
//! has, may come after the fields.

use std::fmt;

use serde_core::de::{
    Deserialize, DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor,
};

use crate::limits::MAX_DEPTH;

/// A JSON value.
#[derive(Debug)]
pub(super) enum Tree {
    Null,
    Boolean(bool),
    Integer(i64),
    /// An integer beyond `i64`.
    Unsigned(u64),
    Float(f64),
    Text(String),
    List(Vec<Tree>),
    Object(Vec<(String, Tree)>),
}

/// The maximum depth of lists and objects. An element in a list of several names takes three
/// levels: an object, the list, and an object for its name.
const LEVELS: usize = 3 * MAX_DEPTH + 3;

/// The member in which serde_json passes a number if some crate of the build enabled its feature
/// `arbitrary_precision`.
const ARBITRARY_NUMBER: &str = "$serde_json::private::Number";

fn number<E: serde_core::de::Error>(text: &str) -> Result<Tree, E> {
    if let Ok(value) = text.parse() {
        return Ok(Tree::Integer(value));
    }
    if let Ok(value) = text.parse() {
        return Ok(Tree::Unsigned(value));
    }
    let value: Option<f64> = text.parse().ok().filter(|value: &f64| value.is_finite());
    value
        .map(Tree::Float)
        .ok_or_else(|| E::custom("expected a number within the range of a double"))
}

impl<'de> Deserialize<'de> for Tree {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Level(0).deserialize(deserializer)
    }
}

/// Reads a value at a given depth.
#[derive(Clone, Copy)]
struct Level(usize);

impl Level {
    fn below<E: serde_core::de::Error>(self) -> Result<Self, E> {
        match self.0 {
            LEVELS => Err(E::custom(format!(
                "the value nests deeper than the fixed limit of {MAX_DEPTH}"
            ))),
            level => Ok(Self(level + 1)),
        }
    }
}

impl<'de> DeserializeSeed<'de> for Level {
    type Value = Tree;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Tree, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Level {
    type Value = Tree;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object, a list, a text, a number, a boolean or null")
    }

    fn visit_unit<E>(self) -> Result<Tree, E> {
        Ok(Tree::Null)
    }

    fn visit_none<E>(self) -> Result<Tree, E> {
        Ok(Tree::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Tree, D::Error> {
        self.deserialize(deserializer)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Tree, E> {
        Ok(Tree::Boolean(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Tree, E> {
        Ok(Tree::Integer(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Tree, E> {
        Ok(i64::try_from(value).map_or(Tree::Unsigned(value), Tree::Integer))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Tree, E> {
        Ok(Tree::Float(value))
    }

    fn visit_str<E>(self, value: &str) -> Result<Tree, E> {
        Ok(Tree::Text(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Tree, E> {
        Ok(Tree::Text(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Tree, A::Error> {
        let below = self.below()?;
        let mut items = Vec::new();
        while let Some(item) = list.next_element_seed(below)? {
            items.push(item);
        }
        Ok(Tree::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Tree, A::Error> {
        let below = self.below::<A::Error>()?;
        let mut members: Vec<(String, Tree)> = Vec::new();
        while let Some(name) = object.next_key::<String>()? {
            if name == ARBITRARY_NUMBER && members.is_empty() {
                return number(&object.next_value::<String>()?);
            }
            if name == super::ATTRIBUTES && members.iter().any(|(known, _)| *known == name) {
                return Err(A::Error::duplicate_field(super::ATTRIBUTES));
            }
            members.push((name, object.next_value_seed(below)?));
        }
        Ok(Tree::Object(members))
    }
}

impl Tree {
    /// The kind of the value, for error messages.
    pub(super) fn found(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Boolean(_) => "a boolean",
            Self::Integer(_) | Self::Unsigned(_) | Self::Float(_) => "a number",
            Self::Text(_) => "a text",
            Self::List(_) => "a list",
            Self::Object(_) => "an object",
        }
    }
}
