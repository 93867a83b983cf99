//! The fields that a query selects: keys, paths, several of these, or a group of a type's fields.

use std::fmt;
use std::marker::PhantomData;

use jiff::Timestamp;
use jiff::civil::{Date, Time};

use super::Problem;
use super::field::{self, Path};
use super::literal::Text;
use super::query::Ungrouped;
use crate::lexical::Id;
use crate::record::AnyValue;
use crate::schema::{Field, Kind, Type};
use crate::value;
use crate::value::{Struct, Value};
use crate::view::{Key, List, Nested, View};

/// Fields of `V` that a query selects: a key, a [`Path`], a [`FieldSet`], or a tuple, array or
/// [`Vec`] of these. A tuple has up to twelve items, which may be tuples themselves.
///
/// Only keys of `V` are fields of `V`. A field that the tenant lacks has no key, so selecting it
/// does not compile. `S` distinguishes rows ([`Ungrouped`]) from groups of rows
/// ([`Grouped`](super::Grouped)). Functions are fields only of groups.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is neither a field of `{V}` nor a group of its fields",
    note = "parents are selected by their fields, as in `Contact::ACCOUNT.then(Account::NAME)`, \
            and child rows by `.children(…)`"
)]
pub trait Fields<V, S = Ungrouped> {
    /// Adds the fields to the selection.
    #[doc(hidden)]
    fn add(self, selected: &mut Selected);
}

/// The fields selected so far. Each field is in it once, because SOQL refuses a field that is
/// selected twice.
#[doc(hidden)]
#[derive(Clone, Debug, Default)]
pub struct Selected {
    pub(super) names: Vec<String>,
    pub(super) problem: Option<Problem>,
}

impl Selected {
    pub(super) fn push(&mut self, field: Text) {
        let is_new = self
            .names
            .iter()
            .all(|n| !n.eq_ignore_ascii_case(&field.soql));
        if is_new {
            self.names.push(field.soql);
        }
        self.note(field.problem);
    }

    pub(super) fn note(&mut self, problem: Option<Problem>) {
        if self.problem.is_none() {
            self.problem = problem;
        }
    }
}

/// Types of fields that a query can select: all types except parents and child rows.
#[diagnostic::on_unimplemented(
    message = "a field of type `{Self}` cannot be selected by itself",
    note = "parents are selected by their fields, as in `Contact::ACCOUNT.then(Account::NAME)`"
)]
pub trait Selectable {}

macro_rules! selectable {
    ($($ty:ty),*) => { $(impl Selectable for $ty {})* };
}

selectable!(
    str,
    bool,
    i32,
    i64,
    f64,
    Id,
    Timestamp,
    Date,
    Time,
    [u8],
    AnyValue,
    List<str>
);

impl<S> Selectable for Nested<S> {}

impl<V: View, T: Selectable + ?Sized, S> Fields<V, S> for Key<V, T> {
    fn add(self, selected: &mut Selected) {
        let field = V::static_table().field(self.index());
        let problem = field.filter(|field| is_relationship(field)).map(|field| {
            let name = field.name;
            Problem::new(format!("{name} is a relationship; select fields of it"))
        });
        selected.push(Text {
            soql: self.name().to_owned(),
            problem,
        });
    }
}

impl<V, T: Selectable + ?Sized, S> Fields<V, S> for Path<V, T> {
    fn add(self, selected: &mut Selected) {
        let soql = self.to_string();
        let problem = field::check(&soql);
        selected.push(Text { soql, problem });
    }
}

impl<V, S, F: Fields<V, S>> Fields<V, S> for Vec<F> {
    fn add(self, selected: &mut Selected) {
        self.into_iter().for_each(|fields| fields.add(selected));
    }
}

impl<V, S, F: Fields<V, S>, const N: usize> Fields<V, S> for [F; N] {
    fn add(self, selected: &mut Selected) {
        self.into_iter().for_each(|fields| fields.add(selected));
    }
}

