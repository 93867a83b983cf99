//! Every page at 360 and 1440 pixels, in dark and light, for keyboards and screen readers.

use jiff::SignedDuration;
use saponify_cli::connector::window::Span;

use super::driver::Chrome;
use crate::support::{Served, USER, org};

/// Checks what people need who do not see the page, or do not use a mouse. Returns the problems.
const ACCESSIBLE: &str = r#"
const wrong = [];
const all = (selector) => [...document.querySelectorAll(selector)];
if (all("main").length !== 1) wrong.push("not one main");
if (all("h1").length !== 1) wrong.push("not one h1");
if (!document.documentElement.lang) wrong.push("no language");
if (!document.title) wrong.push("no title");
const ids = all("[id]").map((element) => element.id);
for (const id of ids) if (ids.filter((other) => other === id).length > 1) wrong.push("twice: #" + id);
let level = 1;
for (const heading of all("h1, h2, h3, h4")) {
  const own = Number(heading.tagName[1]);
  if (own > level + 1) wrong.push("a level is left out before " + heading.innerText);
  level = own;
}
for (const field of all("input:not([type=hidden]), select, textarea"))
  if (!field.labels || !field.labels.length) wrong.push("no label: " + field.name);
for (const control of all("a, button"))
  if (!control.textContent.trim() && !control.getAttribute("aria-label")) wrong.push("no name: " + control.outerHTML);
for (const image of all("svg"))
  if (image.getAttribute("role") !== "img" || !image.getAttribute("aria-label")) wrong.push("an image without text");
for (const name of ["aria-labelledby", "aria-describedby", "for", "list"])
  for (const element of all(`[${name}]`))
    for (const id of element.getAttribute(name).split(" "))
      if (!document.getElementById(id)) wrong.push(`${name} of nothing: ${id}`);
for (const table of all("table"))
  if (!table.querySelector("th[scope=col]")) wrong.push("a table without headings");
return wrong;
"#;

/// Texts whose contrast to what is behind them is below 4.5 (WCAG 2.2, 1.4.3; large texts need 3).
const CONTRAST: &str = r#"
const parse = (text) => (text.match(/[\d.]+/g) || []).map(Number);
const light = ([r, g, b]) => {
  const part = (v) => { v /= 255; return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; };
  return 0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b);
};
const behind = (element) => {
  for (let at = element; at; at = at.parentElement) {
    const color = parse(getComputedStyle(at).backgroundColor);
    if (color.length === 3 || color[3] > 0.99) return color;
  }
  return parse(getComputedStyle(document.documentElement).backgroundColor);
};
const weak = new Set();
const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
while (walker.nextNode()) {
  const element = walker.currentNode.parentElement;
  if (!walker.currentNode.data.trim() || element.closest("svg, .hidden, .skip, datalist, option, :disabled, script")) continue;
  if (!element.checkVisibility()) continue;
  const style = getComputedStyle(element);
  const [a, b] = [light(parse(style.color)), light(behind(element))];
  const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  const large = parseFloat(style.fontSize) >= 24 || (parseFloat(style.fontSize) >= 18.6 && style.fontWeight >= 700);
  if (ratio < (large ? 3 : 4.5)) weak.add(`${ratio.toFixed(2)} ${element.className}: ${walker.currentNode.data.trim().slice(0, 30)}`);
}
return [...weak];
"#;

