//! The System API towards WebAssembly: moves bytes between a module's memory and the [`Sandbox`],
//! which knows what the functions mean.
//!
//! [`Sandbox`]: crate::sandbox::Sandbox

pub mod table;
