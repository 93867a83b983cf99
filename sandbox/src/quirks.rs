//! Variations of responses that clients must accept.

/// The form of the detail of a fault.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Detail {
    /// An element named after the type of the fault.
    #[default]
    Typed,
    /// The old form: an element `sf:fault` with the type in `xsi:type`.
    General,
    /// An empty `<detail/>`.
    Empty,
    /// No detail.
    Absent,
}

/// Variations of responses. Clients must accept all of them.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Quirks {
    /// The fields of a row are in a different order each time.
    pub shuffle: bool,
    /// Null fields are written with `xsi:nil` instead of being omitted.
    pub write_nil: bool,
    /// Rows have a field that the WSDL does not have.
    pub unknown_elements: bool,
    /// Codes have values that the WSDL does not list.
    pub unknown_enum_values: bool,
    /// Query results have `xsi:type="QueryResult"`, as some API versions write it.
    pub typed_results: bool,
    /// Polymorphic parents have their actual type instead of `Name`.
    pub concrete_parents: bool,
    /// Saving a row fails with `UNABLE_TO_LOCK_ROW`.
    pub rows_locked: bool,
    /// The fault code has no prefix.
    pub bare_fault_code: bool,
    /// The detail of faults.
    pub fault_detail: Detail,
    /// The HTTP status of faults: 500, or 200 as some proxies change it to.
    pub fault_status: u16,
    /// The largest number of rows in a batch, whatever the caller asks for.
    pub batch_rows: Option<u32>,
    /// Every second row has line breaks in its base64 values, as MIME does.
    pub wrapped_base64: bool,
    /// Responses are compressed if the client accepts gzip.
    pub gzip: bool,
    /// Pages require a session that `frontdoor.jsp` or `singleaccess` opened. With the session id of an API
    /// login, the login page is shown.
    pub bridged_pages: bool,
    /// `wsdl.jsp` shows a page that asks for the versions of packages, unless the request names some.
    pub asks_package_versions: bool,
}

impl Default for Quirks {
    fn default() -> Self {
        Self {
            shuffle: false,
            write_nil: false,
            unknown_elements: false,
            unknown_enum_values: false,
            typed_results: false,
            concrete_parents: false,
            rows_locked: false,
            bare_fault_code: false,
            fault_detail: Detail::Typed,
            fault_status: 500,
            batch_rows: None,
            wrapped_base64: false,
            gzip: true,
            bridged_pages: false,
            asks_package_versions: false,
        }
    }
}
