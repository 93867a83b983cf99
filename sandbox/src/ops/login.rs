//! `login`, with the many ways in which it fails.

use std::time::{Duration, Instant};

use super::{Call, user};
use crate::fault::Fault;
use crate::org::LoginMode;
use crate::xml::answer::Record;

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
    let found = org
        .users
        .iter()
        .position(|user| user.username.eq_ignore_ascii_case(name));
    let Some(number) = found else {
        return Err(Fault::login("INVALID_LOGIN", VAGUE));
    };
    let user = &org.users[number];
    limit_rate(call, number)?;

    let mut live = state.live();
    let own = live
        .passwords
        .get(&number)
        .unwrap_or(&user.password)
        .clone();
    if !user.token.is_empty() && password == own {
        let what = "Invalid username, password, security token; or user locked out. Are you at a new location? When accessing Salesforce--either via a desktop client or the API--from outside of your company's trusted networks, you must add a security token to your password to log in.";
        return Err(Fault::login("LOGIN_MUST_USE_SECURITY_TOKEN", what));
    }
    if password.strip_prefix(own.as_str()) != Some(user.token.as_str()) {
        return Err(Fault::login("INVALID_LOGIN", VAGUE));
    }
    let mode = live.login_modes.get(&number).copied().unwrap_or(user.login);
    refuse(mode)?;
    let expired = mode == LoginMode::Expired && !live.passwords.contains_key(&number);
    let life = state.session_life(&live);
    let secret = live.sessions.open(&org.id, number, expired, life);
    drop(live);

    let instance = state
        .addresses
        .get()
        .map_or("", |addresses| addresses.instance.as_str());
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
        .with("userId", user::id(org, number))
        .with("userInfo", user::record(state, number)))
}

/// Counts the logins of the last hour.
fn limit_rate(call: &Call<'_>, number: usize) -> Result<(), Fault> {
    let mut live = call.state.live();
    let times = live.login_times.entry(number).or_default();
    while times
        .front()
        .is_some_and(|time: &Instant| time.elapsed() > Duration::from_secs(3_600))
    {
        times.pop_front();
    }
    if times.len() >= call.state.org.limits.logins_per_hour as usize {
        return Err(Fault::login("INVALID_LOGIN", "Login Rate Exceeded"));
    }
    times.push_back(Instant::now());
    Ok(())
}

fn soap_login_disabled() -> Fault {
    let what = "SOAP API login() is disabled by default in this org. Contact the org administrator to enable SOAP API login().";
    Fault::unexpected("INVALID_OPERATION", what)
}

fn refuse(mode: LoginMode) -> Result<(), Fault> {
    let (code, what) = match mode {
        LoginMode::Ok | LoginMode::Expired => return Ok(()),
        LoginMode::SoapLoginDisabled => return Err(soap_login_disabled()),
        LoginMode::Locked => ("INVALID_LOGIN", VAGUE),
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
        LoginMode::ApiCurrentlyDisabled => (
            "API_CURRENTLY_DISABLED",
            "The API is switched off for the moment",
        ),
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
