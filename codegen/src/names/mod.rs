//! Stage "names": the only place where identifiers are made.
//!
//! Names on the wire are never derived from these: they stand in the tables.
//!
//! # The rules
//!
//! 1. **Types** keep the name that the schema gives them, with a capital at its head. The type
//!    written inside an element is called after the element, or after the elements that lead to it.
//! 2. **Fields, methods, arguments and modules** are in snake case. Underscores stay as they are,
//!    so that Salesforce's suffixes stay readable: `Legacy_Id__c` is `legacy_id__c`,
//!    `AnnualRevenue` is `annual_revenue`, `CRMUserURLs` is `crm_user_urls`. **Keys and tables**
//!    are the same in capitals, **values** of enumerations in camel case.
//! 3. **Characters** that Rust does not allow become `_`, or their code point if they are letters
//!    that rustc warns about; `x` or `X` comes before a digit at the head.
//! 4. **Keywords** of all editions are raw (`r#type`); those that cannot be, and names that the
//!    generated code has a use for, get a `_` (`self_`, `get_`).
//! 5. **Names that would be alike** are told apart by how they are written, never by their number
//!    or order. A name that is written like the identifier has it; the others go on to the next
//!    form: without a word made of its capitals (`QuietHours__c` is `quiethours__c` beside
//!    `Quiet_Hours__c`), then in its own case, then with each character that was replaced as its
//!    code point. Attributes give way to elements (`size_attribute`), types of elements to types
//!    (`OrderElement`), tables and operations get the module or service before them, overloads the
//!    name of their input behind them. Only names that are the same on the wire are numbered.
//! 6. **Options** (`[rename]`) come before all of this.
//!
//! So adding a field, type, value or operation leaves every other name as it is, with one
//! exception that cannot be had otherwise without a memory of earlier runs: a name that was alone
//! with its identifier loses it to, or together with, a new name that has the same. [`Alike`] says
//! so, and an option can pin either name.

mod case;
mod fields;
mod module;
mod operations;
mod renames;
mod reserved;
mod scope;
mod types;

#[cfg(test)]
mod properties;

use std::collections::BTreeMap;

use saponify_wsdl::model::{NsId, TypeId};

use crate::config::Config;
use crate::error::Error;
use crate::select::{Face, Selection};
pub(crate) use case::is_identifier;
pub(crate) use module::module_of_stem;
use renames::Renames;

/// All identifiers of the output.
#[derive(Debug, Default)]
pub(crate) struct Names {
    /// Modules of namespaces that have types, by namespace.
    pub(crate) modules: BTreeMap<NsId, String>,
    /// By shape.
    pub(crate) shapes: Vec<ShapeNames>,
    pub(crate) enums: BTreeMap<TypeId, EnumNames>,
    /// By operation.
    pub(crate) operations: Vec<OperationNames>,
    /// By service.
    pub(crate) services: Vec<String>,
    /// Names that did not get the identifier that they would have alone.
    pub(crate) alike: Alike,
}

/// Names that would be alike in Rust, and how they are told apart.
#[derive(Debug, Default)]
pub(crate) struct Alike {
    first: Vec<String>,
    count: usize,
}

impl Alike {
    /// How many are listed; more of the same help nobody.
    const SHOWN: usize = 20;

    fn add(&mut self, wire: &[&str], rust: &str) {
        if wire.last() == Some(&rust) {
            return;
        }
        if self.count < Self::SHOWN {
            let wire = wire.join(".");
            let wire = wire.escape_debug();
            self.first.push(format!(
                "`{wire}` is `{rust}`, to be told from a name like it"
            ));
        }
        self.count += 1;
    }

    /// What to tell a reader of the output.
    pub(crate) fn into_notes(mut self) -> Vec<String> {
        let more = self.count - self.first.len();
        if more > 0 {
            self.first
                .push(format!("{more} more names are told from names like them"));
        }
        self.first
    }
}

/// Identifiers of a shape.
#[derive(Debug, Default)]
pub(crate) struct ShapeNames {
    /// Of the struct or view; empty if it has none.
    pub(crate) ty: String,
    /// Of the table.
    pub(crate) table: String,
    /// By member; empty if the shape has no face.
    pub(crate) fields: Vec<FieldNames>,
}

/// Identifiers of a field.
#[derive(Debug, Default)]
pub(crate) struct FieldNames {
    /// The field, or the getter.
    pub(crate) ident: String,
    /// The key constant of a view.
    pub(crate) key: String,
    /// The setter of a view.
    pub(crate) setter: String,
}

/// Identifiers of an enumeration.
#[derive(Debug)]
pub(crate) struct EnumNames {
    pub(crate) ty: String,
    pub(crate) variants: Vec<String>,
}

/// Identifiers of an operation.
#[derive(Debug)]
pub(crate) struct OperationNames {
    pub(crate) method: String,
    pub(crate) ty: String,
    pub(crate) table: String,
    /// The method that takes any number of rows, and how.
    pub(crate) bulk: Option<(String, Bulk)>,
    pub(crate) arguments: Vec<String>,
}

/// Makes all names.
pub(crate) fn names(
    selection: &Selection<'_>,
    roles: &Roles,
    config: &Config,
) -> Result<Names, Error> {
    let renames = Renames::new(selection, config)?;
    let mut names = Names {
        modules: module::modules(selection, &config.rename.modules)?,
        ..Names::default()
    };
    names
        .shapes
        .resize_with(selection.shapes.len(), ShapeNames::default);
    types::types(selection, &renames, &mut names)?;
    types::tables(selection, &mut names);
    for (id, shape) in selection.ids() {
        names.shapes[id.0 as usize].fields = match shape.face {
            Face::View => fields::of_view(shape, &renames, &mut names.alike)?,
            Face::Struct => fields::of_struct(shape, &renames, &mut names.alike)?,
            Face::Choice => fields::of_choice(shape, &renames, &mut names.alike)?,
            Face::Abstract => types::heirs(selection, shape),
            Face::OpenBase | Face::Table => Vec::new(),
        };
    }
    operations::operations(selection, roles, config, &mut names)?;
    Ok(names)
}

/// Operations that the runtime has its own methods for, by number.
#[derive(Clone, Debug, Default)]
pub(crate) struct Roles {
    pub(crate) login: Option<usize>,
    pub(crate) query: Option<usize>,
    pub(crate) query_all: Option<usize>,
    pub(crate) query_more: Option<usize>,
    /// Operations that take many rows, by number.
    pub(crate) bulk: Vec<(usize, Bulk)>,
}

/// How an operation takes many rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Bulk {
    /// `create(rows)`, `update(rows)`
    Save,
    /// `upsert(field, rows)`
    Upsert,
    /// `delete(ids)`, `undelete(ids)`
    ById,
    /// `retrieve(fields, object, ids)`
    Retrieve,
}
