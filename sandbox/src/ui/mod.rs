//! The pages of the user interface that programs use: login, home, `frontdoor.jsp` and `wsdl.jsp`.

mod wsdl;

use http::StatusCode;

use crate::org::LoginMode;
use crate::tenant::State;
use crate::web::{WebRequest, WebResponse, escape, form};

/// A page of the user interface.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Page {
    Home,
    FrontDoor,
    Wsdl,
}

impl Page {
    pub(crate) fn of(path: &str) -> Option<Self> {
        Some(match path {
            "/" | "/home/home.jsp" => Self::Home,
            path if path.starts_with("/lightning/") => Self::Home,
            "/secur/frontdoor.jsp" => Self::FrontDoor,
            "/soap/wsdl.jsp" => Self::Wsdl,
            path if path.starts_with("/services/wsdl/") => Self::Wsdl,
            _ => return None,
        })
    }

    /// The name of the operation in injections and counters.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Home => "home",
            Self::FrontDoor => "frontdoor",
            Self::Wsdl => "wsdl",
        }
    }
}

/// The user of a browser.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Browser {
    Stranger,
    /// A user who can see all pages.
    Session(usize),
    /// A user who can only change the password, because it has expired, or because of the permission API
    /// Only User.
    PasswordOnly(usize),
}

pub(crate) fn handle(state: &State, page: Page, request: &WebRequest) -> WebResponse {
    match page {
        Page::FrontDoor => front_door(state, request),
        Page::Home => home(state, request),
        Page::Wsdl => wsdl::handle(state, request),
    }
}

/// Whether an address is relative to the host.
pub(crate) fn is_relative(address: &str) -> bool {
    let begins_a_host = address.starts_with("//") || address.starts_with("/\\");
    let path = address.split(['?', '#']).next().unwrap_or("");
    !begins_a_host && !path.contains([':', '\\']) && !address.contains(char::is_control)
}

/// The user of the cookie `sid`.
pub(crate) fn browser(state: &State, request: &WebRequest) -> Browser {
    let Some(secret) = request.cookie("sid") else {
        return Browser::Stranger;
    };
    let must_be_of_page = state.live().quirks.bridged_pages;
    let is_usable = state.session(secret, |session| session.is_of_page || !must_be_of_page);
    match is_usable {
        Some(true) => browser_of(state, secret),
        _ => Browser::Stranger,
    }
}

fn browser_of(state: &State, secret: &str) -> Browser {
    let looked = state.session(secret, |session| {
        let is_web = session.has("web") && !session.is_jwt();
        is_web.then_some((session.user, session.restricted))
    });
    as_browser(state, looked.flatten())
}

fn as_browser(state: &State, user: Option<(usize, bool)>) -> Browser {
    match user {
        None => Browser::Stranger,
        Some((user, restricted)) if restricted || state.org.users[user].api_only => {
            Browser::PasswordOnly(user)
        }
        Some((user, _)) => Browser::Session(user),
    }
}

/// Checks the name and the password of a login page, which needs no security token.
pub(crate) fn check_password(
    state: &State,
    username: &str,
    password: &str,
) -> Result<usize, &'static str> {
    const WRONG: &str = "Please check your username and password. If you still can't log in, \
                         contact your Salesforce administrator.";
    let user = state.user(username).ok_or(WRONG)?;
    let live = state.live();
    if state.password(&live, user) != password {
        return Err(WRONG);
    }
    match state.login_mode(&live, user) {
        _ if state.org.users[user].api_only => {
            Err("This user can use the API only and cannot log in here.")
        }
        LoginMode::Expired => Err("Your password has expired. Change it before you log in here."),
        LoginMode::RestrictedIp => Err("You cannot log in from this address."),
        LoginMode::RestrictedTime => Err("You cannot log in at this time."),
        LoginMode::Challenge => Err("Verify your identity with the code that was sent to you."),
        LoginMode::Locked
        | LoginMode::Lockout
        | LoginMode::Inactive
        | LoginMode::TrialExpired
        | LoginMode::OrgLocked => Err(WRONG),
        // The other modes concern only the API.
        _ => Ok(user),
    }
}

/// The login page, with `hidden` as hidden inputs of its form.
pub(crate) fn login_page(
    action: &str,
    hidden: &[(&str, &str)],
    username: &str,
    message: &str,
) -> WebResponse {
    let visible = format!(
        "<p id=\"error\">{}</p>\
         <label>Username <input name=\"username\" autocomplete=\"username\" value=\"{}\"></label>\
         <label>Password <input name=\"pw\" type=\"password\" autocomplete=\"current-password\"></label>\
         <button name=\"Login\" value=\"login\">Log In</button>",
        escape(message),
        escape(username)
    );
    WebResponse::page(
        StatusCode::OK,
        "Login | Salesforce",
        &form(action, hidden, &visible),
    )
}

fn home(state: &State, request: &WebRequest) -> WebResponse {
    if request.is_post() && request.form.is_empty() {
        return WebResponse::message(StatusCode::NOT_FOUND, "URL No Longer Exists", "");
    }
    if request.is_post() {
        let (username, password) = (request.param("username"), request.param("pw"));
        return match check_password(state, username, password) {
            Ok(user) => WebResponse::redirect("/").with_session(&state.open_page_session(user)),
            Err(message) => login_page("/", &[], username, message),
        };
    }
    match browser(state, request) {
        Browser::Stranger => login_page("/", &[], "", ""),
        Browser::PasswordOnly(_) => change_password(),
        Browser::Session(user) => {
            let text = format!(
                "{} is logged in to {}.",
                state.org.users[user].username, state.org.name
            );
            WebResponse::message(StatusCode::OK, "Home | Salesforce", &text)
        }
    }
}

fn change_password() -> WebResponse {
    let text = "You must change your password before you can see anything else.";
    WebResponse::message(StatusCode::OK, "Change Your Password | Salesforce", text)
}

/// `/secur/frontdoor.jsp`: sets the session cookie of the browser and redirects.
fn front_door(state: &State, request: &WebRequest) -> WebResponse {
    let link = request.param("otp");
    let link_is_empty = link.is_empty();
    let (secret, target) = if link_is_empty {
        (request.param("sid").to_owned(), request.param("retURL"))
    } else {
        let mut live = state.live();
        let life = state.code_life(&live);
        // A link is used up even if it has expired.
        let link = live.grants.links.remove(link);
        let link = link.filter(|link| link.made.elapsed() < life);
        drop(live);
        let secret = link.map(|link| state.open_page_session(link.user));
        (secret.unwrap_or_default(), request.param("startURL"))
    };
    match browser_of(state, &secret) {
        Browser::Stranger => login_page("/", &[], "", ""),
        Browser::PasswordOnly(_) => change_password().with_session(&secret),
        Browser::Session(user) => {
            // An address on another host is ignored, so that the page is not an open redirect.
            let target = match is_relative(target) {
                true if target.starts_with('/') => target.to_owned(),
                true => format!("/{target}"),
                false => "/".to_owned(),
            };
            let is_bridge = state.live().quirks.bridged_pages && link_is_empty;
            let secret = match is_bridge {
                true => state.open_page_session(user),
                false => secret,
            };
            WebResponse::redirect(&target).with_session(&secret)
        }
    }
}
