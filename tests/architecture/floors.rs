//! The floors that ARCHITECTURE.md lists.

use std::collections::BTreeMap;

/// The floors of all crates, by the name that the document uses.
#[derive(Debug, Default)]
pub(crate) struct Floors {
    crates: BTreeMap<String, CrateFloors>,
}

/// The rooms of one crate and the floor of each, counted from the bottom.
#[derive(Debug, Default)]
pub(crate) struct CrateFloors {
    rooms: BTreeMap<String, usize>,
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
        let rooms = &mut self.crates.entry(name.trim().to_owned()).or_default().rooms;
        for (floor, listed) in floors.split("->").enumerate() {
            for room in listed.split_whitespace() {
                let before = rooms.insert(room.to_owned(), floor);
                assert!(
                    before.is_none(),
                    "{name}: the room `{room}` is listed twice"
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
    /// Whether an import from one room into another leads to a higher floor.
    pub(crate) fn runs_up(&self, from: &str, to: &str) -> bool {
        match (self.rooms.get(from), self.rooms.get(to)) {
            (Some(from), Some(to)) => from < to,
            _ => false,
        }
    }

    /// Rooms that exist and that the document does not list.
    pub(crate) fn unlisted<'a>(&'a self, rooms: &'a [String]) -> impl Iterator<Item = &'a String> {
        rooms.iter().filter(|room| !self.rooms.contains_key(*room))
    }

    /// Rooms that the document lists and that do not exist.
    pub(crate) fn vanished<'a>(&'a self, rooms: &'a [String]) -> impl Iterator<Item = &'a String> {
        self.rooms.keys().filter(|room| !rooms.contains(room))
    }
}

#[test]
fn rooms_are_read_with_their_floors() {
    let document = "Text.\n```floors\nhouse: cellar -> kitchen\n  hall -> roof\n```\nMore: text.\n";
    let floors = Floors::of_document(document);
    let (name, house) = floors.crates().next().expect("one crate");
    assert_eq!(name, "house");
    assert!(house.runs_up("cellar", "roof"));
    assert!(house.runs_up("kitchen", "roof"));
    assert!(!house.runs_up("roof", "hall"));
    assert!(!house.runs_up("kitchen", "hall"));
    assert_eq!(house.unlisted(&["attic".to_owned()]).count(), 1);
}
