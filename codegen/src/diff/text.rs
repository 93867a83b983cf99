//! A comparison as text: what breaks first, with the reasons, and each other change on a line.

use std::fmt;

use super::types::{Change, ChangeKind, Diff, Impact};

impl fmt::Display for Diff {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} -> {}", printable(&self.old), printable(&self.new))?;
        if self.is_empty() {
            return writeln!(f, "no difference");
        }
        for (impact, title) in [
            (Impact::Breaking, "Breaking"),
            (Impact::Additive, "Additive"),
            (Impact::Neutral, "Neutral"),
        ] {
            let count = self.of(impact).count();
            if count == 0 {
                continue;
            }
            writeln!(f, "\n{title}: {count}")?;
            let (mut owner, mut said) = ("", "");
            for change in self.of(impact) {
                if change.owner != owner {
                    (owner, said) = (&change.owner, "");
                    if !owner.is_empty() {
                        writeln!(f, "  {}", printable(owner))?;
                    }
                }
                said = change.print(f, said)?;
            }
        }
        Ok(())
    }
}

impl Change {
    /// Prints the change, and the reason unless it was just `said`. Returns the last reason.
    fn print<'a>(
        &'a self,
        f: &mut fmt::Formatter<'_>,
        said: &'a str,
    ) -> Result<&'a str, fmt::Error> {
        let indent = if self.owner.is_empty() { "" } else { "  " };
        let sign = match self.kind {
            ChangeKind::Added => '+',
            ChangeKind::Removed => '-',
            _ => '~',
        };
        let (item, name) = (self.item.words(), printable(&self.name));
        let breaks = match (self.rust == Impact::Breaking, self.data == Impact::Breaking) {
            (true, true) => " (breaks code and data)",
            (true, false) => " (breaks code)",
            (false, true) => " (breaks data)",
            (false, false) => "",
        };
        writeln!(f, "{indent}  {sign} {item} {name}{}{breaks}", self.detail())?;
        // What is gone needs no explanation.
        let explains = self.impact() == Impact::Breaking && self.kind != ChangeKind::Removed;
        if !explains || self.reason.is_empty() || self.reason == said {
            return Ok(said);
        }
        writeln!(f, "{indent}      {}", printable(&self.reason))?;
        Ok(&self.reason)
    }

    /// `: int -> double`, `: string`, or what changed in words.
    fn detail(&self) -> String {
        let (old, new) = (printable(&self.old), printable(&self.new));
        match (self.kind, old.is_empty(), new.is_empty()) {
            (ChangeKind::Added, _, false) => format!(": {new}"),
            (ChangeKind::Removed, false, _) => format!(": {old}"),
            (_, true, true) if matches!(self.kind, ChangeKind::Added | ChangeKind::Removed) => {
                String::new()
            }
            (ChangeKind::RustNameChanged, ..) => format!(": in Rust {old} -> {new}"),
            (ChangeKind::PropertyChanged, ..) => format!(": {old} -> {new}"),
            (
                ChangeKind::FacetsChanged
                | ChangeKind::LabelChanged
                | ChangeKind::HelpChanged
                | ChangeKind::LengthChanged
                | ChangeKind::TargetsChanged
                | ChangeKind::DefaultChanged
                | ChangeKind::BaseChanged
                | ChangeKind::NamespaceChanged,
                ..,
            ) => {
                let words = self.kind.words();
                let or_none = |text: String| {
                    if text.is_empty() {
                        "none".to_owned()
                    } else {
                        text
                    }
                };
                format!(" {words}: {} -> {}", or_none(old), or_none(new))
            }
            (_, true, true) => format!(" {}", self.kind.words()),
            _ => format!(": {old} -> {new}"),
        }
    }
}

/// Text of a WSDL without characters that change how a terminal shows it.
fn printable(text: &str) -> String {
    crate::print::escape::plain(text)
}
