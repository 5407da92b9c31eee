//! The network that the browser tests play on: a family, two dapps, and an HTTP gateway that shows them to browsers.
//!
//! ```text
//! cargo run -p anchorage-tests --example stage
//!   stdout, first line     {"page": "http://<front>.localhost:<port>", "dapp": ..., ...}
//!   stdin, a line each     {"do": "captcha", "on": true}
//!   stdout, a line each    {"ok": ...} or {"error": "..."}
//! ```
//!
//! The clock of a live network is the real one, so there is no way to let time pass here: tests move the
//! browser's clock, or wish for short lifetimes. Ends when stdin does.

mod chain;
mod command;
mod play;
mod site;

use command::Command;
use play::Play;
use serde_json::{Value, json};
use std::io::{BufRead, Write, stdin, stdout};

fn main() {
    let mut play = Play::begins();
    say(&play.programme());
    for line in stdin().lock().lines() {
        let line = line.expect("stdin is text");
        let answer = serde_json::from_str(&line)
            .map_err(|error| format!("not a command: {error}"))
            .and_then(|command: Command| play.does(command));
        say(&match answer {
            Ok(value) => json!({ "ok": value }),
            Err(error) => json!({ "error": error }),
        });
    }
}

fn say(value: &Value) {
    let mut stdout = stdout().lock();
    writeln!(stdout, "{value}").expect("somebody listens");
    stdout.flush().expect("somebody listens");
}
