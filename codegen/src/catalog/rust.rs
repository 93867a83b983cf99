//! Rust types as text. They are those of the generated code, without the prefix of the runtime.

use crate::emit::{Writer, value_of_key};
use crate::plan::{Argument, Boxing, FieldType, Plan, ViewField};

/// Writes Rust types.
pub(super) struct RustTypes<'p, 'm>(Writer<'p, 'm>);

impl<'p, 'm> RustTypes<'p, 'm> {
    pub(super) fn new(plan: &'p Plan<'m>) -> Self {
        Self(Writer::new(plan, std::iter::empty()))
    }

    /// The type of a field or of a result.
    pub(super) fn of_field(&mut self, ty: &'p FieldType) -> String {
        without_prefix(&self.0.field_type(ty))
    }

    /// The type of an argument, if it is owned.
    pub(super) fn of_argument(&mut self, argument: &Argument) -> String {
        let ty = FieldType {
            inner: argument.inner.clone(),
            wrap: argument.wrap,
            boxing: Boxing::None,
        };
        // A writer remembers what it named, so this one is of its own.
        let text = Writer::new(self.0.plan, std::iter::empty()).field_type(&ty);
        without_prefix(&text)
    }

    /// What the getter of an object's field returns. Every field of a record may be absent.
    pub(super) fn of_getter(&mut self, field: &'p ViewField<'_>) -> String {
        let value = without_prefix(&value_of_key(&mut self.0, &field.ty));
        match field.is_child_rows {
            true => format!("ChildRows<{}>", value.trim_start_matches('&')),
            false => format!("Option<{value}>"),
        }
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
