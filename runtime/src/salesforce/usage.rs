//! How many calls of its allowance the organization has made.

use crate::client::Client;
use crate::record::Record;

/// API calls that the organization made in the last 24 hours, as the last answer told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ApiUsage {
    /// Calls made.
    pub current: i64,
    /// Calls allowed.
    pub limit: i64,
}

impl Client {
    /// API usage as the last answer told, fault or not, whichever clone made the call.
    #[must_use]
    pub fn limit_info(&self) -> Option<ApiUsage> {
        usage(&self.limit_header()?)
    }
}

/// `limitInfo` of the type `API REQUESTS`.
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
