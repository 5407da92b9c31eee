//! The `PocketIC` protocol over HTTP, as the published client `pocket-ic` 16 speaks it.
//!
//! Every operation is answered when it is done, with its result; nothing is started in the
//! background to be asked for later (the protocol allows both). What is not there is refused with a
//! message that names it.
//!
//! ```text
//!   axum routes -> Server -> Registry -> Instance -> Worker (a thread with a big stack) -> Ic
//! ```

mod activity;
mod blobs;
mod error;
mod extract;
mod gateway;
mod instance;
mod options;
mod port_file;
mod progress;
mod registry;
mod routes;
mod state_dir;
mod wire;
mod worker;

pub(crate) use options::Options;

use activity::Activity;
use axum::ServiceExt;
use axum::extract::Request;
use blobs::Blobs;
use gateway::Gateways;
use local_ic::wasm::module::Compiler;
use port_file::PortFile;
use registry::Registry;
use std::future::IntoFuture;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use thiserror::Error;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

/// How long requests that are under way at the end may take before their connections are cut.
const GRACE: Duration = Duration::from_secs(10);

/// Why the server could not run or could not end cleanly.
#[derive(Debug, Error)]
pub(crate) enum ServerError {
    #[error("cannot write the port file {0}: {1}")]
    PortFile(String, std::io::Error),
    #[error("cannot listen on {0}: {1}; is the port in use?")]
    Listen(SocketAddr, std::io::Error),
    #[error("cannot start: {0}")]
    Start(std::io::Error),
    #[error("{0} instance(s) could not be saved; the log says why")]
    Unsaved(usize),
}

/// What all requests share.
pub(crate) struct Server {
    registry: Registry,
    gateways: Gateways,
    blobs: Blobs,
    activity: Activity,
}

/// Serves until a signal, or until a time to live has passed; then saves the instances that have a
/// state directory. If another server already owns the port file it returns at once, with success.
pub(crate) fn run(options: &Options) -> Result<(), ServerError> {
    let port_file = match &options.port_file {
        None => None,
        Some(path) => match PortFile::claim(path) {
            Ok(Some(file)) => Some(file),
            Ok(None) => return Ok(()),
            Err(error) => return Err(ServerError::PortFile(path.display().to_string(), error)),
        },
    };
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(ServerError::Start)?
        .block_on(serve(options, port_file))
}

async fn serve(options: &Options, port_file: Option<PortFile>) -> Result<(), ServerError> {
    let wanted = SocketAddr::new(options.ip_addr, options.port);
    let listener = TcpListener::bind(wanted)
        .await
        .map_err(|error| ServerError::Listen(wanted, error))?;
    let address = listener.local_addr().map_err(ServerError::Start)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(ServerError::Start)?;
    let mut terminate = signal(SignalKind::terminate()).map_err(ServerError::Start)?;

    let server = Arc::new(Server {
        registry: Registry::new(Arc::new(Compiler::new(options.module_cache()))),
        gateways: Gateways::default(),
        blobs: Blobs::default(),
        activity: Activity::default(),
    });
    match &port_file {
        Some(file) => file
            .announce(address.port())
            .map_err(|error| ServerError::PortFile(file.path().display().to_string(), error))?,
        None => eprintln!("local-ic: listening on http://{address}/ (Ctrl-C ends it)"),
    }
    tracing::info!(%address, "listening");

    let (end, ended) = tokio::sync::watch::channel(false);
    let mut graceful = ended.clone();
    let app = ServiceExt::<Request>::into_make_service(routes::app(server.clone()));
    let serving = tokio::spawn(
        axum::serve(listener, app)
            .with_graceful_shutdown(async move {
                let _ = graceful.wait_for(|ended| *ended).await;
            })
            .into_future(),
    );

    let why = tokio::select! {
        _ = interrupt.recv() => "interrupted",
        _ = terminate.recv() => "terminated",
        () = server.activity.idle_for(Duration::from_secs(options.ttl)) => "idle for its time to live",
        () = hard_limit(options.hard_ttl) => "the hard time to live has passed",
    };
    tracing::info!(why, "ending");
    let closing = async {
        end.send_replace(true);
        server.gateways.stop_all().await;
        if tokio::time::timeout(GRACE, serving).await.is_err() {
            tracing::warn!("some requests did not end in time; their connections are cut");
        }
        server.registry.save_all().await
    };
    let unsaved = tokio::select! {
        unsaved = closing => unsaved,
        // Whoever asks a second time does not want to wait.
        _ = interrupt.recv() => server.registry.with_state_dir(),
        _ = terminate.recv() => server.registry.with_state_dir(),
    };
    drop(port_file);
    match unsaved {
        0 => Ok(()),
        count => Err(ServerError::Unsaved(count)),
    }
}

async fn hard_limit(seconds: Option<u64>) {
    match seconds {
        Some(seconds) => tokio::time::sleep(Duration::from_secs(seconds)).await,
        None => std::future::pending().await,
    }
}
