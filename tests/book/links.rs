//! Hazard: a link that leads nowhere, in the repository or in the book.

use std::path::{Component, Path, PathBuf};

use crate::pages::{Page, all, root};

/// Where the repository is read in a browser.
const REPOSITORY: [&str; 2] = [
    "https://github.com/saponify/saponify/blob/main/",
    "https://github.com/saponify/saponify/tree/main/",
];

/// The targets of all links of a text.
fn links(text: &str) -> Vec<String> {
    let inline = text
        .split("](")
        .skip(1)
        .filter_map(|rest| rest.split_once(')'));
    let inline = inline.map(|(target, _)| target);
    let defined = text
        .lines()
        .filter_map(|line| line.strip_prefix('[')?.split_once("]: "));
    let defined = defined.map(|(_, target)| target.trim());
    inline.chain(defined).map(str::to_owned).collect()
}

/// The path without `..`, or nothing if it leaves the repository.
fn normal(path: &Path) -> Option<PathBuf> {
    let mut normal = PathBuf::new();
    for part in path.components() {
        match part {
            Component::Normal(name) => normal.push(name),
            Component::CurDir => {}
            Component::ParentDir if normal.pop() => {}
            _ => return None,
        }
    }
    Some(normal)
}

/// Why a link of the page leads nowhere.
fn broken(page: &Page, link: &str) -> Option<String> {
    let (target, anchor) = link.split_once('#').unwrap_or((link, ""));
    let inside = REPOSITORY.iter().find_map(|base| target.strip_prefix(base));
    let path = match inside {
        Some(path) => PathBuf::from(path),
        None if target.contains("://") || target.starts_with("mailto:") => return None,
        None if target.is_empty() => PathBuf::from(&page.path),
        None => page.folder().join(target),
    };
    let Some(path) = normal(&path) else {
        return Some("it leaves the repository".to_owned());
    };
    if inside.is_none() && page.path.starts_with("guide/") && !path.starts_with("guide") {
        let of = REPOSITORY[0];
        return Some(format!(
            "the book has only the pages of guide/; write {of}{}",
            path.display()
        ));
    }
    if !root().join(&path).exists() {
        return Some(format!("there is no {}", path.display()));
    }
    let known = || Page::read(&path.to_string_lossy()).anchors();
    if !anchor.is_empty() && !known().iter().any(|known| known == anchor) {
        return Some(format!("{} has no heading `#{anchor}`", path.display()));
    }
    None
}

#[test]
fn every_link_leads_to_a_page_and_a_heading() {
    let mut failures = Vec::new();
    let mut seen = 0;
    for page in all() {
        for link in links(&page.prose()) {
            seen += 1;
            if let Some(why) = broken(&page, &link) {
                failures.push(format!("{}: the link `{link}`: {why}", page.path));
            }
        }
    }
    assert!(seen > 100, "{seen}");
    assert!(failures.is_empty(), "\n{}\n", failures.join("\n"));
}

#[test]
fn no_page_has_two_headings_with_the_same_anchor() {
    for page in all().iter().filter(|page| page.path != "CHANGELOG.md") {
        let mut anchors = page.anchors();
        anchors.sort();
        let twice: Vec<_> = anchors
            .windows(2)
            .filter(|pair| pair[0] == pair[1])
            .collect();
        assert!(twice.is_empty(), "{}: {twice:?}", page.path);
    }
}

#[test]
fn the_check_finds_what_is_broken() {
    let page = Page {
        path: "guide/query.md".to_owned(),
        text: "# Read rows\n\n[a](nowhere.md) [b](#no-heading) [c](../README.md) [d](#read-rows)\n"
            .to_owned(),
    };
    let found: Vec<bool> = links(&page.text)
        .iter()
        .map(|link| broken(&page, link).is_some())
        .collect();
    // `#read-rows` is looked for in the file, which has other headings.
    assert_eq!(found, [true, true, true, true]);
    assert!(broken(&page, "README.md").is_none());
    assert!(broken(&page, &format!("{}SECURITY.md", REPOSITORY[0])).is_none());
    assert!(broken(&page, &format!("{}SECURITY.md#nothing", REPOSITORY[0])).is_some());
}
