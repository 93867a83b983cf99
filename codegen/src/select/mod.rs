//! Stage "select": which parts of the model are generated, and what each of them becomes.
//!
//! The options filter objects, fields and operations. Whatever the kept parts need is kept, too.

mod bindings;
mod builder;
mod closure;
mod derivation;
mod dump;
mod link;
mod shapes;
mod special;
mod types;

use saponify_wsdl::Model;

use crate::config::Config;
use crate::error::Error;
use crate::salesforce::operations::SpecialHeader;
use builder::Builder;
pub(crate) use types::{
    Operation, Origin, Selection, Service, Shape, ShapeId, ShapeKind, Style, ValueType,
};

/// Selects what the options ask for.
///
/// # Errors
///
/// If an option names nothing in the WSDL, or the WSDL exceeds a limit.
pub(crate) fn select<'m>(model: &'m Model, config: &Config) -> Result<Selection<'m>, Error> {
    let mut builder = Builder::new(model, config)?;
    let bound = bindings::bound(model, &mut builder)?;
    builder.close(&bound)?;
    let mut selection = builder.finish(&bound);
    for number in 0..selection.services.len() {
        let header = |kind| special::header(&selection, &selection.services[number], kind);
        let (session, limit) = (
            header(SpecialHeader::Session),
            header(SpecialHeader::LimitInfo),
        );
        selection.services[number].session_header = session;
        selection.services[number].limit_header = limit;
    }
    selection.special = special::operations(&selection);
    Ok(selection)
}
