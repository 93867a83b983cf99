//! What a user without a permission can see.

use saponify_sandbox::{Activity, Visibility};

use super::{count, org, rows};
use crate::support::start;

fn activity() -> Activity {
    Activity::days(10).logins(400).audit(20).files(10)
}

#[tokio::test]
async fn without_a_permission_the_object_appears_not_to_exist() {
    for (permission, object) in [
        ("ViewEventLogFiles", "EventLogFile"),
        ("ViewSetup", "SetupAuditTrail"),
        ("ManageUsers", "LoginGeo"),
    ] {
        let mut org = org(activity());
        assert!(org.hide(&permission.parse().unwrap()));
        let tenant = start(org).await;
        let session = tenant.session().await;
        let response = session.query(&format!("SELECT Id FROM {object}")).await;
        assert_eq!(response.fault().0, "INVALID_TYPE", "{permission}");
        let describe = format!(
            "<t:describeSObject><t:sObjectType>{object}</t:sObjectType></t:describeSObject>"
        );
        assert_eq!(session.call("", &describe).await.fault().0, "INVALID_TYPE");
        let retrieve = format!(
            "<t:retrieve><t:fieldList>Id</t:fieldList><t:sObjectType>{object}</t:sObjectType></t:retrieve>"
        );
        assert_eq!(session.call("", &retrieve).await.fault().0, "INVALID_TYPE");
        // Everything else is unchanged.
        assert_eq!(
            count(&session, "SELECT COUNT() FROM LoginHistory").await,
            400
        );
    }
}

#[tokio::test]
async fn without_a_permission_a_user_sees_only_own_logins() {
    let mut org = org(activity());
    for permission in ["ManageUsers", "MonitorLoginHistory"] {
        assert!(org.hide(&permission.parse().unwrap()));
    }
    let tenant = start(org).await;
    let session = tenant.session().await;
    let seen = rows(&session, "SELECT Id, UserId FROM LoginHistory").await;
    assert!(!seen.is_empty() && seen.len() < 40, "{}", seen.len());
    let own = session.call("", "<t:getUserInfo/>").await;
    assert!(seen.iter().all(|row| row["UserId"] == own.one("userId")));
    let all = count(&session, "SELECT COUNT() FROM LoginHistory").await;
    assert_eq!(all, seen.len() as u64);
}

#[tokio::test]
async fn a_hidden_field_is_an_unknown_column() {
    let mut org = org(activity());
    assert!(org.hide(&"EventLogFile.Interval".parse().unwrap()));
    assert!(!org.hide(&"EventLogFile.Colour".parse().unwrap()));
    assert!(!org.hide(&"ReadMinds".parse().unwrap()));
    assert!("".parse::<Visibility>().is_err());
    let tenant = start(org).await;
    let session = tenant.session().await;
    let response = session.query("SELECT Id, Interval FROM EventLogFile").await;
    let (code, message) = response.fault();
    assert_eq!(code, "INVALID_FIELD");
    assert!(message.contains("No such column 'Interval'"), "{message}");
    assert_eq!(
        count(&session, "SELECT COUNT() FROM EventLogFile").await,
        10
    );
}

#[tokio::test]
async fn the_edition_is_that_of_the_organization() {
    let org = org(activity()).with_edition("Developer Edition");
    let tenant = start(org).await;
    let session = tenant.session().await;
    let response = session
        .query("SELECT OrganizationType FROM Organization")
        .await;
    assert_eq!(response.one("OrganizationType"), "Developer Edition");
    // A Developer Edition keeps log files for a day, and has only the free types.
    let files = rows(
        &session,
        "SELECT Id, EventType, CreatedDate FROM EventLogFile",
    )
    .await;
    assert!(!files.is_empty());
    assert!(files.iter().all(|file| file["EventType"] != "URI"));
}

#[tokio::test]
async fn the_permissions_of_a_user_can_be_read() {
    let tenant = start(org(activity())).await;
    let session = tenant.session().await;
    let own = session.call("", "<t:getUserInfo/>").await;
    let sets = rows(
        &session,
        &format!(
            "SELECT Id, PermissionSet.Name, PermissionSet.PermissionsViewSetup FROM PermissionSetAssignment \
             WHERE AssigneeId = '{}' AND IsActive = true",
            own.one("userId")
        ),
    )
    .await;
    assert!(sets.iter().any(|set| set["PermissionsViewSetup"] == "true"));
    assert!(sets.iter().any(|set| set["Name"] == "X00eRobots"));
    let user = session
        .query("SELECT UserPermissionsSFContentUser FROM User WHERE Username = 'integration@acme.example'")
        .await;
    assert_eq!(user.one("UserPermissionsSFContentUser"), "true");
}
