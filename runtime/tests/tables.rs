//! Tables of generated code are text, which is read when the fields are used for the first time.

use std::thread;

use saponify::generated::{Field, Kind, Schema, Type};

static SCHEMA: Schema = Schema::new(&[], &[]);
static OTHER: Type = Type::new("Other", &SCHEMA, 0);
static LETTER: Type = Type::new("Letter", &SCHEMA, 0).with_rows(
    3,
    "
street 1 String
to 2 Record:OTHER OPT NIL
codes 0 Int LST REP ATT
",
    &[("OTHER", &OTHER)],
);
static COPY: Type = Type::new("Copy", &SCHEMA, 0)
    .with_base(&LETTER)
    .with_fields_of_base(3);

#[test]
fn a_line_is_a_field() {
    let [street, to, codes] = LETTER.fields() else {
        panic!("three fields");
    };
    let flags = [
        Field::OPTIONAL,
        Field::NILLABLE,
        Field::REPEATED,
        Field::ATTRIBUTE,
        Field::TEXT,
        Field::SENSITIVE,
        Field::LIST,
    ];
    let set = |field: &Field| flags.map(|flag| u8::from(field.has(flag)));
    assert_eq!((street.name(), street.ns()), ("street", 1));
    assert_eq!((street.kind(), street.ty()), (Kind::String, None));
    assert_eq!(set(street), [0, 0, 0, 0, 0, 0, 0]);
    assert_eq!((to.name(), to.ns()), ("to", 2));
    assert_eq!((to.kind(), to.ty()), (Kind::Record, Some(&OTHER)));
    assert_eq!(set(to), [1, 1, 0, 0, 0, 0, 0]);
    assert_eq!((codes.kind(), codes.ns()), (Kind::Int, 0));
    assert_eq!(set(codes), [0, 0, 1, 1, 0, 0, 1]);
}

#[test]
fn a_type_can_have_the_fields_of_its_base() {
    let names: Vec<&str> = COPY.fields().iter().map(Field::name).collect();
    assert_eq!(names, ["street", "to", "codes"]);
    assert_eq!(COPY.find("to"), Some(1));
}

#[test]
fn threads_that_are_first_at_once_get_one_list() {
    static TABLE: Type = Type::new("T", &SCHEMA, 0).with_rows(0, "a 0 Int\nb 0 Id\n", &[]);
    let threads = [0; 8].map(|_| thread::spawn(|| TABLE.fields().as_ptr() as usize));
    let places = threads.map(|thread| thread.join().expect("no panic"));
    assert!(places.iter().all(|place| *place == places[0]));
}
