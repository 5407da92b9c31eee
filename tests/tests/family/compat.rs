//! Clients of Internet Identity work with front unchanged: a client that is generated from its published interface sends
//! recorded bytes to the real Wasm and reads the raw replies; refusals keep the words that clients look for.

mod calls;
mod interface;
mod words;

use anchorage_tests::compat::{INTERFACE, Recording};
use candid::TypeEnv;
use candid::types::{Function, Type};
use candid_parser::utils::{CandidSource, instantiate_candid};
use std::collections::BTreeMap;

const RECORDING: &str = include_str!("../../data/internet-identity/calls.txt");
const FRONT: &str = include_str!("../../../canisters/front/front.did");

/// A `.did` file that was read.
struct Interface {
    types: TypeEnv,
    service: Type,
    init: Vec<Type>,
}

impl Interface {
    fn of(text: &str) -> Self {
        let (init, (types, service)) =
            instantiate_candid(CandidSource::Text(text)).expect("valid Candid");
        Self {
            types,
            service,
            init,
        }
    }

    fn theirs() -> Self {
        Self::of(INTERFACE)
    }

    fn ours() -> Self {
        Self::of(FRONT)
    }

    fn methods(&self) -> BTreeMap<&str, &Function> {
        let methods = self.types.as_service(&self.service).expect("a service");
        let methods = methods.iter().map(|(name, function)| {
            let function = self.types.as_func(function).expect("a function");
            (name.as_str(), function)
        });
        methods.collect()
    }

    fn has(&self, method: &str) -> bool {
        self.methods().contains_key(method)
    }
}

fn recording() -> Recording {
    Recording::of_the_file(RECORDING)
}
