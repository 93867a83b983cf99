//! A baseline for compile time: the least that the same types can cost. Generated text compiles
//! against this crate instead of the runtime. The macros of this crate define plain types that
//! derive `Clone, Debug, Default, PartialEq` and cannot be encoded or decoded. The benchmark adds
//! `Debug` to the text of the structs.
#![forbid(unsafe_code)]
#![allow(missing_docs)]

pub mod generated {
    pub use crate::{abstract_type, choice, derivable, open_enum, structure};

    macro_rules! plain {
        ($($name:ident($ty:ty);)*) => {
            $(
                #[derive(Clone, Debug, Default, PartialEq)]
                pub struct $name(pub $ty);
            )*
        };
    }

    plain! {
        Bytes(Vec<u8>);
        Decimal(Box<str>);
        Id([u8; 18]);
        DateTime((i64, i32));
        Date([u16; 3]);
        Time([u32; 3]);
        Record(Vec<(u16, String)>);
        AnyValue(Option<String>);
        Element((String, String));
        Attribute((String, String));
        Derived(Option<Box<Element>>);
    }
}

#[macro_export]
macro_rules! structure {
    ($($any:tt)*) => {};
}

#[macro_export]
macro_rules! derivable {
    ($($any:tt)*) => {};
}

#[macro_export]
macro_rules! choice {
    (
        $(#[$meta:meta])* $name:ident, $table:path
        { $(#[$first_doc:meta])* $first:ident($first_ty:ty) = $first_index:literal,
          $($(#[$doc:meta])* $variant:ident($ty:ty) = $index:literal,)* }
    ) => {
        #[derive(Clone, Debug, PartialEq)]
        pub enum $name { $first($first_ty), $($variant($ty),)* }

        impl Default for $name {
            fn default() -> Self {
                Self::$first(Default::default())
            }
        }
    };
}

#[macro_export]
macro_rules! abstract_type {
    ($(#[$meta:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident($ty:ty) = $sub:path,)* }) => {
        #[derive(Clone, Debug, PartialEq)]
        pub enum $name { $($variant($ty),)* Other($crate::generated::Record) }

        impl Default for $name {
            fn default() -> Self {
                Self::Other(Default::default())
            }
        }
    };
}

#[macro_export]
macro_rules! open_enum {
    ($(#[$meta:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident = $wire:literal,)* }) => {
        #[derive(Clone, Debug, PartialEq)]
        pub enum $name { $($variant,)* Other(String) }

        impl Default for $name {
            fn default() -> Self {
                Self::Other(Default::default())
            }
        }
    };
}
