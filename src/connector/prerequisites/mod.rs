//! Tests what the org and the user must have: the "Test API" of a connection.
//!
//! Each prerequisite is a line with what was found. If something is missing, the line also says what an
//! administrator can do. A line fails only for prerequisites of this connector, unless the test is for
//! those of Microsoft's connectors.

mod access;
mod line;
mod permissions;

use jiff::Timestamp;
use jiff::civil::date;
use jiff::tz::TimeZone;

pub use line::{Line, Prerequisites, Standing};

use super::connection::{Login, Org, Settings, hold_secrets, settings_of};
use super::error::{Error, Kind};
use super::home::Home;
use super::vault::Vault;
use access::Access;
use line::Lines;

/// Which prerequisites are tested.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Profile {
    /// Those of this connector.
    #[default]
    Least,
    /// Those of this connector, and those in Microsoft's documentation.
    Microsoft,
}

impl std::str::FromStr for Profile {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        match text {
            "least" => Ok(Self::Least),
            "microsoft" => Ok(Self::Microsoft),
            _ => {
                let message = format!("`{}` is not a profile", text.escape_debug());
                Err(Error::new(Kind::Usage, message).help("use least or microsoft"))
            }
        }
    }
}

/// Tests the prerequisites of a connection. A failed login is a line and not an error.
///
/// The test works while another process collects the connection. Afterwards, the next round asks again for
/// fields that the org has refused.
///
/// # Errors
///
/// There is no such connection, it is deactivated, or its secrets are missing. If each login replaces the
/// refresh token, it is an error, too, if another process works on the connection.
pub async fn test(
    home: &Home,
    vault: &Vault,
    name: &str,
    profile: Profile,
    local_now: Timestamp,
) -> Result<Prerequisites, Error> {
    test_telling(home, vault, name, profile, local_now, &mut |_| {}).await
}

/// Tests the prerequisites of a connection as [`test()`] does, and passes each line to `tell` as soon as it
/// is known.
///
/// # Errors
///
/// The errors of [`test()`].
pub async fn test_telling(
    home: &Home,
    vault: &Vault,
    name: &str,
    profile: Profile,
    local_now: Timestamp,
    tell: &mut (dyn FnMut(&Line) + Send),
) -> Result<Prerequisites, Error> {
    let settings = settings_of(home, name)?;
    settings.check_active(name)?;
    let held = hold_secrets(home, name, &settings)?;
    let secrets = vault.recall(name)?;
    let own = held.as_ref().map(|lock| vault.under(lock));
    let keep = super::connection::keep_token(own.as_ref().unwrap_or(vault), name, &secrets);
    let mut lines = Lines::new(tell);
    match Org::connect(&settings, &secrets, keep).await {
        Err(error) => not_connected(&mut lines, &settings, &error),
        Ok(mut org) => connected(&mut lines, &mut org, &settings, profile, local_now).await,
    }
    lines.report();
    if let Err(error) = home.connection(name)?.forget_refusals() {
        tracing::warn!(
            problem = error.text(),
            "refused fields are asked for again only after a day"
        );
    }
    Ok(Prerequisites {
        connection: name.to_owned(),
        lines: lines.found,
    })
}

/// Adds the lines of a successful login.
async fn connected(
    lines: &mut Lines<'_>,
    org: &mut Org,
    settings: &Settings,
    profile: Profile,
    local_now: Timestamp,
) {
    org.use_reserve();
    let found = format!("{} responds", settings.endpoint);
    lines.push(Line::passed("address", "Address", found));
    lines.report();
    lines.push(Line::passed(
        "tls",
        "TLS",
        "1.2 or 1.3, with a trusted certificate",
    ));
    let identity = match org.identify().await {
        Ok(identity) => identity,
        Err(error) => {
            lines.push(failure("login", "Login", &error));
            return;
        }
    };
    let user = format!("{} in {}", identity.username, identity.organization_name);
    lines.push(Line::passed("login", "Login", user));
    lines.push(future_of(&settings.login, local_now));
    let mut access = Access {
        org,
        user: identity.user,
        profile,
        login: &settings.login,
        objects: &settings.objects,
        lines,
    };
    access.all().await;
}

/// Adds the lines of a failed login. The first failed line states the reason.
fn not_connected(lines: &mut Lines<'_>, settings: &Settings, error: &Error) {
    let reason = error.text();
    let cause = error.cause();
    let (address, tls) = (
        cause.is_some_and(|cause| cause.is_connect() && !cause.is_tls()),
        cause.is_some_and(saponify::Error::is_tls),
    );
    if address {
        lines.push(failure("address", "Address", error));
        return;
    }
    let found = format!("{} responds", settings.endpoint);
    lines.push(Line::passed("address", "Address", found));
    if tls {
        lines.push(failure("tls", "TLS", error));
        return;
    }
    lines.push(Line::passed(
        "tls",
        "TLS",
        "1.2 or 1.3, with a trusted certificate",
    ));
    let login = Line::failed("login", "Login", reason);
    lines.push(match error.advice() {
        Some(advice) => login.remedy(advice),
        None => login,
    });
}

fn failure(id: &str, what: &str, error: &Error) -> Line {
    let line = Line::failed(id, what, error.text());
    match error.advice() {
        Some(advice) => line.remedy(advice),
        None => line,
    }
}

/// Makes the line about the announced end of this way to log in.
fn future_of(login: &Login, local_now: Timestamp) -> Line {
    let today = local_now.to_zoned(TimeZone::UTC).date();
    let days = |end: jiff::civil::Date| today.until(end).map_or(0, |span| span.get_days());
    let (id, what) = ("login-end", "Future of this login");
    match login {
        Login::Password { .. } => {
            let left = days(date(2027, 6, 1));
            let remedy = "activate a connection by OAuth instead: --client-id with --client-secret-from, \
                          --key-file or --web";
            match left {
                1.. => Line::noted(
                    id,
                    what,
                    format!("SOAP login() ends with Summer '27, in {left} days at the earliest"),
                ),
                _ => Line::noted(id, what, "Salesforce has announced the end of SOAP login()"),
            }
            .remedy(remedy)
        }
        Login::Session => Line::noted(id, what, "a session from another program cannot be renewed")
            .remedy("activate a connection by OAuth instead"),
        Login::ClientCredentials { .. } | Login::Jwt { .. } | Login::Web { .. } => Line::passed(
            id,
            what,
            "OAuth has no announced end; connected apps become External Client Apps with Summer '27",
        ),
    }
}
