//! The result of stage "names": the identifiers of the output.

use std::collections::BTreeMap;

use saponify_wsdl::model::{NsId, TypeId};

use super::conflicts::NameConflicts;
use crate::salesforce::operations::BulkKind;

/// All identifiers of the output.
#[derive(Debug, Default)]
pub(crate) struct Names {
    /// The modules of the namespaces that have types.
    pub(crate) modules: BTreeMap<NsId, String>,
    /// By shape.
    pub(crate) shapes: Vec<ShapeNames>,
    pub(crate) enums: BTreeMap<TypeId, EnumNames>,
    /// By operation.
    pub(crate) operations: Vec<OperationNames>,
    /// By service.
    pub(crate) services: Vec<String>,
    pub(crate) conflicts: NameConflicts,
}

/// Identifiers of a shape.
#[derive(Debug, Default)]
pub(crate) struct ShapeNames {
    /// The type; empty if it has none.
    pub(crate) ty: String,
    /// The table.
    pub(crate) table: String,
    /// By member; empty if the shape has no type.
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

/// Methods of an operation that takes rows, beside the method with the operation's own name.
#[derive(Clone, Debug)]
pub(crate) struct RowMethods {
    pub(crate) kind: BulkKind,
    /// The method that takes any number of rows.
    pub(crate) all: String,
    /// The method that takes one row, if the operation says what became of it.
    pub(crate) one: Option<String>,
}

/// Identifiers of an operation.
#[derive(Debug)]
pub(crate) struct OperationNames {
    pub(crate) method: String,
    pub(crate) ty: String,
    pub(crate) table: String,
    /// The methods that take rows in other numbers.
    pub(crate) rows: Option<RowMethods>,
    pub(crate) arguments: Vec<String>,
    /// The faults of the operation, if the server side is generated.
    pub(crate) faults: Option<FaultNames>,
}

/// Identifiers of the faults of an operation.
#[derive(Debug)]
pub(crate) struct FaultNames {
    /// The enum.
    pub(crate) ident: String,
    /// By fault.
    pub(crate) variants: Vec<String>,
}

impl FieldNames {
    /// Names that are nothing but an identifier.
    pub(super) fn plain(idents: Vec<[String; 1]>) -> Vec<Self> {
        let fields = idents.into_iter().map(|[ident]| Self {
            ident,
            ..Self::default()
        });
        fields.collect()
    }
}