macro_rules! tuples {
    ($($first:ident $($rest:ident)*)?) => {$(
        impl<V, S, $first: Fields<V, S>, $($rest: Fields<V, S>),*> Fields<V, S>
            for ($first, $($rest,)*)
        {
            #[allow(non_snake_case)]
            fn add(self, selected: &mut Selected) {
                let ($first, $($rest,)*) = self;
                $first.add(selected);
                $($rest.add(selected);)*
            }
        }

        tuples!($($rest)*);
    )?};
}

tuples!(A B C D E F G H I J K L);

/// A group of a type's fields, in the order of its table.
///
/// The WSDL contains the name and the kind of a field, but not the maximum length of a text or
/// whether the user may see the field. [`described`](FieldSet::described) uses what the service
/// says about these.
///
/// ```ignore
/// use enterprise::Account;
/// use saponify::salesforce::soql::FieldSet;
///
/// let brief = FieldSet::<Account>::all().without_base64().without("*Description*");
/// assert!(brief.names().all(|name| name != "Description"));
/// let own = FieldSet::<Account>::standard().and(FieldSet::matching("Legacy*__c"));
/// assert!(own.names().any(|name| name == "Legacy_Id__c"));
/// ```
pub struct FieldSet<V> {
    fields: Vec<&'static Field>,
    view: PhantomData<fn() -> V>,
}

const AUDIT: [&str; 5] = [
    "CreatedById",
    "CreatedDate",
    "LastModifiedById",
    "LastModifiedDate",
    "SystemModstamp",
];

impl<V: View> FieldSet<V> {
    /// Every field that is a value or a compound of values (an address, a location). It excludes
    /// parents, child rows and lists of ids of junction objects, which limit a query to 500 rows.
    ///
    /// **If a query selects a base64 field, the service returns each row in a response of its
    /// own.** Use [`without_base64`](FieldSet::without_base64) to avoid that.
    #[must_use]
    pub fn all() -> Self {
        Self::of(|_| true)
    }

    /// The standard fields: those without a suffix such as `__c`.
    #[must_use]
    pub fn standard() -> Self {
        Self::of(|field| !is_custom(field.name))
    }

    /// The fields of the tenant or of a package: `__c`, `__pc`, and the parts of locations, `__s`.
    #[must_use]
    pub fn custom() -> Self {
        Self::of(|field| is_custom(field.name))
    }

    /// The audit fields that the type has: `CreatedById`, `CreatedDate`, `LastModifiedById`,
    /// `LastModifiedDate` and `SystemModstamp`.
    #[must_use]
    pub fn audit() -> Self {
        Self::of(|field| AUDIT.contains(&field.name))
    }

    /// The fields whose name matches a pattern, in which `*` stands for any text. Case is ignored.
    #[must_use]
    pub fn matching(pattern: &str) -> Self {
        Self::of(|field| fits(pattern, field.name))
    }

    /// The fields of a kind, such as all dates.
    #[must_use]
    pub fn of_kind(kind: Kind) -> Self {
        Self::of(|field| field.kind == kind)
    }

    fn of(choose: impl Fn(&Field) -> bool) -> Self {
        let fields = V::static_table().fields().iter();
        let chosen = fields.filter(|field| is_value(field) && choose(field));
        Self {
            fields: chosen.collect(),
            view: PhantomData,
        }
    }

