//! Calls, and what came of them in one word.

use super::{CalledAs, Stage, Which};
use anchorage_tests::family::{Family, operator};
use anchorage_tests::probe;
use pocket_ic::common::rest::RawMessageId;
use pocket_ic::{ErrorCode, RejectCode, RejectResponse};
use serde_bytes::ByteBuf;
use types::Principal;
use types::message::{self, Request};
use types::registry::{
    AddTentativeDevice, AnchorInfo, Answer, Apply, Authenticate, ConfigureError, CreateAnchor,
    EnterRegistrationMode, ExitRegistrationMode, FetchAnswer, FetchBlocks, Identify, RegistryError,
    RepairError, ShardTip, VerifyTentativeDevice,
};

const REPLY: &str = "reply";
const ERROR: &str = "error";
const REJECT: &str = "reject";
const DOOR: &str = "door";
const NONE: &str = "none";

/// A call from outside that was sent.
pub(super) enum Sent {
    /// It waits for its answer.
    Open(RawMessageId),
    /// What came of it already.
    Answered(String),
}

/// Sends a call from outside.
pub(super) fn send(
    stage: &Stage<'_>,
    which: Which,
    method: &str,
    way: CalledAs,
    caller: &str,
    argument: Vec<u8>,
) -> Sent {
    let (network, id) = (&stage.family.network, stage.id(which));
    let sender = stage.principal(caller);
    let word = match way {
        CalledAs::Query => of_answer(
            which,
            method,
            network.query_call(id, sender, method, argument),
        ),
        CalledAs::Update => match network.submit_call(id, sender, method, argument) {
            Ok(call) => return Sent::Open(call),
            Err(reject) if reject.error_code == ErrorCode::CanisterMethodNotFound => NONE,
            Err(_) => DOOR,
        },
    };
    Sent::Answered(word.to_owned())
}

/// What came of a call from outside.
pub(super) fn outcome(stage: &Stage<'_>, which: Which, method: &str, sent: Sent) -> String {
    match sent {
        Sent::Open(call) => {
            let answer = stage.family.network.await_call(call);
            of_answer(which, method, answer).to_owned()
        }
        Sent::Answered(word) => word,
    }
}

fn of_answer(which: Which, method: &str, answer: Result<Vec<u8>, RejectResponse>) -> &'static str {
    match answer {
        Ok(reply) => of_reply(which, method, &reply),
        Err(reject) => of_reject(method, &reject),
    }
}

/// What came of a call of another canister, which passes no door.
pub(super) fn between_canisters(
    stage: &Stage<'_>,
    which: Which,
    method: &str,
    argument: &[u8],
) -> String {
    let word = match stage.relay.calls(stage.id(which), method, argument) {
        Ok(reply) => of_reply(which, method, &reply),
        // 3: there is no such method that canisters could call.
        Err((3, _)) => NONE,
        Err((5, words)) if words.contains("Composite query") => NONE,
        Err((4, words)) => of_words(method, &words),
        Err((code, words)) => panic!("{method}: reject code {code}: {words}"),
    };
    word.to_owned()
}

fn of_reject(method: &str, reject: &RejectResponse) -> &'static str {
    if reject.error_code == ErrorCode::CanisterMethodNotFound {
        return NONE;
    }
    let is_said = reject.reject_code == RejectCode::CanisterReject;
    assert!(is_said, "{method}: {reject:?}");
    of_words(method, &reject.reject_message)
}

/// Refused because of who called, or for another reason and so past that check.
fn of_words(method: &str, words: &str) -> &'static str {
    let of_everybody = [("init_salt", "Salt already set")];
    let is_past = |(name, said): &(&str, &str)| *name == method && words.starts_with(said);
    if of_everybody.iter().any(is_past) {
        return REPLY;
    }
    let of_the_caller = words.contains("could not be authenticated")
        || words.contains("controller")
        || words.contains("anonymous");
    assert!(of_the_caller, "{method}: {words}");
    REJECT
}

