//! Tables, and the namespaces that they number.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use saponify_wsdl::model::{Builtin, NsId, QName, TypeName};

use super::{Leaf, Namespace, Table, TableField};
use crate::config::Config;
use crate::error::Error;
use crate::fields::{self, Member, NO_NS, Occurs, Place, Target};
use crate::names::Names;
use crate::select::{Face, Origin, Selection, Shape, Use, glob};

/// Numbers of namespaces in tables.
pub(super) struct Numbers(BTreeMap<NsId, u8>);

impl Numbers {
    pub(super) fn of(&self, ns: NsId) -> u8 {
        self.0.get(&ns).copied().unwrap_or_default()
    }
}

/// The namespace of `xml:lang`.
const XML: &str = "http://www.w3.org/XML/1998/namespace";
const XSD: &str = "http://www.w3.org/2001/XMLSchema";

/// Prefixes that messages use for themselves.
const TAKEN: &[&str] = &[
    "env", "soap", "soapenc", "soapenv", "wsa", "wsse", "wsu", "xml", "xmlns", "xsd", "xsi",
];

/// Numbers the namespaces that occur, in the order of the WSDL.
pub(super) fn namespaces<'m>(
    selection: &Selection<'m>,
) -> Result<(Vec<Namespace<'m>>, Numbers), Error> {
    let mut used = BTreeSet::new();
    for shape in &selection.shapes {
        used.insert(shape.ns);
        used.extend(shape.members.iter().map(|member| member.ns));
        used.extend(array_item(selection, shape).map(|name| name.ns));
    }
    let types = selection.operations.iter().flat_map(|o| &o.types);
    used.extend(types.flatten().map(|name| name.ns));
    let mut list = vec![Namespace {
        uri: "",
        prefix: Cow::Borrowed(""),
    }];
    let mut numbers = BTreeMap::new();
    let mut prefixes: BTreeSet<Cow<'m, str>> = BTreeSet::new();
    for ns in used {
        let uri = selection.uri(ns);
        if uri.is_empty() {
            numbers.insert(ns, 0);
            continue;
        }
        let declared = selection.model.namespaces[ns.0 as usize].prefix.as_deref();
        let usable = |p: &&str| is_prefix(p) && !TAKEN.contains(p) && !prefixes.contains(*p);
        let number = u8::try_from(list.len())
            .map_err(|_| Error::unsupported("the WSDL has more than 255 namespaces in use"))?;
        let mut ordinal = u32::from(number);
        // Bound in every document, and declared by every envelope.
        let bound = match uri {
            XML => Some("xml"),
            XSD => Some("xsd"),
            _ => None,
        };
        if let Some(prefix) = bound {
            numbers.insert(ns, number);
            let prefix = Cow::Borrowed(prefix);
            list.push(Namespace { uri, prefix });
            continue;
        }
        let prefix = declared
            .filter(usable)
            .map(Cow::Borrowed)
            .unwrap_or_else(|| {
                loop {
                    let prefix = format!("ns{ordinal}");
                    if !prefixes.contains(prefix.as_str()) {
                        break Cow::Owned(prefix);
                    }
                    ordinal += 1;
                }
            });
        prefixes.insert(prefix.clone());
        numbers.insert(ns, number);
        list.push(Namespace { uri, prefix });
    }
    Ok((list, Numbers(numbers)))
}

/// Whether a prefix of the document is plain enough to be used in messages.
fn is_prefix(prefix: &str) -> bool {
    prefix.starts_with(|c: char| c.is_ascii_alphabetic())
        && prefix
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-')
        && !prefix.to_ascii_lowercase().starts_with("xml")
}

