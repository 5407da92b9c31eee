//! The family over the Internet Computer's HTTP interface: signed calls, and the gateway.

mod agent;
mod gateway;
mod keys;
mod live;
