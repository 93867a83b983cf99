//! Converts values between their text in XML and their form in the database.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rusqlite::types::Value;

use crate::id;
use crate::org::{Field, Kind, Org};
use crate::soql::dates;

/// Why a text is not a valid value of a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Unfit {
    /// The text is not in the form that the type requires.
    Malformed(String),
    /// The text is an id with an unknown prefix.
    Id,
    /// The text is an id of an object that the field cannot refer to.
    WrongObject,
    TooLong,
    OutOfRange,
}

/// Converts the lexical form in XML to a value.
pub(crate) fn from_text(
    org: &Org,
    field: &Field,
    text: &str,
    truncate: bool,
) -> Result<Value, Unfit> {
    let malformed = || Unfit::Malformed(text.to_owned());
    let trimmed = text.trim();
    Ok(match field.kind {
        Kind::Boolean => match trimmed {
            "true" | "1" => Value::Integer(1),
            "false" | "0" => Value::Integer(0),
            _ => return Err(malformed()),
        },
        Kind::Int => {
            let number: i32 = trimmed.parse().map_err(|_| malformed())?;
            Value::Integer(number.into())
        }
        Kind::Long => Value::Integer(trimmed.parse().map_err(|_| malformed())?),
        Kind::Double | Kind::Currency | Kind::Percent => {
            let number: f64 = trimmed.parse().map_err(|_| malformed())?;
            if !number.is_finite() {
                return Err(malformed());
            }
            if number.abs() >= 10f64.powi(i32::from(field.precision) - i32::from(field.scale)) {
                return Err(Unfit::OutOfRange);
            }
            Value::Real(number)
        }
        Kind::Date => {
            // Some clients send a dateTime for a field of type date.
            let day = dates::parse_date(trimmed).or_else(|| {
                dates::parse_datetime(trimmed).map(|datetime| datetime.div_euclid(dates::DAY))
            });
            Value::Integer(day.ok_or_else(malformed)?)
        }
        Kind::DateTime => Value::Integer(dates::parse_datetime(trimmed).ok_or_else(malformed)?),
        Kind::Time => Value::Integer(dates::parse_time(trimmed).ok_or_else(malformed)?),
        Kind::Base64 => {
            let compact: String = text.split_ascii_whitespace().collect();
            Value::Blob(STANDARD.decode(compact).map_err(|_| malformed())?)
        }
        Kind::Id | Kind::Reference => reference(org, field, trimmed)?,
        _ => {
            if trimmed.is_empty() {
                return Ok(Value::Null);
            }
            let limit = field.length as usize;
            match trimmed.char_indices().nth(limit) {
                Some(_) if limit > 0 && !truncate => return Err(Unfit::TooLong),
                Some((end, _)) if limit > 0 => Value::Text(trimmed[..end].to_owned()),
                _ => Value::Text(trimmed.to_owned()),
            }
        }
    })
}

fn reference(org: &Org, field: &Field, text: &str) -> Result<Value, Unfit> {
    if text.is_empty() {
        return Ok(Value::Null);
    }
    let Some(id) = org.parse_id(text) else {
        return Err(if id::is_shaped(text) {
            Unfit::WrongObject
        } else {
            Unfit::Id
        });
    };
    let fits = field.targets.is_empty()
        || field
            .targets
            .iter()
            .filter_map(|target| org.objects.get(target))
            .any(|object| object.prefix == id.prefix);
    if fits {
        Ok(Value::Integer(id.pack()))
    } else {
        Err(Unfit::WrongObject)
    }
}

/// Writes a double in the lexical form of XML, always with a decimal point.
pub(crate) fn write_double(number: f64, out: &mut Vec<u8>) {
    use std::io::Write as _;
    // Writing to a vector cannot fail.
    if number == 0.0 || (1e-3..1e15).contains(&number.abs()) {
        let _ = write!(out, "{number:?}");
    } else {
        let _ = write!(out, "{number:E}");
    }
}
