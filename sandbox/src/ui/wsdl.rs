//! The downloads of WSDLs, which require the cookie of a browser session.

use http::StatusCode;

use super::{Browser, browser, change_password, login_page};
use crate::org::{Org, Scale};
use crate::tenant::State;
use crate::web::{WebRequest, WebResponse, escape};

/// The prefix of the parameters that choose the version of a package, by its namespace.
const CHOICE: &str = "ver_";

/// Handles a request for a WSDL.
pub(super) fn handle(state: &State, request: &WebRequest) -> WebResponse {
    let user = match browser(state, request) {
        Browser::Stranger => return login_page("/", &[], "", ""),
        Browser::PasswordOnly(_) => return change_password(),
        Browser::Session(user) => user,
    };
    if !state.org.users[user].modify_all_data {
        let text = "You do not have the level of access necessary to perform the operation you \
                    requested. Please contact the owner of the record or your administrator if \
                    access is necessary.";
        return WebResponse::message(StatusCode::OK, "Insufficient Privileges", text);
    }
    let name = match request.path.strip_prefix("/services/wsdl/") {
        Some(name) => name,
        None if request.param("type") == "*" => "enterprise",
        None => "partner",
    };
    let text = match name {
        "enterprise" => match chosen(&state.org, request) {
            Ok(org) => org.enterprise_wsdl(org.api_version(), Scale::NONE),
            Err(Unchosen::Unknown(text)) => {
                return WebResponse::message(StatusCode::OK, "Invalid Package Version", &text);
            }
            Err(Unchosen::Open) if state.live().quirks.asks_package_versions => {
                return choice(&state.org, request);
            }
            Err(Unchosen::Open) => {
                (state.org).enterprise_wsdl(state.org.api_version(), Scale::NONE)
            }
        },
        name => match state.org.other_wsdls.get(name) {
            Some(text) => text.clone(),
            None => {
                let text = "The description of the org has no such WSDL in [wsdl].";
                return WebResponse::message(StatusCode::NOT_FOUND, "URL No Longer Exists", text);
            }
        },
    };
    // Clients that use the endpoint in this WSDL log in at the sandbox.
    let text = text.replace("https://login.salesforce.com", &state.addresses().login);
    WebResponse::new(StatusCode::OK, "text/xml; charset=utf-8", text.into_bytes())
}

/// The reason why the versions of the packages are not known.
enum Unchosen {
    /// The request does not name the version of each package.
    Open,
    /// The request names a version that does not exist.
    Unknown(String),
}

/// Returns the org with the versions of packages that the request names. The comment of the WSDL names the
/// versions. In the sandbox, all versions have the same objects.
fn chosen(org: &Org, request: &WebRequest) -> Result<Org, Unchosen> {
    let mut org = org.clone();
    let mut is_open = false;
    for package in &mut org.packages {
        match request.param(&format!("{CHOICE}{}", package.namespace)) {
            "" => is_open = true,
            version if package.versions.iter().any(|known| known == version) => {
                version.clone_into(&mut package.version);
            }
            version => {
                return Err(Unchosen::Unknown(format!(
                    "{} has no version {version}.",
                    package.name
                )));
            }
        }
    }
    let names_any = (request.query.iter()).any(|(name, _)| name.starts_with(CHOICE));
    match is_open && !names_any {
        true => Err(Unchosen::Open),
        false => Ok(org),
    }
}

/// The page that asks for the versions of packages.
fn choice(org: &Org, request: &WebRequest) -> WebResponse {
    let mut form = format!(
        "<form method=\"get\" action=\"{}\"><input type=\"hidden\" name=\"type\" value=\"*\">",
        escape(&request.path)
    );
    for package in &org.packages {
        form.push_str(&format!(
            "<label>{} <select name=\"{CHOICE}{}\">",
            escape(&package.name),
            escape(&package.namespace)
        ));
        for version in &package.versions {
            let selected = match *version == package.version {
                true => " selected",
                false => "",
            };
            let version = escape(version);
            form.push_str(&format!(
                "<option value=\"{version}\"{selected}>{version}</option>"
            ));
        }
        form.push_str("</select></label>");
    }
    form.push_str("<button>Continue</button></form>");
    WebResponse::page(
        StatusCode::OK,
        "Generate Enterprise WSDL: Package Versions",
        &form,
    )
}
