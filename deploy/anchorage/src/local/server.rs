//! The embedded Internet Computer as a process of its own, driven by `PocketIC`'s protocol.

use crate::error::Error;
use candid::Principal;
use pocket_ic::common::rest::{
    CreateInstanceResponse, ExtendedSubnetConfigSet, InstanceConfig, InstanceHttpGatewayConfig,
    SubnetSpec,
};
use std::io::ErrorKind;
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};
use tokio::process::{Child, Command};
use tokio::signal::unix::{Signal, SignalKind, signal};

/// After so many seconds without a request the server ends by itself, should this program be killed.
const TIME_TO_LIVE: u64 = 60;
const HEARTBEAT: Duration = Duration::from_secs(10);
/// How long a server that was told to end by somebody else may take to save.
const GRACE: Duration = Duration::from_secs(30);
const START: Duration = Duration::from_secs(30);
const PAUSE: Duration = Duration::from_millis(50);

/// A server with one network on it.
#[derive(Debug)]
pub(crate) struct Server {
    child: Child,
    http: reqwest::Client,
    instance: String,
    status: String,
    place: Principal,
}

impl Server {
    /// Starts the server and a network with a root subnet and one for canisters, which follows the real clock. Its
    /// gateway listens on the port; its state is loaded from, and saved to, the directory.
    pub(crate) async fn start(
        program: Option<&Path>,
        port: u16,
        state: Option<&Path>,
    ) -> Result<Self, Error> {
        TcpListener::bind((Ipv4Addr::LOCALHOST, port)).map_err(|error| match error.kind() {
            ErrorKind::AddrInUse => Error::PortInUse(port),
            _ => Error::Port(port, error),
        })?;
        let program = match program {
            Some(program) => program.to_owned(),
            None => beside_this_program()?,
        };
        let (child, address) = spawn(&program).await?;
        let http = reqwest::Client::builder().no_proxy().build();
        let http = http.map_err(refused)?;
        let config = InstanceConfig {
            subnet_config_set: ExtendedSubnetConfigSet {
                nns: Some(SubnetSpec::default()),
                application: vec![SubnetSpec::default()],
                ..ExtendedSubnetConfigSet::default()
            },
            http_gateway_config: Some(InstanceHttpGatewayConfig {
                ip_addr: None,
                port: Some(port),
                domains: None,
                https_config: None,
                domain_custom_provider_local_file: None,
            }),
            state_dir: state
                .map(std::path::absolute)
                .transpose()
                .map_err(Error::file(state.unwrap_or(Path::new("."))))?,
            ..InstanceConfig::default()
        };
        let asked = http.post(format!("{address}instances")).json(&config);
        let answer = asked.send().await.map_err(refused)?;
        let (instance_id, topology) = match answer.json().await.map_err(refused)? {
            CreateInstanceResponse::Created {
                instance_id,
                topology,
                ..
            } => (instance_id, topology),
            CreateInstanceResponse::Error { message } => return Err(Error::Instance(message)),
        };
        let server = Self {
            child,
            instance: format!("{address}instances/{instance_id}"),
            status: format!("{address}status"),
            place: Principal::from_slice(&topology.default_effective_canister_id.canister_id),
            http,
        };
        let progress = serde_json::json!({ "artificial_delay_ms": null });
        let url = format!("{}/auto_progress", server.instance);
        let started = server.http.post(url).json(&progress).send().await;
        accepted(started)?;
        let (http, status) = (server.http.clone(), server.status.clone());
        tokio::spawn(async move {
            loop {
                tokio::time::sleep(HEARTBEAT).await;
                // If it is gone, whoever waits for the server says so.
                let _ = http.get(&status).send().await;
            }
        });
        Ok(server)
    }

    /// A canister id of the subnet for canisters.
    pub(crate) const fn place(&self) -> Principal {
        self.place
    }

    /// Waits until the server ends by itself, which it must not.
    pub(crate) async fn ended(&mut self) -> Error {
        let status = self.child.wait().await;
        Error::ServerEnded(
            status.map_or_else(|error| error.to_string(), |status| status.to_string()),
        )
    }

    /// Has the network saved and deleted, and ends the server.
    pub(crate) async fn end(mut self) -> Result<(), Error> {
        let deleted = self.http.delete(&self.instance).send().await;
        let deleted = accepted(deleted);
        if deleted.is_err()
            && let Ok(Ok(status)) = tokio::time::timeout(GRACE, self.child.wait()).await
            && status.success()
        {
            // It was told to end as well, and saved by itself.
            return Ok(());
        }
        // Nothing is left in it that could be lost.
        let _ = self.child.kill().await;
        deleted
    }
}

/// Ctrl-C, or a service manager's request to end. From the first value on neither kills this program.
#[derive(Debug)]
pub(crate) struct End {
    interrupt: Signal,
    terminate: Signal,
}

impl End {
    pub(crate) fn new() -> Result<Self, Error> {
        let wait_for = |kind| {
            signal(kind).map_err(|error| {
                Error::Unexpected(format!("signals cannot be waited for: {error}"))
            })
        };
        Ok(Self {
            interrupt: wait_for(SignalKind::interrupt())?,
            terminate: wait_for(SignalKind::terminate())?,
        })
    }

    /// Waits for it.
    pub(crate) async fn asked(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

/// Starts the program and answers where it listens.
async fn spawn(program: &Path) -> Result<(Child, String), Error> {
    let failed = |reason: String| Error::Server {
        path: program.to_owned(),
        reason,
    };
    let folder = tempfile::tempdir().map_err(Error::file(&std::env::temp_dir()))?;
    let port_file = folder.path().join("port");
    let mut child = Command::new(program)
        .arg("--ttl")
        .arg(TIME_TO_LIVE.to_string())
        .arg("--port-file")
        .arg(&port_file)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        // Ctrl-C is for this program, which ends the server after it has saved.
        .process_group(0)
        .kill_on_drop(true)
        .spawn()
        .map_err(|error| failed(error.to_string()))?;
    let begin = Instant::now();
    loop {
        let text = std::fs::read_to_string(&port_file).unwrap_or_default();
        if let Some(port) = text.strip_suffix('\n') {
            return Ok((child, format!("http://127.0.0.1:{port}/")));
        }
        if let Ok(Some(status)) = child.try_wait() {
            return Err(failed(format!("it ended with {status}")));
        }
        if begin.elapsed() > START {
            return Err(failed(format!(
                "it does not listen after {} s",
                START.as_secs()
            )));
        }
        tokio::time::sleep(PAUSE).await;
    }
}

fn beside_this_program() -> Result<PathBuf, Error> {
    let name = Path::new("local-ic");
    let own = std::env::current_exe().map_err(Error::file(name))?;
    Ok(own.with_file_name(name))
}

fn accepted(answer: reqwest::Result<reqwest::Response>) -> Result<(), Error> {
    let answer = answer.and_then(reqwest::Response::error_for_status);
    answer.map(|_| ()).map_err(refused)
}

#[expect(clippy::needless_pass_by_value, reason = "it is given to map_err")]
fn refused(error: reqwest::Error) -> Error {
    Error::Instance(error.to_string())
}
