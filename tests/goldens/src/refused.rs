//! What generated code must not let through, each beside its twin that differs in one name and
//! compiles.
//!
//! A client carries headers that its WSDL binds to requests:
//!
//! ```
//! use saponify_goldens::tenant::{QueryOptions, Soap};
//!
//! fn with(soap: &Soap, header: QueryOptions) -> Soap {
//!     soap.with(header).without::<QueryOptions>()
//! }
//! ```
//!
//! but none of answers,
//!
//! ```compile_fail,E0277
//! use saponify_goldens::tenant::{LimitInfoHeader, Soap};
//!
//! fn with(soap: &Soap, header: LimitInfoHeader) -> Soap {
//!     soap.with(header)
//! }
//! ```
//!
//! none that no operation takes,
//!
//! ```compile_fail,E0277
//! use saponify_goldens::tenant::{CurrencyConversionHeader, Soap};
//!
//! fn with(soap: &Soap, header: CurrencyConversionHeader) -> Soap {
//!     soap.with(header)
//! }
//! ```
//!
//! and none of another WSDL:
//!
//! ```compile_fail,E0277
//! use saponify_goldens::{included::QueryOptions, tenant::Soap};
//!
//! fn with(soap: &Soap, header: QueryOptions) -> Soap {
//!     soap.with(header)
//! }
//! ```
//!
//! A call carries headers of its own operation:
//!
//! ```
//! use saponify_goldens::tenant::{QueryOptions, Soap};
//!
//! async fn call(soap: &Soap, header: QueryOptions) -> Result<(), saponify::Error> {
//!     soap.query("").header(header).without::<QueryOptions>().await.map(drop)
//! }
//! ```
//!
//! ```compile_fail,E0277
//! use saponify_goldens::tenant::{QueryOptions, Soap};
//!
//! async fn call(soap: &Soap, header: QueryOptions) -> Result<(), saponify::Error> {
//!     soap.describe_global().header(header).await.map(drop)
//! }
//! ```
//!
//! ```compile_fail,E0277
//! use saponify_goldens::tenant::{QueryOptions, Soap};
//!
//! async fn call(soap: &Soap) -> Result<(), saponify::Error> {
//!     soap.describe_global().without::<QueryOptions>().await.map(drop)
//! }
//! ```
