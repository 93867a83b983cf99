//! The server side of a WSDL (feature `server`).
//!
//! With the option `server = true`, the generator writes a trait for each port type. It has one
//! asynchronous method per operation, with the arguments of the client's method as owned values. The
//! method `into_server` turns an implementation into a [`Server`]: a tower service that runs in axum
//! or hyper. [`InMemory`] runs it without a socket, as a typed fake of the service in tests.
//!
//! ```text
//! use shop::server::Shop as _;
//!
//! struct MyShop;
//!
//! impl shop::server::Shop for MyShop {
//!     async fn count(&self, _: &Context<operations::Count>, sku: String) -> Result<i32, Fault> {
//!         match sku.as_str() {
//!             "A-1" => Ok(3),
//!             _ => Err(Fault::sender("there is no such article")),
//!         }
//!     }
//! }
//!
//! let app = axum::Router::new().route_service("/shop", MyShop.into_server());
//! ```
//!
//! A server reads requests with the tables and the codec with which a client reads responses. It speaks the versions of SOAP of the ports in the WSDL. In detail:
//!
//! - The first element of the body says which operation is called, as WS-I Basic Profile 1.1 requires
//!   (R2710). `SOAPAction` decides only between operations with the same element.
//! - A request that is not well-formed or does not fit the WSDL gets a fault of the class "sender". An
//!   envelope of a version that the port does not speak gets `VersionMismatch`. A header that must be
//!   understood and is not gets `MustUnderstand`. The headers that the WSDL declares count as
//!   understood. A header that is addressed to another node is left out.
//! - A panic of a handler, and an error given to [`Fault::internal`], become a fault that says nothing
//!   about their cause.
//! - A request that is not SOAP gets an HTTP error: 405 for other methods than POST, 415 for other
//!   media types, 413 for a body that exceeds [`Limits::body`](crate::Limits::body), 408 for one
//!   that does not arrive in time, and 503 if too many requests are processed at the same time.
//!   `GET ?wsdl` gets the WSDL.
//! - A one-way message gets the status 202 and no body when the handler has processed it. The handler
//!   goes on if the sender closes the connection.
//! - Bodies may be compressed with gzip in both directions. Limits count decompressed bytes.
//!
//! The server neither listens nor encrypts nor authenticates: that is the task of the web framework.

mod arguments;
mod body;
mod context;
mod dispatch;
mod documents;
mod fault;
mod in_memory;
mod receive;
mod reply;
mod service;
mod settings;
mod work;

pub use body::Body;
pub use context::{Context, OutputHeaderOf};
pub use fault::{Fault, FaultCode};
pub use in_memory::InMemory;
pub use service::Server;

#[doc(hidden)]
pub use arguments::{Arguments, Group};
#[doc(hidden)]
pub use context::not_implemented;
#[doc(hidden)]
pub use dispatch::Received;
#[doc(hidden)]
pub use service::{Route, Written};
use settings::Settings;
