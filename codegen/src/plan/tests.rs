//! Of plans as a whole: what the runtime takes by position must stand where its name says.

use std::collections::BTreeMap;
use std::path::Path;

use super::{Item, Plan};
use crate::Config;

/// Whether an identifier is made of a name of the WSDL. Where two would be the same, one has a
/// number at its end.
fn is_made_of(ident: &str, wire: &str) -> bool {
    let bare = |name: &str| name.replace('_', "").to_ascii_lowercase();
    let ident = bare(ident.strip_prefix("r#").unwrap_or(ident));
    let rest = ident.strip_prefix(&bare(wire));
    rest.is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_digit()))
}

fn check(plan: &Plan<'_>) -> usize {
    let tables: BTreeMap<&str, _> = plan.tables.iter().map(|t| (&*t.ident, t)).collect();
    let mut compared = 0;
    for item in plan.modules.iter().flat_map(|module| &module.items) {
        match item {
            Item::Struct(structure) => {
                let table = &tables[&*structure.table];
                assert_eq!(structure.fields.len(), table.fields.len());
                for (field, of_table) in structure.fields.iter().zip(&table.fields) {
                    assert_eq!(field.doc.wire, of_table.wire, "{}", structure.ident);
                    assert!(is_made_of(&field.ident, &of_table.wire), "{}", field.ident);
                    compared += 1;
                }
            }
            Item::View(view) => {
                let table = &tables[&*view.table];
                for field in &view.fields {
                    let wire = &table.fields[field.index].wire;
                    assert_eq!(field.doc.wire, *wire, "{}", view.ident);
                    assert!(is_made_of(&field.names.ident, wire), "{wire}");
                    compared += 1;
                }
            }
            _ => {}
        }
    }
    compared
}

#[test]
fn fields_stand_where_their_tables_have_them() -> Result<(), Box<dyn std::error::Error>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tenants/demo/enterprise.wsdl");
    let wsdl = std::fs::read(path)?;
    let model = saponify_wsdl::read(&wsdl)?;
    let compared = crate::with_plan(&model, &Config::new(), "demo", &wsdl, check)?;
    // About 1,000 fields of structs, and those of the tenant's objects.
    assert!(compared > 1_200, "{compared}");
    Ok(())
}
