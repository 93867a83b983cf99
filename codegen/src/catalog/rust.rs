//! Rust types as text. They are those of the generated code, without the prefix of the runtime.

use std::sync::Arc;

use crate::emit::{Writer, value_of_key};
use crate::plan::{Argument, Boxing, FieldType, KeyType, Plan, ViewField};

/// Writes Rust types.
pub(super) struct RustTypes<'p, 'm> {
    writer: Writer<'p, 'm>,
    /// What the getters of simple types return. Nearly all fields of objects have one of a dozen types.
    getters: Vec<(&'p KeyType, bool, Arc<str>)>,
}

impl<'p, 'm> RustTypes<'p, 'm> {
    pub(super) fn new(plan: &'p Plan<'m>) -> Self {
        Self {
            writer: Writer::new(plan, std::iter::empty()),
            getters: Vec::new(),
        }
    }

    /// The type of a field or of a result.
    pub(super) fn of_field(&mut self, ty: &'p FieldType) -> Arc<str> {
        without_prefix(&self.writer.field_type(ty)).into()
    }

    /// The type of an argument, if it is owned.
    pub(super) fn of_argument(&mut self, argument: &Argument) -> Arc<str> {
        let ty = FieldType {
            inner: argument.inner.clone(),
            wrap: argument.wrap,
            boxing: Boxing::None,
        };
        // A writer remembers what it named, so this one is of its own.
        let text = Writer::new(self.writer.plan, std::iter::empty()).field_type(&ty);
        without_prefix(&text).into()
    }

    /// What the getter of an object's field returns. Every field of a record may be absent.
    pub(super) fn of_getter(&mut self, field: &'p ViewField<'_>) -> Arc<str> {
        let mut known = self.getters.iter();
        let known = known.find(|(ty, rows, _)| **ty == field.ty && *rows == field.is_child_rows);
        if let Some((.., text)) = known {
            return Arc::clone(text);
        }
        let value = without_prefix(&value_of_key(&mut self.writer, &field.ty));
        let text: Arc<str> = match field.is_child_rows {
            true => format!("ChildRows<{}>", value.trim_start_matches('&')).into(),
            false => format!("Option<{value}>").into(),
        };
        if !matches!(field.ty, KeyType::Parent(_) | KeyType::Nested(_)) {
            let entry = (&field.ty, field.is_child_rows, Arc::clone(&text));
            self.getters.push(entry);
        }
        text
    }
}

/// Removes `g::`, the name that generated code gives the runtime.
fn without_prefix(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("g::") {
        let (before, after) = rest.split_at(at);
        out.push_str(before);
        let is_name = out
            .chars()
            .next_back()
            .is_some_and(|c| c.is_alphanumeric() || c == '_');
        if is_name {
            out.push_str("g::");
        }
        rest = &after[3..];
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::without_prefix;

    #[test]
    fn only_the_prefix_of_the_runtime_is_removed() {
        for (text, expected) in [
            ("g::Decimal", "Decimal"),
            ("Option<g::Boxed<bag::Bag>>", "Option<Boxed<bag::Bag>>"),
            ("&str", "&str"),
            ("g::Nillable<g::Id>", "Nillable<Id>"),
        ] {
            assert_eq!(without_prefix(text), expected);
        }
    }
}
