//! Variations in how answers are written, within what clients must accept.

/// Which detail a fault carries.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Detail {
    /// The element that is named after the fault type.
    #[default]
    Typed,
    /// The old form: `sf:fault` with the type in `xsi:type`.
    General,
    /// `<detail/>`.
    Empty,
    /// No detail at all.
    Absent,
}

/// How answers look, within what clients have to put up with.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Quirks {
    /// Fields of a row come in another order each time.
    pub shuffle: bool,
    /// Null fields are written with `xsi:nil` instead of left out.
    pub write_nil: bool,
    /// Rows carry a field that the WSDL does not know.
    pub unknown_elements: bool,
    /// Codes and types carry values that the WSDL does not list.
    pub unknown_enum_values: bool,
    /// Results carry `xsi:type="QueryResult"`, as some versions write it.
    pub typed_results: bool,
    /// Polymorphic parents carry their own type instead of `Name`.
    pub concrete_parents: bool,
    /// Rows that are written fail with `UNABLE_TO_LOCK_ROW`.
    pub rows_locked: bool,
    /// The fault code has no prefix.
    pub bare_fault_code: bool,
    /// The detail of faults.
    pub fault_detail: Detail,
    /// The HTTP status of faults: 500, or 200 as some proxies make of it.
    pub fault_status: u16,
    /// Batches have no more rows than this, whatever is asked for.
    pub batch_rows: Option<u32>,
    /// Answers are compressed if the client takes it.
    pub gzip: bool,
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
            gzip: true,
        }
    }
}
