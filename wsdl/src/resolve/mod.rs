//! Stage 3: replaces names by ids, and expands groups. Undefined names are replaced, or their constructs
//! are left out, with a note.

mod attributes;
mod binding;
mod checks;
mod messages;
mod missing;
mod overrides;
mod particles;
mod schema;
mod simple;
mod tables;
mod wsdl;

use std::cmp::Ordering;
use std::collections::{HashMap, HashSet, VecDeque};
use std::path::PathBuf;

use crate::documents::{Documents, File};
use crate::error::{Error, ErrorKind, clipped, quoted};
use crate::limits::Limits;
use crate::model::{
    ElementId, Model, Namespace, Note, NsId, Owner, Position, QName, TypeId, TypeName,
};
use crate::names::{Namespaces, Ns};
use crate::options::Options;
use crate::raw::{Element, Facets, NOTES_MAX, Schema, Type};
use crate::xml::Name;
use overrides::Overrides;
use tables::{ItemIndex, Tables};

/// The last note, if there are too many.
const MORE_NOTES: &str = "there is more to note; only the first notes are kept";

pub(crate) fn resolve(options: &Options, documents: Documents<'_>) -> Result<Model, Error> {
    let mut resolver = Resolver {
        limits: &options.limits,
        overrides: Overrides::new(options.types.iter().map(|(name, ty)| (name.as_str(), *ty))),
        files: &documents.files,
        namespaces: &documents.namespaces,
        schemas: &documents.schemas,
        unread: &documents.unread,
        tables: Tables::default(),
        ns_ids: HashMap::new(),
        builtins: HashMap::new(),
        model: Model {
            leading_comment: documents.leading_comment.clone(),
            ..Model::default()
        },
        type_files: Vec::new(),
        element_files: Vec::new(),
        pending: VecDeque::new(),
        enumerations: Vec::new(),
        untyped: HashSet::new(),
        missing_elements: HashMap::new(),
        repeated: HashSet::new(),
        first_left_out: None,
        imported: imported(&documents.schemas),
        noted: HashSet::new(),
        particles: 0,
        copied: 0,
        context: Context::default(),
    };
    for (file, position, text) in &documents.notes {
        resolver.context.file = *file;
        resolver.note(*position, text.clone());
    }
    resolver.schemas()?;
    resolver.definitions(&documents.definitions)?;
    resolver.built_in_definitions()?;
    resolver.check_types()?;
    resolver.check_substitutions()?;
    resolver.note_unused_overrides();
    let mut model = resolver.model;
    model.files = documents
        .files
        .into_iter()
        .filter_map(|file| file.name)
        .collect();
    Ok(model)
}

fn imported(schemas: &[Schema<'_>]) -> HashSet<(usize, Ns)> {
    let schemas = schemas.iter().enumerate();
    schemas
        .flat_map(|(index, schema)| {
            let imports = schema.imports.iter();
            imports.map(move |import| (index, import.namespace.unwrap_or(Ns::NONE)))
        })
        .collect()
}

/// The resolver. `'s` is the lifetime of the raw trees, and `'a` that of the texts that they borrow.
struct Resolver<'s, 'a> {
    limits: &'s Limits,
    files: &'s [File],
    namespaces: &'s Namespaces<'a>,
    schemas: &'s [Schema<'a>],
    unread: &'s [(Ns, String)],
    overrides: Overrides<'s>,
    tables: Tables<'s>,
    ns_ids: HashMap<Ns, NsId>,
    builtins: HashMap<&'static str, TypeId>,
    model: Model,
    /// The file of each type and of each element.
    type_files: Vec<usize>,
    element_files: Vec<usize>,
    /// Built-in definitions that were referred to but are not resolved yet.
    pending: VecDeque<Pending<'s, 'a>>,
    /// Types with enumerations, whose values may be QNames.
    enumerations: Vec<(TypeId, &'s Facets<'a>)>,
    /// Elements that have the type of the head of their substitution group.
    untyped: HashSet<ElementId>,
    /// Declarations that replace undefined elements.
    missing_elements: HashMap<(Ns, &'s str), ElementId>,
    /// Items that repeat earlier ones.
    repeated: HashSet<ItemIndex>,
    /// The reason why the first operation was left out. It is the error if no operation remains.
    first_left_out: Option<Error>,
    /// The namespaces that each schema imports.
    imported: HashSet<(usize, Ns)>,
    /// Notes that are made only once: the schema and the namespace.
    noted: HashSet<(usize, Ns)>,
    particles: u64,
    /// The number of bytes of text that were copied into the model again.
    copied: u64,
    context: Context<'s>,
}

enum Pending<'s, 'a> {
    Type(usize, TypeId, &'s Type<'a>),
    Element(usize, ElementId, &'s Element<'a>),
}

/// The construct that is being resolved.
#[derive(Default)]
struct Context<'s> {
    file: usize,
    /// The index of the schema, or `None` in constructs of WSDL.
    schema: Option<usize>,
    /// The enclosing named constructs, outermost first.
    path: Vec<PathStep<'s>>,
    /// The current depth of recursion.
    depth: u64,
}

#[derive(Clone, Copy)]
struct PathStep<'s> {
    kind: &'static str,
    name: &'s str,
}

impl<'s, 'a> Resolver<'s, 'a> {
    /// The id of a namespace. Ids are assigned in order of first use.
    fn ns_id(&mut self, ns: Ns) -> NsId {
        let (namespaces, list) = (self.namespaces, &mut self.model.namespaces);
        *self.ns_ids.entry(ns).or_insert_with(|| {
            list.push(Namespace {
                uri: namespaces.uri(ns).to_string(),
                prefix: namespaces.prefix(ns).map(str::to_string),
            });
            NsId(list.len() as u32 - 1)
        })
    }

