//! The family over the Internet Computer's HTTP interface: requests signed by real keys, answers believed only
//! with the network's certificates.

#[path = "http_agent/log_in.rs"]
mod log_in;
#[path = "http_agent/tampering.rs"]
mod tampering;

use anchorage_tests::family::{Device, Family};
use anchorage_tests::probe;
use client::agent::Network;
use client::passkey::Passkey;
use client::{CallError, ClientError, FrontClient};
use ic_agent::identity::BasicIdentity;
use ic_agent::{Agent, Identity};
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::Runtime;
use types::front::{ChallengeResult, GetDelegationResponse, RegisterResponse, SignedDelegation};
use types::{AnchorNumber, DeviceData, DeviceKey, Principal, SessionKey, TimestampNs, UserKey};

const DAPP: &str = "https://dapp.example";
/// How often a node is asked for a signature that it may not have yet.
const TRIES: usize = 5;

/// A family on a network whose clock is the real one, and a canister that answers who calls it.
struct Live {
    family: Family,
    network: Network,
    whoami: Principal,
    runtime: Runtime,
}

/// A device that signs its requests.
#[derive(Clone)]
struct Key {
    identity: Arc<dyn Identity>,
    device: DeviceData,
}

/// A delegation with everything it was asked for with.
struct LogIn {
    session: SessionKey,
    user_key: UserKey,
    signed: SignedDelegation,
}

impl Key {
    fn ed25519(secret: u8) -> Self {
        let identity = BasicIdentity::from_raw_key(&[secret; 32]);
        let key = identity.public_key().expect("an Ed25519 key is public");
        let device = Device::new("ed25519").but(|data| data.pubkey = DeviceKey::new(key));
        Self {
            identity: Arc::new(identity),
            device: device.data,
        }
    }

    fn passkey() -> Self {
        let passkey = Passkey::generate("identity.example");
        Self {
            device: passkey.device("passkey"),
            identity: Arc::new(passkey),
        }
    }

    fn principal(&self) -> Principal {
        self.device.pubkey.principal()
    }
}

impl Live {
    fn deploy() -> Self {
        Self::of(Family::deploy())
    }

    /// From now on the family's clock is the real one.
    fn of(family: Family) -> Self {
        let whoami = family.network.create_canister();
        let module = probe(
            r#"
            (func $whoami
              (call $msg_caller_copy (i32.const 4096) (i32.const 0) (call $msg_caller_size))
              (call $append (i32.const 4096) (call $msg_caller_size))
              (call $msg_reply))
            (export "canister_query whoami" (func $whoami))
            "#,
        );
        family
            .network
            .install_canister(whoami, module, vec![], None);
        family.network.auto_progress();
        let server = family.network.get_server_url();
        let instance = family.network.instance_id();
        Self {
            network: Network {
                url: format!("{server}instances/{instance}"),
                root_key: family.root_key(),
            },
            family,
            whoami,
            runtime: Runtime::new().expect("a runtime can be made"),
        }
    }

    fn agent(&self, identity: impl Identity + 'static) -> Agent {
        self.network.agent(identity).expect("the URL is one")
    }

    fn front(&self, key: &Key) -> FrontClient<Agent> {
        FrontClient::new(self.agent(key.identity.clone()), self.family.front)
    }

    /// Waits for an answer.
    fn answer<T, E>(&self, call: impl Future<Output = Result<T, E>>) -> Result<T, E> {
        self.runtime.block_on(call)
    }

    /// Registers an anchor with a device that signs for itself.
    #[track_caller]
    fn registers(&self, key: &Key) -> AnchorNumber {
        let front = self.front(key);
        let challenge = self.answer(front.create_challenge()).expect("a challenge");
        let solution = ChallengeResult {
            key: challenge.challenge_key,
            chars: "any".to_owned(),
        };
        let registered = self.answer(front.register(&key.device, &solution, None));
        match registered.expect("an answer") {
            RegisterResponse::Registered { user_number } => user_number,
            refused => panic!("expected an anchor: {refused:?}"),
        }
    }

    /// Logs in; the session's key is the Ed25519 key with this secret.
    #[track_caller]
    fn logs_in(&self, key: &Key, anchor: AnchorNumber, session: u8, ttl: Option<u64>) -> LogIn {
        let front = self.front(key);
        let session = SessionKey::new(Key::ed25519(session).device.pubkey.into_vec());
        let prepared = self.answer(front.prepare_delegation(anchor, DAPP, &session, ttl));
        let (user_key, expiration) = prepared.expect("a device may log in");
        let signed = self.fetches(&front, anchor, &session, expiration);
        LogIn {
            session,
            user_key,
            signed,
        }
    }

    /// Fetches a delegation, again if the node that answers has not seen the preparation yet.
    #[track_caller]
    fn fetches(
        &self,
        front: &FrontClient<Agent>,
        anchor: AnchorNumber,
        session: &SessionKey,
        expiration: TimestampNs,
    ) -> SignedDelegation {
        for _ in 0..TRIES {
            let fetched = self.answer(front.get_delegation(anchor, DAPP, session, expiration));
            match fetched.expect("who prepared may fetch") {
                GetDelegationResponse::SignedDelegation(signed) => return signed,
                GetDelegationResponse::NoSuchDelegation => {
                    std::thread::sleep(Duration::from_millis(500));
                }
            }
        }
        panic!("no delegation after {TRIES} tries");
    }

    /// Whom another canister sees, asked once by one node and once by the subnet.
    fn is_seen_as(&self, agent: &Agent) -> Result<Principal, CallError> {
        let query = agent.query(&self.whoami, "whoami").with_arg([]).call();
        let by_node = self.answer(query)?;
        let update = agent.update(&self.whoami, "whoami").with_arg([]);
        let by_subnet = self.answer(update.call_and_wait())?;
        assert_eq!(by_node, by_subnet);
        Ok(Principal::from_slice(&by_subnet))
    }
}

/// Why a call of a client brought no answer.
#[track_caller]
fn refusal<T: std::fmt::Debug>(answer: Result<T, ClientError>) -> CallError {
    match answer {
        Err(ClientError::Call { error, .. }) => error,
        other => panic!("expected a refusal: {other:?}"),
    }
}

#[track_caller]
fn assert_not_accepted<T: std::fmt::Debug>(answer: &Result<T, CallError>) {
    assert!(
        matches!(answer, Err(CallError::NotAccepted { .. })),
        "{answer:?}"
    );
}
