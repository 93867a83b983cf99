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
//! 5. **Names that would be conflicts** are told apart by how they are written, never by their number
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
//! with its identifier loses it to, or together with, a new name that has the same. [`NameConflicts`] says
//! so, and an option can pin either name.

mod case;
mod conflicts;
mod dump;
mod fields;
mod identifiers;
mod module;
mod operations;
mod renames;
mod reserved;
mod scope;
mod types;
mod variants;

#[cfg(test)]
mod properties;

use crate::config::Config;
use crate::error::Error;
use crate::select::{Selection, ShapeKind};
pub(crate) use case::is_identifier;
use identifiers::ShapeNames;
pub(crate) use identifiers::{FieldNames, Names, OperationNames};
pub(crate) use module::module_of_stem;
use renames::Renames;

/// Makes all names.
///
/// # Errors
///
/// If an option renames something that is not there, or to a name that cannot be used.
pub(crate) fn names(selection: &Selection<'_>, config: &Config) -> Result<Names, Error> {
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
        names.shapes[id.0 as usize].fields = match shape.kind {
            ShapeKind::View => fields::of_view(shape, &renames, &mut names.conflicts)?,
            ShapeKind::Struct => fields::of_struct(shape, &renames, &mut names.conflicts)?,
            ShapeKind::Choice => variants::of_choice(shape, &renames, &mut names.conflicts)?,
            ShapeKind::Abstract => variants::of_abstract(selection, shape),
            ShapeKind::OpenBase | ShapeKind::TableOnly => Vec::new(),
        };
    }
    operations::operations(selection, config, &mut names)?;
    Ok(names)
}
