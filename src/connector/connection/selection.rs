//! Reads the values that a query selects from its rows.

use saponify::Record;

use crate::connector::sources::Rows;

/// The fields that a query selects, in the order of the query.
///
/// All rows of a batch have their fields in the same order. Therefore the position of the field in the
/// previous row is tried first, and the name is searched for only if another field is there.
#[derive(Debug)]
pub(super) struct Selection<'q> {
    fields: Vec<Selected<'q>>,
    width: usize,
}

#[derive(Debug)]
struct Selected<'q> {
    name: &'q str,
    /// The position of the field in the previous row.
    place: usize,
    what: SelectedValue<'q>,
}

#[derive(Debug)]
enum SelectedValue<'q> {
    /// A value, and its index in the result.
    Value(usize),
    /// Fields of a parent record.
    Parent(Vec<Selected<'q>>),
}

impl<'q> Selection<'q> {
    /// Makes the selection of a query of the form `SELECT … FROM …`.
    pub(super) fn of_query(query: &'q str) -> Self {
        let selected = query.strip_prefix("SELECT ").unwrap_or_default();
        let fields = selected.split_once(" FROM ");
        Self::of_fields(fields.map_or("", |(fields, _)| fields).split(", "))
    }

    /// Makes a selection of these fields. A field of a parent record is a path such as `LoginGeo.City`.
    pub(super) fn of_fields(paths: impl IntoIterator<Item = &'q str>) -> Self {
        let mut selection = Self {
            fields: Vec::new(),
            width: 0,
        };
        for path in paths {
            add(&mut selection.fields, path, selection.width);
            selection.width += 1;
        }
        selection
    }

    /// Appends the selected values of a record to `rows`.
    pub(super) fn add_to(&mut self, rows: &mut Rows, record: &Record) {
        rows.push(self.values(record));
    }

    /// Returns the selected values of a record as owned strings.
    pub(super) fn owned(&mut self, record: &Record) -> Vec<Option<String>> {
        let values = self.values(record).into_iter();
        values.map(|value| value.map(str::to_owned)).collect()
    }

    fn values<'r>(&mut self, record: &'r Record) -> Vec<Option<&'r str>> {
        let mut values = vec![None; self.width];
        read(&mut self.fields, record, &mut values);
        values
    }
}

fn add<'q>(fields: &mut Vec<Selected<'q>>, path: &'q str, at: usize) {
    let place = fields.len();
    match path.split_once('.') {
        None => fields.push(Selected {
            name: path,
            place,
            what: SelectedValue::Value(at),
        }),
        Some((name, rest)) => {
            let parent = fields.iter_mut().find_map(|field| match &mut field.what {
                SelectedValue::Parent(fields) if field.name == name => Some(fields),
                _ => None,
            });
            if let Some(parent) = parent {
                return add(parent, rest, at);
            }
            let mut parent = Vec::new();
            add(&mut parent, rest, at);
            fields.push(Selected {
                name,
                place,
                what: SelectedValue::Parent(parent),
            });
        }
    }
}

fn read<'r>(selected: &mut [Selected<'_>], record: &'r Record, values: &mut [Option<&'r str>]) {
    let fields: Vec<_> = record.fields().collect();
    for field in selected {
        let is_it = |place: &usize| {
            fields
                .get(*place)
                .is_some_and(|(name, _)| *name == field.name)
        };
        let place = Some(field.place)
            .filter(is_it)
            .or_else(|| fields.iter().position(|(name, _)| *name == field.name));
        let Some((_, value)) = place.and_then(|place| fields.get(place)) else {
            continue;
        };
        field.place = place.unwrap_or_default();
        match &mut field.what {
            SelectedValue::Value(at) => {
                if let Some(slot) = values.get_mut(*at) {
                    *slot = value.as_str();
                }
            }
            SelectedValue::Parent(selected) => {
                if let Some(parent) = value.as_record() {
                    read(selected, parent, values);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use saponify::View as _;

    use super::*;
    use crate::connector::connection::org_proxies::{LoginGeo, LoginHistory};

    #[test]
    fn values_are_found_in_every_row_whatever_fields_it_has() {
        let mut selection = Selection::of_query(
            "SELECT Id, LoginGeo.City, SourceIp, LoginGeo.Country FROM LoginHistory",
        );
        let mut rows = Rows::default();
        let mut row = |source_ip: Option<&str>, city: Option<&str>| {
            let mut record = LoginHistory::new().into_record();
            record.set_text("Id", "0Ya000000000001AAA").unwrap();
            if let Some(source_ip) = source_ip {
                record.set_text("SourceIp", source_ip).unwrap();
            }
            if let Some(city) = city {
                let mut geo = LoginGeo::new().into_record();
                geo.set_text("City", city).unwrap();
                geo.set_text("Country", "Portugal").unwrap();
                record.set_record("LoginGeo", geo).unwrap();
            }
            selection.add_to(&mut rows, &record);
        };
        row(Some("192.0.2.1"), Some("Lisboa"));
        row(None, Some("Porto"));
        row(Some("192.0.2.2"), None);
        let values: Vec<Vec<Option<&str>>> = rows.iter().map(|row| row.iter().collect()).collect();
        let id = Some("0Ya000000000001AAA");
        let wanted = [
            [id, Some("Lisboa"), Some("192.0.2.1"), Some("Portugal")],
            [id, Some("Porto"), None, Some("Portugal")],
            [id, None, Some("192.0.2.2"), None],
        ];
        assert_eq!(values, wanted);
    }
}
