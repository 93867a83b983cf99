//! Enums: choices, abstract types and enumerations.
//!
//! The enum itself is written outside of the macro, like a handwritten one. The macros take the
//! variants in parts of at most 512, because the compile time of one function grows faster than the
//! size of the function: eight thousand arms in one `match` take half a minute. Patterns are what
//! costs, so no function has a pattern for each variant only to find the part that it belongs to.

/// Implements a choice for an enum whose variants have the numbers of the table's fields. Variants of
/// the same type that follow each other are joined by `|`, and share code.
#[doc(hidden)]
#[macro_export]
macro_rules! gen_choice {
    ($name:ident, $table:path, $([$($($variant:ident = $index:literal)|+),* $(,)?]),* $(,)?) => {
        impl $crate::generated::Choice for $name {
            #[inline]
            fn choice_table() -> &'static $crate::generated::Type {
                &$table
            }

            #[inline]
            fn of_branch(branch: u16) -> ::core::option::Option<Self> {
                match branch {
                    $($($($index)|+)|* => {
                        #[inline]
                        fn part(branch: u16) -> ::core::option::Option<$name> {
                            match branch {
                                $($($index)|+ => {
                                    $crate::gen_empty_branch!($name, branch, $($variant = $index)|+)
                                })*
                                _ => ::core::option::Option::None,
                            }
                        }
                        part(branch)
                    })*
                    _ => ::core::option::Option::None,
                }
            }

            #[inline]
            fn number(&self) -> u16 {
                $({
                    #[inline]
                    fn part(choice: &$name) -> ::core::option::Option<u16> {
                        ::core::option::Option::Some(match choice {
                            $($($name::$variant(_) => $index,)+)*
                            #[allow(unreachable_patterns)]
                            _ => return ::core::option::Option::None,
                        })
                    }
                    if let ::core::option::Option::Some(number) = part(self) {
                        return number;
                    }
                })*
                ::core::unreachable!("a branch of no part")
            }

            #[inline]
            fn content(&self) -> &dyn $crate::generated::Branch {
                match self.number() {
                    $($($($index)|+)|* => {
                        #[inline]
                        fn part(choice: &$name) -> &dyn $crate::generated::Branch {
                            match choice {
                                $($($name::$variant(content))|+ => content,)*
                                #[allow(unreachable_patterns)]
                                _ => ::core::unreachable!("a branch of another part"),
                            }
                        }
                        part(self)
                    })*
                    _ => ::core::unreachable!("a branch of no part"),
                }
            }

            #[inline]
            fn content_mut(&mut self) -> &mut dyn $crate::generated::Branch {
                match self.number() {
                    $($($($index)|+)|* => {
                        #[inline]
                        fn part(choice: &mut $name) -> &mut dyn $crate::generated::Branch {
                            match choice {
                                $($($name::$variant(content))|+ => content,)*
                                #[allow(unreachable_patterns)]
                                _ => ::core::unreachable!("a branch of another part"),
                            }
                        }
                        part(self)
                    })*
                    _ => ::core::unreachable!("a branch of no part"),
                }
            }
        }

        impl ::core::clone::Clone for $name {
            #[inline]
            fn clone(&self) -> Self {
                $crate::generated::clone_choice(self)
            }
        }

        impl ::core::cmp::PartialEq for $name {
            #[inline]
            fn eq(&self, other: &Self) -> bool {
                $crate::generated::same_choice(self, other)
            }
        }

        impl ::core::default::Default for $name {
            /// The first branch, empty.
            #[inline]
            fn default() -> Self {
                $crate::generated::first_branch()
            }
        }

        impl ::core::fmt::Debug for $name {
            #[inline]
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                $crate::generated::debug(self, f)
            }
        }

        impl $crate::generated::FieldValue for $name {
            type Access = $crate::generated::StructAccess;
        }
    };
}

