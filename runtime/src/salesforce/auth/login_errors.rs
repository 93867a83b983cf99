//! What to do if `login` is refused for a reason other than a wrong password. Salesforce retires
//! the operation, and several settings turn it off before that.
//!
//! Salesforce Help, "SOAP API login() Call is Being Retired" (005132110), and SOAP API Developer
//! Guide, `login()`.

use jiff::civil::Date;

/// The announced end of `login` is "Summer '27". The first organizations get that release in June
/// 2027, so this is the earliest day.
const RETIREMENT: Date = jiff::civil::date(2027, 6, 1);

/// What to do about a fault of `login`, on a given day.
pub(super) fn advice(code: &str, message: &str, today: Date) -> Option<String> {
    let lower = message.to_ascii_lowercase();
    let says = |text: &str| lower.contains(text);
    let advice = match code {
        "INVALID_OPERATION" if says("login()") && says("disabled") => format!(
            "SOAP login() is switched off in this organization; an administrator can switch it on \
             in Setup, User Interface, \"Enable SOAP API login()\". {}",
            remaining(today)
        ),
        "UNSUPPORTED_API_VERSION" => format!(
            "SOAP login() is not served at this API version; it ends with version 64.0. Log in at \
             64.0 (Login::at_64, on by default). {}",
            remaining(today)
        ),
        "INSUFFICIENT_ACCESS" | "INSUFFICIENT_ACCESS_OR_READONLY" => format!(
            "the user may not use SOAP login(): give the user the permission \"Use Any API Auth\" \
             in a profile or permission set. {}",
            remaining(today)
        ),
        "INVALID_LOGIN" => "check user name and password; add the security token if this machine is \
                            outside the trusted addresses (it changes with the password); a sandbox \
                            has its own user names and logs in at its My Domain address or at \
                            test.salesforce.com; after too many tries the user is locked out for a \
                            while. The password is not presented again"
            .to_owned(),
        "LOGIN_MUST_USE_SECURITY_TOKEN" => "add the user's security token: \
                                            Credentials::security_token"
            .to_owned(),
        "LOGIN_DURING_RESTRICTED_DOMAIN" => {
            "the address of this machine is outside the login ranges of the user's profile".to_owned()
        }
        "LOGIN_DURING_RESTRICTED_TIME" => {
            "the user's profile does not allow logins at this hour".to_owned()
        }
        "PASSWORD_LOCKOUT" => "the user is locked out after too many wrong passwords; an \
                               administrator can unlock the user"
            .to_owned(),
        "API_DISABLED_FOR_ORG" => "the user has no permission \"API Enabled\", or the edition of \
                                   the organization has no API"
            .to_owned(),
        "ORG_NOT_OWNED_BY_INSTANCE" => "the organization is elsewhere; log in at its My Domain \
                                        address, https://NAME.my.salesforce.com"
            .to_owned(),
        "UNKNOWN_EXCEPTION" if says("destination url not reset") => {
            "this is a login host, which serves nothing but login; give the address of the \
             organization"
                .to_owned()
        }
        _ => return None,
    };
    Some(advice)
}

/// What to use instead, and how long `login` still works.
fn remaining(today: Date) -> String {
    const INSTEAD: &str = "use OAuth instead: ClientCredentials or JwtBearer";
    let days = today.until(RETIREMENT).map(|span| span.get_days());
    match days {
        Ok(days) if days > 1 => format!(
            "Salesforce retires login() with its Summer '27 release, in {days} days at the \
             earliest: {INSTEAD}"
        ),
        Ok(1) => format!("Salesforce retires login() from tomorrow on: {INSTEAD}"),
        _ => format!("Salesforce has announced the end of login() for Summer '27: {INSTEAD}"),
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn the_switch_the_permission_and_the_version_are_named() {
        let today = date(2026, 11, 30);
        let disabled = "SOAP API login() is disabled by default in this org. Contact the org \
                        administrator to enable SOAP API login().";
        for (code, message, expected) in [
            ("INVALID_OPERATION", disabled, "Enable SOAP API login()"),
            ("UNSUPPORTED_API_VERSION", "", "64.0"),
            ("INSUFFICIENT_ACCESS", "", "Use Any API Auth"),
        ] {
            let advice = advice(code, message, today).unwrap();
            assert!(advice.contains(expected), "{advice}");
            assert!(advice.contains("in 183 days"), "{advice}");
            assert!(advice.contains("ClientCredentials"), "{advice}");
        }
        assert!(advice("INVALID_OPERATION", "something else", today).is_none());
        assert!(advice("SERVER_UNAVAILABLE", "", today).is_none());
    }

    #[test]
    fn days_are_counted_down_and_end() {
        let text = |day| advice("INSUFFICIENT_ACCESS", "", day).unwrap();
        assert!(text(date(2027, 5, 30)).contains("in 2 days"));
        assert!(text(date(2027, 5, 31)).contains("tomorrow"));
        for day in [date(2027, 6, 1), date(2028, 1, 1)] {
            assert!(text(day).contains("has announced"), "{}", text(day));
        }
    }
}
