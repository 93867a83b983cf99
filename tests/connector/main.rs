//! The rooms of the compliance connector, through their public interfaces.

mod store;
mod windows;
