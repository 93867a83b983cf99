//! The macros of features: `Serialize` and `Deserialize` of generated types, and the checks that the
//! features which generated code needs are on.

/// Makes a view, a struct or an enum `Serialize` and `Deserialize`. See the module `json`.
#[cfg(feature = "serde")]
#[doc(hidden)]
#[macro_export]
macro_rules! gen_serde {
    (view $name:ident) => {
        $crate::gen_serde!(@ $name, this, s => $crate::generated::json::write_view(this, s));
        $crate::gen_serde!(@ $name, d => $crate::generated::json::read_view(d));
    };
    (structure $name:ident) => {
        $crate::gen_serde!(@ $name, this, s => $crate::generated::json::write_structure(this, s));
        $crate::gen_serde!(@ $name, d => $crate::generated::json::read_structure(d));
    };
    (abstract_type $name:ident) => {
        $crate::gen_serde!(@ $name, this, s => $crate::generated::json::write_abstract(this, s));
        $crate::gen_serde!(@ $name, d => $crate::generated::json::read_structure(d));
    };
    (open_enum $name:ident) => {
        $crate::gen_serde!(@ $name, this, s => s.serialize_str(this.as_str()));
        $crate::gen_serde!(@ $name, d => $crate::generated::json::read_enum(d));
    };
    (@ $name:ident, $this:ident, $serializer:ident => $write:expr) => {
        impl $crate::generated::serde_core::Serialize for $name {
            #[inline]
            fn serialize<S: $crate::generated::serde_core::Serializer>(
                &self,
                $serializer: S,
            ) -> ::core::result::Result<S::Ok, S::Error> {
                let $this = self;
                $write
            }
        }
    };
    (@ $name:ident, $deserializer:ident => $read:expr) => {
        impl<'de> $crate::generated::serde_core::Deserialize<'de> for $name {
            #[inline]
            fn deserialize<D: $crate::generated::serde_core::Deserializer<'de>>(
                $deserializer: D,
            ) -> ::core::result::Result<Self, D::Error> {
                $read
            }
        }
    };
}

/// Without the feature `serde`, this macro implements nothing. [`needs_serde!`] reports the missing
/// feature once.
///
/// [`needs_serde!`]: crate::gen_needs_serde
#[cfg(not(feature = "serde"))]
#[doc(hidden)]
#[macro_export]
macro_rules! gen_serde {
    ($($any:tt)*) => {};
}

/// Appears once in code that was generated with the option `serde`.
#[cfg(feature = "serde")]
#[doc(hidden)]
#[macro_export]
macro_rules! gen_needs_serde {
    () => {};
}

/// Appears once in code that was generated with the option `serde`.
#[cfg(not(feature = "serde"))]
#[doc(hidden)]
#[macro_export]
macro_rules! gen_needs_serde {
    () => {
        ::core::compile_error!(
            "this code was generated with the option `serde`: enable the feature `serde` of the crate `saponify`"
        );
    };
}

/// Appears once in code that was generated with the option `server`.
#[cfg(feature = "server")]
#[doc(hidden)]
#[macro_export]
macro_rules! gen_needs_server {
    () => {};
}

/// Appears once in code that was generated with the option `server`.
#[cfg(not(feature = "server"))]
#[doc(hidden)]
#[macro_export]
macro_rules! gen_needs_server {
    () => {
        ::core::compile_error!(
            "this code was generated with the option `server`: enable the feature `server` of the crate `saponify`"
        );
    };
}
