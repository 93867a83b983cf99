//! The operations and headers of Salesforce's API for which the runtime has methods of its own.
//!
//! They are recognized by name and by what they take and give. The caller describes an operation as
//! a [`Signature`], so this module knows nothing of how the generator represents types.

/// What an operation accepts and returns.
#[derive(Debug)]
pub(crate) struct Signature<'s> {
    pub(crate) name: &'s str,
    pub(crate) arguments: Vec<Parameter<'s>>,
    /// The only result. `None` if there are none or several.
    pub(crate) result: Option<Parameter<'s>>,
    /// Whether the result stands in a response element, and is not encoded as SOAP 1.1 section 5 has
    /// it. The stream of rows reads nothing else.
    pub(crate) plain_response: bool,
}

/// An argument or a result.
#[derive(Debug)]
pub(crate) struct Parameter<'s> {
    pub(crate) name: &'s str,
    pub(crate) kind: ParameterKind<'s>,
    pub(crate) repeated: bool,
    pub(crate) nillable: bool,
}

/// What an argument or a result is.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum ParameterKind<'s> {
    Text,
    RecordId,
    Record,
    Struct(Vec<StructField<'s>>),
    Other,
}

/// A field of a struct that an operation returns.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct StructField<'s> {
    pub(crate) name: &'s str,
    /// Whether it holds one `xsd:boolean`.
    pub(crate) is_flag: bool,
}

/// An operation for which the runtime has a method.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SpecialOperation {
    /// `login(username, password)`
    Login,
    /// `query(queryString)`
    Query,
    /// `queryAll(queryString)`
    QueryAll,
    /// `queryMore(queryLocator)`
    QueryMore,
    Bulk(BulkKind),
}

/// How an operation takes many rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BulkKind {
    /// `create(rows)`, `update(rows)`
    Save,
    /// `upsert(field, rows)`
    Upsert,
    /// `delete(ids)`, `undelete(ids)`
    ById,
    /// `retrieve(fields, object, ids)`
    Retrieve,
}

impl BulkKind {
    /// Whether the operation returns a result for each row.
    pub(crate) fn gives_outcomes(self) -> bool {
        self != BulkKind::Retrieve
    }

    /// The documentation of the method for any number of rows, after the name of the operation.
    pub(crate) fn documentation(self) -> &'static str {
        match self {
            BulkKind::Save | BulkKind::Upsert | BulkKind::ById => {
                "in calls of at most 200 rows, for any number of rows from an iterator or stream. \
                 Returns the outcome of each row, in order: see [`Bulk`](g::Bulk)."
            }
            BulkKind::Retrieve => {
                "in calls of at most 2,000 ids, for any number of ids from an iterator or stream. \
                 Returns a row or none for each id, in order: see [`Bulk`](g::Bulk)."
            }
        }
    }
}

/// Which special operation this is, if it is one.
pub(crate) fn special(signature: &Signature<'_>) -> Option<SpecialOperation> {
    let arguments = signature.arguments.as_slice();
    let takes = |names: &[&str]| {
        arguments
            .iter()
            .map(|argument| argument.name)
            .eq(names.iter().copied())
            && arguments.iter().all(Parameter::is_text)
    };
    match signature.name {
        "login" if takes(&["username", "password"]) => Some(SpecialOperation::Login),
        "query" if takes(&["queryString"]) && gives_rows(signature) => {
            Some(SpecialOperation::Query)
        }
        "queryAll" if takes(&["queryString"]) && gives_rows(signature) => {
            Some(SpecialOperation::QueryAll)
        }
        "queryMore" if takes(&["queryLocator"]) && gives_rows(signature) => {
            Some(SpecialOperation::QueryMore)
        }
        _ => bulk(signature).map(SpecialOperation::Bulk),
    }
}

fn bulk(signature: &Signature<'_>) -> Option<BulkKind> {
    let result = signature.result.as_ref()?;
    let is_saved = gives_outcomes(result);
    match (signature.name, signature.arguments.as_slice()) {
        ("create" | "update", [rows]) if rows.is_rows() && is_saved => Some(BulkKind::Save),
        ("upsert", [field, rows]) if field.is_text() && rows.is_rows() && is_saved => {
            Some(BulkKind::Upsert)
        }
        ("delete" | "undelete", [ids]) if ids.is_ids() && is_saved => Some(BulkKind::ById),
        ("retrieve", [fields, object, ids])
            if fields.is_text()
                && object.is_text()
                && ids.is_ids()
                && result.is_rows()
                && result.nillable =>
        {
            Some(BulkKind::Retrieve)
        }
        _ => None,
    }
}

/// Whether there is an outcome for each row.
fn gives_outcomes(result: &Parameter<'_>) -> bool {
    let ParameterKind::Struct(fields) = &result.kind else {
        return false;
    };
    let has_success = fields
        .iter()
        .any(|field| field.name == "success" && field.is_flag);
    result.repeated && !result.nillable && has_success
}

/// Whether the result is a batch of the rows of a query.
fn gives_rows(signature: &Signature<'_>) -> bool {
    let Some(result) = signature
        .result
        .as_ref()
        .filter(|_| signature.plain_response)
    else {
        return false;
    };
    let ParameterKind::Struct(fields) = &result.kind else {
        return false;
    };
    let has = |name: &&str| fields.iter().any(|field| field.name == *name);
    !result.repeated && ["done", "queryLocator", "records", "size"].iter().all(has)
}

impl Parameter<'_> {
    fn is_text(&self) -> bool {
        self.kind == ParameterKind::Text && !self.repeated
    }

    fn is_ids(&self) -> bool {
        self.kind == ParameterKind::RecordId && self.repeated
    }

    fn is_rows(&self) -> bool {
        self.kind == ParameterKind::Record && self.repeated
    }
}

/// A header that the runtime reads or writes by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SpecialHeader {
    /// It carries the session id of a request.
    Session,
    /// It reports API usage in a response.
    LimitInfo,
    /// It proposes the number of rows in a batch.
    QueryOptions,
}

/// Which special header an element is, if it is one.
pub(crate) fn special_header(name: &str, children: &[&str]) -> Option<SpecialHeader> {
    match name {
        "SessionHeader" if children == ["sessionId"] => Some(SpecialHeader::Session),
        "LimitInfoHeader" => Some(SpecialHeader::LimitInfo),
        "QueryOptions" if children.contains(&"batchSize") => Some(SpecialHeader::QueryOptions),
        _ => None,
    }
}
