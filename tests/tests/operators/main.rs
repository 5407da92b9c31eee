//! The operators' tool, as a program.

mod repair;
mod tool;
