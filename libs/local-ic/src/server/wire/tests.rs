//! Our JSON against the published client's own types: what it writes we read, what we write it reads.

use super::*;
use local_ic::error::{ErrorCode, Reject};
use local_ic::ic::{Call, Effective};
use local_ic::ids::{CanisterId, MessageId, SubnetId};
use local_ic::topology::{Range, SubnetKind, SubnetTopology, Topology};
use pocket_ic::common::rest as client;
use serde::de::DeserializeOwned;
use serde_json::json;

fn from_client<T: DeserializeOwned>(value: &impl Serialize) -> T {
    serde_json::from_str(&serde_json::to_string(value).unwrap()).unwrap()
}

fn to_client<T: DeserializeOwned>(value: &impl Serialize) -> T {
    serde_json::from_str(&serde_json::to_string(value).unwrap()).unwrap()
}

fn canister() -> Principal {
    Principal::from_text("lxzze-o7777-77777-aaaaa-cai").unwrap()
}

fn call(effective_principal: client::RawEffectivePrincipal) -> client::RawCanisterCall {
    client::RawCanisterCall {
        sender: Principal::anonymous().as_slice().to_vec(),
        canister_id: Vec::new(),
        effective_principal,
        method: "provisional_create_canister_with_cycles".into(),
        payload: vec![0xff, 0, 1],
        sender_info: None,
    }
}

#[test]
fn cycles_beyond_64_bits_are_exact() {
    let amount = u128::MAX - 1;
    let read: AddCycles = from_client(&client::RawAddCycles {
        canister_id: canister().as_slice().to_vec(),
        amount,
    });
    assert_eq!((read.amount, read.canister_id.0), (amount, canister()));
    let written: client::RawCycles = to_client(&Balance { cycles: amount });
    assert_eq!(written.cycles, amount);
}

#[test]
fn ids_are_base64_in_records() {
    assert_eq!(
        serde_json::to_value(CanisterRecord::from(canister())).unwrap(),
        json!({ "canister_id": "///////gAAABAQ==" })
    );
    let read: CanisterRecord = from_client(&client::RawCanisterId::from(canister()));
    assert_eq!(read.canister_id.0, canister());
    let read: SubnetRecord = from_client(&client::RawSubnetId::from(canister()));
    assert_eq!(read.subnet_id.0, canister());
    let written: client::RawPrincipalId = to_client(&PrincipalRecord::from(canister()));
    assert_eq!(Principal::from(written), canister());
}

#[test]
fn a_principal_that_is_none_is_refused() {
    for wrong in ["\"\u{e9}\"", "\"AA\"", "7", "\"not base64\""] {
        assert!(
            serde_json::from_str::<RawPrincipal>(wrong).is_err(),
            "{wrong}"
        );
    }
    let long = format!("\"{}\"", BASE64_STANDARD.encode([1; 30]));
    assert!(serde_json::from_str::<RawPrincipal>(&long).is_err());
    let management: RawPrincipal = serde_json::from_str("\"\"").unwrap();
    assert_eq!(management.0, Principal::management_canister());
}

#[test]
fn calls_of_every_kind_of_effective_principal() {
    use client::RawEffectivePrincipal::{CanisterId, None, SubnetId};
    let id = canister().as_slice().to_vec();
    for (sent, meant) in [
        (None, Effective::None),
        (
            CanisterId(id.clone()),
            Effective::Canister(canister().into()),
        ),
        (SubnetId(id), Effective::Subnet(canister().into())),
    ] {
        let read: CallRequest = from_client(&call(sent));
        let read = Call::from(read);
        assert_eq!(read.effective, meant);
        assert_eq!(read.canister, local_ic::ids::CanisterId::MANAGEMENT);
        assert_eq!(
            (read.sender, read.payload),
            (Principal::anonymous(), vec![0xff, 0, 1])
        );
        assert!(read.sender_info.info.is_empty() && read.sender_info.signer.is_empty());
    }
}

#[test]
fn sender_info_is_passed_on() {
    let mut sent = call(client::RawEffectivePrincipal::None);
    sent.sender_info = Some(client::RawSenderInfo {
        info: vec![1],
        signer: vec![2],
    });
    let read = Call::from(from_client::<CallRequest>(&sent));
    assert_eq!(
        (read.sender_info.info, read.sender_info.signer),
        (vec![1], vec![2])
    );
}

#[test]
fn a_submitted_call_comes_back_as_the_client_got_it() {
    let submitted = SubmittedCall::new(SubnetId(canister()), MessageId([7; 32]));
    let got: Result<client::RawMessageId, pocket_ic::RejectResponse> =
        to_client(&Ok::<_, Rejection>(submitted));
    let got = got.unwrap();
    assert_eq!(got.message_id, vec![7; 32]);
    let again: SubmittedCall = from_client(&got);
    assert_eq!(again, submitted);

    let asked: IngressStatusRequest = from_client(&client::RawIngressStatusArgs {
        raw_message_id: got.clone(),
        raw_caller: Some(canister().into()),
    });
    assert_eq!(asked.raw_message_id, submitted);
    assert_eq!(asked.raw_caller, Some(canister().into()));

    let short = client::RawMessageId {
        message_id: vec![7; 31],
        ..got
    };
    let text = serde_json::to_string(&short).unwrap();
    let error = serde_json::from_str::<SubmittedCall>(&text).unwrap_err();
    assert!(error.to_string().contains("32 bytes"), "{error}");
}

