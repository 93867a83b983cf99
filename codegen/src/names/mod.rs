//! Stage "names": the only stage that makes identifiers.
//!
//! Names on the wire are never derived from identifiers; the tables contain them.
//!
//! # The rules
//!
//! 1. **Types** keep the name that the schema gives them, with a capital as the first letter. An
//!    anonymous type is named after its element, or after the elements that lead to it.
//! 2. **Fields, methods, arguments and modules** are in snake case. Underscores stay as they are, so
//!    that Salesforce's suffixes stay readable: `Legacy_Id__c` is `legacy_id__c`, `AnnualRevenue` is
//!    `annual_revenue`, `CRMUserURLs` is `crm_user_urls`. **Keys and tables** are the same in
//!    capitals. **Values** of enumerations are in camel case.
//! 3. **Characters** that Rust does not allow become `_`. Letters about which rustc warns become their
//!    code point. `x` or `X` is put before a digit at the beginning.
//! 4. **Keywords** of all editions are raw (`r#type`). Keywords that cannot be raw, and names that
//!    generated code uses itself, get the suffix `_` (`self_`, `get_`).
//! 5. **Conflicts.** If several names would have the same identifier, each gets another spelling. No
//!    name gets a number, and the order of the names does not matter. The name that is written like
//!    the identifier keeps it. The others get their next spelling: first the name in small letters
//!    (`QuietHours__c` is `quiethours__c` beside `Quiet_Hours__c`), then the name as it is written, then
//!    with the code point of each character that was replaced. If an element and an attribute
//!    conflict, the attribute gets a suffix (`size_attribute`); if a type and the anonymous type of an
//!    element conflict, the element does (`OrderElement`). Tables and operations get the name of their
//!    module or service as a prefix, and overloads the name of their input as a suffix. Only names that
//!    are equal on the wire are numbered.
//! 6. **Options** (`[rename]`) take precedence over all of this.
//!
//! Adding a field, type, value or operation therefore changes no other name, with one exception. A
//! name whose identifier another name then wants, too, may get its next spelling. To avoid this, the
//! generator would have to remember earlier runs. [`NameConflicts`] reports such names, and an option
//! can fix either of them.

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
mod server;
mod types;
mod variants;

#[cfg(test)]
mod properties;

use crate::config::Config;
use crate::error::Error;
use crate::select::{Selection, ShapeKind};
pub(crate) use case::is_identifier;
use identifiers::ShapeNames;
pub(crate) use identifiers::{FieldNames, Names, OperationNames, RowMethods};
pub(crate) use module::module_of_stem;
use renames::Renames;

/// Makes all names.
///
/// # Errors
///
/// If an option renames something that does not exist, or gives a name that cannot be used.
pub(crate) fn names(selection: &Selection<'_>, config: &Config) -> Result<Names, Error> {
    let renames = Renames::new(selection, config)?;
    let mut names = Names {
        modules: module::modules(selection, config)?,
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
    if config.server {
        server::server(selection, &mut names);
    }
    Ok(names)
}
