//! Drift: how the responses of a service differ from the WSDL that the proxies were generated from.
//!
//! Decoding notes a difference in [`Noted`], which is part of the state of a response and can be
//! rolled back. After each unit of a response, the client adds what was noted to its [`Registry`].

use std::fmt;

mod json;
mod noted;
mod registry;

pub use json::DriftFileError;
pub(crate) use noted::{Noted, NotedMark};
pub(crate) use registry::Registry;

/// Declares each kind of difference once: its counter, its name, and what it means.
macro_rules! kinds {
    ($($(#[$doc:meta])* $counter:ident = $kind:ident, $name:literal;)*) => {
        /// How the responses of a service differ from the WSDL, as
        /// [`Client::drift`](crate::Client::drift) returns it: one number for each kind of
        /// difference, and [where](Self::differences) each was found.
        ///
        /// Drift contains names of the schema only: of types, fields, operations and values of
        /// enumerations. It contains no value of a field.
        #[derive(Clone, Debug, Default, PartialEq, Eq)]
        #[non_exhaustive]
        pub struct Drift {
            $($(#[$doc])* pub $counter: u64,)*
            /// The name of the service and of its port, such as `SforceService.Soap`.
            pub service: String,
            /// The API version of the WSDL, such as `64.0`. It is empty if the WSDL states none.
            pub api_version: String,
            differences: Vec<Difference>,
        }

        /// A kind of [`Difference`].
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum DifferenceKind {
            $($(#[$doc])* $kind,)*
        }

        /// The number of kinds.
        const KINDS: usize = [$($name),*].len();

        impl DifferenceKind {
            /// All kinds.
            pub const ALL: &'static [Self] = &[$(Self::$kind),*];

            /// The name in logs and in files, such as `unknown_field`.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$kind => $name,)*
                }
            }
        }

        impl Drift {
            /// How many differences of a kind there were.
            #[must_use]
            pub const fn count(&self, kind: DifferenceKind) -> u64 {
                match kind {
                    $(DifferenceKind::$kind => self.$counter,)*
                }
            }

            fn from_counts(counts: [u64; KINDS]) -> Self {
                let [$($counter),*] = counts;
                Self { $($counter,)* ..Self::default() }
            }
        }

        impl fmt::Display for Drift {
            /// Writes the numbers that are not zero: `type_prefixes: 2`.
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let figures = [$((stringify!($counter), self.$counter)),*];
                let used = figures.into_iter().filter(|(_, count)| *count > 0);
                for (n, (name, count)) in used.enumerate() {
                    let comma = if n > 0 { ", " } else { "" };
                    write!(f, "{comma}{name}: {count}")?;
                }
                Ok(())
            }
        }
    };
}

kinds! {
    /// A record has a field that its type does not have. The record keeps the field.
    unknown_fields = UnknownField, "unknown_field";
    /// A value states a type that the proxies do not have. It is read as the declared type.
    unknown_types = UnknownType, "unknown_type";
    /// A field of an enumeration has a value that the WSDL does not list. The value is kept as
    /// `Other`. Records keep their values as text until they are asked for, so those are not counted.
    unknown_values = UnknownValue, "unknown_value";
    /// A call went to another API version than that of the WSDL.
    other_versions = OtherVersion, "other_version";
    /// See [`Leniency::namespaces`](crate::Leniency::namespaces).
    namespaces = Namespace, "namespace";
    /// See [`Leniency::unknown_elements`](crate::Leniency::unknown_elements).
    unknown_elements = UnknownElement, "unknown_element";
    /// See [`Leniency::absent_values`](crate::Leniency::absent_values).
    absent_values = AbsentValue, "absent_value";
    /// See [`Leniency::empty_values`](crate::Leniency::empty_values).
    empty_values = EmptyValue, "empty_value";
    /// See [`Leniency::missing_values`](crate::Leniency::missing_values).
    missing_values = MissingValue, "missing_value";
    /// See [`Leniency::type_prefixes`](crate::Leniency::type_prefixes).
    type_prefixes = TypePrefix, "type_prefix";
    /// See [`Leniency::replace_characters`](crate::Leniency::replace_characters).
    replace_characters = ReplacedCharacter, "replaced_character";
    /// See [`Leniency::media_types`](crate::Leniency::media_types).
    media_types = MediaType, "media_type";
}

/// One difference between responses and the WSDL, and how often it occurred.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Difference {
    /// What kind of difference it is.
    pub kind: DifferenceKind,
    /// The name of the type in which it was found, such as `Account`: the name in the WSDL. It is
    /// empty if the difference does not belong to a type.
    pub object: String,
    /// The name of the field, of the unknown element or of the unknown type. For
    /// [`OtherVersion`](DifferenceKind::OtherVersion) it is the version that was called. It is empty
    /// if there is no such name.
    pub name: String,
    /// The unknown value of an enumeration. It is empty for other kinds, for sensitive fields, and
    /// if the value is not written like a name: at most 80 letters, digits, `_`, `-`, `.` and `:`.
    /// Enumerations list names, and any other text may be data.
    pub value: String,
    /// The operation in whose response it was found first.
    pub operation: String,
    /// How often it occurred.
    pub count: u64,
}

impl Drift {
    /// Whether there was no difference.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        DifferenceKind::ALL
            .iter()
            .all(|kind| self.count(*kind) == 0)
    }

    /// The differences, sorted by kind and name. The list has at most
    /// [`MAX_DIFFERENCES`](Self::MAX_DIFFERENCES) entries; the numbers count all differences.
    #[must_use]
    pub fn differences(&self) -> &[Difference] {
        &self.differences
    }

    /// How many of the differences that were counted are not in the list, because a response or the
    /// list had too many distinct ones.
    #[must_use]
    pub fn unlisted(&self) -> u64 {
        let counted = DifferenceKind::ALL.iter().map(|kind| self.count(*kind));
        let listed = self.differences.iter().map(|difference| difference.count);
        let listed = listed.fold(0, u64::saturating_add);
        counted.fold(0, u64::saturating_add).saturating_sub(listed)
    }

    /// The largest number of distinct differences that a client lists.
    pub const MAX_DIFFERENCES: usize = 1_000;
}

impl fmt::Display for DifferenceKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl fmt::Display for Difference {
    /// Writes the names: `unknown_value StatusCode of Error.statusCode, 3 times`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.kind)?;
        if !self.value.is_empty() {
            write!(f, " {} of", self.value)?;
        }
        match (&*self.object, &*self.name) {
            ("", "") => {}
            ("", name) => write!(f, " {name}")?,
            (object, "") => write!(f, " {object}")?,
            (object, name) => write!(f, " {object}.{name}")?,
        }
        match self.count {
            1 => f.write_str(", once"),
            count => write!(f, ", {count} times"),
        }
    }
}

#[cfg(test)]
mod tests;
