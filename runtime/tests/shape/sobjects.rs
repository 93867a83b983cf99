//! Types of `urn:sobject.enterprise.soap.sforce.com`.

use ::saponify::generated as g;

use super::tables;
use super::types;

g::view! {
    /// `Account`
    Account, tables::ACCOUNT
}

impl Account {
    /// `Id`: ID, required, nillable
    pub const ID: g::Key<Self, g::Id> = g::key(1);
    /// `AnnualRevenue`: double, optional, nillable
    pub const ANNUAL_REVENUE: g::Key<Self, f64> = g::key(2);
    /// `BillingAddress`: address, optional, nillable
    pub const BILLING_ADDRESS: g::Key<Self, g::Nested<types::Address>> = g::key(3);
    /// `Contacts`: QueryResult (child rows), optional, nillable
    pub const CONTACTS: g::Key<Self, g::Nested<types::QueryResult>> = g::key(4);
    /// `Name`: string, optional, nillable
    pub const NAME: g::Key<Self, str> = g::key(5);
    /// `Owner`: User, optional, nillable
    pub const OWNER: g::Key<Self, g::Parent<User>> = g::key(6);
    /// `Type`: string, optional, nillable
    pub const TYPE: g::Key<Self, str> = g::key(7);

    /// `Id`
    #[inline]
    pub fn id(&self) -> Option<g::Id> {
        self.0.id_at(1)
    }

    /// Sets `Id`
    #[inline]
    pub fn with_id(self, value: g::Id) -> Self {
        Self(self.0.with_id_value(1, value))
    }

    /// `Name`
    #[inline]
    pub fn name(&self) -> Option<&str> {
        self.0.text_at(5)
    }

    /// Sets `Name`
    #[inline]
    pub fn with_name(self, value: &str) -> Self {
        Self(self.0.with_text(5, value))
    }

    /// `Owner`
    #[inline]
    pub fn owner(&self) -> Option<&User> {
        self.0.parent_at(6)
    }
}

g::view! {
    /// `User`
    User, tables::USER
}

impl User {
    /// `Username`: string, optional, nillable
    pub const USERNAME: g::Key<Self, str> = g::key(2);
}
