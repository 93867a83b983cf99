//! The state of the selection while it is made.

use std::collections::{BTreeMap, HashSet};

use saponify_wsdl::model::{Builtin, Model, TypeId, TypeKind, TypeName, Variety};

use super::types::ValueType;
use crate::config::{Config, PatternList};
use crate::content::Groups;
use crate::content::{self, Flatten, Loss, Member, NodeKind, Substitutes};
use crate::error::Error;
use crate::salesforce;

/// The selection under construction.
pub(super) struct Builder<'m, 'c> {
    pub(super) model: &'m Model,
    pub(super) config: &'c Config,
    pub(super) substitutes: Substitutes,
    pub(super) mixed_bases: HashSet<TypeId>,
    /// For each type, the open base that it is or from which it derives.
    pub(super) open: Vec<Option<TypeId>>,
    pub(super) members: Vec<Option<Vec<Member<'m>>>>,
    pub(super) groups: Groups<'m>,
    pub(super) keep: Vec<bool>,
    pub(super) notes: BTreeMap<String, u32>,
    pub(super) include: Filters<'c>,
    pub(super) exclude: Filters<'c>,
}

/// Most bases that a type may have, each derived from the next.
const MAX_BASES: usize = 256;

/// Patterns of the names to include, or to exclude.
pub(super) struct Filters<'c> {
    pub(super) objects: PatternList<'c>,
    pub(super) fields: PatternList<'c>,
    pub(super) operations: PatternList<'c>,
}

impl<'m, 'c> Builder<'m, 'c> {
    pub(super) fn new(model: &'m Model, config: &'c Config) -> Result<Self, Error> {
        let include = &config.include;
        let exclude = &config.exclude;
        let list = |what, patterns| PatternList::new(what, patterns).tolerant(config.tolerant);
        let mut builder = Self {
            model,
            config,
            substitutes: content::substitutes(model),
            mixed_bases: content::mixed_bases(model),
            open: vec![None; model.types.len()],
            members: vec![None; model.types.len()],
            groups: Groups::default(),
            keep: vec![false; model.types.len()],
            notes: BTreeMap::new(),
            include: Filters {
                objects: list("included object", &include.objects),
                fields: list("included field", &include.fields),
                operations: list("included operation", &include.operations),
            },
            exclude: Filters {
                objects: list("excluded object", &exclude.objects),
                fields: list("excluded field", &exclude.fields),
                operations: list("excluded operation", &exclude.operations),
            },
        };
        builder.check_depth()?;
        builder.find_open_bases()?;
        Ok(builder)
    }

    /// Refuses derivations of absurd depth, because each type repeats the fields of all its bases.
    fn check_depth(&self) -> Result<(), Error> {
        let model = self.model;
        let ids = (0..model.types.len() as u32).map(TypeId);
        let mut deep = ids.filter(|id| model.bases(*id).nth(MAX_BASES).is_some());
        match deep.next() {
            None => Ok(()),
            Some(id) => Err(Error::unsupported(format!(
                "the type {} has more than {MAX_BASES} bases",
                model.type_def(id).name.local().escape_debug()
            ))),
        }
    }

