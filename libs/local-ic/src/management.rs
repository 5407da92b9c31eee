//! The management canister, `aaaaa-aa`.

mod access;
mod chunks;
mod create;
mod info;
mod install;
mod lifecycle;
mod settings;
mod snapshots;

pub use access::check_ingress;
pub use lifecycle::uninstall;

use access::{
    Access, METHODS, only_canisters, query_only, require_admin, require_controller, require_method,
    require_supported,
};

use crate::error::{ErrorCode, Reject};
use crate::exec::{Call, Exec, QueryCall};
use crate::ids::{CanisterId, Cycles};
use crate::state::{
    Canister, Change, ChangeOrigin, ChangeRecord, DeferredAnswer, Management, Origin, Subnet,
    not_found,
};
use candid::utils::{ArgumentDecoder, ArgumentEncoder};
use candid::{CandidType, DecoderConfig, Deserialize, Principal};

/// A call being executed.
struct Request<'a, 'b> {
    exec: &'a mut Exec<'b>,
    caller: Principal,
    /// Whether the caller is a canister, and if so, with which version it says it called.
    from_canister: bool,
    /// Cycles of the call that were not used yet.
    cycles: Cycles,
    /// The call as it came, for answers that are given later.
    call: Management,
}

/// How a call ends.
enum Outcome {
    /// With this reply.
    Reply(Vec<u8>),
    /// Later; somebody else answers.
    Later,
}

type Answer = Result<Outcome, Reject>;

/// Executes a call and answers it, now or later.
pub fn execute(exec: &mut Exec<'_>, mut call: Management) {
    if matches!(&call, Management::Request(request) if request.expired(exec.now)) {
        return;
    }
    // Arguments may be large, and answers that are given later do not need them.
    let payload = std::mem::take(call.payload_mut());
    let kept = call.clone();
    let (call, from_canister) = match call {
        Management::Ingress(ingress) => (Call::from(ingress), false),
        Management::Request(request) => (Call::from(request), true),
    };
    let mut request = Request {
        exec,
        caller: call.caller,
        from_canister,
        cycles: call.cycles,
        call: kept,
    };
    let answer = request.dispatch(&call.method, &payload);
    let refund = request.cycles;
    let result = match answer {
        Ok(Outcome::Reply(reply)) => Ok(reply),
        Ok(Outcome::Later) => return,
        Err(reject) => Err(reject),
    };
    exec.answer(CanisterId::MANAGEMENT, &call.origin, refund, result);
}

impl Request<'_, '_> {
    fn dispatch(&mut self, method: &str, payload: &[u8]) -> Answer {
        let access = require_method(method)?;
        match access {
            Access::Canisters if !self.from_canister => return Err(only_canisters(method)),
            Access::CanistersAndAdmins if !self.from_canister => {
                require_admin(self.exec.subnet, self.caller, method)?;
            }
            _ => {}
        }
        match method {
            "canister_info" => self.canister_info(payload),
            "canister_metadata" => self.canister_metadata(payload),
            "canister_status" => self.canister_status(payload),
            "clear_chunk_store" => self.clear_chunk_store(payload),
            "create_canister" => self.create_canister(payload),
            "delete_canister" => self.delete_canister(payload),
            "delete_canister_snapshot" => self.delete_canister_snapshot(payload),
            "deposit_cycles" => self.deposit_cycles(payload),
            "install_chunked_code" => self.install_chunked_code(payload),
            "install_code" => self.install_code(payload),
            "list_canister_snapshots" => self.list_canister_snapshots(payload),
            "load_canister_snapshot" => self.load_canister_snapshot(payload),
            "provisional_create_canister_with_cycles" => self.provisional_create(payload),
            "provisional_top_up_canister" => self.provisional_top_up(payload),
            "raw_rand" => self.raw_rand(payload),
            "start_canister" => self.start_canister(payload),
            "stop_canister" => self.stop_canister(payload),
            "stored_chunks" => self.stored_chunks(payload),
            "take_canister_snapshot" => self.take_canister_snapshot(payload),
            "uninstall_code" => self.uninstall_code(payload),
            "update_settings" => self.update_settings(payload),
            "upload_chunk" => self.upload_chunk(payload),
            _ => Err(query_only(method)),
        }
    }

