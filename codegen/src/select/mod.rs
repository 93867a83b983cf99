//! Which parts of the model are generated, and as what: the filter, the closure of what the kept
//! parts need, and the face that each type shows.

mod closure;
mod link;
mod pattern;
mod service;
mod shapes;

use std::borrow::Cow;
use std::collections::{BTreeMap, HashSet};

use saponify_wsdl::model::{
    Builtin, ElementId, Enumeration, Model, NsId, QName, TypeId, TypeKind, TypeName, Variety,
};

use crate::config::Config;
use crate::error::Error;
use crate::fields::groups::{Group, GroupId, Groups};
use crate::fields::{self, Flatten, Loss, Member, NO_NS, Substitutes, Target};
use pattern::Patterns;
pub(crate) use pattern::glob;
pub(crate) use service::Style;

/// Index of a [`Shape`] in [`Selection::shapes`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct ShapeId(pub(crate) u32);

/// What is generated.
#[derive(Debug)]
pub(crate) struct Selection<'m> {
    pub(crate) model: &'m Model,
    /// Everything that gets a table, sorted by name, then namespace.
    pub(crate) shapes: Vec<Shape<'m>>,
    /// Enumerations that are kept, sorted like shapes.
    pub(crate) enums: Vec<TypeId>,
    /// What a field of a type is, by type.
    pub(crate) uses: Vec<Use>,
    /// Item types of types that are lists, by type.
    lists: Vec<Option<TypeId>>,
    /// Shapes of groups, by group.
    group_shapes: Vec<Option<ShapeId>>,
    groups: Groups<'m>,
    pub(crate) services: Vec<Service<'m>>,
    pub(crate) operations: Vec<Operation<'m>>,
    pub(crate) notes: Vec<String>,
}

/// Something with a table: a complex type, or an element with a table of its own.
#[derive(Debug)]
pub(crate) struct Shape<'m> {
    pub(crate) name: Cow<'m, str>,
    pub(crate) ns: NsId,
    /// Names that make up the Rust name: one, or the path of an anonymous type.
    pub(crate) path: Vec<Cow<'m, str>>,
    pub(crate) origin: Origin,
    pub(crate) face: Face,
    pub(crate) members: Vec<Member<'m>>,
    pub(crate) base: Option<ShapeId>,
    /// Whether plain structs derive from this one.
    pub(crate) is_base: bool,
    /// Those that may stand in its place, derived directly or not, sorted.
    pub(crate) derived: Vec<ShapeId>,
    pub(crate) documentation: Option<&'m str>,
}

/// Where a shape comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Origin {
    Type(TypeId),
    /// A global element whose type has another name or is simple.
    Element(ElementId),
    /// A part of the content of types.
    Group(GroupId),
    /// An rpc operation (or the answer of a one-way one): number and whether it is the response.
    Synthetic(u32, bool),
}

/// What the user sees of a shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Face {
    /// A typed view over a record.
    View,
    /// The root of a family of views: fields of it are bare records.
    OpenBase,
    /// A plain struct.
    Struct,
    /// An enum with a variant for each member.
    Choice,
    /// An enum with a variant for each derived type.
    Abstract,
    /// Nothing: the operations read and write it.
    Table,
}

/// What a field of some type is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Use {
    /// Text of a built-in kind.
    Simple(Builtin),
    /// A Salesforce record id.
    RecordId,
    /// An enumeration.
    Enum(TypeId),
    /// A value with a table.
    Shape(ShapeId),
    /// Anything, told by `xsi:type`.
    Any,
}

/// A service and the port of it that is used.
#[derive(Debug)]
pub(crate) struct Service<'m> {
    pub(crate) name: &'m str,
    pub(crate) port: &'m str,
    pub(crate) port_type: &'m str,
    pub(crate) endpoint: &'m str,
    pub(crate) documentation: Option<&'m str>,
    /// Whether the port speaks SOAP 1.2, not 1.1.
    pub(crate) soap12: bool,
    /// Range in [`Selection::operations`]; two services may have the same.
    pub(crate) operations: std::ops::Range<usize>,
}

