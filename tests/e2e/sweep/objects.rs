//! Tests of every object of the tenant, with all of its fields.

use saponify::schema::Kind;
use saponify::{Record, View};

use super::calls::ID;
use super::refusing;
use crate::support::WSDL;
use crate::tenant::*;

/// A valid value of a kind, in canonical or in another form.
fn plausible(kind: Kind) -> Option<&'static str> {
    Some(match kind {
        Kind::String => "a < b & \"c\"",
        Kind::Boolean => "true",
        Kind::Int => "-2147483648",
        Kind::Long => "9223372036854775807",
        Kind::Double => "1.0E-7",
        Kind::DateTime => "2026-02-28T23:59:59.999Z",
        Kind::Date => "2024-02-29",
        Kind::Time => "08:30:00.000Z",
        Kind::Id => ID,
        Kind::Base64 => "AJ+Slg==",
        Kind::Any => "anything",
        _ => return None,
    })
}

fn full<V: View>(objects: &mut Vec<Record>) {
    let mut record = Record::new(V::static_table());
    for field in V::static_table().fields() {
        // Its texts are names of fields.
        let value = match field.name() {
            "fieldsToNull" => Some("Newer__c"),
            _ => plausible(field.kind()),
        };
        if let Some(value) = value {
            record.set_text(field.name(), value).unwrap();
        }
    }
    objects.push(record);
}

#[tokio::test]
async fn every_field_of_every_object_is_what_its_schema_wants() {
    let mut objects = Vec::new();
    macro_rules! full {
        ($($object:ty),* $(,)?) => { $(full::<$object>(&mut objects);)* };
    }
    full!(
        Account,
        AccountHistory,
        AggregateResult,
        Attachment,
        Case,
        Contact,
        EventLogFile,
        Invoice_Line__c,
        Invoice__c,
        Lead,
        LoginGeo,
        LoginHistory,
        Name,
        Opportunity,
        Organization,
        PermissionSet,
        PermissionSetAssignment,
        PermissionSetLicense,
        Profile,
        SetupAuditTrail,
        Task,
        User,
        UserLicense,
        UserRole,
        WhitelistedZipcodes__c,
        Whitelisted_Zipcodes__c,
    );
    let wsdl = std::fs::read_to_string(WSDL).unwrap();
    assert_eq!(objects.len(), wsdl.matches("base=\"ens:sObject\"").count());
    let (soap, requests) = refusing();
    for object in objects {
        soap.create(&[object]).await.unwrap_err();
    }
    let invoice = Invoice__c::new()
        .with(
            Invoice__c::DELIVERY__C,
            Address {
                city: Some("Žilina".into()),
                ..Default::default()
            },
        )
        .with(
            Invoice__c::SITE__C,
            Location {
                latitude: Some(-0.5),
                longitude: None,
                ..Default::default()
            },
        );
    soap.create(&[invoice]).await.unwrap_err();
    assert_eq!(requests.bodies("create").len(), 27);
}
