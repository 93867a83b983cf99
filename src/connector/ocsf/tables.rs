//! Parses the mapping tables.

use std::collections::BTreeMap;

use crate::connector::error::{Error, Kind};

/// The rules that map rows to events.
#[derive(Debug, Clone)]
pub struct Mapping {
    pub(super) events: Vec<EventRule>,
    pub(super) fields: Vec<FieldRule>,
    values: BTreeMap<String, Vec<(Pattern, i64)>>,
}

/// A line of `events.tsv`.
#[derive(Debug, Clone)]
pub(super) struct EventRule {
    pub(super) source: String,
    pub(super) name: Pattern,
    pub(super) class: i64,
    pub(super) activity: Activity,
}

#[derive(Debug, Clone)]
pub(super) enum Activity {
    Fixed(i64),
    /// The first of these columns that has a value, looked up in a table of `values.tsv`.
    Value {
        table: String,
        columns: Vec<String>,
    },
}

/// A line of `fields.tsv`.
#[derive(Debug, Clone)]
pub(super) struct FieldRule {
    classes: Option<Vec<i64>>,
    pub(super) target: String,
    pub(super) from: Vec<ValueSource>,
    pub(super) form: ValueForm,
    pub(super) unless: Option<String>,
}

#[derive(Debug, Clone)]
pub(super) enum ValueSource {
    Column(String),
    Text(String),
    /// A column, if another column has a value.
    If {
        column: String,
        other: String,
        is: String,
    },
}

impl ValueSource {
    fn read(text: &str) -> Self {
        if let Some(text) = text.strip_prefix('=') {
            return Self::Text(text.to_owned());
        }
        let condition = text
            .split_once('=')
            .and_then(|(other, rest)| Some((other, rest.split_once(':')?)));
        match condition {
            Some((other, (is, column))) => Self::If {
                column: column.to_owned(),
                other: other.to_owned(),
                is: is.to_owned(),
            },
            None => Self::Column(text.to_owned()),
        }
    }
}

#[derive(Debug, Clone)]
pub(super) enum ValueForm {
    Text,
    Integer,
    Ip,
    Name,
    User,
    Table(String),
}

/// A text with an asterisk at one end, or at neither. Case is ignored.
#[derive(Debug, Clone)]
pub(super) struct Pattern(String);

impl Pattern {
    pub(super) fn fits(&self, text: &str) -> bool {
        let text = text.to_ascii_lowercase();
        let pattern = self.0.as_str();
        match (pattern.strip_prefix('*'), pattern.strip_suffix('*')) {
            (Some(""), _) => true,
            (Some(rest), Some(_)) => text.contains(rest.trim_end_matches('*')),
            (Some(end), None) => text.ends_with(end),
            (None, Some(start)) => text.starts_with(start),
            (None, None) => text == pattern,
        }
    }
}

impl FieldRule {
    pub(super) fn is_for(&self, class: i64) -> bool {
        self.classes
            .as_ref()
            .is_none_or(|classes| classes.contains(&class))
    }
}

impl Mapping {
    /// The attributes that rows are mapped to, as paths, and whether each is numeric. `x[].y` is the
    /// attribute y of the first element of the array x.
    pub fn attributes(&self) -> impl Iterator<Item = (&str, bool)> {
        self.fields.iter().map(|field| {
            let is_number = matches!(field.form, ValueForm::Integer | ValueForm::Table(_));
            (field.target.as_str(), is_number)
        })
    }

    /// Parses the tables that are built into this program.
    ///
    /// # Errors
    ///
    /// The built-in tables are broken, which a test excludes.
    pub fn built_in() -> Result<Self, Error> {
        Self::parse(
            include_str!("tables/events.tsv"),
            include_str!("tables/fields.tsv"),
            include_str!("tables/values.tsv"),
        )
    }

    /// Parses tables in the format of the built-in ones.
    ///
    /// # Errors
    ///
    /// A line does not have the columns of the header, or a class or activity is not a number.
    pub fn parse(events: &str, fields: &str, values: &str) -> Result<Self, Error> {
        let mut mapping = Self {
            events: Vec::new(),
            fields: Vec::new(),
            values: BTreeMap::new(),
        };
        for (line, [table, value, means]) in lines("values", values)? {
            let means = number("values", line, means)?;
            mapping
                .values
                .entry(table.to_owned())
                .or_default()
                .push((pattern(value), means));
        }
        for (line, [source, name, class, activity]) in lines("events", events)? {
            let activity = match activity.split_once(' ') {
                None => Activity::Fixed(number("events", line, activity)?),
                Some((table, columns)) => Activity::Value {
                    table: mapping.known("events", line, table)?,
                    columns: columns.split(' ').map(str::to_owned).collect(),
                },
            };
            mapping.events.push(EventRule {
                source: source.to_owned(),
                name: pattern(name),
                class: number("events", line, class)?,
                activity,
            });
        }
        for (line, [classes, target, from, form, unless]) in lines("fields", fields)? {
            let classes = match classes {
                "*" => None,
                list => Some(
                    list.split(',')
                        .map(|class| number("fields", line, class))
                        .collect::<Result<_, _>>()?,
                ),
            };
            let form = match form {
                "text" => ValueForm::Text,
                "integer" => ValueForm::Integer,
                "ip" => ValueForm::Ip,
                "name" => ValueForm::Name,
                "user" => ValueForm::User,
                table => ValueForm::Table(mapping.known("fields", line, table)?),
            };
            let from = from.split(' ').map(ValueSource::read);
            mapping.fields.push(FieldRule {
                classes,
                target: target.to_owned(),
                from: from.collect(),
                form,
                unless: (!unless.is_empty()).then(|| unless.to_owned()),
            });
        }
        Ok(mapping)
    }

    /// The number that a table of `values.tsv` assigns to a value.
    pub(super) fn means(&self, table: &str, value: &str) -> Option<i64> {
        let lines = self.values.get(table)?;
        lines
            .iter()
            .find(|(pattern, _)| pattern.fits(value))
            .map(|(_, means)| *means)
    }

    fn known(&self, file: &str, line: usize, table: &str) -> Result<String, Error> {
        match self.values.contains_key(table) {
            true => Ok(table.to_owned()),
            false => Err(broken(
                file,
                line,
                "the table of values that it names does not exist",
            )),
        }
    }
}

fn pattern(text: &str) -> Pattern {
    Pattern(text.to_ascii_lowercase())
}

fn number(file: &str, line: usize, text: &str) -> Result<i64, Error> {
    text.parse()
        .map_err(|_| broken(file, line, "a number was expected"))
}

/// The lines of a table with their numbers, without comments and without the header.
fn lines<'a, const N: usize>(
    file: &str,
    text: &'a str,
) -> Result<Vec<(usize, [&'a str; N])>, Error> {
    let is_data = |(_, line): &(usize, &str)| !line.is_empty() && !line.starts_with('#');
    let lines = text.lines().enumerate().filter(is_data).skip(1);
    lines
        .map(|(at, line)| {
            let cells: Vec<&str> = line.split('\t').collect();
            let cells = cells.try_into().map_err(|_| {
                broken(
                    file,
                    at + 1,
                    "its number of columns differs from that of the header",
                )
            })?;
            Ok((at + 1, cells))
        })
        .collect()
}

fn broken(file: &str, line: usize, what: &str) -> Error {
    Error::new(
        Kind::Data,
        format!("line {line} of the mapping table {file}.tsv is broken: {what}"),
    )
}
