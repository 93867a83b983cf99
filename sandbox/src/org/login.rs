//! Users of the tenant, and what happens when they log in.

use std::fmt;

/// How the server answers a user's `login` whose password is right.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LoginMode {
    /// A session.
    #[default]
    Ok,
    /// A session that can only set a new password.
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
    /// `API_CURRENTLY_DISABLED`, which passes.
    ApiCurrentlyDisabled,
    /// `INVALID_OPERATION`: the org has SOAP login switched off.
    SoapLoginDisabled,
    /// `INSUFFICIENT_ACCESS`: the permission Use Any API Auth is missing.
    NoApiAuth,
    /// `TRIAL_EXPIRED`.
    TrialExpired,
    /// `ORG_LOCKED`.
    OrgLocked,
    /// `SERVER_UNAVAILABLE`, which passes.
    Unavailable,
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
    /// The permission API Only User: no pages of the user interface.
    pub(crate) api_only: bool,
    /// The permission Modify All Data, which the WSDL download needs.
    pub(crate) modify_all_data: bool,
}

impl User {
    /// The name to log in with.
    #[must_use]
    pub fn username(&self) -> &str {
        &self.username
    }

    /// The password; tests need it, logs must not have it.
    #[must_use]
    pub fn password(&self) -> &str {
        &self.password
    }

    /// The security token, which is written right behind the password; empty if none is asked for.
    #[must_use]
    pub fn security_token(&self) -> &str {
        &self.token
    }

    pub(crate) fn full_name(&self) -> String {
        format!("{} {}", self.first_name, self.last_name)
            .trim()
            .to_owned()
    }

    /// What the description says of this user's logins.
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
    /// Calls in 24 hours; `LimitInfoHeader` counts up to it.
    pub daily_requests: u64,
    /// Logins of one user in an hour.
    pub logins_per_hour: u32,
    /// The newest API version that `login` is served at.
    pub login_max_version: u16,
    /// The newest API version that is served at all.
    pub max_version: u16,
    /// How long a session lives without a call.
    pub session_seconds: u32,
    /// How long a query locator lives.
    pub locator_seconds: u32,
    /// The smallest batch that `QueryOptions` can ask for.
    pub min_batch: u32,
    /// The largest batch, and the one given when nothing is asked.
    pub max_batch: u32,
    /// How long an authorization code or a single-use login link can be used.
    pub code_seconds: u32,
    /// Query cursors that a user can have open; one more closes the oldest. None means no limit.
    pub cursors_per_user: Option<usize>,
    /// Never more rows in a batch than this, whatever is asked.
    pub batch_rows: Option<u32>,
    /// Rows that one create, update, upsert or delete takes.
    pub save_rows: u32,
    /// Bytes of a request after decompression.
    pub request_bytes: usize,
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
        }
    }
}
