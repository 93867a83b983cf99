//! Types of `urn:sobject.enterprise.soap.sforce.com`.

use ::saponify::generated as g;

use super::tables;
use super::types;

g::view! {
    /// Records of the type `Account`.
    Account, tables::ACCOUNT;

    /// `Id`: ID, required, nillable
    ID: g::Id, id() -> g::Id = id, with_id();
    /// `AnnualRevenue`: double, optional, nillable
    ANNUAL_REVENUE: f64, annual_revenue() -> f64 = double, with_annual_revenue();
    /// `BillingAddress`: address, optional, nillable
    BILLING_ADDRESS: g::Nested<types::Address>, billing_address() -> &types::Address = nested, with_billing_address();
    /// `Contacts`: QueryResult (child rows), optional, nillable
    CONTACTS: g::Nested<types::QueryResult>, contacts() -> &types::QueryResult = nested;
    /// `Name`: string, optional, nillable
    NAME: str, name() -> &str = text, with_name();
    /// `Owner`: User, optional, nillable
    OWNER: g::Parent<User>, owner() -> &User = parent, with_owner();
    /// `Type`: string, optional, nillable
    TYPE: str, r#type() -> &str = text, with_type();
    [
        1 2 3 4 5 6 7
    ]
}

g::view! {
    /// Records of the type `User`.
    User, tables::USER;

    /// `Username`: string, optional, nillable
    USERNAME: str;
    [
        2
    ]
}