    /// The canister, if the caller controls it.
    fn controlled(&mut self, id: Principal, method: &str) -> Result<&mut Canister, Reject> {
        let subnet = &*self.exec.subnet;
        let id = CanisterId(id);
        let canister = subnet.canisters.get(&id).ok_or_else(|| not_found(id))?;
        require_controller(subnet, canister, self.caller, method)?;
        self.canister(id.0)
    }

    fn canister(&mut self, id: Principal) -> Result<&mut Canister, Reject> {
        let id = CanisterId(id);
        self.exec
            .subnet
            .canisters
            .get_mut(&id)
            .ok_or_else(|| not_found(id))
    }

    fn change_origin(&self, version: Option<u64>) -> ChangeOrigin {
        if self.from_canister {
            ChangeOrigin::Canister(self.caller, version)
        } else {
            ChangeOrigin::User(self.caller)
        }
    }

    fn record(&mut self, id: Principal, origin: ChangeOrigin, record: ChangeRecord) {
        let time = self.exec.now;
        if let Ok(canister) = self.canister(id) {
            canister.history.push(Change {
                time,
                version: canister.version,
                origin,
                record,
            });
        }
    }

    /// Charges the canister that the call is about for work done on its behalf.
    fn charge_instructions(&mut self, id: Principal, instructions: u64) -> Result<(), Reject> {
        let fees = self.exec.subnet.fees();
        let price = fees.execution(instructions);
        let canister = self.canister(id)?;
        if let Err(missing) = canister.withdraw(&fees, price) {
            return Err(crate::exec::out_of_cycles(canister, missing));
        }
        canister.note_consumed(price);
        self.exec.used += instructions;
        Ok(())
    }
}

/// The reply of a method without results.
pub fn empty_reply() -> Vec<u8> {
    encode(())
}

fn encode(values: impl ArgumentEncoder) -> Vec<u8> {
    candid::encode_args(values).expect("our own types encode")
}

/// Decodes arguments. The work grows with the bytes there are, not with what they claim: values
/// of no size, such as a `vec null`, take no bytes however many of them there are said to be.
pub(crate) fn decode_bounded<'a, T: ArgumentDecoder<'a>>(payload: &'a [u8]) -> candid::Result<T> {
    // In the units of the decoder's cost model, in which no value costs more for each of its bytes.
    let work = 32 * payload.len() + 100_000;
    let mut config = DecoderConfig::new();
    config.set_skipping_quota(work);
    // What is skipped counts fifty times here.
    config.set_decoding_quota(50 * work);
    candid::utils::decode_args_with_config(payload, &config)
}

fn decode<'a, T: ArgumentDecoder<'a>>(payload: &'a [u8]) -> Result<T, Reject> {
    decode_bounded(payload).map_err(|error| {
        Reject::new(
            ErrorCode::InvalidManagementPayload,
            format!("Error decoding candid: {error}"),
        )
    })
}

/// What a call to the management canister is about.
#[derive(CandidType, Deserialize)]
struct About {
    canister_id: Option<Principal>,
    specified_id: Option<Principal>,
    target_canister: Option<Principal>,
}

/// The canister that a call is about: the effective canister id of the interface specification.
pub fn effective_canister(method: &str, payload: &[u8]) -> Option<CanisterId> {
    let (about,): (About,) = decode_bounded(payload).ok()?;
    let id = match method {
        "install_chunked_code" => about.target_canister,
        "provisional_create_canister_with_cycles" => about.specified_id,
        _ => about.canister_id,
    };
    id.map(CanisterId)
}

/// Whether the method makes a canister; then every id of the subnet is an effective canister id.
pub fn creates(method: &str) -> bool {
    ["create_canister", "provisional_create_canister_with_cycles"].contains(&method)
}

