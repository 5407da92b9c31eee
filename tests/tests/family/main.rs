//! What the family promises, on the modules as they are built.

mod abuse;
mod access;
mod activity;
mod archive;
mod changes;
mod compat;
mod concurrency;
mod devices;
mod faults;
mod flood;
mod instructions;
mod layouts;
mod limits;
mod login;
mod lookups;
mod modules;
mod observability;
mod properties;
mod protection;
mod recovery;
mod registration;
mod remote_devices;
mod rollback;
mod sharding;
mod upgrade;
