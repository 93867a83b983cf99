//! The users of the tenant, the results of their logins, and the limits of the org.

use std::fmt;

/// The result of a login with the right password.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LoginMode {
    /// The login succeeds.
    #[default]
    Ok,
    /// The password has expired: the session can only be used to set a new one.
    Expired,
    /// `INVALID_LOGIN`, as for a wrong password.
    Locked,
    /// `PASSWORD_LOCKOUT`.
    Lockout,
    /// `INVALID_LOGIN`, and `inactive_user` from OAuth: an administrator deactivated the user.
    Inactive,
    /// `LOGIN_DURING_RESTRICTED_DOMAIN`: the address of the caller is not allowed.
    RestrictedIp,
    /// `LOGIN_DURING_RESTRICTED_TIME`.
    RestrictedTime,
    /// `LOGIN_CHALLENGE_ISSUED`: the device must be confirmed.
    Challenge,
    /// `API_DISABLED_FOR_ORG`.
    ApiDisabled,
    /// `API_CURRENTLY_DISABLED`, a temporary condition.
    ApiCurrentlyDisabled,
    /// `INVALID_OPERATION`: the org has SOAP login switched off.
    SoapLoginDisabled,
    /// `INSUFFICIENT_ACCESS`: the user lacks the permission Use Any API Auth.
    NoApiAuth,
    /// `TRIAL_EXPIRED`.
    TrialExpired,
    /// `ORG_LOCKED`.
    OrgLocked,
    /// `SERVER_UNAVAILABLE`, a temporary condition.
    Unavailable,
}

/// The name in an org description, such as `restricted_ip`.
impl fmt::Display for LoginMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Ok => "ok",
            Self::Expired => "expired",
            Self::Locked => "locked",
            Self::Lockout => "lockout",
            Self::Inactive => "inactive",
            Self::RestrictedIp => "restricted_ip",
            Self::RestrictedTime => "restricted_time",
            Self::Challenge => "challenge",
            Self::ApiDisabled => "api_disabled",
            Self::ApiCurrentlyDisabled => "api_currently_disabled",
            Self::SoapLoginDisabled => "soap_login_disabled",
            Self::NoApiAuth => "no_api_auth",
            Self::TrialExpired => "trial_expired",
            Self::OrgLocked => "org_locked",
            Self::Unavailable => "unavailable",
        })
    }
}

/// A user who can log in.
#[derive(Clone)]
pub struct User {
    pub(crate) username: String,
    pub(crate) password: String,
    pub(crate) token: String,
    pub(crate) first_name: String,
    pub(crate) last_name: String,
    pub(crate) email: String,
    pub(crate) profile: Option<String>,
    pub(crate) login: LoginMode,
    /// Whether the user has the permission API Only User and therefore sees no pages.
    pub(crate) api_only: bool,
    /// Whether the user has the permission Modify All Data, which the WSDL download needs.
    pub(crate) modify_all_data: bool,
}

impl User {
    /// The name to log in with.
    #[must_use]
    pub fn username(&self) -> &str {
        &self.username
    }

    /// The password. Do not log it.
    #[must_use]
    pub fn password(&self) -> &str {
        &self.password
    }

    /// The security token, which is appended to the password. It is empty if none is needed.
    #[must_use]
    pub fn security_token(&self) -> &str {
        &self.token
    }

    pub(crate) fn full_name(&self) -> String {
        format!("{} {}", self.first_name, self.last_name)
            .trim()
            .to_owned()
    }

    /// The result of a login of this user, according to the description.
    #[must_use]
    pub fn login_mode(&self) -> LoginMode {
        self.login
    }
}

impl fmt::Debug for User {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("User")
            .field("username", &self.username)
            .field("login", &self.login)
            .finish_non_exhaustive()
    }
}

/// Limits of the org and of the server.
#[derive(Clone, Debug, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct Limits {
    /// The number of API calls in 24 hours. `LimitInfoHeader` states how many were used.
    pub daily_requests: u64,
    /// The number of logins of one user within an hour.
    pub logins_per_hour: u32,
    /// The newest API version with `login`. With 0, no version has it.
    pub login_max_version: u16,
    /// The newest API version that is served.
    pub max_version: u16,
    /// The number of seconds after which an idle session ends.
    pub session_seconds: u32,
    /// The number of seconds after which a query locator expires.
    pub locator_seconds: u32,
    /// The smallest batch size that `QueryOptions` can request.
    pub min_batch: u32,
    /// The largest batch size, which is also the default.
    pub max_batch: u32,
    /// The number of seconds after which an authorization code or a single-use login link expires.
    pub code_seconds: u32,
    /// The number of cursors that a user can have open. A further cursor closes the oldest. `None` means no
    /// limit.
    pub cursors_per_user: Option<usize>,
    /// The largest number of rows in a batch, whatever the caller requests.
    pub batch_rows: Option<u32>,
    /// The largest number of rows in one create, update, upsert or delete.
    pub save_rows: u32,
    /// The largest size of a request in bytes, after decompression.
    pub request_bytes: usize,
    /// The largest event log file in bytes that SOAP sends. REST sends files of any size.
    pub log_file_bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            daily_requests: 15_000,
            logins_per_hour: 3_600,
            login_max_version: 64,
            max_version: 68,
            session_seconds: 7_200,
            locator_seconds: 172_800,
            code_seconds: 900,
            cursors_per_user: None,
            min_batch: 200,
            max_batch: 2_000,
            batch_rows: None,
            save_rows: 200,
            request_bytes: 52_428_800,
            log_file_bytes: 16_777_216,
        }
    }
}
