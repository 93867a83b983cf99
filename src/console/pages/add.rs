//! *Add*: activates a connection by user name, password and security token, or by a link.

use std::sync::Arc;

use axum::Extension;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use maud::{Markup, html};

use super::layout::{Field, Page, message, token};
use crate::connector::connection::settings::secret;
use crate::connector::connection::{Activation, Login, Settings, activate};
use crate::connector::vault::Secrets;
use crate::connector::{Error, when};
use crate::console::app::App;
use crate::console::options::wrong_use;
use crate::console::security::{Asker, Fields};

/// The scopes that the consent requests.
const SCOPES: &str = "api web refresh_token";

/// The two ways to log in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Password,
    Link,
}

impl Way {
    fn path(self) -> &'static str {
        match self {
            Self::Password => "/add/password",
            Self::Link => "/add/link",
        }
    }

    fn prefix(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::Link => "link",
        }
    }
}

pub(in crate::console) async fn page(
    State(app): State<Arc<App>>,
    Extension(asker): Extension<Asker>,
) -> Response {
    let defaults = Fields::parse(b"since=60d");
    form(&app, &asker, &defaults, None)
}

/// Activates a connection by user name and password.
pub(in crate::console) async fn by_password(
    State(app): State<Arc<App>>,
    Extension(asker): Extension<Asker>,
    Extension(fields): Extension<Fields>,
) -> Response {
    let made = async {
        let mut secrets = Secrets::default();
        secrets.insert(secret::PASSWORD, fields.exact("password").into());
        if !fields.text("token").is_empty() {
            secrets.insert(secret::TOKEN, fields.text("token").into());
        }
        let user = needed(&fields, "user", "the user name")?.to_owned();
        let activation = activation(&fields, Login::Password { user }, secrets)?;
        activate(&app.home, &app.vault, activation).await
    };
    match made.await {
        Ok(activated) => {
            let to = format!("/connections/{}?done=activated", activated.name);
            Redirect::to(&to).into_response()
        }
        Err(error) => form(&app, &asker, &fields, Some((Way::Password, &error))),
    }
}

/// Starts the activation by a consent, and shows the link to the org's login page.
pub(in crate::console) async fn by_link(
    State(app): State<Arc<App>>,
    Extension(asker): Extension<Asker>,
    Extension(fields): Extension<Fields>,
) -> Response {
    let begun = async {
        let mut secrets = Secrets::default();
        if !fields.text("client_secret").is_empty() {
            let given = fields.text("client_secret").into();
            secrets.insert(secret::CLIENT_SECRET, given);
        }
        let login = Login::Web {
            client_id: needed(&fields, "client_id", "the consumer key")?.to_owned(),
            redirect: callback(&app, &asker),
            scopes: SCOPES.to_owned(),
        };
        let activation = activation(&fields, login, secrets)?;
        let origin = app.guard.hosts.origin(&asker.host);
        app.jobs.begin_consent(activation, origin).await
    };
    match begun.await {
        Ok(page) => continue_at(&asker, &fields, &page),
        Err(error) => form(&app, &asker, &fields, Some((Way::Link, &error))),
    }
}

/// The callback address, to which the org redirects the browser. Salesforce accepts plain http only for the
/// host localhost.
fn callback(app: &App, asker: &Asker) -> String {
    let hosts = &app.guard.hosts;
    match hosts.tls() {
        true => format!("https://{}/OauthRedirect", asker.host),
        false => format!("http://localhost:{}/OauthRedirect", hosts.port()),
    }
}

fn needed<'a>(fields: &'a Fields, name: &str, what: &str) -> Result<&'a str, Error> {
    match fields.text(name) {
        "" => Err(wrong_use(
            &format!("{what} is missing"),
            "complete the field",
        )),
        text => Ok(text),
    }
}

fn activation(fields: &Fields, login: Login, secrets: Secrets) -> Result<Activation, Error> {
    let mut settings = Settings::new(needed(fields, "endpoint", "the address of the org")?, login);
    let certificate = fields.text("certificate");
    settings.certificate = (!certificate.is_empty()).then(|| format!("{certificate}\n"));
    let hosts = fields.text("allow_hosts").split([' ', ',']);
    settings.allow_hosts = hosts
        .filter(|host| !host.is_empty())
        .map(str::to_owned)
        .collect();
    Ok(Activation {
        name: needed(fields, "name", "the name")?.to_owned(),
        settings,
        secrets,
        since: when::length(match fields.text("since") {
            "" => "60d",
            text => text,
        })?,
    })
}

