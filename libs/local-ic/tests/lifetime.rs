//! The server as a process: its version, its port file, how it ends, what it saves.

mod common;

use candid::Principal;
use common::{builder, echo, server};
use pocket_ic::{PocketIcBuilder, StartServerParams, start_server};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// How long a server may take to start or to end.
const PATIENCE: Duration = Duration::from_mins(1);

fn wait(child: &mut Child) -> ExitStatus {
    let start = Instant::now();
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return status;
        }
        assert!(start.elapsed() < PATIENCE, "the server does not end");
        sleep(Duration::from_millis(20));
    }
}

/// Starts a server with a port file and waits for the port.
#[expect(clippy::zombie_processes, reason = "every caller waits for the child")]
fn start(port_file: &Path, flags: &[&str]) -> (Child, u16) {
    let child = Command::new(server())
        .args(flags)
        .arg("--port-file")
        .arg(port_file)
        .spawn()
        .unwrap();
    let start = Instant::now();
    loop {
        let text = std::fs::read_to_string(port_file).unwrap_or_default();
        if let Some(port) = text.strip_suffix('\n') {
            return (child, port.parse().unwrap());
        }
        assert!(start.elapsed() < PATIENCE, "no port: `{text}`");
        sleep(Duration::from_millis(20));
    }
}

fn client(port: u16) -> PocketIcBuilder {
    PocketIcBuilder::new().with_server_url(format!("http://127.0.0.1:{port}/").parse().unwrap())
}

fn signal(child: &Child, name: &str) {
    let status = Command::new("kill")
        .args([name, &child.id().to_string()])
        .status()
        .unwrap();
    assert!(status.success());
}

#[test]
fn the_version_line_is_exact() {
    let output = Command::new(server()).arg("--version").output().unwrap();
    assert!(output.status.success());
    assert_eq!(output.stdout, b"pocket-ic-server 16.1.0\n");
}

#[test]
fn it_ends_when_nothing_is_asked() {
    let directory = tempfile::tempdir().unwrap();
    let port_file = directory.path().join("port");
    let (mut child, _) = start(&port_file, &["--ttl", "1"]);
    assert!(wait(&mut child).success());
    assert!(!port_file.exists());
}

#[test]
fn requests_keep_it_alive_but_not_past_the_hard_limit() {
    let directory = tempfile::tempdir().unwrap();
    let (mut child, port) = start(
        &directory.path().join("port"),
        &["--ttl", "2", "--hard-ttl", "5"],
    );
    let begun = Instant::now();
    let ic = client(port).with_application_subnet().build();
    while begun.elapsed() < Duration::from_millis(3_500) {
        ic.tick();
        sleep(Duration::from_millis(100));
        assert!(
            child.try_wait().unwrap().is_none(),
            "ended while it was used"
        );
    }
    assert!(wait(&mut child).success());
}

#[test]
fn who_comes_second_leaves_the_port_file_alone() {
    let directory = tempfile::tempdir().unwrap();
    let port_file = directory.path().join("port");
    let (mut first, port) = start(&port_file, &[]);
    let second = Command::new(server())
        .arg("--port-file")
        .arg(&port_file)
        .stderr(Stdio::piped())
        .output()
        .unwrap();
    assert!(second.status.success());
    assert!(second.stderr.is_empty());
    assert_eq!(
        std::fs::read_to_string(&port_file).unwrap(),
        format!("{port}\n")
    );
    signal(&first, "-TERM");
    assert!(wait(&mut first).success());
    assert!(!port_file.exists());
}

#[test]
fn a_signal_saves_the_state() {
    for name in ["-INT", "-TERM"] {
        let directory = tempfile::tempdir().unwrap();
        let state = directory.path().join("state");
        let (mut child, port) = start(&directory.path().join("port"), &[]);
        let ic = client(port)
            .with_application_subnet()
            .with_state_dir(state.clone())
            .build();
        let canister = ic.create_canister();
        ic.install_canister(canister, echo(), vec![], None);
        signal(&child, name);
        assert!(wait(&mut child).success(), "{name}");
        drop(ic);

        let ic = builder().with_state_dir(state).build();
        let reply = ic.update_call(canister, Principal::anonymous(), "reply", vec![7]);
        assert_eq!(reply, Ok(vec![7]), "{name}");
    }
}

#[tokio::test]
async fn the_client_starts_it_with_its_own_flags() {
    let parameters = StartServerParams {
        server_binary: Some(server()),
        reuse: false,
        ttl: Some(Duration::from_secs(1)),
        hard_ttl: Some(Duration::from_secs(30)),
    };
    let (mut child, url) = start_server(parameters).await;
    assert!(url.port().is_some());
    assert!(wait(&mut child).success());
}
