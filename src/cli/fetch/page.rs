//! The pages that an org shows in place of a WSDL. Many of them have the status 200.

use saponify_cli::connector::shown::one_line;

/// Most characters of a title that a message shows.
const TITLE: usize = 100;

/// A page of the org, as far as it matters here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Page {
    /// The login page, or a page that leads the browser there.
    Login,
    /// The page that asks for a new password. Users with *API Only User* see no other page.
    Password,
    /// The user may not see the page.
    Forbidden,
    /// The page that asks for the versions of packages.
    Versions(Vec<Choice>),
    /// Another page, with this title.
    Other(String),
}

/// The versions of a package that can be chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Choice {
    pub(super) namespace: String,
    pub(super) versions: Vec<String>,
    /// The version that the page suggests.
    pub(super) suggested: Option<String>,
}

/// Whether a response is a page and not a document.
pub(super) fn is_page(content_type: &str, body: &[u8]) -> bool {
    if content_type.to_ascii_lowercase().contains("html") {
        return true;
    }
    let start = String::from_utf8_lossy(&body[..body.len().min(512)]).to_ascii_lowercase();
    let start = start.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
    start.starts_with("<!doctype html") || start.starts_with("<html") || !start.starts_with('<')
}

/// Reads a page.
pub(super) fn read(html: &str) -> Page {
    let choices = choices(html);
    if !choices.is_empty() {
        return Page::Versions(choices);
    }
    let title = title(html);
    let lower = html.to_ascii_lowercase();
    let has = |text: &str| lower.contains(text);
    // The address of the login page has the reason `ec` and the page to go back to.
    let is_login = has("name=\"pw\"") || has("name='pw'") || has("?ec=30") || has("&ec=30");
    if has("changepassword") || title.contains("Change Your Password") {
        Page::Password
    } else if is_login || title.starts_with("Login") {
        Page::Login
    } else if title.contains("Insufficient Privileges") {
        Page::Forbidden
    } else {
        Page::Other(title)
    }
}

fn title(html: &str) -> String {
    let title = element(html, "title").map_or("", |(_, content, _)| content);
    let title: String = unescaped(title).chars().take(TITLE).collect();
    one_line(&title)
}

/// The lists of a form whose names are `ver_` and a namespace.
fn choices(html: &str) -> Vec<Choice> {
    let mut choices = Vec::new();
    let mut rest = html;
    while let Some((tag, content, after)) = element(rest, "select") {
        rest = after;
        let name = attribute(tag, "name").unwrap_or_default();
        let Some(namespace) = name.strip_prefix("ver_") else {
            continue;
        };
        let mut choice = Choice {
            namespace: namespace.to_owned(),
            versions: Vec::new(),
            suggested: None,
        };
        let mut options = content;
        while let Some((tag, _, after)) = element(options, "option") {
            options = after;
            let Some(version) = attribute(tag, "value").filter(|version| !version.is_empty())
            else {
                continue;
            };
            if tag.contains(" selected") {
                choice.suggested = Some(version.clone());
            }
            choice.versions.push(version);
        }
        choices.push(choice);
    }
    choices
}

/// The first element of this name: its start tag, its content, and what follows.
fn element<'h>(html: &'h str, name: &str) -> Option<(&'h str, &'h str, &'h str)> {
    let (start, end) = (format!("<{name}"), format!("</{name}"));
    let mut from = 0;
    let at = loop {
        let at = from + find(html.get(from..)?, &start)?;
        from = at + start.len();
        if html
            .get(from..)?
            .starts_with(|c: char| c == '>' || c.is_whitespace())
        {
            break at;
        }
    };
    let content = from + html.get(from..)?.find('>')? + 1;
    let close = content + find(html.get(content..)?, &end)?;
    Some((
        html.get(at..content)?,
        html.get(content..close)?,
        html.get(close + end.len()..)?,
    ))
}

/// Where an ASCII text begins, whatever the case of its letters.
fn find(text: &str, wanted: &str) -> Option<usize> {
    text.as_bytes()
        .windows(wanted.len())
        .position(|window| window.eq_ignore_ascii_case(wanted.as_bytes()))
}

/// The value of an attribute in quotes.
fn attribute(tag: &str, name: &str) -> Option<String> {
    let (_, rest) = tag.split_once(&format!(" {name}="))?;
    let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let value = rest.get(1..)?.split(quote).next()?;
    Some(unescaped(value))
}

fn unescaped(text: &str) -> String {
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&#39;", "'")
        .replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_login_page_is_recognized_in_all_its_forms() {
        for html in [
            "<html><head><title>Login | Salesforce</title></head></html>",
            "<!DOCTYPE html><form><input type=\"password\" name=\"pw\"></form>",
            "<html><script>window.location.replace('https://login.salesforce.com/?ec=302&startURL=%2Fsoap');</script>",
        ] {
            assert_eq!(read(html), Page::Login, "{html}");
        }
        let html = "<title>Change Your Password | Salesforce</title>";
        assert_eq!(read(html), Page::Password);
        let html = "<TITLE >\n Insufficient Privileges &amp; more</TITLE>";
        assert_eq!(read(html), Page::Forbidden);
        assert_eq!(
            read("<title>a\u{1b}[2Jb</title>"),
            Page::Other("a [2Jb".to_owned())
        );
        assert_eq!(read("<title"), Page::Other(String::new()));
    }

    #[test]
    fn the_versions_of_packages_are_read() {
        let html = "<form><select id='x' name=\"ver_nwt\"><option value=\"3.14\" selected>3.14</option>\
                    <option value=\"3.0\">3.0</option></select><select name=\"other\"></select></form>";
        let choice = Choice {
            namespace: "nwt".to_owned(),
            versions: vec!["3.14".to_owned(), "3.0".to_owned()],
            suggested: Some("3.14".to_owned()),
        };
        assert_eq!(read(html), Page::Versions(vec![choice]));
        // What is cut off anywhere is no reason to fail.
        for end in 0..html.len() {
            read(&html[..end]);
        }
    }

    #[test]
    fn a_page_is_not_a_document() {
        for (kind, body, expected) in [
            ("text/xml", "<?xml version=\"1.0\"?><definitions/>", false),
            ("", "\u{feff}<definitions/>", false),
            ("text/html; charset=UTF-8", "<definitions/>", true),
            ("text/xml", "\n<!DOCTYPE HTML><html>", true),
            ("text/plain", "Service unavailable", true),
            ("", "", true),
        ] {
            assert_eq!(is_page(kind, body.as_bytes()), expected, "{kind} {body}");
        }
    }
}
