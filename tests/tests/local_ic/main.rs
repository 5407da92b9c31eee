//! The network that the tests run on behaves as the interface specification says.

mod canisters;
mod traps;