/// All tables, sorted by identifier.
pub(super) fn tables<'m>(
    selection: &Selection<'m>,
    names: &Names,
    numbers: &Numbers,
    config: &Config,
) -> Result<Vec<Table<'m>>, Error> {
    let mut tables = Vec::with_capacity(selection.shapes.len());
    // SOAP 1.1 section 7.1: the name of the element that is returned says nothing.
    let rpc = selection
        .operations
        .iter()
        .filter(|operation| operation.style.rpc);
    let returns: BTreeSet<_> = rpc
        .map(|operation| operation.response)
        .filter(|id| {
            let shape = selection.shape(*id);
            shape.members.len() == 1 && matches!(shape.origin, Origin::Synthetic(..))
        })
        .collect();
    for (id, shape) in selection.ids() {
        if shape.members.len() >= usize::from(u16::MAX) {
            return Err(Error::unsupported(format!(
                "the type {} has more than 65,534 fields: leave some out",
                shape.name.escape_debug()
            )));
        }
        let open = matches!(shape.face, Face::View | Face::OpenBase);
        let mut fields: Vec<_> = shape
            .members
            .iter()
            .map(|member| field(selection, names, numbers, config, open, member))
            .collect();
        fields.extend(array_item(selection, shape).map(|name| TableField {
            wire: Cow::Borrowed(&name.local),
            ns: numbers.of(name.ns),
            kind: "ArrayType",
            place: Place::Attribute,
            occurs: Occurs::default(),
            list: false,
            default: None,
            sensitive: false,
            ty: None,
        }));
        tables.push(Table {
            ident: names.shapes[id.0 as usize].table.clone(),
            wire: shape.name.clone(),
            ns: numbers.of(shape.ns),
            open,
            nulls_by_name: open && nulls_by_name(shape),
            typed: shape.face != Face::Table && (shape.base.is_some() || shape.is_base) || open,
            choice: shape.face == Face::Choice,
            grouped: !open && grouped(&shape.members),
            any_name: is_array(selection, shape) || returns.contains(&id),
            sorted_from: sorted_from(&fields),
            base: shape
                .base
                .map(|base| names.shapes[base.0 as usize].table.clone()),
            fields,
        });
    }
    tables.sort_by(|a, b| a.ident.cmp(&b.ident));
    Ok(tables)
}

/// Whether some members are groups, or elements of the same name.
fn grouped(members: &[Member<'_>]) -> bool {
    let mut seen = BTreeSet::new();
    let mut elements = members.iter().filter(|m| m.place == Place::Element);
    elements.any(|m| m.group().is_some() || !seen.insert((m.ns, &m.name)))
}

/// Whether a shape is an array that SOAP encodes.
fn is_array(selection: &Selection<'_>, shape: &Shape<'_>) -> bool {
    let Origin::Type(id) = shape.origin else {
        return false;
    };
    matches!(shape.members.as_slice(), [item] if item.place == Place::Element)
        && fields::is_array(selection.model, id)
}

/// The name of the type of an array's items.
fn array_item<'m>(selection: &Selection<'m>, shape: &Shape<'m>) -> Option<&'m QName> {
    let item = shape.members.first().filter(|_| is_array(selection, shape));
    match &selection.model.type_def(item?.type_id()?).name {
        TypeName::Global(name) => Some(name),
        TypeName::Anonymous { .. } => None,
    }
}

/// Whether null fields are named in the first field.
pub(super) fn nulls_by_name(shape: &Shape<'_>) -> bool {
    shape
        .members
        .first()
        .is_some_and(|m| m.name == "fieldsToNull" && m.occurs.repeated)
}

fn field<'m>(
    selection: &Selection<'m>,
    names: &Names,
    numbers: &Numbers,
    config: &Config,
    open: bool,
    member: &Member<'m>,
) -> TableField<'m> {
    let items = selection.list_of(member).filter(|_| !open);
    let of_items = items.map(|item| selection.uses[item.0 as usize]);
    let (kind, ty) = match of_items.or_else(|| selection.use_of(member)) {
        None if member.target == Target::AnyAttribute => ("Attributes", None),
        None => ("Wildcard", None),
        Some(Use::Any) if items.is_some() => ("String", None),
        Some(Use::Shape(id)) if member.group().is_some() => {
            ("Group", Some(names.shapes[id.0 as usize].table.clone()))
        }
        Some(Use::Any) => ("Any", None),
        Some(Use::RecordId) => ("Id", None),
        Some(Use::Enum(_)) => ("Enum", None),
        Some(Use::Simple(builtin)) => (simple(builtin).0, None),
        Some(Use::Shape(id)) => {
            let table = Some(names.shapes[id.0 as usize].table.clone());
            match selection.shape(id).face {
                Face::View | Face::OpenBase => ("Record", table),
                Face::Struct | Face::Choice | Face::Abstract | Face::Table => ("Struct", table),
            }
        }
    };
    let text = matches!(selection.use_of(member), Some(Use::Simple(_)));
    TableField {
        wire: member.name.clone(),
        ns: if member.ns == NO_NS {
            0
        } else {
            numbers.of(member.ns)
        },
        kind,
        place: member.place,
        occurs: member.occurs,
        list: items.is_some(),
        default: member.default.map(|default| default.text).filter(|_| !open),
        sensitive: text && !open && sensitive(&member.name, config),
        ty,
    }
}

