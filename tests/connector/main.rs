//! The rooms of the compliance connector, through their public interfaces.

mod files;
mod store;
mod windows;