/// An empty branch of a choice, by its number. Branches that share a type are made by a list of
/// constructors, which costs the compiler less than an expression for each of them.
#[doc(hidden)]
#[macro_export]
macro_rules! gen_empty_branch {
    ($name:ident, $branch:ident, $variant:ident = $index:literal) => {
        ::core::option::Option::Some($name::$variant(::core::default::Default::default()))
    };
    ($name:ident, $branch:ident, $($variant:ident = $index:literal)|+) => {{
        let constructors: &[fn(_) -> $name] = &[$($name::$variant),+];
        let at = [$($index),+].iter().position(|index| *index == $branch)?;
        let constructor = constructors.get(at)?;
        ::core::option::Option::Some(constructor(::core::default::Default::default()))
    }};
}

/// Implements an abstract type for an enum with a variant for each type that derives from it, and
/// `Other` for derived types that the WSDL does not know.
#[doc(hidden)]
#[macro_export]
macro_rules! gen_abstract_type {
    ($name:ident, $([$($variant:ident = $sub:path),* $(,)?]),* $(,)?) => {
        impl $name {
            /// The value as a struct. `None` for [`Other`](Self::Other).
            #[inline]
            fn as_struct(&self) -> ::core::option::Option<&dyn $crate::generated::Struct> {
                match self {
                    $($(Self::$variant(value) => ::core::option::Option::Some(value.as_dyn()),)*)*
                    Self::Other(_) => ::core::option::Option::None,
                }
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
            fn current(&self) -> $crate::generated::Value<'_> {
                match self {
                    Self::Other(value) => $crate::generated::Value::Any(value),
                    #[allow(unreachable_patterns)]
                    _ => match self.as_struct() {
                        ::core::option::Option::Some(value) => {
                            $crate::generated::Value::Struct(value)
                        }
                        ::core::option::Option::None => $crate::generated::Value::Absent,
                    },
                }
            }

            #[inline]
            fn derive(
                &mut self,
                namespace: &str,
                name: &str,
            ) -> ::core::option::Option<&mut dyn $crate::generated::Struct> {
                *self = ::core::option::Option::None
                    $(.or_else(|| {
                        <$crate::gen_derived_types!($($sub,)*) as
                            $crate::generated::DerivedTypes<$name>>::make(namespace, name)
                    }))*?;
                match self {
                    $($(Self::$variant(value) => ::core::option::Option::Some(value.as_dyn_mut()),)*)*
                    Self::Other(_) => ::core::option::Option::None,
                }
            }
        }

        impl ::core::default::Default for $name {
            /// An empty value without a type.
            #[inline]
            fn default() -> Self {
                Self::Other(::core::default::Default::default())
            }
        }

        impl ::core::clone::Clone for $name {
            #[inline]
            fn clone(&self) -> Self {
                match self {
                    $($(Self::$variant(_))|* => {
                        #[inline]
                        fn part(value: &$name) -> $name {
                            match value {
                                $($name::$variant(value) => $name::$variant(value.clone()),)*
                                #[allow(unreachable_patterns)]
                                _ => ::core::unreachable!("a variant of another part"),
                            }
                        }
                        part(self)
                    })*
                    Self::Other(value) => Self::Other(value.clone()),
                }
            }
        }

        impl ::core::cmp::PartialEq for $name {
            #[inline]
            fn eq(&self, other: &Self) -> bool {
                match (self, other) {
                    (Self::Other(a), Self::Other(b)) => a == b,
                    #[allow(unreachable_patterns)]
                    _ => match (self.as_struct(), other.as_struct()) {
                        (
                            ::core::option::Option::Some(a),
                            ::core::option::Option::Some(b),
                        ) => a.equals(b),
                        _ => false,
                    },
                }
            }
        }

        impl ::core::fmt::Debug for $name {
            #[inline]
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                match self {
                    Self::Other(value) => ::core::fmt::Debug::fmt(value, f),
                    #[allow(unreachable_patterns)]
                    _ => match self.as_struct() {
                        ::core::option::Option::Some(value) => ::core::fmt::Debug::fmt(value, f),
                        ::core::option::Option::None => ::core::result::Result::Ok(()),
                    },
                }
            }
        }

        impl<T> ::core::convert::From<T> for $name
        where
            T: $crate::generated::DerivesFrom<$name>
                + ::core::marker::Send
                + ::core::marker::Sync,
        {
            #[inline]
            fn from(value: T) -> Self {
                (T::VARIANT)($crate::generated::Boxed::new(value))
            }
        }

        $($(
            impl $crate::generated::DerivesFrom<$name> for $sub {
                const VARIANT: fn($crate::generated::Boxed<Self>) -> $name = $name::$variant;
            }
        )*)*

        impl $crate::generated::FieldValue for $name {
            type Access = $crate::generated::DerivableAccess;
        }
    };
}