/// Shows the link to the org. The browser is not redirected without a click.
fn continue_at(asker: &Asker, fields: &Fields, page: &str) -> Response {
    let host = page.split('/').nth(2).unwrap_or_default().to_owned();
    let page = Page {
        title: "Connect by link",
        part: "/add",
        content: html! {
            div.narrow {
                h1 { "Connect by link" }
                p { "Log in at Salesforce as the user of the connector, and choose " b { "Allow" }
                    ". Salesforce then sends you back here." }
                p { a.button #continue href=(page) rel="noreferrer" { "Log in at " (host) } }
                p.quiet { "The link belongs to the connection " b { (fields.text("name")) } ". It works once, within \
                    five minutes, in a browser on this machine or in one that can reach this console." }
                p { a href="/add" { "Back" } }
            }
        },
    };
    page.response(asker)
}

fn form(app: &App, asker: &Asker, fields: &Fields, problem: Option<(Way, &Error)>) -> Response {
    let of = |way: Way| problem.filter(|(of, _)| *of == way).map(|(_, error)| error);
    let page = Page {
        title: "Add",
        part: "/add",
        content: html! {
            h1 { "Add Salesforce" }
            p.lead { "Nothing is stored unless the login succeeds. Secrets are stored in the keyring of the system or in an \
                      encrypted file, and are never shown again." }
            div.two {
                (by_password_form(asker, fields, of(Way::Password)))
                (by_link_form(app, asker, fields, of(Way::Link)))
            }
        },
    };
    match problem {
        Some(_) => page.with_status(asker, StatusCode::UNPROCESSABLE_ENTITY),
        None => page.response(asker),
    }
}

fn by_password_form(asker: &Asker, fields: &Fields, problem: Option<&Error>) -> Markup {
    let own = |name, label, hint, kind, complete, required| {
        let value = fields.text(name);
        Field {
            name,
            label,
            hint,
            kind,
            value,
            required,
            complete,
        }
        .markup(Way::Password.prefix())
    };
    html! {
        section.card aria-labelledby="by-password" {
            h2 #by-password { "By user name and password" }
            (refused(problem))
            form method="post" action=(Way::Password.path()) data-busy="Logging in …" {
                (token(asker))
                (common(fields, Way::Password))
                (own("user", "Username", "", "text", "off", true))
                (own("password", "Password", "", "password", "off", true))
                (own("token", "Security token", "Salesforce mails it when the password changes. Orgs that trust \
                     this machine's address need none.", "password", "off", false))
                (more(fields, Way::Password))
                p.hint { "Salesforce ends this way to log in with Summer '27. Connect by link has no announced end." }
                button type="submit" { "Connect" }
            }
        }
    }
}

fn by_link_form(app: &App, asker: &Asker, fields: &Fields, problem: Option<&Error>) -> Markup {
    let own = |name, label, hint, kind, required| {
        let value = fields.text(name);
        Field {
            name,
            label,
            hint,
            kind,
            value,
            required,
            complete: "off",
        }
        .markup(Way::Link.prefix())
    };
    html! {
        section.card aria-labelledby="by-link" {
            h2 #by-link { "By link" }
            (refused(problem))
            p { "You log in at Salesforce and choose Allow. The org needs an app (External Client App or connected \
                 app) with the scopes " code { (SCOPES) } " and this Callback URL:" }
            p.copy { code { (callback(app, asker)) } }
            form method="post" action=(Way::Link.path()) data-busy="Asking the org …" {
                (token(asker))
                (common(fields, Way::Link))
                (own("client_id", "Consumer key of the app", "", "text", true))
                (own("client_secret", "Consumer secret", "Only if the app requires one.", "password", false))
                (more(fields, Way::Link))
                button type="submit" { "Connect by link" }
            }
        }
    }
}

fn refused(problem: Option<&Error>) -> Markup {
    html! {
        @if let Some(error) = problem {
            (message("bad", "The connection was not activated.", &error.text(), error.advice()))
        }
    }
}

/// The fields that both ways have in common.
fn common(fields: &Fields, way: Way) -> Markup {
    let name = Field {
        name: "name",
        label: "Name of the connection",
        hint: "Letters, digits, - and _, such as acme.",
        kind: "text",
        value: fields.text("name"),
        required: true,
        complete: "off",
    };
    let endpoint = Field {
        name: "endpoint",
        label: "Address of the org",
        hint: "Its My Domain address, such as https://acme.my.salesforce.com.",
        kind: "text",
        value: fields.text("endpoint"),
        required: true,
        complete: "off",
    };
    html! {
        (name.markup(way.prefix()))
        (endpoint.markup(way.prefix()))
    }
}

/// The fields that are rarely needed.
fn more(fields: &Fields, way: Way) -> Markup {
    let field = |name, label, hint, kind| {
        let value = fields.text(name);
        Field {
            name,
            label,
            hint,
            kind,
            value,
            required: false,
            complete: "off",
        }
        .markup(way.prefix())
    };
    let is_used = ["certificate", "allow_hosts"]
        .iter()
        .any(|name| !fields.text(name).is_empty());
    html! {
        details open[is_used] {
            summary { "More" }
            (field("since", "How far back", "Logins and the setup audit trail: 60d, at most 180d.", "text"))
            (field("certificate", "Also trust this certificate", "In PEM (--certificate).", "textarea"))
            (field("allow_hosts", "Also log in to these hosts", "HOST or HOST:PORT (--allow-host).", "text"))
        }
    }
}
