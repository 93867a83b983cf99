//! The permissions that the test looks for, and the purpose of each.

/// A permission of a user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Permission {
    /// The name of the field of PermissionSet and Profile.
    pub(super) field: &'static str,
    /// The name that administrators see.
    pub(super) label: &'static str,
    /// What the permission is needed for.
    pub(super) purpose: &'static str,
    /// When the permission is needed.
    pub(super) needed: Needed,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Needed {
    /// By the connector.
    Always,
    /// By the connector, unless the user has the other permission.
    Unless(&'static str),
    /// By the connector in newer orgs, if it logs in by user name and password.
    Password,
    /// By Microsoft's connectors, according to their documentation. This connector does not need it.
    Microsoft,
}

/// The permissions, in the order of their lines.
pub(super) const PERMISSIONS: [Permission; 11] = [
    Permission {
        field: "PermissionsApiEnabled",
        label: "API Enabled",
        purpose: "every call",
        needed: Needed::Always,
    },
    Permission {
        field: "PermissionsMonitorLoginHistory",
        label: "Monitor Login History",
        purpose: "logins of all users",
        needed: Needed::Unless("PermissionsManageUsers"),
    },
    Permission {
        field: "PermissionsViewSetup",
        label: "View Setup and Configuration",
        purpose: "the setup audit trail",
        needed: Needed::Unless("PermissionsViewSetupAuditTrail"),
    },
    Permission {
        field: "PermissionsViewSetupAuditTrail",
        label: "View Setup Audit Trail",
        purpose: "the setup audit trail, in newer orgs",
        needed: Needed::Unless("PermissionsViewSetup"),
    },
    Permission {
        field: "PermissionsViewEventLogFiles",
        label: "View Event Log Files",
        purpose: "event log files",
        needed: Needed::Unless("PermissionsViewAllData"),
    },
    Permission {
        field: "PermissionsUseAnyApiAuth",
        label: "Use Any API Auth",
        purpose: "a login by user name and password, in newer orgs",
        needed: Needed::Password,
    },
    Permission {
        field: "PermissionsManageUsers",
        label: "Manage Users",
        purpose: "logins of all users, in place of Monitor Login History",
        needed: Needed::Microsoft,
    },
    Permission {
        field: "PermissionsViewAllData",
        label: "View All Data",
        purpose: "the activities that Microsoft reads by REST",
        needed: Needed::Microsoft,
    },
    Permission {
        field: "PermissionsContentAdministrator",
        label: "Manage Salesforce CRM Content",
        purpose: "the files that Microsoft scans",
        needed: Needed::Microsoft,
    },
    Permission {
        field: "PermissionsQueryAllFiles",
        label: "Query All Files",
        purpose: "the files that Microsoft scans",
        needed: Needed::Microsoft,
    },
    Permission {
        field: "PermissionsModifyMetadata",
        label: "Modify Metadata Through Metadata API Functions",
        purpose: "the settings that Microsoft governs",
        needed: Needed::Microsoft,
    },
];
