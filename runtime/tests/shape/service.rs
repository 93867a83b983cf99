//! The service `SforceService`, port `Soap`.

use ::saponify::generated as g;

use super::{operations, tables, types};

static SERVICE: g::Service = g::Service {
    name: "SforceService.Soap",
    endpoint: "https://login.salesforce.com/services/Soap/c/64.0",
    api_version: "64.0",
    soap: g::SoapVersion::V1_1,
    session_header: Some(&tables::SESSION_HEADER),
    login: None,
    query: Some(&operations::QUERY_OPERATIONS),
    limit_header: Some(&tables::LIMIT_INFO_HEADER),
};

g::service! {
    /// The port `Soap` of the service `SforceService`.
    Soap, SERVICE, [types::QueryOptions, types::SessionHeader]
}

impl Soap {
    /// API usage of the organization, as the last answer told.
    #[must_use]
    pub fn limit_info(&self) -> Option<g::ApiUsage> {
        self.client.limit_info()
    }

    /// Rows of a query, as a stream over all its batches.
    pub fn records<V: g::View>(&self, soql: impl g::QueryText<V>) -> g::Records<V> {
        self.client.records(soql)
    }

    /// Create a Query Cursor
    pub fn query(&self, query_string: &str) -> g::Call<'_, operations::Query> {
        self.client.call().arg(query_string)
    }

    /// Gets the next batch of sObjects from a query
    pub fn query_more(&self, query_locator: &str) -> g::Call<'_, operations::QueryMore> {
        self.client.call().arg(query_locator)
    }

    /// Create a set of new sObjects
    pub fn create(&self, s_objects: &[impl g::View]) -> g::Call<'_, operations::Create> {
        self.client.call().arg(g::records(s_objects))
    }

    /// `create` for any number of sObjects
    pub fn create_all<'s, R: g::View, M>(
        &self,
        s_objects: impl g::Source<M, Row = R> + 's,
    ) -> g::Bulk<'s, operations::Create, R> {
        self.client.save_all(s_objects)
    }

    /// Get a set of sObjects
    pub fn retrieve(
        &self,
        field_list: &str,
        s_object_type: &str,
        ids: &[g::Id],
    ) -> g::Call<'_, operations::Retrieve> {
        self.client
            .call()
            .arg(field_list)
            .arg(s_object_type)
            .arg(ids)
    }

    /// Logout
    pub fn logout(&self) -> g::Call<'_, operations::Logout> {
        self.client.call()
    }
}