#[tokio::test(flavor = "multi_thread")]
async fn pages_are_accessible() {
    let Some(chrome) = Chrome::start().await else {
        return;
    };
    let (served, org) = (Served::start().await, org().await);
    let client = served.logged_in().await;
    for name in ["acme", "a-connection-with-quite-a-long-name"] {
        client.connect(name, &org, USER[1]).await;
    }
    client.collect("acme").await;
    {
        let place = served.home.connection("acme").unwrap();
        let lock = place.lock().unwrap();
        let mut store = place.store(&lock).unwrap();
        let now = jiff::Timestamp::now();
        let source = store.source("audit", now).unwrap();
        let start = now - SignedDuration::from_hours(24 * 4);
        let gap = Span::new(start, start + SignedDuration::from_hours(3)).unwrap();
        let reason = "the service deletes rows before they are collected";
        store.gap(source.id, gap, reason, now).unwrap();
        store
            .drift(
                "LoginHistory",
                "column-added",
                "AuthenticationMethodReference",
                now,
            )
            .unwrap();
        let (problem, advice) = (
            "cannot log in at https://acme.my.salesforce.com: INVALID_LOGIN: Invalid username, password, security token; or user locked out.",
            "if the password is right, an administrator can unlock the user in Setup, Users",
        );
        store
            .attempted("files", Some(problem), Some(advice), now)
            .unwrap();
    }
    chrome.go(&served.link()).await;
    chrome.shows("App connectors").await;
    let mut wrong = Vec::new();
    for (name, path) in [
        ("connectors", "/"),
        ("add", "/add"),
        ("connection", "/connections/acme"),
        (
            "new-connection",
            "/connections/a-connection-with-quite-a-long-name?done=activated",
        ),
        ("test", "/connections/acme/test"),
        ("events", "/connections/acme/events"),
        (
            "no-events",
            "/connections/a-connection-with-quite-a-long-name/events",
        ),
        ("nothing-found", "/connections/acme/events?user=nobody"),
        ("event", "/connections/acme/events/1"),
        ("not-found", "/nothing"),
    ] {
        for (width, scheme) in [
            (360, "light"),
            (360, "dark"),
            (1440, "light"),
            (1440, "dark"),
        ] {
            chrome.width(width).await;
            chrome.scheme(scheme).await;
            chrome.go(&format!("{}{path}", served.origin)).await;
            chrome
                .until("return document.readyState === 'complete'")
                .await;
            let too_wide = "return document.documentElement.scrollWidth - innerWidth";
            let too_wide = chrome.run(too_wide).await;
            // On a wide screen, a scroll bar takes a part of the width.
            if too_wide.as_i64().is_none_or(|pixels| pixels > 0) {
                wrong.push(format!("{name} at {width} is too wide by {too_wide}"));
            }
            for script in [ACCESSIBLE, CONTRAST] {
                for found in chrome.run(script).await.as_array().unwrap() {
                    wrong.push(format!("{name} at {width}, {scheme}: {found}"));
                }
            }
            chrome
                .picture(&format!("{name}-{width}-{scheme}"), width)
                .await;
        }
    }
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}

/// The key Tab, and Enter, in WebDriver's private characters.
const TAB: &str = "\u{E004}";
const ENTER: &str = "\u{E007}";

#[tokio::test(flavor = "multi_thread")]
async fn the_keyboard_reaches_all_controls_and_the_focus_is_visible() {
    let Some(chrome) = Chrome::start().await else {
        return;
    };
    let (served, org) = (Served::start().await, org().await);
    let client = served.logged_in().await;
    client.connect("acme", &org, USER[1]).await;
    chrome.width(1440).await;
    chrome.go(&served.link()).await;
    chrome.shows("App connectors").await;
    chrome.press(TAB).await;
    let focus = "return document.activeElement.innerText";
    assert_eq!(chrome.run(focus).await, "Skip to the content");
    let seen = "const box = document.activeElement.getBoundingClientRect();
        const style = getComputedStyle(document.activeElement);
        return box.left >= 0 && box.width > 0 && style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2";
    assert_eq!(chrome.run(seen).await, true);
    chrome.press(ENTER).await;
    assert_eq!(
        chrome.run("return document.activeElement.id").await,
        "content"
    );
    // From the content on, the keys reach the connection and its page.
    for _ in 0..10 {
        chrome.press(TAB).await;
        assert_eq!(chrome.run(seen).await, true, "{}", chrome.run(focus).await);
        if chrome.run(focus).await == "acme" {
            break;
        }
    }
    chrome.press(ENTER).await;
    chrome.until("return location.pathname === '/connections/acme' && document.readyState === 'complete'").await;
    // Every control of a page can be reached.
    let controls = "return [...document.querySelectorAll('a, button:not(:disabled), input:not([type=hidden]), summary')]
        .filter(element => element.checkVisibility()).length";
    let count = chrome.run(controls).await.as_u64().unwrap();
    let mut reached = std::collections::BTreeSet::new();
    for _ in 0..count + 3 {
        chrome.press(TAB).await;
        let path = "const all = [...document.querySelectorAll('*')]; return all.indexOf(document.activeElement)";
        reached.insert(chrome.run(path).await.as_i64());
    }
    assert!(
        reached.len() as u64 >= count,
        "{} of {count}",
        reached.len()
    );
}
