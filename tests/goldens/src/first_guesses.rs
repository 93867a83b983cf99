//! What a user writes who has not read the documentation. Most of it compiles. If it does not, the
//! compiler's message says what to write instead; `tests/first_guesses.rs` checks these messages.
//!
//! One record, several records, and records by value:
//!
//! ```
//! use saponify_goldens::tenant::{Account, Soap};
//!
//! async fn create(soap: Soap, account: Account) -> Result<(), saponify::Error> {
//!     soap.create(&account).await?;
//!     soap.create(&[account.clone(), account.clone()]).await?;
//!     soap.create([account.clone()]).await?;
//!     let accounts = vec![account];
//!     soap.create(&accounts).await?;
//!     soap.create(&accounts[..1]).await?;
//!     soap.create(accounts).await?;
//!     Ok(())
//! }
//! ```
//!
//! ```compile_fail,E0277
//! use saponify_goldens::tenant::{Account, Soap};
//!
//! let _ = |soap: Soap, account: Account| drop(soap.create(account));
//! ```
//!
//! One id and several ids, but no texts:
//!
//! ```
//! use saponify::salesforce::Id;
//! use saponify_goldens::tenant::Soap;
//!
//! async fn delete(soap: Soap, id: Id, ids: Vec<Id>) -> Result<(), saponify::Error> {
//!     soap.delete(id).await?;
//!     soap.delete(&[id]).await?;
//!     soap.delete(&ids).await?;
//!     soap.retrieve("Id, Name", "Account", id).await?;
//!     soap.retrieve("Id, Name", "Account", ids).await?;
//!     Ok(())
//! }
//! ```
//!
//! ```compile_fail,E0277
//! use saponify_goldens::tenant::Soap;
//!
//! let _ = |soap: Soap| drop(soap.delete("001D000000IRFma"));
//! ```
//!
//! A field without a direction:
//!
//! ```
//! use saponify::salesforce::soql::Soql;
//! use saponify_goldens::tenant::Account;
//!
//! let query = Soql::select(Account::ID).order_by(Account::NAME).order_by(Account::ID.desc());
//! assert_eq!(query.text()?, "SELECT Id FROM Account ORDER BY Name ASC, Id DESC");
//! # Ok::<(), saponify::Error>(())
//! ```
//!
//! ```compile_fail,E0277
//! use saponify::salesforce::soql::Soql;
//! use saponify_goldens::tenant::Account;
//!
//! let _ = Soql::select(Account::ID).order_by("Name");
//! ```
//!
//! All rows:
//!
//! ```
//! use saponify_goldens::tenant::{Account, Soap};
//!
//! async fn rows(soap: Soap) -> Result<Vec<Account>, saponify::Error> {
//!     soap.records("SELECT Id FROM Account").collect().await
//! }
//! ```
//!
//! ```compile_fail,E0277
//! use saponify_goldens::tenant::{Account, Soap};
//!
//! let _ = |soap: Soap| for row in soap.records::<Account>("SELECT Id FROM Account") {};
//! ```
