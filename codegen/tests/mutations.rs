//! No bytes make it panic, and whatever it writes is Rust: the fixtures, and real WSDLs, broken in
//! all sorts of ways.

#[path = "../../tests/mutate/mod.rs"]
mod mutate;

use std::path::Path;
use std::sync::OnceLock;

use proptest::prelude::*;
use saponify_codegen::Config;

fn documents() -> &'static [Vec<u8>] {
    static DOCUMENTS: OnceLock<Vec<Vec<u8>>> = OnceLock::new();
    DOCUMENTS.get_or_init(|| {
        let mut documents = mutate::inputs(Path::new("tests/fixtures"));
        documents.extend(mutate::inputs(Path::new("../wsdl/tests/fixtures")));
        documents.extend(mutate::corpus());
        documents
    })
}

fn generate(bytes: &[u8]) {
    match Config::new().generate(bytes) {
        Ok(output) => {
            for file in output.files() {
                if let Err(error) = syn::parse_file(file.text()) {
                    panic!("{}: {error}\n{}", file.path(), file.text());
                }
            }
        }
        // The generator refuses to write what would not compile, and has no reason to.
        Err(error) => assert!(
            format!("{error:?}").len() < 20_000 && !error.is_internal(),
            "{error:?}"
        ),
    }
}

#[test]
fn documents_as_they_are() {
    for document in documents() {
        generate(document);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn broken_documents_do_not_panic(
        which in any::<prop::sample::Index>(),
        mutations in prop::collection::vec((any::<usize>(), any::<usize>(), any::<usize>()), 1..4),
    ) {
        let mut bytes = which.get(documents()).clone();
        for mutation in mutations {
            mutate::apply(&mut bytes, mutation);
        }
        generate(&bytes);
    }
}
