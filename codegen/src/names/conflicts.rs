//! Names of the WSDL that would have the same identifier.

/// The names that did not get the identifier that they would have alone.
#[derive(Debug, Default)]
pub(crate) struct NameConflicts {
    first: Vec<String>,
    count: usize,
}

impl NameConflicts {
    /// How many are listed. More of them would help nobody.
    const SHOWN: usize = 20;

    /// Adds a name: the path on the wire, and its identifier.
    pub(super) fn add(&mut self, wire: &[&str], rust: &str) {
        if wire.last() == Some(&rust) {
            return;
        }
        if self.count < Self::SHOWN {
            let wire = wire.join(".");
            let wire = wire.escape_debug();
            self.first.push(format!(
                "`{wire}` is `{rust}`, because another name would have the same identifier"
            ));
        }
        self.count += 1;
    }

    /// What to tell the user.
    pub(crate) fn notes(&self) -> Vec<String> {
        let mut notes = self.first.clone();
        let more = self.count - notes.len();
        if more > 0 {
            notes.push(format!(
                "{more} more names have another spelling for the same reason"
            ));
        }
        notes
    }
}
