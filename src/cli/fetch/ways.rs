//! The ways in which a session reaches the page of a WSDL, in the order in which they are tried.
//!
//! Salesforce has no API that gives the WSDL of a tenant. Its pages do, and they want the session as a cookie. A
//! session of the API is often good enough. If it is not, it is bridged: `frontdoor.jsp` takes a session, and
//! `singleaccess` takes an access token of OAuth; both open a session of the pages.

use saponify::{Client, Secret};

use super::browser::{Answer, Browser, Reached};
use super::kind::{Kind, PackageVersion};
use super::page::{self, Choice, Page};
use super::progress::Progress;
use crate::cli::Failure;

const FRONT_DOOR: &str = "/secur/frontdoor.jsp";

/// Why a way is closed if the pages do not know the session.
const LOGIN: &str = "the org shows its login page";

#[derive(Clone, Copy, Debug)]
enum Way {
    /// The session is the cookie.
    Session,
    FrontDoor,
    SingleAccess,
}

/// What a way leads to.
enum Outcome {
    Document(Vec<u8>),
    /// The pages do not take the session, and another way may lead further.
    Closed(String),
    /// No address has the WSDL.
    Missing,
}

/// Downloads a WSDL with the session of the client.
pub(super) async fn download(
    client: &Client,
    browser: &mut Browser<'_>,
    kind: &Kind,
    versions: &[PackageVersion],
    progress: &Progress,
) -> Result<Vec<u8>, Failure> {
    let mut closed = Vec::new();
    for way in [Way::Session, Way::FrontDoor, Way::SingleAccess] {
        let mut visit = Visit {
            browser: &mut *browser,
            kind,
            versions,
            progress,
        };
        match visit.along(way, client).await? {
            Outcome::Document(body) => return Ok(body),
            Outcome::Missing => return Err(missing(kind)),
            Outcome::Closed(why) => closed.push((way, why)),
        }
    }
    Err(all_closed(closed, kind))
}

fn all_closed(closed: Vec<(Way, String)>, kind: &Kind) -> Failure {
    let message = format!("the org does not let this session see {}", kind.title());
    let failure = Failure::new(message);
    match closed.as_slice() {
        // If the pages know the session, another way shows the same page.
        [(_, first), rest @ ..] if *first != LOGIN && rest.iter().all(|(_, why)| why == first) => {
            failure
                .because_of([first.clone()])
                .hint("open Setup, API, in a browser to see what the org wants there")
        }
        _ => {
            let causes = closed
                .iter()
                .map(|(way, why)| format!("{}: {why}", way.title()));
            failure.because_of(causes).hint(
                "the pages of Setup need a session that may use them: give the app the scope web or full, \
                 choose a user without \"API Only User\", or log in by user name, password and security token",
            )
        }
    }
}

/// What a response is.
enum Seen {
    Outcome(Outcome),
    /// The page that asks for the versions of packages.
    Choices(Vec<Choice>),
}

/// One attempt to see the page.
struct Visit<'v, 'b> {
    browser: &'v mut Browser<'b>,
    kind: &'v Kind,
    versions: &'v [PackageVersion],
    progress: &'v Progress,
}

impl Visit<'_, '_> {
    async fn along(&mut self, way: Way, client: &Client) -> Result<Outcome, Failure> {
        self.browser.clear();
        let paths = self.kind.paths(self.versions);
        let session = client.session();
        let id = session
            .id()
            .ok_or_else(|| Failure::new("the login gave no session"))?;
        // The page to which the bridge leads; the others are tried with its cookies.
        let first = paths.first().map_or("/", String::as_str);
        let answer = match way {
            Way::Session => {
                self.browser.set_cookie("sid", id);
                None
            }
            Way::FrontDoor => {
                self.progress.step("opening a session of the pages");
                let form = [("sid", id.expose()), ("retURL", first)];
                Some(self.browser.post(FRONT_DOOR, &form).await?)
            }
            Way::SingleAccess => match client.single_access(first).await {
                Ok(link) => match self.browser.allowed(link.expose()) {
                    Ok(url) => Some(self.browser.open(url).await?),
                    Err(why) => return Ok(Outcome::Closed(why)),
                },
                Err(error) => return Ok(Outcome::Closed(error.to_string())),
            },
        };
        // Some bridges lead on by a script, so that this is not always the page that was asked for.
        if let Some(answer) = answer
            && let Ok(Seen::Outcome(Outcome::Document(body))) = self.judged(answer, id)
        {
            return Ok(Outcome::Document(body));
        }
        let mut outcome = Outcome::Missing;
        for at in 0..paths.len() {
            match self.visit(at, id).await? {
                Outcome::Missing => {}
                Outcome::Document(body) => return Ok(Outcome::Document(body)),
                closed => outcome = closed,
            }
        }
        Ok(outcome)
    }

