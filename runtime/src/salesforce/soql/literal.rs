//! Values in queries.

use std::fmt::Write as _;

use jiff::Timestamp;
use jiff::civil::{Date, Time};

use super::Problem;
use super::date::DateLiteral;
use crate::lexical;
use crate::lexical::Id;

/// A text as a quoted SOQL string. Every character that SOQL or XML would interpret is escaped.
/// Always use this function to put a value into a query that is written by hand.
///
/// ```
/// use saponify::salesforce::soql::quote;
///
/// assert_eq!(quote("O'Neill\n"), r"'O\'Neill\n'");
/// ```
#[must_use]
pub fn quote(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('\'');
    push_escaped(&mut out, text);
    out.push('\'');
    out
}

/// Appends the inner part of a string literal. The escapes are those of "Quoted String Escape
/// Sequences" in the SOQL reference.
pub(super) fn push_escaped(out: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '\'' => out.push_str("\\'"),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            // XML cannot represent most of these characters, but SOQL can.
            '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{fffe}' | '\u{ffff}' => {
                // Writing to a string cannot fail.
                let _ = write!(out, "\\u{:04X}", u32::from(c));
            }
            c => out.push(c),
        }
    }
}

/// The maximum number of characters of a string in a condition ("SOQL and SOSL Limits", Limits
/// cheat sheet).
const MOST_CHARACTERS: usize = 4_000;

pub(super) fn check_length(text: &str) -> Result<(), Problem> {
    let found = text.chars().count();
    if found <= MOST_CHARACTERS {
        return Ok(());
    }
    Err(Problem::new(format!(
        "a string in a condition has {found} characters, but at most {MOST_CHARACTERS} are allowed"
    )))
}

/// A Rust value with which a field of type `T` may be compared.
///
/// `None` stands for `null`. Strings are quoted and escaped, and ids are quoted. Dates, times and
/// numbers are written in SOQL syntax, and timestamps are in UTC.
#[diagnostic::on_unimplemented(
    message = "a field of type `{T}` cannot be compared with `{Self}`",
    label = "not a value for a field of type `{T}`"
)]
pub trait Literal<T: ?Sized> {
    /// Writes the literal.
    #[doc(hidden)]
    fn write(&self, out: &mut Text);
}

/// A part of a query that is being built.
#[doc(hidden)]
#[derive(Clone, Debug, Default)]
pub struct Text {
    pub(super) soql: String,
    pub(super) problem: Option<Problem>,
}

impl Text {
    pub(super) fn push(&mut self, soql: &str) {
        self.soql.push_str(soql);
    }

    /// Records a problem of another part, which makes this part impossible, too.
    pub(super) fn note(&mut self, problem: Option<Problem>) {
        if self.problem.is_none() {
            self.problem = problem;
        }
    }

    fn string(&mut self, text: &str) {
        self.note(check_length(text).err());
        self.soql.push('\'');
        push_escaped(&mut self.soql, text);
        self.soql.push('\'');
    }
}

impl<T: ?Sized, L: Literal<T>> Literal<T> for Option<L> {
    fn write(&self, out: &mut Text) {
        match self {
            Some(value) => value.write(out),
            None => out.push("null"),
        }
    }
}

impl<T: ?Sized, L: Literal<T> + ?Sized> Literal<T> for &L {
    fn write(&self, out: &mut Text) {
        (**self).write(out);
    }
}

macro_rules! literals {
    ($($ty:ty => $field:ty: |$value:ident, $out:ident| $write:expr;)*) => {
        $(impl Literal<$field> for $ty {
            fn write(&self, $out: &mut Text) {
                let $value = self;
                $write;
            }
        })*
    };
}

