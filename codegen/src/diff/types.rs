//! The data of a comparison.

/// What a change means for somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Impact {
    /// Nothing changes.
    Neutral,
    /// Something new can be used, and what was there works as before.
    Additive,
    /// Something that worked does not work any more, or may not.
    Breaking,
}

/// What changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Item {
    /// The API version that the WSDL states.
    ApiVersion,
    /// An installed package.
    Package,
    /// A service or its address.
    Service,
    /// The namespace of several types.
    Namespace,
    /// An object.
    Object,
    /// A field of an object or of another type.
    Field,
    /// A field that holds the parent record.
    ParentRelationship,
    /// A field that holds the rows of a child relationship.
    ChildRelationship,
    /// A value of a picklist: `Industry.Banking`.
    PicklistValue,
    /// A type that is no object.
    Type,
    /// A branch of a choice, or a type that derives from an abstract type.
    Variant,
    /// An enumeration.
    Enumeration,
    /// A value of an enumeration.
    Value,
    /// An operation.
    Operation,
    /// An argument of an operation.
    Argument,
    /// The result of an operation.
    Result,
    /// A header of requests.
    Header,
    /// A header of responses.
    OutputHeader,
    /// A declared fault.
    Fault,
}

/// How it changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum ChangeKind {
    /// It is new.
    Added,
    /// It is gone.
    Removed,
    /// Its type is another.
    TypeChanged,
    /// It may be nil and could not, or the other way round.
    NillableChanged,
    /// It may be absent and could not, or the other way round.
    OptionalChanged,
    /// It may occur more than once and could not, or the other way round.
    RepeatedChanged,
    /// Facets allow other values.
    FacetsChanged,
    /// The value that is assumed, or the only one that is allowed, is another.
    DefaultChanged,
    /// Only its name in Rust is another.
    RustNameChanged,
    /// Its elements are in another order.
    OrderChanged,
    /// It is in another namespace.
    NamespaceChanged,
    /// It derives from another type.
    BaseChanged,
    /// It has another value, such as a version, an address or a SOAP action.
    ValueChanged,
    /// Users see another name.
    LabelChanged,
    /// The text that helps users to fill it in is another.
    HelpChanged,
    /// It takes more or fewer characters or digits.
    LengthChanged,
    /// It refers to other objects, or its rows are of another relationship.
    TargetsChanged,
    /// Something else is true of it: whether it can be filtered or sorted by, whether it is unique, an external id,
    /// computed or active.
    PropertyChanged,
    /// Its documentation is another.
    DocumentationChanged,
}

/// One change.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Change {
    /// What changed.
    pub item: Item,
    /// How.
    pub kind: ChangeKind,
    /// The object, type or operation that has it; empty for what stands by itself.
    pub owner: String,
    /// Its name.
    pub name: String,
    /// How it was; empty if it was not there.
    pub old: String,
    /// How it is; empty if it is gone.
    pub new: String,
    /// What it means for code.
    pub rust: Impact,
    /// What it means for data.
    pub data: Impact,
    /// Why it means that, as sentences.
    pub reason: String,
}

/// How two WSDLs differ.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Diff {
    /// The name and API version of the old WSDL.
    pub old: String,
    /// The name and API version of the new WSDL.
    pub new: String,
    /// The changes, by what changed and by name.
    pub changes: Vec<Change>,
}

impl Change {
    /// The greater of the two impacts.
    #[must_use]
    pub fn impact(&self) -> Impact {
        self.rust.max(self.data)
    }

    /// The name with that of its owner: `Account.Name`.
    #[must_use]
    pub fn path(&self) -> String {
        match self.owner.is_empty() {
            true => self.name.clone(),
            false => format!("{}.{}", self.owner, self.name),
        }
    }
}

impl Diff {
    /// The greatest impact of all changes; neutral if there is none.
    #[must_use]
    pub fn impact(&self) -> Impact {
        let impacts = self.changes.iter().map(Change::impact);
        impacts.max().unwrap_or(Impact::Neutral)
    }

    /// Whether nothing differs.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    /// The changes with an impact.
    pub fn of(&self, impact: Impact) -> impl Iterator<Item = &Change> {
        self.changes
            .iter()
            .filter(move |change| change.impact() == impact)
    }
}

impl Impact {
    /// The word for it: `breaking`, `additive` or `neutral`.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Impact::Neutral => "neutral",
            Impact::Additive => "additive",
            Impact::Breaking => "breaking",
        }
    }
}

impl Item {
    /// The words for it, such as `child relationship`.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Item::ApiVersion => "API version",
            Item::Package => "package",
            Item::Service => "service",
            Item::Namespace => "namespace",
            Item::Object => "object",
            Item::Field => "field",
            Item::ParentRelationship => "parent relationship",
            Item::ChildRelationship => "child relationship",
            Item::PicklistValue => "picklist value",
            Item::Type => "type",
            Item::Variant => "variant",
            Item::Enumeration => "enumeration",
            Item::Value => "value",
            Item::Operation => "operation",
            Item::Argument => "argument",
            Item::Result => "result",
            Item::Header => "header",
            Item::OutputHeader => "header of the response",
            Item::Fault => "fault",
        }
    }
}

impl ChangeKind {
    /// The words for it, such as `is new`.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            ChangeKind::Added => "is new",
            ChangeKind::Removed => "is gone",
            ChangeKind::TypeChanged => "has another type",
            ChangeKind::NillableChanged => "may be nil, or may not any more",
            ChangeKind::OptionalChanged => "may be absent, or may not any more",
            ChangeKind::RepeatedChanged => "may be repeated, or may not any more",
            ChangeKind::FacetsChanged => "allows other values",
            ChangeKind::DefaultChanged => "has another default",
            ChangeKind::RustNameChanged => "has another name in Rust",
            ChangeKind::OrderChanged => "are in another order",
            ChangeKind::NamespaceChanged => "is in another namespace",
            ChangeKind::BaseChanged => "derives from another type",
            ChangeKind::ValueChanged => "has another value",
            ChangeKind::LabelChanged => "has another label",
            ChangeKind::HelpChanged => "has another help text",
            ChangeKind::LengthChanged => "has another length",
            ChangeKind::TargetsChanged => "refers to other objects",
            ChangeKind::PropertyChanged => "has another property",
            ChangeKind::DocumentationChanged => "has other documentation",
        }
    }

    /// The identifier for it in JSON, such as `type-changed`.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            ChangeKind::Added => "added",
            ChangeKind::Removed => "removed",
            ChangeKind::TypeChanged => "type-changed",
            ChangeKind::NillableChanged => "nillable-changed",
            ChangeKind::OptionalChanged => "optional-changed",
            ChangeKind::RepeatedChanged => "repeated-changed",
            ChangeKind::FacetsChanged => "facets-changed",
            ChangeKind::DefaultChanged => "default-changed",
            ChangeKind::RustNameChanged => "rust-name-changed",
            ChangeKind::OrderChanged => "order-changed",
            ChangeKind::NamespaceChanged => "namespace-changed",
            ChangeKind::BaseChanged => "base-changed",
            ChangeKind::ValueChanged => "value-changed",
            ChangeKind::LabelChanged => "label-changed",
            ChangeKind::HelpChanged => "help-changed",
            ChangeKind::LengthChanged => "length-changed",
            ChangeKind::TargetsChanged => "targets-changed",
            ChangeKind::PropertyChanged => "property-changed",
            ChangeKind::DocumentationChanged => "documentation-changed",
        }
    }
}
