//! Decodes each example to its type and encodes it again. Writes the result, or an error, to a file
//! next to the example.
#![forbid(unsafe_code)]

use std::fs;
use std::path::Path;

use saponify::generated::GeneratedStruct;
use saponify::probe::{decode, encode};
use saponify::{Error, Limits};

// modules

fn main() {
    let folder = std::path::PathBuf::from(std::env::args().nth(1).expect("a folder"));
    // cases
}

fn again<S: GeneratedStruct + PartialEq>(folder: &Path, file: &str) {
    let path = folder.join(file);
    let text = fs::read_to_string(&path).expect("a sample");
    let said = match say::<S>(&text) {
        Ok((again, true)) => again,
        Ok((_, false)) => "error: decodes to another value the second time".to_owned(),
        Err(error) => format!("error: {error}"),
    };
    fs::write(path.with_extension("xml.out"), said).expect("a writable folder");
}

fn say<S: GeneratedStruct + PartialEq>(text: &str) -> Result<(String, bool), Error> {
    let value: S = decode(text, Limits::default(), &[])?;
    let again = encode(&value)?;
    let same = decode::<S>(&again, Limits::default(), &[])? == value;
    Ok((again, same))
}
