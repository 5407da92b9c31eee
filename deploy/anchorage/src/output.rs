//! What people and programs see: steps on standard error, the result on standard output.

use crate::error::Error;
use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;
use std::cell::Cell;
use std::fmt::Display;
use std::io::Write;
use std::time::Duration;

/// How often the terminal is drawn anew.
const TICK: Duration = Duration::from_millis(120);

/// Something that a command found.
pub(crate) trait Shown: Serialize {
    /// In lines for people.
    fn lines(&self) -> Vec<String>;
}

/// Where output goes.
#[derive(Debug)]
pub(crate) struct Output {
    json: bool,
    /// Whether there was a result: a program gets one document.
    is_printed: Cell<bool>,
}

/// A step that has begun. Dropped without an end it leaves nothing on the terminal.
#[derive(Debug)]
pub(crate) struct Step {
    bar: ProgressBar,
}

impl Output {
    pub(crate) const fn new(json: bool) -> Self {
        Self {
            json,
            is_printed: Cell::new(false),
        }
    }

    /// The result of a command.
    pub(crate) fn result(&self, shown: &impl Shown) {
        self.shows(shown, || {
            serde_json::to_string_pretty(shown).expect("plain data")
        });
    }

    /// What a command found at some shards, although it may have failed at others. A program finds why beside it.
    pub(crate) fn outcome(&self, shown: &impl Shown, result: &Result<(), Error>) {
        let Err(error) = result else {
            return self.result(shown);
        };
        self.shows(shown, || {
            let mut document = serde_json::json!(shown);
            document["error"] = error.to_string().into();
            document["hint"] = error.hint().into();
            format!("{document:#}")
        });
    }

    fn shows(&self, shown: &impl Shown, json: impl FnOnce() -> String) {
        self.is_printed.set(true);
        if self.json {
            print(&json());
        } else {
            print(&shown.lines().join("\n"));
        }
    }

    /// Why a command failed.
    pub(crate) fn failure(&self, error: &Error) {
        let hint = error.hint();
        if self.json && !self.is_printed.get() {
            let failed = serde_json::json!({ "error": error.to_string(), "hint": hint });
            print(&format!("{failed:#}"));
        }
        eprintln!("error: {error}");
        if let Some(hint) = hint {
            eprintln!("hint: {hint}");
        }
    }
}

/// Writes lines to standard output. Whoever closed it does not want them.
pub(crate) fn print(text: &str) {
    let _ = writeln!(std::io::stdout(), "{text}");
}

impl Step {
    /// Says what is being done now.
    pub(crate) fn begin(text: impl Into<String>) -> Self {
        let bar = ProgressBar::new_spinner().with_message(text.into());
        bar.enable_steady_tick(TICK);
        Self { bar }
    }

    /// The same, where it is known how much there is to do.
    pub(crate) fn counted(text: impl Into<String>, total: u64) -> Self {
        let style = ProgressStyle::with_template("{spinner} {msg} {wide_bar} {pos}/{len} {eta}");
        let bar = ProgressBar::new(total)
            .with_style(style.expect("the template is one"))
            .with_message(text.into());
        bar.enable_steady_tick(TICK);
        Self { bar }
    }

    /// So much of it is done.
    pub(crate) fn reached(&self, done: u64) {
        self.bar.set_position(done);
    }

    /// It is done: leaves a line that says so.
    pub(crate) fn done(self, text: impl Display) {
        self.bar.finish_and_clear();
        eprintln!("  ok  {text}");
    }
}

impl Drop for Step {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
