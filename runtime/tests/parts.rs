//! Enums whose variants come to the macros in several parts, as those of more than 128 variants do.

use saponify::generated as g;

static SCHEMA: g::Schema = g::Schema::new(&[g::Namespace::new("", "")], &[]);

static LETTER: g::Type = g::Type::new("letter", &SCHEMA, 0)
    .with_flags(g::Type::CHOICE)
    .with_rows(
        0,
        "
note 0 String
pages 0 Int
sealed 0 Boolean
marks 0 Int NIL
",
        &[],
    );

enum Letter {
    Note(String),
    Pages(i32),
    Sealed(bool),
    Marks(Option<i32>),
}

g::choice! {
    Letter, LETTER,
    [
        Note = 0,
        Pages = 1,
    ],
    [
        Sealed = 2,
        Marks = 3,
    ],
}

#[non_exhaustive]
enum Color {
    Red,
    Green,
    Blue,
    Other(String),
}

g::open_enum! {
    Color,
    [
        Red = "red",
        Green = "green",
    ],
    [
        Blue = "blue",
    ],
}

#[test]
fn a_choice_is_made_compared_and_copied_in_every_part() {
    for letter in [
        Letter::Note("a".to_owned()),
        Letter::Pages(7),
        Letter::Sealed(true),
        Letter::Marks(Some(3)),
        Letter::Marks(None),
    ] {
        let copy = letter.clone();
        assert_eq!(copy, letter);
        assert_ne!(letter, Letter::Note("b".to_owned()));
        assert_ne!(letter, Letter::Pages(8));
    }
    assert_eq!(Letter::default(), Letter::Note(String::new()));
}

#[test]
fn a_choice_is_filled_and_read_by_the_number_of_its_branch() {
    use g::GeneratedStruct as _;
    let mut letter = Letter::default();
    for (branch, nil) in [(2, false), (1, false), (3, true), (0, false)] {
        letter.field_slot(branch, nil);
        for other in 0..4 {
            let value = letter.field_value(other, 0);
            let is_absent = matches!(value, g::Value::Absent);
            assert_eq!(is_absent, other != branch, "{branch} {other}");
        }
        assert!(matches!(letter.field_value(branch, 1), g::Value::Absent));
    }
    assert!(matches!(
        Letter::Marks(None).field_value(3, 0),
        g::Value::Nil
    ));
    assert_eq!(format!("{:?}", Letter::Pages(7)), "letter { pages: 7 }");
}

#[test]
fn an_enumeration_knows_the_values_of_every_part() {
    assert_eq!(Color::KNOWN.len(), 3);
    for (text, color) in ["red", "green", "blue"].into_iter().zip(Color::KNOWN) {
        assert_eq!(color.as_str(), text);
        assert_eq!(color.clone(), *color);
        assert_eq!(Color::from(text), *color);
        assert!(!matches!(Color::from(text), Color::Other(_)));
    }
    assert_eq!(Color::from("mauve").as_str(), "mauve");
    assert_eq!(Color::from("mauve").clone(), Color::from("mauve"));
    assert_eq!(Color::Other("blue".to_owned()), Color::Blue);
}
