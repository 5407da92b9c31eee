//! A canister of a network, and calls to it that say what went wrong.

use candid::Principal;
use candid::utils::{ArgumentDecoder, ArgumentEncoder};
use pocket_ic::common::rest::{RawEffectivePrincipal, RawMessageId};
use pocket_ic::{PocketIc, RejectResponse};
use std::fmt::Write;

/// A canister that the anonymous principal controls.
#[derive(Clone, Copy)]
pub struct Canister<'a> {
    /// Its network.
    pub network: &'a PocketIc,
    /// Its id.
    pub id: Principal,
}

/// A rejection, with the canister's log for whoever reads the failing test.
pub struct Failure {
    /// What was answered.
    pub reject: RejectResponse,
    text: String,
}

impl std::fmt::Debug for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.text)
    }
}

impl<'a> Canister<'a> {
    /// A new canister with 100 T cycles and this code, on the default subnet.
    pub fn install(network: &'a PocketIc, module: Vec<u8>) -> Self {
        Self::empty(network).with_code(module)
    }

    /// A new canister with 100 T cycles and this code, on this subnet.
    pub fn install_on(network: &'a PocketIc, subnet: Principal, module: Vec<u8>) -> Self {
        let id = network.create_canister_on_subnet(None, None, subnet);
        Self { network, id }.with_code(module)
    }

    /// A new canister with 100 T cycles and no code, on the default subnet.
    pub fn empty(network: &'a PocketIc) -> Self {
        let id = network.create_canister();
        Self { network, id }
    }

    fn with_code(self, module: Vec<u8>) -> Self {
        let empty = candid::encode_args(()).expect("nothing encodes");
        self.network.install_canister(self.id, module, empty, None);
        self
    }

    /// The id as bytes: what the probes written as text take as the canister to call.
    pub fn bytes(&self) -> Vec<u8> {
        self.id.as_slice().to_vec()
    }

    /// An update call with these bytes.
    pub fn try_update(&self, method: &str, arg: Vec<u8>) -> Result<Vec<u8>, Failure> {
        let anonymous = Principal::anonymous();
        self.network
            .update_call(self.id, anonymous, method, arg)
            .map_err(|reject| self.failure(method, reject))
    }

    /// An update call with these bytes that succeeds.
    #[track_caller]
    pub fn update(&self, method: &str, arg: Vec<u8>) -> Vec<u8> {
        match self.try_update(method, arg) {
            Ok(reply) => reply,
            Err(failure) => panic!("{failure:?}"),
        }
    }

    /// A query call with these bytes.
    pub fn try_query(&self, method: &str, arg: Vec<u8>) -> Result<Vec<u8>, Failure> {
        let anonymous = Principal::anonymous();
        self.network
            .query_call(self.id, anonymous, method, arg)
            .map_err(|reject| self.failure(method, reject))
    }

    /// A query call with these bytes that succeeds.
    #[track_caller]
    pub fn query(&self, method: &str, arg: Vec<u8>) -> Vec<u8> {
        match self.try_query(method, arg) {
            Ok(reply) => reply,
            Err(failure) => panic!("{failure:?}"),
        }
    }

    /// An update call with Candid arguments and results.
    pub fn try_call<R: for<'r> ArgumentDecoder<'r>>(
        &self,
        method: &str,
        args: impl ArgumentEncoder,
    ) -> Result<R, Failure> {
        self.try_update(method, encoded(args))
            .map(|reply| decoded(&reply))
    }

    /// An update call with Candid arguments and results that succeeds.
    #[track_caller]
    pub fn call<R: for<'r> ArgumentDecoder<'r>>(
        &self,
        method: &str,
        args: impl ArgumentEncoder,
    ) -> R {
        decoded(&self.update(method, encoded(args)))
    }

    /// A query call with Candid arguments and results that succeeds.
    #[track_caller]
    pub fn ask<R: for<'r> ArgumentDecoder<'r>>(
        &self,
        method: &str,
        args: impl ArgumentEncoder,
    ) -> R {
        decoded(&self.query(method, encoded(args)))
    }

    /// The 64-bit numbers that a query of a probe written as text answers.
    #[track_caller]
    pub fn numbers(&self, method: &str) -> Vec<u64> {
        numbers(&self.query(method, Vec::new()))
    }

    /// Submits a call to the management canister that is about this canister.
    pub fn submit_management(
        &self,
        sender: Principal,
        method: &str,
        args: impl ArgumentEncoder,
    ) -> Result<RawMessageId, RejectResponse> {
        self.network.submit_call_with_effective_principal(
            Principal::management_canister(),
            RawEffectivePrincipal::CanisterId(self.bytes()),
            sender,
            method,
            encoded(args),
        )
    }

    /// Replaces the code, keeping stable memory.
    pub fn upgrade(&self, module: Vec<u8>) -> Result<(), Failure> {
        self.network
            .upgrade_canister(self.id, module, encoded(()), None)
            .map_err(|reject| self.failure("upgrade", reject))
    }

    /// The balance.
    pub fn cycles(&self) -> u128 {
        self.network.cycle_balance(self.id)
    }

    /// The version that `canister_status` reports.
    pub fn version(&self) -> u64 {
        self.status().version
    }

    /// The hash of the module that is installed.
    pub fn module_hash(&self) -> Option<Vec<u8>> {
        self.status().module_hash
    }

    fn status(&self) -> pocket_ic::CanisterStatusResult {
        match self.network.canister_status(self.id, None) {
            Ok(status) => status,
            Err(reject) => panic!("{:?}", self.failure("canister_status", reject)),
        }
    }

    /// The lines of the canister's log.
    pub fn log(&self) -> Vec<String> {
        self.network
            .fetch_canister_logs(self.id, Principal::anonymous())
            .expect("the log of an own canister can be read")
            .into_iter()
            .map(|line| String::from_utf8_lossy(&line.content).into_owned())
            .collect()
    }

    fn failure(&self, method: &str, reject: RejectResponse) -> Failure {
        let mut text = format!(
            "{} of {} was rejected: {:?}, {} ({}certified): {}",
            method,
            self.id,
            reject.reject_code,
            reject.error_code,
            if reject.certified { "" } else { "not " },
            reject.reject_message
        );
        let log = self
            .network
            .fetch_canister_logs(self.id, Principal::anonymous())
            .unwrap_or_default();
        for line in log {
            let content = String::from_utf8_lossy(&line.content);
            let _ = write!(text, "\n    log {}: {content}", line.idx);
        }
        Failure { reject, text }
    }
}

/// The 64-bit little-endian numbers in these bytes.
pub fn numbers(bytes: &[u8]) -> Vec<u64> {
    let (numbers, rest) = bytes.as_chunks::<8>();
    assert!(
        rest.is_empty(),
        "{} bytes are not whole numbers",
        bytes.len()
    );
    numbers
        .iter()
        .map(|bytes| u64::from_le_bytes(*bytes))
        .collect()
}

/// Arguments of our own as Candid.
pub fn encoded(args: impl ArgumentEncoder) -> Vec<u8> {
    candid::encode_args(args).expect("arguments of our own encode")
}

#[track_caller]
fn decoded<R: for<'r> ArgumentDecoder<'r>>(reply: &[u8]) -> R {
    candid::decode_args(reply)
        .unwrap_or_else(|error| panic!("the reply does not have the type expected: {error}"))
}
