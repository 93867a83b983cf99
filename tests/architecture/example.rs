//! Tests of the checks, on small crates that the tests write.

use std::fs;

use crate::floors::Floors;
use crate::graph;
use crate::imports::Crate;

/// Reads a crate that consists of these files.
fn krate(files: &[(&str, &str)]) -> Crate {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder can be made");
        fs::write(path, text).expect("a file can be written");
    }
    Crate::read(folder.path())
}

/// The imports of a crate as `from -> to`, sorted.
fn arrows(krate: &Crate) -> Vec<String> {
    let arrow = |import: &crate::imports::Import| {
        format!("{} -> {}", import.from.display(), import.to.display())
    };
    let mut arrows: Vec<String> = krate.imports().iter().map(arrow).collect();
    arrows.sort();
    arrows.dedup();
    arrows
}

#[test]
fn an_import_from_a_higher_floor_is_found() {
    let krate = krate(&[
        ("lib.rs", "mod low; mod high;"),
        ("low.rs", "use crate::high::Name;"),
        ("high.rs", "pub struct Name;"),
    ]);
    let floors = Floors::of_document("```floors\nx: low -> high\n```\n");
    let (_, floors) = floors.crates().next().expect("one crate");
    let up = krate.imports().iter().filter(|import| {
        let top_modules = import.top_module_from().zip(import.top_module_to());
        top_modules.is_some_and(|(from, to)| floors.leads_up(from, to))
    });
    let up: Vec<String> = up.map(ToString::to_string).collect();
    assert_eq!(up, ["low.rs:1 -> high.rs (`crate::high::Name`)"]);
}

#[test]
fn reexported_names_lead_to_the_file_that_declares_them() {
    let krate = krate(&[
        ("lib.rs", "mod a; mod b; pub use a::Deep;"),
        (
            "a/mod.rs",
            "mod inner; pub use inner::Deep; pub(crate) use self::inner::Other;",
        ),
        ("a/inner.rs", "pub struct Deep; pub(crate) struct Other;"),
        ("b.rs", "use crate::Deep; fn f() { crate::a::Other; }"),
    ]);
    assert_eq!(arrows(&krate), ["b.rs -> a/inner.rs"]);
}

#[test]
fn paths_in_code_and_in_macros_count_and_tests_do_not() {
    let krate = krate(&[
        ("lib.rs", "mod a; mod b; mod c; mod d;"),
        ("a.rs", "pub struct A;"),
        ("b.rs", "fn f(_: crate::a::A) {}"),
        ("c.rs", "fn f() { assert!(matches!(x, super::a::A)); }"),
        ("d.rs", "#[cfg(test)] mod tests { use crate::a::A; }"),
    ]);
    assert_eq!(arrows(&krate), ["b.rs -> a.rs", "c.rs -> a.rs"]);
}

#[test]
fn a_circle_over_two_folders_is_found_and_one_within_a_folder_is_none() {
    let two = krate(&[
        ("lib.rs", "mod a; mod b;"),
        ("a/mod.rs", "use crate::b::B; pub struct A;"),
        ("b/mod.rs", "use crate::a::A; pub struct B;"),
    ]);
    let circles = graph::circles(two.imports());
    assert_eq!(
        circles
            .iter()
            .map(graph::Circle::folders)
            .collect::<Vec<_>>(),
        [2]
    );

    let one = krate(&[
        ("lib.rs", "mod a;"),
        ("a/mod.rs", "mod x; mod y;"),
        ("a/x.rs", "use super::y::Y; pub struct X;"),
        ("a/y.rs", "use super::x::X; pub struct Y;"),
    ]);
    let circles = graph::circles(one.imports());
    assert_eq!(
        circles
            .iter()
            .map(graph::Circle::folders)
            .collect::<Vec<_>>(),
        [1]
    );
}
