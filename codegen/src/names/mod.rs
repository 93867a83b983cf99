//! Stage "names": the only place where identifiers are made.
//!
//! Within a scope, names are taken in byte order of the name on the wire, so that the order of
//! declarations has no say in who gets the plain identifier.

mod case;
mod module;
mod scope;

use std::collections::BTreeMap;

use saponify_wsdl::model::{NsId, TypeId};

use crate::config::Config;
use crate::error::Error;
use crate::fields::Member;
use crate::select::{Face, Operation, Selection, Service, Shape, ShapeId, glob};
pub(crate) use case::is_identifier;
use case::{capitalised, escape, screaming, snake, variant, verbatim};
pub(crate) use module::module_of_stem;
use scope::Scope;

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

/// Inherent methods and constants that every view has, and what traits give it.
const OF_VIEWS: &[&str] = &[
    "TABLE",
    "as_record",
    "as_record_mut",
    "borrow",
    "borrow_mut",
    "clone",
    "clone_from",
    "clone_into",
    "copy_bytes",
    "default",
    "deref",
    "deref_mut",
    "eq",
    "fmt",
    "from",
    "from_record",
    "get",
    "get_as",
    "into",
    "into_record",
    "ne",
    "new",
    "presence",
    "set",
    "set_null",
    "set_values",
    "text_of",
    "to_owned",
    "try_from",
    "try_into",
    "type_id",
    "unset",
    "values_of",
    "with",
];
const OF_STRUCTS: &[&str] = &["derived"];
const OF_ENUMS: &[&str] = &["KNOWN", "Other"];
const OF_SERVICES: &[&str] = &[
    "borrow",
    "builder",
    "client",
    "clone",
    "default",
    "fmt",
    "from",
    "from_client",
    "into",
    "limit_info",
    "to_owned",
    "try_from",
    "try_into",
    "type_id",
    "with",
    "without",
];
const OF_TABLES: &[&str] = &["ATT", "LST", "NIL", "OPT", "REP", "SCHEMA", "SEC", "TXT"];
const OF_OPERATIONS: &[&str] = &["FAULTS", "QUERY_OPERATIONS"];
/// Names in scope where types are defined that begin with a small letter, as only types do whose
/// capitalised name is taken.
const OF_TYPES: &[&str] = &[
    "bool", "f32", "f64", "g", "i16", "i32", "i64", "i8", "str", "tables", "u16", "u32", "u64",
    "u8",
];

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
    types(selection, &renames, &mut names);
    tables(selection, &mut names);
    for (id, shape) in selection.ids() {
        let fields = match shape.face {
            Face::View => view_fields(shape, &renames),
            Face::Struct => struct_fields(shape, &renames),
            Face::Choice => branches(shape, &renames),
            Face::Abstract => heirs(selection, shape),
            Face::OpenBase | Face::Table => Vec::new(),
        };
        names.shapes[id.0 as usize].fields = fields;
    }
    operations(selection, roles, config, &mut names)?;
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

/// Names that options give.
struct Renames<'c> {
    types: BTreeMap<(NsId, &'c str), &'c str>,
    fields: Vec<(&'c str, &'c str, &'c str)>,
}

impl<'c> Renames<'c> {
    fn new(selection: &Selection<'_>, config: &'c Config) -> Result<Self, Error> {
        let mut types = BTreeMap::new();
        for (wire, rust) in &config.rename.types {
            checked("type", wire, rust)?;
            let (uri, local) = match wire.strip_prefix('{').and_then(|w| w.split_once('}')) {
                Some((uri, local)) => (Some(uri), local),
                None => (None, wire.as_str()),
            };
            let mut found = false;
            for (ns, name) in typed(selection) {
                if name == local && uri.is_none_or(|uri| uri == selection.uri(ns)) {
                    types.insert((ns, local), rust.as_str());
                    found = true;
                }
            }
            if !found {
                return Err(unknown("type", wire));
            }
        }
        let mut fields = Vec::new();
        for (wire, rust) in &config.rename.fields {
            checked("field", wire, rust)?;
            let known = wire.split_once('.').filter(|(ty, field)| {
                selection.shapes.iter().any(|shape| {
                    glob(ty, &shape.name) && shape.members.iter().any(|m| m.name == *field)
                })
            });
            let Some((ty, field)) = known else {
                return Err(unknown("field", wire));
            };
            fields.push((ty, field, rust.as_str()));
        }
        Ok(Self { types, fields })
    }

    fn field(&self, shape: &Shape<'_>, member: &Member<'_>) -> Option<&'c str> {
        let rename = self
            .fields
            .iter()
            .find(|(ty, field, _)| *field == member.name && glob(ty, &shape.name));
        rename.map(|(_, _, rust)| *rust)
    }
}

