//! A baseline for compile time: the least that the same types can cost. Generated text compiles
//! against this crate instead of the runtime. The macros of this crate define plain types that
//! derive `Clone, Debug, Default, PartialEq` and cannot be encoded or decoded. The benchmark adds
//! the derives to the text of structs and enums.
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
        Binary(Vec<u8>);
        Decimal(Box<str>);
        Id([u8; 18]);
        DateTime((i64, i32));
        Date([u16; 3]);
        Time([u32; 3]);
        XsdDateTime((i64, i32, Option<i16>));
        XsdTime(([u32; 3], Option<i16>));
        Record(Vec<(u16, String)>);
        AnyValue(Option<String>);
        Element((String, String));
        Attribute((String, String));
        Derived(Option<Box<Element>>);
    }

    pub type Boxed<T> = Box<T>;
    pub type Deep<T> = Box<T>;

    #[derive(Clone, Debug, Default, PartialEq)]
    pub struct Nillable<T> {
        pub value: Option<T>,
        pub attributes: Vec<Attribute>,
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
    ($name:ident, $table:path, [$first:ident = $index:literal $($rest:tt)*] $($any:tt)*) => {
        impl Default for $name {
            fn default() -> Self {
                Self::$first(Default::default())
            }
        }
    };
}

#[macro_export]
macro_rules! abstract_type {
    ($name:ident, $($any:tt)*) => {
        impl Default for $name {
            fn default() -> Self {
                Self::Other(Default::default())
            }
        }
    };
}

#[macro_export]
macro_rules! open_enum {
    ($name:ident, $($any:tt)*) => {
        impl Default for $name {
            fn default() -> Self {
                Self::Other(Default::default())
            }
        }
    };
}