    fn qname(&mut self, ns: Ns, local: &str) -> QName {
        QName {
            ns: self.ns_id(ns),
            local: local.to_string(),
        }
    }

    fn file_name(&self, file: usize) -> Option<PathBuf> {
        self.files.get(file)?.name.clone()
    }

    fn note(&mut self, position: Position, text: String) {
        let (position, text) = match self.model.notes.len().cmp(&NOTES_MAX) {
            Ordering::Less => (position, text),
            Ordering::Equal => (Position::default(), MORE_NOTES.to_string()),
            Ordering::Greater => return,
        };
        let file = self.file_name(self.context.file);
        self.model.notes.push(Note {
            position,
            file,
            text,
        });
    }

    /// Runs `body` within a named construct.
    fn within<T>(
        &mut self,
        kind: &'static str,
        name: &'s str,
        body: impl FnOnce(&mut Self) -> Result<T, Error>,
    ) -> Result<T, Error> {
        self.context.path.push(PathStep { kind, name });
        let result = body(self)?;
        self.context.path.pop();
        Ok(result)
    }

    /// Enters one level of recursion, unless the limit is reached. [`Self::ascend`] leaves it.
    ///
    /// These are two functions instead of one with a closure, because closures would need more stack in the
    /// recursion. After an error the level is not left, because resolution ends.
    fn descend(&mut self, position: Position) -> Result<(), Error> {
        self.check_nesting(position, 1)?;
        self.context.depth += 1;
        Ok(())
    }

    fn ascend(&mut self) {
        self.context.depth -= 1;
    }

    fn check_nesting(&self, position: Position, more: u64) -> Result<(), Error> {
        let limit = self.limits.nesting;
        if self.context.depth + more > limit {
            let error = Error::over("nesting", limit, "the nesting of groups and types");
            return Err(self.locate(error, position));
        }
        Ok(())
    }

    /// Enters a global definition. Returns the context to restore.
    fn enter_item(&mut self, schema: usize, kind: &'static str, name: &'s str) -> Context<'s> {
        let entered = Context {
            file: self.schemas[schema].file,
            schema: Some(schema),
            path: vec![PathStep { kind, name }],
            depth: self.context.depth,
        };
        std::mem::replace(&mut self.context, entered)
    }

    /// Counts copied text, because a small document can request many copies of a long text.
    fn count_copy(&mut self, bytes: usize, position: Position) -> Result<(), Error> {
        self.copied += bytes as u64;
        let limit = self.limits.total_size;
        if self.copied > limit {
            let what = "the text that groups and paths of names copy";
            return Err(self.locate(Error::over("total_size", limit, what), position));
        }
        Ok(())
    }

    /// The name of an anonymous type in the current context.
    fn anonymous_name(&mut self, position: Position) -> Result<TypeName, Error> {
        let bytes = self.context.path.iter().map(|step| step.name.len()).sum();
        self.count_copy(bytes, position)?;
        let schema = self
            .context
            .schema
            .map_or(Ns::NONE, |index| self.schemas[index].target);
        let owner = match self.context.path.first().map(|step| step.kind) {
            Some("element") => Owner::Element,
            Some("complexType" | "simpleType") => Owner::Type,
            _ => Owner::Other,
        };
        Ok(TypeName::Anonymous {
            ns: self.ns_id(schema),
            owner,
            path: self
                .context
                .path
                .iter()
                .map(|step| step.name.to_string())
                .collect(),
        })
    }

    /// The namespace of a reference. In a chameleon include, a reference without namespace has that of the
    /// including schema.
    fn effective(&self, name: &Name<'a>) -> Option<Ns> {
        let schema = self.context.schema.map(|index| &self.schemas[index]);
        match schema {
            Some(schema) if schema.chameleon && name.ns == Some(Ns::NONE) => Some(schema.target),
            _ => name.ns,
        }
    }

    fn error(&self, kind: ErrorKind, position: Position, message: impl Into<String>) -> Error {
        self.locate(Error::new(kind, message), position)
    }

    /// Adds file, position and path to an error.
    fn locate(&self, error: Error, position: Position) -> Error {
        let mut path = Vec::new();
        if self
            .context
            .schema
            .is_none_or(|index| self.schemas[index].file == 0)
        {
            path.push("definitions".to_string());
        }
        if let Some(index) = self.context.schema {
            let uri = self.namespaces.uri(self.schemas[index].target);
            path.push(format!("schema {{{}}}", clipped(uri)));
        }
        for step in &self.context.path {
            path.push(format!("{} {}", step.kind, clipped(step.name)));
        }
        error
            .at(position)
            .in_file(self.file_name(self.context.file).as_deref())
            .on_path(path)
    }

    /// Notes once that a schema uses a namespace that it does not import.
    fn note_unimported(&mut self, ns: Ns, position: Position) {
        let Some(index) = self.context.schema else {
            return;
        };
        let schema = &self.schemas[index];
        let known = ns == schema.target || schema.built_in || ns == Ns::XSD || ns == Ns::XML;
        if known || !self.noted.insert((index, ns)) {
            return;
        }
        if !self.imported.contains(&(index, ns)) {
            let uri = match self.namespaces.uri(ns) {
                "" => "no namespace".to_string(),
                uri => quoted(uri),
            };
            self.note(
                position,
                format!("the schema refers to {uri} and does not import it"),
            );
        }
    }
}
