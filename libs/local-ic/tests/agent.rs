//! The public HTTP interface, asked by the published agent, which verifies every answer against the
//! root key: certificates, their delegations, node signatures of queries.

mod common;

use candid::{Decode, Encode, Principal};
use ic_agent::identity::{AnonymousIdentity, BasicIdentity, Prime256v1Identity, Secp256k1Identity};
use ic_agent::{Agent, AgentError, Identity};
use pocket_ic::PocketIc;
use pocket_ic::common::rest::RawEffectivePrincipal;

/// An instance whose clock is the real one, with the root subnet apart from the one that is used.
fn live() -> PocketIc {
    let pic = common::builder()
        .with_nns_subnet()
        .with_application_subnet()
        .build();
    pic.auto_progress();
    pic
}

fn echo(pic: &PocketIc) -> Principal {
    let canister = pic.create_canister();
    pic.add_cycles(canister, 10_000_000_000_000);
    pic.install_canister(canister, common::echo(), vec![], None);
    canister
}

fn agent(pic: &PocketIc, identity: impl Identity + 'static) -> Agent {
    let url = format!("{}instances/{}/", pic.get_server_url(), pic.instance_id());
    let agent = Agent::builder()
        .with_url(url)
        .with_identity(identity)
        .build()
        .expect("an agent can be made");
    agent.set_root_key(pic.root_key().expect("there is an NNS subnet"));
    agent
}

fn run<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime can be made")
        .block_on(future)
}

#[test]
fn an_agent_calls_and_queries_with_every_plain_key() {
    let pic = live();
    let canister = echo(&pic);
    let identities: Vec<(&str, Box<dyn Identity>)> = vec![
        ("anonymous", Box::new(AnonymousIdentity)),
        ("Ed25519", Box::new(BasicIdentity::from_raw_key(&[1; 32]))),
        (
            "secp256k1",
            Box::new(Secp256k1Identity::from_private_key(
                k256::SecretKey::from_slice(&[2; 32]).unwrap(),
            )),
        ),
        (
            "P-256",
            Box::new(Prime256v1Identity::from_private_key(
                p256::SecretKey::from_slice(&[3; 32]).unwrap(),
            )),
        ),
    ];
    for (name, identity) in identities {
        let agent = agent(&pic, identity);
        run(async {
            let reply = agent.update(&canister, "reply").with_arg("hello").await;
            assert_eq!(reply.expect(name), b"hello", "{name}");
            let answer = agent.query(&canister, "ask").with_arg("hello").await;
            assert_eq!(answer.expect(name), b"hello", "{name}");
        });
    }
}

#[test]
fn rejections_arrive_with_their_codes() {
    let pic = live();
    let canister = echo(&pic);
    let agent = agent(&pic, AnonymousIdentity);
    run(async {
        let error = agent
            .update(&canister, "fail")
            .with_arg([])
            .await
            .unwrap_err();
        let AgentError::CertifiedReject { reject, .. } = &error else {
            panic!("a trap is certified: {error}");
        };
        assert_eq!(reject.error_code.as_deref(), Some("IC0503"));
        let missing = Principal::from_text("lqy7q-dh777-77777-aaaaq-cai").unwrap();
        let error = agent
            .update(&missing, "reply")
            .with_arg([])
            .await
            .unwrap_err();
        let AgentError::UncertifiedReject { reject, .. } = &error else {
            panic!("a refusal before execution is not certified: {error}");
        };
        assert_eq!(reject.error_code.as_deref(), Some("IC0301"));
    });
}

#[test]
fn the_state_tree_shows_modules_controllers_and_subnets() {
    let pic = live();
    let canister = echo(&pic);
    let agent = agent(&pic, AnonymousIdentity);
    let status = pic.canister_status(canister, None).expect("a status");
    let empty = pic.create_canister();
    run(async {
        let hash = agent.read_state_canister_module_hash(canister).await;
        assert_eq!(Some(hash.expect("a hash")), status.module_hash);
        let controllers = agent.read_state_canister_controllers(canister).await;
        assert_eq!(controllers.expect("controllers"), [Principal::anonymous()]);
        let error = agent
            .read_state_canister_module_hash(empty)
            .await
            .unwrap_err();
        assert!(
            matches!(error, AgentError::LookupPathAbsent(_)),
            "the absence of a module is proven: {error}"
        );
    });
}

#[test]
fn an_answer_of_another_network_is_not_believed() {
    let pic = live();
    let canister = echo(&pic);
    let agent = agent(&pic, AnonymousIdentity);
    let mut wrong = pic.root_key().expect("there is an NNS subnet");
    *wrong.last_mut().expect("133 bytes") ^= 1;
    agent.set_root_key(wrong);
    run(async {
        let result = agent.update(&canister, "reply").with_arg("x").await;
        assert!(result.is_err(), "a certificate of another key was believed");
    });
}

#[test]
fn the_management_canister_takes_calls_for_the_effective_canister() {
    let pic = live();
    let canister = echo(&pic);
    let agent = agent(&pic, AnonymousIdentity);
    let argument = Encode!(&ic_management_canister_types::CanisterIdRecord {
        canister_id: canister
    })
    .unwrap();
    run(async {
        let management = Principal::management_canister();
        let reply = agent
            .update(&management, "canister_status")
            .with_effective_canister_id(canister)
            .with_arg(argument.clone())
            .await
            .expect("the controller may ask");
        let status = Decode!(&reply, ic_management_canister_types::CanisterStatusResult).unwrap();
        assert_eq!(status.settings.controllers, [Principal::anonymous()]);
    });
    let by_client = pic.update_call_with_effective_principal(
        Principal::management_canister(),
        RawEffectivePrincipal::CanisterId(canister.as_slice().to_vec()),
        Principal::anonymous(),
        "canister_status",
        argument,
    );
    assert!(by_client.is_ok(), "both ways lead to the same canister");
}
