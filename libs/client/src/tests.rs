//! The clients against the interfaces as written: every method of a `.did` file is called in its
//! own way, with arguments that the interface accepts, and its answer is understood.

use types::archive::Cursor;
use types::front::ChallengeResult;
use types::icrc3::GetBlocksRequest;
use types::message::{self, MessageError};
use types::registry::{
    AddTentativeDevice, AnchorInfo, Apply, Authenticate, CreateAnchor, DeviceOperation,
    EnterRegistrationMode, ExitRegistrationMode, FetchAnswer, FetchBlocks, Identify, Loss,
    NotServed, RegistrySettings, Repair, ShardTip, VerificationCode, VerifyTentativeDevice,
};
use types::{
    CredentialId, DeviceData, DeviceKey, DeviceProtection, KeyType, OrderId, Principal, Purpose,
    SessionKey, TimestampNs,
};

use super::*;
use interface::{Interface, Kind};

mod interface;

fn canister() -> Principal {
    Principal::from_slice(&[1, 2, 3])
}

fn device() -> DeviceData {
    DeviceData {
        pubkey: DeviceKey::new([1]),
        alias: "alias".to_owned(),
        credential_id: None,
        aaguid: None,
        purpose: Purpose::Authentication,
        key_type: KeyType::Unknown,
        protection: DeviceProtection::Unprotected,
        origin: None,
        metadata: None,
    }
}

#[test]
fn front_has_every_method() {
    let interface = Interface::new(include_str!("../../../canisters/front/front.did"));
    let front = FrontClient::new(&interface, canister());
    let (anchor, key) = (10_000.into(), SessionKey::new([1]));
    let solution = ChallengeResult {
        key: "k".to_owned(),
        chars: "c".to_owned(),
    };
    block_on(async {
        front.init_salt().await.unwrap();
        front.create_challenge().await.unwrap();
        let temporary_key = Some(Principal::anonymous());
        let response = front.register(&device(), &solution, temporary_key).await;
        response.unwrap();
        let (device, known) = (device(), DeviceKey::new([1]));
        front.add(anchor, &device).await.unwrap();
        front.update(anchor, &known, &device).await.unwrap();
        front.replace(anchor, &known, &device).await.unwrap();
        front.remove(anchor, &known).await.unwrap();
        front.lookup(anchor).await.unwrap();
        front.get_anchor_credentials(anchor).await.unwrap();
        let found = front.lookup_device_key(&CredentialId::new([1])).await;
        found.unwrap();
        front.get_principal(anchor, "o").await.unwrap();
        front.get_anchor_info(anchor).await.unwrap();
        let ends = front.enter_device_registration_mode(anchor).await;
        ends.unwrap();
        let added = front.add_tentative_device(anchor, &device).await;
        added.unwrap();
        let verified = front.verify_tentative_device(anchor, "000042").await;
        verified.unwrap();
        let exited = front.exit_device_registration_mode(anchor).await;
        exited.unwrap();
        let prepared = front.prepare_delegation(anchor, "o", &key, Some(1)).await;
        prepared.unwrap();
        let fetched = front.get_delegation(anchor, "o", &key, TimestampNs::new(1));
        fetched.await.unwrap();
        front.set_routing(&[]).await.unwrap().unwrap();
        let tip = ShardTip {
            log_length: 1,
            last_hash: None,
            next_anchor: 1.into(),
        };
        front.expect_tip(canister(), &tip).await.unwrap().unwrap();
        front.expected_tips().await.unwrap();
        front.routing().await.unwrap();
        front.stats().await.unwrap();
        front.config().await.unwrap();
        front.whoami().await.unwrap();
        front.canister().http_get("/metrics").await.unwrap();
        let agreed = front.canister().http_get_update("/metrics").await;
        agreed.unwrap();
    });
    interface.assert_all_called();
}

#[test]
fn registry_has_every_method() {
    let interface = Interface::new(include_str!("../../../canisters/registry/registry.did"));
    let shard = RegistryClient::new(&interface, canister());
    block_on(async {
        shard.lookup(1.into()).await.unwrap();
        shard.get_anchor_credentials(1.into()).await.unwrap();
        let found = shard.lookup_device_key(&CredentialId::new([1])).await;
        found.unwrap().unwrap();
        shard.public_state(1.into(), 10).await.unwrap();
        shard.status().await.unwrap();
        let settings = RegistrySettings::default();
        shard.configure(&settings).await.unwrap().unwrap();
        shard.set_archives(&[]).await.unwrap().unwrap();
        let repair = Repair {
            first_index: 1.into(),
            blocks: Vec::new(),
        };
        shard.repair(&repair).await.unwrap().unwrap();
        let loss = Loss {
            first_missing: 1.into(),
            next_anchor: 1.into(),
        };
        shard.declare_lost(loss).await.unwrap().unwrap();
        shard.canister().http_get("/metrics").await.unwrap();
        call_log(&shard.log()).await;
        send_everything(&shard).await;
    });
    interface.assert_all_called();
}

#[test]
fn archive_has_every_method() {
    let interface = Interface::new(include_str!("../../../canisters/archive/archive.did"));
    let archive = ArchiveClient::new(&interface, canister());
    block_on(async {
        archive.get_entries(Some(1.into()), Some(2)).await.unwrap();
        let cursor = Cursor::Timestamp(1.into());
        let entries = archive.get_anchor_entries(1.into(), Some(&cursor), None);
        entries.await.unwrap();
        archive.status().await.unwrap();
        archive.canister().http_get("/metrics").await.unwrap();
        call_log(&archive.log()).await;
    });
    interface.assert_all_called();
}

