//! Records are dropped without recursion, because a program may nest records as deep as its memory
//! allows.

use std::sync::Arc;

use super::{Inner, Nested, Record};

impl Drop for Inner {
    fn drop(&mut self) {
        if !self.has_nested() {
            return;
        }
        let mut rest = Vec::new();
        self.unnest(&mut rest);
        while let Some(record) = rest.pop() {
            if let Some(mut inner) = Arc::into_inner(record.0) {
                inner.unnest(&mut rest);
            }
        }
    }
}

impl Inner {
    fn has_nested(&self) -> bool {
        !self.children.is_empty() || !self.extra.is_empty()
    }

    /// Moves nested records that contain records to `out`, so that they can be dropped one after
    /// the other.
    fn unnest(&mut self, out: &mut Vec<Record>) {
        let mut take = |record: Record| {
            if record.0.has_nested() {
                out.push(record);
            }
        };
        for child in self.children.drain(..) {
            // The typed form may share the record, so it is dropped first.
            drop(child.typed);
            match child.value {
                Nested::Record(record) => take(record),
                Nested::Any(value) => value.content.into_record().into_iter().for_each(&mut take),
                Nested::Text(_) => {}
            }
        }
        for element in self.extra.drain(..) {
            element
                .value
                .content
                .into_record()
                .into_iter()
                .for_each(&mut take);
        }
    }
}
