//! The floors that ARCHITECTURE.md lists.

use std::collections::BTreeMap;

/// The floors of all crates, by the name of the crate in the document.
#[derive(Debug, Default)]
pub(crate) struct Floors {
    crates: BTreeMap<String, CrateFloors>,
}

/// The top modules of one crate, and the floor of each, counted from the bottom.
#[derive(Debug, Default)]
pub(crate) struct CrateFloors {
    modules: BTreeMap<String, usize>,
}

impl Floors {
    /// Reads every block of the document that is fenced as `floors`.
    pub(crate) fn of_document(document: &str) -> Self {
        let mut floors = Self::default();
        let mut inside = false;
        // A line that begins with a space continues the line before it.
        let mut line = String::new();
        for next in document.lines() {
            if next.trim() == "```floors" {
                inside = true;
            } else if inside && next.trim() == "```" {
                inside = false;
                floors.add(&std::mem::take(&mut line));
            } else if inside && next.starts_with(' ') {
                line.push_str(next);
            } else if inside {
                floors.add(&std::mem::replace(&mut line, next.to_owned()));
            }
        }
        floors
    }

    fn add(&mut self, line: &str) {
        let Some((name, floors)) = line.split_once(':') else {
            assert!(line.trim().is_empty(), "not a line of floors: {line}");
            return;
        };
        let modules = &mut self
            .crates
            .entry(name.trim().to_owned())
            .or_default()
            .modules;
        for (floor, listed) in floors.split("->").enumerate() {
            for module in listed.split_whitespace() {
                let before = modules.insert(module.to_owned(), floor);
                assert!(
                    before.is_none(),
                    "{name}: the module `{module}` is listed twice"
                );
            }
        }
    }

    pub(crate) fn crates(&self) -> impl Iterator<Item = (&str, &CrateFloors)> {
        self.crates
            .iter()
            .map(|(name, floors)| (name.as_str(), floors))
    }
}

impl CrateFloors {
    /// Whether an import from one top module into another leads to a higher floor.
    pub(crate) fn leads_up(&self, from: &str, to: &str) -> bool {
        match (self.modules.get(from), self.modules.get(to)) {
            (Some(from), Some(to)) => from < to,
            _ => false,
        }
    }

    /// Top modules that exist and that the document does not list.
    pub(crate) fn unlisted<'a>(
        &'a self,
        modules: &'a [String],
    ) -> impl Iterator<Item = &'a String> {
        modules
            .iter()
            .filter(|module| !self.modules.contains_key(*module))
    }

    /// Top modules that the document lists and that do not exist.
    pub(crate) fn vanished<'a>(
        &'a self,
        modules: &'a [String],
    ) -> impl Iterator<Item = &'a String> {
        self.modules
            .keys()
            .filter(|module| !modules.contains(module))
    }
}

#[test]
fn modules_are_read_with_their_floors() {
    let document = "Text.\n```floors\ndemo: xml -> schema\n  value -> client\n```\nMore: text.\n";
    let floors = Floors::of_document(document);
    let (name, demo) = floors.crates().next().expect("one crate");
    assert_eq!(name, "demo");
    assert!(demo.leads_up("xml", "client"));
    assert!(demo.leads_up("schema", "client"));
    assert!(!demo.leads_up("client", "value"));
    assert!(!demo.leads_up("schema", "value"));
    assert_eq!(demo.unlisted(&["json".to_owned()]).count(), 1);
}
