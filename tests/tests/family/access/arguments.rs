//! Arguments with which every method succeeds, if its caller may call it.

use super::{Stage, Which};
use anchorage_tests::family::{Device, Shard};
use candid::utils::ArgumentEncoder;
use serde_bytes::ByteBuf;
use types::archive::Cursor;
use types::front::{ChallengeResult, ShardRoute};
use types::http::HttpRequest;
use types::icrc3::{GetArchivesArgs, GetBlocksRequest};
use types::message::{self, Request};
use types::registry::{
    AddTentativeDevice, AnchorInfo, Apply, ArchiveLink, Authenticate, CreateAnchor,
    DeviceOperation, EnterRegistrationMode, ExitRegistrationMode, FetchBlocks, Identify, Loss,
    RegistrySettings, Repair, VerificationCode, VerifyTentativeDevice,
};
use types::{AnchorNumber, BlockIndex, OrderId, SessionKey, TimestampNs};

const ORIGIN: &str = "https://dapp.example";

/// The device that stays, and those that each caller tries to get rid of.
pub(super) fn prepare(stage: &Stage<'_>) {
    let user = &stage.user;
    user.adds("stays");
    for victim in ["replaced by user", "removed by user"] {
        user.adds(victim);
    }
    user.prepares(ORIGIN).succeeds();
}

fn bytes<T: ArgumentEncoder>(values: T) -> Vec<u8> {
    candid::encode_args(values).expect("plain data")
}

fn blob<Q: Request>(request: &Q) -> Vec<u8> {
    bytes((ByteBuf::from(message::encode(request)),))
}

/// The argument of a method, for that caller.
pub(super) fn of(stage: &Stage<'_>, which: Which, method: &str, caller: &str) -> Vec<u8> {
    match which {
        Which::Front => of_front(stage, method, caller),
        Which::Registry => of_registry(stage, method, caller),
        Which::Archive => of_archive(stage, method),
    }
}

fn get() -> Vec<u8> {
    let request = HttpRequest {
        method: "GET".to_owned(),
        url: "/metrics".to_owned(),
        ..HttpRequest::default()
    };
    bytes((request,))
}

fn of_front(stage: &Stage<'_>, method: &str, caller: &str) -> Vec<u8> {
    let anchor = stage.user.anchor;
    let stays = Device::new("stays").data;
    let new = |what: &str| Device::new(&format!("{what} by {caller}")).data;
    let session = SessionKey::new(b"session");
    match method {
        "init_salt" | "create_challenge" | "stats" | "config" | "whoami" | "routing"
        | "expected_tips" => bytes(()),
        "expect_tip" => {
            let shard = stage.id(Which::Registry);
            bytes((shard, stage.family.status(0).tip))
        }
        "register" => {
            let solution = ChallengeResult {
                key: stage.family.challenge().challenge_key,
                chars: String::new(),
            };
            // Whoever calls is the temporary key of a new device.
            bytes((new("registered"), solution, Some(stage.principal(caller))))
        }
        "add" => bytes((anchor, new("added"))),
        "update" => bytes((anchor, &stays.pubkey, &stays)),
        "replace" => bytes((anchor, new("replaced").pubkey, new("put in place"))),
        "remove" => bytes((anchor, new("removed").pubkey)),
        "lookup"
        | "get_anchor_credentials"
        | "get_anchor_info"
        | "enter_device_registration_mode"
        | "exit_device_registration_mode" => bytes((anchor,)),
        "lookup_device_key" => bytes((stays.credential_id.expect("a passkey"),)),
        "get_principal" => bytes((anchor, ORIGIN)),
        "add_tentative_device" => bytes((anchor, new("tentative"))),
        "verify_tentative_device" => bytes((anchor, "no code")),
        "prepare_delegation" => bytes((anchor, ORIGIN, session, None::<u64>)),
        "get_delegation" => {
            let prepared = stage.user.prepares(ORIGIN).succeeds();
            let expiration: TimestampNs = prepared.expiration;
            bytes((anchor, ORIGIN, prepared.session, expiration))
        }
        "set_routing" => {
            let routes: Vec<ShardRoute> = stage.family.shards.iter().map(Shard::route).collect();
            bytes((routes,))
        }
        "http_request" | "http_request_update" => get(),
        other => panic!("give an argument for front's method {other}"),
    }
}