/// Whether a field's value is a secret by its name.
fn sensitive(name: &str, config: &Config) -> bool {
    let lower = name.to_lowercase();
    let known = [
        "sessionid",
        "sessionids",
        "securitytoken",
        "accesstoken",
        "refreshtoken",
    ];
    known.contains(&lower.as_str())
        || lower.ends_with("password") && !lower.starts_with("is") && !lower.starts_with("has")
        || config.sensitive.iter().any(|pattern| glob(pattern, name))
}

/// From which field on the names are sorted.
fn sorted_from(fields: &[TableField<'_>]) -> usize {
    let mut from = fields.len().saturating_sub(1);
    while from > 0 && fields[from - 1].wire < fields[from].wire {
        from -= 1;
    }
    from
}

/// The kind of a built-in type and its Rust type.
pub(super) fn simple(builtin: Builtin) -> (&'static str, Leaf) {
    use Builtin as B;
    match builtin {
        B::Boolean => ("Boolean", Leaf::Plain("bool")),
        B::Byte => ("Byte", Leaf::Plain("i8")),
        B::Short => ("Short", Leaf::Plain("i16")),
        B::Int => ("Int", Leaf::Plain("i32")),
        B::Long => ("Long", Leaf::Plain("i64")),
        B::UnsignedByte => ("UnsignedByte", Leaf::Plain("u8")),
        B::UnsignedShort => ("UnsignedShort", Leaf::Plain("u16")),
        B::UnsignedInt => ("UnsignedInt", Leaf::Plain("u32")),
        B::UnsignedLong => ("UnsignedLong", Leaf::Plain("u64")),
        B::Float => ("Float", Leaf::Plain("f32")),
        B::Double => ("Double", Leaf::Plain("f64")),
        B::Decimal
        | B::Integer
        | B::NonPositiveInteger
        | B::NegativeInteger
        | B::NonNegativeInteger
        | B::PositiveInteger => ("Decimal", Leaf::Decimal),
        B::DateTime => ("DateTime", Leaf::Plain("g::DateTime")),
        B::Date => ("Date", Leaf::Plain("g::Date")),
        B::Time => ("Time", Leaf::Plain("g::Time")),
        B::Base64Binary => ("Base64", Leaf::Bytes),
        B::HexBinary => ("Hex", Leaf::Bytes),
        B::AnyType | B::AnySimpleType => ("Any", Leaf::Any),
        _ => ("String", Leaf::Text),
    }
}

/// Where a place shows in the flags.
pub(crate) fn place_flag(place: Place) -> Option<&'static str> {
    match place {
        Place::Attribute => Some("ATT"),
        Place::Text => Some("TXT"),
        Place::Element | Place::Wildcard | Place::Attributes => None,
    }
}
