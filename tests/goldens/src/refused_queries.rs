//! Queries that must not compile. Each one stands next to a query that differs in one name and
//! compiles, so that only this name can be the reason.
//!
//! A field that the tenant has, and a field that it does not have:
//!
//! ```
//! use saponify::salesforce::soql::Soql;
//! use saponify_goldens::tenant::Account;
//!
//! let _ = Soql::select((Account::ID, Account::NAME)).filter(Account::NAME.eq("Acme"));
//! ```
//!
//! ```compile_fail,E0599
//! use saponify::salesforce::soql::Soql;
//! use saponify_goldens::tenant::Account;
//!
//! let _ = Soql::select((Account::ID, Account::NOPE)).filter(Account::NAME.eq("Acme"));
//! ```
//!
//! A field of another type, selected or compared:
//!
//! ```compile_fail,E0277
//! use saponify::salesforce::soql::Soql;
//! use saponify_goldens::tenant::{Account, AccountHistory};
//!
//! let _ = Soql::select((Account::ID, AccountHistory::FIELD)).filter(Account::NAME.eq("Acme"));
//! ```
//!
//! ```compile_fail,E0308
//! use saponify::salesforce::soql::Soql;
//! use saponify_goldens::tenant::{Account, AccountHistory};
//!
//! let _ = Soql::select((Account::ID, Account::NAME)).filter(AccountHistory::FIELD.eq("Acme"));
//! ```
//!
//! A value of another kind:
//!
//! ```compile_fail,E0277
//! use saponify::salesforce::soql::Soql;
//! use saponify_goldens::tenant::Account;
//!
//! let _ = Soql::select((Account::ID, Account::NAME)).filter(Account::NAME.eq(7));
//! ```
//!
//! A path through the type of the parent, and a path through another type:
//!
//! ```
//! use saponify::salesforce::soql::Soql;
//! use saponify_goldens::tenant::{Account, AccountHistory};
//!
//! let _ = Soql::select(AccountHistory::ACCOUNT.then(Account::NAME));
//! ```
//!
//! ```compile_fail,E0277
//! use saponify::salesforce::soql::Soql;
//! use saponify_goldens::tenant::{Account, AccountHistory};
//!
//! let _ = Soql::select(AccountHistory::ACCOUNT.then(AccountHistory::FIELD));
//! ```
//!
//! A parent without a field:
//!
//! ```compile_fail,E0277
//! use saponify::salesforce::soql::Soql;
//! use saponify_goldens::tenant::{Account, AccountHistory};
//!
//! let _ = Soql::select(AccountHistory::ACCOUNT);
//! ```
//!
//! Rows of the type of the query, and rows of another type:
//!
//! ```
//! use saponify::salesforce::soql::Soql;
//! use saponify_goldens::tenant::{Account, Soap};
//!
//! let _ = |soap: Soap| soap.records::<Account>(Soql::select(Account::NAME));
//! ```
//!
//! ```compile_fail,E0277
//! use saponify::salesforce::soql::Soql;
//! use saponify_goldens::tenant::{Account, AccountHistory, Soap};
//!
//! let _ = |soap: Soap| soap.records::<AccountHistory>(Soql::select(Account::NAME));
//! ```
//!
//! A header that an operation does not take, on a call of many rows:
//!
//! ```
//! use saponify_goldens::tenant::{Account, SessionHeader, Soap};
//!
//! let _ = |soap: Soap| drop(soap.create_all([Account::new()]).with(SessionHeader::default()));
//! ```
//!
//! ```compile_fail,E0277
//! use saponify_goldens::tenant::{Account, QueryOptions, Soap};
//!
//! let _ = |soap: Soap| drop(soap.create_all([Account::new()]).with(QueryOptions::default()));
//! ```
