//! Arrays that SOAP encodes.

use saponify_wsdl::model::{Model, TypeId, TypeName};

use super::member::{ITEMS, Member, NO_NS, NodeKind};

/// Whether a type is an array that SOAP encodes (SOAP 1.1 section 5.4.2; SOAP 1.2 part 2, section
/// 3.1.6).
pub(crate) fn is_array(model: &Model, id: TypeId) -> bool {
    let encodings = [
        "http://schemas.xmlsoap.org/soap/encoding/",
        "http://www.w3.org/2003/05/soap-encoding",
    ];
    model
        .bases(id)
        .any(|base| match &model.type_def(base).name {
            TypeName::Global(name) => {
                name.local == "Array" && encodings.contains(&model.namespace(name.ns))
            }
            TypeName::Anonymous { .. } => false,
        })
}

/// Keeps only the items among the members of an array, if there is one kind of them. The attributes
/// belong to the encoding. If the type declares an element, it describes the items better than
/// `wsdl:arrayType`.
pub(crate) fn keep_items(members: &mut Vec<Member<'_>>) {
    let items = |declared: bool| {
        let elements = members.iter().filter(|m| m.node == NodeKind::Element);
        elements.filter(move |m| m.group().is_none() && (m.ns != NO_NS) == declared)
    };
    let mut declared = items(true);
    let item = match (declared.next(), declared.next()) {
        (Some(only), None) => Some(only),
        _ => items(false).next(),
    };
    if let Some(item) = item.cloned() {
        *members = vec![Member {
            occurs: ITEMS,
            ..item
        }];
    }
}
