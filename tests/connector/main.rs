//! The rooms of the compliance connector, through their public interfaces.

mod files;
mod ocsf;
mod store;
mod vault;
mod windows;
