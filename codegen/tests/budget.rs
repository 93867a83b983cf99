//! How much text a field costs. Compile time follows it, so it may not creep up.

use std::error::Error;
use std::path::Path;

use saponify_codegen::{Config, File};

/// Operations of the tenant, as of every tenant since API 44.0.
const OPERATIONS: usize = 63;

/// Lines and bytes of generated code per declared element, and per operation.
#[test]
fn a_field_costs_a_bounded_number_of_lines_and_bytes() -> Result<(), Box<dyn Error>> {
    let input = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tenants/demo/enterprise.wsdl");
    let wsdl = std::fs::read_to_string(&input)?;
    let fields = wsdl.matches("<element name=").count();
    assert!(
        fields > 500,
        "a tenant too small to measure: {fields} fields"
    );
    let cost = |config: Config| -> Result<[f64; 3], Box<dyn Error>> {
        let output = config.input(&input).run()?;
        // Operations are sixty-three in every tenant: they have a budget of their own. It includes
        // the flag that says whether a call may be repeated.
        let (operations, types): (Vec<_>, Vec<_>) = output
            .files()
            .iter()
            .partition(|file| ["service.rs", "operations.rs"].contains(&file.path()));
        let bytes = |files: &[&File]| files.iter().map(|file| file.text().len()).sum::<usize>();
        let lines: usize = types.iter().map(|file| file.text().lines().count()).sum();
        Ok([
            lines as f64 / fields as f64,
            bytes(&types) as f64 / fields as f64,
            bytes(&operations) as f64 / OPERATIONS as f64,
        ])
    };
    for (name, config, bars) in [
        ("default", Config::new(), [10.2, 350.0, 2950.0]),
        (
            "no methods",
            Config::new().methods(false),
            [10.2, 335.0, 2950.0],
        ),
        (
            "no methods, no docs",
            Config::new().methods(false).docs(false),
            [7.8, 238.0, 1080.0],
        ),
    ] {
        let found = cost(config)?;
        let whats = ["lines per field", "bytes per field", "bytes per operation"];
        for ((what, found), bar) in whats.into_iter().zip(found).zip(bars) {
            println!("{name}: {found:.1} {what}");
            assert!(found <= bar, "{name}: {found:.1} {what}, allowed {bar}");
        }
    }
    Ok(())
}
