//! Fields as text: how the tables of generated code are written.
//!
//! A table of a large schema has hundreds of fields, and a schema has tens of thousands. As text, they
//! cost the compiler one literal for each table, and not a call with four arguments for each field.
//! The text is read when the fields of a table are needed for the first time.

use super::{Field, Kind, Type};

/// The fields of a table, a line for each field:
///
/// ```text
/// Name 1 String OPT NIL
/// Owner 1 Record:USER OPT NIL
/// ```
///
/// A line holds the local name of the field, the index of the namespace of its name, its kind and its
/// flags. The kind is followed by the name of the table of the field's type, if it has one.
#[derive(Clone, Copy)]
pub(super) struct Rows {
    pub(super) text: &'static str,
    /// The tables that the text names.
    pub(super) tables: &'static [(&'static str, &'static Type)],
}

const FLAGS: [(&str, u8); 7] = [
    ("OPT", Field::OPTIONAL),
    ("NIL", Field::NILLABLE),
    ("REP", Field::REPEATED),
    ("ATT", Field::ATTRIBUTE),
    ("TXT", Field::TEXT),
    ("SEC", Field::SENSITIVE),
    ("LST", Field::LIST),
];

impl Rows {
    /// Reads the text. Generated code has no incorrect lines. If there were one, its field would have
    /// the kind [`Kind::String`].
    pub(super) fn fields(self) -> Box<[Field]> {
        let lines = self.text.lines().filter(|line| !line.is_empty());
        lines.map(|line| self.field(line)).collect()
    }

    fn field(self, line: &'static str) -> Field {
        let mut words = line.split_ascii_whitespace();
        let mut word = || words.next().unwrap_or_default();
        let (name, ns, kind) = (word(), word(), word());
        let (kind, table) = kind.split_once(':').unwrap_or((kind, ""));
        let mut tables = self.tables.iter();
        Field {
            name,
            ty: tables.find(|(name, _)| *name == table).map(|(_, ty)| *ty),
            kind: Kind::from_name(kind).unwrap_or(Kind::String),
            ns: ns.parse().unwrap_or_default(),
            flags: words.map(flag).fold(0, |flags, flag| flags | flag),
        }
    }
}

fn flag(name: &str) -> u8 {
    let found = FLAGS.iter().find(|(flag, _)| *flag == name);
    found.map_or(0, |(_, flag)| *flag)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::Schema;

    static SCHEMA: Schema = Schema::new(&[], &[]);
    static OTHER: Type = Type::new("Other", &SCHEMA, 0);
    static LETTER: Type = Type::new("Letter", &SCHEMA, 0).with_rows(
        0,
        "
street 1 String
to 2 Record:OTHER OPT NIL
codes 0 Int LST REP ATT
",
        &[("OTHER", &OTHER)],
    );

    #[test]
    fn a_line_is_a_field() {
        let [street, to, codes] = LETTER.fields() else {
            panic!("three fields");
        };
        assert_eq!((street.name, street.ns, street.flags), ("street", 1, 0));
        assert_eq!((street.kind, street.ty), (Kind::String, None));
        assert_eq!((to.name, to.ns, to.kind), ("to", 2, Kind::Record));
        assert_eq!(to.ty, Some(&OTHER));
        assert_eq!(to.flags, Field::OPTIONAL | Field::NILLABLE);
        assert_eq!((codes.ns, codes.kind), (0, Kind::Int));
        assert_eq!(
            codes.flags,
            Field::LIST | Field::REPEATED | Field::ATTRIBUTE
        );
    }

    #[test]
    fn threads_that_are_first_at_once_get_one_table() {
        static TABLE: Type = Type::new("T", &SCHEMA, 0).with_rows(0, "a 0 Int\nb 0 Id\n", &[]);
        let threads = [0; 8].map(|_| std::thread::spawn(|| TABLE.fields().as_ptr() as usize));
        let places = threads.map(|thread| thread.join().expect("no panic"));
        assert!(places.iter().all(|place| *place == places[0]));
    }
}
