//! The fifteen traps that an emulator of the Internet Computer falls into, a test for each. The
//! number in a test's name is the trap's. Written to the interface specification: they pass on a
//! real server too.

#[path = "local_ic_traps/calls.rs"]
mod calls;
#[path = "local_ic_traps/certification.rs"]
mod certification;
#[path = "local_ic_traps/cycles.rs"]
mod cycles;
#[path = "local_ic_traps/http.rs"]
mod http;
#[path = "local_ic_traps/lifecycle.rs"]
mod lifecycle;
#[path = "local_ic_traps/metering.rs"]
mod metering;
#[path = "local_ic_traps/protocol.rs"]
mod protocol;
#[path = "local_ic_traps/time.rs"]
mod time;
