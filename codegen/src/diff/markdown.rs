//! A comparison as Markdown, for the description of a pull request.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::types::{Change, ChangeKind, Diff, Impact};
use crate::print::escape::code;

impl Diff {
    /// The comparison as Markdown: a table of what breaks, and folded lists of the rest.
    #[must_use]
    pub fn markdown(&self) -> String {
        let mut out = String::new();
        let _ = writeln!(out, "### {} → {}\n", code(&self.old), code(&self.new));
        if self.is_empty() {
            out.push_str("No difference.\n");
            return out;
        }
        let count = |impact| self.of(impact).count();
        let _ = writeln!(
            out,
            "**{} breaking**, {} additive, {} neutral.",
            count(Impact::Breaking),
            count(Impact::Additive),
            count(Impact::Neutral)
        );
        if count(Impact::Breaking) > 0 {
            out.push_str("\n| What | Change | Rust | Data | Why |\n|---|---|---|---|---|\n");
            for change in self.of(Impact::Breaking) {
                let _ = writeln!(
                    out,
                    "| {} {} | {} | {} | {} | {} |",
                    change.item.words(),
                    cell(&code(&change.path())),
                    cell(&change.detail_in_words()),
                    change.rust.word(),
                    change.data.word(),
                    cell(&change.reason)
                );
            }
        }
        for (impact, title) in [(Impact::Additive, "Additive"), (Impact::Neutral, "Neutral")] {
            if count(impact) > 0 {
                self.folded(&mut out, impact, title);
            }
        }
        out
    }

    /// A folded list with a line for each owner and kind of change.
    fn folded(&self, out: &mut String, impact: Impact, title: &str) {
        let count = self.of(impact).count();
        let _ = writeln!(out, "\n<details><summary>{title}: {count}</summary>\n");
        let mut lines: BTreeMap<(usize, String), Vec<String>> = BTreeMap::new();
        let mut order: Vec<&str> = Vec::new();
        for change in self.of(impact) {
            let at = match order.iter().rposition(|owner| *owner == change.owner) {
                Some(at) => at,
                None => {
                    order.push(&change.owner);
                    order.len() - 1
                }
            };
            let head = [change.item.words(), " ", change.kind.words()].concat();
            let values = match change.kind {
                ChangeKind::Added | ChangeKind::Removed => String::new(),
                _ if change.old.is_empty() && change.new.is_empty() => String::new(),
                _ => format!(" ({} → {})", code(&change.old), code(&change.new)),
            };
            let names = lines.entry((at, head)).or_default();
            names.push(code(&change.name) + &values);
        }
        for ((at, head), names) in &lines {
            let owner = order.get(*at).copied().unwrap_or_default();
            let owner = match owner.is_empty() {
                true => String::new(),
                false => format!("{}: ", code(owner)),
            };
            let _ = writeln!(out, "- {owner}{head}: {}", names.join(", "));
        }
        out.push_str("\n</details>\n");
    }
}

impl Change {
    fn detail_in_words(&self) -> String {
        let words = self.kind.words();
        match (self.old.is_empty(), self.new.is_empty()) {
            (true, true) => words.to_owned(),
            (true, false) => format!("{words}: {}", code(&self.new)),
            (false, true) => format!("{words}: {}", code(&self.old)),
            (false, false) => format!("{} → {}", code(&self.old), code(&self.new)),
        }
    }
}

/// Text in a cell of a table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}
