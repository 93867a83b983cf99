//! What a user sees of the compliance objects, and the implicit conditions of a query.

use rusqlite::Connection;

use super::user;
use crate::fault::Fault;
use crate::org::{Object, Org};
use crate::soql::ast::{Condition, Query, Value};
use crate::soql::plan;
use crate::tenant::{Caller, State};

/// Objects that require one of several permissions. Without it, the object appears not to exist.
const NEEDS: [(&str, &[&str]); 3] = [
    ("EventLogFile", &["ViewEventLogFiles", "ViewAllData"]),
    ("LoginGeo", &["ManageUsers"]),
    ("SetupAuditTrail", &["ViewSetup"]),
];

/// Each of them lets a user see the logins of others.
const OTHERS_LOGINS: &[&str] = &["MonitorLoginHistory", "ManageUsers"];

/// Whether a user sees an object at all.
pub(crate) fn can_see(state: &State, caller: Caller, object: &Object) -> Result<bool, Fault> {
    let needs = NEEDS.iter().find(|(name, _)| *name == object.name);
    match needs {
        Some((_, permissions)) => {
            let connection = state.store.lock();
            Ok(has_any(&state.org, &connection, caller, permissions)?)
        }
        None => Ok(true),
    }
}

/// Adds the implicit conditions that a query has for this user.
pub(super) fn restrict(
    state: &State,
    caller: Caller,
    version: u16,
    text: &str,
    query: &mut Query,
) -> Result<(), Fault> {
    let org = &state.org;
    let Some(object) = org.object(&query.from.text()) else {
        return Ok(());
    };
    if !can_see(state, caller, object)? {
        return Err(plan::unsupported(text, &query.from));
    }
    match object.name.as_str() {
        "LoginHistory" if object.fields.contains_key("UserId") => {
            let connection = state.store.lock();
            if !has_any(org, &connection, caller, OTHERS_LOGINS)? {
                let own = org.user_id(caller.user);
                query.require(Condition::equal("UserId", Value::text(own)));
            }
        }
        // A query that does not mention these fields returns only daily files. A condition on the id is
        // enough to get both kinds.
        "EventLogFile" if sees_field(object, "Interval", version) => {
            let says = (query.filter.as_ref())
                .is_some_and(|filter| filter.mentions(&["Interval", "Sequence", "Id"]));
            if !says {
                query.require(Condition::equal("Interval", Value::text("Daily")));
            }
        }
        _ => {}
    }
    Ok(())
}

fn sees_field(object: &Object, field: &str, version: u16) -> bool {
    (object.fields.get(field)).is_some_and(|field| field.since <= version)
}

/// Whether the profile or a permission set of the user gives one of these permissions. A permission that
/// the org does not have is not required.
fn has_any(
    org: &Org,
    connection: &Connection,
    caller: Caller,
    permissions: &[&str],
) -> rusqlite::Result<bool> {
    let columns = |object: &str| -> Vec<String> {
        let fields = org.objects.get(object).map(|object| &object.fields);
        let names = permissions.iter().map(|name| format!("Permissions{name}"));
        names
            .filter(|name| fields.is_some_and(|fields| fields.contains_key(name)))
            .map(|name| format!("coalesce(p.\"{name}\", 0)"))
            .collect()
    };
    let id = user::packed(org, caller);
    let base = |object: &str| {
        (org.objects.get(object)).map_or(0, |object| crate::id::Id::base(object.prefix))
    };
    let user = caller.user as i64 + 1;
    let sources = [
        (
            "Profile",
            format!(
                "\"User\" AS u JOIN \"Profile\" AS p ON p.\"Id\" = u.\"ProfileId\" - {} WHERE u.\"Id\" = {user}",
                base("Profile")
            ),
        ),
        (
            "PermissionSet",
            format!(
                "\"PermissionSetAssignment\" AS a JOIN \"PermissionSet\" AS p ON p.\"Id\" = a.\"PermissionSetId\" - {} WHERE a.\"AssigneeId\" = {id} AND a.\"IsDeleted\" = 0",
                base("PermissionSet")
            ),
        ),
    ];
    let mut is_known = false;
    for (object, from) in sources {
        let columns = columns(object);
        if columns.is_empty() {
            continue;
        }
        is_known = true;
        let sql = format!("SELECT max({}) FROM {from}", columns.join(" + "));
        let found: Option<i64> =
            (connection.prepare_cached(&sql)?).query_row([], |row| row.get(0))?;
        if found.is_some_and(|found| found > 0) {
            return Ok(true);
        }
    }
    Ok(!is_known)
}
