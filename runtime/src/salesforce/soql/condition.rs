//! Conditions of queries.

use std::fmt;
use std::marker::PhantomData;
use std::ops::{BitAnd, BitOr, Not};

use super::Problem;
use super::field;
use super::literal::{Literal, Text, check_length, push_escaped};
use super::query::{Soql, Ungrouped};
use crate::view::View;

/// A condition on rows of `V`. `a & b`, `a | b` and `!a` combine conditions. Parentheses are added
/// where SOQL needs them.
#[must_use]
pub struct Condition<V> {
    pub(super) text: Text,
    shape: Shape,
    view: PhantomData<fn() -> V>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    /// A condition that needs no parentheses.
    Term,
    And,
    Or,
    Not,
}

/// Negates a condition.
pub fn not<V>(condition: Condition<V>) -> Condition<V> {
    !condition
}

impl<V> Condition<V> {
    /// A condition that is sent as it is written. Nothing in it is quoted or checked.
    pub fn raw(soql: &str) -> Self {
        Self::term(Text {
            soql: format!("({soql})"),
            problem: None,
        })
    }

    /// Both conditions must hold.
    pub fn and(self, other: Self) -> Self {
        self.with(other, Shape::And, " AND ")
    }

    /// At least one of the two conditions must hold.
    pub fn or(self, other: Self) -> Self {
        self.with(other, Shape::Or, " OR ")
    }

    fn term(text: Text) -> Self {
        Self {
            text,
            shape: Shape::Term,
            view: PhantomData,
        }
    }

    fn with(self, other: Self, shape: Shape, word: &str) -> Self {
        let mut text = self.within(shape);
        let other = other.within(shape);
        text.push(word);
        text.push(&other.soql);
        text.note(other.problem);
        Self {
            text,
            shape,
            view: PhantomData,
        }
    }

    /// The text of the condition as part of a condition of another shape. SOQL does not mix AND, OR
    /// and NOT without parentheses.
    fn within(mut self, shape: Shape) -> Text {
        if self.shape != Shape::Term && (self.shape != shape || shape == Shape::Not) {
            self.text.soql.insert(0, '(');
            self.text.push(")");
        }
        self.text
    }

    fn begin(left: &str, operator: &str) -> Text {
        Text {
            soql: format!("{left} {operator} "),
            problem: field::check(left),
        }
    }

    pub(super) fn compare<T: ?Sized>(left: &str, operator: &str, value: &impl Literal<T>) -> Self {
        let mut text = Self::begin(left, operator);
        value.write(&mut text);
        Self::term(text)
    }

    pub(super) fn null(left: &str, operator: &str) -> Self {
        let mut text = Self::begin(left, operator);
        text.push("null");
        Self::term(text)
    }

    /// The condition that a field has one of the values of a list, or none of them. SOQL cannot
    /// express an empty list, so an empty list becomes a condition on the id that has the same
    /// meaning, because every row has an id.
    pub(super) fn list<T: ?Sized, L: Literal<T>>(
        left: &str,
        operator: &str,
        empty: &str,
        values: impl IntoIterator<Item = L>,
    ) -> Self {
        let mut text = Self::begin(left, operator);
        text.push("(");
        let mut any = false;
        for value in values {
            if any {
                text.push(", ");
            }
            value.write(&mut text);
            any = true;
        }
        if !any {
            return Self::null("Id", empty);
        }
        text.push(")");
        Self::term(text)
    }

    pub(super) fn like(left: &str, before: &str, text: &str, after: &str, escape: bool) -> Self {
        let mut out = Self::begin(left, "LIKE");
        out.note(check_length(text).err());
        out.push("'");
        out.push(before);
        let mut rest = text;
        while let Some(at) = rest.find(['%', '_']) {
            let (head, wildcard) = rest.split_at(at);
            // In a pattern, an existing escape sequence is kept. In a text, every character stands
            // for itself.
            let escaped = !escape && head.ends_with('\\');
            let head = if escaped { &head[..at - 1] } else { head };
            push_escaped(&mut out.soql, head);
            if escape || escaped {
                out.push("\\");
            }
            let (wildcard, tail) = wildcard.split_at(1);
            out.push(wildcard);
            rest = tail;
        }
        push_escaped(&mut out.soql, rest);
        out.push(after);
        out.push("'");
        Self::term(out)
    }

    pub(super) fn join<W: View>(left: &str, operator: &str, query: Soql<W, Ungrouped>) -> Self {
        let mut text = Self::begin(left, operator);
        if query.selected() != 1 {
            text.note(Some(Problem::new(
                "the query of a semi-join must select exactly one field",
            )));
        }
        let inner = query.render(W::static_table().name);
        text.push("(");
        text.push(&inner.soql);
        text.push(")");
        text.note(inner.problem);
        Self::term(text)
    }
}

impl<V> BitAnd for Condition<V> {
    type Output = Self;

    fn bitand(self, other: Self) -> Self {
        self.and(other)
    }
}

impl<V> BitOr for Condition<V> {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        self.or(other)
    }
}

impl<V> Not for Condition<V> {
    type Output = Self;

    fn not(self) -> Self {
        let inner = self.within(Shape::Not);
        Self {
            text: Text {
                soql: format!("NOT {}", inner.soql),
                problem: inner.problem,
            },
            shape: Shape::Not,
            view: PhantomData,
        }
    }
}

impl<V> Clone for Condition<V> {
    fn clone(&self) -> Self {
        Self {
            text: self.text.clone(),
            shape: self.shape,
            view: PhantomData,
        }
    }
}

/// Omits the text, because it contains values.
impl<V> fmt::Debug for Condition<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Condition")
    }
}
