//! Fills a new database with the users, the rows of the description, and synthetic rows.

use std::collections::BTreeMap;
use std::sync::Arc;

use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};

use super::columns::{create_indexes, create_table};
use super::synthetic::{Synthetic, insert_sql, total};
use super::value::{Unfit, from_text};
use crate::activity::History;
use crate::error::Error;
use crate::id::Id;
use crate::org::{Field, Kind, Object, Org, Row, User};
use crate::random::hash;
use crate::soql::dates;

/// The progress of filling the database.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Progress<'a> {
    /// The object whose rows are being created.
    pub object: &'a str,
    /// The number of created rows of all objects.
    pub done: u64,
    /// The total number of rows of all objects.
    pub total: u64,
}

/// The number of rows between two reports. The end of each object is reported, too.
const REPORT_EVERY: u64 = 1_000;

struct Filler<'a> {
    org: &'a Org,
    history: Option<&'a Arc<History>>,
    /// The packed ids of the rows that have a key in the description.
    keys: BTreeMap<&'a str, i64>,
    end: i64,
    progress: &'a mut dyn FnMut(Progress<'_>),
    done: u64,
    total: u64,
}

pub(super) fn fill(
    connection: &mut Connection,
    org: &Org,
    history: Option<&Arc<History>>,
    progress: &mut dyn FnMut(Progress<'_>),
) -> Result<(), Error> {
    let failed = |error| Error::database("cannot be filled", error);
    let fingerprint = hash(&[&format!("{org:?}")]) as i64;
    let known = connection
        .query_row("SELECT fingerprint FROM _sandbox", [], |row| {
            row.get::<_, i64>(0)
        })
        .ok();
    match known {
        Some(known) if known == fingerprint => return Ok(()),
        Some(_) => {
            return Err(Error::other(
                "the database was created from another org description; remove it, or choose another one",
            ));
        }
        None => {}
    }
    let mut filler = Filler {
        org,
        history,
        keys: BTreeMap::new(),
        end: dates::parse_datetime(&org.generated).unwrap_or(0),
        progress,
        done: 0,
        total: (org.objects.values())
            .map(|object| total(org, object, history) as u64)
            .sum(),
    };
    filler.number();
    let transaction = connection.transaction().map_err(failed)?;
    for object in org.objects.values() {
        create_table(&transaction, object).map_err(failed)?;
        filler.object(&transaction, object)?;
        create_indexes(&transaction, object).map_err(failed)?;
    }
    transaction
        .execute_batch(&format!("CREATE TABLE _sandbox (fingerprint INTEGER); INSERT INTO _sandbox VALUES ({fingerprint})"))
        .map_err(failed)?;
    transaction.commit().map_err(failed)
}

impl<'a> Filler<'a> {
    /// Assigns ids to the listed rows, so that other rows can refer to them.
    fn number(&mut self) {
        for object in self.org.objects.values() {
            let before = self.org.listed_rows(object) - object.rows.len();
            for (n, row) in object.rows.iter().enumerate() {
                if let Some(key) = &row.key {
                    let serial = (before + n + 1) as i64;
                    self.keys.insert(key, Id::new(object.prefix, serial).pack());
                }
            }
        }
        let Some(object) = self.org.objects.get("User") else {
            return;
        };
        for (n, user) in self.org.users.iter().enumerate() {
            let key = user.username.split('@').next().unwrap_or("");
            self.keys
                .entry(key)
                .or_insert_with(|| Id::new(object.prefix, (n + 1) as i64).pack());
        }
    }

    fn object(&mut self, connection: &Connection, object: &Object) -> Result<(), Error> {
        let failed = |error| Error::database(format!("cannot fill {}", object.name), error);
        let rows = Synthetic::new(self.org, object, self.history);
        let fields = &rows.fields;
        let sql = insert_sql(object, fields);
        let mut insert = connection.prepare(&sql).map_err(failed)?;

        let total = total(self.org, object, self.history);
        let end = self.end;
        let mut serial = 0;
        let mut add = |serial: i64, values: Vec<Value>| {
            let head = [Value::Integer(serial), Value::Integer(end)];
            insert
                .execute(params_from_iter(head.into_iter().chain(values)))
                .map_err(failed)
        };
        match object.name.as_str() {
            "User" => {
                for user in &self.org.users {
                    serial += 1;
                    add(
                        serial,
                        fields
                            .iter()
                            .map(|field| self.of_user(user, field))
                            .collect(),
                    )?;
                }
            }
            "Organization" => {
                serial += 1;
                add(
                    self.organization_serial(),
                    fields
                        .iter()
                        .map(|field| self.of_organization(field))
                        .collect(),
                )?;
            }
            _ => {}
        }
        for row in &object.rows {
            serial += 1;
            let values: Result<Vec<_>, _> = fields
                .iter()
                .map(|field| self.of_row(row, field, serial))
                .collect();
            add(serial, values?)?;
        }
        while serial < total {
            serial += 1;
            let is_there = (self.history)
                .is_none_or(|history| history.is_there_at_first(&object.name, serial));
            if is_there {
                add(serial, rows.values(serial))?;
            }
            if (serial as u64).is_multiple_of(REPORT_EVERY) {
                (self.progress)(Progress {
                    object: &object.name,
                    done: self.done + serial as u64,
                    total: self.total,
                });
            }
        }
        self.done += total as u64;
        (self.progress)(Progress {
            object: &object.name,
            done: self.done,
            total: self.total,
        });
        Ok(())
    }

    fn organization_serial(&self) -> i64 {
        self.org.parse_id(&self.org.id).map_or(1, |id| id.serial)
    }

    fn of_user(&self, user: &User, field: &Field) -> Value {
        let text = |text: &str| {
            if text.is_empty() {
                Value::Null
            } else {
                Value::Text(text.to_owned())
            }
        };
        match field.name.as_str() {
            "Username" => text(&user.username),
            "FirstName" => text(&user.first_name),
            "LastName" => text(&user.last_name),
            "Name" => text(&user.full_name()),
            "Email" => text(&user.email),
            "Alias" => text(&user.username.chars().take(8).collect::<String>()),
            "IsActive" => Value::Integer(1),
            "UserType" => text("Standard"),
            "ProfileId" => (user.profile.as_deref())
                .and_then(|key| self.keys.get(key.trim_start_matches('@')))
                .map_or(Value::Null, |id| Value::Integer(*id)),
            _ => self.default(field, 1),
        }
    }

    fn of_organization(&self, field: &Field) -> Value {
        let org = self.org;
        match field.name.as_str() {
            "Name" => Value::Text(org.name.clone()),
            "OrganizationType" => Value::Text(org.edition.clone()),
            "InstanceName" => Value::Text("SBX1".to_owned()),
            "IsSandbox" => Value::Integer(org.is_sandbox.into()),
            "LanguageLocaleKey" => Value::Text(org.language.clone()),
            "DefaultLocaleSidKey" => Value::Text(org.locale.clone()),
            "TimeZoneSidKey" => Value::Text(org.time_zone.clone()),
            _ => self.default(field, 1),
        }
    }

    fn of_row(&self, row: &Row, field: &Field, serial: i64) -> Result<Value, Error> {
        let Some(value) = row.values.get(&field.name) else {
            return Ok(self.default(field, serial));
        };
        let text = match value {
            toml::Value::String(text) => text.clone(),
            value => value.to_string(),
        };
        if field.kind == Kind::Reference
            && let Some(key) = text.strip_prefix('@')
        {
            let id = self.keys.get(key);
            return id
                .map(|id| Value::Integer(*id))
                .ok_or_else(|| Error::org(row.line, format!("no row has the key `{key}`")));
        }
        if field.kind == Kind::AnyType {
            return Ok(Value::Text(format!("s{text}")));
        }
        from_text(self.org, field, &text, false).map_err(|unfit| {
            let why = match unfit {
                Unfit::Malformed(_) => "is malformed",
                Unfit::Id => "is not an id",
                Unfit::WrongObject => "is an id of another object",
                Unfit::TooLong => "is too long",
                Unfit::OutOfRange => "has too many digits",
            };
            Error::org(row.line, format!("the value of `{}` {why}", field.name))
        })
    }

    /// The value of a field that the row does not set.
    fn default(&self, field: &Field, serial: i64) -> Value {
        match field.name.as_str() {
            "CreatedDate" | "LastModifiedDate" | "SystemModstamp" => {
                return Value::Integer(self.end);
            }
            "CreatedById" | "LastModifiedById" => {
                return self.org.objects.get("User").map_or(Value::Null, |object| {
                    Value::Integer(Id::new(object.prefix, 1).pack())
                });
            }
            _ => {}
        }
        default(self.org, field, serial)
    }
}

/// The default of a field in a new row.
pub(crate) fn default(org: &Org, field: &Field, serial: i64) -> Value {
    match (field.kind, &field.default) {
        (Kind::AutoNumber, stem) => {
            Value::Text(format!("{}{serial:08}", stem.as_deref().unwrap_or("")))
        }
        (_, Some(text)) => from_text(org, field, text, true).unwrap_or(Value::Null),
        (Kind::Boolean, None) => Value::Integer(0),
        _ => Value::Null,
    }
}

/// The positions of `Name`, `FirstName` and `LastName`, if the object composes its name from them.
pub(crate) fn name_parts(object: &Object, fields: &[&Field]) -> Option<(usize, usize, usize)> {
    let at = |name: &str| fields.iter().position(|field| field.name == name);
    let computed = object
        .fields
        .get("Name")
        .is_some_and(|field| !field.createable);
    if computed {
        Some((at("Name")?, at("FirstName")?, at("LastName")?))
    } else {
        None
    }
}

pub(crate) fn full_name(first: &Value, last: &Value) -> Value {
    match (first, last) {
        (Value::Text(first), Value::Text(last)) => Value::Text(format!("{first} {last}")),
        (Value::Null, last) => last.clone(),
        (first, _) => first.clone(),
    }
}
