//! Views.

/// Declares a view: a newtype of [`Typed`](crate::Typed) with its table and the methods that all
/// views have. Each field gets a key and, unless the generator option says otherwise, a getter and
/// a setter.
///
/// The list in brackets says where the fields are in the table. It is at the end, so that adding or
/// removing a field changes only the line of the field and the last line of the list.
#[doc(hidden)]
#[macro_export]
macro_rules! gen_view {
    (
        $(#[$meta:meta])* $name:ident, $table:path;
        $($(#[$doc:meta])* $key:ident: $ty:ty;)*
        [$($index:literal)*]
    ) => {
        $crate::gen_view! { $(#[$meta])* $name, $table }

        /// A key for each field.
        impl $name {
            $($(#[$doc])* pub const $key: $crate::generated::Key<Self, $ty> =
                $crate::generated::Key::new($index);)*
        }
    };
    (
        $(#[$meta:meta])* $name:ident, $table:path;
        $(
            $(#[$doc:meta])*
            $key:ident: $ty:ty
                $(, $getter:ident() -> $value:ty = $get:ident $(, $setter:ident())?)?
                $(=> $rows:ident() -> $children:ty)?;
        )*
        [$($index:literal)*]
    ) => {
        $crate::gen_view! { $(#[$meta])* $name, $table }

        impl $name {
            $(
                $(#[$doc])*
                #[inline]
                $(
                    pub fn $getter(&self) -> ::core::option::Option<$value> {
                        $crate::generated::get::$get(&self.0, $index)
                    }

                    $(
                        /// Sets the field of this name and returns the record.
                        #[inline]
                        pub fn $setter(self, value: impl $crate::generated::IntoField<$ty>) -> Self {
                            Self($crate::generated::set(self.0, $index, value))
                        }
                    )?
                )?

                $(
                    pub fn $rows(&self) -> $crate::generated::ChildRows<'_, $children> {
                        $crate::generated::get::child_rows(&self.0, $index)
                    }
                )?
            )*
        }

        /// A key for each field.
        impl $name {
            $($(#[$doc])* pub const $key: $crate::generated::Key<Self, $ty> =
                $crate::generated::Key::new($index);)*
        }
    };
    ($(#[$meta:meta])* $name:ident, $table:path) => {
        $(#[$meta])*
        #[derive(Clone, PartialEq)]
        pub struct $name($crate::generated::Typed<$name>);

        impl $name {
            /// An empty record.
            #[inline]
            #[must_use]
            pub fn new() -> Self {
                Self($crate::generated::Typed::empty())
            }

            /// Sets a field and returns the record.
            #[inline]
            #[must_use]
            pub fn with<T: ?::core::marker::Sized>(
                self,
                key: $crate::generated::Key<Self, T>,
                value: impl $crate::generated::IntoField<T>,
            ) -> Self {
                Self($crate::generated::set_key(self.0, key, value))
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

        impl $crate::generated::TypedView for $name {
            #[inline]
            fn view_table() -> &'static $crate::generated::Type {
                &$table
            }

            #[inline]
            fn from_typed(typed: $crate::generated::Typed<Self>) -> Self {
                Self(typed)
            }

            #[inline]
            fn into_typed(self) -> $crate::generated::Typed<Self> {
                self.0
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
                ::core::fmt::Debug::fmt(&self.0, f)
            }
        }

        impl ::core::convert::From<$name> for $crate::generated::Record {
            #[inline]
            fn from(view: $name) -> Self {
                $crate::generated::View::into_record(view)
            }
        }
    };
}
