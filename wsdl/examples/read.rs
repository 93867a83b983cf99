//! Reads WSDLs and prints their content: `read [--model | --raw] FILE…`.

use std::time::Instant;

use saponify_wsdl::Reader;

fn main() {
    let mut dump = None;
    let reader = Reader::new();
    for argument in std::env::args().skip(1) {
        let start = Instant::now();
        let result = match dump.as_deref() {
            _ if argument.starts_with("--") => {
                dump = Some(argument);
                continue;
            }
            Some("--model") => reader.read_file(&argument).map(|model| model.to_string()),
            Some("--raw") => reader.dump_raw_file(&argument),
            _ => reader.read_file(&argument).map(|model| {
                format!(
                    "{argument}: {} schemas, {} types, {} elements, {} operations, {} notes, {:?}\n",
                    model.schemas.len(),
                    model.types.len(),
                    model.elements.len(),
                    model.port_types.iter().map(|port_type| port_type.operations.len()).sum::<usize>(),
                    model.notes.len(),
                    start.elapsed(),
                )
            }),
        };
        match result {
            Ok(text) => print!("{text}"),
            Err(error) => println!("{error:?}"),
        }
    }
}
