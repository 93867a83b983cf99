//! The collected objects and their queries.

use std::fmt::Write as _;

use crate::connector::window::{Position, Span};

/// An object whose rows are collected by their time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Object {
    /// The name of the source.
    pub source: &'static str,
    /// The name of the sObject.
    pub name: &'static str,
    /// The field with the time of a row.
    pub time: &'static str,
    /// Fields without which a row is useless. The first two are `Id` and the time.
    pub required: &'static [&'static str],
    /// Fields that may not exist in an org, or that a user may not see.
    pub optional: &'static [&'static str],
    /// Fields of other records that are stored with each row.
    pub join: Option<Join>,
}

/// Fields of records that rows refer to by an Id, where SOQL has no relationship to follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Join {
    /// The field of the row that contains the Id.
    pub by: &'static str,
    /// The name of the other sObject.
    pub object: &'static str,
    /// The fields of the other sObject.
    pub fields: &'static [&'static str],
    /// The columns in which the values are stored.
    pub columns: &'static [&'static str],
}

impl Object {
    /// The logins. LoginHistory has no relationship to the user, so users are looked up by their Ids.
    pub const LOGINS: Self = Self {
        source: "logins",
        name: "LoginHistory",
        time: "LoginTime",
        required: &["Id", "LoginTime", "UserId"],
        optional: &[
            "ApiType",
            "ApiVersion",
            "Application",
            "AuthMethodReference",
            "AuthenticationServiceId",
            "Browser",
            "CipherSuite",
            "ClientVersion",
            "CountryIso",
            "ForwardedForIp",
            "LoginGeo.City",
            "LoginGeo.Country",
            "LoginGeo.Latitude",
            "LoginGeo.Longitude",
            "LoginGeo.PostalCode",
            "LoginGeo.Subdivision",
            "LoginGeoId",
            "LoginSubType",
            "LoginType",
            "LoginUrl",
            "NetworkId",
            "Platform",
            "SourceIp",
            "Status",
            "TlsProtocol",
        ],
        join: Some(Join {
            by: "UserId",
            object: "User",
            fields: &["Username", "Name", "Email"],
            columns: &["User.Username", "User.Name", "User.Email"],
        }),
    };

    /// The setup audit trail.
    pub const AUDIT: Self = Self {
        source: "audit",
        name: "SetupAuditTrail",
        time: "CreatedDate",
        required: &["Id", "CreatedDate", "Action"],
        optional: &[
            "CreatedById",
            "CreatedBy.Username",
            "CreatedByContext",
            "CreatedByIssuer",
            "DelegateUser",
            "Display",
            "ResponsibleNamespacePrefix",
            "Section",
        ],
        join: None,
    };

    /// Whether rows are useful without the field.
    pub(crate) fn can_do_without(&self, field: &str) -> bool {
        self.optional.contains(&field)
    }

    /// The fields that belong to the same parent record as this field. If one of them is refused, usually
    /// all of them are.
    pub(super) fn together_with(&self, field: &str) -> Vec<&'static str> {
        let relationship = |field: &str| field.split_once('.').map(|(name, _)| name.to_owned());
        let of = relationship(field);
        let is_same =
            |other: &&&str| **other == field || (of.is_some() && relationship(other) == of);
        self.optional.iter().filter(is_same).copied().collect()
    }

    /// The fields without the refused ones, beginning with the required ones.
    pub(crate) fn fields(&self, refused: &[String]) -> Vec<&'static str> {
        let all = self.required.iter().chain(self.optional);
        all.filter(|field| !refused.iter().any(|refused| refused.as_str() == **field))
            .copied()
            .collect()
    }

    /// The query for the rows of a span, after a position if given.
    pub(super) fn rows(&self, fields: &[&str], span: Span, after: Option<&Position>) -> String {
        let mut query = self.select(&fields.join(", "), span);
        if let Some(Position { time, key }) = after {
            let field = self.time;
            let key = key.replace('\\', "\\\\").replace('\'', "\\'");
            let _ = write!(
                query,
                " AND ({field} > {time} OR ({field} = {time} AND Id > '{key}'))"
            );
        }
        let _ = write!(query, " ORDER BY {}, Id", self.time);
        query
    }

    /// The query for the rows without a time.
    pub(super) fn nulls(&self, fields: &[&str]) -> String {
        format!(
            "SELECT {} FROM {} WHERE {} = null ORDER BY Id",
            fields.join(", "),
            self.name,
            self.time
        )
    }

    /// The query that counts the rows of a span.
    pub(super) fn count(&self, span: Span) -> String {
        self.select("COUNT()", span)
    }

    fn select(&self, what: &str, span: Span) -> String {
        let (name, field, start, end) = (self.name, self.time, span.start(), span.end());
        format!("SELECT {what} FROM {name} WHERE {field} >= {start} AND {field} < {end}")
    }
}
