//! What this crate knows about Salesforce beyond the WSDL that it reads. No other module knows a name
//! or a rule of Salesforce's; this one knows nothing of the generator's stages.

pub(crate) mod documentation;
pub(crate) mod leading_comment;
pub(crate) mod operations;
pub(crate) mod versions;

/// Whether a namespace belongs to one of Salesforce's APIs.
pub(crate) fn is_salesforce(uri: &str) -> bool {
    uri.contains("soap.sforce.com")
}

/// Whether a type is the one from which all sObjects derive.
pub(crate) fn is_object_base(uri: &str, name: &str) -> bool {
    name == "sObject" && is_salesforce(uri)
}

/// Whether a simple type is that of record ids: a string of 18 characters called `ID`.
pub(crate) fn is_record_id(name: &str, length: Option<u64>) -> bool {
    name == "ID" && length == Some(18)
}

/// Whether a type holds the rows of a query. A field of this type in an sObject holds the child rows
/// of a sub-query.
pub(crate) fn is_query_result(type_name: &str) -> bool {
    type_name == "QueryResult"
}

/// Whether a field is the list of the fields to set to null, which a record has as its first element.
pub(crate) fn lists_null_fields(field: &str) -> bool {
    field == "fieldsToNull"
}

/// The remark on a repeated field of ids in an sObject: it can only be a `JunctionIdList`.
pub(crate) const JUNCTION_IDS: &str =
    "A `JunctionIdList`: setting it to null deletes *all* of its junction rows.";

/// Whether only the service sets a field of an sObject ("System Fields" in the Object Reference).
/// These fields get no setter.
pub(crate) fn is_audit_field(field: &str) -> bool {
    AUDIT_FIELDS.contains(&field)
}

/// Sorted.
const AUDIT_FIELDS: &[&str] = &[
    "CreatedBy",
    "CreatedById",
    "CreatedDate",
    "IsDeleted",
    "LastActivityDate",
    "LastModifiedBy",
    "LastModifiedById",
    "LastModifiedDate",
    "LastReferencedDate",
    "LastViewedDate",
    "SystemModstamp",
];

/// The word that names the module of one of Salesforce's namespaces: `sobjects` for
/// `urn:sobject.enterprise.soap.sforce.com`.
pub(crate) fn module_word(uri: &str) -> Option<&str> {
    let name = uri.strip_prefix("urn:").filter(|_| is_salesforce(uri))?;
    Some(match name.split('.').next().unwrap_or_default() {
        "sobject" => "sobjects",
        "enterprise" | "partner" => "types",
        "fault" => "faults",
        other => other,
    })
}
