//! Enums: choices, abstract types, enumerations.

/// Declares a choice: an enum with a variant for each branch, numbered as in its table.
#[doc(hidden)]
#[macro_export]
macro_rules! gen_choice {
    (
        $(#[$meta:meta])* $name:ident, $table:path
        { $(#[$first_doc:meta])* $first:ident($first_ty:ty) = $first_index:literal,
          $($(#[$doc:meta])* $variant:ident($ty:ty) = $index:literal,)* }
    ) => {
        $(#[$meta])*
        #[derive(Clone, PartialEq)]
        pub enum $name {
            $(#[$first_doc])* $first($first_ty),
            $($(#[$doc])* $variant($ty),)*
        }

        impl ::core::default::Default for $name {
            /// The first branch, empty.
            #[inline]
            fn default() -> Self {
                Self::$first(::core::default::Default::default())
            }
        }

        impl $crate::generated::Tabled for $name {
            #[inline]
            fn static_table() -> &'static $crate::generated::Type {
                &$table
            }

            #[inline]
            fn field_slot(&mut self, field: u16, nil: bool) -> $crate::generated::Slot<'_> {
                match field {
                    $first_index if !::core::matches!(self, Self::$first(_)) => {
                        *self = Self::$first(::core::default::Default::default());
                    }
                    $($index if !::core::matches!(self, Self::$variant(_)) => {
                        *self = Self::$variant(::core::default::Default::default());
                    })*
                    _ => {}
                }
                match self {
                    Self::$first(value) => $crate::generated::slot(value, nil),
                    $(Self::$variant(value) => $crate::generated::slot(value, nil),)*
                }
            }

            #[inline]
            fn field_value(&self, field: u16, n: usize) -> $crate::generated::Value<'_> {
                match (self, field) {
                    (Self::$first(value), $first_index) => $crate::generated::branch(value, n, &$table, $first_index),
                    $((Self::$variant(value), $index) => $crate::generated::branch(value, n, &$table, $index),)*
                    _ => $crate::generated::Value::Absent,
                }
            }
        }

        impl ::core::fmt::Debug for $name {
            #[inline]
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                $crate::generated::debug(self, f)
            }
        }

        impl $crate::generated::FieldValue for $name {
            type Form = $crate::generated::StructForm;
        }
    };
}

/// Declares an abstract type: an enum with a variant for each type that derives from it, and
/// `Other` for those that the WSDL does not know.
#[doc(hidden)]
#[macro_export]
macro_rules! gen_abstract_type {
    ($(#[$meta:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident($ty:ty) = $sub:path,)* }) => {
        $(#[$meta])*
        #[derive(Clone, PartialEq)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$doc])* $variant($ty),)*
            /// A value of a type that the WSDL does not list, or of none.
            Other($crate::generated::AnyValue),
        }

        impl ::core::default::Default for $name {
            /// No value of any type.
            #[inline]
            fn default() -> Self {
                Self::Other(::core::default::Default::default())
            }
        }

        impl $crate::generated::Derivable for $name {
            #[inline]
            fn base(&mut self) -> $crate::generated::Slot<'_> {
                *self = Self::default();
                match self {
                    Self::Other(value) => $crate::generated::Slot::Any(value),
                    #[allow(unreachable_patterns)]
                    _ => $crate::generated::Slot::None,
                }
            }

            #[inline]
            fn given(&self) -> $crate::generated::Value<'_> {
                match self {
                    $(Self::$variant(value) => $crate::generated::FieldValue::value(value, 0),)*
                    Self::Other(value) => $crate::generated::Value::Any(value),
                }
            }

            #[inline]
            fn derive(
                &mut self,
                namespace: &str,
                name: &str,
            ) -> ::core::option::Option<&mut dyn $crate::generated::Struct> {
                const HEIRS: &[$crate::generated::Heir<$name>] =
                    &[$($crate::generated::Heir::of::<$sub>(),)*];
                *self = $crate::generated::Heir::make(HEIRS, namespace, name)?;
                match self {
                    $(Self::$variant(value) => $crate::generated::as_struct(value),)*
                    Self::Other(_) => ::core::option::Option::None,
                }
            }
        }

        impl ::core::fmt::Debug for $name {
            #[inline]
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                match self {
                    $(Self::$variant(value) => ::core::fmt::Debug::fmt(value, f),)*
                    Self::Other(value) => ::core::fmt::Debug::fmt(value, f),
                }
            }
        }

        $(
            impl ::core::convert::From<$sub> for $name {
                #[inline]
                fn from(value: $sub) -> Self {
                    Self::$variant(value.into())
                }
            }
        )*

        impl $crate::generated::FieldValue for $name {
            type Form = $crate::generated::DerivableForm;
        }
    };
}

/// Declares an open enum: known values, and `Other` for any that came later.
#[doc(hidden)]
#[macro_export]
macro_rules! gen_open_enum {
    ($(#[$meta:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident = $wire:literal,)* }) => {
        $(#[$meta])*
        #[derive(Clone)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$doc])* $variant,)*
            /// A value that the WSDL does not list. Match on [`as_str`](Self::as_str) to tell
            /// which: a later version of the code may know it.
            Other(::std::string::String),
        }

        impl $name {
            /// The values that the WSDL lists, in its order.
            pub const KNOWN: &'static [Self] = &[$(Self::$variant,)*];

            /// The value on the wire.
            #[must_use]
            #[inline]
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $wire,)*
                    Self::Other(text) => text,
                }
            }
        }

        impl $crate::generated::OpenEnum for $name {
            #[inline]
            fn wire(&self) -> &str {
                self.as_str()
            }

            #[inline]
            fn assign(&mut self, text: &str) {
                *self = ::core::convert::From::from(text);
            }
        }

        impl ::core::convert::From<&str> for $name {
            #[inline]
            fn from(text: &str) -> Self {
                const WIRE: &[&str] = &[$($wire,)*];
                match $crate::generated::index_of(WIRE, text) {
                    ::core::option::Option::Some(index) => Self::KNOWN[index].clone(),
                    ::core::option::Option::None => Self::Other(text.into()),
                }
            }
        }

        /// By what is on the wire: `Other` with a known value is that value.
        impl ::core::cmp::PartialEq for $name {
            #[inline]
            fn eq(&self, other: &Self) -> bool {
                self.as_str() == other.as_str()
            }
        }

        impl ::core::cmp::Eq for $name {}

        impl ::core::hash::Hash for $name {
            #[inline]
            fn hash<H: ::core::hash::Hasher>(&self, state: &mut H) {
                ::core::hash::Hash::hash(self.as_str(), state);
            }
        }

        impl ::core::default::Default for $name {
            /// No value: the empty text.
            #[inline]
            fn default() -> Self {
                Self::Other(::std::string::String::new())
            }
        }

        impl ::core::fmt::Debug for $name {
            #[inline]
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl ::core::fmt::Display for $name {
            #[inline]
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl $crate::generated::FieldValue for $name {
            type Form = $crate::generated::EnumForm;
        }
    };
}