    /// Finds the open base of each type that derives from one.
    fn find_open_bases(&mut self) -> Result<(), Error> {
        let model = self.model;
        let complex = |index: usize| matches!(model.types[index].kind, TypeKind::Complex(_));
        let names = self.config.open_bases.as_deref();
        let patterns =
            PatternList::new("open base", names.unwrap_or_default()).tolerant(self.config.tolerant);
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
                None => salesforce::is_object_base(uri, &name.local),
            }
        };
        let bases: Vec<bool> = (0..model.types.len())
            .map(|index| complex(index) && is_open(index))
            .collect();
        patterns.check(|| model.types.iter().map(|def| def.name.local()).collect())?;
        for index in 0..model.types.len() {
            let id = TypeId(index as u32);
            // The outermost open base counts, so that all views of a family share it.
            let chain = std::iter::once(id).chain(model.bases(id));
            self.open[index] = chain.filter(|id| bases[id.0 as usize]).last();
        }
        Ok(())
    }

    /// The members of a type that the options keep.
    pub(super) fn members(&mut self, id: TypeId) -> &[Member<'m>] {
        let index = id.0 as usize;
        if self.members[index].is_none() {
            let mut losses = Vec::new();
            let mut groups = std::mem::take(&mut self.groups);
            let all = self.include.fields.is_empty() && self.exclude.fields.is_empty();
            let is_wanted =
                |owner: TypeId, member: &Member<'_>| all || self.is_wanted(owner, member);
            let options = Flatten {
                model: self.model,
                substitutes: &self.substitutes,
                mixed_bases: &self.mixed_bases,
                is_wanted: &is_wanted,
                record: self.open[index].is_some(),
            };
            let mut members = content::members(&options, id, &mut groups, &mut losses);
            self.groups = groups;
            self.note_losses(losses);
            if self.open[index].is_some() {
                // A record keeps elements that its table does not declare.
                members.retain(|member| member.node != NodeKind::AnyElement);
            }
            if content::is_array(self.model, id) {
                content::keep_items(&mut members);
            }
            self.members[index] = Some(members);
        }
        self.members[index].as_deref().unwrap_or_default()
    }

    /// Whether the patterns of fields keep a member of the type that declares it.
    fn is_wanted(&self, owner: TypeId, member: &Member<'_>) -> bool {
        let TypeName::Global(name) = &self.model.type_def(owner).name else {
            return true;
        };
        let ty = &name.local;
        let included = self.include.fields.matches_field(ty, &member.name);
        let excluded = self.exclude.fields.matches_field(ty, &member.name);
        let needed = self.open[owner.0 as usize] == Some(owner);
        needed || (!excluded && (included || !self.include.fields.mentions_type(ty)))
    }

    fn note_losses(&mut self, losses: Vec<Loss>) {
        for loss in losses {
            let text = match loss {
                Loss::Mixed => "text between the elements of a record is not read",
                Loss::AnyAttribute => "attributes of a record that no field declares are not read",
                Loss::Choice => "the branches of a choice in a record become separate fields",
                Loss::RepeatedGroup => "the order of a repeated group in a record is not kept",
                Loss::Dimensions => "arrays of several dimensions are read as elements of any kind",
            };
            *self.notes.entry(text.to_owned()).or_default() += 1;
        }
    }

    pub(super) fn note(&mut self, text: impl Into<String>) {
        *self.notes.entry(text.into()).or_default() += 1;
    }

    /// The type of the items, if a type is a list of simple values.
    pub(super) fn list_items(&self, id: TypeId) -> Option<TypeId> {
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

    /// What the value of a field of a type is, if the type is simple.
    pub(super) fn simple_value_type(&self, id: TypeId) -> Option<ValueType> {
        let model = self.model;
        let def = model.type_def(id);
        match &def.kind {
            TypeKind::Complex(_) => None,
            TypeKind::Builtin(Builtin::AnyType | Builtin::AnySimpleType) => Some(ValueType::Any),
            TypeKind::Builtin(builtin) => Some(ValueType::Simple(*builtin)),
            TypeKind::Simple(simple) => Some(match &simple.variety {
                Variety::List(_) | Variety::Union(_) => ValueType::Simple(Builtin::String),
                Variety::Restriction(base) => {
                    let own = !simple.facets.enumerations.is_empty();
                    let text = match self.simple_value_type(*base) {
                        Some(ValueType::Simple(builtin)) => builtin,
                        Some(ValueType::Enum(_)) if own => Builtin::String,
                        Some(other) => return Some(other),
                        None => Builtin::String,
                    };
                    let is_id = salesforce::is_record_id(def.name.local(), simple.facets.length);
                    if is_id && text == Builtin::String {
                        ValueType::RecordId
                    } else if is_text(text) && own {
                        ValueType::Enum(id)
                    } else {
                        ValueType::Simple(text)
                    }
                }
            }),
        }
    }
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
