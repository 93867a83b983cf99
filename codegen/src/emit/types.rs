//! How types are written, seen from a module.

use std::collections::BTreeSet;

use super::{choices, enums, structs, views};
use crate::plan::{FieldType, Item, Leaf, Module, Plan, TypeRef, Wrap};

/// Names of the prelude that a module's own types hide, so that the full path is needed.
#[derive(Debug, Default)]
pub(super) struct Scope {
    option: bool,
    vec: bool,
    string: bool,
    boxed: bool,
    result: bool,
    as_ref: bool,
}

impl Scope {
    pub(super) fn new(module: &Module<'_>) -> Self {
        Self::of(module.items.iter().map(Item::ident))
    }

    pub(super) fn of<'i>(idents: impl IntoIterator<Item = &'i str>) -> Self {
        let mut scope = Self::default();
        for ident in idents {
            match ident {
                "Option" => scope.option = true,
                "Vec" => scope.vec = true,
                "String" => scope.string = true,
                "Box" => scope.boxed = true,
                "Result" => scope.result = true,
                "AsRef" => scope.as_ref = true,
                _ => {}
            }
        }
        scope
    }

    pub(super) fn option(&self) -> &'static str {
        if self.option {
            "::core::option::Option"
        } else {
            "Option"
        }
    }

    pub(super) fn vec(&self) -> &'static str {
        if self.vec { "::std::vec::Vec" } else { "Vec" }
    }

    pub(super) fn string(&self) -> &'static str {
        if self.string {
            "::std::string::String"
        } else {
            "String"
        }
    }

    pub(super) fn boxed(&self) -> &'static str {
        if self.boxed {
            "::std::boxed::Box"
        } else {
            "Box"
        }
    }

    pub(super) fn result(&self) -> &'static str {
        if self.result {
            "::core::result::Result"
        } else {
            "Result"
        }
    }

    pub(super) fn as_ref(&self) -> &'static str {
        if self.as_ref {
            "::core::convert::AsRef"
        } else {
            "AsRef"
        }
    }
}

/// Modules that a file refers to.
#[derive(Debug, Default)]
pub(super) struct Imports(BTreeSet<String>);

impl Imports {
    pub(super) fn add(&mut self, module: &str) {
        if !self.0.contains(module) {
            self.0.insert(module.to_owned());
        }
    }

    /// The `use` declaration.
    pub(super) fn lines(&self, parent: &str) -> String {
        let names: Vec<&str> = self.0.iter().map(String::as_str).collect();
        match names.as_slice() {
            [] => String::new(),
            [name] => format!("use {parent}::{name};\n"),
            names => {
                let line = format!("use {parent}::{{{}}};\n", names.join(", "));
                if line.len() <= 101 {
                    line
                } else {
                    wrapped(parent, names)
                }
            }
        }
    }
}

/// A long list of names in a `use`, as many per line as fit.
fn wrapped(parent: &str, names: &[&str]) -> String {
    let mut out = format!("use {parent}::{{\n");
    let mut line = String::new();
    for name in names {
        if !line.is_empty() && 4 + line.len() + 1 + name.len() + 1 > 100 {
            out.push_str(&format!("    {line}\n"));
            line.clear();
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(name);
        line.push(',');
    }
    out.push_str(&format!("    {line}\n}};\n"));
    out
}

/// Appends one type with all that belongs to it.
pub(super) fn push_item(
    out: &mut String,
    plan: &Plan<'_>,
    item: &Item<'_>,
    scope: &Scope,
    imports: &mut Imports,
) {
    match item {
        Item::View(view) => views::push(out, plan, view, scope, imports),
        Item::Struct(structure) => structs::push(out, plan, structure, scope, imports),
        Item::Choice(choice) => choices::push(out, plan, choice, scope, imports),
        Item::Abstract(ty) => choices::push_abstract(out, plan, ty, scope, imports),
        Item::Enum(enumeration) => enums::push(out, plan, enumeration),
    }
}

/// A generated type's path.
pub(super) fn path(reference: &TypeRef, imports: &mut Imports) -> String {
    match &reference.module {
        Some(module) => {
            imports.add(module);
            format!("{module}::{}", reference.ident)
        }
        None => reference.ident.clone(),
    }
}

/// A leaf as an owned type.
pub(super) fn owned(leaf: &Leaf, scope: &Scope, imports: &mut Imports) -> String {
    match leaf {
        Leaf::Text => scope.string().to_owned(),
        Leaf::Bytes => "g::Bytes".to_owned(),
        Leaf::Plain(name) => (*name).to_owned(),
        Leaf::Decimal => "g::Decimal".to_owned(),
        Leaf::Enum(reference) | Leaf::Struct(reference) => path(reference, imports),
        Leaf::Record => "g::Record".to_owned(),
        Leaf::Any => "g::AnyValue".to_owned(),
        Leaf::Element => "g::Element".to_owned(),
        Leaf::Attribute => "g::Attribute".to_owned(),
    }
}

/// The type of a field or an output.
pub(super) fn field_type(ty: &FieldType, scope: &Scope, imports: &mut Imports) -> String {
    let mut leaf = owned(&ty.leaf, scope, imports);
    if ty.boxed {
        leaf = format!("{}<{leaf}>", scope.boxed());
    }
    match ty.wrap {
        Wrap::Required => leaf,
        Wrap::Optional => format!("{}<{leaf}>", scope.option()),
        Wrap::Repeated => format!("{}<{leaf}>", scope.vec()),
        Wrap::RepeatedOptional => format!("{}<{}<{leaf}>>", scope.vec(), scope.option()),
    }
}