#[test]
fn results_of_calls() {
    let reply: client::RawCanisterResult = to_client(&certified(Ok(vec![1, 2])));
    assert_eq!(Result::from(reply), Ok(vec![1, 2]));

    let reject = Reject::new(ErrorCode::CanisterTrapped, "boom");
    let rejected: client::RawCanisterResult = to_client(&certified(Err(reject.clone())));
    let rejected = Result::from(rejected).unwrap_err();
    assert_eq!(rejected.reject_code, pocket_ic::RejectCode::CanisterError);
    assert_eq!(rejected.error_code, pocket_ic::ErrorCode::CanisterTrapped);
    assert_eq!(rejected.reject_message, "boom");
    assert!(rejected.certified);

    let refused: client::RawCanisterResult = to_client(&uncertified(Err(reject), Base64));
    assert!(!Result::from(refused).unwrap_err().certified);
}

#[test]
fn every_code_of_ours_has_the_clients_name_and_number() {
    // The client's list is open to us only by number.
    for number in 0..1_000u64 {
        let Ok(theirs) = pocket_ic::ErrorCode::try_from(number) else {
            continue;
        };
        let name = format!("{theirs:?}");
        let ours: ErrorCode = serde_json::from_value(json!(name)).expect("we know all of them");
        assert_eq!(
            (u64::from(ours.number()), ours.name()),
            (number, name.as_str())
        );
        let read: pocket_ic::RejectResponse =
            to_client(&certified(Err(Reject::new(ours, ""))).unwrap_err());
        assert_eq!(read.error_code, theirs);
    }
}

#[test]
fn topology() {
    let kinds = [
        SubnetKind::NNS,
        SubnetKind::II,
        SubnetKind::TestThresholdKeys,
    ];
    let subnets = kinds
        .into_iter()
        .enumerate()
        .map(|(index, kind)| SubnetTopology {
            id: SubnetId(Principal::self_authenticating([
                u8::try_from(index).unwrap()
            ])),
            kind,
            seed: [9; 32],
            benchmarking: index == 1,
            free: index == 2,
            admins: if index == 2 {
                vec![canister()]
            } else {
                Vec::new()
            },
            nodes: Vec::new(),
            ranges: vec![Range {
                start: CanisterId::from_index(0),
                end: CanisterId::from_index(5),
            }],
        });
    let written: client::Topology = to_client(&TopologyAnswer::from(Topology {
        subnets: subnets.collect(),
        default_effective_canister_id: CanisterId(canister()),
    }));
    assert_eq!(
        Principal::from(written.default_effective_canister_id.clone()),
        canister()
    );
    assert_eq!(written.get_nns(), Some(Principal::self_authenticating([0])));
    assert_eq!(
        written.get_subnet(CanisterId::from_index(3).0),
        Some(*written.subnet_configs.keys().next().unwrap())
    );
    let of = |index: u8| &written.subnet_configs[&Principal::self_authenticating([index])];
    assert_eq!(of(0).subnet_seed, [9; 32]);
    assert_eq!(of(0).subnet_admins, None);
    assert_eq!(
        of(0).cost_schedule,
        client::CanisterCyclesCostSchedule::Normal
    );
    assert_eq!(of(1).subnet_kind, client::SubnetKind::II);
    assert_eq!(
        of(1).instruction_config,
        client::SubnetInstructionConfig::Benchmarking
    );
    assert_eq!(of(2).subnet_kind, client::SubnetKind::TestThresholdKeys);
    assert_eq!(
        of(2).cost_schedule,
        client::CanisterCyclesCostSchedule::Free
    );
    assert_eq!(of(2).subnet_admins, Some(vec![canister().into()]));
}

#[test]
fn small_records() {
    let time: Time = from_client(&client::RawTime {
        nanos_since_epoch: 7,
    });
    assert_eq!(time.nanos_since_epoch, 7);
    let tick: TickRequest = from_client(&client::RawTickConfigs::default());
    assert!(tick.blockmakers.is_none());
    let progress: AutoProgress = from_client(&client::AutoProgressConfig {
        artificial_delay_ms: Some(250),
    });
    assert_eq!(progress.delay(), Duration::from_millis(250));
    let set: SetStableMemory = from_client(&client::RawSetStableMemory {
        canister_id: canister().as_slice().to_vec(),
        blob_id: client::BlobId(vec![3; 32]),
    });
    assert_eq!(
        (set.canister_id.0, set.blob_id.0),
        (canister(), vec![3; 32])
    );
    let memory: client::RawStableMemory = to_client(&StableMemory {
        blob: Base64(vec![4]),
    });
    assert_eq!(memory.blob, [4]);
}