async fn call_log<T: Transport>(log: &LogClient<T>) {
    let run = GetBlocksRequest {
        start: 0_u8.into(),
        length: 1_u8.into(),
    };
    log.get_blocks(&[run]).await.unwrap();
    log.get_archives(Some(canister())).await.unwrap();
    log.get_tip_certificate().await.unwrap();
    log.supported_block_types().await.unwrap();
}

/// The interface says only that messages are blobs; the sample blob is none of ours.
async fn send_everything<T: Transport>(shard: &RegistryClient<T>) {
    let (order, caller) = (OrderId::new([1; 32]), Principal::anonymous());
    let (expected, anchor) = (None, 1.into());
    let create = CreateAnchor {
        order,
        expected,
        caller,
        temporary_key: None,
        device: device(),
        below: None,
    };
    let apply = Apply {
        order,
        expected,
        anchor,
        caller,
        operation: DeviceOperation::Add { device: device() },
    };
    let authenticate = Authenticate {
        expected,
        anchor,
        caller,
    };
    let identify = Identify {
        expected,
        anchor,
        caller,
    };
    let info = AnchorInfo {
        expected,
        anchor,
        caller,
    };
    let enter = EnterRegistrationMode {
        expected,
        anchor,
        caller,
    };
    let exit = ExitRegistrationMode {
        expected,
        anchor,
        caller,
    };
    let code = VerificationCode::from_random(42);
    let tentative = AddTentativeDevice {
        order,
        expected,
        anchor,
        device: device(),
        code,
    };
    let verify = VerifyTentativeDevice {
        order,
        expected,
        anchor,
        caller,
        code: Some(code),
    };
    assert_no_message(shard.send(&enter).await, "enter_registration_mode");
    assert_no_message(shard.send(&exit).await, "exit_registration_mode");
    assert_no_message(shard.send(&tentative).await, "add_tentative_device");
    assert_no_message(shard.send(&verify).await, "verify_tentative_device");
    assert_no_message(shard.send(&create).await, "create_anchor");
    assert_no_message(shard.send(&apply).await, "apply");
    assert_no_message(shard.send(&authenticate).await, "authenticate");
    assert_no_message(shard.identify(&identify).await, "identify");
    assert_no_message(shard.send(&info).await, "anchor_info");
    assert_no_message(shard.send(&fetch()).await, "fetch_blocks");
}

#[track_caller]
fn assert_no_message<A: core::fmt::Debug>(answer: Result<A, ClientError>, called: &str) {
    let found = interface::SAMPLE_BYTE;
    match answer {
        Err(ClientError::Message { method, error }) => {
            assert_eq!(method, called);
            assert_eq!(error, MessageError::UnsupportedVersion { found });
        }
        other => panic!("{called}: {other:?}"),
    }
}

fn fetch() -> FetchBlocks {
    FetchBlocks {
        next_index: 0.into(),
        last_hash: None,
        limit: 1,
        first_index: None,
    }
}

/// Answers every call with the same bytes or error.
struct Always(Result<Vec<u8>, CallError>);

impl Transport for Always {
    async fn query(&self, _: Principal, _: &str, _: Vec<u8>) -> Result<Vec<u8>, CallError> {
        self.0.clone()
    }

    async fn update(&self, _: Principal, _: &str, _: Vec<u8>) -> Result<Vec<u8>, CallError> {
        self.0.clone()
    }
}

#[test]
fn an_answer_of_the_family_is_read() {
    let answer = FetchAnswer::NotYourRange {
        reason: NotServed::NotRegistered,
    };
    let blob = candid::encode_one(serde_bytes::Bytes::new(&message::encode(&answer))).unwrap();
    let shard = RegistryClient::new(Always(Ok(blob)), canister());
    assert_eq!(block_on(shard.send(&fetch())), Ok(answer));
}

#[test]
fn a_reject_keeps_its_code() {
    for code in [RejectCode::SysUnknown, RejectCode::CanisterReject] {
        let error = CallError::Rejected {
            code,
            message: "no".to_owned(),
        };
        let front = FrontClient::new(Always(Err(error.clone())), canister());
        let refused = block_on(front.add(1.into(), &device())).unwrap_err();
        assert_eq!(refused.call(), Some(&error));
        assert_eq!(refused.retryable(), code == RejectCode::SysUnknown);
        assert_eq!(error.outcome_unknown(), code == RejectCode::SysUnknown);
    }
}

#[test]
fn an_answer_of_another_type_is_an_error() {
    let text = candid::encode_one("text").unwrap();
    let front = FrontClient::new(Always(Ok(text)), canister());
    assert!(matches!(
        block_on(front.whoami()),
        Err(ClientError::Decode { .. })
    ));
}

#[test]
fn replicated_queries_are_updates() {
    let interface = Interface::new(include_str!("../../../canisters/registry/registry.did"));
    let shard = RegistryClient::new(Replicated(&interface), canister());
    block_on(shard.lookup(1.into())).unwrap();
    assert_eq!(interface.calls(), [(Kind::Update, "lookup".to_owned())]);
}