/// Who pays for receiving a call from a user before it is executed; nobody for some.
pub fn ingress_payer(method: &str, payload: &[u8]) -> Result<Option<CanisterId>, Reject> {
    // Refusals of unknown methods come later, in the order of the replica.
    match METHODS.iter().find(|(name, _)| *name == method) {
        Some((_, Access::Controllers | Access::Visible)) => {}
        _ => return Ok(None),
    }
    if settings::paid_afterwards(method, payload) {
        return Ok(None);
    }
    effective_canister(method, payload)
        .map(Some)
        .ok_or_else(|| {
            Reject::new(
                ErrorCode::InvalidManagementPayload,
                format!("Failed to parse payload for ic00 method {method}"),
            )
        })
}

/// Answers a query to the management canister.
pub fn query(subnet: &Subnet, call: &QueryCall) -> Result<Vec<u8>, Reject> {
    match call.method.as_str() {
        "fetch_canister_logs" => info::fetch_logs(subnet, call.caller, &call.payload),
        "canister_status" => {
            let (args,): (ic_management_canister_types::CanisterIdRecord,) = decode(&call.payload)?;
            let id = CanisterId(args.canister_id);
            let canister = subnet.canisters.get(&id).ok_or_else(|| not_found(id))?;
            require_controller(subnet, canister, call.caller, &call.method)?;
            Ok(encode((info::status(canister, subnet),)))
        }
        method => {
            require_supported(method)?;
            Reject::err(
                ErrorCode::CanisterMethodNotFound,
                format!("Query method {method} not found."),
            )
        }
    }
}

/// Whether [`query`] knows the method.
pub fn answers_queries(method: &str) -> bool {
    ["canister_status", "fetch_canister_logs"].contains(&method)
}

/// Gives the answers that had to wait for a later round.
pub fn answer_deferred(exec: &mut Exec<'_>) {
    let round = exec.round;
    let due: Vec<DeferredAnswer> = exec
        .subnet
        .deferred
        .extract_if(.., |answer| answer.round <= round)
        .collect();
    for DeferredAnswer { request, .. } in due {
        if request.expired(exec.now) {
            continue;
        }
        exec.subnet.random_draws += 1;
        let random = crate::topology::derive(&[
            b"raw_rand",
            &exec.subnet.seed,
            &exec.subnet.random_draws.to_be_bytes(),
            &exec.round.to_be_bytes(),
        ]);
        let origin = Origin::Canister {
            caller: request.sender,
            callback: request.callback,
        };
        let reply = encode((serde_bytes::ByteBuf::from(random.to_vec()),));
        exec.answer(CanisterId::MANAGEMENT, &origin, request.cycles, Ok(reply));
    }
}

#[cfg(test)]
mod tests {
    use super::access::NOT_SUPPORTED;
    use super::*;
    use serde_bytes::ByteBuf;

    #[test]
    fn decoding_takes_no_longer_than_the_bytes_deserve() {
        #[derive(CandidType)]
        struct Claim {
            canister_id: Principal,
            nothing: Vec<()>,
            bytes: ByteBuf,
        }
        let canister = CanisterId::from_index(7);
        let about = |nothings: usize, bytes: usize| {
            let payload = encode((Claim {
                canister_id: canister.0,
                nothing: vec![(); nothings],
                bytes: ByteBuf::from(vec![0; bytes]),
            },));
            effective_canister("canister_status", &payload)
        };
        assert_eq!(about(10, 4 << 20), Some(canister));
        assert_eq!(about(10_000_000, 10), None);
    }

    #[test]
    fn methods_are_listed_once_and_sorted() {
        let names: Vec<&str> = METHODS.iter().map(|(name, _)| *name).collect();
        assert!(names.is_sorted());
        assert!(NOT_SUPPORTED.is_sorted());
        assert!(!names.iter().any(|name| NOT_SUPPORTED.contains(name)));
    }
}
