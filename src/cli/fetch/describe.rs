//! Asks an org what it says about its objects beyond the WSDL.

use saponify::{Https, Session};
use saponify_codegen::catalog::{Catalog, TypeKind};
use saponify_codegen::describe::{Child, Describe, Field, Object, Value};

use super::org::LoggedIn;
use super::progress::Progress;
use crate::cli::Failure;
use crate::tenant::{self, DescribeSObjectResult, Soap};

/// Most objects of one call (`describeSObjects`).
const OBJECTS: usize = 100;

/// Describes the objects of a WSDL that the user may see.
pub(super) async fn describe(
    org: &LoggedIn,
    catalog: &Catalog,
    progress: &Progress,
) -> Result<Describe, Failure> {
    let soap = client(org, catalog)?;
    let failed = |error: saponify::Error| {
        Failure::new("the org does not describe its objects").because(error)
    };
    let global = soap.describe_global().await.map_err(failed)?;
    let visible = global.sobjects.into_iter().map(|object| object.name);
    let is_wanted = |name: &String| {
        let object = catalog.object(name);
        object.is_some_and(|object| object.kind == TypeKind::Object)
    };
    let names: Vec<String> = visible.filter(is_wanted).collect();
    let mut describe = Describe::new(&catalog.api_version);
    for some in names.chunks(OBJECTS) {
        progress.step(&format!(
            "describing objects: {} of {}",
            describe.objects.len(),
            names.len()
        ));
        let described = soap.describe_s_objects(some).await.map_err(failed)?;
        for described in described.into_iter().flatten() {
            describe
                .objects
                .insert(described.name.clone(), object(described));
        }
    }
    Ok(describe)
}

/// A client at the path that the WSDL names, with its version and its versions of packages.
fn client(org: &LoggedIn, catalog: &Catalog) -> Result<Soap, Failure> {
    let failed = |error: saponify::Error| Failure::new("the org cannot be called").because(error);
    let session = org.org.client().session();
    let id = session
        .id()
        .ok_or_else(|| Failure::new("the login gave no session"))?;
    let address = catalog.services.first().map(|service| &service.endpoint);
    let address = address.and_then(|address| url::Url::parse(address).ok());
    let endpoint = match &address {
        Some(address) => session.endpoint().with_path(address.path()),
        None => session.endpoint().clone(),
    };
    let mut https = Https::builder();
    if let Some(certificate) = &org.certificate {
        https = https.extra_root_certificate(certificate);
    }
    let https = https
        .build()
        .map_err(saponify::Error::from)
        .map_err(failed)?;
    Soap::builder()
        .transport(https)
        .session(Session::at(endpoint, id.clone()))
        .map_err(failed)
}

fn object(described: DescribeSObjectResult) -> Object {
    let mut object = Object::default();
    object.label = described.label;
    object.label_plural = described.label_plural;
    object.key_prefix = described.key_prefix.unwrap_or_default();
    object.fields = described
        .fields
        .into_iter()
        .map(|described| (described.name.clone(), field(described)))
        .collect();
    let children = described.child_relationships.into_iter();
    object.children = children
        .filter_map(|child| {
            let name = child.relationship_name?;
            Some((name, Child::new(&child.child_s_object, &child.field)))
        })
        .collect();
    object
}

fn field(described: tenant::Field) -> Field {
    let number = |number: i32| u32::try_from(number).unwrap_or_default();
    let mut field = Field::default();
    field.ty = described.r#type.to_string();
    field.length = number(described.length);
    field.precision = number(described.precision);
    field.scale = number(described.scale);
    field.digits = number(described.digits);
    field.help = described.inline_help_text.unwrap_or_default();
    field.values = described.picklist_values.into_iter().map(value).collect();
    field.restricted = described.restricted_picklist;
    field.refers_to = described.reference_to;
    field.filterable = described.filterable;
    field.sortable = described.sortable.unwrap_or_default();
    field.external_id = described.external_id.unwrap_or_default();
    field.unique = described.unique;
    field.calculated = described.calculated;
    field.label = described.label;
    field
}

fn value(entry: tenant::PicklistEntry) -> Value {
    let mut value = Value::default();
    value.label = entry.label.unwrap_or_default();
    if value.label == entry.value {
        value.label.clear();
    }
    value.inactive = !entry.active;
    value.value = entry.value;
    value
}
