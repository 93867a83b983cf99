//! What all files of the output need: a printer, and how types are written where it prints.

use std::collections::BTreeSet;

use crate::plan::{
    Boxing, FieldType, InnerType, Item, Module, Plan, Scalar, TableId, TypeRef, Wrap,
};
use crate::print::Printer;

/// Prints the items of one file.
pub(crate) struct Writer<'p, 'm> {
    pub(crate) plan: &'p Plan<'m>,
    pub(super) out: Printer,
    /// The module of types whose items are printed; `None` in files that have no such module.
    module: Option<&'p str>,
    prelude: Prelude,
    imports: BTreeSet<&'p str>,
    siblings: BTreeSet<&'p str>,
    types: BTreeSet<&'p TypeRef>,
    tables: BTreeSet<TableId>,
}

impl<'p, 'm> Writer<'p, 'm> {
    /// A writer for the items of a module of types.
    pub(super) fn of_module(plan: &'p Plan<'m>, module: &'p Module<'m>) -> Self {
        Self {
            module: Some(&module.name),
            ..Self::new(plan, module.items.iter().map(Item::ident))
        }
    }

    /// A writer for a file that defines types of these names.
    pub(crate) fn new(plan: &'p Plan<'m>, idents: impl Iterator<Item = &'p str>) -> Self {
        Self {
            plan,
            out: Printer::default(),
            module: None,
            prelude: Prelude::hidden_by(idents),
            imports: BTreeSet::new(),
            siblings: BTreeSet::new(),
            types: BTreeSet::new(),
            tables: BTreeSet::new(),
        }
    }

    /// What was printed since the last call.
    pub(super) fn take(&mut self) -> String {
        std::mem::take(&mut self.out).finish()
    }

    /// The modules that were named, sorted.
    pub(super) fn imports(&self) -> Vec<&'p str> {
        self.imports.iter().copied().collect()
    }

    /// The modules that were named since the last call, sorted.
    pub(super) fn take_imports(&mut self) -> BTreeSet<&'p str> {
        std::mem::take(&mut self.imports)
    }

    /// The types of this module that were named since the last call, sorted.
    pub(super) fn take_siblings(&mut self) -> BTreeSet<&'p str> {
        std::mem::take(&mut self.siblings)
    }

    /// The types and the tables that were named since the last call.
    pub(super) fn take_named(&mut self) -> (BTreeSet<&'p TypeRef>, BTreeSet<TableId>) {
        (
            std::mem::take(&mut self.types),
            std::mem::take(&mut self.tables),
        )
    }

    /// Names a module beside this one.
    pub(super) fn import(&mut self, module: &'p str) {
        self.imports.insert(module);
    }

    pub(super) fn prelude(&self) -> &Prelude {
        &self.prelude
    }

    /// The path of a generated type.
    pub(super) fn path(&mut self, ty: &'p TypeRef) -> String {
        self.types.insert(ty);
        if self.module == Some(&ty.module) {
            self.siblings.insert(&ty.ident);
            return ty.ident.clone();
        }
        self.import(&ty.module);
        format!("{}::{}", ty.module, ty.ident)
    }

    /// The path of a table.
    pub(super) fn table(&mut self, id: TableId) -> String {
        self.tables.insert(id);
        self.import("tables");
        format!("tables::{}", self.plan.table(id).ident)
    }

    /// The type of a value that is owned.
    pub(super) fn owned(&mut self, ty: &'p InnerType) -> String {
        match ty {
            InnerType::Scalar(scalar) => self.scalar(*scalar).to_owned(),
            InnerType::Enum(ty) | InnerType::Struct(ty) => self.path(ty),
            InnerType::Record => "g::Record".to_owned(),
            InnerType::Any => "g::AnyValue".to_owned(),
            InnerType::Element => "g::Element".to_owned(),
            InnerType::Attribute => "g::Attribute".to_owned(),
            InnerType::Nillable(inner) => format!("g::Nillable<{}>", self.owned(inner)),
        }
    }

    /// The type of a simple value.
    pub(super) fn scalar(&self, scalar: Scalar) -> &'static str {
        match scalar {
            Scalar::Boolean => "bool",
            Scalar::Byte => "i8",
            Scalar::Short => "i16",
            Scalar::Int => "i32",
            Scalar::Long => "i64",
            Scalar::UnsignedByte => "u8",
            Scalar::UnsignedShort => "u16",
            Scalar::UnsignedInt => "u32",
            Scalar::UnsignedLong => "u64",
            Scalar::Float => "f32",
            Scalar::Double => "f64",
            Scalar::Decimal => "g::Decimal",
            Scalar::DateTime => "g::DateTime",
            Scalar::Date => "g::Date",
            Scalar::Time => "g::Time",
            Scalar::XsdDateTime => "g::XsdDateTime",
            Scalar::XsdTime => "g::XsdTime",
            Scalar::Base64 | Scalar::Hex => "g::Binary",
            Scalar::Id => "g::Id",
            Scalar::String => self.prelude.string(),
        }
    }

    /// The type of a field or of an output.
    pub(crate) fn field_type(&mut self, ty: &'p FieldType) -> String {
        let inner = self.owned(&ty.inner);
        let inner = match ty.boxing {
            Boxing::None => inner,
            Boxing::Box => format!("{}<{inner}>", self.prelude.boxed()),
            Boxing::Deep => format!("g::Deep<{inner}>"),
        };
        let (option, vec) = (self.prelude.option(), self.prelude.vec());
        match ty.wrap {
            Wrap::Required => inner,
            Wrap::Optional => format!("{option}<{inner}>"),
            Wrap::Repeated => format!("{vec}<{inner}>"),
            Wrap::RepeatedOptional => format!("{vec}<{option}<{inner}>>"),
        }
    }

    /// Prints the documentation of an item: a line of our own, then what the WSDL says.
    pub(super) fn item_doc(&mut self, title: &str, documentation: Option<&str>) {
        self.out.doc(title);
        if let (true, Some(text)) = (self.plan.docs, documentation) {
            self.out.doc("");
            self.out.wsdl_doc(text);
        }
    }

    /// Prints the derives that the options add to a type.
    pub(super) fn derives(&mut self, derives: &[String]) {
        if !derives.is_empty() {
            self.out.line(&["#[derive(", &derives.join(", "), ")]"]);
        }
    }

    /// Makes a type `Serialize` and `Deserialize`, if that is wanted. `kind` names the macro that
    /// declares the type.
    pub(super) fn serde(&mut self, kind: &str, ident: &str) {
        if self.plan.serde {
            self.out.blank();
            self.out.line(&["g::serde!(", kind, " ", ident, ");"]);
        }
    }
}

