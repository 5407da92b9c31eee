//! `anchorage`: brings up a local family, shows that a family works, audits one, and repairs its shards.
//!
//! ```text
//! cli --> local   starts the embedded Internet Computer, deploys, then demo and audit, then serves
//!     --> demo    registration, second device, log-in; each step checked against the root key
//!     --> audit   whole log of every shard: chain, certificate, replay
//!     --> repair  brings back what a shard lost that was put back to a snapshot
//! ```
//!
//! What a command found goes to standard output, what it is doing to standard error.

mod audit;
mod certified;
mod cli;
mod demo;
mod error;
mod family;
mod identity;
mod local;
mod network;
mod output;
mod record;
mod repair;

use clap::Parser;
use cli::{Cli, Command};
use error::Error;
use output::Output;
use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    let cli = Cli::parse();
    let output = Output::new(cli.json);
    match run(cli, &output).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            output.failure(&error);
            ExitCode::FAILURE
        }
    }
}

async fn run(cli: Cli, output: &Output) -> Result<(), Error> {
    match cli.command {
        Command::Local(options) => local::run(&cli.home, &options, output).await,
        Command::Demo(options) => {
            let network = options.target.connect(&cli.home).await?;
            let shown = demo::run(&network, options.archive_seconds).await?;
            network.remember()?;
            output.result(&shown);
            Ok(())
        }
        Command::Audit(options) => {
            let mut network = options.target.connect(&cli.home).await?;
            let (report, result) = audit::run(&mut network, &options.archive).await?;
            if !report.is_empty() || result.is_ok() {
                output.outcome(&report, &result);
            }
            result
        }
        Command::Repair(options) => {
            let network = options.target.connect(&cli.home).await?;
            let (report, result) = repair::run(&cli.home, &network, &options).await?;
            if !report.is_empty() || result.is_ok() {
                output.outcome(&report, &result);
            }
            result
        }
        Command::Completions { shell } => {
            cli::completions(shell);
            Ok(())
        }
    }
}
