//! Checks of the WSDL reader and of the generator.

use saponify_codegen::Config;
use saponify_wsdl::{Limits, PublishedPiece, Reader};

/// Reads bytes as a WSDL, into the raw tree and into the model.
pub fn read(data: &[u8]) {
    // The limits are small, so that a fuzzer reaches them.
    let mut limits = Limits::default();
    limits.particles = 10_000;
    limits.types = 1_000;
    limits.nesting = 20;
    limits.depth = 40;
    let mut reader = Reader::new();
    reader.limits(limits);
    let raw = reader.dump_raw(data);
    match reader.read(data) {
        Ok(model) => {
            assert!(raw.is_ok(), "there is a model but no raw tree");
            assert!(!model.to_string().is_empty());
            assert!(model.files.is_empty(), "reading bytes must not read a file");
            published(&reader, data, &model.to_string());
        }
        Err(error) => {
            let shown = format!("{error} {error:?}");
            assert!(shown.len() < 20_000, "{shown}");
        }
    }
}

/// Publishes a WSDL as a server does. What is published must be the same WSDL.
fn published(reader: &Reader, data: &[u8], model: &str) {
    let (_, documents) = reader.read_published(data).expect("it was read before");
    let [document] = documents.as_slice() else {
        panic!("{documents:?}");
    };
    assert!(document.is_wsdl);
    let mut text = String::new();
    for piece in &document.pieces {
        match piece {
            PublishedPiece::Text(piece) => text.push_str(piece),
            PublishedPiece::Address { location, .. } => {
                let escaped = location.replace('&', "&amp;").replace('<', "&lt;");
                text += &format!("\"{}\"", escaped.replace('"', "&quot;"));
            }
            PublishedPiece::Location(_) => panic!("there is no other document"),
        }
    }
    let again = reader.read(text.as_bytes()).expect(&text);
    assert_eq!(without_places(&again.to_string()), without_places(model));
}

/// The text of a model without lines and columns, because what is published begins with another
/// declaration, and without notes about imports that are not published.
fn without_places(model: &str) -> String {
    let is_place = |word: &&str| {
        let is_number = |text: &str| text.parse::<u32>().is_ok();
        let place = word.strip_prefix('@').unwrap_or(word).split_once(':');
        place.is_some_and(|(line, column)| is_number(line) && is_number(column))
    };
    let lines = model.lines().filter(|line| !line.starts_with("note "));
    let lines = lines.map(|line| {
        let words: Vec<&str> = line.split(' ').filter(|word| !is_place(word)).collect();
        words.join(" ") + "\n"
    });
    lines.collect()
}

/// Generates code from bytes. If that succeeds, the code must parse as Rust.
pub fn generate(data: &[u8]) {
    match Config::new().generate(data) {
        Ok(output) => {
            for file in output.files() {
                if let Err(error) = syn::parse_file(file.text()) {
                    panic!("{}: {error}\n{}", file.path(), file.text());
                }
            }
        }
        Err(error) => {
            let shown = format!("{error} {error:?}");
            assert!(shown.len() < 20_000, "{shown}");
        }
    }
}

#[cfg(test)]
#[path = "../../tests/mutate/mod.rs"]
mod mutate;

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::mutate;
    use crate::tests::Numbers;

    /// Checks the fixtures of both crates, and a fixed number of mutations of them.
    fn run(rounds: usize, check: fn(&[u8])) {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut seeds = mutate::inputs(&here.join("../wsdl/tests/fixtures"));
        seeds.extend(mutate::inputs(&here.join("../codegen/tests/fixtures")));
        seeds.extend(mutate::corpus());
        seeds.iter().for_each(|seed| check(seed));
        let rounds = std::env::var("ROUNDS").map_or(rounds, |n| n.parse().unwrap());
        let mut numbers = Numbers::seeded();
        for _ in 0..rounds {
            let mut data = seeds[numbers.below(seeds.len())].clone();
            for _ in 0..=numbers.below(4) {
                let most = usize::MAX;
                let mutation = (numbers.below(9), numbers.below(most), numbers.below(most));
                mutate::apply(&mut data, mutation);
            }
            check(&data);
        }
    }

    #[test]
    fn reads() {
        run(20_000, super::read);
    }

    #[test]
    fn generates() {
        run(5_000, super::generate);
    }
}