fn of_registry(stage: &Stage<'_>, method: &str, caller: &str) -> Vec<u8> {
    let (anchor, user) = (stage.user.anchor, stage.user.caller);
    let device = Device::new(&format!("{method} by {caller}"));
    // A name has fewer bytes than an id.
    let order = |name: &str| {
        let mut id = [0; 32];
        id[..name.len()].copy_from_slice(name.as_bytes());
        OrderId::new(id)
    };
    match method {
        "create_anchor" => blob(&CreateAnchor {
            order: order(&format!("create {caller}")),
            expected: None,
            caller: device.principal(),
            temporary_key: None,
            device: device.data,
            below: None,
        }),
        "apply" => blob(&Apply {
            order: order(&format!("apply {caller}")),
            expected: None,
            anchor,
            caller: user,
            operation: DeviceOperation::Add {
                device: device.data,
            },
        }),
        "authenticate" => blob(&Authenticate {
            expected: None,
            anchor,
            caller: user,
        }),
        "anchor_info" => blob(&AnchorInfo {
            expected: None,
            anchor,
            caller: user,
        }),
        "identify" => blob(&Identify {
            expected: None,
            anchor,
            caller: user,
        }),
        "enter_registration_mode" => blob(&EnterRegistrationMode {
            expected: None,
            anchor,
            caller: user,
        }),
        "exit_registration_mode" => blob(&ExitRegistrationMode {
            expected: None,
            anchor,
            caller: user,
        }),
        "add_tentative_device" => blob(&AddTentativeDevice {
            order: order(&format!("tentative {caller}")),
            expected: None,
            anchor,
            device: device.data,
            code: VerificationCode::from_random(42),
        }),
        "verify_tentative_device" => blob(&VerifyTentativeDevice {
            order: order(&format!("verify {caller}")),
            expected: None,
            anchor,
            caller: user,
            code: None,
        }),
        "fetch_blocks" => blob(&FetchBlocks {
            next_index: BlockIndex::new(0),
            last_hash: None,
            limit: 1,
            first_index: None,
        }),
        "set_archives" => bytes((vec![ArchiveLink {
            canister: stage.id(Which::Archive),
            in_service: true,
        }],)),
        "configure" => bytes((RegistrySettings::default(),)),
        // Refused to controllers, too, because the shard takes orders.
        "repair" => bytes((Repair {
            first_index: BlockIndex::new(0),
            blocks: Vec::new(),
        },)),
        "declare_lost" => bytes((Loss {
            first_missing: BlockIndex::new(0),
            next_anchor: anchor,
        },)),
        "lookup" | "get_anchor_credentials" => bytes((anchor,)),
        "lookup_device_key" => bytes((device.data.credential_id.expect("a passkey"),)),
        "public_state" => bytes((anchor, 1_u32)),
        _ => of_both(method)
            .unwrap_or_else(|| panic!("give an argument for registry's method {method}")),
    }
}

fn of_archive(stage: &Stage<'_>, method: &str) -> Vec<u8> {
    let anchor: AnchorNumber = stage.user.anchor;
    match method {
        "get_entries" => bytes((None::<BlockIndex>, None::<u16>)),
        "get_anchor_entries" => bytes((anchor, None::<Cursor>, None::<u16>)),
        _ => of_both(method)
            .unwrap_or_else(|| panic!("give an argument for archive's method {method}")),
    }
}

/// What registries and archives have alike.
fn of_both(method: &str) -> Option<Vec<u8>> {
    let argument = match method {
        "status" | "icrc3_get_tip_certificate" | "icrc3_supported_block_types" => bytes(()),
        "icrc3_get_archives" => bytes((GetArchivesArgs { from: None },)),
        "icrc3_get_blocks" => {
            let run = GetBlocksRequest {
                start: 0_u8.into(),
                length: 1_u8.into(),
            };
            bytes((vec![run],))
        }
        "http_request" => get(),
        _ => return None,
    };
    Some(argument)
}
