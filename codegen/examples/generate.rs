//! Generates from a WSDL into a directory: `generate INPUT DIRECTORY [--no-methods] [--no-docs]
//! [--root DIR]…`.

use std::error::Error;
use std::path::Path;

use saponify_codegen::Config;

fn main() -> Result<(), Box<dyn Error>> {
    let mut paths = Vec::new();
    let mut config = Config::new();
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        config = match argument.as_str() {
            "--root" => config.import_roots(arguments.next()),
            "--no-methods" => config.methods(false),
            "--no-docs" => config.docs(false),
            _ => {
                paths.push(argument);
                config
            }
        };
    }
    let [input, directory] = paths.as_slice() else {
        return Err(
            "usage: generate INPUT DIRECTORY [--no-methods] [--no-docs] [--root DIR]…".into(),
        );
    };
    let output = config.input(input).run()?;
    output.write_to(Path::new(directory))?;
    for note in output.notes() {
        println!("note: {note}");
    }
    let bytes: usize = output.files().iter().map(|file| file.text().len()).sum();
    println!("{} files, {bytes} bytes", output.files().len());
    Ok(())
}