fn of_reply(which: Which, method: &str, reply: &[u8]) -> &'static str {
    let is_refusal = match (which, method) {
        (Which::Registry, "create_anchor") => not_front::<CreateAnchor, _>(reply),
        (Which::Registry, "apply") => not_front::<Apply, _>(reply),
        (Which::Registry, "authenticate") => not_front::<Authenticate, _>(reply),
        (Which::Registry, "anchor_info") => not_front::<AnchorInfo, _>(reply),
        (Which::Registry, "identify") => not_front::<Identify, _>(reply),
        (Which::Registry, "enter_registration_mode") => {
            not_front::<EnterRegistrationMode, _>(reply)
        }
        (Which::Registry, "exit_registration_mode") => not_front::<ExitRegistrationMode, _>(reply),
        (Which::Registry, "add_tentative_device") => not_front::<AddTentativeDevice, _>(reply),
        (Which::Registry, "verify_tentative_device") => {
            not_front::<VerifyTentativeDevice, _>(reply)
        }
        (Which::Registry, "repair" | "declare_lost") => {
            let result: Result<ShardTip, RepairError> =
                candid::decode_one(reply).expect("a result of a repair");
            matches!(result, Err(RepairError::NotController { .. }))
        }
        (Which::Registry, "fetch_blocks") => {
            let answer = message_of::<FetchBlocks>(reply);
            matches!(answer, FetchAnswer::NotYourRange { .. })
        }
        (Which::Registry, "configure" | "set_archives") => {
            let result: Result<(), ConfigureError> =
                candid::decode_one(reply).expect("a result of a configuration");
            matches!(result, Err(ConfigureError::NotController { .. }))
        }
        _ => false,
    };
    if is_refusal { ERROR } else { REPLY }
}

fn message_of<Q: Request>(reply: &[u8]) -> Q::Answer {
    let blob: ByteBuf = candid::decode_one(reply).expect("a blob");
    message::decode(&blob).expect("a message")
}

/// Whether the shard refused who asked; other refusals would be of the argument.
fn not_front<Q: Request<Answer = Answer<T>>, T: std::fmt::Debug>(reply: &[u8]) -> bool {
    match message_of::<Q>(reply).result {
        Ok(_) => false,
        Err(RegistryError::NotFront) => true,
        Err(error) => panic!("{}: {error}", Q::METHOD),
    }
}

/// A canister that passes calls on.
pub(super) struct Relay<'a> {
    family: &'a Family,
    id: Principal,
}

/// The argument is the callee, the method, the argument; before each of the first two a byte with its length. The
/// reply is a zero and the reply, or the reject code and the message.
const RELAY: &str = r#"
    (elem (i32.const 0) $reply $reject)
    (func $reply (param i32)
      (i32.store8 (i32.const 8) (i32.const 0))
      (call $append (i32.const 8) (i32.const 1))
      (call $append (i32.const 4096) (call $arg))
      (call $msg_reply))
    (func $reject (param i32)
      (i32.store8 (i32.const 8) (call $msg_reject_code))
      (call $append (i32.const 8) (i32.const 1))
      (call $msg_reject_msg_copy (i32.const 4096) (i32.const 0) (call $msg_reject_msg_size))
      (call $append (i32.const 4096) (call $msg_reject_msg_size))
      (call $msg_reply))
    (func (export "canister_update relay") (local $end i32) (local $method i32) (local $argument i32)
      (local.set $end (i32.add (i32.const 4096) (call $arg)))
      (local.set $method (i32.add (i32.const 4097) (i32.load8_u (i32.const 4096))))
      (local.set $argument
        (i32.add (i32.add (local.get $method) (i32.const 1)) (i32.load8_u (local.get $method))))
      (call $call_new
        (i32.const 4097) (i32.load8_u (i32.const 4096))
        (i32.add (local.get $method) (i32.const 1)) (i32.load8_u (local.get $method))
        (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 0))
      (call $call_data_append (local.get $argument) (i32.sub (local.get $end) (local.get $argument)))
      (call $send))"#;

impl<'a> Relay<'a> {
    pub(super) fn install(family: &'a Family) -> Self {
        let id = family.creates_canister();
        let nothing = candid::encode_args(()).expect("nothing encodes");
        family
            .network
            .install_canister(id, probe(RELAY), nothing, Some(operator()));
        Self { family, id }
    }

    pub(super) const fn id(&self) -> Principal {
        self.id
    }

    /// The reply, or the reject code and its message.
    pub(super) fn calls(
        &self,
        callee: Principal,
        method: &str,
        argument: &[u8],
    ) -> Result<Vec<u8>, (u8, String)> {
        let mut bytes = Vec::new();
        for part in [callee.as_slice(), method.as_bytes()] {
            bytes.push(u8::try_from(part.len()).expect("a short name"));
            bytes.extend_from_slice(part);
        }
        bytes.extend_from_slice(argument);
        let network = &self.family.network;
        let answer = network.update_call(self.id, Principal::anonymous(), "relay", bytes);
        let mut answer = answer.expect("the relay replies");
        let rest = answer.split_off(1);
        match answer[0] {
            0 => Ok(rest),
            code => Err((code, String::from_utf8_lossy(&rest).into_owned())),
        }
    }
}