/// An operation that the runtime can call.
#[derive(Debug)]
pub(crate) struct Operation<'m> {
    pub(crate) name: &'m str,
    /// Name of the input, which tells overloads apart.
    pub(crate) input: &'m str,
    pub(crate) action: &'m str,
    pub(crate) style: Style,
    /// Names of the arguments' types, for an encoded request.
    pub(crate) types: Vec<Option<&'m QName>>,
    pub(crate) documentation: Option<&'m str>,
    pub(crate) request: ShapeId,
    pub(crate) response: ShapeId,
    /// The struct that is the whole answer, if it is more than one field.
    pub(crate) whole: Option<ShapeId>,
    pub(crate) headers: Vec<ShapeId>,
    pub(crate) output_headers: Vec<ShapeId>,
    pub(crate) faults: Vec<ShapeId>,
}

impl<'m> Selection<'m> {
    pub(crate) fn shape(&self, id: ShapeId) -> &Shape<'m> {
        &self.shapes[id.0 as usize]
    }

    /// Shapes with their ids.
    pub(crate) fn ids(&self) -> impl Iterator<Item = (ShapeId, &Shape<'m>)> {
        self.shapes
            .iter()
            .enumerate()
            .map(|(index, shape)| (ShapeId(index as u32), shape))
    }

    pub(crate) fn use_of(&self, member: &Member<'_>) -> Option<Use> {
        match member.target {
            Target::Type(id) => Some(self.uses[id.0 as usize]),
            Target::Group(id) => self.group_shapes[id.0 as usize].map(Use::Shape),
            Target::MixedText => Some(Use::Simple(Builtin::String)),
            Target::AnyElement | Target::AnyAttribute => None,
        }
    }

    /// The type of the items, if a member of a struct is a list in one text.
    pub(crate) fn list_of(&self, member: &Member<'_>) -> Option<TypeId> {
        let items = self.lists[member.type_id()?.0 as usize];
        items.filter(|_| !member.occurs.repeated)
    }

    pub(crate) fn group(&self, id: GroupId) -> &Group<'m> {
        self.groups.get(id)
    }

    pub(crate) fn uri(&self, ns: NsId) -> &'m str {
        uri(self.model, ns)
    }

    /// The values of an enumeration.
    pub(crate) fn values(&self, id: TypeId) -> &'m [Enumeration] {
        match &self.model.type_def(id).kind {
            TypeKind::Simple(simple) => &simple.facets.enumerations,
            _ => &[],
        }
    }
}

/// Selects.
pub(crate) fn select<'m>(model: &'m Model, config: &Config) -> Result<Selection<'m>, Error> {
    let mut builder = Builder::new(model, config)?;
    let bound = service::bound(model, &mut builder)?;
    builder.close(&bound)?;
    let selection = builder.finish(bound)?;
    Ok(selection)
}

