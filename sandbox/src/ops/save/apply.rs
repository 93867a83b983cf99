//! Checks a row and stores it.

use rusqlite::types::Value;
use rusqlite::{OptionalExtension, params_from_iter};

use super::input::{Input, Parent};
use super::{Duplicate, RowError, Saved, Saver};
use crate::id::{self, Id};
use crate::org::{Field, Kind, Object};
use crate::store::fill::{default, full_name};
use crate::store::value::{Unfit, from_text};

/// The columns and values of a SQL statement.
type Values<'a> = Vec<(&'a str, Value)>;

fn internal(error: rusqlite::Error) -> RowError {
    RowError::new("UNKNOWN_EXCEPTION", error.to_string())
}

impl Saver<'_> {
    pub(super) fn insert(&self, input: &Input<'_>) -> Result<i64, RowError> {
        let object = input.object;
        if !object.writable {
            let what = format!("entity type cannot be inserted: {}", object.label);
            return Err(RowError::new("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", what));
        }
        if input.id.is_some() {
            return Err(RowError::new(
                "INVALID_FIELD_FOR_INSERT_UPDATE",
                "cannot specify Id in an insert call",
            )
            .on("Id"));
        }
        let mut values = self.values(input, true)?;
        let missing: Vec<_> = (object.fields.values())
            .filter(|field| {
                field.required
                    && field.createable
                    && field.default.is_none()
                    && field.kind != Kind::Boolean
            })
            .filter(
                |field| !matches!(find(&values, &field.name), Some(value) if *value != Value::Null),
            )
            .map(|field| field.name.clone())
            .collect();
        if !missing.is_empty() {
            let what = format!("Required fields are missing: [{}]", missing.join(", "));
            return Err(RowError {
                fields: missing,
                ..RowError::new("REQUIRED_FIELD_MISSING", what)
            });
        }
        self.duplicate_rule(object, &values)?;
        let sql = format!(
            "SELECT coalesce(max(\"Id\"), 0) + 1 FROM \"{}\"",
            object.name
        );
        let serial: i64 = self
            .connection
            .query_row(&sql, [], |row| row.get(0))
            .map_err(internal)?;
        for field in object
            .fields
            .values()
            .filter(|field| field.kind != Kind::Id && !field.kind.is_compound())
        {
            if find(&values, &field.name).is_some() || field.name == "IsDeleted" {
                continue;
            }
            let value = match field.name.as_str() {
                "CreatedDate" | "LastModifiedDate" | "SystemModstamp" => Value::Integer(self.now),
                "CreatedById" | "LastModifiedById" => Value::Integer(self.caller),
                "OwnerId" => Value::Integer(self.caller),
                _ => default(self.org, field, serial),
            };
            values.push((&field.name, value));
        }
        values.push(("Id", Value::Integer(serial)));
        values.push(("_changed", Value::Integer(self.now)));
        let columns: Vec<_> = values
            .iter()
            .map(|(name, _)| format!("\"{name}\""))
            .collect();
        let marks = vec!["?"; columns.len()].join(", ");
        let sql = format!(
            "INSERT INTO \"{}\" ({}) VALUES ({marks})",
            object.name,
            columns.join(", ")
        );
        let mut statement = self.connection.prepare_cached(&sql).map_err(internal)?;
        statement
            .execute(params_from_iter(values.iter().map(|(_, value)| value)))
            .map_err(internal)?;
        self.compose_name(object, serial)?;
        Ok(Id::new(object.prefix, serial).pack())
    }

    pub(super) fn update(&self, input: &Input<'_>) -> Result<i64, RowError> {
        let object = input.object;
        let Some(text) = input.id else {
            return Err(
                RowError::new("MISSING_ARGUMENT", "Id not specified in an update call").on("Id"),
            );
        };
        let serial = self.existing(object, text)?;
        if !object.writable {
            let what = format!("entity type cannot be updated: {}", object.label);
            return Err(RowError::new("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", what));
        }
        self.write(input, serial)
    }

    pub(super) fn upsert(&self, input: &Input<'_>, key: &str) -> Result<Saved, RowError> {
        let object = input.object;
        if key.eq_ignore_ascii_case("Id") {
            return match input.id {
                Some(_) => self.update(input).map(|id| Saved { id, created: false }),
                None => self.insert(input).map(|id| Saved { id, created: true }),
            };
        }
        let value = input
            .values
            .iter()
            .find(|(field, _)| field.name.eq_ignore_ascii_case(key));
        let Some((field, text)) = value else {
            let what = format!("{key} not specified");
            return Err(RowError::new("MISSING_ARGUMENT", what).on(key));
        };
        let value = from_text(self.org, field, text, self.truncate)
            .map_err(|unfit| self.unfit(field, text, &unfit))?;
        match self.by_key(object, field, &value)?.as_slice() {
            [] => self.insert(input).map(|id| Saved { id, created: true }),
            [serial] => self
                .write(input, *serial)
                .map(|id| Saved { id, created: false }),
            many => {
                let what = format!(
                    "{key}: more than one record found for external id field: {} rows",
                    many.len()
                );
                Err(RowError::new("DUPLICATE_EXTERNAL_ID", what))
            }
        }
    }

    fn write(&self, input: &Input<'_>, serial: i64) -> Result<i64, RowError> {
        let object = input.object;
        let mut values = self.values(input, false)?;
        if let Some(field) = object
            .fields
            .values()
            .find(|field| field.required && matches!(find(&values, &field.name), Some(Value::Null)))
        {
            let what = format!("Required fields are missing: [{}]", field.name);
            return Err(RowError::new("REQUIRED_FIELD_MISSING", what).on(&field.name));
        }
        self.unique(object, &values, Some(serial))?;
        for field in ["LastModifiedDate", "SystemModstamp"] {
            if object.fields.contains_key(field) {
                values.push((field, Value::Integer(self.now)));
            }
        }
        if object.fields.contains_key("LastModifiedById") {
            values.push(("LastModifiedById", Value::Integer(self.caller)));
        }
        values.push(("_changed", Value::Integer(self.now)));
        let columns: Vec<_> = values
            .iter()
            .map(|(name, _)| format!("\"{name}\" = ?"))
            .collect();
        let sql = format!(
            "UPDATE \"{}\" SET {} WHERE \"Id\" = {serial}",
            object.name,
            columns.join(", ")
        );
        let mut statement = self.connection.prepare_cached(&sql).map_err(internal)?;
        statement
            .execute(params_from_iter(values.iter().map(|(_, value)| value)))
            .map_err(internal)?;
        self.compose_name(object, serial)?;
        Ok(Id::new(object.prefix, serial).pack())
    }

    /// The serial number of a row that exists and is not deleted.
    fn existing(&self, object: &Object, text: &str) -> Result<i64, RowError> {
        let id = match self.org.parse_id(text) {
            Some(id) if id.prefix == object.prefix => id,
            _ if id::is_shaped(text) && text.starts_with(&object.prefix.to_string()) => {
                return Err(cross_reference());
            }
            _ => {
                let what = format!("{} ID: id value of incorrect type: {text}", object.label);
                return Err(RowError::new("MALFORMED_ID", what).on("Id"));
            }
        };
        self.live(object, id.serial)?;
        Ok(id.serial)
    }

    fn live(&self, object: &Object, serial: i64) -> Result<(), RowError> {
        let sql = format!(
            "SELECT \"IsDeleted\" FROM \"{}\" WHERE \"Id\" = ?",
            object.name
        );
        let mut statement = self.connection.prepare_cached(&sql).map_err(internal)?;
        match statement
            .query_row([serial], |row| row.get::<_, bool>(0))
            .optional()
            .map_err(internal)?
        {
            Some(false) => Ok(()),
            Some(true) => Err(RowError::new("ENTITY_IS_DELETED", "entity is deleted")),
            None => Err(cross_reference()),
        }
    }

    /// Checks the fields that the caller sets, and converts their values.
    fn values<'i>(&self, input: &'i Input<'_>, creating: bool) -> Result<Values<'i>, RowError> {
        let mut values: Values<'i> = Vec::new();
        let mut closed = Vec::new();
        for (field, text) in &input.values {
            if (creating && !field.createable) || (!creating && !field.updateable) {
                closed.push(field.name.clone());
                continue;
            }
            let value = from_text(self.org, field, text, self.truncate)
                .map_err(|unfit| self.unfit(field, text, &unfit))?;
            if let (Kind::Reference, Value::Integer(packed)) = (field.kind, &value) {
                self.referred(field, *packed)?;
            }
            values.push((&field.name, value));
        }
        for field in &input.nulls {
            if field.createable && field.nillable() && !input.sets(field) {
                values.push((&field.name, Value::Null));
            } else if field.required {
                let what = format!("Required fields are missing: [{}]", field.name);
                return Err(RowError::new("REQUIRED_FIELD_MISSING", what).on(&field.name));
            } else {
                closed.push(field.name.clone());
            }
        }
        for parent in &input.parents {
            if (creating && !parent.reference.createable)
                || (!creating && !parent.reference.updateable)
            {
                closed.push(parent.reference.name.clone());
                continue;
            }
            values.push((&parent.reference.name, self.parent(parent)?));
        }
        if !closed.is_empty() {
            let what = format!(
                "Unable to create/update fields: {}. Please check the security settings of this field and verify that it is read/write for your profile or permission set.",
                closed.join(", ")
            );
            return Err(RowError {
                fields: closed,
                ..RowError::new("INVALID_FIELD_FOR_INSERT_UPDATE", what)
            });
        }
        if creating {
            self.unique(input.object, &values, None)?;
        }
        Ok(values)
    }

    fn referred(&self, field: &Field, packed: i64) -> Result<(), RowError> {
        let id = Id::unpack(packed);
        let Some(object) = self.org.object_of(id.prefix) else {
            return Err(cross_reference());
        };
        self.live(object, id.serial)
            .map_err(|error| error.on(&field.name))
    }

    fn parent(&self, parent: &Parent<'_>) -> Result<Value, RowError> {
        let Parent {
            reference,
            object,
            key,
            value,
        } = parent;
        if key.name == "Id" {
            let serial = self
                .existing(object, value)
                .map_err(|error| error.on(&reference.name))?;
            return Ok(Value::Integer(Id::new(object.prefix, serial).pack()));
        }
        let wanted = from_text(self.org, key, value, false)
            .map_err(|unfit| self.unfit(key, value, &unfit))?;
        match self.by_key(object, key, &wanted)?.as_slice() {
            [serial] => Ok(Value::Integer(Id::new(object.prefix, *serial).pack())),
            [] => {
                let what = format!(
                    "Foreign key external ID: {value} not found for field {} in entity {}",
                    key.name, object.name
                );
                Err(RowError::new("INVALID_FIELD", what))
            }
            _ => Err(RowError::new(
                "DUPLICATE_EXTERNAL_ID",
                format!(
                    "{}: more than one record found for external id field",
                    key.name
                ),
            )),
        }
    }

    fn by_key(&self, object: &Object, field: &Field, value: &Value) -> Result<Vec<i64>, RowError> {
        let sql = format!(
            "SELECT \"Id\" FROM \"{}\" WHERE \"{}\" = ? AND \"IsDeleted\" = 0 LIMIT 2",
            object.name, field.name
        );
        let mut statement = self.connection.prepare_cached(&sql).map_err(internal)?;
        let rows = statement
            .query_map([value], |row| row.get(0))
            .map_err(internal)?;
        rows.collect::<Result<_, _>>().map_err(internal)
    }

    fn unique(
        &self,
        object: &Object,
        values: &Values<'_>,
        own: Option<i64>,
    ) -> Result<(), RowError> {
        for field in object.fields.values().filter(|field| field.unique) {
            let Some(value) = find(values, &field.name).filter(|value| **value != Value::Null)
            else {
                continue;
            };
            for serial in self.by_key(object, field, value)? {
                if Some(serial) != own {
                    let id = self.org.id_text(Id::new(object.prefix, serial));
                    let what = format!(
                        "duplicate value found: {} duplicates value on record with id: {id}",
                        field.name
                    );
                    return Err(RowError::new("DUPLICATE_VALUE", what));
                }
            }
        }
        Ok(())
    }

    fn duplicate_rule(&self, object: &Object, values: &Values<'_>) -> Result<(), RowError> {
        let Some(field) = object
            .duplicate_rule
            .as_ref()
            .and_then(|name| object.fields.get(name))
        else {
            return Ok(());
        };
        let Some(value) = find(values, &field.name).filter(|value| **value != Value::Null) else {
            return Ok(());
        };
        if self.allow_duplicates {
            return Ok(());
        }
        match self.by_key(object, field, value)?.first() {
            None => Ok(()),
            Some(serial) => Err(RowError {
                duplicate: Some(Duplicate {
                    object: object.name.clone(),
                    id: self.org.id_text(Id::new(object.prefix, *serial)),
                }),
                ..RowError::new("DUPLICATES_DETECTED", "Use one of these records?")
            }),
        }
    }

    fn unfit(&self, field: &Field, text: &str, unfit: &Unfit) -> RowError {
        let label = field.label();
        let error = match unfit {
            Unfit::TooLong => RowError::new(
                "STRING_TOO_LONG",
                format!(
                    "{label}: data value too large: {} (max length={})",
                    text.chars().take(80).collect::<String>(),
                    field.length
                ),
            ),
            Unfit::Id => RowError::new(
                "MALFORMED_ID",
                format!("{label}: id value of incorrect type: {text}"),
            ),
            Unfit::WrongObject => RowError::new(
                "FIELD_INTEGRITY_EXCEPTION",
                format!("{label}: id value of incorrect type: {text}"),
            ),
            Unfit::OutOfRange => RowError::new(
                "NUMBER_OUTSIDE_VALID_RANGE",
                format!("{label}: value outside of valid range on numeric field: {text}"),
            ),
            Unfit::Malformed(text) => {
                let kind = field.kind.soap_type();
                RowError::new(
                    "INVALID_TYPE_ON_FIELD_IN_RECORD",
                    format!(
                        "{label}: value not of required type: '{text}' is not a valid value for the type {kind}"
                    ),
                )
            }
        };
        error.on(&field.name)
    }

    /// Updates a full name when one of its parts changes.
    fn compose_name(&self, object: &Object, serial: i64) -> Result<(), RowError> {
        let computed = object
            .fields
            .get("Name")
            .is_some_and(|field| !field.createable);
        if !computed
            || !["FirstName", "LastName"]
                .iter()
                .all(|name| object.fields.contains_key(*name))
        {
            return Ok(());
        }
        let sql = format!(
            "SELECT \"FirstName\", \"LastName\" FROM \"{}\" WHERE \"Id\" = {serial}",
            object.name
        );
        let parts = self.connection.query_row(&sql, [], |row| {
            Ok((row.get::<_, Value>(0)?, row.get::<_, Value>(1)?))
        });
        let (first, last) = parts.map_err(internal)?;
        let sql = format!(
            "UPDATE \"{}\" SET \"Name\" = ? WHERE \"Id\" = {serial}",
            object.name
        );
        self.connection
            .execute(&sql, [full_name(&first, &last)])
            .map_err(internal)?;
        Ok(())
    }
}

fn cross_reference() -> RowError {
    RowError::new("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id")
}

fn find<'v>(values: &'v Values<'_>, name: &str) -> Option<&'v Value> {
    values
        .iter()
        .find(|(column, _)| *column == name)
        .map(|(_, value)| value)
}
