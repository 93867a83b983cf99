//! Reads WSDLs and says what is in them: `read FILE…`.

use std::time::Instant;

fn main() {
    for path in std::env::args().skip(1) {
        let start = Instant::now();
        match saponify_wsdl::read_file(&path) {
            Ok(model) => println!(
                "{path}: {} schemas, {} types, {} elements, {} operations, {} notes, {:?}",
                model.schemas.len(),
                model.types.len(),
                model.elements.len(),
                model
                    .port_types
                    .iter()
                    .map(|p| p.operations.len())
                    .sum::<usize>(),
                model.notes.len(),
                start.elapsed(),
            ),
            Err(error) => println!("{error:?}"),
        }
    }
}
