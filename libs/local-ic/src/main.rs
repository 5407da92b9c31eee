//! `local-ic`: the embedded Internet Computer as a server that speaks the `PocketIC` protocol.

mod server;

use clap::Parser;
use server::Options;
use std::process::ExitCode;
use tracing_subscriber::EnvFilter;

fn main() -> ExitCode {
    let options = Options::parse();
    tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::new(&options.log_levels))
        .with_writer(std::io::stderr)
        .init();
    match server::run(&options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Not through the log: whoever switched that off still has to see why it ended.
            eprintln!("local-ic: {error}");
            ExitCode::FAILURE
        }
    }
}