literals! {
    str => str: |v, out| out.string(v);
    String => str: |v, out| out.string(v);
    bool => bool: |v, out| out.push(if *v { "true" } else { "false" });
    i32 => i32: |v, out| out.push(&v.to_string());
    i64 => i32: |v, out| out.push(&v.to_string());
    u32 => i32: |v, out| out.push(&v.to_string());
    i32 => i64: |v, out| out.push(&v.to_string());
    i64 => i64: |v, out| out.push(&v.to_string());
    u32 => i64: |v, out| out.push(&v.to_string());
    i32 => f64: |v, out| out.push(&v.to_string());
    i64 => f64: |v, out| out.push(&v.to_string());
    u32 => f64: |v, out| out.push(&v.to_string());
    f32 => f64: |v, out| number(f64::from(*v), out);
    f64 => f64: |v, out| number(*v, out);
    Id => Id: |v, out| out.string(v.as_str());
    Timestamp => Timestamp: |v, out| moment(*v, out);
    Date => Date: |v, out| date(*v, out);
    Time => Time: |v, out| time(*v, out);
    DateLiteral => Timestamp: |v, out| out.push(&v.to_string());
    DateLiteral => Date: |v, out| out.push(&v.to_string());
}

fn number(value: f64, out: &mut Text) {
    if !value.is_finite() {
        out.note(Some(Problem::new(
            "SOQL has no infinite numbers and no NaN",
        )));
    }
    // Display writes the shortest digits that are read back as the same number, and never an
    // exponent.
    out.push(&value.to_string());
}

fn moment(value: Timestamp, out: &mut Text) {
    // The service counts in milliseconds and refuses a finer time.
    let millis = Timestamp::from_millisecond(value.as_millisecond()).unwrap_or(value);
    let mut text = String::new();
    lexical::write_date_time(&mut text, millis);
    check_year(jiff::tz::Offset::UTC.to_datetime(millis).date(), out);
    out.push(&text);
}

fn date(value: Date, out: &mut Text) {
    let mut text = String::new();
    lexical::write_date(&mut text, value);
    check_year(value, out);
    out.push(&text);
}

fn check_year(value: Date, out: &mut Text) {
    // Dates in Salesforce range from 1700 to 4000. The SOQL syntax permits years of four digits.
    if value.year() < 1 {
        out.note(Some(Problem::new("SOQL has no dates before the year 1")));
    }
}

fn time(value: Time, out: &mut Text) {
    let nanos = value.subsec_nanosecond();
    let whole = nanos - nanos % 1_000_000;
    let millis = value.with().subsec_nanosecond(whole).build();
    let mut text = String::new();
    lexical::write_time(&mut text, millis.unwrap_or(value));
    out.push(&text);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written<T: ?Sized>(value: impl Literal<T>) -> String {
        let mut out = Text::default();
        value.write(&mut out);
        assert!(out.problem.is_none());
        out.soql
    }

    #[test]
    fn values_are_written_as_soql_has_them() {
        assert_eq!(
            written::<str>("a'b\\c\u{0}\u{b}é"),
            r"'a\'b\\c\u0000\u000Bé'"
        );
        assert_eq!(written::<str>(None::<&str>), "null");
        assert_eq!(written::<bool>(true), "true");
        assert_eq!(written::<f64>(1e21), "1000000000000000000000");
        assert_eq!(written::<f64>(-0.1), "-0.1");
        assert_eq!(written::<i64>(i64::MIN), "-9223372036854775808");
        let id: Id = "001D000000IRFma".parse().unwrap();
        assert_eq!(written::<Id>(id), "'001D000000IRFmaIAH'");
        let moment: Timestamp = "2024-02-29T23:59:59.9999999+01:00".parse().unwrap();
        assert_eq!(written::<Timestamp>(moment), "2024-02-29T22:59:59.999Z");
        assert_eq!(written::<Date>(jiff::civil::date(804, 1, 2)), "0804-01-02");
        let time = jiff::civil::time(8, 30, 0, 5_999_999);
        assert_eq!(written::<Time>(time), "08:30:00.005Z");
        assert_eq!(
            written::<Date>(DateLiteral::LastNDays(60)),
            "LAST_N_DAYS:60"
        );
    }

    #[test]
    fn values_that_soql_cannot_say_are_noted() {
        for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            let mut out = Text::default();
            Literal::<f64>::write(&value, &mut out);
            assert!(out.problem.is_some());
        }
        let mut out = Text::default();
        Literal::<str>::write(&"x".repeat(4_001), &mut out);
        assert!(out.problem.is_some());
        let mut out = Text::default();
        Literal::<Date>::write(&jiff::civil::date(0, 1, 1), &mut out);
        assert!(out.problem.is_some());
    }
}
