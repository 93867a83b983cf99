//! Where an option stands in a `saponify.toml`, and what values it takes.

use std::ops::Range;

use saponify_wsdl::Excerpt;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::Config;
use crate::error::Error;

type Value<'t> = Spanned<DeValue<'t>>;

impl Config {
    /// Adds the line of the file of options that an error is about. An option that is not in a file, but comes from
    /// the command line or a build script, has no line.
    pub(crate) fn located(&self, error: Error) -> Error {
        let Some((option, name)) = error.option() else {
            return error;
        };
        for file in self.read_from.iter().rev() {
            let Ok(text) = std::fs::read_to_string(file) else {
                continue;
            };
            let excerpt = self.place(&text, option, name);
            if let Some(excerpt) = excerpt.and_then(|span| Excerpt::of(&text, span)) {
                return error.in_file(file).with_excerpt(Some(excerpt));
            }
        }
        error
    }

    /// An error about the value of an option, with its line if it is in a file.
    #[must_use]
    pub fn error_about(&self, option: &'static str, message: impl Into<String>) -> Error {
        self.located(Error::config(message).about(option, ""))
    }

    /// Where a name stands in an option, or the value of the option if the name is empty. The options of the tenant
    /// go before those of the file.
    fn place(&self, text: &str, option: &str, name: &str) -> Option<Range<usize>> {
        let parsed = DeTable::parse(text).ok()?;
        let base = parsed.get_ref();
        let tenants = base.get("tenants").and_then(table);
        let own = |name: &str| tenants?.get(name).and_then(table);
        let tenant = self.tenant.as_deref().and_then(own);
        let all = tenants.into_iter().flat_map(|tenants| tenants.values());
        let tables = tenant
            .into_iter()
            .chain([base])
            .chain(all.filter_map(table));
        let mut values = tables.filter_map(|table| table.get(option));
        values.find_map(|value| match name {
            "" => Some(value.span()),
            name => find(value, name),
        })
    }
}

fn table<'v, 't>(value: &'v Value<'t>) -> Option<&'v DeTable<'t>> {
    match value.get_ref() {
        DeValue::Table(table) => Some(table),
        _ => None,
    }
}

/// Where a text stands as a key or as a value.
fn find(value: &Value<'_>, text: &str) -> Option<Range<usize>> {
    match value.get_ref() {
        DeValue::String(found) if found == text => Some(value.span()),
        DeValue::Array(values) => values.iter().find_map(|value| find(value, text)),
        DeValue::Table(table) => {
            let key = table.keys().find(|key| key.get_ref() == text);
            let in_values = || table.values().find_map(|value| find(value, text));
            key.map(Spanned::span).or_else(in_values)
        }
        _ => None,
    }
}

/// What an option takes.
#[derive(Clone, Copy, PartialEq)]
enum Shape {
    Text,
    Switch,
    Names,
    /// Tables of texts, and of lists.
    Texts,
    Lists,
    Selection,
    Renames,
    Tenants,
}

impl Shape {
    /// The shape of the option at a path of keys.
    fn of(path: &[&str]) -> Option<Self> {
        Some(match path {
            ["tenants"] => Shape::Tenants,
            ["tenants", _] => Shape::Tenants,
            ["tenants", _, rest @ ..] => return Self::of(rest),
            ["input" | "out-dir" | "module" | "share"] => Shape::Text,
            ["include" | "exclude"] => Shape::Selection,
            ["include" | "exclude", _] | ["derive", _] => Shape::Names,
            ["sensitive" | "nillable" | "open-bases" | "import-roots" | "skip-imports"] => {
                Shape::Names
            }
            ["rename"] => Shape::Renames,
            ["rename", _] | ["provide" | "types"] => Shape::Texts,
            ["rename", _, _] | ["provide" | "types", _] => Shape::Text,
            ["derive"] => Shape::Lists,
            [_] => Shape::Switch,
            _ => return None,
        })
    }

    fn fits(self, value: &DeValue<'_>) -> bool {
        match self {
            Shape::Text => matches!(value, DeValue::String(_)),
            Shape::Switch => matches!(value, DeValue::Boolean(_)),
            Shape::Names => matches!(value, DeValue::Array(_)),
            _ => matches!(value, DeValue::Table(_)),
        }
    }

    fn in_words(self, name: &str) -> String {
        match self {
            Shape::Text => "a text in quotes".to_owned(),
            Shape::Switch => "`true` or `false`".to_owned(),
            Shape::Names => format!("a list of names, such as `{name} = [\"Account\"]`"),
            Shape::Texts => {
                format!("a table of texts: `[{name}]` and lines such as `name = \"text\"`")
            }
            Shape::Lists => {
                format!("a table of lists: `[{name}]` and lines such as `LimitInfo = [\"Eq\"]`")
            }
            Shape::Selection => format!(
                "a table with the lists `objects`, `fields` and `operations`, such as `{name}.objects = [\"Account\"]`"
            ),
            Shape::Renames => format!(
                "a table with the tables `types`, `fields`, `operations`, `modules` and `values`, such as \
                 `[{name}.types]`"
            ),
            Shape::Tenants => "a table for each tenant: `[tenants.NAME]`".to_owned(),
        }
    }
}

/// What is wrong with the value at a place that the parser refuses: the message, and the part of the text.
pub(super) fn misshapen(text: &str, at: &Range<usize>) -> Option<(String, Range<usize>)> {
    let parsed = DeTable::parse(text).ok()?;
    let mut path: Vec<&str> = Vec::new();
    let mut open = parsed.get_ref();
    loop {
        let holds =
            |value: &Value<'_>| value.span().start <= at.start && at.end <= value.span().end;
        let (key, value) = open
            .iter()
            .find(|(_, value)| holds(value) || holds_key(value, at))?;
        path.push(key.get_ref());
        let shape = Shape::of(&path)?;
        let found = value.get_ref();
        if let (true, DeValue::Table(inner)) = (shape.fits(found), found) {
            open = inner;
            continue;
        }
        let own = match path.as_slice() {
            ["tenants", _, own @ ..] if !own.is_empty() => own,
            all => all,
        };
        let name = own.join(".");
        let expected = shape.in_words(&name);
        return Some(match shape.fits(found) {
            // An item of the list.
            true => {
                let DeValue::Array(items) = found else {
                    return None;
                };
                let item = items.iter().find(|item| item.span() == *at)?;
                let item = kind(item.get_ref());
                (
                    format!("`{name}` is {expected}, and {item} is no name"),
                    at.clone(),
                )
            }
            false => (
                format!("`{name}` is {expected}, and not {}", kind(found)),
                value.span(),
            ),
        });
    }
}

/// Whether a place is in a table that is written in several parts, whose own span is only its head.
fn holds_key(value: &Value<'_>, at: &Range<usize>) -> bool {
    match value.get_ref() {
        DeValue::Table(table) => table.values().any(|value| {
            let span = value.span();
            span.start <= at.start && at.end <= span.end || holds_key(value, at)
        }),
        _ => false,
    }
}

fn kind(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) | DeValue::Float(_) => "a number",
        DeValue::Boolean(true) => "`true`",
        DeValue::Boolean(false) => "`false`",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}
