//! Arrays that SOAP encodes.

use saponify_wsdl::model::{QName, TypeName};

use crate::content::{self, NodeKind};
use crate::select::{Origin, Selection, Shape};

/// Whether a shape is an array that SOAP encodes.
pub(super) fn is_array(selection: &Selection<'_>, shape: &Shape<'_>) -> bool {
    let Origin::Type(id) = shape.origin else {
        return false;
    };
    matches!(shape.members.as_slice(), [item] if item.node == NodeKind::Element)
        && content::is_array(selection.model, id)
}

/// The name of the type of an array's items.
pub(super) fn array_item<'m>(selection: &Selection<'m>, shape: &Shape<'m>) -> Option<&'m QName> {
    let item = shape.members.first().filter(|_| is_array(selection, shape));
    match &selection.model.type_def(item?.type_id()?).name {
        TypeName::Global(name) => Some(name),
        TypeName::Anonymous { .. } => None,
    }
}
