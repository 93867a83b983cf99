//! `login`, and the reasons of its refusal.

use super::call::Call;
use super::user;
use crate::fault::Fault;
use crate::org::LoginMode;
use crate::xml::response::Record;

const VAGUE: &str = "Invalid username, password, security token; or user locked out.";

pub(super) fn login(call: &Call<'_>) -> Result<Record, Fault> {
    let result = attempt(call);
    let mut live = call.state.live();
    match &result {
        Ok(_) => live.stats.logins += 1,
        Err(_) => live.stats.refused_logins += 1,
    }
    result
}

fn attempt(call: &Call<'_>) -> Result<Record, Fault> {
    let state = call.state;
    let org = &state.org;
    if call.version > org.limits.login_max_version {
        let what = format!("login is not available in API version {}.0", call.version);
        return Err(Fault::unexpected("UNSUPPORTED_API_VERSION", what));
    }
    if !state.live().soap_login.unwrap_or(org.soap_login) {
        return Err(soap_login_disabled());
    }
    let name = call.body.text_of("username").trim();
    let password = call.body.text_of("password");
    let Some(number) = state.user(name) else {
        return Err(Fault::login("INVALID_LOGIN", VAGUE));
    };
    let user = &org.users[number];
    if !state.count_login(number) {
        return Err(Fault::login("INVALID_LOGIN", "Login Rate Exceeded"));
    }

    let mut live = state.live();
    let own = state.password(&live, number).to_owned();
    if !user.token.is_empty() && password == own {
        let what = "Invalid username, password, security token; or user locked out. Are you at a new location? When accessing Salesforce--either via a desktop client or the API--from outside of your company's trusted networks, you must add a security token to your password to log in.";
        return Err(Fault::login("LOGIN_MUST_USE_SECURITY_TOKEN", what));
    }
    if password.strip_prefix(own.as_str()) != Some(user.token.as_str()) {
        return Err(Fault::login("INVALID_LOGIN", VAGUE));
    }
    let mode = state.login_mode(&live, number);
    refuse(mode)?;
    let expired = mode == LoginMode::Expired && !live.passwords.contains_key(&number);
    let life = state.session_life(&live);
    let secret = live.sessions.open(&org.id, number, expired, life);
    drop(live);

    let instance = state.addresses().instance;
    let tail = format!("{}.0/{}{}", call.version, org.id, org.address_tail());
    Ok(Record::new("LoginResult")
        .with(
            "metadataServerUrl",
            format!("{instance}/services/Soap/m/{}.0/{}", call.version, org.id),
        )
        .with("passwordExpired", expired)
        .with("sandbox", org.is_sandbox)
        .with("serverUrl", format!("{instance}/services/Soap/c/{tail}"))
        .with("sessionId", secret)
        .with("userId", org.user_id(number))
        .with("userInfo", user::record(state, number)))
}

fn soap_login_disabled() -> Fault {
    let what = "SOAP API login() is disabled by default in this org. Contact the org administrator to enable SOAP API login().";
    Fault::unexpected("INVALID_OPERATION", what)
}

fn refuse(mode: LoginMode) -> Result<(), Fault> {
    let (code, what) = match mode {
        LoginMode::Ok | LoginMode::Expired => return Ok(()),
        LoginMode::SoapLoginDisabled => return Err(soap_login_disabled()),
        LoginMode::Locked | LoginMode::Inactive => ("INVALID_LOGIN", VAGUE),
        LoginMode::Lockout => (
            "PASSWORD_LOCKOUT",
            "The user has exceeded the maximum number of login attempts",
        ),
        LoginMode::RestrictedIp => (
            "LOGIN_DURING_RESTRICTED_DOMAIN",
            "Logging in from this address is not permitted",
        ),
        LoginMode::RestrictedTime => (
            "LOGIN_DURING_RESTRICTED_TIME",
            "Logging in at this time is not permitted",
        ),
        LoginMode::Challenge => (
            "LOGIN_CHALLENGE_ISSUED",
            "An e-mail was sent to confirm this device",
        ),
        LoginMode::ApiDisabled => (
            "API_DISABLED_FOR_ORG",
            "API is not enabled for this Organization or Partner",
        ),
        LoginMode::ApiCurrentlyDisabled => {
            ("API_CURRENTLY_DISABLED", "The API is temporarily disabled")
        }
        LoginMode::NoApiAuth => (
            "INSUFFICIENT_ACCESS",
            "The permission Use Any API Auth is needed for SOAP API login()",
        ),
        LoginMode::TrialExpired => ("TRIAL_EXPIRED", "The trial of this organization has ended"),
        LoginMode::OrgLocked => ("ORG_LOCKED", "This organization is locked"),
        LoginMode::Unavailable => ("SERVER_UNAVAILABLE", "The server is too busy"),
    };
    Err(Fault::login(code, what))
}
