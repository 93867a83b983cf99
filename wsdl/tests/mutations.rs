//! The reader must not panic for any bytes: the fixtures and real WSDLs are changed in many ways.

#[path = "../../tests/mutate/mod.rs"]
mod mutate;

use std::path::Path;
use std::sync::OnceLock;

use proptest::prelude::*;
use saponify_wsdl::model::Builtin;
use saponify_wsdl::{Limits, Reader};

fn documents() -> &'static [Vec<u8>] {
    static DOCUMENTS: OnceLock<Vec<Vec<u8>>> = OnceLock::new();
    DOCUMENTS.get_or_init(|| {
        let mut documents = mutate::inputs(Path::new("tests/fixtures"));
        documents.extend(mutate::corpus());
        documents
    })
}

/// The limits are small, so that a document that expands endlessly is refused soon.
fn read(bytes: &[u8]) {
    let mut limits = Limits::default();
    limits.particles = 10_000;
    limits.types = 1_000;
    let mut reader = Reader::new();
    reader.limits(limits);
    match reader.read(bytes) {
        Ok(model) => assert!(!model.to_string().is_empty()),
        Err(error) => assert!(error.to_string().len() < 8_000, "{error}"),
    }
    let _ = reader.dump_raw(bytes);
    // Overridden types may be of another kind than the documents expect.
    reader
        .override_type("xsd:string", Builtin::AnyType)
        .override_type("{urn:shop}A", Builtin::Int);
    if let Ok(model) = reader.read(bytes) {
        assert!(!model.to_string().is_empty());
    }
}

fn mutations() -> impl Strategy<Value = Vec<mutate::Mutation>> {
    let mutation = (any::<usize>(), any::<usize>(), any::<usize>());
    prop::collection::vec(mutation, 1..6)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn broken_documents_do_not_panic(
        which in any::<prop::sample::Index>(),
        mutations in mutations(),
    ) {
        let mut bytes = which.get(documents()).clone();
        for mutation in mutations {
            mutate::apply(&mut bytes, mutation);
        }
        read(&bytes);
    }

    #[test]
    fn any_bytes_do_not_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        read(&bytes);
    }
}
