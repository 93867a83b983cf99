//! Views.

/// Declares a view: a newtype over [`Record`] with its table, and the methods that all views have.
#[doc(hidden)]
#[macro_export]
macro_rules! gen_view {
    ($(#[$meta:meta])* $name:ident, $table:path) => {
        $(#[$meta])*
        #[derive(Clone, PartialEq)]
        pub struct $name($crate::generated::Typed<$name>);

        impl $name {
            /// An empty record.
            #[inline]
            #[must_use]
            pub fn new() -> Self {
                Self($crate::generated::Typed::new())
            }

            /// The record with a field set.
            #[inline]
            #[must_use]
            pub fn with<T: ?::core::marker::Sized>(
                self,
                key: $crate::generated::Key<Self, T>,
                value: impl $crate::generated::IntoField<T>,
            ) -> Self {
                Self(self.0.with(key, value))
            }
        }

        impl ::core::ops::Deref for $name {
            type Target = $crate::generated::Typed<$name>;

            #[inline]
            fn deref(&self) -> &Self::Target {
                &self.0
            }
        }

        impl ::core::ops::DerefMut for $name {
            #[inline]
            fn deref_mut(&mut self) -> &mut Self::Target {
                &mut self.0
            }
        }

        impl $crate::generated::View for $name {
            #[inline]
            fn static_table() -> &'static $crate::generated::Type {
                &$table
            }

            #[inline]
            fn from_record(record: $crate::generated::Record) -> Self {
                Self($crate::generated::Typed::from_record(record))
            }

            #[inline]
            fn as_record(&self) -> &$crate::generated::Record {
                self.0.as_record()
            }

            #[inline]
            fn as_record_mut(&mut self) -> &mut $crate::generated::Record {
                self.0.as_record_mut()
            }

            #[inline]
            fn into_record(self) -> $crate::generated::Record {
                self.0.into_record()
            }
        }

        impl ::core::default::Default for $name {
            #[inline]
            fn default() -> Self {
                Self::new()
            }
        }

        impl ::core::fmt::Debug for $name {
            #[inline]
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                ::core::fmt::Debug::fmt(self.0.as_record(), f)
            }
        }

        impl ::core::convert::From<$name> for $crate::generated::Record {
            #[inline]
            fn from(view: $name) -> Self {
                view.0.into_record()
            }
        }
    };
}