fn checked(what: &str, wire: &str, rust: &str) -> Result<(), Error> {
    if is_identifier(rust) {
        return Ok(());
    }
    let (wire, rust) = (wire.escape_debug(), rust.escape_debug());
    Err(Error::config(format!(
        "the new name `{rust}` of {what} `{wire}` is no Rust identifier"
    )))
}

fn unknown(what: &str, wire: &str) -> Error {
    let wire = wire.escape_debug();
    let help = if what == "field" {
        "; fields are named Type.Field"
    } else {
        ""
    };
    Error::selection(format!(
        "renamed {what} `{wire}` names nothing that is generated{help}"
    ))
}

/// Everything that gets a type: namespace and name on the wire.
fn typed<'s>(selection: &'s Selection<'_>) -> impl Iterator<Item = (NsId, &'s str)> {
    let faced = |shape: &&Shape<'_>| has_type(shape.face);
    let shapes = selection
        .shapes
        .iter()
        .filter(faced)
        .map(|shape| (shape.ns, &*shape.name));
    let enums = selection.enums.iter().map(|id| {
        let name = &selection.model.type_def(*id).name;
        (name.ns(), name.local())
    });
    shapes.chain(enums)
}

/// Names of structs, views and enums, module by module.
fn types(selection: &Selection<'_>, renames: &Renames<'_>, names: &mut Names) {
    enum Item {
        Shape(ShapeId),
        Enum(TypeId),
    }
    let mut modules: BTreeMap<&str, Vec<(String, String, Item)>> = BTreeMap::new();
    let mut add = |ns: NsId, wire: &str, path: &[&str], item: Item| {
        let Some(module) = names.modules.get(&ns) else {
            return;
        };
        let (plain, tasteful) = match (renames.types.get(&(ns, wire)), path) {
            (Some(rust), _) => ((*rust).to_owned(), (*rust).to_owned()),
            (None, [name]) => (verbatim(name), capitalised(name)),
            (None, path) => {
                let joined: String = path.iter().map(|name| capitalised(name)).collect();
                (joined.clone(), joined)
            }
        };
        modules
            .entry(module)
            .or_default()
            .push((plain, tasteful, item));
    };
    for (id, shape) in selection.ids() {
        if has_type(shape.face) {
            let path: Vec<&str> = shape.path.iter().map(|name| &**name).collect();
            match path.as_slice() {
                [] => add(shape.ns, &shape.name, &[&shape.name], Item::Shape(id)),
                path => add(shape.ns, &shape.name, path, Item::Shape(id)),
            }
        }
    }
    for id in &selection.enums {
        let name = &selection.model.type_def(*id).name;
        let path: Vec<&str> = match name {
            saponify_wsdl::model::TypeName::Global(name) => vec![&name.local],
            saponify_wsdl::model::TypeName::Anonymous { path, .. } => {
                path.iter().map(String::as_str).collect()
            }
        };
        add(name.ns(), name.local(), &path, Item::Enum(*id));
    }
    let mut shapes = Vec::new();
    let mut enums = Vec::new();
    for (_, mut items) in modules {
        items.sort_by(|a, b| a.0.cmp(&b.0));
        let mut scope = Scope::with_reserved(OF_TYPES);
        // Those that are capitalised already have the better claim.
        let (first, second): (Vec<_>, Vec<_>) = items
            .into_iter()
            .partition(|(plain, tasteful, _)| plain == tasteful);
        for (plain, tasteful, item) in first.into_iter().chain(second) {
            let wanted = if scope.has(&escape(&tasteful)) {
                plain
            } else {
                tasteful
            };
            let ident = scope.claim(&wanted);
            match item {
                Item::Shape(id) => shapes.push((id, ident)),
                Item::Enum(id) => enums.push((id, ident)),
            }
        }
    }
    for (id, ident) in shapes {
        names.shapes[id.0 as usize].ty = ident;
    }
    for (id, ty) in enums {
        let variants = variants(selection, id);
        names.enums.insert(id, EnumNames { ty, variants });
    }
}

