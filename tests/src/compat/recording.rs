//! Calls as bytes, in a file that people can read.

use super::{INTERFACE, arguments, results};
use candid::types::Type;
use candid::{IDLArgs, TypeEnv};
use candid_parser::utils::{CandidSource, instantiate_candid};
use std::fmt;

/// Which side of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// What the client sends.
    Argument,
    /// What the client reads.
    Result,
}

/// The bytes of one side of one call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recorded {
    /// Which side.
    pub kind: Kind,
    /// The method.
    pub method: String,
    /// What is special about it.
    pub case: String,
    /// Candid.
    pub bytes: Vec<u8>,
}

impl Recorded {
    /// The bytes with a text in the place of another one, which is there once.
    #[must_use]
    #[track_caller]
    pub fn with_text(mut self, hole: &str, text: &str) -> Self {
        self.bytes = filled(&self.bytes, &as_text(hole), &as_text(text));
        self
    }

    /// The bytes with a `nat64` in the place of another one, which is there once.
    #[must_use]
    #[track_caller]
    pub fn with_number(mut self, hole: u64, number: u64) -> Self {
        self.bytes = filled(&self.bytes, &hole.to_le_bytes(), &number.to_le_bytes());
        self
    }
}

fn as_text(text: &str) -> Vec<u8> {
    let length = u32::try_from(text.len()).expect("a short text");
    let (leb, count) = leb128fmt::encode_u32(length).expect("every number has an encoding");
    [&leb[..count], text.as_bytes()].concat()
}

#[track_caller]
fn filled(bytes: &[u8], hole: &[u8], with: &[u8]) -> Vec<u8> {
    let mut places = bytes.windows(hole.len()).enumerate();
    let mut places = places.by_ref().filter(|(_, window)| *window == hole);
    let (at, _) = places.next().expect("the hole is there");
    assert!(places.next().is_none(), "the hole is there once");
    let end = at + hole.len();
    [&bytes[..at], with, &bytes[end..]].concat()
}

/// All that was recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recording(pub Vec<Recorded>);

impl Recording {
    /// The file, in the package of the tests.
    pub const PATH: &'static str = "data/internet-identity/calls.txt";

    /// What the generated client sends and reads.
    pub fn of_the_client() -> Self {
        Self([arguments(), results()].concat())
    }

    /// What stands in the file.
    #[track_caller]
    pub fn of_the_file(text: &str) -> Self {
        let mut lines = text.lines().filter(|line| !line.starts_with('#'));
        let mut recorded = Vec::new();
        while let Some(head) = lines.next() {
            if head.is_empty() {
                continue;
            }
            let (kind, name) = head.split_once(' ').expect("a kind and a name");
            let (method, case) = name.split_once(": ").expect("a method and a case");
            let bytes = lines.next().expect("bytes after the name");
            recorded.push(Recorded {
                kind: match kind {
                    "argument" => Kind::Argument,
                    "result" => Kind::Result,
                    other => panic!("neither argument nor result: {other}"),
                },
                method: method.to_owned(),
                case: case.to_owned(),
                bytes: hex::decode(bytes).expect("hexadecimal digits"),
            });
        }
        Self(recorded)
    }

    /// The arguments of that call.
    #[track_caller]
    pub fn argument(&self, method: &str, case: &str) -> Recorded {
        let of_call = |recorded: &&Recorded| {
            (recorded.kind, &*recorded.method, &*recorded.case) == (Kind::Argument, method, case)
        };
        let recorded = self.0.iter().find(of_call);
        let recorded = recorded.unwrap_or_else(|| panic!("{method}: {case} is not recorded"));
        recorded.clone()
    }
}

impl fmt::Display for Recording {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "# What the client that is generated from interface.did sends and reads: a name, the Candid bytes, and for\n\
             # people what they say. `cargo run -p anchorage-tests --example compat_record` writes this file anew."
        )?;
        let (_, (env, service)) =
            instantiate_candid(CandidSource::Text(INTERFACE)).expect("valid Candid");
        for recorded in &self.0 {
            let Recorded {
                kind,
                method,
                case,
                bytes,
            } = recorded;
            let side = match kind {
                Kind::Argument => "argument",
                Kind::Result => "result",
            };
            let said = said(&env, &service, recorded);
            let bytes = hex::encode(bytes);
            write!(f, "\n{side} {method}: {case}\n{bytes}\n# {said}\n")?;
        }
        Ok(())
    }
}

/// The values with the names of their fields, on one line.
fn said(env: &TypeEnv, service: &Type, recorded: &Recorded) -> String {
    let function = env.get_method(service, &recorded.method).expect("a method");
    let types = match recorded.kind {
        Kind::Argument => &function.args,
        Kind::Result => &function.rets,
    };
    let values = IDLArgs::from_bytes_with_types(&recorded.bytes, env, types);
    let text = values.expect("values of these types").to_string();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
