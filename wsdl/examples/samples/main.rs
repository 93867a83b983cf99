//! Writes example messages for every global element that a message of a WSDL has. They follow the
//! schema and do not use the generator or the runtime.
//!
//! ```sh
//! cargo run -p saponify-wsdl --example samples -- service.wsdl samples/ --root schemas/
//! ```
//!
//! Each element gets a few documents: the smallest one, a full one, and others that use the next branch of
//! each choice, the next derived type, and nil where it is allowed. `index.tsv` lists the element of each
//! file. Options locate imports, like those of `saponify generate`.
#![forbid(unsafe_code)]

mod text;
mod writer;

use std::collections::BTreeSet;
use std::error::Error;
use std::path::PathBuf;

use saponify_wsdl::Reader;
use saponify_wsdl::model::{ElementId, Model, PartTarget};

use writer::Writer;

/// The number of documents of each element.
const VARIANTS: usize = 5;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let usage =
        "usage: samples WSDL FOLDER [--root DIR | --provide IMPORT=FILE | --skip-import IMPORT]…";
    let (file, out) = arguments.next().zip(arguments.next()).ok_or(usage)?;
    let out = PathBuf::from(out);
    let mut reader = Reader::new();
    while let Some((option, value)) = arguments.next().zip(arguments.next()) {
        match (option.as_str(), value.split_once('=')) {
            ("--root", _) => reader.allow_root(value),
            ("--provide", Some((import, file))) => reader.provide_file(import, file),
            ("--skip-import", _) => reader.skip_import(value),
            _ => return Err(usage.into()),
        };
    }
    let model = reader.read_file(file)?;
    std::fs::create_dir_all(&out)?;
    let mut index = String::new();
    for id in elements(&model) {
        let element = model.element(id);
        let mut seen = BTreeSet::new();
        for variant in 0..VARIANTS {
            let Some(document) = Writer::new(&model, variant).document(id) else {
                continue;
            };
            if !seen.insert(document.clone()) {
                continue;
            }
            let name = format!("{}-{variant}.xml", id.0);
            let uri = model.namespace(element.name.ns);
            index.push_str(&format!("{name}\t{uri}\t{}\n", element.name.local));
            std::fs::write(out.join(name), document)?;
        }
    }
    std::fs::write(out.join("index.tsv"), index)?;
    Ok(())
}

/// The global elements to which parts of messages refer.
fn elements(model: &Model) -> BTreeSet<ElementId> {
    let parts = model.messages.iter().flat_map(|message| &message.parts);
    let elements = parts.filter_map(|part| match part.target {
        PartTarget::Element(id) => Some(id),
        PartTarget::Type(_) => None,
    });
    elements
        .filter(|id| !model.element(*id).is_abstract)
        .collect()
}
