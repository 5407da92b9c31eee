//! The command line.

use crate::error::Error;
use crate::network::{Network, RootKey};
use crate::output;
use clap::{Args, CommandFactory, Parser, Subcommand};
use clap_complete::Shell;
use std::path::{Path, PathBuf};
use types::Principal;

/// Runs, shows, audits and repairs Anchorage, a sharded Internet Identity
#[derive(Debug, Parser)]
#[command(name = "anchorage", version)]
pub(crate) struct Cli {
    /// Write the result as JSON to standard output
    #[arg(long, global = true)]
    pub(crate) json: bool,

    /// Directory for what is remembered from one run to the next: families, tips, the operator's key
    #[arg(
        long,
        global = true,
        env = "ANCHORAGE_HOME",
        default_value = ".anchorage",
        value_name = "DIR"
    )]
    pub(crate) home: PathBuf,

    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Start an embedded Internet Computer with a family on it, try it, audit it, and serve
    Local(Local),
    /// Register an anchor, add a device, log in: each step checked against the root key
    Demo(Demo),
    /// Check the whole log of every shard: chain, certificate, replay
    Audit(Audit),
    /// Bring back what a shard lost that was put back to a snapshot: from its archives, as far as they have it
    Repair(Repair),
    /// Print the completions of a shell
    Completions {
        /// The shell
        shell: Shell,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Local {
    /// Port of the HTTP gateway and of the Internet Computer's HTTP interface
    #[arg(long, default_value_t = 4943, value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) port: u16,

    /// How many shards, with an archive each [default: 2, or those of the state]
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..=64))]
    pub(crate) shards: Option<u16>,

    /// Keep the network's state in this directory: saved at the end, loaded at the start
    #[arg(long, value_name = "DIR")]
    pub(crate) state_dir: Option<PathBuf>,

    /// End after the audit instead of serving
    #[arg(long)]
    pub(crate) exit: bool,

    /// Where the canisters' modules are
    #[arg(
        long,
        env = "ANCHORAGE_WASM_DIR",
        default_value = "target/wasm",
        value_name = "DIR"
    )]
    pub(crate) wasm_dir: PathBuf,

    #[arg(
        long,
        env = "LOCAL_IC_BIN",
        value_name = "FILE",
        help = "A server that speaks PocketIC's protocol [default: local-ic beside this program]"
    )]
    pub(crate) server: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct Demo {
    #[command(flatten)]
    pub(crate) target: Target,

    /// How long to wait until the archive has the operations
    #[arg(long, default_value_t = 120, value_name = "SECONDS")]
    pub(crate) archive_seconds: u64,
}

#[derive(Debug, Args)]
pub(crate) struct Audit {
    #[command(flatten)]
    pub(crate) target: Target,

    /// An archive that its shard does not name any more, for the blocks before those of its successor
    #[arg(long, value_name = "CANISTER")]
    pub(crate) archive: Vec<Principal>,
}

#[derive(Debug, Args)]
pub(crate) struct Repair {
    #[command(flatten)]
    pub(crate) target: Target,

    /// The shard [default: every shard that lacks something]
    #[arg(long, value_name = "CANISTER")]
    pub(crate) shard: Option<Principal>,

    /// An archive to ask that the shard does not name (its snapshot may be older than the archive)
    #[arg(long, value_name = "CANISTER")]
    pub(crate) archive: Vec<Principal>,

    /// Only say what is missing and who has it
    #[arg(long)]
    pub(crate) dry_run: bool,

    /// Declare what no archive has to be lost for ever: a block says so, and its numbers are never given again
    #[arg(long)]
    pub(crate) declare_lost: bool,

    /// Open a shard that lacks nothing and is in maintenance, as after a repair that was interrupted at its end
    #[arg(long)]
    pub(crate) open: bool,

    /// Key of a controller of front and shards: PEM, Ed25519 or secp256k1 [default: operator.pem in --home]
    #[arg(long, env = "ANCHORAGE_IDENTITY", value_name = "FILE")]
    pub(crate) identity: Option<PathBuf>,
}

/// A family on a network.
#[derive(Debug, Args)]
pub(crate) struct Target {
    #[arg(
        long,
        value_name = "URL",
        help = "Where the network is, for example http://127.0.0.1:4943; `ic` is https://icp-api.io"
    )]
    pub(crate) network: String,

    /// Front's canister id [default: the one that is remembered for this network]
    #[arg(long, env = "ANCHORAGE_FRONT", value_name = "CANISTER")]
    pub(crate) front: Option<Principal>,

    /// What every certificate must lead to: a file with the DER of the network's root key
    /// [default: asked for on this machine, the Internet Computer's own everywhere else]
    #[arg(long, value_name = "FILE")]
    pub(crate) root_key: Option<PathBuf>,
}

impl Target {
    pub(crate) async fn connect(&self, home: &Path) -> Result<Network, Error> {
        let root_key = match &self.root_key {
            Some(path) => RootKey::read(path)?,
            None => RootKey::Usual,
        };
        Network::connect(home, &self.network, root_key, self.front).await
    }
}

pub(crate) fn completions(shell: Shell) {
    let mut command = Cli::command();
    let name = command.get_name().to_owned();
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut command, name, &mut script);
    output::print(String::from_utf8_lossy(&script).trim_end());
}

#[cfg(test)]
mod tests;