/// Names of the prelude. A generated type of the same name hides one, and then its full path is
/// needed.
#[derive(Debug, Default)]
pub(super) struct Prelude {
    hidden: BTreeSet<&'static str>,
}

/// Names of the prelude that generated code uses, with their paths.
const PRELUDE: &[(&str, &str)] = &[
    ("AsRef", "::core::convert::AsRef"),
    ("Box", "::std::boxed::Box"),
    ("None", "::core::option::Option::None"),
    ("Option", "::core::option::Option"),
    ("Result", "::core::result::Result"),
    ("Send", "::core::marker::Send"),
    ("Some", "::core::option::Option::Some"),
    ("String", "::std::string::String"),
    ("Sync", "::core::marker::Sync"),
    ("Vec", "::std::vec::Vec"),
];

impl Prelude {
    fn hidden_by<'i>(idents: impl Iterator<Item = &'i str>) -> Self {
        let known = |ident: &str| PRELUDE.iter().find(|(name, _)| *name == ident);
        let hidden = idents.filter_map(known).map(|(name, _)| *name);
        Self {
            hidden: hidden.collect(),
        }
    }

    /// A name, or its path if it is hidden.
    fn name(&self, name: &'static str) -> &'static str {
        let path = PRELUDE.iter().find(|(known, _)| *known == name);
        match path {
            Some((_, path)) if self.hidden.contains(name) => path,
            _ => name,
        }
    }

    pub(super) fn option(&self) -> &'static str {
        self.name("Option")
    }

    pub(super) fn vec(&self) -> &'static str {
        self.name("Vec")
    }

    pub(super) fn string(&self) -> &'static str {
        self.name("String")
    }

    pub(super) fn boxed(&self) -> &'static str {
        self.name("Box")
    }

    pub(super) fn result(&self) -> &'static str {
        self.name("Result")
    }

    pub(super) fn send(&self) -> &'static str {
        self.name("Send")
    }

    pub(super) fn sync(&self) -> &'static str {
        self.name("Sync")
    }

    pub(super) fn as_ref(&self) -> &'static str {
        self.name("AsRef")
    }
}
