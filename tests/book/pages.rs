//! Reads Markdown as far as these tests need it.

use std::path::{Path, PathBuf};

pub(crate) fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// A Markdown file.
#[derive(Debug)]
pub(crate) struct Page {
    /// Its path from the root of the repository, such as `guide/query.md`.
    pub(crate) path: String,
    pub(crate) text: String,
}

/// A fenced block of a page.
#[derive(Debug)]
pub(crate) struct Block<'a> {
    /// The first word after the fence.
    pub(crate) language: &'a str,
    /// The line of the page on which the fence is.
    pub(crate) line: usize,
    pub(crate) text: &'a str,
}

impl Page {
    pub(crate) fn read(path: &str) -> Self {
        let text = std::fs::read_to_string(root().join(path));
        let text = text.unwrap_or_else(|error| panic!("{path}: {error}"));
        let path = path.to_owned();
        Self { path, text }
    }

    /// The folder that relative links are relative to.
    pub(crate) fn folder(&self) -> PathBuf {
        let path = Path::new(&self.path);
        path.parent().unwrap_or(Path::new("")).to_owned()
    }

    pub(crate) fn blocks(&self) -> Vec<Block<'_>> {
        let mut blocks = Vec::new();
        let mut open: Option<(usize, usize, &str)> = None;
        let mut at = 0;
        for (number, line) in self.text.split_inclusive('\n').enumerate() {
            let is_indented = line.trim_start().len() < line.len();
            assert!(
                !is_indented || !line.trim_start().starts_with("```"),
                "{}: a block in a list",
                self.path
            );
            if let Some(info) = line.trim_end().strip_prefix("```") {
                open = match open {
                    None => Some((at + line.len(), number + 1, info)),
                    Some((start, line, info)) => {
                        let words = info.split([' ', ',']);
                        let language = words.into_iter().next().unwrap_or_default();
                        let text = &self.text[start..at];
                        blocks.push(Block {
                            language,
                            line,
                            text,
                        });
                        None
                    }
                };
            }
            at += line.len();
        }
        assert!(open.is_none(), "{}: a block has no end", self.path);
        blocks
    }

    /// The page without its blocks.
    pub(crate) fn prose(&self) -> String {
        let mut in_block = false;
        let lines = self.text.split_inclusive('\n').filter(|line| {
            let is_fence = line.starts_with("```");
            in_block ^= is_fence;
            !in_block && !is_fence
        });
        lines.collect()
    }

    /// The anchors of the headings, as GitHub and mdBook make them.
    pub(crate) fn anchors(&self) -> Vec<String> {
        let prose = self.prose();
        let headings = prose.lines().filter(|line| line.starts_with('#'));
        headings.map(anchor).collect()
    }
}

fn anchor(heading: &str) -> String {
    let text = heading.trim_start_matches('#').trim().to_lowercase();
    let kept = text.chars().filter_map(|c| match c {
        ' ' => Some('-'),
        c if c.is_alphanumeric() || matches!(c, '-' | '_') => Some(c),
        _ => None,
    });
    kept.collect()
}

/// The pages of the book, in the order of their names.
pub(crate) fn guide() -> Vec<Page> {
    let entries = std::fs::read_dir(root().join("guide")).expect("the folder of the book");
    let mut names: Vec<String> = entries
        .map(|entry| {
            entry
                .expect("an entry")
                .file_name()
                .into_string()
                .expect("a name")
        })
        .collect();
    names.retain(|name| name.ends_with(".md"));
    names.sort();
    assert!(names.len() > 20, "{names:?}");
    names
        .iter()
        .map(|name| Page::read(&format!("guide/{name}")))
        .collect()
}

/// The pages of the book, and all other pages that a reader of the repository meets.
pub(crate) fn all() -> Vec<Page> {
    let others = [
        "ARCHITECTURE.md",
        "CHANGELOG.md",
        "CONTRIBUTING.md",
        "README.md",
        "SECURITY.md",
        "benches/README.md",
        "codegen/README.md",
        "fuzz/README.md",
        "runtime/README.md",
        "sandbox/README.md",
        "wsdl/README.md",
    ];
    let mut pages = guide();
    pages.extend(others.map(Page::read));
    pages
}
