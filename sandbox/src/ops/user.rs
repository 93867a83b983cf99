//! Operations about users, passwords, sessions and the time.

use super::call::Call;
use crate::fault::Fault;
use crate::id::{Id, long_form};
use crate::org::{Kind, Org};
use crate::soql::dates;
use crate::tenant::session::random_text;
use crate::tenant::{Caller, State};
use crate::xml::response::{Content, Record};

pub(super) fn packed(org: &Org, caller: Caller) -> i64 {
    org.objects.get("User").map_or(0, |object| {
        Id::new(object.prefix, caller.user as i64 + 1).pack()
    })
}

pub(super) fn info(call: &Call<'_>, caller: Caller) -> Record {
    record(call.state, caller.user)
}

pub(super) fn record(state: &State, number: usize) -> Record {
    let org = &state.org;
    let user = &org.users[number];
    let id = org.user_id(number);
    let has_profile = org
        .objects
        .get("User")
        .and_then(|user| user.fields.get("ProfileId"))
        .is_some_and(|f| f.kind == Kind::Reference);
    let profile = has_profile
        .then(|| {
            let connection = state.store.lock();
            let sql = "SELECT \"ProfileId\" FROM \"User\" WHERE \"Id\" = ?";
            connection
                .query_row(sql, [number as i64 + 1], |row| row.get::<_, Option<i64>>(0))
                .ok()
                .flatten()
        })
        .flatten();
    let life = state.session_life(&state.live()).as_secs();
    Record::new("GetUserInfoResult")
        .with(
            "currencySymbol",
            if org.currency == "EUR" { "€" } else { "$" },
        )
        .with("orgAttachmentFileSizeLimit", 5_242_880)
        .with("orgDefaultCurrencyIsoCode", org.currency.as_str())
        .with("orgDefaultCurrencyLocale", org.locale.as_str())
        .with("organizationId", long_form(&org.id))
        .with("organizationName", org.name.as_str())
        .with(
            "profileId",
            profile.map_or_else(|| id.clone(), |profile| org.id_text(Id::unpack(profile))),
        )
        .with("sessionSecondsValid", life as i64)
        .with("userDefaultCurrencyIsoCode", Content::Nil)
        .with("userEmail", user.email.as_str())
        .with("userFullName", user.full_name())
        .with("userId", id)
        .with("userLanguage", org.language.as_str())
        .with("userLocale", org.locale.as_str())
        .with("userName", user.username.as_str())
        .with("userTimeZone", org.time_zone.as_str())
        .with("userType", "Standard")
        .with("userUiSkin", "Theme3")
}

pub(super) fn timestamp(call: &Call<'_>) -> Record {
    let now = dates::datetime_text(call.state.clock.now());
    Record::new("GetServerTimestampResult").with("timestamp", now)
}

fn find(call: &Call<'_>) -> Result<usize, Fault> {
    let text = call.body.text_of("userId").trim();
    let org = &call.state.org;
    let number = (org.parse_id(text))
        .filter(|id| {
            org.object_of(id.prefix)
                .is_some_and(|object| object.name == "User")
        })
        .map(|id| id.serial as usize - 1)
        .filter(|number| *number < org.users.len());
    number.ok_or_else(|| {
        Fault::new(
            "InvalidIdFault",
            "INVALID_ID_FIELD",
            format!("invalid user id: {text}"),
        )
    })
}

pub(super) fn set_password(call: &Call<'_>, caller: Caller) -> Result<Record, Fault> {
    let number = find(call)?;
    if caller.restricted && number != caller.user {
        return Err(Fault::unexpected(
            "INSUFFICIENT_ACCESS",
            "This session can only set the password of its own user",
        ));
    }
    change(call, number, call.body.text_of("password"))?;
    Ok(Record::new("SetPasswordResult"))
}

pub(super) fn change_own_password(call: &Call<'_>, caller: Caller) -> Result<Record, Fault> {
    let known = {
        let live = call.state.live();
        call.state.password(&live, caller.user).to_owned()
    };
    if call.body.text_of("oldPassword") != known {
        return Err(Fault::new(
            "InvalidOldPasswordFault",
            "INVALID_OLD_PASSWORD",
            "The old password is wrong",
        ));
    }
    change(call, caller.user, call.body.text_of("newPassword"))?;
    Ok(Record::new("ChangeOwnPasswordResult"))
}

pub(super) fn reset_password(call: &Call<'_>) -> Result<Record, Fault> {
    let number = find(call)?;
    let password: String = random_text().chars().take(10).collect();
    change(call, number, &password)?;
    Ok(Record::new("ResetPasswordResult").with("password", password))
}

fn change(call: &Call<'_>, number: usize, password: &str) -> Result<(), Fault> {
    if password.len() < 8 {
        let what = "INVALID_NEW_PASSWORD: Your password must be at least 8 characters long";
        return Err(Fault::new(
            "InvalidNewPasswordFault",
            "INVALID_NEW_PASSWORD",
            what,
        ));
    }
    let mut live = call.state.live();
    live.passwords.insert(number, password.to_owned());
    Ok(())
}

pub(super) fn logout(call: &Call<'_>) -> Vec<Content> {
    if let Some(header) = call.header("SessionHeader") {
        call.state
            .live()
            .sessions
            .close(header.text_of("sessionId"));
    }
    Vec::new()
}

pub(super) fn invalidate(call: &Call<'_>) -> Vec<Content> {
    let mut live = call.state.live();
    (call.body.all("sessionIds"))
        .map(|session| {
            let closed = live.sessions.close(session.text.trim());
            let mut result = Record::new("InvalidateSessionsResult").with("success", closed);
            if !closed {
                let error = Record::new("Error")
                    .with("message", "no such session")
                    .with("statusCode", "INVALID_SESSION_ID");
                result.add("errors", error);
            }
            result.into()
        })
        .collect()
}
