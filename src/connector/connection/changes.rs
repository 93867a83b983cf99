//! Changed and deleted records, and the descriptions of their objects.

use saponify::salesforce::Id;

use super::failure::query_failed;
use super::org::Org;
use super::selection::Selection;
use crate::connector::error::{Error, Kind};
use crate::connector::sources::Failure;
use crate::connector::sources::changes::{ChangeService, Deleted, Described, Updated, Values};
use crate::connector::window::Span;

/// Types of fields that are not stored: file content, and compound fields, which only repeat other fields.
const LEFT_OUT: [&str; 4] = ["base64", "address", "location", "complexvalue"];

impl ChangeService for Org {
    async fn describe(&mut self, object: &str) -> Result<Described, Failure> {
        if let Some(described) = self.described.get(object) {
            return Ok(described.clone());
        }
        self.allow()?;
        let response = self.soap.describe_s_object(object).await;
        let Some(response) = response.map_err(|error| failed(object, error))? else {
            return Ok(Described::default());
        };
        let fields = response.fields.iter();
        let stored = fields.filter(|field| !LEFT_OUT.contains(&field.r#type.as_str()));
        let described = Described {
            fields: stored.map(|field| field.name.clone()).collect(),
            replicateable: response.replicateable,
        };
        self.described.insert(object.to_owned(), described.clone());
        Ok(described)
    }

    async fn updated(&mut self, object: &str, span: Span) -> Result<Updated, Failure> {
        self.allow()?;
        let response = self
            .soap
            .get_updated(object, span.start(), span.end())
            .await;
        let response = response.map_err(|error| failed(object, error))?;
        Ok(Updated {
            ids: response.ids.iter().map(Id::to_string).collect(),
            covered: response.latest_date_covered,
        })
    }

    async fn deleted(&mut self, object: &str, span: Span) -> Result<Deleted, Failure> {
        self.allow()?;
        let response = self
            .soap
            .get_deleted(object, span.start(), span.end())
            .await;
        let response = response.map_err(|error| failed(object, error))?;
        let records = response.deleted_records.iter();
        Ok(Deleted {
            records: records
                .map(|row| (row.id.to_string(), row.deleted_date))
                .collect(),
            earliest: response.earliest_date_available,
            covered: response.latest_date_covered,
        })
    }

    async fn retrieve(
        &mut self,
        object: &str,
        fields: &[String],
        ids: &[String],
    ) -> Result<Vec<Option<Values>>, Failure> {
        self.allow()?;
        let ids: Vec<Id> = ids.iter().filter_map(|id| id.parse().ok()).collect();
        let response = self.soap.retrieve(&fields.join(","), object, &ids).await;
        let rows = response.map_err(|error| failed(object, error))?;
        let mut selection = Selection::of_fields(fields.iter().map(String::as_str));
        let mut row = |row: &Option<saponify::Record>| row.as_ref().map(|row| selection.owned(row));
        Ok(rows.iter().map(&mut row).collect())
    }
}

impl Org {
    /// Describes an object that the settings name. An object that does not exist, or that the user may not
    /// read, is an error of the settings.
    pub(crate) async fn wanted_object(&mut self, object: &str) -> Result<Described, Error> {
        match self.describe(object).await {
            Ok(described) => Ok(described),
            Err(Failure::Other(error))
                if error.cause().is_some_and(|cause| cause.fault().is_some()) =>
            {
                let message = format!(
                    "the changes of `{}` cannot be collected: the org has no such object, or the user may not \
                     read it",
                    object.escape_debug()
                );
                Err(Error::new(Kind::Usage, message).because(error).help(
                    "give the API name of an object, such as Account or Invoice__c, and let the user read it",
                ))
            }
            Err(Failure::Other(error)) => Err(error),
            Err(_) => {
                let message = format!("the org did not describe {object} in time");
                Err(Error::new(Kind::Service, message).help("try again later"))
            }
        }
    }
}

fn failed(object: &str, error: saponify::Error) -> Failure {
    match error.fault().map_or("", |fault| fault.code()) {
        "INVALID_REPLICATION_DATE" => return Failure::TooOld,
        "EXCEEDED_ID_LIMIT" => return Failure::TooLarge,
        _ => {}
    }
    query_failed(&format!("SELECT Id FROM {object}"), error)
}
