//! The command line: the flags that `PocketIC` clients pass, and one of our own.

use clap::Parser;
use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;

/// The version of the protocol's server that this one stands in for. Clients read it from
/// `--version` and refuse to start a server outside the range they know.
const PROTOCOL_VERSION: &str = "16.1.0";

/// Environment variable that stands in for `--module-cache`: clients that start the server
/// themselves pass only the flags they know.
const MODULE_CACHE: &str = "LOCAL_IC_MODULE_CACHE";

/// What the server is to do.
#[derive(Clone, Debug, Parser)]
#[command(
    name = "pocket-ic-server",
    bin_name = "local-ic",
    version = PROTOCOL_VERSION,
    about = "The embedded Internet Computer, reachable through the PocketIC protocol"
)]
pub(crate) struct Options {
    /// Address to listen on. Callers are not authenticated: keep it a loopback address
    #[arg(short, long, default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST))]
    pub(crate) ip_addr: IpAddr,

    /// What to log: a level, or a list of target=level
    #[arg(short, long, default_value = "warn")]
    pub(crate) log_levels: String,

    /// Port to listen on; 0 takes a free one
    #[arg(short, long, default_value_t = 0)]
    pub(crate) port: u16,

    /// Write the port into this file once listening. If the file exists, another server serves its
    /// readers already, and this one ends at once, successfully
    #[arg(long)]
    pub(crate) port_file: Option<PathBuf>,

    /// End when nothing has been asked for so many seconds
    #[arg(long, default_value_t = 60)]
    pub(crate) ttl: u64,

    /// End after so many seconds, whatever is going on
    #[arg(long)]
    pub(crate) hard_ttl: Option<u64>,

    #[arg(long, help = format!("Keep compiled modules in this directory [env: {MODULE_CACHE}]"))]
    module_cache: Option<PathBuf>,
}

impl Options {
    /// The directory for compiled modules, from the flag or else the environment.
    pub(crate) fn module_cache(&self) -> Option<PathBuf> {
        self.module_cache
            .clone()
            .or_else(|| std::env::var_os(MODULE_CACHE).map(PathBuf::from))
    }
}

#[cfg(test)]
mod tests;
