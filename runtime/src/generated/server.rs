//! The server side of a port type.

pub use std::future::Future;

pub use crate::schema::{Document, Piece, Port};
pub use crate::server::{
    Arguments, Context, Fault, OutputHeaderOf, Received, Route, Server, Written, not_implemented,
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
                            received.read::<$operation, _>()?;
                        let result =
                            <Self as $interface>::$method(&*handler, &context, $($argument),*).await;
                        context.finish(result)
                    })
                },
            )*]
        })
    };
}

/// The arguments of an operation as nested pairs.
#[doc(hidden)]
#[macro_export]
macro_rules! gen_arguments {
    () => { () };
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
