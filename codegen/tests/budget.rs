//! How much text a field costs. Compile time follows it, so it may not creep up.

use std::error::Error;
use std::path::Path;

use saponify_codegen::Config;

/// Lines and bytes of generated code per declared element.
#[test]
fn a_field_costs_a_bounded_number_of_lines_and_bytes() -> Result<(), Box<dyn Error>> {
    let input = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tenants/demo/enterprise.wsdl");
    let wsdl = std::fs::read_to_string(&input)?;
    let fields = wsdl.matches("<element name=").count();
    assert!(
        fields > 500,
        "a tenant too small to measure: {fields} fields"
    );
    let cost = |config: Config| -> Result<(f64, f64), Box<dyn Error>> {
        let output = config.input(&input).run()?;
        let lines: usize = output
            .files()
            .iter()
            .map(|file| file.text().lines().count())
            .sum();
        let bytes: usize = output.files().iter().map(|file| file.text().len()).sum();
        Ok((lines as f64 / fields as f64, bytes as f64 / fields as f64))
    };
    for (name, config, line_bar, byte_bar) in [
        ("default", Config::new(), 14.4, 460.0),
        ("no methods", Config::new().methods(false), 10.6, 368.0),
        (
            "no methods, no docs",
            Config::new().methods(false).docs(false),
            8.4,
            274.0,
        ),
    ] {
        let (lines, bytes) = cost(config)?;
        println!("{name}: {lines:.1} lines, {bytes:.0} bytes per field");
        assert!(
            lines <= line_bar,
            "{name}: {lines:.1} lines per field, allowed {line_bar}"
        );
        assert!(
            bytes <= byte_bar,
            "{name}: {bytes:.0} bytes per field, allowed {byte_bar}"
        );
    }
    Ok(())
}
