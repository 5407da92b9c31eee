//! `anchorage`, the operators' tool, as a program: what it is called with, what it prints, how it ends.

use anchorage_tests::family::same_code_as_another_module;
use anchorage_tests::{operators_tool, server_binary};
use serde_json::Value;
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

/// A folder in which the tool is called.
struct Desk {
    folder: tempfile::TempDir,
    port: u16,
}

impl Desk {
    fn new() -> Self {
        let free = TcpListener::bind("127.0.0.1:0").expect("a free port");
        Self {
            folder: tempfile::tempdir().expect("a new folder"),
            port: free.local_addr().expect("it listens").port(),
        }
    }

    fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(operators_tool());
        command
            .args(arguments)
            .arg("--home")
            .arg(self.folder.path().join("home"))
            .stdin(Stdio::null());
        command
    }

    fn local(&self, arguments: &[&str]) -> Command {
        let port = self.port.to_string();
        let mut command = self.command(&["local", "--port", &port, "--json"]);
        if std::env::var_os("ANCHORAGE_WASM_DIR").is_none() {
            let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
            command.env("ANCHORAGE_WASM_DIR", tests.join("../target/wasm"));
        }
        command.args(arguments).env("LOCAL_IC_BIN", server_binary());
        command
    }
}

/// What a command that succeeds prints, as JSON.
#[track_caller]
fn succeeds(command: &mut Command) -> Value {
    let output = command.output().expect("the program starts");
    assert!(output.status.success(), "{}", said(&output));
    serde_json::from_slice(&output.stdout).expect("JSON")
}

/// What a command that fails says: error and hint, in words and as JSON.
#[track_caller]
fn fails(command: &mut Command) -> (String, String) {
    let output = command.output().expect("the program starts");
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    let json: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let text = |name: &str| json[name].as_str().unwrap_or_default().to_owned();
    let (error, hint) = (text("error"), text("hint"));
    let words = String::from_utf8_lossy(&output.stderr);
    assert!(words.contains(&format!("error: {error}")), "{words}");
    assert!(words.contains(&format!("hint: {hint}")), "{words}");
    (error, hint)
}

fn said(output: &Output) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    format!("{}{}", text(&output.stdout), text(&output.stderr))
}

/// A family that is being served. Killed if the test ends before it does.
struct Serving(Child);

