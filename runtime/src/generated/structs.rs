//! Plain structs.

/// Connects a plain struct to its table. Fields must be in the order of the table.
///
/// With `derived`, the struct has a field `derived`, which holds a value of a derived type.
#[doc(hidden)]
#[macro_export]
macro_rules! gen_structure {
    ($name:ident, $table:path, $($index:literal: $field:ident),* $(,)?) => {
        $crate::gen_structure!(@ $name, $table, [], $($index: $field),*);

        impl $crate::generated::FieldValue for $name {
            type Access = $crate::generated::StructAccess;
        }
    };
    (@ $name:ident, $table:path, [$($derived:item)?], $($index:literal: $field:ident),*) => {
        impl $crate::generated::GeneratedStruct for $name {
            #[inline]
            fn static_table() -> &'static $crate::generated::Type {
                &$table
            }

            #[allow(unused_variables)]
            #[inline]
            fn field_slot(&mut self, field: u16, nil: bool) -> $crate::generated::Slot<'_> {
                match field {
                    $($index => $crate::generated::slot(&mut self.$field, nil),)*
                    _ => $crate::generated::Slot::None,
                }
            }

            #[allow(unused_variables)]
            #[inline]
            fn field_value(&self, field: u16, n: usize) -> $crate::generated::Value<'_> {
                match field {
                    $($index => $crate::generated::FieldValue::value(&self.$field, n),)*
                    _ => $crate::generated::Value::Absent,
                }
            }

            $($derived)?
        }

        impl ::core::cmp::PartialEq for $name {
            #[inline]
            fn eq(&self, other: &Self) -> bool {
                $crate::generated::same(self, other)
            }
        }

        impl ::core::fmt::Debug for $name {
            #[inline]
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                $crate::generated::debug(self, f)
            }
        }
    };
}

/// Like [`structure!`](crate::gen_structure), for a base struct that has derived types. The last
/// field of the struct is `derived: Derived`.
#[doc(hidden)]
#[macro_export]
macro_rules! gen_derivable {
    ($name:ident, $table:path, [$($sub:path),* $(,)?], $($index:literal: $field:ident),* $(,)?) => {
        $crate::gen_structure!(@ $name, $table, [
            #[inline]
            fn derived_value(&self) -> ::core::option::Option<&dyn $crate::generated::Struct> {
                self.derived.as_dyn()
            }
        ], $($index: $field),*);

        impl $crate::generated::BaseStruct for $name {
            #[inline]
            fn derived_mut(&mut self) -> &mut $crate::generated::Derived {
                &mut self.derived
            }

            #[inline]
            fn derived_types() -> &'static [$crate::generated::DerivedType<$crate::generated::Derived>] {
                const { &[$($crate::generated::DerivedType::of::<$sub>(),)*] }
            }
        }

        $(
            impl ::core::convert::From<$sub> for $name {
                #[inline]
                fn from(value: $sub) -> Self {
                    $crate::generated::base_from_derived(value)
                }
            }
        )*

        impl $crate::generated::FieldValue for $name {
            type Access = $crate::generated::DerivableAccess;
        }
    };
}
