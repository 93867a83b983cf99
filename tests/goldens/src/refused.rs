//! Uses of generated code that must not compile. Each one follows an example that differs in one
//! name and compiles.
//!
//! A client accepts a header that its WSDL binds to requests:
//!
//! ```
//! use saponify_goldens::tenant::{QueryOptions, Soap};
//!
//! fn with(soap: &Soap, header: QueryOptions) -> Soap {
//!     soap.with(header).without::<QueryOptions>()
//! }
//! ```
//!
//! A client does not accept a header that is bound to responses only:
//!
//! ```compile_fail,E0277
//! use saponify_goldens::tenant::{LimitInfoHeader, Soap};
//!
//! fn with(soap: &Soap, header: LimitInfoHeader) -> Soap {
//!     soap.with(header)
//! }
//! ```
//!
//! A client does not accept a header that no operation accepts:
//!
//! ```compile_fail,E0277
//! use saponify_goldens::tenant::{CurrencyConversionHeader, Soap};
//!
//! fn with(soap: &Soap, header: CurrencyConversionHeader) -> Soap {
//!     soap.with(header)
//! }
//! ```
//!
//! A client does not accept a header of another WSDL:
//!
//! ```compile_fail,E0277
//! use saponify_goldens::{included::QueryOptions, tenant::Soap};
//!
//! fn with(soap: &Soap, header: QueryOptions) -> Soap {
//!     soap.with(header)
//! }
//! ```
//!
//! A call accepts a header of its own operation, and no header of another operation:
//!
//! ```
//! use saponify_goldens::tenant::{QueryOptions, Soap};
//!
//! async fn call(soap: &Soap, header: QueryOptions) -> Result<(), saponify::Error> {
//!     soap.query("").with(header).without::<QueryOptions>().await.map(drop)
//! }
//! ```
//!
//! ```compile_fail,E0277
//! use saponify_goldens::tenant::{QueryOptions, Soap};
//!
//! async fn call(soap: &Soap, header: QueryOptions) -> Result<(), saponify::Error> {
//!     soap.describe_global().with(header).await.map(drop)
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