fn variants(selection: &Selection<'_>, id: TypeId) -> Vec<String> {
    let values = selection.values(id);
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by_key(|index| values[*index].value.as_str());
    let mut scope = Scope::with_reserved(OF_ENUMS);
    let mut variants = vec![String::new(); values.len()];
    for index in order {
        let value = &values[index];
        // The prefix of a qualified name is an accident of the document.
        let text = value
            .qname
            .as_ref()
            .map_or(value.value.as_str(), |name| name.local.as_str());
        variants[index] = scope.claim(&variant(text));
    }
    variants
}

fn tables(selection: &Selection<'_>, names: &mut Names) {
    // Shapes are sorted by name.
    let mut scope = Scope::with_reserved(OF_TABLES);
    for (id, shape) in selection.ids() {
        let path = match shape.path.as_slice() {
            [] | [_] => snake(&shape.name),
            path => path
                .iter()
                .map(|name| snake(name))
                .collect::<Vec<_>>()
                .join("_"),
        };
        names.shapes[id.0 as usize].table = scope.claim(&screaming(&path));
    }
}

/// Member indices in byte order of the name on the wire.
fn order(members: &[Member<'_>]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..members.len()).collect();
    // An element may occur in two places of a sequence: then the first one comes first.
    order.sort_by(|a, b| {
        let [a, b] = [a, b].map(|index| &members[*index]);
        (&a.name, a.place, a.ns).cmp(&(&b.name, b.place, b.ns))
    });
    order
}

fn view_fields(shape: &Shape<'_>, renames: &Renames<'_>) -> Vec<FieldNames> {
    let mut scope = Scope::with_reserved(OF_VIEWS);
    let mut fields: Vec<FieldNames> = Vec::new();
    fields.resize_with(shape.members.len(), FieldNames::default);
    let order = order(&shape.members);
    let mut stems = vec![String::new(); shape.members.len()];
    for &index in &order {
        let member = &shape.members[index];
        let stem = match renames.field(shape, member) {
            Some(rust) => rust.to_owned(),
            None => snake(&member.name),
        };
        let [ident, key] = scope.claim_all(&stem, |stem| {
            let key = screaming(stem);
            // Scripts without capitals: constants and methods share one namespace.
            let key = if key == stem {
                format!("{key}_KEY")
            } else {
                key
            };
            [stem.to_owned(), key]
        });
        stems[index] = scope.unescaped(&ident).to_owned();
        fields[index] = FieldNames {
            ident,
            key,
            setter: String::new(),
        };
    }
    for index in order {
        fields[index].setter = scope.claim(&format!("with_{}", stems[index]));
    }
    fields
}

fn struct_fields(shape: &Shape<'_>, renames: &Renames<'_>) -> Vec<FieldNames> {
    let mut scope = Scope::with_reserved(OF_STRUCTS);
    let mut fields: Vec<FieldNames> = Vec::new();
    fields.resize_with(shape.members.len(), FieldNames::default);
    for index in order(&shape.members) {
        let member = &shape.members[index];
        let stem = match renames.field(shape, member) {
            Some(rust) => rust.to_owned(),
            None => snake(&member.name),
        };
        fields[index].ident = scope.claim(&stem);
    }
    fields
}

/// Variants of a choice.
fn branches(shape: &Shape<'_>, renames: &Renames<'_>) -> Vec<FieldNames> {
    let mut scope = Scope::default();
    let mut fields: Vec<FieldNames> = Vec::new();
    fields.resize_with(shape.members.len(), FieldNames::default);
    for index in order(&shape.members) {
        let member = &shape.members[index];
        let stem = match renames.field(shape, member) {
            Some(rust) => rust.to_owned(),
            None => variant(&member.name),
        };
        fields[index].ident = scope.claim(&stem);
    }
    fields
}

/// Variants of an abstract type.
fn heirs(selection: &Selection<'_>, shape: &Shape<'_>) -> Vec<FieldNames> {
    let mut scope = Scope::with_reserved(&["Other"]);
    // Heirs are sorted by name.
    let idents = shape.derived.iter().map(|id| {
        let path = &selection.shape(*id).path;
        let ident: String = path.iter().map(|name| capitalised(name)).collect();
        scope.claim(&ident)
    });
    idents
        .map(|ident| FieldNames {
            ident,
            ..FieldNames::default()
        })
        .collect()
}

/// Whether a shape is a type of the output.
fn has_type(face: Face) -> bool {
    match face {
        Face::View | Face::Struct | Face::Choice | Face::Abstract => true,
        Face::OpenBase | Face::Table => false,
    }
}

fn operations(
    selection: &Selection<'_>,
    roles: &Roles,
    config: &Config,
    names: &mut Names,
) -> Result<(), Error> {
    for (wire, rust) in &config.rename.operations {
        checked("operation", wire, rust)?;
        if !selection
            .operations
            .iter()
            .any(|operation| operation.name == wire)
        {
            return Err(unknown("operation", wire));
        }
    }
    let renamed = |operation: &Operation<'_>| config.rename.operations.get(operation.name);
    // Types and statics share a scope: `GET` would be both.
    let mut scope = Scope::with_reserved(OF_OPERATIONS);
    let mut services = Scope::default();
    let mut methods = Vec::new();
    let mut bulk = BTreeMap::new();
    let first = |service: &Service<'_>| {
        let same = |other: &&Service<'_>| other.port_type == service.port_type;
        selection
            .services
            .iter()
            .find(same)
            .is_some_and(|other| std::ptr::eq(other, service))
    };
    let mut named = 0;
    for service in &selection.services {
        // The one over SOAP 1.2 comes second.
        let mut stem = capitalised(service.port_type);
        if service.soap12 && !first(service) {
            stem.push_str("12");
        }
        names.services.push(services.claim(&stem));
        if service.operations.end <= named {
            continue;
        }
        named = service.operations.end;
        let mut scope = Scope::with_reserved(OF_SERVICES);
        if roles
            .login
            .is_some_and(|number| service.operations.contains(&number))
        {
            scope.claim("login");
        }
        if roles
            .query
            .is_some_and(|number| service.operations.contains(&number))
        {
            scope.claim("records");
            scope.claim("children");
        }
        for (number, how) in roles
            .bulk
            .iter()
            .filter(|(n, _)| service.operations.contains(n))
        {
            let operation = &selection.operations[*number];
            let stem = renamed(operation).map_or_else(|| snake(operation.name), String::clone);
            bulk.insert(*number, (scope.claim(&format!("{stem}_all")), *how));
        }
        let mut order: Vec<usize> = service.operations.clone().collect();
        order.sort_by_key(|number| selection.operations[*number].name);
        for number in order {
            let operation = &selection.operations[number];
            let stem = match renamed(operation) {
                Some(rust) => rust.clone(),
                None if roles.login == Some(number) => "login_request".to_owned(),
                None => snake(operation.name),
            };
            methods.push((number, scope.claim(&stem)));
        }
    }
    methods.sort_unstable();
    let mut order: Vec<usize> = (0..selection.operations.len()).collect();
    order.sort_by_key(|number| selection.operations[*number].name);
    let mut pairs = vec![Default::default(); order.len()];
    for number in order {
        let operation = &selection.operations[number];
        let stem = renamed(operation).map_or(operation.name, String::as_str);
        let [ty, table] = scope.claim_all(stem, |stem| {
            let (ty, table) = (capitalised(stem), screaming(&snake(stem)));
            let table = if table == ty {
                format!("{table}_OPERATION")
            } else {
                table
            };
            [ty, table]
        });
        pairs[number] = (ty, table);
    }
    for ((number, method), (ty, table)) in methods.into_iter().zip(pairs) {
        let request = selection.shape(selection.operations[number].request);
        let mut scope = Scope::default();
        let mut arguments = vec![String::new(); request.members.len()];
        for index in order_of(request) {
            arguments[index] = scope.claim(&snake(&request.members[index].name));
        }
        names.operations.push(OperationNames {
            method,
            ty,
            table,
            bulk: bulk.remove(&number),
            arguments,
        });
    }
    Ok(())
}

fn order_of(shape: &Shape<'_>) -> Vec<usize> {
    order(&shape.members)
}
