//! The server side of a port type.

pub use std::future::Future;

pub use crate::schema::{Document, Piece, Port};
pub use crate::server::{
    Arguments, Context, Fault, Group, OutputHeaderOf, Received, Route, Server, Written,
    not_implemented,
};
pub use crate::{
    gen_arguments as arguments, gen_faults as faults, gen_into_server as into_server,
    gen_output_headers as output_headers,
};

/// The body of `into_server`: a server with a route for each operation, in the order of the port type.
#[doc(hidden)]
#[macro_export]
macro_rules! gen_into_server {
    (
        $handler:ident, $interface:ident, $port:path,
        [$($operation:path => $method:ident($($argument:ident),*)),* $(,)?]
    ) => {
        $crate::generated::Server::new(&$port, $handler, const {
            &[$(
                |handler: ::std::sync::Arc<Self>,
                 received: $crate::generated::Received|
                 -> $crate::generated::Written {
                    ::std::boxed::Box::pin(async move {
                        let (context, $crate::gen_arguments!($($argument),*)) =
                            received.read::<$operation, _>().await?;
                        let result =
                            <Self as $interface>::$method(&*handler, &context, $($argument),*).await;
                        context.finish(result).await
                    })
                },
            )*]
        })
    };
}

/// The arguments of an operation as nested pairs, in groups of 32.
#[doc(hidden)]
#[macro_export]
macro_rules! gen_arguments {
    () => { () };
    (
        $a1:ident, $a2:ident, $a3:ident, $a4:ident, $a5:ident, $a6:ident, $a7:ident, $a8:ident,
        $b1:ident, $b2:ident, $b3:ident, $b4:ident, $b5:ident, $b6:ident, $b7:ident, $b8:ident,
        $c1:ident, $c2:ident, $c3:ident, $c4:ident, $c5:ident, $c6:ident, $c7:ident, $c8:ident,
        $d1:ident, $d2:ident, $d3:ident, $d4:ident, $d5:ident, $d6:ident, $d7:ident, $d8:ident,
        $($rest:ident),+
    ) => {
        $crate::generated::Group(
            $crate::gen_arguments!(
                $a1, $a2, $a3, $a4, $a5, $a6, $a7, $a8, $b1, $b2, $b3, $b4, $b5, $b6, $b7, $b8,
                $c1, $c2, $c3, $c4, $c5, $c6, $c7, $c8, $d1, $d2, $d3, $d4, $d5, $d6, $d7, $d8
            ),
            $crate::gen_arguments!($($rest),+),
        )
    };
    ($first:ident $(, $rest:ident)*) => {
        ($first, $crate::gen_arguments!($($rest),*))
    };
}

/// Connects the enum of an operation's faults to the tables of their elements. A variant with `:` holds
/// a struct in a box, and a variant with `=` holds a value. The last list has the variants whose types
/// occur once.
#[doc(hidden)]
#[macro_export]
macro_rules! gen_faults {
    (
        $name:ident,
        [$($variant:ident: $table:path),* $(,)?],
        [$($of_value:ident = $value_table:path),* $(,)?],
        [$($sole:ident($ty:path)),* $(,)?]
    ) => {
        impl ::core::convert::From<$name> for $crate::generated::Fault {
            fn from(fault: $name) -> Self {
                match fault {
                    $($name::$variant(detail) => Self::declared(&$table, &*detail),)*
                    $($name::$of_value(value) => Self::declared_value(&$value_table, value),)*
                    $name::Other(fault) => fault,
                }
            }
        }

        impl ::core::fmt::Debug for $name {
            /// Prints the name of the fault only. What it contains may be personal data.
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                match self {
                    $(Self::$variant(_) => f.write_str(::core::stringify!($variant)),)*
                    $(Self::$of_value(_) => f.write_str(::core::stringify!($of_value)),)*
                    Self::Other(fault) => ::core::fmt::Debug::fmt(fault, f),
                }
            }
        }

        impl ::core::convert::From<$crate::generated::Fault> for $name {
            fn from(fault: $crate::generated::Fault) -> Self {
                Self::Other(fault)
            }
        }

        $(
            impl ::core::convert::From<$ty> for $name {
                fn from(detail: $ty) -> Self {
                    Self::$sole(::std::boxed::Box::new(detail))
                }
            }
        )*
    };
}

/// Declares the headers that the response of an operation may carry.
#[doc(hidden)]
#[macro_export]
macro_rules! gen_output_headers {
    ($operation:path, [$($header:path),* $(,)?]) => {
        $(impl $crate::generated::OutputHeaderOf<$operation> for $header {})*
    };
}
