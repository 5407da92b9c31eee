//! The fifteen traps that an emulator of the Internet Computer falls into, a test for each. The
//! number in a test's name is the trap's. Written to the interface specification: they pass on a
//! real server too.

mod calls;
mod certification;
mod cycles;
mod http;
mod lifecycle;
mod metering;
mod protocol;
mod time;
