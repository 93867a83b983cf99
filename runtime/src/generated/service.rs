//! Operations and services.

/// Declares the type of an operation: its table, its output, and the headers that it accepts.
#[doc(hidden)]
#[macro_export]
macro_rules! gen_operation {
    ($(#[$meta:meta])* $name:ident, $table:path, $output:ty, [$($header:path),* $(,)?]) => {
        $(#[$meta])*
        #[derive(Debug)]
        pub struct $name;

        impl $crate::generated::OperationType for $name {
            type Output = $output;
            #[inline]
            fn operation() -> &'static $crate::generated::Operation {
                &$table
            }
        }

        $(impl $crate::generated::HeaderOf<$name> for $header {})*
    };
}

/// Declares which headers the calls of [`Records`](crate::salesforce::Records) may carry.
#[doc(hidden)]
#[macro_export]
macro_rules! gen_records_headers {
    ($($header:path),* $(,)?) => {
        $(impl $crate::generated::HeaderOfRecords for $header {})*
    };
}

/// Declares a service: a client, its constructors, and the headers that its requests may carry.
#[doc(hidden)]
#[macro_export]
macro_rules! gen_service {
    ($(#[$meta:meta])* $name:ident, $service:path, []) => {
        $(#[$meta])*
        #[derive(Clone, Debug)]
        pub struct $name {
            client: $crate::generated::Client,
        }

        impl $name {
            /// Starts to configure a client: the address of the service, the session, and all other
            /// settings.
            pub fn builder() -> $crate::Builder<Self> {
                ::core::default::Default::default()
            }

            /// The client behind the service: its session and its API usage.
            #[must_use]
            pub fn client(&self) -> &$crate::Client {
                &self.client
            }
        }

        impl $crate::generated::FromClient for $name {
            fn service() -> &'static $crate::generated::Service {
                &$service
            }

            fn from_client(client: $crate::generated::Client) -> Self {
                Self { client }
            }
        }
    };
    ($(#[$meta:meta])* $name:ident, $service:path, [$($header:path),+ $(,)?]) => {
        $crate::gen_service! { $(#[$meta])* $name, $service, [] }

        impl $name {
            /// Returns the same client with a header, which is added to all calls whose operation
            /// the WSDL binds to this header. If a call gets a header of the same type itself, that
            /// header is sent instead.
            #[must_use]
            pub fn with<H: $crate::HeaderFor<Self>>(&self, header: H) -> Self {
                Self { client: self.client.with(header) }
            }

            /// Returns the same client without this header.
            #[must_use]
            pub fn without<H: $crate::HeaderFor<Self>>(&self) -> Self {
                Self { client: self.client.without::<H>() }
            }
        }

        $(impl $crate::HeaderFor<$name> for $header {})+
    };
}