    /// Asks for the WSDL at one of its paths, and chooses the versions of packages if the org wants to know them.
    async fn visit(&mut self, at: usize, id: &Secret) -> Result<Outcome, Failure> {
        let path = |versions: &[PackageVersion]| self.kind.paths(versions).into_iter().nth(at);
        let Some(first) = path(self.versions) else {
            return Ok(Outcome::Missing);
        };
        let shown = first.split('?').next().unwrap_or_default();
        self.progress.step(&format!("asking for {shown}"));
        let answer = self.browser.get(&first).await?;
        let choices = match self.judged(answer, id)? {
            Seen::Outcome(outcome) => return Ok(outcome),
            Seen::Choices(choices) => choices,
        };
        let Some(second) = path(&self.chosen(choices)?) else {
            return Ok(Outcome::Missing);
        };
        let answer = self.browser.get(&second).await?;
        match self.judged(answer, id)? {
            Seen::Outcome(outcome) => Ok(outcome),
            Seen::Choices(_) => Err(Failure::new(
                "the org asks for the versions of packages again",
            )),
        }
    }

    /// What a response is.
    fn judged(&self, reached: Reached, id: &Secret) -> Result<Seen, Failure> {
        let Answer {
            status,
            content_type,
            body,
        } = match reached {
            Reached::Answer(answer) => answer,
            // Without a session of the pages, some orgs lead to the login page of another service.
            Reached::Elsewhere(why) => return Ok(Seen::Outcome(Outcome::Closed(why))),
        };
        // Neither a file nor a message may contain the session.
        if memchr::memmem::find(&body, id.expose().as_bytes()).is_some() {
            let why = "the answer repeats the session id and is not used";
            return Ok(Seen::Outcome(Outcome::Closed(why.to_owned())));
        }
        let is_page = page::is_page(&content_type, &body);
        let page = match is_page {
            true => page::read(&String::from_utf8_lossy(&body)),
            false => Page::Other(String::new()),
        };
        Ok(Seen::Outcome(match (status.as_u16(), page) {
            (200..=299, _) if !is_page => Outcome::Document(body),
            (_, Page::Login) => Outcome::Closed(LOGIN.to_owned()),
            (200..=299, Page::Versions(choices)) => return Ok(Seen::Choices(choices)),
            (_, Page::Password) => {
                return Err(Failure::new(format!(
                    "the org wants a new password before it shows {}",
                    self.kind.title()
                ))
                .hint(
                    "users with \"API Only User\" see no other page: choose another user; \
                     otherwise log in with a browser and change the password",
                ));
            }
            (_, Page::Forbidden) => {
                return Err(
                    Failure::new(format!("the user may not see {}", self.kind.title()))
                        .hint("it needs the permission \"Modify All Data\""),
                );
            }
            (401 | 403, _) => Outcome::Closed(format!("the org refuses the session ({status})")),
            (404 | 410, _) => Outcome::Missing,
            (200..=299, Page::Other(title)) => {
                Outcome::Closed(format!("the org shows the page \"{title}\""))
            }
            (_, _) => {
                let message = format!("the org answers with status {status}");
                return Err(Failure::new(message).hint("try again later"));
            }
        }))
    }

    /// The versions that were asked for, and those that the page suggests for other packages.
    fn chosen(&self, choices: Vec<Choice>) -> Result<Vec<PackageVersion>, Failure> {
        let mut chosen = Vec::new();
        for choice in choices {
            let mut wanted = self.versions.iter();
            let wanted = wanted.find(|wanted| wanted.namespace == choice.namespace);
            let version = match wanted {
                Some(wanted) if choice.versions.contains(&wanted.version) => {
                    Some(wanted.version.clone())
                }
                Some(wanted) => {
                    return Err(Failure::new(format!(
                        "the package {} has no version {}",
                        choice.namespace, wanted.version
                    ))
                    .hint(format!("choose one of: {}", choice.versions.join(", "))));
                }
                None => choice.suggested.or(choice.versions.first().cloned()),
            };
            chosen.extend(
                version.and_then(|version| PackageVersion::new(&choice.namespace, &version)),
            );
        }
        Ok(chosen)
    }
}

impl Way {
    fn title(self) -> &'static str {
        match self {
            Self::Session => "with the session of the login",
            Self::FrontDoor => "over frontdoor.jsp",
            Self::SingleAccess => "over singleaccess",
        }
    }
}

fn missing(kind: &Kind) -> Failure {
    let failure = Failure::new(format!("the org does not serve {}", kind.title()));
    match kind {
        Kind::Class(name) => failure.hint(format!(
            "is there an Apex class {name} with a method that is declared `webservice`? A class of a \
             package is NAMESPACE/NAME"
        )),
        Kind::Api(_) => failure.hint("is the address that of an org, and not of a site?"),
    }
}
