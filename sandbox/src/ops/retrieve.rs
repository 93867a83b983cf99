//! `retrieve`: rows by id, with one result for each id.

use std::sync::Arc;

use super::access;
use super::call::Call;
use crate::fault::Fault;
use crate::rows::Prepared;
use crate::soql;
use crate::soql::ast::{Condition, Value};
use crate::tenant::Caller;
use crate::xml::response::{LimitInfo, Out, close_envelope, open_envelope};

/// The largest number of ids in one call.
const MAX_IDS: usize = 2_000;

pub(super) fn retrieve(
    call: &Call<'_>,
    caller: Caller,
    limit: Option<LimitInfo>,
) -> Result<Out, Fault> {
    let ids: Vec<_> = call.body.all("ids").map(|id| id.text.trim()).collect();
    if ids.len() > MAX_IDS {
        return Err(Fault::unexpected(
            "EXCEEDED_ID_LIMIT",
            format!(
                "record limit reached. cannot submit more than {MAX_IDS} records into this call"
            ),
        ));
    }
    let text = format!(
        "SELECT {} FROM {}",
        call.body.text_of("fieldList"),
        call.body.text_of("sObjectType")
    );
    let mut tree = soql::parse(&text)?;
    // The ids select the rows, so rows of all conditions are included.
    tree.filter = Some(Condition::Not(Box::new(Condition::equal(
        "Id",
        Value::Null,
    ))));
    access::restrict(call.state, caller, call.version, &text, &mut tree)?;
    let plan = soql::plan::query(&call.state.org, &text, &tree, call.version, false)?;
    if !plan.children.is_empty() {
        return Err(Fault::unexpected(
            "INVALID_FIELD",
            "retrieve takes only fields",
        ));
    }
    let query = Prepared::new(&call.state.org, plan, &call.quirks).map(Arc::new);
    let query =
        query.ok_or_else(|| Fault::unexpected("INVALID_FIELD", "retrieve takes only fields"))?;
    let mut out = Out::new();
    open_envelope(limit, &mut out);
    out.extend_from_slice(b"<retrieveResponse>");
    let connection = call.state.store.lock();
    for id in ids {
        let id = (call.state.org.parse_id(id)).ok_or_else(|| {
            Fault::new(
                "InvalidIdFault",
                "MALFORMED_ID",
                format!("malformed id {id}"),
            )
        })?;
        if !query.write_one(&call.state.org, &connection, id, &mut out)? {
            out.extend_from_slice(b"<result xsi:nil=\"true\"/>");
        }
    }
    drop(connection);
    out.extend_from_slice(b"</retrieveResponse>");
    close_envelope(&mut out);
    Ok(out)
}
