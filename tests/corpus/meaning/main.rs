//! Decodes each example by its type, encodes it again, and writes what came of it beside it.
#![forbid(unsafe_code)]

use std::fs;
use std::path::Path;

use saponify::generated::{Tabled, Type};
use saponify::probe::{decode, decode_record, encode, encode_record};
use saponify::{Error, Limits};

// modules

fn main() {
    let folder = std::path::PathBuf::from(std::env::args().nth(1).expect("a folder"));
    // cases
}

fn structure<S: Tabled + PartialEq>(folder: &Path, file: &str) {
    both(folder, file, |text| {
        let value: S = decode(text, Limits::default(), &[])?;
        let again = encode(&value)?;
        let same = decode::<S>(&again, Limits::default(), &[])? == value;
        Ok((again, same))
    });
}

fn record(folder: &Path, file: &str, table: &'static Type) {
    both(folder, file, |text| {
        let value = decode_record(text, table, Limits::default())?;
        let again = encode_record(&value)?;
        // Where something must be there and may be nil, what was not there is nil now.
        let value = decode_record(&again, table, Limits::default())?;
        let same = encode_record(&value)? == again;
        Ok((again, same))
    });
}

fn both(folder: &Path, file: &str, say: impl Fn(&str) -> Result<(String, bool), Error>) {
    let path = folder.join(file);
    let text = fs::read_to_string(&path).expect("a sample");
    let said = match say(&text) {
        Ok((again, true)) => again,
        Ok((_, false)) => "error: decodes to another value the second time".to_owned(),
        Err(error) => format!("error: {error}"),
    };
    fs::write(path.with_extension("xml.out"), said).expect("a writable folder");
}