impl Serving {
    /// Starts it, and waits until everything was tried.
    #[track_caller]
    fn start(desk: &Desk, arguments: &[&str]) -> (Self, Value) {
        let mut command = desk.local(arguments);
        let mut child = command
            .stdout(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let mut lines = BufReader::new(child.stdout.take().expect("it is a pipe")).lines();
        let serving = Self(child);
        let mut text = String::new();
        // The document ends with the first brace at the beginning of a line.
        while !text.ends_with("\n}\n") {
            let line = lines.next().expect("it prints what runs").expect("text");
            text.push_str(&line);
            text.push('\n');
        }
        (serving, serde_json::from_str(&text).expect("JSON"))
    }

    /// Ends it as a service manager does, and answers its status.
    fn ends(mut self) -> Option<i32> {
        let id = self.0.id().to_string();
        let told = Command::new("kill").args(["-TERM", &id]).status();
        assert!(told.expect("there is `kill`").success());
        self.0.wait().expect("it ends").code()
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.0.kill();
    }
}

#[track_caller]
fn anchor(demo: &Value) -> u64 {
    demo["anchor"].as_u64().expect("a number")
}

#[track_caller]
fn sum(audit: &Value, of_shard: impl Fn(&Value) -> Option<u64>) -> u64 {
    let shards = audit["shards"].as_array().expect("a list").iter();
    shards.filter_map(of_shard).sum()
}

/// How many blocks there are up to the tips of that name.
#[track_caller]
fn up_to(audit: &Value, tip: &str) -> u64 {
    sum(audit, |shard| {
        shard[tip]["index"].as_u64().map(|index| index + 1)
    })
}

#[test]
fn a_family_is_brought_up_served_and_found_again_in_its_state() {
    let desk = Desk::new();
    let state = desk.folder.path().join("state");
    let state = ["--state-dir", state.to_str().expect("a plain path")];
    let (serving, running) = Serving::start(&desk, &[state[0], state[1], "--shards", "3"]);
    let canisters = running["canisters"].as_array().expect("a table");
    assert_eq!(canisters.len(), 1 + 3 + 3);
    let mut anchors = vec![anchor(&running["demo"])];
    // Registrations spread over the shards: the first number of one of them.
    assert_eq!(anchors[0] % 1_000_000, 10_000);
    assert_eq!(running["audit"]["blocks"], 3);
    let front = canisters[0]["id"].as_str().expect("front comes first");
    // What the table names as metrics is there, through the gateway.
    for one in canisters {
        let url = one["url"].as_str().expect("a URL");
        let answer = reqwest::blocking::get(url).expect("the gateway answers");
        assert!(answer.status().is_success(), "{url}: {}", answer.status());
    }

    // Prometheus is told to ask the front that there is. Other servers give other ids.
    if std::env::var_os("POCKET_IC_BIN").is_none() {
        let scraped = include_str!("../../../monitoring/prometheus.yml");
        assert!(
            scraped.contains(&format!("canisterId={front}\n")),
            "{front}"
        );
    }

    // Somebody else shows and audits it meanwhile.
    let url = desk.url();
    let demo = succeeds(&mut desk.command(&["demo", "--json", "--network", &url]));
    anchors.push(anchor(&demo));
    let audited = succeeds(&mut desk.command(&["audit", "--json", "--network", &url]));
    assert_eq!(audited["blocks"], 6);
    assert_eq!(sum(&audited, |shard| shard["archived"].as_u64()), 6);
    assert_eq!(
        up_to(&audited, "earlier_tip"),
        3,
        "the first audit saved it"
    );
    assert_eq!(up_to(&audited, "tip"), 6);

    // The port is taken, and that is said before anything happens.
    let (error, _) = fails(&mut desk.local(&["--exit"]));
    assert_eq!(error, format!("server: port {} is in use", desk.port));

    assert_eq!(serving.ends(), Some(0));
    // The same family, its log, and what was audited.
    let (error, _) = fails(&mut desk.local(&["--exit", state[0], state[1], "--shards", "2"]));
    assert!(error.contains("holds a family"), "{error}");
    let again = succeeds(&mut desk.local(&["--exit", state[0], state[1]]));
    assert_eq!(again["canisters"][0]["id"], front);
    anchors.push(anchor(&again["demo"]));
    assert_eq!(again["audit"]["blocks"], 9);
    assert_eq!(up_to(&again["audit"], "earlier_tip"), 6);
    assert_eq!(again["upgraded"], 0);

    // Modules that were built anew replace the old ones.
    let wasm = desk.folder.path().join("wasm");
    std::fs::create_dir(&wasm).expect("a new folder");
    for name in ["front", "registry", "archive"] {
        let module = same_code_as_another_module(name);
        std::fs::write(wasm.join(format!("{name}.wasm.gz")), module).expect("it can be written");
    }
    let mut newer = desk.local(&["--exit", state[0], state[1], "--wasm-dir"]);
    let newer = succeeds(newer.arg(&wasm));
    assert_eq!(newer["upgraded"], 1 + 3 + 3);
    anchors.push(anchor(&newer["demo"]));
    anchors.sort_unstable();
    anchors.dedup();
    assert_eq!(anchors.len(), 4, "a number is given once");
    assert_eq!(newer["audit"]["blocks"], 12);
}

#[test]
fn a_history_that_was_replaced_is_found() {
    let desk = Desk::new();
    let (serving, _) = Serving::start(&desk, &["--shards", "1"]);
    let url = desk.url();
    let networks = desk.folder.path().join("home/networks");
    let record = std::fs::read_dir(&networks).expect("something is remembered");
    let record = record.last().expect("a record").expect("a file").path();
    let honest = std::fs::read_to_string(&record).expect("text");
    let mut forged: Value = serde_json::from_str(&honest).expect("JSON");
    let front = forged["front"].as_str().expect("an id").to_owned();
    let mut vanished = forged.clone();
    let tips = forged["families"][&front].as_object_mut().expect("tips");
    assert_eq!(tips.len(), 1);
    for tip in tips.values_mut() {
        tip["hash"] = "00".repeat(32).into();
    }
    // As if another history had stood the audit before.
    std::fs::write(&record, forged.to_string()).expect("it can be written");
    let mut audit = desk.command(&["audit", "--json", "--network", &url]);
    let (error, hint) = fails(&mut audit);
    assert!(
        error.contains("another one than at an earlier audit"),
        "{error}"
    );
    assert!(hint.contains("controllers"), "{hint}");
    // The tip that was saved stays: what was found once is found again.
    fails(&mut audit);
    // A log that is shorter than it was.
    let longer = honest.replace("\"index\": 2", "\"index\": 7");
    assert_ne!(longer, honest);
    std::fs::write(&record, longer).expect("it can be written");
    let (error, _) = fails(&mut audit);
    assert!(error.contains("the log has 3 blocks"), "{error}");
    // A shard that was there is not named any more; what is there is audited nevertheless.
    let tips = vanished["families"][&front].as_object_mut().expect("tips");
    let tip = tips.values().next().expect("one").clone();
    tips.insert("aaaaa-aa".to_owned(), tip);
    std::fs::write(&record, vanished.to_string()).expect("it can be written");
    let (error, _) = fails(&mut audit);
    assert!(error.contains("does not name it any more"), "{error}");
    std::fs::write(&record, honest).expect("it can be written");
    assert_eq!(succeeds(&mut audit)["blocks"], 3);
    assert_eq!(serving.ends(), Some(0));
    // And nobody is there any more.
    let (error, hint) = fails(&mut audit);
    assert!(error.contains("does not answer"), "{error}");
    assert!(hint.contains("up.sh"), "{hint}");
}

#[test]
fn what_cannot_work_is_refused_with_a_hint() {
    let desk = Desk::new();
    let empty = desk.folder.path().to_str().expect("a plain path");
    let (error, hint) = fails(&mut desk.local(&["--wasm-dir", empty]));
    assert!(error.contains("front.wasm.gz"), "{error}");
    assert!(hint.contains("deploy/build.sh"), "{hint}");
    let (error, _) = fails(desk.local(&[]).arg("--server").arg(empty));
    assert!(error.contains("cannot be started"), "{error}");
    // Somebody else's directory is left alone.
    let state = desk.folder.path().join("state");
    std::fs::create_dir_all(state.join("network")).expect("a new folder");
    let precious = state.join("network/precious");
    std::fs::write(&precious, "mine").expect("it can be written");
    let (error, _) = fails(desk.local(&["--exit"]).arg("--state-dir").arg(&state));
    assert!(error.contains("not known which family"), "{error}");
    assert_eq!(
        std::fs::read_to_string(precious).expect("it is there"),
        "mine"
    );
    let plain = ["audit", "--json", "--network", "http://example.com"];
    let (error, _) = fails(&mut desk.command(&plain));
    assert!(error.contains("only this machine"), "{error}");
}

#[test]
fn shells_get_completions() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let output = Desk::new().command(&["completions", shell]).output();
        let output = output.expect("the program starts");
        assert!(output.status.success());
        let text = String::from_utf8(output.stdout).expect("text");
        for word in ["audit", "demo", "local", "network", "repair"] {
            assert!(text.contains(word), "{shell}: {word}");
        }
    }
}
