//! The number of API calls that the organization has made, and the number that it may make.

use crate::client::Client;
use crate::record::Record;

/// API calls of the organization in the last 24 hours, as the last response stated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ApiUsage {
    /// The number of calls that were made.
    pub current: i64,
    /// The number of calls that are allowed.
    pub limit: i64,
}

impl Client {
    /// The API usage that the last response stated. The response may be a fault, and any clone of
    /// the client may have made the call.
    #[must_use]
    pub fn limit_info(&self) -> Option<ApiUsage> {
        usage(&self.limit_header()?)
    }
}

/// Reads the `limitInfo` whose type is `API REQUESTS`.
fn usage(header: &Record) -> Option<ApiUsage> {
    header
        .fields()
        .filter_map(|(_, info)| info.as_record())
        .find_map(|info| {
            let number = |name| info.text(name)?.trim().parse().ok();
            let is_api = info.text("type")?.eq_ignore_ascii_case("API REQUESTS");
            is_api.then_some(ApiUsage {
                current: number("current")?,
                limit: number("limit")?,
            })
        })
}