/// The selection while it is made.
struct Builder<'m, 'c> {
    model: &'m Model,
    config: &'c Config,
    substitutes: Substitutes,
    mixed_bases: HashSet<TypeId>,
    /// The open base that a type is or derives from.
    open: Vec<Option<TypeId>>,
    members: Vec<Option<Vec<Member<'m>>>>,
    groups: Groups<'m>,
    keep: Vec<bool>,
    notes: BTreeMap<String, u32>,
    include: [Patterns<'c>; 3],
    exclude: [Patterns<'c>; 3],
}

/// Most bases that a type may have, one behind the other.
const DEEPEST: usize = 256;

const OBJECTS: usize = 0;
const FIELDS: usize = 1;
const OPERATIONS: usize = 2;

impl<'m, 'c> Builder<'m, 'c> {
    fn new(model: &'m Model, config: &'c Config) -> Result<Self, Error> {
        let include = &config.include;
        let exclude = &config.exclude;
        let mut builder = Self {
            model,
            config,
            substitutes: fields::substitutes(model),
            mixed_bases: fields::mixed_bases(model),
            open: vec![None; model.types.len()],
            members: vec![None; model.types.len()],
            groups: Groups::default(),
            keep: vec![false; model.types.len()],
            notes: BTreeMap::new(),
            include: [
                Patterns::new("included object", &include.objects),
                Patterns::new("included field", &include.fields),
                Patterns::new("included operation", &include.operations),
            ],
            exclude: [
                Patterns::new("excluded object", &exclude.objects),
                Patterns::new("excluded field", &exclude.fields),
                Patterns::new("excluded operation", &exclude.operations),
            ],
        };
        builder.check_depth()?;
        builder.find_open()?;
        Ok(builder)
    }

    /// Refuses derivations deeper than any that means something: fields are repeated per heir.
    fn check_depth(&self) -> Result<(), Error> {
        let model = self.model;
        let ids = (0..model.types.len() as u32).map(TypeId);
        let mut deep = ids.filter(|id| model.bases(*id).nth(DEEPEST).is_some());
        match deep.next() {
            None => Ok(()),
            Some(id) => Err(Error::unsupported(format!(
                "the type {} has more than {DEEPEST} bases",
                model.type_def(id).name.local().escape_debug()
            ))),
        }
    }

    /// Finds the families of views.
    fn find_open(&mut self) -> Result<(), Error> {
        let model = self.model;
        let complex = |index: usize| matches!(model.types[index].kind, TypeKind::Complex(_));
        let names = self.config.open_bases.as_deref();
        let patterns = Patterns::new("open base", names.unwrap_or_default());
        let is_open = |index: usize| {
            let TypeName::Global(name) = &model.types[index].name else {
                return false;
            };
            let uri = model.namespace(name.ns);
            match names {
                Some(_) => {
                    patterns.matches(&name.local)
                        || patterns.matches(&format!("{{{uri}}}{}", name.local))
                }
                None => name.local == "sObject" && is_salesforce(uri),
            }
        };
        let bases: Vec<bool> = (0..model.types.len())
            .map(|index| complex(index) && is_open(index))
            .collect();
        patterns.check(|| model.types.iter().map(|def| def.name.local()).collect())?;
        for index in 0..model.types.len() {
            let id = TypeId(index as u32);
            // The outermost open base wins, so that a family is one family.
            let chain = std::iter::once(id).chain(model.bases(id));
            self.open[index] = chain.filter(|id| bases[id.0 as usize]).last();
        }
        Ok(())
    }

    /// The members of a type, filtered.
    fn members(&mut self, id: TypeId) -> &[Member<'m>] {
        let index = id.0 as usize;
        if self.members[index].is_none() {
            let mut losses = Vec::new();
            let mut groups = std::mem::take(&mut self.groups);
            let all = self.include[FIELDS].is_empty() && self.exclude[FIELDS].is_empty();
            let wanted = |owner: TypeId, member: &Member<'_>| all || self.wanted(owner, member);
            let how = Flatten {
                model: self.model,
                substitutes: &self.substitutes,
                mixed_bases: &self.mixed_bases,
                wanted: &wanted,
                record: self.open[index].is_some(),
            };
            let mut members = fields::members(&how, id, &mut groups, &mut losses);
            self.groups = groups;
            self.lose(losses);
            if self.open[index].is_some() {
                // Records keep what their table does not know.
                members.retain(|member| member.place != fields::Place::Wildcard);
            }
            if fields::is_array(self.model, id) {
                fields::keep_items(&mut members);
            }
            self.members[index] = Some(members);
        }
        self.members[index].as_deref().unwrap_or_default()
    }

    /// Whether the field patterns leave a member to the type that declares it.
    fn wanted(&self, owner: TypeId, member: &Member<'_>) -> bool {
        let TypeName::Global(name) = &self.model.type_def(owner).name else {
            return true;
        };
        let ty = &name.local;
        let included = self.include[FIELDS].matches_field(ty, &member.name);
        let excluded = self.exclude[FIELDS].matches_field(ty, &member.name);
        let needed = self.open[owner.0 as usize] == Some(owner);
        needed || (!excluded && (included || !self.include[FIELDS].mentions_type(ty)))
    }

    fn lose(&mut self, losses: Vec<Loss>) {
        for loss in losses {
            let text = match loss {
                Loss::Mixed => "text between the elements of a record is not read",
                Loss::AnyAttribute => "attributes of a record that no field names are not read",
                Loss::Choice => "members of a choice in a record are fields side by side",
                Loss::RepeatedGroup => "the order in a repeated group of a record is not kept",
                Loss::Dimensions => "arrays of several dimensions are read as elements of any kind",
            };
            *self.notes.entry(text.to_owned()).or_default() += 1;
        }
    }

    fn note(&mut self, text: impl Into<String>) {
        *self.notes.entry(text.into()).or_default() += 1;
    }

    /// The type of the items, if a type is a list of simple values.
    fn list_items(&self, id: TypeId) -> Option<TypeId> {
        match &self.model.type_def(id).kind {
            TypeKind::Simple(simple) => match simple.variety {
                Variety::List(item) => Some(item),
                Variety::Restriction(base) => self.list_items(base),
                Variety::Union(_) => None,
            },
            TypeKind::Builtin(Builtin::NmTokens | Builtin::IdRefs | Builtin::Entities) => Some(id),
            TypeKind::Builtin(_) | TypeKind::Complex(_) => None,
        }
    }

    /// What a field of a type is, shapes aside.
    fn simple_use(&self, id: TypeId) -> Option<Use> {
        let model = self.model;
        let def = model.type_def(id);
        match &def.kind {
            TypeKind::Complex(_) => None,
            TypeKind::Builtin(Builtin::AnyType | Builtin::AnySimpleType) => Some(Use::Any),
            TypeKind::Builtin(builtin) => Some(Use::Simple(*builtin)),
            TypeKind::Simple(simple) => Some(match &simple.variety {
                Variety::List(_) | Variety::Union(_) => Use::Simple(Builtin::String),
                Variety::Restriction(base) => {
                    let own = !simple.facets.enumerations.is_empty();
                    let text = match self.simple_use(*base) {
                        Some(Use::Simple(builtin)) => builtin,
                        Some(Use::Enum(_)) if own => Builtin::String,
                        Some(other) => return Some(other),
                        None => Builtin::String,
                    };
                    let ours = def.name.local() == "ID"
                        && simple.facets.length == Some(18)
                        && text == Builtin::String;
                    if ours {
                        Use::RecordId
                    } else if is_text(text) && own {
                        Use::Enum(id)
                    } else {
                        Use::Simple(text)
                    }
                }
            }),
        }
    }
}

/// URI of a namespace; that of [`NO_NS`] is empty.
fn uri(model: &Model, ns: NsId) -> &str {
    if ns == NO_NS { "" } else { model.namespace(ns) }
}

/// Whether a namespace is one of Salesforce's APIs.
pub(crate) fn is_salesforce(uri: &str) -> bool {
    uri.contains("soap.sforce.com")
}

/// Whether values are kept as text, so that an enumeration of them can be open.
fn is_text(builtin: Builtin) -> bool {
    use Builtin as B;
    matches!(
        builtin,
        B::String
            | B::AnyUri
            | B::QName
            | B::Notation
            | B::NormalizedString
            | B::Token
            | B::Language
            | B::NmToken
            | B::Name
            | B::NcName
            | B::Id
            | B::IdRef
            | B::Entity
    )
}
