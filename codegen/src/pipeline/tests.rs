//! Tests of the stages together, on the WSDL of the demo tenant. It has the operations and headers of
//! a real one of API 64.0.

use std::collections::BTreeSet;
use std::path::Path;

use super::stages::{Source, with_plan};
use crate::Config;
use crate::plan::{Item, Plan};
use crate::salesforce::documentation;
use crate::select::select;

type Result<T = ()> = std::result::Result<T, Box<dyn std::error::Error>>;

fn tenant() -> Result<Vec<u8>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tenants/demo/enterprise.wsdl");
    Ok(std::fs::read(path)?)
}

/// Whether an identifier is made of a name of the WSDL. Where two would be the same, one has a
/// number at its end.
fn is_made_of(ident: &str, wire: &str) -> bool {
    let bare = |name: &str| name.replace('_', "").to_ascii_lowercase();
    let ident = bare(ident.strip_prefix("r#").unwrap_or(ident));
    let rest = ident.strip_prefix(&bare(wire));
    rest.is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_digit()))
}

fn check(plan: &Plan<'_>) -> usize {
    let mut compared = 0;
    for item in plan.modules.iter().flat_map(|module| &module.items) {
        match item {
            Item::Struct(structure) => {
                let table = plan.table(structure.table);
                assert_eq!(structure.fields.len(), table.fields.len());
                for (field, of_table) in structure.fields.iter().zip(&table.fields) {
                    assert_eq!(field.doc.wire, of_table.wire, "{}", structure.ident);
                    assert!(is_made_of(&field.ident, &of_table.wire), "{}", field.ident);
                    compared += 1;
                }
            }
            Item::View(view) => {
                let table = plan.table(view.table);
                for field in &view.fields {
                    let wire = &table.fields[field.index].wire;
                    assert_eq!(field.doc.wire, *wire, "{}", view.ident);
                    assert!(is_made_of(&field.getter, wire), "{wire}");
                    compared += 1;
                }
            }
            _ => {}
        }
    }
    compared
}

/// The runtime takes fields by position, so each must stand where the table has its name.
#[test]
fn fields_stand_where_their_tables_have_them() -> Result {
    let wsdl = tenant()?;
    let model = saponify_wsdl::read(&wsdl)?;
    let source = Source {
        documents: &[],
        model: &model,
        name: "demo",
        wsdl: &wsdl,
    };
    let compared = with_plan(source, &Config::new(), check)?;
    // About 1,000 fields of structs, and those of the tenant's objects.
    assert!(compared > 1_200, "{compared}");
    Ok(())
}

#[test]
fn every_operation_and_header_of_a_tenant_has_an_entry_and_no_entry_is_left_over() -> Result {
    let model = saponify_wsdl::read(&tenant()?)?;
    let selection = select(&model, &Config::new())?;
    let [of_operations, of_headers] = documentation::heads();
    let head = |id| {
        let shape = selection.shape(id);
        let children: Vec<_> = shape.members.iter().map(|member| &*member.name).collect();
        format!("({})", children.join(", "))
    };
    let operations: BTreeSet<String> = selection
        .operations
        .iter()
        .map(|operation| operation.name.to_owned() + &head(operation.request))
        .collect();
    assert_eq!(operations.len(), 63);
    assert_eq!(of_operations, operations);
    let mut headers: BTreeSet<String> = selection
        .operations
        .iter()
        .flat_map(|operation| operation.headers.iter().chain(&operation.output_headers))
        .map(|id| selection.shape(*id).name.to_string() + &head(*id))
        .collect();
    assert_eq!(headers.len(), 18, "16 of requests, 2 of responses");
    // Declared, but bound to no operation.
    headers.insert("CurrencyConversionHeader(skipCurrencyConversion)".to_owned());
    assert_eq!(of_headers, headers);
    Ok(())
}