    /// The fields of both groups.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        let has = |fields: &[&Field], name| fields.iter().any(|field| field.name == name);
        for field in other.fields {
            if !has(&self.fields, field.name) {
                self.fields.push(field);
            }
        }
        self
    }

    /// Removes the fields whose name matches a pattern, in which `*` stands for any text.
    #[must_use]
    pub fn without(self, pattern: &str) -> Self {
        self.but(|field| fits(pattern, field.name))
    }

    /// Removes files and images.
    #[must_use]
    pub fn without_base64(self) -> Self {
        self.but(|field| field.kind == Kind::Base64)
    }

    /// Removes addresses and locations, whose parts are fields, too.
    #[must_use]
    pub fn without_compound(self) -> Self {
        self.but(|field| field.kind == Kind::Struct)
    }

    /// Keeps only the fields that a result of `describeSObject` contains, and texts only if their
    /// maximum length is at most `longest` characters. If a query selects two long text areas of
    /// the tenant, the service returns 200 rows at a time instead of 2,000. The result does not
    /// describe fields that the user may not see, so these are removed, too.
    #[must_use]
    pub fn described(self, describe: &dyn Struct, longest: i64) -> Self {
        let described = value::occurrences(describe, "fields");
        let fit: Vec<&str> = described
            .filter_map(|field| {
                let Value::Struct(field) = field else {
                    return None;
                };
                let Value::Text(name) = value::occurrence(field, "name") else {
                    return None;
                };
                let length = value::occurrence(field, "length");
                let long = matches!(length, Value::Integer(length) if length > longest);
                (!long).then_some(name)
            })
            .collect();
        self.but(|field| !fit.contains(&field.name))
    }

    fn but(mut self, leave_out: impl Fn(&Field) -> bool) -> Self {
        self.fields.retain(|field| !leave_out(field));
        self
    }

    /// The names of the fields. `Display` writes them with commas between them, as `retrieve` needs
    /// them.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        self.fields.iter().map(|field| field.name)
    }
}

impl<V, S> Fields<V, S> for FieldSet<V> {
    fn add(self, selected: &mut Selected) {
        if self.fields.is_empty() {
            selected.note(Some(Problem::new("a group of fields is empty")));
        }
        for field in self.fields {
            selected.push(Text {
                soql: field.name.to_owned(),
                problem: None,
            });
        }
    }
}

impl<V> Clone for FieldSet<V> {
    fn clone(&self) -> Self {
        Self {
            fields: self.fields.clone(),
            view: PhantomData,
        }
    }
}

impl<V> fmt::Display for FieldSet<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, field) in self.fields.iter().enumerate() {
            f.write_str(if n == 0 { "" } else { ", " })?;
            f.write_str(field.name)?;
        }
        Ok(())
    }
}

impl<V> fmt::Debug for FieldSet<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FieldSet({self})")
    }
}

/// Whether a field is a value of its row, or a compound of values.
fn is_value(field: &Field) -> bool {
    match field.kind {
        Kind::Record | Kind::Wildcard => false,
        Kind::Struct => field.ty.is_some_and(is_compound),
        _ => !field.has(Field::REPEATED | Field::ATTRIBUTE),
    }
}

fn is_compound(ty: &'static Type) -> bool {
    ty.find("latitude").is_some()
}

fn is_relationship(field: &Field) -> bool {
    field.kind == Kind::Record || has_rows(field)
}

/// Whether a field contains the rows of a sub-query.
pub(super) fn has_rows(field: &Field) -> bool {
    let rows = |field: &Field| field.kind == Kind::Record && field.has(Field::REPEATED);
    field.kind == Kind::Struct && field.ty.is_some_and(|ty| ty.fields().iter().any(rows))
}

fn is_custom(name: &str) -> bool {
    ["__c", "__pc", "__s"]
        .iter()
        .any(|suffix| name.ends_with(suffix))
}

/// Whether a name matches a pattern with `*`.
fn fits(pattern: &str, name: &str) -> bool {
    let (pattern, name) = (pattern.to_ascii_lowercase(), name.to_ascii_lowercase());
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = name.strip_prefix(first) else {
        return false;
    };
    let Some(last) = parts.next_back() else {
        return rest.is_empty();
    };
    for part in parts {
        let Some(at) = rest.find(part) else {
            return false;
        };
        rest = &rest[at + part.len()..];
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::fits;

    #[test]
    fn patterns_fit_whole_names() {
        for (pattern, name) in [
            ("*", "Anything"),
            ("Name", "name"),
            ("Billing*", "BillingCity"),
            ("*__c", "Legacy_Id__c"),
            ("*Desc*ion*", "LongDescription__c"),
            ("A*a", "Aa"),
        ] {
            assert!(fits(pattern, name), "{pattern} {name}");
        }
        for (pattern, name) in [
            ("", "Name"),
            ("Name", "NameX"),
            ("*__c", "Name"),
            ("A*A", "A"),
            ("Billing*", "ShippingCity"),
        ] {
            assert!(!fits(pattern, name), "{pattern} {name}");
        }
    }
}
