//! Hazard: a page that no reader finds, and a chapter that promises code and has none.

use std::collections::BTreeSet;

use crate::pages::{Page, guide, root};

/// The pages that SUMMARY.md makes chapters of, with their titles, in the order of the book.
fn chapters() -> Vec<(String, String)> {
    let summary = Page::read("guide/SUMMARY.md");
    let entries = summary.text.lines().filter_map(|line| {
        let (_, entry) = line.split_once('[')?;
        let (title, file) = entry.split_once("](")?;
        Some((file.strip_suffix(')')?.to_owned(), title.to_owned()))
    });
    entries.collect()
}

#[test]
fn every_page_is_a_chapter_once_and_is_in_the_list_of_pages() {
    let chapters = chapters();
    let files: Vec<&String> = chapters.iter().map(|(file, _)| file).collect();
    let distinct: BTreeSet<&String> = files.iter().copied().collect();
    assert_eq!(
        files.len(),
        distinct.len(),
        "guide/SUMMARY.md has a page twice"
    );
    let list = Page::read("guide/README.md").text;
    for page in guide() {
        let name = page.path.trim_start_matches("guide/").to_owned();
        if name == "SUMMARY.md" {
            continue;
        }
        assert!(distinct.contains(&name), "guide/SUMMARY.md lacks {name}");
        let is_listed = list.contains(&format!("]({name})"));
        assert!(
            name == "README.md" || is_listed,
            "guide/README.md lacks {name}"
        );
    }
    for name in distinct {
        assert!(
            root().join("guide").join(name).exists(),
            "there is no guide/{name}"
        );
    }
}

#[test]
fn a_page_begins_with_its_title_and_says_what_it_shows() {
    for page in guide() {
        let mut lines = page.text.lines().filter(|line| !line.is_empty());
        let title = lines.next().unwrap_or_default();
        assert!(title.starts_with("# "), "{}: {title}", page.path);
        let first = lines.next().unwrap_or_default();
        let is_text = first.starts_with(|c: char| c.is_alphabetic() || c == '`');
        assert!(
            is_text || page.path == "guide/SUMMARY.md",
            "{}: {first}",
            page.path
        );
        let titles = page
            .text
            .lines()
            .filter(|line| line.starts_with("# ") && !line.contains(" — "));
        let in_blocks: usize = page
            .blocks()
            .iter()
            .map(|block| {
                block.text.matches("\n# ").count() + usize::from(block.text.starts_with("# "))
            })
            .sum();
        if page.path != "guide/SUMMARY.md" {
            assert_eq!(titles.count() - in_blocks, 1, "{}", page.path);
        }
    }
}

#[test]
fn a_page_about_code_has_code_that_runs() {
    // The pages whose examples are commands, configuration or tables.
    let without_code = [
        "README.md",
        "SUMMARY.md",
        "connector.md",
        "connector-scale.md",
        "connector-sinks.md",
        "console.md",
        "layout.md",
        "program.md",
        "troubleshooting.md",
    ];
    for page in guide() {
        if without_code.contains(&page.path.trim_start_matches("guide/")) {
            continue;
        }
        let runs = |language: &str| page.text.contains(&format!("\n```{language}\n"));
        assert!(runs("rust") || runs("sh"), "{}", page.path);
        // No line is hidden from the reader who reads the rendered page.
        assert!(
            !page.text.contains("\n# use ") && !page.text.contains("\n# let "),
            "{}",
            page.path
        );
    }
}
