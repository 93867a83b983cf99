//! Compares two WSDLs: `diff OLD NEW`. Prints what changed, and how long the comparison took.

use std::error::Error;
use std::time::Instant;

use saponify_codegen::Config;

fn main() -> Result<(), Box<dyn Error>> {
    let paths: Vec<String> = std::env::args().skip(1).collect();
    let [old, new] = paths.as_slice() else {
        return Err("usage: diff OLD NEW".into());
    };
    let started = Instant::now();
    let diff = Config::new().diff(old, new)?;
    let taken = started.elapsed();
    print!("{diff}");
    eprintln!("{} changes in {taken:?}", diff.changes.len());
    Ok(())
}
