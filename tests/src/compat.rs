//! A client of Internet Identity, generated from its published interface and not from ours, and what it sends and
//! reads as bytes.

pub mod calls;
#[rustfmt::skip]
#[allow(missing_docs, clippy::pedantic, reason = "a generator has written it")]
pub mod client;
mod recording;
mod results;

use calls::arguments;
pub use recording::{Kind, Recorded, Recording};

use candid::TypeEnv;
use candid::utils::{ArgumentDecoder, ArgumentEncoder};
use candid_parser::bindings::rust::{Config, ExternalConfig, emit_bindgen, output_handlebar};
use candid_parser::configs::Configs;
use candid_parser::syntax::IDLMergedProg;
use candid_parser::{IDLProg, check_prog};
use results::results;

/// Internet Identity's first interface.
pub const INTERFACE: &str = include_str!("../data/internet-identity/interface.did");

/// What the generator is to write around the types.
const TEMPLATE: &str = include_str!("../data/internet-identity/client.hbs");

/// A method of the published interface, as the generated client knows it.
pub trait Method: Copy {
    /// Its name.
    const NAME: &'static str;
    /// Its arguments.
    type Arguments: ArgumentEncoder;
    /// What it answers.
    type Reply: ArgumentEncoder + for<'a> ArgumentDecoder<'a>;
}

/// Reads a reply as their client does.
#[track_caller]
pub fn decode<M: Method>(reply: &[u8]) -> M::Reply {
    candid::decode_args(reply).unwrap_or_else(|error| panic!("the reply of {}: {error}", M::NAME))
}

/// The source of the client that candid's generator makes of the interface.
pub fn client_source() -> String {
    let configs: Configs =
        r##"rust.attributes = "#[derive(CandidType, Deserialize, Clone, Debug, PartialEq)]""##
            .parse()
            .expect("the configuration is TOML");
    let program: IDLProg = INTERFACE.parse().expect("the interface is Candid");
    let mut types = TypeEnv::new();
    let service = check_prog(&mut types, &program).expect("the interface is well-typed");
    let program = IDLMergedProg::new(program);
    let (output, unused) = emit_bindgen(&Config::new(configs), &types, &service, &program);
    assert!(unused.is_empty(), "{unused:?}");
    output_handlebar(output, ExternalConfig::default(), TEMPLATE)
}