/// Writes types as a [`DerivedTypes`](crate::generated::DerivedTypes).
#[doc(hidden)]
#[macro_export]
macro_rules! gen_derived_types {
    ($a:ty, $b:ty, $c:ty, $d:ty, $e:ty, $f:ty, $g:ty, $h:ty, $($rest:ty,)*) => {
        ($a, $b, $c, $d, $e, $f, $g, $h, $crate::gen_derived_types!($($rest,)*))
    };
    ($one:ty, $($rest:ty,)*) => {
        ($one, $crate::gen_derived_types!($($rest,)*))
    };
    () => { () };
}

/// Implements an open enum: an enum with the known values, and `Other` for any value that was added
/// later.
#[doc(hidden)]
#[macro_export]
macro_rules! gen_open_enum {
    ($name:ident, $([$($variant:ident = $wire:literal),* $(,)?]),* $(,)?) => {
        impl $name {
            /// The values that the WSDL lists, in the order of the WSDL.
            pub const KNOWN: &'static [Self] = &[$($(Self::$variant,)*)*];

            /// The value on the wire.
            #[must_use]
            #[inline]
            pub fn as_str(&self) -> &str {
                $({
                    #[inline]
                    fn part(value: &$name) -> ::core::option::Option<&'static str> {
                        ::core::option::Option::Some(match value {
                            $($name::$variant => $wire,)*
                            _ => return ::core::option::Option::None,
                        })
                    }
                    if let ::core::option::Option::Some(text) = part(self) {
                        return text;
                    }
                })*
                match self {
                    Self::Other(text) => text,
                    #[allow(unreachable_patterns)]
                    _ => ::core::unreachable!("a value of no part"),
                }
            }
        }

        impl $crate::generated::OpenEnum for $name {
            #[inline]
            fn wire(&self) -> &str {
                self.as_str()
            }

            #[inline]
            fn assign(&mut self, text: &str) -> bool {
                *self = ::core::convert::From::from(text);
                !::core::matches!(self, Self::Other(_)) || text.is_empty()
            }
        }

        impl ::core::convert::From<&str> for $name {
            #[inline]
            fn from(text: &str) -> Self {
                const WIRE: &[&str] = &[$($($wire,)*)*];
                match $crate::generated::index_of(WIRE, text) {
                    ::core::option::Option::Some(index) => Self::KNOWN[index].clone(),
                    ::core::option::Option::None => Self::Other(text.into()),
                }
            }
        }

        impl ::core::clone::Clone for $name {
            #[inline]
            fn clone(&self) -> Self {
                $({
                    #[inline]
                    fn part(value: &$name) -> ::core::option::Option<$name> {
                        ::core::option::Option::Some(match value {
                            $($name::$variant => $name::$variant,)*
                            _ => return ::core::option::Option::None,
                        })
                    }
                    if let ::core::option::Option::Some(value) = part(self) {
                        return value;
                    }
                })*
                match self {
                    Self::Other(text) => Self::Other(::core::clone::Clone::clone(text)),
                    #[allow(unreachable_patterns)]
                    _ => ::core::unreachable!("a value of no part"),
                }
            }
        }

        /// Values are equal if their texts on the wire are equal. `Other` with the text of a known
        /// value equals that value.
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
            /// The empty text, which stands for no value.
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
            type Access = $crate::generated::EnumAccess;
        }
    };
}
